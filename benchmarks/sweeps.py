"""How fast sweeps are: the machinery beside the work, two threads against one, memory, and the report.

``python -m benchmarks.sweeps SWEEP.yaml`` runs the sweep in one thread and in two, A B A B, each time into a
fresh folder, and prints the ratios; ``--tasks N`` stops after so many replications.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from pathlib import Path
from statistics import median

from kzsim.experiments.sweeps import Done, Heard, State, Where, plan_sweep, read_sweep, run_sweep
from kzsim.experiments.warmup import make_ready


class Spent:
    """Seconds that workers spent on tasks, and the resident size after each."""

    def __init__(self) -> None:
        self.work_s = 0.0
        self.tasks = 0
        self.resident: list[float] = []

    def add(self, done: Done) -> None:
        """Take in a replication that is done."""
        self.work_s += done.seconds
        self.tasks += 1
        self.resident.append(resident_mb())


def resident_mb() -> float:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1000
    return float("nan")


def once(path: str, jobs: int, most: int) -> tuple[float, Spent]:
    """Seconds on the clock from the second task on, and what was spent."""
    stopping = threading.Event()
    marks: list[float] = []
    spent = Spent()

    def heard(state: State) -> None:
        marks.append(time.perf_counter())
        if state.done + state.failed >= most:
            stopping.set()

    with tempfile.TemporaryDirectory() as folder:
        plan = plan_sweep(path, folder)
        run_sweep(plan, Where(jobs=jobs), heard=Heard(state=heard, done=spent.add), stopping=stopping)
        ended = time.perf_counter()
        if not stopping.is_set():
            began = time.perf_counter()
            read_sweep(plan)
            print(f"  report {time.perf_counter() - began:.2f} s")
    # marks: the ledger is open; the first task, which is measured by itself, is done; then every other one
    return ended - marks[1], spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", metavar="SWEEP")
    parser.add_argument("--tasks", type=int, default=10**9, help="stop after so many replications")
    parser.add_argument("--repetitions", type=int, default=2)
    arguments = parser.parse_args()
    make_ready()
    ratios = []
    for _ in range(arguments.repetitions):
        walls = []
        for jobs in (1, 2):
            wall, spent = once(arguments.path, jobs, arguments.tasks)
            # a task: when the last is asked for, two threads have more of them begun than one has
            walls.append(wall / (spent.tasks - 1))
            each = 1000 * spent.work_s / spent.tasks
            tenth = spent.resident[min(10, len(spent.resident) - 1)]
            print(
                f"{jobs} threads: {spent.tasks} tasks in {wall:.2f} s, {each:.1f} ms each; beside the work "
                f"{100 * (wall * jobs / spent.work_s - 1):.1f} %; resident {tenth:.0f} MB after ten, "
                f"{max(spent.resident):.0f} MB at most, {spent.resident[-1]:.0f} MB at the end"
            )
        ratios.append(walls[0] / walls[1])
    print(f"two threads: {median(ratios):.2f} x one [{min(ratios):.2f} - {max(ratios):.2f}]")


if __name__ == "__main__":
    main()
