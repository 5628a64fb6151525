"""Verdicts in words, each computed from its interval: nothing is said that the interval does not bear."""

from __future__ import annotations

import math

from kzsim.indicators.catalogue import UNCHANGED_WITHIN_MS
from kzsim.indicators.intervals import Estimate

THRESHOLD_MIN = UNCHANGED_WITHIN_MS // 60_000
SHORT_H = 1.0
LONG_H = 100.0


def clause(who: str, verdict: str, difference: Estimate) -> str:
    """What a difference of mean crossing times (alternative - base, hours) means for ``who``.

    ``difference`` has the interval that the verdict rests on.
    """
    if verdict == "no change":
        return f"no change for {who} (within ± {THRESHOLD_MIN} min)"
    if verdict == "gains":
        return f"{who} gain {bounds(-difference.mean, -difference.high, -difference.low)}"
    if verdict == "loses":
        return f"{who} lose {bounds(difference.mean, difference.low, difference.high)}"
    if difference.n == 0:
        return f"no {who}"
    if math.isnan(difference.low):
        return f"undecided for {who}: one replication has no interval"
    if difference.low <= 0 <= difference.high:
        return f"no detectable change for {who} ({signed_bounds(difference)})"
    word = "a gain" if difference.mean < 0 else "a loss"
    return (
        f"{who}: {word} too small or too uncertain to be told from ± {THRESHOLD_MIN} min "
        f"({signed_bounds(difference)})"
    )


def bounds(mean: float, low: float, high: float) -> str:
    """``3.1 h [2.8, 3.4]``: one decimal; two below an hour, none from a hundred on."""
    places = decimals(mean)
    return f"{mean:,.{places}f} h [{low:,.{places}f}, {high:,.{places}f}]"


def signed_bounds(found: Estimate) -> str:
    """``+0.02 h [−0.10, +0.14]``: alternative - base."""
    places = decimals(found.mean)
    mean, low, high = (signed(value, places) for value in (found.mean, found.low, found.high))
    return f"{mean} h [{low}, {high}]"


def signed(value: float, places: int) -> str:
    """A number with its sign, a true minus, and none for what rounds to nought."""
    text = f"{abs(value):,.{places}f}"
    if float(text.replace(",", "")) == 0:
        return text
    return ("−" if value < 0 else "+") + text


def decimals(hours: float) -> int:
    """How many decimals an hour figure of that size is given with."""
    size = abs(hours)
    return 2 if size < SHORT_H else 1 if size < LONG_H else 0
