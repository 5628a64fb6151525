"""Tasks for other processes: plain text and numbers there and back, never objects of kzsim.

The same function runs in the processes of this machine and in the workers of a cluster.
"""

from __future__ import annotations

import json
import platform
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TypedDict

from kzsim.experiments.errors import WorkerError
from kzsim.experiments.identity import model_version
from kzsim.experiments.plain import scenario_from
from kzsim.experiments.sweeps.points import point_digest
from kzsim.experiments.sweeps.tasks import TOGETHER, Block
from kzsim.experiments.sweeps.work import FAILURES, Built, Done, How, build, run_point
from kzsim.experiments.warmup import make_ready
from kzsim.scenario import Scenario

DECIDING = ("numpy", "numba", "llvmlite")
"""Packages that must be the same everywhere; the model and its evidence are compared by their content."""

Answer = tuple[int, int, bytes | None, str, float, float]
"""The fields of ``Done``."""


class Message(TypedDict):
    """A task as it goes to another process; ``scenarios`` are JSON, or None with what is wrong."""

    versions: dict[str, str]
    engine: str
    compiled: bool
    points: list[int]
    digests: list[str]
    scenarios: list[str | None]
    wrong: list[str]
    replications: list[int]


@cache
def versions() -> dict[str, str]:
    """What decides results in this process: model and packages; '' for a package that is not there."""
    found = {"kzsim": model_version(), "python": ".".join(platform.python_version_tuple()[:2])}
    for name in DECIDING:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found


def differences(here: dict[str, str], there: dict[str, str]) -> str:
    """What differs, in words: ``numpy 2.4.6 here and 2.3.0 there``; '' if nothing does."""
    said = [
        f"{name} {here.get(name) or 'missing'} here and {there.get(name) or 'missing'} there"
        for name in sorted({*here, *there})
        if here.get(name) != there.get(name)
    ]
    return ", ".join(said)


def message(
    bundle: Sequence[Block], how: How, scenario: Callable[[int], Scenario], digests: Sequence[str]
) -> Message:
    """The task for these blocks, which are all of the same points."""
    points = list(bundle[0].points)
    scenarios: list[str | None] = []
    wrong: list[str] = []
    for point in points:
        try:
            scenarios.append(json.dumps(scenario(point).canonical(), allow_nan=False))
            wrong.append("")
        except FAILURES as error:
            scenarios.append(None)
            wrong.append(str(error))
    return {
        "versions": versions(),
        "engine": how.engine,
        "compiled": how.compiled,
        "points": points,
        "digests": [digests[point] for point in points],
        "scenarios": scenarios,
        "wrong": wrong,
        "replications": [block.replication for block in bundle],
    }


def run_message(task: Message) -> list[Answer]:
    """Do a task in this process. Raises WorkerError if this is another model than the sender's."""
    different = differences(task["versions"], versions())
    if different:
        raise WorkerError(f"a worker on {platform.node()} differs: {different}.")
    if task["compiled"]:
        make_ready()
    how = How(task["engine"], task["compiled"])
    answers: list[Answer] = []
    for replication in task["replications"]:
        for at, point in enumerate(task["points"]):
            text = task["scenarios"][at]
            if text is None:
                answers.append((point, replication, None, task["wrong"][at], 0.0, 0.0))
                continue
            digest = task["digests"][at]
            done = run_point(point, replication, lambda text=text, digest=digest: _held(text, digest), how)  # type: ignore[misc]  # mypy does not infer a lambda with defaults
            answers.append(
                (done.point, done.replication, done.payload, done.message, done.seconds, done.build_s)
            )
    return answers


def done_of(answers: Sequence[Answer]) -> list[Done]:
    """The answers as they are used here."""
    return [Done(*answer) for answer in answers]


_models: OrderedDict[str, Built] = OrderedDict()
"""The models last used in this process, by the digest of their point."""
_lock = threading.Lock()


def _held(text: str, digest: str) -> Built:
    """The model of a scenario, kept for the tasks that follow."""
    with _lock:
        found = _models.get(digest)
        if found is None:
            made = scenario_from(json.loads(text))
            if point_digest(made) != digest:
                raise WorkerError(f"a worker on {platform.node()} understands a scenario otherwise")
            found = _models[digest] = build(made)
            while len(_models) > TOGETHER:
                _models.popitem(last=False)
        _models.move_to_end(digest)
        return found
