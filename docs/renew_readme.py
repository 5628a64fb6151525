"""Run the smallest scenario and put what it prints into the README.

    .venv/bin/python docs/renew_readme.py

A test compares the README with a fresh run; when the output changes on purpose, this renews it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
OPENING = "<!-- output of kzsim run scenarios/minimal.yaml, renewed by docs/renew_readme.py -->\n```text\n"
CLOSING = "```\n<!-- end of output -->"
COLUMNS = "100"  # what a code block shows without a scroll bar


def printed() -> str:
    """What the run prints on stdout, its results' folder named as by default."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "kzsim", "run", "scenarios/minimal.yaml", "--out", folder]
        environment = os.environ | {"COLUMNS": COLUMNS, "PYTHONUTF8": "1"}
        done = subprocess.run(  # noqa: S603 - a fixed command
            command, cwd=ROOT, env=environment, check=True, capture_output=True, encoding="utf-8"
        )
        return done.stdout.replace(folder, "results")


def shown(readme: str) -> str:
    """The output that the text of the README shows."""
    return readme.split(OPENING)[1].split(CLOSING)[0]


def lasting(output: str) -> str:
    """The output without its last lines, which name the time of the run."""
    return output.split("\nResults: ")[0]


def main() -> None:
    """Renew the README."""
    readme = README.read_text(encoding="utf-8")
    before, rest = readme.split(OPENING)
    after = rest.split(CLOSING)[1]
    README.write_text(before + OPENING + printed() + CLOSING + after, encoding="utf-8")


if __name__ == "__main__":
    main()
