"""Sweeps give the same bytes however they are run, and a point that fails stops no other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from kzsim.experiments import InvariantError, WorkerError
from kzsim.experiments.sweeps import (
    Heard,
    LockedError,
    State,
    SweepPlan,
    Where,
    dry_run,
    open_ledger,
    plan_sweep,
    point_rows,
    read_failures,
    read_sweep,
    run_sweep,
    settled,
    tasks,
)
from kzsim.experiments.sweeps import run as running
from kzsim.experiments.sweeps import work as working
from kzsim.experiments.sweeps.pools import Bundle
from kzsim.experiments.sweeps.remote import done_of, message, run_message, versions
from kzsim.experiments.sweeps.work import How, Models
from tests.unit.sweep_cases import ONE_INVALID, digest, write


@pytest.fixture
def plan(tmp_path: Path) -> SweepPlan:
    return plan_sweep(write(tmp_path), tmp_path / "results")


@pytest.fixture(scope="session")
def expected(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of the sweep, run in one thread by the reference engine."""
    folder = tmp_path_factory.mktemp("expected")
    plan = plan_sweep(write(folder), folder / "results")
    run_sweep(plan, Where(jobs=1), engine="reference")
    return digest(plan.folder)


@pytest.mark.parametrize(
    ("engine", "jobs"), [("kernel", 1), ("kernel", 2), ("reference", 2)], ids=["1 thread", "2", "processes"]
)
def test_threads_and_processes_give_the_same_bytes(
    plan: SweepPlan, expected: str, engine: str, jobs: int
) -> None:
    state = run_sweep(plan, Where(jobs=jobs), engine=engine)
    assert state == State(done=8, failed=0, total=8, before=0)
    assert digest(plan.folder) == expected


def test_the_order_of_work_does_not_show(
    plan: SweepPlan, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = running.cut

    def shuffled(*arguments: object) -> Iterator[Bundle]:
        bundles = list(cut(*arguments))  # type: ignore[arg-type]  # passed on as they came
        return iter([bundles[at] for at in np.random.default_rng(1).permutation(len(bundles))])

    monkeypatch.setattr(running, "cut", shuffled)
    run_sweep(plan, Where(jobs=2), engine="reference")
    assert digest(plan.folder) == expected


def test_a_task_carries_plain_data_and_gives_the_same_bytes_elsewhere(plan: SweepPlan, expected: str) -> None:
    points, digests = plan.checked.points, plan.checked.digests
    with open_ledger(plan.folder, plan.about, point_rows(plan.checked)) as ledger:
        for bundle in tasks.bundles(ledger.pending(), 2, 2):
            task = message(bundle, How("reference", False), points.scenario, digests)
            assert {type(text) for text in task["scenarios"]} == {str}
            for done in done_of(run_message(task)):
                assert done.payload is not None
                ledger.add(done.point, done.replication, done.payload)
    assert digest(plan.folder) == expected


def test_a_worker_with_other_versions_refuses_its_task(plan: SweepPlan) -> None:
    bundle = next(tasks.bundles([0], 2, 1))
    task = message(bundle, How("reference", False), plan.checked.points.scenario, plan.checked.digests)
    task["versions"] = {**versions(), "numpy": "1.0"}
    with pytest.raises(WorkerError, match=r"numpy 1\.0 here and [\d.]+ there"):
        run_message(task)


def test_a_worker_that_understands_a_scenario_otherwise_refuses_its_task(plan: SweepPlan) -> None:
    bundle = next(tasks.bundles([0], 2, 1))
    task = message(bundle, How("reference", False), plan.checked.points.scenario, plan.checked.digests)
    task["digests"] = ["0" * 64]
    with pytest.raises(WorkerError, match="understands a scenario otherwise"):
        run_message(task)


def test_a_sweep_that_was_stopped_goes_on_where_it_was(plan: SweepPlan, expected: str) -> None:
    stopping = threading.Event()

    def stop_soon(state: State) -> None:
        if state.done >= 3:
            stopping.set()

    first = run_sweep(
        plan, Where(jobs=1), engine="reference", heard=Heard(state=stop_soon), stopping=stopping
    )
    assert 3 <= first.done < 8
    assert not settled(plan)
    states: list[State] = []
    second = run_sweep(plan, Where(jobs=1), engine="reference", heard=Heard(state=states.append))
    assert second == State(done=8, failed=0, total=8, before=first.done)
    assert states[0].done == first.done
    assert settled(plan)
    assert digest(plan.folder) == expected


def test_a_point_that_is_no_scenario_is_noted_and_the_others_are_run(tmp_path: Path) -> None:
    plan = plan_sweep(write(tmp_path, ONE_INVALID), tmp_path / "results")
    assert [one.number for one in plan.checked.invalid] == [1]
    state = run_sweep(plan, Where(jobs=1), engine="reference")
    assert state == State(done=4, failed=2, total=6, before=0)
    failures = read_failures(plan.folder)
    assert [(one.point, one.replication) for one in failures] == [(1, 0), (1, 1)]
    assert "follow_up" in failures[0].message
    assert read_sweep(plan).points_table["replications"].tolist() == [2, 0, 2]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_point_that_is_no_scenario_is_noted_by_processes_as_by_threads(tmp_path: Path, jobs: int) -> None:
    plan = plan_sweep(write(tmp_path, ONE_INVALID), tmp_path / "results")
    run_sweep(plan, Where(jobs=jobs), engine="reference")
    assert len(read_failures(plan.folder)) == 2


def test_a_broken_rule_in_one_replication_is_noted_with_its_message(
    plan: SweepPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_once = working.run_once

    def sometimes(engine, model, seed, replication, which, **options):  # type: ignore[no-untyped-def]  # a spy
        if (which, replication) == ("point 2", 1):
            raise InvariantError("the accounts do not add up")
        return run_once(engine, model, seed, replication, which, **options)

    monkeypatch.setattr(working, "run_once", sometimes)
    state = run_sweep(plan, Where(jobs=1), engine="reference")
    assert (state.done, state.failed) == (7, 1)
    assert read_failures(plan.folder)[0].message == "the accounts do not add up"


def test_a_sweep_goes_on_without_an_estimate_if_its_first_replications_fail(
    plan: SweepPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise InvariantError("no")

    monkeypatch.setattr(working, "run_once", never)
    estimates: list[object] = []
    heard = Heard(estimate=lambda *found: estimates.append(found))
    state = run_sweep(plan, Where(jobs=1), engine="reference", heard=heard)
    assert (state.done, state.failed) == (0, 8)
    assert estimates == []


def test_a_second_process_is_told_so(plan: SweepPlan) -> None:
    with (
        open_ledger(plan.folder, plan.about, point_rows(plan.checked)),
        pytest.raises(LockedError, match="being run already by process"),
    ):
        run_sweep(plan, Where(jobs=1), engine="reference")


def test_a_dry_run_measures_one_replication_and_writes_nothing(plan: SweepPlan) -> None:
    measured, found = dry_run(plan, Where(jobs=1), "reference")
    assert measured is not None
    assert found is not None
    assert found.tasks == 8
    assert found.work_s > 4 * measured.point_s
    assert found.disk_bytes > 8 * measured.payload_bytes
    assert not plan.folder.exists()


def test_a_large_sweep_is_measured_at_its_first_middle_and_last_point(
    plan: SweepPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kzsim.experiments.sweeps.run.LARGE", 8)
    told: list[object] = []
    done: list[int] = []
    each: list[tuple[int, int]] = []
    heard = Heard(
        state=lambda state: done.append(state.done),
        estimate=told.append,
        done=lambda one: each.append((one.point, one.replication)),
    )
    run_sweep(plan, Where(jobs=1), engine="reference", heard=heard)
    assert each[:3] == [(0, 0), (1, 1), (3, 1)]
    assert sorted(each) == [plan.about.of_task(task) for task in range(plan.tasks)]
    (expected,) = told
    assert (expected.measured, expected.tasks) == (3, 5)  # type: ignore[attr-defined]  # an Estimate
    assert done[:4] == [0, 1, 2, 3]


def test_models_are_built_once_and_let_go_when_no_replication_needs_them(plan: SweepPlan) -> None:
    built: list[int] = []

    def scenario(point: int):  # type: ignore[no-untyped-def]  # a spy
        built.append(point)
        return plan.checked.points.scenario(point)

    models = Models(scenario, {0: 2, 1: 1})
    for point in (0, 1, 0):
        assert models.get(point) is models.get(point)
        models.finished(point)
    assert built == [0, 1]
    assert len(models) == 0
