from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kzsim.network.buckets import TIME_BITS, WAIT_BITS, bucket, midpoint_ms, n_buckets

times = st.lists(st.integers(0, 2**52), min_size=1, max_size=60)
bits = st.sampled_from([TIME_BITS, WAIT_BITS])


@given(times, bits)
def test_a_bucket_stands_for_its_times_within_half_a_step(values: list[int], bits: int) -> None:
    for value, number in zip(values, bucket(np.array(values, dtype=np.int64), bits), strict=True):
        assert abs(midpoint_ms(int(number), bits) - value) <= value / 2**bits


@given(times, bits)
def test_longer_times_never_have_lower_buckets(values: list[int], bits: int) -> None:
    numbers = bucket(np.array(sorted(values), dtype=np.int64), bits)
    assert (np.diff(numbers) >= 0).all()


@pytest.mark.parametrize(("bits", "exact_ms"), [(TIME_BITS, 2048), (WAIT_BITS, 256)])
def test_short_times_are_kept_to_the_millisecond(bits: int, exact_ms: int) -> None:
    assert bucket(np.arange(exact_ms), bits).tolist() == list(range(exact_ms))


@given(st.integers(0, 2**52), bits)
def test_there_are_just_as_many_buckets_as_the_longest_time_needs(longest_ms: int, bits: int) -> None:
    assert n_buckets(longest_ms, bits) == bucket(np.array([longest_ms]), bits)[0] + 1
