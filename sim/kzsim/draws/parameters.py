"""What the transforms need of a distribution: three numbers, and a table for some."""

from __future__ import annotations

import numpy as np

from kzsim.draws.elementary import log
from kzsim.draws.gammas import F64, quantile_table, weibull_mean
from kzsim.network.model import Distribution

Row = tuple[float, float, float]


def parameters(distribution: Distribution, first: int = 0) -> Row:
    """A row of ``Numbers.shape``, by family.

    Of ``lognormal`` mean, sigma and shift; of ``uniform`` least and width; of ``triangular`` its points; of
    ``weibull`` scale and 1 / shape; of ``gamma`` the scale, and ``first``, the row that its table starts at;
    of ``empirical`` the first row of its table and the number of its values; of all others the mean.
    """
    mean, points = distribution.mean, distribution.points
    match distribution.family:
        case "uniform":
            return points[0], points[1] - points[0], 0.0
        case "triangular":
            return points[0], points[1], points[2]
        case "weibull":
            return mean / weibull_mean(distribution.shape), 1.0 / distribution.shape, 0.0
        case "gamma":
            return mean / distribution.shape, float(first), 0.0
        case "empirical":
            return float(first), float(len(points)), 0.0
        case _:
            variance = float(log(1.0 + distribution.cv * distribution.cv))
            return mean, float(np.sqrt(variance)), 0.5 * variance


def table_of(distribution: Distribution) -> F64 | None:
    """What a transform looks up; float64 [rows, 3], None where there is nothing to look up.

    Of ``gamma`` see ``gammas.quantile_table``; of ``empirical`` the probability up to and with each value,
    and the value.
    """
    if distribution.family == "gamma":
        return quantile_table(distribution.shape)
    if distribution.family != "empirical":
        return None
    table = np.zeros((len(distribution.points), 3))
    table[:, 0] = np.cumsum(np.array(distribution.shares, dtype=np.float64))
    table[:, 1] = distribution.points
    return table
