"""What a valid scenario becomes."""

from __future__ import annotations

import json
import pickle
from datetime import date
from pathlib import Path

import pytest

from kzsim import evidence
from kzsim.scenario import (
    Corridor,
    Scenario,
    ScenarioError,
    explain,
    json_schema,
    load,
    validate,
    without_corridors,
)

SCENARIOS = Path(__file__).parents[2] / "scenarios"
MS_PER_DAY = 86_400_000


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def scenario(text: str, *settings: str) -> Scenario:
    Path("a.yaml").write_text(text)
    return load("a.yaml", settings)


def message(text: str, *settings: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        scenario(text, *settings)
    return str(caught.value)


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_shipped_scenario_is_valid_and_without_warning(path: Path) -> None:
    assert validate(path) == ()


def test_the_shipped_scenarios_have_the_corridors_they_speak_of() -> None:
    base, everywhere = load(SCENARIOS / "baseline_2023.yaml"), load(SCENARIOS / "green_all.yaml")
    assert set(base.corridors) == {"bakhty", "nur_zholy"}
    assert tuple(base.corridors["bakhty"].measures) == evidence.corridor().in_force(
        "bakhty", date(2023, 3, 1)
    )
    assert set(everywhere.corridors) == set(evidence.crossings())
    assert load(SCENARIOS / "green_none.yaml").corridors == {}
    small = load(SCENARIOS / "minimal.yaml")
    assert (small.road, small.rail, small.days, small.replications) == (("bakhty",), (), 14, 4)


def test_what_is_not_said_has_its_default() -> None:
    made = scenario("title: A\n")
    assert (made.first_day, made.last_day) == (date(2023, 1, 1), date(2023, 12, 31))
    assert (made.run_in_ms, made.follow_up_ms) == (14 * MS_PER_DAY, 14 * MS_PER_DAY)
    assert (made.replications, made.seed, made.demand_factor) == (3, 1, 1.0)
    assert made.road == tuple(sorted(evidence.crossings()))
    assert made.rail == ("dostyk", "nur_zholy")
    assert made.corridors == {}
    assert set(made.origins.values()) == {"default", "a.yaml:1"}


def test_extending_merges_maps_replaces_lists_and_removes_with_null() -> None:
    Path("base.yaml").write_text(
        "title: Base\ndescription: old\nreplications: 7\nsimulate: {road: [bakhty, dostyk], rail: []}\n"
        "crossings:\n  bakhty:\n    road: {demand: 95 %, intake_kz_to_cn: 120 trucks/day}\n"
        "green_corridors: {bakhty: light, dostyk: heavy}\n"
    )
    made = scenario(
        "extends: base.yaml\ntitle: Child\nreplications: null\nsimulate: {road: [bakhty]}\n"
        "crossings:\n  bakhty:\n    road: {demand: 105 %, intake_kz_to_cn: null}\n"
        "green_corridors:\n  dostyk: null\n  bakhty: {compliance: 50 %, measures: {dedicated_lane: off}}\n"
    )
    assert (made.title, made.description, made.replications) == ("Child", "old", 3)
    assert (made.road, made.rail) == (("bakhty",), ())
    assert made.crossings["bakhty"].road.demand_factor == 1.05
    assert made.overrides == {}
    assert set(made.corridors) == {"bakhty"}
    assert set(made.corridors["bakhty"].measures) == {"priority_class"}
    assert made.corridors["bakhty"].compliance == 0.5
    assert made.origins["crossings.bakhty.road.demand"] == "a.yaml:7"
    assert made.origins["green_corridors.bakhty.bundle"] == "base.yaml:8"
    assert made.written["green_corridors.bakhty.compliance"] == "50 %"


def test_a_setting_of_the_command_line_says_the_same_as_the_file() -> None:
    said = scenario("title: A\ncrossings: {nur_zholy: {road: {intake_kz_to_cn: 300 trucks/day}}}\n")
    set_ = scenario("title: A\n", "crossings.nur_zholy.road.intake_kz_to_cn=300 trucks/day")
    assert said.canonical() == set_.canonical()
    assert set_.overrides == {"road.nur_zholy.kz_to_cn.quota.cn_intake": 300.0}
    assert set_.origins["crossings.nur_zholy.road.intake_kz_to_cn"] == "--set"


def test_later_settings_win_and_may_be_lists_maps_and_null() -> None:
    made = scenario(
        "title: A\nsimulate: {rail: []}\n",
        "seed=4",
        "seed=5",
        "simulate.road=[dostyk]",
        "simulate.rail=",
        "green_corridors.dostyk={bundle: light}",
        "parameters.road.dostyk.kz_to_cn.kz.documents.officers=4 officers",
    )
    assert made.seed == 5
    assert (made.road, made.rail) == (("dostyk",), ("dostyk", "nur_zholy"))
    assert set(made.corridors) == {"dostyk"}
    assert made.overrides == {"road.dostyk.kz_to_cn.kz.documents.officers": 4.0}


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("demand", "--set demand: write KEY=VALUE, for example --set demand='110 %'"),
        (
            "simulate.road=[null]",
            (
                "--set simulate.road=[null]: simulate.road[1]: expected a crossing with road "
                "(bakhty, dostyk, kalzhat, maikapchagai or nur_zholy), found nothing"
            ),
        ),
        ("=5", "--set =5: write KEY=VALUE, for example --set demand='110 %'"),
        ("extends=b.yaml", "--set extends=b.yaml: extends can only be said in a file"),
        ("demand=110", "--set demand=110: a unit is missing after 110: write it in %, for example '110 %'"),
        (
            "crossings.nur_zoly.road.demand=90 %",
            (
                "--set crossings.nur_zoly.road.demand=90 %: crossings.nur_zoly: "
                "unknown crossing 'nur_zoly', did you mean 'nur_zholy'?"
            ),
        ),
        (
            "crossings..road=1",
            "--set crossings..road=1: 'crossings..road' has an empty part between its dots",
        ),
        (
            "simulate.road=[bakhty",
            "--set simulate.road=[bakhty: a list in '[ ]' lacks a ',' or its closing ']'",
        ),
        (
            "demnad=110 %",
            "--set demnad=110 %: unknown key 'demnad', did you mean 'demand'?",
        ),
        (
            "demand.road=110 %",
            "--set demand.road=110 %: demand: expected a quantity in %, found a map; for example '110 %'",
        ),
    ],
)
def test_a_mistake_in_a_setting_is_reported_as_the_setting(setting: str, expected: str) -> None:
    assert message("title: A\n", setting) == expected


def test_mistakes_of_files_and_settings_come_in_one_order() -> None:
    Path("base.yaml").write_text("title: Base\nseed: x\n")
    lines = message("extends: base.yaml\nweather: bad\nreplications: x\n", "demand=1").splitlines()
    heads = [line.split(": ")[0] for line in lines if not line.startswith("  ")]
    assert heads == ["a.yaml:2:1", "a.yaml:3:15", "base.yaml:2:7", "--set demand=1"]


def test_a_value_set_by_the_child_hides_the_mistake_of_the_parent() -> None:
    Path("base.yaml").write_text("title: Base\nseed: x\n")
    assert scenario("extends: base.yaml\nseed: 9\n").seed == 9


def test_a_parameter_is_kept_in_the_unit_of_the_evidence() -> None:
    made = scenario(
        "title: A\nparameters:\n"
        "  road.all.kz_to_cn.kz.documents.time_loaded: 0.25 h\n"
        "  road.all.kz_to_cn.kz.scan.share_loaded: 35 %\n"
        "  road.all.kz_to_cn.equeue.enabled: off\n"
        "  road.all.kz_to_cn.equeue.overbooking_factor: 1.1\n"
    )
    assert made.overrides == {
        "road.all.kz_to_cn.kz.documents.time_loaded": 15.0,
        "road.all.kz_to_cn.kz.scan.share_loaded": 35.0,
        "road.all.kz_to_cn.equeue.enabled": False,
        "road.all.kz_to_cn.equeue.overbooking_factor": 1.1,
    }
    parameters = evidence.Parameters(made.year, made.overrides)
    assert parameters.get("road.bakhty.kz_to_cn.kz.documents.time_loaded").ms == 15 * 60_000


def test_all_crossings_are_spelled_out_where_each_has_an_entry_and_a_single_one_wins() -> None:
    made = scenario(
        "title: A\nparameters:\n"
        "  road.bakhty.kz_to_cn.kz.documents.officers: 5 officers\n"
        "  road.all.kz_to_cn.kz.documents.officers: 4 officers\n"
    )
    assert made.overrides == {
        f"road.{name}.kz_to_cn.kz.documents.officers": 5.0 if name == "bakhty" else 4.0
        for name in evidence.crossings()
    }
    evidence.Parameters(made.year, made.overrides)


def test_a_post_may_have_no_scanner_because_the_evidence_knows_such_posts() -> None:
    made = scenario("title: A\nparameters: {road.nur_zholy.both.kz.scan.scanners: 0 scanners}\n")
    assert made.overrides == {"road.nur_zholy.both.kz.scan.scanners": 0.0}


def test_hours_become_minutes_of_the_day() -> None:
    made = scenario(
        "title: A\ncrossings:\n  bakhty:\n    road:\n"
        '      hours_kz: ["08:00-12:00", 13:30-24:00]\n      hours_cn: [0:00-24:00]\n'
    )
    road = made.crossings["bakhty"].road
    assert road.hours_kz == ((480, 720), (810, 1440))
    assert road.hours_cn == ((0, 1440),)


def test_measures_are_switched_one_by_one_on_top_of_a_bundle() -> None:
    made = scenario(
        "title: A\ngreen_corridors:\n  dostyk:\n    bundle: standard\n    measures:\n"
        "      dedicated_lane: off\n"
        "      extended_hours: {directions: [cn_to_kz], sides: [kz]}\n"
    )
    measures = made.corridors["dostyk"].measures
    bundle = evidence.corridor().bundles["standard"]
    assert set(measures) == {*bundle, "extended_hours"} - {"dedicated_lane"}
    assert measures["extended_hours"].directions == ("cn_to_kz",)
    assert measures["extended_hours"].sides == ("kz",)
    assert measures["priority_class"].directions == ("kz_to_cn", "cn_to_kz")


def test_existing_is_what_was_in_force_on_the_first_day() -> None:
    made = scenario("title: A\nyear: 2025\nperiod: {from: 2025-10-01}\ngreen_corridors: {bakhty: existing}\n")
    assert "equeue_out_of_turn" in made.corridors["bakhty"].measures
    early = scenario("title: A\nyear: 2025\ngreen_corridors: {bakhty: existing}\n")
    assert "equeue_out_of_turn" not in early.corridors["bakhty"].measures


def test_existing_that_changes_within_the_period_warns() -> None:
    made = scenario("title: A\nyear: 2025\ngreen_corridors: {nur_zholy: existing}\n")
    (warning,) = made.warnings
    assert str(warning).splitlines()[0] == (
        "a.yaml:3:30: warning: green_corridors.nur_zholy: 2 measures start within the period and are left "
        "out: equeue_out_of_turn (2025-09-23) and xray_mutual_recognition (2025-10-01); "
        "'existing' is what was in force on the first day, 2025-01-01"
    )
    later = "title: A\nyear: 2025\nperiod: {from: 2025-10-01}\ngreen_corridors: {nur_zholy: existing}\n"
    assert scenario(later).warnings == ()


def test_an_existing_measure_that_not_all_use_has_its_share_unless_the_scenario_switches_it_on() -> None:
    text = "title: A\nyear: 2025\nperiod: {to: 2025-06-30}\ngreen_corridors:\n  nur_zholy: existing\n"
    made = scenario(text)
    (known,) = (e for e in evidence.corridor().existing["nur_zholy"] if e.measure == "inland_sealing")
    assert known.share is not None
    assert (known.share.low, known.share.base, known.share.high) == (0.05, 0.15, 0.4)
    assert made.uptake == {"nur_zholy": {"inland_sealing": 0.15}}
    assert made.canonical()["uptake"] == {"nur_zholy": {"inland_sealing": 0.15}}
    on = scenario(text, "green_corridors.nur_zholy.measures.inland_sealing=on")
    assert on.corridors == made.corridors
    assert on.uptake == {}
    assert scenario(text, "green_corridors.nur_zholy.measures.inland_sealing=off").uptake == {}
    assert scenario("title: A\ngreen_corridors: {nur_zholy: existing}\n").uptake == {}


def test_existing_where_nothing_existed_warns() -> None:
    made = scenario("title: A\ngreen_corridors: {kalzhat: existing}\n")
    assert made.corridors == {}
    (warning,) = made.warnings
    assert str(warning) == (
        "a.yaml:2:28: warning: green_corridors.kalzhat: no measure was in force at kalzhat on 2023-01-01; "
        "the first was priority_class, from 2023-08-01: there will be no corridor\n"
        "    2 | green_corridors: {kalzhat: existing}\n"
        "      |                            ^"
    )


def test_one_value_in_place_of_several_periods_warns() -> None:
    key = "parameters.road.nur_zholy.kz_to_cn.quota.cn_intake"
    fact = evidence.Parameters(2023).get(key.partition(".")[2])
    (warning,) = scenario("title: A\n", f"{key}={fact.number:g} trucks/day").warnings
    assert str(warning) == (
        f"--set {key}={fact.number:g} trucks/day: warning: replaces 4 periods (140 to 350) by one value"
    )
    intake = "crossings.nur_zholy.road.intake_kz_to_cn=204 trucks/day"
    assert "replaces 4 periods" in str(scenario("title: A\n", intake).warnings[0])
    everywhere = "parameters.road.all.kz_to_cn.quota.cn_intake=90 trucks/day"
    said = str(scenario("title: A\nyear: 2022\n", everywhere).warnings[-1])
    assert said.endswith("2 periods (0 to 36) at kalzhat and 3 periods (65 to 115) at nur_zholy by one value")
    assert scenario("title: A\n", key.replace("nur_zholy", "bakhty") + "=100 trucks/day").warnings == ()


def test_a_value_outside_its_range_warns_with_range_grade_and_source() -> None:
    made = scenario("title: A\ncrossings:\n  nur_zholy:\n    road: {intake_kz_to_cn: 800 trucks/day}\n")
    fact = evidence.Parameters(2023).get("road.nur_zholy.kz_to_cn.quota.cn_intake")
    text = str(made.warnings[0])
    assert text.startswith(
        "a.yaml:4:29: warning: crossings.nur_zholy.road.intake_kz_to_cn: "
        "800 trucks/day lies outside the evidence's range of 140 to 350 trucks/day (derived: "
    )
    assert all(source in text for source in fact.sources)


def test_an_intake_scaled_beyond_its_range_warns_and_one_that_is_set_is_not_judged_so() -> None:
    head = "title: A\ncrossings:\n  nur_zholy:\n    road: "
    (warning,) = scenario(head + "{intake_scale: 180 %}\n").warnings
    assert warning.key == "crossings.nur_zholy.road.intake_scale"
    assert warning.message.startswith("180 % lies outside the evidence's range of 68.6 to 172 % (derived: ")
    made = scenario(head + "{intake_scale: 150 %}\n")
    assert made.warnings == ()
    assert made.crossings["nur_zholy"].road.intake_factor == 1.5
    both = scenario(head + "{intake_scale: 180 %, intake_kz_to_cn: 200 trucks/day}\n")
    assert [one.key for one in both.warnings] == ["crossings.nur_zholy.road.intake_kz_to_cn"]


def test_demand_outside_the_range_of_a_crossing_warns_and_names_it() -> None:
    inside = scenario("title: A\nsimulate: {road: [bakhty], rail: []}\ndemand: 105 %\n")
    outside = scenario("title: A\nsimulate: {road: [bakhty], rail: [dostyk]}\ndemand: 300 %\n")
    assert inside.warnings == ()
    assert "300 % of the road demand at bakhty" in str(outside.warnings[0])
    assert "300 % of the rail demand at dostyk" in str(outside.warnings[0])


def test_own_settings_of_a_crossing_left_out_warn_but_inherited_ones_do_not() -> None:
    Path("base.yaml").write_text("title: Base\ngreen_corridors: {dostyk: light}\n")
    text = "extends: base.yaml\nsimulate: {road: [bakhty], rail: []}\n"
    assert scenario(text).warnings == ()
    own = scenario(text, "green_corridors.kalzhat=light")
    assert [str(warning) for warning in own.warnings] == [
        "--set green_corridors.kalzhat=light: warning: has no effect: kalzhat is not simulated"
    ]


def test_the_counterfactual_has_no_measures_and_the_same_compliance() -> None:
    made = scenario("title: A\ngreen_corridors: {bakhty: {bundle: heavy, compliance: 60 %}, dostyk: light}\n")
    without = without_corridors(made)
    assert without.corridors == {"bakhty": Corridor({}, 0.6)}
    assert {**without.canonical(), "corridors": 0} == {**made.canonical(), "corridors": 0}


def test_scenarios_that_mean_the_same_have_the_same_canonical_form() -> None:
    one = scenario("title: A\nrun_in: 14 day\ngreen_corridors: {bakhty: light, dostyk: none}\n")
    two = scenario(
        "title: B\ndescription: other words\nrun_in: 336 h\ncrossings: {bakhty: {road: {}}}\n"
        "green_corridors:\n  bakhty: {measures: {priority_class: on, dedicated_lane: true}}\n"
    )
    assert json.dumps(one.canonical()) == json.dumps(two.canonical())
    three = scenario("title: A\nrun_in: 14 day\nseed: 2\ngreen_corridors: {bakhty: light}\n")
    assert three.canonical() != one.canonical()


def test_a_scenario_travels_to_another_process() -> None:
    made = load(SCENARIOS / "green_all.yaml", ["crossings.bakhty.road.demand=130 %"])
    assert pickle.loads(pickle.dumps(made)) == made  # noqa: S301


def test_a_parent_that_is_missing_does_not_hide_other_mistakes_nor_add_any() -> None:
    text = message("extends: gone.yaml\nperiod: {from: 2025-01-01, to: 2025-01-03}\nseed: x\n")
    assert [line.split(": ")[0] for line in text.splitlines()[::3]] == ["a.yaml:1:10", "a.yaml:3:7"]


def test_explain_knows_every_key_of_the_schema_and_nothing_else() -> None:
    def every(above: str, depth: int = 0) -> list[str]:
        found = explain(above)
        assert found is not None, above
        assert found.meaning
        below = [] if depth > 5 else [f"{above}.{name}" for name, _ in found.below]
        return [above, *(key for name in below for key in every(name, depth + 1))]

    top = json_schema()["properties"]
    keys = [key for name in top for key in every(name)]
    assert "green_corridors.bakhty.measures.extended_hours.sides" in keys
    assert explain("weather") is None
    assert explain("crossings.dostik") is None
    assert explain("title.size") is None
    intake = explain("crossings.<crossing>.road.intake_kz_to_cn")
    assert intake is not None
    assert intake.example == "800 trucks/day"


def test_explain_of_a_shortcut_names_its_entry_of_the_evidence() -> None:
    found = explain("crossings.bakhty.road.intake_kz_to_cn")
    assert found is not None
    assert found.evidence_key == "road.bakhty.kz_to_cn.quota.cn_intake"
    assert evidence.Parameters(2023).find(found.evidence_key or "") is not None


def test_explain_of_a_measure_tells_what_it_changes() -> None:
    found = explain("green_corridors.bakhty.measures.extended_hours")
    assert found is not None
    assert any("hours.agri_extra" in line for line in found.details)


def test_the_json_schema_knows_names_and_allows_words_and_null() -> None:
    schema = json_schema()
    assert schema["additionalProperties"] is False
    assert set(schema["properties"]) >= {"title", "extends", "green_corridors", "parameters"}
    text = json.dumps(schema)
    assert "maikapchagai" in text
    assert "release_on_passing" in text
    assert {"type": "null"} in schema["properties"]["demand"]["anyOf"]
    assert {"const": "none"} in schema["properties"]["green_corridors"]["anyOf"]
