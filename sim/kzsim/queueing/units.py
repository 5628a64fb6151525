"""Times and rates that carry their unit, so that nobody passes minutes where hours are meant."""

from __future__ import annotations

import math
from dataclasses import dataclass

from kzsim.network import NetworkError
from kzsim.network.model import MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE

MS_PER_SECOND = 1_000

MS_PER_UNIT = {"s": MS_PER_SECOND, "min": MS_PER_MINUTE, "h": MS_PER_HOUR, "d": MS_PER_DAY}
"""The units that a table can be asked for."""


@dataclass(frozen=True, order=True)
class Time:
    """A length of time, or an instant counted from the start; in the engines a whole number of ms."""

    ms: float

    def __add__(self, other: Time) -> Time:
        return Time(self.ms + other.ms)

    def __mul__(self, factor: float) -> Time:
        return Time(self.ms * number("a time is multiplied by", factor))

    __rmul__ = __mul__

    @property
    def whole_ms(self) -> int:
        """The nearest whole number of ms."""
        return round(self.ms)


@dataclass(frozen=True, order=True)
class Rate:
    """A mean number of arrivals per ms."""

    per_ms: float


def seconds(value: float) -> Time:
    """So many seconds. Raises NetworkError unless it is a number of 0 or more; so do the others."""
    return Time(number("seconds", value) * MS_PER_SECOND)


def minutes(value: float) -> Time:
    """So many minutes."""
    return Time(number("minutes", value) * MS_PER_MINUTE)


def hours(value: float) -> Time:
    """So many hours."""
    return Time(number("hours", value) * MS_PER_HOUR)


def days(value: float) -> Time:
    """So many days of 24 hours."""
    return Time(number("days", value) * MS_PER_DAY)


def per_minute(value: float) -> Rate:
    """So many a minute, on average."""
    return Rate(number("per_minute", value) / MS_PER_MINUTE)


def per_hour(value: float) -> Rate:
    """So many an hour, on average."""
    return Rate(number("per_hour", value) / MS_PER_HOUR)


def per_day(value: float) -> Rate:
    """So many a day, on average."""
    return Rate(number("per_day", value) / MS_PER_DAY)


def number(what: str, value: float) -> float:
    """The value as a finite number of 0 or more; NetworkError, naming ``what``, if it is none."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or value < 0:
        raise NetworkError((f"{what}: {value!r} is no number of 0 or more: give one, such as 1.5",))
    return float(value)


def whole(what: str, value: int, least: int = 0) -> int:
    """The value as a whole number of ``least`` or more; NetworkError, naming ``what``, if it is none."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise NetworkError((f"{what} is {value!r}: give a whole number of at least {least}",))
    return value


def time(what: str, value: Time) -> Time:
    """The value if it is a time; NetworkError, naming ``what``, for a bare number."""
    if not isinstance(value, Time):
        raise NetworkError((f"{what} is {value!r}: give a time with its unit, such as minutes(5)",))
    return value


def rate(what: str, value: Rate) -> Rate:
    """The value if it is a rate; NetworkError, naming ``what``, for a bare number."""
    if not isinstance(value, Rate):
        raise NetworkError((f"{what} is {value!r}: give a rate with its unit, such as per_hour(6)",))
    return value
