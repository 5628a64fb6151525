"""What a sweep gave: its ledger read, its tables written beside it, each file replaced in one step."""

from __future__ import annotations

import csv
import hashlib
import json
import platform
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kzsim._version import __version__
from kzsim.experiments.disk import read_json, said_plainly
from kzsim.experiments.errors import ResultsError
from kzsim.experiments.period import Days, measured_days
from kzsim.experiments.sweeps.database import DONE_TASKS, LEDGER, reading
from kzsim.experiments.sweeps.export import (
    NOT_VALUES,
    POINTS_CSV,
    RESULTS_CSV,
    RESULTS_PARQUET,
    HeadRow,
    export,
    head_of,
    write_points,
)
from kzsim.experiments.sweeps.ledger import About, Failure, about_ledger, read_failures
from kzsim.experiments.sweeps.points import Points
from kzsim.experiments.sweeps.run import SweepPlan

if TYPE_CHECKING:
    import pandas as pd

SWEEP_JSON = "sweep.json"
HEAD = ("throughput_per_day", "crossing_time", "share_not_through", "delay")
"""What a screen shows where the sweep file names no indicators."""
_DECIDE_DAYS = ("year", "period", "run_in")
"""Keys of a scenario that move its measured days."""
_PACKAGES = ("numba", "numpy", "pyarrow", "scipy", "simpy")


@dataclass(frozen=True)
class SweepResult:
    """A sweep and where its tables lie.

    ``digest`` (64 hex digits) is over all results: equal for two runs of the sweep that gave the same.
    ``head`` are the rows that a screen shows, by point.
    """

    title: str
    folder: Path
    digest: str
    tasks: int
    done: int
    failures: tuple[Failure, ...]
    points: tuple[Mapping[str, Any], ...] = field(repr=False)
    """The values of each point as they would be written."""
    indicators: tuple[str, ...]
    head: tuple[HeadRow, ...] = field(repr=False)
    rows: int

    @property
    def results(self) -> pd.DataFrame:
        """A row for each point, cell and indicator: point, parameters, cell, mean, 95 % interval, n."""
        import pandas as pd

        return pd.read_parquet(self.folder / RESULTS_PARQUET)

    @property
    def points_table(self) -> pd.DataFrame:
        """A row for each point: its values, how many replications gave a result, what failed."""
        import pandas as pd

        return pd.read_csv(self.folder / POINTS_CSV)


def read_sweep(plan: SweepPlan, *, command: str = "") -> SweepResult:
    """Read all results of a sweep and write its tables. Raises ResultsError.

    ``results.parquet`` and ``results.csv`` hold the indicators that the sweep file names, all without any;
    ``points.csv`` the points; ``sweep.json`` says what they belong to.
    """
    points, folder = plan.checked.points, plan.folder
    wanted = tuple(one.word for one in points.sweep.indicators)
    head = wanted or HEAD
    about_ledger(folder)
    with said_plainly(folder):
        writing = Path(tempfile.mkdtemp(prefix=".tmp-", dir=folder))
        try:
            found = export(folder, points, wanted, head, writing)
            failures = read_failures(folder, check=False)  # every page was looked at just now
            write_points(writing / POINTS_CSV, points, _done_by_point(plan), _by_point(failures))
            names = [RESULTS_PARQUET, RESULTS_CSV, POINTS_CSV]
            about = _about(plan, found.digest, found.results, failures, command)
            about["files"] = {name: _hash(writing / name) for name in names}
            (writing / SWEEP_JSON).write_text(
                json.dumps(about, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
            )
            for name in (*names, SWEEP_JSON):
                (writing / name).replace(folder / name)
        finally:
            shutil.rmtree(writing, ignore_errors=True)
    return SweepResult(
        title=points.sweep.title,
        folder=folder,
        digest=found.digest,
        tasks=plan.about.tasks,
        done=found.results,
        failures=failures,
        points=tuple(points.values(point) for point in range(len(points))),
        indicators=head,
        head=found.head,
        rows=found.rows,
    )


@dataclass(frozen=True)
class StoredSweep:
    """A sweep in its folder, as far as it has come; ``document``: ``sweep.json``, or nothing."""

    folder: Path
    about: About
    settled: int
    document: Mapping[str, Any]

    @property
    def whole(self) -> bool:
        """Whether every replication has a result or failed, and the tables were written."""
        return self.settled >= self.about.tasks and bool(self.document)

    @property
    def said(self) -> str:
        """``20 of 80 replications are stored``."""
        return f"{self.settled:,} of {self.about.tasks:,} replications are stored"


def stored_sweep(folder: Path) -> StoredSweep:
    """What ``folder`` says of the sweep in it; no row of it is checked. Raises ResultsError."""
    about = about_ledger(folder)
    with reading(folder / LEDGER, check=False) as connection:
        (count,) = connection.execute(DONE_TASKS).fetchone()
    try:
        document = read_json(folder / SWEEP_JSON)
    except FileNotFoundError:
        document = {}
    except (OSError, ValueError) as error:
        raise ResultsError(
            f"{folder / SWEEP_JSON}: this does not describe a sweep.",
            "The command of the sweep makes it anew.",
        ) from error
    return StoredSweep(folder, about, int(count), document if isinstance(document, dict) else {})


def load_result(found: StoredSweep) -> SweepResult:
    """What ``read_sweep`` gave when the tables of a whole sweep were written, from these tables.

    Raises ResultsError if one of them is not as it was written.
    """
    import pyarrow.parquet as pq

    folder, document = found.folder, found.document
    remedy = "The command of the sweep makes the tables anew from the ledger."
    try:
        for name, written in dict(document["files"]).items():
            if Path(name).name != name or _hash(folder / name) != written:
                raise ResultsError(f"{folder / name}: this file was changed after it was written.", remedy)
        table = pq.read_table(folder / RESULTS_PARQUET)
        indicators = tuple(str(name) for name in document["indicators"])
        failures = tuple(
            Failure(int(one["point"]), int(one["replication"]), str(one["message"]))
            for one in document["failed"]
        )
        return SweepResult(
            title=str(document["title"]),
            folder=folder,
            digest=str(document["results_digest"]),
            tasks=found.about.tasks,
            done=int(document["done"]),
            failures=failures,
            points=tuple(_points_of(folder / POINTS_CSV)),
            indicators=indicators,
            head=head_of(table, indicators),
            rows=table.num_rows,
        )
    except OSError as error:
        raise ResultsError(f"{error.filename or folder}: {error.strerror or error}.", remedy) from error
    except (ValueError, KeyError, TypeError) as error:
        raise ResultsError(f"{folder}: the tables of this sweep cannot be read: {error}.", remedy) from error


def _points_of(path: Path) -> Iterator[dict[str, Any]]:
    """The values of each point as they were written."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            values = {name: text for name, text in row.items() if name not in NOT_VALUES and text != ""}
            yield {
                name: json.loads(text) if text.startswith(("{", "[")) else text
                for name, text in values.items()
            }


def stored_tasks(plan: SweepPlan) -> int:
    """How many replications have a result or a failure already; nothing of them is checked."""
    if not (plan.folder / LEDGER).is_file():
        return 0
    with reading(plan.folder / LEDGER, check=False) as connection:
        digest = connection.execute("SELECT value FROM about WHERE name = 'digest'").fetchone()
        (count,) = connection.execute(DONE_TASKS).fetchone()
    return int(count) if digest == (plan.about.digest,) else 0


def settled(plan: SweepPlan) -> bool:
    """Whether every replication has a result or a failure; nothing of them is checked."""
    return stored_tasks(plan) >= plan.about.tasks


def others(plan: SweepPlan) -> tuple[Path, ...]:
    """Folders beside this sweep's: of an earlier form of it, or of another version of the model."""
    parent = plan.folder.parent
    return tuple(path for path in sorted(parent.glob("sweep-*")) if path.is_dir() and path != plan.folder)


def _about(
    plan: SweepPlan, digest: str, done: int, failures: tuple[Failure, ...], command: str
) -> dict[str, Any]:
    points = plan.checked.points
    return {
        "title": points.sweep.title,
        "description": points.sweep.description,
        "scenario": points.sweep.base.scenario.title,
        "period": _period(points),
        "digest": plan.about.digest,
        "results_digest": digest,
        "kzsim": __version__,
        "model": plan.about.model,
        "python": platform.python_version(),
        "packages": {name: found for name in _PACKAGES if (found := _version(name))},
        "command": command,
        "written_utc": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "design": points.sweep.design,
        "indicators": [one.word for one in points.sweep.indicators] or list(HEAD),
        "points": plan.about.points,
        "replications": plan.about.replications,
        "done": done,
        "failed": [
            {"point": one.point, "replication": one.replication, "message": one.message} for one in failures
        ],
        "parameters": points.units,
    }


def _period(points: Points) -> Days | None:
    """The measured days where no point changes them."""
    if any(name.partition(".")[0] in _DECIDE_DAYS for name in points.names):
        return None
    return measured_days(points.sweep.base.scenario)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:  # Numba need not be there
        return ""


def _done_by_point(plan: SweepPlan) -> np.ndarray[Any, np.dtype[np.int64]]:
    """int64 [points]: how many replications of each have a result."""
    done = np.zeros(plan.about.points, dtype=np.int64)
    with reading(plan.folder / LEDGER, check=False) as connection:
        for (task,) in connection.execute("SELECT task FROM result"):
            done[task // plan.about.replications] += 1
    return done


def _by_point(failures: tuple[Failure, ...]) -> dict[int, str]:
    """The first failure of each point."""
    found: dict[int, str] = {}
    for one in failures:
        found.setdefault(one.point, one.message)
    return found


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
