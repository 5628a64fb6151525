"""The two engines make the same choices where much depends on them: crowds, and backlogs often published."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kzsim.draws import draw
from kzsim.draws.filled import AHEAD
from kzsim.engines import kernel, reference
from kzsim.network import (
    Alternative,
    ChoiceStage,
    Condition,
    Distribution,
    Kind,
    Network,
    Route,
    Source,
    Step,
    Work,
    compile_network,
)
from tests.networks import MINUTE, counter, steady
from tests.property.random_choices import ways_on
from tests.property.test_engines_equal import differences

HOURS = 4


def paced(way: str) -> st.SearchStrategy[Alternative]:
    """One whose backlog counts by an interval."""
    return st.sampled_from([0, 1, 5]).map(lambda minutes: Alternative(way, way, minutes * MINUTE))


@st.composite
def crowds(draw: st.DrawFn) -> Network:
    """A choice between counters, after so many steps that its alternatives may be looked at in two goes."""
    ways = [f"w{i}" for i in range(draw(st.integers(1, 3)))]
    minutes = draw(st.sampled_from([1, 5, 30]))
    choice = ChoiceStage(
        "choice",
        tuple(draw(st.one_of(paced(way), ways_on(way, way))) for way in ways),
        tuple(range(0, HOURS * 60 * MINUTE, minutes * MINUTE)),
    )
    before = draw(st.sampled_from([1, 2, AHEAD - 3, AHEAD - 2, AHEAD - 1, AHEAD]))
    steps = (
        *(Step(f"b{i}", "before") for i in range(before)),
        *(Step(f"to {way}", "choice", way) for way in ways),
        *(Step(way, way, given=f"to {way}") for way in ways),
        Step("after", "after"),
    )
    quick, slow = Distribution("exponential", MINUTE), Distribution("exponential", 6 * MINUTE)
    work = {step.name: Work(slow if step.name in {*ways, "after"} else quick) for step in steps}
    for way in ways:
        # whose flag leaves out all alternatives goes straight on
        share = draw(st.sampled_from([0.0, 1.0, 1.0, 0.6]))
        cost = Distribution("exponential", draw(st.sampled_from([0, 1, 10])) * MINUTE)
        work[f"to {way}"] = Work(cost, (Condition("flag", 0.0, share),))
    source = steady("s", 30, HOURS, route="r", work=work)
    again = Source("t", "r", source.arrivals, (Kind("k", 1.0, "c", 1, work),))
    return Network(
        horizon_ms=HOURS * 60 * MINUTE,
        classes=("c",),
        stages=(counter("before", 9), choice, *(counter(way) for way in ways), counter("after", 3)),
        zones=(),
        routes=(Route("r", steps),),
        sources=(source, again),
        n_groups=2,
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(crowds(), st.integers(0, 5))
def test_crowds_before_a_choice_are_the_same_in_both_engines(net: Network, replication: int) -> None:
    program = compile_network(net)
    entities = draw(program, seed=5, replication=replication)
    first = reference.run(program, entities, trace=True)
    for drawn in (entities, entities.with_durations(entities.duration_ms)):
        assert differences(first, kernel.run(program, drawn, trace=True)) == []
    assert first.observers.chosen.sum() == first.observers.starts[:, _row(program.element_names), 0].sum()


def _row(names: tuple[str, ...]) -> int:
    return int(np.flatnonzero(np.array(names) == "choice")[0])
