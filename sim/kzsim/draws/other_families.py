"""The families of durations that a border does not have, for the compiler; see ``variates``.

A function of its own that is called and not put into its callers: the others pay nothing for it.
"""

from __future__ import annotations

import math

from kzsim.compiled import compiled
from kzsim.draws.gammas import FARTHEST, LARGEST_LOG, NODES_PER_UNIT, SMALLEST_LOG
from kzsim.draws.recipes import GAMMA, TRIANGULAR, UNIFORM, WEIBULL
from kzsim.draws.scalar import exp, inverse_normal, log, standard_exponential
from kzsim.network.entities import F64


@compiled
def of_other_family(family: int, shape: F64, row: int, number: float) -> float:
    """The duration in ms of a uniform number; ``shape`` [row] holds its ``parameters``."""
    first: float = shape[row, 0]
    second: float = shape[row, 1]
    if family == UNIFORM:
        return first + second * number
    if family == TRIANGULAR:
        return triangular(first, second, shape[row, 2], number)
    if family == WEIBULL:
        return first * exp(second * log(standard_exponential(number)))
    if family == GAMMA:
        return first * standard_gamma(shape, int(second), number)
    return empirical(shape, int(first), int(second), number)


@compiled
def triangular(least: float, mode: float, largest: float, number: float) -> float:
    """The time of a triangular distribution."""
    width = largest - least
    if number * width < mode - least:
        return least + math.sqrt(number * (width * (mode - least)))
    return largest - math.sqrt((1.0 - number) * (width * (largest - mode)))


@compiled
def standard_gamma(shape: F64, first: int, number: float) -> float:
    """A gamma number of scale 1, by the table that starts at row ``first``."""
    place = (inverse_normal(number) + FARTHEST) * NODES_PER_UNIT
    node = int(place)
    s = place - float(node)
    y, slope, slope_after = shape[first + node, 0], shape[first + node, 1], shape[first + node + 1, 1]
    gain = shape[first + node + 1, 0] - y
    square = 3.0 * gain - 2.0 * slope - slope_after
    cube = slope + slope_after - 2.0 * gain
    y = y + s * (slope + s * (square + s * cube))
    return exp(min(max(y, SMALLEST_LOG), LARGEST_LOG))


@compiled
def empirical(shape: F64, first: int, count: int, number: float) -> float:
    """The value whose cumulated probability is the first above the number; the last if there is none."""
    low, high = 0, count - 1
    while low < high:
        middle = (low + high) // 2
        if shape[first + middle, 0] > number:
            high = middle
        else:
            low = middle + 1
    value: float = shape[first + low, 1]
    return value
