"""`kzsim validate` and `kzsim explain`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"


def test_every_shipped_scenario_is_valid(call):
    files = sorted(SCENARIOS.glob("*.yaml"))
    done = call("validate", *files)
    assert done.exit_code == 0
    assert done.stdout.count(": valid") == len(files) >= 4


def test_every_mistake_of_every_file_is_shown_with_line_and_caret(call, tmp_path, tiny):
    path = tmp_path / "bad.yaml"
    path.write_text("title: Bad\ngreen_corridors:\n  dostik: standard\nreplications: 0\n", encoding="utf-8")
    done = call("validate", tiny, path, tmp_path / "missing.yaml")
    assert done.exit_code == 2
    assert f"{tiny}: valid\n" in done.stdout
    assert (
        f"{path}:3:3: green_corridors.dostik: unknown crossing 'dostik', did you mean 'dostyk'?"
        in done.stdout
    )
    assert "    3 |   dostik: standard\n      |   ^\n" in done.stdout
    assert f"{path}:4:15: replications" in done.stdout
    assert "missing.yaml: no such file" in done.stdout
    assert done.stderr == "3 mistakes in 2 of 3 files\n"


def test_a_value_outside_its_range_is_a_warning_and_the_file_stays_valid(call, tmp_path):
    path = tmp_path / "wide.yaml"
    path.write_text(
        "title: Wide\nsimulate: {road: [bakhty], rail: []}\n"
        "crossings: {bakhty: {road: {intake_kz_to_cn: 5000 trucks/day}}}\n",
        encoding="utf-8",
    )
    done = call("validate", path)
    assert done.exit_code == 0
    assert "warning: " in done.stdout
    assert done.stdout.endswith(f"{path}: valid, with 1 warning\n")


def test_every_shipped_sweep_is_valid_as_a_sweep(call):
    files = sorted((SCENARIOS / "sweeps").glob("*.yaml"))
    done = call("validate", *files)
    assert done.exit_code == 0
    assert done.stdout.count(": valid") == len(files) >= 2


def test_a_broken_sweep_file_is_reported_as_a_sweep(call, tmp_path, tiny):
    path = tmp_path / "sweep.yaml"
    path.write_text(
        f"title: A\nscenario: {tiny.name}\ndesign: grid\nparameters:\n  demnd: {{values: [90 %]}}\n",
        encoding="utf-8",
    )
    done = call("validate", path)
    assert done.exit_code == 2
    assert "unknown key 'demnd', did you mean 'demand'?" in done.stdout
    assert done.stderr == "1 mistake\n"


def test_validate_as_json_is_one_document(call, tmp_path, tiny):
    done = call("validate", tiny, tmp_path / "missing.yaml", "--json")
    document = json.loads(done.stdout)
    assert done.exit_code == 2
    assert [file["valid"] for file in document["files"]] == [True, False]
    assert document["status"] == "invalid"


def test_an_entry_of_the_evidence_shows_value_unit_range_grade_and_source(call):
    done = call("explain", "road.nur_zholy.kz_to_cn.quota.cn_intake")
    assert done.exit_code == 0
    for part in (
        "Value ",
        "trucks/day",
        "Range ",
        "Periods ",
        "Grade ",
        "Sources ",
        "Change    --set parameters.",
    ):
        assert part in done.stdout


def test_the_change_that_explain_proposes_is_accepted(call, tiny):
    text = call("explain", "road.bakhty.kz_to_cn.kz.documents.time_loaded").stdout
    (change,) = [line.split("--set ", 1)[1] for line in text.splitlines() if line.startswith("Change")]
    done = call("run", tiny, "--dry-run", "--set", change.replace("'", ""))
    assert done.exit_code == 0


def test_the_year_decides_the_value(call):
    key = "road.bakhty.kz_to_cn.quota.cn_intake"
    assert call("explain", key).stdout != call("explain", key, "--year", "2022").stdout
    wrong = call("explain", key, "--year", "1999")
    assert wrong.exit_code == 2
    assert "1999" in wrong.stderr


def test_a_key_of_a_scenario_shows_meaning_example_and_the_entry_behind_it(call):
    done = call("explain", "crossings.bakhty.road.intake_kz_to_cn")
    assert "Example   intake_kz_to_cn: " in done.stdout
    assert "road.bakhty.kz_to_cn.quota.cn_intake" in done.stdout


def test_a_measure_and_an_indicator_are_explained_by_their_names(call):
    assert "changes" not in call("explain", "dedicated_lane").stderr
    assert call("explain", "dedicated_lane").exit_code == 0
    assert "Restricted mean" in call("explain", "crossing_time").stdout


def test_a_word_lists_what_has_to_do_with_it_and_a_dozen_at_most(call):
    done = call("explain", "quota")
    assert done.exit_code == 0
    assert "road.bakhty.kz_to_cn.quota.cn_intake\n" in done.stdout
    many = call("explain", "hold").stdout.splitlines()
    assert len([line for line in many if not line.startswith((" ", "and "))]) == 12
    assert many[-1].startswith("and ")
    assert many[-1].endswith(" more")


@pytest.mark.parametrize(
    ("word", "first"),
    [
        ("dostyk", ["crossings.dostyk", "green_corridors.dostyk"]),
        ("bakhty", ["crossings.bakhty", "green_corridors.bakhty"]),
        ("Khorgos", ["crossings.nur_zholy", "green_corridors.nur_zholy"]),
        ("Достык", ["crossings.dostyk", "green_corridors.dostyk"]),
        ("corridor", ["green_corridors", "green_corridors.<crossing>"]),
        ("hours", ["crossings.<crossing>.road.hours_cn", "crossings.<crossing>.road.hours_kz"]),
        ("verdict", ["comparison.csv: verdict"]),
    ],
)
def test_the_best_matches_of_a_word_come_first(call, word, first):
    document = json.loads(call("explain", word, "--json").stdout)
    assert document["status"] == "list"
    assert document["keys"][: len(first)] == first


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("compliance", "75 % of those eligible meet the conditions (40 to 95 %)"),
        ("existing", "existing at Bakhty: priority_class, dedicated_lane and release_on_passing from 23"),
        ("standard", "standard: dedicated_lane, early_declaration, equeue_out_of_turn, priority_class,"),
        ("binding", "The file binding.csv of a run's results."),
        ("delay_accounts", "The file delay_accounts.csv of a run's results."),
    ],
)
def test_a_word_that_means_one_thing_is_explained(call, word, said):
    done = call("explain", word)
    assert done.exit_code == 0
    assert said in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (
            "crossings.bakhty.road.hours_kz",
            "In force Kazakh side: 08:00-12:00 and 13:00-17:00, Kazakhstan's clock, from 1 January 2022",
        ),
        ("crossings.bakhty.road.hours_kz", "closed 2023: 1 January, 22 March, 1, 7 and 9 May, 16 December"),
        ("crossings.bakhty.road.hours_kz", "reported; inform_cn_hours_2026]"),
        ("crossings.bakhty.road.hours_kz", "Sources inform_cn_hours_2026: Border throughput rises"),
        ("crossings.bakhty", "road, CN to KZ: 27,200 trucks in 2023 (empty 2,720, general 15,994"),
        ("crossings.bakhty", "Chinese side: 10:30-14:00 and 15:00-19:00, China's clock"),
        ("demand", "Value Bakhty, road, KZ to CN: 27,200 trucks in 2023; range 22,000 to 32,000 each way"),
        ("demand", "Dostyk, rail, KZ to CN: "),
        ("green_corridors.bakhty", "existing: priority_class, from 23 December 2013 [reported;"),
        ("green_corridors.bakhty.bundle", "Contains light: dedicated_lane, priority_class ("),
        ("green_corridors.bakhty.bundle", "heavy: agri_lab_on_site, dedicated_lane, early_declaration,"),
    ],
)
def test_a_key_of_a_scenario_shows_what_the_evidence_holds_behind_it(call, key, said):
    done = call("explain", key)
    assert done.exit_code == 0
    assert said in " ".join(done.stdout.split())


def test_hours_are_those_of_the_year(call):
    text = " ".join(call("explain", "crossings.bakhty.road.hours_kz", "--year", "2025").stdout.split())
    assert "07:00-19:00, Kazakhstan's clock, from 1 July 2025" in text
    assert "from 1 January 2022 to 29 February 2024" not in text


def test_no_change_is_proposed_for_what_the_model_does_not_read(call):
    done = call("explain", "rail.all.both.shunting.time")
    assert "Change    not read by this version" in done.stdout
    assert "--set" not in done.stdout
    document = json.loads(call("explain", "rail.all.both.shunting.time", "--json").stdout)
    assert document["evidence"]["read_by_the_model"] is False


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_an_unknown_key_is_answered_with_the_nearest(call, arguments):
    done = call("explain", "grean_corridors", *arguments)
    assert done.exit_code == 2
    assert "nothing is called 'grean_corridors', did you mean 'green_corridors'?" in done.stderr
    assert (json.loads(done.stdout)["status"] == "unknown") if arguments else done.stdout == ""


@pytest.mark.parametrize("key", ["road.bakhty.kz_to_cn.quota.cn_intake", "period", "delay", "quota"])
def test_explain_as_json_is_one_document(call, key):
    assert json.loads(call("explain", key, "--json").stdout)["status"] in ("explained", "list")
