"""Ceilings that last for several refills, and classes that count as others once theirs is used up.

One gate, through which three classes go in turn: 'few' and 'fewer' have ceilings and go first, then they
count as 'all'. Whatever the refills: both engines agree, ceilings hold, and who may go first
never goes later.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kzsim.draws import draw
from kzsim.engines import kernel, reference
from kzsim.engines.outcome import STILL_INSIDE, Outcome
from kzsim.network import Calendar, GateStage, Network, Program, Refill, Work, compile_network
from kzsim.network.model import Source
from tests.networks import MINUTE, at, network
from tests.property.test_engines_equal import differences

EVERYDAY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
HORIZON_MIN = 60
CLASSES = ("all", "few", "fewer")


@st.composite
def gates(draw: st.DrawFn, *, misses: bool) -> Network:
    """A gate that is now open and now shut, refilled every few minutes; ceilings last for some refills."""
    every = draw(st.sampled_from([5, 10]))
    refills = []
    for minute in range(0, HORIZON_MIN, every):
        is_set = minute == 0 or draw(st.integers(0, 2)) == 0
        ceilings = {klass: draw(st.integers(0, 3)) for klass in CLASSES[1:]} if is_set else None
        refills.append(Refill(minute * MINUTE, draw(st.integers(0, 3)), ceilings))
    refills[0] = replace(refills[0], overall=1)
    edges = sorted(draw(st.sets(st.integers(1, HORIZON_MIN - 1), max_size=4)))
    opening = Calendar(
        tuple(m * MINUTE for m in (0, *edges)), tuple(i % 2 == 0 for i in range(len(edges) + 1))
    )
    gate = GateStage("gate", opening, tuple(refills), otherwise={"few": "all", "fewer": "all"})
    shares = draw(st.sampled_from([(), (0.5, 0.5)])) if misses else ()
    return network(
        [gate],
        {"r": ["gate"]},
        [draw(sources(klass, Work(no_shows=shares))) for klass in CLASSES],
        classes=CLASSES,
        priority={("few", "gate"): -1, ("fewer", "gate"): draw(st.sampled_from([-2, -1]))},
        horizon_ms=HORIZON_MIN * MINUTE,
    )


@st.composite
def sources(draw: st.DrawFn, klass: str, work: Work) -> Source:
    minutes = draw(st.lists(st.integers(0, HORIZON_MIN - 1), max_size=15))
    return at(klass, *(m * MINUTE for m in sorted(minutes)), route="r", work={"gate": work}, klass=klass)


def passes(program: Program, outcome: Outcome) -> dict[str, list[tuple[int, int]]]:
    """Of each class who passed: when it came and when it passed."""
    assert outcome.passage is not None
    ends = np.cumsum([0, *(len(source.arrivals.at_ms) for source in program.network.sources)])
    came, left = outcome.passage.arrival_ms, outcome.passage.exit_ms
    return {
        source.name: [(int(came[i]), int(left[i])) for i in range(a, b) if left[i] != STILL_INSIDE]
        for source, (a, b) in zip(program.network.sources, pairwise(ends.tolist()), strict=True)
    }


def both(net: Network) -> tuple[Program, Outcome]:
    program = compile_network(net)
    entities = draw(program, seed=5, replication=0)
    first, second = (engine.run(program, entities, trace=True) for engine in (reference, kernel))
    assert differences(first, second) == []
    return program, first


@EVERYDAY
@given(gates(misses=True))
def test_both_engines_agree_on_ceilings_that_last_and_classes_that_count_as_others(net: Network) -> None:
    both(net)


@EVERYDAY
@given(gates(misses=False))
def test_who_may_go_first_is_overtaken_by_nobody_who_came_later_and_may_not(net: Network) -> None:
    found = passes(*both(net))
    for klass in CLASSES[1:]:
        for came, left in found[klass]:
            assert not [1 for other, its in found["all"] if other > came and its < left]


@EVERYDAY
@given(gates(misses=False))
def test_no_more_overtake_than_the_ceiling_allows_until_it_is_set_again(net: Network) -> None:
    """Who passes before somebody who came earlier and may not go first has gone out of turn."""
    program = compile_network(net)
    found = passes(*both(net))
    (gate,) = (stage for stage in program.network.stages if isinstance(stage, GateStage))
    set_at = [refill for refill in gate.refills if refill.ceilings is not None]
    first_of_all = [(came, left) for came, left in found["all"]]
    still = next(source.arrivals.at_ms for source in program.network.sources if source.name == "all")
    waiting = [*first_of_all, *((came, HORIZON_MIN * MINUTE) for came in still[len(first_of_all) :])]
    for klass in CLASSES[1:]:
        for refill, until in zip(
            set_at, [*(each.at_ms for each in set_at[1:]), HORIZON_MIN * MINUTE], strict=True
        ):
            assert refill.ceilings is not None
            early = [
                1
                for came, left in found[klass]
                if refill.at_ms <= left < until and any(other < came and its > left for other, its in waiting)
            ]
            assert len(early) <= refill.ceilings[klass]
