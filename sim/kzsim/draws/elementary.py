"""Logarithm, exponential and inverse normal from +, -, x, / and square root alone.

Every operation is one IEEE 754 double operation in a fixed order, so the bytes are the same on
every machine. NumPy's own ``exp`` and ``log`` are not: with other vector units switched on about
one value in twenty differs in the last bit, which now and then moves a truck by a millisecond.

Sources: log and exp after Sun's fdlibm (e_log.c, e_exp.c); inverse normal after Wichura (1988),
Algorithm AS 241, routine PPND16. Agreement with SciPy to 1e-13 relative is tested.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]

_LN2_HI = 6.93147180369123816490e-01
_LN2_LO = 1.90821492927058770002e-10
_INV_LN2 = 1.44269504088896338700e00
_SQRT_HALF = 0.7071067811865476

# Coefficients, highest power first, as Horner's rule takes them.
_LOG = (
    1.479819860511658591e-01,
    1.531383769920937332e-01,
    1.818357216161805012e-01,
    2.222219843214978396e-01,
    2.857142874366239149e-01,
    3.999999999940941908e-01,
    6.666666666666735130e-01,
)
_EXP = (
    4.13813679705723846039e-08,
    -1.65339022054652515390e-06,
    6.61375632143793436117e-05,
    -2.77777777770155933842e-03,
    1.66666666666666019037e-01,
)
_CENTRE_TOP = (
    2.5090809287301226727e3,
    3.3430575583588128105e4,
    6.7265770927008700853e4,
    4.5921953931549871457e4,
    1.3731693765509461125e4,
    1.9715909503065514427e3,
    1.3314166789178437745e2,
    3.3871328727963666080e0,
)
_CENTRE_BOTTOM = (
    5.2264952788528545610e3,
    2.8729085735721942674e4,
    3.9307895800092710610e4,
    2.1213794301586595867e4,
    5.3941960214247511077e3,
    6.8718700749205790830e2,
    4.2313330701600911252e1,
    1.0,
)
_TAIL_TOP = (
    7.74545014278341407640e-4,
    2.27238449892691845833e-2,
    2.41780725177450611770e-1,
    1.27045825245236838258e0,
    3.64784832476320460504e0,
    5.76949722146069140550e0,
    4.63033784615654529590e0,
    1.42343711074968357734e0,
)
_TAIL_BOTTOM = (
    1.05075007164441684324e-9,
    5.47593808499534494600e-4,
    1.51986665636164571966e-2,
    1.48103976427480074590e-1,
    6.89767334985100004550e-1,
    1.67638483018380384940e0,
    2.05319162663775882187e0,
    1.0,
)
_FAR_TOP = (
    2.01033439929228813265e-7,
    2.71155556874348757815e-5,
    1.24266094738807843860e-3,
    2.65321895265761230930e-2,
    2.96560571828504891230e-1,
    1.78482653991729133580e0,
    5.46378491116411436990e0,
    6.65790464350110377720e0,
)
_FAR_BOTTOM = (
    2.04426310338993978564e-15,
    1.42151175831644588870e-7,
    1.84631831751005468180e-5,
    7.86869131145613259100e-4,
    1.48753612908506148525e-2,
    1.36929880922735805310e-1,
    5.99832206555887937690e-1,
    1.0,
)


def _horner(coefficients: tuple[float, ...], x: F64) -> F64:
    value = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        value = value * x + coefficient
    return value


def log(x: npt.ArrayLike) -> F64:
    """Natural logarithm of positive normal numbers; float64 array of the same shape."""
    mantissa, exponent = np.frexp(np.asarray(x, dtype=np.float64))
    small = mantissa < _SQRT_HALF
    mantissa = np.where(small, mantissa * 2.0, mantissa)
    k = np.where(small, exponent - 1, exponent).astype(np.float64)
    f = mantissa - 1.0
    s = f / (2.0 + f)
    z = s * s
    r = z * _horner(_LOG, z)
    half_square = 0.5 * f * f
    result: F64 = k * _LN2_HI - ((half_square - (s * (half_square + r) + k * _LN2_LO)) - f)
    return result


def exp(x: npt.ArrayLike) -> F64:
    """Exponential of numbers between -700 and 700; float64 array of the same shape."""
    value = np.asarray(x, dtype=np.float64)
    k = np.rint(value * _INV_LN2)
    high = value - k * _LN2_HI
    low = k * _LN2_LO
    r = high - low
    t = r * r
    c = r - t * _horner(_EXP, t)
    y = 1.0 - ((low - (r * c) / (2.0 - c)) - high)
    result: F64 = np.ldexp(y, k.astype(np.int32))
    return result


def inverse_normal(p: npt.ArrayLike) -> F64:
    """The standard normal quantile of probabilities strictly between 0 and 1."""
    probability = np.atleast_1d(np.asarray(p, dtype=np.float64))
    q = probability - 0.5
    centre = np.abs(q) <= 0.425
    result = np.empty_like(probability)
    q_centre = q[centre]
    r = 0.180625 - q_centre * q_centre
    result[centre] = q_centre * _horner(_CENTRE_TOP, r) / _horner(_CENTRE_BOTTOM, r)
    q_tail = q[~centre]
    p_tail = probability[~centre]
    r = np.sqrt(-log(np.where(q_tail < 0.0, p_tail, 1.0 - p_tail)))
    near = r <= 5.0
    tail = np.empty_like(r)
    tail[near] = _horner(_TAIL_TOP, r[near] - 1.6) / _horner(_TAIL_BOTTOM, r[near] - 1.6)
    tail[~near] = _horner(_FAR_TOP, r[~near] - 5.0) / _horner(_FAR_BOTTOM, r[~near] - 5.0)
    result[~centre] = np.where(q_tail < 0.0, -tail, tail)
    return result.reshape(np.shape(p))
