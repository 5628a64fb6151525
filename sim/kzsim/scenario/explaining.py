"""What a key of a scenario means, for a person who asks."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from kzsim import evidence
from kzsim.scenario import words
from kzsim.scenario.fields import Reader
from kzsim.scenario.parameters import INTAKE, SHORTCUTS, cite
from kzsim.scenario.schema import ScenarioFile, section_of

PARAMETERS = "parameters"


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
    return Explanation(
        key,
        (section.__doc__ or "").strip() if named and section is not None else _meaning(found),
        example="" if named else _example(found),
        below=_below(section, names, parts[-1]),
        evidence_key=_evidence_key(parts),
    )


def _names(above: str) -> tuple[str, ...]:
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


def _evidence_key(parts: list[str]) -> str | None:
    if len(parts) == 4 and parts[0] == "crossings":
        scaled = INTAKE if (parts[2], parts[3]) == ("road", "intake_scale") else None
        pattern = SHORTCUTS.get((parts[2], parts[3]), scaled)
        return pattern.format(crossing=parts[1]) if pattern else None
    return None
