"""Paired timing: in one process, A B A B, so that a noisy machine is noisy for both."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """Median, smallest and largest of several measurements."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: list[float]) -> Spread:
        return cls(statistics.median(values), min(values), max(values))

    def text(self, digits: int = 3, scale: float = 1.0) -> str:
        numbers = [
            f"{value * scale:,.{digits}g}" if value * scale < 1000 else f"{value * scale:,.0f}"
            for value in (self.median, self.low, self.high)
        ]
        return f"{numbers[0]} [{numbers[1]} – {numbers[2]}]"


@dataclass(frozen=True)
class Pair:
    """Seconds of A and of B, and the ratio A / B of neighbouring runs."""

    a: Spread
    b: Spread
    ratio: Spread


def seconds_of(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def measured(run: Callable[[], object], repetitions: int) -> Spread:
    """Seconds of a run, which should have been run once before."""
    return Spread.of([seconds_of(run) for _ in range(repetitions)])


def paired(a: Callable[[], object], b: Callable[[], object], repetitions: int, work: float = 1.0) -> Pair:
    """Time both by turns. ``work``: how much more work A does than B, by which the ratio is divided."""
    of_a, of_b = [], []
    for _ in range(repetitions):
        of_a.append(seconds_of(a))
        of_b.append(seconds_of(b))
    ratios = [x / y / work for x, y in zip(of_a, of_b, strict=True)]
    return Pair(Spread.of(of_a), Spread.of(of_b), Spread.of(ratios))
