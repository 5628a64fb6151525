"""`kzsim sweep` as a person meets it."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from kzsim.experiments.sweeps import open_ledger, plan_sweep, point_rows
from tests.cli.program import command, environment, files_below
from tests.unit.sweep_cases import ONE_INVALID, SWEEP, digest, only_folder, write

KILLS_HERE = 2
KILLS_IN_STUDY = 10
LONGER = SWEEP.replace("replications: 2", "replications: 20")


def start(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(*arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment(),
    )


def results_in(out: Path) -> int:
    """How many results are committed so far; 0 while there is no ledger."""
    from kzsim.experiments import ResultsError
    from kzsim.experiments.sweeps import read_results

    try:
        return sum(1 for _ in read_results(only_folder(out)))
    except (ValueError, ResultsError):
        return 0


def wait_for_results(out: Path, least: int, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 120
    while results_in(out) < least and process.poll() is None and time.monotonic() < until:
        time.sleep(0.05)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, subprocess.CompletedProcess]:
    """The longer sweep's file, its results folder, and the process that ran it undisturbed in one thread."""
    folder = tmp_path_factory.mktemp("whole")
    path = write(folder, LONGER)
    done = subprocess.run(
        command("sweep", path, "--out", folder / "results", "--jobs", 1),
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment(),
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return path, only_folder(folder / "results"), done


def test_it_prints_the_indicators_of_each_point_and_where_the_results_lie(whole) -> None:
    _, folder, done = whole
    said = " ".join(done.stdout.split())
    assert "4 points, 20 replications of each" in said
    assert "Bakhty, road, KZ to CN" in said
    assert "point demand green_corridors.bakhty" in said
    assert "0 90 % none" in said
    assert done.stdout.endswith(f"\nResults: {folder}\n")


def test_it_says_beforehand_how_long_it_takes_and_how_much_disk(whole) -> None:
    assert "79 replications will take about" in whole[2].stderr
    assert "on disk, from one that was measured." in whole[2].stderr
    assert "\x1b" not in whole[2].stdout + whole[2].stderr


def test_the_same_command_again_runs_nothing_and_says_the_same(call, whole) -> None:
    path, folder, done = whole
    again = call("sweep", path, "--out", folder.parents[1], "--jobs", 1)
    assert again.exit_code == 0
    assert again.stdout == done.stdout
    assert "The whole sweep is stored already; nothing was run." in again.stderr


def test_json_is_one_document_with_everything(call, whole) -> None:
    path, folder, _ = whole
    done = call("sweep", path, "--out", folder.parents[1], "--json")
    document = json.loads(done.stdout)
    assert document["status"] == "done"
    assert (document["points"], document["replications"], document["done"]) == (4, 20, 80)
    assert document["digest"] == digest(folder)
    assert document["parameters"][0] == {"demand": "90 %", "green_corridors.bakhty": "none"}
    assert {row["indicator"] for row in document["indicators"]} == {
        "throughput_per_day",
        "crossing_time",
        "share_not_through",
        "delay",
    }


def test_a_stored_sweep_is_listed_shown_and_verified(call, whole) -> None:
    _, folder, done = whole
    out = folder.parents[1]
    (line,) = [one for one in call("runs", "list", "--out", out).stdout.splitlines() if "sweep" in one]
    assert line.split()[:6] == [f"sweep/{folder.name}", "4", "×", "20", "–", "sweep"]
    shown = call("runs", "show", folder)
    assert shown.stdout == done.stdout
    assert "kzsim sweep" in " ".join(shown.stderr.split())
    checked = call("runs", "verify", folder.name[-8:], "--out", out)
    assert checked.exit_code == 0
    assert "whole. All 80 rows of its ledger and its tables" in " ".join(checked.stdout.split())
    document = json.loads(call("runs", "show", folder, "--json").stdout)
    assert (document["status"], document["settled"], len(document["indicators"])) == ("stored", 80, 32)


@pytest.mark.parametrize("name", ["ledger.sqlite", "results.csv"])
def test_a_sweep_whose_files_were_changed_is_found_damaged(call, whole, tmp_path: Path, name: str) -> None:
    folder = Path(shutil.copytree(whole[1], tmp_path / "sweep" / whole[1].name))
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    checked = call("runs", "verify", folder)
    assert checked.exit_code == 1
    assert "damaged" in checked.stdout or "was changed after it was written" in " ".join(
        checked.stdout.split()
    )
    assert json.loads(call("runs", "verify", folder, "--json").stdout)["status"] == "damaged"


def test_a_ledger_that_is_none_any_more_is_told_to_be_damaged(call, tmp_path: Path) -> None:
    folder = tmp_path / "results" / "sweep" / "sweep-00000000"
    folder.mkdir(parents=True)
    (folder / "ledger.sqlite").write_bytes(b"SQLite format 3\0" + b"\xff" * 8000)
    checked = call("runs", "verify", folder)
    assert checked.exit_code == 1
    assert "ledger.sqlite" in checked.stdout
    shown = call("runs", "show", folder)
    assert shown.exit_code == 2
    assert "ledger.sqlite" in shown.stderr


def test_an_unfinished_sweep_is_shown_with_how_far_it_is(call, tmp_path: Path) -> None:
    plan = plan_sweep(write(tmp_path), tmp_path / "results")
    with open_ledger(plan.folder, plan.about, point_rows(plan.checked)) as ledger:
        ledger.fail(0, 0, "a deadlock")
    assert "(1 of 8 replications are stored)" in call("runs", "list", "--out", tmp_path / "results").stdout
    shown = call("runs", "show", plan.folder)
    assert "1 of 8 replications are stored; the command of the sweep goes on." in shown.stdout
    checked = call("runs", "verify", plan.folder)
    assert checked.exit_code == 0
    assert "unfinished. Every row is as it was written" in " ".join(checked.stdout.split())


def test_quiet_prints_the_folder_alone(call, whole) -> None:
    path, folder, _ = whole
    done = call("sweep", path, "--out", folder.parents[1], "-q")
    assert (done.stdout, done.stderr) == (f"{folder}\n", "")


def test_a_dry_run_estimates_and_writes_nothing(call, tmp_path: Path) -> None:
    path = write(tmp_path)
    before = files_below(tmp_path)
    done = call("sweep", path, "--dry-run", "--out", tmp_path / "results", "--jobs", 1)
    assert done.exit_code == 0
    assert "8 replications will take about" in " ".join(done.stdout.split())
    assert "Nothing was written." in done.stderr
    assert files_below(tmp_path) == before


def test_a_point_that_fails_is_named_and_the_exit_code_says_so(call, tmp_path: Path) -> None:
    path = write(tmp_path, ONE_INVALID)
    done = call("sweep", path, "--out", tmp_path / "results", "--jobs", 1)
    assert done.exit_code == 1
    assert "1 point is no valid scenario and will be noted as failed" in done.stderr
    assert "2 replications of 1 point failed; the others are complete:" in done.stderr
    assert "point 1 (follow_up = 9 day): " in done.stderr
    assert "0  90 %" in done.stdout
    again = call("sweep", path, "--out", tmp_path / "results", "--json")
    assert again.exit_code == 1
    assert [one["point"] for one in json.loads(again.stdout)["failed"]] == [1, 1]


def test_a_sweep_without_a_valid_point_is_refused(call, tmp_path: Path) -> None:
    text = ONE_INVALID.replace("  - {demand: 90 %}\n", "").replace("  - {demand: 110 %}\n", "")
    done = call("sweep", write(tmp_path, text), "--out", tmp_path / "results")
    assert done.exit_code == 2
    assert "No point is a valid scenario; nothing was run or written." in done.stderr
    assert not (tmp_path / "results").exists()


def test_mistakes_of_the_file_are_all_reported_and_nothing_is_written(call, tmp_path: Path) -> None:
    text = SWEEP.replace("demand:", "demnd:").replace("replications: 2", "replications: 0")
    done = call("sweep", write(tmp_path, text), "--out", tmp_path / "results")
    assert done.exit_code == 2
    assert "did you mean 'demand'?" in done.stderr
    assert "2 mistakes; nothing was run or written." in done.stderr
    assert not (tmp_path / "results").exists()


def test_a_missing_file_is_a_message(call, tmp_path: Path) -> None:
    done = call("sweep", tmp_path / "no.yaml")
    assert done.exit_code == 2
    assert "no.yaml" in done.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--scheduler", "tcp://127.0.0.1:1", "--local-cluster"), "exclude each other"),
        (("--scheduler", "tcp://127.0.0.1:1", "--jobs", "2"), "a cluster has its own workers"),
        (("--scheduler", ""), "needs an address"),
    ],
)
def test_options_that_exclude_each_other_are_refused(call, tmp_path: Path, options, said: str) -> None:
    done = call("sweep", write(tmp_path), "--out", tmp_path / "results", *options)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_second_process_is_told_who_is_at_it(call, tmp_path: Path) -> None:
    path = write(tmp_path)
    plan = plan_sweep(path, tmp_path / "results")
    with open_ledger(plan.folder, plan.about, point_rows(plan.checked)):
        done = call("sweep", path, "--out", tmp_path / "results")
    assert done.exit_code == 2
    assert f"being run already by process {os.getpid()}" in done.stderr


def test_a_changed_sweep_goes_into_a_folder_of_its_own_and_says_so(call, tmp_path: Path) -> None:
    path = write(tmp_path)
    assert call("sweep", path, "--out", tmp_path / "results", "--jobs", 1).exit_code == 0
    first = only_folder(tmp_path / "results")
    path.write_text(SWEEP.replace("110 %", "111 %"), encoding="utf-8")
    done = call("sweep", path, "--out", tmp_path / "results", "--jobs", 1)
    assert done.exit_code == 0
    assert f"stay in {first}; they are not mixed with these" in done.stderr
    assert len(list((tmp_path / "results" / "sweep").iterdir())) == 2


def test_ctrl_c_once_saves_what_runs_and_the_same_command_goes_on(call, whole, tmp_path: Path) -> None:
    path, folder, _ = whole
    process = start("sweep", path, "--out", tmp_path, "--jobs", 2)
    wait_for_results(tmp_path, 3, process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Finishing what runs and saving it." in said
    assert "of 80 replications are saved in" in said
    assert "Go on with: kzsim sweep" in said
    saved = results_in(tmp_path)
    assert 3 <= saved < 80
    done = call("sweep", path, "--out", tmp_path, "--jobs", 2)
    assert f"{saved} of 80 replications are stored already; {80 - saved} are to be run." in done.stderr
    assert done.exit_code == 0
    assert digest(only_folder(tmp_path)) == digest(folder)


def test_ctrl_c_twice_stops_at_once_and_loses_nothing_committed(whole, tmp_path: Path) -> None:
    path = whole[0]
    process = start("sweep", path, "--out", tmp_path, "--jobs", 1)
    wait_for_results(tmp_path, 3, process)
    before = results_in(tmp_path)
    process.send_signal(signal.SIGINT)
    until = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < until:
        time.sleep(0.01)
        process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert results_in(tmp_path) >= before


def killed_and_resumed(path: Path, out: Path, times: int) -> None:
    """Start the sweep again and again, kill it at a random moment each time, then let it end."""
    moments = random.Random(times)  # noqa: S311 - moments of a test
    for _ in range(times):
        process = start("sweep", path, "--out", out, "--jobs", 2)
        wait_for_results(out, results_in(out) + 1, process)
        time.sleep(moments.random())
        process.kill()
        process.communicate(timeout=60)
    process = start("sweep", path, "--out", out, "--jobs", 2)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said


def test_a_sweep_killed_at_random_moments_ends_with_the_same_results(whole, tmp_path: Path) -> None:
    path, folder, _ = whole
    killed_and_resumed(path, tmp_path, KILLS_HERE)
    assert digest(only_folder(tmp_path)) == digest(folder)


@pytest.mark.study
def test_ten_kills_leave_no_trace_in_the_results(whole, tmp_path: Path) -> None:
    path, folder, _ = whole
    killed_and_resumed(path, tmp_path, KILLS_IN_STUDY)
    assert digest(only_folder(tmp_path)) == digest(folder)
