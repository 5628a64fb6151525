"""A sweep from its file to its results: planned, measured, run, resumed."""

from __future__ import annotations

import math
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kzsim.engines import choice
from kzsim.experiments.disk import in_bytes
from kzsim.experiments.disk import said_plainly as disk_said_plainly
from kzsim.experiments.errors import ResultsError
from kzsim.experiments.models import expected_entities
from kzsim.experiments.sweeps import tasks
from kzsim.experiments.sweeps.describe import describe, point_rows
from kzsim.experiments.sweeps.estimate import (
    Estimate,
    Measured,
    estimate,
    free_bytes_needed,
    others_at_work,
    processors_for,
    together,
)
from kzsim.experiments.sweeps.export import MOST_COLUMNS
from kzsim.experiments.sweeps.ledger import About, Ledger, folder_name, open_ledger
from kzsim.experiments.sweeps.points import Checked, load_judged, make_points, sift_points
from kzsim.experiments.sweeps.pools import Bundle, Pool, Waited, processes, threads
from kzsim.experiments.sweeps.work import FAILURES, Done, How, Models, run_point
from kzsim.experiments.warmup import is_ready, make_ready
from kzsim.indicators.catalogue import INDICATORS

if TYPE_CHECKING:
    from kzsim.experiments.sweeps.cluster import Cluster

MEASURED = 3
"""Replications that are run by themselves to tell how long the others take: of a large sweep so many, the
first, one from the middle and the last, since points differ; of a small one the first that gives a result
among so many, after which the sweep goes on without an estimate."""
LARGE = 100
"""Replications from which on a sweep is large: those run one by one are then no more than 3 %."""
_ROW_BYTES = 170
"""About what a row of the tables takes as CSV and Parquet together, and each column of parameters more."""
_COLUMN_BYTES = 12


@dataclass(frozen=True)
class SweepPlan:
    """A sweep with all its points; ``folder`` is where its results lie or will lie."""

    checked: Checked
    about: About
    folder: Path

    @property
    def tasks(self) -> int:
        """How many replications of points there are in all."""
        return self.about.tasks


@dataclass(frozen=True)
class State:
    """How far a sweep is; ``before`` were there when this call began."""

    done: int
    failed: int
    total: int
    before: int

    @property
    def left(self) -> int:
        """Replications still to be run."""
        return self.total - self.done - self.failed


@dataclass(frozen=True)
class Where:
    """Which workers: threads or processes here (``jobs``, None: as many as help), or a Dask cluster.

    ``scheduler`` is the address of one, ``local_cluster`` starts one on this machine.
    """

    jobs: int | None = None
    scheduler: str | None = None
    local_cluster: bool = False

    @property
    def on_cluster(self) -> bool:
        """Whether Dask is used."""
        return self.local_cluster or self.scheduler is not None


@dataclass(frozen=True)
class Heard:
    """Who is told what while a sweep runs: its state, once the estimate, each replication done."""

    state: Callable[[State], None] = lambda _: None
    estimate: Callable[[Estimate], None] = lambda _: None
    said: Callable[[str], None] = lambda _: None
    done: Callable[[Done], None] = lambda _: None


def plan_sweep(path: str | Path, out: str | Path = "results") -> SweepPlan:
    """Read a sweep file and make all its points. Raises ScenarioError or InvalidPointsError."""
    checked = sift_points(make_points(load_judged(path)))
    about = describe(checked)
    return SweepPlan(checked, about, Path(out) / Path(path).stem / folder_name(about.digest))


def run_sweep(
    plan: SweepPlan,
    where: Where = Where(),
    *,
    engine: str | None = None,
    heard: Heard = Heard(),
    stopping: threading.Event | None = None,
) -> State:
    """Run what is still to be run; the state when it ended.

    Once ``stopping`` is set no more is begun: what runs is finished and saved. Raises ResultsError
    (LockedError if another process is at it), WorkerError, ClusterError; what was committed before is kept.
    """
    stopping = stopping or threading.Event()
    with ExitStack() as stack:
        # a cluster that cannot be used is told before there is a folder or anything has been run
        found = stack.enter_context(_cluster(where)) if where.on_cluster else None
        ledger = stack.enter_context(open_ledger(plan.folder, plan.about, point_rows(plan.checked)))
        before = ledger.done + ledger.failed

        def state() -> State:
            return State(ledger.done, ledger.failed, plan.about.tasks, before)

        heard.state(state())
        if not ledger.pending():
            return state()
        prepared = _Prepared(plan, ledger.pending(), engine)
        if prepared.chosen.said:
            heard.said(prepared.chosen.said)
        if prepared.chosen.compiled:
            make_ready()
        found_out: list[Measured] = []
        for done, measured_one in prepared.first(ledger.pending(), stopping):
            _keep(ledger, done)
            heard.done(done)
            ledger.commit()
            heard.state(state())
            found_out += measured_one
        measured = together(found_out)
        pending = ledger.pending()
        if not pending or stopping.is_set():
            return state()
        with prepared.pool(where.jobs, found, len(pending)) as pool:
            if measured is not None:
                others = 0.0 if found is not None else others_at_work()
                expected = expect(plan, measured, pending, pool, others)
                check_space(plan.folder, expected)
                heard.estimate(expected)
            for answers in pool.done(cut(plan, measured, pending, pool), stopping):
                for done in answers:
                    _keep(ledger, done)
                    heard.done(done)
                ledger.tick()
                if answers:
                    heard.state(state())
        return state()


def _cluster(where: Where) -> AbstractContextManager[Cluster]:
    from kzsim.experiments.sweeps.cluster import connected  # Dask need not be there

    return connected(where.scheduler)


def _keep(ledger: Ledger, done: Done) -> None:
    if done.payload is None:
        ledger.fail(done.point, done.replication, done.message)
    else:
        ledger.add(done.point, done.replication, done.payload)


class _Prepared:
    """Models, engine and workers of the replications to come."""

    def __init__(self, plan: SweepPlan, pending: list[int], engine: str | None) -> None:
        self._plan = plan
        self._points = plan.checked.points
        needed: dict[int, int] = {}
        for task in pending:
            point = task // plan.about.replications
            needed[point] = needed.get(point, 0) + 1
        self.models = Models(self._points.scenario, needed)
        self._build_s = 0.0
        self.chosen = self._choose(pending, engine)
        self.how = How(self.chosen.engine, self.chosen.compiled)

    def _choose(self, pending: list[int], engine: str | None) -> choice.Choice:
        ready = is_ready() or None
        entities = math.inf
        began = time.thread_time()
        with suppress(*FAILURES):  # noted when it is run
            model = self.models.get(pending[0] // self._plan.about.replications).model
            self._build_s = time.thread_time() - began
            entities = len(pending) * math.fsum(one.entities for one in expected_entities(model))
        return choice.choose(engine, entities, ready=ready)

    def first(
        self, pending: list[int], stopping: threading.Event
    ) -> Iterator[tuple[Done, tuple[Measured, ...]]]:
        """The replications that are run here to tell how long the others take, with what they tell."""
        large = len(pending) >= LARGE
        for task in _spread(pending, MEASURED) if large else pending[:MEASURED]:
            if stopping.is_set():
                return
            point, replication = self._plan.about.of_task(task)
            done, measured = self._measure(point, replication)
            yield done, measured
            if measured and not large:
                return

    def _measure(self, point: int, replication: int) -> tuple[Done, tuple[Measured, ...]]:
        """Run a point here; what it tells of others, nothing if it gave no result."""
        build_s, self._build_s = self._build_s, 0.0
        began = time.thread_time()
        with suppress(*FAILURES):  # told by the run
            self.models.get(point)
        build_s += time.thread_time() - began
        began = time.thread_time()
        done = run_point(point, replication, lambda: self.models.get(point), self.how)
        run_s = time.thread_time() - began
        self.models.finished(point)
        if done.payload is None:
            return done, ()
        return done, (Measured(1, build_s + run_s, build_s, len(done.payload)),)

    def pool(self, jobs: int | None, found: Cluster | None, pending: int) -> AbstractContextManager[Pool]:
        """The workers asked for: so many here, or those of a cluster."""
        if found is not None:
            return nullcontext(self.cluster_pool(found))
        jobs = min(jobs or _processors(), pending)
        if self.how.compiled or jobs == 1:
            return threads(jobs, self.how, self.models)
        return processes(jobs, self.how, self._points.scenario, self._plan.checked.digests)

    def cluster_pool(self, found: Cluster) -> Pool:
        """The workers of a cluster."""
        return found.pool(self.how, self._points.scenario, self._plan.checked.digests)


def _spread(pending: list[int], number: int) -> list[int]:
    """So many tasks at equal distances, the first and the last among them."""
    return [pending[at * (len(pending) - 1) // (number - 1)] for at in range(number)]


def cut(plan: SweepPlan, measured: Measured | None, pending: list[int], pool: Pool) -> Iterator[Bundle]:
    """The tasks as the pool takes them: blocks of points, or replications of one point for workers apart."""
    about = plan.about
    point_s = measured.point_s if measured else 0.0
    build_s = measured.build_s if measured else 0.0
    if pool.apart:
        size = tasks.bundle_size(about.replications, point_s, build_s)
        share = math.ceil(len(pending) / (tasks.TASKS_A_WORKER * pool.workers))
        yield from tasks.bundles(pending, about.replications, max(1, min(size, share)))
        return
    size = tasks.block_size(about.points, about.replications, point_s, pool.workers)
    for block in tasks.in_groups(pending, about.replications, size):
        yield (block,)


def expect(
    plan: SweepPlan, measured: Measured, pending: list[int], pool: Pool, others: float = 0.0
) -> Estimate:
    """Time and disk of what is pending, tables included, beside so many busy threads of others."""
    about = plan.about
    points = len({task // about.replications for task in pending})
    builds = sum(1 for _ in cut(plan, measured, pending, pool)) if pool.apart else points
    there = pool.workers if pool.elsewhere else _processors()
    found = estimate(
        measured,
        pending=len(pending),
        builds=builds,
        workers=pool.workers,
        processors=processors_for(min(pool.workers, len(pending)), there, others),
        sharing=not pool.apart,
    )
    columns = len(plan.checked.points.names)
    rows = _rows(plan, measured) * about.points
    tables = rows * (_ROW_BYTES + (columns * _COLUMN_BYTES if columns <= MOST_COLUMNS else 0))
    return replace(found, disk_bytes=found.disk_bytes + tables)


def _rows(plan: SweepPlan, measured: Measured) -> int:
    """Rows of the table for one point, at most: cells times indicators."""
    every = len(INDICATORS)
    wanted = len(plan.checked.points.sweep.indicators) or every
    return measured.payload_bytes // 8 * wanted // (every + 1)


def check_space(folder: Path, expected: Estimate) -> None:
    """Raise ResultsError if the disk has no room for what is to come."""
    needed = free_bytes_needed(expected)
    with disk_said_plainly(folder):
        free = shutil.disk_usage(folder).free
    if free < needed:
        raise ResultsError(
            f"{folder}: the results will take about {in_bytes(needed)}, and {in_bytes(free)} are free.",
            "Free some space, choose another disk with --out, or name fewer points, replications or "
            "indicators in the sweep file.",
        )


def _processors() -> int:
    """The processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # where that is known
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def dry_run(
    plan: SweepPlan, where: Where, engine: str | None = None
) -> tuple[Measured | None, Estimate | None]:
    """Run a few replications, write nothing, and tell what the whole sweep takes; None where they failed."""
    pending = list(range(plan.about.tasks))
    prepared = _Prepared(plan, pending, engine)
    if prepared.chosen.compiled:
        make_ready()
    with _cluster(where) if where.on_cluster else nullcontext() as found:
        measured = together([one for _, told in prepared.first(pending, threading.Event()) for one in told])
        if measured is None:
            return None, None
        if found is not None:
            pool = prepared.cluster_pool(found)
            return measured, expect(plan, measured, pending, pool)
    workers = min(where.jobs or _processors(), len(pending))
    pool = Pool(workers, not prepared.how.compiled and workers > 1, _nobody)
    return measured, expect(plan, measured, pending, pool, others_at_work())


def _nobody(_: Bundle) -> Waited:
    raise ValueError("this pool has no workers")
