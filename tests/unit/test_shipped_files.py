"""The texts of the shipped scenarios: every line says something, and what their heads advise can be done."""

from __future__ import annotations

import copy
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from kzsim.scenario import load, validate

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
NAMES = sorted(path.name for path in SCENARIOS.glob("*.yaml"))
SECTIONS = ("simulate", "crossings", "parameters", "growth", "disruptions")
"""Of these no line only repeats what holds anyway. Others may say a year or a seed to be plain."""


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict) and value:
        for key, below in value.items():
            yield from leaves(below, (*path, key))
    else:
        yield path


def without(written: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    rest = copy.deepcopy(written)
    at = rest
    for key in path[:-1]:
        at = at[key]
    del at[path[-1]]
    return rest


def dead_lines(name: str, text: str, folder: Path) -> list[str]:
    """The keys of a scenario's text without which it would mean the same."""
    shutil.copytree(SCENARIOS, folder, dirs_exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    said = load(path).canonical()
    written = yaml.safe_load(text)
    found = []
    for key in (
        key for section in SECTIONS if section in written for key in leaves(written[section], (section,))
    ):
        path.write_text(yaml.safe_dump(without(written, key)), encoding="utf-8")
        if (
            not any(problem.severity == "error" for problem in validate(path))
            and load(path).canonical() == said
        ):
            found.append(".".join(key))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_line_of_a_shipped_scenario_changes_what_it_means(name: str, tmp_path: Path) -> None:
    assert dead_lines(name, (SCENARIOS / name).read_text(encoding="utf-8"), tmp_path) == []


def test_an_episode_that_is_in_force_anyway_is_a_dead_line(tmp_path: Path) -> None:
    text = "title: t\nextends: baseline_2023.yaml\ndisruptions: {episodes: {rail_storm_dec_2023: on}}\n"
    assert dead_lines("storm_dostyk_december.yaml", text, tmp_path) == [
        "disruptions.episodes.rail_storm_dec_2023"
    ]


def advised(name: str) -> list[str]:
    """What the head of a scenario advises to set."""
    words = " ".join((SCENARIOS / name).read_text(encoding="utf-8").replace("#", " ").split())
    return [found.rstrip(",.") for found in re.findall(r"--set (\S+)", words)]


def test_some_heads_advise_to_set_something() -> None:
    assert sum(bool(advised(name)) for name in NAMES) >= 3


@pytest.mark.parametrize("name", [name for name in NAMES if advised(name)])
def test_what_a_head_advises_to_set_changes_the_scenario_without_a_complaint(name: str) -> None:
    plain = load(SCENARIOS / name)
    for setting in advised(name):
        changed = load(SCENARIOS / name, [setting])
        assert changed.canonical() != plain.canonical()
        assert changed.warnings == plain.warnings


@pytest.mark.parametrize("name", NAMES)
def test_a_head_names_only_scenarios_that_are_shipped(name: str) -> None:
    text = (SCENARIOS / name).read_text(encoding="utf-8")
    assert set(re.findall(r"scenarios/(\w+\.yaml)", text)) <= set(NAMES)
