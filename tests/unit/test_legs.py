"""Journeys of several legs, and arrivals after those of others: worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest

from kzsim.draws import draw
from kzsim.engines import kernel, reference
from kzsim.engines.errors import DeadlockError
from kzsim.engines.outcome import NO_PARTNER, STILL_INSIDE, Outcome
from kzsim.network import (
    NO_ARRIVALS,
    Account,
    Alternative,
    Arrivals,
    Batches,
    ChoiceStage,
    Condition,
    DelayStage,
    Distribution,
    Entities,
    Follows,
    Kind,
    Network,
    Occupancy,
    PairingStage,
    Route,
    Source,
    Step,
    Work,
    Zone,
    compile_network,
)
from kzsim.network.entities import NOT_YET
from kzsim.network.model import MS_PER_HOUR
from tests.networks import MINUTE, at, counter, fixed, network

ENGINES = pytest.mark.parametrize("engine", [reference, kernel])
WAY = DelayStage("way", Account.TRAVEL)


def leg(
    name: str, follows: Follows, route: str, work: Mapping[str, Work], klass: str = "c", group: int = 1
) -> Source:
    return Source(name, route, NO_ARRIVALS, (Kind("k", 1.0, klass, group, work),), follows)


def run(net: Network) -> tuple[Entities, Outcome]:
    """The reference's outcome, which the kernel's equals."""
    program = compile_network(net)
    entities = draw(program, seed=1, replication=0)
    outcome, again = (engine.run(program, entities, trace=True) for engine in (reference, kernel))
    assert outcome.arrival_ms.tolist() == again.arrival_ms.tolist()
    assert outcome.exit_ms.tolist() == again.exit_ms.tolist()
    assert np.array_equal(outcome.account_ms, again.account_ms)
    assert outcome.observers.digest == again.observers.digest
    return entities, outcome


def minutes(instants_ms: np.ndarray) -> list[int | None]:
    return [None if at_ms < 0 else int(at_ms) // MINUTE for at_ms in instants_ms]


def there_and_back(horizon_min: int = 120, cohort_min: tuple[int, int] | None = None) -> Network:
    """A booth of 10 min on the way out and of 5 on the way back, half an hour's way in between.

    Those who come at 0, 0 and 20 min.
    """
    out = {"booth": fixed(10 * MINUTE), "way": fixed(30 * MINUTE)}
    return network(
        [counter("booth"), WAY],
        {"out": ["booth", "way"], "back": ["booth"]},
        [
            at("out", 0, 0, 20 * MINUTE, route="out", work=out),
            leg("back", Follows("out", "way"), "back", {"booth": fixed(5 * MINUTE)}),
        ],
        n_groups=2,
        horizon_ms=horizon_min * MINUTE,
        cohort_ms=None if cohort_min is None else (cohort_min[0] * MINUTE, cohort_min[1] * MINUTE),
    )


def test_a_journey_there_and_back_by_hand() -> None:
    """Booth 0-10, 10-20, 20-30, way to 40, 50, 60, and the booth again 40-45, 50-55, 60-65.

    Sources are in the order of their names: those back are the first three entities.
    """
    entities, outcome = run(there_and_back())
    assert minutes(outcome.arrival_ms) == [40, 50, 60, 0, 0, 20]
    assert minutes(outcome.exit_ms) == [45, 55, 65, 40, 50, 60]
    assert entities.arrival_ms[:3].tolist() == [NOT_YET] * 3
    seen = outcome.observers
    assert seen.arrived[:, 1].tolist() == [3, 3]
    assert seen.stay_ms[:, 1].tolist() == [(40 + 50 + 40) * MINUTE, 15 * MINUTE]
    assert seen.arrivals.sum(axis=0).tolist() == [3, 3]


def test_who_has_not_come_by_the_horizon_is_in_no_count() -> None:
    """At 45 min one has come back, and left at that instant it does not; two are still on their way."""
    entities, outcome = run(there_and_back(horizon_min=45))
    assert minutes(outcome.arrival_ms) == [40, None, None, 0, 0, 20]
    assert outcome.exit_ms.tolist() == [STILL_INSIDE] * 3 + [40 * MINUTE] + [STILL_INSIDE] * 2
    assert outcome.free_flow_ms[:3].tolist() == [5 * MINUTE, 0, 0]
    seen = outcome.observers
    assert seen.arrived.sum(axis=1).tolist() == [3, 1]
    assert seen.stay_ms.sum(axis=1).tolist() == [(40 + 45 + 25) * MINUTE, 5 * MINUTE]
    assert (seen.cohort.tolist(), seen.left.sum(axis=1).tolist()) == ([3, 1], [1, 0])
    assert outcome.trace is not None
    assert outcome.trace.account_ms[1:3].sum() == 0
    assert outcome.trace.joined_ms[0][:, 0].tolist() == [40 * MINUTE, -1, -1]
    assert entities.count == 6


def test_a_leg_has_the_phase_of_the_first_one_of_its_journey() -> None:
    """The cohort is from 10 to 30 min: of those who come at 0, 0 and 20 only the last, on all its legs."""
    net = there_and_back(cohort_min=(10, 30))
    home = leg("at home", Follows("back", "booth"), "home", {"way": fixed(MINUTE)}, group=2)
    routes = (*net.routes, Route("home", (Step("way", "way"),)))
    net = replace(net, routes=routes, sources=(*net.sources, home), n_groups=3)
    entities, outcome = run(net)
    assert entities.phase.tolist() == [0, 0, 1] * 3
    assert outcome.observers.arrived.tolist() == [[2, 1, 0]] * 3
    # they are followed for 90 min, and counted under the phase of the first leg though they come later
    assert outcome.observers.through.tolist() == [1, 1, 1]
    assert minutes(outcome.arrival_ms[:3]) == [45, 55, 65]


def test_different_legs_follow_those_who_end_by_different_steps() -> None:
    """Of four one skips what comes after the booth, by a number of its own; who enters nothing is followed by
    nobody."""
    seldom = Work(Distribution("fixed", 10 * MINUTE), (Condition("x", 0.0, 0.5),))
    never = Work(Distribution("fixed", 10 * MINUTE), (Condition("x", 0.5, 0.5),))
    whole = {"booth": Work(Distribution("fixed", MINUTE)), "way": seldom}
    sources = [
        at("some", *range(0, 8 * MINUTE, MINUTE), route="r", work=whole),
        at("nobody", 0, 0, route="r", work={"booth": never, "way": never}),
        leg("by the way", Follows("some", "way"), "s", {"way": fixed(MINUTE)}),
        leg("by the booth", Follows("some", "booth"), "s", {"way": fixed(MINUTE)}, group=2),
        leg("after nothing", Follows("nobody", "booth"), "s", {"way": fixed(MINUTE)}, group=3),
    ]
    sources[1] = replace(
        sources[1], kinds=(*sources[1].kinds, Kind("none", 0.0, "c", 0, {"booth": fixed(0), "way": never}))
    )
    net = network([counter("booth"), WAY], {"r": ["booth", "way"], "s": ["way"]}, sources, n_groups=4)
    entities, outcome = run(net)
    name = compile_network(net).source_names
    came = {
        each: outcome.arrival_ms[entities.first[i] : entities.first[i + 1]] != NOT_YET
        for i, each in enumerate(name)
    }
    taken = entities.duration_ms[name.index("some")][:, 1] >= 0
    assert taken.any()
    assert not taken.all()
    assert came["by the way"].tolist() == taken.tolist()
    assert came["by the booth"].tolist() == (~taken).tolist()
    assert not came["after nothing"].any()


def test_after_a_choice_a_leg_follows_by_the_way_that_was_picked() -> None:
    """The first way is free while nobody is known to wait there; after 5 min one there counts for 10 min."""
    fork = ChoiceStage(
        "fork",
        (Alternative("a", "left", 10 * MINUTE), Alternative("b", "right", 0)),
        tuple(m * MINUTE for m in range(5, 60, 5)),
    )
    steps = (
        Step("fork: a", "fork", "a"),
        Step("fork: b", "fork", "b"),
        Step("left", "left", given="fork: a"),
        Step("right", "right", given="fork: b"),
    )
    work = {"fork: a": fixed(0), "fork: b": fixed(5 * MINUTE)}
    work |= {"left": fixed(20 * MINUTE), "right": fixed(MINUTE)}
    net = network([fork, counter("left"), counter("right"), WAY], {"s": ["way"]}, [], n_groups=3)
    net = replace(
        net,
        routes=(*net.routes, Route("r", steps)),
        sources=(
            at("all", 0, 0, 6 * MINUTE, route="r", work=work),
            leg("left", Follows("all", "left"), "s", {"way": fixed(MINUTE)}),
            leg("right", Follows("all", "right"), "s", {"way": fixed(MINUTE)}, group=2),
        ),
    )
    _, outcome = run(net)
    assert minutes(outcome.arrival_ms) == [0, 0, 6, 20, 40, None, None, None, 7]


def test_a_leg_follows_who_leaves_as_a_follower_at_a_pairing() -> None:
    """A trailer of 0 and a tractor of 10 pair at 10; the trailer leaves there and another leg begins."""
    swap = PairingStage("swap", ("tractor",), ("trailer",))
    net = network(
        [swap, WAY],
        {"lead": ["swap", "way"], "follow": ["swap"], "on": ["way"]},
        [
            at(
                "tractors",
                10 * MINUTE,
                route="lead",
                work={"swap": Work(), "way": fixed(MINUTE)},
                klass="tractor",
            ),
            at("trailers", 0, 5 * MINUTE, route="follow", work={"swap": Work()}, klass="trailer"),
            leg("unhitched", Follows("trailers", "swap"), "on", {"way": fixed(MINUTE)}, klass="trailer"),
        ],
        classes=("tractor", "trailer"),
        n_groups=2,
    )
    _, outcome = run(net)
    assert minutes(outcome.arrival_ms) == [10, 0, 5, 10, None]
    assert minutes(outcome.exit_ms) == [11, 10, None, 11, None]
    assert outcome.trace is not None
    assert [rows[:, 0].tolist() for rows in outcome.trace.partner] == [
        [1, NO_PARTNER][:1],
        [0, NO_PARTNER],
        [NO_PARTNER] * 2,
    ]


def test_who_is_there_at_the_start_can_be_followed() -> None:
    there = Source(
        "there",
        "r",
        Arrivals("initial", at_ms=(-MINUTE, 0)),
        (Kind("k", 1.0, "c", 0, {"booth": fixed(MINUTE)}),),
    )
    back = leg("back", Follows("there", "booth"), "s", {"way": fixed(MINUTE)})
    _, outcome = run(
        network([counter("booth"), WAY], {"r": ["booth"], "s": ["way"]}, [there, back], n_groups=2)
    )
    assert minutes(outcome.arrival_ms) == [1, 2, 0, 0]
    assert minutes(outcome.exit_ms) == [2, 3, 1, 2]


def test_a_leg_that_takes_no_time_is_over_at_the_instant_at_which_it_began() -> None:
    """Two legs of no time at one instant; the third comes to the booth when it has acted already.

    It then has started who came by itself at that instant, though the leg is before that one in the order.
    """
    none = {"way": fixed(0)}
    net = network(
        [counter("booth"), WAY],
        {"r": ["booth"], "s": ["way"]},
        [
            at("z", 0, route="r", work={"booth": fixed(MINUTE)}),
            leg("y", Follows("z", "booth"), "s", none),
            leg("x", Follows("y", "way"), "s", none),
            leg("w", Follows("x", "way"), "r", {"booth": fixed(MINUTE)}),
            at("zz", MINUTE, route="r", work={"booth": fixed(MINUTE)}),
        ],
        n_groups=2,
    )
    _, outcome = run(net)
    assert minutes(outcome.arrival_ms) == [1, 1, 1, 0, 1]
    assert minutes(outcome.exit_ms) == [3, 1, 1, 1, 2]


@ENGINES
def test_whoever_may_still_follow_keeps_a_pairing_from_being_a_deadlock(engine: ModuleType) -> None:
    """A tractor holds the only place and waits for a trailer; who waits for the place waits for ever.

    As long as not all of a following source's entities have come it may send one, whether it does or not.
    """
    swap = PairingStage("swap", ("tractor",), ("trailer",))
    tractors = at("tractors", 0, MINUTE, route="lead", work={"swap": Work()}, klass="tractor")
    cars = at("cars", 2 * MINUTE, route="other", work={"booth": fixed(MINUTE)}, klass="tractor")
    trailers = leg("trailers", Follows("cars", "booth"), "follow", {"swap": Work()}, klass="trailer")
    alone = at("trailers", 0, route="follow", work={"swap": Work()}, klass="trailer", group=1)
    net = network(
        [swap, counter("booth")],
        {"lead": ["swap"], "follow": ["swap"], "other": ["booth"]},
        [tractors, cars, trailers],
        classes=("tractor", "trailer"),
        zones=[Zone("yard", 1)],
        occupancies={"lead": [Occupancy("yard", "swap", "swap")]},
        n_groups=2,
    )

    def exits(made: Network) -> list[int | None]:
        program = compile_network(made)
        return minutes(engine.run(program, draw(program, seed=1, replication=0), passage=True).exit_ms)

    # the car leaves at 3, its trailer goes with the first tractor; the second has a place and no partner
    assert exits(net) == [3, 3, None, 3]
    two_trailers = replace(alone, arrivals=Arrivals("instants", at_ms=(0, 0)))
    assert exits(replace(net, sources=(tractors, cars, two_trailers))) == [3, 0, 1, 0, 1]
    three = replace(tractors, arrivals=Arrivals("instants", at_ms=(0, MINUTE, MINUTE)))
    with pytest.raises(DeadlockError, match="'yard'"):
        exits(replace(net, sources=(three, cars, trailers)))


@ENGINES
def test_a_run_leaves_the_entities_as_they_were(engine: ModuleType) -> None:
    """Who follows has an arrival in the outcome and none in the definition: the next run begins anew."""
    program = compile_network(there_and_back())
    entities = draw(program, seed=1, replication=0)
    first = engine.run(program, entities, passage=True)
    assert entities.arrival_ms[:3].tolist() == [NOT_YET] * 3
    again = engine.run(program, entities, passage=True)
    assert first.arrival_ms.tolist() == again.arrival_ms.tolist()


# --- after others -----------------------------------------------------------------------------------------


def late(
    by: Distribution, *, share: float = 1.0, of: Arrivals | None = None, hours: float = 24, seed: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Arrivals of some and of those who come after them, in ms."""
    some = at("some", *range(0, 10 * MINUTE, MINUTE), route="r", work={"booth": fixed(0)})
    some = replace(some, arrivals=of or some.arrivals)
    arrivals = Arrivals("after", of="some", by=by, share=share)
    later = Source("later", "r", arrivals, (Kind("k", 1.0, "c", 0, {"booth": fixed(0)}),))
    net = network([counter("booth")], {"r": ["booth"]}, [some, later], horizon_ms=round(hours * MS_PER_HOUR))
    entities = draw(compile_network(net), seed=seed, replication=0)
    return entities.arrival_ms[entities.first[1] :], entities.arrival_ms[: entities.first[1]]


def test_a_fixed_time_after_others_moves_them_all_and_those_past_the_horizon_do_not_exist() -> None:
    some, later = late(Distribution("fixed", 55 * MINUTE), hours=1)
    assert minutes(later) == [55, 56, 57, 58, 59]
    assert len(some) == 10


def test_arrivals_after_others_are_in_order_though_the_times_are_not() -> None:
    some, later = late(Distribution("exponential", 30 * MINUTE))
    assert len(later) == len(some)
    assert (np.diff(later) >= 0).all()
    assert len({*np.diff(later).tolist()}) > 1


def test_another_share_or_mean_keeps_the_luck_of_each() -> None:
    """The times of those who come are among those of all, and half the mean is half of each time."""
    by = Distribution("exponential", 30 * MINUTE)
    crowd = Arrivals("instants", at_ms=(0,) * 1000)
    _, everybody = late(by, of=crowd)
    _, some = late(by, of=crowd, share=0.3)
    _, fewer = late(by, of=crowd, share=0.2)
    assert {*fewer.tolist()} < {*some.tolist()} < {*everybody.tolist()}
    assert len(some) == pytest.approx(300, abs=60)
    _, sooner = late(replace(by, mean=15 * MINUTE), of=crowd)
    assert (np.abs(2 * sooner - everybody) <= 1).all()


def test_a_longer_horizon_keeps_the_earlier_arrivals_after_others() -> None:
    by = Distribution("erlang", 120 * MINUTE, rows=3)
    process = Arrivals("poisson", (0, 48 * MS_PER_HOUR), (2000.0,))
    _, short = late(by, of=process, hours=20)
    _, long = late(by, of=process, hours=40)
    assert np.array_equal(long[: len(short)], short)
    assert len(long) > len(short) > 500


def test_of_a_batch_each_has_one_who_comes_after_it() -> None:
    crowd = Arrivals("instants", at_ms=(0, MINUTE), batches=Batches((3,), (1.0,)))
    some, later = late(Distribution("fixed", 2 * MINUTE), of=crowd)
    assert minutes(some) == [0, 0, 0, 1, 1, 1]
    assert minutes(later) == [2, 2, 2, 3, 3, 3]


def test_a_step_named_like_what_is_drawn_of_who_comes_after_others_is_refused() -> None:
    work = {"share": fixed(0)}
    some = at("some", 0, route="r", work=work)
    later = replace(some, name="later", arrivals=Arrivals("after", of="some", by=Distribution("fixed", 1.0)))
    net = network([counter("share")], {"r": ["share"]}, [some, later])
    with pytest.raises(ValueError, match="source 'later': 'share' names two different random numbers"):
        draw(compile_network(net), seed=1, replication=0)
