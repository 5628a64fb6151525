"""Entities that come together: theory's mean waits. Runs, intervals, seeds as in ``test_first_checks``."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kzsim.network import Account, Batches
from kzsim.network.model import MS_PER_HOUR
from tests.networks import counter, network, steady
from tests.verification.test_first_checks import EFFORTS, Effort, check, exponential, hours_per_entity


@pytest.mark.parametrize("effort", EFFORTS)
def test_batches_of_one_to_three_wait_0_085417_h(effort: Effort) -> None:
    """4 batches an hour of 1, 2 or 3 with probability 1/4, 1/2 and 1/4; 20 an hour are served."""
    source = steady("s", 4, effort.hours, route="r", work={"counter": exponential(20)})
    arrivals = replace(source.arrivals, batches=Batches((1, 2, 3), (0.25, 0.5, 0.25)))
    net = network(
        [counter("counter")],
        {"r": ["counter"]},
        [replace(source, arrivals=arrivals)],
        horizon_ms=effort.hours * MS_PER_HOUR,
        cohort_ms=(effort.hours * MS_PER_HOUR // 20, effort.hours * MS_PER_HOUR),
    )
    check(effort, hours_per_entity(effort, net, 0, [Account.QUEUE]), 0.085417)
