"""`kzsim validate`: every mistake of scenario files at once, without running them."""

from __future__ import annotations

from typing import Any

import click

from kzsim.cli import options, screen
from kzsim.cli.documents import write
from kzsim.cli.failures import ExitCode, Session, problem_document, scenario_mistakes
from kzsim.cli.words import count


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="Check with this value changed.")
@options.common
@click.pass_obj
def validate(session: Session, files: tuple[str, ...], settings: tuple[str, ...]) -> ExitCode:
    """Check scenario files without running them.

    Every mistake is shown at once, in the order of the file, with its line and a suggestion. Values outside
    the range of the evidence are warnings. The exit code is 2 if a file is invalid.
    """
    with scenario_mistakes():
        from kzsim.scenario import ScenarioError, load

        documents: list[dict[str, Any]] = []
        for name in files:
            try:
                scenario = load(name, settings)
            except ScenarioError as error:
                documents.append(_document(name, error.problems, ()))
                if not session.json:
                    click.echo(str(error))
            else:
                documents.append(_document(name, (), scenario.warnings))
                if not session.json:
                    for warning in scenario.warnings:
                        click.echo(f"{warning}")
                    click.echo(f"{name}: valid" + _among(len(scenario.warnings)))
    invalid = [document for document in documents if not document["valid"]]
    mistakes = sum(len(document["problems"]) for document in documents)
    if session.json:
        write({"status": "invalid" if invalid else "valid", "files": documents})
    elif invalid:
        of = f" in {len(invalid)} of {len(files)} files" if len(files) > 1 else ""
        screen.note(f"{count(mistakes, 'mistake')}{of}")
    return ExitCode.INVALID if invalid else ExitCode.DONE


def _among(warnings: int) -> str:
    return f", with {count(warnings, 'warning')}" if warnings else ""


def _document(name: str, problems: tuple[Any, ...], warnings: tuple[Any, ...]) -> dict[str, Any]:
    return {
        "file": name,
        "valid": not problems,
        "problems": [problem_document(problem) for problem in problems],
        "warnings": [problem_document(warning) for warning in warnings],
    }
