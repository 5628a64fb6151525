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
