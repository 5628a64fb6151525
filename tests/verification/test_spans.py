"""The median time in a part of a network, against theory. Runs, intervals and seeds as in ``efforts``."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from kzsim.draws import draw
from kzsim.network import compile_network
from kzsim.network.buckets import WAIT_BITS, midpoint_ms
from kzsim.network.model import MS_PER_HOUR
from tests.networks import counter, network, steady
from tests.verification.efforts import EFFORTS, REPLICATIONS, Effort, check, exponential


@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize(("span", "rate"), [("first", 1.25), ("second", 1.0)])
def test_the_median_stay_at_each_counter_of_a_tandem_is_that_of_its_own_m_m_1(
    effort: Effort, span: str, rate: float
) -> None:
    """Stays in M/M/1 are exponential of rate mu - lambda, also behind another one (Burke 1956)."""
    work = {"a": exponential(1.25), "b": exponential(1.0)}
    horizon = effort.hours * MS_PER_HOUR
    net = network(
        [counter("a"), counter("b")],
        {"out": ["a", "b"]},
        [steady("out", 0.5, effort.hours, route="out", work=work)],
        horizon_ms=horizon,
        cohort_ms=(horizon // 20, horizon),
    )
    program = compile_network(replace(net, spans={"first": ("a",), "second": ("b",)}))
    found = []
    for replication in range(REPLICATIONS):
        outcome = effort.run(program, draw(program, seed=20230101, replication=replication))
        counts = outcome.observers.spans[0, program.span_names.index(span)]
        half = np.searchsorted(counts.cumsum(), -(-counts.sum() // 2))
        found.append(midpoint_ms(int(half), WAIT_BITS) / MS_PER_HOUR)
    check(effort, found, math.log(2) / (rate - 0.5))
