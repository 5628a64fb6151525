"""The gamma function, and quantiles of the gamma distribution as a table, in our own arithmetic.

All of it is +, -, x, / and square root in a fixed order, as in ``elementary``, so that a table has the same
bytes on every machine. Agreement with SciPy is tested: 1e-8 relative for quantiles.

Sources: logarithm of the gamma function by Stirling's series after a shift (NIST Digital Library of
Mathematical Functions, 5.11.1); the incomplete gamma function by its power series (8.11.4) and its
continued fraction (8.9.2), the latter by Lentz's method.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from kzsim.draws.elementary import exp, log

F64 = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]

FARTHEST = 8.25
"""The table's last node: the normal number of the largest uniform number that is drawn is 8.21."""
NODES_PER_UNIT = 64
NODES = int(2 * FARTHEST * NODES_PER_UNIT) + 1
SMALLEST_LOG, LARGEST_LOG = -700.0, 700.0
"""What ``elementary.exp`` takes."""

_LOG_ROOT_TWO_PI = 0.9189385332046727
_STIRLING = (  # highest power of 1 / x squared first
    -3617.0 / 122400.0,
    1.0 / 156.0,
    -691.0 / 360360.0,
    1.0 / 1188.0,
    -1.0 / 1680.0,
    1.0 / 1260.0,
    -1.0 / 360.0,
    1.0 / 12.0,
)
_STIRLING_FROM = 16.0
_EPSILON = 2.0**-53
_MOST_TERMS = 200_000
_HALVINGS = 60
_MOST_STEPS = 60
_CLOSE_ENOUGH = 1e-12
"""The next step of Newton's would change nothing that a double can hold."""
_TINY = 1e-300


def log_gamma(x: float) -> float:
    """Natural logarithm of the gamma function of a positive number, to 1e-14 (absolute below 1)."""
    product = 1.0
    while x < _STIRLING_FROM:
        product = product * x
        x = x + 1.0
    inverse = 1.0 / x
    square = inverse * inverse
    series = 0.0
    for coefficient in _STIRLING:
        series = series * square + coefficient
    logs = float(log(x)), float(log(product))
    return (x - 0.5) * logs[0] - x + _LOG_ROOT_TWO_PI + series * inverse - logs[1]


def weibull_mean(shape: float) -> float:
    """Of a Weibull variable of scale 1."""
    return float(exp(log_gamma(1.0 + 1.0 / shape)))


def weibull_cv(shape: float) -> float:
    """Its standard deviation / mean."""
    ratio = float(exp(log_gamma(1.0 + 2.0 / shape) - 2.0 * log_gamma(1.0 + 1.0 / shape)))
    return float(np.sqrt(np.maximum(ratio - 1.0, 0.0)))


def weibull_shape(cv: float, least: float, most: float) -> float:
    """The shape between two bounds that gives this variation, which falls as the shape grows."""
    for _ in range(_HALVINGS):
        middle = 0.5 * (least + most)
        if weibull_cv(middle) > cv:
            least = middle
        else:
            most = middle
    return 0.5 * (least + most)


def log_tails(shape: float, log_x: F64) -> tuple[F64, F64]:
    """Logarithms of P(X <= x) and P(X > x) for a gamma variable of scale 1, at exp(log_x); [points]."""
    x = exp(np.maximum(log_x, SMALLEST_LOG))
    front = shape * log_x - x - log_gamma(shape + 1.0)
    is_low = x < shape + 1.0
    low, high = np.empty_like(x), np.empty_like(x)
    low[is_low] = front[is_low] + log(_power_series(shape, x[is_low]))
    high[is_low] = log(np.maximum(1.0 - _exp(low[is_low]), _TINY))
    high[~is_low] = front[~is_low] + log(shape * _continued_fraction(shape, x[~is_low]))
    low[~is_low] = log(np.maximum(1.0 - _exp(high[~is_low]), _TINY))
    return low, high


@lru_cache(maxsize=64)
def quantile_table(shape: float) -> F64:
    """The logarithm of the quantile function of a gamma variable of scale 1; float64 [NODES, 3].

    As a function of the normal number z of the same probability, at z = -FARTHEST + i / NODES_PER_UNIT: the
    value, and its derivative times the distance of two nodes. The third column is 0. Newton's method on the
    logarithm of the nearer tail, which is concave in log x, so that it cannot cycle.
    """
    z = -FARTHEST + np.arange(NODES) / NODES_PER_UNIT
    is_low = z < 0.0
    wanted, log_density = _normal(z)
    y = _first_guess(shape, z, wanted, is_low)
    for _ in range(_MOST_STEPS):
        low, high = log_tails(shape, y)
        slope = _log_density(shape, y) - np.where(is_low, low, high)
        error = np.where(is_low, low, high) - wanted
        change = np.where(is_low, -1.0, 1.0) * error / _exp(slope)
        change = np.minimum(np.maximum(change, -1.0 - 0.5 * np.abs(y)), 1.0)
        y = y + change
        if np.all(np.abs(change) <= _CLOSE_ENOUGH * (1.0 + np.abs(y))):
            break
    table = np.zeros((NODES, 3))
    table[:, 0] = y
    table[:, 1] = _exp(log_density - _log_density(shape, y)) / NODES_PER_UNIT
    table.setflags(write=False)
    return table


def _first_guess(shape: float, z: F64, wanted: F64, is_low: Bool) -> F64:
    """After Wilson and Hilferty (1931) where that is well above 0; else by the series' first term."""
    cube = 1.0 - 1.0 / (9.0 * shape) + z / (3.0 * float(np.sqrt(shape)))
    near_zero = np.where(is_low, (wanted + log_gamma(shape + 1.0)) / shape, float(log(shape + 1.0)))
    return np.where(cube > 0.1, float(log(shape)) + 3.0 * log(np.maximum(cube, 0.1)), near_zero)


def _log_density(shape: float, log_x: F64) -> F64:
    """Of log x, where x is a gamma variable of scale 1."""
    x = exp(np.maximum(log_x, SMALLEST_LOG))
    return shape * log_x - x - log_gamma(shape)


def _normal(z: F64) -> tuple[F64, F64]:
    """Logarithms of the smaller tail beyond each z and of the density there, of a normal variable."""
    half_square = 0.5 * z * z
    tail = np.full_like(z, float(log(0.5)))
    is_off = z != 0.0
    # half the square of a normal variable is a gamma variable of shape one half
    tail[is_off] = tail[is_off] + log_tails(0.5, log(half_square[is_off]))[1]
    return tail, -half_square - _LOG_ROOT_TWO_PI


def _exp(x: F64) -> F64:
    return exp(np.minimum(np.maximum(x, SMALLEST_LOG), LARGEST_LOG))


def _power_series(shape: float, x: F64) -> F64:
    """Of x and a, 1 + x / (a + 1) + x^2 / ((a + 1) (a + 2)) and so on."""
    term, total = np.ones_like(x), np.ones_like(x)
    for n in range(1, _MOST_TERMS):
        term = term * x / (shape + n)
        total = total + term
        if np.all(term <= _EPSILON * total):
            break
    return total


def _continued_fraction(shape: float, x: F64) -> F64:
    """Of x and a, 1 / (x + 1 - a - 1 (1 - a) / (x + 3 - a - 2 (2 - a) / (x + 5 - a - ...)))."""
    b = x + 1.0 - shape
    c = np.full_like(x, 1.0 / _TINY)
    d = 1.0 / b
    total = d
    for n in range(1, _MOST_TERMS):
        a = n * (shape - n)
        b = b + 2.0
        d = a * d + b
        d = 1.0 / np.where(np.abs(d) < _TINY, _TINY, d)
        c = b + a / c
        c = np.where(np.abs(c) < _TINY, _TINY, c)
        factor = c * d
        total = total * factor
        if np.all(np.abs(factor - 1.0) <= 2.0 * _EPSILON):
            break
    return total
