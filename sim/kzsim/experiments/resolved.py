"""The resolved scenario: every value a run used and where it came from, as YAML.

Each entry stands on one line as a JSON map, which is YAML as well; so the file needs no YAML writer
and cannot be misread.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kzsim import border
from kzsim.experiments.identity import fact_values

if TYPE_CHECKING:
    from kzsim.evidence import Fact, Taken
    from kzsim.experiments.runs import Plan


RESOLVED = "scenario.resolved.yaml"


def resolved_yaml(plan: Plan) -> str:
    """The text of ``scenario.resolved.yaml``."""
    scenario = plan.scenario
    said = {
        key: {"value": scenario.written.get(key), "origin": scenario.origins[key]}
        for key in sorted(scenario.origins)
    }
    lines = [
        "# Every value this run used, and where it came from.",
        f"title: {_json(scenario.title)}",
        f"description: {_json(scenario.description)}",
        f"model: {_json(plan.model_version)}",
        f"digest: {_json(plan.digest)}",
        f"counterfactual: {_json(plan.counterfactual)}",
        "",
        "# What the scenario says, as it was written. Origin: file:line, the option, or default.",
        *_map("scenario", said),
        "",
        "# What that comes to: times in ms, shares 0 to 1, overrides in the evidence's own units.",
        *_map("settings", scenario.canonical()),
        "",
        "# What was taken from the evidence; grade 'scenario' where the scenario replaces it.",
        *_map("evidence", {key: _fact(plan.used[key]) for key in sorted(plan.used)}),
        "",
        "# What else was taken from it: opening hours, closed days, demand, profiles, measures, by name.",
        *_map("data", {name: _taken(one) for name, one in sorted(_all_taken(plan).items())}),
    ]
    return "\n".join(lines) + "\n"


def resolved_entries(text: str) -> dict[str, Any]:
    """What a resolved scenario says, by the name of each map: undo ``resolved_yaml``. Raises ValueError.

    Each entry of the file stands on one line as JSON, below the name of its map or alone.
    """
    document: dict[str, Any] = {}
    below: dict[str, Any] = {}
    for line in text.splitlines():
        if line.startswith("  "):
            below.update(json.loads(f"{{{line.strip()}}}"))
        elif line and not line.startswith("#"):
            name, _, value = line.partition(":")
            below = {}
            document[name] = json.loads(value) if value.strip() else below
    return document


def _map(name: str, entries: Mapping[str, Any]) -> list[str]:
    if not entries:
        return [f"{name}: {{}}"]
    return [f"{name}:", *(f"  {_json(key)}: {_json(value)}" for key, value in entries.items())]


def _all_taken(plan: Plan) -> Mapping[str, Taken]:
    """What the border took from the evidence besides entries by key."""
    built = plan.model.border if plan.model is not None else border.build(plan.scenario)
    return built.parameters.taken


def _taken(taken: Taken) -> dict[str, Any]:
    found = {**taken.value, "grade": taken.grade}
    if taken.sources:
        found["sources"] = list(taken.sources)
    return found


def _fact(fact: Fact) -> dict[str, Any]:
    found = {**fact_values(fact), "grade": fact.grade, "entry": fact.key}
    if fact.low is not None or fact.high is not None:
        found["range"] = [fact.low, fact.high]
    if fact.sources:
        found["sources"] = list(fact.sources)
    return found


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
