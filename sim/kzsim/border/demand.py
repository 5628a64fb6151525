"""When trucks and trains come: yearly totals spread over months, days and hours."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import fsum
from typing import Literal

from kzsim.border.calendars import Clock
from kzsim.border.labels import Side
from kzsim.network.model import MS_PER_HOUR, Arrivals, Swing

HOURS_PER_DAY = 24
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class HourShares:
    """Shares of a day's arrivals by hour (24, midnight first) on the clock of ``side``."""

    share: Sequence[float]
    side: Side


@dataclass(frozen=True)
class Pattern:
    """How a year's total is spread.

    ``monthly`` (12) and ``weekday`` (7, Monday first) are shares, and a weekday of 0 has no
    arrivals; ``hours_on`` gives the profile of the hours for a date of the home clock.
    """

    monthly: Sequence[float]
    weekday: Sequence[float]
    hours_on: Callable[[date], HourShares]


@dataclass(frozen=True)
class Bend:
    """Demand that is otherwise from ``first`` to ``last``: times ``factor``, then at most ``most`` a day.

    ``moved``: what does not come on these days comes on the others of the year, because the year's
    total is a count that has the effect already.
    """

    first: date
    last: date
    factor: float = 1.0
    most: float = math.inf
    moved: bool = False

    def on(self, day: date) -> bool:
        """Whether it holds on that day."""
        return self.first <= day <= self.last


def bent(daily: Callable[[date], float], bends: Sequence[Bend], year: int) -> Callable[[date], float]:
    """Expected arrivals by day with the bends; those that are moved leave the year's total as it is.

    Raises ValueError if all days of the year have a bend that is moved, so that there is none to move to.
    """

    def with_bends(day: date, *, moved: bool) -> float:
        amount = daily(day)
        for bend in bends:
            if bend.moved == moved and bend.on(day):
                amount = min(amount * bend.factor, bend.most)
        return amount

    days = [date(year, 1, 1) + n * _ONE_DAY for n in range(_days_in(year))]
    free = [day for day in days if not any(bend.moved and bend.on(day) for bend in bends)]
    whole, left = fsum(map(daily, days)), fsum(with_bends(day, moved=True) for day in days)
    others = fsum(map(daily, free))
    if whole > left and not others:
        raise ValueError("what does not come on the days of the episodes has no other day to come on")
    more = 1.0 + (whole - left) / others if others else 1.0

    def on(day: date) -> float:
        amount = with_bends(day, moved=True)
        if day in of_the_others:
            amount *= more
        for bend in bends:
            if not bend.moved and bend.on(day):
                amount = min(amount * bend.factor, bend.most)
        return amount

    of_the_others = frozenset(free)
    return on


def daily_expected(year_total: float, pattern: Pattern, day: date) -> float:
    """Expected arrivals on one day of the home clock; over the year they sum to ``year_total``.

    A month's share is spread over its days in proportion to the weekday shares, so a weekday
    without arrivals leaves the month's total as it is.
    """
    return year_total * _month_share(pattern, day) * pattern.weekday[day.weekday()] / _weights(pattern, day)


def _month_share(pattern: Pattern, day: date) -> float:
    return pattern.monthly[day.month - 1] / fsum(pattern.monthly)


def _weights(pattern: Pattern, day: date) -> float:
    first = day.replace(day=1)
    return fsum(pattern.weekday[(first + n * _ONE_DAY).weekday()] for n in range(_days_in_month(first)))


def arrivals(
    clock: Clock,
    year_total: float,
    pattern: Pattern,
    swing: Swing | None,
    process: Literal["poisson", "timetable"] = "poisson",
    lateness: float = 0.0,
    bends: Sequence[Bend] = (),
) -> Arrivals:
    """Arrivals on hourly intervals of the home clock over the run.

    A profile kept on another clock is turned by the difference between the clocks, so that each
    day of the home clock keeps its whole share. ``day`` of an interval counts the home clock's days
    from the start of the run. ``bends`` are what dated episodes change.
    """
    edges = [0]
    expected: list[float] = []
    days: list[int] = []
    of_month: dict[tuple[int, int], tuple[float, float]] = {}

    def as_usual(day: date) -> float:
        # as `daily_expected`, with what is the same for a month worked out once
        month = (day.year, day.month)
        if month not in of_month:
            of_month[month] = (_month_share(pattern, day), _weights(pattern, day))
        share, weights = of_month[month]
        return year_total * share * pattern.weekday[day.weekday()] / weights

    daily = bent(as_usual, bends, clock.first_day.year) if bends else as_usual
    for number, day in enumerate(clock.days()):
        total = daily(day)
        hours = pattern.hours_on(day)
        ahead = clock.offset_hours(hours.side, day)
        shares = fsum(hours.share)
        start, end = clock.ms(clock.home, day), clock.ms(clock.home, day + _ONE_DAY)
        plain = end - start == HOURS_PER_DAY * MS_PER_HOUR  # no change of the clock on this day
        hourly = range(1, HOURS_PER_DAY + 1)
        if plain:
            edges += [start + after * MS_PER_HOUR for after in hourly]
        else:
            edges += [clock.ms(clock.home, day, after * 60) for after in hourly]
        expected += [
            total * hours.share[(hour + ahead) % HOURS_PER_DAY] / shares for hour in range(HOURS_PER_DAY)
        ]
        days += [number] * HOURS_PER_DAY
    return Arrivals(
        process=process,
        edges_ms=tuple(edges),
        expected=tuple(expected),
        day=tuple(days),
        swing=swing,
        lateness=lateness,
    )


def _days_in(year: int) -> int:
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days


def _days_in_month(first: date) -> int:
    following = (first + 31 * _ONE_DAY).replace(day=1)
    return (following - first).days
