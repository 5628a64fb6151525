from __future__ import annotations

import math

import numpy as np
import pytest

from kzsim.indicators.intervals import estimate, student_factor


def test_the_interval_of_three_values_is_the_one_of_the_textbook() -> None:
    found = estimate([1.0, 2.0, 3.0])
    # t(2; 0.975) = 4.302653, s = 1, n = 3
    assert found.mean == 2.0
    assert found.half_width == pytest.approx(4.3026527297 / math.sqrt(3), rel=1e-9)
    assert (found.low, found.high) == pytest.approx((2 - found.half_width, 2 + found.half_width))


def test_one_replication_has_a_mean_and_no_interval() -> None:
    found = estimate([4.0])
    assert found.mean == 4.0
    assert math.isnan(found.low)
    assert math.isnan(found.high)


def test_replications_without_a_value_are_left_out_and_not_counted() -> None:
    found = estimate([1.0, math.nan, 3.0])
    assert (found.mean, found.n) == (2.0, 2)
    assert math.isnan(estimate([math.nan]).mean)


def test_equal_values_have_an_interval_without_width() -> None:
    found = estimate([0.5, 0.5, 0.5])
    assert (found.low, found.mean, found.high) == (0.5, 0.5, 0.5)


def test_student_factors_are_those_of_the_tables() -> None:
    assert student_factor(1) == pytest.approx(12.7062047362)
    assert student_factor(9) == pytest.approx(2.2621571628)


def test_the_interval_covers_the_true_mean_as_often_as_it_says() -> None:
    # 10,000 experiments of 5 normal values: the standard error of the coverage is 0.22 %, and the
    # limits are four of them
    values = np.random.default_rng(20231).normal(7.0, 2.0, size=(10_000, 5))
    found = [estimate(row.tolist()) for row in values]
    covered = sum(item.low <= 7.0 <= item.high for item in found) / len(found)
    assert 0.941 < covered < 0.959
