"""Runs of scenarios and their results.

The way from a scenario to a results folder::

    plan = kzsim.experiments.plan(scenario, replications=None, seed=None, counterfactual=True)
    folder = Path(out) / stem                                # results/<scenario>
    kzsim.experiments.prepare(folder)                        # ResultsError before anything is computed
    stored = kzsim.experiments.find(folder, plan.digest)     # Path | None: the same run is not run twice
    result = kzsim.experiments.run(scenario, replications=plan.replications, seed=plan.seed,
                                   counterfactual=plan.counterfactual, jobs=2, progress=callback)
    path = kzsim.experiments.store(folder, plan, result, command="kzsim run ...")
    kzsim.experiments.point_latest(folder, stored)           # where a stored run answers instead
    result = kzsim.experiments.load_run(path)                # a stored run's tables (hourly left out)

``progress(done, total)`` is called in the calling process after each replication, in their order.
``plan.expected`` is a tuple of ``Expected(crossing, mode, direction, entities)``.

Errors: ``ResultsError`` (``.message``, ``.remedy``), ``DeadlockError`` of the engine (here
``ReplicationDeadlockError``: with replication and which run), ``InvariantError`` (the model broke a
rule of its own), ``WorkerError`` (a worker process died).
"""

from kzsim.experiments.errors import (
    DeadlockError,
    InvariantError,
    ReplicationDeadlockError,
    ResultsError,
    WorkerError,
)
from kzsim.experiments.ledger import find, load_run, point_latest, prepare, store, verify
from kzsim.experiments.models import Expected
from kzsim.experiments.replications import Progress
from kzsim.experiments.result import RunResult
from kzsim.experiments.runs import Plan, plan, run

__all__ = [
    "DeadlockError",
    "Expected",
    "InvariantError",
    "Plan",
    "Progress",
    "ReplicationDeadlockError",
    "ResultsError",
    "RunResult",
    "WorkerError",
    "find",
    "load_run",
    "plan",
    "point_latest",
    "prepare",
    "run",
    "store",
    "verify",
]
