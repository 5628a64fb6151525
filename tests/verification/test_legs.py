"""Journeys of several legs whose mean stays theory knows. Runs, intervals and seeds as in ``efforts``."""

from __future__ import annotations

import pytest

from kzsim.draws import draw
from kzsim.engines import kernel, reference
from kzsim.network import (
    NO_ARRIVALS,
    Arrivals,
    Condition,
    DelayStage,
    Distribution,
    Follows,
    Kind,
    Network,
    Source,
    Work,
    compile_network,
)
from kzsim.network.model import MS_PER_HOUR, Account
from tests.networks import counter, fixed, network, steady
from tests.verification.efforts import REPLICATIONS, Effort, check, exponential

EFFORTS = [
    pytest.param(Effort(reference.run, 2_000, 0.08), id="reference"),
    pytest.param(Effort(kernel.run, 40_000, 0.02), id="kernel"),
]
HALF = Work(Distribution("fixed", 0.0), (Condition("comes again", 0.0, 0.5),))


def stays(effort: Effort, net: Network) -> list[list[float]]:
    """By group, the mean stay in hours of those followed, one figure a replication."""
    program = compile_network(net)
    found: list[list[float]] = [[] for _ in range(program.n_groups)]
    for replication in range(REPLICATIONS):
        seen = effort.run(program, draw(program, seed=20230101, replication=replication)).observers
        for group, means in enumerate(found):
            means.append(int(seen.stay_ms[group, 1]) / int(seen.arrived[group, 1]) / MS_PER_HOUR)
    return found


def window(effort: Effort) -> dict[str, object]:
    horizon = effort.hours * MS_PER_HOUR
    return {"horizon_ms": horizon, "cohort_ms": (horizon // 20, horizon), "n_groups": 2}


def leg(route: str, follows: Follows, work: dict[str, Work]) -> Source:
    return Source("on", route, NO_ARRIVALS, (Kind("k", 1.0, "c", 1, work),), follows)


@pytest.mark.parametrize("effort", EFFORTS)
def test_two_legs_through_two_counters_are_two_m_m_1(effort: Effort) -> None:
    """What leaves an M/M/1 is a Poisson stream (Burke 1956): of 0.5 an hour stays are 1 / (mu - 0.5)."""
    first, second = {"a": exponential(1.25)}, {"b": exponential(1.0)}
    net = network(
        [counter("a"), counter("b")],
        {"out": ["a"], "on": ["b"]},
        [steady("out", 0.5, effort.hours, route="out", work=first), leg("on", Follows("out", "a"), second)],
        **window(effort),
    )
    of_first, of_second = stays(effort, net)
    check(effort, of_first, 1 / (1.25 - 0.5))
    check(effort, of_second, 1 / (1.0 - 0.5))


@pytest.mark.parametrize("effort", EFFORTS)
def test_those_who_come_again_stay_as_long_at_a_counter_as_those_who_come_first(effort: Effort) -> None:
    """Half of 0.3 an hour come again: a network of Kelly's (1975), and an arrival sees what an outsider sees.

    So both legs stay 1 / (1 - 0.45), as in M/M/1 with 0.45 an hour.
    """
    out = {"counter": exponential(1.0), "again": HALF}
    net = network(
        [counter("counter"), DelayStage("again", Account.TRAVEL)],
        {"out": ["counter", "again"], "on": ["counter"]},
        [
            steady("out", 0.3, effort.hours, route="out", work=out),
            leg("on", Follows("out", "again"), {"counter": exponential(1.0)}),
        ],
        **window(effort),
    )
    for estimates in stays(effort, net):
        check(effort, estimates, 1 / (1.0 - 0.45))


@pytest.mark.parametrize("effort", EFFORTS)
def test_who_comes_a_random_time_after_a_poisson_stream_is_one_again(effort: Effort) -> None:
    """Points of a Poisson process moved independently are one: half of one an hour make M/M/1 with 0.5."""
    arrivals = Arrivals("after", of="out", by=Distribution("gamma", 20.0 * MS_PER_HOUR, shape=2.0), share=0.5)
    later = Source("on", "on", arrivals, (Kind("k", 1.0, "c", 1, {"counter": exponential(1.0)}),))
    net = network(
        [counter("counter"), DelayStage("way", Account.TRAVEL)],
        {"out": ["way"], "on": ["counter"]},
        [steady("out", 1.0, effort.hours, route="out", work={"way": fixed(0)}), later],
        **window(effort),
    )
    check(effort, stays(effort, net)[1], 1 / (1.0 - 0.5))
