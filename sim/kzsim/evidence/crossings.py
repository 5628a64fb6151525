"""Read crossings.yaml: names, places, opening hours, closed days, time zones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from kzsim.evidence.conventions import Conventions, read_conventions
from kzsim.evidence.places import (
    ClosedDate,
    Crossing,
    DesignCapacity,
    Distance,
    Geography,
    GreenCorridor,
    HolidayRule,
    Hours,
    Place,
    Rail,
    TimeZones,
)
from kzsim.evidence.reader import Section, packaged, read
from kzsim.evidence.sources import Checker, checker

if TYPE_CHECKING:
    from pathlib import Path

FILE = "crossings.yaml"
PLANNED = "planned.yaml"
MINUTES_PER_DAY = 1440
_SPAN = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")


def crossings() -> Mapping[str, Crossing]:
    """The crossings of the packaged evidence by their key."""
    return geography().crossings


def time_zones() -> TimeZones:
    """The time zones of the two sides."""
    return geography().time_zones


def holiday_rule() -> HolidayRule:
    """Which days each side closes, in words."""
    return geography().holiday_rule


def geography() -> Geography:
    """All of the packaged crossings.yaml."""
    return read_geography(packaged())


@cache
def read_geography(folder: Path) -> Geography:
    """All of crossings.yaml in ``folder``, checked."""
    check, known = checker(folder), read_conventions(folder)
    top = read(folder, FILE)
    weekdays = top.texts("weekday_names")
    found = {}
    for key, entry in top.section("crossings").sections():
        found[key] = _crossing(key, entry, weekdays, known, check)
    for key, entry in read(folder, PLANNED).section("rail").sections():
        found[key] = _with_railway(entry, found, key, known, check)
    convention = top.section("rail_convention")
    check.grade(convention)
    check.sources(convention)
    geography = Geography(
        crossings=MappingProxyType(found),
        time_zones=_time_zones(top.section("time_zones"), known, check),
        holiday_rule=_holiday_rule(top.section("holiday_rule"), known, check),
        clock_rule=top.text("clock_rule"),
        rail_convention=convention.rest("text", "grade", "sources", "note"),
    )
    convention.close()
    top.close()
    return geography


def _time_zones(entry: Section, known: Conventions, check: Checker) -> TimeZones:
    change = entry.section("change")
    zones = TimeZones(
        name=MappingProxyType({side: entry.text(side) for side in known.sides}),
        change_day=change.day("date"),
        offset_before_h=change.number("before_utc_offset_h"),
        offset_after_h=change.number("after_utc_offset_h"),
        cn_offset_h=entry.number("cn_utc_offset_h"),
        grade=check.grade(change),
        sources=check.sources(change),
        note=change.text("note", ""),
    )
    change.close()
    entry.close()
    return zones


def _holiday_rule(entry: Section, known: Conventions, check: Checker) -> HolidayRule:
    rule = HolidayRule(
        days=MappingProxyType({side: entry.texts(side) for side in known.sides}),
        grade=check.grade(entry),
        sources=check.sources(entry),
        note=entry.text("note", ""),
    )
    entry.close()
    return rule


def _crossing(
    key: str, entry: Section, weekdays: tuple[str, ...], known: Conventions, check: Checker
) -> Crossing:
    names = entry.section("names")
    posts = {"kz": "kz_post", "cn": "cn_port"}
    modernisation = entry.section("modernisation")
    terminal = entry.section("off_site_terminal")
    for context in (modernisation, terminal):
        check.grade(context)
        check.sources(context)
    closed = entry.section("closed_dates")
    region = entry.section("region")
    weekly = entry.section("weekly_closed")
    hours = entry.section("hours")
    weekly.text("note", "")
    crossing = Crossing(
        key=key,
        title=names.text("pair_en"),
        names=MappingProxyType({side: _names(names.section(posts[side]), known) for side in known.sides}),
        aliases=names.texts("aliases"),
        region=MappingProxyType({side: region.text(side) for side in known.sides}),
        location=_location(entry.section("location"), known, check),
        modes=entry.words("modes", known.modes),
        rail=None if entry.get("rail") is None else _rail(entry.section("rail"), known, check),
        distances=_distances(entry.section("distances"), check),
        hours=MappingProxyType({side: _hours(hours, side, known, check) for side in known.sides}),
        weekly_closed=MappingProxyType(
            {side: tuple(weekdays.index(day) for day in weekly.words(side, weekdays)) for side in known.sides}
        ),
        weekly_closed_grade=check.grade(weekly),
        weekly_closed_sources=check.sources(weekly),
        closed_dates=MappingProxyType(
            {int(year): _closed(closed, year, known, check) for year in closed.data}
        ),
        design_capacity=tuple(_capacity(item, known, check) for item in entry.items("design_capacity")),
        green_corridor=_green(entry.section("green_corridor"), check),
        modernisation=modernisation.rest(
            "status", "started", "completed", "completed_is", "grade", "sources", "note"
        ),
        off_site_terminal=terminal.rest("since", "grade", "sources", "note"),
        notes=entry.texts("notes"),
    )
    for part in (names, region, weekly, hours, modernisation, terminal, entry):
        part.close()
    if ("rail" in crossing.modes) != (crossing.rail is not None):
        raise entry.error("modes and rail stations disagree")
    return crossing


def _with_railway(
    entry: Section, found: Mapping[str, Crossing], key: str, known: Conventions, check: Checker
) -> Crossing:
    """A crossing with the stations of a railway that is planned."""
    entry.require_word(key, found)
    crossing = found[key]
    if crossing.rail is not None:
        raise entry.error("has a railway already, in crossings.yaml")
    return replace(crossing, rail=_rail(entry.section("stations"), known, check), planned=("rail",))


def _names(entry: Section, known: Conventions) -> Mapping[str, str]:
    names = {language: entry.text(language) for language in known.languages}
    entry.close()
    return MappingProxyType(names)


def _location(entry: Section, known: Conventions, check: Checker) -> Mapping[str, Place]:
    accuracy_km, grade = entry.number("accuracy_km"), check.grade(entry)
    entry.text("note", "")
    places = {side: _place(entry.section(side), accuracy_km, grade) for side in known.sides}
    entry.close()
    for side in known.sides:
        entry.section(side)
    return MappingProxyType(places)


def _place(entry: Section, accuracy_km: float, grade: str) -> Place:
    place = Place(entry.number("lat"), entry.number("lon"), accuracy_km, grade)
    if not (-90 <= place.lat <= 90 and -180 <= place.lon <= 180):
        raise entry.error(f"no place on Earth: {place.lat:g}, {place.lon:g}")
    return place


def _distances(entry: Section, check: Checker) -> Mapping[str, Distance]:
    return MappingProxyType({name: _distance(inner, check) for name, inner in entry.sections()})


def _distance(entry: Section, check: Checker) -> Distance:
    distance = Distance(
        value=entry.number("value"),
        grade=check.grade(entry),
        sources=check.sources(entry),
        name=entry.text("name", ""),
        note=entry.text("note", ""),
    )
    entry.close()
    return distance


def _rail(entry: Section, known: Conventions, check: Checker) -> Rail:
    accuracy_km, grade = entry.number("accuracy_km"), check.grade(entry)
    stations, places = {}, {}
    for side in known.sides:
        station = entry.section(f"{side}_station")
        places[side] = _place(station, accuracy_km, grade)
        stations[side] = MappingProxyType(
            {language: station.text(language) for language in known.languages if language in station.data}
        )
        station.close()
    rail = Rail(
        stations=MappingProxyType(stations),
        places=MappingProxyType(places),
        apart_km=_distance(entry.section("stations_apart_km"), check),
        run_h=_distance(entry.section("run_h"), check),
        hours=entry.text("hours"),
        hours_grade=check.grade(entry, "hours_grade"),
        hours_sources=check.sources(entry, "hours_sources"),
        dry_port=entry.text("dry_port", ""),
    )
    entry.close()
    return rail


def _hours(entry: Section, side: str, known: Conventions, check: Checker) -> tuple[Hours, ...]:
    found: list[Hours] = []
    for item in entry.items(side):
        hours = Hours(
            first=item.day("from"),
            last=item.day_or_none("to"),
            open=_spans(item),
            clock=item.word("clock", known.sides),
            grade=check.grade(item),
            sources=check.sources(item),
            note=item.text("note", ""),
        )
        item.close()
        if hours.last is not None and hours.last < hours.first:
            raise item.error("ends before it starts")
        if found and (found[-1].last is None or hours.first <= found[-1].last):
            raise item.error("overlaps the hours before it")
        found.append(hours)
    return tuple(found)


def _spans(item: Section) -> tuple[tuple[int, int], ...]:
    spans: list[tuple[int, int]] = []
    for text in item.texts("open"):
        match = _SPAN.fullmatch(text)
        if match is None:
            raise item.error(f"must be like 08:00-12:00, not {text!r}", "open")
        hour_from, minute_from, hour_to, minute_to = map(int, match.groups())
        span = hour_from * 60 + minute_from, hour_to * 60 + minute_to
        if not 0 <= span[0] < span[1] <= MINUTES_PER_DAY or max(minute_from, minute_to) > 59:
            raise item.error(f"no span of a day: {text!r}", "open")
        if spans and span[0] <= spans[-1][1]:
            raise item.error(f"{text!r} overlaps or touches the span before it", "open")
        spans.append(span)
    return tuple(spans)


def _closed(entry: Section, year: str, known: Conventions, check: Checker) -> tuple[ClosedDate, ...]:
    found: list[ClosedDate] = []
    for item in entry.items(year):
        closed = ClosedDate(
            item.day("date"), item.word("side", known.sides), check.grade(item), check.sources(item)
        )
        item.close()
        if str(closed.day.year) != year:
            raise item.error(f"{closed.day} is not in {year}")
        if found and (closed.day, closed.side) <= (found[-1].day, found[-1].side):
            raise item.error(f"{closed.day} is out of order or repeated")
        found.append(closed)
    return tuple(found)


def _capacity(item: Section, known: Conventions, check: Checker) -> DesignCapacity:
    capacity = DesignCapacity(
        value=item.number("value"),
        unit=item.text("unit"),
        side=item.word("side", (*known.sides, "both")),
        scope=item.text("scope"),
        year=item.whole("year"),
        grade=check.grade(item),
        sources=check.sources(item),
    )
    item.close()
    return capacity


def _green(entry: Section, check: Checker) -> GreenCorridor:
    green = GreenCorridor(
        since=entry.text("since"),
        grade=check.grade(entry, "since_grade"),
        scope=entry.text("scope"),
        consists_of=entry.texts("consists_of"),
        sources=check.sources(entry),
        note=entry.text("note", ""),
    )
    entry.close()
    return green
