"""Exact results of queueing theory that the engine must reproduce: a first check.

Each test states theory's number, which must lie inside the 99 % interval over 30 replications with
fixed seeds. The interval may be up to 5 % of the target wide on each side, which is what the
reference engine affords in seconds. The first 5 % of each run are left out; what bias they leave is
far below the half-width.
"""

from __future__ import annotations

import math
from statistics import mean, stdev

import pytest
from scipy import stats

from kzsim.draws import draw
from kzsim.engines import reference
from kzsim.network import Account, Distribution, Network, Program, Work, compile_network
from kzsim.network.model import MS_PER_HOUR
from tests.networks import counter, network, steady

REPLICATIONS = 30


def exponential(per_hour: float) -> Work:
    return Work(Distribution("exponential", MS_PER_HOUR / per_hour))


def hours_per_entity(program: Program, group: int, accounts: list[Account]) -> list[float]:
    """Mean hours in the accounts per entity of the cohort, one figure a replication."""
    found = []
    for replication in range(REPLICATIONS):
        entities = draw(program, seed=20230101, replication=replication)
        outcome = reference.run(program, entities)
        count = int(((entities.group == group) & (entities.phase == 1)).sum())
        found.append(outcome.account_ms[group, 1][:, accounts].sum() / count / MS_PER_HOUR)
    return found


def check(estimates: list[float], target: float) -> None:
    half_width = stats.t.ppf(0.995, len(estimates) - 1) * stdev(estimates) / math.sqrt(len(estimates))
    assert half_width < 0.05 * target
    assert abs(mean(estimates) - target) < half_width


def one_counter(servers: int, hours: int, rates: dict[str, float], service_per_hour: float) -> Network:
    work = {"counter": exponential(service_per_hour)}
    return network(
        [counter("counter", servers)],
        {"r": ["counter"]},
        [
            steady(name, rate, hours, route="r", work=work, klass=name, group=i)
            for i, (name, rate) in enumerate(rates.items())
        ],
        classes=tuple(rates),
        priority={(name, "counter"): i for i, name in enumerate(rates)},
        horizon_ms=hours * MS_PER_HOUR,
        cohort_ms=(hours * MS_PER_HOUR // 20, hours * MS_PER_HOUR),
        n_groups=len(rates),
    )


def test_mm3_eye_clinic_waits_0_148148_h() -> None:
    program = compile_network(one_counter(3, 2500, {"all": 6}, service_per_hour=3))
    check(hours_per_entity(program, 0, [Account.QUEUE]), 0.148148)


@pytest.mark.parametrize(("group", "target_min"), [(0, 9.545), (1, 32.27)])
def test_two_priority_classes_of_lots_stay_9_545_and_32_27_min(group: int, target_min: float) -> None:
    program = compile_network(one_counter(1, 2500, {"high": 1, "low": 9}, service_per_hour=12))
    check(hours_per_entity(program, group, [Account.QUEUE, Account.INSPECTION]), target_min / 60)
