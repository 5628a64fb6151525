"""What a scenario reads: the evidence of one year with the scenario's own values on top."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any

from kzsim.evidence.conventions import conventions
from kzsim.evidence.errors import EvidenceError
from kzsim.evidence.facts import SCENARIO_GRADE, Fact, Period, Spread, Value, facts
from kzsim.evidence.reader import suggestion

ANY_CROSSING = "all"

Override = float | bool | str


@dataclass(frozen=True)
class Taken:
    """Something taken from the evidence that is no entry by key: plain values, grade and sources."""

    value: Mapping[str, Any]
    grade: str
    sources: tuple[str, ...] = ()


class Parameters:
    """The facts of ``year``, looked up for a concrete crossing; remembers which were used.

    ``taken`` is what else was taken from the evidence, by a name of its own: hours, demand, measures.

    The first hit of ``c@year``, ``c``, ``all@year``, ``all`` wins; an entry counts only if it was compiled
    for the year (a bare key always counts for the base year). Overrides come first, in the same order:
    the key of the crossing, then the key of ``all``. ``dated`` are values for some days, by the full key;
    they go before the periods of the entry, the first of them before the others.
    """

    def __init__(
        self,
        year: int,
        overrides: Mapping[str, Override] = MappingProxyType({}),
        dated: Mapping[str, tuple[Period, ...]] = MappingProxyType({}),
    ) -> None:
        known = conventions()
        years = (*known.modelled_years, *known.rest_from)
        if year not in years:
            raise EvidenceError(
                f"no parameters for the year {year}; there are {', '.join(map(str, sorted(years)))}"
            )
        self.year = year
        self.overrides: Mapping[str, Override] = dict(
            overrides
        )  # a plain dict: it travels to other processes
        self.dated: Mapping[str, tuple[Period, ...]] = dict(dated)
        self.used: dict[str, Fact] = {}
        self.taken: dict[str, Taken] = {}
        for key, value in self.overrides.items():
            self._check_override(key, value)

    def get(self, key: str) -> Fact:
        """The fact for ``key``. Raises EvidenceError when neither the evidence nor the scenario has it."""
        found = self.find(key)
        if found is None:
            raise EvidenceError(
                f"{key}: not in the evidence of {self.year}{suggestion(key, requestable_keys())}"
            )
        return found

    def find(self, key: str) -> Fact | None:
        """The fact for ``key``, or None."""
        if key not in self.used:
            found = self._look_up(key)
            if found is None:
                return None
            self.used[key] = found
        return self.used[key]

    def take(self, name: str, value: Mapping[str, Any], grade: str, sources: Iterable[str] = ()) -> None:
        """Remember that this was taken from the evidence, or set by the scenario in its place."""
        self.taken[name] = Taken(dict(value), grade, tuple(dict.fromkeys(sources)))

    def own(self, key: str) -> Fact | None:
        """The fact for ``key`` if the scenario sets it, else None; else nothing is noted as used."""
        set_here = key in self.overrides or general_key(key) in self.overrides
        return self.find(key) if set_here else None

    def dated_on(self, key: str, day: date) -> float | None:
        """What is said for that very day, or None."""
        return next((each.value for each in self.dated.get(key, ()) if each.first <= day <= each.last), None)

    def _look_up(self, key: str) -> Fact | None:
        fact = self._of_the_year(key)
        dated = self.dated.get(key)
        return replace(fact, periods=(*dated, *fact.periods)) if fact and dated else fact

    def _of_the_year(self, key: str) -> Fact | None:
        fact = entry_for(key, self.year)
        for candidate in (key, general_key(key)):
            if candidate in self.overrides:
                # an entry of another year still gives unit and range to a value set by the scenario
                base = fact or _any_year(key)
                return None if base is None else overridden(base, candidate, self.overrides[candidate])
        return fact

    def _check_override(self, key: str, value: Override) -> None:
        base = _any_year(key)
        if base is None:
            raise EvidenceError(f"{key}: no such entry in the evidence{suggestion(key, requestable_keys())}")
        if _kind(base.value) != _kind(value):
            raise EvidenceError(f"{key}: {value!r} is of another kind than the evidence's {base.value!r}")


def _kind(value: Value) -> str:
    if isinstance(value, bool):
        return "flag"
    return "number" if isinstance(value, int | float) else type(value).__name__


def overridden(fact: Fact, key: str, value: Override) -> Fact:
    """``fact`` with the scenario's value: no periods, the distribution kept around the new mean."""
    spread = fact.distribution
    if spread is not None:
        spread = Spread(spread.family, f"{value:g} {fact.unit}", spread.cv, spread.sd)
    return replace(
        fact, key=key, value=value, grade=SCENARIO_GRADE, sources=(), note="", distribution=spread, periods=()
    )


def general_key(key: str) -> str:
    """The key for all crossings that stands behind ``key``; the key itself if it has no crossing."""
    parts = key.split(".")
    if len(parts) < 3 or parts[1] not in crossings_by_mode().get(parts[0], ()):
        return key
    return ".".join((parts[0], ANY_CROSSING, *parts[2:]))


@cache
def crossings_by_mode() -> Mapping[str, frozenset[str]]:
    """The crossings that have entries of their own, by mode, as the keys name them."""
    found: dict[str, set[str]] = {mode: set() for mode in conventions().modes}
    for key in facts():
        mode, crossing, *_ = key.split(".")
        if mode in found and crossing != ANY_CROSSING:
            found[mode].add(crossing)
    return MappingProxyType({mode: frozenset(names) for mode, names in found.items()})


@cache
def requestable_keys() -> tuple[str, ...]:
    """Every key (without ``@year``) that a request or an override may name, sorted."""
    found = set()
    for key in facts():
        bare = key.partition("@")[0]
        found.add(bare)
        mode, crossing, *rest = bare.split(".")
        if crossing == ANY_CROSSING and mode in crossings_by_mode():
            found.update(".".join((mode, name, *rest)) for name in crossings_by_mode()[mode])
    return tuple(sorted(found))


def candidates(key: str, year: int) -> Iterator[str]:
    """The entry keys that may answer ``key`` in ``year``, best first."""
    for name in dict.fromkeys((key, general_key(key))):
        yield f"{name}@{year}"
        yield name


def entry_for(key: str, year: int) -> Fact | None:
    """The evidence's own fact for ``key`` in ``year``, without any override, or None."""
    known = conventions()
    for candidate in candidates(key, year):
        fact = facts().get(candidate)
        if fact and (year in fact.years or ("@" not in candidate and year == known.base_year)):
            return fact
    if year in known.rest_from:
        return entry_for(key, known.rest_from[year])
    return None


def _any_year(key: str) -> Fact | None:
    known = conventions()
    years = (known.base_year, *known.modelled_years, *known.rest_from, *known.volume_years)
    return next((fact for year in years if (fact := entry_for(key, year))), None)
