"""A whole replication of a shipped scenario, and several of them in one thread or two."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from benchmarks.canonical import make_crossing
from benchmarks.pairs import measured, paired
from benchmarks.settings import Settings
from benchmarks.table import Row
from kzsim.draws import draw
from kzsim.engines import kernel
from kzsim.experiments.models import make_model
from kzsim.network import Program
from kzsim.scenario import load

SCENARIOS = Path(__file__).parents[1] / "scenarios"
THREADS = 2


def replicate(program: Program, replication: int) -> None:
    """Draws, run and observers."""
    kernel.run(program, draw(program, 1, replication))


def truck_steps(program: Program) -> int:
    """Steps that are entered in replication 0."""
    return sum(int(np.count_nonzero(rows >= 0)) for rows in draw(program, 1, 0).duration_ms)


def baseline(settings: Settings) -> Iterator[Row]:
    """One replication of the baseline, one core."""
    program = make_model(load(SCENARIOS / "baseline_2023.yaml")).program
    steps = truck_steps(program)
    replicate(program, 0)
    whole = measured(lambda: replicate(program, 0), settings.repetitions)
    drawing = measured(lambda: draw(program, 1, 0), settings.repetitions)
    count = draw(program, 1, 0).count
    note = f"{steps:,} truck-steps, {count:,} trucks and trains; of it before the loop {drawing.text(3)} s"
    yield Row(
        "one replication of baseline_2023, ns a truck-step", whole.text(3, 1e9 / steps), "≤ 140", "≤ 90", note
    )
    yield Row("the same, s", whole.text(3), "≤ 1.0", "≤ 0.5")


def measured_cores(run: Callable[[], None]) -> float:
    """How many cores a run had: less than it has threads where others use the machine."""
    began, used = time.perf_counter(), time.process_time()
    run()
    return (time.process_time() - used) / (time.perf_counter() - began)


def threads(settings: Settings) -> Iterator[Row]:
    """Replications one after another beside two at a time."""
    program = make_crossing(settings.trucks).program
    numbers = range(4 * THREADS)
    replicate(program, 0)

    def one_by_one() -> None:
        for number in numbers:
            replicate(program, number)

    def side_by_side() -> None:
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(lambda number: replicate(program, number), numbers))

    pair = paired(one_by_one, side_by_side, min(settings.repetitions, 5))
    cores = measured_cores(side_by_side)
    note = (
        f"{len(numbers)} replications of the canonical crossing with draws; {cores:.2f} cores were to be had"
    )
    yield Row("two threads vs one, ×", pair.ratio.text(), "≥ 1.7", "2", note)
