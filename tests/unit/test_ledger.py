from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from kzsim import scenario as scenarios
from kzsim.experiments import ledger, models, runs
from kzsim.experiments.errors import ResultsError
from kzsim.experiments.files import csv_bytes, parquet_bytes
from kzsim.experiments.identity import digest
from kzsim.experiments.result import RunResult
from kzsim.experiments.runs import Plan
from kzsim.indicators import tables
from kzsim.indicators.binding import binding
from kzsim.indicators.judgements import judge
from kzsim.scenario import Scenario
from tests.unit.test_indicators_tables import collected, replication

START = datetime(2023, 3, 1, tzinfo=ZoneInfo("Asia/Almaty"))
WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
FILES = {
    "manifest.json",
    "scenario.resolved.yaml",
    "indicators.csv",
    "replications.csv",
    "hourly.parquet",
    "delay_accounts.csv",
    "binding.csv",
    "servers.csv",
    "judgements.csv",
}


def scenario(**changes: Any) -> Scenario:
    return replace(scenarios.load(ROOT / "scenarios" / "minimal.yaml"), **changes)


def plan(**changes: Any) -> Plan:
    wanted = scenario(**changes)
    return Plan(
        scenario=wanted,
        replications=wanted.replications,
        seed=wanted.seed,
        counterfactual=False,
        digest=digest(wanted, counterfactual=False, used={}),
        model_version="1.0+00000000",
        expected=(models.Expected("a", "road", "kz_to_cn", 8.0),),
        used={},
        warnings=(),
        notes=("one note",),
    )


@pytest.fixture(scope="module")
def result() -> RunResult:
    seen = collected(replication(4), replication(6))
    bound = binding(seen.layout, seen.account_hours, seen.mean_busy_ms, seen.mean_capacity_ms)
    return RunResult(
        title="Two replications",
        seed=1,
        n_replications=2,
        start=START,
        horizon_ms=seen.layout.horizon_ms,
        run_in_ms=seen.layout.cohort_from_ms,
        follow_up_ms=seen.layout.follow_up_ms,
        indicators=tables.indicator_table(seen),
        replications=tables.replication_table(seen),
        delay_accounts=tables.account_table(seen),
        binding=tables.binding_table(bound),
        servers=tables.server_table(seen),
        judgements=judge(seen),
        hourly=tables.hourly_table(seen, START),
        timing={"wall_s": 65.0, "replication_s": 30.0, "entities": 4.0},
        notes=("one note",),
    )


def store(folder: Path, result: RunResult, wanted: Plan | None = None) -> Path:
    return ledger.store(folder, wanted or plan(), result, command="kzsim run x.yaml", finished=WHEN)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_run_is_stored_whole_under_its_time_and_digest(tmp_path: Path, result: RunResult) -> None:
    folder = tmp_path / "deep" / "minimal"
    path = store(folder, result)
    assert path.name == f"20260102T030405Z-{plan().digest[:8]}"
    assert names(path) == FILES
    assert names(folder) == {path.name, "LATEST"}
    assert (folder / "LATEST").read_text(encoding="utf-8") == f"{path.name}\n"


def test_the_manifest_tells_how_the_run_was_made(tmp_path: Path, result: RunResult) -> None:
    manifest = json.loads((store(tmp_path, result) / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["digest"] == plan().digest
    assert manifest["command"] == "kzsim run x.yaml"
    assert manifest["started_utc"] == "2026-01-02T03:03:00+00:00"
    assert manifest["finished_utc"] == "2026-01-02T03:04:05+00:00"
    assert set(manifest["files"]) == FILES - {"manifest.json"}
    assert set(manifest["packages"]) >= {"numpy", "simpy"}


def test_a_stored_run_reads_back_to_the_last_bit(tmp_path: Path, result: RunResult) -> None:
    found = ledger.load_run(store(tmp_path, result))
    for field in fields(RunResult):
        written, read = getattr(result, field.name), getattr(found, field.name)
        if field.name in ("hourly", "manifest", "start"):
            continue
        if isinstance(written, pd.DataFrame):
            pd.testing.assert_frame_equal(written, read, check_exact=True)
        elif field.name == "judgements":
            assert tables.judgement_table(read).equals(tables.judgement_table(written))
        else:
            assert read == written, field.name
    assert found.start == START
    assert found.hourly is None
    assert found.manifest is not None


def test_hourly_readings_are_a_plain_parquet_table(tmp_path: Path, result: RunResult) -> None:
    assert result.hourly is not None
    found = pd.read_parquet(store(tmp_path, result) / "hourly.parquet")
    assert tuple(found.columns) == tuple(result.hourly.columns)
    assert found["mean"].tolist() == result.hourly["mean"].tolist()
    assert str(found["time_utc"].dt.tz) == "UTC"


def test_the_same_tables_give_the_same_bytes(result: RunResult) -> None:
    assert result.hourly is not None
    assert parquet_bytes(result.hourly) == parquet_bytes(result.hourly.copy())
    text = csv_bytes(pd.DataFrame({"a": [0.1 + 0.2, float("nan")], "b": ["x", ""]})).decode()
    assert text == "a,b\n0.30000000000000004,x\n,\n"


def test_the_resolved_scenario_is_yaml_and_says_where_each_value_came_from(
    tmp_path: Path, result: RunResult
) -> None:
    import yaml

    wanted = scenario()
    used = models.make_model(wanted).border.parameters.used
    path = store(tmp_path, result, replace(plan(), used=used))
    found = yaml.safe_load((path / "scenario.resolved.yaml").read_text(encoding="utf-8"))
    assert found["scenario"]["seed"]["value"] == 1
    assert found["scenario"]["seed"]["origin"].endswith(f"minimal.yaml:{_line_of('seed: 1')}")
    assert found["settings"]["road"] == ["bakhty"]
    assert set(found["evidence"]) == set(used)
    for entry in found["evidence"].values():
        assert {"value", "unit", "grade"} <= set(entry)


def _line_of(text: str) -> int:
    lines = (ROOT / "scenarios" / "minimal.yaml").read_text(encoding="utf-8").splitlines()
    return lines.index(text) + 1


def test_options_of_the_command_are_named_as_the_origin() -> None:
    found = models.with_run_values(scenario(), 7, None)
    assert (found.replications, found.origins["replications"]) == (7, "--replications")
    assert found.origins["seed"] != "--seed"
    with pytest.raises(ValueError, match="at least 1"):
        models.with_run_values(scenario(), 0, None)


def test_the_same_run_is_found_and_another_is_not(tmp_path: Path, result: RunResult) -> None:
    path = store(tmp_path, result)
    assert ledger.find(tmp_path, plan().digest) == path
    assert ledger.find(tmp_path, plan(seed=2).digest) is None
    assert ledger.find(tmp_path / "nowhere", plan().digest) is None


def test_the_digest_is_over_what_decides_and_nothing_else() -> None:
    base = digest(scenario(), counterfactual=True, used={})
    assert digest(scenario(title="Other", description="words"), counterfactual=True, used={}) == base
    assert digest(scenario(seed=2), counterfactual=True, used={}) != base
    assert digest(scenario(replications=9), counterfactual=True, used={}) != base
    assert digest(scenario(), counterfactual=False, used={}) != base
    used = models.make_model(scenario()).border.parameters.used
    known = digest(scenario(), counterfactual=True, used=used)
    key = next(key for key, fact in used.items() if type(fact.value) in (int, float))
    other = {**used, key: replace(used[key], value=used[key].number + 1)}
    assert digest(scenario(), counterfactual=True, used=other) != known


def test_a_damaged_run_is_neither_found_nor_read(tmp_path: Path, result: RunResult) -> None:
    path = store(tmp_path, result)
    with (path / "indicators.csv").open("a", encoding="utf-8") as file:
        file.write("x\n")
    with pytest.raises(ResultsError, match="changed after it was written"):
        ledger.load_run(path)
    (path / "indicators.csv").unlink()
    assert ledger.find(tmp_path, plan().digest) is None
    with pytest.raises(ResultsError, match="No such file"):
        ledger.load_run(path)
    (path / "manifest.json").write_text("[]", encoding="utf-8")
    with pytest.raises(ResultsError, match="not the manifest of a run"):
        ledger.load_run(path)


def test_a_manifest_cannot_point_outside_its_folder(tmp_path: Path, result: RunResult) -> None:
    path = store(tmp_path, result)
    manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["../LATEST"] = "0"
    (path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ResultsError, match="is not the name of a result file"):
        ledger.load_run(path)


def test_a_second_process_uses_the_run_that_the_first_has_stored(tmp_path: Path, result: RunResult) -> None:
    first = store(tmp_path, result)
    later = ledger.store(
        tmp_path, plan(), result, command="again", finished=datetime(2026, 1, 2, 4, tzinfo=UTC)
    )
    assert later == first
    assert names(tmp_path) == {first.name, "LATEST"}


def test_of_two_processes_that_rename_at_once_the_first_name_stays(
    tmp_path: Path, result: RunResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = store(tmp_path, result)
    real, looks = ledger.find, iter([None])
    # the first look comes before the other process has renamed
    monkeypatch.setattr(ledger, "find", lambda *given: next(looks, real(*given)))
    later = ledger.store(
        tmp_path, plan(), result, command="again", finished=datetime(2026, 1, 2, 4, tzinfo=UTC)
    )
    assert later == first
    assert names(tmp_path) == {first.name, "LATEST"}


def test_a_rename_onto_the_same_name_uses_what_is_there(
    tmp_path: Path, result: RunResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = store(tmp_path, result)
    real, looks = ledger.find, iter([None])
    monkeypatch.setattr(ledger, "find", lambda *given: next(looks, real(*given)))
    assert store(tmp_path, result) == first
    assert names(tmp_path) == {first.name, "LATEST"}


@pytest.mark.parametrize("broken", ["hourly.parquet", "manifest.json", "LATEST"])
def test_a_full_disk_is_said_plainly_and_leaves_nothing_half_written(
    tmp_path: Path, result: RunResult, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    real = ledger._write

    def full(path: Path, content: bytes) -> None:
        if path.name.endswith(broken):
            path.write_bytes(content[: len(content) // 2])
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        real(path, content)

    monkeypatch.setattr(ledger, "_write", full)
    folder = tmp_path / "results"
    with pytest.raises(ResultsError) as caught:
        store(folder, result)
    assert caught.value.message == f"{folder}: the disk is full; no results were written."
    assert caught.value.remedy == "Free some space or choose another disk with --out."
    assert not [name for name in names(folder) if name.startswith(".tmp-") or name == "LATEST"]
    if broken != "LATEST":
        assert names(folder) == set()


def test_an_interruption_while_writing_leaves_nothing(
    tmp_path: Path, result: RunResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(path: Path, content: bytes) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ledger, "_write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        store(tmp_path, result)
    assert names(tmp_path) == set()


def test_a_folder_without_permission_is_refused_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(self: Path, *given: Any, **more: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, "mkdir", denied)
    with pytest.raises(ResultsError, match=r"no permission to write here.*Choose another folder with --out"):
        ledger.prepare(tmp_path / "results")


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("", encoding="utf-8")
    with pytest.raises(ResultsError, match="a file is in the way"):
        ledger.prepare(tmp_path / "results")
    with pytest.raises(ResultsError, match="a file is in the way"):
        ledger.prepare(tmp_path / "results" / "minimal")


def test_what_killed_runs_left_is_removed_and_what_others_write_is_not(tmp_path: Path) -> None:
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    host = ledger._host()
    dead = tmp_path / f".tmp-{host}-{int(gone.stdout)}-aa"
    alive = tmp_path / f".tmp-{host}-{os.getpid()}-bb"
    elsewhere = tmp_path / ".tmp-00000000-1-cc"
    old = tmp_path / ".tmp-00000000-1-dd"
    for folder in (dead, alive, elsewhere, old):
        folder.mkdir()
        (folder / "half").write_text("x", encoding="utf-8")
    os.utime(old, (0, 0))
    ledger.prepare(tmp_path)
    assert names(tmp_path) == {alive.name, elsewhere.name}


def test_a_plan_of_a_scenario_without_corridors_has_no_counterfactual() -> None:
    found = runs.plan(scenario(corridors={}), replications=2, seed=5)
    assert (found.replications, found.seed, found.counterfactual) == (2, 5, False)
    flows = [(item.crossing, item.mode, item.direction) for item in found.expected]
    assert flows == [("bakhty", "road", "kz_to_cn"), ("bakhty", "road", "cn_to_kz")]
    assert all(item.entities > 100 for item in found.expected)
