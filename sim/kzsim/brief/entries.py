"""What tells apart entries of the evidence that have one meaning: in brackets behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kzsim.evidence import crossings
from kzsim.language.words import words

if TYPE_CHECKING:
    from kzsim.language import Speaker


def of_measure(say: Speaker, tail: Sequence[str]) -> str:
    """What a measure changes: the parameter in words, or its name in the evidence; '' without one."""
    name = ".".join(tail)
    known = words("parameter")
    for key in (f"road.{name}", f"rail.{name}", name.replace("rail.", "rail.all.", 1), name):
        if key in known:
            return f" ({say.word('parameter', key)})"
    return f" ({name.replace('_', ' ').replace('.', ': ')})" if name else ""


def of_profile(say: Speaker, tail: Sequence[str]) -> str:
    """Over what arrivals are spread, and whose: months, perishables, Kazakhstan to China."""
    if not tail:
        return ""
    kind, *names = tail
    over = {
        "day_to_day_cv": say("from day to day"),
        "hour_of_day": say("hours of the day"),
        "monthly": say("months"),
        "weekday": say("days of the week"),
    }
    told = [over.get(kind, kind.replace("_", " "))]
    for name in names:
        told += _whose(say, name)
    return f" ({'; '.join(told)})"


def _whose(say: Speaker, name: str) -> list[str]:
    """The parts of a name such as ``perishable_kz_to_cn`` in words, as far as they have some."""
    told = []
    for mode in words("mode"):
        if name.startswith(f"{mode}_"):
            told.append(say.mode(mode))
            name = name.removeprefix(f"{mode}_")
    parts = {
        "day_post": say("post open by day"),
        "round_the_clock": say("post open round the clock"),
        "all_trucks": say.unit("trucks"),
        **{way: say.direction(way) for way in words("direction")},
        **{klass: say.class_(klass) for klass in words("class")},
        **{mode: say.mode(mode) for mode in words("mode")},
        **{place: say.crossing(place) for place in crossings()},
    }
    while name:
        # the longest that fits, so that "other_agri" is not read as "other"
        fits = [part for part in parts if name == part or name.startswith(f"{part}_")]
        if not fits:
            return [*told, name.replace("_", " ")]
        part = max(fits, key=len)
        told.append(parts[part])
        name = name.removeprefix(part).removeprefix("_")
    return told
