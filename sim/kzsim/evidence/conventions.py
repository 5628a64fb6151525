"""The years, grades and vocabularies that the evidence files are checked against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from kzsim.evidence.reader import packaged, read

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Conventions:
    """How the evidence is to be read.

    ``modelled_years`` have parameters, hours and demand; ``volume_years`` only demand. A year in
    ``rest_from`` has a few keys of its own and takes the others from the year it maps to.
    """

    base_year: int
    modelled_years: tuple[int, ...]
    volume_years: tuple[int, ...]
    rest_from: Mapping[int, int]
    grades: Mapping[str, str]
    source_kinds: Mapping[str, str]
    modes: tuple[str, ...]
    sides: tuple[str, ...]
    directions: tuple[str, ...]
    languages: tuple[str, ...]

    @property
    def years(self) -> tuple[int, ...]:
        """Every year that can be simulated."""
        return tuple(sorted((*self.modelled_years, *self.rest_from)))


@cache
def read_conventions(folder: Path) -> Conventions:
    """The conventions of the evidence in ``folder``."""
    top = read(folder, "conventions.yaml")
    years = top.section("years")
    rest = years.section("rest_from")
    conventions = Conventions(
        base_year=years.whole("base"),
        modelled_years=tuple(int(year) for year in years.numbers("modelled")),
        volume_years=tuple(int(year) for year in years.numbers("volumes_only")),
        rest_from=MappingProxyType({int(year): rest.whole(year) for year in rest.data}),
        grades=top.rest("grades")["grades"],
        source_kinds=top.rest("source_kinds")["source_kinds"],
        modes=top.texts("modes"),
        sides=top.texts("sides"),
        directions=top.texts("directions"),
        languages=top.texts("languages"),
    )
    years.close()
    top.close()
    return conventions


def conventions() -> Conventions:
    """The conventions of the packaged evidence."""
    return read_conventions(packaged())
