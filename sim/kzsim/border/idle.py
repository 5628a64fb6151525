"""Sentences on measures that are in force and change nothing, or not all that they should."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from kzsim import evidence
from kzsim.border.labels import DIRECTIONS, Idle, Mode

if TYPE_CHECKING:
    from kzsim.scenario import Scenario

Place = tuple[str, str]
"""Crossing and direction."""

WHETHER = "whether "
_EVERYWHERE = "everywhere"


def sentences(idle: Iterable[Idle], scenario: Scenario) -> tuple[str, ...]:
    """What the scenario's corridors ask for and the model leaves out, each matter in one sentence."""
    lost: dict[tuple[Mode, str, str], list[Place]] = {}
    for each in idle:
        lost.setdefault((each.mode, each.measure, each.param), []).append((each.crossing, each.direction))
    simulated: Mapping[Mode, tuple[str, ...]] = {"road": scenario.road, "rail": scenario.rail}
    found = []
    unnamed: dict[tuple[Mode, str], list[str]] = {}
    for (mode, measure, param), places in lost.items():
        where = at(places, simulated[mode]).replace(_EVERYWHERE, "at any crossing")  # of no effect
        if param:
            found.append(
                f"{_measure(measure)} would also {_would(param)}; that is not modelled yet and has no effect "
                f"{where}"
            )
        else:
            unnamed.setdefault((mode, where), []).append(_measure(measure))
    for (mode, where), measures in unnamed.items():
        found.append(
            f"{_listed(measures)} may be in force by {mode} too, but the evidence names nothing that "
            f"changes there; no effect by {mode} {where}"
        )
    return tuple(dict.fromkeys(found))


def at(places: Iterable[Place], simulated: tuple[str, ...]) -> str:
    """``at Bakhty (CN to KZ)``, or ``everywhere`` where these are all the places simulated."""
    by_crossing: dict[str, list[str]] = {}
    for crossing, direction in dict.fromkeys(places):
        by_crossing.setdefault(crossing, []).append(direction)
    ways = {tuple(found) for found in by_crossing.values()}
    if len(simulated) > 1 and by_crossing.keys() == set(simulated) and len(ways) == 1:
        (way,) = ways
        return _EVERYWHERE if len(way) == len(DIRECTIONS) else f"{_EVERYWHERE} ({_way(way)})"
    named = (f"{crossing_name(crossing)} ({_way(way)})" for crossing, way in by_crossing.items())
    return f"at {_listed(named)}"


def crossing_name(key: str) -> str:
    """The key of a crossing as a name."""
    return key.replace("_", " ").title()


def _way(directions: Iterable[str]) -> str:
    found = tuple(directions)
    if len(found) == len(DIRECTIONS):
        return "both ways"
    return "".join(direction.replace("_", " ").upper().replace("TO", "to") for direction in found)


def _measure(name: str) -> str:
    what = re.split(r" \(|: ", evidence.corridor().measures[name].what)[0]
    return f"{name} ({what})"


def _would(param: str) -> str:
    words = evidence.changed_words(param)
    if words.startswith(WHETHER):
        return f"decide that {words.removeprefix(WHETHER)}"
    return f"change the {words}"


def _listed(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
