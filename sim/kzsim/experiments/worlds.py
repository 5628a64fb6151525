"""Several scenarios on the same entities, replication by replication."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TypeVar

from kzsim import compiled as compiling
from kzsim.engines import choice
from kzsim.experiments.models import Model, make_model
from kzsim.experiments.once import Seen, run_once
from kzsim.indicators.catalogue import UNCHANGED_WITHIN_MS
from kzsim.indicators.comparison import Pairs, compare
from kzsim.indicators.layout import Layout
from kzsim.indicators.summary import Summary
from kzsim.scenario import Scenario

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Together:
    """One replication of several worlds on the same entities.

    ``summaries`` and ``hashes`` are by world; ``pairs`` compares each world but the first with the
    first, in its own cells.
    """

    replication: int
    summaries: tuple[Summary, ...]
    pairs: tuple[Pairs, ...]
    hashes: tuple[str, ...]
    seconds: float


class Worlds:
    """Runs replications of several scenarios; builds each model once. Threads may share one object.

    ``hourly``: numbers of the worlds whose hourly readings are kept. ``models``: those of the first worlds,
    where they are at hand. ``unchanged_within_ms``: who differs by no more has neither won nor lost.
    """

    def __init__(
        self,
        scenarios: Sequence[Scenario],
        *,
        seed: int,
        engine: str = choice.KERNEL,
        compiled: bool = True,
        hourly: Collection[int] = (),
        models: Sequence[Model] = (),
        unchanged_within_ms: int = UNCHANGED_WITHIN_MS,
    ) -> None:
        self._scenarios = tuple(scenarios)
        self._unchanged_within_ms = unchanged_within_ms
        self._seed = seed
        self._engine = choice.load(engine)
        self._compiled = compiled
        self._hourly = frozenset(hourly)
        self._models: list[Model | None] = [*models, *[None] * (len(self._scenarios) - len(models))]
        self._building = [threading.Lock() for _ in self._scenarios]
        self._stopped = threading.Event()

    def __len__(self) -> int:
        """Number of worlds."""
        return len(self._scenarios)

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """The worlds' scenarios."""
        return self._scenarios

    def model(self, number: int) -> Model:
        """A world's model, built when first asked for."""
        with self._building[number]:
            model = self._models[number]
            if model is None:
                model = self._models[number] = make_model(self._scenarios[number])
            return model

    def cells_of(self, number: int) -> Layout:
        """The cells in which a world is compared with the first: its own."""
        return self.model(number).layout

    def run(self, replication: int) -> Together:
        """Run one replication of all worlds.

        Raises ReplicationDeadlockError; InvariantError also if the worlds are not of the same entities.
        """
        with nullcontext() if self._compiled else compiling.set_aside():
            return self._run(replication)

    def _run(self, replication: int) -> Together:
        began = time.perf_counter()
        base = self._run_world(0, replication)
        summaries, pairs, hashes = [base.summary], [], [base.hash]
        for number in range(1, len(self)):
            other = self._run_world(number, replication)
            summaries.append(other.summary)
            hashes.append(other.hash)
            if base.passage is not None and other.passage is not None:
                layout = self.cells_of(number)
                pairs.append(
                    compare(
                        layout,
                        other.entities.group,
                        base.passage,
                        other.passage,
                        unchanged_within_ms=self._unchanged_within_ms,
                    )
                )
        seconds = time.perf_counter() - began
        return Together(replication, tuple(summaries), tuple(pairs), tuple(hashes), seconds)

    def stop(self) -> None:
        """Let threads that are at it end at their next step, with CancelledError."""
        self._stopped.set()

    def _run_world(self, number: int, replication: int) -> Seen:
        return run_once(
            self._engine,
            self.model(number),
            self._seed,
            replication,
            f"scenario '{self._scenarios[number].title}'",
            passage=len(self) > 1,
            hourly=number in self._hourly,
            go_on=self._go_on,
        )

    def _go_on(self) -> None:
        if self._stopped.is_set():
            raise CancelledError


@contextmanager
def in_turn(
    run: Callable[[int], Answer], tasks: Sequence[int], jobs: int, stop: Callable[[], None]
) -> Iterator[Iterator[Answer]]:
    """Answers to all tasks in their order, from threads if ``jobs`` is more than 1.

    At most ``jobs`` + 1 tasks are given out and not yet fetched, so memory does not grow with their
    number. However the context is left, ``stop`` is called and no thread stays behind.
    """
    if min(jobs, len(tasks)) <= 1:
        yield (run(task) for task in tasks)
        return
    executor = ThreadPoolExecutor(jobs, thread_name_prefix="task")
    try:
        yield _ordered(executor, run, tasks, jobs + 1)
    finally:
        stop()
        executor.shutdown(wait=True, cancel_futures=True)


def _ordered(
    executor: ThreadPoolExecutor, run: Callable[[int], Answer], tasks: Sequence[int], ahead: int
) -> Iterator[Answer]:
    waiting: deque[Future[Answer]] = deque()
    for task in tasks:
        waiting.append(executor.submit(run, task))
        if len(waiting) == ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
