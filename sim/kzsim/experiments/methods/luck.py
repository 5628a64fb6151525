"""Whether an effect seen on common random numbers is more than luck of the replications."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kzsim.experiments.methods.inputs import F64, matrix, vector
from kzsim.indicators.intervals import CONFIDENCE


@dataclass(frozen=True)
class Luck:
    """``deviation``: standard error of a pair's mean change, in its unit; NaN with one replication.

    ``p_value``: about how often luck alone would look as consistent; NaN if that cannot be told.
    """

    deviation: float
    p_value: float

    def clear(self, confidence: float = CONFIDENCE) -> bool:
        """Whether luck alone would show as much less often than 1 - ``confidence`` says."""
        return self.p_value < 1 - confidence


def luck_of(changes: npt.ArrayLike) -> Luck:
    """Luck in ``changes`` [pairs, replications]: of a pair of points that differ in one parameter only.

    Both points of a pair saw the same random numbers in a replication, so that what varies from replication
    to replication is the luck that is left in their difference. All pairs see the same replications, so luck
    may move all of them together; the unit of the test is therefore the replication. Each replication is
    asked whether its changes point, on the average over the pairs, the way that the other replications
    point; Student's t of these answers must exceed its two-sided quantile, above 0. Without any effect they
    point either way. Pairs with a NaN are left out. The test is the project's own; docs/methods.md says how
    often it was wrong. Raises MethodError for what is no such array.

    Sources: elementary effects as pairs, M. D. Morris (1991), Technometrics 33(2), 161-174; leaving one out
    so that a direction is not judged by what it was chosen from, M. Stone (1974), Cross-validatory choice
    and assessment of statistical predictions, Journal of the Royal Statistical Society B 36(2), 111-147.
    """
    from scipy.special import stdtr

    seen = matrix(changes, "pairs", "replications")
    seen = seen[~np.isnan(seen).any(axis=1)]
    pairs, n = seen.shape
    if pairs < 1 or n < 2:
        return Luck(math.nan, math.nan)
    deviation = math.sqrt(float(np.mean(seen.var(axis=1, ddof=1))) / n)
    agrees = np.mean(np.sign(seen.sum(axis=1, keepdims=True) - seen) * seen, axis=0)
    mean, error = float(agrees.mean()), float(agrees.std(ddof=1)) / math.sqrt(n)
    if mean <= 0:
        return Luck(deviation, 1.0)
    # no luck at all, and yet a change: nothing but the parameter made it
    return Luck(deviation, 2 * float(stdtr(n - 1, -mean / error)) if error > 0 else 0.0)


def holm(p_values: npt.ArrayLike) -> F64:
    """P values adjusted so that of all of them together one is below a level by chance as often as it says.

    Whatever the dependence between them. NaN stays NaN and is not counted. Raises MethodError.

    Source: S. Holm (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal of
    Statistics 6(2), 65-70.
    """
    values = vector(p_values, "p values")
    found = np.full(len(values), math.nan)
    there = np.flatnonzero(~np.isnan(values))
    order = there[np.argsort(values[there], kind="stable")]
    factors = np.arange(len(order), 0, -1)
    found[order] = np.minimum(1.0, np.maximum.accumulate(values[order] * factors))
    return found
