"""A server that fails, its outages drawn by the program itself: theory's mean time in the system.

As in ``test_suspended_services``, whose calendars are drawn by the test.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from kzsim.draws import draw
from kzsim.network import Calendar, Distribution, Outages, Pool, ServiceStage, compile_network
from tests.verification.efforts import REPLICATIONS, Effort, check
from tests.verification.test_suspended_services import (
    EFFORTS,
    FAILURES,
    REPAIRS,
    TARGET,
    UNIT_MS,
    breaking_down,
)


@pytest.mark.parametrize("effort", EFFORTS)
def test_with_outages_drawn_in_advance_a_server_keeps_everybody_for_3_770053_mean_services(
    effort: Effort,
) -> None:
    net = breaking_down(effort.hours)
    (stage,) = net.stages
    assert isinstance(stage, ServiceStage)
    outages = Outages(
        "engine",
        Distribution("exponential", UNIT_MS / FAILURES),
        Distribution("exponential", UNIT_MS / REPAIRS),
    )
    pool = Pool("p", Calendar.always(1), outages=(outages,))
    program = compile_network(replace(net, stages=(replace(stage, pools=(pool,)),)))
    found = []
    for replication in range(REPLICATIONS):
        entities = draw(program, seed=20230101, replication=replication)
        outcome = effort.run(program, entities)
        count = int((entities.phase == 1).sum())
        found.append(float(outcome.account_ms[0, 1].sum()) / count / UNIT_MS)
    check(effort, found, TARGET)
