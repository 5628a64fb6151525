"""Distributions of durations, by mean and variation. All are drawn by inverse transforms."""

from __future__ import annotations

from kzsim.network import Distribution
from kzsim.queueing.units import Time, number, time, whole


def fixed(value: Time) -> Distribution:
    """Always the same. Raises NetworkError if a parameter is wrong; so do the others."""
    return Distribution("fixed", time("fixed: the value", value).ms)


def exponential(mean: Time) -> Distribution:
    """Exponential: its coefficient of variation is 1."""
    return Distribution("exponential", time("exponential: the mean", mean).ms)


def erlang(mean: Time, phases: int) -> Distribution:
    """The sum of so many exponential phases: its coefficient of variation is 1 / sqrt(phases)."""
    whole("erlang: the number of phases", phases, least=1)
    return Distribution("erlang", time("erlang: the mean", mean).ms, rows=phases)


def lognormal(mean: Time, cv: float) -> Distribution:
    """Lognormal, by its mean and its coefficient of variation (standard deviation / mean)."""
    return Distribution("lognormal", time("lognormal: the mean", mean).ms, cv=number("lognormal: cv", cv))
