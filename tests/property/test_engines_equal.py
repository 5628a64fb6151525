"""The two engines give the same integers, entity by entity, on random networks."""

from __future__ import annotations

import dataclasses
import os

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


def both(program: Program, entities: Entities) -> tuple[Outcome | str, Outcome | str]:
    """The outcome of each engine, or the text of its deadlock."""
    results: list[Outcome | str] = []
    for engine in (reference, kernel):
        try:
            results.append(engine.run(program, entities, trace=True))
        except DeadlockError as deadlock:
            event("deadlock")
            results.append(str(deadlock))
    return results[0], results[1]


def assert_equal(net: Network, replication: int) -> None:
    program = compile_network(net)
    first, second = both(program, draw(program, seed=11, replication=replication))
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
        longer = kernel.run(program, dataclasses.replace(entities, duration_ms=tuple(durations)), trace=True)
    except DeadlockError:
        return
    event("compared")
    assert differences(honest, longer) != []
