"""The crossing in Cimba, whose processes are compiled: a process a truck, the same journeys."""

from __future__ import annotations

from collections.abc import Callable

import cimba as cb
import numpy as np

from benchmarks.canonical import PLACES, SERVERS, STAGES, STRIP_FROM, STRIP_TO, Crossing


class Stage(cb.Model):
    servers: cb.Resource = cb.Resource(capacity=SERVERS)


class Border(cb.Model):
    stages: list[Stage]
    strip: cb.Resource = cb.Resource(capacity=PLACES)
    arrival: cb.Array[float]
    priority: cb.Array[int]
    duration: cb.Array[float]
    passed: float = 0.0
    total: float = 0.0
    mean: cb.Output[float]

    @cb.process
    def arrive(self):
        for number in range(len(self.arrival)):
            cb.hold(self.arrival[number] - cb.now())
            cb.spawn(Truck, border=self, number=number)

    @cb.on_end
    def report(self):
        self.mean = self.total / self.passed


class Truck(cb.Model):
    border: cb.Ref[Border]
    number: int

    @cb.process
    def pass_through(self):
        border = self.border
        number = self.number
        priority = border.priority[number]
        for stage in range(STAGES):
            if stage == STRIP_FROM:
                border.strip.acquire(1, priority)
            if stage > 0:
                border.stages[stage - 1].servers.release(1)
            border.stages[stage].servers.acquire(1, priority)
            if stage == STRIP_TO:
                border.strip.release(1)
            cb.hold(border.duration[number * STAGES + stage])
        border.stages[STAGES - 1].servers.release(1)
        border.passed += 1
        border.total += cb.now() - border.arrival[number]
        cb.release(self)


def make(crossing: Crossing) -> Callable[[], float]:
    """A run that gives the mean crossing time in ms; it is compiled at the first call."""
    border = Border()
    border.stages = [Stage() for _ in range(STAGES)]
    border.arrival = cb.Array(crossing.arrival_ms.astype(float).tolist())
    border.priority = cb.Array((-crossing.klass).tolist())  # higher goes first there
    border.duration = cb.Array(crossing.duration_ms.reshape(-1).astype(float).tolist())
    window = cb.Window(warmup=0, duration=float(crossing.program.horizon_ms))
    experiment = cb.Experiment(border, replications=1, window=window, seed=1)

    def run() -> float:
        return float(np.asarray(experiment.run()[border].mean).item())

    return run
