"""One entry of the evidence: a value with its unit, range, spread, periods, grade and sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from kzsim.evidence.conventions import Conventions, read_conventions
from kzsim.evidence.errors import EvidenceError
from kzsim.evidence.reader import Section, packaged, read
from kzsim.evidence.sources import Checker, checker

if TYPE_CHECKING:
    from pathlib import Path

Value = float | bool | str | tuple[float, ...]

MS_PER_UNIT: Mapping[str, int] = MappingProxyType(
    {"s": 1_000, "min": 60_000, "h": 3_600_000, "day": 86_400_000}
)
"""Milliseconds in one of each unit of duration that the evidence uses."""

COST = "cost"
TRADE = "trade"
OF_NO_MODE = (COST, TRADE)
"""The first words of keys that belong to no mode."""

SCENARIO_GRADE = "scenario"
"""The grade of a value that a scenario sets in place of the evidence's."""

BOTH = "both"
ENTRY_FILES = ("parameters.yaml", "rail.yaml", "assumptions.yaml")

_SPREAD_FIELDS = {"lognormal": {"mean", "cv"}, "normal": {"mean", "sd"}, "exponential": {"mean"}}
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Spread:
    """The family of a distribution; ``mean`` and ``sd`` are texts with a unit, ``30 min``."""

    family: str
    mean: str
    cv: float | None = None
    sd: str | None = None


@dataclass(frozen=True)
class Period:
    """A value that holds from ``first`` to ``last``, both included, instead of the year's."""

    first: date
    last: date
    value: float
    grade: str | None = None


@dataclass(frozen=True)
class Fact:
    """One value of the evidence and what is known about it.

    ``value`` is the mean of a duration; ``low`` and ``high`` bound that mean. ``years`` are those the
    entry was compiled for.
    """

    key: str
    value: Value
    unit: str
    low: float | None
    high: float | None
    grade: str
    sources: tuple[str, ...]
    note: str = ""
    distribution: Spread | None = None
    periods: tuple[Period, ...] = ()
    years: tuple[int, ...] = ()

    @property
    def number(self) -> float:
        """The value as a number, in ``unit``. Raises EvidenceError for text, flags and lists."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise EvidenceError(f"{self.key}: {self.value!r} is not a number")
        return self.value

    @property
    def of_scenario(self) -> bool:
        """Whether a scenario set this value."""
        return self.grade == SCENARIO_GRADE

    @property
    def share(self) -> float:
        """The value as a share: percentages divided by 100, ``share`` and ``ratio`` as they are."""
        if self.unit.startswith("%"):
            return self.number / 100
        if self.unit in ("share", "ratio"):
            return self.number
        raise EvidenceError(f"{self.key}: unit {self.unit!r} is not a share")

    @property
    def flag(self) -> bool:
        """The value as a yes or no."""
        if not isinstance(self.value, bool):
            raise EvidenceError(f"{self.key}: {self.value!r} is not true or false")
        return self.value

    @property
    def ms(self) -> float:
        """The mean duration in ms."""
        return self.number * self._ms_per_unit()

    def duration(self) -> tuple[str, float, float]:
        """Family, mean in ms and coefficient of variation; an entry without distribution is ``fixed``."""
        mean_ms = self.ms
        spread = self.distribution
        if spread is None:
            return "fixed", mean_ms, 0.0
        if spread.cv is not None:
            return spread.family, mean_ms, spread.cv
        if spread.sd is not None:
            number, unit = split_quantity(spread.sd)
            return spread.family, mean_ms, abs(number * MS_PER_UNIT[unit] / mean_ms) if mean_ms else 0.0
        return spread.family, mean_ms, 1.0  # an exponential has no other

    def on(self, day: date) -> float:
        """The number that holds on ``day``: that of the period it lies in, else ``value``."""
        for period in self.periods:
            if period.first <= day <= period.last:
                return period.value
        return self.number

    def _ms_per_unit(self) -> int:
        if self.unit not in MS_PER_UNIT:
            raise EvidenceError(f"{self.key}: unit {self.unit!r} is not a duration")
        return MS_PER_UNIT[self.unit]


def split_quantity(text: str) -> tuple[float, str]:
    """Number and unit of ``30 min``. Raises ValueError when the number is none."""
    number, _, unit = text.partition(" ")
    return float(number), unit


def read_fact(entry: Section, key: str, check: Checker) -> Fact:
    """The fact of an entry ``{value, unit, low, high, ...}``; raises EvidenceError when it is wrong."""
    value = _value(entry)
    fact = Fact(
        key=key,
        value=value,
        unit=entry.text("unit"),
        low=entry.number_or_none("low"),
        high=entry.number_or_none("high"),
        grade=check.grade(entry),
        sources=check.sources(entry),
        note=entry.text("note", ""),
        distribution=_distribution(entry) if "distribution" in entry.data else None,
        periods=_periods(entry, check) if "periods" in entry.data else (),
        years=tuple(int(year) for year in entry.numbers("applies_to")),
    )
    entry.close()
    check_range(entry, fact.value, fact.low, fact.high)
    _check_spread(entry, fact)
    _check_years(entry, fact)
    return fact


def check_range(entry: Section, value: object, low: float | None, high: float | None) -> None:
    """Refuse half a range, a range of something that is no number, and a value outside its range."""
    if low is None and high is None:
        return
    if low is None or high is None:
        raise entry.error("low and high go together")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise entry.error(f"a range needs a number, not {value!r}")
    if not low <= value <= high:
        raise entry.error(f"value {value:g} lies outside its range {low:g} to {high:g}")


def _value(entry: Section) -> Value:
    value = entry.get("value")
    if isinstance(value, list):
        return entry.numbers("value")
    if not isinstance(value, int | float | str):  # bool is an int
        raise entry.error(f"must be a number, text, true or false, not {value!r}", "value")
    return value


def _distribution(entry: Section) -> Spread:
    section = entry.section("distribution")
    if len(section.data) != 1:
        raise section.error("must name one family")
    family = next(iter(section.data))
    section.require_word(family, _SPREAD_FIELDS)
    fields = section.section(family)
    if set(fields.data) != _SPREAD_FIELDS[family]:
        raise fields.error(f"must have {' and '.join(sorted(_SPREAD_FIELDS[family]))}")
    spread = Spread(
        family=family,
        mean=fields.text("mean"),
        cv=fields.number("cv") if "cv" in fields.data else None,
        sd=fields.text("sd") if "sd" in fields.data else None,
    )
    fields.close()
    section.close()
    return spread


def _periods(entry: Section, check: Checker) -> tuple[Period, ...]:
    periods: list[Period] = []
    for item in entry.items("periods"):
        period = Period(
            first=item.day("from"),
            last=item.day("to"),
            value=item.number("value"),
            grade=check.grade(item) if "grade" in item.data else None,
        )
        item.close()
        if period.last < period.first:
            raise item.error("ends before it starts")
        if periods and period.first <= periods[-1].last:
            raise item.error("overlaps the period before it")
        periods.append(period)
    return tuple(periods)


def _check_spread(entry: Section, fact: Fact) -> None:
    spread = fact.distribution
    if spread is None:
        return
    for name, text in (("mean", spread.mean), ("sd", spread.sd)):
        if text is None:
            continue
        try:
            number, unit = split_quantity(text)
        except ValueError:
            raise entry.error(f"{name} must be a number with a unit, not {text!r}", "distribution") from None
        if unit != fact.unit:
            raise entry.error(f"{name} is in {unit!r}, the entry in {fact.unit!r}", "distribution")
        if name == "mean" and abs(number - fact.number) > _ROUNDING:
            raise entry.error(f"mean {number:g} is not the value {fact.number:g}", "distribution")
    if spread.cv is not None and spread.cv <= 0:
        raise entry.error(f"cv must be above 0, not {spread.cv:g}", "distribution")


def _check_years(entry: Section, fact: Fact) -> None:
    own = fact.key.partition("@")[2]
    if own and own != ",".join(map(str, fact.years)):
        raise entry.error(f"must be {own} alone, as the key says", "applies_to")
    for period in fact.periods:
        if not {period.first.year, period.last.year} <= set(fact.years):
            raise entry.error(f"{period.first} to {period.last} is not in the years of the entry", "periods")


def _check_key(entry: Section, key: str, known: Conventions) -> None:
    mode, *rest = key.partition("@")[0].split(".")
    if mode in OF_NO_MODE and rest:
        return
    if mode not in known.modes or len(rest) < 3 or rest[1] not in (*known.directions, BOTH):
        raise entry.error("a key reads mode.crossing.direction.name")


@cache
def read_facts(folder: Path) -> Mapping[str, Fact]:
    """Every entry of the ENTRY_FILES in ``folder`` by its key, ``@year`` included."""
    check, known = checker(folder), read_conventions(folder)
    found: dict[str, Fact] = {}
    units: dict[str, str] = {}
    for file in ENTRY_FILES:
        top = read(folder, file)
        parameters = top.section("parameters")
        for key in parameters.data:
            if key in found:
                raise parameters.error("is in two files", key)
            entry = parameters.section(key)
            entry.key = key  # the entry's own key says where it stands
            _check_key(entry, key, known)
            found[key] = read_fact(entry, key, check)
            # a value that a scenario sets has one unit, whichever year it is run for
            unit = units.setdefault(key.partition("@")[0], found[key].unit)
            if unit != found[key].unit:
                raise entry.error(f"{found[key].unit!r} here and {unit!r} in another year", "unit")
        top.close()
    return MappingProxyType(found)


def facts() -> Mapping[str, Fact]:
    """Every packaged entry by its key, ``@year`` included."""
    return read_facts(packaged())
