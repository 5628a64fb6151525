"""What was observed: calibration targets, and the figures around the border."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from kzsim.evidence.conventions import Conventions, read_conventions
from kzsim.evidence.crossings import read_geography
from kzsim.evidence.reader import Section, freeze, packaged, read
from kzsim.evidence.sources import Checker, checker

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

BOTH = "both"
PERIOD_SEPARATOR = "/"


@dataclass(frozen=True)
class Tolerance:
    """How near a simulated value must come; exactly one of the three is set.

    ``relative``: accepted deviation as a share. ``interval``: accepted values. ``upper_bound``: the value
    must not be exceeded.
    """

    relative: float | None = None
    interval: tuple[float, float] | None = None
    upper_bound: bool = False


@dataclass(frozen=True)
class Target:
    """An observed outcome. ``crossing`` None: a country mean over its borders. ``period``: two ends."""

    key: str
    what: str
    crossing: str | None
    side: str
    mode: str
    direction: str
    year: int
    value: float
    unit: str
    statistic: str
    definition: str
    sources: tuple[str, ...]
    grade: str
    tolerance: Tolerance
    period: tuple[date, date] | None
    note: str
    paired: Mapping[str, Any] | None


def targets() -> tuple[Target, ...]:
    """The observed outcomes to compare with."""
    return read_targets(packaged())


def macro() -> Mapping[str, Any]:
    """Trade, goals, tonnages and visitors around the border, as plain read-only values."""
    return read_macro(packaged())


@cache
def read_targets(folder: Path) -> tuple[Target, ...]:
    """The targets in ``folder``, checked."""
    check, known = checker(folder), read_conventions(folder)
    crossings = read_geography(folder).crossings
    top = read(folder, "calibration_targets.yaml")
    found = tuple(_target(item, crossings, known, check) for item in top.items("targets"))
    top.close()
    refuse_repeats(top, [target.key for target in found])
    return found


def _target(item: Section, crossings: Collection[str], known: Conventions, check: Checker) -> Target:
    item.key = item.text("id")
    crossing = item.text_or_none("crossing")
    if crossing is not None:
        item.require_word(crossing, crossings, "crossing")
    target = Target(
        key=item.key,
        what=item.text("what"),
        crossing=crossing,
        side=item.word("side", known.sides),
        mode=item.word("mode", known.modes),
        direction=item.word("direction", (*known.directions, BOTH)),
        year=item.whole("year"),
        value=item.number("value"),
        unit=item.text("unit"),
        statistic=item.text("statistic"),
        definition=item.text("definition"),
        sources=check.sources(item, "source"),
        grade=check.grade(item),
        tolerance=_tolerance(item.section("tolerance")),
        period=_period(item) if "period" in item.data else None,
        note=item.text("note", ""),
        paired=freeze(item.get("paired", None)),
    )
    item.close()
    return target


def _tolerance(entry: Section) -> Tolerance:
    if len(entry.data) != 1:
        raise entry.error("must be one of relative, range, upper_bound")
    if "relative" in entry.data:
        found = Tolerance(relative=entry.number("relative"))
    elif "range" in entry.data:
        ends = entry.numbers("range")
        if len(ends) != 2 or ends[0] > ends[1]:
            raise entry.error("must be two numbers, the smaller first", "range")
        found = Tolerance(interval=(ends[0], ends[1]))
    else:
        found = Tolerance(upper_bound=entry.get("upper_bound") is True)
    entry.close()
    return found


def _period(item: Section) -> tuple[date, date]:
    text = item.text("period")
    first, _, last = text.partition(PERIOD_SEPARATOR)
    try:
        ends = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise item.error(f"must be two dates like 2023-01-01/2023-03-31, not {text!r}", "period") from None
    if ends[1] < ends[0]:
        raise item.error("ends before it starts", "period")
    return ends


@cache
def read_macro(folder: Path) -> Mapping[str, Any]:
    """The macro figures in ``folder``; grades and sources checked, the rest as it stands."""
    check = checker(folder)
    top = read(folder, "macro.yaml")
    check_cited(top, check)
    frozen: Mapping[str, Any] = freeze(dict(top.data))
    return MappingProxyType(dict(frozen))


def check_cited(entry: Section, check: Checker) -> None:
    """Check every ``grade`` and ``sources`` found at any depth."""
    for section in _sections_below(entry):
        if "grade" in section.data:
            check.grade(section)
        if "sources" in section.data:
            check.sources(section)


def _sections_below(entry: Section) -> Iterator[Section]:
    yield entry
    for name, value in entry.data.items():
        if isinstance(value, dict):
            yield from _sections_below(entry.section(name))


def refuse_repeats(top: Section, keys: list[str]) -> None:
    """Refuse an id that stands twice."""
    for key in keys:
        if keys.count(key) > 1:
            raise top.error("the id stands twice", key)
