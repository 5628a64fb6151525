"""The two engines give the same integers, entity by entity, on random networks."""

from __future__ import annotations

import dataclasses
import os
from types import ModuleType
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, event, given, reject, settings
from hypothesis import strategies as st

from kzsim.draws import Entities, draw
from kzsim.engines import kernel, reference
from kzsim.engines.errors import DeadlockError
from kzsim.engines.kernel import engine as kernel_engine
from kzsim.engines.observers import digest_of
from kzsim.engines.outcome import Outcome, Passage, Trace
from kzsim.experiments.once import outcome_hash
from kzsim.network import Network, Program, compile_network
from kzsim.network.entities import NOT_YET
from kzsim.network.program import ElementType
from tests.property.random_networks import networks

EVERYDAY = settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
# KZSIM_NETWORKS=100000 python -m pytest -m study tests/property
STUDY = settings(EVERYDAY, max_examples=int(os.environ.get("KZSIM_NETWORKS", "100000")))


def tables_of(outcome: Outcome) -> dict[str, np.ndarray]:
    """All tables of an outcome by their names, but those of single entities."""
    names = [f.name for f in dataclasses.fields(Outcome) if f.name not in {"observers", "passage", "trace"}]
    own = {name: getattr(outcome, name) for name in names}
    return {**own, **outcome.observers.tables()}


def is_same(a: np.ndarray, b: np.ndarray) -> bool:
    return a.dtype == b.dtype and np.array_equal(a, b)


def differences(a: Outcome, b: Outcome) -> list[str]:
    """The fields in which two outcomes differ."""
    tables = (tables_of(a), tables_of(b))
    found = [name for name, table in tables[0].items() if not is_same(table, tables[1][name])]
    if a.passage is not None and b.passage is not None:
        names = [f.name for f in dataclasses.fields(Passage)]
        found += [n for n in names if not is_same(getattr(a.passage, n), getattr(b.passage, n))]
    if a.trace is not None and b.trace is not None:
        for name in (f.name for f in dataclasses.fields(Trace)):
            rows = zip(getattr(a.trace, name), getattr(b.trace, name), strict=True)
            found += [] if all(np.array_equal(x, y) for x, y in rows) else [name]
    return found


def result(engine: ModuleType, program: Program, entities: Entities) -> Outcome | str:
    """The outcome of an engine, or the text of its deadlock."""
    outcome: Outcome
    try:
        outcome = engine.run(program, entities, trace=True)
    except DeadlockError as deadlock:
        event("deadlock")
        return str(deadlock)
    return outcome


# Rows for those inside that the kernel starts with: with few it makes its tables longer in mid-run.
ROWS = st.sampled_from([16, 16, 20, kernel_engine.FIRST_ROWS])


def assert_equal(net: Network, replication: int, first_rows: int) -> None:
    """The kernel equals the reference, from numbers as it goes and from given arrays."""
    program = compile_network(net)
    entities = draw(program, seed=11, replication=replication)
    first = result(reference, program, entities)
    for drawn in (entities, entities.with_durations(entities.duration_ms)):
        with patch.object(kernel_engine, "FIRST_ROWS", first_rows):
            second = result(kernel, program, drawn)
        if isinstance(first, str) or isinstance(second, str):
            assert first == second
        else:
            assert differences(first, second) == []


@EVERYDAY
@given(networks(), st.integers(0, 5), ROWS)
def test_both_engines_give_the_same_integers(net: Network, replication: int, first_rows: int) -> None:
    assert_equal(net, replication, first_rows)


@EVERYDAY
@given(networks(), st.integers(0, 5))
def test_what_is_counted_does_not_depend_on_what_is_kept(net: Network, replication: int) -> None:
    program = compile_network(net)
    entities = draw(program, seed=11, replication=replication)
    try:
        kept = kernel.run(program, entities, passage=True)
    except DeadlockError:
        reject()
    bare = kernel.run(program, entities)
    assert (bare.passage, bare.trace, kept.trace) == (None, None, None)
    assert differences(bare, kept) == []
    assert outcome_hash(bare) == outcome_hash(kept)
    came = np.flatnonzero(kept.arrival_ms != NOT_YET)
    again = digest_of(kept.exit_ms[came], kept.free_flow_ms[came], came)
    assert np.array_equal(again, bare.observers.digest)


@pytest.mark.study
@STUDY
@given(networks(), st.integers(0, 5), ROWS)
def test_both_engines_give_the_same_integers_on_a_hundred_thousand_networks(
    net: Network, replication: int, first_rows: int
) -> None:
    assert_equal(net, replication, first_rows)


def takes_time(program: Program, source: int) -> np.ndarray:
    """Which steps of a source are at no choice: there a duration is a cost and takes no time."""
    route = int(program.source_route[source])
    steps = program.step_element[program.step_ptr[route] : program.step_ptr[route + 1]]
    return np.asarray(program.element_type[steps] != ElementType.CHOICE)


@settings(EVERYDAY, max_examples=40)
@given(networks(), st.integers(0, 5))
def test_one_service_a_millisecond_longer_in_one_engine_is_noticed(net: Network, replication: int) -> None:
    """The negative control: the comparison must not be blind.

    Networks that have nothing to compare are not counted; were all like that, the test would fail.
    """
    program = compile_network(net)
    entities = draw(program, seed=11, replication=replication)
    try:
        honest = reference.run(program, entities, trace=True)
    except DeadlockError:
        reject()
    if honest.trace is None:
        raise TypeError("a trace was asked for")
    trace = honest.trace
    with_end = [
        (source, *where[0])
        for source, (start, end) in enumerate(zip(trace.start_ms, trace.end_ms, strict=True))
        if len(
            where := np.argwhere(
                (end > start) & (entities.duration_ms[source] > 0) & takes_time(program, source)
            )
        )
    ]
    assume(with_end)
    source, row, column = with_end[0]
    durations = [rows.copy() for rows in entities.duration_ms]
    durations[source][row, column] += 1
    try:
        longer = kernel.run(program, entities.with_durations(tuple(durations)), trace=True)
    except DeadlockError:
        reject()
    # its free-flow time is longer, if nothing else: the counts by group see it without the arrays
    bare = [dataclasses.replace(outcome, passage=None, trace=None) for outcome in (honest, longer)]
    assert "digest" in differences(*bare)
    assert differences(honest, longer) != []
