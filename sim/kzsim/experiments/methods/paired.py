"""Two policies on the same entities: paired differences, in per cent, held at once, and in a word."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from kzsim.experiments.methods.inputs import F64, MethodError, matrix, same_shape, share, vector
from kzsim.experiments.methods.ratio import ratio_of_means
from kzsim.indicators.comparison import Verdict
from kzsim.indicators.intervals import CONFIDENCE, Estimate, estimate, student_factor

Better = Literal["smaller", "larger"]
"""Which direction of an indicator is the wanted one: smaller times, larger throughput."""

Together = Literal["bonferroni", "max-t"]
"""How intervals are made to hold all at once."""

MAX_T_DRAWS = 10_000
MAX_T_SEED = 1967
MAX_T_REPLICATIONS = 100
"""More replications are drawn as if they were this many: the factor is then too large, not too small."""


@dataclass(frozen=True)
class PairedDifference:
    """One indicator under two policies, over the ``difference.n`` replications in which both have it.

    ``base``, ``alternative``, ``difference`` (alternative - base): means with Student-t intervals, in the
    indicator's unit. ``percent``: the difference in per cent of the base's mean, Fieller's interval.
    ``simultaneous``: the difference again with the interval that holds for all comparisons at once; the
    ``verdict`` rests on it. ``skewness`` is that of the differences; ``skewed`` warns that they are too
    lopsided for so few of them, and that all these intervals cover less often than they say.
    """

    base: Estimate
    alternative: Estimate
    difference: Estimate
    percent: Estimate
    simultaneous: Estimate
    verdict: Verdict
    skewness: float
    skewed: bool


def paired_differences(
    base: npt.ArrayLike,
    alternative: npt.ArrayLike,
    threshold: npt.ArrayLike,
    *,
    comparisons: int | None = None,
    better: Better = "smaller",
    confidence: float = CONFIDENCE,
    together: Together = "bonferroni",
) -> tuple[PairedDifference, ...]:
    """Compare ``alternative`` with ``base``, both [indicators, replications], row by row.

    Column r of both must come from the same random numbers (common random numbers); that is what makes the
    pairs narrow, and the Student-t interval of the differences needs no more than their approximate normality
    and independence between replications. A replication in which either has NaN is left out of that row.
    ``threshold`` [indicators] or one number, in the indicator's unit: changes up to it count as none.
    ``comparisons``: of how many intervals read together these are a part (default: the rows); each
    simultaneous interval has confidence 1 - (1 - confidence) / comparisons (Bonferroni), which holds whatever
    the dependence between them. ``together="max-t"`` takes the factor of ``max_t_factor`` instead: the rows
    are then the whole family, and none may have a NaN. Raises MethodError.

    Source: A. M. Law (2015), Simulation Modeling and Analysis, 5th ed., section 10.2.1 (paired t) and 10.3
    (Bonferroni).
    """
    first = matrix(base, "indicators", "replications")
    second = matrix(alternative, "indicators", "replications")
    same_shape(first, second, "base and alternative")
    share(confidence, "confidence")
    rows = len(first)
    limits = _thresholds(threshold, rows)
    family = rows if comparisons is None else comparisons
    if family < rows:
        raise MethodError(f"{rows} rows are compared, so comparisons cannot be {family}")
    wide = 1 - (1 - confidence) / family
    factor = math.nan
    if together == "max-t":
        if family != rows:
            raise MethodError(f"max-t needs the whole family at once: {family} comparisons, {rows} rows")
        factor = max_t_factor(second - first, confidence)
    found = []
    for before, after, limit in zip(first, second, limits.tolist(), strict=True):
        both = ~(np.isnan(before) | np.isnan(after))
        old, new = before[both], after[both]
        change = new - old
        relative = ratio_of_means(change, old, confidence)
        alone = estimate(change.tolist(), confidence)
        held = _scaled(alone, factor, confidence) if together == "max-t" else estimate(change.tolist(), wide)
        found.append(
            PairedDifference(
                base=estimate(old.tolist(), confidence),
                alternative=estimate(new.tolist(), confidence),
                difference=alone,
                percent=_percent(relative, float(np.sign(np.mean(old))) if len(old) else 1.0),
                simultaneous=held,
                verdict=verdict(held, limit, better),
                skewness=skewness(change),
                skewed=too_skewed(change),
            )
        )
    return tuple(found)


def verdict(difference: Estimate, threshold: float, better: Better = "smaller") -> Verdict:
    """The word for a difference (alternative - base) whose interval is to be believed.

    ``no change`` only if the whole interval lies within the threshold; ``gains`` or ``loses`` only if it lies
    wholly beyond it; else ``undecided``, and always so without an interval.
    """
    low, high = difference.low, difference.high
    if math.isnan(low):
        return "undecided"
    if -threshold <= low and high <= threshold:
        return "no change"
    if high < -threshold:
        return "gains" if better == "smaller" else "loses"
    if low > threshold:
        return "loses" if better == "smaller" else "gains"
    return "undecided"


def skewness(values: F64) -> float:
    """Sample skewness of ``values`` [n], adjusted for n; 0 for equal values, NaN for fewer than three."""
    n = len(values)
    if n < 3:
        return math.nan
    left = values - values.mean()
    square = float(np.mean(left**2))
    if square == 0:
        return 0.0
    return float(np.mean(left**3)) / math.pow(square, 1.5) * math.sqrt(n * (n - 1)) / (n - 2)


def too_skewed(values: F64) -> bool:
    """Whether ``values`` [n] are too skewed for a Student-t interval from so few.

    Cochran asks for n > 25 G^2. A few normal values show some skewness too, so G must also exceed twice
    its standard error under normality. Source: W. G. Cochran (1977), Sampling Techniques, 3rd ed., Wiley,
    section 2.15.
    """
    n, found = len(values), skewness(values)
    if math.isnan(found):
        return False
    error = math.sqrt(6 * n * (n - 1) / ((n - 2) * (n + 1) * (n + 3)))
    return n <= 25 * found**2 and abs(found) > 2 * error


def max_t_factor(differences: npt.ArrayLike, confidence: float = CONFIDENCE, seed: int = MAX_T_SEED) -> float:
    """The factor of the standard errors that makes all intervals of ``differences`` hold at once.

    ``differences`` [comparisons, replications], complete. The factor is the ``confidence`` quantile of the
    largest absolute Student statistic over the comparisons, found by drawing ``MAX_T_DRAWS`` times as many
    normal replications with the correlations seen in the data. It takes the place of Bonferroni's where
    comparisons move together, and is then smaller. It leans on normal differences *and* on the estimated
    correlations, so it is asked for, never the default; docs/methods.md gives its measured coverage. Never
    above Bonferroni's factor; rounded up to 0.01, so that the last bits of a machine's linear algebra do not
    show. Raises MethodError below ten replications.

    Source: P. H. Westfall and S. S. Young (1993), Resampling-Based Multiple Testing, Wiley, chapter 2
    (single-step max-t, parametric resampling).
    """
    seen = matrix(differences, "comparisons", "replications", 10)
    share(confidence, "confidence")
    if np.isnan(seen).any():
        raise MethodError("max-t needs every comparison in every replication")
    count, n = seen.shape
    centred = seen - seen.mean(axis=1, keepdims=True)
    spread = np.sqrt(np.sum(centred**2, axis=1))
    moving = spread > 0
    bonferroni = student_factor(n - 1, 1 - (1 - confidence) / count)
    if not moving.any():
        return bonferroni
    unit = centred[moving] / spread[moving, None]
    largest = _largest_statistics(unit, min(n, MAX_T_REPLICATIONS), np.random.default_rng(seed))
    return min(math.ceil(100 * float(np.quantile(largest, confidence))) / 100, bonferroni)


def _largest_statistics(unit: F64, n: int, rng: np.random.Generator) -> F64:
    """Draws of max |t| [MAX_T_DRAWS] over n normal replications with the correlations of ``unit``."""
    left, size, _ = np.linalg.svd(unit, full_matrices=False)
    root = (left * size).T
    found = np.empty(MAX_T_DRAWS)
    block = max(1, 2_000_000 // (n * max(root.shape)))
    for start in range(0, MAX_T_DRAWS, block):
        drawn = rng.standard_normal((min(block, MAX_T_DRAWS - start), n, len(root))) @ root
        t = math.sqrt(n) * np.abs(drawn.mean(axis=1)) / drawn.std(axis=1, ddof=1)
        found[start : start + len(t)] = t.max(axis=1)
    return found


def _scaled(alone: Estimate, factor: float, confidence: float) -> Estimate:
    """``alone`` with ``factor`` in place of Student's."""
    half = alone.half_width * factor / student_factor(alone.n - 1, confidence)
    return Estimate(alone.mean, alone.mean - half, alone.mean + half, alone.n)


def _thresholds(threshold: npt.ArrayLike, rows: int) -> F64:
    limits = vector(np.atleast_1d(np.asarray(threshold, dtype=np.float64)), "indicators")
    if len(limits) == 1:
        limits = np.repeat(limits, rows)
    if len(limits) != rows:
        raise MethodError(f"{rows} indicators need one threshold or {rows}, got {len(limits)}")
    if not (limits >= 0).all():
        raise MethodError("a threshold is not negative")
    return limits


def _percent(relative: Estimate, sign: float) -> Estimate:
    """The ratio in per cent of the base's absolute mean, so that + always means more."""
    low, high = (relative.low, relative.high) if sign >= 0 else (-relative.high, -relative.low)
    return Estimate(100 * sign * relative.mean, 100 * low, 100 * high, relative.n)
