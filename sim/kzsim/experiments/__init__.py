"""Runs of scenarios and their results.

The way from a scenario to a results folder::

    plan = kzsim.experiments.plan(scenario, replications=None, seed=None, counterfactual=True)
    folder = Path(out) / stem                                # results/<scenario>
    kzsim.experiments.prepare(folder)                        # ResultsError before anything is computed
    stored = kzsim.experiments.find(folder, plan.digest)     # Path | None: the same run is not run twice
    choice = kzsim.experiments.choose_engine(plan, None)      # an engine, and what there is to say
    result = kzsim.experiments.execute(plan, choice, jobs=2, progress=callback)
    path = kzsim.experiments.store(folder, plan, result, command="kzsim run ...")
    kzsim.experiments.point_latest(folder, stored)           # where a stored run answers instead
    path = kzsim.experiments.resolve_run("results/minimal", Path(out))
    result = kzsim.experiments.load_run(path)                # a stored run's tables (hourly left out)

``progress(done, total)`` is called in the calling process after each replication, in their order.
``plan.expected`` is a tuple of ``Expected(crossing, mode, direction, entities)``.

Errors: ``ResultsError`` (``.message``, ``.remedy``), ``DeadlockError`` of the engine (here
``ReplicationDeadlockError``: with replication and which run), ``InvariantError`` (the model broke a
rule of its own), ``WorkerError`` (a worker process died).
"""

from kzsim.engines.choice import Choice, choose
from kzsim.experiments.errors import (
    DeadlockError,
    InvariantError,
    ReplicationDeadlockError,
    ResultsError,
    WorkerError,
)
from kzsim.experiments.ledger import (
    StoredRun,
    find,
    load_run,
    point_latest,
    prepare,
    resolve_run,
    store,
    stored_runs,
    verify,
)
from kzsim.experiments.models import Expected
from kzsim.experiments.replications import Progress
from kzsim.experiments.result import RunResult
from kzsim.experiments.runs import Plan, choose_engine, execute, plan, run
from kzsim.experiments.verification import Reproduction, reproduce, stored_scenario
from kzsim.experiments.warmup import Readiness, make_ready

__all__ = [
    "Choice",
    "DeadlockError",
    "Expected",
    "InvariantError",
    "Plan",
    "Progress",
    "Readiness",
    "ReplicationDeadlockError",
    "Reproduction",
    "ResultsError",
    "RunResult",
    "StoredRun",
    "WorkerError",
    "choose",
    "choose_engine",
    "execute",
    "find",
    "load_run",
    "make_ready",
    "plan",
    "point_latest",
    "prepare",
    "reproduce",
    "resolve_run",
    "run",
    "store",
    "stored_runs",
    "stored_scenario",
    "verify",
]
