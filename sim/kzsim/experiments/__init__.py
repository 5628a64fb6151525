"""Runs of scenarios and their results.

The way from a scenario to a results folder::

    plan = kzsim.experiments.plan(scenario, replications=None, seed=None, counterfactual=True)
    folder = Path(out) / stem                                # results/<scenario>
    kzsim.experiments.prepare(folder)                        # ResultsError before anything is computed
    stored = kzsim.experiments.find(folder, plan.digest)     # Path | None: the same run is not run twice
                                                             # (plan.digest, (ENTITIES,)): one with a trace
    choice = kzsim.experiments.choose_engine(plan, None)      # an engine, and what there is to say
    result = kzsim.experiments.execute(plan, choice, jobs=2, progress=callback)
    path = kzsim.experiments.store(folder, plan, result, command="kzsim run ...")
    with kzsim.experiments.begin(folder) as begun:           # with a trace: it is written as the run goes
        result = kzsim.experiments.execute(plan, choice, trace=begun / ENTITIES)
        path = kzsim.experiments.store(folder, plan, result, command="kzsim run ...", begun=begun)
    kzsim.experiments.point_latest(folder, stored)           # where a stored run answers instead
    path = kzsim.experiments.resolve_run("results/minimal", Path(out))
    result = kzsim.experiments.load_run(path)                # a stored run's tables (hourly left out)

``progress(done, total)`` is called in the calling process after each replication, in their order.
``plan.expected`` is a tuple of ``Expected(crossing, mode, direction, entities)``.

Errors: ``ResultsError`` (``.message``, ``.remedy``), ``DeadlockError`` of the engine (here
``ReplicationDeadlockError``: with replication and which run), ``InvariantError`` (the model broke a
rule of its own), ``WorkerError`` (a worker process died).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kzsim.engines.choice import Choice, choose
    from kzsim.experiments.disk import in_bytes
    from kzsim.experiments.errors import (
        DeadlockError,
        InvariantError,
        ReplicationDeadlockError,
        ResultsError,
        WorkerError,
    )
    from kzsim.experiments.ledger import (
        begin,
        find,
        load_run,
        point_latest,
        prepare,
        prepared,
        store,
        verify,
    )
    from kzsim.experiments.models import Expected
    from kzsim.experiments.replications import Progress
    from kzsim.experiments.result import RunResult
    from kzsim.experiments.runs import Plan, choose_engine, execute, plan, run, trace_bytes
    from kzsim.experiments.stored import StoredRun, kind_of, resolve_run, stored_runs
    from kzsim.experiments.verification import Reproduction, reproduce, stored_scenario
    from kzsim.experiments.warmup import Readiness, make_ready
    from kzsim.indicators.entity_columns import ENTITIES

__all__ = [
    "ENTITIES",
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
    "begin",
    "choose",
    "choose_engine",
    "execute",
    "find",
    "in_bytes",
    "kind_of",
    "load_run",
    "make_ready",
    "plan",
    "point_latest",
    "prepare",
    "prepared",
    "reproduce",
    "resolve_run",
    "run",
    "store",
    "stored_runs",
    "stored_scenario",
    "trace_bytes",
    "verify",
]

# Imported when first asked for: a worker process that runs replications needs no tables, and pandas takes
# as long to import as a replication of a small scenario.
_HOME = {
    "ENTITIES": "kzsim.indicators.entity_columns",
    "Choice": "kzsim.engines.choice",
    "DeadlockError": "kzsim.experiments.errors",
    "Expected": "kzsim.experiments.models",
    "InvariantError": "kzsim.experiments.errors",
    "Plan": "kzsim.experiments.runs",
    "Progress": "kzsim.experiments.replications",
    "Readiness": "kzsim.experiments.warmup",
    "ReplicationDeadlockError": "kzsim.experiments.errors",
    "Reproduction": "kzsim.experiments.verification",
    "ResultsError": "kzsim.experiments.errors",
    "RunResult": "kzsim.experiments.result",
    "StoredRun": "kzsim.experiments.stored",
    "WorkerError": "kzsim.experiments.errors",
    "begin": "kzsim.experiments.ledger",
    "choose": "kzsim.engines.choice",
    "choose_engine": "kzsim.experiments.runs",
    "execute": "kzsim.experiments.runs",
    "find": "kzsim.experiments.ledger",
    "in_bytes": "kzsim.experiments.disk",
    "kind_of": "kzsim.experiments.stored",
    "load_run": "kzsim.experiments.ledger",
    "make_ready": "kzsim.experiments.warmup",
    "plan": "kzsim.experiments.runs",
    "point_latest": "kzsim.experiments.ledger",
    "prepare": "kzsim.experiments.ledger",
    "prepared": "kzsim.experiments.ledger",
    "reproduce": "kzsim.experiments.verification",
    "resolve_run": "kzsim.experiments.stored",
    "run": "kzsim.experiments.runs",
    "store": "kzsim.experiments.ledger",
    "stored_runs": "kzsim.experiments.stored",
    "stored_scenario": "kzsim.experiments.verification",
    "trace_bytes": "kzsim.experiments.runs",
    "verify": "kzsim.experiments.ledger",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'kzsim.experiments' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
