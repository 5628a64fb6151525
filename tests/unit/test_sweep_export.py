"""From stored results to tidy tables."""

from __future__ import annotations

import math
import sqlite3
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import kzsim
from kzsim.experiments import ResultsError
from kzsim.experiments.sweeps import (
    DamagedError,
    SweepPlan,
    encode,
    load_result,
    open_ledger,
    plan_sweep,
    point_rows,
    read_results,
    read_sweep,
    results_digest,
    stored_sweep,
)
from kzsim.experiments.sweeps.cells import names_of, stored
from kzsim.experiments.sweeps.database import LEDGER, content_hash
from kzsim.experiments.sweeps.export import MOST_COLUMNS
from kzsim.experiments.sweeps.payload import PayloadError
from kzsim.indicators.catalogue import INDICATORS
from tests.unit.sweep_cases import BASE, write
from tests.unit.synthetic_sweep import CELLS, payload_with

DECLARED = """\
title: Demand, declared
scenario: base.yaml
design: grid
replications: 3
parameters:
  demand: {from: 90 %, to: 110 %, steps: 2}
  green_corridors.bakhty: {values: [none, {bundle: none, measures: {dedicated_lane: on}}]}
indicators: [crossing_time, crossing_time_p90]
"""
NAMES = [indicator.name for indicator in INDICATORS]


def fill(plan: SweepPlan, **columns: list[float]) -> None:
    """A ledger in which all cells of a replication have the value of an indicator's list, by replication."""
    with open_ledger(plan.folder, plan.about, point_rows(plan.checked)) as ledger:
        for task in ledger.pending():
            point, replication = plan.about.of_task(task)
            values = np.full((len(CELLS), len(NAMES)), np.nan)
            for name, by_replication in columns.items():
                values[:, NAMES.index(name)] = by_replication[replication] + 10 * point
            ledger.add(point, replication, payload_with(values))


@pytest.fixture
def plan(tmp_path: Path) -> SweepPlan:
    return plan_sweep(write(tmp_path, DECLARED), tmp_path / "results")


def test_a_row_has_point_parameters_cell_mean_interval_and_number(plan: SweepPlan) -> None:
    fill(plan, crossing_time=[1.0, 2.0, 3.0])
    found = read_sweep(plan).results
    row = found[(found.point == 3) & (found["class"] == "all")].iloc[0]
    half = 4.302652729749464 * 1 / math.sqrt(3)  # Student's t at 2 degrees of freedom; deviation 1
    assert row["demand [%]"] == 110
    assert row["green_corridors.bakhty"] == '{"bundle": "none", "measures": {"dedicated_lane": "on"}}'
    assert (row.indicator, row.unit, row["mean"], row.n) == ("crossing_time", "h", 32.0, 3)
    assert row.low == pytest.approx(32 - half, rel=1e-12)
    assert row.high == pytest.approx(32 + half, rel=1e-12)


def test_only_declared_indicators_that_somebody_has_are_in_the_files(plan: SweepPlan) -> None:
    fill(plan, crossing_time=[1.0, 2.0, 3.0], delay=[1.0, 1.0, 1.0])
    found = read_sweep(plan).results
    assert set(found.indicator) == {"crossing_time"}
    assert len(found) == 4 * len(CELLS)


def test_a_quantile_that_a_replication_does_not_have_has_no_mean(plan: SweepPlan) -> None:
    fill(plan, crossing_time_p90=[1.0, math.nan, 3.0])
    found = read_sweep(plan).results
    assert set(found.n) == {2}
    assert found[["mean", "low", "high"]].isna().all(axis=None)


def test_csv_and_parquet_hold_the_same(plan: SweepPlan) -> None:
    fill(plan, crossing_time=[1.0, 2.5, 1 / 3], crossing_time_p90=[1.0, math.nan, 3.0])
    result = read_sweep(plan)
    pd.testing.assert_frame_equal(
        pd.read_csv(result.folder / "results.csv"), result.results, check_dtype=False
    )


def test_many_parameters_stand_in_the_file_of_points_alone(tmp_path: Path) -> None:
    text = DECLARED.replace("grid", "latin_hypercube\npoints: 2\nover: evidence").replace(", steps: 2", "")
    plan = plan_sweep(write(tmp_path, text), tmp_path / "results")
    assert len(plan.checked.points.names) > MOST_COLUMNS
    fill(plan, crossing_time=[1.0, 2.0, 3.0])
    result = read_sweep(plan)
    assert "demand [%]" not in result.results
    assert set(plan.checked.points.names) < set(result.points_table)


def test_the_digest_is_that_of_the_results_in_any_order(plan: SweepPlan) -> None:
    fill(plan, crossing_time=[1.0, 2.0, 3.0])
    results = list(read_results(plan.folder))
    assert read_sweep(plan).digest == results_digest(reversed(results))


def test_points_have_the_same_figures_together_and_one_by_one(
    plan: SweepPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(plan, crossing_time=[1.0, 2.5, 1 / 3], crossing_time_p90=[1.0, math.nan, 3.0])
    together = read_sweep(plan).results
    monkeypatch.setattr("kzsim.experiments.sweeps.export._BATCH_VALUES", 1)
    pd.testing.assert_frame_equal(read_sweep(plan).results, together, check_exact=True)


def test_points_with_fewer_results_are_not_mixed_with_the_others(tmp_path: Path) -> None:
    plan = plan_sweep(write(tmp_path, DECLARED), tmp_path / "results")
    with open_ledger(plan.folder, plan.about, point_rows(plan.checked)) as ledger:
        for task in ledger.pending():
            point, replication = plan.about.of_task(task)
            if replication < 2 or point != 1:
                ledger.add(point, replication, payload_with(np.full((len(CELLS), len(NAMES)), float(point))))
            else:
                ledger.fail(point, replication, "a deadlock")
    found = read_sweep(plan).results
    assert {point: set(rows) for point, rows in found.groupby("point").n} == {0: {3}, 1: {2}, 2: {3}, 3: {3}}
    assert (found["mean"] == found.point).all()


def test_a_report_hashes_each_result_once(plan: SweepPlan, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(plan, crossing_time=[1.0, 2.0, 3.0])
    hashed: list[int] = []

    def counted(content: bytes) -> bytes:
        hashed.append(len(content))
        return content_hash(content)

    for module in ("database", "ledger", "digest"):
        monkeypatch.setattr(f"kzsim.experiments.sweeps.{module}.content_hash", counted)
    read_sweep(plan)
    assert len(hashed) == plan.tasks


def test_a_stored_sweep_is_shown_as_it_was_when_it_was_made(plan: SweepPlan) -> None:
    fill(plan, crossing_time=[1.0, 2.5, 1 / 3], crossing_time_p90=[1.0, 2.0, 3.0])
    made = read_sweep(plan)
    found = stored_sweep(plan.folder)
    assert found.whole
    again = load_result(found)
    assert again.head == made.head
    assert (again.digest, again.done, again.rows, again.indicators) == (
        made.digest,
        made.done,
        made.rows,
        made.indicators,
    )
    assert again.points == made.points


def test_tables_leave_nothing_temporary(plan: SweepPlan) -> None:
    fill(plan, crossing_time=[1.0, 2.0, 3.0])
    read_sweep(plan)
    read_sweep(plan)
    assert {path.name for path in plan.folder.iterdir()} == {
        "ledger.lock",
        "ledger.sqlite",
        "points.csv",
        "results.csv",
        "results.parquet",
        "sweep.json",
    }


def test_no_folder_is_a_clear_message(plan: SweepPlan) -> None:
    with pytest.raises(ResultsError, match=plan.folder.name):
        read_sweep(plan)


@pytest.mark.parametrize(
    "arrays",
    [
        {"values": np.zeros((2, 2))},
        {"values": np.zeros(2), "cohort": np.zeros(2, np.int64), "names": np.zeros(1, np.int64)},
        {"values": np.zeros((2, 2)), "cohort": np.zeros(3, np.int64), "names": np.zeros(1, np.int64)},
        {"values": np.zeros((2, 2)), "cohort": np.zeros(2), "names": np.zeros(1, np.int64)},
        {"values": np.zeros((2, 2)), "cohort": np.zeros(2, np.int64), "names": np.zeros(1, np.int64)},
    ],
)
def test_a_payload_of_something_else_is_refused(arrays: dict[str, np.ndarray]) -> None:
    with pytest.raises(PayloadError):
        names_of(stored(encode(arrays)))


def test_a_result_of_something_else_is_a_damaged_ledger(plan: SweepPlan) -> None:
    with open_ledger(plan.folder, plan.about, point_rows(plan.checked)) as ledger:
        ledger.add(0, 0, encode({"values": np.zeros((2, 2))}))
    with pytest.raises(DamagedError, match="point 0, replication 0 cannot be read"):
        read_sweep(plan)


def test_a_row_that_was_changed_is_named(plan: SweepPlan) -> None:
    fill(plan, crossing_time=[1.0, 2.0, 3.0])
    with sqlite3.connect(plan.folder / LEDGER) as connection:
        connection.execute("UPDATE result SET payload = zeroblob(9) WHERE task = 4")
    connection.close()
    with pytest.raises(DamagedError, match="point 1, replication 1"):
        read_sweep(plan)


def test_the_python_api_returns_the_same_tables(tmp_path: Path) -> None:
    path = write(tmp_path, DECLARED, BASE)
    states: list[int] = []
    result = kzsim.sweep(
        path,
        jobs=1,
        out=tmp_path / "results",
        engine="reference",
        progress=lambda one: states.append(one.done),
    )
    assert (result.done, result.failures, states[-1]) == (12, (), 12)
    assert set(result.results.indicator) == {"crossing_time", "crossing_time_p90"}
    assert result.points_table["demand"].tolist() == ["90 %", "90 %", "110 %", "110 %"]
    again = kzsim.sweep(path, out=tmp_path / "results")
    assert again.digest == result.digest


@pytest.mark.parametrize("options", [{"jobs": 0}, {"scheduler": "tcp://x:1", "local_cluster": True}])
def test_the_python_api_refuses_what_makes_no_sense(tmp_path: Path, options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"exclude|at least 1"):
        kzsim.sweep(write(tmp_path), out=tmp_path, **options)  # type: ignore[arg-type]  # wrong on purpose
