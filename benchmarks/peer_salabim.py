"""The crossing in salabim: a component a truck, requests with priority, the same journeys."""

from __future__ import annotations

import numpy as np
import salabim

from benchmarks.canonical import I64, PLACES, SERVERS, STAGES, STRIP_FROM, STRIP_TO, Crossing


def run(crossing: Crossing) -> I64:
    """Exit times of all trucks, -1 for those inside at the horizon."""
    salabim.yieldless(False)
    environment = salabim.Environment(trace=False)
    stages = [salabim.Resource(f"s{i}", SERVERS, env=environment) for i in range(STAGES)]
    strip = salabim.Resource("strip", PLACES, env=environment)
    for resource in (*stages, strip):  # no statistics, which nobody asks for here
        resource.requesters().length.monitor(False)
        resource.requesters().length_of_stay.monitor(False)
        resource.claimers().length.monitor(False)
        resource.claimers().length_of_stay.monitor(False)
        for monitor in (
            resource.capacity,
            resource.available_quantity,
            resource.claimed_quantity,
            resource.occupancy,
        ):
            monitor.monitor(False)
    exits = np.full(crossing.trucks, -1, dtype=np.int64)
    durations, klass = crossing.duration_ms.tolist(), crossing.klass.tolist()

    class Truck(salabim.Component):
        def setup(self, number):
            self.number = number

        def process(self):
            priority = klass[self.number]
            for stage in range(STAGES):
                if stage == STRIP_FROM:
                    yield self.request((strip, 1, priority))
                if stage:
                    self.release(stages[stage - 1])
                yield self.request((stages[stage], 1, priority))
                if stage == STRIP_TO:
                    self.release(strip)
                yield self.hold(durations[self.number][stage])
            self.release(stages[-1])
            exits[self.number] = environment.now()

    class Arrivals(salabim.Component):
        def process(self):
            for number, at_ms in enumerate(crossing.arrival_ms.tolist()):
                yield self.hold(till=at_ms)
                Truck(number=number, env=environment, mode=None)

    Arrivals(env=environment)
    environment.run(till=crossing.program.horizon_ms)
    return exits
