"""What a user writes: scenario files, read with every mistake named at its place.

``load`` turns a YAML file into a frozen ``Scenario``; what the file does not say comes from
``kzsim.evidence``. ``docs/scenarios.md`` tells what may be written.
"""

from kzsim.scenario.explain import Explanation, explain
from kzsim.scenario.load import load, validate, without_corridors
from kzsim.scenario.model import (
    Corridor,
    CrossingSettings,
    RailSettings,
    RoadSettings,
    Scenario,
    Scope,
    Setting,
)
from kzsim.scenario.problems import Problem, ScenarioError
from kzsim.scenario.schema import json_schema

__all__ = [
    "Corridor",
    "CrossingSettings",
    "Explanation",
    "Problem",
    "RailSettings",
    "RoadSettings",
    "Scenario",
    "ScenarioError",
    "Scope",
    "Setting",
    "explain",
    "json_schema",
    "load",
    "validate",
    "without_corridors",
]
