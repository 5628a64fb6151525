"""`kzsim compare`."""

from __future__ import annotations

import json
import shlex
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.program import TINY, command, environment, files_below

NONE = TINY.replace("{bakhty: standard}", "none").replace("Bakhty for six days", "No corridor")


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """A base without and an alternative with a corridor."""
    base, other = tmp_path / "none.yaml", tmp_path / "green.yaml"
    base.write_text(NONE, encoding="utf-8")
    other.write_text(TINY, encoding="utf-8")
    return base, other


@pytest.fixture(scope="session")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of a comparison by measure. Nobody may change its folder."""
    from click.testing import CliRunner

    from kzsim.cli import main

    home = tmp_path_factory.mktemp("compared")
    (home / "none.yaml").write_text(NONE, encoding="utf-8")
    (home / "green.yaml").write_text(TINY, encoding="utf-8")
    arguments = [
        "compare",
        home / "none.yaml",
        home / "green.yaml",
        "--by-measure",
        "--out",
        home / "results",
    ]
    done = CliRunner().invoke(main, [*map(str, arguments), "--replications", "3", "-q"])
    assert done.exit_code == 0, done.output
    return Path(done.stdout.strip())


def test_it_says_who_gains_and_where_the_results_lie(call, pair, tmp_path):
    done = call("compare", *pair, "--replications", 3, "--out", tmp_path / "results")
    assert done.exit_code == 0, done.output
    assert "green against none" in done.stdout
    assert "Bakhty (road, KZ to CN): corridor users gain" in done.stdout
    # at home nobody but those out of turn differs in every replication
    said = " ".join(done.stdout.split())
    assert "Of so many, about" in said or "that differ between replications, about" in said
    folder = Path(done.stdout.rpartition("Results: ")[2].strip())
    assert folder.parent.name == "compare-none-green"
    assert (folder.parent / "LATEST").read_text().strip() == folder.name
    assert {path.name for path in folder.iterdir()} == {
        "manifest.json",
        "base.resolved.yaml",
        "alternative_1.resolved.yaml",
        "differences.csv",
        "winners.csv",
        "gains.csv",
        "accounts.csv",
        "verdicts.csv",
        "verdicts.txt",
        "pairs.csv",
    }


def test_the_same_comparison_is_not_made_twice_whatever_its_words_rest_on(call, pair, tmp_path):
    arguments = ("compare", *pair, "--out", tmp_path / "results")
    first = call(*arguments, "-q")
    before = files_below(tmp_path / "results")
    again = call(*arguments, "--simultaneous")
    assert first.exit_code == again.exit_code == 0
    assert "not computed again" in again.stderr
    assert "hold together with 95 %" in again.stdout
    assert files_below(tmp_path / "results") == before


def test_an_interrupted_comparison_keeps_what_is_done_and_goes_on(call, pair, tmp_path):
    out = tmp_path / "results"
    arguments = ("compare", *pair, "--replications", "400", "--jobs", "1", "--out", out)
    process = subprocess.Popen(
        command(*arguments),
        env=environment(),
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    deadline = time.monotonic() + 120
    while kept_in_all(out) < 1 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=120)
    assert process.returncode == 130, stderr
    assert stdout == ""
    assert "No result was written. The replications that were done are kept." in stderr
    assert f"Go on with: {shlex.join(['kzsim', *map(str, arguments)])}" in stderr
    assert kept_in_all(out) >= 1


def kept_in_all(out: Path) -> int:
    """How many replications unfinished comparisons below a folder have committed."""
    from kzsim.experiments import ResultsError
    from kzsim.experiments.sweeps import read_results

    try:
        return sum(1 for folder in out.glob("*/.unfinished-*/*") for _ in read_results(folder))
    except ResultsError:
        return 0


def test_a_comparison_that_is_whole_leaves_nothing_unfinished(call, pair, tmp_path):
    done = call("compare", *pair, "--replications", 2, "--out", tmp_path / "results", "-q")
    assert done.exit_code == 0
    assert not list((tmp_path / "results").glob("*/.*"))


def test_what_counts_as_unchanged_can_be_said_and_makes_another_comparison(call, pair, tmp_path):
    arguments = ("compare", *pair, "--replications", 3, "--json", "--out", tmp_path / "results")
    usual = json.loads(call(*arguments).stdout)
    wide = json.loads(call(*arguments, "--unchanged-within", "3 days").stdout)
    assert usual["results"] != wide["results"]
    assert (usual["unchanged_within_h"], wide["unchanged_within_h"]) == (pytest.approx(1 / 12), 72)
    assert any(row["winners"] > 0 for row in usual["winners"])
    assert {row["unchanged"] for row in wide["winners"]} == {1}
    assert {row["verdict"] for row in wide["verdicts"]} == {"no change"}
    assert json.loads(call(*arguments, "--unchanged-within", "72 h").stdout)["status"] == "stored"
    said = call(
        "compare", *pair, "--replications", 3, "--unchanged-within", "3 days", "--out", tmp_path / "r"
    )
    assert "changes by more than 72 h" in " ".join(said.stdout.split())
    assert "lies beyond 72 h" in " ".join(said.stdout.split())
    assert "5 min" not in said.stdout
    assert "within ± 72 h" in (Path(wide["results"]) / "verdicts.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("said", ["5", "-1 min", "3 trucks"])
def test_a_threshold_that_is_no_time_is_refused_with_an_example(call, pair, said, tmp_path):
    done = call("compare", *pair, "--unchanged-within", said, "--out", tmp_path / "results")
    assert done.exit_code == 2
    assert "5 min" in done.stderr
    assert not (tmp_path / "results").exists()


def test_the_document_is_one_and_holds_verdicts_and_differences(call, pair, tmp_path):
    done = call("compare", *pair, "--json", "--out", tmp_path / "results")
    document = json.loads(done.stdout)
    assert (document["status"], document["base"], document["alternatives"]) == ("done", "none", ["green"])
    crossing, at_home, in_yard = 8, 4, 1
    assert document["comparisons"] == len(document["verdicts"]) == crossing + at_home + in_yard
    indicators = {row["indicator"] for row in document["differences"]}
    assert indicators >= {"crossing_time", "delay", "share_not_through", "throughput_per_day"}
    assert json.loads(call("runs", "show", document["results"], "--json").stdout)["status"] == "stored"


def test_files_hold_what_adds_up(compared):
    winners = pd.read_csv(compared / "winners.csv")
    assert (winners[["winners", "losers", "unchanged"]].sum(axis=1) - 1).abs().max() < 1e-12
    gains = pd.read_csv(compared / "gains.csv")
    cell = ["crossing", "mode", "direction", "class", "corridor"]
    counted = gains.groupby(cell)["count"].sum()
    assert (counted == winners.set_index(cell).loc[counted.index, "n"]).all()
    accounts = pd.read_csv(compared / "accounts.csv")
    assert (
        (accounts["alternative_mean"] - accounts["base_mean"]) - accounts["difference"]
    ).abs().max() < 1e-9
    pairs = pd.read_csv(compared / "pairs.csv")
    mean = (pairs["alternative_value"] - pairs["base"]).groupby(
        [*(pairs[c] for c in cell), pairs["indicator"]]
    )
    told = pd.read_csv(compared / "differences.csv").set_index([*cell, "indicator"])["difference"]
    assert (mean.mean().loc[told.index] - told).abs().max() < 1e-9


def test_the_measured_days_are_kept_with_it(compared):
    manifest = json.loads((compared / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["period"] == {"first": "2023-03-02", "last": "2023-03-06"}


def test_by_measure_takes_the_bundle_apart(compared):
    measures = pd.read_csv(compared / "measures.csv")
    alone = set(measures.loc[measures["kind"] == "alone", "what"])
    assert alone == set(measures.loc[measures["kind"] == "all but", "what"])
    assert {"dedicated_lane", "early_declaration", "release_on_passing"} <= alone
    assert set(measures.loc[measures["kind"] == "side", "what"]) == {"kz", "cn"}
    cell = ["crossing", "mode", "direction", "class", "corridor"]
    whole = measures[measures["kind"] == "all"].set_index(cell)["difference"]
    told = pd.read_csv(compared / "differences.csv")
    told = told[told["indicator"] == "crossing_time"].set_index(cell)["difference"]
    assert (told.loc[whole.index] == whole).all()
    rest = pd.read_csv(compared / "additivity.csv")
    assert ((rest["whole"] - rest["parts"]) - rest["rest"]).abs().max() < 1e-9


def test_stored_comparisons_are_listed_shown_and_made_again(call, compared):
    out = compared.parents[1]
    listed = json.loads(call("runs", "list", "--out", out, "--json").stdout)["runs"]
    assert [(run["kind"], run["title"]) for run in listed] == [
        ("comparison", "green against none, by measure")
    ]
    shown = call("runs", "show", "compare-none-green-by-measure", "--out", out)
    assert shown.exit_code == 0
    assert "What each measure of green does" in shown.stdout
    found = call("runs", "verify", compared, "--engine", "reference", "--replications", 1)
    assert found.exit_code == 0, found.output
    assert "verified" in found.stdout


def test_a_changed_file_is_noticed(call, compared, tmp_path):
    copy = tmp_path / compared.name
    shutil.copytree(compared, copy)
    with (copy / "differences.csv").open("a") as file:
        file.write("x\n")
    assert call("runs", "verify", copy).exit_code == 1
    assert call("runs", "show", copy).exit_code == 2


def test_a_run_has_no_words_that_hold_together(call, real_run):
    done = call("runs", "show", real_run.folder, "--simultaneous")
    assert done.exit_code == 2
    assert "is for comparisons" in done.stderr


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ("period: {from: 2023-03-01, to: 2023-03-07}", "period (2023-03-01 to 2023-03-06, here"),
        ("demand: 120 %", "demand (100 %, here 120 %)"),
        ("seed: 7", "--seed sets one for all"),
        ("crossings: {bakhty: {road: {demand: 90 %}}}", "crossings.bakhty.road.demand (100 %, here 90 %)"),
        ("run_in: 2 day", "run_in (1 day, here 2 days)"),
    ],
)
def test_other_trucks_are_not_compared_and_what_differs_is_said(call, tmp_path, changed, said):
    base, other = tmp_path / "none.yaml", tmp_path / "green.yaml"
    base.write_text(NONE, encoding="utf-8")
    key = changed.partition(":")[0]
    kept = [line for line in TINY.splitlines() if not line.startswith(f"{key}:")]
    other.write_text("\n".join([*kept, changed, ""]), encoding="utf-8")
    done = call("compare", base, other, "--out", tmp_path / "results")
    assert done.exit_code == 2
    assert "are not of the same trucks and trains" in done.stderr
    assert said in done.stderr
    assert "Nothing was run or written" in done.stderr
    assert not (tmp_path / "results").exists()


def test_one_seed_for_all_makes_them_comparable(call, tmp_path):
    base, other = tmp_path / "none.yaml", tmp_path / "green.yaml"
    base.write_text(NONE, encoding="utf-8")
    other.write_text(TINY + "seed: 7\n", encoding="utf-8")
    done = call("compare", base, other, "--seed", 3, "--dry-run", "--out", tmp_path / "results")
    assert done.exit_code == 0, done.output
    assert "seed 3" in done.stdout
    assert not (tmp_path / "results").exists()


def test_what_is_no_policy_is_warned_of(call, tmp_path):
    base, other = tmp_path / "none.yaml", tmp_path / "green.yaml"
    base.write_text(NONE, encoding="utf-8")
    other.write_text(TINY.replace("standard", "{bundle: standard, compliance: 50 %}"), encoding="utf-8")
    done = call("compare", base, other, "--dry-run", "--out", tmp_path)
    assert done.exit_code == 0, done.output
    said = " ".join(done.stderr.split())
    assert "differs from none also in who complies at bakhty: 50 % instead of 75 %" in said
    refused = call("compare", base, other, "--by-measure", "--dry-run", "--out", tmp_path)
    assert refused.exit_code == 2
    assert "in compliance too" in refused.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--precision", "5"), "write for example 5%"),
        (("--precision", "0%"), "write for example 5%"),
        (("--precision", "5%", "--replications", 3), "Allow 10 replications or more"),
        (("--replications", 0), "not a whole number"),
        (("--set", "bakty=1"), "unknown key"),
    ],
)
def test_bad_options_end_with_a_remedy_and_nothing_written(call, pair, tmp_path, options, said):
    done = call("compare", *pair, *options, "--out", tmp_path / "results")
    assert done.exit_code == 2
    assert said in done.stderr
    assert not (tmp_path / "results").exists()


def test_by_measure_needs_one_alternative_with_another_corridor(call, pair, tmp_path):
    base, other = pair
    two = call("compare", base, other, base, "--by-measure", "--out", tmp_path / "results")
    assert two.exit_code == 2
    assert "2 were named" in two.stderr
    same = call("compare", base, base, "--by-measure", "--out", tmp_path / "results")
    assert same.exit_code == 2
    assert "nothing to take apart" in same.stderr


def test_a_missing_or_broken_file_is_refused_like_by_run(call, pair, tmp_path):
    missing = call("compare", pair[0], tmp_path / "nowhere.yaml")
    assert missing.exit_code == 2
    assert "nowhere.yaml" in missing.stderr
    (tmp_path / "broken.yaml").write_text("titel: x\n", encoding="utf-8")
    broken = call("compare", pair[0], tmp_path / "broken.yaml")
    assert broken.exit_code == 2
    assert "did you mean 'title'" in broken.stderr


def test_an_alternative_is_required(call, pair):
    done = call("compare", pair[0])
    assert done.exit_code == 2
    assert "ALTERNATIVE" in done.stderr


def test_a_precision_that_is_not_reached_is_said_and_fails_the_check(call, pair, tmp_path):
    done = call(
        "compare", *pair, "--precision", "0.1%", "--replications", 10, "--out", tmp_path / "results", "--json"
    )
    document = json.loads(done.stdout)
    assert done.exit_code == 1
    assert document["precision_reached"] is False
    assert document["replications"] == 10
    assert "not as precise as asked after 10 replications" in document["judgements"][0]


def test_a_folder_that_cannot_be_written_stops_it_before_anything_is_computed(call, pair, tmp_path):
    (tmp_path / "results").write_text("a file", encoding="utf-8")
    done = call("compare", *pair, "--out", tmp_path / "results")
    assert done.exit_code == 2
    assert "a file is in the way" in done.stderr


@pytest.mark.parametrize("columns", [60, 100, 160])
def test_no_line_is_wider_than_the_screen(call, compared, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    done = call("runs", "show", compared)
    # words such as paths are never broken
    wide = [line for line in done.stdout.splitlines() if len(line) > columns and " " in line.strip()]
    assert [line for line in wide if not line.startswith("Results: ")] == []
