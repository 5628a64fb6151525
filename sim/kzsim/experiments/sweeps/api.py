"""A sweep in a notebook or script: a file in, tables out."""

from __future__ import annotations

import threading
from collections.abc import Callable
from os import PathLike
from pathlib import Path

from kzsim.experiments.sweeps.results import SweepResult, read_sweep, settled
from kzsim.experiments.sweeps.run import Heard, State, Where, plan_sweep, run_sweep


def sweep(
    path: str | PathLike[str],
    *,
    jobs: int | None = None,
    scheduler: str | None = None,
    local_cluster: bool = False,
    out: str | PathLike[str] = "results",
    engine: str | None = None,
    progress: Callable[[State], None] = lambda _: None,
    stopping: threading.Event | None = None,
) -> SweepResult:
    """Run what is not stored yet of the sweep in the file at ``path``; all its results.

    ``jobs`` threads (None: as many as processors), or the workers of the Dask ``scheduler`` at an address
    such as ``tcp://10.0.0.5:8786``, or of a cluster started for it (``local_cluster``). Results lie below
    ``out``, as those of ``kzsim sweep``, and are the same bytes wherever they were run. ``results`` of what
    is returned is the tidy table, ``points_table`` the points, ``failures`` what gave no result.
    ``progress`` is told the state after each task; once ``stopping`` is set no more is begun, and what is
    there is returned. Where the engine is not compiled, and with a cluster of its own, a script must
    guard its start with ``if __name__ == "__main__"``. Raises ScenarioError, InvalidPointsError,
    ResultsError, WorkerError, ClusterError; ValueError for both kinds of cluster, or jobs below 1.
    """
    if local_cluster and scheduler is not None:
        raise ValueError("a scheduler's address and a local cluster exclude each other")
    if jobs is not None and jobs < 1:
        raise ValueError(f"{jobs} jobs; at least 1 is needed")
    plan = plan_sweep(Path(path), Path(out))
    if not settled(plan):
        heard = Heard(state=progress)
        run_sweep(plan, Where(jobs, scheduler, local_cluster), engine=engine, heard=heard, stopping=stopping)
    return read_sweep(plan)
