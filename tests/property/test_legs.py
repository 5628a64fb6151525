"""Legs of journeys in random networks, and in tandems that can also be written as one route."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import HealthCheck, assume, event, given, reject, settings
from hypothesis import strategies as st

from kzsim.draws import draw
from kzsim.engines import kernel, reference
from kzsim.engines.errors import DeadlockError
from kzsim.engines.outcome import NOT_ENTERED, STILL_INSIDE, Outcome
from kzsim.network import (
    NO_ARRIVALS,
    Distribution,
    Entities,
    Follows,
    Kind,
    Network,
    Program,
    Route,
    Source,
    Step,
    Work,
    compile_network,
)
from kzsim.network.entities import NOT_YET
from tests.networks import MINUTE, at, counter, network
from tests.property.random_networks import networks

EVERYDAY = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def of_source(entities: Entities, source: int) -> slice:
    return slice(int(entities.first[source]), int(entities.first[source + 1]))


def last_step(program: Program, source: int, outcome: Outcome) -> np.ndarray:
    """The last step that each entity of a source has entered, -1 for none."""
    assert outcome.trace is not None
    entered = outcome.trace.joined_ms[source] != NOT_ENTERED
    numbers = np.arange(entered.shape[1])
    return np.where(entered, numbers, -1).max(axis=1)


@EVERYDAY
@given(networks(), st.integers(0, 5))
def test_those_come_who_follow_whoever_has_left_by_the_step_and_at_that_instant(
    net: Network, replication: int
) -> None:
    program = compile_network(net)
    entities = draw(program, seed=11, replication=replication)
    try:
        outcome = reference.run(program, entities, trace=True)
    except DeadlockError:
        event("deadlock")
        return
    for number, followed in enumerate(program.source_follows.tolist()):
        own = of_source(entities, number)
        if followed < 0:
            assert np.array_equal(outcome.arrival_ms[own], entities.arrival_ms[own])
            continue
        left_ms = outcome.exit_ms[of_source(entities, followed)]
        by_step = last_step(program, followed, outcome) == program.source_follows_step[number]
        expected = np.where((left_ms != STILL_INSIDE) & by_step, left_ms, NOT_YET)
        assert np.array_equal(outcome.arrival_ms[own], expected)
        assert np.array_equal(entities.phase[own], entities.phase[of_source(entities, followed)])
        event(f"a leg came: {bool((expected != NOT_YET).any())}")
    came = outcome.arrival_ms != NOT_YET
    assert outcome.observers.entities == came.sum()
    assert np.all(outcome.exit_ms[~came] == STILL_INSIDE)
    assert not outcome.free_flow_ms[~came].any()


@EVERYDAY
@given(
    st.lists(st.integers(0, 60), min_size=1, max_size=20).map(sorted),
    st.lists(st.sampled_from([0, 1, 1, 5, 10]), min_size=40, max_size=40),
    st.integers(1, 2),
    st.integers(1, 2),
)
def test_a_tandem_is_the_same_as_one_route_and_as_two_legs(
    arrivals: list[int], durations: list[int], first: int, second: int
) -> None:
    """First come, first served, one class: who leaves the tandem leaves the second leg at that instant."""
    work = {"a": Work(Distribution("fixed", 0.0)), "b": Work(Distribution("fixed", 0.0))}
    instants = tuple(at_min * MINUTE for at_min in arrivals)
    stages = [counter("a", first), counter("b", second)]
    one = network(stages, {"r": ["a", "b"]}, [at("all", *instants, route="r", work=work)], n_groups=2)
    out = at("out", *instants, route="a", work={"a": work["a"]})
    on = Source("y", "b", NO_ARRIVALS, (Kind("k", 1.0, "c", 1, {"b": work["b"]}),), Follows("out", "a"))
    routes = tuple(Route(name, (Step(name, name),)) for name in ("a", "b"))
    two = replace(one, routes=routes, sources=(out, on))
    drawn = np.array(durations, dtype=np.int64).reshape(20, 2)[: len(arrivals)] * MINUTE
    outcomes, rows = [], []
    for net, columns in ((one, (drawn,)), (two, (drawn[:, :1].copy(), drawn[:, 1:].copy()))):
        program = compile_network(net)
        entities = draw(program, seed=1, replication=0).with_durations(columns)
        outcome = reference.run(program, entities, passage=True)
        assert outcome.exit_ms.tolist() == kernel.run(program, entities, passage=True).exit_ms.tolist()
        outcomes.append(outcome)
        rows.append(np.argsort(program.element_names))  # a route knows what is downstream, two legs do not
    whole, legs = outcomes
    n = len(arrivals)
    assert np.array_equal(whole.exit_ms, legs.exit_ms[n:])
    assert np.array_equal(legs.arrival_ms[n:], legs.exit_ms[:n])
    assert whole.observers.stay_ms.sum() == legs.observers.stay_ms.sum()
    booked = [outcome.account_ms.sum(axis=0)[:, own] for outcome, own in zip(outcomes, rows, strict=True)]
    assert np.array_equal(*booked)
    lines = [outcome.in_line[:, own] for outcome, own in zip(outcomes, rows, strict=True)]
    assert np.array_equal(*lines)


@settings(
    EVERYDAY,
    max_examples=20,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(networks(), st.integers(0, 5))
def test_a_leg_that_comes_by_another_step_is_noticed(net: Network, replication: int) -> None:
    """The negative control: with another step in the kernel's tables others come, and the digest says so.

    Networks in which nobody follows are not counted; were all like that, the test would fail.
    """
    program = compile_network(net)
    followers = np.flatnonzero(program.source_follows >= 0)
    assume(followers.size)
    entities = draw(program, seed=11, replication=replication)
    number = int(followers[0])
    route = int(program.source_route[program.source_follows[number]])
    assume(program.step_ptr[route + 1] - program.step_ptr[route] > 1)
    steps = program.source_follows_step.copy()
    steps[number] += 1 if steps[number] == 0 else -1
    try:
        honest = kernel.run(program, entities, passage=True)
        other = kernel.run(replace(program, source_follows_step=steps), entities)
    except DeadlockError:
        reject()
    assume((honest.arrival_ms[of_source(entities, number)] != NOT_YET).any())
    assert other.observers.digest != honest.observers.digest
