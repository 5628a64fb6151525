"""`kzsim init`: a folder with first scenarios to edit, and the schema an editor checks them by."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import click

from kzsim.cli import options, screen
from kzsim.cli.documents import write
from kzsim.cli.failures import ExitCode, Session, Stop
from kzsim.cli.schema import text as schema_text

SCHEMA = "scenario.schema.json"
FIRST = "minimal.yaml"
EDITOR_LINE = f"# yaml-language-server: $schema={SCHEMA}"
"""The first line of a scenario, by which editors find the schema."""


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@options.common
@click.pass_obj
def init(session: Session, folder: Path) -> ExitCode:
    """Write first scenarios to edit into a new or empty folder.

    They carry comments and a line by which an editor finds the schema, which is written beside them. A
    folder that holds anything is refused; no file is ever overwritten.
    """
    _refuse_a_folder_in_use(folder)
    contents = starter()
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            with (folder / name).open("x", encoding="utf-8", newline="\n") as file:
                written.append(folder / name)
                file.write(content)
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        raise _unwritable(folder, error) from error
    first = folder / FIRST
    if session.json:
        write({"status": "done", "folder": str(folder), "files": list(contents)})
        return ExitCode.DONE
    screen.out(str(path) for path in written)
    screen.note(f"\nEdit {first}, then:\n  kzsim validate {first}\n  kzsim run {first}")
    return ExitCode.DONE


def starter() -> dict[str, str]:
    """Return the files of a starter folder, by name: the packaged scenarios and the schema."""
    folder = resources.files("kzsim.cli") / "starter"
    scenarios = {
        item.name: _with_editor_line(item.read_text(encoding="utf-8"))
        for item in sorted(folder.iterdir(), key=lambda item: item.name)
        if item.name.endswith(".yaml")
    }
    return {**scenarios, SCHEMA: schema_text()}


def _with_editor_line(scenario: str) -> str:
    """The shipped scenario, whose own first line names the schema where the project keeps it."""
    return f"{EDITOR_LINE}\n{scenario.partition(chr(10))[2]}"


def _refuse_a_folder_in_use(folder: Path) -> None:
    try:
        if folder.exists() and not folder.is_dir():
            raise Stop(ExitCode.INVALID, f"kzsim: {folder} is a file; name a new folder", status="refused")
        if folder.is_dir() and any(folder.iterdir()):
            raise Stop(
                ExitCode.INVALID,
                f"kzsim: {folder} is not empty; nothing was written",
                status="refused",
                remedy="Name a new folder, for example: kzsim init my-scenarios",
            )
    except OSError as error:
        raise _unwritable(folder, error) from error


def _unwritable(folder: Path, error: OSError) -> Stop:
    return Stop(
        ExitCode.INVALID,
        f"kzsim: {error.filename or folder}: {error.strerror or error}; nothing was written",
        status="refused",
        remedy="Name another folder, one that you may write to.",
    )
