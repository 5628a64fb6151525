"""`kzsim runs` and `kzsim warmup`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from kzsim import compiled
from tests.cli.program import files_below

needs_compiler = pytest.mark.skipif(not compiled.IS_COMPILED, reason="needs a compiler")


@pytest.fixture
def copy(real_run, tmp_path) -> Path:
    """A copy of the run, as if moved to another machine."""
    return Path(shutil.copytree(real_run.folder, tmp_path / "moved" / real_run.folder.name))


def test_runs_are_listed_with_what_tells_them_apart(call, real_run):
    done = call("runs", "list", "--out", real_run.out)
    assert done.exit_code == 0
    (line,) = [line for line in done.stdout.splitlines() if real_run.folder.name in line]
    assert line.split()[:3] == [f"tiny/{real_run.folder.name}", "2", "1"]
    assert line.endswith("Bakhty for six days")


def test_the_list_as_json_is_one_document(call, real_run):
    document = json.loads(call("runs", "list", "--out", real_run.out, "--json").stdout)
    assert [run["path"] for run in document["runs"]] == [str(real_run.folder)]


def test_where_there_is_no_run_the_list_says_so(call, tmp_path):
    done = call("runs", "list", "--out", tmp_path / "nowhere")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "No run is stored" in done.stderr


def test_what_is_no_run_is_passed_over_by_the_list(call, tmp_path):
    for text in ("", "[]", '{"title": 3}'):
        folder = tmp_path / "a" / f"b{len(text)}"
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text(text, encoding="utf-8")
    assert "No run is stored" in call("runs", "list", "--out", tmp_path).stderr


def test_show_prints_the_summary_of_the_run(call, real_run):
    done = call("runs", "show", real_run.folder)
    table = real_run.stdout.partition("Road (trucks)")[2].partition("Results:")[0]
    assert table in done.stdout
    assert f"Results: {real_run.folder}" in done.stdout
    assert "engine" in done.stderr


@pytest.mark.parametrize("how", ["folder", "scenario folder", "scenario", "name", "digits"])
def test_a_run_can_be_named_in_several_ways(call, real_run, how):
    name = {
        "folder": real_run.folder,
        "scenario folder": real_run.folder.parent,
        "scenario": "tiny",
        "name": real_run.folder.name,
        "digits": real_run.folder.name[-8:],
    }[how]
    done = call("runs", "show", name, "--out", real_run.out, "--json")
    assert json.loads(done.stdout)["results"] == str(real_run.folder)


@pytest.mark.parametrize("verb", ["show", "verify"])
def test_a_run_that_is_not_there_is_named(call, tmp_path, verb):
    done = call("runs", verb, "nothing", "--out", tmp_path)
    assert done.exit_code == 2
    assert "nothing: there is no such run" in done.stderr
    assert "kzsim runs list" in done.stderr


@pytest.mark.parametrize("engine", ["kernel", "reference"])
def test_a_run_made_again_by_either_engine_is_verified(call, copy, engine):
    before = files_below(copy)
    done = call("runs", "verify", copy, "--engine", engine)
    assert done.exit_code == 0, done.output
    assert f"verified. Its files are whole, and 2 replications made again with the {engine}" in " ".join(
        done.stdout.split()
    )
    assert files_below(copy) == before


def test_the_engine_that_did_not_make_a_run_verifies_it(call, copy):
    made = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))["engine"]
    document = json.loads(call("runs", "verify", copy, "--json").stdout)
    assert document["status"] == "verified"
    assert {made, document["engine"]} == {"kernel", "reference"}
    assert document["replications"] == 2
    assert document["same_model"] is True


@pytest.mark.parametrize("name", ["indicators.csv", "scenario.resolved.yaml", "hourly.parquet"])
def test_a_changed_file_is_found(call, copy, name):
    with (copy / name).open("ab") as file:
        file.write(b"\n")
    done = call("runs", "verify", copy)
    assert done.exit_code == 1
    assert f"{name}: this file was changed after it was written" in " ".join(done.stdout.split())
    assert json.loads(call("runs", "verify", copy, "--json").stdout)["status"] == "damaged"


def test_a_scenario_changed_together_with_its_hash_ends_otherwise(call, copy):
    import hashlib

    resolved = copy / "scenario.resolved.yaml"
    text = resolved.read_text(encoding="utf-8")
    changed = text.replace('  "seed": 1\n', '  "seed": 2\n')
    assert changed != text
    resolved.write_text(changed, encoding="utf-8")
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"][resolved.name] = hashlib.sha256(changed.encode()).hexdigest()
    (copy / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    done = call("runs", "verify", copy)
    assert done.exit_code == 1
    said = " ".join(done.stdout.split())
    assert "differs. Its files are whole, but of 2 replications" in said
    assert "replication 0 of the scenario, replication 0 of the counterfactual" in said


def test_a_changed_outcome_is_found_and_its_replication_named(call, copy):
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    manifest["outcomes"]["counterfactual"][1] = "0" * 64
    (copy / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    document = json.loads(call("runs", "verify", copy, "--json").stdout)
    assert (document["status"], document["different"]) == ("differs", [[1, "counterfactual"]])
    assert call("runs", "verify", copy, "--replications", 1).exit_code == 0


def test_a_run_of_another_version_that_ends_otherwise_says_that_the_model_changed(call, copy):
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    manifest["outcomes"]["scenario"][0] = "0" * 64
    manifest["model"] = "0.0+older"
    (copy / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    done = call("runs", "verify", copy, "-q")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "The model has changed since" in " ".join(call("runs", "verify", copy).stdout.split())


def test_an_unknown_verb_of_runs_gets_a_hint(call):
    done = call("runs", "verfy")
    assert done.exit_code == 2
    assert "did you mean 'verify'?" in done.stderr


@pytest.mark.parametrize("engine", ["kernel", "reference"])
def test_a_run_says_which_engine_made_it_and_another_engine_does_not_make_it_again(
    call, tiny, tmp_path, engine
):
    quick = ("--replications", "1", "--no-counterfactual", "--out", tmp_path / "out")
    folder = Path(call("run", tiny, "-q", "--engine", engine, *quick).stdout.strip())
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["engine"] == engine
    assert [len(found) for found in manifest["outcomes"]["scenario"]] == [64]
    other = "reference" if engine == "kernel" else "kernel"
    assert call("run", tiny, "-q", "--engine", other, *quick).stdout.strip() == str(folder)


def test_a_stored_run_that_answers_becomes_the_latest(call, tiny, tmp_path):
    quick = ("-q", "--replications", "1", "--no-counterfactual", "--out", tmp_path / "out")
    first = Path(call("run", tiny, *quick).stdout.strip())
    second = Path(call("run", tiny, "--seed", 2, *quick).stdout.strip())
    latest = tmp_path / "out" / "tiny" / "LATEST"
    assert latest.read_text(encoding="utf-8").strip() == second.name
    call("run", tiny, *quick)
    assert latest.read_text(encoding="utf-8").strip() == first.name


def test_a_small_run_on_a_fresh_machine_does_not_wait_for_the_compiler(process, tiny, tmp_path):
    if not compiled.IS_COMPILED:
        pytest.skip("needs a compiler")
    quick = ("--replications", "1", "--no-counterfactual", "--out", tmp_path / "out")
    done = process("run", tiny, *quick, NUMBA_CACHE_DIR=str(tmp_path / "kept"))
    assert done.returncode == 0, done.stderr
    assert "The kernel is not compiled yet" in done.stderr
    assert "kzsim warmup" in done.stderr
    assert not list((tmp_path / "kept").rglob("*.nb?")), "nothing was compiled"


def test_without_a_compiler_a_run_says_so_in_one_line_and_ends_the_same(process, real_run, tmp_path):
    done = process("run", real_run.scenario, "--out", tmp_path, NUMBA_DISABLE_JIT="1")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("NUMBA_DISABLE_JIT") == 1
    assert done.stdout.partition("Results:")[0] == real_run.stdout.partition("Results:")[0]


@needs_compiler
def test_warmup_says_what_it_did_and_where(process, tiny, tmp_path):
    kept = {"XDG_CACHE_HOME": str(tmp_path / "kept"), "NUMBA_CACHE_DIR": ""}
    first = process("warmup", **kept)
    assert first.returncode == 0, first.stderr
    assert "once per machine and version" in first.stderr
    assert "The kernel was compiled. It took" in first.stdout
    assert str(tmp_path / "kept" / "kzsim") in first.stdout
    document = json.loads(process("warmup", "--json", **kept).stdout)
    assert document["compiled_before"] is True
    run = process("run", tiny, "--out", tmp_path / "out", **kept)
    assert "ompil" not in run.stderr, "nothing is said of compiling any more"


def test_warmup_without_a_compiler_says_why(process):
    done = process("warmup", NUMBA_DISABLE_JIT="1")
    assert done.returncode == 0
    assert "switched off" in done.stdout


@needs_compiler
def test_a_cache_folder_that_cannot_be_written_is_a_warning(process, tiny, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    quick = ("--replications", "1", "--no-counterfactual", "--out", tmp_path / "out")
    done = process("run", tiny, "--engine", "kernel", *quick, NUMBA_CACHE_DIR=str(tmp_path / "file"))
    assert done.returncode == 0, done.stderr
    (line,) = [line for line in done.stderr.splitlines() if "cannot be kept" in line]
    assert "Not a directory" in line
