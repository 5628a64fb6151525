from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kzsim import border, compiled
from kzsim import scenario as scenarios
from kzsim.engines import choice
from kzsim.engines.errors import DeadlockError, Waiter
from kzsim.experiments import replications, runs
from kzsim.experiments.errors import ReplicationDeadlockError, WorkerError
from kzsim.experiments.files import result_files
from kzsim.network.model import MS_PER_DAY
from kzsim.scenario import Corridor, Scenario, Scope

ROOT = Path(__file__).parents[2]

SCRIPT = """
import sys
from kzsim import experiments, scenario

if __name__ == "__main__":
    found = scenario.load(sys.argv[1])
    try:
        experiments.run(
            found,
            replications=400,
            jobs=2,
            engine=sys.argv[2],
            progress=lambda done, total: print(done, flush=True),
        )
    except KeyboardInterrupt:
        sys.exit(130)
"""


def scenario(**changes: Any) -> Scenario:
    """Four days at one crossing: a few hundred trucks."""
    short = {
        "last_day": date(2023, 3, 4),
        "run_in_ms": MS_PER_DAY // 2,
        "follow_up_ms": MS_PER_DAY,
        "replications": 3,
    }
    return replace(scenarios.load(ROOT / "scenarios" / "minimal.yaml"), **{**short, **changes})


def files(found: Scenario, jobs: int, engine: str) -> dict[str, bytes]:
    return dict(result_files(runs.plan(found), runs.run(found, jobs=jobs, engine=engine)))


def test_the_same_bytes_come_from_either_engine_and_from_any_number_of_threads_and_processes() -> None:
    alone = files(scenario(), 1, "kernel")
    assert "comparison.csv" in alone
    assert "counterfactual_indicators.csv" in alone
    assert alone == files(scenario(), 2, "kernel")
    assert alone == files(scenario(), 3, "kernel")
    assert alone == files(scenario(), 1, "reference")
    assert alone == files(scenario(), 2, "reference")


def test_a_result_says_which_engine_made_it_and_has_the_same_outcomes_from_both() -> None:
    kernel = runs.run(scenario(), jobs=2, engine="kernel")
    reference = runs.run(scenario(), engine="reference")
    assert (kernel.engine, reference.engine) == ("kernel", "reference")
    assert kernel.outcomes == reference.outcomes
    assert {which: len(set(found)) for which, found in kernel.outcomes.items()} == {
        "scenario": 3,
        "counterfactual": 3,
    }


def test_the_engine_does_not_change_which_run_it_is() -> None:
    planned = runs.plan(scenario())
    choices = [runs.choose_engine(planned, engine) for engine in choice.ENGINES]
    assert [found.engine for found in choices] == ["kernel", "reference"]
    assert planned.digest == runs.plan(scenario()).digest


@pytest.mark.skipif(not compiled.IS_COMPILED, reason="needs a compiler")
def test_all_scenarios_are_run_by_one_compiled_signature() -> None:
    from kzsim.engines.kernel.loop import advance

    runs.run(scenario(replications=1), engine="kernel")
    runs.run(scenario(replications=2, corridors={}), jobs=2, engine="kernel")
    rail = {"road": (), "rail": ("dostyk",), "corridors": {}}
    runs.run(scenario(replications=1, **rail), engine="kernel")
    signatures: Any = advance
    assert len(signatures.signatures) == 1


def test_the_first_replications_do_not_depend_on_how_many_follow() -> None:
    two, three = runs.run(scenario(replications=2)), runs.run(scenario())
    first = three.replications[three.replications["replication"] < 2].reset_index(drop=True)
    assert first.equals(two.replications)


def test_another_seed_gives_other_figures() -> None:
    one, other = runs.run(scenario(replications=1)), runs.run(scenario(replications=1, seed=2))
    assert not one.indicators["mean"].equals(other.indicators["mean"])


def test_the_counterfactual_is_the_run_of_the_scenario_without_corridors() -> None:
    found = runs.run(scenario(replications=1))
    bare = runs.run(scenarios.without_corridors(scenario(replications=1)))
    assert bare.comparison is None
    assert found.counterfactual_indicators is not None
    assert found.counterfactual_indicators.equals(bare.indicators)


def test_the_comparison_agrees_with_the_two_runs_it_compares() -> None:
    found = runs.run(scenario(replications=2))
    assert found.comparison is not None
    assert found.counterfactual_indicators is not None
    keys = ["crossing", "mode", "direction", "class", "corridor", "indicator"]
    rows = found.comparison[found.comparison["indicator"] == "crossing_time"].set_index(keys)
    own = found.indicators.set_index(keys)["mean"]
    base = found.counterfactual_indicators.set_index(keys)["mean"]
    at_home = [key for key in rows.index if key[3].startswith("at_home")]
    assert at_home
    for key in at_home:
        assert rows.loc[key, "alternative"] == pytest.approx(own[key], nan_ok=True)
        if key[4] == "all":  # other cells are the scenario's, and the counterfactual has no users
            assert rows.loc[key, "base"] == pytest.approx(base[key], nan_ok=True)
    # of the legs that follow only those who came in both runs, and early enough, are compared
    for way in ("kz_to_cn", "cn_to_kz"):
        key = ("bakhty", "road", way, "all", "all", "crossing_time")
        assert rows.loc[key, "alternative"] == pytest.approx(own[key], rel=0.15)


def test_without_a_counterfactual_there_is_no_comparison() -> None:
    found = runs.run(scenario(replications=1), counterfactual=False)
    assert found.comparison is None
    assert found.counterfactual_binding is None


EVERYWHERE = Scope(("kz_to_cn", "cn_to_kz"), ("kz", "cn"))


@pytest.mark.parametrize(
    ("road", "rail", "measure", "changes"),
    [
        ((), ("dostyk",), "priority_class", False),  # the corridor is at Bakhty, which is not simulated
        (("bakhty",), (), "priority_class", True),
        (("dostyk",), (), "priority_class", False),
        ((), ("nur_zholy",), "dedicated_lane", False),  # a measure of the road
        ((), ("nur_zholy",), "early_declaration", False),  # meant for trains, but changes nothing of theirs
        ((), ("nur_zholy",), "priority_class", True),
    ],
)
def test_a_run_without_corridors_is_made_only_where_they_change_something_that_is_simulated(
    road: tuple[str, ...], rail: tuple[str, ...], measure: str, changes: bool
) -> None:
    corridors = dict.fromkeys(("bakhty", "nur_zholy"), Corridor({measure: EVERYWHERE}))
    case = scenario(road=road, rail=rail, corridors=corridors)
    without = border.build(scenarios.without_corridors(case))
    assert (border.build(case).network != without.network) is changes
    assert runs.plan(case).counterfactual is changes


def test_a_run_of_trains_alone_is_judged_once_where_the_corridors_are_of_the_road() -> None:
    storm = scenarios.load(ROOT / "scenarios" / "storm_dostyk_december.yaml")
    short = replace(storm, last_day=date(2023, 11, 10), run_in_ms=0, follow_up_ms=MS_PER_DAY, replications=1)
    assert storm.corridors
    found = runs.run(short)
    assert found.comparison is None
    assert {judgement.run for judgement in found.judgements} == {"scenario"}


def test_progress_is_told_in_order() -> None:
    told: list[tuple[int, int]] = []
    runs.run(scenario(), counterfactual=False, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_a_deadlock_tells_its_replication_and_its_run(monkeypatch: pytest.MonkeyPatch) -> None:
    real = choice.load("kernel")
    calls: list[int] = []

    def stuck(program: Any, entities: Any, **kept: bool) -> Any:
        calls.append(1)
        if len(calls) == 4:
            raise DeadlockError(7, (Waiter("truck 1", ("yard",), "strip"),))
        return real(program, entities, **kept)

    monkeypatch.setattr(choice, "load", lambda _: stuck)
    with pytest.raises(ReplicationDeadlockError) as caught:
        runs.run(scenario())
    assert isinstance(caught.value, DeadlockError)
    assert str(caught.value).splitlines() == [
        "replication 1 of the counterfactual: deadlock at 7 ms after the start, 1 entities:",
        "  truck 1 holds yard and waits for strip",
    ]


def test_a_failure_in_one_thread_ends_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    real = choice.load("kernel")
    calls: list[int] = []

    def stuck(program: Any, entities: Any, **kept: bool) -> Any:
        calls.append(1)
        if len(calls) == 5:
            raise DeadlockError(7, (Waiter("truck 1", ("yard",), "strip"),))
        return real(program, entities, **kept)

    monkeypatch.setattr(choice, "load", lambda _: stuck)
    before = threading.active_count()
    with pytest.raises(ReplicationDeadlockError):
        runs.run(scenario(replications=500), jobs=2, engine="kernel")
    assert threading.active_count() == before
    assert len(calls) < 100


def test_a_deadlock_travels_between_processes() -> None:
    error = ReplicationDeadlockError(7, (Waiter("truck 1", ("yard",), "strip"),), 3, "scenario")
    back = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert str(back) == str(error)
    assert (back.replication, back.which, back.waiters) == (3, "scenario", error.waiters)


@pytest.mark.skipif(os.name != "posix", reason="kills a process by a POSIX signal")
def test_a_killed_worker_is_reported_and_none_stays_behind() -> None:
    before = set(multiprocessing.active_children())

    def kill(done: int, total: int) -> None:
        for child in set(multiprocessing.active_children()) - before:
            os.kill(child.pid or 0, signal.SIGKILL)

    with pytest.raises(WorkerError, match="killed, perhaps for want of memory"):
        runs.run(scenario(replications=30), jobs=2, counterfactual=False, engine="reference", progress=kill)
    assert set(multiprocessing.active_children()) <= before


@pytest.mark.skipif(os.name != "posix", reason="process groups are POSIX")
@pytest.mark.parametrize("engine", choice.ENGINES)
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_no_worker_survives_an_interruption_or_the_death_of_its_parent(
    tmp_path: Path, end: int, engine: str
) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    command = [sys.executable, str(script), str(ROOT / "scenarios" / "minimal.yaml"), engine]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "sim")},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "1\n"
        if end == signal.SIGINT:
            os.killpg(process.pid, end)  # as a terminal does: to the workers as well
        else:
            process.kill()
        _, errors = process.communicate(timeout=60)
    assert process.returncode == (130 if end == signal.SIGINT else -signal.SIGKILL)
    if end == signal.SIGINT:
        assert errors == ""
    assert _group_ends(process.pid)


def _group_ends(group: int) -> bool:
    """Whether the process group empties; it is given time, for the end of a process takes some."""
    for _ in range(600):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        time.sleep(0.1)
    return False


@pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_no_signal_strikes_while_a_pool_is_being_made(number: int) -> None:
    made: list[str] = []

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    def make() -> None:
        with replications.interrupts_held_back():
            os.kill(os.getpid(), number)
            time.sleep(0.05)
            made.append("whole")

    before = signal.signal(number, end)
    try:
        with pytest.raises(KeyboardInterrupt):
            make()
        assert signal.getsignal(number) is end
    finally:
        signal.signal(number, before)
    assert made == ["whole"]
