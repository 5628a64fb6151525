"""What a key of the evidence means and what is known about its value, ready to be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from kzsim.evidence.conventions import conventions
from kzsim.evidence.crossings import crossings
from kzsim.evidence.errors import EvidenceError
from kzsim.evidence.parameters import ANY_CROSSING, Parameters, entry_for, requestable_keys
from kzsim.evidence.reader import packaged, read, suggestion
from kzsim.evidence.sources import Source, sources

if TYPE_CHECKING:
    from pathlib import Path

    from kzsim.evidence.facts import Period, Spread, Value


@dataclass(frozen=True)
class Vocabulary:
    """Words for the parts of a key. ``names``: mode (or ``cost``), then the name without side."""

    all_crossings: str
    modes: Mapping[str, str]
    sides: Mapping[str, str]
    directions: Mapping[str, str]
    names: Mapping[str, Mapping[str, str]]
    switches: Mapping[str, str]


@dataclass(frozen=True)
class Explanation:
    """One key in one year. ``entry`` is the entry that answered; ``years`` are those it was compiled for."""

    key: str
    year: int
    meaning: str
    entry: str
    value: Value
    unit: str
    low: float | None
    high: float | None
    distribution: Spread | None
    periods: tuple[Period, ...]
    years: tuple[int, ...]
    grade: str
    grade_meaning: str
    sources: tuple[Source, ...]
    note: str


@cache
def read_vocabulary(folder: Path) -> Vocabulary:
    """The words in ``folder``."""
    top = read(folder, "vocabulary.yaml")
    words: Mapping[str, Any] = top.rest("modes", "sides", "directions", "names", "switches")
    vocabulary = Vocabulary(all_crossings=top.text("all_crossings"), **words)
    top.close()
    return vocabulary


def explain(key: str, year: int | None = None) -> Explanation:
    """What ``key`` (with or without ``@year``) means and holds in ``year``, the base year unless said.

    Raises EvidenceError for a key that the evidence does not have, or not in that year.
    """
    bare, _, own_year = key.partition("@")
    if bare not in requestable_keys():
        raise EvidenceError(f"{key}: no such entry in the evidence{suggestion(bare, requestable_keys())}")
    asked = int(own_year) if own_year.isdigit() else year or conventions().base_year
    fact = Parameters(asked).find(bare)
    if fact is None:
        years = ", ".join(str(other) for other in conventions().modelled_years if entry_for(bare, other))
        raise EvidenceError(f"{bare}: no entry for {asked}; there is one for {years}")
    return Explanation(
        key=bare,
        year=asked,
        meaning=meaning(bare),
        entry=fact.key,
        value=fact.value,
        unit=fact.unit,
        low=fact.low,
        high=fact.high,
        distribution=fact.distribution,
        periods=fact.periods,
        years=fact.years,
        grade=fact.grade,
        grade_meaning=conventions().grades[fact.grade],
        sources=tuple(sources()[name] for name in fact.sources),
        note=fact.note,
    )


def meaning(key: str) -> str:
    """A plain sentence for a key without ``@year``. Raises EvidenceError for a name without words."""
    words = read_vocabulary(packaged())
    mode, *rest = key.split(".")
    if mode not in words.modes:
        return _sentence(_name(key, mode, key, words))
    crossing, direction, *name = rest
    side = name.pop(0) if name[0] in words.sides else None
    place = words.all_crossings if crossing == ANY_CROSSING else crossings()[crossing].title
    parts = [
        _name(key, mode, ".".join(name), words),
        f"{words.modes[mode]}, {place}",
        words.directions[direction],
    ]
    if side is not None:
        parts.append(words.sides[side])
    return _sentence("; ".join(parts))


def _name(key: str, mode: str, name: str, words: Vocabulary) -> str:
    known = words.names.get(mode, {})
    if name not in known:
        raise EvidenceError(f"vocabulary.yaml: names.{mode}: no words for {name!r} ({key})")
    return known[name]


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def changed_words(param: str) -> str:
    """What a measure's ``param`` is, in words: a switch of the corridor, or the end of a key.

    Raises EvidenceError for a name without words.
    """
    words = read_vocabulary(packaged())
    if param in words.switches:
        return words.switches[param]
    mode, tail = "road", param
    if param.partition(".")[0] in words.modes:
        mode, _, tail = param.partition(".")
    if tail.partition(".")[0] in words.sides:
        tail = tail.partition(".")[2]
    return _name(param, mode, tail, words)
