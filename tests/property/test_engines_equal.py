"""The two engines give the same integers, entity by entity, on random networks."""

from __future__ import annotations

import dataclasses
import os
from types import ModuleType

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from kzsim.draws import Entities, draw
from kzsim.engines import kernel, reference
from kzsim.engines.errors import DeadlockError
from kzsim.engines.outcome import Outcome, Trace
from kzsim.network import Network, Program, compile_network
from tests.property.random_networks import networks

EVERYDAY = settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
# KZSIM_NETWORKS=100000 python -m pytest -m study tests/property
STUDY = settings(EVERYDAY, max_examples=int(os.environ.get("KZSIM_NETWORKS", "100000")))


def differences(a: Outcome, b: Outcome) -> list[str]:
    """The fields in which two outcomes differ."""
    names = [f.name for f in dataclasses.fields(Outcome) if f.name != "trace"]
    found = [name for name in names if not np.array_equal(getattr(a, name), getattr(b, name))]
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


def assert_equal(net: Network, replication: int) -> None:
    """The kernel equals the reference, from numbers as it goes and from given arrays."""
    program = compile_network(net)
    entities = draw(program, seed=11, replication=replication)
    first = result(reference, program, entities)
    for drawn in (entities, entities.with_durations(entities.duration_ms)):
        second = result(kernel, program, drawn)
        if isinstance(first, str) or isinstance(second, str):
            assert first == second
        else:
            assert differences(first, second) == []


@EVERYDAY
@given(networks(), st.integers(0, 5))
def test_both_engines_give_the_same_integers(net: Network, replication: int) -> None:
    assert_equal(net, replication)


@pytest.mark.study
@STUDY
@given(networks(), st.integers(0, 5))
def test_both_engines_give_the_same_integers_on_a_hundred_thousand_networks(
    net: Network, replication: int
) -> None:
    assert_equal(net, replication)


@settings(EVERYDAY, max_examples=40)
@given(networks(), st.integers(0, 5))
def test_one_service_a_millisecond_longer_in_one_engine_is_noticed(net: Network, replication: int) -> None:
    """The negative control: the comparison must not be blind."""
    program = compile_network(net)
    entities = draw(program, seed=11, replication=replication)
    try:
        honest = reference.run(program, entities, trace=True)
    except DeadlockError:
        return
    if honest.trace is None:
        raise TypeError("a trace was asked for")
    with_end = [
        (source, *where[0])
        for source, (end, duration) in enumerate(zip(honest.trace.end_ms, entities.duration_ms, strict=True))
        if len(where := np.argwhere((end >= 0) & (duration > 0)))
    ]
    if not with_end:
        return
    source, row, column = with_end[0]
    durations = [rows.copy() for rows in entities.duration_ms]
    durations[source][row, column] += 1
    try:
        longer = kernel.run(program, entities.with_durations(tuple(durations)), trace=True)
    except DeadlockError:
        return
    event("compared")
    assert differences(honest, longer) != []
