"""A row of the table of results."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """What was measured, what it should be, and what came out."""

    what: str
    measured: str
    must_reach: str = ""
    aim: str = ""
    note: str = ""


HEAD = ("what", "must reach", "aim", "measured", "note")


def lines_of(rows: Iterable[Row]) -> Iterable[str]:
    """The rows as a Markdown table."""
    yield "| " + " | ".join(HEAD) + " |"
    yield "|---|---:|---:|---:|---|"
    for row in rows:
        yield f"| {row.what} | {row.must_reach} | {row.aim} | {row.measured} | {row.note} |"
