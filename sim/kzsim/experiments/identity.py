"""Which runs are the same run: a digest of all that decides their results."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Any

import kzsim
from kzsim._version import __version__

if TYPE_CHECKING:
    from kzsim.evidence import Fact
    from kzsim.scenario import Scenario

_DECIDING = ("border", "draws", "engines", "evidence", "experiments", "indicators", "network", "scenario")
"""Packages whose code or data can change a result."""


@cache
def model_version() -> str:
    """The version and eight hex digits over the code and data that decide results.

    So a changed model never passes for the one whose results are stored.
    """
    found = hashlib.sha256()
    root = resources.files(kzsim)
    for package in _DECIDING:
        for name, content in _files(root / package, package):
            found.update(f"{name}\0{len(content)}\0".encode())
            found.update(content)
    return f"{__version__}+{found.hexdigest()[:8]}"


def _files(folder: Traversable, name: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for item in sorted(folder.iterdir(), key=lambda entry: entry.name):
        path = f"{name}/{item.name}"
        if item.is_dir():
            found += _files(item, path)
        elif item.name.endswith((".py", ".yaml")):
            found.append((path, item.read_bytes().replace(b"\r\n", b"\n")))
    return found


def digest(
    scenario: Scenario,
    *,
    counterfactual: bool,
    used: Mapping[str, Fact],
    asked: Mapping[str, Any] | None = None,
) -> str:
    """Sha256 in hex over the scenario's meaning, the evidence it uses and the model's version.

    ``asked``: what else was asked for and decides what is stored, as plain values. Titles, comments and where
    a value was written do not count.
    """
    document: dict[str, Any] = {
        "scenario": scenario.canonical(),
        "counterfactual": counterfactual,
        "evidence": {key: fact_values(used[key]) for key in sorted(used)},
        "model": model_version(),
    }
    if asked:
        document["asked"] = dict(asked)
    text = json.dumps(document, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def scenario_digest(settings: Mapping[str, Any]) -> str:
    """Sha256 in hex over what a scenario (``Scenario.canonical``) says about the border and its trucks.

    Seed and number of replications do not count: they say how often it is looked at.
    """
    kept = {key: value for key, value in settings.items() if key not in ("replications", "seed")}
    text = json.dumps(kept, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def fact_values(fact: Fact) -> dict[str, Any]:
    """What of a fact decides a result, as plain JSON values."""
    values: dict[str, Any] = {"value": fact.value, "unit": fact.unit}
    spread = fact.distribution
    if spread is not None:
        values["distribution"] = {
            name: value
            for name, value in (
                ("family", spread.family),
                ("mean", spread.mean),
                ("cv", spread.cv),
                ("sd", spread.sd),
            )
            if value is not None
        }
    if fact.periods:
        values["periods"] = [
            {"from": period.first.isoformat(), "to": period.last.isoformat(), "value": period.value}
            for period in fact.periods
        ]
    return values
