from __future__ import annotations

import math

import numpy as np
import pytest

from kzsim.experiments.methods import (
    Met,
    MethodError,
    ThreeIntervals,
    Unknown,
    over_worlds,
    partial_rank_correlations,
    quantile_of,
    share_of,
)
from kzsim.indicators.intervals import Estimate

nan = math.nan


# --- shares and quantiles ----------------------------------------------------------------------------------


def test_wilsons_interval_is_that_of_the_textbooks() -> None:
    found = share_of(1, 10)
    assert (found.low, found.high) == pytest.approx((0.0178762, 0.4041500), abs=1e-6)
    # its ends solve |p - share| = z sqrt(p (1 - p) / n)
    for p in (found.low, found.high):
        assert abs(p - 0.1) == pytest.approx(1.959963985 * math.sqrt(p * (1 - p) / 10))


def test_shares_of_none_and_all_reach_their_bound() -> None:
    none, every = share_of(0, 30), share_of(30, 30)
    assert (none.low, every.high) == (0.0, 1.0)
    assert none.high == pytest.approx(1 - every.low)
    with pytest.raises(MethodError, match="3 of 2 is no share"):
        share_of(3, 2)
    with pytest.raises(MethodError, match="0 of 0 is no share"):
        share_of(0, 0)


def test_a_medians_interval_is_the_one_of_the_sign_test() -> None:
    # n = 20: P(X <= 5) = 0.0207, P(X <= 6) = 0.0577, so the 6th and the 15th value (tables of the sign test)
    found = quantile_of(np.arange(20.0, 0.0, -1.0), 0.5)
    assert (found.low, found.mean, found.high) == (6.0, 10.5, 15.0)


def test_an_extreme_quantile_of_few_values_is_open_on_its_side() -> None:
    found = quantile_of(np.arange(40.0), 0.05)
    assert math.isnan(found.low)
    assert found.high == 5.0
    with pytest.raises(MethodError, match="needs values"):
        quantile_of([], 0.5)
    with pytest.raises(MethodError, match="no NaN"):
        quantile_of([1.0, nan], 0.5)


# --- worlds ------------------------------------------------------------------------------------------------


def test_worlds_are_counted_by_what_their_own_replications_allow_to_say() -> None:
    steady = np.array([[-2.0]] * 30 + [[3.0]] * 10) + np.array([[0.01, -0.01, 0.0]])
    shaky = np.full((10, 3), -0.1) + np.array([[5.0, -5.0, 0.0]])
    found = over_worlds(np.concatenate([steady, shaky]))
    assert (found.surely_helps, found.surely_not, found.open) == (30, 10, 10)
    assert found.helps.mean == pytest.approx(0.8)
    assert found.helps_with_noise.low == share_of(30, 50).low
    assert found.helps_with_noise.high == share_of(40, 50).high
    assert found.helps_with_noise.low < found.helps.low < found.helps.high <= found.helps_with_noise.high


def test_a_gain_up_to_the_threshold_is_no_help() -> None:
    seen = np.linspace(-1.0, 1.0, 21)[:, None] + np.array([[0.0, 1e-9]])
    assert over_worlds(seen, 0.45).helps.mean == pytest.approx(6 / 21)
    assert over_worlds(-seen, 0.45, better="larger").helps.mean == pytest.approx(6 / 21)


def test_one_replication_leaves_every_world_open() -> None:
    found = over_worlds(np.linspace(-1.0, 0.5, 40)[:, None])
    assert (found.open, found.helps_with_noise.low, found.helps_with_noise.high) == (40, 0.0, 1.0)
    assert math.isnan(found.noise_share)
    assert found.steadied == pytest.approx((found.p5.mean, found.p50.mean, found.p95.mean))


def test_quantiles_are_drawn_together_by_the_share_that_is_luck() -> None:
    rng = np.random.default_rng(9)
    true = rng.normal(-1.0, 2.0, size=(4000, 1))
    found = over_worlds(true + rng.normal(0.0, 4.0, size=(4000, 4)))
    # luck in a mean of four has variance 4, as much as the true means: 1.645 * 2 either side of -1
    assert found.noise_share == pytest.approx(0.5, abs=0.05)
    assert found.steadied == pytest.approx((-4.29, -1.0, 2.29), abs=0.3)
    assert found.p5.mean == pytest.approx(-1 - 1.645 * math.sqrt(8), abs=0.35)


def test_luck_that_moves_all_worlds_alike_is_no_spread_between_them() -> None:
    found = over_worlds(np.linspace(-2.0, 1.0, 31)[:, None] + np.array([[5.0, -4.0, -1.0]]))
    assert found.noise_share == pytest.approx(0.0, abs=1e-12)
    assert found.steadied == pytest.approx((found.p5.mean, found.p50.mean, found.p95.mean))
    assert found.open == 31


def test_worlds_that_are_all_alike_have_no_spread() -> None:
    found = over_worlds(np.full((20, 2), -1.0))
    assert found.steadied == (-1.0, -1.0, -1.0)
    assert found.surely_helps == 20
    assert math.isnan(found.noise_share)


def test_too_few_or_broken_worlds_are_refused() -> None:
    with pytest.raises(MethodError, match="at least 20 worlds are needed, there are 19"):
        over_worlds(np.ones((19, 2)))
    holed = np.ones((20, 2))
    holed[7, 1] = nan
    with pytest.raises(MethodError, match="world 7 has no value"):
        over_worlds(holed)
    with pytest.raises(MethodError, match="not negative"):
        over_worlds(np.ones((20, 2)), -1.0)


# --- what decides ------------------------------------------------------------------------------------------


def test_a_partial_correlation_is_that_of_the_residuals() -> None:
    rng = np.random.default_rng(3)
    points = rng.random((60, 3))
    effect = 2 * points[:, 0] - points[:, 1] + 0.5 * rng.normal(size=60)
    found = {one.name: one.correlation for one in partial_rank_correlations(points, effect, "abc", seed=1)}
    ranks = np.argsort(np.argsort(np.column_stack([points, effect]), axis=0), axis=0).astype(float)
    for p, name in enumerate("abc"):
        others = np.column_stack([np.ones(60), np.delete(ranks[:, :3], p, axis=1)])
        left = [
            column - others @ np.linalg.lstsq(others, column, rcond=None)[0]
            for column in (ranks[:, p], ranks[:, 3])
        ]
        assert found[name].mean == pytest.approx(np.corrcoef(left)[0, 1])


def test_a_curved_influence_without_noise_is_perfect_and_comes_first() -> None:
    points = np.random.default_rng(4).random((50, 3))
    found = partial_rank_correlations(points, -np.exp(8 * points[:, 1]), ["a", "b", "c"], seed=1)
    assert found[0].name == "b"
    assert found[0].correlation.mean == pytest.approx(-1.0)
    assert found[0].clear


def test_a_parameter_that_never_moves_has_no_correlation() -> None:
    points = np.random.default_rng(5).random((50, 2))
    points[:, 0] = 7.0
    found = partial_rank_correlations(points, points[:, 1], ["a", "b"], seed=1)
    assert [one.name for one in found] == ["b", "a"]
    assert math.isnan(found[1].correlation.mean)
    assert not found[1].clear


def test_an_effect_that_never_varies_is_decided_by_nothing() -> None:
    found = partial_rank_correlations(
        np.random.default_rng(5).random((50, 2)), np.ones(50), ["a", "b"], seed=1
    )
    assert [(one.correlation.mean, one.clear) for one in found] == [(0.0, False), (0.0, False)]


def test_more_parameters_than_worlds_allow_are_refused() -> None:
    points = np.random.default_rng(5).random((30, 10))
    with pytest.raises(MethodError, match="10 parameters need at least 33 worlds, there are 30"):
        partial_rank_correlations(points, points[:, 0], [str(p) for p in range(10)], seed=1)
    with pytest.raises(MethodError, match="as many effects and names, got 29 and 10"):
        partial_rank_correlations(points, points[1:, 0], [str(p) for p in range(10)], seed=1)
    with pytest.raises(MethodError, match="every world needs an effect"):
        partial_rank_correlations(points, np.full(30, nan), [str(p) for p in range(10)], seed=1)


# --- three intervals ---------------------------------------------------------------------------------------


def test_the_three_intervals_are_named_in_words() -> None:
    precision, met, unknown = ThreeIntervals(
        "crossing time",
        "h",
        Estimate(12.34, 11.5, 13.2, 30),
        Met(2.0, 8.5, 31.0, 48.25),
        Unknown(6.0, 12.0, 40.0, 200),
    ).words()
    assert precision == (
        "Precision of the estimate: the mean crossing time is 12.3 h, between 11.5 h and 13.2 h with 95 % "
        "confidence over 30 replications; more replications make this narrower."
    )
    assert met.startswith("What a shipper meets: half have 8.5 h or less, one in ten 2 h or less")
    assert "one in ten more than 31 h, one in twenty more than 48.2 h" in met
    assert "over 200 worlds" in unknown
    assert "between 6 h and 40 h" in unknown
    assert "assumption" in unknown


def test_what_was_not_asked_for_is_said_and_not_made_up() -> None:
    precision, met, unknown = ThreeIntervals("share", "", Estimate(0.5, nan, nan, 1)).words()
    assert precision == "Precision of the estimate: the mean share is 0.5; one replication gives no interval."
    assert "not asked for" in met
    assert "take every parameter as known" in unknown


def test_what_is_not_known_is_taken_from_the_worlds_cleared_of_luck() -> None:
    found = over_worlds(np.random.default_rng(1).normal(size=(30, 3)))
    assert (Unknown.of(found).p5, Unknown.of(found).worlds) == (found.steadied[0], 30)
