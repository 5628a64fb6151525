"""Whether the methods keep their promises, on models whose truth is known.

Seeds were fixed before the first run. A limit is the promise less (or plus) four standard errors of the
share seen, so that chance decides in about one of 16,000 cases; docs/methods.md has the figures of longer
studies.
"""

from __future__ import annotations

import math
from unittest.mock import patch

import numpy as np
import pytest

from kzsim.experiments.methods import (
    Range,
    Rounds,
    deciding,
    morris_design,
    morris_effects,
    partial_rank_correlations,
    sobol_design,
    sobol_indices,
)
from tests.verification import method_studies as study


def slack(share: float, experiments: int) -> float:
    return 4 * study.noise_of_share(share, experiments)


# --- intervals ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "rho", "cv"), [(10, 0.5, 0.3), (10, -0.9, 0.3), (30, 0.9, 1.0)])
def test_fiellers_interval_covers_the_ratio_as_often_as_it_says(n: int, rho: float, cv: float) -> None:
    covered = study.ratio_coverage(10_000, n, rho, cv, seed=20231)
    assert abs(covered - 0.95) < slack(0.95, 10_000)


@pytest.mark.parametrize("rho", [0.0, 0.9])
def test_simultaneous_intervals_hold_together_and_single_ones_do_not(rho: float) -> None:
    found = study.family_coverage(800, 12, 12, rho, seed=20232, draws=200)
    assert found.bonferroni > 0.95 - slack(0.95, 800)
    assert found.alone < 0.94 - slack(0.94, 800)
    assert found.max_t > 0.94 - slack(0.94, 800)
    assert found.width < (0.85 if rho == 0.9 else 1.0)


@pytest.mark.parametrize("level", [0.05, 0.5, 0.95])
def test_intervals_of_quantiles_cover_at_least_as_often_as_they_say(level: float) -> None:
    assert study.quantile_coverage(3_000, 80, level, seed=20233) > 0.95 - slack(0.95, 3_000)


# --- precision on request ----------------------------------------------------------------------------------


def test_the_exact_mean_wait_of_the_first_customers_is_known() -> None:
    # two customers: the second waits if the first's service outlasts the gap, with probability 1/3, for 1/2
    assert study.mean_wait(2, 0.5) == pytest.approx(1 / 12)
    # ever more customers: the mean wait of the stationary queue, load^2 / (1 - load), from below
    few, many = study.mean_wait(300, 0.5), study.mean_wait(600, 0.5)
    assert few < many < 0.5
    assert many == pytest.approx(0.5, rel=0.01)


def test_stopping_when_precise_costs_little_coverage_and_less_than_looking_each_time() -> None:
    # replications of deviation 0.3 asked for to 10 %: about 54 are used
    experiments = 3_000
    found = study.stopping(experiments, study.normal(0.3), 0.1, 20234, Rounds(cap=10_000))
    assert found.coverage > 0.94 - slack(0.94, experiments)
    plain = study.one_by_one(experiments, study.normal(0.3), 0.1, 20234)
    assert plain.coverage < found.coverage
    assert plain.replications < found.replications


# --- which is best -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("k", "rho", "experiments"), [(4, 0.0, 6_000), (5, 0.5, 3_000), (8, 0.5, 3_000)])
def test_the_best_is_selected_as_often_as_promised_where_that_is_hardest(
    k: int, rho: float, experiments: int
) -> None:
    # slippage: all others lie exactly delta behind the best
    found = study.selecting(experiments, [*([0.5] * (k - 1)), 0.0], rho, 0.5, seed=20235)
    # not "not proven wrong" but shown: the lower end of the interval lies above the promise
    assert found.correct - slack(found.correct, experiments) > 0.95
    assert found.two_stage_correct - slack(found.two_stage_correct, experiments) > 0.95
    assert found.replications < 0.6 * found.two_stage_replications


def test_unequal_variances_do_not_break_the_promise() -> None:
    found = study.selecting(1_500, [0.5] * 4 + [0.0], 0.5, 0.5, 20236, [0.5, 1, 1, 2, 2])
    assert found.correct > 0.95 - slack(0.95, 1_500)


def test_common_random_numbers_save_replications() -> None:
    apart = study.selecting(300, [0.5, 0.5, 0.5, 0.0], 0.0, 0.5, seed=20237)
    together = study.selecting(300, [0.5, 0.5, 0.5, 0.0], 0.8, 0.5, seed=20237)
    assert together.replications < 0.4 * apart.replications


def test_a_difference_far_below_delta_is_not_promised_to_be_found() -> None:
    found = study.selecting(1_000, [0.05, 0.05, 0.05, 0.0], 0.5, 0.5, seed=20238)
    assert found.correct < 0.8


# --- what matters ------------------------------------------------------------------------------------------


def test_sobol_indices_of_the_ishigami_function_are_its_exact_ones() -> None:
    # Ishigami and Homma (1990), a = 7, b = 0.1; the odd parts are even shares of a known variance
    a, b = 7.0, 0.1
    variance = a**2 / 8 + b * math.pi**4 / 5 + b**2 * math.pi**8 / 18 + 0.5
    first = [(1 + b * math.pi**4 / 5) ** 2 / 2 / variance, a**2 / 8 / variance, 0.0]
    both = b**2 * math.pi**8 * (1 / 18 - 1 / 50) / variance
    design = sobol_design([Range(f"x{p}", -math.pi, 0.0, math.pi, "uniform") for p in range(3)], 4096, seed=1)
    x = design.points
    output = np.sin(x[:, 0]) + a * np.sin(x[:, 1]) ** 2 + b * x[:, 2] ** 4 * np.sin(x[:, 0])
    found = sobol_indices(design, output[:, None], seed=1)
    assert found.variance == pytest.approx(variance, rel=0.03)
    assert [one.first.mean for one in found.indices] == pytest.approx(first, abs=0.02)
    assert [one.total.mean for one in found.indices] == pytest.approx(
        [first[0] + both, first[1], both], abs=0.02
    )
    for one, exact in zip(found.indices, first, strict=True):
        assert one.first.low < exact < one.first.high


def test_sobol_indices_of_the_g_function_are_its_exact_ones() -> None:
    # Saltelli and Sobol' (1995): V_i = 1 / (3 (1 + a_i)^2), V = prod(1 + V_i) - 1
    a = np.array([0.0, 1.0, 4.5, 9.0, 99.0])
    parts = 1 / (3 * (1 + a) ** 2)
    variance = np.prod(1 + parts) - 1
    total = parts * np.prod(1 + parts) / (1 + parts) / variance
    design = sobol_design([Range(f"x{p}", 0.0, 0.5, 1.0, "uniform") for p in range(5)], 4096, seed=2)
    output = np.prod((np.abs(4 * design.points - 2) + a) / (1 + a), axis=1)
    found = sobol_indices(design, output[:, None], seed=2)
    assert [one.first.mean for one in found.indices] == pytest.approx(parts / variance, abs=0.02)
    assert [one.total.mean for one in found.indices] == pytest.approx(total, abs=0.02)


def test_noise_shrinks_first_indices_and_lifts_total_ones_by_the_share_it_says() -> None:
    design = sobol_design([Range(name, 0.0, 0.5, 1.0, "uniform") for name in "abc"], 2048, seed=3)
    signal = (design.unit @ [2.0, 1.0, 0.0])[:, None]
    # signal 5 / 12; luck of a mean of 5 has half of that, and one shared by all points changes nothing
    rng = np.random.default_rng(4)
    luck = math.sqrt(5 * 5 / 24) * rng.standard_normal((len(signal), 5)) + 10 * rng.standard_normal(5)
    found = sobol_indices(design, signal + luck, seed=5)
    assert found.noise.share == pytest.approx(1 / 3, abs=0.02)
    left = 1 - found.noise.share
    assert [one.first.mean for one in found.indices] == pytest.approx([0.8 * left, 0.2 * left, 0.0], abs=0.06)
    assert found.indices[2].total.mean == pytest.approx(found.noise.share, abs=0.04)


def test_noise_alone_gives_a_parameter_the_size_that_is_said() -> None:
    design = morris_design([Range(name, 0.0, 0.5, 1.0) for name in "abcdef"], 400, seed=6)
    rng = np.random.default_rng(7)
    outputs = 3 * design.unit[:, :1] + rng.standard_normal((len(design.unit), 8)) + rng.standard_normal(8)
    found = morris_effects(design, outputs, seed=8)
    sizes = [one.size.mean for one in found.effects[1:]]
    # 400 effects each: a standard error of 4 % of the mean, half that for the mean of five
    levels = [one.noise_size for one in found.effects]
    assert np.mean(sizes) == pytest.approx(np.mean(levels[1:]), rel=0.08)
    assert found.effects[0].size.mean > 4 * levels[0]


def test_screening_finds_the_groups_of_morriss_own_test_function() -> None:
    # Morris (1991), section 5: 20 inputs, 1-7 with curved or interacting effects, 8-10 linear, 11-20 slight
    ranges = [Range(f"x{p}", 0.0, 0.5, 1.0, "uniform") for p in range(1, 21)]
    design = morris_design(ranges, 20, seed=9)
    x = design.points
    w = 2 * (x - 0.5)
    for p in (2, 4, 6):
        w[:, p] = 2 * (1.1 * x[:, p] / (x[:, p] + 0.1) - 0.5)
    output = 20 * w[:, :10].sum(axis=1)
    for i in range(20):
        if i >= 10:
            output = output + (-1) ** (i + 1) * w[:, i]
        for j in range(i + 1, 20):
            output = output + (-15 if j < 6 else (-1) ** (i + j)) * w[:, i] * w[:, j]
    for i in range(5):
        for j in range(i + 1, 5):
            for m in range(j + 1, 5):
                output = output - 10 * w[:, i] * w[:, j] * w[:, m]
    for four in ((0, 1, 2, 3),):
        output = output + 5 * np.prod(w[:, four], axis=1)
    found = {one.name: one for one in morris_effects(design, output[:, None], seed=9).effects}
    important = {one for one in found if found[one].size.mean > 25}
    assert important == {f"x{p}" for p in range(1, 11)}
    assert {one for one in important if found[one].spread.mean < 20} == {"x8", "x9", "x10"}


# --- worlds ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mean", "luck", "common"), [(-1.0, 1.0, 0.9), (-1.0, 3.0, 0.5), (0.5, 3.0, 0.0)])
def test_the_share_of_worlds_is_covered_whatever_the_luck(mean: float, luck: float, common: float) -> None:
    found = study.worlds_coverage(600, 100, 5, mean, luck, common, seed=20239)
    assert found.with_noise > 0.95 - slack(0.95, 600)
    assert found.width_with_noise > found.width_plain


def test_leaving_the_luck_out_would_cover_too_seldom() -> None:
    found = study.worlds_coverage(500, 100, 5, -1.0, 3.0, 0.5, seed=20239)
    assert found.plain < 0.9


def test_quantiles_cleared_of_luck_lie_nearer_the_truth_more_often_than_not() -> None:
    # luck of its own in each world; common luck moves all quantiles, and no shrinking mends that
    assert study.worlds_coverage(500, 100, 5, -1.0, 3.0, 0.0, seed=20242).p95 > 0.8


def test_partial_rank_correlations_come_close_to_their_exact_values() -> None:
    slopes = [1.0, -0.5, 0.25, 0.0]
    truth = study.rank_truth(slopes, 0.7)
    rng = np.random.default_rng(20240)
    points = rng.standard_normal((2_000, 4))
    effects = points @ slopes + 0.7 * rng.standard_normal(2_000)
    with patch.object(deciding, "RESAMPLES", 200):
        found = {one.name: one for one in partial_rank_correlations(points, effects, list("abcd"), seed=1)}
    # a partial correlation of 2,000 worlds has a standard error of at most 0.023
    assert [found[name].correlation.mean for name in "abcd"] == pytest.approx(truth.tolist(), abs=0.09)
    assert [found[name].clear for name in "abc"] == [True] * 3


def test_intervals_of_partial_rank_correlations_cover_about_as_often_as_they_say() -> None:
    covered = study.rank_coverage(200, 100, [1.0, 0.5, 0.25, 0.0], 0.7, seed=20241)
    assert (covered > 0.92 - slack(0.92, 200)).all()


# --- what is named beyond chance ---------------------------------------------------------------------------


@pytest.mark.parametrize(("worlds", "k", "partial"), [(40, 12, True), (100, 30, False)])
def test_a_parameter_without_influence_is_named_in_at_most_one_study_of_twenty(
    worlds: int, k: int, partial: bool
) -> None:
    wrong = study.named_wrongly(600, worlds, k, seed=20244, partial=partial)
    assert wrong < 0.05 + slack(0.05, 600)


@pytest.mark.parametrize("common", [0.0, 0.5, 1.0])
def test_luck_is_seldom_called_an_effect_whatever_the_pairs_have_in_common(common: float) -> None:
    # the figure that docs/methods.md names for three replications, and its noise
    wrong = study.luck_named(3_000, 10, 3, common, seed=20245)
    assert wrong < 0.07 + slack(0.07, 3_000)
