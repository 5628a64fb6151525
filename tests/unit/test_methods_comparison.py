from __future__ import annotations

import math

import numpy as np
import pytest

from kzsim.experiments.methods import (
    MethodError,
    max_t_factor,
    paired_differences,
    ratio_of_means,
    split,
    verdict,
    winners_and_losers,
)
from kzsim.experiments.methods.paired import skewness, too_skewed
from kzsim.indicators import comparison
from kzsim.indicators.intervals import Estimate, student_factor

nan = math.nan


# --- ratio of means ----------------------------------------------------------------------------------------


def test_fiellers_interval_satisfies_its_defining_equation_at_both_ends() -> None:
    top, bottom = [2.0, 3.5, 1.0, 4.0, 2.5], [10.0, 12.0, 9.0, 14.0, 10.0]
    found = ratio_of_means(top, bottom)
    assert found.mean == pytest.approx(13 / 55)
    for end in (found.low, found.high):
        d = np.array(top) - end * np.array(bottom)
        t = d.mean() / (d.std(ddof=1) / math.sqrt(5))
        assert abs(t) == pytest.approx(student_factor(4), rel=1e-9)
    assert found.low < found.mean < found.high


def test_a_ratio_of_proportional_pairs_is_known_exactly() -> None:
    found = ratio_of_means([4.0, 5.0, 6.0], [8.0, 10.0, 12.0])
    assert (found.low, found.mean, found.high) == (0.5, 0.5, 0.5)


def test_a_ratio_to_a_mean_that_could_be_zero_has_no_interval() -> None:
    found = ratio_of_means([1.0, 2.0, 3.0], [-5.0, 0.5, 6.0])
    assert found.mean == pytest.approx(4.0)
    assert math.isnan(found.low)
    assert math.isnan(found.high)
    assert math.isnan(ratio_of_means([1.0, 2.0], [1.0, -1.0]).mean)


def test_pairs_with_a_hole_are_left_out_and_one_pair_has_no_interval() -> None:
    found = ratio_of_means([1.0, nan, 3.0], [2.0, 5.0, nan])
    assert (found.mean, found.n) == (0.5, 1)
    assert math.isnan(found.low)
    assert ratio_of_means([nan], [1.0]).n == 0


# --- paired differences ------------------------------------------------------------------------------------


def test_the_paired_interval_is_that_of_the_differences() -> None:
    (found,) = paired_differences([[10.0, 20.0, 30.0]], [[9.0, 18.0, 27.0]], 0.5)
    # differences -1, -2, -3: mean -2, s = 1, t(2) = 4.3026527297
    assert found.difference.mean == -2.0
    assert found.difference.half_width == pytest.approx(4.3026527297 / math.sqrt(3))
    assert found.percent.mean == pytest.approx(-10.0)
    assert found.simultaneous == found.difference


def test_the_same_percentage_in_every_replication_is_known_exactly() -> None:
    (found,) = paired_differences([[100.0, 110.0, 90.0]], [[75.0, 82.5, 67.5]], 0.5)
    assert (found.percent.low, found.percent.mean, found.percent.high) == (-25.0, -25.0, -25.0)


def test_simultaneous_intervals_are_bonferronis_and_widen_with_the_family() -> None:
    base = np.arange(12.0).reshape(3, 4)
    alternative = base + np.array([[0.0, 1.0, 0.0, 1.0]])
    three = paired_differences(base, alternative, 0.1)
    thirty = paired_differences(base, alternative, 0.1, comparisons=30)
    for found, family in ((three, 3), (thirty, 30)):
        ratio = found[0].simultaneous.half_width / found[0].difference.half_width
        assert ratio == pytest.approx(student_factor(3, 1 - 0.05 / family) / student_factor(3))


def test_a_replication_missing_in_one_policy_is_left_out_of_both() -> None:
    (found,) = paired_differences([[1.0, 2.0, nan, 4.0]], [[2.0, nan, 5.0, 5.0]], 0.0)
    assert (found.difference.n, found.base.n) == (2, 2)
    assert found.base.mean == 2.5
    assert found.difference.mean == 1.0


def test_a_row_without_any_pair_is_undecided() -> None:
    (found,) = paired_differences([[nan, 1.0]], [[1.0, nan]], 1.0)
    assert found.difference.n == 0
    assert found.verdict == "undecided"


def test_per_cent_of_a_negative_mean_keeps_the_sign_of_the_change() -> None:
    (found,) = paired_differences([[-10.0, -11.0, -10.0, -9.0]], [[-9.0, -9.5, -9.0, -8.5]], 0.0)
    assert found.difference.mean > 0
    assert 0 < found.percent.low < found.percent.mean < found.percent.high


def test_skewness_is_the_one_of_the_textbook() -> None:
    # mean 2, deviations -2, -1, 3 and 0: m2 = 14 / 4, m3 = 18 / 4; adjusted by sqrt(12) / 2
    found = skewness(np.array([0.0, 1.0, 5.0, 2.0]))
    assert found == pytest.approx(4.5 / 3.5**1.5 * math.sqrt(12) / 2)
    assert skewness(np.ones(5)) == 0.0
    assert math.isnan(skewness(np.ones(2)))


def test_lopsided_differences_are_warned_of_until_there_are_enough() -> None:
    lopsided = np.array([0.0] * 9 + [10.0])
    (few,) = paired_differences([np.ones(10)], [1 + lopsided], 0.5)
    assert few.skewed
    assert few.skewness == pytest.approx(3.1623, abs=1e-4)
    (many,) = paired_differences([np.ones(400)], [1 + np.tile(lopsided, 40)], 0.5)
    assert not many.skewed
    (even,) = paired_differences([np.ones(10)], [1 + np.arange(10.0)], 0.5)
    assert (even.skewed, even.skewness) == (False, pytest.approx(0.0, abs=1e-12))


def test_normal_differences_are_seldom_called_lopsided() -> None:
    seen = np.random.default_rng(12).normal(size=(2_000, 10))
    assert np.mean([too_skewed(row) for row in seen]) < 0.1
    skewed = np.exp(0.7 * seen)
    assert np.mean([too_skewed(row) for row in skewed]) > 0.3


@pytest.mark.parametrize(
    ("low", "high", "smaller", "larger"),
    [
        (-3.0, -1.5, "gains", "loses"),
        (1.5, 3.0, "loses", "gains"),
        (-1.0, 1.0, "no change", "no change"),
        (-1.5, -0.5, "undecided", "undecided"),
        (-3.0, 3.0, "undecided", "undecided"),
        (nan, nan, "undecided", "undecided"),
    ],
)
def test_the_word_follows_the_whole_interval(low: float, high: float, smaller: str, larger: str) -> None:
    found = Estimate((low + high) / 2, low, high, 10)
    assert verdict(found, 1.0) == smaller
    assert verdict(found, 1.0, "larger") == larger


@pytest.mark.parametrize(
    ("low", "high"), [(-1.0, -0.2), (0.2, 1.0), (-0.05, 0.05), (-0.2, 0.05), (nan, nan), (-1 / 12, 1 / 12)]
)
def test_times_get_the_same_word_here_as_in_a_run(low: float, high: float) -> None:
    found = Estimate(0.0, low, high, 10)
    assert verdict(found, 5 / 60) == comparison.verdict(found)


def test_comparisons_that_make_no_sense_are_refused() -> None:
    with pytest.raises(MethodError, match="same shape"):
        paired_differences([[1.0, 2.0]], [[1.0]], 1.0)
    with pytest.raises(MethodError, match="not negative"):
        paired_differences([[1.0, 2.0]], [[1.0, 2.0]], -1.0)
    with pytest.raises(MethodError, match="2 indicators need one threshold or 2, got 3"):
        paired_differences(np.ones((2, 2)), np.ones((2, 2)), [1.0, 1.0, 1.0])
    with pytest.raises(MethodError, match="comparisons cannot be 1"):
        paired_differences(np.ones((2, 2)), np.ones((2, 2)), 1.0, comparisons=1)
    with pytest.raises(MethodError, match="infinite"):
        paired_differences([[1.0, math.inf]], [[1.0, 2.0]], 1.0)
    with pytest.raises(MethodError, match="rectangular array of numbers"):
        paired_differences([[1.0, 2.0], [1.0]], [[1.0, 2.0], [1.0]], 1.0)  # type: ignore[list-item]  # the mistake meant


# --- max-t -------------------------------------------------------------------------------------------------


def test_comparisons_that_move_as_one_need_no_wider_interval_than_one() -> None:
    one = np.random.default_rng(5).normal(size=20)
    found = max_t_factor(np.stack([one, 3 * one, -one, one + 7]))
    # one comparison's own factor, up to the draws: the 95 % quantile of 10,000 |t| has an error of about 0.03
    assert found == pytest.approx(student_factor(19), abs=0.12)


def test_max_t_is_never_wider_than_bonferroni_and_the_same_each_time() -> None:
    seen = np.random.default_rng(6).normal(size=(8, 12))
    found = max_t_factor(seen)
    assert student_factor(11) < found <= student_factor(11, 1 - 0.05 / 8)
    assert found == max_t_factor(seen)
    assert found * 100 == pytest.approx(round(found * 100), abs=1e-6)


def test_simultaneous_intervals_may_rest_on_max_t() -> None:
    rng = np.random.default_rng(8)
    base = rng.normal(10.0, 1.0, size=(6, 15))
    alternative = base + rng.normal(size=15) + 0.1 * rng.normal(size=(6, 15))
    found = paired_differences(base, alternative, 0.1, together="max-t")
    wide = paired_differences(base, alternative, 0.1)
    factor = max_t_factor(alternative - base)
    for one, other in zip(found, wide, strict=True):
        assert one.difference == other.difference
        error = one.difference.half_width / student_factor(14)
        assert one.simultaneous.half_width == pytest.approx(factor * error)
        assert one.simultaneous.half_width < other.simultaneous.half_width
    with pytest.raises(MethodError, match="whole family at once: 7 comparisons, 6 rows"):
        paired_differences(base, alternative, 0.1, together="max-t", comparisons=7)


def test_max_t_of_differences_that_never_vary_is_bonferronis() -> None:
    assert max_t_factor(np.zeros((3, 10))) == student_factor(9, 1 - 0.05 / 3)


def test_max_t_asks_for_ten_complete_replications() -> None:
    with pytest.raises(MethodError, match="at least 10"):
        max_t_factor(np.zeros((3, 9)))
    with pytest.raises(MethodError, match="every comparison in every replication"):
        max_t_factor([[nan, *range(9)]])


# --- winners and losers ------------------------------------------------------------------------------------


def test_every_entity_and_every_hour_is_counted_once() -> None:
    found = split([-2.0, -1.0, -0.5, 0.0, 0.25, 1.0, 3.0], 0.5)
    assert (found.winners, found.losers, found.unchanged) == (2, 2, 3)
    assert (found.gained_h, found.lost_h, found.drift_h) == (3.0, 4.0, -0.25)
    assert found.lost_h - found.gained_h + found.drift_h == 0.75


def test_shares_and_sums_are_averaged_over_replications() -> None:
    seen = [split([-1.0, -1.0, 0.0, 2.0], 0.5), split([-3.0, 0.0, 0.0, 0.0], 0.5)]
    found = winners_and_losers(seen)
    assert found.winners.mean == pytest.approx((2 / 4 + 1 / 4) / 2)
    assert found.losers.mean == pytest.approx(1 / 8)
    assert found.unchanged.mean == pytest.approx(1 / 2)
    assert found.gained_h.mean == 2.5
    assert found.net_h.mean == pytest.approx((0.0 - 3.0) / 2)
    assert found.gain_per_winner_h.mean == pytest.approx(5 / 3)
    # two replications have a very wide interval; a share stays within its bounds
    assert (found.winners.low, found.winners.high) == (0.0, 1.0)


def test_where_nobody_loses_there_is_no_loss_per_loser() -> None:
    found = winners_and_losers([split([-1.0, 0.0], 0.5), split([-2.0, -1.0], 0.5)])
    assert (found.losers.low, found.losers.mean, found.losers.high) == (0.0, 0.0, 0.0)
    assert math.isnan(found.loss_per_loser_h.mean)


def test_replications_without_entities_are_left_out() -> None:
    found = winners_and_losers([split([], 0.5), split([-1.0], 0.5)])
    assert found.n == 1
    assert found.winners.mean == 1.0
    assert math.isnan(found.winners.low)
    with pytest.raises(MethodError, match="no replication has entities"):
        winners_and_losers([split([], 0.5)])


def test_an_entity_without_a_difference_is_refused() -> None:
    with pytest.raises(MethodError, match="cap the times at the follow-up"):
        split([1.0, nan], 0.5)
    with pytest.raises(MethodError, match="not negative"):
        split([1.0], nan)
