"""Ceilings per class on a quota, from the words of ``kzsim.queueing`` to both engines."""

from __future__ import annotations

from types import ModuleType

import pytest

from kzsim import queueing as q
from kzsim.draws import draw
from kzsim.engines import kernel, reference
from kzsim.queueing.build import Window, build
from tests.unit.test_queueing import value

HOUR = 3_600_000


def limited() -> q.Network:
    """Three pass an hour, at most one of them of class few; four of each class come at once."""
    steps = [q.step("gate")]
    return q.network(
        q.gate("gate", quota=q.quota(3, every=q.hours(1), ceilings={"few": 1})),
        q.source("few", q.crowd(4), steps),
        q.source("many", q.crowd(4), steps),
    )


@pytest.mark.parametrize("engine", [kernel, reference])
def test_a_class_with_a_ceiling_is_let_pass_at_its_own_pace(engine: ModuleType) -> None:
    """Few: one each hour. Many: two at 0, though one of few stands before each; two at the first hour."""
    program = build(limited(), Window(6 * HOUR, 0, 0, HOUR))
    entities = draw(program, seed=1, replication=0)
    outcome = engine.run(program, entities, passage=True)
    hours = (outcome.exit_ms // HOUR).tolist()
    assert program.source_names == ("few", "many")
    assert hours == [0, 1, 2, 3, 0, 0, 1, 1]


@pytest.mark.parametrize("engine", ["kernel", "reference"])
def test_the_table_of_indicators_shows_what_a_ceiling_costs(engine: str) -> None:
    found = q.run(limited(), duration=q.hours(6), replications=2, seed=1, engine=engine, unit="h")
    assert value(found, "gate", "wait", "few") == (0 + 1 + 2 + 3) / 4
    assert value(found, "gate", "wait", "many") == (0 + 0 + 1 + 1) / 4
