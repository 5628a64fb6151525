"""Which unknown parameters decide how large an effect is: partial rank correlations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kzsim.experiments.methods.inputs import F64, MethodError, complete, matrix, share, vector
from kzsim.experiments.methods.luck import holm
from kzsim.indicators.intervals import CONFIDENCE, Estimate

RESAMPLES = 2000
BLOCK = 100
RIDGE = 1e-9
LEAST_FOR_RANKS = 10
WORLDS_A_PARAMETER = 3
"""Fewer worlds a parameter than this leave too little for a correlation with all others held fixed."""


@dataclass(frozen=True)
class Influence:
    """A parameter's rank correlation with the effect and the interval of it by itself, in [-1, 1].

    ``p_value``: that of no influence, adjusted for all parameters tested with it (Holm), NaN for one that has
    the same value in all worlds. ``clear``: it lies below 1 - confidence. So of all parameters without
    influence on this effect, one or more is clear by chance in at most one study of twenty; several effects
    tested have no allowance for one another.
    """

    name: str
    correlation: Estimate
    p_value: float
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
    NaN. Whether one is clear is told by Student's t of the correlation with worlds - parameters - 1 degrees
    of freedom, adjusted by Holm's method, as the far tails that many parameters ask for are not to be had
    from resampling. Raises MethodError with fewer than three worlds a parameter.

    Sources: R. L. Iman and J. C. Helton (1988), An investigation of uncertainty and sensitivity analysis
    techniques for computer models, Risk Analysis 8(1), 71-90; S. Marino et al. (2008), A methodology for
    performing global uncertainty and sensitivity analysis in systems biology, Journal of Theoretical Biology
    254(1), 178-196 (with the t test); bootstrap: B. Efron and R. J. Tibshirani (1993), An Introduction
    to the Bootstrap, Chapman & Hall, chapter 13.
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
    found[moving] = _partial(table[None])[0]
    rng = np.random.default_rng(seed)
    drawn = np.full((RESAMPLES, k), np.nan)
    for start in range(0, RESAMPLES, BLOCK):
        rows = rng.integers(worlds, size=(min(BLOCK, RESAMPLES - start), worlds))
        drawn[start : start + len(rows), moving] = _partial(table[rows])
    low, high = np.full(k, np.nan), np.full(k, np.nan)
    if moving.any():
        tails = [(1 - confidence) / 2, (1 + confidence) / 2]
        low[moving], high[moving] = np.quantile(drawn[:, moving], tails, axis=0)
    freedom = worlds - 1 - int(moving.sum())
    return _influences(names, found, low, high, worlds, _p_values(found, freedom), confidence)


def rank_correlations(
    points: npt.ArrayLike, effects: npt.ArrayLike, names: Sequence[str], *, confidence: float = CONFIDENCE
) -> tuple[Influence, ...]:
    """Plain rank correlation (Spearman) of each parameter with the effect, strongest first.

    For designs whose parameters are independent of one another, such as a Latin hypercube, where the worlds
    are too few for ``partial_rank_correlations``: what the others do counts as noise. ``points`` [worlds,
    parameters], ``effects`` [worlds]. A parameter with one value in all worlds has NaN. Whether one is clear
    is told by Student's t with worlds - 2 degrees of freedom, adjusted by Holm's method. Raises MethodError
    with fewer than ten worlds.

    Sources: E. C. Fieller, H. O. Hartley and E. S. Pearson (1957), Tests for rank correlation coefficients I,
    Biometrika 44, 470-481: Fisher's z of a rank correlation has variance 1.06 / (n - 3); M. G. Kendall and
    A. Stuart (1973), The Advanced Theory of Statistics 2, section 31.19 (the t test).
    """
    from scipy.special import ndtri
    from scipy.stats import rankdata

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
    if worlds < LEAST_FOR_RANKS:
        raise MethodError(f"rank correlations need at least {LEAST_FOR_RANKS} worlds, there are {worlds}")
    ranks = rankdata(np.column_stack([values, effect]), axis=0)
    ranks = ranks - ranks.mean(axis=0)
    size = np.sqrt(np.sum(ranks**2, axis=0))
    moving = (size[:-1] > 0) & (size[-1] > 0)
    found = np.full(k, np.nan)
    found[moving] = (ranks[:, :-1].T @ ranks[:, -1])[moving] / (size[:-1][moving] * size[-1])
    half = float(ndtri((1 + confidence) / 2)) * np.sqrt(1.06 / (worlds - 3))
    z = np.arctanh(np.clip(found, -1 + 1e-12, 1 - 1e-12))
    low, high = np.tanh(z - half), np.tanh(z + half)
    return _influences(names, found, low, high, worlds, _p_values(found, worlds - 2), confidence)


def _p_values(correlations: F64, freedom: int) -> F64:
    """Float64 [parameters]: two-sided, of no correlation, by Student's t; NaN for those that have none."""
    from scipy.special import stdtr

    with np.errstate(divide="ignore"):  # a correlation of 1 has an infinite t and a p value of 0
        t = np.abs(correlations) * np.sqrt(freedom / np.maximum(1 - correlations**2, 0.0))
    found: F64 = 2 * stdtr(freedom, -t)
    return found


def _influences(
    names: Sequence[str], found: F64, low: F64, high: F64, worlds: int, p_values: F64, confidence: float
) -> tuple[Influence, ...]:
    adjusted = holm(p_values)
    influences = [
        Influence(
            name,
            Estimate(float(found[p]), float(low[p]), float(high[p]), worlds),
            float(adjusted[p]),
            bool(adjusted[p] < 1 - confidence),
        )
        for p, name in enumerate(names)
    ]
    return tuple(sorted(influences, key=lambda one: -abs(np.nan_to_num(one.correlation.mean))))


def _partial(tables: F64) -> F64:
    """Partial rank correlations of all columns but the last with the last, others held fixed.

    ``tables`` [resamples, worlds, columns]; float64 [resamples, columns - 1].
    """
    from scipy.stats import rankdata

    ranks = rankdata(tables, axis=1)
    ranks = ranks - ranks.mean(axis=1, keepdims=True)
    size = np.sqrt(np.sum(ranks**2, axis=1, keepdims=True))
    unit = ranks / np.where(size > 0, size, 1.0)
    # The small ridge gives a table in which two columns coincide, or one does not move, its limiting value.
    together = np.swapaxes(unit, 1, 2) @ unit + RIDGE * np.eye(unit.shape[2])
    inverse = np.linalg.inv(together)
    own = np.sqrt(np.diagonal(inverse, axis1=1, axis2=2))
    found: F64 = -inverse[:, :-1, -1] / (own[:, :-1] * own[:, -1:])
    return found
