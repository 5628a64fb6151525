"""`kzsim run --precision`, `run --uncertainty`, `sensitivity` and `rank` as a person calls them."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.program import TINY, command, environment

FEW = ("--over", "road.bakhty.kz_to_cn.kz.documents.officers", "--over", "demand.*")


@pytest.fixture
def alternatives(tmp_path: Path) -> tuple[Path, Path]:
    green, none = tmp_path / "green.yaml", tmp_path / "none.yaml"
    green.write_text(TINY, encoding="utf-8")
    none.write_text(TINY.replace("standard", "none"), encoding="utf-8")
    return green, none


# --- run --precision --------------------------------------------------------------------------------------


def test_a_precision_that_is_reached_is_said_and_stored(call, tiny, tmp_path):
    done = call("run", tiny, "--precision", "50%", "--out", tmp_path / "out")
    assert done.exit_code == 0
    assert "Asked for crossing time of every flow to within ± 50 % of the mean (or ± 5 min)" in " ".join(
        done.stdout.split()
    )
    assert "is as precise as asked after 15 replications" in " ".join(done.stdout.split())
    (run,) = (tmp_path / "out" / "tiny").glob("2*")
    assert (run / "precision.csv").is_file()
    assert json.loads((run / "manifest.json").read_text())["replications"] == 15
    again = call("run", tiny, "--precision", "50%", "--out", tmp_path / "out")
    assert "it was not computed again" in again.stderr
    assert "precise as asked" in again.stdout
    assert call("runs", "verify", run).exit_code == 0


def test_a_precision_that_is_not_reached_ends_with_1_and_names_what_is_open(call, tiny, tmp_path):
    arguments = ("run", tiny, "--precision", "0.1 %", "--replications", "10", "--out", tmp_path / "out")
    done = call(*arguments, "--json")
    assert done.exit_code == 1
    document = json.loads(done.stdout)
    assert document["replications"] == 10
    assert any(not row["met"] for row in document["precision"])
    assert call(*arguments, "-q").exit_code == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--precision", "5"), "5 is not a percentage above 0 and below 100; write for example 5%"),
        (("--precision", "0%"), "above 0 and below 100"),
        (("--precision", "5%", "--replications", "9"), "at least 10 replications"),
        (("--precision", "5%", "--indicator", "dealy"), "did you mean 'delay'?"),
        (("--indicator", "delay"), "give --precision too"),
        (("--points", "30"), "give --uncertainty too"),
        (("--uncertainty", "--points", "19"), "at least 20 points are needed"),
        (("--uncertainty", "--over", "road.bakhti.*"), "no range of the evidence"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_run(call, tiny, tmp_path, options, said):
    done = call("run", tiny, *options, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())
    assert not (tmp_path / "out").exists()


# --- run --uncertainty ------------------------------------------------------------------------------------


def test_the_three_intervals_are_named_and_stored(call, tiny, tmp_path):
    arguments = ("run", tiny, "--uncertainty", "--points", "20", *FEW, "--out", tmp_path / "out")
    done = call(*arguments)
    assert done.exit_code == 0
    for name in ("Precision of the estimate", "What a shipper meets", "What is not known about the border"):
        assert name in " ".join(done.stdout.split())
    assert "2 ranges of the evidence act on this scenario" in " ".join(done.stdout.split())
    assert "20 worlds over 2 ranges of the evidence, 3 replications each: about" in done.stderr
    (run,) = (tmp_path / "out" / "tiny").glob("2*")
    assert {path.name for path in run.glob("uncertainty*")} == {
        "uncertainty.csv",
        "uncertainty_influences.csv",
        "uncertainty_points.csv",
        "uncertainty_worlds.csv",
    }
    again = call(*arguments, "--json")
    rows = json.loads(again.stdout)["uncertainty"]
    assert {row["worlds"] for row in rows} == {20}
    assert not list((tmp_path / "out" / "tiny").glob(".unfinished*"))


def test_a_dry_run_says_how_many_worlds_and_ranges(call, tiny, tmp_path):
    done = call("run", tiny, "--uncertainty", *FEW, "--dry-run", "--out", tmp_path / "out")
    assert "100 over 2 ranges of the evidence, 3 replications each" in " ".join(done.stdout.split())
    assert not (tmp_path / "out").exists()


# --- sensitivity ------------------------------------------------------------------------------------------


def test_sensitivity_prints_and_stores_with_figures(call, tiny, tmp_path):
    arguments = ("sensitivity", tiny, "--size", "4", "--replications", "1", *FEW, "--out", tmp_path / "out")
    done = call(*arguments)
    assert done.exit_code == 0
    assert "Crossing time, Bakhty (road, KZ to CN)" in done.stdout
    assert "Morris screening, 4 trajectories over 2 ranges" in " ".join(done.stderr.split())
    (folder,) = (tmp_path / "out" / "tiny").glob("*-sensitivity")
    figures = sorted(path.name for path in (folder / "figures").iterdir())
    assert figures[:3] == [f"crossing_time-bakhty-road-cn-to-kz.{form}" for form in ("csv", "png", "svg")]
    again = call(*arguments, "--json")
    document = json.loads(again.stdout)
    assert document["status"] == "stored"
    assert document["points"] == 12
    assert len(document["tables"]["sensitivity"]) == 4
    assert not list((tmp_path / "out" / "tiny").glob(".unfinished*"))


def test_the_figure_names_what_the_table_has_on_top_and_says_when_trajectories_are_too_few(
    call, tiny, tmp_path
):
    arguments = ("sensitivity", tiny, "--size", "4", "--replications", "2", *FEW, "--out", tmp_path / "out")
    done = call(*arguments, "--flows", "road.bakhty.kz_to_cn")
    text = " ".join(done.stdout.split())
    (folder,) = (tmp_path / "out" / "tiny").glob("*-sensitivity")
    table = (folder / "sensitivity.csv").read_text(encoding="utf-8").splitlines()
    header, first = (line.split(",") for line in table[:2])
    top = first[header.index("parameter")]
    assert f"{top} looks strongest. Too few trajectories to tell" in text
    assert first[header.index("finding")] == "too few trajectories"
    (figure,) = folder.glob("figures/*.svg")
    assert figure.stat().st_size > 10_000


def test_sobol_indices_are_printed_with_intervals(call, tiny, tmp_path):
    done = call(
        "sensitivity", tiny, "--method", "sobol", "--replications", "1", *FEW, "--out", tmp_path / "out",
        "--flows", "road.bakhty.kz_to_cn",
    )  # fmt: skip
    assert done.exit_code == 0
    assert "Sobol' indices, 64 base points" in " ".join(done.stdout.split())
    assert "demand.road.bakhty" in done.stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--method", "sobol", "--size", "65"), "must be a power of two"),
        (("--over", "demand.*"), "at least two ranges"),
        (("--flows", "road.dostyk.*", *FEW), "fits no flow of this scenario"),
        (("--indicator", "crossing", *FEW), "unknown indicator 'crossing'"),
    ],
)
def test_a_sensitivity_study_that_cannot_be_is_refused(call, tiny, tmp_path, options, said):
    done = call("sensitivity", tiny, *options, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())
    assert not (tmp_path / "out").exists()


def test_an_interrupted_study_keeps_what_is_done_and_goes_on(tiny, tmp_path):
    arguments = ("sensitivity", tiny, "--size", "30", "--replications", "2", "--out", tmp_path / "out")
    arguments += ("--over", "road.bakhty.kz_to_cn.*.documents.*")
    study = subprocess.Popen(
        command(*arguments),
        env=environment(),
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    ledger = "tiny/.unfinished-*/ledger.sqlite"
    deadline = time.monotonic() + 60
    while not list((tmp_path / "out").glob(ledger)) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1.5)
    study.send_signal(signal.SIGINT)
    stdout, stderr = study.communicate(timeout=60)
    assert study.returncode == 130, stderr
    assert stdout == ""
    assert "No result was written. The points that were done are kept." in stderr
    assert "Go on with: kzsim sensitivity" in stderr
    assert list((tmp_path / "out").glob(ledger))
    assert not list((tmp_path / "out" / "tiny").glob("*-sensitivity"))


@pytest.mark.parametrize("command_of", ["sensitivity", "compare"])
def test_a_folder_that_cannot_be_written_is_told_before_anything_is_run(
    call, tiny, tmp_path, command_of, monkeypatch
):
    (tmp_path / "out").write_text("a file", encoding="utf-8")
    monkeypatch.setattr("kzsim.experiments.worlds.run_once", None)  # nothing may be run, not even to measure
    other = tmp_path / "other.yaml"
    other.write_text(tiny.read_text(encoding="utf-8").replace("standard", "light"), encoding="utf-8")
    paths = (tiny,) if command_of == "sensitivity" else (tiny, other, "--uncertainty")
    done = call(command_of, *paths, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert str(tmp_path / "out") in done.stderr


def test_a_stored_study_is_listed_shown_and_verified(call, tiny, tmp_path):
    out = tmp_path / "out"
    arguments = ("--size", "4", "--replications", "1", "--over", "road.bakhty.kz_to_cn.*.documents.*")
    made = call("sensitivity", tiny, *arguments, "--out", out)
    assert made.exit_code == 0, made.output
    folder = Path(made.stdout.rpartition("Results: ")[2].strip())
    listed = call("runs", "list", "--out", out).stdout
    (line,) = [one for one in listed.splitlines() if "sensitivity" in one]
    assert line.split()[0] == f"tiny/{folder.name}"
    digits = folder.name.split("-")[1]
    shown = call("runs", "show", digits, "--out", out)
    assert shown.stdout == made.stdout
    checked = call("runs", "verify", digits, "--out", out)
    assert checked.exit_code == 0
    assert "whole. Its files are as they were written." in " ".join(checked.stdout.split())
    with (folder / "points.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    assert call("runs", "verify", folder).exit_code == 1


# --- rank -------------------------------------------------------------------------------------------------


def test_rank_names_the_best_its_promise_and_who_survived(call, alternatives, tmp_path):
    arguments = ("rank", *alternatives, "--delta", "1 h", "--out", tmp_path / "out")
    done = call(*arguments)
    text = " ".join(done.stdout.split())
    assert done.exit_code == 0
    assert "green first: the smallest crossing time at all road flows (2 together)" in text
    assert "With probability at least 95 % the selected alternative is the best one" in text
    assert "After 10 replications: " in done.stderr
    again = call(*arguments, "--json")
    document = json.loads(again.stdout)
    assert (document["status"], document["selected"]) == ("stored", "green")
    assert [row["state"] for row in document["tables"]["rank"]] == ["selected", "dropped"]


def test_rank_ends_with_1_where_the_replications_do_not_suffice(call, alternatives, tmp_path):
    done = call(
        "rank", *alternatives, "--indicator", "throughput_per_day", "--delta", "0.0001 trucks/day",
        "--replications", "10", "--out", tmp_path / "out",
    )  # fmt: skip
    assert done.exit_code == 1
    assert "Not decided after the 10 replications allowed" in done.stdout


def test_a_dry_run_of_a_ranking_says_how_long_it_would_take_and_writes_nothing(call, alternatives, tmp_path):
    arguments = ("rank", *alternatives, "--replications", "40", "--dry-run", "--out", tmp_path / "out")
    done = call(*arguments)
    assert done.exit_code == 0
    text = " ".join(done.stdout.split())
    assert "At least 10 replications of each, about" in text
    assert "at most 40, about" in text
    document = json.loads(call(*arguments, "--json").stdout)
    assert document["status"] == "planned"
    assert 0 < document["about_s_at_least"] <= document["about_s_at_most"]
    assert not (tmp_path / "out").exists()


def test_seeds_that_differ_are_refused_with_what_would_do(call, alternatives, tmp_path):
    green, none = alternatives
    other = tmp_path / "other.yaml"
    other.write_text(none.read_text(encoding="utf-8") + "seed: 7\n", encoding="utf-8")
    refused = call("rank", green, other, "--out", tmp_path / "out")
    assert refused.exit_code == 2
    assert "seed (1, here 7; --seed sets one for all)" in " ".join(refused.stderr.split())
    assert call("rank", green, other, "--seed", "7", "--dry-run", "--out", tmp_path / "out").exit_code == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--indicator", "throughput_per_day"), "for example --delta '2 trucks/day'"),
        (("--indicator", "throughput_per_day", "--delta", "1 h"), "for example '2 trucks/day'"),
        (("--delta", "1"), "1"),
        (("--delta", "1 trucks/day"), "trucks/day"),
        (("--risk", "99%"), "the risk must lie"),
        (("--indicator", "crossing_time_p90"), "cannot be told"),
    ],
)
def test_a_ranking_that_cannot_be_is_refused(call, alternatives, tmp_path, options, said):
    done = call("rank", *alternatives, *options, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())


def test_one_alternative_or_twice_the_same_is_refused(call, alternatives, tmp_path):
    assert call("rank", alternatives[0]).exit_code == 2
    twice = call("rank", alternatives[0], alternatives[0], "--out", tmp_path / "out")
    assert twice.exit_code == 2
    assert "means the same as" in twice.stderr


# --- compare --uncertainty --------------------------------------------------------------------------------


def test_a_policy_is_judged_in_many_worlds_and_stored(call, alternatives, tmp_path):
    green, none = alternatives
    arguments = ("compare", none, green, "--uncertainty", "--points", "20", "--replications", "2", *FEW)
    done = call(*arguments, "--out", tmp_path / "out")
    assert done.exit_code == 0
    text = " ".join(done.stdout.split())
    assert "In what share of the worlds within the evidence ranges the mean crossing time falls" in text
    assert "Bakhty (road, KZ to CN) users" in text
    assert "2 ranges of the evidence act on these scenarios" in text
    again = call(*arguments, "--out", tmp_path / "out", "--json")
    document = json.loads(again.stdout)
    assert document["status"] == "stored"
    assert {row["worlds"] for row in document["tables"]["plausible_worlds"] if row["corridor"] == "all"} == {
        20
    }


def test_the_report_of_many_worlds_shows_the_figures_of_the_comparison_beside_them(
    call, alternatives, tmp_path
):
    green, none = alternatives
    pair = ("compare", none, green, "--replications", "2", "--out", tmp_path / "out")
    assert call(*pair, "--uncertainty", "--points", "20", *FEW).exit_code == 0
    (worlds,) = (path.parent for path in (tmp_path / "out").glob("*/*-plausible/study.json"))
    refused = call("report", worlds, "--out", tmp_path / "a.html")
    assert refused.exit_code == 2
    assert "lies no comparison of the same scenarios" in refused.stderr
    assert call(*pair).exit_code == 0
    done = call("report", worlds, "--out", tmp_path / "a.html")
    assert done.exit_code == 0, done.stderr
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "plausible worlds" in done.stdout.replace("\N{NO-BREAK SPACE}", " ")
    assert all(f'data-csv="{name}.csv"' in page for name in ("gains_green_road", "classes_green_road"))
    assert all(f'data-csv="{name}.csv"' in page for name in ("changes", "plausible_worlds"))
    assert 'data-csv="worlds_green_road.csv"' in page


def test_figures_of_many_worlds_and_of_a_ranking_are_drawn_from_what_is_stored(call, alternatives, tmp_path):
    green, none = alternatives
    out = ("--out", tmp_path / "out")
    done = call("compare", none, green, "--replications", "2", "--uncertainty", "--points", "20", *FEW, *out)
    assert done.exit_code == 0, done.stderr
    assert call("rank", green, none, "--delta", "30 min", *out).exit_code == 0
    for kind, file, said in (
        ("plausible", "worlds_green_road", "plausible worlds"),
        ("rank", "ranking", "is best: the smallest crossing time"),
    ):
        (folder,) = (path.parent for path in (tmp_path / "out").glob(f"*/*-{kind}/study.json"))
        drawn = call("plot", folder)
        assert drawn.exit_code == 0, drawn.stderr
        assert (folder / "figures" / f"{file}.svg").is_file()
        assert (folder / "figures" / f"{file}.csv").is_file()
        assert said in drawn.stdout.replace("\N{NO-BREAK SPACE}", " ")
        assert json.loads((folder / "study.json").read_text(encoding="utf-8"))["period"]["first"]


def test_where_nothing_decides_that_is_said(call, alternatives, tmp_path):
    green, none = alternatives
    done = call(
        "compare", none, green, "--uncertainty", "--points", "20", "--replications", "1",
        "--unchanged-within", "30 min", "--over", FEW[1], "--over", "corridor.compliance",
        "--out", tmp_path / "out",
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    text = " ".join(done.stdout.split())
    assert "the mean crossing time falls by more than 30 min" in text
    assert "Nothing is clear for" in text
    again = call(
        "compare", green, none, "--uncertainty", "--over", "corridor.compliance", "--dry-run", "--out",
        tmp_path / "out",
    )  # fmt: skip
    assert again.exit_code == 0


def test_what_does_not_go_with_many_worlds_is_refused(call, alternatives):
    green, none = alternatives
    assert "goes with neither" in call("compare", none, green, "--uncertainty", "--precision", "5%").stderr
    assert "give --uncertainty too" in call("compare", none, green, "--points", "30").stderr


# --- several verbs ----------------------------------------------------------------------------------------


def test_mistakes_of_all_alternatives_are_told_at_once(call, tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text("title: x\ndemnd: 90 %\n", encoding="utf-8")
    done = call("rank", tmp_path / "one.yaml", tmp_path / "two.yaml")
    assert done.exit_code == 2
    assert "2 mistakes" in done.stderr
