"""What changes over time: numbers of servers, opening hours, refills of a quota."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kzsim.network import Calendar, NetworkError, StaffingRule
from kzsim.queueing.units import Time, time, whole


@dataclass(frozen=True)
class Changing:
    """A whole number over time: ``values[i]`` from ``at_ms[i]`` on, over again every ``repeat_ms``."""

    at_ms: tuple[int, ...]
    values: tuple[int, ...]
    repeat_ms: int | None

    def calendar(self, horizon_ms: int) -> Calendar:
        """The same up to the horizon, for the network."""
        at, values = zip(*self._pieces(horizon_ms), strict=True)
        return Calendar(at, values)

    def _pieces(self, horizon_ms: int) -> list[tuple[int, int]]:
        once = list(zip(self.at_ms, self.values, strict=True))
        if self.repeat_ms is None:
            return once
        starts = range(0, horizon_ms, self.repeat_ms)
        return [(start + at, value) for start in starts for at, value in once if start + at < horizon_ms]


def changing(values: Mapping[Time, int], *, repeat: Time | None = None) -> Changing:
    """A number that changes: ``changing({hours(0): 0, hours(8): 3, hours(20): 0}, repeat=days(1))``.

    The first instant is 0. With ``repeat`` it starts over after that time. Raises NetworkError if the
    instants do not rise from 0 or reach beyond ``repeat``, or if a value is negative.
    """
    at_ms = [time("changing: an instant", at).whole_ms for at in values]
    for at, value in values.items():
        whole(f"changing: the value from {at.ms:g} ms on", value)
    if not at_ms or at_ms[0] != 0 or at_ms != sorted(set(at_ms)):
        raise NetworkError((f"changing: the instants {at_ms} ms do not rise from 0: put them in order",))
    repeat_ms = None if repeat is None else time("changing: repeat", repeat).whole_ms
    if repeat_ms is not None and repeat_ms <= at_ms[-1]:
        raise NetworkError(
            (f"changing: it repeats after {repeat_ms} ms, before its last instant, {at_ms[-1]} ms",)
        )
    return Changing(tuple(at_ms), tuple(values.values()), repeat_ms)


def open_from(opens: Time, closes: Time, *, repeat: Time) -> Changing:
    """Open between two instants of every period: ``open_from(hours(8), hours(20), repeat=days(1))``.

    Raises NetworkError unless opens < closes <= repeat.
    """
    first, last, period = (time("open_from", each).whole_ms for each in (opens, closes, repeat))
    if not first < last <= period:
        raise NetworkError(
            (f"open_from: {first} to {last} ms is no part of {period} ms: opens < closes <= repeat",)
        )
    pieces = {0: 0} | {first: 1} | ({last: 0} if last < period else {})
    return Changing(tuple(pieces), tuple(pieces.values()), period)


@dataclass(frozen=True)
class Staffed:
    """Servers by the length of the line, reviewed every ``every_ms``; at most as many as ``limit``."""

    every_ms: int
    open_at: int
    close_at: int
    fewest: int
    most: int
    by: int
    limit: Changing | None

    def calendar(self, horizon_ms: int) -> Calendar:
        """What limits them, for the network."""
        return Calendar.always(self.most) if self.limit is None else self.limit.calendar(horizon_ms)

    def rule(self, horizon_ms: int) -> StaffingRule:
        """The rule up to the horizon, for the network."""
        reviews = tuple(range(self.every_ms, horizon_ms, self.every_ms)) or (self.every_ms,)
        return StaffingRule(reviews, self.open_at, self.close_at, self.fewest, self.most, self.by)


def staffed(
    fewest: int,
    most: int,
    *,
    open_at: int,
    close_at: int,
    every: Time,
    by: int = 1,
    limit: Changing | None = None,
) -> Staffed:
    """Servers that follow the line: ``staffed(1, 4, open_at=10, close_at=2, every=minutes(15))``.

    It begins with ``fewest``. Every so often, and only then, the line is looked at: with ``open_at`` or more
    in it ``by`` more servers work, up to ``most``; with ``close_at`` or fewer ``by`` fewer. ``limit``: in any
    case no more than this ``changing`` number. Raises NetworkError if a number is wrong.
    """
    every_ms = time("staffed: every", every).whole_ms
    if every_ms < 1:
        raise NetworkError(("staffed: every is 0: give a time, such as minutes(15)",))
    if limit is not None and not isinstance(limit, Changing):
        raise NetworkError((f"staffed: the limit is {limit!r}: give one that is changing(...)",))
    whole("staffed: the fewest", fewest)
    whole("staffed: the most", most, least=max(1, fewest))
    whole("staffed: close_at", close_at)
    whole("staffed: open_at", open_at, least=close_at + 1)
    return Staffed(every_ms, open_at, close_at, fewest, most, whole("staffed: by", by, least=1), limit)


@dataclass(frozen=True)
class Leaving:
    """``places[i]`` at ``at_ms[i]``, over again every ``repeat_ms``."""

    at_ms: tuple[int, ...]
    places: tuple[int, ...]
    repeat_ms: int | None

    def until(self, horizon_ms: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Instants up to the horizon and the places of each; one beyond it if there is none before."""
        starts = [0] if self.repeat_ms is None else range(0, horizon_ms, self.repeat_ms)
        once = list(zip(self.at_ms, self.places, strict=True))
        found = [(start + at, places) for start in starts for at, places in once if start + at < horizon_ms]
        at_ms, places = zip(*(found or once[:1]), strict=True)
        return at_ms, places


def leaving(where: str, places: Mapping[Time, int], repeat: Time | None) -> Leaving:
    """Check instants and numbers of places. Raises NetworkError, naming ``where``."""
    at_ms = [time(f"{where}: an instant", at).whole_ms for at in places]
    for at, count in zip(at_ms, places.values(), strict=True):
        whole(f"{where}: the places at {at} ms", count)
    if not at_ms or at_ms != sorted(set(at_ms)):
        raise NetworkError((f"{where}: the instants {at_ms} ms do not rise: give some, in order",))
    if not any(places.values()):
        raise NetworkError((f"{where} never lets anybody leave: give an instant some places",))
    repeat_ms = None if repeat is None else time(f"{where}: repeat", repeat).whole_ms
    if repeat_ms is not None and not (at_ms[-1] <= repeat_ms and at_ms[-1] - at_ms[0] < repeat_ms):
        raise NetworkError(
            (f"{where}: it repeats after {repeat_ms} ms, but its instants are {at_ms} ms: lengthen repeat",)
        )
    return Leaving(tuple(at_ms), tuple(places.values()), repeat_ms)


@dataclass(frozen=True)
class Quota:
    """``amount`` at 0 and again every ``every_ms``, of it per class at most ``ceilings``."""

    amount: int
    every_ms: int
    ceilings: tuple[tuple[str, int], ...]


def quota(amount: int, *, every: Time, ceilings: Mapping[str, int] | None = None) -> Quota:
    """So many may pass in each period; what is unused expires. ``ceilings`` limit single classes.

    Raises NetworkError for a negative amount or a period of no length.
    """
    whole("quota: the amount", amount)
    every_ms = time("quota: every", every).whole_ms
    if every_ms < 1:
        raise NetworkError(("quota: every is 0: give a period, such as days(1)",))
    for name, most in (ceilings or {}).items():
        whole(f"quota: the ceiling of class '{name}'", most)
    return Quota(amount, every_ms, tuple((ceilings or {}).items()))
