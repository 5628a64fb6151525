"""Which way on an entity takes: worked out by hand, refused where it makes no sense."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kzsim.draws import draw
from kzsim.engines import kernel, reference
from kzsim.engines.outcome import NOT_ENTERED, STILL_INSIDE, Outcome
from kzsim.network import (
    Account,
    Alternative,
    Arrivals,
    Calendar,
    ChoiceStage,
    Condition,
    Distribution,
    GateStage,
    Kind,
    Network,
    NetworkError,
    Occupancy,
    Program,
    Route,
    Source,
    Step,
    Turns,
    Work,
    Zone,
    compile_network,
)
from kzsim.network.model import Stage
from tests.networks import MINUTE, counter, fixed

LANES = ChoiceStage(
    "lanes",
    (Alternative("l", "left", 10 * MINUTE), Alternative("r", "right", 10 * MINUTE)),
    tuple(m * MINUTE for m in (5, 15, 20)),
)
STEPS = (
    Step("to left", "lanes", "l"),
    Step("to right", "lanes", "r"),
    Step("left", "left", given="to left"),
    Step("right", "right", given="to right"),
)
WORK = {
    "to left": fixed(0),
    "to right": fixed(15 * MINUTE),
    "left": fixed(20 * MINUTE),
    "right": fixed(20 * MINUTE),
}
NEVER = (Condition("never", 0.0, 0.0),)


def choosing(
    *minutes: int,
    choice: ChoiceStage = LANES,
    steps: tuple[Step, ...] = STEPS,
    work: dict[str, Work] | None = None,
    more: tuple[Stage, ...] = (),
    horizon_min: int = 240,
) -> Network:
    arrivals = Arrivals("instants", at_ms=tuple(m * MINUTE for m in minutes))
    kind = Kind("k", 1.0, "c", 0, WORK if work is None else work)
    return Network(
        horizon_ms=horizon_min * MINUTE,
        classes=("c",),
        stages=(choice, counter("left"), counter("right"), *more),
        zones=(),
        routes=(Route("r", steps),),
        sources=(Source("s", "r", arrivals, (kind,)),),
        n_groups=1,
    )


def run(net: Network) -> tuple[Program, Outcome]:
    program = compile_network(net)
    entities = draw(program, seed=1, replication=0)
    outcome, again = (engine.run(program, entities, trace=True) for engine in (reference, kernel))
    assert np.array_equal(outcome.exit_ms, again.exit_ms)
    assert np.array_equal(outcome.free_flow_ms, again.free_flow_ms)
    assert np.array_equal(outcome.account_ms, again.account_ms)
    assert np.array_equal(outcome.observers.chosen, again.observers.chosen)
    return program, outcome


def test_backlogs_count_as_they_were_last_published() -> None:
    """Left costs nothing of its own, right 15 min; each in a published backlog counts for 10.

    At 0, 1, 2 nothing is published: all go left, 0-20, 20-40, 40-60. At 5 two are known to wait there: right,
    5-25. At 6 it is right again, 25-45. At 15 two wait left and one right, 20 against 25: left, 60-80. At 20
    the second starts left, but what is published is how it was before: three and one, 30 against 25: right,
    45-65.
    """
    program, outcome = run(choosing(0, 1, 2, 5, 6, 15, 20))
    assert (outcome.exit_ms // MINUTE).tolist() == [20, 40, 60, 25, 45, 80, 65]
    assert program.alternative_names == ("lanes/l", "lanes/r")
    assert outcome.observers.chosen.tolist() == [[4, 3]]
    lanes = program.element_names.index("lanes")
    assert outcome.observers.starts[0, lanes].tolist() == [7, 0]
    assert outcome.account_ms[:, :, lanes].sum() == 0
    assert outcome.trace is not None
    joined = outcome.trace.joined_ms[0][:, :2] // MINUTE
    none = NOT_ENTERED // MINUTE
    assert joined.tolist() == [
        [0, none],
        [1, none],
        [2, none],
        [none, 5],
        [none, 6],
        [15, none],
        [none, 20],
    ]
    # own costs are no time
    assert set(outcome.free_flow_ms.tolist()) == {20 * MINUTE}


def turning(interval_min: int, **turns: int) -> ChoiceStage:
    """Left by its turns, such as ``at_10=2`` for two places at minute 10; right by its own cost alone."""
    at_ms = tuple(int(name.removeprefix("at_")) * MINUTE for name in turns)
    left = Alternative("l", "left", interval_min * MINUTE, Turns(at_ms, tuple(turns.values())))
    return ChoiceStage(
        "lanes", (left, Alternative("r", "right")), tuple(m * MINUTE for m in (5, 10, 15, 40, 45))
    )


def test_with_turns_what_counts_is_when_the_place_behind_the_backlog_comes_up() -> None:
    """Of left one place comes up at 10, two at 40, then one every 20 min; right costs 15 min of its own.

    At 0 and 1 nothing is published: left, 0-20 and 20-40. At 5, 10 and 15 one waits left: the second place
    comes up at 40, in 35, 30 and 25 min, the turn of 10 being of use to nobody from then on: right, 5-25,
    25-45, 45-65. At 40 nobody waited just before, and a place comes up: left, 40-60. At 45 no turn is left:
    the next place in 20 min: right, 65-85.
    """
    choice = turning(20, at_10=1, at_30=0, at_40=2)
    _, outcome = run(choosing(0, 1, 5, 10, 15, 40, 45, choice=choice))
    assert (outcome.exit_ms // MINUTE).tolist() == [20, 40, 25, 45, 65, 60, 85]
    assert outcome.observers.chosen.tolist() == [[3, 4]]


@pytest.mark.parametrize(("cost", "left"), [(44, 3), (45, 4), (46, 4)])
def test_places_behind_the_last_turn_come_up_one_every_interval(cost: int, left: int) -> None:
    """At 5 two wait left: the first place comes up at 10, the third 40 min later, in 45 min."""
    work = {**WORK, "to right": fixed(cost * MINUTE)}
    _, outcome = run(choosing(0, 1, 2, 5, choice=turning(20, at_10=1), work=work))
    assert outcome.observers.chosen.tolist() == [[left, 4 - left]]


def test_of_equal_sums_the_first_alternative_is_picked() -> None:
    same = {**WORK, "to right": fixed(0)}
    assert run(choosing(0, 1, work=same))[1].observers.chosen.tolist() == [[2, 0]]


def test_an_alternative_whose_conditions_are_not_met_is_not_offered_and_none_is_no_choice() -> None:
    closed = {**WORK, "to left": Work(Distribution("fixed", 0), NEVER)}
    _, outcome = run(choosing(0, 1, work=closed))
    assert outcome.observers.chosen.tolist() == [[0, 2]]
    none = {**closed, "to right": Work(Distribution("fixed", 0), NEVER)}
    _, outcome = run(choosing(0, 1, work=none))
    assert outcome.observers.chosen.tolist() == [[0, 0]]
    assert (outcome.exit_ms // MINUTE).tolist() == [0, 1]


def test_who_leaves_without_having_started_at_the_named_stage_is_counted_no_longer() -> None:
    """Whoever goes left only spends 10 min on the road. At 5 one is on it, and 6 goes right; at 15 nobody."""
    work = {**WORK, "left": Work(Distribution("fixed", 1), NEVER), "road": fixed(10 * MINUTE)}
    work["to right"] = fixed(5 * MINUTE)
    steps = (*STEPS[:2], Step("road", "road", given="to left"), *STEPS[2:])
    _, outcome = run(choosing(0, 6, 16, steps=steps, work=work, more=(counter("road"),)))
    assert outcome.observers.chosen.tolist() == [[2, 1]]
    assert (outcome.exit_ms // MINUTE).tolist() == [10, 26, 26]


def test_a_choice_within_an_alternative_is_made_by_those_who_have_picked_that() -> None:
    """Left splits into near, at 3 min of own cost, and far, at 2: both end at the same counter."""
    inner = ChoiceStage("inner", (Alternative("near", "left"), Alternative("far", "left")))
    steps = (
        *STEPS[:2],
        Step("to near", "inner", "near", given="to left"),
        Step("to far", "inner", "far", given="to left"),
        Step("walk", "walk", given="to far"),
        *STEPS[2:],
    )
    work = {
        **WORK,
        "to near": fixed(3 * MINUTE),
        "to far": fixed(2 * MINUTE),
        "walk": fixed(7 * MINUTE),
    }
    program, outcome = run(choosing(0, 1, 2, 5, steps=steps, work=work, more=(inner, counter("walk"))))
    chosen = dict(zip(program.alternative_names, outcome.observers.chosen[0].tolist(), strict=True))
    assert chosen == {"inner/near": 0, "inner/far": 3, "lanes/l": 3, "lanes/r": 1}
    # walks 0-7, 7-14, 14-21; left 7-27, 27-47, 47-67
    assert (outcome.exit_ms // MINUTE).tolist() == [27, 47, 67, 25]


def test_a_choice_with_one_alternative_equals_no_choice() -> None:
    work = {"to left": fixed(7 * MINUTE), "left": Work(Distribution("exponential", 20 * MINUTE))}
    only = replace(LANES, alternatives=LANES.alternatives[:1])
    minutes = tuple(range(0, 200, 13))
    net = choosing(*minutes, choice=only, steps=(STEPS[0], STEPS[2]), work=work)
    net = replace(net, stages=net.stages[:2])
    kind = replace(net.sources[0].kinds[0], work={"left": work["left"]})
    plain = replace(
        net,
        stages=(net.stages[1],),
        routes=(Route("r", (Step("left", "left"),)),),
        sources=(replace(net.sources[0], kinds=(kind,)),),
    )
    chosen, without = run(net)[1], run(plain)[1]
    assert np.array_equal(chosen.exit_ms, without.exit_ms)
    assert np.array_equal(chosen.account_ms.sum(axis=2), without.account_ms.sum(axis=2))
    assert chosen.observers.digest == without.observers.digest
    assert without.observers.chosen.shape == (1, 0)


def test_a_choice_not_made_at_the_horizon_is_supposed_to_fall_on_the_least_own_cost() -> None:
    """A gate before the choice never opens in time; right is the cheaper, and takes 50 min."""
    work = {**WORK, "to left": fixed(16 * MINUTE), "right": fixed(50 * MINUTE), "gate": Work()}
    gate = GateStage("gate", Calendar((0, 500 * MINUTE), (0, 1)))
    net = choosing(0, steps=(Step("gate", "gate"), *STEPS), work=work, more=(gate,))
    _, outcome = run(net)
    assert outcome.exit_ms.tolist() == [STILL_INSIDE]
    assert outcome.free_flow_ms.tolist() == [50 * MINUTE]


def test_the_place_for_a_way_on_is_waited_for_after_the_choice() -> None:
    """The left strip has one place: the second who picks it waits for that, and still is in its backlog."""
    net = replace(choosing(0, 1, 6), zones=(Zone("strip", 1),))
    routes = (Route("r", STEPS, (Occupancy("strip", "left", "left"),)),)
    program, outcome = run(replace(net, routes=routes))
    assert outcome.observers.chosen.tolist() == [[3, 0]]
    strip = program.element_names.index("strip")
    waited = (19 + 34) * MINUTE
    assert int(outcome.account_ms[0, :, strip, Account.BLOCKED].sum()) == waited
    # at 5 one is known to wait: 10 against 15
    assert (outcome.exit_ms // MINUTE).tolist() == [20, 40, 60]


def with_choice(**changes: object) -> Network:
    return choosing(0, choice=replace(LANES, **changes))  # type: ignore[arg-type]  # any field


def with_turns(at_ms: tuple[int, ...], number: tuple[int, ...], interval_ms: int = 1) -> Network:
    left = Alternative("l", "left", interval_ms, Turns(at_ms, number))
    return with_choice(alternatives=(left, LANES.alternatives[1]))


@pytest.mark.parametrize(
    ("net", "said"),
    [
        (with_choice(alternatives=()), "stage 'lanes' has no alternative: give it at least one"),
        (
            with_choice(alternatives=(LANES.alternatives[0],) * 2),
            "alternative 'l' is named 2 times: names must be unique",
        ),
        (
            with_choice(alternatives=(Alternative("l", "lost"), LANES.alternatives[1])),
            "alternative 'l' names the unknown stage 'lost'",
        ),
        (
            with_choice(alternatives=(Alternative("l", "left", -1), LANES.alternatives[1])),
            "the interval of alternative 'l' is -1 ms: give 0 to",
        ),
        (with_turns((5, 5), (1, 1)), "the turns of alternative 'l' are out of order: let them rise strictly"),
        (with_turns((-1,), (1,)), "the turns of alternative 'l' are out of order: let them rise strictly"),
        (
            with_turns((5,), (1, 1)),
            "the turns of alternative 'l' are 1 instants and 2 numbers: give at least",
        ),
        (with_turns((), ()), "the turns of alternative 'l' are 0 instants and 0 numbers: give at least one"),
        (with_turns((2**38 + 1,), (1,)), "the turns of alternative 'l' go on to 274877906945 ms: end at"),
        (with_turns((5,), (-1,)), "the turns of alternative 'l': give each instant 0 to 1000000000 places"),
        (with_turns((5,), (1,), 0), "the turns of alternative 'l' end, and without an interval nobody would"),
        (
            with_choice(published_at_ms=(5, 5)),
            "let its publications rise strictly in time from 0 ms",
        ),
        (with_choice(published_at_ms=(-1,)), "let its publications rise strictly in time from 0 ms"),
        (
            choosing(0, steps=(replace(STEPS[0], alternative=""), *STEPS[1:])),
            "choice 'lanes': step 'to left' must name one of the alternatives l, r",
        ),
        (
            choosing(0, steps=(STEPS[1], STEPS[0], *STEPS[2:])),
            "offer each alternative once, in the order in which the choice has them",
        ),
        (
            choosing(0, steps=(*STEPS[:2], replace(STEPS[2], alternative="l"), STEPS[3])),
            "'left' is no choice: remove the alternative 'l'",
        ),
        (
            choosing(0, steps=(*STEPS[:3], replace(STEPS[3], given="left"))),
            "step 'right': given is 'left': name an earlier step that offers an alternative",
        ),
        (
            choosing(0, steps=(STEPS[2], *STEPS[:2], STEPS[3])),
            "step 'left': given is 'to left': name an earlier step that offers an alternative",
        ),
        (
            choosing(0, steps=(STEPS[0], replace(STEPS[1], given="to left"), *STEPS[2:])),
            "step 'to right': given is 'to left': name an earlier step",
        ),
        (
            choosing(0, steps=(Step("left", "left"), *STEPS[:2], STEPS[3])),
            "alternative 'l' counts until 'left', where no later step of the route leads: name a stage",
        ),
        (choosing(0, work={**WORK, "to left": Work()}), "step 'to left': give a duration"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused_by_name_with_the_remedy(net: Network, said: str) -> None:
    with pytest.raises(NetworkError) as refused:
        compile_network(net)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("to right", "right", "begins within the choice 'lanes': let it begin at its first step"),
        ("to left", "to right", "ends at the choice 'lanes': let it end before or after it"),
    ],
)
def test_a_zone_covers_a_choice_as_a_whole_and_more(first: str, last: str, said: str) -> None:
    net = replace(choosing(0), zones=(Zone("strip", 1),))
    routes = (Route("r", STEPS, (Occupancy("strip", first, last),)),)
    with pytest.raises(NetworkError, match=f"the occupancy of zone 'strip' {said}"):
        compile_network(replace(net, routes=routes))


def test_more_alternatives_than_an_engine_can_remember_are_refused() -> None:
    steps = []
    for i in range(32):
        steps += [replace(step, name=f"{step.name} {i}", given="") for step in STEPS[:2]]
        steps.append(Step(f"between {i}", "left"))
    steps.append(Step("right", "right"))
    work = {step.name: fixed(1) for step in steps}
    with pytest.raises(NetworkError, match="route 'r' offers more than 62 alternatives: offer fewer"):
        compile_network(choosing(0, steps=tuple(steps), work=work))


def test_nobody_is_there_at_the_start_in_the_line_of_a_choice() -> None:
    net = choosing(0)
    initial = replace(net.sources[0], arrivals=Arrivals("initial", at_ms=(0,)))
    with pytest.raises(NetworkError, match="nobody is kept in line at 'lanes'"):
        compile_network(replace(net, sources=(initial,)))
