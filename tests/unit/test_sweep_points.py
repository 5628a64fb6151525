from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kzsim import border, evidence
from kzsim.experiments.sweeps import (
    Checked,
    InvalidPointsError,
    Points,
    check_points,
    describe,
    load_judged,
    make_points,
    point_digest,
    point_rows,
    sweep_digest,
    validate_sweep,
)
from kzsim.experiments.sweeps.unknowns import COMPLIANCE, read_by, weighs
from kzsim.scenario import ScenarioError, is_sweep, load, load_sweep
from kzsim.scenario.problems import MOST_PROBLEMS
from tests.unit.test_sweep_files import BASE, HEAD

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "scenarios" / "sweeps").glob("*.yaml"))
GRID = """\
design: grid
parameters:
  demand: {from: 90 %, to: 110 %, steps: 3}
  green_corridors.bakhty: {values: [none, standard]}
"""
WORLDS = "design: latin_hypercube\npoints: 20\nover: evidence\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    (tmp_path / "sweeps").mkdir()
    return tmp_path / "sweeps"


def points_of(folder: Path, text: str, base: str = BASE) -> Points:
    (folder.parent / "base.yaml").write_text(base, encoding="utf-8")
    (folder / "mine.yaml").write_text(HEAD + text, encoding="utf-8")
    return make_points(load_sweep(folder / "mine.yaml"))


def checked(folder: Path, text: str, base: str = BASE) -> Checked:
    return check_points(points_of(folder, text, base))


# --- points -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_point_of_a_shipped_sweep_is_a_valid_scenario(path: Path) -> None:
    made = check_points(make_points(load_sweep(path)))
    assert len(made.digests) == len(set(made.digests)) == len(made.points) >= 36
    assert made.points.scenario(len(made.points) - 1).crossings


def test_there_are_the_two_sweeps_that_the_documentation_names() -> None:
    assert [path.stem for path in SHIPPED] == ["evidence_ranges", "intake_nur_zholy"]


def test_a_point_is_the_scenario_that_set_would_make(folder: Path) -> None:
    points = points_of(folder, GRID)
    settings = ["demand=100 %", "green_corridors.bakhty=standard"]
    expected = load(folder.parent / "base.yaml", settings)
    assert points.values(3) == {"demand": "100 %", "green_corridors.bakhty": "standard"}
    assert points.scenario(3).canonical() == expected.canonical()


def test_points_are_numbered_with_the_last_key_fastest_and_do_not_hang_on_each_other(folder: Path) -> None:
    points = points_of(folder, GRID)
    factors = [points.scenario(number).demand_factor for number in reversed(range(6))]
    assert factors == [1.1, 1.1, 1.0, 1.0, 0.9, 0.9]
    assert points.scenario(1).corridors
    assert not points.scenario(2).corridors


def test_a_point_knows_its_numbers_and_their_units(folder: Path) -> None:
    points = points_of(folder, GRID)
    assert points.numbers(2) == {"demand": 100.0, "green_corridors.bakhty": None}
    assert points.units == {"demand": "%", "green_corridors.bakhty": ""}


def test_the_rows_of_a_list_are_its_points(folder: Path) -> None:
    made = checked(folder, "design: list\nrows: [{demand: 90 %}, {demand: 95 %, run_in: 2 day}]\n")
    assert made.points.names == ("demand", "run_in")
    assert [made.points.values(0), made.points.values(1)] == [
        {"demand": "90 %"},
        {"demand": "95 %", "run_in": "2 day"},
    ]
    assert made.points.scenario(1).run_in_ms == 2 * 86_400_000


def test_the_rows_of_a_list_have_numbers_in_the_unit_of_their_key(folder: Path) -> None:
    points = points_of(
        folder, "design: list\nrows: [{run_in: 12 h, green_corridors: none}, {demand: 90 %}]\n"
    )
    assert points.units == {"run_in": "day", "green_corridors": "", "demand": "%"}
    assert points.numbers(0) == {"run_in": 0.5, "green_corridors": None}
    assert points.numbers(1) == {"demand": 90.0}


def test_more_coordinates_than_can_be_held_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kzsim.experiments.sweeps.points.MOST_CELLS", 400)
    with pytest.raises(
        ScenarioError, match=r"20 points of \d+ varied values each are more than fit; at most \d"
    ):
        points_of(folder, WORLDS)


def test_a_sampled_design_spreads_intervals_and_values(folder: Path) -> None:
    text = """\
design: sobol
points: 16
parameters:
  demand: {from: 80 %, to: 120 %}
  crossings.bakhty.road.intake_kz_to_cn: {from: 75 trucks/day, to: 200 trucks/day}
  green_corridors.bakhty: {values: [none, standard]}
"""
    points = points_of(folder, text)
    demand = sorted(points.numbers(number)["demand"] or 0 for number in range(16))
    assert all(80 + 2.5 * number <= value < 82.5 + 2.5 * number for number, value in enumerate(demand))
    corridors = [points.values(number)["green_corridors.bakhty"] for number in range(16)]
    assert (corridors.count("none"), corridors.count("standard")) == (8, 8)
    check_points(points)  # trucks a day are whole numbers, or this would fail


def test_the_origin_of_a_value_is_the_line_of_the_sweep_file(folder: Path) -> None:
    points = points_of(folder, GRID)
    assert points.scenario(0).origins["demand"].endswith("mine.yaml:5")


def test_every_invalid_point_is_reported_with_its_values(folder: Path) -> None:
    text = (
        "design: grid\nparameters: {run_in: {values: [3 day, 12 day]}, follow_up: {values: [1 day, 4 day]}}\n"
    )
    with pytest.raises(InvalidPointsError) as caught:
        checked(folder, text)
    assert [one.number for one in caught.value.invalid] == [3]
    assert str(caught.value).startswith("point 3 (run_in = 12 day, follow_up = 4 day): ")
    assert "mine.yaml:4:" in str(caught.value)
    assert "leave nothing of the period" in str(caught.value)


def test_a_message_about_thousands_of_invalid_points_stays_short(folder: Path) -> None:
    text = "design: grid\nparameters: {run_in: {from: 20 day, to: 40 day, steps: 201}}\n"
    with pytest.raises(InvalidPointsError) as caught:
        checked(folder, text)
    assert len(caught.value.invalid) == 201
    lines = str(caught.value).splitlines()
    assert len(lines) == MOST_PROBLEMS + 1
    assert lines[-1] == "and 101 more of 201 points"


def test_a_warning_is_given_once_however_many_points_it_concerns(folder: Path) -> None:
    text = GRID.replace("110 %", "390 %")
    messages = [problem.message for problem in checked(folder, text).warnings]
    assert sum("390 % of the road demand" in message for message in messages) == 1


def test_warnings_that_differ_in_the_value_alone_are_one(folder: Path) -> None:
    text = "design: grid\nparameters: {demand: {from: 300 %, to: 380 %, steps: 5}}\n"
    (said,) = [one.message for one in checked(folder, text).warnings if "outside" in one.message]
    assert "380 % of the road demand" in said
    assert said.endswith("; so it is with 4 more values at other points")


def test_misnamed_indicators_and_ranges_are_reported_with_all_other_mistakes(folder: Path) -> None:
    text = (
        "design: latin_hypercube\nindicators: [delya]\nover: [demand.road.bakthy]\npoints: 0\n"
        "replications: none\n"
    )
    (folder.parent / "base.yaml").write_text(BASE, encoding="utf-8")
    (folder / "mine.yaml").write_text(HEAD + text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_judged(folder / "mine.yaml")
    assert [(one.line, one.key) for one in caught.value.problems] == [
        (4, "indicators"),
        (5, "over"),
        (6, "points"),
        (7, "replications"),
    ]
    assert "did you mean 'delay'?" in caught.value.problems[0].message
    assert "did you mean 'demand.road.bakhty'?" in caught.value.problems[1].message


def test_an_invalid_point_is_a_warning_of_the_file_unless_all_are(folder: Path) -> None:
    (folder.parent / "base.yaml").write_text(BASE, encoding="utf-8")
    rows = "design: list\nrows:\n  - {follow_up: 9 day, run_in: 9 day}\n"
    path = folder / "mine.yaml"
    path.write_text(HEAD + rows + "  - {demand: 90 %}\n", encoding="utf-8")
    assert {one.severity for one in validate_sweep(path)} == {"warning"}
    assert all(one.message.startswith("point 0 (follow_up = 9 day") for one in validate_sweep(path))
    path.write_text(HEAD + rows, encoding="utf-8")
    assert {one.severity for one in validate_sweep(path)} == {"error"}


def test_a_sweep_file_is_told_by_its_keys(folder: Path) -> None:
    (folder / "mine.yaml").write_text("title: A\ndesing: grid\nscenario: x.yaml\n", encoding="utf-8")
    assert is_sweep(folder / "mine.yaml")
    (folder / "mine.yaml").write_text(
        "title: A\nextends: x.yaml\ndesign: grid\nyear: 2023\n", encoding="utf-8"
    )
    assert not is_sweep(folder / "mine.yaml")
    assert not is_sweep(folder / "missing.yaml")


def test_an_unknown_indicator_is_refused_with_a_suggestion(folder: Path) -> None:
    with pytest.raises(ScenarioError, match=r"unknown indicator 'delya', did you mean 'delay'\?"):
        points_of(folder, GRID + "indicators: [delya]\n")


# --- digests ----------------------------------------------------------------------------------------------


def test_points_that_mean_the_same_have_the_same_digest(folder: Path) -> None:
    text = "design: list\nrows: [{run_in: 2 day}, {run_in: 48 h}, {run_in: 47 h}]\n"
    first, same, other = checked(folder, text).digests
    assert first == same != other


def test_the_digest_of_a_point_does_not_count_replications(folder: Path) -> None:
    scenario = points_of(folder, GRID).scenario(0)
    assert point_digest(replace(scenario, replications=99)) == point_digest(scenario)
    assert point_digest(replace(scenario, seed=99)) != point_digest(scenario)


def test_the_digest_of_a_sweep_follows_what_decides_its_results(folder: Path) -> None:
    digest = sweep_digest(checked(folder, GRID))
    assert sweep_digest(checked(folder, GRID.replace("steps: 3", "steps: 5"))) != digest
    assert sweep_digest(checked(folder, GRID + "replications: 4\n")) != digest
    assert sweep_digest(checked(folder, GRID, BASE + "seed: 2\n")) != digest
    assert sweep_digest(checked(folder, GRID + "description: words\nindicators: [delay]\n")) == digest
    assert sweep_digest(checked(folder, GRID, BASE + "description: words\n")) == digest


def test_a_changed_model_changes_every_digest(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = checked(folder, GRID)
    monkeypatch.setattr("kzsim.experiments.sweeps.points.model_version", lambda: "9.9+00000000")
    after = checked(folder, GRID)
    assert not set(before.digests) & set(after.digests)


def test_a_ledger_is_told_what_a_sweep_is(folder: Path) -> None:
    made = checked(folder, GRID + "replications: 4\n")
    about = describe(made)
    assert (about.title, about.points, about.replications) == ("A sweep", 6, 4)
    assert [row.digest for row in point_rows(made)] == list(made.digests)


# --- the ranges of the evidence ---------------------------------------------------------------------------


def test_what_is_read_does_not_hang_on_the_days() -> None:
    year = load(
        ROOT / "scenarios" / "baseline_2023.yaml", ["simulate.road=[bakhty]", "simulate.rail=[dostyk]"]
    )
    whole = border.build(year).parameters.used
    assert set(whole) <= set(read_by(year))


def test_every_range_that_the_scenario_reads_is_varied_once(folder: Path) -> None:
    points = points_of(folder, WORLDS)
    read = read_by(points.sweep.base.scenario)
    ranges = {
        fact.key.partition("@")[0]
        for fact in read.values()
        if fact.low is not None and fact.high is not None and fact.low < fact.high
    }
    names = {one.name for one in points.unknowns.varied}
    costs = {name for name in ranges if weighs(name)}
    assert {"cost.truck_hour", "road.all.both.loss.perishable_reefer"} <= costs
    assert names == ranges - costs | {"demand.road.bakhty"}
    keys = [key for one in points.unknowns.varied for key in one.keys]
    assert len(keys) == len(set(keys))


def test_drawn_values_stay_in_their_ranges_and_counts_are_whole(folder: Path) -> None:
    points = points_of(folder, WORLDS)
    outside = [
        (one.name, number)
        for number in range(len(points))
        for one in points.unknowns.varied
        if not one.low <= (points.numbers(number)[one.name] or 0) <= one.high
    ]
    assert outside == []
    made = check_points(points)  # refuses half an officer
    assert [warning for warning in made.warnings if "outside" in warning.message] == []
    assert len(set(made.digests)) == 20


def test_each_unknown_takes_values_on_both_sides_of_its_own(folder: Path) -> None:
    points = points_of(folder, WORLDS)
    name = "road.bakhty.kz_to_cn.neutral.time"
    (one,) = (one for one in points.unknowns.varied if one.name == name)
    drawn = [points.numbers(number)[name] or 0 for number in range(20)]
    assert min(drawn) < one.value < max(drawn)


def test_crossings_that_share_an_entry_share_its_value(folder: Path) -> None:
    points = points_of(folder, WORLDS + "settings: {simulate.road: [bakhty, dostyk]}\n")
    overrides = points.scenario(4).overrides
    tail = "kz_to_cn.approach.time"
    assert overrides[f"road.bakhty.{tail}"] == overrides[f"road.dostyk.{tail}"]
    assert f"road.all.{tail}" not in overrides


def test_what_the_scenario_sets_is_known_and_not_varied(folder: Path) -> None:
    key = "road.bakhty.kz_to_cn.kz.documents.officers"
    points = points_of(folder, WORLDS, BASE + f"parameters: {{{key}: 6 officers}}\n")
    assert key not in points.names
    assert points.scenario(7).overrides[key] == 6


def test_what_the_sweep_varies_by_itself_is_left_to_it(folder: Path) -> None:
    key = "crossings.bakhty.road.intake_kz_to_cn"
    varied = {key: "90 trucks/day", "crossings.bakhty.road.demand": "90 %"}
    axis = "parameters:\n" + "".join(f"  {name}: {{values: [{value}]}}\n" for name, value in varied.items())
    points = points_of(folder, WORLDS + axis)
    assert "road.bakhty.kz_to_cn.quota.cn_intake" not in points.names
    assert "demand.road.bakhty" not in points.names
    for number in range(20):
        assert points.scenario(number).crossings["bakhty"].road.intake_kz_to_cn == 90


def test_compliance_is_one_unknown_where_there_is_a_corridor(folder: Path) -> None:
    assert COMPLIANCE not in points_of(folder, WORLDS).names
    corridor = "green_corridors: {bakhty: standard, dostyk: {bundle: standard, compliance: 60 %}}\n"
    base = BASE.replace("[bakhty]", "[bakhty, dostyk, kalzhat]") + corridor
    points = points_of(folder, WORLDS, base)
    (one,) = (one for one in points.unknowns.varied if one.name == COMPLIANCE)
    assert one.keys == ("green_corridors.bakhty.compliance", "green_corridors.kalzhat.compliance")
    corridors = points.scenario(3).corridors
    assert corridors["bakhty"].compliance == corridors["kalzhat"].compliance
    assert corridors["dostyk"].compliance == 0.6
    assert corridors["bakhty"].measures


def test_the_factor_of_a_scenario_stays_on_top_of_uncertain_demand(folder: Path) -> None:
    base = BASE + "crossings: {bakhty: {road: {demand: 50 %}}}\n"
    points = points_of(folder, WORLDS, base)
    drawn = points.numbers(3)["demand.road.bakhty"] or 0
    assert points.scenario(3).crossings["bakhty"].road.demand_factor == pytest.approx(0.5 * drawn / 100)


def test_an_entry_with_values_of_its_own_within_the_year_is_varied_only_when_named(folder: Path) -> None:
    base = BASE.replace("[bakhty]", "[nur_zholy]")
    name = "road.nur_zholy.kz_to_cn.quota.cn_intake"
    points = points_of(folder, WORLDS, base)
    assert name not in points.names
    assert [item.name for item in points.left_out] == [name]
    named = points_of(folder, WORLDS.replace("evidence", f"[{name}]"), base)
    assert named.names == (name,)
    assert named.left_out == ()


def test_ranges_are_named_by_key_or_pattern(folder: Path) -> None:
    named = WORLDS.replace("evidence", "['*.kz.documents.*', road.bakhty.kz_to_cn.approach.time, demand.*]")
    names = points_of(folder, named).names
    assert "road.all.kz_to_cn.approach.time" in names
    assert "demand.road.bakhty" in names
    assert "road.bakhty.kz_to_cn.kz.documents.officers" in names
    assert not any("border_guard" in name for name in names)


def test_a_name_that_fits_no_range_is_refused_at_its_place(folder: Path) -> None:
    key = "road.bakhty.kz_to_cn.kz.documents.officers"
    with pytest.raises(ScenarioError) as caught:
        points_of(folder, WORLDS.replace("evidence", f"[{key.replace('ff', 'f')}, 'rail.*']"))
    first, second = (problem.short.split("mine.yaml:")[1] for problem in caught.value.problems)
    assert first.startswith(f"5:8: over: '{key.replace('ff', 'f')}' is no range of the evidence that this ")
    assert first.endswith(f"did you mean '{key}'?")
    assert second.startswith("5:51: over: 'rail.*' is no range of the evidence that this scenario reads; * ")


def test_a_sweep_with_nothing_left_to_vary_is_refused(folder: Path) -> None:
    key = "road.bakhty.kz_to_cn.kz.documents.officers"
    base = BASE + f"parameters: {{{key}: 6 officers}}\n"
    with pytest.raises(ScenarioError, match="is no range of the evidence that this scenario reads"):
        points_of(folder, WORLDS.replace("evidence", f"[{key}]"), base)


def test_the_ranges_are_those_of_the_year_of_the_scenario(folder: Path) -> None:
    points = points_of(folder, WORLDS, BASE.replace("2023", "2025") + "year: 2025\n")
    facts = [evidence.entry_for("road.bakhty.kz_to_cn.quota.cn_intake", year) for year in (2023, 2025)]
    (one,) = (one for one in points.unknowns.varied if one.name == "road.bakhty.kz_to_cn.quota.cn_intake")
    assert facts[1] is not None
    assert (one.low, one.high) == (facts[1].low, facts[1].high)
    assert facts[0] != facts[1]


NUR_ZHOLY = """\
title: Nur Zholy
period: {from: 2023-03-25, to: 2023-04-07}
run_in: 3 day
follow_up: 4 day
simulate: {road: [nur_zholy], rail: []}
"""


def test_an_intake_with_periods_is_scaled_as_a_whole(folder: Path) -> None:
    points = points_of(folder, WORLDS, NUR_ZHOLY)
    (scale,) = [one for one in points.unknowns.varied if one.name == "intake.road.nur_zholy"]
    assert scale.keys == ("crossings.nur_zholy.road.intake_scale",)
    # the evidence of 2023: 204 trucks a day, 140 to 350
    assert (scale.low, scale.value, scale.high) == pytest.approx((100 * 140 / 204, 100, 100 * 350 / 204))
    assert "road.nur_zholy.kz_to_cn.quota.cn_intake" in {one.name for one in points.left_out}
    factors = [points.scenario(number).crossings["nur_zholy"].road.intake_factor for number in range(20)]
    assert min(factors) < 0.9 < 1.2 < max(factors)


def test_an_intake_that_is_one_value_all_year_is_not_scaled_besides(folder: Path) -> None:
    text = WORLDS.replace("evidence", "[road.nur_zholy.kz_to_cn.quota.cn_intake, intake.road.*]")
    points = points_of(folder, text, NUR_ZHOLY)
    assert points.names == ("road.nur_zholy.kz_to_cn.quota.cn_intake",)
    assert [one.name for one in points.left_out] == ["intake.road.nur_zholy"]
    own = NUR_ZHOLY + "crossings: {nur_zholy: {road: {intake_kz_to_cn: 200 trucks/day}}}\n"
    assert "intake.road.nur_zholy" not in points_of(folder, WORLDS, own).names
    taken = WORLDS + "parameters: {crossings.nur_zholy.road.intake_scale: {from: 90 %, to: 110 %}}\n"
    assert "intake.road.nur_zholy" not in points_of(folder, taken, NUR_ZHOLY).names
