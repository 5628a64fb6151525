"""Two who go on together: worked out by hand, refused where it makes no sense."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest

from kzsim.draws import draw
from kzsim.engines import kernel, reference
from kzsim.engines.errors import DeadlockError
from kzsim.engines.outcome import NO_PARTNER, STILL_INSIDE, Outcome
from kzsim.network import (
    Account,
    Condition,
    Network,
    NetworkError,
    Occupancy,
    PairingStage,
    Program,
    Source,
    Work,
    Zone,
    compile_network,
)
from tests.networks import MINUTE, at, counter, fixed, network

NOTHING = Work()
NEVER = Work(when=(Condition("comes to the swap", 0.0, 0.0),))
SWAP = PairingStage("swap", ("tractor",), ("trailer",))
GOODS = PairingStage(
    "swap",
    ("tractor", "cold tractor"),
    ("trailer", "cold trailer"),
    {"cold tractor": "cold", "cold trailer": "cold"},
)
Engine = ModuleType
CLASSES = ("tractor", "trailer", "cold tractor", "cold trailer")


def meeting(stage: PairingStage, *sources: Source, zones: tuple[Zone, ...] = ()) -> Network:
    """Leaders are served at 'road' after the swap."""
    return network(
        [stage, counter("road")],
        {"lead": ["swap", "road"], "follow": ["swap"]},
        sources,
        classes=CLASSES,
        zones=zones,
        n_groups=4,
        horizon_ms=120 * MINUTE,
    )


def leading(name: str, *minutes: int, klass: str = "tractor", group: int = 0) -> Source:
    work = {"swap": NOTHING, "road": fixed(10 * MINUTE)}
    return at(name, *(m * MINUTE for m in minutes), route="lead", work=work, klass=klass, group=group)


def following(name: str, *minutes: int, klass: str = "trailer", group: int = 1) -> Source:
    instants = (m * MINUTE for m in minutes)
    return at(name, *instants, route="follow", work={"swap": NOTHING}, klass=klass, group=group)


def run(net: Network) -> tuple[Program, Outcome]:
    program = compile_network(net)
    entities = draw(program, seed=1, replication=0)
    outcome, again = (engine.run(program, entities, trace=True) for engine in (reference, kernel))
    assert np.array_equal(outcome.exit_ms, again.exit_ms)
    assert np.array_equal(outcome.account_ms, again.account_ms)
    assert outcome.trace is not None
    assert again.trace is not None
    for a, b in zip(outcome.trace.partner, again.trace.partner, strict=True):
        assert np.array_equal(a, b)
    return program, outcome


def partners(outcome: Outcome) -> list[list[int]]:
    """By source, whom each met at its first step."""
    assert outcome.trace is not None
    return [rows[:, 0].tolist() for rows in outcome.trace.partner]


def test_whoever_is_first_waits_and_the_follower_leaves_when_the_leader_goes_on() -> None:
    """Tractors at 0, 5, 30; trailers at 10, 20, 25, 50. Pairs at 10, 20, 30, and the last trailer stays.

    The road takes 10 min each, one at a time: 10-20, 20-30, 30-40.
    """
    program, outcome = run(meeting(SWAP, leading("a", 0, 5, 30), following("b", 10, 20, 25, 50)))
    exit_min = (outcome.exit_ms // MINUTE).tolist()
    assert exit_min == [20, 30, 40, 10, 20, 30, STILL_INSIDE // MINUTE]
    assert partners(outcome) == [[3, 4, 5], [0, 1, 2, NO_PARTNER]]
    swap = program.element_names.index("swap")
    waited = outcome.account_ms[:, :, swap].sum(axis=1)[:2]
    assert waited[:, Account.PAIRING].tolist() == [(10 + 15) * MINUTE, (5 + 70) * MINUTE]
    assert waited.sum() == waited[:, Account.PAIRING].sum()
    # as many starts as pairs in each group, and how many of them had waited
    assert outcome.observers.starts[:2, swap].tolist() == [[3, 2], [3, 1]]


def test_only_two_of_the_same_goods_make_a_pair_and_others_pass_who_waits() -> None:
    """A cold tractor at 0 lets the tractor of 1 go first at 2, for the cold trailer comes at 3."""
    _, outcome = run(
        meeting(
            GOODS,
            leading("a", 1),
            leading("b", 0, klass="cold tractor"),
            following("c", 2),
            following("d", 3, klass="cold trailer"),
        )
    )
    assert partners(outcome) == [[2], [3], [0], [1]]
    assert (outcome.exit_ms // MINUTE).tolist() == [12, 22, 2, 3]


def test_lines_of_both_sides_are_in_order_of_priority_then_of_joining() -> None:
    """Without goods, the four classes make two lines; the cold ones go first where they are in front."""
    stage = replace(GOODS, goods={})
    net = meeting(
        stage,
        leading("a", 0),
        leading("b", 1, klass="cold tractor"),
        following("c", 2),
        following("d", 3, klass="cold trailer"),
    )
    assert partners(run(net)[1]) == [[2], [3], [0], [1]]
    first = replace(net, priority={("cold tractor", "swap"): -1})
    assert partners(run(first)[1]) == [[3], [2], [1], [0]]
    together = replace(first, sources=(*net.sources[:2], following("c", 5), net.sources[3]))
    assert partners(run(together)[1]) == [[2], [3], [0], [1]]


def test_the_two_of_a_pair_give_up_their_places_when_they_go_on() -> None:
    """The yard has two places. The trailer of 10 takes the second, and with it both are free at 10."""
    net = meeting(SWAP, leading("a", 0, 20), following("b", 10, 20), zones=(Zone("yard", 2),))
    routes = tuple(replace(r, occupancies=(Occupancy("yard", "swap", "swap"),)) for r in net.routes)
    program, outcome = run(replace(net, routes=routes))
    assert (outcome.exit_ms // MINUTE).tolist() == [20, 30, 10, 20]
    yard = program.element_names.index("yard")
    assert int(outcome.observers.place_ms[yard]) == 10 * MINUTE


def full_yard(*trailers: int) -> Network:
    """Two tractors fill the yard in which the trailer must stand to meet one of them."""
    net = meeting(SWAP, leading("a", 0, 1), following("b", *trailers), zones=(Zone("yard", 2),))
    routes = tuple(replace(r, occupancies=(Occupancy("yard", "swap", "swap"),)) for r in net.routes)
    return replace(net, routes=routes)


@pytest.mark.parametrize("engine", [reference, kernel])
def test_those_who_wait_for_a_partner_that_waits_for_their_place_are_a_deadlock(engine: Engine) -> None:
    """From the instant at which the last trailer comes: until then another might have been let in."""
    program = compile_network(full_yard(5, 9))
    with pytest.raises(DeadlockError) as caught:
        engine.run(program, draw(program, 1, 0))
    assert str(caught.value).splitlines() == [
        f"deadlock at {9 * MINUTE} ms after the start, 4 entities:",
        "  a #0 holds a place of 'yard' and waits for 'swap'",
        "  a #1 holds a place of 'yard' and waits for 'swap'",
        "  b #0 holds nothing and waits for 'yard'",
        "  b #1 holds nothing and waits for 'yard'",
    ]


def served_before(swap: Work) -> Network:
    """A tractor in the yard waits for a trailer that is at a desk until 30; another waits for the yard."""
    work = {"desk": fixed(30 * MINUTE), "swap": swap}
    return network(
        [SWAP, counter("desk"), counter("road")],
        {"lead": ["swap", "road"], "follow": ["desk", "swap"]},
        [leading("a", 0, 1), at("b", 0, route="follow", work=work, klass="trailer")],
        classes=CLASSES,
        zones=[Zone("yard", 1)],
        occupancies={"lead": [Occupancy("yard", "swap", "swap")]},
    )


def test_a_partner_in_service_elsewhere_keeps_those_alive_who_wait_for_it() -> None:
    _, outcome = run(served_before(NOTHING))
    assert (outcome.exit_ms // MINUTE).tolist() == [40, STILL_INSIDE // MINUTE, 30]


@pytest.mark.parametrize("engine", [reference, kernel])
def test_the_deadlock_is_found_when_the_last_who_might_have_come_leaves(engine: Engine) -> None:
    program = compile_network(served_before(NEVER))
    with pytest.raises(DeadlockError, match=f"deadlock at {30 * MINUTE} ms after the start, 2 entities"):
        engine.run(program, draw(program, 1, 0))


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        (PairingStage("swap", ("tractor",), ()), "needs classes that lead and classes that follow"),
        (PairingStage("swap", (), ("trailer",)), "needs classes that lead and classes that follow"),
        (PairingStage("swap", ("tractor",), ("trailer", "ship")), "names the unknown class 'ship'"),
        (
            PairingStage("swap", ("tractor", "trailer"), ("trailer",)),
            "class 'trailer' both leads and follows: let it do one of the two",
        ),
        (
            PairingStage("swap", ("tractor",), ("trailer",), {"cold tractor": "cold"}),
            "goods are given for class 'cold tractor', which neither leads nor follows there",
        ),
        (
            PairingStage("swap", ("tractor", "cold tractor"), ("trailer",), {"cold tractor": "cold"}),
            "a class with the goods 'cold' leads but none follows: nobody would find a partner",
        ),
        (
            PairingStage("swap", ("tractor",), ("trailer", "cold trailer"), {"cold trailer": "cold"}),
            "a class with the goods 'cold' follows but none leads: nobody would find a partner",
        ),
    ],
)
def test_a_pairing_that_makes_no_sense_is_refused_by_name(stage: PairingStage, said: str) -> None:
    with pytest.raises(NetworkError, match=f"stage 'swap'.*{said}"):
        compile_network(meeting(stage, leading("a", 0), following("b", 0)))


def test_a_class_that_neither_leads_nor_follows_is_refused_where_it_would_come() -> None:
    with pytest.raises(NetworkError, match="class 'cold tractor' neither leads nor follows at 'swap': name"):
        compile_network(meeting(SWAP, leading("a", 0, klass="cold tractor"), following("b", 0)))


def test_who_follows_may_have_no_step_after_the_pairing() -> None:
    with pytest.raises(NetworkError, match="step 'road' is never entered: give it a route that ends there"):
        compile_network(meeting(SWAP, leading("a", 0, klass="trailer"), following("b", 0)))


def test_a_duration_at_a_pairing_is_refused() -> None:
    source = at("b", 0, route="follow", work={"swap": fixed(1)}, klass="trailer")
    with pytest.raises(NetworkError, match="passing a gate, a pairing or a departure takes no time"):
        compile_network(meeting(SWAP, leading("a", 0), source))


def test_a_network_without_pairings_has_no_tables_of_partners() -> None:
    net = network([counter("road")], {"r": ["road"]}, [at("a", 0, route="r", work={"road": fixed(1)})])
    program, outcome = run(net)
    assert outcome.trace is not None
    assert outcome.trace.partner == ()
    assert program.pairing_side.size == program.pairing_goods.size == 0
