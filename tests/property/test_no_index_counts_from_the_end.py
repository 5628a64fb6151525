"""The compiler is told that no index counts from the end; here every index is looked at."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

WATCHED = """
import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kzsim import compiled
from kzsim.draws import draw
from kzsim.engines.errors import DeadlockError
from kzsim.engines.kernel import engine
from kzsim.network import compile_network
from tests.property.random_networks import networks

looked_at = 0


class Watched(np.ndarray):
    def __getitem__(self, at):
        watch(at, self.shape)
        return super().__getitem__(at)

    def __setitem__(self, at, value):
        watch(at, self.shape)
        super().__setitem__(at, value)


def watch(at, shape):
    global looked_at
    looked_at += 1
    for number, length in zip(at if isinstance(at, tuple) else (at,), shape):
        if not isinstance(number, slice) and not 0 <= number < length:
            raise IndexError(f"{number} of {length}")


def watching(function):
    def watched(*tables):
        return function(*(table.view(Watched) for table in tables))
    return watched


engine.advance, engine.settle = watching(engine.advance), watching(engine.settle)
engine.FIRST_ROWS = 16  # so that tables are full, and made longer, too


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(networks(), st.integers(0, 5))
def run(net, replication):
    program = compile_network(net)
    entities = draw(program, seed=11, replication=replication)
    with np.errstate(over="ignore"):
        for drawn in (entities, entities.with_durations(entities.duration_ms)):
            try:
                engine.run(program, drawn, trace=True)
            except DeadlockError:
                pass


assert not compiled.IS_COMPILED
run()
print(looked_at)
"""


def test_no_index_of_the_kernel_is_negative_or_too_large() -> None:
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    command = [sys.executable, "-W", "ignore", "-c", WATCHED]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) > 100_000
