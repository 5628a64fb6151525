"""What a green corridor may consist of: measures, what each changes, bundles, and what exists where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from kzsim.evidence.conventions import Conventions, read_conventions
from kzsim.evidence.demand import read_demand
from kzsim.evidence.facts import check_range
from kzsim.evidence.reader import Section, packaged, read
from kzsim.evidence.sources import Checker, checker

if TYPE_CHECKING:
    from pathlib import Path

FILE = "corridor_measures.yaml"
OPERATIONS = ("multiply", "set", "add")
BENEFICIARIES = ("all", "users")
BOTH = "both"


@dataclass(frozen=True)
class Change:
    """What a measure does to one parameter.

    ``param`` is the end of an evidence key, after crossing and direction, or the name of a switch of the
    corridor itself. ``op``: multiply the value, set it or add to it. ``low`` to ``high`` is the range of
    ``base``; low is the smaller number, not the worse case. ``side`` and ``direction`` may be ``both``.
    """

    param: str
    op: str
    low: float
    base: float
    high: float
    unit: str
    classes: tuple[str, ...]
    side: str
    direction: str
    grade: str
    sources: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Measure:
    """A measure. ``who``: ``users`` of the corridor only, or ``all`` of the classes each change names."""

    name: str
    what: str
    existence: str
    sources: tuple[str, ...]
    modes: tuple[str, ...]
    who: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Compliance:
    """Share of agricultural trucks that use a corridor open to them."""

    low: float
    base: float
    high: float
    grade: str
    sources: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Uptake:
    """Share (0 to 1) of the trucks of the classes concerned that use a measure."""

    low: float
    base: float
    high: float
    grade: str


@dataclass(frozen=True)
class Existing:
    """A measure in force at a crossing from ``first`` to ``last`` (None: still).

    ``share`` is said where only part of the trucks concerned use it; None: all that meet the corridor's
    conditions.
    """

    measure: str
    first: date
    last: date | None
    grade: str
    sources: tuple[str, ...]
    note: str
    share: Uptake | None


@dataclass(frozen=True)
class CorridorMenu:
    """All of corridor_measures.yaml. ``measures`` stand in menu order; ``bundles`` name measures."""

    compliance: Compliance
    eligible_classes: tuple[str, ...]
    measures: Mapping[str, Measure]
    bundles: Mapping[str, tuple[str, ...]]
    bundle_notes: Mapping[str, str]
    existing: Mapping[str, tuple[Existing, ...]]
    context: Mapping[str, Any]

    def in_force(self, crossing: str, day: date) -> tuple[str, ...]:
        """The measures in force at ``crossing`` on ``day``, in menu order."""
        return tuple(self.existing_on(crossing, day))

    def existing_on(self, crossing: str, day: date) -> Mapping[str, Existing]:
        """What is known of the measures in force at ``crossing`` on ``day``, by name in menu order."""
        now = {
            item.measure: item
            for item in self.existing.get(crossing, ())
            if item.first <= day and (item.last is None or day <= item.last)
        }
        return {name: now[name] for name in self.measures if name in now}


def corridor() -> CorridorMenu:
    """The packaged menu of corridor measures."""
    return read_corridor(packaged())


@cache
def read_corridor(folder: Path) -> CorridorMenu:
    """The menu in ``folder``, checked."""
    check, known = checker(folder), read_conventions(folder)
    demand = read_demand(folder)
    profiles = demand.profiles
    classes = tuple(dict.fromkeys((*profiles.classes["road"], *profiles.classes["rail"])))
    top = read(folder, FILE)
    measures = {
        name: _measure(name, entry, classes, known, check)
        for name, entry in top.section("measures").sections()
    }
    bundles, bundle_notes = {}, {}
    for name, entry in top.section("bundles").sections():
        bundles[name] = entry.words("measures", measures)
        bundle_notes[name] = entry.text("note", "")
        entry.close()
    existing = top.section("existing")
    for crossing in existing.data:
        existing.require_word(crossing, demand.road)
    menu = CorridorMenu(
        compliance=_compliance(top.section("compliance_share"), check),
        eligible_classes=top.words("eligible_classes", profiles.classes["road"]),
        measures=MappingProxyType(measures),
        bundles=MappingProxyType(bundles),
        bundle_notes=MappingProxyType(bundle_notes),
        existing=MappingProxyType(
            {crossing: _existing(existing, crossing, measures, check) for crossing in existing.data}
        ),
        context=top.rest("semantics", "counter_forces", "benchmarks_other_ports"),
    )
    top.close()
    return menu


def _compliance(entry: Section, check: Checker) -> Compliance:
    found = Compliance(
        low=entry.number("low"),
        base=entry.number("base"),
        high=entry.number("high"),
        grade=check.grade(entry),
        sources=check.sources(entry),
        note=entry.text("note", ""),
    )
    entry.close()
    _check_share(entry, found)
    return found


def _measure(
    name: str, entry: Section, classes: tuple[str, ...], known: Conventions, check: Checker
) -> Measure:
    measure = Measure(
        name=name,
        what=entry.text("what"),
        existence=check.grade(entry, "existence"),
        sources=check.sources(entry),
        modes=entry.words("modes", known.modes),
        who=entry.word("who", BENEFICIARIES),
        changes=tuple(_change(item, classes, known, check) for item in entry.items("changes")),
    )
    entry.close()
    return measure


def _change(item: Section, classes: tuple[str, ...], known: Conventions, check: Checker) -> Change:
    change = Change(
        param=item.text("param"),
        op=item.word("op", OPERATIONS),
        low=item.number("low"),
        base=item.number("base"),
        high=item.number("high"),
        unit=item.text("unit"),
        classes=item.words("classes", classes),
        side=item.word("side", (*known.sides, BOTH)),
        direction=item.word("direction", (*known.directions, BOTH)),
        grade=check.grade(item),
        sources=check.sources(item),
        note=item.text("note", ""),
    )
    item.close()
    check_range(item, change.base, change.low, change.high)
    return change


def _uptake(entry: Section, check: Checker) -> Uptake:
    found = Uptake(entry.number("low"), entry.number("base"), entry.number("high"), check.grade(entry))
    entry.close()
    _check_share(entry, found)
    return found


def _check_share(entry: Section, found: Compliance | Uptake) -> None:
    check_range(entry, found.base, found.low, found.high)
    if found.low < 0 or found.high > 1:
        raise entry.error("a share lies between 0 and 1")


def _existing(
    entry: Section, crossing: str, measures: Mapping[str, Measure], check: Checker
) -> tuple[Existing, ...]:
    found = []
    for item in entry.items(crossing):
        existing = Existing(
            measure=item.word("measure", measures),
            first=item.day("from"),
            last=item.day_or_none("to"),
            grade=check.grade(item),
            sources=check.sources(item),
            note=item.text("note", ""),
            share=_uptake(item.section("share"), check) if "share" in item.data else None,
        )
        item.close()
        if existing.last is not None and existing.last < existing.first:
            raise item.error("ends before it starts")
        found.append(existing)
    return tuple(found)
