"""Entities that come together, and those that leave together: theory's means.

Runs, intervals and seeds as in ``efforts``.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from kzsim.draws import draw
from kzsim.engines import kernel
from kzsim.network import Account, Batches, DepartureStage, Network, Work, compile_network
from kzsim.network.model import MS_PER_HOUR
from tests.networks import counter, network, steady
from tests.verification.efforts import (
    EFFORTS,
    REPLICATIONS,
    Effort,
    check,
    exponential,
    hours_per_entity,
)


@pytest.mark.parametrize("effort", EFFORTS)
def test_batches_of_one_to_three_wait_0_085417_h(effort: Effort) -> None:
    """4 batches an hour of 1, 2 or 3 with probability 1/4, 1/2 and 1/4; 20 an hour are served."""
    source = steady("s", 4, effort.hours, route="r", work={"counter": exponential(20)})
    arrivals = replace(source.arrivals, batches=Batches((1, 2, 3), (0.25, 0.5, 0.25)))
    net = network(
        [counter("counter")],
        {"r": ["counter"]},
        [replace(source, arrivals=arrivals)],
        horizon_ms=effort.hours * MS_PER_HOUR,
        cohort_ms=(effort.hours * MS_PER_HOUR // 20, effort.hours * MS_PER_HOUR),
    )
    check(effort, hours_per_entity(effort, net, 0, [Account.QUEUE]), 0.085417)


def trains(effort: Effort, per_hour: float, places: int) -> Network:
    """A train at the end of each hour, a millisecond before lines are read."""
    ends = tuple(hour * MS_PER_HOUR - 1 for hour in range(1, effort.hours + 1))
    return network(
        [DepartureStage("train", ends, (places,) * len(ends))],
        {"r": ["train"]},
        [steady("s", per_hour, effort.hours, route="r", work={"train": Work()})],
        horizon_ms=effort.hours * MS_PER_HOUR,
        cohort_ms=(effort.hours * MS_PER_HOUR // 20, effort.hours * MS_PER_HOUR),
    )


# arrivals an interval, places, mean number left behind by a train, mean wait in intervals
TRAINS = [(8, 10, 0.878622, 0.609828), (9, 10, 3.101238, 0.844582), (45, 50, 1.778665, 0.539526)]


@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize(("per_hour", "places", "left_behind", "wait"), TRAINS)
def test_who_waits_for_a_train_a_unit_of_time_waits_as_long_as_theory_says(
    effort: Effort, per_hour: float, places: int, left_behind: float, wait: float
) -> None:
    del left_behind
    # one in five hours of the largest is enough, for a train has room for nearly all who come
    shorter = replace(effort, hours=effort.hours // 5) if per_hour == 45 else effort
    net = trains(shorter, per_hour, places)
    check(shorter, hours_per_entity(shorter, net, 0, [Account.QUEUE]), wait)


@pytest.mark.parametrize(("per_hour", "places", "left_behind", "wait"), TRAINS)
def test_a_train_a_unit_of_time_leaves_as_many_behind_as_theory_says(
    per_hour: float, places: int, left_behind: float, wait: float
) -> None:
    """By the lengths of lines; the two engines read the same ones, so the fast one is enough."""
    del wait
    effort = Effort(kernel.run, 75_000, 0.02)
    program = compile_network(trains(effort, per_hour, places))
    found = []
    for replication in range(REPLICATIONS):
        outcome = effort.run(program, draw(program, seed=20230101, replication=replication))
        found.append(float(outcome.in_line[effort.hours // 20 :, 0].mean()))
    check(effort, found, left_behind)
