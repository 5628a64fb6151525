"""One replication after another, in this process, in threads or in processes, with the same bytes."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kzsim import compiled
from kzsim.engines import choice
from kzsim.engines.errors import DeadlockError
from kzsim.experiments.errors import ReplicationDeadlockError, WorkerError
from kzsim.experiments.models import Model, counterfactual_of, make_model
from kzsim.experiments.warmup import make_ready
from kzsim.indicators.comparison import Pairs, Passage, compare
from kzsim.indicators.errors import InvariantError
from kzsim.indicators.summary import Observed, Summary, summarise
from kzsim.scenario import Scenario

if TYPE_CHECKING:
    from kzsim.engines.outcome import Outcome
    from kzsim.network.entities import Entities

Progress = Callable[[int, int], None]
"""Called with (replications done, replications in all)."""


@dataclass(frozen=True)
class Replication:
    """What is kept of one replication of a scenario and, if there is one, of its counterfactual.

    The hashes are those of the two outcomes, see ``outcome_hash``; '' without a counterfactual.
    """

    number: int
    scenario: Summary
    counterfactual: Summary | None
    pairs: Pairs | None
    scenario_hash: str
    counterfactual_hash: str
    seconds: float


@dataclass(frozen=True)
class Task:
    """What a worker must know to run any replication. ``compiled``: by machine code, else without."""

    scenario: Scenario
    counterfactual: bool
    engine: str = choice.KERNEL
    compiled: bool = True


@dataclass(frozen=True)
class _Run:
    """One run of one model; ``passage`` only where there is something to compare with."""

    summary: Summary
    passage: Passage | None
    entities: Entities
    hash: str


class Runner:
    """Runs replications of one task; builds its models once. Several threads may use one runner."""

    def __init__(self, task: Task, model: Model | None = None) -> None:
        self._task = task
        self._engine = choice.load(task.engine)
        self._stopped = threading.Event()
        self._building = threading.Lock()
        self._base: Model | None = None
        self.model = model or make_model(task.scenario)

    @property
    def base(self) -> Model | None:
        """The counterfactual's model, built when first asked for; None without a counterfactual."""
        with self._building:
            if self._base is None and self._task.counterfactual:
                self._base = make_model(counterfactual_of(self._task.scenario))
            return self._base

    def run(self, replication: int) -> Replication:
        """Run one replication. Raises ReplicationDeadlockError or InvariantError."""
        with nullcontext() if self._task.compiled else compiled.set_aside():
            return self._run(replication)

    def _run(self, replication: int) -> Replication:
        began = time.perf_counter()
        own = self._observe(self.model, replication, "scenario")
        base_summary, pairs, base_hash = None, None, ""
        if self.base is not None:
            base = self._observe(self.base, replication, "counterfactual")
            base_summary, base_hash = base.summary, base.hash
            if base.passage is not None and own.passage is not None:
                pairs = compare(self.model.layout, own.entities.group, base.passage, own.passage)
        seconds = time.perf_counter() - began
        return Replication(replication, own.summary, base_summary, pairs, own.hash, base_hash, seconds)

    def stop(self) -> None:
        """Let threads that are at it end at their next step, with CancelledError."""
        self._stopped.set()

    def _observe(self, model: Model, replication: int, which: str) -> _Run:
        from kzsim.draws import draw

        self._go_on()
        entities = draw(model.program, self._task.scenario.seed, replication)
        self._go_on()
        try:
            outcome = self._engine(model.program, entities, passage=self._task.counterfactual)
        except DeadlockError as error:
            raise ReplicationDeadlockError(error.at_ms, error.waiters, replication, which) from error
        self._go_on()
        seen = Observed(
            observers=outcome.observers,
            account_ms=outcome.account_ms,
            in_line=outcome.in_line,
            in_zone=outcome.in_zone,
            busy_ms=outcome.busy_ms,
        )
        passage = None
        if (kept := outcome.passage) is not None:
            passage = Passage(entities.arrival_ms, kept.exit_ms, kept.free_flow_ms, entities.phase)
        try:
            summary = summarise(model.layout, seen, hourly=which == "scenario")
        except InvariantError as error:
            raise InvariantError(f"replication {replication} of the {which}: {error}") from error
        return _Run(summary, passage, entities, outcome_hash(outcome))

    def _go_on(self) -> None:
        if self._stopped.is_set():
            raise CancelledError


def outcome_hash(outcome: Outcome) -> str:
    """Sha256 in hex over all observers, accounts, lines, zones and busy times.

    The observers' digest stands for every exit and free-flow time. Of each table its shape, the places
    that are not 0 and what stands there, little-endian: most of the observers are empty. Equal for
    both engines, on every machine, whatever else was kept.
    """
    found = hashlib.sha256()
    tables = outcome.observers.tables().values()
    for part in (*tables, outcome.account_ms, outcome.in_line, outcome.in_zone, outcome.busy_ms):
        flat = np.ascontiguousarray(part).ravel()
        filled = np.flatnonzero(flat)
        for numbers in (np.array(part.shape), filled, flat[filled]):
            found.update(np.ascontiguousarray(numbers, dtype=numbers.dtype.newbyteorder("<")).data)
    return found.hexdigest()


Replicating = Iterator[tuple[Runner, Iterator[Replication]]]


@contextmanager
def replicating(task: Task, jobs: int, model: Model | None = None) -> Replicating:
    """A runner with the task's models, and all replications in their order, whatever ``jobs`` is.

    With one job they run here, one after another; else in that many threads where machine code
    runs, which does not hold the interpreter's lock, and in processes started afresh where it does
    not. However the context is left, by an error or an interruption, no thread and no process stays
    behind. ``model`` is the scenario's if it is at hand. Raises WorkerError if a process dies, and
    what the first replication that fails raises: ReplicationDeadlockError, InvariantError.
    """
    count = task.scenario.replications
    if task.compiled:
        make_ready()
    if min(jobs, count) <= 1:
        runner = Runner(task, model)
        yield runner, (runner.run(number) for number in range(count))
        return
    in_turn = _in_threads if task.compiled else _in_processes
    with in_turn(task, min(jobs, count), model) as runner_and_answers:
        yield runner_and_answers


@contextmanager
def _in_threads(task: Task, jobs: int, model: Model | None) -> Replicating:
    runner = Runner(task, model)
    executor = ThreadPoolExecutor(jobs, thread_name_prefix="replication")
    try:
        # built by one thread while the others are at their first replication
        executor.submit(lambda: runner.base)
        yield runner, _answers(_submitted(executor, runner.run, task.scenario.replications))
    finally:
        runner.stop()
        executor.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _in_processes(task: Task, jobs: int, model: Model | None) -> Replicating:
    before = set(multiprocessing.active_children())
    executor = ProcessPoolExecutor(
        max_workers=jobs,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start_worker,
        initargs=(task,),
    )
    waiting: list[Future[Replication]] = []
    try:
        with _interrupts_held_back():
            waiting += _submitted(executor, _run_in_worker, task.scenario.replications)
        # built while the workers build theirs
        runner = Runner(task, model)
        _ = runner.base
        yield runner, _answers(waiting)
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


def _submitted(
    executor: Executor, run: Callable[[int], Replication], count: int
) -> list[Future[Replication]]:
    """The futures of all replications, the last one first."""
    return [executor.submit(run, number) for number in range(count)][::-1]


def _answers(waiting: list[Future[Replication]]) -> Iterator[Replication]:
    while waiting:
        answer = waiting[-1].result()
        # taken off the list so that an answer is let go once it has been used
        waiting.pop()
        yield answer


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Processes started in here never hear of Ctrl-C, not even while they import; it arrives here after."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


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
