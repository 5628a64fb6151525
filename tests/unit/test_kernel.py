"""What the kernel must be besides equal to the reference engine."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
import pytest

from kzsim import compiled
from kzsim.draws import draw
from kzsim.engines import kernel
from kzsim.engines.kernel.engine import FIRST_ROWS
from kzsim.engines.kernel.loop import advance
from kzsim.engines.kernel.tables import parts_of
from kzsim.network import Program, Work, compile_network
from tests.networks import counter, fixed, network, steady

WORK = {"a": fixed(600_000)}


def one_counter(per_hour: float, work: Mapping[str, Work]) -> Program:
    source = steady("s", per_hour, 24, route="r", work=work)
    return compile_network(network([counter("a")], {"r": ["a"]}, [source]))


def frozen(program: Program) -> Program:
    """The same program with read-only tables."""
    tables = {f.name: getattr(program, f.name) for f in dataclasses.fields(program)}
    for name, table in tables.items():
        if isinstance(table, np.ndarray):
            tables[name] = table.copy()
            tables[name].setflags(write=False)
    return Program(**tables)


@pytest.mark.skipif(not compiled.in_use(), reason="there is no compiler here")
def test_one_signature_is_compiled_whatever_the_tables_look_like() -> None:
    program = compile_network(
        network([counter("a", 2)], {"r": ["a"]}, [steady("s", 6, 24, route="r", work=WORK)])
    )
    entities = draw(program, 1, 0)
    first = kernel.run(program, entities, passage=True)
    again = kernel.run(frozen(program), entities.with_durations(entities.duration_ms), passage=True)
    assert np.array_equal(first.exit_ms, again.exit_ms)
    assert len(advance.signatures) == 1


def test_rows_for_entities_grow_with_the_number_inside() -> None:
    """Nobody is served before the horizon, so everybody is inside: several times the first rows."""
    work = {"a": fixed(10**9)}
    program = compile_network(
        network([counter("a")], {"r": ["a"]}, [steady("s", 400, 24, route="r", work=work)])
    )
    entities = draw(program, 1, 0)
    assert entities.count > 5 * FIRST_ROWS
    outcome = kernel.run(program, entities, passage=True)
    assert np.all(outcome.exit_ms < 0)
    assert outcome.account_ms.sum() == (program.horizon_ms - entities.arrival_ms).sum()


def test_parts_that_never_interact_run_as_loops_of_their_own() -> None:
    sources = [
        steady("s1", 1, 24, route="r1", work=WORK),
        steady("s2", 1, 24, route="r2", work={"b": WORK["a"]}),
        steady("s3", 1, 24, route="r3", work={"a": WORK["a"], "c": WORK["a"]}),
    ]
    routes = {"r1": ["a"], "r2": ["b"], "r3": ["a", "c"]}
    program = compile_network(network([counter("a"), counter("b"), counter("c")], routes, sources))
    assert [part.sources for part in parts_of(program)] == [(0, 2), (1,)]
