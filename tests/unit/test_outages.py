"""Outages: subtracted from calendars as drawn, refused where they make no sense."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kzsim.draws import draw
from kzsim.draws.outages import outage_spans
from kzsim.network import (
    Account,
    Calendar,
    DelayStage,
    Distribution,
    GateStage,
    Network,
    NetworkError,
    Outages,
    Pace,
    Pool,
    ServiceStage,
    Work,
    compile_network,
)
from kzsim.network.model import MS_PER_HOUR
from kzsim.network.outages import in_order, less
from tests.networks import MINUTE, at, fixed, network
from tests.unit.test_hand_traces import accounts, run


def every_half_hour_for_ten(takes: int = 1) -> Outages:
    """Out of order 30-40, 70-80, 110-120 ..."""
    return Outages(
        "power", Distribution("fixed", 30 * MINUTE), Distribution("fixed", 10 * MINUTE), takes=takes
    )


def by_luck(stream: str = "power", between_h: float = 5.0) -> Outages:
    return Outages(
        stream,
        Distribution("exponential", between_h * MS_PER_HOUR),
        Distribution("lognormal", MS_PER_HOUR, 1.0),
    )


def booths(*outages: Outages, servers: int = 2, name: str = "a") -> ServiceStage:
    return ServiceStage(name, Account.INSPECTION, (Pool("p", Calendar.always(servers), outages=outages),))


def served(stage: ServiceStage, *minutes: int, each_min: int = 10) -> Network:
    work = {stage.name: fixed(each_min * MINUTE)}
    return network(
        [stage], {"r": [stage.name]}, [at("s", *(m * MINUTE for m in minutes), route="r", work=work)]
    )


def test_an_outage_takes_servers_and_who_is_served_is_finished_or_pauses() -> None:
    """Two servers, one from 30 to 40. Two start at 25 and are finished; 35-45 the third, 40-50 the fourth.

    With pauses the second stands still from 30 to 35, when the first has gone; the others start at 40.
    """
    net = served(booths(every_half_hour_for_ten()), 25, 25, 25, 31)
    program, outcome = run(net)
    assert (outcome.exit_ms // MINUTE).tolist() == [35, 35, 45, 50]
    assert outcome.capacity_ms.tolist() == [2 * 24 * 60 * MINUTE - 36 * 10 * MINUTE]  # 36 outages in a day
    assert accounts(program, outcome, "a") == {"inspection": 40 * MINUTE, "queue": (10 + 9) * MINUTE}
    suspending = replace(booths(every_half_hour_for_ten()), on_close="suspend")
    program, outcome = run(replace(net, stages=(suspending,)))
    assert (outcome.exit_ms // MINUTE).tolist() == [35, 40, 50, 50]
    closed = accounts(program, outcome, "a")["closed"]
    assert closed == 5 * MINUTE


def test_an_outage_of_more_servers_than_there_are_closes_the_pool() -> None:
    program, outcome = run(served(booths(every_half_hour_for_ten(takes=5)), 31))
    assert (outcome.exit_ms // MINUTE).tolist() == [50]
    assert accounts(program, outcome, "a") == {"inspection": 10 * MINUTE, "closed": 9 * MINUTE}


def test_an_outage_shuts_a_gate_whatever_its_calendar_says() -> None:
    gate = GateStage("g", Calendar((0, 35 * MINUTE), (0, 7)), outages=(every_half_hour_for_ten(),))
    net = network([gate], {"r": ["g"]}, [at("s", 0, 75 * MINUTE, 85 * MINUTE, route="r", work={"g": Work()})])
    program, outcome = run(net)
    assert (outcome.exit_ms // MINUTE).tolist() == [40, 80, 85]
    assert accounts(program, outcome, "g") == {"closed": 45 * MINUTE}


def test_a_delay_stands_still_in_an_outage() -> None:
    hold = DelayStage("h", Account.HOLD, outages=(every_half_hour_for_ten(),))
    net = network([hold], {"r": ["h"]}, [at("s", 0, 35 * MINUTE, route="r", work={"h": fixed(45 * MINUTE)})])
    program, outcome = run(net)
    assert (outcome.exit_ms // MINUTE).tolist() == [55, 95]
    assert accounts(program, outcome, "h") == {"hold": 90 * MINUTE, "closed": 25 * MINUTE}


def spans(net: Network, replication: int = 0) -> list[list[list[int]]]:
    drawn = draw(compile_network(net), seed=1, replication=replication).outages
    return [[begin.tolist(), over.tolist()] for begin, over in drawn]


def test_a_changed_policy_moves_no_outage_and_a_longer_horizon_keeps_the_earlier_ones() -> None:
    net = served(booths(by_luck()), 0)
    ((begin, over),) = spans(net)
    assert 2 < len(begin) < 20
    other = replace(served(booths(replace(by_luck(), takes=2), servers=7), 3, 4, each_min=1), n_groups=1)
    assert spans(other) == [[begin, over]]
    ((longer, _),) = spans(replace(net, horizon_ms=1000 * MS_PER_HOUR))
    assert longer[: len(begin)] == begin
    assert len(longer) > 100  # more than are drawn at a time
    assert all(0 < a < b for a, b in pairwise([1, *longer]))
    assert spans(net, replication=1) != spans(net)


def test_pools_that_name_one_stream_are_out_of_order_together_and_others_are_not() -> None:
    work = {name: fixed(MINUTE) for name in "abc"}
    net = network(
        [booths(by_luck(), name="a"), booths(by_luck(), name="b"), booths(by_luck("water"), name="c")],
        {"r": ["a", "b", "c"]},
        [at("s", 0, route="r", work=work)],
    )
    program = compile_network(net)
    pools = [program.pool_names[o.pool] for o in program.out_of_order if o.pool is not None]
    found = dict(zip(pools, spans(net), strict=True))
    assert found["a/p"] == found["b/p"] != found["c/p"]


def test_two_outages_at_once_take_as_much_as_both() -> None:
    first, second = by_luck("power"), by_luck("water")
    program = compile_network(served(booths(first, second, servers=3), 0))
    entities = draw(program, seed=1, replication=0)
    ours = in_order(program, entities)
    at_ms = np.arange(0, 24 * MS_PER_HOUR, MINUTE)
    down = sum(
        ((at_ms[:, None] >= begin) & (at_ms[:, None] < over)).any(axis=1).astype(int)
        for begin, over in entities.outages
    )
    found = ours.capacity_value[np.searchsorted(ours.capacity_at_ms, at_ms, side="right") - 1]
    assert found.tolist() == (3 - down).tolist()
    assert in_order(compile_network(served(booths(), 0)), entities).out_of_order == ()


@st.composite
def spans_of(draw_of: st.DrawFn) -> tuple[np.ndarray, np.ndarray, int]:
    edges = sorted(draw_of(st.lists(st.integers(1, 30), max_size=6)))
    pairs = edges[: len(edges) // 2 * 2]
    return (
        np.array(pairs[::2], dtype=np.int64),
        np.array(pairs[1::2], dtype=np.int64),
        draw_of(st.integers(1, 3)),
    )


@given(
    st.lists(st.integers(1, 30), max_size=4, unique=True),
    st.lists(st.integers(0, 3), min_size=5, max_size=5),
    st.lists(spans_of(), min_size=1, max_size=3),
)
def test_at_every_instant_a_calendar_less_outages_is_what_is_left_and_never_below_0(
    later: list[int], values: list[int], taken: list[tuple[np.ndarray, np.ndarray, int]]
) -> None:
    at_ms = np.array([0, *sorted(later)], dtype=np.int64)
    value = np.array(values[: len(at_ms)], dtype=np.int64)
    found_at, found = less(at_ms, value, taken)
    assert found_at[0] == 0
    assert np.all(np.diff(found_at) > 0)
    assert np.all(found[1:] != found[:-1])
    for instant in range(32):
        left = int(value[at_ms <= instant][-1])
        for begin, over, takes in taken:
            under_way = sum(1 for a, b in zip(begin.tolist(), over.tolist(), strict=True) if a <= instant < b)
            left -= takes * under_way
        assert int(found[found_at <= instant][-1]) == max(0, left)


@pytest.mark.parametrize(
    ("outages", "said"),
    [
        (
            replace(by_luck(), takes=0),
            "pool 'a/p', outages 'power': an outage takes 0 servers: give 1 or more",
        ),
        (
            by_luck(between_h=-1.0),
            "pool 'a/p', outages 'power', between: the mean is -3600000.0 ms: give 0 to",
        ),
        (
            Outages("power", Distribution("fixed", 0.0), Distribution("fixed", 1.0)),
            "pool 'a/p', outages 'power': there would be more than 100000 of them: give longer times",
        ),
    ],
)
def test_outages_that_make_no_sense_are_refused_by_place_and_stream(outages: Outages, said: str) -> None:
    with pytest.raises(NetworkError, match=f"^{said}"):
        compile_network(served(booths(outages), 0))


def test_an_outage_takes_no_servers_from_a_gate() -> None:
    gate = GateStage("g", Calendar.always(1), outages=(by_luck(), replace(by_luck(), takes=2)))
    net = network([gate], {"r": ["g"]}, [at("s", 0, route="r", work={"g": Work()})])
    said = "^stage 'g', outages 'power': an outage shuts a gate or a delay: leave takes at 1$"
    with pytest.raises(NetworkError, match=said):
        compile_network(net)


def test_a_step_that_would_share_the_numbers_of_an_outage_is_refused() -> None:
    stage = booths(by_luck("s"), name="outage: between")
    with pytest.raises(ValueError, match="source 's': 'outage: between' names two different random numbers"):
        draw(compile_network(served(stage, 0)), seed=1, replication=0)


def test_with_a_pace_the_times_between_pass_on_a_clock_that_goes_so_fast() -> None:
    """Ten hours between, one long: 10-11; four to 15, none to 30, six at double pace: 33-34; then 39-40."""
    pace = Pace((0, 15 * MS_PER_HOUR, 30 * MS_PER_HOUR), (1.0, 0.0, 2.0))
    outages = Outages(
        "wind", Distribution("fixed", 10 * MS_PER_HOUR), Distribution("fixed", MS_PER_HOUR), pace=pace
    )
    begin, over = outage_spans(outages, 48 * MS_PER_HOUR, seed=1, replication=0)
    assert (begin / MS_PER_HOUR).tolist() == [10, 33, 39, 45]
    assert (over / MS_PER_HOUR).tolist() == [11, 34, 40, 46]
    longer, _ = outage_spans(outages, 96 * MS_PER_HOUR, seed=1, replication=0)
    assert longer[:4].tolist() == begin.tolist()


def test_a_pace_of_one_is_none() -> None:
    plain = by_luck()
    paced = replace(plain, pace=Pace((0,), (1.0,)))
    for one, other in zip(
        outage_spans(plain, 1000 * MS_PER_HOUR, 1, 0),
        outage_spans(paced, 1000 * MS_PER_HOUR, 1, 0),
        strict=True,
    ):
        assert one.tolist() == other.tolist()


@pytest.mark.parametrize(
    ("pace", "said"),
    [
        (Pace((0, 0), (1.0, 2.0)), "rise strictly from 0"),
        (Pace((5,), (1.0,)), "rise strictly from 0"),
        (Pace((0,), (1.0, 2.0)), "as many values as instants"),
        (Pace((), ()), "as many values as instants"),
        (Pace((0,), (-1.0,)), "give 0 to 1000"),
        (Pace((0,), (float("nan"),)), "give 0 to 1000"),
    ],
)
def test_a_pace_that_makes_no_sense_is_refused(pace: Pace, said: str) -> None:
    with pytest.raises(NetworkError, match=said):
        compile_network(served(booths(replace(by_luck(), pace=pace)), 0))
