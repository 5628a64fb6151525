"""Pairs of Poisson streams: how many are without a partner, and how pairs come out.

Runs, intervals and seeds as in ``efforts``.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import integrate, stats

from kzsim.draws import draw
from kzsim.engines import kernel, reference
from kzsim.network import Account, Network, PairingStage, Work, compile_network
from kzsim.network.model import MS_PER_HOUR
from tests.networks import at, counter, fixed, network, steady
from tests.verification.efforts import EFFORTS, REPLICATIONS, Effort, check

CLASSES = ("leads", "follows")
HOURS = 4
# leaders and followers an hour; in the second case most who wait lead
RATES = [(5.0, 5.0), (8.0, 5.0)]
# meetings side by side in one network: what is measured of each is a single number
MEETINGS = [
    pytest.param(Effort(reference.run, 40, 0.08), id="reference"),
    pytest.param(Effort(kernel.run, 500, 0.02), id="kernel"),
]


def without_partner(leaders: float, followers: float, hours: float) -> float:
    """Mean number who wait that long after an empty start: the difference of two Poisson counts."""
    count = np.arange(-400, 401)
    difference = stats.skellam(leaders * hours, followers * hours)
    return float((np.abs(count) * difference.pmf(count)).sum()) if hours > 0 else 0.0


def meetings(count: int, leaders: float, followers: float) -> Network:
    """So many pairings that have nothing to do with each other, read half-way."""
    stages = [PairingStage(f"s{i}", ("leads",), ("follows",)) for i in range(count)]
    sources = [
        steady(f"{klass}{i}", rate, HOURS, route=f"r{i}", work={f"s{i}": Work()}, klass=klass)
        for i in range(count)
        for klass, rate in (("leads", leaders), ("follows", followers))
    ]
    net = network(stages, {f"r{i}": [f"s{i}"] for i in range(count)}, sources, classes=CLASSES)
    return replace(net, horizon_ms=HOURS * MS_PER_HOUR, observe_every_ms=HOURS * MS_PER_HOUR // 2)


@pytest.mark.parametrize("effort", MEETINGS)
@pytest.mark.parametrize(("leaders", "followers"), RATES)
def test_as_many_are_without_a_partner_as_two_poisson_counts_differ(
    effort: Effort, leaders: float, followers: float
) -> None:
    """Number at an instant, and number integrated over time; the two are measured in the same runs."""
    program = compile_network(meetings(effort.hours, leaders, followers))
    numbers, areas = [], []
    for replication in range(REPLICATIONS):
        outcome = effort.run(program, draw(program, seed=20230101, replication=replication))
        numbers.append(float(outcome.in_line[1].mean()))
        waited_ms = int(outcome.account_ms[..., Account.PAIRING].sum())
        assert waited_ms == outcome.account_ms.sum()
        areas.append(waited_ms / MS_PER_HOUR / effort.hours)
    check(effort, numbers, without_partner(leaders, followers, HOURS / 2))
    area, _ = integrate.quad(lambda hours: without_partner(leaders, followers, hours), 0, HOURS)
    check(effort, areas, area)


@pytest.mark.parametrize("effort", EFFORTS)
def test_where_leaders_never_run_out_pairs_come_out_as_followers_come_in(effort: Effort) -> None:
    """Half a follower an hour, then an hour of service for each leader: M/D/1, mean wait half an hour."""
    work = {"s": Work(), "counter": fixed(MS_PER_HOUR)}
    net = network(
        [PairingStage("s", ("leads",), ("follows",)), counter("counter")],
        {"lead": ["s", "counter"], "follow": ["s"]},
        [
            at("leaders", *([0] * effort.hours), route="lead", work=work, klass="leads"),
            steady("followers", 0.5, effort.hours, route="follow", work={"s": Work()}, klass="follows"),
        ],
        classes=CLASSES,
        horizon_ms=effort.hours * MS_PER_HOUR,
    )
    program = compile_network(net)
    number = program.element_names.index("counter")
    found = []
    for replication in range(REPLICATIONS):
        outcome = effort.run(program, draw(program, seed=20230101, replication=replication))
        served = int(outcome.observers.starts[:, number, 0].sum())
        found.append(float(outcome.account_ms[:, :, number, Account.QUEUE].sum()) / served / MS_PER_HOUR)
    check(effort, found, 0.5)
