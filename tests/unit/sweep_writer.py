"""A process that writes a sweep's ledger until it is killed; run by the tests of the ledger.

``python -m tests.unit.sweep_writer FOLDER POINTS REPLICATIONS`` prints a line ``saved <results>`` after each
commit.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

from kzsim.experiments.sweeps import About, PointRow, encode, open_ledger


def about(points: int, replications: int) -> About:
    return About("ab" * 32, "1.0+00000000", "A sweep", points, replications)


def rows(points: int) -> list[PointRow]:
    return [PointRow(f"{number:064x}", {"demand": f"{number} %"}) for number in range(points)]


def payload(point: int, replication: int) -> bytes:
    """A few hundred bytes that hang on nothing but the task."""
    return encode(
        {"crossing_time": np.arange(40.0) * point + replication, "n": np.array([point, replication])}
    )


def main(folder: str, points: str, replications: str) -> None:
    ours = about(int(points), int(replications))
    with open_ledger(Path(folder), ours, rows(ours.points), every_s=0.0) as ledger:
        print("open", ledger.done, flush=True)  # noqa: T201 - what the test reads
        for task in ledger.pending():
            point, replication = ours.of_task(task)
            ledger.add(point, replication, payload(point, replication))
            print("saved", ledger.done, flush=True)  # noqa: T201 - what the test reads
            time.sleep(0.0005)


if __name__ == "__main__":
    main(*sys.argv[1:])
