"""Distributions of durations, by mean and variation or by parameters of their own.

All are drawn by inverse transforms.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, overload

from kzsim.draws.elementary import exp
from kzsim.draws.gammas import weibull_cv, weibull_mean, weibull_shape
from kzsim.network import Distribution, NetworkError
from kzsim.network.distributions import MOST_CV, SHAPES
from kzsim.queueing.units import Time, number, time, whole

ROOT_3 = math.sqrt(3)


def fixed(value: Time) -> Distribution:
    """Always the same (deterministic). Raises NetworkError if a parameter is wrong; so do the others."""
    return Distribution("fixed", time("fixed: the value", value).ms)


def exponential(mean: Time) -> Distribution:
    """Exponential: its coefficient of variation is 1."""
    return Distribution("exponential", time("exponential: the mean", mean).ms)


def erlang(mean: Time, phases: int) -> Distribution:
    """The sum of so many exponential phases: its coefficient of variation is 1 / sqrt(phases)."""
    whole("erlang: the number of phases", phases, least=1)
    return Distribution("erlang", time("erlang: the mean", mean).ms, rows=phases)


@overload
def lognormal(mean: Time, cv: float) -> Distribution: ...
@overload
def lognormal(*, median: Time, sigma: float) -> Distribution: ...
def lognormal(
    mean: Time | None = None,
    cv: float | None = None,
    *,
    median: Time | None = None,
    sigma: float | None = None,
) -> Distribution:
    """Lognormal, by its mean and its coefficient of variation (standard deviation / mean).

    Or by its median and sigma, the standard deviation of its natural logarithm.
    """
    if median is not None or sigma is not None:
        _alone("lognormal", "median and sigma", (mean, cv), (median, sigma))
        deviation = _between("lognormal: sigma", sigma, 0.0, math.sqrt(math.log1p(MOST_CV**2)))
        middle = time("lognormal: the median", _given("lognormal: the median", median)).ms
        factor = float(exp(0.5 * deviation * deviation))  # the mean over the median
        return Distribution("lognormal", middle * factor, cv=math.sqrt(max(factor * factor - 1.0, 0.0)))
    length = time("lognormal: the mean", _given("lognormal: the mean", mean)).ms
    return Distribution("lognormal", length, cv=_between("lognormal: cv", cv, 0.0, MOST_CV))


@overload
def gamma(mean: Time, cv: float) -> Distribution: ...
@overload
def gamma(*, shape: float, scale: Time) -> Distribution: ...
def gamma(
    mean: Time | None = None,
    cv: float | None = None,
    *,
    shape: float | None = None,
    scale: Time | None = None,
) -> Distribution:
    """Gamma, by its mean and its coefficient of variation, 0.01 to 10.

    Or by shape and scale: the mean is shape x scale, the coefficient of variation 1 / sqrt(shape).
    """
    least, most = SHAPES["gamma"]
    if shape is not None or scale is not None:
        _alone("gamma", "shape and scale", (mean, cv), (shape, scale))
        form = _between("gamma: the shape", shape, least, most)
        unit = time("gamma: the scale", _given("gamma: the scale", scale)).ms
        return Distribution("gamma", form * unit, shape=form)
    length = time("gamma: the mean", _given("gamma: the mean", mean)).ms
    spread = _between("gamma: cv", cv, 1 / math.sqrt(most), 1 / math.sqrt(least))
    return Distribution("gamma", length, shape=min(max(1 / (spread * spread), least), most))


@overload
def weibull(mean: Time, cv: float) -> Distribution: ...
@overload
def weibull(*, shape: float, scale: Time) -> Distribution: ...
def weibull(
    mean: Time | None = None,
    cv: float | None = None,
    *,
    shape: float | None = None,
    scale: Time | None = None,
) -> Distribution:
    """Weibull, by its mean and its coefficient of variation, 0.0013 to 429.

    Or by shape and scale: P(longer than t) = exp(-(t / scale) ** shape).
    """
    least, most = SHAPES["weibull"]
    if shape is not None or scale is not None:
        _alone("weibull", "shape and scale", (mean, cv), (shape, scale))
        form = _between("weibull: the shape", shape, least, most)
        unit = time("weibull: the scale", _given("weibull: the scale", scale)).ms
        return Distribution("weibull", unit * weibull_mean(form), shape=form)
    length = time("weibull: the mean", _given("weibull: the mean", mean)).ms
    spread = _between("weibull: cv", cv, weibull_cv(most), weibull_cv(least))
    return Distribution("weibull", length, shape=weibull_shape(spread, least, most))


@overload
def uniform(low: Time, high: Time) -> Distribution: ...
@overload
def uniform(*, mean: Time, cv: float) -> Distribution: ...
def uniform(
    low: Time | None = None, high: Time | None = None, *, mean: Time | None = None, cv: float | None = None
) -> Distribution:
    """Everything between two times is equally likely.

    Or by its mean and its coefficient of variation, at most 1 / sqrt(3): more would be below 0.
    """
    if mean is not None or cv is not None:
        _alone("uniform", "mean and cv", (low, high), (mean, cv))
        middle = time("uniform: the mean", _given("uniform: the mean", mean)).ms
        half = middle * min(ROOT_3 * _between("uniform: cv", cv, 0.0, 1 / ROOT_3), 1.0)
        return _of_points("uniform", middle - half, middle + half)
    return _of_points("uniform", *_rising("uniform", {"low": low, "high": high}))


def triangular(low: Time, mode: Time, high: Time) -> Distribution:
    """Least, most likely and largest: the density rises straight to ``mode`` and falls straight from it."""
    return _of_points("triangular", *_rising("triangular", {"low": low, "mode": mode, "high": high}))


def empirical(values: Sequence[Time], shares: Sequence[float] | None = None) -> Distribution:
    """One of these values, as they were observed: each as likely as the others, or by ``shares``.

    ``shares`` are the probabilities of the values (or any numbers in proportion to them); 0 is allowed, but
    not for all. Values may be repeated and stand in any order.
    """
    if isinstance(values, Time) or not isinstance(values, Sequence) or not values:
        raise NetworkError((f"empirical: the values are {values!r}: give at least one, in a list",))
    at_ms = [time("empirical: a value", value).ms for value in values]
    weights = (
        [number("empirical: a share", share) for share in shares]
        if shares is not None
        else [1.0] * len(at_ms)
    )
    if len(weights) != len(at_ms):
        raise NetworkError((f"empirical: {len(weights)} shares for {len(at_ms)} values: give one for each",))
    total = math.fsum(weights)
    if not 0 < total < math.inf:
        raise NetworkError((f"empirical: the shares sum to {total!r}: give at least one above 0",))
    found: dict[float, float] = {}
    for value, weight in zip(at_ms, weights, strict=True):
        found[value] = found.get(value, 0.0) + weight
    points = tuple(sorted(found))
    probability = tuple(found[point] / total for point in points)
    mean = math.fsum(point * share for point, share in zip(points, probability, strict=True))
    return Distribution("empirical", mean, points=points, shares=probability)


def _of_points(family: Literal["uniform", "triangular"], *points: float) -> Distribution:
    return Distribution(family, math.fsum(points) / len(points), points=points)


def _rising(family: str, given: dict[str, Time | None]) -> list[float]:
    points = [
        time(f"{family}: {name}", _given(f"{family}: {name}", value)).ms for name, value in given.items()
    ]
    if points != sorted(points):
        said = ", ".join(f"{name} {point:g} ms" for name, point in zip(given, points, strict=True))
        raise NetworkError((f"{family}: {said} do not rise: put them in order",))
    return points


def _given(what: str, value: Time | None) -> Time:
    if value is None:
        raise NetworkError((f"{what} is missing: give a time with its unit, such as minutes(5)",))
    return value


def _alone(family: str, pair: str, others: tuple[object, object], own: tuple[object, object]) -> None:
    if any(each is not None for each in others) or any(each is None for each in own):
        raise NetworkError((f"{family}: give {pair} together and nothing else, or the other two",))


def _between(what: str, value: float | None, least: float, most: float) -> float:
    if value is None:
        raise NetworkError((f"{what} is missing: give {least:.3g} to {most:.3g}",))
    found = number(what, value)
    # a bound itself may come out of its own rounded arithmetic
    if not least * (1 - 1e-12) <= found <= most * (1 + 1e-12):
        raise NetworkError((f"{what} is {value!r}: give {least:.3g} to {most:.3g}",))
    return found
