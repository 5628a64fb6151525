"""What is not known about a parameter: low, value, high, and where a share of its range lies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from kzsim.experiments.methods.inputs import F64, MethodError, matrix

Shape = Literal["triangular", "uniform"]


@dataclass(frozen=True)
class Range:
    """A parameter known to lie in [low, high], most likely at ``value`` (which a uniform range ignores).

    All three in the parameter's own unit. Raises MethodError unless low <= value <= high and low < high.
    """

    name: str
    low: float
    value: float
    high: float
    shape: Shape = "triangular"

    def __post_init__(self) -> None:
        if not all(math.isfinite(x) for x in (self.low, self.value, self.high)):
            raise MethodError(f"{self.name}: low, value and high must be finite numbers")
        if not (self.low <= self.value <= self.high and self.low < self.high):
            raise MethodError(
                f"{self.name}: wanted low <= value <= high with low < high, "
                f"got {self.low:g}, {self.value:g}, {self.high:g}"
            )

    def at(self, level: F64) -> F64:
        """The quantiles at ``level`` (float64, each in [0, 1]), in the parameter's unit.

        Inverse distribution function. The value may lie at either end of the range.
        """
        width = self.high - self.low
        if self.shape == "uniform":
            return self.low + width * level
        rise, fall = self.value - self.low, self.high - self.value
        below = level * width <= rise
        up = self.low + np.sqrt(level * width * rise)
        down = self.high - np.sqrt((1 - level) * width * fall)
        return np.clip(np.where(below, up, down), self.low, self.high)


def scaled(unit: npt.ArrayLike, ranges: Sequence[Range]) -> F64:
    """Points of the unit cube [points, parameters] as parameter values, same shape.

    Parameters are taken as independent of one another: an assumption, to be said wherever results are shown.
    Raises MethodError if a coordinate lies outside [0, 1] or the numbers of parameters differ.
    """
    levels = matrix(unit, "points", "parameters")
    check_ranges(ranges)
    if levels.shape[1] != len(ranges):
        raise MethodError(f"{len(ranges)} ranges need as many columns, got {levels.shape[1]}")
    if not ((levels >= 0) & (levels <= 1)).all():
        raise MethodError("points of the unit cube lie between 0 and 1")
    return np.stack([one.at(levels[:, column]) for column, one in enumerate(ranges)], axis=1)


def check_ranges(ranges: Sequence[Range]) -> None:
    """Raise MethodError without ranges or with a name that stands twice."""
    names = [one.name for one in ranges]
    if not names:
        raise MethodError("at least one parameter is needed")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise MethodError(f"parameter named twice: {', '.join(twice)}")


def unit_problem(ranges: Sequence[Range]) -> dict[str, object]:
    """The ranges as SALib wants them: quantile levels; its own scaling refuses a value at its range's end."""
    return {
        "num_vars": len(ranges),
        "names": [one.name for one in ranges],
        "bounds": [[0.0, 1.0]] * len(ranges),
    }
