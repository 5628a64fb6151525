"""Civil time to milliseconds: two clocks, opening hours, closed days, and what changes by the day.

Everything here speaks of *intervals*: pairs of ms since the start of the run, half open, in order,
not overlapping and clipped to the run.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

from kzsim import evidence
from kzsim.border.labels import SIDES, Side
from kzsim.network.model import Calendar, Refill

Interval = tuple[int, int]
Minutes = tuple[int, int]

MINUTES_PER_DAY = 24 * 60
_ONE_DAY = timedelta(days=1)
_ONE_MS = timedelta(milliseconds=1)
_ROUNDING = 1e-9


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

    @cached_property
    def start(self) -> datetime:
        """The instant t = 0, aware, in the home clock."""
        return datetime.combine(self.first_day, time(), self.zones[self.home])

    @cached_property
    def horizon_ms(self) -> int:
        """Length of the run."""
        return self.ms(self.home, self.last_day + _ONE_DAY)

    @cached_property
    def _start_utc(self) -> datetime:
        return self.start.astimezone(UTC)

    def ms(self, side: Side, day: date, minute: int = 0) -> int:
        """Instant of a minute of a day on a side's clock; negative before the start.

        An hour that a change of the clock repeats is read as its first occurrence; minute 1440 is
        00:00 of the next day, so that a day with a change lasts 23 or 25 h.
        """
        asked = (side, day, minute)
        found = self._known_ms.get(asked)
        if found is None:
            found = self._known_ms[asked] = self._ms(side, day, minute)
        return found

    @cached_property
    def _known_ms(self) -> dict[tuple[Side, date, int], int]:
        """Instants worked out before: every source and calendar asks for the same ones."""
        return {}

    def _ms(self, side: Side, day: date, minute: int) -> int:
        whole_days, minute = divmod(minute, MINUTES_PER_DAY)
        on = day + whole_days * _ONE_DAY
        civil = datetime.combine(on, time(minute // 60, minute % 60), self.zones[side])
        return (civil.astimezone(UTC) - self._start_utc) // _ONE_MS

    def days(self, side: Side = "kz") -> tuple[date, ...]:
        """The calendar dates of a side's clock that the run touches."""
        zone = self.zones[side]
        first = self._start_utc.astimezone(zone).date()
        last = (self._start_utc + (self.horizon_ms - 1) * _ONE_MS).astimezone(zone).date()
        return tuple(first + n * _ONE_DAY for n in range((last - first).days + 1))

    def offset_hours(self, side: Side, day: date) -> int:
        """Hours by which a side's clock is ahead of the home clock at noon of a home date."""
        asked = (side, day)
        found = self._known_offsets.get(asked)
        if found is None:
            found = self._known_offsets[asked] = self._offset_hours(side, day)
        return found

    @cached_property
    def _known_offsets(self) -> dict[tuple[Side, date], int]:
        return {}

    def _offset_hours(self, side: Side, day: date) -> int:
        noon = datetime.combine(day, time(12), self.zones[self.home])
        there = noon.astimezone(self.zones[side]).utcoffset()
        here = noon.utcoffset()
        if there is None or here is None:
            raise ValueError("clock without an offset from UTC")
        return round((there - here) / timedelta(hours=1))


def clock(first_day: date, last_day: date) -> Clock:
    """The clock of a run over whole days of Kazakhstan's clock, both inclusive."""
    names = evidence.time_zones().name
    return Clock(first_day, last_day, {side: ZoneInfo(names[side]) for side in SIDES})


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
    """Opening of a side for road freight; ``hours`` (minutes of the day) replace the evidence's.

    A weekday or date that closes either side closes both, each on its own calendar.
    """
    if hours is None:
        periods = tuple((period.first, period.last, tuple(period.open)) for period in crossing.hours[side])
    else:
        periods = ((date.min, None, tuple(hours)),)
    return Opening(
        side=side,
        periods=periods,
        closed_weekdays=frozenset(day for closed in crossing.weekly_closed.values() for day in closed),
        closed_dates=frozenset(closed.day for dates in crossing.closed_dates.values() for closed in dates),
    )


def open_intervals(clock: Clock, opening: Opening) -> tuple[Interval, ...]:
    """Open intervals of a side over the run, adjoining ones joined."""
    side = opening.side
    return joined(
        clock,
        (
            (clock.ms(side, day, start), clock.ms(side, day, end))
            for day in clock.days(side)
            for start, end in opening.minutes(day)
        ),
    )


@dataclass(frozen=True)
class Slice:
    """A stretch of open time within one civil hour: its day, its ends (ms), its length in minutes."""

    day: date
    start_ms: int
    end_ms: int
    minutes: int


def open_hours(clock: Clock, opening: Opening) -> Iterator[Slice]:
    """The open time of a side over the run, cut at every full hour of its clock."""
    side = opening.side
    for day in clock.days(side):
        for start, end in opening.minutes(day):
            cuts = [start, *range(start - start % 60 + 60, end, 60), end]
            instants = [clock.ms(side, day, cut) for cut in cuts]
            for i, (first, last) in enumerate(pairwise(instants)):
                if last > 0 and first < clock.horizon_ms:
                    yield Slice(day, max(first, 0), min(last, clock.horizon_ms), cuts[i + 1] - cuts[i])


def extra_intervals(clock: Clock, opening: Opening, extra_ms: int) -> tuple[Interval, ...]:
    """The ``extra_ms`` after each open day's last closing, as far as the side is shut then.

    Where it is open round the clock there are none.
    """
    side = opening.side
    days = clock.days(side)
    days = (days[0] - _ONE_DAY, *days, days[-1] + _ONE_DAY)
    starts = [clock.ms(side, day, start) for day in days for start, _ in opening.minutes(day)]
    extra = []
    for day in days:
        minutes = opening.minutes(day)
        if minutes:
            closing = clock.ms(side, day, minutes[-1][1])
            following = bisect_left(starts, closing)
            reopening = starts[following] if following < len(starts) else closing + extra_ms
            extra.append((closing, min(closing + extra_ms, reopening)))
    return joined(clock, extra)


def joined(clock: Clock, intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Intervals clipped to the run, in order, adjoining and overlapping ones made one."""
    horizon_ms = clock.horizon_ms
    out: list[Interval] = []
    for raw_start, raw_end in sorted(intervals):
        start, end = max(raw_start, 0), min(raw_end, horizon_ms)
        if start >= end:
            continue
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return tuple(out)


def to_calendar(intervals: Iterable[Interval], value: int | Callable[[int], int] = 1) -> Calendar:
    """``value`` within the intervals (or what it says at each interval's start) and 0 outside."""
    at_ms, values = [0], [0]

    def put(instant: int, number: int) -> None:
        if at_ms[-1] == instant:
            values[-1] = number
        elif values[-1] != number:
            at_ms.append(instant)
            values.append(number)
        if len(values) > 1 and values[-1] == values[-2]:
            at_ms.pop()
            values.pop()

    for start, end in intervals:
        put(start, value if isinstance(value, int) else value(start))
        put(end, 0)
    return Calendar(tuple(at_ms), tuple(values))


def daily_calendar(
    clock: Clock, side: Side, intervals: Iterable[Interval], value: Callable[[date], int]
) -> Calendar:
    """Within the intervals the value of the day (of the side's clock), 0 outside."""
    days = clock.days(side)
    values = [value(day) for day in days]
    if len(set(values)) == 1:
        return to_calendar(intervals, values[0])
    midnights = [clock.ms(side, day) for day in days]
    pieces: list[Interval] = []
    of_start: dict[int, int] = {}
    for start, end in intervals:
        number = bisect_right(midnights, start) - 1
        while start < end:
            last = midnights[number + 1] if number + 1 < len(days) else end
            pieces.append((start, min(last, end)))
            of_start[start] = values[number]
            start, number = min(last, end), number + 1
    return to_calendar(pieces, of_start.__getitem__)


def whole_parts(amounts: Iterable[float]) -> Iterator[int]:
    """Whole numbers whose running sums are the running sums of ``amounts`` rounded down."""
    before = 0
    for total in accumulate(amounts):
        upto = round_down(total)
        yield upto - before
        before = upto


def round_down(amount: float) -> int:
    """Down to a whole number, but what lies a rounding error below one counts as that one."""
    return math.floor(amount + _ROUNDING)


def daily_refills(clock: Clock, side: Side, amount: Callable[[date], int]) -> tuple[Refill, ...]:
    """A refill at 00:00 of each day of the side's clock; the first at 0."""
    return tuple(Refill(max(0, clock.ms(side, day)), amount(day)) for day in clock.days(side))
