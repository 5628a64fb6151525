"""A server that fails, and resumes the service that it broke off: theory's mean time in the system.

Failures come at a rate f whether the server is busy or not, repairs at a rate r: a two-phase balance
equation gives the mean. The calendar of each replication is drawn beforehand. Runs, intervals and seeds as in
``efforts``; the cohort ends 100 mean services before the run does, so that hardly anybody in it is
still inside.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate

import numpy as np
import pytest

from kzsim.draws import draw
from kzsim.engines import kernel, reference
from kzsim.network import (
    Account,
    Arrivals,
    Calendar,
    Distribution,
    Kind,
    Network,
    Pool,
    ServiceStage,
    Source,
    Work,
    compile_network,
)
from tests.networks import network
from tests.verification.efforts import REPLICATIONS, Effort, check

UNIT_MS = 360_000
"""The mean service: long in ms, and short enough for 100,000 of them in the longest horizon."""
ARRIVALS, FAILURES, REPAIRS = 0.6, 0.05, 0.5
TARGET = 3.770053

# `hours` are mean services here
EFFORTS = [
    pytest.param(Effort(reference.run, 8_000, 0.08), id="reference"),
    pytest.param(Effort(kernel.run, 100_000, 0.02), id="kernel"),
]


def breakdowns(units: int, replication: int) -> Calendar:
    """One server, now up, now down."""
    generator = np.random.default_rng([20230101, replication])
    pairs = int(units * FAILURES) + 1  # more than enough: a pair takes longer than an up-time
    lengths = generator.exponential([1 / FAILURES, 1 / REPAIRS], size=(pairs, 2)).reshape(-1) * UNIT_MS
    ends = accumulate(max(1, round(length)) for length in lengths)
    at_ms = (0, *(end for end in ends if end < units * UNIT_MS))
    return Calendar(at_ms, tuple(1 - i % 2 for i in range(len(at_ms))))


def breaking_down(units: int) -> Network:
    work = {"counter": Work(Distribution("exponential", UNIT_MS))}
    arrivals = Arrivals("poisson", edges_ms=(0, units * UNIT_MS), expected=(ARRIVALS * units,))
    stage = ServiceStage("counter", Account.INSPECTION, (Pool("p", Calendar.always(1)),), on_close="suspend")
    return network(
        [stage],
        {"r": ["counter"]},
        [Source("s", "r", arrivals, (Kind("k", 1.0, "c", 0, work),))],
        horizon_ms=units * UNIT_MS,
        cohort_ms=(units * UNIT_MS // 20, (units - 100) * UNIT_MS),
    )


@pytest.mark.parametrize("effort", EFFORTS)
def test_a_server_that_breaks_down_and_resumes_keeps_everybody_for_3_770053_mean_services(
    effort: Effort,
) -> None:
    net = breaking_down(effort.hours)
    (stage,) = net.stages
    assert isinstance(stage, ServiceStage)
    found = []
    for replication in range(REPLICATIONS):
        pool = Pool("p", breakdowns(effort.hours, replication))
        program = compile_network(replace(net, stages=(replace(stage, pools=(pool,)),)))
        entities = draw(program, seed=20230101, replication=replication)
        outcome = effort.run(program, entities)
        count = int((entities.phase == 1).sum())
        found.append(float(outcome.account_ms[0, 1].sum()) / count / UNIT_MS)
    check(effort, found, TARGET)
