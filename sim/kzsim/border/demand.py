"""When trucks and trains come: yearly totals spread over months, days and hours."""

from __future__ import annotations

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
) -> Arrivals:
    """Arrivals on hourly intervals of the home clock over the run.

    A profile kept on another clock is turned by the difference between the clocks, so that each
    day of the home clock keeps its whole share. ``day`` of an interval counts the home clock's days
    from the start of the run.
    """
    edges = [0]
    expected: list[float] = []
    days: list[int] = []
    of_month: dict[tuple[int, int], tuple[float, float]] = {}
    for number, day in enumerate(clock.days()):
        month = (day.year, day.month)
        if month not in of_month:
            of_month[month] = (_month_share(pattern, day), _weights(pattern, day))
        share, weights = of_month[month]
        total = year_total * share * pattern.weekday[day.weekday()] / weights
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


def _days_in_month(first: date) -> int:
    following = (first + 31 * _ONE_DAY).replace(day=1)
    return (following - first).days
