"""Means over replications and their Student-t intervals."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from kzsim.remembered import remembered

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Estimate:
    """A mean over ``n`` replications with its interval; NaN where there is none."""

    mean: float
    low: float
    high: float
    n: int

    @property
    def half_width(self) -> float:
        """Half the interval's width, NaN without one."""
        return (self.high - self.low) / 2


_AT_ONCE = 200
"""Degrees of freedom for which factors are worked out together."""


@cache
def student_factor(degrees: int, confidence: float = CONFIDENCE) -> float:
    """Student's t that leaves half of 1 - confidence above it at that many degrees of freedom."""
    if 1 <= degrees <= _AT_ONCE:
        return _student_factors(confidence)[degrees - 1]
    return _by_scipy(range(degrees, degrees + 1), confidence)[0]


@cache
def _student_factors(confidence: float) -> list[float]:
    """From one degree of freedom on; kept, for importing SciPy takes longer than a small replication."""
    from importlib.metadata import version

    source = f"scipy {version('scipy')}, {_AT_ONCE} factors for {confidence!r}"
    kept: list[float] = remembered("student", source, lambda: _by_scipy(range(1, _AT_ONCE + 1), confidence))
    return kept


def _by_scipy(degrees: range, confidence: float) -> list[float]:
    from scipy.special import stdtrit

    return [float(stdtrit(number, 0.5 + confidence / 2)) for number in degrees]


def simultaneous(number: int) -> float:
    """The confidence (Bonferroni) of each of ``number`` intervals that shall all hold at once with 95 %."""
    return 1 - (1 - CONFIDENCE) / max(number, 1)


def estimate(values: Iterable[float], confidence: float = CONFIDENCE) -> Estimate:
    """Mean and Student-t interval (95 % unless told otherwise) of independent replications, NaN left out.

    One value has no interval, none has no mean. Sums are exact (``fsum``) and taken in the order
    given, so that the same replications give the same bytes.
    """
    kept = [value for value in values if not math.isnan(value)]
    n = len(kept)
    if n == 0:
        return Estimate(math.nan, math.nan, math.nan, 0)
    mean = math.fsum(kept) / n
    if n == 1:
        return Estimate(mean, math.nan, math.nan, 1)
    variance = math.fsum((value - mean) ** 2 for value in kept) / (n - 1)
    half = student_factor(n - 1, confidence) * math.sqrt(variance / n)
    return Estimate(mean, mean - half, mean + half, n)
