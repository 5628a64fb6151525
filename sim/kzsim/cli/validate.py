"""`kzsim validate`: every mistake of scenario files at once, without running them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kzsim.cli import options, screen
from kzsim.cli.documents import write
from kzsim.cli.failures import ExitCode, Session, problem_document, scenario_mistakes
from kzsim.cli.words import count

if TYPE_CHECKING:
    from kzsim.scenario import Problem


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@options.common
@click.pass_obj
def validate(session: Session, files: tuple[str, ...]) -> ExitCode:
    """Check scenario files and sweep files without running them.

    Every mistake is shown at once, in the order of the file, with its line and a suggestion. Values outside
    the range of the evidence are warnings. A note says where trucks or trains of a valid scenario may come to
    wait for each other for ever. The exit code is 2 if a file is invalid.
    """
    with scenario_mistakes():
        from kzsim.scenario import is_sweep
        from kzsim.scenario import validate as problems_of_scenario

        documents: list[dict[str, Any]] = []
        for name in files:
            swept = is_sweep(name)
            found = _problems_of_sweep(name) if swept else problems_of_scenario(name)
            documents.append(_document(name, found))
            if documents[-1]["valid"] and not swept:
                documents[-1]["notes"] = _deadlocks(name)
            if not session.json:
                for problem in found:
                    click.echo(str(problem))
                for note in documents[-1]["notes"]:
                    click.echo(f"{name}: note: {note}")
                if documents[-1]["valid"]:
                    click.echo(f"{name}: valid" + (f", with {count(len(found), 'warning')}" if found else ""))
    invalid = [document for document in documents if not document["valid"]]
    mistakes = sum(len(document["problems"]) for document in documents)
    if session.json:
        write({"status": "invalid" if invalid else "valid", "files": documents})
    elif invalid:
        of = f" in {len(invalid)} of {len(files)} files" if len(files) > 1 else ""
        screen.note(f"{count(mistakes, 'mistake')}{of}")
    return ExitCode.INVALID if invalid else ExitCode.DONE


def _problems_of_sweep(name: str) -> tuple[Problem, ...]:
    """Return what is wrong with a sweep file, or else with its points, each made into a scenario."""
    from kzsim.experiments.sweeps import validate_sweep

    return validate_sweep(name)


def _deadlocks(name: str) -> list[str]:
    """Return where those of a valid scenario may come to wait for each other for ever."""
    from kzsim import border, scenario

    return list(border.deadlock_notes(border.build(scenario.load(name)).network))


def _document(name: str, found: tuple[Problem, ...]) -> dict[str, Any]:
    errors = [problem_document(problem) for problem in found if problem.severity == "error"]
    warnings = [problem_document(problem) for problem in found if problem.severity == "warning"]
    return {"file": name, "valid": not errors, "problems": errors, "warnings": warnings, "notes": []}
