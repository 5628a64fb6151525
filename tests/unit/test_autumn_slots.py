"""Slots out of turn in the autumn of 2025 at Nur Zholy, truck by truck: caps, and whom they serve.

A truck has gone *out of turn* if somebody who booked an ordinary slot before it was called after it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from kzsim import scenario
from kzsim.border import build
from kzsim.border.labels import Border
from kzsim.draws import draw
from kzsim.engines import kernel
from kzsim.engines.outcome import Outcome
from kzsim.experiments.models import make_model
from kzsim.indicators.dictionary import INDICATORS
from kzsim.indicators.summary import Observed, summarise
from kzsim.network import compile_network
from kzsim.network.model import MS_PER_DAY, MS_PER_HOUR, GateStage, Refill
from kzsim.scenario import Scenario

QUEUE = "nur_zholy.kz_to_cn.kz.equeue"
CAP = "road.nur_zholy.kz_to_cn.equeue.priority_share_cap"
SHIPPED = Path(__file__).parents[2] / "scenarios" / "nur_zholy_november_2025.yaml"
AHEAD_MS = 6 * MS_PER_HOUR
"""How long before a slot a truck is called: the slots of a day are called from 18:00 of the day before on."""
NOT_CALLED = 2**62


@dataclass(frozen=True)
class Autumn:
    """One replication, and of every booking its class in line, when it was made and when it was called."""

    border: Border
    outcome: Outcome
    klass: np.ndarray
    booked: np.ndarray
    called: np.ndarray

    def out_of_turn(self, klass: str) -> np.ndarray:
        """On which days those of a class were called who went out of turn."""
        ordinary = self.klass == "ordinary"
        order = np.argsort(self.booked[ordinary], kind="stable")
        before, called = self.booked[ordinary][order], np.maximum.accumulate(self.called[ordinary][order])
        of = (self.klass == klass) & (self.called != NOT_CALLED)
        ahead = np.searchsorted(before, self.booked[of], side="left")
        overtakes = (ahead > 0) & (called[np.maximum(ahead, 1) - 1] > self.called[of])
        return (self.called[of][overtakes] + AHEAD_MS) // MS_PER_DAY

    def at_home_h(self, *, agricultural: bool) -> float:
        """Mean hours at home of all who were booked."""
        groups = self.border.groups
        of = [i for i, g in enumerate(groups) if g.leg == "home" and g.agricultural == agricultural]
        return float(
            self.outcome.account_ms[of].sum() / self.outcome.observers.arrived[of].sum() / MS_PER_HOUR
        )


@cache
def autumn(cap: float) -> Autumn:
    """Nur Zholy from 15 September to the end of 2025, with a cap in % of a day's slots."""
    case: Scenario = scenario.load(SHIPPED)
    case = replace(case, road=("nur_zholy",), overrides={**case.overrides, CAP: cap})
    case = replace(case, run_in_ms=0, follow_up_ms=MS_PER_HOUR)  # everybody is followed
    border = build(case)
    program = compile_network(border.network)
    entities = draw(program, case.seed, 0)
    outcome = kernel.run(program, entities, trace=True)
    assert outcome.trace is not None
    names, number = np.array(program.class_names), program.element_names.index(QUEUE)
    rows: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for source, route in enumerate(program.source_route.tolist()):
        steps = program.step_element[program.step_ptr[route] : program.step_ptr[route + 1]]
        klass = names[entities.klass[entities.first[source] : entities.first[source + 1]]]
        for step in np.flatnonzero(steps == number).tolist():
            booked, called = (
                plane[source][:, step] for plane in (outcome.trace.joined_ms, outcome.trace.start_ms)
            )
            here = booked >= 0
            rows.append((klass[here], booked[here], np.where(called < 0, NOT_CALLED, called)[here]))
    return Autumn(border, outcome, *(np.concatenate(column) for column in zip(*rows, strict=True)))


def refills(found: Autumn) -> list[Refill]:
    stages = found.border.network.stages
    return [r for s in stages if isinstance(s, GateStage) and s.name == QUEUE for r in s.refills]


def of_each_day(found: Autumn, klass: str) -> np.ndarray:
    """How many of a class went out of turn for the slots of each day."""
    days = -(-found.border.network.horizon_ms // MS_PER_DAY) + 1
    return np.bincount(found.out_of_turn(klass), minlength=days)


def slots_of_each_day(found: Autumn) -> np.ndarray:
    """Slots by their day; of the first day and the last some lie outside the run."""
    slots = np.zeros(-(-found.border.network.horizon_ms // MS_PER_DAY) + 1, dtype=np.int64)
    for refill in refills(found):
        slots[(refill.at_ms + AHEAD_MS) // MS_PER_DAY] += refill.overall
    return slots


@pytest.mark.parametrize(("klass", "share"), [("out_of_turn", 0.05 * 0.6), ("paid", 0.01)])
def test_on_no_day_of_the_autumn_more_trucks_go_out_of_turn_than_the_cap_lets(
    klass: str, share: float
) -> None:
    """Those who missed a slot and book again are among them. On most days the cap is used up."""
    found = autumn(5.0)
    went, slots = of_each_day(found, klass), slots_of_each_day(found)
    # on the first day and the last some hours' slots lie outside the run; the cap is the day's
    assert np.all(went[1:-1] <= share * slots[1:-1] + 1e-9)
    assert int(went[0]) <= share * slots[1]  # as many slots as on the day after, some of them before the run
    used_up = went[1:-1] == np.floor(share * slots[1:-1] + 1e-9)
    assert used_up.mean() > 0.7


def test_slots_out_of_turn_are_counted_as_they_are_used() -> None:
    """On most days all are; on some nobody waits so long that all are asked for."""
    found = autumn(5.0)
    program = compile_network(found.border.network)
    classes = [program.class_names[klass] for _, klass in program.bounded.tolist()]
    used = dict(zip(classes, found.outcome.observers.within_ceilings.sum(axis=0).tolist(), strict=True))
    for klass in ("out_of_turn", "paid"):
        most = sum((refill.ceilings or {}).get(klass, 0) for refill in refills(found))
        assert 0.7 * most < used[klass] <= most


def test_indicators_tell_how_many_slots_out_of_turn_a_day_those_at_home_had() -> None:
    """At Nur Zholy, where there are caps; at Bakhty, beside it, slots are for sale and none goes by goods."""
    case = replace(
        scenario.load(SHIPPED), road=("nur_zholy", "bakhty"), last_day=date(2025, 10, 4), overrides={}
    )
    case = replace(case, run_in_ms=5 * MS_PER_DAY, follow_up_ms=5 * MS_PER_DAY)
    model = make_model(case)
    outcome = kernel.run(model.program, draw(model.program, case.seed, 0))
    names = [indicator.name for indicator in INDICATORS]
    values = summarise(model.layout, observed(outcome)).values
    cohort_days = 10

    def told(crossing: str, klass: str, name: str) -> float:
        cell = model.layout.cell((crossing, "road", "kz_to_cn"), klass)
        assert cell is not None
        return float(values[cell, names.index(name)])

    for crossing, klass, name in (
        ("nur_zholy", "out_of_turn", "out_of_turn_per_day"),
        ("nur_zholy", "paid", "paid_per_day"),
        ("bakhty", "paid", "paid_per_day"),
    ):
        place = [
            number
            for number, each in enumerate(model.layout.bounded)
            if each.klass == klass and model.layout.elements[each.element].crossing == crossing
        ]
        used = int(outcome.observers.within_ceilings[:, place].sum())
        assert used > 0
        assert told(crossing, "at_home", name) == pytest.approx(used / cohort_days)
    assert np.isnan(told("bakhty", "at_home", "out_of_turn_per_day"))
    assert np.isnan(told("nur_zholy", "all", "out_of_turn_per_day"))


def observed(outcome: Outcome) -> Observed:
    names = [field.name for field in fields(Observed)]
    return Observed(**{name: getattr(outcome, name) for name in names})


def test_with_the_cap_raised_agricultural_trucks_wait_less_at_home_and_all_others_no_less() -> None:
    none, little, rule, more = (autumn(cap) for cap in (0.0, 2.5, 5.0, 20.0))
    agricultural = [each.at_home_h(agricultural=True) for each in (none, little, rule, more)]
    others = [each.at_home_h(agricultural=False) for each in (none, little, rule, more)]
    assert agricultural == sorted(agricultural, reverse=True)
    assert agricultural[0] - agricultural[2] > 1.0
    assert others == sorted(others)


def test_nobody_who_may_go_out_of_turn_is_called_after_an_ordinary_truck_that_booked_later() -> None:
    found = autumn(5.0)
    ordinary = found.klass == "ordinary"
    order = np.argsort(found.booked[ordinary], kind="stable")
    booked = found.booked[ordinary][order]
    earliest = np.minimum.accumulate(found.called[ordinary][order][::-1])[::-1]
    for klass in ("out_of_turn", "paid"):
        of = found.klass == klass
        behind = np.searchsorted(booked, found.booked[of], side="right")
        follows = behind < len(booked)
        assert np.all(found.called[of][follows] <= earliest[behind[follows]])
