"""`kzsim run --trace`: what is said, what is written, what is left where it cannot be."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from kzsim.experiments import ENTITIES
from tests.cli.program import TINY, command, environment, files_below

QUICK = ("--replications", "2", "--no-counterfactual")


@pytest.fixture(scope="module")
def traced(tmp_path_factory):
    """One run with a trace for all tests: scenario, folder, what was said. Nobody may change the folder."""
    home = tmp_path_factory.mktemp("traced")
    scenario = home / "tiny.yaml"
    scenario.write_text(TINY, encoding="utf-8")
    done = subprocess.run(
        command("run", scenario, "--out", home / "out", "--trace", *QUICK),
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment(),
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (folder,) = [path for path in (home / "out" / "tiny").iterdir() if path.is_dir()]
    return scenario, folder, done


def test_a_trace_is_foretold_and_stands_in_the_folder_of_the_run(traced):
    _, folder, done = traced
    assert "entities.parquet will take about" in done.stderr
    assert "entities.parquet" not in done.stdout
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert ENTITIES in manifest["files"]
    found = pd.read_parquet(folder / ENTITIES)
    assert set(found["replication"]) == {0, 1}
    assert set(found["crossing"]) == {"bakhty"}
    assert not [name for name in files_below(folder.parent) if ".tmp" in name]


def test_a_run_with_a_trace_is_not_made_again_with_or_without(call, traced):
    scenario, folder, _ = traced
    for more in ((), ("--trace",)):
        done = call("run", scenario, "--out", folder.parents[1], "-q", *QUICK, *more)
        assert (done.exit_code, done.stdout, done.stderr) == (0, f"{folder}\n", "")


def test_a_run_kept_without_a_trace_is_made_again_and_that_is_said(call, tiny, tmp_path):
    first = call("run", tiny, "--out", tmp_path / "out", "-q", *QUICK)
    second = call("run", tiny, "--out", tmp_path / "out", *QUICK, "--trace")
    assert "stored without a trace; it is made again with one" in second.stderr
    folder = Path(second.stdout.rpartition("Results: ")[2].strip())
    assert str(folder) != first.stdout.strip()
    assert (folder / ENTITIES).is_file()
    by_digits = call("runs", "show", folder.name.partition("-")[2], "--out", tmp_path / "out")
    assert by_digits.exit_code == 0
    assert by_digits.stdout.endswith(f"Results: {folder}\n")


def test_a_dry_run_says_how_large_the_trace_becomes(call, tiny, tmp_path):
    done = call("run", tiny, "--out", tmp_path / "out", "--dry-run", "--trace")
    assert "Trace         entities.parquet, about" in done.stdout
    assert "kzsim run" in done.stderr
    document = json.loads(call("run", tiny, "--dry-run", "--trace", "--json").stdout)
    assert document["trace_bytes"] > 10_000
    assert json.loads(call("run", tiny, "--dry-run", "--json").stdout)["trace_bytes"] is None
    assert files_below(tmp_path) == ["tiny.yaml"]


def test_a_trace_is_verified_with_the_run(call, traced):
    _, folder, _ = traced
    done = call("runs", "verify", folder)
    assert done.exit_code == 0
    assert "down to every row of the trace." in " ".join(done.stdout.split())
    assert json.loads(call("runs", "verify", folder, "--json").stdout)["traced"] is True


def test_a_changed_trace_is_not_verified(call, traced, tmp_path):
    copy = Path(shutil.copytree(traced[1], tmp_path / "moved" / traced[1].name))
    with (copy / ENTITIES).open("ab") as file:
        file.write(b"x")
    done = call("runs", "verify", copy)
    assert done.exit_code == 1
    assert "entities.parquet: this file was changed after it was written" in " ".join(done.stdout.split())


def test_a_disk_without_room_for_the_trace_is_refused_before_anything_runs(call, tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1, 1, 1_000))
    done = call("run", tiny, "--out", tmp_path / "out", "--trace", *QUICK)
    assert done.exit_code == 2
    said = " ".join(done.stderr.split())
    assert "entities.parquet will take about" in said
    assert "1.0 kB are free on this disk" in said
    assert "leave out --trace" in said
    assert files_below(tmp_path) == ["tiny.yaml"]


def test_a_disk_that_fills_up_leaves_nothing_half_written(call, tiny, tmp_path, monkeypatch):
    def full(_file):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    done = call("run", tiny, "--out", tmp_path / "out", "--trace", *QUICK)
    assert done.exit_code == 2
    assert "the disk is full" in done.stderr
    assert files_below(tmp_path) == ["tiny.yaml"]


@pytest.mark.skipif(os.name != "posix", reason="sends a POSIX signal")
def test_an_interruption_in_the_middle_leaves_nothing_half_written(tiny, tmp_path):
    out = tmp_path / "out"
    script = (
        "import os, signal, sys\n"
        "from kzsim.cli import main\n"
        "from kzsim.experiments import entities_file\n"
        "real = entities_file.pq.ParquetWriter.write_table\n"
        "def write(self, table, **more):\n"
        "    real(self, table, **more)\n"
        "    print(sorted(p.name for p in __import__('pathlib').Path(sys.argv[4]).rglob('*.parquet')))\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "entities_file.pq.ParquetWriter.write_table = write\n"
        "sys.exit(main())\n"
    )
    arguments = ["run", tiny, "--out", out, "--trace", "--jobs", "2", *QUICK]
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=120,
        check=False,
    )
    assert done.returncode == 130, done.stderr
    assert ENTITIES in done.stdout, "it was being written"
    assert "Traceback" not in done.stderr
    assert files_below(tmp_path) == ["tiny.yaml"]
