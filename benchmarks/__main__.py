"""``python -m benchmarks``: measure, and print a table."""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

from benchmarks import (
    row_canonical,
    row_figures,
    row_growth,
    row_instructions,
    row_memory,
    row_peers,
    row_report,
    row_scenario,
)
from benchmarks.settings import Settings
from benchmarks.table import Row, lines_of

ROWS: dict[str, Callable[[Settings], Iterator[Row]]] = {
    "naive": row_canonical.naive,
    "waiting": row_canonical.naive_waiting,
    "reference": row_canonical.against_reference,
    "twin": row_canonical.c_twin,
    "peers": row_peers.peers,
    "draws": row_canonical.own_draws,
    "baseline": row_scenario.baseline,
    "threads": row_scenario.threads,
    "growth": row_growth.growth,
    "memory": row_memory.memory,
    "reference-growth": row_memory.reference_rows,
    "figures": row_figures.figures,
    "instructions": row_instructions.instructions,
    "report": row_report.report,
}


def machine() -> str:
    """Processor, system and versions."""
    words = [
        line.split(":")[1].strip() for line in _lines(Path("/proc/cpuinfo")) if line.startswith("model name")
    ]
    processor = f"{len(words)} × {words[0]}" if words else platform.processor()
    packages = ", ".join(f"{name} {version(name)}" for name in ("numba", "llvmlite", "numpy", "simpy"))
    return f"{processor}; {platform.platform()}; Python {platform.python_version()}; {packages}"


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.is_file() else []


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"which: {', '.join(ROWS)} (all of them)")
    parser.add_argument(
        "--trucks", type=int, default=Settings.trucks, help="trucks of the canonical crossing"
    )
    parser.add_argument("--slow-trucks", type=int, default=Settings.slow_trucks, help="for engines in Python")
    parser.add_argument("--repetitions", type=int, default=Settings.repetitions)
    parser.add_argument(
        "--run",
        type=Path,
        metavar="FOLDER",
        help="a stored run of a year for the row 'figures'; else one is made",
    )
    asked = parser.parse_args(arguments)
    unknown = [name for name in asked.rows if name not in ROWS]
    if unknown:
        parser.error(f"unknown row {unknown[0]!r}; there are {', '.join(ROWS)}")
    settings = Settings(asked.trucks, asked.slow_trucks, asked.repetitions, asked.run)
    print(machine(), "\n")

    def rows() -> Iterator[Row]:
        for name in asked.rows or ROWS:
            yield from ROWS[name](settings)

    for line in lines_of(rows()):
        print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
