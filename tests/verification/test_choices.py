"""Choices where theory knows what comes of them. Runs, intervals and seeds as in ``efforts``."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from kzsim.draws import draw
from kzsim.engines import kernel, reference
from kzsim.engines.outcome import I64
from kzsim.network import (
    Account,
    Alternative,
    Arrivals,
    Calendar,
    ChoiceStage,
    Condition,
    Distribution,
    GateStage,
    Kind,
    Network,
    Refill,
    Route,
    Source,
    Step,
    Turns,
    Work,
    compile_network,
)
from kzsim.network.model import MS_PER_HOUR
from tests.networks import counter
from tests.verification.efforts import REPLICATIONS, Effort, check

EFFORTS = [
    pytest.param(Effort(reference.run, 2_000, 0.08), id="reference"),
    pytest.param(Effort(kernel.run, 40_000, 0.02), id="kernel"),
]


def two_counters(
    effort: Effort, arrivals: Arrivals, costs: tuple[Work, Work], service: Work, choice: ChoiceStage
) -> Network:
    """One server each; whoever comes picks one of the two."""
    steps = (
        Step("to a", "choice", "a"),
        Step("to b", "choice", "b"),
        Step("a", "a", given="to a"),
        Step("b", "b", given="to b"),
    )
    work = {"to a": costs[0], "to b": costs[1], "a": service, "b": service}
    return Network(
        horizon_ms=effort.hours * MS_PER_HOUR,
        classes=("c",),
        stages=(choice, counter("a"), counter("b")),
        zones=(),
        routes=(Route("r", steps),),
        sources=(Source("s", "r", arrivals, (Kind("k", 1.0, "c", 0, work),)),),
        n_groups=1,
        cohort_ms=(effort.hours * MS_PER_HOUR // 20, effort.hours * MS_PER_HOUR),
    )


def runs(effort: Effort, net: Network) -> tuple[list[float], I64]:
    """Mean wait in hours, one figure a replication; how many picked each alternative [replication, 2]."""
    program = compile_network(net)
    waits, chosen = [], []
    for replication in range(REPLICATIONS):
        outcome = effort.run(program, draw(program, seed=20230101, replication=replication))
        chosen.append(outcome.observers.chosen[0])
        waited_ms = int(outcome.account_ms[0, 1][:, Account.QUEUE].sum())
        waits.append(waited_ms / int(outcome.observers.cohort.sum()) / MS_PER_HOUR)
    return waits, np.array(chosen)


@pytest.mark.parametrize("effort", EFFORTS)
def test_choices_by_exponential_own_costs_thin_a_poisson_stream(effort: Effort) -> None:
    """Of exponential costs of mean 1 and 3 the first is the smaller in three of four cases.

    So 0.6 an hour make streams of 0.45 and 0.15, and with service of an hour two M/D/1 whose waits are
    rho / 2 (1 - rho).
    """
    hour = float(MS_PER_HOUR)
    costs = (Work(Distribution("exponential", hour)), Work(Distribution("exponential", 3 * hour)))
    arrivals = Arrivals("poisson", (0, effort.hours * MS_PER_HOUR), (0.6 * effort.hours,))
    choice = ChoiceStage("choice", (Alternative("a", "a"), Alternative("b", "b")))
    net = two_counters(effort, arrivals, costs, Work(Distribution("fixed", hour)), choice)
    waits, chosen = runs(effort, net)
    check(effort, waits, 0.75 * 0.45 / (2 * 0.55) + 0.25 * 0.15 / (2 * 0.85))
    check(effort, (chosen[:, 0] / chosen.sum(axis=1)).tolist(), 0.75)


HEADWAY = 0.7
"""Hours between arrivals; service takes an hour in the mean."""


def wait_in_the_shorter_line(states: int = 80) -> float:
    """Mean hours of waiting where everybody joins the shorter of two lines, as arrivals find them.

    Arrivals at a fixed headway, exponential service. The chain of the numbers in both systems that
    arrivals find: one more where the line is shorter, then two queues that only empty.
    """
    served = stats.poisson(HEADWAY)
    after = np.zeros((states, states))  # from so many to so many in one headway
    for n in range(states):
        after[n, 1 : n + 1] = served.pmf(np.arange(n - 1, -1, -1))
        after[n, 0] = served.sf(n - 1)
    a, b = np.meshgrid(np.arange(states), np.arange(states), indexing="ij")
    joins_a = np.maximum(a - 1, 0) <= np.maximum(b - 1, 0)
    shares = np.zeros((states, states))
    shares[0, 0] = 1.0
    for _ in range(3_000):
        joined = np.zeros_like(shares)
        joined[1:] += np.where(joins_a, shares, 0.0)[:-1]
        joined[:, 1:] += np.where(joins_a, 0.0, shares)[:, :-1]
        shares = after.T @ joined @ after
        shares /= shares.sum()
    return float((shares * np.where(joins_a, a, b)).sum())


@pytest.mark.parametrize("effort", EFFORTS)
def test_who_knows_both_lines_and_joins_the_shorter_waits_as_long_as_the_chain_says(effort: Effort) -> None:
    """Published at each arrival is how it was just before; an own cost of nothing, so lines alone decide."""
    at_ms = tuple(range(0, effort.hours * MS_PER_HOUR, round(HEADWAY * MS_PER_HOUR)))
    choice = ChoiceStage("choice", (Alternative("a", "a", 1), Alternative("b", "b", 1)), at_ms)
    nothing, service = Work(Distribution("fixed", 0.0)), Work(Distribution("exponential", float(MS_PER_HOUR)))
    arrivals = Arrivals("instants", at_ms=at_ms)
    waits, _ = runs(effort, two_counters(effort, arrivals, (nothing, nothing), service, choice))
    check(effort, waits, wait_in_the_shorter_line())


PATIENCE_H = 6
CALLS = np.random.default_rng(7).integers(0, 9, 400) * (np.arange(400) // 12 % 3 > 0)
"""How many a gate calls at each hour: none in every third half day, else 4 in the mean."""


def by_the_list_of_calls(comes_ms: I64) -> list[int]:
    """When each of these is let through, -1 who does not want to wait: read off the list of all calls."""
    calls = np.repeat(np.arange(len(CALLS)) * MS_PER_HOUR, CALLS).tolist()
    left = []
    for at_ms in comes_ms.tolist():
        while calls and calls[0] < at_ms:
            calls.pop(0)
        waits = bool(calls) and calls[0] - at_ms <= PATIENCE_H * MS_PER_HOUR
        left.append(calls.pop(0) if waits else -1)
    return left


@pytest.mark.parametrize("engine", ["reference", "kernel"])
def test_who_goes_by_the_turns_of_a_gate_is_let_through_at_the_very_turn_it_was_told(engine: str) -> None:
    """Five an hour come, each when the list has just been published: too many, so some go away."""
    hours = np.arange(len(CALLS)) * MS_PER_HOUR
    comes_ms = np.arange(12 * 60, (len(CALLS) - 24) * 60, 12) * (MS_PER_HOUR // 60) + 1
    at_once = [
        Refill(int(at_ms) + after, 0 if after else int(n))
        for at_ms, n in zip(hours, CALLS, strict=True)
        for after in (0, 1)
    ]
    ways = (
        Alternative("waits", "gate", MS_PER_HOUR, Turns(tuple(hours.tolist()), tuple(CALLS.tolist()))),
        Alternative("goes", "gate"),
    )
    steps = (
        Step("to gate", "choice", "waits"),
        Step("away", "choice", "goes"),
        Step("gate", "gate", given="to gate"),
        Step("never", "gate", given="away"),
    )
    nothing = Distribution("fixed", 0.0)
    never = Work(None, (Condition("never?", 0.0, 0.0),))
    patience = Work(Distribution("fixed", float(PATIENCE_H * MS_PER_HOUR)))
    work = {"to gate": Work(nothing), "away": patience, "gate": Work(), "never": never}
    net = Network(
        horizon_ms=len(CALLS) * MS_PER_HOUR,
        classes=("c",),
        stages=(
            ChoiceStage("choice", ways, tuple(comes_ms.tolist())),
            GateStage("gate", Calendar.always(1), tuple(at_once)),
        ),
        zones=(),
        routes=(Route("r", steps),),
        sources=(
            Source(
                "s",
                "r",
                Arrivals("instants", at_ms=tuple(comes_ms.tolist())),
                (Kind("k", 1.0, "c", 0, work),),
            ),
        ),
        n_groups=1,
    )
    program = compile_network(net)
    run = {"reference": reference.run, "kernel": kernel.run}[engine]
    outcome = run(program, draw(program, seed=1, replication=0), trace=True)
    told = by_the_list_of_calls(comes_ms)
    expected = [comes if at_ms < 0 else at_ms for comes, at_ms in zip(comes_ms.tolist(), told, strict=True)]
    assert outcome.exit_ms.tolist() == expected
    assert 100 < told.count(-1) < len(told) / 2
