"""How long a run takes to forget that it began empty: MSER-5."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kzsim.experiments.methods.inputs import MethodError

BATCH = 5
LEAST_BATCHES = 10
"""Fewer batches than this say nothing."""


@dataclass(frozen=True)
class RunIn:
    """``observations`` to leave out; ``settled`` is False where the least lies at the end of what may be."""

    observations: int
    settled: bool


def mser5(series: npt.NDArray[np.float64]) -> RunIn:
    """How many observations (float64 [n], equally spaced) of a run should be left out at its beginning.

    Means of five observations each are cut at the place d that makes the standard error of those left
    least: the least of sum((y - mean)^2) / (n - d)^2, d at most half of them. Source: White (1997),
    Simulation 69(6); batches of five: White, Cobb and Spratt (2000), Winter Simulation Conference. It
    takes for granted that the run becomes stationary: rates and calendars that repeat. Raises MethodError
    for fewer than 50 observations or for values that are not finite.
    """
    values = np.asarray(series, dtype=np.float64)
    if values.ndim != 1 or len(values) < BATCH * LEAST_BATCHES:
        raise MethodError(f"MSER-5 needs at least {BATCH * LEAST_BATCHES} observations, got {values.size}")
    if not np.isfinite(values).all():
        raise MethodError("MSER-5 needs finite observations")
    means = values[: len(values) // BATCH * BATCH].reshape(-1, BATCH).mean(axis=1)
    means = means - means.mean()  # squares of large numbers would lose what they differ by
    left = np.arange(len(means), 0, -1)
    total, squares = (np.cumsum(part[::-1])[::-1] for part in (means, means**2))
    error = np.maximum(squares - total**2 / left, 0) / left.astype(np.float64) ** 2
    most = len(means) // 2
    cut = int(np.argmin(error[: most + 1]))
    return RunIn(cut * BATCH, cut < most)
