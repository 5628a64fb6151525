"""The observers that NumPy makes of records, against the same counted one entity at a time."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kzsim.draws.streams import words_of_key
from kzsim.engines.observers import Records, digest_of, observers_of
from kzsim.network import Program, compile_network
from kzsim.network.buckets import TIME_BITS, WAIT_BITS, bucket
from kzsim.network.observers import Observers
from tests.networks import at, counter, fixed, network

HORIZON, COHORT, EVERY = 100_000, (20_000, 60_000), 7_000
FOLLOW_UP = HORIZON - COHORT[1]
WITHIN = (0, 3_000, 30_000)
GROUPS = 3
SPANS = {"a": ("a",), "nothing": ()}
Fate = tuple[int, int, int, int, tuple[int, ...]]
"""Group, arrival, time until the exit (negative: never), free-flow time, six waits and two spans."""


def program() -> Program:
    plain = network([counter("a")], {"r": ["a"]}, [at("s", 0, route="r", work={"a": fixed(1)})])
    counted = {"cohort_ms": COHORT, "observe_every_ms": EVERY, "within_ms": WITHIN, "spans": SPANS}
    return compile_network(replace(plain, horizon_ms=HORIZON, n_groups=GROUPS, **counted))


def fates() -> st.SearchStrategy[list[Fate]]:
    # instants that fall on the borders of everything, and any others
    instants = st.sampled_from([0, *COHORT, EVERY, HORIZON - 1]) | st.integers(0, HORIZON - 1)
    lengths = st.sampled_from([-1, *WITHIN, FOLLOW_UP, FOLLOW_UP + 1]) | st.integers(-1, HORIZON)
    times = st.tuples(*[st.integers(0, HORIZON)] * 8)
    return st.lists(
        st.tuples(st.integers(0, GROUPS - 1), instants, lengths, st.integers(0, HORIZON), times), max_size=12
    )


def records(fates: list[Fate]) -> Records:
    if not fates:
        none = np.zeros(0, dtype=np.int64)
        group_phase = none.astype(np.int32), none.astype(np.int8)
        return Records(none, none, none, *group_phase, none.reshape(0, 6), none.reshape(0, 2))
    group, arrival, length, free, times = (list(column) for column in zip(*fates, strict=True))
    arrived = np.array(arrival, dtype=np.int64)
    leave = arrived + np.array(length, dtype=np.int64)
    is_inside = (np.array(length) < 0) | (leave >= HORIZON)
    return Records(
        arrival_ms=arrived,
        exit_ms=np.where(is_inside, -1, leave),
        free_flow_ms=np.array(free, dtype=np.int64),
        group=np.array(group, dtype=np.int32),
        phase=((arrived >= COHORT[0]).astype(np.int8) + (arrived >= COHORT[1])).astype(np.int8),
        wait_ms=np.array(times, dtype=np.int64)[:, :6],
        span_ms=np.array(times, dtype=np.int64)[:, 6:],
    )


def counted(known: Records) -> Observers:
    starts = np.arange(GROUPS * 2, dtype=np.int64).reshape(GROUPS, 1, 2)
    return observers_of(program(), known, starts, np.array([7], dtype=np.int64), np.zeros(0, dtype=np.int64))


def by_hand(known: Records) -> dict[str, np.ndarray]:
    """Everything that is counted of records, one entity at a time in whole numbers of Python."""
    empty = counted(records([]))
    found = {name: np.zeros_like(table) for name, table in empty.tables().items()}
    digest = 0
    for i in range(len(known.arrival_ms)):
        came, went, free = int(known.arrival_ms[i]), int(known.exit_ms[i]), int(known.free_flow_ms[i])
        group, phase = int(known.group[i]), int(known.phase[i])
        has_left = went >= 0
        stay = (went if has_left else HORIZON) - came
        found["arrived"][group, phase] += 1
        found["left"][group, phase] += has_left
        found["stay_ms"][group, phase] += stay
        found["arrivals"][came // EVERY, group] += 1
        if has_left:
            found["exits"][went // EVERY, group] += 1
            found["left_measured"][group] += went >= COHORT[0]
        if COHORT[0] <= came < COHORT[1]:
            capped = min(stay, FOLLOW_UP)
            high, low = divmod(capped, 2**19)
            found["capped_ms"][group] += capped
            found["squares"][group] += (high * high, high * low, low * low)
            found["free_flow_ms"][group] += free
            found["capped_free_flow_ms"][group] += min(free, FOLLOW_UP)
            for account, wait in enumerate(known.wait_ms[i].tolist()):
                found["waits"][group, account, bucket(np.array([wait]), WAIT_BITS)[0]] += 1
            for span, ms in enumerate(known.span_ms[i].tolist()):
                found["spans"][group, span, bucket(np.array([ms]), WAIT_BITS)[0]] += 1
            if has_left and stay <= FOLLOW_UP:
                found["through"][group] += 1
                found["times"][group, bucket(np.array([stay]), TIME_BITS)[0]] += 1
                for limit, ms in enumerate(WITHIN):
                    found["within"][group, limit] += stay <= ms
        digest += mix(mix((i + 1) * 0x9E3779B97F4A7C15 + went + 1) + free)
    return found | {"digest": np.array([digest % 2**64], dtype=np.uint64)}


def mix(z: int) -> int:
    z %= 2**64
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    z = (z ^ z >> 27) * 0x94D049BB133111EB % 2**64
    return z ^ z >> 31


@given(fates())
def test_counts_are_those_of_one_entity_at_a_time(some: list[Fate]) -> None:
    known = records(some)
    found = counted(known)
    expected = by_hand(known)
    for name in expected.keys() - {"starts", "place_ms", "idle_ms"}:
        table = getattr(found, name)
        assert table.tolist() == expected[name].tolist(), name
    assert found.starts.ravel().tolist() == list(range(GROUPS * 2))
    assert found.place_ms.tolist() == [7]
    assert found.cohort.tolist() == expected["arrived"][:, 1].tolist()
    assert found.entities == len(some)


@given(fates())
def test_the_squares_in_three_parts_are_the_squares(some: list[Fate]) -> None:
    known = records(some)
    expected = [0] * GROUPS
    for i in np.flatnonzero(known.phase == 1):
        end = HORIZON if known.exit_ms[i] < 0 else int(known.exit_ms[i])
        expected[known.group[i]] += min(end - int(known.arrival_ms[i]), FOLLOW_UP) ** 2
    assert counted(known).sum_of_squares() == tuple(expected)


@given(fates(), st.integers(0, 12))
def test_counts_of_two_halves_add_up_to_those_of_all(some: list[Fate], split: int) -> None:
    parts = [records(part) for part in (some[:split], some[split:])]
    total = counted(parts[0]) + counted(parts[1])
    whole = counted(records(some))
    for name, table in whole.tables().items():
        if name not in {"starts", "place_ms", "idle_ms", "digest"}:  # given, or by the place in the whole
            assert np.array_equal(getattr(total, name), table), name
            assert getattr(total, name).dtype == np.int64
    assert total.starts.tolist() == (2 * whole.starts).tolist()


def test_counts_of_many_runs_outgrow_the_thirty_two_bits_of_one() -> None:
    most = replace(counted(records([])), times=np.array([[2**31 - 1]], dtype=np.int32))
    assert (most + most).times.tolist() == [[2**32 - 2]]


def test_digests_add_up_modulo_two_to_the_sixty_fourth() -> None:
    nobody = counted(records([]))
    largest = replace(nobody, digest=np.array([2**64 - 1], dtype=np.uint64))
    assert (largest + replace(nobody, digest=np.array([3], dtype=np.uint64))).digest.tolist() == [2]


def test_counts_of_another_program_are_not_added() -> None:
    nobody = counted(records([]))
    other = replace(nobody, within=np.zeros((GROUPS, 2), dtype=np.int64))
    with pytest.raises(ValueError, match=r"'within' is \(3, 3\) here and \(3, 2\) there"):
        _ = nobody + other


def test_a_digest_changes_with_every_exit_free_flow_time_and_order() -> None:
    exits, free = np.array([5, -1, 9], dtype=np.int64), np.array([1, 2, 3], dtype=np.int64)
    variants = {int(digest_of(exits, free)[0])}
    for i, by in product(range(3), (-1, 1)):
        step = by * (np.arange(3) == i)
        variants |= {int(digest_of(exits + step, free)[0]), int(digest_of(exits, free + step)[0])}
    variants.add(int(digest_of(exits[::-1], free[::-1])[0]))
    assert len(variants) == 14


def test_a_digest_mixes_as_the_draws_do() -> None:
    """Of one entity that is inside and has no time of its own: the mix of the first word."""
    inside, none = np.array([-1], dtype=np.int64), np.zeros(1, dtype=np.int64)
    assert digest_of(inside, none).tolist() == [mix(int(words_of_key(0, 1)[0]))]


def test_who_leaves_at_the_horizon_is_refused() -> None:
    known = replace(records([(0, 5, 1, 1, (0,) * 6)]), exit_ms=np.array([HORIZON], dtype=np.int64))
    with pytest.raises(ValueError, match="entity 0 arrived at 5 ms and left at 100000 ms in a run of 100000"):
        counted(known)
