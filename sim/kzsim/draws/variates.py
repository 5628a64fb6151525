"""Inverse transforms: from uniform numbers to durations and factors of a given distribution.

All are increasing in each uniform number, so entities keep their rank of luck when a parameter
changes, and one that does not change gives the same milliseconds.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kzsim.draws.elementary import exp, inverse_normal, log
from kzsim.draws.gammas import FARTHEST, LARGEST_LOG, NODES_PER_UNIT, SMALLEST_LOG, quantile_table
from kzsim.draws.parameters import parameters
from kzsim.network.distributions import WITH_POINTS
from kzsim.network.model import Distribution

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]


def duration_ms(distribution: Distribution, uniform: F64) -> I64:
    """Durations in whole ms, halves up; ``uniform`` is float64 [entities, distribution.rows]."""
    rounded: I64 = np.floor(variate(distribution, uniform) + 0.5).astype(np.int64)
    return rounded


def variate(distribution: Distribution, uniform: F64) -> F64:
    """Numbers of the distribution, float64 [entities], of ``uniform`` [entities, rows]."""
    mean, family = distribution.mean, distribution.family
    if family in WITH_POINTS:
        return _of_points(distribution, uniform[:, 0])
    if family == "fixed" or mean == 0.0:
        return np.full(len(uniform), mean)
    if family == "exponential":
        return mean * standard_exponential(uniform[:, 0])
    if family == "erlang":
        total = np.zeros(len(uniform))
        for row in range(distribution.rows):
            total = total + standard_exponential(uniform[:, row])
        return mean / distribution.rows * total
    if family == "weibull":
        scale, exponent, _ = parameters(distribution)
        return scale * exp(exponent * log(standard_exponential(uniform[:, 0])))
    if family == "gamma":
        return parameters(distribution)[0] * _standard_gamma(distribution, uniform[:, 0])
    return mean * standard_lognormal(uniform[:, 0], distribution.cv)


def _of_points(distribution: Distribution, number: F64) -> F64:
    if distribution.family == "uniform":
        least, width, _ = parameters(distribution)
        return least + width * number
    if distribution.family == "triangular":
        least, mode, largest = parameters(distribution)
        width, before, after = largest - least, mode - least, largest - mode
        low = least + np.sqrt(number * (width * before))
        high = largest - np.sqrt((1.0 - number) * (width * after))
        return np.where(number * width < before, low, high)
    bounds = np.cumsum(np.array(distribution.shares, dtype=np.float64))[:-1]
    return np.array(distribution.points)[np.searchsorted(bounds, number, side="right")]


def _standard_gamma(distribution: Distribution, number: F64) -> F64:
    """Gamma numbers of scale 1: a cubic between two nodes of the table."""
    table = quantile_table(distribution.shape)
    place = (inverse_normal(number) + FARTHEST) * NODES_PER_UNIT
    node = place.astype(np.int64)
    s = place - node
    y, slope, slope_after = table[node, 0], table[node, 1], table[node + 1, 1]
    gain = table[node + 1, 0] - y
    square = 3.0 * gain - 2.0 * slope - slope_after
    cube = slope + slope_after - 2.0 * gain
    y = y + s * (slope + s * (square + s * cube))
    return exp(np.minimum(np.maximum(y, SMALLEST_LOG), LARGEST_LOG))


def standard_exponential(uniform: F64) -> F64:
    """Exponential numbers of mean 1."""
    return -log(1.0 - uniform)


def standard_lognormal(uniform: F64, cv: float) -> F64:
    """Lognormal numbers of mean 1: exp(s z - s^2 / 2) with s^2 = log(1 + cv^2)."""
    variance = float(log(1.0 + cv * cv))
    return exp(float(np.sqrt(variance)) * inverse_normal(uniform) - 0.5 * variance)
