"""What a user writes: scenario files, read with every mistake named at its place.

``load`` turns a YAML file into a frozen ``Scenario``; what the file does not say comes from
``kzsim.evidence``. ``load_sweep`` reads a sweep file, ``variant`` makes one scenario of it after another.
``docs/scenarios.md`` and ``docs/sweeps.md`` tell what may be written.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kzsim.scenario.disruptions import reported_episodes
    from kzsim.scenario.explaining import Explanation, explain
    from kzsim.scenario.loading import load, validate
    from kzsim.scenario.model import (
        Corridor,
        CrossingSettings,
        Episode,
        Growth,
        RailSettings,
        RoadSettings,
        Scenario,
        Scope,
        Setting,
        without_corridors,
    )
    from kzsim.scenario.problems import Problem, ScenarioError
    from kzsim.scenario.schema import json_schema
    from kzsim.scenario.sweep_file import is_sweep, load_sweep
    from kzsim.scenario.sweep_model import Axis, Draft, Interval, Levels, Over, Sweep, Wanted
    from kzsim.scenario.variants import Base, Change, Variant, load_base, variant

__all__ = [
    "Axis",
    "Base",
    "Change",
    "Corridor",
    "CrossingSettings",
    "Draft",
    "Episode",
    "Explanation",
    "Growth",
    "Interval",
    "Levels",
    "Over",
    "Problem",
    "RailSettings",
    "RoadSettings",
    "Scenario",
    "ScenarioError",
    "Scope",
    "Setting",
    "Sweep",
    "Variant",
    "Wanted",
    "explain",
    "is_sweep",
    "json_schema",
    "load",
    "load_base",
    "load_sweep",
    "reported_episodes",
    "validate",
    "variant",
    "without_corridors",
]

# Imported when first asked for: a process that runs scenarios, and reads none, needs no rules for reading.
_HOME = {
    "Axis": "sweep_model",
    "Base": "variants",
    "Change": "variants",
    "Corridor": "model",
    "CrossingSettings": "model",
    "Draft": "sweep_model",
    "Episode": "model",
    "Explanation": "explaining",
    "Growth": "model",
    "Interval": "sweep_model",
    "Levels": "sweep_model",
    "Over": "sweep_model",
    "Problem": "problems",
    "RailSettings": "model",
    "RoadSettings": "model",
    "Scenario": "model",
    "ScenarioError": "problems",
    "Scope": "model",
    "Setting": "model",
    "Sweep": "sweep_model",
    "Variant": "variants",
    "Wanted": "sweep_model",
    "explain": "explaining",
    "is_sweep": "sweep_file",
    "json_schema": "schema",
    "load": "loading",
    "load_base": "variants",
    "load_sweep": "sweep_file",
    "reported_episodes": "disruptions",
    "validate": "loading",
    "variant": "variants",
    "without_corridors": "model",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'kzsim.scenario' has no attribute {name!r}")
    return getattr(import_module(f"kzsim.scenario.{_HOME[name]}"), name)
