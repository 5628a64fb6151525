"""What `kzsim runs` does with a stored sweep."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kzsim.cli import screen
from kzsim.cli.documents import write
from kzsim.cli.failures import ExitCode, Session, results_mistakes
from kzsim.cli.table import fill


def show(session: Session, path: Path) -> ExitCode:
    """Print the tables of a stored sweep, as 'kzsim sweep' did, or how far it has come."""
    from kzsim.cli import sweep_summary

    with results_mistakes():
        from kzsim.experiments.sweeps import load_result, stored_sweep

        found = stored_sweep(path)
        result = load_result(found) if found.whole else None
    document = found.document
    if session.json:
        write(
            {
                "status": "stored" if found.whole else "unfinished",
                "results": str(path),
                "title": found.about.title,
                "points": found.about.points,
                "replications": found.about.replications,
                "settled": found.settled,
                "sweep": dict(document),
                "indicators": [] if result is None else sweep_summary.head_documents(result),
            }
        )
        return ExitCode.DONE
    if result is None:
        screen.out(
            [screen.heading(found.about.title), "", f"{found.said}; the command of the sweep goes on."]
        )
    else:
        screen.out(sweep_summary.lines(result, screen.width()))
        for line in sweep_summary.failure_lines(result):
            screen.note(line)
    screen.out(["", f"Results: {path}"])
    if document:
        made = f"Made by kzsim {document.get('model')}, tables written {document.get('written_utc')}"
        screen.note("\n".join(fill(f"{made}: {document.get('command')}", screen.prose_width())))
    return ExitCode.DONE


def verify(path: Path) -> tuple[str, str, dict[str, Any]]:
    """Check every row of a sweep's ledger and its tables: the status, what to say, and as data."""
    from kzsim.experiments import ResultsError
    from kzsim.experiments.sweeps import (
        load_result,
        read_failures,
        read_results,
        results_digest,
        stored_sweep,
    )

    try:
        found = stored_sweep(path)
        digest = results_digest(read_results(path))
        failed = len(read_failures(path))
        if found.whole:
            load_result(found)
    except ResultsError as error:
        return "damaged", str(error), {}
    details = {"kind": "sweep", "digest": digest, "results": found.settled - failed, "failed": failed}
    if not found.whole:
        return "unfinished", f"Every row is as it was written; {found.said}.", details
    if digest != found.document.get("results_digest"):
        said = f"{path}: the ledger holds other results than the tables were made of. "
        return "damaged", f"{said}The command of the sweep makes the tables anew.", details
    said = f"All {found.settled:,} rows of its ledger and its tables are as they were written. "
    again = found.document.get("command", "")
    return "whole", f"{said}It was not made again; to do so: {again} --out FOLDER", details
