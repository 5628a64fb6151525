"""Ciw, another simulator, gives the same mean waits and blocked times."""

from __future__ import annotations

import ciw
import pytest

from kzsim import queueing as q
from tests.verification.second_opinion import FIGURES, Twin, opinions, twins

TWINS = twins()


@pytest.mark.parametrize("twin", TWINS, ids=[twin.name for twin in TWINS])
def test_ciw_gives_the_same_waits(twin: Twin) -> None:
    found = opinions(twin)
    assert [each.line for each in found if abs(each.apart) > each.half_width] == []
    assert [each.line for each in found if each.half_width > 0.5 * each.own] == []


def test_the_intervals_are_as_many_as_they_are_said_to_be() -> None:
    assert sum(len(t.nodes) * len(t.classes) + len(t.blocked or {}) for t in TWINS) == FIGURES


def test_by_definition_ciw_lets_a_new_shift_start_before_the_old_one_has_finished() -> None:
    # one server until 10, one of the next shift from 10 on; the first customer is served from 9 to 14
    ciw.seed(0)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Sequential([9, 2, float("inf")])],
        service_distributions=[ciw.dists.Deterministic(5)],
        number_of_servers=[ciw.Schedule(numbers_of_servers=[1, 1], shift_end_dates=[10, 100])],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(50)
    records = sorted(simulation.get_all_records(), key=lambda record: record.arrival_date)
    assert [record.waiting_time for record in records] == [0, 0]
    # here a server held is a server held, whatever shift it belongs to
    own = q.network(
        q.service("a", q.changing({q.minutes(0): 1, q.minutes(10): 1})),
        q.source("all", q.at(q.minutes(9), q.minutes(11)), [q.step("a", q.fixed(q.minutes(5)))]),
    )
    table = q.run(own, duration=q.minutes(50), replications=2, unit="min").set_index("indicator")
    assert table.loc["wait", "mean"] == 1.5
