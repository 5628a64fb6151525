from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kzsim import scenario as scenarios
from kzsim.engines.choice import Choice
from kzsim.engines.observers import digest_of
from kzsim.engines.outcome import Outcome, Passage
from kzsim.experiments import ResultsError, reproduce, runs, verification
from kzsim.experiments.once import outcome_hash
from kzsim.experiments.resolved import resolved_yaml
from kzsim.network.model import MS_PER_DAY
from kzsim.network.observers import Observers
from kzsim.scenario import Scenario

ROOT = Path(__file__).parents[2]
REFERENCE = Choice("reference", compiled=False)

RICH = """\
title: "Everything said: a 'quoted' title"
description: ключ, 值
year: 2023
replications: 2
seed: 9007199254740993
demand: 110.5 %
crossings:
  nur_zholy:
    road: {intake_kz_to_cn: 800 trucks/day, demand: 120 %, hours_kz: ["08:00-12:00", "13:00-20:00"]}
  dostyk:
    rail: {demand: 90 %}
parameters:
  road.nur_zholy.kz_to_cn.kz.documents.officers: 6 officers
green_corridors:
  nur_zholy: {bundle: standard, measures: {extended_hours: on}, compliance: 61.7 %}
  bakhty: light
"""


def short(**changes: Any) -> Scenario:
    wanted = {
        "last_day": date(2023, 3, 3),
        "run_in_ms": MS_PER_DAY // 2,
        "follow_up_ms": MS_PER_DAY,
        "replications": 2,
    }
    return replace(scenarios.load(ROOT / "scenarios" / "minimal.yaml"), **{**wanted, **changes})


def counts() -> Observers:
    """One group, two elements, two limits, two intervals; two entities of which one has left."""
    shapes = {
        "arrived": (1, 3),
        "left": (1, 3),
        "stay_ms": (1, 3),
        "left_measured": (1,),
        "capped_ms": (1,),
        "free_flow_ms": (1,),
        "capped_free_flow_ms": (1,),
        "through": (1,),
        "squares": (1, 3),
        "within": (1, 2),
        "starts": (1, 2, 2),
        "no_shows": (1, 1),
        "within_ceilings": (1, 1),
        "chosen": (1, 1),
        "place_ms": (2,),
        "idle_ms": (1,),
    }
    wide = {name: np.zeros(shape, dtype=np.int64) for name, shape in shapes.items()}
    narrow = {"times": (1, 9), "waits": (1, 6, 9), "spans": (1, 2, 9), "arrivals": (2, 1), "exits": (2, 1)}
    return Observers(
        **wide,
        **{name: np.zeros(shape, dtype=np.int32) for name, shape in narrow.items()},
        digest=digest_of(np.array([5, -1], dtype=np.int64), np.array([5, 5], dtype=np.int64)),
    )


def outcome(**changes: Any) -> Outcome:
    fields = {
        "observers": counts(),
        "account_ms": np.zeros((1, 3, 2, 12), dtype=np.int64),
        "in_line": np.zeros((2, 2), dtype=np.int32),
        "in_zone": np.zeros((2, 2), dtype=np.int32),
        "busy_ms": np.array([7], dtype=np.int64),
        "capacity_ms": np.array([9], dtype=np.int64),
    }
    return Outcome(**{**fields, **changes})


@pytest.mark.parametrize("name", ["baseline_2023", "green_all", "green_none", "minimal"])
def test_a_resolved_scenario_is_the_scenario_again(name: str) -> None:
    planned = runs.plan(scenarios.load(ROOT / "scenarios" / f"{name}.yaml"))
    text = resolved_yaml(planned)
    again = verification.scenario_of(text)
    assert again.canonical() == planned.scenario.canonical()
    assert resolved_yaml(replace(planned, scenario=again)) == text


def test_all_that_a_scenario_can_say_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "rich.yaml"
    path.write_text(RICH, encoding="utf-8")
    planned = runs.plan(scenarios.load(path))
    text = resolved_yaml(planned)
    again = verification.scenario_of(text)
    assert (again.title, again.description) == (planned.scenario.title, planned.scenario.description)
    assert again.canonical() == planned.scenario.canonical()
    assert runs.plan(again).digest == planned.digest
    assert resolved_yaml(replace(planned, scenario=again)) == text


@pytest.mark.parametrize(
    "text", ["", "title: 1\n", "settings: {\n", "scenario: {}\nsettings: {}\ntitle: a\n"]
)
def test_what_is_no_resolved_scenario_is_said_plainly(tmp_path: Path, text: str) -> None:
    (tmp_path / "scenario.resolved.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ResultsError, match="this is not a resolved scenario"):
        verification.stored_scenario(tmp_path)


def test_every_part_of_an_outcome_changes_its_hash() -> None:
    same = outcome_hash(outcome())
    assert outcome_hash(outcome()) == same
    tables = counts().tables()
    changed = [
        *(outcome(observers=replace(counts(), **{name: table + 1})) for name, table in tables.items()),
        outcome(account_ms=np.ones((1, 3, 2, 12), dtype=np.int64)),
        outcome(in_line=np.ones((2, 2), dtype=np.int32)),
        outcome(in_zone=np.ones((2, 2), dtype=np.int32)),
        outcome(busy_ms=np.array([8], dtype=np.int64)),
    ]
    assert len({same, *map(outcome_hash, changed)}) == 1 + len(changed)


def test_a_count_in_another_place_is_another_outcome() -> None:
    places = [(0, 0), (0, 1), (0, 8)]
    found = set()
    for place in places:
        times = counts().times.copy()
        times[place] = 1
        found.add(outcome_hash(outcome(observers=replace(counts(), times=times))))
    longer = np.zeros((1, 10), dtype=np.int32)
    longer[places[0]] = 1
    found.add(outcome_hash(outcome(observers=replace(counts(), times=longer))))
    assert len(found) == len(places) + 1


def test_what_else_was_kept_does_not_change_the_hash() -> None:
    kept = Passage(*(np.array(pair, dtype=np.int64) for pair in ([0, 0], [5, -1], [5, 5])))
    assert outcome_hash(outcome(passage=kept)) == outcome_hash(outcome())


def test_exits_that_were_not_kept_are_asked_for_in_vain() -> None:
    with pytest.raises(ValueError, match="run with passage=True"):
        _ = outcome().exit_ms


def test_the_hash_does_not_depend_on_how_an_outcome_lies_in_memory() -> None:
    spread = np.zeros((2, 4), dtype=np.int32)[:, ::2]
    big = np.array([7], dtype=">i8")
    assert outcome_hash(outcome(in_line=spread, busy_ms=big)) == outcome_hash(outcome())


def test_the_same_run_again_ends_in_the_same_outcomes_and_a_changed_one_is_named() -> None:
    made = runs.run(short(), engine="kernel")
    outcomes = {which: list(found) for which, found in made.outcomes.items()}
    manifest = {"outcomes": outcomes, "replications": 2, "counterfactual": True}
    assert reproduce(short(), manifest, REFERENCE).different == ()
    outcomes["counterfactual"][1] = "0" * 64
    assert reproduce(short(), manifest, REFERENCE).different == ((1, "counterfactual"),)
    first = reproduce(short(), manifest, REFERENCE, replications=1)
    assert (first.replications, first.different) == (1, ())
    assert reproduce(short(seed=2), manifest, REFERENCE, replications=1).different == (
        (0, "scenario"),
        (0, "counterfactual"),
    )


@pytest.mark.parametrize(
    "manifest",
    [
        {"replications": 2, "counterfactual": False},
        {"replications": 2, "counterfactual": False, "outcomes": {"scenario": ["a"]}},
        {"replications": 1, "counterfactual": True, "outcomes": {"scenario": ["a"]}},
        {"replications": 1, "counterfactual": False, "outcomes": 3},
    ],
)
def test_a_manifest_without_outcomes_gives_nothing_to_compare_with(manifest: dict[str, Any]) -> None:
    with pytest.raises(ResultsError, match="nothing to compare with"):
        reproduce(short(), manifest, REFERENCE)
