"""What the kernel must be besides equal to the reference engine."""

from __future__ import annotations

import dataclasses
import gc
import os
import subprocess
import sys
import weakref
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from kzsim import compiled
from kzsim.draws import draw, instants
from kzsim.engines import kernel, reference
from kzsim.engines.errors import DeadlockError
from kzsim.engines.kernel import engine
from kzsim.engines.kernel.engine import FIRST_ROWS
from kzsim.engines.kernel.loop import advance
from kzsim.engines.kernel.parts import lines_of, parts_of
from kzsim.network import (
    Account,
    DelayStage,
    Kind,
    Occupancy,
    Program,
    Work,
    Zone,
    compile_network,
)
from tests.networks import at, counter, fixed, network, steady

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
    for root in (engine.settle, instants.fill_poisson, instants.fill_kinds):
        assert len(root.signatures) == 1


def test_shares_that_are_whole_numbers_compile_nothing_a_second_time() -> None:
    kind = Kind("k", 1, "c", 0, WORK)
    source = dataclasses.replace(steady("s", 6, 24, route="r", work=WORK), kinds=(kind,))
    program = compile_network(network([counter("a")], {"r": ["a"]}, [source]))
    kernel.run(program, draw(program, 1, 0))
    assert len(instants.fill_kinds.signatures) == 1


def test_what_is_kept_of_a_program_goes_with_it() -> None:
    program = compile_network(
        network([counter("a")], {"r": ["a"]}, [steady("s", 6, 24, route="r", work=WORK)])
    )
    kernel.run(program, draw(program, 1, 0))
    gone = weakref.ref(program)
    del program
    gc.collect()
    assert gone() is None


def test_two_parts_that_stop_at_the_same_instant_name_their_waiters_in_order_between_entities() -> None:
    """Sources 1 and 3 block each other for ever, and so do 2 and 4."""
    work = {name: fixed(600_000) for name in "abcd"}
    pairs = {"e1": "ab", "e3": "ba", "e2": "cd", "e4": "dc"}
    net = network(
        [DelayStage(name, Account.TRAVEL) for name in "abcd"],
        {name: list(steps) for name, steps in pairs.items()},
        [
            at(f"s{name[1]}", 0, route=name, work={step: work[step] for step in steps})
            for name, steps in pairs.items()
        ],
        zones=[Zone(f"z{name}", 1) for name in "abcd"],
        occupancies={name: [Occupancy(f"z{s}", s, s) for s in steps] for name, steps in pairs.items()},
    )
    program = compile_network(net)
    stopped = []
    for run in (reference.run, kernel.run):
        with pytest.raises(DeadlockError) as caught:
            run(program, draw(program, 1, 0))
        stopped.append(str(caught.value))
    assert stopped[0] == stopped[1]
    assert [line.split()[0] for line in stopped[0].splitlines()[1:]] == ["s1", "s2", "s3", "s4"]


@pytest.mark.skipif(not compiled.in_use(), reason="there is no compiler here")
def test_a_function_that_calls_others_is_compiled_without_indices_from_the_end(tmp_path: Path) -> None:
    """Its callees are compiled in the middle of it."""
    (tmp_path / "script.py").write_text("""
import numba
from numba.np import arrayobj
usual, asked = arrayobj.fix_integer_index, []
arrayobj.fix_integer_index = lambda *rest: asked.append(rest) or usual(*rest)
from kzsim import compiled
compiled.ROOTS.update({"caller", "callee"})
import numpy as np

@compiled.compiled
def callee(table, i):
    return table[i]

@compiled.compiled
def caller(table, i):
    return callee(table, i) + table[i + 1]

assert caller(np.arange(3), 1) == 3
assert asked == [], len(asked)
""")
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path)}
    command = [sys.executable, str(tmp_path / "script.py")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


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


def test_an_element_has_lines_for_the_classes_of_its_own_part_alone() -> None:
    """Numbers of lines are those of the part, and both engines agree although they differ between parts."""
    sources = [
        steady("s1", 40, 24, route="r1", work=WORK, klass="c"),
        steady("s2", 40, 24, route="r2", work={"b": WORK["a"]}, klass="d"),
        steady("s3", 40, 24, route="r2", work={"b": WORK["a"]}, klass="e"),
    ]
    routes = {"r1": ["a"], "r2": ["b"]}
    made = network(
        [counter("a"), counter("b")], routes, sources, classes=("c", "d", "e"), priority={("e", "b"): -1}
    )
    program = compile_network(made)
    assert [part.lines.tolist() for part in parts_of(program)] == [[0], [1, 2]]
    lines = lines_of(program)
    assert sorted(lines.line.tolist()) == [0, 1, 2]
    assert lines.number.tolist() == [[0, -1, -1], [-1, 0, 1], [-1, 0, 1]]
    entities = draw(program, 1, 0)
    outcomes = [run(program, entities, passage=True) for run in (kernel.run, reference.run)]
    np.testing.assert_array_equal(*(outcome.exit_ms for outcome in outcomes))
    np.testing.assert_array_equal(*(outcome.account_ms for outcome in outcomes))
    waited = outcomes[0].account_ms[..., int(Account.QUEUE)].sum()
    assert waited > 0  # or the priority of one class at b would decide nothing
