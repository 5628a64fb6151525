"""What a user writes: scenario files, read with every mistake named at its place.

``load`` turns a YAML file into a frozen ``Scenario``; what the file does not say comes from
``kzsim.evidence``. ``load_sweep`` reads a sweep file, ``variant`` makes one scenario of it after another.
``docs/scenarios.md`` and ``docs/sweeps.md`` tell what may be written.
"""

from kzsim.scenario.disruptions import reported as reported_episodes
from kzsim.scenario.explain import Explanation, explain
from kzsim.scenario.load import load, validate, without_corridors
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
