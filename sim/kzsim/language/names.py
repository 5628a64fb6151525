"""Names of crossings, stations and parameters, from the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kzsim.evidence import ANY_CROSSING, crossings
from kzsim.language.words import words

if TYPE_CHECKING:
    from kzsim.language.speak import Speaker

DASH = " – "
LEAST_PARTS = 3
"""Crossing, direction and name follow the mode in a key."""


def crossing(key: str, lang: str) -> str:
    """'Nur Zholy – Khorgos': the two places as the pair is commonly called; the key if it is not known."""
    known = crossings().get(key)
    if known is None:
        return key.replace("_", " ")
    found = []
    for common, side in zip(known.title.split(" - "), ("kz", "cn"), strict=True):
        candidates = [known.names[side]]
        if known.rail is not None:
            candidates.append(known.rail.stations[side])
        found.append(_called(_short(common), candidates, lang))
    return DASH.join(found)


def stations(key: str, say: Speaker) -> str:
    """'Altynkol – Khorgos': the two rail stations; the crossing's name if there is no railway."""
    known = crossings().get(key)
    if known is None or known.rail is None:
        return crossing(key, say.lang)
    return DASH.join(
        names.get(say.lang) or say.word("station", names["en"]) for names in known.rail.stations.values()
    )


def parameter(key: str, say: Speaker) -> str:
    """'time a scanner needs for one truck (road, all crossings; both directions; Kazakh side)'."""
    meaning, where = parameter_parts(key, say)
    return f"{meaning} ({where})" if where else meaning


def parameter_parts(key: str, say: Speaker) -> tuple[str, str]:
    """What a key stands for, and where: 'road, all crossings; both directions; Kazakh side'."""
    bare = key.partition("@")[0]
    if set_by_scenarios := _of_scenario(bare, say):
        return set_by_scenarios, ""
    mode, *rest = bare.split(".")
    if mode not in words("mode") or len(rest) < LEAST_PARTS:
        return _meaning(bare, bare, say), ""
    place, direction, *name = rest
    side = name.pop(0) if name[0] in words("side") and len(name) > 1 else None
    tail = ".".join(name)
    where = say.word("place", place) if place == ANY_CROSSING else crossing(place, say.lang)
    told = [
        f"{say.mode(mode)}, {where}",
        say.direction(direction),
    ]
    if side is not None:
        told.append(say.side(side))
    return _meaning(f"{mode}.{tail}", bare, say), "; ".join(told)


def _of_scenario(key: str, say: Speaker) -> str:
    """What a key of scenarios stands for that no entry of the evidence is called by; '' for others."""

    def told(setting: str, place: str = "", **more: str) -> str:
        return say.word("setting", setting).format(place=crossing(place, say.lang), **more)

    match key.split("."):
        case ["demand"] | ["green_corridors"] as only:
            return told(only[0])
        case ["demand", mode, place, *tail] if mode in words("mode"):
            whose = "; ".join(
                say.direction(one) if one in words("direction") else say.class_(one) for one in tail
            )
            demand = told("demand_of", place, mode=say.mode(mode))
            return f"{demand} ({whose})" if whose else demand
        case ["corridor", "compliance"]:
            return told("compliance")
        case ["corridor" | "green_corridors", place, "compliance"]:
            return told("compliance_at", place)
        case ["green_corridors", place]:
            return told("corridor_at", place)
        case ["green_corridors", place, "measures", measure, *_]:
            return told("measure_at", place, measure=say.measure(measure))
        case ["crossings", place, mode, "demand"] if mode in words("mode"):
            return told("demand_of", place, mode=say.mode(mode))
        case ["crossings", place, _, setting] if setting in words("setting"):
            return told(setting, place)
    return ""


def _meaning(name: str, key: str, say: Speaker) -> str:
    return say.word("parameter", name) if name in words("parameter") else key


def _called(common: str, candidates: list[Mapping[str, str]], lang: str) -> str:
    """In ``lang``, the place among ``candidates`` that English calls ``common``, else the first of them."""
    for names in candidates:
        if _short(names["en"]) == common and lang in names:
            return _short(names[lang])
    return _short(candidates[0][lang]) if lang != "en" else common


def _short(name: str) -> str:
    """Without what stands in brackets: other spellings."""
    return name.partition(" (")[0].partition("（")[0]
