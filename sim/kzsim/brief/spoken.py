"""Names and numbers as a brief says them, in one language."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from kzsim.indicators.legs import AT_HOME, CROSSING, HOME, leg_of

if TYPE_CHECKING:
    from kzsim.language import Speaker

NONE = "–"
FULL_STOP, SEPARATOR = {"zh": "。"}, {"zh": "；"}
"""Where a language has marks of its own."""


class Ranged(Protocol):
    """A mean with its interval; NaN or None where there is none."""

    @property
    def mean(self) -> float | None:
        """The mean."""

    @property
    def low(self) -> float | None:
        """Lower end."""

    @property
    def high(self) -> float | None:
        """Upper end."""


def known(*values: float | None) -> bool:
    """Whether all of them are numbers."""
    return all(value is not None and math.isfinite(value) for value in values)


def figure(say: Speaker, value: float | None) -> str:
    """Three significant figures; a dash for none."""
    return say.figure(value) if value is not None and math.isfinite(value) else NONE


def between(say: Speaker, low: float | None, high: float | None, *, like: float | None = None) -> str:
    """``11.4 to 12.5`` with the decimals that ``like`` is shown with; '' without an interval."""
    from kzsim.language.numerals import places

    if low is None or high is None or not known(low, high):
        return ""
    digits = places(low if like is None else like)
    return say("{low} to {high}", low=say.number(low, digits), high=say.number(high, digits))


def in_brackets(say: Speaker, interval: str) -> str:
    """`` [11.4 to 12.5]``; '' for none."""
    return say(" [{interval}]", interval=interval) if interval else ""


def with_interval(say: Speaker, found: Ranged) -> str:
    """``12.0 [11.4 to 12.5]``."""
    return figure(say, found.mean) + in_brackets(say, between(say, found.low, found.high, like=found.mean))


def change(say: Speaker, mean: float, low: float, high: float) -> str:
    """A difference in hours with its interval: ``−3.1 [−3.4 to −2.8]``."""
    from kzsim.experiments.comparisons.said import decimals

    if not known(mean):
        return NONE
    digits = decimals(mean)
    shown = say.signed(mean, digits)
    if not known(low, high):
        return shown
    interval = say("{low} to {high}", low=say.signed(low, digits), high=say.signed(high, digits))
    return shown + in_brackets(say, interval)


def size(say: Speaker, mean: float, low: float, high: float) -> str:
    """The size of a difference whose interval does not hold 0: ``3.1 [2.8 to 3.4]``."""
    from kzsim.experiments.comparisons.said import decimals

    digits = decimals(mean)
    shown = say.number(abs(mean), digits)
    if not known(low, high):
        return shown
    least, most = sorted((low, high)) if mean >= 0 else sorted((-low, -high))
    interval = say("{low} to {high}", low=say.number(least, digits), high=say.number(most, digits))
    return shown + in_brackets(say, interval)


def place(say: Speaker, crossing: str, mode: str) -> str:
    """What people call the crossing in that mode: by rail its stations."""
    return say.stations(crossing) if mode == "rail" else say.crossing(crossing)


def flow(say: Speaker, crossing: str, mode: str, direction: str) -> str:
    """``Dostyk – Alashankou (road, Kazakhstan to China)``; ``all road flows`` where it is of several."""
    if " " in crossing or " " in direction:
        return say("all flows by road") if mode == "road" else say("all flows by rail")
    return say(
        "{place} ({mode}, {direction})",
        place=place(say, crossing, mode),
        mode=say.mode(mode),
        direction=say.direction(direction),
    )


def who(say: Speaker, mode: str, klass: str, corridor: str) -> str:
    """Whom a cell of a table speaks of: ``corridor users``, ``agricultural trucks``."""
    rail = mode == "rail"
    leg = leg_of(klass)
    if leg == HOME:
        from kzsim.indicators.layout import like

        return _at_home(say, like(klass), corridor)
    if leg != CROSSING:
        return say.class_(klass)
    match corridor:
        case "user":
            return say("corridor users")
        case "eligible_nonuser":
            return say("eligible non-users")
        case "other":
            return say("those not eligible")
    match klass:
        case "agricultural":
            return say("grain trains") if rail else say("agricultural trucks")
        case "rest":
            return say("other loaded trains") if rail else say("general trucks")
        case "loaded":
            return say("loaded trains")
        case "empties":
            return say("trains of empties")
        case "all":
            return say("all trains") if rail else say("all trucks")
    return say.class_(klass)


def _at_home(say: Speaker, klass: str, corridor: str) -> str:
    match corridor:
        case "user":
            return say("corridor users at home")
        case "eligible_nonuser":
            return say("eligible non-users at home")
        case "other":
            return say("those not eligible, at home")
    match klass:
        case "agricultural":
            return say("agricultural trucks at home")
        case "rest":
            return say("general trucks at home")
    return say("trucks at home")


class Limiting(Protocol):
    """What limits a flow, as a run found it."""

    @property
    def binds(self) -> str:
        """Its kind."""

    @property
    def stage(self) -> str:
        """Where, '' if nowhere."""

    @property
    def cause(self) -> str:
        """What lies behind it."""


def limit(say: Speaker, found: Limiting) -> str:
    """``the intake quota (electronic queue), waited for at home``."""
    told = say.binds(found.binds)
    if found.stage:
        told = say("{limit} ({stage})", limit=told, stage=say.stage(found.stage))
    return say("{limit}, waited for at home", limit=told) if found.cause == AT_HOME else told


def starting(text: str) -> str:
    """The text with a capital letter at its start."""
    return text[:1].upper() + text[1:]


def joined(say: Speaker, items: Sequence[str]) -> str:
    """Clauses one after the other."""
    return SEPARATOR.get(say.lang, "; ").join(items)


def sentence(say: Speaker, clauses: str) -> str:
    """Clauses as a sentence: with a capital letter and a full stop."""
    return starting(clauses) + FULL_STOP.get(say.lang, ".")


def together(say: Speaker, *sentences: str) -> str:
    """Sentences one after the other, those that are not empty."""
    return ("" if say.lang in FULL_STOP else " ").join(filter(None, sentences))


def listed(say: Speaker, items: Sequence[str], most: int) -> str:
    """The first ``most`` items, and how many more there are."""
    told = joined(say, items[:most])
    more = len(items) - most
    return told if more <= 0 else say("{told}; and {n} more", told=told, n=say.number(more, 0))
