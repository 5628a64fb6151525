"""Entities that come together: how many, when, and what must not move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from kzsim.draws import Entities, draw
from kzsim.engines import kernel, reference
from kzsim.engines.outcome import Outcome
from kzsim.network import (
    Arrivals,
    Batches,
    Condition,
    Network,
    NetworkError,
    Program,
    Source,
    Work,
    compile_network,
)
from kzsim.network.model import MS_PER_HOUR
from tests.networks import MINUTE, at, counter, fixed, network, steady

SOME = Batches((1, 2, 3), (0.25, 0.5, 0.25))
WORK = {"a": fixed(MINUTE)}


def with_batches(batches: Batches | None, *, hours: int = 500, source: Source | None = None) -> Network:
    chosen = steady("s", 4, hours, route="r", work=WORK) if source is None else source
    arrivals = replace(chosen.arrivals, batches=batches)
    net = network([counter("a", 3)], {"r": ["a"]}, [replace(chosen, arrivals=arrivals)])
    return replace(net, horizon_ms=hours * MS_PER_HOUR)


def entities_of(net: Network) -> Entities:
    return draw(compile_network(net), seed=5, replication=2)


@pytest.mark.parametrize("run", [reference.run, kernel.run])
def test_a_batch_of_three_stands_in_line_by_index_at_one_instant(
    run: Callable[[Program, Entities], Outcome],
) -> None:
    net = network([counter("a")], {"r": ["a"]}, [at("s", 0, 10 * MINUTE, route="r", work=WORK)])
    source = replace(net.sources[0], arrivals=replace(net.sources[0].arrivals, batches=Batches((3,), (1.0,))))
    program = compile_network(replace(net, sources=(source,)))
    entities = draw(program, seed=1, replication=0)
    assert (entities.arrival_ms // MINUTE).tolist() == [0, 0, 0, 10, 10, 10]
    assert entities.batch.tolist() == [0, 0, 0, 1, 1, 1]
    outcome = run(program, entities)
    # 1, 2, 3 min each time
    assert int(outcome.observers.stay_ms.sum()) == 12 * MINUTE


def test_batches_come_when_single_entities_would_and_their_sizes_have_the_given_shares() -> None:
    alone, together = entities_of(with_batches(None)), entities_of(with_batches(SOME))
    instants, sizes = np.unique(together.batch, return_counts=True)
    assert np.array_equal(alone.batch, np.arange(alone.count))
    assert np.array_equal(instants, alone.batch)
    assert np.array_equal(together.arrival_ms, alone.arrival_ms[together.batch])
    counts = np.bincount(sizes, minlength=4)[1:]
    expected = len(sizes) * np.array(SOME.shares)
    # chi-square with 2 degrees of freedom: above 13.8 once in a thousand
    assert ((counts - expected) ** 2 / expected).sum() < 13.8


def test_batches_of_one_are_nobody_s_but_everybody_alone() -> None:
    alone, ones = entities_of(with_batches(None)), entities_of(with_batches(Batches((1,), (1.0,))))
    assert np.array_equal(alone.arrival_ms, ones.arrival_ms)
    assert np.array_equal(alone.batch, ones.batch)
    assert alone.batch.dtype == ones.batch.dtype


def test_a_longer_horizon_keeps_the_batches_before_it() -> None:
    short, long = entities_of(with_batches(SOME, hours=100)), entities_of(with_batches(SOME, hours=500))
    kept = long.arrival_ms < 100 * MS_PER_HOUR
    assert np.array_equal(short.arrival_ms, long.arrival_ms[kept])
    assert np.array_equal(short.batch, long.batch[kept])


def test_another_work_moves_no_batch() -> None:
    other = steady("s", 4, 500, route="r", work={"a": fixed(9 * MINUTE)})
    a, b = entities_of(with_batches(SOME)), entities_of(with_batches(SOME, source=other))
    assert np.array_equal(a.arrival_ms, b.arrival_ms)
    assert np.array_equal(a.batch, b.batch)


@pytest.mark.parametrize(
    ("batches", "said"),
    [
        (Batches((), ()), "batches need as many shares as sizes, and at least one"),
        (Batches((1, 2), (1.0,)), "batches need as many shares as sizes, and at least one"),
        (Batches((0, 2), (0.5, 0.5)), "give whole numbers of 1 or more that rise strictly"),
        (Batches((2, 1), (0.5, 0.5)), "give whole numbers of 1 or more that rise strictly"),
        (Batches((1, 2), (0.5, 0.6)), "give shares of 0 to 1 that sum to 1"),
        (Batches((1, 2), (-0.5, 1.5)), "give shares of 0 to 1 that sum to 1"),
        (Batches((1, 2), (0.5, float("nan"))), "give shares of 0 to 1 that sum to 1"),
    ],
)
def test_batches_that_cannot_be_drawn_are_refused_by_source_and_remedy(batches: Batches, said: str) -> None:
    with pytest.raises(NetworkError, match=f"^source 's': .*{said}$"):
        compile_network(with_batches(batches))


def test_a_condition_may_not_be_drawn_by_the_numbers_of_the_batches() -> None:
    work = {"a": Work(WORK["a"].duration, (Condition("batch", 0.0, 0.5),))}
    source = steady("s", 4, 500, route="r", work=work)
    entities_of(with_batches(None, source=source))  # nobody else needs the name
    with pytest.raises(ValueError, match="source 's': 'batch' names two different random numbers"):
        entities_of(with_batches(SOME, source=source))


def test_given_instants_are_those_of_batches() -> None:
    source = Source("s", "r", Arrivals("instants", at_ms=(0, 0, MINUTE)), with_batches(None).sources[0].kinds)
    together = entities_of(with_batches(Batches((2,), (1.0,)), source=source))
    assert together.arrival_ms.tolist() == [0, 0, 0, 0, MINUTE, MINUTE]
    assert together.batch.tolist() == [0, 0, 1, 1, 2, 2]
