"""Inverse transforms: from uniform numbers to durations and factors of a given distribution.

All are increasing in each uniform number, so entities keep their rank of luck when a parameter
changes, and one that does not change gives the same milliseconds.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kzsim.draws.elementary import exp, inverse_normal, log
from kzsim.network.model import Distribution

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]


def duration_ms(distribution: Distribution, uniform: F64) -> I64:
    """Durations in whole ms, halves up; ``uniform`` is float64 [entities, distribution.rows]."""
    rounded: I64 = np.floor(variate(distribution, uniform) + 0.5).astype(np.int64)
    return rounded


def variate(distribution: Distribution, uniform: F64) -> F64:
    """Numbers of the distribution, float64 [entities], of ``uniform`` [entities, rows]."""
    mean = distribution.mean
    if distribution.family == "fixed" or mean == 0.0:
        return np.full(len(uniform), mean)
    if distribution.family == "exponential":
        return mean * standard_exponential(uniform[:, 0])
    if distribution.family == "erlang":
        total = np.zeros(len(uniform))
        for row in range(distribution.rows):
            total = total + standard_exponential(uniform[:, row])
        return mean / distribution.rows * total
    return mean * standard_lognormal(uniform[:, 0], distribution.cv)


def standard_exponential(uniform: F64) -> F64:
    """Exponential numbers of mean 1."""
    return -log(1.0 - uniform)


def standard_lognormal(uniform: F64, cv: float) -> F64:
    """Lognormal numbers of mean 1: exp(s z - s^2 / 2) with s^2 = log(1 + cv^2)."""
    variance = float(log(1.0 + cv * cv))
    return exp(float(np.sqrt(variance)) * inverse_normal(uniform) - 0.5 * variance)
