"""Means and Student-t intervals of many columns at once: what ``intervals.estimate`` does, for arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kzsim.indicators.intervals import CONFIDENCE, student_factor

F64 = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Estimates:
    """Of each column: its mean and interval, NaN where there is none, and how many values it has."""

    mean: F64
    low: F64
    high: F64
    n: npt.NDArray[np.int64]


def estimate_columns(values: F64, confidence: float = CONFIDENCE) -> Estimates:
    """Mean and interval of each column of ``values``, float64 [replications, columns], NaN left out.

    Sums carry what rounding takes away (Knuth's two-sum, The Art of Computer Programming 2, 4.2.2) and are
    taken in the order of the rows, so that the same rows give the same bytes everywhere; they differ from
    the exact sums of ``estimate`` in the last digit at most.
    """
    there = ~np.isnan(values)
    n = there.sum(axis=0, dtype=np.int64)
    kept = np.where(there, values, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(n > 0, _sums(kept) / n, np.nan)
        squares = np.where(there, (kept - mean) ** 2, 0.0)
        error = np.sqrt(_sums(squares) / (n - 1) / n)
    half = np.full(mean.shape, np.nan)
    for count in np.unique(n[n > 1]).tolist():
        chosen = n == count
        half[chosen] = student_factor(count - 1, confidence) * error[chosen]
    return Estimates(mean, mean - half, mean + half, n)


def _sums(rows: F64) -> F64:
    total, lost = np.zeros(rows.shape[1]), np.zeros(rows.shape[1])
    for row in rows:
        reached = total + row
        part = reached - total
        lost += (total - (reached - part)) + (row - part)
        total = reached
    return total + lost
