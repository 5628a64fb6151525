"""The transforms of ``elementary`` and ``variates`` for one number at a time, for the compiler.

The same operations in the same order, so the same bits: a test compares them with the array
versions on ten million words. Uncompiled these are slow; ``kzsim.draws.draw`` then takes arrays.
"""

from __future__ import annotations

import math

import numpy as np

from kzsim.compiled import compiled
from kzsim.draws.streams import FIRST_FACTOR, GOLDEN, SECOND_FACTOR

STEP = np.uint64(GOLDEN)
FIRST = np.uint64(FIRST_FACTOR)
SECOND = np.uint64(SECOND_FACTOR)

INV_LN2 = 1.44269504088896338700e00
ROUNDER = 1.5 * 2.0**52  # what is added to it loses its fraction

# multiplying by one is exact, and much quicker than a call of ldexp
LARGEST_POWER = 1022
POWERS_OF_TWO = np.ldexp(1.0, np.arange(-LARGEST_POWER, LARGEST_POWER + 1))


@compiled
def uniform(key: np.uint64, index: int) -> float:
    """The uniform number of word ``index`` of the stream of a key; see ``streams``."""
    z = key + np.uint64(index + 1) * STEP
    z = (z ^ (z >> np.uint64(30))) * FIRST
    z = (z ^ (z >> np.uint64(27))) * SECOND
    z = z ^ (z >> np.uint64(31))
    return (float(np.int64(z >> np.uint64(12))) + 0.5) * 2.220446049250313e-16


@compiled
def log(x: float) -> float:
    """Natural logarithm of a positive normal number."""
    mantissa, exponent = math.frexp(x)
    if mantissa < 0.7071067811865476:
        mantissa = mantissa * 2.0
        exponent -= 1
    k = float(exponent)
    f = mantissa - 1.0
    s = f / (2.0 + f)
    z = s * s
    series = 1.479819860511658591e-01
    series = series * z + 1.531383769920937332e-01
    series = series * z + 1.818357216161805012e-01
    series = series * z + 2.222219843214978396e-01
    series = series * z + 2.857142874366239149e-01
    series = series * z + 3.999999999940941908e-01
    series = series * z + 6.666666666666735130e-01
    r = z * series
    half_square = 0.5 * f * f
    return k * 6.93147180369123816490e-01 - (
        (half_square - (s * (half_square + r) + k * 1.90821492927058770002e-10)) - f
    )


@compiled
def nearest(x: float) -> float:
    """The nearest whole number, halves to even, of a number below 2**51 in size."""
    return (x + ROUNDER) - ROUNDER


@compiled
def exp_of_rest(x: float, k: float) -> float:
    """Exponential of x, over 2**k, where k is the whole number nearest to x / ln 2."""
    high = x - k * 6.93147180369123816490e-01
    low = k * 1.90821492927058770002e-10
    r = high - low
    t = r * r
    series = 4.13813679705723846039e-08
    series = series * t + -1.65339022054652515390e-06
    series = series * t + 6.61375632143793436117e-05
    series = series * t + -2.77777777770155933842e-03
    series = series * t + 1.66666666666666019037e-01
    c = r - t * series
    return 1.0 - ((low - (r * c) / (2.0 - c)) - high)


@compiled
def exp(x: float) -> float:
    """Exponential of a number between -700 and 700."""
    k = nearest(x * INV_LN2)
    value: float = exp_of_rest(x, k) * POWERS_OF_TWO[int(k) + LARGEST_POWER]
    return value


@compiled
def centre(q: float) -> float:
    """The normal quantile of 0.5 + q for small q."""
    r = 0.180625 - q * q
    top = 2.5090809287301226727e3
    top = top * r + 3.3430575583588128105e4
    top = top * r + 6.7265770927008700853e4
    top = top * r + 4.5921953931549871457e4
    top = top * r + 1.3731693765509461125e4
    top = top * r + 1.9715909503065514427e3
    top = top * r + 1.3314166789178437745e2
    top = top * r + 3.3871328727963666080e0
    bottom = 5.2264952788528545610e3
    bottom = bottom * r + 2.8729085735721942674e4
    bottom = bottom * r + 3.9307895800092710610e4
    bottom = bottom * r + 2.1213794301586595867e4
    bottom = bottom * r + 5.3941960214247511077e3
    bottom = bottom * r + 6.8718700749205790830e2
    bottom = bottom * r + 4.2313330701600911252e1
    bottom = bottom * r + 1.0
    return q * top / bottom


@compiled
def tail(r: float) -> float:
    """The normal quantile at the root of minus the logarithm of the tail's probability, up to 5."""
    x = r - 1.6
    top = 7.74545014278341407640e-4
    top = top * x + 2.27238449892691845833e-2
    top = top * x + 2.41780725177450611770e-1
    top = top * x + 1.27045825245236838258e0
    top = top * x + 3.64784832476320460504e0
    top = top * x + 5.76949722146069140550e0
    top = top * x + 4.63033784615654529590e0
    top = top * x + 1.42343711074968357734e0
    bottom = 1.05075007164441684324e-9
    bottom = bottom * x + 5.47593808499534494600e-4
    bottom = bottom * x + 1.51986665636164571966e-2
    bottom = bottom * x + 1.48103976427480074590e-1
    bottom = bottom * x + 6.89767334985100004550e-1
    bottom = bottom * x + 1.67638483018380384940e0
    bottom = bottom * x + 2.05319162663775882187e0
    bottom = bottom * x + 1.0
    return top / bottom


@compiled
def far(r: float) -> float:
    """The same beyond 5."""
    x = r - 5.0
    top = 2.01033439929228813265e-7
    top = top * x + 2.71155556874348757815e-5
    top = top * x + 1.24266094738807843860e-3
    top = top * x + 2.65321895265761230930e-2
    top = top * x + 2.96560571828504891230e-1
    top = top * x + 1.78482653991729133580e0
    top = top * x + 5.46378491116411436990e0
    top = top * x + 6.65790464350110377720e0
    bottom = 2.04426310338993978564e-15
    bottom = bottom * x + 1.42151175831644588870e-7
    bottom = bottom * x + 1.84631831751005468180e-5
    bottom = bottom * x + 7.86869131145613259100e-4
    bottom = bottom * x + 1.48753612908506148525e-2
    bottom = bottom * x + 1.36929880922735805310e-1
    bottom = bottom * x + 5.99832206555887937690e-1
    bottom = bottom * x + 1.0
    return top / bottom


@compiled
def far_from_centre(p: float) -> float:
    """The standard normal quantile of a probability below 0.075 or above 0.925."""
    is_low = p < 0.5
    r = math.sqrt(-log(p if is_low else 1.0 - p))
    quantile = tail(r) if r <= 5.0 else far(r)
    return -quantile if is_low else quantile


@compiled
def inverse_normal(p: float) -> float:
    """The standard normal quantile of a probability strictly between 0 and 1."""
    q = p - 0.5
    return centre(q) if abs(q) <= 0.425 else far_from_centre(p)


@compiled
def standard_exponential(number: float) -> float:
    """An exponential number of mean 1."""
    return -log(1.0 - number)


@compiled
def standard_lognormal(number: float, sigma: float, shift: float) -> float:
    """exp(sigma z - shift); with shift = sigma^2 / 2 its mean is 1."""
    return exp(sigma * inverse_normal(number) - shift)
