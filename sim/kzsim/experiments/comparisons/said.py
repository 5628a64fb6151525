"""Verdicts in words, each computed from its interval: nothing is said that the interval does not bear."""

from __future__ import annotations

import math

from kzsim.indicators.catalogue import UNCHANGED_WITHIN_MS
from kzsim.indicators.intervals import Estimate
from kzsim.network.model import MS_PER_HOUR

UNCHANGED_WITHIN_H = UNCHANGED_WITHIN_MS / MS_PER_HOUR
SHORT_H = 1.0
LONG_H = 100.0


def spoken_h(hours: float) -> str:
    """A threshold as it is said: ``30 s``, ``5 min``, ``2.5 h``."""
    if hours >= 2:
        return f"{hours:.6g} h"
    return f"{60 * hours:.6g} min" if hours == 0 or 60 * hours >= 1 else f"{3600 * hours:.6g} s"


def clause(who: str, verdict: str, difference: Estimate, within_h: float = UNCHANGED_WITHIN_H) -> str:
    """What a difference of mean crossing times (alternative - base, hours) means for ``who``.

    ``difference`` has the interval that the verdict rests on; changes up to ``within_h`` hours count as none.
    """
    if verdict == "no change":
        return f"no change for {who} (within ± {spoken_h(within_h)})"
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
        f"{who}: {word} too small or too uncertain to be told from ± {spoken_h(within_h)} "
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
