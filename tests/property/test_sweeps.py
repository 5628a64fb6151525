"""Sweeps on random input: designs stay in range, payloads come back, tasks are done once each."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from kzsim.experiments.sweeps import (
    Block,
    PayloadError,
    blocks,
    decode,
    designs,
    encode,
    results_digest,
    tasks,
)

shares = st.floats(0, 1, exclude_min=True, exclude_max=True)
bounded = st.floats(-1e6, 1e6)


@given(shares, st.lists(bounded, min_size=3, max_size=3).map(sorted))
def test_a_triangular_number_lies_in_its_range(share: float, range_: list[float]) -> None:
    low, value, high = range_
    assert low <= designs.triangular(share, low, value, high) <= high


@given(shares, shares, st.lists(st.integers(-50, 50), min_size=3, max_size=3).map(sorted))
def test_a_whole_triangular_number_rises_with_its_share(a: float, b: float, range_: list[int]) -> None:
    low, value, high = range_
    first, second = (designs.whole_triangular(share, low, value, high) for share in sorted((a, b)))
    assert low <= first <= second <= high
    assert first.is_integer()


@given(shares, st.integers(-1000, 1000), st.integers(0, 1000), st.booleans())
def test_a_number_between_lies_between(share: float, low: int, width: int, whole: bool) -> None:
    found = designs.between(share, low, low + width, whole=whole)
    assert low <= found <= low + width
    assert not whole or found.is_integer()


@given(st.integers(1, 200), st.integers(0, 2**63 - 1), st.lists(st.text(max_size=5), max_size=4, unique=True))
def test_a_latin_hypercube_fills_every_part(points: int, seed: int, names: list[str]) -> None:
    made = designs.latin_hypercube(names, points, seed)
    assert ((made > 0) & (made < 1)).all()
    for column in made.T:
        assert sorted(np.floor(column * points).astype(int)) == list(range(points))


def some_arrays() -> st.SearchStrategy[dict[str, np.ndarray]]:
    shapes = arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
    names = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=8)
    return st.dictionaries(
        names, arrays.arrays(st.sampled_from([np.dtype("f8"), np.dtype("i8")]), shapes), max_size=4
    )


@given(some_arrays())
def test_a_payload_comes_back_as_it_went(made: dict[str, np.ndarray]) -> None:
    back = decode(encode(made))
    assert set(back) == set(made)
    for name, array in made.items():
        assert back[name].dtype == array.dtype
        assert back[name].shape == array.shape
        assert np.array_equal(back[name], array, equal_nan=array.dtype == np.float64)
    assert encode(back) == encode(made)


@given(some_arrays(), st.data())
def test_a_payload_that_was_cut_or_lengthened_is_refused(
    made: dict[str, np.ndarray], data: st.DataObject
) -> None:
    payload = encode(made)
    cut = data.draw(st.integers(0, len(payload) - 1))
    for broken in (payload[:cut], payload + b"\0"):
        with pytest.raises(PayloadError):
            decode(broken)


@given(st.binary(max_size=60))
def test_no_bytes_make_a_payload_ask_for_more_than_is_there(tail: bytes) -> None:
    try:
        found = decode(b"kzp1" + tail)
    except PayloadError:
        return
    assert sum(array.nbytes for array in found.values()) <= len(tail)


@given(st.integers(1, 30), st.integers(1, 6), st.integers(1, 40), st.data())
def test_blocks_hold_every_pending_task_once(
    points: int, replications: int, size: int, data: st.DataObject
) -> None:
    everything = range(points * replications)
    pending = data.draw(st.lists(st.sampled_from(everything), unique=True))
    made = list(blocks(pending, replications, size))
    tasks = [point * replications + block.replication for block in made for point in block.points]
    assert sorted(tasks) == sorted(pending)
    assert all(0 < len(block.points) <= size for block in made)
    assert [block.replication for block in made] == sorted(block.replication for block in made)
    per_replication = [sum(block.replication == r for block in made) for r in range(replications)]
    waiting = [sum(task % replications == r for task in pending) for r in range(replications)]
    assert per_replication == [math.ceil(count / size) for count in waiting]
    assert made == list(blocks(pending[::-1], replications, size))
    assert all(isinstance(block, Block) for block in made)


@given(st.dictionaries(st.tuples(st.integers(0, 9), st.integers(0, 9)), st.binary(max_size=9)), st.randoms())
def test_the_digest_does_not_hang_on_the_order_of_arrival(results, random) -> None:  # type: ignore[no-untyped-def]
    rows = [(*where, payload) for where, payload in results.items()]
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert results_digest(shuffled) == results_digest(rows)
    if rows:
        point, replication, payload = rows[0]
        assert results_digest([(point, replication, payload + b"x"), *rows[1:]]) != results_digest(rows)
        assert results_digest(rows[1:]) != results_digest(rows)


@given(st.sets(st.integers(0, 199)), st.integers(1, 7), st.integers(1, 5), st.integers(1, 20), st.booleans())
def test_groups_and_bundles_hold_every_task_once(
    pending: set[int], replications: int, size: int, together: int, apart: bool
) -> None:
    if apart:
        cut = [block for bundle in tasks.bundles(pending, replications, size) for block in bundle]
    else:
        cut = list(tasks.in_groups(pending, replications, size, together))
    found = [point * replications + block.replication for block in cut for point in block.points]
    assert sorted(found) == sorted(pending)
    # a group's points are done with before those of the next begin: few models are held at once
    firsts = [min(block.points) for block in cut]
    if together == 1 or apart:
        assert firsts == sorted(firsts)
