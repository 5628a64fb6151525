"""Who does the tasks of a sweep: threads where machine code runs, else processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Protocol

from kzsim.experiments.errors import WorkerError
from kzsim.experiments.replications import interrupts_held_back
from kzsim.experiments.sweeps.remote import Message, done_of, message, run_message
from kzsim.experiments.sweeps.tasks import Block
from kzsim.experiments.sweeps.work import Done, How, Models, run_point
from kzsim.scenario import Scenario

Bundle = tuple[Block, ...]
TICK_S = 0.2
"""So often somebody looks whether the sweep is to end, and whether results wait to be committed."""
_LOST = (
    "a worker process ended without an answer; it was killed, perhaps for want of memory. "
    "Fewer --jobs need less memory."
)


class Waited(Protocol):
    """A future, of whichever library."""

    def add_done_callback(self, fn: Callable[[Any], Any], /) -> Any:
        """Call the function when the task is done."""

    def result(self) -> Any:
        """What the task gave; raises what it raised."""


@dataclass(frozen=True)
class Pool:
    """Workers that take bundles of blocks.

    ``submit`` returns a future of a list of ``Done``, or, ``apart``, of answers of ``run_message``: then each
    worker builds its own models. ``losses`` is what a future raises when its worker is lost for good,
    ``lost`` what is said of it. ``elsewhere``: they are not on this machine, or need not be.
    """

    workers: int
    apart: bool
    submit: Callable[[Bundle], Waited]
    losses: tuple[type[BaseException], ...] = ()
    lost: str = _LOST
    elsewhere: bool = False

    def done(self, bundles: Iterable[Bundle], stopping: threading.Event) -> Iterator[list[Done]]:
        """What the bundles give, in the order in which they are done; an empty list now and then.

        No more are given out once ``stopping`` is set, and those that are out are awaited. Two more are out
        than there are workers, so that none waits for its next and memory does not grow. Raises WorkerError
        if a worker is lost for good.
        """
        ready: SimpleQueue[Waited] = SimpleQueue()
        waiting: dict[int, Waited] = {}
        todo = iter(bundles)
        more = True
        while True:
            while more and not stopping.is_set() and len(waiting) < self.workers + 2:
                bundle = next(todo, None)
                if bundle is None:
                    more = False
                    break
                future = self.submit(bundle)
                waiting[id(future)] = future
                future.add_done_callback(ready.put)
            if not waiting:
                return
            try:
                ended = ready.get(timeout=TICK_S)
            except Empty:
                yield []
                continue
            del waiting[id(ended)]
            yield self._answers(ended)

    def _answers(self, ended: Waited) -> list[Done]:
        try:
            found = ended.result()
        except self.losses as error:
            raise WorkerError(f"{self.lost} ({type(error).__name__}: {error})") from error
        return done_of(found) if self.apart else found


@contextmanager
def threads(jobs: int, how: How, models: Models) -> Iterator[Pool]:
    """So many threads of this process, which share the models.

    However the context is left, no thread stays behind; one that is at it ends at its next step.
    """
    stopped = threading.Event()

    def go_on() -> None:
        if stopped.is_set():
            raise CancelledError

    def run(bundle: Bundle) -> list[Done]:
        return [
            _run_here(point, block.replication, how, models, go_on)
            for block in bundle
            for point in block.points
        ]

    executor = ThreadPoolExecutor(jobs, thread_name_prefix="sweep")
    try:
        yield Pool(jobs, False, lambda bundle: executor.submit(run, bundle))
    finally:
        stopped.set()
        executor.shutdown(wait=True, cancel_futures=True)


def _run_here(point: int, replication: int, how: How, models: Models, go_on: Callable[[], None]) -> Done:
    done = run_point(point, replication, lambda: models.get(point), how, go_on)
    models.finished(point)
    return done


@contextmanager
def processes(
    jobs: int, how: How, scenario: Callable[[int], Scenario], digests: Sequence[str]
) -> Iterator[Pool]:
    """So many processes of this machine, started afresh; they get plain text and numbers.

    They never hear of Ctrl-C: this process decides when to stop.
    """
    before = set(multiprocessing.active_children())
    executor = ProcessPoolExecutor(
        jobs, mp_context=multiprocessing.get_context("spawn"), initializer=_start_worker
    )

    def submit(bundle: Bundle) -> Waited:
        task = message(bundle, how, scenario, digests)
        with interrupts_held_back():
            return executor.submit(_run, task)

    whole = False
    try:
        yield Pool(jobs, True, submit, (BrokenProcessPool,))
        whole = True
    finally:
        if not whole:
            # nobody wants their answers any more, and a replication may have minutes to go
            for child in set(multiprocessing.active_children()) - before:
                child.terminate()
        executor.shutdown(wait=True, cancel_futures=True)


def _start_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _run(task: Message) -> list[Any]:
    return list(run_message(task))
