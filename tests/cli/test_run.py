"""`kzsim run` with a real, tiny scenario."""

from __future__ import annotations

import errno
import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.program import command, environment, files_below

QUICK = ("--replications", "1", "--no-counterfactual")


def test_a_run_prints_its_table_what_the_corridors_changed_and_where_the_results_lie(real_run):
    said = " ".join(real_run.stdout.split())
    for part in (
        "Bakhty for six days",
        "1 March 2023 to 6 March 2023, measured from 2 March 2023",
        "2 replications, seed 1.",
        "Road (trucks) Bakhty KZ to CN",
        "What binds",
        "What the green corridors changed",
        "Corridor users:",
        "How far to trust these figures",
    ):
        assert part in said
    assert real_run.stdout.endswith(f"\nResults: {real_run.folder}\n")


def test_hints_go_to_stderr_and_a_file_gets_neither_colours_nor_progress(real_run):
    assert "kzsim run" not in real_run.stdout
    assert "--replications 10" in real_run.stderr
    assert "\x1b" not in real_run.stdout + real_run.stderr
    assert " of 2 replications" not in real_run.stderr


def test_a_run_leaves_its_files_and_nothing_temporary(real_run):
    names = files_below(real_run.out)
    assert f"tiny/{real_run.folder.name}/manifest.json" in names
    assert (real_run.out / "tiny" / "LATEST").read_text(encoding="utf-8") == f"{real_run.folder.name}\n"
    assert not [name for name in names if ".tmp" in name]


def test_the_manifest_names_the_command(real_run):
    manifest = json.loads((real_run.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["command"].startswith("kzsim run ")
    assert str(real_run.scenario) in manifest["command"]


def test_the_same_run_is_shown_from_its_folder_and_not_made_again(call, real_run):
    before = files_below(real_run.out)
    done = call("run", real_run.scenario, "--out", real_run.out)
    assert done.exit_code == 0
    assert done.stdout == real_run.stdout
    assert "It took" in real_run.stderr
    assert "It took" not in done.stderr
    assert "it was not computed again" in done.stderr
    assert files_below(real_run.out) == before


def test_quiet_prints_the_folder_and_nothing_else(call, real_run):
    done = call("run", real_run.scenario, "--out", real_run.out, "-q")
    assert (done.exit_code, done.stdout, done.stderr) == (0, f"{real_run.folder}\n", "")


def test_json_is_exactly_one_document_with_the_figures_of_the_table(call, real_run):
    done = call("run", real_run.scenario, "--out", real_run.out, "--json")
    document = json.loads(done.stdout)
    assert document["status"] == "stored"
    assert document["results"] == str(real_run.folder)
    assert {(flow["crossing"], flow["direction"]) for flow in document["flows"]} == {
        ("bakhty", "kz_to_cn"),
        ("bakhty", "cn_to_kz"),
    }
    for flow in document["flows"]:
        assert {change["who"] for change in flow["changes"]} == {"user", "eligible_nonuser", "other"}
        assert (
            flow["crossing_time_h"]["low"] < flow["crossing_time_h"]["mean"] < flow["crossing_time_h"]["high"]
        )


def test_json_quiet_leaves_stderr_empty(call, real_run):
    done = call("run", real_run.scenario, "--out", real_run.out, "--json", "-q")
    json.loads(done.stdout)
    assert done.stderr == ""


def test_a_fresh_run_as_json_is_one_document_too(call, tiny, tmp_path):
    done = call("run", tiny, "--out", tmp_path / "out", "--json", *QUICK)
    document = json.loads(done.stdout)
    assert document["status"] == "done"
    assert Path(document["results"]).is_dir()
    assert document["flows"][0]["changes"] == []
    assert document["flows"][0]["crossing_time_h"]["low"] is None, "one replication has no interval"


def test_without_a_counterfactual_nothing_is_said_of_corridors(call, tiny, tmp_path):
    done = call("run", tiny, "--out", tmp_path / "out", *QUICK)
    assert done.exit_code == 0
    assert "green corridors changed" not in done.stdout


def test_another_value_is_another_run(call, tiny, tmp_path):
    out = tmp_path / "out"
    first = call("run", tiny, "--out", out, "-q", *QUICK)
    second = call("run", tiny, "--out", out, "-q", *QUICK, "--set", "demand=50 %")
    third = call("run", tiny, "--out", out, "-q", *QUICK, "--seed", "2")
    assert len({first.stdout, second.stdout, third.stdout}) == 3


def test_a_dry_run_says_what_would_be_run_and_writes_nothing(call, tiny, tmp_path):
    done = call("run", tiny, "--out", tmp_path / "out", "--dry-run", "--replications", "7")
    assert done.exit_code == 0
    for part in ("1 March 2023 to 6 March 2023", "Bakhty, KZ to CN: about", "7, each with its corridors"):
        assert part in done.stdout
    assert "Nothing was run or written." in done.stderr
    assert "--dry-run" not in done.stderr
    assert files_below(tmp_path) == ["tiny.yaml"]


def test_a_dry_run_says_which_setting_has_no_effect(call, tiny):
    setting = "parameters.road.bakhty.kz_to_cn.equeue.booking_horizon=20 day"
    result = call("run", tiny, "--dry-run", "--set", setting)
    assert f"note: --set {setting}: has no effect: not modelled yet" in " ".join(result.stderr.split())


def test_a_dry_run_as_json_is_one_document(call, tiny, tmp_path):
    document = json.loads(call("run", tiny, "--out", tmp_path / "out", "--dry-run", "--json").stdout)
    assert document["status"] == "planned"
    assert document["expected"][0]["entities"] > 100
    assert document["stored"] is None


def test_a_dry_run_knows_a_stored_run_and_how_long_it_took(call, real_run):
    done = call("run", real_run.scenario, "--out", real_run.out, "--dry-run")
    assert str(real_run.folder) in done.stdout
    assert "took" in done.stdout


def test_a_missing_scenario_is_named(call, tmp_path):
    done = call("run", tmp_path / "missing.yaml", "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert f"{tmp_path / 'missing.yaml'}: no such file" in done.stderr
    assert "nothing was run or written" in done.stderr
    assert done.stdout == ""
    assert files_below(tmp_path) == []


def test_an_invalid_scenario_shows_every_mistake_and_writes_nothing(call, tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text("title: Bad\nseeds: 3\ngreen_corridors: {dostik: standard}\n", encoding="utf-8")
    done = call("run", path, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert f"{path}:2:1: seeds" in done.stderr
    assert "did you mean 'dostyk'?" in done.stderr
    assert "2 mistakes; nothing was run or written." in done.stderr
    assert files_below(tmp_path) == ["bad.yaml"]


def test_an_invalid_scenario_as_json_is_one_document(call, tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text("title: Bad\nseeds: 3\n", encoding="utf-8")
    done = call("run", path, "--json")
    document = json.loads(done.stdout)
    assert document["status"] == "invalid"
    assert [problem["line"] for problem in document["problems"]] == [2]


@pytest.mark.parametrize("setting", ["demand", "demand=much", "demnd=120 %", "=3"])
def test_a_wrong_setting_is_quoted(call, tiny, tmp_path, setting):
    done = call("run", tiny, "--out", tmp_path / "out", "--set", setting)
    assert done.exit_code == 2
    assert f"--set {setting}" in done.stderr
    assert files_below(tmp_path) == ["tiny.yaml"]


def test_results_where_a_file_is_in_the_way_are_refused_before_anything_is_run(
    call, tiny, tmp_path, monkeypatch
):
    monkeypatch.setattr("kzsim.experiments.execute", lambda *_, **__: pytest.fail("it ran"))
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    done = call("run", tiny, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "a file is in the way of the results folder" in done.stderr
    assert "--out" in done.stderr
    assert (tmp_path / "out").read_text(encoding="utf-8") == "mine"


def test_an_unwritable_results_folder_is_refused_before_anything_is_run(call, tiny, tmp_path, monkeypatch):
    def refuse(self, *_, **__):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))

    monkeypatch.setattr("kzsim.experiments.execute", lambda *_, **__: pytest.fail("it ran"))
    monkeypatch.setattr(Path, "mkdir", refuse)
    done = call("run", tiny, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "no permission to write here" in done.stderr
    assert files_below(tmp_path) == ["tiny.yaml"]


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_a_full_disk_leaves_nothing_half_written(call, tiny, tmp_path, monkeypatch, arguments):
    def full(_file):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    done = call("run", tiny, "--out", tmp_path / "out", *QUICK, *arguments)
    assert done.exit_code == 2
    assert "the disk is full" in done.stderr
    assert files_below(tmp_path) == ["tiny.yaml"]
    if arguments:
        assert json.loads(done.stdout)["status"] == "results"


def test_a_changed_result_file_is_not_passed_off_as_the_stored_run(call, tiny, tmp_path):
    folder = Path(call("run", tiny, "--out", tmp_path / "out", "-q", *QUICK).stdout.strip())
    with (folder / "indicators.csv").open("a", encoding="utf-8") as file:
        file.write("x\n")
    done = call("run", tiny, "--out", tmp_path / "out", *QUICK)
    assert done.exit_code == 2
    assert "this file was changed after it was written" in done.stderr


def test_two_processes_at_once_leave_one_whole_run(tiny, tmp_path):
    out = tmp_path / "out"
    both = [
        subprocess.Popen(
            command("run", tiny, "--out", out, "-q", *QUICK),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        for _ in range(2)
    ]
    answers = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], answers
    assert answers[0] == answers[1]
    assert Path(answers[0][0].strip()).is_dir()
    assert len(list((out / "tiny").iterdir())) == 2, "one run and LATEST"


def test_the_number_of_processes_does_not_change_the_figures(call, process, real_run, tmp_path):
    done = process("run", real_run.scenario, "--out", tmp_path, "--jobs", 2)
    assert done.returncode == 0, done.stderr
    assert done.stdout.partition("Results:")[0] == real_run.stdout.partition("Results:")[0]
