"""Entities that are there at the start: refused where they cannot stand in line, and many of them."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest

from kzsim.draws import draw
from kzsim.engines import kernel, reference
from kzsim.engines.kernel import engine as kernel_engine
from kzsim.network import (
    Account,
    Arrivals,
    Batches,
    Condition,
    DelayStage,
    Distribution,
    Network,
    NetworkError,
    Work,
    compile_network,
)
from tests.networks import MINUTE, at, counter, fixed, network


def standing(*at_ms: int, stage: str = "counter", work: Work | None = None) -> Network:
    source = at("crowd", route="r", work={stage: work or fixed(MINUTE)})
    stages = [counter("counter") if stage == "counter" else DelayStage(stage, Account.HOLD)]
    there = replace(source, arrivals=Arrivals("initial", at_ms=at_ms))
    return network(stages, {"r": [stage]}, [there])


@pytest.mark.parametrize("at_ms", [(1,), (0, -1), (-(2**38) - 1,)])
def test_joining_times_that_make_no_sense_are_refused(at_ms: tuple[int, ...]) -> None:
    said = "^source 'crowd': who is there at the start has joined its line from -.* to 0 ms: give"
    with pytest.raises(NetworkError, match=said):
        compile_network(standing(*at_ms))


def test_batches_of_who_is_there_at_the_start_are_refused() -> None:
    (source,) = standing(0).sources
    arrivals = replace(source.arrivals, batches=Batches((2,), (1.0,)))
    net = replace(standing(0), sources=(replace(source, arrivals=arrivals),))
    with pytest.raises(
        NetworkError, match="who is there at the start stands in line alone: remove the batches"
    ):
        compile_network(net)


def test_a_delay_has_no_line_to_stand_in_at_the_start() -> None:
    said = "'crowd': nobody is kept in line at 'hold': let the route .* begin at a service, a gate"
    with pytest.raises(NetworkError, match=said):
        compile_network(standing(0, stage="hold"))


def test_a_first_step_that_may_be_skipped_is_refused() -> None:
    work = Work(Distribution("fixed", MINUTE), (Condition("asked?", 0.0, 0.5),))
    said = "kind 'k': who is there at the start stands in line for step 'counter': remove its conditions"
    with pytest.raises(NetworkError, match=said):
        compile_network(standing(0, work=work))


def test_a_group_shared_with_who_comes_later_is_refused_by_both_names() -> None:
    net = standing(0)
    later = at("later", 0, route="r", work={"counter": fixed(MINUTE)})
    said = "'crowd': who is there at the start has group 0, as has who comes later from 'later': give it a"
    with pytest.raises(NetworkError, match=said):
        compile_network(replace(net, sources=(*net.sources, later)))


def test_a_crowd_at_the_start_that_outgrows_the_kernel_s_first_rows_is_placed_whole() -> None:
    program = compile_network(standing(*range(-3000, 1, 2)))
    entities = draw(program, seed=1, replication=0)
    with patch.object(kernel_engine, "FIRST_ROWS", 16):
        found = kernel.run(program, entities, passage=True)
    expected = reference.run(program, entities, passage=True)
    assert found.exit_ms.tolist()[:1440] == [MINUTE * (i + 1) for i in range(1439)] + [-1]
    assert np.array_equal(found.exit_ms, expected.exit_ms)
    assert found.in_line[0, 0] == 1501
