"""The time in sets of stages and zones, worked out by hand; networks with wrong sets are refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest

from kzsim.draws import draw
from kzsim.engines import kernel, reference
from kzsim.network import Calendar, GateStage, Network, NetworkError, Occupancy, Work, Zone, compile_network
from kzsim.network.buckets import WAIT_BITS, bucket
from tests.networks import MINUTE, at, counter, fixed, network

ENGINES = [pytest.param(reference, id="reference"), pytest.param(kernel, id="kernel")]
Spans = Mapping[str, tuple[str, ...]]


def times_in(engine: ModuleType, net: Network, span: str, group: int = 0) -> Counter[int]:
    """How many stayed how long in a span, by the number of the bucket."""
    program = compile_network(net)
    spans = engine.run(program, draw(program, seed=1, replication=0)).observers.spans
    counts = spans[group, program.span_names.index(span)]
    return Counter({int(number): int(counts[number]) for number in np.flatnonzero(counts)})


def minutes(*those: float) -> Counter[int]:
    return Counter(bucket(np.array([round(each * MINUTE) for each in those]), WAIT_BITS).tolist())


def posts(spans: Spans, *, horizon: int = 600) -> Network:
    """Three come together to ten minutes at 'a' and four at 'b'; 'b' opens after half an hour.

    One place in the strip before 'b' is taken from the end of 'a' to the start at 'b'.
    """
    work = {"a": fixed(10 * MINUTE), "bar": Work(), "b": fixed(4 * MINUTE)}
    net = network(
        [counter("a"), GateStage("bar", Calendar((0, 30 * MINUTE), (0, 1))), counter("b")],
        {"out": ["a", "bar", "b"]},
        [at("trucks", 0, 0, 0, route="out", work=work)],
        zones=[Zone("strip", 1)],
        occupancies={"out": [Occupancy("strip", "bar", "b", "start")]},
        horizon_ms=horizon * MINUTE,
    )
    return replace(net, spans=spans)


@pytest.mark.parametrize("engine", ENGINES)
def test_waits_and_work_at_all_stages_and_zones_of_a_span_count_together(engine: ModuleType) -> None:
    spans = {"first": ("a", "strip"), "second": ("bar", "b")}
    # 1st: a 0-10, bar 10-30, b 30-34. 2nd: has its server from 10, work to 20, blocked for the strip to 30,
    # b waits 30-34, works to 38. 3rd: in line to 30, work to 40, strip free since 34, b at once
    assert times_in(engine, posts(spans), "first") == minutes(10, 30, 40)
    assert times_in(engine, posts(spans), "second") == minutes(24, 8, 4)


@pytest.mark.parametrize("engine", ENGINES)
def test_who_passes_nothing_of_a_span_counts_with_no_time(engine: ModuleType) -> None:
    assert times_in(engine, posts({"all": ("a",), "nothing": ()}), "nothing") == minutes(0, 0, 0)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_span_of_everything_is_the_stay(engine: ModuleType) -> None:
    assert times_in(engine, posts({"all": ("a", "b", "bar", "strip")}), "all") == minutes(34, 38, 44)


@pytest.mark.parametrize("engine", ENGINES)
def test_who_is_inside_at_the_horizon_counts_with_its_time_so_far(engine: ModuleType) -> None:
    spans = {"first": ("a", "strip"), "second": ("bar", "b")}
    assert times_in(engine, posts(spans, horizon=33), "first") == minutes(10, 30, 33)
    assert times_in(engine, posts(spans, horizon=33), "second") == minutes(23, 3, 0)


@pytest.mark.parametrize("engine", ENGINES)
def test_only_the_cohort_is_counted(engine: ModuleType) -> None:
    net = posts({"all": ("a", "b")})
    late = at("late", 40 * MINUTE, route="out", work=dict(net.sources[0].kinds[0].work))
    net = replace(net, sources=(*net.sources, late), cohort_ms=(35 * MINUTE, 300 * MINUTE))
    assert times_in(engine, net, "all") == minutes(14)


def test_a_text_in_place_of_names_is_refused() -> None:
    with pytest.raises(NetworkError, match="span 'first' is the text 'ab': give a tuple of names"):
        compile_network(posts({"first": "ab"}))  # type: ignore[dict-item]  # what a user may write


@pytest.mark.parametrize(
    ("spans", "said"),
    [
        ({"first": ("a", "c")}, "span 'first' names the unknown stage or zone 'c'"),
        (
            {"first": ("a",), "second": ("b", "a")},
            "'a' stands in the spans 'first' and 'second': name it",
        ),
        ({"first": ("a", "a")}, "'a' stands in the spans 'first' and 'first': name it once"),
        ({str(number): () for number in range(3)}, "3 spans are named: an engine counts at most 2"),
    ],
)
def test_spans_that_cannot_be_counted_are_refused(spans: Spans, said: str) -> None:
    with pytest.raises(NetworkError, match=said):
        compile_network(posts(spans))
