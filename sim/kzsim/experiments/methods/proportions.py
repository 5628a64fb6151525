"""Intervals that need no bell curve: of a share, and of a quantile."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from kzsim.experiments.methods.inputs import MethodError, share, vector
from kzsim.indicators.intervals import CONFIDENCE, Estimate


def share_of(hits: int, n: int, confidence: float = CONFIDENCE) -> Estimate:
    """The share ``hits`` / ``n`` of independent trials with Wilson's score interval.

    Raises MethodError unless 0 <= hits <= n and n >= 1.

    Sources: E. B. Wilson (1927), Probable inference, the law of succession, and statistical inference,
    Journal of the American Statistical Association 22, 209-212; recommended for small n by L. D. Brown, T. T.
    Cai and A. DasGupta (2001), Interval estimation for a binomial proportion, Statistical Science 16(2),
    101-133.
    """
    from scipy.special import ndtri

    if not 0 <= hits <= n or n < 1:
        raise MethodError(f"{hits} of {n} is no share")
    z2 = float(ndtri(0.5 + share(confidence, "confidence") / 2)) ** 2
    centre = (hits + z2 / 2) / (n + z2)
    half = math.sqrt(z2 * (hits * (n - hits) / n + z2 / 4)) / (n + z2)
    low = 0.0 if hits == 0 else centre - half
    high = 1.0 if hits == n else centre + half
    return Estimate(hits / n, low, high, n)


def quantile_of(values: npt.ArrayLike, level: float, confidence: float = CONFIDENCE) -> Estimate:
    """The ``level`` quantile of independent ``values`` [n] with an interval from order statistics.

    The estimate interpolates linearly. The interval's ends are values themselves, chosen by the binomial
    distribution of how many lie below the true quantile, each leaving out at most (1 - confidence) / 2;
    whatever the distribution, it covers at least as often as it says. Where there are too few values for that
    on a side, that end is NaN. Raises MethodError without values or with a NaN.

    Source: H. A. David and H. N. Nagaraja (2003), Order Statistics, 3rd ed., Wiley, section 7.1.
    """
    from scipy.stats import binom

    seen = np.sort(vector(values, "values"))
    n = len(seen)
    if n == 0 or np.isnan(seen).any():
        raise MethodError("a quantile needs values, and no NaN among them")
    share(level, "level")
    tail = (1 - share(confidence, "confidence")) / 2
    below = binom.cdf(np.arange(n + 1), n, level)  # P(at most j values lie below the quantile)
    # X_(l) is above the quantile if at most l - 1 lie below it; X_(u) below it if at least u do.
    lower = int(np.searchsorted(below, tail, side="right"))
    upper = int(np.searchsorted(below, 1 - tail, side="left")) + 1
    return Estimate(
        float(np.quantile(seen, level)),
        float(seen[lower - 1]) if lower >= 1 else math.nan,
        float(seen[upper - 1]) if upper <= n else math.nan,
        n,
    )
