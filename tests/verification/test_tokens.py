"""Tokens against theory: a finite fleet, a semaphore, and a line in which nobody overtakes.

Runs, intervals and seeds as in ``efforts``; the unit of time is an hour. Fleet and line start with everything
idle: at a few hours of run-in that shifts a mean by less than 0.1 % in the kernel's runs, 0.5 % in the
reference's, far inside the half-widths asked for.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from kzsim.draws import draw
from kzsim.engines.outcome import Outcome
from kzsim.network import Account, Distribution, Kind, Need, Network, Tokens, Work, compile_network
from kzsim.network.model import MS_PER_HOUR
from tests.networks import at, counter, network, steady
from tests.verification.efforts import EFFORTS, REPLICATIONS, Effort, check, exponential, hours_per_entity

AT_ONCE = Distribution("fixed", 0.0)


def needing(work: Work, number: int, away: Distribution = AT_ONCE) -> Work:
    return replace(work, needs=(Need("t", number, away),))


def outcomes_of(effort: Effort, net: Network) -> list[Outcome]:
    """One a replication."""
    program = compile_network(net)
    return [
        effort.run(program, draw(program, seed=20230101, replication=replication))
        for replication in range(REPLICATIONS)
    ]


def left(outcome: Outcome) -> int:
    return int(outcome.observers.left.sum())


def fleet(hours: int, size: int, servers: int) -> Network:
    """Never a lack of entities; each needs one of the fleet, which is away for 2 h on average then."""
    work = needing(exponential(1), 1, Distribution("exponential", 2 * MS_PER_HOUR))
    crowd = at("s", *[0] * round(servers * hours * 1.05), route="r", work={"counter": work})
    net = network([counter("counter", servers)], {"r": ["counter"]}, [crowd], horizon_ms=hours * MS_PER_HOUR)
    return replace(net, tokens=(Tokens("t", size),))


# fleet, servers, throughput an hour, mean wait for a server in hours: a repair shop with so many machines
FLEETS = [(6, 1, 0.987915, 3.073394), (10, 3, 2.753324, 0.631974)]


@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize(("size", "servers", "throughput", "wait"), FLEETS)
def test_a_finite_fleet_is_served_as_often_and_idle_as_long_before_as_theory_says(
    effort: Effort, size: int, servers: int, throughput: float, wait: float
) -> None:
    """Little's law: idle tokens times ms over services begun is the mean wait of a token."""
    outcomes = outcomes_of(effort, fleet(effort.hours, size, servers))
    # a throughput is to be had within 1 %
    half = replace(effort, half_width=effort.half_width / 2)
    check(half, [left(outcome) / effort.hours for outcome in outcomes], throughput)
    seen = [outcome.observers for outcome in outcomes]
    idle = [float(each.idle_ms[0]) / int(each.starts[0, 0, 0]) / MS_PER_HOUR for each in seen]
    check(effort, idle, wait)


@pytest.mark.parametrize("effort", EFFORTS)
def test_three_tokens_keep_waiting_as_three_doctors_do_0_148148_h(effort: Effort) -> None:
    """6 an hour, 3 an hour each: the eye clinic, with more rooms than anybody needs."""
    source = steady("s", 6, effort.hours, route="r", work={"rooms": needing(exponential(3), 1)})
    net = network(
        [counter("rooms", 60)],
        {"r": ["rooms"]},
        [source],
        horizon_ms=effort.hours * MS_PER_HOUR,
        cohort_ms=(effort.hours * MS_PER_HOUR // 20, effort.hours * MS_PER_HOUR),
    )
    net = replace(net, tokens=(Tokens("t", 3),))
    check(effort, hours_per_entity(effort, net, 0, [Account.TOKENS]), 0.148148)


@pytest.mark.parametrize("effort", EFFORTS)
def test_a_line_in_which_half_need_two_of_two_tokens_and_nobody_overtakes_moves_at_8_7(
    effort: Effort,
) -> None:
    """Exponential services of mean 1 h, never a lack of entities.

    Two tokens are with one who needs both (state B), with two who need one each (A), or one is free while
    its like is awaited by the head, who needs both (W). With p = q = 1/2: W leads to B at rate 1, B leaves
    itself at rate q and goes to A with probability q, A leaves itself at rate 2p. So W = qB and
    A = q^2 B / 2p, and the throughput is (B + 2A + W) / (B + A + W) = 8/7.
    """
    work = exponential(1)
    (source,) = fleet(effort.hours, 2, 2).sources
    kinds = tuple(Kind(f"k{n}", 0.5, "c", 0, {"counter": needing(work, n)}) for n in (1, 2))
    net = network(
        [counter("counter", 2)],
        {"r": ["counter"]},
        [replace(source, kinds=kinds)],
        horizon_ms=effort.hours * MS_PER_HOUR,
    )
    net = replace(net, tokens=(Tokens("t", 2),))
    half = replace(effort, half_width=effort.half_width / 2)
    check(half, [left(outcome) / effort.hours for outcome in outcomes_of(effort, net)], 8 / 7)
