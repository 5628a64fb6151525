"""Numbers and words as they stand on the screen."""

from __future__ import annotations

import math

import pytest

from kzsim.cli import words


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (1234.5, "1,234"),
        (123.45, "123"),
        (12.345, "12.3"),
        (1.2345, "1.23"),
        (0.012345, "0.0123"),
        (9.996, "10.0"),
        (99.96, "100"),
        (-4.567, "-4.57"),
        (math.nan, "–"),
        (math.inf, "–"),
        (None, "–"),
    ],
)
def test_a_figure_has_three_significant_digits_and_no_exponent(value, shown):
    assert words.figure(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.000824, "<0.01"), (0.005, "0.00500"), (0, "0"), (12.345, "12.3"), (None, "–"), (math.nan, "–")],
)
def test_hours_of_a_few_seconds_are_told_to_be_next_to_nothing(value, shown):
    assert words.hours(value) == shown


def test_a_half_width_has_the_decimals_of_its_mean():
    assert words.like(0.7777, 12.3456) == "0.8"
    assert words.like(12.3456, 1234.5) == "12"
    assert words.like(math.nan, 3.0) == "–"


def test_a_difference_always_carries_its_sign():
    assert words.signed(4.2) == "+4.20"
    assert words.signed(-4.2) == "−4.20"
    assert words.signed(0.0) == "0"


def test_a_share_is_never_rounded_to_a_false_nought():
    assert words.percent(0.62) == "62 %"
    assert words.percent(0.001) == "<1 %"
    assert words.percent(0.0) == "0 %"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.8, "0.8 s"), (45.2, "45 s"), (59.6, "1 min 0 s"), (190, "3 min 10 s"), (7500, "2 h 5 min")],
)
def test_a_wall_clock_time_is_said_in_units_a_person_plans_with(value, shown):
    assert words.seconds(value) == shown


def test_one_truck_is_not_one_trucks():
    assert words.count(1, "truck") == "1 truck"
    assert words.count(2300, "truck") == "2,300 trucks"
    assert words.count(2, "crossing") == "2 crossings"
