"""Trucks that choose their crossing, on days on which one of the crossings takes none, or few."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from kzsim.border import build
from kzsim.draws import draw
from kzsim.engines import kernel
from kzsim.engines.outcome import I64
from kzsim.network import compile_network
from kzsim.network.model import MS_PER_DAY, Alternative, ChoiceStage, GateStage
from kzsim.scenario import Episode, Scenario, load
from tests.unit.border_cases import scenario

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
FIRST = date(2023, 6, 5)
USUAL, OTHER = "kalzhat", "nur_zholy"


def changed(case: Scenario) -> I64:
    """[days, 2]: of Kalzhat's flexible trucks booked on each day those who went to Nur Zholy, and all.

    Who still waits at home at the end has gone nowhere yet.
    """
    program = compile_network(build(case).network)
    entities = draw(program, case.seed, 0)
    passage = kernel.run(program, entities, passage=True).passage
    assert passage is not None
    rows = {name: slice(*entities.first[i : i + 2].tolist()) for i, name in enumerate(program.source_names)}
    found = np.zeros((program.horizon_ms // MS_PER_DAY + 1, 2), dtype=np.int64)
    for name, row in rows.items():
        _, crossing, leg, *journey = name.split(".")
        if (crossing, leg) != (USUAL, "flexible"):
            continue
        here = passage.arrival_ms[row]
        went = passage.arrival_ms[rows[".".join(("road", OTHER, "kz_to_cn", *journey, f"from_{USUAL}"))]] >= 0
        stayed = (
            passage.arrival_ms[rows[".".join(("road", USUAL, "kz_to_cn", *journey, f"from_{USUAL}"))]] >= 0
        )
        day = here // MS_PER_DAY
        np.add.at(found[:, 0], day[(here >= 0) & went], 1)
        np.add.at(found[:, 1], day[(here >= 0) & (went | stayed)], 1)
    return found


def share(found: I64, first: int, last: int) -> float:
    went, whole = found[first : last + 1].sum(axis=0).tolist()
    assert whole > 50
    return float(went / whole)


def test_trucks_go_elsewhere_while_their_crossing_is_shut_and_hardly_before() -> None:
    shut = Episode(
        "shut", (USUAL,), "road", "both", FIRST + timedelta(10), FIRST + timedelta(16), "quota.cn_intake", 0
    )
    flexible = {"road.all.kz_to_cn.choice.flexible_share": 100.0}
    plain = replace(
        scenario(FIRST, 35, road=(USUAL, OTHER), overrides=flexible),
        run_in_ms=2 * MS_PER_DAY,
        follow_up_ms=7 * MS_PER_DAY,
    )
    without, found = changed(plain), changed(replace(plain, episodes=(shut,)))
    # on other Saturdays too some go where Sunday is a working day
    assert share(found, 10, 15) > 0.8 > 4 * share(without, 10, 15)
    # as long as the queue is shorter than the time until then it is nothing to anybody
    assert np.array_equal(found[:8], without[:8])
    # and they come back
    assert abs(share(found, 21, 25) - share(without, 21, 25)) < 0.1


def test_while_scanners_are_built_in_most_of_those_whom_kalzhat_cannot_take_go_to_nur_zholy() -> None:
    """The evidence has it from the reports of the time: half of them, or all."""
    path = SCENARIOS / "nur_zholy_november_2025.yaml"
    short = ["period.from=2025-10-20", "period.to=2025-11-24", "run_in=2 day", "follow_up=7 day"]
    without = ["disruptions.episodes.kalzhat_outage_nov_2025=off"]
    case = load(path, short)
    found, usual = changed(case), changed(load(path, [*short, *without]))
    (outage,) = (each for each in case.episodes if each.key == "kalzhat_outage_nov_2025")
    first, last = ((day - case.first_day).days for day in (outage.first, outage.last))
    assert share(found, first, last) > 2 * share(usual, first, last)
    went, whole = found[first : last + 1].sum(axis=0).tolist()
    working_days = int((found[first : last + 1, 1] > 0).sum())
    assert 0.5 < went / (whole - working_days * float(outage.value)) <= 1


def stays_with(case: Scenario, crossing: str) -> tuple[Alternative, GateStage]:
    stages = {stage.name: stage for stage in build(case).network.stages}
    choice = stages["road.choice"]
    assert isinstance(choice, ChoiceStage)
    (found,) = (each for each in choice.alternatives if each.name == crossing)
    gate = stages[found.stage]
    assert isinstance(gate, GateStage)
    return found, gate


def test_trucks_know_the_slots_of_each_day_and_behind_the_run_the_pace_of_its_last_four_weeks() -> None:
    last_weeks = Episode(
        "cut", (USUAL,), "road", "kz_to_cn", FIRST + timedelta(28), FIRST + timedelta(55), "equeue.slots", 24
    )
    plain = scenario(
        FIRST, 56, road=(USUAL, OTHER), overrides={"road.all.kz_to_cn.choice.flexible_share": 100.0}
    )
    usual, cut = (stays_with(case, USUAL) for case in (plain, replace(plain, episodes=(last_weeks,))))
    for known, gate in (usual, cut):
        assert known.turns is not None
        given = {refill.at_ms: refill.overall for refill in gate.refills if refill.overall}
        known_slots = dict(zip(known.turns.at_ms, known.turns.number, strict=True))
        assert {at_ms: slots for at_ms, slots in known_slots.items() if slots} == given
    days_open = 24  # Kalzhat rests on Sundays
    per_slot_h = cut[0].interval_ms / 3_600_000
    assert per_slot_h == pytest.approx(28 * 24 / (days_open * 24), rel=0.02)
    assert cut[0].interval_ms > 2 * usual[0].interval_ms
