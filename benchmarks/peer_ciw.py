"""The crossing in Ciw. It draws its own journeys, and its blocking knows stages only.

So the ten places stand before and in one stage, three in service and seven in line, and block the
stage before as the strip does; the line at the next stage is not part of them.
"""

from __future__ import annotations

import math

import ciw

from benchmarks.canonical import MEAN_MS, PER_HOUR, PLACES, SERVERS, STAGES, STRIP_FROM, Crossing
from kzsim.network.model import MS_PER_MINUTE

SIGMA = math.sqrt(math.log(1 + 0.6**2))
MEAN = MEAN_MS / MS_PER_MINUTE


def run(crossing: Crossing) -> int:
    """Number of trucks that have passed, over the same time."""

    def rows(value):
        return {"first": value, "other": value}

    def arrivals(share):
        return [ciw.dists.Exponential(PER_HOUR / 60 * share)] + [None] * (STAGES - 1)

    services = [ciw.dists.Lognormal(math.log(MEAN) - SIGMA**2 / 2, SIGMA) for _ in range(STAGES)]
    ahead = [[float(j == i + 1) for j in range(STAGES)] for i in range(STAGES)]
    network = ciw.create_network(
        arrival_distributions={"first": arrivals(0.3), "other": arrivals(0.7)},
        service_distributions=rows(services),
        routing=rows(ahead),
        number_of_servers=[SERVERS] * STAGES,
        queue_capacities=[PLACES - SERVERS if i == STRIP_FROM else float("inf") for i in range(STAGES)],
        priority_classes={"first": 0, "other": 1},
    )
    ciw.seed(1)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(crossing.program.horizon_ms / MS_PER_MINUTE)
    return len(simulation.nodes[-1].all_individuals)
