"""What is known about a key that is being filled in: the evidence, and what holds where nothing is said."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from kzsim import evidence
from kzsim.evidence.explain import explain as explain_evidence
from kzsim.scenario import Scenario, ScenarioError, explain, load
from kzsim.scenario.form import form

Held = Callable[[str, int], Iterable[str]]
"""Gives, for the key of a scenario and a year, what the evidence holds behind it, a line each."""


@dataclass(frozen=True)
class Unsaid:
    """What holds where a form says nothing: the value in words and where it comes from, by key."""

    year: int
    values: dict[str, tuple[str, str]] = field(default_factory=dict)


def unsaid(path: Path) -> Unsaid:
    """What a copy of the scenario at ``path`` gets from the scenarios it extends, and the defaults."""
    try:
        scenario = load(path)
    except ScenarioError:
        return Unsaid(evidence.conventions().base_year)
    return Unsaid(scenario.year, dict(_inherited(scenario, path)))


def _inherited(scenario: Scenario, path: Path) -> Iterable[tuple[str, tuple[str, str]]]:
    keys = {control.key for control in form().every_control()}
    for key, origin in scenario.origins.items():
        file = origin.rpartition(":")[0] if origin != "default" else ""
        if Path(file) == path:
            continue
        value = scenario.written[key]
        shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        said = (shown or "none", Path(file).name or "default")
        for control in (key, f"{key}.bundle", f"{key}.on"):
            if control in keys:
                yield control, said


def known(key: str, year: int, held: Held | None) -> tuple[str, ...]:
    """What the evidence says about a key of a scenario, a line each; empty where it says nothing."""
    explained = explain(key)
    behind = None if explained is None else explained.evidence_key
    lines = [] if held is None else list(held(key, year))
    if behind is not None:
        try:
            lines.append(_evidence(behind, year))
        except evidence.EvidenceError:
            lines.append(f"No evidence of {year}.")
    return tuple(lines)


def _evidence(key: str, year: int) -> str:
    fact = explain_evidence(key, year)
    value = f"{fact.value:,g}" if isinstance(fact.value, int | float) else str(fact.value)
    span = "" if fact.low is None or fact.high is None else f", range {fact.low:,g} to {fact.high:,g}"
    periods = ", ".join(f"{each.value:,g} from {each.first} to {each.last}" for each in fact.periods)
    return f"Evidence of {fact.year}: {value} {fact.unit}{span} ({fact.grade})" + (
        f"; in periods: {periods}" if periods else ""
    )
