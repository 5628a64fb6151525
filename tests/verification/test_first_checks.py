"""Exact results of queueing theory that both engines must reproduce: a first check.

Each test states theory's number, which must lie inside the 99 % interval over 30 replications with
seeds fixed beforehand. The interval's half-width must be below 2 % of the target for the kernel and
below 8 % for the reference engine, which affords much shorter runs. The first 5 % of
each run are left out; what bias they leave is far below the half-width.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import mean, stdev

import pytest
from scipy import stats

from kzsim.draws import Entities, draw
from kzsim.engines import kernel, reference
from kzsim.engines.outcome import Outcome
from kzsim.network import Account, Distribution, Network, Program, Work, compile_network
from kzsim.network.model import MS_PER_HOUR
from tests.networks import counter, network, steady

REPLICATIONS = 30


@dataclass(frozen=True)
class Effort:
    """An engine, how long its runs are, and how precise they must be."""

    run: Callable[[Program, Entities], Outcome]
    hours: int
    half_width: float


EFFORTS = [
    pytest.param(Effort(reference.run, 1_000, 0.08), id="reference"),
    pytest.param(Effort(kernel.run, 25_000, 0.02), id="kernel"),
]


def exponential(per_hour: float) -> Work:
    return Work(Distribution("exponential", MS_PER_HOUR / per_hour))


def hours_per_entity(effort: Effort, net: Network, group: int, accounts: list[Account]) -> list[float]:
    """Mean hours in the accounts per entity of the cohort, one figure a replication."""
    program = compile_network(net)
    found = []
    for replication in range(REPLICATIONS):
        entities = draw(program, seed=20230101, replication=replication)
        outcome = effort.run(program, entities)
        count = int(((entities.group == group) & (entities.phase == 1)).sum())
        found.append(float(outcome.account_ms[group, 1][:, accounts].sum()) / count / MS_PER_HOUR)
    return found


def check(effort: Effort, estimates: list[float], target: float) -> None:
    half_width = stats.t.ppf(0.995, len(estimates) - 1) * stdev(estimates) / math.sqrt(len(estimates))
    assert half_width < effort.half_width * target
    assert abs(mean(estimates) - target) < half_width


def one_counter(effort: Effort, servers: int, rates: dict[str, float], service_per_hour: float) -> Network:
    work = {"counter": exponential(service_per_hour)}
    return network(
        [counter("counter", servers)],
        {"r": ["counter"]},
        [
            steady(name, rate, effort.hours, route="r", work=work, klass=name, group=i)
            for i, (name, rate) in enumerate(rates.items())
        ],
        classes=tuple(rates),
        priority={(name, "counter"): i for i, name in enumerate(rates)},
        horizon_ms=effort.hours * MS_PER_HOUR,
        cohort_ms=(effort.hours * MS_PER_HOUR // 20, effort.hours * MS_PER_HOUR),
        n_groups=len(rates),
    )


@pytest.mark.parametrize("effort", EFFORTS)
def test_mm3_eye_clinic_waits_0_148148_h(effort: Effort) -> None:
    net = one_counter(effort, 3, {"all": 6}, service_per_hour=3)
    check(effort, hours_per_entity(effort, net, 0, [Account.QUEUE]), 0.148148)


@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize(("group", "target_min"), [(0, 9.545), (1, 32.27)])
def test_two_priority_classes_of_lots_stay_9_545_and_32_27_min(
    effort: Effort, group: int, target_min: float
) -> None:
    net = one_counter(effort, 1, {"high": 1, "low": 9}, service_per_hour=12)
    stay = [Account.QUEUE, Account.INSPECTION]
    check(effort, hours_per_entity(effort, net, group, stay), target_min / 60)
