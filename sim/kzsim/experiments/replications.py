"""One replication after another, in this process, in threads or in processes, with the same bytes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kzsim import compiled
from kzsim.engines import choice
from kzsim.experiments.errors import WorkerError
from kzsim.experiments.models import Model, counterfactual_of, make_model
from kzsim.experiments.once import Seen, run_once
from kzsim.experiments.warmup import make_ready
from kzsim.indicators.comparison import Pairs, compare
from kzsim.indicators.summary import Summary
from kzsim.scenario import Scenario

if TYPE_CHECKING:
    import pyarrow as pa


Progress = Callable[[int, int], None]
"""Called with (replications done, replications in all)."""


@dataclass(frozen=True)
class Replication:
    """What is kept of one replication of a scenario and, if there is one, of its counterfactual.

    The hashes are those of the two outcomes, see ``outcome_hash``; '' without a counterfactual.
    ``entities`` is the scenario's trace, see ``entities_table``, if one was asked for.
    """

    number: int
    scenario: Summary
    counterfactual: Summary | None
    pairs: Pairs | None
    scenario_hash: str
    counterfactual_hash: str
    seconds: float
    entities: pa.Table | None = None


@dataclass(frozen=True)
class Task:
    """What a worker must know to run any replication.

    ``compiled``: by machine code, else without. ``trace``: tell of each of the scenario's entities.
    ``sparing``: begin few replications before they are asked for, since all may not be. ``first``: number of
    the first replication to be run; those before it are there already.
    """

    scenario: Scenario
    counterfactual: bool
    engine: str = choice.KERNEL
    compiled: bool = True
    trace: bool = False
    sparing: bool = False
    first: int = 0


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
        own = self._observe(self.model, replication, "scenario", trace=self._task.trace)
        base_summary, pairs, base_hash = None, None, ""
        if self.base is not None:
            base = self._observe(self.base, replication, "counterfactual")
            base_summary, base_hash = base.summary, base.hash
            if base.passage is not None and own.passage is not None:
                pairs = compare(self.model.layout, own.entities.group, base.passage, own.passage)
        seconds = time.perf_counter() - began
        return Replication(
            replication, own.summary, base_summary, pairs, own.hash, base_hash, seconds, own.table
        )

    def stop(self) -> None:
        """Let threads that are at it end at their next step, with CancelledError."""
        self._stopped.set()

    def _observe(self, model: Model, replication: int, which: str, *, trace: bool = False) -> Seen:
        return run_once(
            self._engine,
            model,
            self._task.scenario.seed,
            replication,
            which,
            passage=self._task.counterfactual,
            hourly=which == "scenario",
            trace=trace,
            go_on=self._go_on,
        )

    def _go_on(self) -> None:
        if self._stopped.is_set():
            raise CancelledError


Replicating = Iterator[tuple[Runner, Iterator[Replication]]]


@contextmanager
def replicating(task: Task, jobs: int, model: Model | None = None) -> Replicating:
    """A runner with the task's models, and all replications in their order, whatever ``jobs`` is.

    With one job they run here, one after another; else in that many threads where machine code
    runs, which does not hold the interpreter's lock, and in processes started afresh where it does
    not. However the context is left, by an error or an interruption, no thread and no process stays
    behind. With a trace, or sparingly, no more than ``jobs`` + 1 replications are begun before the first of
    them is fetched, so that memory is bounded. ``model`` is the scenario's if it is at hand. Raises
    WorkerError if a process dies, and what the first replication that fails raises: ReplicationDeadlockError,
    InvariantError.
    """
    count = task.scenario.replications
    if task.compiled:
        make_ready()
    if min(jobs, count - task.first) <= 1:
        runner = Runner(task, model)
        yield runner, (runner.run(number) for number in range(task.first, count))
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
        yield runner, _Answers(executor, runner.run, task, jobs)
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
    answers: _Answers | None = None
    try:
        answers = _Answers(executor, _run_in_worker, task, jobs)
        # built while the workers build theirs
        runner = Runner(task, model)
        _ = runner.base
        yield runner, answers
    except BrokenProcessPool as error:
        raise WorkerError(
            "a worker process ended without an answer; it was killed, perhaps for want of memory. "
            "Fewer --jobs need less memory."
        ) from error
    finally:
        if answers is None or answers.waiting:
            # nobody wants their answers any more, and a replication may have minutes to go
            for child in set(multiprocessing.active_children()) - before:
                child.terminate()
        executor.shutdown(wait=True, cancel_futures=True)


class _Answers:
    """All replications in their order; ``waiting`` are those given out and not yet fetched."""

    def __init__(self, executor: Executor, run: Callable[[int], Replication], task: Task, jobs: int) -> None:
        self._executor, self._run = executor, run
        self._count = count = task.scenario.replications
        self._given_out = task.first
        self.waiting: deque[Future[Replication]] = deque()
        self._give_out(min(count, jobs + 1) if task.trace or task.sparing else count)

    def _give_out(self, count: int) -> None:
        with interrupts_held_back():
            for number in range(self._given_out, min(self._given_out + count, self._count)):
                self.waiting.append(self._executor.submit(self._run, number))
                self._given_out = number + 1

    def __iter__(self) -> Iterator[Replication]:
        return self

    def __next__(self) -> Replication:
        if not self.waiting:
            raise StopIteration
        self.waiting[0].result()
        self._give_out(1)
        # taken off, so that an answer is let go once it has been used
        return self.waiting.popleft().result()


@contextmanager
def interrupts_held_back() -> Iterator[None]:
    """Start processes in here: no signal tears a pool that is half made, and none of them hears of Ctrl-C.

    Ctrl-C is blocked, which processes started in here inherit, so that they do not hear of it even while
    they import. Here it arrives after, as does what else ends a program, where this is the main thread,
    which alone handles signals.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    with _noted((signal.SIGINT, signal.SIGTERM, signal.SIGHUP)):
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _noted(numbers: tuple[int, ...]) -> Iterator[None]:
    """Let the handlers of these signals wait until this is left; what has no handler acts as ever."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers = {number: found for number in numbers if callable(found := signal.getsignal(number))}
    struck: list[int] = []
    for number in handlers:
        signal.signal(number, lambda number, _: struck.append(number))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if struck:
            signal.raise_signal(struck[0])


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
