"""Journeys worked out by hand, to the millisecond."""

from dataclasses import replace

import numpy as np
import pytest

from kzsim.draws import draw
from kzsim.engines import kernel, reference
from kzsim.engines.errors import DeadlockError
from kzsim.engines.outcome import STILL_INSIDE, Outcome
from kzsim.network import (
    Account,
    Arrivals,
    Calendar,
    Condition,
    DelayStage,
    DepartureStage,
    Distribution,
    GateStage,
    Network,
    Occupancy,
    Pool,
    Program,
    Refill,
    ServiceStage,
    Source,
    Work,
    Zone,
    compile_network,
)
from tests.networks import MINUTE, at, counter, fixed, network

NOTHING = Work()


def run(net: Network) -> tuple[Program, Outcome]:
    """The reference's outcome, which the kernel's equals."""
    program = compile_network(net)
    entities = draw(program, seed=1, replication=0)
    outcome = reference.run(program, entities, trace=True)
    again = kernel.run(program, entities, trace=True)
    assert np.array_equal(outcome.exit_ms, again.exit_ms)
    assert np.array_equal(outcome.account_ms, again.account_ms)
    assert np.array_equal(outcome.capacity_ms, again.capacity_ms)
    return program, outcome


def accounts(program: Program, outcome: Outcome, element: str, group: int = 0) -> dict[str, int]:
    row = outcome.account_ms[group].sum(axis=0)[program.element_names.index(element)]
    return {Account(i).name.lower(): int(ms) for i, ms in enumerate(row) if ms}


def test_two_entities_on_a_strip_of_one_place_by_hand() -> None:
    """First: 0-10 at a, place, 10-40 at b. Second: arrives 5, waits 5, 10-20 at a, then is blocked.

    The strip's place is given up at the start of c, so the first keeps it over b (30 min) and the
    wait for c. c is busy with a third entity until 50.
    """
    work = {"a": fixed(10 * MINUTE), "b": fixed(30 * MINUTE), "c": fixed(20 * MINUTE)}
    other = {"c": fixed(50 * MINUTE)}
    net = network(
        [counter("a"), DelayStage("b", Account.TRAVEL), counter("c")],
        {"whole": ["a", "b", "c"], "last": ["c"]},
        [
            at("trucks", 0, 5 * MINUTE, route="whole", work=work),
            at("third", 0, route="last", work=other, group=1),
        ],
        zones=[Zone("strip", 1)],
        occupancies={"whole": [Occupancy("strip", "b", "c", "start")]},
        n_groups=2,
    )
    program, outcome = run(net)
    third, first, second = outcome.exit_ms // MINUTE
    assert third == 50
    # b ends at 40, c is free at 50: 50-70
    assert first == 70
    # blocked at a from 20 until the first starts c at 50; b 50-80; c 80-100
    assert second == 100
    assert accounts(program, outcome, "a") == {"inspection": 20 * MINUTE, "queue": 5 * MINUTE}
    assert accounts(program, outcome, "strip") == {"blocked": 30 * MINUTE}
    assert accounts(program, outcome, "b") == {"travel": 60 * MINUTE}
    assert accounts(program, outcome, "c") == {"inspection": 40 * MINUTE, "queue": 10 * MINUTE}
    assert outcome.busy_ms[program.pool_names.index("a/p")] == (10 + 40) * MINUTE


def test_a_wait_behind_a_blocked_server_is_blocked_and_not_queue() -> None:
    """Three entities: the third waits at a for 10 min of work, then for the blocked second."""
    work = {"a": fixed(10 * MINUTE), "b": fixed(60 * MINUTE)}
    net = network(
        [counter("a"), counter("b")],
        {"r": ["a", "b"]},
        [at("s", 0, 0, 0, route="r", work=work)],
        zones=[Zone("z", 1)],
        occupancies={"r": [Occupancy("z", "b", "b")]},
    )
    program, outcome = run(net)
    # first: a 0-10, b 10-70. second: a 10-20, blocked to 70, b 70-130. third: a 70-80, blocked, b 130-190
    assert (outcome.exit_ms // MINUTE).tolist() == [70, 130, 190]
    assert accounts(program, outcome, "a") == {
        "inspection": 30 * MINUTE,
        "queue": (10 + 20) * MINUTE,
        "blocked": 50 * MINUTE,
    }
    assert accounts(program, outcome, "z") == {"blocked": (50 + 50) * MINUTE}


def test_who_is_in_service_at_closing_time_is_finished_and_nobody_new_starts() -> None:
    office = counter("office", capacity=Calendar((0, 15 * MINUTE, 60 * MINUTE), (1, 0, 1)))
    net = network(
        [office], {"r": ["office"]}, [at("s", 0, 0, 0, route="r", work={"office": fixed(10 * MINUTE)})]
    )
    program, outcome = run(net)
    assert (outcome.exit_ms // MINUTE).tolist() == [10, 20, 70]
    assert accounts(program, outcome, "office") == {
        "inspection": 30 * MINUTE,
        "queue": (10 + 15 + 5) * MINUTE - 5 * MINUTE,
        "closed": 45 * MINUTE,
    }


def suspending(name: str, *capacity: tuple[int, int]) -> ServiceStage:
    """A counter whose services pause; capacities from given minutes on."""
    calendar = Calendar(tuple(m * MINUTE for m, _ in capacity), tuple(value for _, value in capacity))
    return ServiceStage(name, Account.INSPECTION, (Pool("p", calendar),), on_close="suspend")


def test_services_that_started_last_pause_and_return_before_anybody_starts() -> None:
    """At 0, 2 and 4 start A, B, C of 30 min; from 10 one server: C and B pause, with 24 and 22 left.

    From 20 two: of those paused at one instant B, who started first, returns, 20-42. At 30 A has gone and
    there are three: C 30-54, D (joined 12) 30-35.
    """
    net = network(
        [suspending("a", (0, 3), (10, 1), (20, 2), (30, 3))],
        {"r": ["a"]},
        [
            at("abc", 0, 2 * MINUTE, 4 * MINUTE, route="r", work={"a": fixed(30 * MINUTE)}),
            at("d", 12 * MINUTE, route="r", work={"a": fixed(5 * MINUTE)}),
        ],
    )
    program, outcome = run(replace(net, observe_every_ms=15 * MINUTE))
    assert (outcome.exit_ms // MINUTE).tolist() == [30, 42, 54, 35]
    assert accounts(program, outcome, "a") == {
        "inspection": 95 * MINUTE,
        "closed": 30 * MINUTE,  # B 10-20, C 10-30
        "queue": 18 * MINUTE,
    }
    assert outcome.busy_ms.tolist() == [95 * MINUTE]
    assert outcome.in_line[1].tolist() == [1]  # D: who is paused stands in no line
    assert outcome.observers.starts.sum(axis=(0, 1)).tolist() == [4, 1]


def test_of_services_paused_one_after_another_the_first_returns_first_and_pauses_again_first() -> None:
    """From 10 two servers: C pauses with 24 left; from 15 one: B with 17; from 20 two: C returns.

    From 25 one again: C, whose original start is the latest, pauses a second time with 19 left. At 30 A has
    gone: B was paused earlier, 30-47; C 47-66.
    """
    net = network(
        [suspending("a", (0, 3), (10, 2), (15, 1), (20, 2), (25, 1))],
        {"r": ["a"]},
        [at("abc", 0, 2 * MINUTE, 4 * MINUTE, route="r", work={"a": fixed(30 * MINUTE)})],
    )
    program, outcome = run(net)
    assert (outcome.exit_ms // MINUTE).tolist() == [30, 47, 66]
    closed = (15 + (10 + 22)) * MINUTE
    assert accounts(program, outcome, "a") == {"inspection": 90 * MINUTE, "closed": closed}
    assert outcome.busy_ms.tolist() == [90 * MINUTE]


def test_who_is_blocked_is_never_paused_and_keeps_a_server_from_who_is() -> None:
    """Y starts at 0 (20 min), X at 2 and is blocked from 5 to 40. From 10 one server: Y pauses, not X.

    At 40 X gives its server back and Y goes on until 50.
    """
    net = network(
        [suspending("a", (0, 2), (10, 1)), counter("b", 2)],
        {"x": ["a", "b"], "y": ["a"], "z": ["b"]},
        [
            at("x", 2 * MINUTE, route="x", work={"a": fixed(3 * MINUTE), "b": fixed(MINUTE)}),
            at("y", 0, route="y", work={"a": fixed(20 * MINUTE)}, group=1),
            at("z", 0, route="z", work={"b": fixed(40 * MINUTE)}),
        ],
        zones=[Zone("place", 1)],
        occupancies={"x": [Occupancy("place", "b", "b")], "z": [Occupancy("place", "b", "b")]},
        n_groups=2,
    )
    program, outcome = run(net)
    assert (outcome.exit_ms // MINUTE).tolist() == [41, 50, 40]
    assert accounts(program, outcome, "a", 1) == {"inspection": 20 * MINUTE, "closed": 30 * MINUTE}
    assert outcome.busy_ms[program.pool_names.index("a/p")] == (38 + 20) * MINUTE


def test_a_service_paused_at_the_horizon_is_reported_with_its_work_and_its_pause_so_far() -> None:
    """Two of 3 h: one works 0-1 and from 2 on, the other 0-1 only; the run ends a minute before 4."""
    net = network(
        [suspending("a", (0, 2), (60, 0), (120, 1))],
        {"r": ["a"]},
        [at("s", 0, 0, route="r", work={"a": fixed(180 * MINUTE)})],
        horizon_ms=239 * MINUTE,
    )
    program, outcome = run(net)
    assert outcome.exit_ms.tolist() == [STILL_INSIDE, STILL_INSIDE]
    assert accounts(program, outcome, "a") == {
        "inspection": (179 + 60) * MINUTE,
        "closed": (60 + 179) * MINUTE,
    }
    assert outcome.busy_ms.tolist() == [(179 + 60) * MINUTE]


def test_a_service_paused_for_good_that_keeps_a_place_from_somebody_is_a_deadlock() -> None:
    net = network(
        [suspending("a", (0, 1), (10, 0))],
        {"r": ["a"]},
        [at("s", 0, 5 * MINUTE, route="r", work={"a": fixed(30 * MINUTE)})],
        zones=[Zone("z", 1)],
        occupancies={"r": [Occupancy("z", "a", "a")]},
    )
    program = compile_network(net)
    for engine in (reference, kernel):
        with pytest.raises(DeadlockError) as stopped:
            engine.run(program, draw(program, seed=1, replication=0))
        assert str(stopped.value).splitlines() == [
            "deadlock at 600000 ms after the start, 2 entities:",
            "  s #0 holds a place of 'z' and waits for 'a'",
            "  s #1 holds nothing and waits for 'z'",
        ]


def test_a_service_paused_until_the_capacity_returns_is_no_deadlock() -> None:
    net = network(
        [suspending("a", (0, 1), (10, 0), (20, 1))],
        {"r": ["a"]},
        [at("s", 0, 5 * MINUTE, route="r", work={"a": fixed(30 * MINUTE)})],
        zones=[Zone("z", 1)],
        occupancies={"r": [Occupancy("z", "a", "a")]},
    )
    _, outcome = run(net)
    assert (outcome.exit_ms // MINUTE).tolist() == [40, 70]


def test_a_hold_passes_in_open_time_only() -> None:
    calendar = Calendar((0, 30 * MINUTE, 60 * MINUTE), (1, 0, 1))
    hold = DelayStage("hold", Account.HOLD, calendar)
    net = network(
        [hold],
        {"r": ["hold"]},
        [at("s", 10 * MINUTE, 40 * MINUTE, route="r", work={"hold": fixed(25 * MINUTE)})],
    )
    program, outcome = run(net)
    assert (outcome.exit_ms // MINUTE).tolist() == [65, 85]
    assert accounts(program, outcome, "hold") == {"hold": 50 * MINUTE, "closed": 50 * MINUTE}


def test_a_quota_is_set_by_refills_and_what_is_unused_expires() -> None:
    gate = GateStage(
        "gate",
        Calendar((0, 10 * MINUTE), (0, 1)),
        (Refill(0, 2), Refill(60 * MINUTE, 1), Refill(120 * MINUTE, 1), Refill(180 * MINUTE, 5)),
    )
    net = network(
        [gate],
        {"r": ["gate"]},
        [at("s", 0, 5 * MINUTE, 20 * MINUTE, 130 * MINUTE, 140 * MINUTE, route="r", work={"gate": NOTHING})],
    )
    program, outcome = run(net)
    # two at the opening, the third at the refill of 60; that of 120 serves the one who comes at 130
    assert (outcome.exit_ms // MINUTE).tolist() == [10, 10, 60, 130, 180]
    assert accounts(program, outcome, "gate") == {"closed": 15 * MINUTE, "quota": (40 + 40) * MINUTE}


def test_a_night_that_follows_an_exhausted_quota_is_the_quota_s_and_any_other_night_is_closed() -> None:
    """Open 0-60 and 120-180, one passes each time. The second is refused at 60, the third comes at 70
    and stands behind it; the fourth comes at 200 and, the others gone, only waits for the opening."""
    opening = Calendar((0, 60 * MINUTE, 120 * MINUTE, 180 * MINUTE, 240 * MINUTE), (1, 0, 1, 0, 1))
    gate = GateStage("gate", opening, (Refill(0, 1), Refill(120 * MINUTE, 2), Refill(240 * MINUTE, 5)))
    arrivals = [
        at(f"s{i}", minute * MINUTE, route="r", work={"gate": NOTHING}, group=i)
        for i, minute in enumerate((0, 10, 70, 200))
    ]
    net = network([gate], {"r": ["gate"]}, arrivals, n_groups=4)
    program, outcome = run(net)
    assert (outcome.exit_ms // MINUTE).tolist() == [0, 120, 120, 240]
    assert accounts(program, outcome, "gate", 1) == {"quota": 110 * MINUTE}
    assert accounts(program, outcome, "gate", 2) == {"quota": 50 * MINUTE}
    assert accounts(program, outcome, "gate", 3) == {"closed": 40 * MINUTE}


def test_from_a_refill_on_a_shut_gate_is_closed_and_no_longer_out_of_quota() -> None:
    """Open 0-60 and from 120 on; one passes, the second waits: quota to 90, then only shut."""
    opening = Calendar((0, 60 * MINUTE, 120 * MINUTE), (1, 0, 1))
    gate = GateStage("gate", opening, (Refill(0, 1), Refill(90 * MINUTE, 1)))
    net = network([gate], {"r": ["gate"]}, [at("s", 0, 0, route="r", work={"gate": NOTHING})])
    program, outcome = run(net)
    assert (outcome.exit_ms // MINUTE).tolist() == [0, 120]
    assert accounts(program, outcome, "gate") == {"quota": 90 * MINUTE, "closed": 30 * MINUTE}


def test_a_ceiling_holds_back_one_class_while_others_pass() -> None:
    gate = GateStage(
        "gate", Calendar.always(1), (Refill(0, 10, {"few": 1}), Refill(60 * MINUTE, 10, {"few": 1}))
    )
    net = network(
        [gate],
        {"r": ["gate"]},
        [
            at("a_few", 0, 0, route="r", work={"gate": NOTHING}, klass="few"),
            at("b_many", 0, 0, 0, route="r", work={"gate": NOTHING}, klass="many"),
        ],
        classes=("few", "many"),
    )
    _, outcome = run(net)
    assert (outcome.exit_ms // MINUTE).tolist() == [0, 60, 0, 0, 0]


def test_who_does_not_show_up_uses_up_a_place_and_comes_back_in_line_at_the_next_refill() -> None:
    """Two places each hour, three come at 0 and one at 30. The first two miss once, and both places are gone.

    They rejoined at 0, as did the third come: at 60 the order between entities decides, and they pass. At 120
    pass the other two.
    """
    missed = Work(no_shows=(1.0,))
    gate = GateStage("gate", Calendar.always(1), tuple(Refill(60 * MINUTE * i, 2) for i in range(4)))
    net = network(
        [gate],
        {"r": ["gate"]},
        [
            at("a", 0, 0, route="r", work={"gate": missed}),
            at("b", 0, 30 * MINUTE, route="r", work={"gate": NOTHING}, group=1),
        ],
        n_groups=2,
    )
    program, outcome = run(net)
    assert (outcome.exit_ms // MINUTE).tolist() == [60, 60, 120, 120]
    assert accounts(program, outcome, "gate") == {"quota": 120 * MINUTE}
    assert accounts(program, outcome, "gate", 1) == {"quota": (120 + 90) * MINUTE}
    assert outcome.observers.starts[0].tolist() == [[2, 2]]
    assert outcome.observers.no_shows.tolist() == [[2], [0]]


def test_who_misses_a_place_stands_behind_those_who_joined_before_that() -> None:
    """One place each hour from 60 on. A joins at 0 and misses at 60, B joins at 30, C at 70.

    At 120 B passes (joined 30), at 180 A (rejoined at 60), which misses again and rejoins then; at 240 C
    (joined at 70), at 300 A.
    """
    gate = GateStage("gate", Calendar.always(1), tuple(Refill(60 * MINUTE * i, min(i, 1)) for i in range(8)))
    net = network(
        [gate],
        {"r": ["gate"]},
        [
            at("a", 0, route="r", work={"gate": Work(no_shows=(1.0, 1.0))}),
            at("b", 30 * MINUTE, 70 * MINUTE, route="r", work={"gate": NOTHING}),
        ],
    )
    _, outcome = run(net)
    assert (outcome.exit_ms // MINUTE).tolist() == [300, 120, 240]
    assert outcome.observers.no_shows.tolist() == [[2]]


def test_a_no_show_uses_up_its_class_s_ceiling_and_waits_for_the_quota_by_day_and_night() -> None:
    """Two places an hour, one for each class; the gate is shut 10-90 and refilled at 60.

    X misses at 0 and takes the ceiling of x: the other x waits, y passes. From 60 on all are before a shut
    gate: X, back in line, is closed out 60-90 as the other; the other's wait up to 60 is the quota's.
    """
    opening = Calendar((0, 10 * MINUTE, 90 * MINUTE), (1, 0, 1))
    limits = {"x": 1, "y": 1}
    gate = GateStage("gate", opening, tuple(Refill(60 * MINUTE * i, 2, limits) for i in range(4)))
    net = network(
        [gate],
        {"r": ["gate"]},
        [
            at("a", 0, route="r", work={"gate": Work(no_shows=(1.0,))}, klass="x"),
            at("b", 0, route="r", work={"gate": NOTHING}, klass="x", group=1),
            at("c", 0, route="r", work={"gate": NOTHING}, klass="y", group=2),
        ],
        classes=("x", "y"),
        n_groups=3,
    )
    program, outcome = run(net)
    assert (outcome.exit_ms // MINUTE).tolist() == [90, 120, 0]
    assert accounts(program, outcome, "gate") == {"quota": 60 * MINUTE, "closed": 30 * MINUTE}
    assert accounts(program, outcome, "gate", 1) == {"quota": 90 * MINUTE, "closed": 30 * MINUTE}


def test_who_missed_the_last_refill_is_reported_with_the_wait_so_far() -> None:
    gate = GateStage("gate", Calendar.always(1), (Refill(0, 1),))
    net = network(
        [gate],
        {"r": ["gate"]},
        [at("s", 0, route="r", work={"gate": Work(no_shows=(1.0,))})],
        horizon_ms=60 * MINUTE,
    )
    program, outcome = run(replace(net, observe_every_ms=30 * MINUTE))
    assert outcome.exit_ms.tolist() == [STILL_INSIDE]
    assert accounts(program, outcome, "gate") == {"quota": 60 * MINUTE}
    assert outcome.in_line[:, 0].tolist() == [0, 1]
    assert outcome.observers.no_shows.tolist() == [[1]]


def test_no_shows_are_counted_of_those_followed_where_somebody_may_not_show_up() -> None:
    """A second gate, at which all show up, has no count; who comes before the cohort is not counted."""
    gates = [
        GateStage(name, Calendar.always(1), tuple(Refill(MINUTE * i, 9) for i in range(9))) for name in "ab"
    ]
    net = network(
        gates,
        {"r": ["a", "b"], "s": ["b"]},
        [
            at("early", 0, route="r", work={"a": Work(no_shows=(1.0,)), "b": NOTHING}),
            at("later", 2 * MINUTE, 2 * MINUTE, route="r", work={"a": Work(no_shows=(1.0,)), "b": NOTHING}),
            at("others", 2 * MINUTE, route="s", work={"b": NOTHING}, group=1),
        ],
        n_groups=2,
    )
    program, outcome = run(replace(net, cohort_ms=(MINUTE, 5 * MINUTE)))
    assert [program.element_names[gate] for gate in program.no_show_gates] == ["a"]
    assert outcome.observers.no_shows.tolist() == [[2], [0]]


def test_a_departure_takes_as_many_as_it_holds_by_priority_and_what_it_has_left_expires() -> None:
    """Departures at 10 (2 places), 20 (5) and 30 (1). Four of class c come at 0, one of class d at 5.

    At 10 leave d, which has priority, and the first c; at 20 the other three, with two places to spare.
    They are of no use to one who comes at 21 and leaves at 30; who comes at 31 never does.
    """
    net = network(
        [DepartureStage("train", tuple(m * MINUTE for m in (10, 20, 30)), (2, 5, 1))],
        {"r": ["train"]},
        [
            at("c", *(m * MINUTE for m in (0, 0, 0, 0, 21, 31)), route="r", work={"train": NOTHING}),
            at("d", 5 * MINUTE, route="r", work={"train": NOTHING}, klass="d", group=1),
        ],
        classes=("c", "d"),
        priority={("d", "train"): -1},
        n_groups=2,
        horizon_ms=60 * MINUTE,
    )
    program, outcome = run(net)
    inside = STILL_INSIDE // MINUTE
    assert (outcome.exit_ms // MINUTE).tolist() == [10, 20, 20, 20, 30, inside, 10]
    assert accounts(program, outcome, "train") == {"queue": (10 + 60 + 9 + 29) * MINUTE}
    assert accounts(program, outcome, "train", 1) == {"queue": 5 * MINUTE}


def test_who_comes_at_the_instant_of_a_departure_may_have_a_place_that_is_left() -> None:
    """At 10: one has waited, one comes, one's service ends. A gate that opens then lets pass a fourth.

    With three places the fourth leaves at 20, with four at 10.
    """
    work = {"a": fixed(10 * MINUTE), "train": NOTHING}
    net = network(
        [
            counter("a"),
            GateStage("g", Calendar((0, 10 * MINUTE), (0, 1))),
            DepartureStage("train", (10 * MINUTE, 20 * MINUTE), (3, 9)),
        ],
        {"alone": ["train"], "served": ["a", "train"], "gated": ["g", "train"]},
        [
            at("s1", 0, 10 * MINUTE, route="alone", work={"train": NOTHING}),
            at("s2", 0, route="served", work=work),
            at("s3", 0, route="gated", work={"g": NOTHING, "train": NOTHING}),
        ],
    )
    _, outcome = run(net)
    assert (outcome.exit_ms // MINUTE).tolist() == [10, 10, 10, 20]
    more = replace(net.stages[2], capacity=(4, 9))
    _, outcome = run(replace(net, stages=(*net.stages[:2], more)))
    assert (outcome.exit_ms // MINUTE).tolist() == [10, 10, 10, 10]


def test_a_departure_at_the_start_takes_who_is_there_and_one_at_the_horizon_nobody() -> None:
    net = network(
        [DepartureStage("train", (0, 60 * MINUTE), (1, 1))],
        {"r": ["train"]},
        [at("s", 0, 0, route="r", work={"train": NOTHING})],
        horizon_ms=60 * MINUTE,
    )
    _, outcome = run(net)
    assert outcome.exit_ms.tolist() == [0, STILL_INSIDE]


def test_waiting_for_a_departure_with_a_place_that_others_want_is_no_deadlock() -> None:
    net = network(
        [DepartureStage("train", (10 * MINUTE, 20 * MINUTE), (1, 1))],
        {"r": ["train"]},
        [at("s", 0, 0, route="r", work={"train": NOTHING})],
        zones=[Zone("platform", 1)],
        occupancies={"r": [Occupancy("platform", "train", "train")]},
    )
    program, outcome = run(net)
    assert (outcome.exit_ms // MINUTE).tolist() == [10, 20]
    assert accounts(program, outcome, "platform") == {"blocked": 10 * MINUTE}


def test_a_class_takes_its_preferred_pool_first_and_priority_goes_before_arrival() -> None:
    stage = ServiceStage(
        "lane",
        Account.INSPECTION,
        (Pool("general", Calendar.always(1)), Pool("green", Calendar.always(1))),
        {"agri": ("green", "general"), "rest": ("general",)},
    )
    work = {"lane": fixed(10 * MINUTE)}
    net = network(
        [stage],
        {"r": ["lane"]},
        [
            at("agri", 1 * MINUTE, 2 * MINUTE, 3 * MINUTE, route="r", work=work, klass="agri"),
            at("rest", 0, 0, route="r", work=work, klass="rest"),
        ],
        classes=("agri", "rest"),
        priority={("rest", "lane"): 1},
    )
    program, outcome = run(net)
    # rest 1: general 0-10; agri 1: green 1-11; at 10 general is free: agri 2 (priority) 10-20;
    # green 11-21: agri 3; at 20 general: rest 2 20-30
    assert (outcome.exit_ms // MINUTE).tolist() == [11, 20, 21, 10, 30]
    assert outcome.busy_ms[program.pool_names.index("lane/green")] == 20 * MINUTE


def test_a_place_whose_last_step_is_skipped_is_given_up_at_the_next_start() -> None:
    never = Work(Distribution("fixed", MINUTE), (Condition("scan?", 0.0, 0.0),))
    work = {"a": fixed(10 * MINUTE), "scan": never, "b": fixed(30 * MINUTE)}
    net = network(
        [counter("a", 2), counter("scan"), counter("b")],
        {"r": ["a", "scan", "b"]},
        [at("s", 0, 0, route="r", work=work)],
        zones=[Zone("yard", 1)],
        occupancies={"r": [Occupancy("yard", "a", "scan")]},
    )
    _, outcome = run(net)
    # the yard's one place: first 0-10 at a, starts b at 10 and gives the place up: second 10-20 at a
    assert (outcome.exit_ms // MINUTE).tolist() == [40, 70]


def test_the_new_place_is_taken_before_the_old_one_is_given_up() -> None:
    work = {"a": fixed(10 * MINUTE), "b": fixed(30 * MINUTE)}
    net = network(
        [counter("a", 2), counter("b", 2)],
        {"r": ["a", "b"]},
        [at("s", 0, 0, route="r", work=work)],
        zones=[Zone("first", 1), Zone("second", 1)],
        occupancies={"r": [Occupancy("first", "a", "a"), Occupancy("second", "b", "b")]},
    )
    _, outcome = run(net)
    # second: a 10-20 and blocked in the first zone until 40
    assert (outcome.exit_ms // MINUTE).tolist() == [40, 70]


def test_two_directions_that_fill_two_zones_against_each_other_deadlock() -> None:
    work = {"a": fixed(10 * MINUTE), "b": fixed(10 * MINUTE)}
    net = network(
        [DelayStage("a", Account.TRAVEL), DelayStage("b", Account.TRAVEL)],
        {"east": ["a", "b"], "west": ["b", "a"]},
        [at("e", 0, route="east", work=work), at("w", 0, route="west", work=work)],
        zones=[Zone("za", 1), Zone("zb", 1)],
        occupancies={
            "east": [Occupancy("za", "a", "a"), Occupancy("zb", "b", "b")],
            "west": [Occupancy("zb", "b", "b"), Occupancy("za", "a", "a")],
        },
    )
    with pytest.raises(DeadlockError) as caught:
        run(net)
    assert caught.value.at_ms == 10 * MINUTE
    assert str(caught.value) == (
        "deadlock at 600000 ms after the start, 2 entities:\n"
        "  e #0 holds a place of 'za' and waits for 'zb'\n"
        "  w #0 holds a place of 'zb' and waits for 'za'"
    )


def test_who_never_goes_on_is_no_deadlock_while_all_who_wait_for_places_can() -> None:
    """Two places: one is held for ever before a desk that has shut for good, the other for an hour."""
    net = network(
        [counter("desk", capacity=Calendar((0, 5 * MINUTE), (1, 0))), counter("yard")],
        {"never": ["desk"], "slow": ["yard"]},
        [
            at("a", 6 * MINUTE, route="never", work={"desk": fixed(MINUTE)}),
            at("b", 7 * MINUTE, 8 * MINUTE, route="slow", work={"yard": fixed(60 * MINUTE)}),
        ],
        zones=[Zone("z", 2)],
        occupancies={"never": [Occupancy("z", "desk", "desk")], "slow": [Occupancy("z", "yard", "yard")]},
    )
    _, outcome = run(net)
    assert outcome.exit_ms.tolist() == [STILL_INSIDE, 67 * MINUTE, 127 * MINUTE]


def test_waiting_for_a_calendar_is_no_deadlock() -> None:
    late = counter("late", capacity=Calendar((0, 600 * MINUTE), (0, 1)))
    net = network(
        [counter("a"), late],
        {"r": ["a", "late"]},
        [at("s", 0, 0, 0, route="r", work={"a": fixed(MINUTE), "late": fixed(MINUTE)})],
        zones=[Zone("z", 1)],
        occupancies={"r": [Occupancy("z", "late", "late")]},
    )
    _, outcome = run(net)
    assert (outcome.exit_ms // MINUTE).tolist() == [601, 602, 603]


def test_nothing_at_the_horizon_is_applied_and_time_so_far_is_reported() -> None:
    net = network(
        [counter("a")],
        {"r": ["a"]},
        [at("s", 0, 0, route="r", work={"a": fixed(10 * MINUTE)})],
        horizon_ms=20 * MINUTE,
    )
    program, outcome = run(net)
    assert outcome.exit_ms.tolist() == [10 * MINUTE, STILL_INSIDE]
    assert accounts(program, outcome, "a") == {"inspection": 20 * MINUTE, "queue": 10 * MINUTE}


def test_lines_are_read_as_the_last_instant_left_them() -> None:
    work = {"a": fixed(70 * MINUTE)}
    net = network([counter("a")], {"r": ["a"]}, [at("s", 0, 0, 60 * MINUTE, route="r", work=work)])
    _, outcome = run(net)
    # served 0-70, 70-140, 140-210; the one who comes at 60 is not yet seen by the reading at 60
    assert outcome.in_line[:5, 0].tolist() == [0, 1, 1, 0, 0]
    assert np.all(outcome.in_zone == 0)


def there_at_the_start(
    name: str, *joined_min: int, route: str, work: dict[str, Work], group: int, klass: str = "c"
) -> Source:
    arrivals = Arrivals("initial", at_ms=tuple(m * MINUTE for m in joined_min))
    return replace(at(name, route=route, work=work, group=group, klass=klass), arrivals=arrivals)


def test_who_is_there_at_the_start_goes_first_by_joining_time_and_stays_since_0() -> None:
    """At 0 Y has stood in line since -20 and Z since -10; A comes at 0, and X has stood there since 0.

    One server, 10 min each: Y 0-10, Z 10-20; then A and X, who joined at one instant, by names of sources.
    """
    work = {"a": fixed(10 * MINUTE)}
    net = network(
        [counter("a")],
        {"r": ["a"]},
        [
            at("a", 0, route="r", work=work),
            there_at_the_start("x", -10, 0, route="r", work=work, group=1),
            there_at_the_start("y", -20, route="r", work=work, group=2),
        ],
        n_groups=3,
    )
    program, outcome = run(replace(net, observe_every_ms=15 * MINUTE))
    assert (outcome.exit_ms // MINUTE).tolist() == [30, 20, 40, 10]
    assert accounts(program, outcome, "a") == {"inspection": 10 * MINUTE, "queue": 20 * MINUTE}
    assert accounts(program, outcome, "a", 1) == {"inspection": 20 * MINUTE, "queue": (10 + 30) * MINUTE}
    assert accounts(program, outcome, "a", 2) == {"inspection": 10 * MINUTE}
    assert outcome.in_line[:3, 0].tolist() == [3, 2, 1]  # before anything happens at 0 they stand there
    assert outcome.observers.starts[:, 0].tolist() == [[1, 1], [2, 2], [1, 1]]  # Y has waited, before 0
    assert outcome.observers.arrivals[0].tolist() == [1, 2, 1]
    assert outcome.observers.stay_ms.sum() == 100 * MINUTE


def test_who_stands_before_a_zone_at_the_start_is_granted_places_by_joining_time() -> None:
    work = {"a": fixed(10 * MINUTE)}
    net = network(
        [counter("a", 3)],
        {"r": ["a"]},
        [
            there_at_the_start("x", -10, -10, route="r", work=work, group=0),
            there_at_the_start("y", -20, -5, route="r", work=work, group=1),
        ],
        zones=[Zone("z", 1)],
        occupancies={"r": [Occupancy("z", "a", "a")]},
        n_groups=2,
    )
    program, outcome = run(net)
    assert (outcome.exit_ms // MINUTE).tolist() == [20, 30, 10, 40]
    assert accounts(program, outcome, "z") == {"blocked": (10 + 20) * MINUTE}
    assert accounts(program, outcome, "z", 1) == {"blocked": 30 * MINUTE}


def test_who_is_there_at_the_start_is_bound_by_priority_calendar_and_quota() -> None:
    """The gate opens at 30, for one; the other refill is at 60. The class with priority joined last."""
    gate = GateStage("g", Calendar((0, 30 * MINUTE), (0, 1)), (Refill(0, 1), Refill(60 * MINUTE, 5)))
    net = network(
        [gate],
        {"r": ["g"]},
        [
            there_at_the_start("x", -10, route="r", work={"g": NOTHING}, group=0),
            there_at_the_start("y", -5, route="r", work={"g": NOTHING}, group=1, klass="d"),
        ],
        classes=("c", "d"),
        priority={("d", "g"): -1},
        n_groups=2,
    )
    program, outcome = run(net)
    assert (outcome.exit_ms // MINUTE).tolist() == [60, 30]
    assert accounts(program, outcome, "g") == {"closed": 30 * MINUTE, "quota": 30 * MINUTE}
