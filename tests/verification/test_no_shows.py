"""Entities that do not show up at a gate: the number in line against the stationary distribution of a chain.

And the places lost, against what each entity loses on average.

A gate is open for a millisecond each hour, with a new quota of s. Of the X in line min(X, s) are let pass and
each shows up with probability 1 - p; the others are in line again before the next hour, with those who have
come by then: X' = X - Binomial(min(X, s), 1 - p) + Poisson(rate). Runs, intervals, seeds as in ``efforts``.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from kzsim.draws import draw
from kzsim.network import Calendar, GateStage, Network, Refill, Work, compile_network
from kzsim.network.model import MS_PER_HOUR
from tests.networks import network, steady
from tests.verification.efforts import EFFORTS, REPLICATIONS, Effort, check

PER_HOUR, PLACES, SHARE = 5.5, 10, 0.3
ATTEMPTS = 60
"""After as many everybody shows up: 0.3 to this power of the entities."""
MOST_IN_LINE = 150


def mean_in_line() -> float:
    """Of the stationary distribution, cut off where less than 1e-12 lies beyond."""
    size = MOST_IN_LINE + 1
    step = np.zeros((size, size))
    come = stats.poisson.pmf(np.arange(size), PER_HOUR)
    for x in range(size):
        passing = min(x, PLACES)
        for shown, chance in enumerate(stats.binom.pmf(np.arange(passing + 1), passing, 1 - SHARE)):
            left = x - shown
            step[x, left:] += chance * come[: size - left]
    step /= step.sum(axis=1, keepdims=True)
    stationary = np.linalg.matrix_power(step, 4096)[0]
    assert stationary[-20:].sum() < 1e-12
    return float(stationary @ np.arange(size))


def at_full_hours(hours: int) -> Network:
    instants = [hour * MS_PER_HOUR for hour in range(hours)]
    edges = tuple(at for hour in instants for at in (hour, hour + 1))
    gate = GateStage("gate", Calendar(edges, (1, 0) * hours), tuple(Refill(at, PLACES) for at in instants))
    work = {"gate": Work(no_shows=(SHARE,) * ATTEMPTS)}
    return network(
        [gate],
        {"r": ["gate"]},
        [steady("s", PER_HOUR, hours, route="r", work=work)],
        horizon_ms=hours * MS_PER_HOUR,
    )


@pytest.mark.parametrize("effort", EFFORTS)
def test_with_no_shows_as_many_stand_before_a_gate_as_theory_says(effort: Effort) -> None:
    program = compile_network(at_full_hours(effort.hours))
    found = []
    for replication in range(REPLICATIONS):
        outcome = effort.run(program, draw(program, seed=20230101, replication=replication))
        found.append(float(outcome.in_line[effort.hours // 20 :, 0].mean()))
    check(effort, found, mean_in_line())


@pytest.mark.parametrize("effort", EFFORTS)
def test_as_many_places_are_lost_as_theory_says(effort: Effort) -> None:
    """Each attempt fails with SHARE, whatever came before: p / (1 - p) places lost by each who passes."""
    program = compile_network(at_full_hours(effort.hours))
    found = []
    for replication in range(REPLICATIONS):
        outcome = effort.run(program, draw(program, seed=20230101, replication=replication))
        found.append(float(outcome.observers.no_shows[0, 0]) / effort.hours)
    check(effort, found, PER_HOUR * SHARE / (1 - SHARE))
