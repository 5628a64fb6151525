"""Several scenarios on the same entities."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest

from kzsim.experiments.models import counterfactual_of
from kzsim.experiments.replications import Task, replicating
from kzsim.experiments.worlds import Worlds, in_turn
from kzsim.scenario import load

MINIMAL = Path(__file__).parents[2] / "scenarios" / "minimal.yaml"


def test_two_worlds_give_what_a_run_and_its_counterfactual_give() -> None:
    scenario = load(MINIMAL)
    worlds = Worlds([counterfactual_of(scenario), scenario], seed=scenario.seed, hourly={1})
    together = worlds.run(1)
    with replicating(Task(scenario, counterfactual=True), jobs=1) as (_, answers):
        replication = list(answers)[1]
    assert together.hashes == (replication.counterfactual_hash, replication.scenario_hash)
    assert replication.pairs is not None
    assert np.array_equal(together.pairs[0].winners, replication.pairs.winners)
    assert np.array_equal(together.summaries[1].values, replication.scenario.values, equal_nan=True)
    assert together.summaries[0].hourly is None
    assert together.summaries[1].hourly is not None


def test_answers_come_in_order_from_as_many_threads_as_asked_for_and_few_are_begun_ahead() -> None:
    begun: list[int] = []
    names: set[str] = set()

    def run(task: int) -> int:
        begun.append(task)
        names.add(threading.current_thread().name)
        time.sleep(0.002 * (task % 3))
        return task * task

    with in_turn(run, range(40), 3, lambda: None) as answers:
        assert next(answers) == 0
        assert len(begun) <= 5
        assert list(answers) == [n * n for n in range(1, 40)]
    assert len(names) == 3


def test_what_one_task_raises_reaches_the_caller_and_the_rest_is_stopped() -> None:
    stopped = threading.Event()

    def run(task: int) -> int:
        if task == 5:
            raise ValueError("five")
        return task

    with pytest.raises(ValueError, match="five"), in_turn(run, range(1000), 2, stopped.set) as answers:
        list(answers)
    assert stopped.is_set()
