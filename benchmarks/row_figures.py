"""All figures of a year's run, drawn by a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.pairs import Spread
from benchmarks.settings import Settings
from benchmarks.table import Row

SCENARIO = Path(__file__).parents[1] / "scenarios" / "green_all.yaml"
REPLICATIONS = 3
"""Of the run that is made where none is given; of figures only convergence takes longer with more."""


def figures(settings: Settings) -> Iterator[Row]:
    """``kzsim plot`` of everything, the start of Python and reading the run included."""
    with tempfile.TemporaryDirectory() as folder:
        run = settings.run or _made(Path(folder))
        out = Path(folder) / "figures"
        command = [sys.executable, "-m", "kzsim", "plot", str(run), "--out", str(out), "-q"]
        taken = [_seconds(command) for _ in range(settings.repetitions)]
        drawn = len(list(out.glob("*.svg")))
    clock, used = (Spread.of(list(one)) for one in zip(*taken, strict=True))
    yield Row(
        "all figures of a year's run as SVG, s", clock.text(3), "15", note=f"{drawn} figures with tables"
    )
    yield Row("the same, s of processor time", used.text(3))


def _made(folder: Path) -> Path:
    command = [sys.executable, "-m", "kzsim", "run", str(SCENARIO), "--replications", str(REPLICATIONS)]
    done = subprocess.run(
        [*command, "--out", str(folder / "results"), "-q"], check=True, capture_output=True, text=True
    )
    return Path(done.stdout.strip())


def _seconds(command: list[str]) -> tuple[float, float]:
    """Seconds by the clock and of processor time that a process takes."""
    before, began = os.times(), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    wall, after = time.perf_counter() - began, os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return wall, used
