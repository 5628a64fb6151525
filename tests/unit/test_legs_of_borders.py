"""What runs, traces and comparisons of scenarios make of networks with legs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kzsim.draws import draw
from kzsim.engines import kernel
from kzsim.experiments import runs
from kzsim.experiments.comparisons.errors import ComparisonError
from kzsim.experiments.comparisons.same import check_same_entities
from kzsim.experiments.entities_table import entities_in_table
from kzsim.experiments.models import Model, expected_entities
from kzsim.experiments.once import run_once
from kzsim.network import NO_ARRIVALS, Follows, Source, compile_network
from kzsim.network.entities import NOT_YET
from tests.unit.test_experiments_runs import scenario


@pytest.fixture(scope="module")
def plain() -> Model:
    """By rail alone, where no source follows another yet."""
    made = runs.plan(replace(scenario(), road=(), rail=("dostyk",), corridors={})).model
    assert made is not None
    return made


def by_name(model: Model) -> list[Source]:
    return sorted(model.program.network.sources, key=lambda source: source.name)


def largest(model: Model) -> Source:
    """Of loaded trains, whose crossing takes days: some do not leave before the end."""
    _, second, *_ = by_name(model)
    others = (source for source in by_name(model) if source is not second)
    loaded = (source for source in others if not source.name.endswith("empties"))
    return max(loaded, key=lambda source: sum(source.arrivals.expected))


def with_legs(model: Model, *, other: bool = False) -> Model:
    """The second source follows the largest, or the third, by the last step of its route."""
    network = model.program.network
    _, second, *others = by_name(model)
    another = next(source for source in others if source is not largest(model))
    followed = another if other else largest(model)
    steps = next(route.steps for route in network.routes if route.name == followed.route)
    leg = replace(second, arrivals=NO_ARRIVALS, follows=Follows(followed.name, steps[-1].name))
    sources = tuple(leg if source is second else source for source in network.sources)
    return replace(model, program=compile_network(replace(network, sources=sources)))


def test_a_trace_has_a_row_for_each_leg_that_has_begun(plain: Model) -> None:
    model = with_legs(plain)
    entities = draw(model.program, 1, 0)
    outcome = kernel.run(model.program, entities, trace=True)
    came = outcome.arrival_ms != NOT_YET
    assert 0 < came.sum() < entities.count
    table = entities_in_table(model, entities, outcome, 0)
    assert table.num_rows == came.sum() == outcome.observers.entities
    assert table["arrival_ms"].to_pylist() == outcome.arrival_ms[came].tolist()
    rows = table.to_pandas()
    names = (largest(plain).name, by_name(plain)[1].name)
    first, legs = (rows[rows["source"] == name].set_index("index") for name in names)
    # the legs of a journey have the same index: one begins when the other has left
    assert len(legs) > 0
    assert (first.loc[legs.index, "exit_ms"] == legs["arrival_ms"]).all()
    assert (first.loc[legs.index, "phase"] == legs["phase"]).all()


def test_a_run_of_legs_is_summarised_and_keeps_the_arrivals_of_the_run(plain: Model) -> None:
    model = with_legs(plain)
    seen = run_once(kernel.run, model, 1, 0, "scenario", passage=True, hourly=True)
    assert seen.passage is not None
    assert seen.passage.follows is not None
    own = seen.entities.arrival_ms[~seen.passage.follows]
    assert seen.passage.arrival_ms[~seen.passage.follows].tolist() == own.tolist()
    assert (seen.passage.arrival_ms[seen.passage.follows] >= 0).any()
    without = run_once(kernel.run, plain, 1, 0, "scenario", passage=True, hourly=False)
    assert without.passage is not None
    assert without.passage.follows is None


def test_as_many_legs_are_expected_at_most_as_there_may_be_others_before_them(plain: Model) -> None:
    most, own = (sum(source.arrivals.expected) for source in (largest(plain), by_name(plain)[1]))
    change = sum(one.entities for one in expected_entities(with_legs(plain)))
    change -= sum(one.entities for one in expected_entities(plain))
    assert change == pytest.approx(most - own)


def test_two_scenarios_whose_legs_follow_others_are_not_of_the_same_entities(plain: Model) -> None:
    own, one, other = scenario(), with_legs(plain), with_legs(plain, other=True)
    check_same_entities(own, one, own, with_legs(plain), "one", "another")
    for different in (other, plain):
        with pytest.raises(ComparisonError, match=f"the arrivals of {one.program.source_names[1]}"):
            check_same_entities(own, one, own, different, "one", "another")
