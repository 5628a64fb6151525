"""Ceilings by class at a gate that last for several refills, and what becomes of whoever finds none left."""

from __future__ import annotations

import numpy as np
import pytest

from kzsim.draws import draw
from kzsim.engines import kernel, reference
from kzsim.engines.outcome import Outcome
from kzsim.network import Account, Calendar, GateStage, Network, NetworkError, Refill, Work, compile_network
from tests.networks import MINUTE, at, network

CLASSES = ("all", "first")
FIRST = {("first", "gate"): -1}


def through(gate: GateStage, *sources: tuple[str, tuple[int, ...], Work]) -> Network:
    """Who comes at these minutes, by class; each source is a group."""
    return network(
        [gate],
        {"r": ["gate"]},
        [
            at(f"{i}", *(m * MINUTE for m in minutes), route="r", work={"gate": work}, klass=klass, group=i)
            for i, (klass, minutes, work) in enumerate(sources)
        ],
        classes=CLASSES,
        priority=FIRST,
        n_groups=len(sources),
    )


def run(net: Network) -> Outcome:
    """The reference's outcome, which the kernel's equals."""
    program = compile_network(net)
    entities = draw(program, seed=1, replication=0)
    outcome, again = (engine.run(program, entities, trace=True) for engine in (reference, kernel))
    assert np.array_equal(outcome.exit_ms, again.exit_ms)
    assert np.array_equal(outcome.account_ms, again.account_ms)
    assert np.array_equal(outcome.observers.within_ceilings, again.observers.within_ceilings)
    return outcome


def minutes_of(outcome: Outcome, group: int) -> dict[str, int]:
    """Minutes by account of a group."""
    row = outcome.account_ms[group].sum(axis=(0, 1))
    return {Account(i).name.lower(): int(ms) // MINUTE for i, ms in enumerate(row) if ms}


def hourly(amount: int, hours: int, ceilings: dict[int, dict[str, int]]) -> tuple[Refill, ...]:
    """So many each hour; ceilings are set at the hours that are named, and kept at the others."""
    return tuple(Refill(60 * MINUTE * hour, amount, ceilings.get(hour)) for hour in range(hours))


def test_a_ceiling_that_is_kept_lasts_for_several_refills() -> None:
    """Ten places an hour, of the class two in three hours: two pass at 0, one of the others at 180."""
    gate = GateStage("gate", Calendar.always(1), hourly(10, 6, {0: {"first": 2}, 3: {"first": 1}}))
    outcome = run(through(gate, ("first", (0, 0, 0, 0), Work()), ("all", (0, 70), Work())))
    assert (outcome.exit_ms[:3] // MINUTE).tolist() == [0, 0, 180]
    assert outcome.exit_ms[3] < 0
    assert (outcome.exit_ms[4:] // MINUTE).tolist() == [0, 70]


def test_before_a_refill_sets_ceilings_no_class_has_one() -> None:
    gate = GateStage("gate", Calendar.always(1), hourly(10, 2, {1: {"first": 0}}))
    outcome = run(through(gate, ("first", (0, 59, 60), Work())))
    assert (outcome.exit_ms // MINUTE).tolist() == [0, 59, -1]


def test_whoever_finds_none_left_stands_in_the_ordinary_line_by_its_own_joining_time_for_good() -> None:
    """Two places an hour, one of the first class in three hours. Six A come at 0, B at 10, 20, 130, 185.

    0: A1, A2. 60: B1, then A3; nothing is left for B2, who stands behind A6 from then on. 120: A4, A5. B3
    finds nothing left at 130. 180: a ceiling of one again, but B2 and B3 stand where they stand: A6, B2.
    B4 finds one at 185. 240: B4, then B3.
    """
    gate = GateStage(
        "gate",
        Calendar.always(1),
        hourly(2, 6, {0: {"first": 1}, 3: {"first": 1}}),
        otherwise={"first": "all"},
    )
    outcome = run(through(gate, ("all", (0,) * 6, Work()), ("first", (10, 20, 130, 185), Work())))
    assert (outcome.exit_ms[:6] // MINUTE).tolist() == [0, 0, 60, 120, 120, 180]
    assert (outcome.exit_ms[6:] // MINUTE).tolist() == [60, 180, 240, 240]
    assert minutes_of(outcome, 1) == {"quota": 50 + 160 + 110 + 55}
    assert outcome.observers.within_ceilings.tolist() == [[0], [2]]  # B1 and B4


def test_a_wait_is_of_the_line_stood_in_before_a_shut_gate_too() -> None:
    """One place, taken at 0. B waits from 30 for the quota; the gate is shut from 60 to 120.

    At 90 the gate is refilled, but with nothing for B's class: from there on B waits as all others for the
    opening, and not for a ceiling.
    """
    refills = (Refill(0, 1, {"first": 1}), Refill(90 * MINUTE, 5, {"first": 0}))
    opening = Calendar((0, 60 * MINUTE, 120 * MINUTE), (1, 0, 1))
    waits = (("all", (0,), Work()), ("first", (30,), Work()))
    outcome = run(through(GateStage("gate", opening, refills, otherwise={"first": "all"}), *waits))
    assert (outcome.exit_ms // MINUTE).tolist() == [0, 120]
    assert minutes_of(outcome, 1) == {"quota": 60, "closed": 30}
    held_back = run(through(GateStage("gate", opening, refills), *waits))
    assert held_back.exit_ms[1] < 0


def test_who_does_not_show_up_is_of_its_own_class_again() -> None:
    """One place each at 0, 10, 60, 120 and 180; only at 60 is there one for the first class.

    A1 passes at 0. B, from 5 on in the ordinary line, is let pass at 10 and misses it: it rejoins then,
    after A2 (6) and A3 (7), but at 60 it goes first.
    """
    none, one = {"first": 0}, {"first": 1}
    refills = (
        Refill(0, 1, none),
        Refill(10 * MINUTE, 1, none),
        Refill(60 * MINUTE, 1, one),
        Refill(120 * MINUTE, 1, none),
        Refill(180 * MINUTE, 1, none),
    )
    gate = GateStage("gate", Calendar.always(1), refills, otherwise={"first": "all"})
    outcome = run(through(gate, ("all", (0, 6, 7), Work()), ("first", (5,), Work(no_shows=(1.0,)))))
    assert (outcome.exit_ms // MINUTE).tolist() == [0, 120, 180, 60]
    assert outcome.observers.no_shows[1].tolist() == [1]
    assert outcome.observers.within_ceilings.tolist() == [[0], [1]]


def test_a_place_that_is_missed_uses_up_a_ceiling_and_is_counted() -> None:
    """B misses the one place of its class at 0, and passes as one of the others at 60."""
    gate = GateStage("gate", Calendar.always(1), hourly(5, 3, {0: {"first": 1}}), otherwise={"first": "all"})
    outcome = run(through(gate, ("first", (0,), Work(no_shows=(1.0,)))))
    assert (outcome.exit_ms // MINUTE).tolist() == [60]
    assert outcome.observers.within_ceilings.tolist() == [[1]]


def test_ceilings_of_several_classes_and_gates_are_counted_each_by_itself() -> None:
    """Two gates one behind the other, each for one class first."""
    gates = [
        GateStage(name, Calendar.always(1), (Refill(0, 9, {klass: 1}),), otherwise={klass: "all"})
        for name, klass in (("g", "first"), ("h", "last"))
    ]
    work = {"g": Work(), "h": Work()}
    sources = [
        at(klass, 0, 0, 0, route="r", work=work, klass=klass, group=i)
        for i, klass in enumerate(("first", "last"))
    ]
    net = network(gates, {"r": ["g", "h"]}, sources, classes=("all", "first", "last"), n_groups=2)
    program = compile_network(net)
    names = [(program.element_names[at_], program.class_names[k]) for at_, k in program.bounded.tolist()]
    used = run(net).observers.within_ceilings
    assert {name: used[:, i].tolist() for i, name in enumerate(names)} == {
        ("g", "first"): [1, 0],
        ("h", "last"): [0, 1],
    }


@pytest.mark.parametrize(
    ("otherwise", "said"),
    [
        ({"first": "last"}, "gate 'gate': otherwise names the unknown class 'last'"),
        ({"last": "all"}, "gate 'gate': otherwise names the unknown class 'last'"),
        ({"first": "first"}, "name a class that counts as none but itself"),
        ({"first": "all", "all": "first"}, "class 'first' counts as 'all' once its ceiling is used up"),
    ],
)
def test_classes_that_count_as_nobody_or_in_a_circle_are_refused(
    otherwise: dict[str, str], said: str
) -> None:
    gate = GateStage("gate", Calendar.always(1), hourly(1, 1, {}), otherwise=otherwise)
    with pytest.raises(NetworkError, match=said):
        compile_network(through(gate, ("first", (0,), Work()), ("all", (0,), Work())))
