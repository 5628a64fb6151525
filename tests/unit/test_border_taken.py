"""All that a run takes from the evidence stands in its resolved scenario."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

import kzsim.border
from kzsim import evidence
from kzsim.experiments import plan
from kzsim.experiments.resolved import resolved_yaml
from kzsim.scenario import Corridor, CrossingSettings, RoadSettings, Scenario, Scope
from tests.unit.border_cases import BOTH_SIDES, BOTH_WAYS, bundle, scenario

CROSSINGS = tuple(evidence.crossings())
BY_RAIL = tuple(name for name, there in evidence.crossings().items() if "rail" in there.modes)
FIRST = date(2023, 3, 18)
GRADES = {*evidence.conventions().grades, "scenario"}


def resolved(case: Scenario) -> dict[str, dict[str, Any]]:
    text = resolved_yaml(plan(case))
    found: dict[str, dict[str, Any]] = yaml.safe_load(text)["data"]
    return found


@pytest.fixture(scope="module")
def everywhere() -> dict[str, dict[str, Any]]:
    corridor = Corridor(dict.fromkeys(bundle("standard"), Scope(BOTH_WAYS, BOTH_SIDES)))
    case = scenario(FIRST, 10, road=CROSSINGS, rail=BY_RAIL, corridors=dict.fromkeys(CROSSINGS, corridor))
    return resolved(case)


def test_hours_and_closed_days_of_each_simulated_crossing_are_in_the_file(
    everywhere: dict[str, dict[str, Any]],
) -> None:
    for name, there in evidence.crossings().items():
        for side in BOTH_SIDES:
            known = there.hours_on(side, FIRST) or there.hours[side][0]
            entry = everywhere[f"road.{name}.hours.{side}.{known.first}"]
            first, last = known.open[0]
            assert entry["open"][0] == f"{first // 60:02d}:{first % 60:02d}-{last // 60:02d}:{last % 60:02d}"
            assert (entry["grade"], tuple(entry["sources"])) == (known.grade, known.sources)
        assert set(everywhere[f"road.{name}.weekly_closed"]) == {"kz", "cn", "grade", "sources"}
        closed = {
            day
            for key, entry in everywhere.items()
            if key.startswith(f"road.{name}.closed_dates.")
            for side in BOTH_SIDES
            for day in entry[side]
        }
        expected = {one.day for one in there.closed_dates[2023] if 0 <= (one.day - FIRST).days < 10}
        assert closed == {day.isoformat() for day in expected}


def test_trucks_and_trains_of_each_simulated_crossing_are_in_the_file(
    everywhere: dict[str, dict[str, Any]],
) -> None:
    for name in CROSSINGS:
        demand = evidence.road_demand(name, 2023)
        total = everywhere[f"demand.road.{name}.trucks_each_way"]
        assert (total["value"], total["grade"]) == (
            demand.trucks_each_way.value,
            demand.trucks_each_way.grade,
        )
        for direction, flows in demand.flows.items():
            for klass, flow in flows.items():
                entry = everywhere[f"demand.road.{name}.{direction}.{klass}"]
                assert (entry["trucks"], entry["load_t"]) == (flow.trucks, flow.load_t)
        assert f"profiles.monthly.all_trucks.{name}" in everywhere
    for name in BY_RAIL:
        for direction, trains in evidence.rail_demand(name, 2023).flows.items():
            for klass, train in trains.items():
                entry = everywhere[f"demand.rail.{name}.{direction}.{klass}"]
                assert entry["trains_per_day"] == train.trains_per_day.value
                assert entry["net_t_per_train"] == pytest.approx(
                    train.net_t_per_train, rel=0.01
                )  # wagon by wagon


def test_profiles_and_variation_are_in_the_file(everywhere: dict[str, dict[str, Any]]) -> None:
    known = evidence.profiles()
    # trucks are booked in Kazakhstan, and loads from China come so long after their trucks were
    assert everywhere["profiles.weekday.kz_to_cn"]["share"] == list(known.weekday["kz_to_cn"].share)
    assert len(everywhere["profiles.hour_of_day.kz_to_cn_day_post"]["share"]) == 24
    assert not {"profiles.weekday.cn_to_kz", "profiles.hour_of_day.cn_to_kz_day_post"} & set(everywhere)
    assert everywhere["profiles.hour_of_day.rail"]["clock"] == known.hour_of_day["rail"].clock
    assert everywhere["profiles.day_to_day_cv.rail"]["cv"] == known.day_to_day_cv["rail"]
    assert everywhere["profiles.monthly.rail_container"]["grade"] == known.monthly["rail_container"].grade


def test_the_measures_in_force_at_each_crossing_and_what_they_change_are_in_the_file(
    everywhere: dict[str, dict[str, Any]],
) -> None:
    menu = evidence.corridor()
    for name in CROSSINGS:
        assert everywhere[f"corridor.{name}.compliance"]["share"] == menu.compliance.base
        for measure in bundle("standard"):
            assert everywhere[f"corridor.{name}.{measure}"]["directions"] == sorted(BOTH_WAYS)
    for measure in bundle("standard"):
        for change in menu.measures[measure].changes:
            entry = everywhere[f"measures.{measure}.{change.param}"]
            assert (entry["op"], entry["value"], entry["grade"]) == (change.op, change.base, change.grade)
    assert not any(key.startswith("measures.extended_hours") for key in everywhere)


def test_every_entry_has_a_grade_and_every_grade_but_the_scenarios_a_source(
    everywhere: dict[str, dict[str, Any]],
) -> None:
    assert {entry["grade"] for entry in everywhere.values()} <= GRADES
    bare = {
        key for key, entry in everywhere.items() if entry["grade"] != "scenario" and not entry.get("sources")
    }
    assert all(key.startswith("profiles.monthly.all_trucks.") for key in bare)


def test_what_the_scenario_sets_has_its_grade_and_what_is_not_simulated_is_not_there() -> None:
    hours = CrossingSettings(road=RoadSettings(hours_kz=((8 * 60, 20 * 60),)))
    case = replace(
        scenario(FIRST, 5),
        crossings={"bakhty": hours},
        corridors={"bakhty": Corridor({}, compliance=0.5)},
    )
    found = resolved(case)
    assert found["road.bakhty.hours.kz"] == {"open": ["08:00-20:00"], "grade": "scenario"}
    assert found["corridor.bakhty.compliance"]["grade"] == "scenario"
    assert not any("dostyk" in key or ".rail" in key for key in found)


def test_the_border_reads_demand_and_profiles_only_where_it_remembers_them() -> None:
    folder = Path(kzsim.border.__file__).parent
    read = re.compile(r"evidence\.(road_demand|rail_demand|profiles)\(")
    files = {file.name for file in folder.glob("*.py") if read.search(file.read_text(encoding="utf-8"))}
    assert files == {"taking.py"}
