"""Which unknown parameters decide how large an effect is: partial rank correlations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kzsim.experiments.methods.inputs import F64, MethodError, complete, matrix, share, vector
from kzsim.indicators.intervals import CONFIDENCE, Estimate

RESAMPLES = 2000
WORLDS_A_PARAMETER = 3
"""Fewer worlds a parameter than this leave too little for a correlation with all others held fixed."""


@dataclass(frozen=True)
class Influence:
    """A parameter's partial rank correlation with the effect, percentile bootstrap interval, in [-1, 1].

    ``clear``: the interval leaves out 0. Of many parameters without influence about one in twenty is clear by
    chance.
    """

    name: str
    correlation: Estimate
    clear: bool


def partial_rank_correlations(
    points: npt.ArrayLike,
    effects: npt.ArrayLike,
    names: Sequence[str],
    *,
    seed: int,
    confidence: float = CONFIDENCE,
) -> tuple[Influence, ...]:
    """Partial rank correlation of each parameter with the effect, strongest first.

    ``points`` [worlds, parameters]: parameter values; ``effects`` [worlds]. All are replaced by ranks (ties
    by their mean rank); then the correlation of each parameter with the effect is taken with the linear
    influence of all others removed from both. It sees influences that rise or fall throughout, however
    curved, and misses those that turn around. Worlds are drawn again with replacement for the intervals;
    replication noise in the effects only weakens correlations. A parameter with one value in all worlds has
    NaN. Raises MethodError with fewer than three worlds a parameter.

    Sources: R. L. Iman and J. C. Helton (1988), An investigation of uncertainty and sensitivity analysis
    techniques for computer models, Risk Analysis 8(1), 71-90; S. Marino et al. (2008), A methodology for
    performing global uncertainty and sensitivity analysis in systems biology, Journal of Theoretical Biology
    254(1), 178-196; bootstrap: B. Efron and R. J. Tibshirani (1993), An Introduction to the Bootstrap,
    Chapman & Hall, chapter 13.
    """
    values = complete(matrix(points, "worlds", "parameters"), "world")
    effect = vector(effects, "worlds")
    share(confidence, "confidence")
    worlds, k = values.shape
    if len(effect) != worlds or len(names) != k:
        raise MethodError(
            f"{worlds} worlds and {k} parameters need as many effects and names, "
            f"got {len(effect)} and {len(names)}"
        )
    if np.isnan(effect).any():
        raise MethodError("every world needs an effect")
    if worlds < WORLDS_A_PARAMETER * (k + 1):
        raise MethodError(
            f"{k} parameters need at least {WORLDS_A_PARAMETER * (k + 1)} worlds, there are {worlds}: "
            "run more worlds or vary fewer parameters"
        )
    moving = np.ptp(values, axis=0) > 0
    table = np.column_stack([values[:, moving], effect])
    found = np.full(k, np.nan)
    found[moving] = _partial(table)
    rng = np.random.default_rng(seed)
    drawn = np.full((RESAMPLES, k), np.nan)
    for row in drawn:
        row[moving] = _partial(table[rng.integers(worlds, size=worlds)])
    low, high = np.full(k, np.nan), np.full(k, np.nan)
    if moving.any():
        tails = [(1 - confidence) / 2, (1 + confidence) / 2]
        low[moving], high[moving] = np.quantile(drawn[:, moving], tails, axis=0)
    influences = [
        Influence(
            name,
            Estimate(float(found[p]), float(low[p]), float(high[p]), worlds),
            bool(low[p] > 0 or high[p] < 0),
        )
        for p, name in enumerate(names)
    ]
    return tuple(sorted(influences, key=lambda one: -abs(np.nan_to_num(one.correlation.mean))))


def _partial(table: F64) -> F64:
    """Partial rank correlations of all columns but the last with the last, others held fixed."""
    from scipy.stats import rankdata

    ranks = rankdata(table, axis=0)
    ranks = ranks - ranks.mean(axis=0)
    size = np.sqrt(np.sum(ranks**2, axis=0))
    if size[-1] == 0:
        return np.zeros(table.shape[1] - 1)
    unit = ranks / np.where(size > 0, size, 1.0)
    # The pseudo-inverse gives a resample in which two columns coincide, or one does not move, a value too.
    inverse = np.linalg.pinv(unit.T @ unit, hermitian=True)
    scale = np.sqrt(np.maximum(np.diag(inverse), np.finfo(np.float64).tiny))
    found: F64 = np.clip(-inverse[:-1, -1] / (scale[:-1] * scale[-1]), -1.0, 1.0)
    return found
