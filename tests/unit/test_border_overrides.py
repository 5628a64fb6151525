"""What becomes of the values that a scenario sets."""

from __future__ import annotations

from pathlib import Path

import pytest

from kzsim import evidence
from kzsim.border import build, reads, unread_overrides
from kzsim.border.assemble import assemble
from kzsim.border.overrides import NOT_HERE, NOT_MODELLED, NOT_SIMULATED
from kzsim.evidence import Parameters
from kzsim.scenario import load
from tests.unit.border_cases import scenario, with_measures

YEAR = 2023
CROSSINGS = tuple(evidence.crossings())
BY_RAIL = tuple(name for name, there in evidence.crossings().items() if "rail" in there.modes)
ALL_OF_IT = {"road": CROSSINGS, "rail": BY_RAIL}


def own_values(keys: list[str]) -> dict[str, float | bool | str]:
    """The evidence's own values of those keys that have one in this year and are no lists."""
    params = Parameters(YEAR)
    facts = {key: params.find(key) for key in keys}
    return {key: fact.value for key, fact in facts.items() if fact and not isinstance(fact.value, tuple)}


def test_every_override_that_the_model_never_reads_is_warned_of() -> None:
    unused = [key for key in evidence.requestable_keys() if not reads(key)]
    overrides = own_values(unused)
    assert len(overrides) > 100
    border = build(scenario(days=3, overrides=overrides, **ALL_OF_IT))
    assert {problem.key for problem in border.warnings} == {f"parameters.{key}" for key in overrides}
    assert {problem.message for problem in border.warnings} == {NOT_MODELLED}
    assert {problem.short for problem in border.warnings} <= set(border.notes)


def test_no_override_that_the_model_reads_is_called_not_modelled() -> None:
    used = [key for key in evidence.requestable_keys() if reads(key)]
    border = build(scenario(days=3, overrides=own_values(used), **ALL_OF_IT))
    assert NOT_MODELLED not in {problem.message for problem in border.warnings}


def test_whatever_a_scenario_reads_is_known_to_be_read() -> None:
    measures = tuple(evidence.corridor().measures)
    for case in (scenario(days=3, **ALL_OF_IT), with_measures(*measures, crossing="nur_zholy")):
        assert all(reads(key) for key in assemble(case).parameters.used)


@pytest.mark.parametrize(
    ("key", "known"),
    [
        ("road.all.kz_to_cn.kz.documents.officers", True),
        ("road.bakhty.kz_to_cn.kz.documents.officers", True),
        ("road.bakhty.kz_to_cn.kz.documents.officers@2025", True),
        ("road.all.kz_to_cn.approach.time", True),
        ("road.all.kz_to_cn.equeue.priority_share_cap", True),
        ("road.bakhty.kz_to_cn.equeue.slots", True),
        ("rail.dostyk.kz_to_cn.slots", True),
        ("rail.all.both.shunting.time", False),
        ("rail.dostyk.kz_to_cn.platforms.pool", True),
        ("road.bakhty.cn_to_kz.handover.bays", True),
        ("road.bakhty.both.kz.post_capacity", False),
        ("road.all.kz_to_cn.equeue.rebook_delay", True),
        ("road.all.kz_to_cn.equeue.paid_express_share_cap", True),
        ("road.all.kz_to_cn.equeue.fee", False),
        ("road.all.kz_to_cn.choice.flexible_share", True),
        ("road.all.kz_to_cn.choice.switching_time", True),
        ("road.all.kz_to_cn.choice.road_speed", True),
        ("road.all.cn_to_kz.handover.match_rule", False),
        ("no.such.entry", False),
    ],
)
def test_reads_tells_whether_a_key_is_read_for_some_scenario(key: str, known: bool) -> None:
    assert reads(key) == known


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def warnings(text: str, *settings: str) -> list[str]:
    Path("a.yaml").write_text(text)
    return [str(problem).splitlines()[0] for problem in build(load("a.yaml", settings)).warnings]


HEAD = "title: A\nperiod: {from: 2023-03-01, to: 2023-03-08}\nrun_in: 1 day\nfollow_up: 1 day\n"
ROAD = HEAD + "simulate: {road: [bakhty], rail: []}\n"


@pytest.mark.usefixtures("folder")
def test_a_setting_without_effect_is_named_at_its_place() -> None:
    assert warnings(
        f"{ROAD}parameters:\n"
        "  road.all.kz_to_cn.equeue.booking_horizon: 12 day\n"
        "  road.bakhty.kz_to_cn.kz.documents.officers: 5 officers\n"
        "  road.dostyk.kz_to_cn.kz.documents.officers: 5 officers\n"
        "  road.bakhty.kz_to_cn.equeue.priority_share_cap: 4 %\n",
        "parameters.rail.all.both.shunting.time=2 h",
    ) == [
        f"a.yaml:7:3: warning: parameters.road.all.kz_to_cn.equeue.booking_horizon: {NOT_MODELLED}",
        f"a.yaml:9:3: warning: parameters.road.dostyk.kz_to_cn.kz.documents.officers: {NOT_SIMULATED}",
        f"a.yaml:10:3: warning: parameters.road.bakhty.kz_to_cn.equeue.priority_share_cap: {NOT_HERE}",
        f"--set parameters.rail.all.both.shunting.time=2 h: warning: {NOT_MODELLED}",
    ]


@pytest.mark.usefixtures("folder")
def test_what_is_set_for_all_crossings_has_an_effect_if_one_of_them_reads_it() -> None:
    officers = "parameters: {road.all.kz_to_cn.kz.documents.officers: 6 officers}\n"
    assert warnings(ROAD + officers) == []
    assert warnings(f"{HEAD}simulate: {{road: [], rail: [dostyk]}}\n{officers}") == [
        (
            "a.yaml:6:14: warning: parameters.road.all.kz_to_cn.kz.documents.officers: "
            "has no effect: no crossing with road is simulated"
        )
    ]


@pytest.mark.usefixtures("folder")
def test_what_a_parent_sets_for_a_crossing_left_out_is_passed_over() -> None:
    Path("base.yaml").write_text(
        f"{HEAD}parameters: {{road.dostyk.kz_to_cn.kz.documents.officers: 5 officers, "
        "road.all.kz_to_cn.equeue.booking_horizon: 12 day}\n"
    )
    found = warnings("extends: base.yaml\nsimulate: {road: [bakhty], rail: []}\n")
    assert [text.partition(" warning: ")[2] for text in found] == [
        f"parameters.road.all.kz_to_cn.equeue.booking_horizon: {NOT_MODELLED}"
    ]


@pytest.mark.usefixtures("folder")
def test_a_crossing_left_out_is_not_warned_of_twice() -> None:
    Path("a.yaml").write_text(f"{ROAD}crossings: {{dostyk: {{road: {{intake_kz_to_cn: 100 trucks/day}}}}}}\n")
    made = load("a.yaml")
    assert ["dostyk is not in simulate.road" in problem.message for problem in made.warnings] == [True]
    assert build(made).warnings == ()


@pytest.mark.usefixtures("folder")
def test_a_number_of_slots_hides_the_overbooking_factor() -> None:
    factor = "parameters.road.bakhty.kz_to_cn.equeue.overbooking_factor=1.2"
    slots = "parameters.road.bakhty.kz_to_cn.equeue.slots=105 trucks/day"
    assert warnings(ROAD, factor) == []
    unit = Parameters(YEAR).get("road.bakhty.kz_to_cn.equeue.slots").unit.split(" (")[0]
    found = warnings(ROAD, factor, slots.replace("trucks/day", unit))
    assert found == [f"--set {factor}: warning: {NOT_HERE}"]


@pytest.mark.usefixtures("folder")
def test_a_setting_that_a_measure_replaces_is_named() -> None:
    key = "parameters.rail.dostyk.kz_to_cn.cn.grain.lab_hold"
    rail = f"{HEAD}simulate: {{road: [], rail: [dostyk, nur_zholy]}}\n"
    corridor = "green_corridors: {dostyk: {measures: {agri_lab_on_site: on}}}\n"
    assert warnings(rail, f"{key}=48 h") == []
    assert warnings(rail + corridor, f"{key}=48 h") == [
        (
            f"--set {key}=48 h: warning: the measure agri_lab_on_site sets 24 h instead for users of the "
            "corridor at Dostyk (KZ to CN)"
        )
    ]


def test_without_overrides_nothing_is_looked_for() -> None:
    assert build(scenario(days=3)).warnings == ()
    assert unread_overrides(scenario(days=3), assemble(scenario(days=3))) == ()
