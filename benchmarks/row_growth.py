"""Whether time grows with demand or with how many wait."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from benchmarks.canonical import WAITING, make_crossing
from benchmarks.pairs import Spread, seconds_of
from benchmarks.row_canonical import kernel_of
from benchmarks.settings import Settings
from benchmarks.table import Row

DEMAND = (1, 2, 4, 8)


def in_turn(runs: list[partial[object]], trucks: list[int], repetitions: int) -> list[Spread]:
    """Time per truck of each over that of the first, taken by turns."""
    for run in runs:
        run()
    rounds = [[seconds_of(run) / n for run, n in zip(runs, trucks, strict=True)] for _ in range(repetitions)]
    return [Spread.of([times[i] / times[0] for times in rounds]) for i in range(len(runs))]


def growth(settings: Settings) -> Iterator[Row]:
    """The same hours with 1, 2, 4 and 8 times the trucks; ten times as many waiting."""
    crossings = [make_crossing(settings.trucks // 4 * times, growth=times) for times in DEMAND]
    spreads = in_turn([kernel_of(c) for c in crossings], [c.trucks for c in crossings], settings.repetitions)
    text = "; ".join(
        f"{times}×: {spread.text(3)}" for times, spread in zip(DEMAND[1:], spreads[1:], strict=True)
    )
    note = f"1× is {crossings[0].trucks:,} trucks; work a truck is divided by as much"
    yield Row("time per truck at 2, 4, 8 times the demand, × that at 1", text, "≤ 1.2", "1", note)
    crowds = [make_crossing(settings.trucks, waiting=count) for count in (WAITING // 10, WAITING)]
    ten = in_turn([kernel_of(c) for c in crowds], [c.trucks for c in crowds], settings.repetitions)[1]
    yield Row("time per truck with 10,000 waiting, × that with 1,000", ten.text(3), "≤ 1.2", "1")
