"""Where the figures come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from kzsim.evidence.conventions import read_conventions
from kzsim.evidence.reader import Section, packaged, read

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Source:
    """A document: ``date`` is as precise as known (``2023``, ``2023-03``, ``2023-03-19``)."""

    key: str
    title: str
    publisher: str
    date: str
    url: str
    kind: str
    locator: str
    note: str


@cache
def read_sources(folder: Path) -> Mapping[str, Source]:
    """Every source of the evidence in ``folder`` by its id."""
    kinds = read_conventions(folder).source_kinds
    top = read(folder, "sources.yaml")
    found = {}
    for key, entry in top.section("sources").sections():
        found[key] = Source(
            key=key,
            title=entry.text("title"),
            publisher=entry.text("publisher"),
            date=entry.text("date"),
            url=entry.text("url"),
            kind=entry.word("kind", kinds),
            locator=entry.text("locator", ""),
            note=entry.text("note", ""),
        )
        entry.close()
    top.close()
    return MappingProxyType(found)


def sources() -> Mapping[str, Source]:
    """Every source of the packaged evidence by its id."""
    return read_sources(packaged())


@dataclass(frozen=True)
class Checker:
    """What every entry of any file must respect: known grades and known sources."""

    grades: frozenset[str]
    known: frozenset[str]

    def grade(self, entry: Section, name: str = "grade") -> str:
        """The grade of an entry."""
        return entry.word(name, self.grades)

    def sources(self, entry: Section, name: str = "sources") -> tuple[str, ...]:
        """The sources of an entry, at least one and all listed in sources.yaml."""
        cited = entry.texts(name)
        if not cited:
            raise entry.error("names no source", name)
        for source in cited:
            if source not in self.known:
                entry.require_word(source, self.known, name)
        return cited


@cache
def checker(folder: Path) -> Checker:
    """The checks against the grades and sources of the evidence in ``folder``."""
    grades = frozenset(read_conventions(folder).grades) - {"scenario"}
    return Checker(grades, frozenset(read_sources(folder)))
