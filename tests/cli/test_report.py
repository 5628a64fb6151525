"""`kzsim report`: the brief of a stored study as files."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.program import command, environment, files_below

SPECIAL = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes with a name")
cli_report = importlib.import_module("kzsim.cli.report")  # the package has a command of this name


@pytest.fixture
def copy(real_run, tmp_path) -> Path:
    """A copy of the run that a test may write into."""
    return Path(shutil.copytree(real_run.folder, tmp_path / "results" / "tiny" / real_run.folder.name))


def test_the_report_lies_beside_the_results_which_stay_whole(call, copy):
    done = call("report", copy)
    assert done.exit_code == 0, done.stderr
    assert done.stdout.splitlines()[-1] == str(copy / "report.html")
    assert "Green corridors" in done.stdout.splitlines()[0]
    shown = call("runs", "verify", copy, "--replications", "1")
    assert (shown.exit_code, shown.stdout.partition(":")[2].split(".")[0].strip()) == (0, "verified")


def test_a_report_from_the_same_run_has_the_same_bytes(call, real_run, tmp_path):
    for name in ("a.html", "b.html"):
        assert call("report", real_run.folder, "--out", tmp_path / name).exit_code == 0
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_numbers_of_the_page_are_those_of_the_tables(call, real_run, tmp_path):
    assert call("report", real_run.folder, "--out", tmp_path / "a.html").exit_code == 0
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    table = pd.read_csv(real_run.folder / "indicators.csv")
    whole = table[(table["class"] == "all") & (table["corridor"] == "all")]
    for name in ("throughput_per_day", "crossing_time"):
        for row in whole[whole["indicator"] == name].itertuples():
            digits = 2 if row.mean < 9.995 else 1 if row.mean < 99.95 else 0
            shown = f"{row.mean:.{digits}f} [{row.low:.{digits}f} to {row.high:.{digits}f}]"
            assert f">{shown.replace('-', chr(0x2212))}<" in text


def test_the_latest_run_of_a_scenario_is_found_by_its_name(call, real_run, tmp_path):
    done = call("report", "tiny", "--results", real_run.out, "--out", tmp_path / "a.html", "--json")
    document = json.loads(done.stdout)
    assert document["status"] == "done"
    assert document["files"] == {"html": str(tmp_path / "a.html")}
    assert document["study"] == str(real_run.folder)


def test_html_and_pdf_say_the_same_in_one_go(call, real_run, tmp_path):
    pytest.importorskip("typst", reason="the PDF needs the extra kzsim[pdf]")
    done = call("report", real_run.folder, "--format", "html,pdf", "--lang", "kk", "--out", tmp_path)
    assert done.exit_code == 0, done.stderr
    assert (tmp_path / "brief.pdf").read_bytes().startswith(b"%PDF-")
    assert '<html lang="kk">' in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_without_typst_nothing_is_drawn_or_written_and_its_installation_is_told(
    call, real_run, tmp_path, monkeypatch
):
    def drawn(*_: object, **__: object) -> None:
        raise AssertionError("drawn before the check")

    monkeypatch.setitem(sys.modules, "typst", None)
    monkeypatch.setattr(cli_report, "figures", drawn)
    done = call("report", real_run.folder, "--format", "html,pdf", "--out", tmp_path)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "python -m pip install 'kzsim[pdf]'" in done.stderr
    assert files_below(tmp_path) == []


def test_a_report_that_is_there_is_replaced_whole(call, real_run, tmp_path):
    path = tmp_path / "a.html"
    path.write_text("an old one", encoding="utf-8")
    assert call("report", real_run.folder, "--out", path, "-q").stdout == f"{path}\n"
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert files_below(tmp_path) == ["a.html"]


def test_a_run_is_compared_with_the_baseline_that_is_named(call, real_run, tmp_path):
    done = call("report", real_run.folder, "--baseline", real_run.folder, "--out", tmp_path / "a.html")
    assert done.exit_code == 0, done.stderr
    assert "no change for trucks and trains, within 5 minutes everywhere" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere",), "there is no such run"),
        (("nowhere",), "--results names another folder"),
        (("{run}", "--format", "html,pdf", "--template", "{tmp}/none.typ"), "there is no such template"),
        (("{run}", "--baseline", "nowhere"), "there is no such run"),
        (("{run}", "--format", "docx"), "'docx' is not a format of a report; there are html, pdf"),
        (("{run}", "--lang", "fr"), "'fr' is not one of"),
        (("{run}", "--template", "a.typ"), "--template sets the PDF"),
        (("{run}", "--out", "{tmp}/none/a.html"), "there is no such folder"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_written(call, real_run, tmp_path, arguments, words):
    typed = [one.format(run=real_run.folder, tmp=tmp_path) for one in arguments]
    done = call("report", *typed)
    assert done.exit_code == 2
    assert words in done.stderr
    assert files_below(tmp_path) == []


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() == 0, reason="nothing is unwritable to the superuser")
def test_a_folder_that_may_not_be_written_is_named(call, copy):
    copy.chmod(0o500)
    done = call("report", copy)
    copy.chmod(0o700)
    assert (done.exit_code, "no permission to write here" in done.stderr) == (2, True)


def test_a_damaged_run_is_refused(call, copy):
    with (copy / "indicators.csv").open("a", encoding="utf-8") as file:
        file.write("one more line\n")
    done = call("report", copy)
    assert done.exit_code == 2
    assert "indicators.csv: this file was changed" in done.stderr
    assert not (copy / "report.html").exists()


def test_what_lies_in_the_way_of_one_format_keeps_the_other_from_being_written(call, real_run, tmp_path):
    pytest.importorskip("typst", reason="the PDF needs the extra kzsim[pdf]")
    (tmp_path / "a.pdf").mkdir()
    done = call("report", real_run.folder, "--format", "html,pdf", "--out", tmp_path / "a.html")
    assert done.exit_code == 2
    assert f"{tmp_path / 'a.pdf'}: this is a folder." in done.stderr
    assert files_below(tmp_path) == ["a.pdf"]


@SPECIAL
def test_a_pipe_or_a_device_is_not_replaced_by_a_report(call, real_run, tmp_path):
    os.mkfifo(tmp_path / "a.html")
    done = call("report", real_run.folder, "--out", tmp_path / "a.html")
    assert done.exit_code == 2
    assert f"{tmp_path / 'a.html'}: this is no file that could be replaced." in done.stderr
    assert (tmp_path / "a.html").is_fifo()
    assert call("report", real_run.folder, "--out", os.devnull).exit_code == 2
    assert not Path(os.devnull).is_file()


@pytest.mark.parametrize(
    ("name", "words"),
    [("hourly.parquet", "hourly.parquet: No such file"), ("manifest.json", "there is no such run")],
)
@pytest.mark.parametrize("verb", ["report", "plot"])
def test_a_run_that_lacks_a_file_is_refused(call, copy, verb, name, words):
    (copy / name).unlink()
    before = files_below(copy)
    done = call(verb, copy)
    assert done.exit_code == 2
    assert words in done.stderr
    assert files_below(copy) == before


@pytest.mark.parametrize("verb", ["report", "plot"])
@pytest.mark.parametrize("name", ["indicators.csv", "replications.csv", "hourly.parquet", "manifest.json"])
def test_a_run_whose_file_was_cut_off_is_refused(call, copy, verb, name):
    content = (copy / name).read_bytes()
    (copy / name).write_bytes(content[: len(content) // 2])
    before = files_below(copy)
    done = call(verb, copy)
    assert done.exit_code == 2
    assert name in done.stderr
    assert len(done.stderr.strip().splitlines()) == 2  # what is wrong, and what to do
    assert files_below(copy) == before


@pytest.mark.parametrize("verb", ["report", "plot"])
@pytest.mark.parametrize("missing", ["run_in_ms", "start", "replications"])
def test_results_that_another_version_wrote_otherwise_are_refused_with_both_versions(
    call, copy, verb, missing
):
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    del manifest[missing]
    (copy / "manifest.json").write_text(json.dumps({**manifest, "model": "0.0.9+12345678"}), encoding="utf-8")
    before = files_below(copy)
    done = call(verb, copy)
    assert done.exit_code == 2
    assert "the model of 0.0.9+12345678 stored them, and this is " in done.stderr
    assert "Make them again with this version." in done.stderr
    assert files_below(copy) == before


def test_two_reports_at_once_into_one_folder_are_both_whole(copy):
    both = [
        subprocess.Popen(
            command("report", copy, "-q"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=environment(),
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=300)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    text = (copy / "report.html").read_text(encoding="utf-8")
    assert text.rstrip().endswith("</html>")
    assert not [name for name in files_below(copy) if ".tmp-" in name]
