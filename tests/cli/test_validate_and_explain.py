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
        "Change   --set parameters.",
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
    assert "Example  intake_kz_to_cn: " in done.stdout
    assert "road.bakhty.kz_to_cn.quota.cn_intake" in done.stdout


def test_a_measure_and_an_indicator_are_explained_by_their_names(call):
    assert "changes" not in call("explain", "dedicated_lane").stderr
    assert call("explain", "dedicated_lane").exit_code == 0
    assert "Restricted mean" in call("explain", "crossing_time").stdout


def test_a_word_lists_the_entries_that_hold_it(call):
    done = call("explain", "quota")
    assert done.exit_code == 0
    assert "road.bakhty.kz_to_cn.quota.cn_intake\n" in done.stdout
    assert "entries of the evidence" in done.stderr


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_an_unknown_key_is_answered_with_the_nearest(call, arguments):
    done = call("explain", "grean_corridors", *arguments)
    assert done.exit_code == 2
    assert "nothing is called 'grean_corridors', did you mean 'green_corridors'?" in done.stderr
    assert (json.loads(done.stdout)["status"] == "unknown") if arguments else done.stdout == ""


@pytest.mark.parametrize("key", ["road.bakhty.kz_to_cn.quota.cn_intake", "period", "delay", "quota"])
def test_explain_as_json_is_one_document(call, key):
    assert json.loads(call("explain", key, "--json").stdout)["status"] in ("explained", "list")
