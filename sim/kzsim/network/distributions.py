"""What makes a distribution of durations one that cannot be drawn."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from kzsim.network.model import Distribution
from kzsim.network.program import LONGEST_HORIZON_MS

SHARE_TOLERANCE = 1e-9
MOST_CV = 1000.0
"""Half of all lognormal times are below a thousandth of the mean then, and no run is long enough to see the
mean: whoever gives more has mistaken the unit."""
LONGEST_DURATION_MS = 2.0**62
"""A duration after the longest horizon is still an instant of 63 bits."""
FARTHEST_NORMAL = 8.3
"""Beyond the normal number of 1 - 2^-53, the largest uniform number that is drawn."""
FARTHEST_EXPONENTIAL = 37.0
"""Beyond the exponential number of the same."""
SHAPES = {"gamma": (0.01, 10_000.0), "weibull": (0.1, 1_000.0)}
"""Coefficients of variation of 0.01 to 10, and of 0.0013 to 430."""
POINTS = {"uniform": 2, "triangular": 3}
WITH_POINTS = frozenset({*POINTS, "empirical"})
FAMILIES = frozenset({"fixed", "exponential", "erlang", "lognormal", *SHAPES, *WITH_POINTS})


def check_distribution(where: str, distribution: Distribution) -> Iterator[str]:
    """One sentence per fault, with the remedy."""
    if distribution.family not in FAMILIES:
        known = ", ".join(sorted(FAMILIES))
        yield f"{where}: unknown distribution {distribution.family!r}: give one of {known}"
        return
    mean, cv = distribution.mean, distribution.cv
    before = 0
    if not 0 <= mean <= LONGEST_HORIZON_MS:
        before += 1
        yield f"{where}: the mean is {mean!r} ms: give 0 to {LONGEST_HORIZON_MS} ms, the longest horizon"
    if not 0 <= cv <= MOST_CV:
        before += 1
        yield f"{where}: the cv is {cv!r}: give a standard deviation of 0 to {MOST_CV:g} times the mean"
    if distribution.family in SHAPES:
        least, most = SHAPES[distribution.family]
        if not least <= distribution.shape <= most:
            before += 1
            yield f"{where}: the shape is {distribution.shape!r}: give {least:g} to {most:g}"
    if distribution.rows < 1:
        yield f"{where}: Erlang needs at least 1 phase"
    if distribution.family in WITH_POINTS:
        yield from _check_points(where, distribution)
    elif not before and _longest_ms(distribution) >= LONGEST_DURATION_MS:
        spread = f"shape of {distribution.shape!r}" if distribution.family in SHAPES else f"cv of {cv!r}"
        remedy = "lower the mean or raise the shape" if distribution.family in SHAPES else "lower one of them"
        yield (
            f"{where}: with a mean of {mean!r} ms and a {spread} single durations are too long to be"
            f" counted: {remedy}"
        )


def _check_points(where: str, distribution: Distribution) -> Iterator[str]:
    family, points = distribution.family, distribution.points
    if family == "empirical" and not points:
        yield f"{where}: an empirical distribution without values: give at least one"
        return
    if len(points) != POINTS.get(family, len(points)):
        yield f"{where}: {family} needs {POINTS[family]} points, not {len(points)}"
        return
    if not all(0 <= point <= LONGEST_HORIZON_MS for point in points):
        yield f"{where}: the points of {family} are {_some(points)} ms: give 0 to {LONGEST_HORIZON_MS} ms"
        return
    if any(b < a for a, b in pairwise(points)):
        yield f"{where}: the points of {family} are {_some(points)} ms: put them in rising order"
        return
    shares = distribution.shares
    if family == "empirical" and (
        len(shares) != len(points)
        or not all(0 <= share <= 1 for share in shares)
        or abs(math.fsum(shares) - 1.0) > SHARE_TOLERANCE
    ):
        yield f"{where}: an empirical distribution needs a share for each value, 0 to 1, that sum to 1"
        return
    mean = mean_of_points(distribution)
    if abs(distribution.mean - mean) > SHARE_TOLERANCE * mean:
        given = distribution.mean
        yield f"{where}: the mean is {given!r} ms, that of the points {mean!r} ms: give the latter"


def mean_of_points(distribution: Distribution) -> float:
    """The mean of a uniform, triangular or empirical distribution."""
    points = distribution.points
    if distribution.family == "empirical":
        return math.fsum(point * share for point, share in zip(points, distribution.shares, strict=True))
    return math.fsum(points) / len(points)


def _longest_ms(distribution: Distribution) -> float:
    """Above every duration that can be drawn by mean and spread; see ``draws.variates``."""
    mean, shape = distribution.mean, distribution.shape
    if distribution.family == "lognormal":
        variance = math.log1p(distribution.cv * distribution.cv)
        return mean * math.exp(FARTHEST_NORMAL * math.sqrt(variance) - variance / 2)
    if distribution.family == "weibull":
        return mean / math.gamma(1 + 1 / shape) * math.pow(FARTHEST_EXPONENTIAL, 1 / shape)
    if distribution.family == "gamma":
        # in distribution below the sum of as many exponential times as the shape rounded up
        return mean / shape * FARTHEST_EXPONENTIAL * math.ceil(shape)
    return FARTHEST_EXPONENTIAL * mean


def _some(points: tuple[float, ...]) -> str:
    """The first few of many."""
    return f"{points!r}" if len(points) <= 5 else f"{points[:5]!r} and so on"
