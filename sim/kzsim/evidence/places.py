"""What is known of a crossing, as frozen values: names, places, opening hours, closed days, claims."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Place:
    """A point in degrees, with the accuracy of the crossing's or station's location."""

    lat: float
    lon: float
    accuracy_km: float
    grade: str


@dataclass(frozen=True)
class Distance:
    """A distance or a running time by rail: kilometres or hours, as its name says."""

    value: float
    grade: str
    sources: tuple[str, ...]
    name: str
    note: str


@dataclass(frozen=True)
class Hours:
    """Opening hours of one side from ``first`` to ``last`` (None: still in force), in the clock ``clock``.

    ``open`` holds (from, to) in minutes of the day, 0 to 1440, rising.
    """

    first: date
    last: date | None
    open: tuple[tuple[int, int], ...]
    clock: str
    grade: str
    sources: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class ClosedDate:
    """A date, in the side's own calendar, on which that side closes the crossing for road freight."""

    day: date
    side: str
    grade: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Rail:
    """The two border stations: names by side and language, places, distance, running time, hours."""

    stations: Mapping[str, Mapping[str, str]]
    places: Mapping[str, Place]
    apart_km: Distance
    run_h: Distance
    hours: str
    hours_grade: str
    hours_sources: tuple[str, ...]
    dry_port: str


@dataclass(frozen=True)
class DesignCapacity:
    """A capacity claim; claims contradict each other and bind nothing."""

    value: float
    unit: str
    side: str
    scope: str
    year: int
    grade: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class GreenCorridor:
    """What is known of the corridor for farm goods: since when, for what, made of what."""

    since: str
    grade: str
    scope: str
    consists_of: tuple[str, ...]
    sources: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Crossing:
    """One crossing, both sides. Keys of the mappings by side are the sides ``kz`` and ``cn``.

    ``names`` holds the post's names by side and language. ``weekly_closed`` holds weekdays, 0 = Monday.
    ``closed_dates`` is by year, sorted by date. ``planned`` are modes that it has only in scenarios that name
    it. ``modernisation``, ``off_site_terminal`` are plain context.
    """

    key: str
    title: str
    names: Mapping[str, Mapping[str, str]]
    aliases: tuple[str, ...]
    region: Mapping[str, str]
    location: Mapping[str, Place]
    modes: tuple[str, ...]
    rail: Rail | None
    distances: Mapping[str, Distance]
    hours: Mapping[str, tuple[Hours, ...]]
    weekly_closed: Mapping[str, tuple[int, ...]]
    weekly_closed_grade: str
    weekly_closed_sources: tuple[str, ...]
    closed_dates: Mapping[int, tuple[ClosedDate, ...]]
    design_capacity: tuple[DesignCapacity, ...]
    green_corridor: GreenCorridor
    modernisation: Mapping[str, Any]
    off_site_terminal: Mapping[str, Any]
    notes: tuple[str, ...]
    planned: tuple[str, ...] = ()

    @property
    def every_mode(self) -> tuple[str, ...]:
        """The modes that it has, and those that are planned."""
        return (*self.modes, *self.planned)

    def hours_on(self, side: str, day: date) -> Hours | None:
        """The hours in force on ``day`` of that side's own calendar, or None where the evidence has none."""
        for hours in self.hours[side]:
            if hours.first <= day and (hours.last is None or day <= hours.last):
                return hours
        return None


@dataclass(frozen=True)
class TimeZones:
    """Names in the time zone database by side, and the change of Kazakhstan's clock as reported."""

    name: Mapping[str, str]
    change_day: date
    offset_before_h: float
    offset_after_h: float
    cn_offset_h: float
    grade: str
    sources: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class HolidayRule:
    """In words: which days each side closes in years without a list of dates."""

    days: Mapping[str, tuple[str, ...]]
    grade: str
    sources: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Geography:
    """All of crossings.yaml."""

    crossings: Mapping[str, Crossing]
    time_zones: TimeZones
    holiday_rule: HolidayRule
    clock_rule: str
    rail_convention: Mapping[str, Any]
