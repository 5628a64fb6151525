from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kzsim.indicators.histogram import Histogram, rank, sparse
from kzsim.network.buckets import bucket, midpoint_ms, n_buckets

times = st.lists(st.integers(0, 2**38), min_size=1, max_size=60)


def table(times_ms: dict[int, list[int]]) -> np.ndarray:
    """Counts of times by group and bucket, as observers have them."""
    counts = np.zeros((len(times_ms), n_buckets(2**38)), dtype=np.int32)
    for group, values in times_ms.items():
        np.add.at(counts[group], bucket(np.array(values, dtype=np.int64)), 1)
    return counts


@given(st.lists(times, min_size=1, max_size=4), st.sampled_from([1, 10, 50, 90, 95, 100]))
def test_pooled_quantiles_are_those_of_all_times_put_together(parts: list[list[int]], share: int) -> None:
    pooled = Histogram()
    for part in parts:
        pooled.add(*sparse(table({0: part})))
    together = np.array(sorted(value for part in parts for value in part), dtype=np.int64)
    wanted = together[rank(share, len(together))]
    expected = midpoint_ms(int(bucket(np.array([wanted]))[0]))
    assert pooled.quantiles_ms(np.array([True]), [share], len(together)) == (expected,)


def test_quantiles_speak_of_the_chosen_groups_only() -> None:
    pooled = Histogram()
    pooled.add(*sparse(table({0: [1, 2], 1: [100, 200]})))
    assert pooled.quantiles_ms(np.array([False, True]), [50, 100], 2) == (100.0, 200.0)


def test_there_is_no_quantile_above_the_share_that_got_through() -> None:
    pooled = Histogram()
    pooled.add(*sparse(table({0: [5, 6, 7]})))
    found = pooled.quantiles_ms(np.array([True]), [50, 75, 76], 4)
    assert found[:2] == (6.0, 7.0)
    assert math.isnan(found[2])


def test_the_rank_of_a_share_is_the_smallest_that_reaches_it() -> None:
    assert [rank(share, 10) for share in (1, 10, 11, 50, 95, 100)] == [0, 0, 1, 4, 9, 9]
