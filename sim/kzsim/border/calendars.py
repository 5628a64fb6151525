"""Civil time to milliseconds: two clocks, opening hours, closed days, and what changes by the day.

Everything here speaks of *intervals*: pairs of ms since the start of the run, half open, in order,
not overlapping and clipped to the run.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from kzsim import evidence
from kzsim.border.labels import SIDES, Side
from kzsim.network.model import MS_PER_MINUTE, Calendar, Refill

Interval = tuple[int, int]
Minutes = tuple[int, int]

MINUTES_PER_DAY = 24 * 60
_ONE_DAY = timedelta(days=1)
_ONE_MS = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Clock:
    """Converts the civil time of each side to ms since the start, and back.

    The run starts at 00:00 of ``first_day`` and ends at 24:00 of ``last_day``, both in the clock of
    ``home``, Kazakhstan's side.
    """

    first_day: date
    last_day: date
    zones: Mapping[Side, ZoneInfo]
    home: Side = "kz"

    @property
    def start(self) -> datetime:
        """The instant t = 0, aware, in the home clock."""
        return datetime.combine(self.first_day, time(), self.zones[self.home])

    @property
    def horizon_ms(self) -> int:
        """Length of the run."""
        return self.ms(self.home, self.last_day + _ONE_DAY)

    def ms(self, side: Side, day: date, minute: int = 0) -> int:
        """Instant of a minute of a day on a side's clock; negative before the start.

        An hour that a change of the clock repeats is read as its first occurrence; minute 1440 is
        00:00 of the next day, so that a day with a change lasts 23 or 25 h.
        """
        whole_days, minute = divmod(minute, MINUTES_PER_DAY)
        civil = datetime.combine(day + whole_days * _ONE_DAY, time(minute // 60, minute % 60), self.zones[side])
        return (civil.astimezone(UTC) - self.start.astimezone(UTC)) // _ONE_MS

    def days(self, side: Side = "kz") -> tuple[date, ...]:
        """The calendar dates of a side's clock that the run touches."""
        zone = self.zones[side]
        start = self.start.astimezone(UTC)
        first = start.astimezone(zone).date()
        last = (start + (self.horizon_ms - 1) * _ONE_MS).astimezone(zone).date()
        return tuple(first + n * _ONE_DAY for n in range((last - first).days + 1))

    def offset_hours(self, side: Side, day: date) -> int:
        """Hours by which a side's clock is ahead of the home clock at noon of a home date."""
        noon = datetime.combine(day, time(12), self.zones[self.home])
        there = noon.astimezone(self.zones[side]).utcoffset()
        here = noon.utcoffset()
        if there is None or here is None:
            raise ValueError("clock without an offset from UTC")
        return round((there - here) / timedelta(hours=1))


def clock(first_day: date, last_day: date) -> Clock:
    """The clock of a run over whole days of Kazakhstan's clock, both inclusive."""
    zones = evidence.time_zones()
    return Clock(first_day, last_day, {side: ZoneInfo(zones[side]) for side in SIDES})


@dataclass(frozen=True)
class Opening:
    """When one side of a crossing is open, in that side's own clock and dates.

    ``periods`` are (first day, last day or None, minutes of the day) in order of time; a day before
    the first period is treated like its first day. Round the clock is one interval of 1440 minutes.
    """

    side: Side
    periods: tuple[tuple[date, date | None, tuple[Minutes, ...]], ...]
    closed_weekdays: frozenset[int] = frozenset()
    closed_dates: frozenset[date] = frozenset()

    def hours(self, day: date) -> tuple[Minutes, ...]:
        """Opening hours of a working day, whether or not that very day is a closed one."""
        day = max(day, self.periods[0][0])
        for first, last, minutes in self.periods:
            if first <= day and (last is None or day <= last):
                return minutes
        return ()

    def minutes(self, day: date) -> tuple[Minutes, ...]:
        """Open minutes of that day; empty on a closed day."""
        return () if self.is_closed_day(day) else self.hours(day)

    def is_closed_day(self, day: date) -> bool:
        """A weekly closed day or a closed date."""
        return day.weekday() in self.closed_weekdays or day in self.closed_dates

    def round_the_clock(self, day: date) -> bool:
        """Open from midnight to midnight on working days at that date."""
        return sum(end - start for start, end in self.hours(day)) == MINUTES_PER_DAY


def road_opening(crossing: evidence.Crossing, side: Side, hours: Sequence[Minutes] | None = None) -> Opening:
    """Opening of a side for road freight; ``hours`` (minutes of the day) replace the evidence's."""
    raise NotImplementedError


def open_intervals(clock: Clock, opening: Opening) -> tuple[Interval, ...]:
    """Open intervals of a side over the run, adjoining ones joined."""
    raise NotImplementedError


def to_calendar(intervals: Iterable[Interval], value: int | Callable[[int], int] = 1) -> Calendar:
    """``value`` within the intervals (or what it says at each interval's start) and 0 outside."""
    raise NotImplementedError


def value_on(fact: evidence.Fact, day: date) -> float:
    """The fact's number on that day: that of the period the day lies in, else its value."""
    raise NotImplementedError


def whole_parts(amounts: Iterable[float]) -> Iterator[int]:
    """Whole numbers whose running sums are the running sums of ``amounts`` rounded down."""
    raise NotImplementedError


def daily_refills(clock: Clock, side: Side, amount: Callable[[date], int]) -> tuple[Refill, ...]:
    """A refill at 00:00 of each day of the side's clock; the first at 0."""
    raise NotImplementedError
