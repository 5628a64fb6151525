"""How the tests call the program as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SIM = Path(__file__).resolve().parents[2] / "sim"

TINY = """\
title: Bakhty for six days
period: {from: 2023-03-01, to: 2023-03-06}
run_in: 1 day
follow_up: 1 day
replications: 2
simulate: {road: [bakhty], rail: []}
green_corridors: {bakhty: standard}
"""


def environment(**changes: str) -> dict[str, str]:
    """This process's environment with the package to be found and nothing of the terminal's."""
    kept = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "NO_COLOR", "TERM"}}
    paths = [str(SIM), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**kept, "PYTHONPATH": os.pathsep.join(paths), **changes}


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "kzsim", *map(str, arguments)]


def kzsim(home: Path, *arguments: object, ends: tuple[int, ...] = (0,)) -> None:
    """Call it in the folder ``home``; it has to end well, or as ``ends`` has it."""
    done = subprocess.run(
        command(*arguments),
        cwd=home,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment(),
        timeout=600,
        check=False,
    )
    assert done.returncode in ends, done.stderr


def files_below(folder: Path) -> list[str]:
    """Every file and folder below `folder`, hidden ones too."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))
