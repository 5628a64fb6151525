"""One replication after another, in this process or in several, with the same bytes either way."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass

from kzsim.draws import draw
from kzsim.engines import reference
from kzsim.engines.errors import DeadlockError
from kzsim.experiments.errors import ReplicationDeadlockError, WorkerError
from kzsim.experiments.models import Model, counterfactual_of, make_model
from kzsim.indicators.comparison import Pairs, Passage, compare
from kzsim.indicators.errors import InvariantError
from kzsim.indicators.summary import Observed, Summary, summarise
from kzsim.network.program import I32
from kzsim.scenario import Scenario

Progress = Callable[[int, int], None]
"""Called with (replications done, replications in all)."""


@dataclass(frozen=True)
class Replication:
    """What is kept of one replication of a scenario and, if there is one, of its counterfactual."""

    number: int
    scenario: Summary
    counterfactual: Summary | None
    pairs: Pairs | None
    seconds: float


@dataclass(frozen=True)
class Task:
    """What a worker must know to run any replication."""

    scenario: Scenario
    counterfactual: bool


class Runner:
    """Runs replications of one task; builds its models once."""

    def __init__(self, task: Task) -> None:
        self._seed = task.scenario.seed
        self.model = make_model(task.scenario)
        self.base = make_model(counterfactual_of(task.scenario)) if task.counterfactual else None

    def run(self, replication: int) -> Replication:
        """Run one replication. Raises ReplicationDeadlockError or InvariantError."""
        began = time.perf_counter()
        summary, passage, group = self._observe(self.model, replication, "scenario")
        base_summary = pairs = None
        if self.base is not None:
            base_summary, base_passage, _ = self._observe(self.base, replication, "counterfactual")
            pairs = compare(self.model.layout, group, base_passage, passage)
        return Replication(replication, summary, base_summary, pairs, time.perf_counter() - began)

    def _observe(self, model: Model, replication: int, which: str) -> tuple[Summary, Passage, I32]:
        entities = draw(model.program, self._seed, replication)
        try:
            outcome = reference.run(model.program, entities)
        except DeadlockError as error:
            raise ReplicationDeadlockError(error.at_ms, error.waiters, replication, which) from error
        seen = Observed(
            arrival_ms=entities.arrival_ms,
            exit_ms=outcome.exit_ms,
            free_flow_ms=entities.free_flow_ms,
            group=entities.group,
            phase=entities.phase,
            account_ms=outcome.account_ms,
            in_line=outcome.in_line,
            in_zone=outcome.in_zone,
            busy_ms=outcome.busy_ms,
        )
        passage = Passage(entities.arrival_ms, outcome.exit_ms, entities.free_flow_ms, entities.phase)
        try:
            summary = summarise(model.layout, seen, hourly=which == "scenario")
        except InvariantError as error:
            raise InvariantError(f"replication {replication} of the {which}: {error}") from error
        return summary, passage, entities.group


@contextmanager
def replicating(task: Task, jobs: int) -> Iterator[tuple[Runner, Iterator[Replication]]]:
    """A runner with the task's models, and all replications in their order, whatever ``jobs`` is.

    With one job they run here, else in that many processes started afresh. However the context is
    left, by an error or an interruption, no process stays behind. Raises WorkerError if a process
    dies, and what the first replication that fails raises: ReplicationDeadlockError, InvariantError.
    """
    count = task.scenario.replications
    if min(jobs, count) <= 1:
        runner = Runner(task)
        yield runner, (runner.run(number) for number in range(count))
        return
    before = set(multiprocessing.active_children())
    executor = ProcessPoolExecutor(
        max_workers=min(jobs, count),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start_worker,
        initargs=(task,),
    )
    waiting: list[Future[Replication]] = []
    try:
        waiting += [executor.submit(_run_in_worker, number) for number in range(count)]
        waiting.reverse()
        # built while the workers build theirs
        yield Runner(task), _answers(waiting)
    except BrokenProcessPool as error:
        raise WorkerError(
            "a worker process ended without an answer; it was killed, perhaps for want of memory. "
            "Fewer --jobs need less memory."
        ) from error
    finally:
        if waiting:
            # nobody wants their answers any more, and a replication may have minutes to go
            for child in set(multiprocessing.active_children()) - before:
                child.terminate()
        executor.shutdown(wait=True, cancel_futures=True)


def _answers(waiting: list[Future[Replication]]) -> Iterator[Replication]:
    while waiting:
        answer = waiting[-1].result()
        # taken off the list so that an answer is let go once it has been used
        waiting.pop()
        yield answer


_runner: list[Runner] = []
"""The one runner of a worker process, empty in any other."""


def _start_worker(task: Task) -> None:
    # the process that started this one decides when to stop, and says so to the user
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _runner[:] = [Runner(task)]


def _end_with_parent() -> None:
    """End this process when its parent is gone, which a pool's own queues would never notice."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _run_in_worker(number: int) -> Replication:
    return _runner[0].run(number)
