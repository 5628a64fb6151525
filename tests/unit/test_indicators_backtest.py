"""What is said to bind, put to the test: more of it shortens the mean time, more of others does not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pytest

from kzsim.draws import draw
from kzsim.engines import kernel
from kzsim.indicators.binding import Binding, binding
from kzsim.indicators.collect import Collected
from kzsim.indicators.dictionary import INDICATORS
from kzsim.indicators.layout import ElementInfo, GroupInfo, make_layout
from kzsim.indicators.summary import Observed, summarise
from kzsim.network import compile_network
from kzsim.network.model import (
    MS_PER_DAY,
    MS_PER_HOUR,
    Account,
    Arrivals,
    Calendar,
    Distribution,
    GateStage,
    Kind,
    Network,
    Occupancy,
    Pool,
    Refill,
    Route,
    ServiceStage,
    Source,
    Step,
    Work,
    Zone,
)

DAYS = 100
PLENTY = 1000
FLOW = ("a", "road", "kz_to_cn")
CROSSING_TIME = [indicator.name for indicator in INDICATORS].index("crossing_time")


@dataclass(frozen=True)
class Means:
    """What a crossing has: quota a day, hours open a day from 08:00, booths, places before them."""

    quota: int = PLENTY
    hours: int = 24
    booths: int = 6
    places: int = PLENTY


def network(means: Means) -> Network:
    days = [day * MS_PER_DAY for day in range(DAYS)]
    opening = {0: 0}
    for day in days:
        opening[day + 8 * MS_PER_HOUR] = 1
        opening[day + (8 + means.hours) * MS_PER_HOUR] = 0
    steps = sorted(opening.items())
    always = means.hours == 24
    # the day's quota is given out at the opening
    refills = tuple(Refill(day + 8 * MS_PER_HOUR * (day > 0), means.quota) for day in days)
    work = {"gate": Work(), "check": Work(Distribution("exponential", 2.0 * MS_PER_HOUR))}
    edges = (*days, DAYS * MS_PER_DAY)
    return Network(
        horizon_ms=DAYS * MS_PER_DAY,
        classes=("any",),
        stages=(
            GateStage(
                "a.gate",
                Calendar.always(1)
                if always
                else Calendar(tuple(at for at, _ in steps), tuple(value for _, value in steps)),
                refills,
            ),
            ServiceStage("a.check", Account.INSPECTION, (Pool("booths", Calendar.always(means.booths)),)),
        ),
        zones=(Zone("a.yard", means.places),),
        routes=(
            Route(
                "out",
                (Step("gate", "a.gate"), Step("check", "a.check")),
                (Occupancy("a.yard", "check", "check"),),
            ),
        ),
        sources=(
            Source(
                "trucks",
                "out",
                Arrivals("poisson", edges, tuple(10.8 for _ in pairwise(edges)), tuple(range(DAYS))),
                (Kind("any", 1.0, "any", 0, work),),
            ),
        ),
        n_groups=1,
        cohort_ms=(5 * MS_PER_DAY, 80 * MS_PER_DAY),
    )


def run(means: Means) -> tuple[float, Binding]:
    """Mean crossing time in hours, and what is said to bind."""
    program = compile_network(network(means))
    entities = draw(program, seed=1, replication=0)
    outcome = kernel.run(program, entities)
    elements = [ElementInfo(*FLOW, "kz", name.partition(".")[2]) for name in program.element_names]
    where = make_layout(program, [GroupInfo(*FLOW, "any", False, "other")], elements, 20 * MS_PER_DAY)
    found = summarise(
        where,
        Observed(
            observers=outcome.observers,
            account_ms=outcome.account_ms,
            in_line=outcome.in_line,
            in_zone=outcome.in_zone,
            busy_ms=outcome.busy_ms,
            capacity_ms=outcome.capacity_ms,
        ),
    )
    seen = Collected(where)
    seen.add(found)
    (what,) = binding(where, seen.account_hours, seen.mean_busy_ms, seen.mean_capacity_ms)
    return float(found.values[where.headlines[0], CROSSING_TIME]), what


MORE = {
    "quota": lambda means: replace(means, quota=2 * means.quota),
    "hours": lambda means: replace(means, hours=24),
    "booths": lambda means: replace(means, booths=2 * means.booths),
    "places": lambda means: replace(means, places=2 * means.places),
}


@pytest.mark.parametrize(
    ("means", "binds", "place", "remedy", "at_least_h"),
    [
        # the day's quota is gone before the gate shuts: the nights that follow are its doing too
        (Means(quota=10, hours=12), "quota", "gate", "quota", 100.0),
        (Means(hours=12), "hours", "gate", "hours", 2.5),
        (Means(booths=1), "stage", "check", "booths", 12.0),
        # a full yard is the doing of the booths behind it, not of its places
        (Means(booths=1, places=2), "zone", "yard", "booths", 12.0),
    ],
    ids=["quota", "hours", "stage", "zone"],
)
def test_more_of_what_binds_shortens_the_mean_and_more_of_anything_else_does_not(
    means: Means, binds: str, place: str, remedy: str, at_least_h: float
) -> None:
    before_h, found = run(means)
    assert (found.binds, found.stage) == (binds, place)
    assert found.cause == ("a.check" if binds == "zone" else "")
    gain_h = {lever: before_h - run(more(means))[0] for lever, more in MORE.items()}
    assert gain_h.pop(remedy) > at_least_h, gain_h
    others = np.array(list(gain_h.values()))
    assert (others < at_least_h / 10).all(), gain_h
