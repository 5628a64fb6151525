"""Means and intervals of many columns are those of each column by itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from kzsim.indicators.columns import estimate_columns
from kzsim.indicators.intervals import estimate

numbers = st.one_of(st.floats(-1e9, 1e9), st.just(float("nan")), st.sampled_from([0.0, 0.1, 1 / 3]))


@given(arrays.arrays(np.float64, st.tuples(st.integers(1, 12), st.integers(1, 5)), elements=numbers))
def test_columns_have_the_means_and_intervals_of_single_ones(values: np.ndarray) -> None:
    found = estimate_columns(values)
    for column in range(values.shape[1]):
        one = estimate(values[:, column].tolist())
        scale = max(np.abs(np.nan_to_num(values[:, column])).max(), 1e-300)
        assert found.n[column] == one.n
        assert found.mean[column] == pytest.approx(one.mean, rel=1e-15, abs=1e-16 * scale, nan_ok=True)
        assert found.low[column] == pytest.approx(one.low, rel=1e-12, abs=1e-12 * scale, nan_ok=True)
        assert found.high[column] == pytest.approx(one.high, rel=1e-12, abs=1e-12 * scale, nan_ok=True)


def test_what_rounding_takes_away_is_not_lost() -> None:
    values = np.array([[1e16], [1.0], [-1e16], [1.0]])
    assert estimate_columns(values).mean[0] == 0.5
