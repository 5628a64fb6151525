"""Which networks are said to come to a deadlock, before anything runs."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kzsim import border, queueing, scenario
from kzsim.network import (
    Account,
    Condition,
    DelayStage,
    Distribution,
    Need,
    Network,
    Occupancy,
    PairingStage,
    Pool,
    ServiceStage,
    Tokens,
    Work,
    Zone,
    compile_network,
)
from kzsim.network.model import Calendar
from kzsim.network.possible_deadlocks import possible_deadlocks
from tests.networks import MINUTE, at, counter, fixed, network

ROOT = Path(__file__).resolve().parents[2]
REMEDY = "; to have more of one of them may rule it out, or the same order for all"


def said(net: Network) -> tuple[str, ...]:
    compile_network(net)  # only valid networks are judged
    return possible_deadlocks(net)


def two_ways(**of_routes: list[Occupancy]) -> Network:
    work = {"a": fixed(MINUTE), "b": fixed(MINUTE)}
    return network(
        [DelayStage("a", Account.TRAVEL), DelayStage("b", Account.TRAVEL)],
        {"east": ["a", "b"], "west": ["b", "a"]},
        [at("e", 0, route="east", work=work), at("w", 0, route="west", work=work)],
        zones=[Zone("za", 1), Zone("zb", 1)],
        occupancies=of_routes,
    )


def test_two_zones_that_two_directions_enter_in_opposite_order_are_a_circle() -> None:
    east = [Occupancy("za", "a", "a"), Occupancy("zb", "b", "b")]
    west = [Occupancy("zb", "b", "b"), Occupancy("za", "a", "a")]
    assert said(two_ways(east=east, west=west)) == (
        "'za' may be held while waiting for 'zb' ('e'), and 'zb' may be held while waiting for 'za' ('w')"
        + REMEDY,
    )


def test_a_place_that_is_given_up_before_the_next_is_asked_for_is_no_circle() -> None:
    east = [Occupancy("za", "a", "a", "start"), Occupancy("zb", "b", "b")]
    west = [Occupancy("zb", "b", "b"), Occupancy("za", "a", "a")]
    assert said(two_ways(east=east, west=west)) == ()


def line(*, shared: bool) -> Network:
    """Out through the strip to the far desk and back; ``shared``: those who return use the near desk."""
    near = "near" if shared else "exit"
    stages = [counter("near"), counter("far")] + ([] if shared else [counter("exit")])
    work = {name: fixed(MINUTE) for name in ("near", "far", "exit")}
    return network(
        stages,
        {"out": ["near", "far"], "back": ["far", near]},
        [
            at("o", 0, route="out", work={name: work[name] for name in ("near", "far")}),
            at("b", 0, route="back", work={name: work[name] for name in ("far", near)}),
        ],
        zones=[Zone("strip", 2)],
        occupancies={
            "out": [Occupancy("strip", "far", "far", "start")],
            "back": [Occupancy("strip", near, near, "start")],
        },
    )


def test_a_strip_between_two_desks_that_serve_both_directions_is_a_circle() -> None:
    (circle,) = said(line(shared=True))
    assert "'far/p' may be held while waiting for 'strip' ('b')" in circle
    assert "'strip' may be held while waiting for 'far/p' ('o')" in circle


def test_a_server_that_nobody_keeps_for_a_place_ends_a_circle() -> None:
    """Far desks hold for the strip; but who waits there may use a second one that is never kept."""
    net = line(shared=False)
    assert len(said(net)) == 1
    pools = (Pool("p", Calendar.always(1)), Pool("q", Calendar.always(1)))
    far = ServiceStage("far", Account.INSPECTION, pools, {"back": ("p",)})
    sources = tuple(
        replace(each, kinds=(replace(each.kinds[0], klass="back"),)) if each.name == "b" else each
        for each in net.sources
    )
    stages = tuple(far if stage.name == "far" else stage for stage in net.stages)
    assert said(replace(net, stages=stages, sources=sources, classes=("c", "back"))) == ()


def test_a_place_and_tokens_may_be_a_circle() -> None:
    crane = (Need("crane", 1, Distribution("fixed", 0.0)),)
    work = {"a": replace(fixed(MINUTE), needs=crane), "b": replace(fixed(MINUTE), needs=crane)}
    net = network(
        [counter("a"), counter("b")],
        {"r": ["a", "b"]},
        [at("s", 0, route="r", work=work)],
        zones=[Zone("strip", 1)],
        occupancies={"r": [Occupancy("strip", "b", "b")]},
    )
    assert said(replace(net, tokens=(Tokens("crane", 2),))) == (
        "'crane' may be held while waiting for 'strip' ('s'), and 'strip' may be held"
        " while waiting for 'crane' ('s')" + REMEDY,
    )
    first_alone = replace(net, tokens=(Tokens("crane", 2),))
    (source,) = first_alone.sources
    (kind,) = source.kinds
    only = replace(kind, work={**kind.work, "b": fixed(MINUTE)})
    assert said(replace(first_alone, sources=(replace(source, kinds=(only,)),))) == ()


def test_steps_that_exclude_each_other_are_not_taken_one_after_the_other() -> None:
    """With one condition for both desks, who is served at b goes on through the strip."""
    low, high = Condition("u", 0.0, 0.5), Condition("u", 0.5, 1.0)
    for second, circles in ((low, 1), (high, 0)):
        work = {"b": Work(fixed(MINUTE).duration, (low,)), "c": Work(fixed(MINUTE).duration, (second,))}
        net = network(
            [counter("b"), counter("c")],
            {"r": ["b", "c"], "q": ["c", "b"]},
            [
                at("s", 0, route="r", work=work),
                at("t", 0, route="q", work={"b": fixed(MINUTE), "c": fixed(MINUTE)}),
            ],
            zones=[Zone("strip", 1)],
            occupancies={
                "r": [Occupancy("strip", "c", "c", "start")],
                "q": [Occupancy("strip", "c", "b", "start")],
            },
        )
        assert len(said(net)) == circles


def test_a_place_that_is_kept_while_waiting_for_a_partner_who_needs_it_is_a_circle() -> None:
    pair = PairingStage("pair", ("l",), ("f",))
    net = network(
        [counter("desk"), pair],
        {"r": ["desk", "pair"]},
        [
            at("s1", 0, route="r", work={"desk": fixed(MINUTE), "pair": Work()}, klass="l"),
            at("s2", 0, route="r", work={"desk": fixed(MINUTE), "pair": Work()}, klass="f"),
        ],
        zones=[Zone("yard", 1)],
        occupancies={"r": [Occupancy("yard", "desk", "pair")]},
        classes=("l", "f"),
    )
    (circle,) = said(net)
    assert "'yard' may be held while waiting for 'pair: who " in circle


def test_no_shipped_scenario_may_come_to_a_deadlock() -> None:
    paths = sorted((ROOT / "scenarios").glob("*.yaml"))
    assert paths
    for path in paths:
        assert possible_deadlocks(border.build(scenario.load(path)).network) == ()


def own(places: int) -> queueing.Network:
    q = queueing
    minute = q.fixed(q.minutes(1))
    return q.network(
        q.delay("a"),
        q.delay("b"),
        q.zone("za", places=places),
        q.zone("zb", places=places),
        q.source(
            "east",
            q.poisson(q.per_hour(1)),
            [q.step("a", minute), q.step("b", minute)],
            zones=[q.holding("za", "a"), q.holding("zb", "b")],
        ),
        q.source(
            "west",
            q.poisson(q.per_hour(1)),
            [q.step("b", minute), q.step("a", minute)],
            zones=[q.holding("zb", "b"), q.holding("za", "a")],
        ),
    )


def test_a_network_of_one_s_own_that_may_deadlock_is_warned_of_in_python() -> None:
    with pytest.warns(queueing.DeadlockWarning, match=r"wait for each other for ever: 'za' may be held"):
        queueing.replicate(own(50), duration=queueing.hours(2), replications=1, engine="reference")


@pytest.mark.parametrize("call", [queueing.run, queueing.replicate])
def test_the_warning_names_the_line_that_called(call: Callable[..., object]) -> None:
    with pytest.warns(queueing.DeadlockWarning) as found:
        call(own(50), duration=queueing.hours(2), replications=1, engine="reference")
    assert {each.filename for each in found} == {__file__}


def test_a_network_that_cannot_deadlock_is_not_warned_of() -> None:
    q = queueing
    simple = q.network(
        q.service("a", servers=1),
        q.source("s", q.poisson(q.per_hour(1)), [q.step("a", q.fixed(q.minutes(1)))]),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        q.replicate(simple, duration=q.hours(2), replications=1, engine="reference")
