"""What `kzsim runs` does with a stored study: of sensitivity, of plausible worlds, or a ranking."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kzsim.cli import screen, study
from kzsim.cli.failures import ExitCode, Session, results_mistakes

if TYPE_CHECKING:
    from kzsim.experiments.uncertainty.keeping import Stored

KINDS = ("sensitivity", "plausible", "rank")


def show(session: Session, path: Path) -> ExitCode:
    """Print the answer of a stored study, as its own command did."""
    with results_mistakes():
        from kzsim.experiments.uncertainty.keeping import load_study

        stored = load_study(path)
    about = stored.document
    study.finish(session, stored, _teller(str(about["kind"]))(stored), ExitCode.DONE, again=True, shown=True)
    if not session.json:
        made = f"Made by kzsim {about.get('model')}, finished {about.get('finished_utc')}"
        screen.note(f"{made}: {about.get('command')}")
    return ExitCode.DONE


def verify(path: Path) -> tuple[str, str, dict[str, Any]]:
    """Check the files of a stored study: the status, what to say, and as data."""
    from kzsim.experiments import ResultsError
    from kzsim.experiments.uncertainty.keeping import load_study

    try:
        stored = load_study(path)
    except ResultsError as error:
        return "damaged", str(error), {}
    again = stored.document.get("command", "")
    said = f"Its files are as they were written. It was not made again; to do so: {again} --out FOLDER"
    return "whole", said, {"kind": stored.document["kind"], "files": len(stored.document["files"])}


def _teller(kind: str) -> Callable[[Stored], Iterable[str]]:
    from kzsim.cli import plausible, rank, sensitivity

    return {"sensitivity": sensitivity.lines, "plausible": plausible.lines, "rank": rank.lines}[kind]
