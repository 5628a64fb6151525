"""Disturbances: what happened on which days, in which years' values it is already, and random ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from kzsim.evidence.conventions import Conventions, read_conventions
from kzsim.evidence.crossings import read_geography
from kzsim.evidence.reader import Section, freeze, packaged, read
from kzsim.evidence.records import check_cited, refuse_repeats
from kzsim.evidence.sources import Checker, checker

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

BOTH = "both"


@dataclass(frozen=True)
class Effect:
    """What an episode sets: ``param`` is the end of an evidence key, or a name explained in the file."""

    param: str
    value: float | str
    unit: str


@dataclass(frozen=True)
class Episode:
    """A dated disturbance of capacity, rules or demand; ``last`` is its last day.

    ``contained`` maps years to the entry whose value has the effect already.
    """

    key: str
    crossings: tuple[str, ...]
    mode: str
    direction: str
    first: date
    last: date
    what: str
    change: Effect
    grade: str
    sources: tuple[str, ...]
    note: str
    contained: Mapping[int, str]


@dataclass(frozen=True)
class Disruptions:
    """Dated episodes, and random ones (``stochastic``: plain values by name)."""

    episodes: tuple[Episode, ...]
    stochastic: Mapping[str, Any]
    calendar: tuple[Mapping[str, Any], ...]


def disruptions() -> Disruptions:
    """The disturbances that were reported, and rates for the random ones."""
    return read_disruptions(packaged())


@cache
def read_disruptions(folder: Path) -> Disruptions:
    """The disruptions in ``folder``, checked."""
    check, known = checker(folder), read_conventions(folder)
    crossings = read_geography(folder).crossings
    top, own = read(folder, "disruptions.yaml"), read(folder, "episodes.yaml")
    stochastic = top.section("stochastic")
    check_cited(stochastic, check)
    contained = own.section("contained")
    found = Disruptions(
        episodes=tuple(
            _episode(item, crossings, known, check, contained)
            for file in (top, own)
            for item in file.items("episodes")
        ),
        stochastic=freeze(stochastic.data),
        calendar=tuple(freeze(item.data) for item in top.items("calendar")),
    )
    refuse_repeats(top, [episode.key for episode in found.episodes])
    contained.close()
    own.close()
    top.close()
    return found


def _episode(
    item: Section, crossings: Collection[str], known: Conventions, check: Checker, contained: Section
) -> Episode:
    item.key = item.text("id")
    change = item.section("change")
    value = change.get("value")
    episode = Episode(
        key=item.key,
        crossings=item.words("crossings", crossings),
        mode=item.word("mode", known.modes),
        direction=item.word("direction", (*known.directions, BOTH)),
        first=item.day("from"),
        last=item.day("to"),
        what=item.text("what"),
        change=Effect(
            change.text("param"),
            value if isinstance(value, str) else change.number("value"),
            change.text("unit"),
        ),
        grade=check.grade(item),
        sources=check.sources(item),
        note=item.text("note", ""),
        contained=_contained(item.key, contained) if item.key in contained.data else MappingProxyType({}),
    )
    change.close()
    item.close()
    if episode.last < episode.first:
        raise item.error("ends before it starts")
    return episode


def _contained(key: str, contained: Section) -> Mapping[int, str]:
    entry = contained.section(key)
    return MappingProxyType({int(year): entry.text(year) for year in entry.data})
