"""One replication of one point: what a worker does, in whichever process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass

from kzsim import compiled
from kzsim.engines import choice
from kzsim.experiments.errors import DeadlockError, InvariantError
from kzsim.experiments.models import Model, make_model
from kzsim.experiments.once import run_once
from kzsim.experiments.sweeps.cells import payload_of
from kzsim.experiments.sweeps.points import InvalidPointsError
from kzsim.scenario import Scenario


def _failures() -> tuple[type[Exception], ...]:
    from kzsim.evidence import EvidenceError

    # ValueError: what border.build and compile_network say of a network that cannot be run
    return (DeadlockError, InvariantError, InvalidPointsError, EvidenceError, ValueError)


FAILURES = _failures()
"""What is wrong with a point, not with the sweep: it is noted, and the other points go on."""


@dataclass(frozen=True)
class How:
    """By which engine, and whether by machine code."""

    engine: str = choice.KERNEL
    compiled: bool = True


@dataclass(frozen=True)
class Done:
    """What one replication of a point gave: a payload, or a message why there is none.

    ``build_s`` of its ``seconds`` went into building the model, 0 if it was at hand.
    """

    point: int
    replication: int
    payload: bytes | None
    message: str = ""
    seconds: float = 0.0
    build_s: float = 0.0


@dataclass(frozen=True)
class Built:
    """A point's model and its seed."""

    model: Model
    seed: int


def build(scenario: Scenario) -> Built:
    """The model of a point. Raises one of ``FAILURES``."""
    return Built(make_model(scenario), scenario.seed)


def run_point(
    point: int,
    replication: int,
    built: Callable[[], Built],
    how: How,
    go_on: Callable[[], None] = lambda: None,
) -> Done:
    """Run a point once. What ``FAILURES`` names becomes a message; ``go_on`` may raise to end the work."""
    began = time.perf_counter()
    build_s = 0.0
    try:
        found = built()
        build_s = time.perf_counter() - began
        with nullcontext() if how.compiled else compiled.set_aside():
            seen = run_once(
                choice.load(how.engine),
                found.model,
                found.seed,
                replication,
                f"point {point}",
                passage=False,
                hourly=False,
                go_on=go_on,
            )
        payload = payload_of(found.model.layout, seen.summary)
    except FAILURES as error:
        return Done(point, replication, None, str(error), time.perf_counter() - began, build_s)
    return Done(point, replication, payload, "", time.perf_counter() - began, build_s)


class Models:
    """The models of points: built when first asked for, let go when no replication needs them any more.

    ``needed`` says how many replications of each point are to come. Threads may share one object.
    """

    def __init__(self, scenario: Callable[[int], Scenario], needed: Mapping[int, int]) -> None:
        self._scenario = scenario
        self._needed = dict(needed)
        self._built: dict[int, Built] = {}
        self._building: dict[int, threading.Lock] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many are held."""
        return len(self._built)

    def get(self, point: int) -> Built:
        """A point's model. Raises one of ``FAILURES``."""
        with self._lock:
            building = self._building.setdefault(point, threading.Lock())
        with building:  # two threads never build the same one
            found = self._built.get(point)
            if found is None:
                found = self._built[point] = build(self._scenario(point))
            return found

    def finished(self, point: int) -> None:
        """One replication of it less to come."""
        with self._lock:
            self._needed[point] -= 1
            if self._needed[point] <= 0:
                self._built.pop(point, None)
                self._building.pop(point, None)
