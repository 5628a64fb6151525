"""A second server that opens and closes by the length of the line: the exact means in line and at work.

Between two reviews the numbers in line and in service are a Markov chain in continuous time, with as many
servers as the last review has set; a review changes only that. Its transitions over one interval are an
exponential of a matrix, so the chain at the instants of review is known, and with it the means. A closing
finishes who is served: for a while more are than should. Runs, intervals and seeds as in ``efforts``.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.linalg import expm

from kzsim.draws import draw
from kzsim.network import Account, Calendar, Network, Pool, ServiceStage, StaffingRule, compile_network
from kzsim.network.model import MS_PER_HOUR
from tests.networks import network, steady
from tests.verification.efforts import EFFORTS, REPLICATIONS, Effort, check, exponential

PER_HOUR, SERVED_PER_HOUR, OPEN_AT, CLOSE_AT = 1.3, 1.0, 4, 1
MOST_IN_LINE = 60


def means() -> tuple[float, float]:
    """The number in line just before a review, each hour, and the number of servers."""
    states = list(product(range(MOST_IN_LINE + 1), range(3), (1, 2)))  # in line, in service, servers
    number = {state: i for i, state in enumerate(states)}
    rate = np.zeros((len(states), len(states)))
    review = np.zeros_like(rate)
    for (waiting, served, servers), i in number.items():
        if served < servers:
            rate[i, number[waiting, served + 1, servers]] += PER_HOUR
        elif waiting < MOST_IN_LINE:
            rate[i, number[waiting + 1, served, servers]] += PER_HOUR
        if served:
            next_starts = waiting > 0 and served - 1 < servers
            after = (waiting - 1, served, servers) if next_starts else (waiting, served - 1, servers)
            rate[i, number[after]] += served * SERVED_PER_HOUR
        opened = 2 if waiting >= OPEN_AT else 1 if waiting <= CLOSE_AT else servers
        starts = waiting > 0 and served < opened
        review[i, number[waiting - starts, served + starts, opened]] = 1.0
    np.fill_diagonal(rate, -rate.sum(axis=1))
    step = review @ expm(rate)
    stationary = np.linalg.matrix_power(step, 4096)[number[0, 0, 1]]
    in_line = np.array([waiting for waiting, _, _ in states])
    assert stationary[in_line > MOST_IN_LINE - 10].sum() < 1e-9
    servers = np.array([of for _, _, of in states])
    return float(stationary @ in_line), float(stationary @ servers)


def with_a_second_server(hours: int) -> Network:
    reviews = tuple(range(0, hours * MS_PER_HOUR, MS_PER_HOUR))
    rule = StaffingRule(reviews, OPEN_AT, CLOSE_AT, fewest=1, most=2)
    return network(
        [ServiceStage("counter", Account.INSPECTION, (Pool("p", Calendar.always(2), rule),))],
        {"r": ["counter"]},
        [steady("s", PER_HOUR, hours, route="r", work={"counter": exponential(SERVED_PER_HOUR)})],
        horizon_ms=hours * MS_PER_HOUR,
    )


@pytest.mark.parametrize("effort", EFFORTS)
def test_with_a_second_server_on_demand_as_many_wait_and_work_as_theory_says(effort: Effort) -> None:
    program = compile_network(with_a_second_server(effort.hours))
    in_line, working = [], []
    for replication in range(REPLICATIONS):
        outcome = effort.run(program, draw(program, seed=20230101, replication=replication))
        in_line.append(float(outcome.in_line[effort.hours // 20 :, 0].mean()))
        working.append(float(outcome.capacity_ms[0]) / (effort.hours * MS_PER_HOUR))
    check(effort, in_line, means()[0])
    check(effort, working, means()[1])
