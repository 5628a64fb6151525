"""How much of the spread between points is luck of the replications."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kzsim.experiments.methods.inputs import complete, matrix


@dataclass(frozen=True)
class Noise:
    """Variances of the points' means, in the output's unit squared.

    ``between``: over the points, as seen; ``within``: the part of it that is luck (NaN with one replication);
    ``share``: within / between, at most 1.
    """

    between: float
    within: float
    share: float


def noise_of(outputs: npt.ArrayLike) -> Noise:
    """Split the variance between points of ``outputs`` [points, replications], complete.

    Two-way layout without repetition: point + replication + rest. Where all points see the same random
    numbers, what a replication does to all points alike moves no difference between points; so the luck in a
    point's mean is the mean square of the *rest* over the number of replications. Where points have their own
    random numbers the same formula holds, as no common effect exists then. Raises MethodError with fewer than
    two points or a NaN.

    Source: H. Scheffé (1959), The Analysis of Variance, Wiley, chapter 4.
    """
    seen = complete(matrix(outputs, "points", "replications"), "point")
    points, replications = seen.shape
    means = seen.mean(axis=1)
    between = float(means.var(ddof=1)) if points > 1 else 0.0
    if points < 2 or replications < 2:
        return Noise(between, math.nan, math.nan)
    rest = seen - means[:, None] - seen.mean(axis=0)[None, :] + seen.mean()
    within = float(np.sum(rest**2)) / ((points - 1) * (replications - 1)) / replications
    if between == 0:
        return Noise(0.0, within, math.nan)
    return Noise(between, within, min(1.0, within / between))
