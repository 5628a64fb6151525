"""What a key of a scenario means, for a person who asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from kzsim import evidence
from kzsim.scenario import words
from kzsim.scenario.fields import Reader
from kzsim.scenario.parameters import INTAKE, SHORTCUTS, cite
from kzsim.scenario.problems import listed
from kzsim.scenario.schema import ScenarioFile, section_of

PARAMETERS = "parameters"
EPISODES = "episodes"


@dataclass(frozen=True)
class Explanation:
    """One key: its meaning in a sentence or two, a value that could be written, and what stands below.

    ``evidence_key`` names the entry of the evidence that the key sets, if it sets one; ``details`` are
    further sentences, such as what a measure changes.
    """

    key: str
    meaning: str
    example: str = ""
    below: tuple[tuple[str, str], ...] = ()
    evidence_key: str | None = None
    details: tuple[str, ...] = ()


def explain(key: str) -> Explanation | None:
    """The explanation of a dotted key such as ``crossings.bakhty.road.demand``; None if there is no such key.

    ``<crossing>`` may stand for the name of a crossing.
    """
    head, _, rest = key.partition(".")
    if head == PARAMETERS and rest:
        return Explanation(key, _meaning(ScenarioFile.model_fields[PARAMETERS]), evidence_key=rest)
    parts = key.split(".")
    section: type[BaseModel] | None = ScenarioFile
    found: FieldInfo | None = None
    names = named = False
    for depth, part in enumerate(parts):
        named = names
        if named:
            if part not in _names(parts[depth - 1]) and not (part.startswith("<") and part.endswith(">")):
                return None
            names = False
            continue
        if section is None:
            return None
        found = next((f for n, f in section.model_fields.items() if (f.alias or n) == part), None)
        if found is None:
            return None
        section, names = section_of(found.annotation)
    if found is None:
        return None
    if named and parts[-2] == "measures":
        return _measure(key, parts[-1], section)
    if named and parts[-2] == EPISODES:
        return _episode(key, parts[-1], section)
    return Explanation(
        key,
        _doc(section) if named else _meaning(found),
        example="" if named else _example(found),
        below=_below(section, names, parts[-1]),
        evidence_key=_evidence_key(parts),
    )


def _names(above: str) -> tuple[str, ...]:
    if above == EPISODES:
        return words.episode_names()
    return words.measure_names() if above == "measures" else words.crossing_names()


def _meaning(field: FieldInfo) -> str:
    return " ".join((field.description or "").split())


def _example(field: FieldInfo) -> str:
    return next((reader.example for reader in field.metadata if isinstance(reader, Reader)), "")


def _below(section: type[BaseModel] | None, names: bool, last: str) -> tuple[tuple[str, str], ...]:
    if section is None:
        return ()
    if names and last == "measures":
        menu = evidence.corridor().measures
        return tuple((name, measure.what) for name, measure in menu.items())
    if names and last == EPISODES:
        return tuple((each.key, each.what) for each in evidence.disruptions().episodes)
    if names:
        return tuple((name, evidence.crossings()[name].title) for name in words.crossing_names())
    return tuple((field.alias or name, _meaning(field)) for name, field in section.model_fields.items())


def _measure(key: str, name: str, section: type[BaseModel] | None) -> Explanation:
    measure = evidence.corridor().measures.get(name)
    if measure is None:
        return Explanation(key, "A measure of a corridor: on, off, or where it is in force.")
    changes = []
    for change in measure.changes:
        how = {"multiply": "times", "set": "set to", "add": "plus"}.get(change.op, change.op)
        changes.append(
            f"{change.param}: {how} {change.base:g} ({change.low:g} to {change.high:g}) {change.unit}, "
            f"classes {', '.join(change.classes)}, direction {change.direction}, side {change.side} "
            f"({cite(change.grade, change.sources)})"
        )
    bundles = [bundle for bundle, names in evidence.corridor().bundles.items() if name in names]
    changes.append(f"in the bundles {', '.join(bundles)}" if bundles else "in no bundle")
    return Explanation(key, measure.what, "on", _below(section, False, name), None, tuple(changes))


def _episode(key: str, name: str, section: type[BaseModel] | None) -> Explanation:
    known = {each.key: each for each in evidence.disruptions().episodes}
    episode = known.get(name)
    if episode is None:
        changes = tuple(
            f"{lever.param} ({mode}): {lever.meaning}; {listed(lever.directions, 'or')}; in "
            f"{'%' if lever.unit == evidence.FACTOR else lever.unit}"
            for mode in words.modes()
            for lever in evidence.levers(mode).values()
        )
        return Explanation(key, _doc(section), "on", _below(section, False, name), None, changes)
    change = episode.change
    shown = f"{change.value:g}" if isinstance(change.value, int | float) else change.value
    where = f"{listed(episode.crossings)}, {episode.mode}, {episode.direction}"
    details = [
        f"{episode.first} to {episode.last}, {where}",
        f"{change.param}: {shown} {change.unit} ({cite(episode.grade, episode.sources)})",
        *_standing(episode),
        *filter(None, (episode.note,)),
    ]
    return Explanation(key, episode.what, "off", (), None, tuple(details))


def _standing(episode: evidence.Episode) -> Iterator[str]:
    """What becomes of an episode in each year that can be simulated."""
    if evidence.lever(episode.mode, episode.change.param) is None:
        yield f"has no effect in a run: {episode.change.param} cannot be changed for some days"
        return
    years = range(episode.first.year, episode.last.year + 1)
    for year in years:
        if year not in words.years():
            yield f"{year}: no run, the evidence does not cover that year"
        elif year in episode.contained:
            yield f"{year}: the year's values have its effect already ({episode.contained[year]})"
        else:
            yield f"{year}: in force, unless the scenario switches it off (disruptions.reported)"


def _doc(section: type[BaseModel] | None) -> str:
    return (section.__doc__ or "").strip() if section is not None else ""


def _evidence_key(parts: list[str]) -> str | None:
    if len(parts) == 4 and parts[0] == "crossings":
        scaled = INTAKE if (parts[2], parts[3]) == ("road", "intake_scale") else None
        pattern = SHORTCUTS.get((parts[2], parts[3]), scaled)
        return pattern.format(crossing=parts[1]) if pattern else None
    return None
