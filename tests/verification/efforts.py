"""Means of networks built by hand against theory's number: how long both engines run, and how near they come.

The target must lie inside the 99 % interval over 30 replications with seeds fixed beforehand, and the
interval's half-width below 2 % of the target for the kernel and below 8 % for the reference engine, which
affords much shorter runs.
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
