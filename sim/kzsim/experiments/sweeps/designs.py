"""Where the points of a sweep lie: pure functions from names, numbers and a seed to coordinates.

A sampled design gives every point a number strictly between 0 and 1 for each name. The random part comes
from the project's own streams (``kzsim.draws.streams``), keyed by the name: a further name moves no
other, and no version of numpy or scipy decides the bytes. The one thing taken from scipy is the Sobol
sequence before it is shifted, whole numbers that follow from the published direction numbers alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from kzsim.draws.streams import raw_words, uniform_of_words, uniforms

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

SOBOL_BITS = 30
MOST_SOBOL_DIMENSIONS = 21_201
"""As many as there are direction numbers."""

_BELOW_ONE = 1.0 - 2.0**-53


def grid(levels: Sequence[int]) -> I64:
    """Every combination of the levels of each axis; int64 [points, axes], the last axis fastest."""
    count = math.prod(levels)
    numbers = np.arange(count, dtype=np.int64)
    columns = []
    for axis, own in enumerate(levels):
        columns.append(numbers // math.prod(levels[axis + 1 :]) % own)
    return np.stack(columns, axis=1) if columns else np.zeros((count, 0), np.int64)


def latin_hypercube(names: Sequence[str], points: int, seed: int) -> F64:
    """A Latin hypercube; float64 [points, names] strictly between 0 and 1.

    Of each name exactly one point lies in each of ``points`` equal parts of the unit interval, at a random
    place in it, in random order. Source: McKay, Beckman and Conover (1979), A comparison of three methods
    for selecting values of input variables, Technometrics 21(2).
    """
    made = np.empty((points, len(names)))
    for column, name in enumerate(names):
        order = np.argsort(raw_words(seed, 0, name, "sweep.order", points), kind="stable").astype(np.float64)
        place = uniforms(seed, 0, name, "sweep.place", points)
        made[:, column] = np.minimum((order + place) / points, _BELOW_ONE)
    return made


def sobol(names: Sequence[str], points: int, seed: int) -> F64:
    """The first points of the Sobol sequence with a random digital shift; float64 [points, names].

    ``points`` is a power of two: then of each name one point lies in each of ``points`` equal parts, which
    a shift does not change. Sources: Joe and Kuo (2008), Constructing Sobol sequences with better
    two-dimensional projections, SIAM J. Sci. Comput. 30; the shift: Cranley and Patterson (1976) in base
    two. The dimensions stand in the order of ``names``. Raises ValueError for another number of points
    and for more names than the sequence has dimensions.
    """
    if points < 1 or points & (points - 1):
        raise ValueError(f"{points} is not a power of two")
    if len(names) > MOST_SOBOL_DIMENSIONS:
        raise ValueError(f"{len(names)} names; a Sobol sequence has {MOST_SOBOL_DIMENSIONS} dimensions")
    from scipy.stats import qmc

    plain = qmc.Sobol(len(names), scramble=False, bits=SOBOL_BITS).random_base2(points.bit_length() - 1)
    whole = (plain * 2.0**SOBOL_BITS).astype(np.uint64)
    shifts = np.array([raw_words(seed, 0, name, "sweep.shift", 1)[0] for name in names], dtype=np.uint64)
    # the shifted number fills the upper bits; those below put the point in the middle of its own cell
    lower = np.uint64(64 - SOBOL_BITS)
    words = (whole ^ (shifts >> lower)) << lower | np.uint64(1 << (63 - SOBOL_BITS))
    return uniform_of_words(words)


def between(share: float, low: float, high: float, *, whole: bool) -> float:
    """The value of an even distribution from ``low`` to ``high`` below which ``share`` of it lies.

    ``whole``: each whole number from ``low`` to ``high`` is equally probable.
    """
    if whole:
        first, last = math.ceil(low), math.floor(high)
        return float(min(first + math.floor(share * (last - first + 1)), last))
    return min(max(low + share * (high - low), low), high)


def triangular(share: float, low: float, value: float, high: float) -> float:
    """The value of the triangular distribution below which ``share`` (0 to 1) of it lies."""
    width = high - low
    if width == 0:
        return value
    if share * width < value - low:
        found = low + math.sqrt(share * width * (value - low))
    else:
        found = high - math.sqrt((1 - share) * width * (high - value))
    return min(max(found, low), high)


def whole_triangular(share: float, low: float, value: float, high: float) -> float:
    """As ``triangular``, for a count: a whole number from ``low`` to ``high``.

    Probability falls in a straight line on both sides of ``value``, to zero one step beyond either end, so
    that both ends can occur and ``value`` is the most probable. Source: Kokonendji, Senga Kiesse and
    Zocchi (2007), Discrete triangular distributions and non-parametric estimation for probability mass
    function, J. Nonparametric Statistics 19, of order one with two arms. Raises ValueError if no whole
    number lies in the range.
    """
    numbers = range(math.ceil(low), math.floor(high) + 1)
    if not numbers:
        raise ValueError(f"no whole number lies between {low:g} and {high:g}")
    below, above = value - (numbers[0] - 1), (numbers[-1] + 1) - value
    weights = [
        (number - (numbers[0] - 1)) / below if number <= value else ((numbers[-1] + 1) - number) / above
        for number in numbers
    ]
    wanted, reached = share * math.fsum(weights), 0.0
    for number, weight in zip(numbers, weights, strict=True):
        reached += weight
        if wanted < reached:
            return float(number)
    return float(numbers[-1])
