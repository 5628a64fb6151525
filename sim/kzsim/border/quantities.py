"""From an entry of the evidence to the plain numbers that a network is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, cast, get_args

from kzsim.evidence import EvidenceError, Fact
from kzsim.network.model import MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE, Distribution

Family = Literal["fixed", "exponential", "erlang", "lognormal"]

_MS = {"s": 1000, "min": MS_PER_MINUTE, "h": MS_PER_HOUR, "h/day": MS_PER_HOUR, "day": MS_PER_DAY}


def plain_number(value: float, unit: str) -> float:
    """A number of the evidence in ms (durations), 0..1 (percentages), or as it is (everything else)."""
    if unit.startswith("%"):
        return value / 100
    return value * _MS.get(unit, 1)


def distribution(fact: Fact, change: Callable[[float], float] | None = None) -> Distribution:
    """An entry as a duration; ``change`` acts on the mean (ms) and leaves the variation as it is.

    Raises EvidenceError if the entry is no duration or its family is none that the model draws.
    """
    family, mean_ms, cv = fact.duration()
    known = get_args(Family)
    if family not in known:
        raise EvidenceError(f"{fact.key}: a duration cannot be '{family}', only {', '.join(known)}")
    mean_ms = mean_ms if change is None else change(mean_ms)
    return Distribution(cast("Family", family), mean_ms, cv)


def count(fact: Fact, number: float | None = None) -> int:
    """An entry that counts servers or places (or ``number`` of its periods) as a whole number."""
    number = fact.number if number is None else number
    if number != int(number) or number < 0:
        raise EvidenceError(f"{fact.key}: {number:g} {fact.unit} is no whole number of 0 or more")
    return int(number)
