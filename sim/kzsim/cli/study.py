"""What the verbs that run studies share: their folder, notes before and after, how they are printed."""

from __future__ import annotations

import shlex
from collections.abc import Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

from kzsim.cli import documents, screen
from kzsim.cli.failures import ExitCode, Session
from kzsim.cli.table import Table, fill

if TYPE_CHECKING:
    from kzsim.experiments.uncertainty.evaluate import Study
    from kzsim.experiments.uncertainty.keeping import Stored
    from kzsim.experiments.uncertainty.varied import Varied


Row = Mapping[Hashable, Any]
"""A row of a table, by column."""


def note(session: Session, text: str) -> None:
    """Say something beside the data, unless that is unwanted."""
    if not session.quiet:
        screen.note("\n".join(fill(text, screen.prose_width())))


def varied_document(varied: Varied) -> dict[str, Any]:
    """Return what is varied and what is not as data."""
    return {
        "varied": [
            {
                "name": one.name,
                "low": one.low,
                "value": one.value,
                "high": one.high,
                "unit": one.unit,
                "grade": one.grade,
            }
            for one in varied.unknowns
        ],
        "not_varied": [{"name": one.name, "reason": one.reason} for one in varied.left_out],
    }


def left_out_said(document: dict[str, Any]) -> str:
    """Return a sentence on the ranges that were not varied, '' if all were."""
    left = document["not_varied"]
    if not left:
        return ""
    reasons = "; ".join(f"{one['name']} ({one['reason']})" for one in left)
    return f"Not varied: {reasons}. --over with the name of an entry varies it all the same."


def announce(session: Session, said: str, made: Study, wall_s: float, stored: Stored | None) -> ExitCode:
    """Say what would be run, for --dry-run."""
    if session.json:
        documents.write(
            {
                "status": "planned",
                "points": len(made.shares),
                "replications": made.replications,
                "about_s": wall_s,
                "stored": None if stored is None else str(stored.path),
                **varied_document(made.varied),
            }
        )
        return ExitCode.DONE
    screen.out(fill(said, screen.prose_width()))
    if stored is not None:
        screen.out([f"This very study lies in {stored.path} and would not be computed again."])
    screen.note("Nothing was run or written.")
    return ExitCode.DONE


def drawn(table: Table, width: int) -> Iterable[str]:
    """Return a table as lines, as sentences where the screen is too narrow for columns."""
    if table.least_width() > width:
        return list(table.spoken(width))
    return [*table.heading_lines(), *table.row_lines(width)]


def finish(
    session: Session,
    stored: Stored,
    lines: Iterable[str],
    code: ExitCode,
    *,
    again: bool,
    shown: bool = False,
) -> ExitCode:
    """Print a stored study: as lines, as one document, or only its folder; `shown`: that is all."""
    session.stored = stored.path
    if session.json:
        tables = {
            name.removesuffix(".csv"): table.to_dict("records")
            for name, table in stored.tables.items()
            if name in stored.document.get("shown", [])
        }
        status = "stored" if again else "done"
        documents.write({"status": status, "results": str(stored.path), **stored.document, "tables": tables})
    elif session.quiet:
        click.echo(str(stored.path))
    else:
        screen.out(lines)
        screen.out(["", f"Results: {stored.path}"])
        if again and not shown:
            screen.note("The same study had been stored before; it was not computed again.")
    return code


def command(session: Session) -> str:
    """Return the command as typed."""
    return shlex.join(session.command)
