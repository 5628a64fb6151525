"""Wind at the fronts of a station: which of them it stops, when it was, and when it may blow besides."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date, timedelta
from math import fsum

from kzsim.border.calendars import Clock
from kzsim.border.episodes import Dated, whole_on
from kzsim.border.labels import Side
from kzsim.border.quantities import distribution
from kzsim.border.rail_line import Line
from kzsim.evidence import EvidenceError, Fact
from kzsim.evidence.levers import WIND
from kzsim.network.model import MS_PER_DAY, Calendar, Distribution, Outages, Pace, Pool

FRONTS = "fronts"
ROOFED = "under_roof"
UNDER_ROOF = "_under_roof"  # the end of the key of how many fronts of a kind are in a hall
DAYS = "wind.days"
MONTHS = 12
_ONE_DAY = timedelta(days=1)


def front_pools(line: Line, side: Side, tail: str, clock: Clock, dated: Dated) -> tuple[Pool, ...]:
    """The fronts of a kind at which cranes lift: in a hall, which are used first, and in the open."""
    fronts = line.fact(tail)
    covered = line.find(f"{tail}{UNDER_ROOF}")

    def inside(day: date) -> float:
        return min(fronts.on(day), covered.on(day)) if covered else 0.0

    def in_the_open(day: date) -> float:
        there = fronts.on(day) - inside(day)
        if not dated.changes_capacity(WIND, line.direction):
            return there
        return whole_on(day, there * dated.capacity_on(WIND, line.direction, day))

    most = max(round(fronts.on(day) - inside(day)) for day in clock.days(side))
    outside = Pool(FRONTS, servers(in_the_open, clock, side), outages=random_wind(line, dated, clock, most))
    if covered is None:
        return (outside,)
    hall = Pool(ROOFED, servers(inside, clock, side))
    return (hall, outside) if most else (hall,)


def servers(number: Callable[[date], float], clock: Clock, side: Side) -> Calendar:
    """A number of servers round the clock, by day of the side's clock."""
    at_ms: list[int] = []
    value: list[int] = []
    for day in clock.days(side):
        there = round(number(day))
        if not value or there != value[-1]:
            at_ms.append(max(0, clock.ms(side, day)))
            value.append(there)
    return Calendar(tuple(at_ms), tuple(value))


def random_wind(line: Line, dated: Dated, clock: Clock, fronts: int) -> tuple[Outages, ...]:
    """Wind that stops so many of the fronts in the open that the evidence's share of them is left.

    It blows for a drawn time on as many occasions a year as there are windy days, more often in the months
    that have more of them. Days of dated wind are days of wind: they are taken off the number, and no other
    wind begins on them. All fronts of a crossing have the same wind. Fronts are whole ones. () where the
    evidence has no wind.
    """
    windy = line.find(DAYS)
    if windy is None:
        return ()
    takes = fronts - round(fronts * line.fact(WIND).number)
    known = dated.days_of(WIND)
    year = clock.first_day.year
    weight = _weights(line, year)
    left = windy.number - sum(1 for day in weight if day in known)
    free = fsum(each for day, each in weight.items() if day not in known)
    if takes < 1 or left <= 0 or not free:
        return ()
    lasting = distribution(line.fact("wind.duration"))
    year_ms = len(weight) * MS_PER_DAY
    between = Distribution("exponential", max(1.0, year_ms / left - lasting.mean))
    at_ms: list[int] = []
    value: list[float] = []
    for day in clock.days(clock.home):
        speed = 0.0 if day in known else weight.get(day, 0.0) * len(weight) / free
        if not value or speed != value[-1]:
            at_ms.append(max(0, clock.ms(clock.home, day)))
            value.append(speed)
    return (
        Outages(
            f"rail.{line.crossing}.wind", between, lasting, takes=takes, pace=Pace(tuple(at_ms), tuple(value))
        ),
    )


def _weights(line: Line, year: int) -> dict[date, float]:
    """How likely wind is on each day of the year, up to a factor."""
    monthly = line.find("wind.monthly_share")
    first = date(year, 1, 1)
    days = [first + n * _ONE_DAY for n in range(366 if calendar.isleap(year) else 365)]
    return {day: _share(monthly, day) / calendar.monthrange(year, day.month)[1] for day in days}


def _share(monthly: Fact | None, day: date) -> float:
    if monthly is None:
        return calendar.monthrange(day.year, day.month)[1] / 365.0
    if not isinstance(monthly.value, tuple) or len(monthly.value) != MONTHS:
        raise EvidenceError(f"{monthly.key}: {monthly.value!r} is no list of {MONTHS} shares")
    return monthly.value[day.month - 1]
