"""The crossing as one would write it in SimPy: a process a truck, PriorityResource throughout."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from benchmarks.canonical import I64, PLACES, SERVERS, STAGES, STRIP_FROM, STRIP_TO, Crossing


def run(crossing: Crossing) -> I64:
    """Exit times of all trucks, STILL_INSIDE for those inside at the horizon."""
    environment = simpy.Environment()
    stages = [simpy.PriorityResource(environment, SERVERS) for _ in range(STAGES)]
    strip = simpy.PriorityResource(environment, PLACES)
    exits = np.full(crossing.trucks, -1, dtype=np.int64)
    durations = crossing.duration_ms.tolist()
    klass = crossing.klass.tolist()

    def truck(number: int) -> Generator[simpy.Event, Any, None]:
        server, place, priority = None, None, klass[number]
        for stage in range(STAGES):
            if stage == STRIP_FROM:
                place = strip.request(priority)
                yield place
            if server is not None:
                stages[stage - 1].release(server)
            server = stages[stage].request(priority)
            yield server
            if stage == STRIP_TO:
                strip.release(place)
            yield environment.timeout(durations[number][stage])
        stages[-1].release(server)
        exits[number] = environment.now

    def arrive() -> Generator[simpy.Event, Any, None]:
        for number, at_ms in enumerate(crossing.arrival_ms.tolist()):
            yield environment.timeout(at_ms - environment.now)
            environment.process(truck(number))

    environment.process(arrive())
    environment.run(until=crossing.program.horizon_ms)
    return exits
