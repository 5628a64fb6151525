"""What is assumed, as a table that says once what many crossings, directions and sides have in common."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kzsim.brief.content import Assumption


@dataclass(frozen=True)
class Row:
    """One value. ``where``: the places that it holds at, () for a row that its meaning says whole."""

    meaning: str
    where: tuple[str, ...]
    value: str
    range: str
    graded: str
    sources: str


@dataclass(frozen=True)
class Group:
    """Rows of the same meaning, which ``heading`` says; '' for a single value, whose row says it."""

    heading: str
    rows: tuple[Row, ...]


def held(assumptions: Iterable[Assumption]) -> tuple[Group, ...]:
    """Every assumption in groups of the same meaning and grade, in the order of the first of each."""
    groups: dict[tuple[str, str], list[Assumption]] = {}
    for one in assumptions:
        groups.setdefault((one.grade, _what(one)), []).append(one)
    return tuple(
        Group(what, _rows(found)) if len(found) > 1 and what else Group("", tuple(map(_whole, found)))
        for (_, what), found in groups.items()
    )


def _what(one: Assumption) -> str:
    """The meaning without the place; '' where it has none."""
    return one.meaning.removesuffix(f" ({one.where})") if one.where else ""


def _whole(one: Assumption) -> Row:
    return Row(one.meaning, (), one.value, one.range, one.graded, ", ".join(one.sources))


def _rows(found: Iterable[Assumption]) -> tuple[Row, ...]:
    """One row for each value with its range and sources, with all places that it holds at."""
    places: dict[Row, list[str]] = {}
    for one in found:
        row = Row("", (), one.value, one.range, one.graded, ", ".join(one.sources))
        places.setdefault(row, []).append(one.where)
    return tuple(
        Row("", tuple(where), row.value, row.range, row.graded, row.sources) for row, where in places.items()
    )
