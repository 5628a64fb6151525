from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kzsim.indicators.histogram import Histogram, bucket, midpoint_ms, rank, sparse

times = st.lists(st.integers(0, 2**52), min_size=1, max_size=60)


@given(times)
def test_a_bucket_stands_for_its_times_within_half_a_thousandth(values: list[int]) -> None:
    for value, number in zip(values, bucket(np.array(values, dtype=np.int64)), strict=True):
        assert abs(midpoint_ms(int(number)) - value) <= value / 2048


@given(times)
def test_longer_times_never_have_lower_buckets(values: list[int]) -> None:
    numbers = bucket(np.array(sorted(values), dtype=np.int64))
    assert (np.diff(numbers) >= 0).all()


def test_short_times_are_kept_to_the_millisecond() -> None:
    assert bucket(np.arange(2048)).tolist() == list(range(2048))


@given(st.lists(times, min_size=1, max_size=4), st.sampled_from([1, 10, 50, 90, 95, 100]))
def test_pooled_quantiles_are_those_of_all_times_put_together(parts: list[list[int]], share: int) -> None:
    pooled = Histogram()
    for part in parts:
        pooled.add(*sparse(np.array(part, dtype=np.int64), np.zeros(len(part), dtype=np.int32)))
    together = np.array(sorted(value for part in parts for value in part), dtype=np.int64)
    wanted = together[rank(share, len(together))]
    expected = midpoint_ms(int(bucket(np.array([wanted]))[0]))
    assert pooled.quantiles_ms(np.array([True]), [share], len(together)) == (expected,)


def test_quantiles_speak_of_the_chosen_groups_only() -> None:
    pooled = Histogram()
    pooled.add(*sparse(np.array([1, 2, 100, 200]), np.array([0, 0, 1, 1], dtype=np.int32)))
    assert pooled.quantiles_ms(np.array([False, True]), [50, 100], 2) == (100.0, 200.0)


def test_there_is_no_quantile_above_the_share_that_got_through() -> None:
    pooled = Histogram()
    pooled.add(*sparse(np.array([5, 6, 7]), np.zeros(3, dtype=np.int32)))
    found = pooled.quantiles_ms(np.array([True]), [50, 75, 76], 4)
    assert found[:2] == (6.0, 7.0)
    assert math.isnan(found[2])


def test_the_rank_of_a_share_is_the_smallest_that_reaches_it() -> None:
    assert [rank(share, 10) for share in (1, 10, 11, 50, 95, 100)] == [0, 0, 1, 4, 9, 9]
