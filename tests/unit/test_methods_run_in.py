from __future__ import annotations

import numpy as np
import pytest

from kzsim.experiments.methods import MethodError, mser5


def test_a_level_with_a_false_start_is_cut_where_the_level_begins() -> None:
    series = np.r_[np.zeros(40), np.full(200, 10.0)]
    assert mser5(series).observations == 40
    assert mser5(series).settled


def test_a_series_that_is_level_from_the_start_loses_nothing() -> None:
    series = 5 + np.sin(np.arange(400) * 2 * np.pi / 20)
    assert mser5(series).observations == 0


def test_the_rule_is_that_of_its_definition() -> None:
    series = np.random.default_rng(1).normal(size=203) + 8 * np.exp(-np.arange(203) / 15)
    means = series[:200].reshape(-1, 5).mean(axis=1)
    errors = [((means[d:] - means[d:].mean()) ** 2).sum() / (40 - d) ** 2 for d in range(21)]
    assert mser5(series).observations == 5 * int(np.argmin(errors))


def test_a_series_that_settles_only_in_its_second_half_is_said_not_to() -> None:
    found = mser5(np.r_[np.arange(220.0), np.full(80, 220.0)])
    assert found.observations == 150
    assert not found.settled


@pytest.mark.parametrize("series", [np.zeros(49), np.full(100, np.nan), np.zeros((10, 10))])
def test_too_little_or_no_numbers_are_refused(series: np.ndarray) -> None:
    with pytest.raises(MethodError):
        mser5(series)
