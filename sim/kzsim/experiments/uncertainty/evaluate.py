"""Scenarios at many points of the evidence ranges, each point a task; what is done is kept until all is."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kzsim.engines.choice import Choice
from kzsim.engines.errors import DeadlockError
from kzsim.experiments.identity import model_version
from kzsim.experiments.replications import Progress
from kzsim.experiments.sweeps.ledger import About, Ledger, PointRow, open_ledger, read_failures, read_results
from kzsim.experiments.sweeps.payload import decode, encode
from kzsim.experiments.sweeps.points import InvalidPointsError
from kzsim.experiments.uncertainty.varied import Varied
from kzsim.experiments.warmup import make_ready
from kzsim.experiments.worlds import Together, Worlds, in_turn
from kzsim.scenario import Scenario

F64 = npt.NDArray[np.float64]

Figures = Callable[[Worlds, Together], F64]
"""What is kept of one replication of a point's scenarios: float64, of the same shape everywhere."""


@dataclass(frozen=True)
class Study:
    """What is to be run: ``shares``, float64 [points, unknowns], of the ranges of ``varied``.

    Every point is run ``replications`` times with the random numbers of ``seed``: the same trucks, papers and
    luck meet another border. ``what`` tells apart studies of the same points that keep other figures.
    """

    varied: Varied
    shares: F64
    replications: int
    seed: int
    what: str

    @property
    def digest(self) -> str:
        """Sha256 in hex over all that decides the figures."""
        document = {
            "what": self.what,
            "scenarios": [_meaning(base.scenario) for base in self.varied.bases],
            "names": self.varied.names,
            "shares": hashlib.sha256(np.ascontiguousarray(self.shares, dtype="<f8").tobytes()).hexdigest(),
            "replications": self.replications,
            "seed": self.seed,
            "model": model_version(),
        }
        text = json.dumps(document, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def _meaning(scenario: Scenario) -> dict[str, object]:
    return {key: value for key, value in scenario.canonical().items() if key not in ("replications", "seed")}


@dataclass(frozen=True)
class Evaluated:
    """``figures``: float64 [points, replications, ...], NaN throughout a point that gave none.

    ``failed``: by point, why it gave none: the model stopped there, or its values make no scenario.
    """

    figures: F64
    failed: Mapping[int, str]

    @property
    def good(self) -> npt.NDArray[np.int64]:
        """Numbers of the points that gave figures."""
        return np.array([n for n in range(len(self.figures)) if n not in self.failed], dtype=np.int64)

    def said(self) -> str:
        """A sentence about the points that gave none, '' if all did."""
        if not self.failed:
            return ""
        first = min(self.failed)
        return (
            f"{len(self.failed)} of {len(self.figures)} points gave no result and are left "
            "out, which may bias "
            f"what is said of the others. Point {first}: {self.failed[first].splitlines()[0].rstrip(':')}."
        )


@dataclass(frozen=True)
class Cost:
    """What a study will take: seconds for one point, and altogether on a clock."""

    point_s: float
    wall_s: float


def cost(study: Study, choice: Choice, jobs: int) -> Cost:
    """Measured on one point in the middle of all ranges, run once.

    Building models holds the interpreter's lock, so that jobs share out only the running.
    """
    scenarios = study.varied.scenarios(0, [0.5] * len(study.varied.names))
    began = time.perf_counter()
    if choice.compiled:
        make_ready()
    worlds = _worlds(scenarios, study, choice)
    ready = time.perf_counter()
    for number in range(len(worlds)):
        worlds.model(number)
    built = time.perf_counter()
    worlds.run(0)
    run_s = (time.perf_counter() - built) * study.replications
    build_s = built - ready
    points = len(study.shares)
    wall_s = points * max(build_s, (build_s + run_s) / max(jobs, 1))
    return Cost(build_s + run_s, wall_s + ready - began)


def evaluate(
    study: Study,
    figures: Figures,
    choice: Choice,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
    kept: Path | None = None,
) -> Evaluated:
    """Run every point; ``progress`` is told of points done and in all.

    The figures depend on neither ``jobs`` nor interruptions. ``kept`` is a folder in which points are kept as
    they are done, so that the same study goes on where it was left; the caller removes it. Raises LockedError
    if another process is at the same study, ResultsError, InvariantError.
    """
    if choice.compiled:
        make_ready()
    runner = _Runner(study, figures, choice)
    workers = jobs if choice.compiled else 1  # without machine code threads only wait for one another
    points = len(study.shares)
    found: dict[int, F64] = {}
    failed: dict[int, str] = {}
    if kept is None:
        _run(runner, range(points), workers, found, failed, progress)
        return _put_together(points, found, failed)
    about = About(study.digest, model_version(), study.what, points, 1, f"study ({study.what.split()[0]})")
    rows = (PointRow(study.digest, {"point": number}) for number in range(points))
    with open_ledger(kept, about, rows) as ledger:
        for point, _, payload in read_results(kept):
            found[point] = np.array(decode(payload)["values"], dtype=np.float64)
        failed |= {one.point: one.message for one in read_failures(kept)}
        _run(runner, ledger.pending(), workers, found, failed, progress, ledger)
    return _put_together(points, found, failed)


def _run(
    runner: _Runner,
    pending: range | list[int],
    workers: int,
    found: dict[int, F64],
    failed: dict[int, str],
    progress: Progress | None,
    ledger: Ledger | None = None,
) -> None:
    points = len(runner.study.shares)
    if progress is not None:
        progress(points - len(pending), points)
    with in_turn(runner.run, pending, workers, runner.stop) as answers:
        for point, answer in zip(pending, answers, strict=True):
            if isinstance(answer, str):
                failed[point] = answer
                if ledger is not None:
                    ledger.fail(point, 0, answer)
            else:
                found[point] = answer
                if ledger is not None:
                    ledger.add(point, 0, encode({"values": answer}))
            if progress is not None:
                progress(len(found) + len(failed), points)


def _put_together(points: int, found: Mapping[int, F64], failed: Mapping[int, str]) -> Evaluated:
    shape = next(iter(found.values())).shape if found else (1,)
    values = np.full((points, *shape), np.nan)
    for point, figures in found.items():
        values[point] = figures
    return Evaluated(values, dict(failed))


def _worlds(scenarios: tuple[Scenario, ...], study: Study, choice: Choice) -> Worlds:
    return Worlds(scenarios, seed=study.seed, engine=choice.engine, compiled=choice.compiled)


class _Runner:
    """Runs points, in any thread; a point's models are gone when it is done."""

    def __init__(self, study: Study, figures: Figures, choice: Choice) -> None:
        self.study = study
        self._figures = figures
        self._choice = choice
        self._stopped = threading.Event()
        self._running: set[Worlds] = set()

    def run(self, point: int) -> F64 | str:
        """The figures of a point [replications, ...], or why it has none."""
        if self._stopped.is_set():
            raise CancelledError
        try:
            scenarios = self.study.varied.scenarios(point, self.study.shares[point].tolist())
            worlds = _worlds(scenarios, self.study, self._choice)
        except InvalidPointsError as error:
            return str(error)
        self._running.add(worlds)
        try:
            if self._stopped.is_set():
                raise CancelledError
            rows = [
                self._figures(worlds, worlds.run(replication))
                for replication in range(self.study.replications)
            ]
        except DeadlockError as error:
            return str(error)
        finally:
            self._running.discard(worlds)
        return np.stack(rows)

    def stop(self) -> None:
        """Let threads that are at it end at their next step."""
        self._stopped.set()
        for worlds in tuple(self._running):
            worlds.stop()
