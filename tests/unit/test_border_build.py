"""The whole border as one network."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import kzsim.border
from kzsim import evidence
from kzsim.border import build
from kzsim.draws import draw
from kzsim.experiments.models import make_model
from kzsim.network.compile import compile_network
from kzsim.network.model import DelayStage
from kzsim.network.program import NONE
from kzsim.scenario import Corridor, Scope
from tests.unit.border_cases import BOTH_SIDES, BOTH_WAYS, DAY_MS, bundle, scenario, with_measures

CROSSINGS = tuple(evidence.crossings())
PAGE = Path(__file__).parents[2] / "docs" / "border-model.md"
BY_RAIL = tuple(name for name, there in evidence.crossings().items() if "rail" in there.modes)


def everywhere(name: str) -> dict[str, Corridor]:
    measures = {measure: Scope(BOTH_WAYS, BOTH_SIDES) for measure in bundle(name)}
    return dict.fromkeys(CROSSINGS, Corridor(measures))


def test_medians_at_a_post_are_of_the_places_of_which_its_means_are() -> None:
    case = scenario(days=5, road=CROSSINGS, rail=BY_RAIL)
    layout, program = (made := make_model(case)).layout, made.program
    assert layout.spans == program.span_names == ("kz", "cn")
    of_place = [layout.spans.index(info.side) if info.side in layout.spans and info.at_post else NONE
                for info in layout.elements]  # fmt: skip
    assert program.element_span.tolist() == of_place
    assert {*of_place} == {NONE, 0, 1}


@pytest.mark.parametrize("corridor", ["none", "light", "standard", "heavy"])
def test_all_crossings_and_modes_make_a_network_that_compiles(corridor: str) -> None:
    case = scenario(days=5, road=CROSSINGS, rail=BY_RAIL)
    if corridor != "none":
        case = replace(case, corridors=everywhere(corridor))
    border = build(case)
    program = compile_network(border.network)
    assert set(border.elements) == set(program.element_names)
    assert len(border.groups) == border.network.n_groups


@pytest.mark.parametrize("year", [2022, 2023, 2025])
def test_every_year_of_the_evidence_has_all_that_a_network_needs(year: int) -> None:
    first = scenario().first_day.replace(year=year)
    border = build(scenario(first, 2, road=CROSSINGS, rail=BY_RAIL))
    compile_network(border.network)
    assert border.start.date() == first


def test_a_policy_without_effect_gives_an_equal_network_and_the_same_draws() -> None:
    plain, empty = build(scenario()), build(with_measures())
    assert empty.network == plain.network
    assert empty.groups == plain.groups
    a, b = (draw(compile_network(border.network), 1, 0) for border in (plain, empty))
    assert np.array_equal(a.arrival_ms, b.arrival_ms)
    assert all(np.array_equal(x, y) for x, y in zip(a.duration_ms, b.duration_ms, strict=True))


def test_a_corridor_leaves_arrivals_and_work_of_trucks_outside_it_as_they_were() -> None:
    plain = build(scenario())
    green = build(with_measures(*bundle("standard")))
    a, b = (draw(compile_network(border.network), 1, 0) for border in (plain, green))
    assert np.array_equal(a.arrival_ms, b.arrival_ms)
    compliant = np.array([label.compliant for label in plain.groups])
    assert np.array_equal(a.group, b.group)
    outside = ~compliant[a.group]
    assert np.array_equal(a.free_flow_ms[outside], b.free_flow_ms[outside])
    assert (b.free_flow_ms[~outside] <= a.free_flow_ms[~outside]).mean() > 0.9


def test_groups_say_whom_they_count() -> None:
    border = build(with_measures(*bundle("standard")))
    for source in border.network.sources:
        _, crossing, leg, trip, *empty = source.name.split(".")
        there, back = trip.split("_for_")
        # whoever gave up waiting for a load goes home empty
        klass = back if leg == "cn_to_kz" else there
        direction = "cn_to_kz" if leg == "cn_to_kz" else "kz_to_cn"
        for kind in source.kinds:
            label = border.groups[kind.group]
            assert (label.crossing, label.direction) == (crossing, direction)
            assert label.klass == (empty[0] if empty else klass)
            assert label.leg == (leg if leg in ("home", "yard") else "crossing")
            assert label.compliant == kind.name.startswith("compliant")
            assert label.corridor == (
                "user" if label.compliant else "eligible_nonuser" if label.eligible else "other"
            )


def test_trucks_of_eligible_classes_are_agricultural_and_those_without_a_load_are_not_loaded() -> None:
    groups = build(scenario()).groups
    assert {group.klass for group in groups if group.agricultural} == set(
        evidence.corridor().eligible_classes
    )
    assert {group.klass for group in groups if not group.loaded} == {"empty"}
    assert all(group.agricultural == group.eligible for group in groups)


def test_what_two_directions_share_stands_in_the_network_once() -> None:
    border = build(scenario())
    names = [stage.name for stage in border.network.stages]
    assert names.count("bakhty.kz.scan") == names.count("bakhty.cn.scan") == 1
    assert border.elements["bakhty.kz.scan"].direction == "both"


def test_a_side_without_scanners_has_no_scanning() -> None:
    border = build(scenario(overrides={"road.bakhty.both.kz.scan.scanners": 0.0}))
    assert "bakhty.kz.scan" not in border.elements
    assert "bakhty.cn.scan" in border.elements
    steps = {step.name for route in border.network.routes for step in route.steps}
    assert "kz.move.scan" not in steps


def test_the_cohort_leaves_out_run_in_and_follow_up() -> None:
    border = build(scenario())
    assert border.network.cohort_ms == (DAY_MS, 13 * DAY_MS)


def test_places_are_given_up_where_the_trucks_truly_leave_them() -> None:
    border = build(scenario())
    places: dict[str, dict[str, tuple[str, str, str]]] = {}
    for route in border.network.routes:
        held = {
            zone.zone.rpartition(".")[2]: (zone.first, zone.last, zone.give_up) for zone in route.occupancies
        }
        places[route.name.removeprefix("road.bakhty.")] = held
    post = ("kz.entry_gate", "kz.exit_gate", "end")
    there = {
        "waiting_area": ("approach", "kz.entry_gate", "start"),
        "yard": post,
        "strip": ("neutral", "cn.entry_gate", "start"),
    }
    back = {"yard": post, "strip": ("neutral", "kz.entry_gate", "start")}
    assert places["kz_to_cn.general"] == {**there, "truck_places": ("yard_drive", "unload", "end")}
    assert places["kz_to_cn.empty"] == {**there, "truck_places": ("yard_drive", "yard_drive", "end")}
    assert places["yard"] == {"truck_places": ("pairing", "pairing", "end")}
    assert places["cn_to_kz.general"] == {**back, "cargo_places": ("pairing", "handover", "end")}
    assert places["cn_to_kz.empty"] == back
    assert places["home"] == {}


def test_trucks_that_go_home_empty_take_no_load_over_and_those_that_came_empty_unload_nothing() -> None:
    routes = {route.name: {step.name for step in route.steps} for route in build(scenario()).network.routes}
    assert (
        not {"approach", "pairing", "handover", "handover.warehouse"} & routes["road.bakhty.cn_to_kz.empty"]
    )
    taken_over = {"approach", "pairing", "handover", "handover.warehouse"}
    assert taken_over <= routes["road.bakhty.cn_to_kz.perishable"]
    assert "unload" in routes["road.bakhty.kz_to_cn.perishable"]
    assert "unload" not in routes["road.bakhty.kz_to_cn.empty"]


def test_the_parameters_used_are_remembered_with_the_scenarios_own_values() -> None:
    key = "road.bakhty.kz_to_cn.kz.documents.officers"
    used = build(scenario(overrides={key: 7.0})).parameters.used
    assert used[key].grade == "scenario"
    assert used["road.bakhty.kz_to_cn.approach.time"].key == "road.all.kz_to_cn.approach.time"


def test_papers_may_be_held_round_the_clock() -> None:
    case = with_measures(
        "extended_hours", overrides={"road.bakhty.both.documents.hold_in_open_hours_only": False}
    )
    holds = [s for s in build(case).network.stages if "documents_hold" in s.name]
    assert len(holds) == 4
    assert all(isinstance(hold, DelayStage) and hold.open is None for hold in holds)


def test_the_page_on_the_model_names_every_road_parameter_that_the_model_reads() -> None:
    page = PAGE.read_text(encoding="utf-8")
    measures = tuple(evidence.corridor().measures)
    for key in build(with_measures(*measures, crossing="nur_zholy")).parameters.used:
        tail = re.sub(r"^road\.\w+\.(both\.|kz_to_cn\.|cn_to_kz\.)?((kz|cn)\.)?", "", key)
        assert f"`{tail}`" in page, key
    for measure in measures:
        assert f"`{measure}`" in page


def test_the_border_package_names_no_crossing() -> None:
    folder = Path(kzsim.border.__file__).parent
    names = "|".join(CROSSINGS)
    for file in sorted(folder.glob("*.py")):
        assert not re.search(names, file.read_text(encoding="utf-8")), file.name
