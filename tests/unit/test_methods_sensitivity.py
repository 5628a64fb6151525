from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from SALib.analyze import morris

from kzsim.experiments.methods import (
    MethodError,
    Range,
    holm,
    luck_of,
    morris_design,
    morris_effects,
    noise_of,
    scaled,
    sobol_design,
    sobol_indices,
)

RANGES = [
    Range("staff", 2.0, 4.0, 10.0),
    Range("check", 5.0, 5.0, 20.0),
    Range("share", -1.0, 0.5, 0.5),
    Range("speed", 0.0, 1.0, 4.0, "uniform"),
]


# --- ranges ------------------------------------------------------------------------------------------------


def test_quantiles_of_a_range_are_those_of_the_triangular_distribution() -> None:
    one = Range("staff", 2.0, 4.0, 10.0)
    # a quarter of the area lies left of the peak: (4 - 2) / (10 - 2)
    assert one.at(np.array([0.0, 0.0625, 0.25, 0.8125, 1.0])).tolist() == pytest.approx(
        [2.0, 3.0, 4.0, 10 - math.sqrt(0.1875 * 48), 10.0]
    )


def test_the_value_may_lie_at_either_end_of_its_range() -> None:
    levels = np.array([0.0, 0.75, 1.0])
    assert Range("low", 0.0, 0.0, 1.0).at(levels).tolist() == pytest.approx([0.0, 0.5, 1.0])
    assert Range("high", 0.0, 1.0, 1.0).at(levels**2).tolist() == pytest.approx([0.0, 0.75, 1.0])


def test_uniform_ranges_are_even() -> None:
    assert Range("speed", 1.0, 4.0, 5.0, "uniform").at(np.array([0.25])).tolist() == [2.0]


def test_points_never_leave_their_ranges() -> None:
    unit = np.random.default_rng(1).random((1000, 4))
    unit[:2] = [[0.0] * 4, [1.0] * 4]
    points = scaled(unit, RANGES)
    assert points[0].tolist() == [one.low for one in RANGES]
    assert points[1].tolist() == [one.high for one in RANGES]
    assert all((points[:, p] >= one.low).all() for p, one in enumerate(RANGES))
    assert all((points[:, p] <= one.high).all() for p, one in enumerate(RANGES))


def test_ranges_that_make_no_sense_are_refused() -> None:
    with pytest.raises(MethodError, match="staff: wanted low <= value <= high"):
        Range("staff", 2.0, 1.0, 3.0)
    with pytest.raises(MethodError, match="low < high"):
        Range("staff", 2.0, 2.0, 2.0)
    with pytest.raises(MethodError, match="finite"):
        Range("staff", 2.0, math.nan, 3.0)
    with pytest.raises(MethodError, match="named twice: staff"):
        scaled([[0.5, 0.5]], [RANGES[0], RANGES[0]])
    with pytest.raises(MethodError, match="at least one parameter"):
        scaled([[0.5]], [])
    with pytest.raises(MethodError, match="4 ranges need as many columns"):
        scaled([[0.5]], RANGES)
    with pytest.raises(MethodError, match="between 0 and 1"):
        scaled([[0.5, 1.5, 0.5, 0.5]], RANGES)


# --- noise -------------------------------------------------------------------------------------------------


def test_what_a_replication_does_to_all_points_alike_is_no_noise_between_them() -> None:
    seen = np.array([[1.0], [2.0], [6.0]]) + np.array([[0.0, 5.0, -3.0, 8.0]])
    found = noise_of(seen)
    assert found.within == pytest.approx(0.0, abs=1e-28)
    assert found.between == pytest.approx(7.0)


def test_noise_is_the_mean_square_of_the_rest_over_the_replications() -> None:
    # means 1 and 1; the rest is +-1 everywhere: 4 / ((2 - 1) (2 - 1)) / 2
    found = noise_of([[0.0, 2.0], [2.0, 0.0]])
    assert (found.between, found.within) == (0.0, 2.0)
    assert math.isnan(found.share)


def test_noise_of_one_replication_or_one_point_cannot_be_told() -> None:
    assert math.isnan(noise_of([[1.0], [2.0]]).share)
    assert math.isnan(noise_of([[1.0, 2.0]]).share)
    with pytest.raises(MethodError, match="point 1 has no value"):
        noise_of([[1.0, 2.0], [1.0, math.nan]])


# --- luck --------------------------------------------------------------------------------------------------


def test_the_luck_of_a_parameter_is_that_of_its_own_pairs() -> None:
    design = morris_design(RANGES, 10, seed=1)
    rng = np.random.default_rng(2)
    # the first moves the output a lot and with much luck, the last a little and with hardly any
    steady = 0.2 * design.unit[:, [3]] * (1 + 0.01 * rng.standard_normal(3))
    loud = design.unit[:, [0]] * np.array([[9.0, -7.0, 1.0]])
    found = {one.name: one for one in morris_effects(design, steady + loud, seed=3).effects}
    assert found["speed"].luck.clear()
    assert found["speed"].noise_size < 0.01
    assert not found["staff"].luck.clear()
    assert found["staff"].noise_size > found["staff"].size.mean
    assert not found["check"].luck.clear()


def test_an_effect_that_every_replication_shows_is_clear_of_luck_and_one_that_changes_sides_is_not() -> None:
    assert luck_of([[2.0, 2.1, 1.9], [-1.0, -1.1, -1.0]]).clear()
    assert not luck_of([[2.0, -2.1, 0.3], [2.0, -1.9, 0.2]]).clear()
    assert luck_of([[1.0, 1.0]]).p_value == 0.0
    assert luck_of([[0.0, 0.0]]).p_value == 1.0
    assert math.isnan(luck_of([[1.0]]).p_value)
    assert luck_of([[2.0, 2.1, 1.9], [math.nan, 1.0, 1.0]]) == luck_of([[2.0, 2.1, 1.9]])


def test_luck_that_moves_all_pairs_together_is_no_effect() -> None:
    rng = np.random.default_rng(20243)
    wrong = sum(luck_of(np.tile(rng.standard_normal(3), (20, 1))).clear() for _ in range(2_000))
    assert wrong / 2_000 < 0.05 + 4 * math.sqrt(0.05 * 0.95 / 2_000)


def test_holms_p_values_allow_for_all_that_are_tested_and_leave_gaps() -> None:
    # four hypotheses at 0.05: the smallest must reach 0.05 / 4, the next 0.05 / 3, ...
    assert holm([0.01, 0.04, 0.03, 0.005]).tolist() == pytest.approx([0.03, 0.06, 0.06, 0.02])
    with_gap = holm([0.01, math.nan, 0.03])
    assert with_gap[[0, 2]].tolist() == pytest.approx([0.02, 0.03])
    assert math.isnan(with_gap[1])
    assert holm([0.9, 0.8]).tolist() == [1.0, 1.0]


# --- Morris ------------------------------------------------------------------------------------------------


def test_a_trajectory_moves_one_parameter_at_a_time_and_every_parameter_once() -> None:
    design = morris_design(RANGES, 6, seed=1)
    assert design.points.shape == (6 * 5, 4)
    steps = np.diff(design.unit.reshape(6, 5, 4), axis=1)
    assert ((steps != 0).sum(axis=2) == 1).all()
    assert ((steps != 0).sum(axis=1) == 1).all()
    assert np.abs(steps[steps != 0]) == pytest.approx(design.step)
    assert np.array_equal(design.points, scaled(design.unit, RANGES))


def test_effects_of_a_linear_output_are_its_slopes_exactly() -> None:
    design = morris_design(RANGES, 8, seed=2)
    u = design.unit
    found = morris_effects(design, (3 * u[:, 0] - 2 * u[:, 1] + 0.5 * u[:, 3])[:, None], seed=3)
    assert [one.mean for one in found.effects] == pytest.approx([3.0, -2.0, 0.0, 0.5])
    assert [one.size.mean for one in found.effects] == pytest.approx([3.0, 2.0, 0.0, 0.5])
    assert [one.spread.mean for one in found.effects] == pytest.approx([0.0] * 4, abs=1e-12)
    assert [one.name for one in found.ranked()] == ["staff", "check", "speed", "share"]
    assert all(math.isnan(one.noise_size) and math.isnan(one.luck.p_value) for one in found.effects)


def test_effects_of_opposite_sign_cancel_in_the_mean_and_not_in_the_size() -> None:
    design = morris_design(RANGES, 40, seed=2)
    u = design.unit
    product = ((u[:, 0] - 0.5) * (u[:, 1] - 0.5))[:, None]
    first = morris_effects(design, product, seed=3).effects[0]
    # the other parameter stands at 0, 1/3, 2/3 or 1: effects -1/2, -1/6, 1/6, 1/2
    assert abs(first.mean) < 0.2
    assert 1 / 6 < first.size.mean < 1 / 2
    assert first.size.low < first.size.mean < first.size.high
    assert first.spread.low < first.spread.mean < first.spread.high


def test_effects_are_those_of_the_library_that_makes_the_points() -> None:
    design = morris_design(RANGES, 12, seed=5, levels=6)
    outputs = np.exp(design.unit @ [1.0, -2.0, 0.5, 0.0]) + design.unit[:, 3] ** 2
    found = morris_effects(design, outputs[:, None], seed=3).effects
    problem = {"num_vars": 4, "names": [one.name for one in RANGES], "bounds": [[0.0, 1.0]] * 4}
    other = morris.analyze(problem, design.unit, outputs, num_levels=6, seed=1)
    assert [one.mean for one in found] == pytest.approx(list(other["mu"]))
    assert [one.size.mean for one in found] == pytest.approx(list(other["mu_star"]))
    assert [one.spread.mean for one in found] == pytest.approx(list(other["sigma"]))


def test_trajectories_chosen_among_candidates_lie_further_apart() -> None:
    plain = morris_design(RANGES, 5, seed=4)
    chosen = morris_design(RANGES, 5, seed=4, candidates=40)
    assert chosen.points.shape == plain.points.shape

    def apart(unit: np.ndarray) -> float:
        paths = unit.reshape(5, 5, 4)
        distances = np.linalg.norm(paths[:, None, :, None] - paths[None, :, None, :], axis=-1)
        return float(distances.sum())

    assert apart(chosen.unit) > apart(plain.unit)


def test_the_same_seed_gives_the_same_points_and_intervals() -> None:
    one, other = morris_design(RANGES, 5, seed=0), morris_design(RANGES, 5, seed=0)
    assert np.array_equal(one.points, other.points)
    assert not np.array_equal(one.points, morris_design(RANGES, 5, seed=1).points)
    outputs = np.sin(5 * one.unit)[:, :2]
    assert morris_effects(one, outputs, seed=0) == morris_effects(other, outputs, seed=0)


def test_screenings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(MethodError, match="at least two parameters"):
        morris_design(RANGES[:1], 5, seed=0)
    with pytest.raises(MethodError, match="at least 4 trajectories"):
        morris_design(RANGES, 3, seed=0)
    with pytest.raises(MethodError, match="even number from 4 on, got 5"):
        morris_design(RANGES, 5, seed=0, levels=5)
    with pytest.raises(MethodError, match="must exceed"):
        morris_design(RANGES, 5, seed=0, candidates=5)
    design = morris_design(RANGES, 5, seed=0)
    with pytest.raises(MethodError, match="the design has 25 points, got outputs of 24"):
        morris_effects(design, np.ones((24, 2)), seed=0)


@pytest.mark.parametrize("levels", [4, 6, 8])
def test_effects_do_not_depend_on_the_grid_where_the_output_is_linear(levels: int) -> None:
    design = morris_design(RANGES, 6, seed=2, levels=levels)
    found = morris_effects(design, 2 * design.unit[:, :1], seed=3)
    assert found.effects[0].mean == pytest.approx(2.0)


# --- Sobol' ------------------------------------------------------------------------------------------------


def test_saltellis_points_are_two_samples_and_their_crossings() -> None:
    design = sobol_design(RANGES, 64, seed=0)
    block = design.unit.reshape(64, 6, 4)
    a, b = block[:, 0], block[:, -1]
    for p in range(4):
        crossed = a.copy()
        crossed[:, p] = b[:, p]
        assert np.array_equal(block[:, 1 + p], crossed)
    assert np.array_equal(design.points, scaled(design.unit, RANGES))
    assert np.array_equal(design.unit, sobol_design(RANGES, 64, seed=0).unit)


def test_a_seed_of_zero_is_a_seed() -> None:
    design = sobol_design(RANGES, 64, seed=0)
    outputs = design.unit[:, :1] + design.unit[:, 1:2]
    assert sobol_indices(design, outputs, seed=0) == sobol_indices(design, outputs, seed=0)
    assert sobol_indices(design, outputs, seed=0) != sobol_indices(design, outputs, seed=1)


def test_an_output_that_never_varies_has_no_indices() -> None:
    design = sobol_design(RANGES, 64, seed=0)
    found = sobol_indices(design, np.ones((384, 2)), seed=0)
    assert found.variance == 0.0
    assert all(math.isnan(one.first.mean) and math.isnan(one.total.high) for one in found.indices)


def test_the_parameter_with_the_largest_total_index_comes_first() -> None:
    design = sobol_design(RANGES, 128, seed=0)
    found = sobol_indices(design, (design.unit @ [1.0, 0.0, 3.0, 2.0])[:, None], seed=0)
    assert [one.name for one in found.ranked()] == ["share", "speed", "staff", "check"]


def test_variance_studies_that_make_no_sense_are_refused() -> None:
    with pytest.raises(MethodError, match="power of two from 64"):
        sobol_design(RANGES, 100, seed=0)
    with pytest.raises(MethodError, match="power of two from 64"):
        sobol_design(RANGES, 32, seed=0)
    with pytest.raises(MethodError, match="at least two parameters"):
        sobol_design(RANGES[:1], 64, seed=0)
    design = sobol_design(RANGES, 64, seed=0)
    with pytest.raises(MethodError, match="the design has 384 points, got outputs of 2"):
        sobol_indices(design, np.ones((2, 2)), seed=0)
    with pytest.raises(MethodError, match="as many columns"):
        scaled(design.unit, [*RANGES, replace(RANGES[0], name="other")])
