"""The ratio of two means observed in pairs, with Fieller's interval."""

from __future__ import annotations

import math

import numpy.typing as npt

from kzsim.experiments.methods.inputs import same_shape, share, vector
from kzsim.indicators.intervals import CONFIDENCE, Estimate, student_factor


def ratio_of_means(
    numerator: npt.ArrayLike, denominator: npt.ArrayLike, confidence: float = CONFIDENCE
) -> Estimate:
    """Mean of ``numerator`` over mean of ``denominator``, both [replications], and its interval.

    The interval holds every ratio q for which a Student-t test does not reject "the mean of numerator - q *
    denominator is 0". It is exact for normal pairs however they are correlated, and, unlike the delta method,
    not forced to be symmetric. Where the mean of the denominator cannot be told from 0 the set is no
    interval: low and high are then NaN, as with fewer than two pairs. A pair with a NaN is left out. Raises
    MethodError if the shapes differ.

    Source: E. C. Fieller (1954), Some problems in interval estimation, Journal of the Royal Statistical
    Society B 16(2), 175-185.
    """
    top, bottom = vector(numerator, "replications"), vector(denominator, "replications")
    same_shape(top, bottom, "numerator and denominator")
    share(confidence, "confidence")
    pairs = [(a, b) for a, b in zip(top.tolist(), bottom.tolist(), strict=True) if a == a and b == b]
    n = len(pairs)
    mean_top = math.fsum(a for a, _ in pairs) / n if n else math.nan
    mean_bottom = math.fsum(b for _, b in pairs) / n if n else math.nan
    if n == 0 or mean_bottom == 0:
        return Estimate(math.nan, math.nan, math.nan, n)
    ratio = mean_top / mean_bottom
    if n == 1:
        return Estimate(ratio, math.nan, math.nan, 1)
    scale = student_factor(n - 1, confidence) ** 2 / (n * (n - 1))
    # Written around the estimate r: with e = q - r and residuals d = top - r * bottom, whose mean is 0,
    # (bottom_mean^2 - s_bb) e^2 + 2 s_db e - s_dd <= 0, free of the cancellation of the textbook's form.
    residual = [(a - mean_top) - ratio * (b - mean_bottom) for a, b in pairs]
    s_dd = scale * math.fsum(d * d for d in residual)
    s_db = scale * math.fsum(d * (b - mean_bottom) for d, (_, b) in zip(residual, pairs, strict=True))
    s_bb = scale * math.fsum((b - mean_bottom) ** 2 for _, b in pairs)
    lead = mean_bottom**2 - s_bb
    if lead <= 0:
        return Estimate(ratio, math.nan, math.nan, n)
    root = math.sqrt(s_db**2 + lead * s_dd)
    return Estimate(ratio, ratio + (-s_db - root) / lead, ratio + (-s_db + root) / lead, n)
