from __future__ import annotations

import hashlib
from collections import Counter

import numpy as np
import pytest
from scipy import stats

from kzsim.experiments.sweeps import designs

NAMES = ["demand", "run_in", "corridor.compliance"]


def test_a_grid_holds_every_combination_once_and_the_last_axis_is_fastest() -> None:
    assert designs.grid([2, 3]).tolist() == [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]
    assert designs.grid([4]).tolist() == [[0], [1], [2], [3]]


@pytest.mark.parametrize("points", [1, 7, 100])
def test_a_latin_hypercube_has_one_point_in_each_part_of_each_axis(points: int) -> None:
    made = designs.latin_hypercube(NAMES, points, seed=3)
    for column in made.T:
        assert sorted(np.floor(column * points).astype(int)) == list(range(points))


def test_the_axes_of_a_latin_hypercube_are_in_different_orders() -> None:
    made = designs.latin_hypercube(NAMES, 1000, seed=3)
    correlation = np.corrcoef(made.T) - np.eye(3)
    # of independent orders of 1,000 points the correlation is normal with a standard deviation of 0.032
    assert np.abs(correlation).max() < 5 * 0.032


def test_another_name_moves_no_other_column_and_another_seed_moves_all() -> None:
    few = designs.latin_hypercube(NAMES[:1], 50, seed=3)
    assert (designs.latin_hypercube(NAMES, 50, seed=3)[:, 0] == few[:, 0]).all()
    assert (designs.latin_hypercube(NAMES, 50, seed=4)[:, 0] != few[:, 0]).all()


@pytest.mark.parametrize("points", [1, 8, 256])
def test_a_sobol_design_has_one_point_in_each_part_of_each_axis(points: int) -> None:
    made = designs.sobol([str(number) for number in range(40)], points, seed=3)
    for column in made.T:
        assert sorted(np.floor(column * points).astype(int)) == list(range(points))


def test_the_first_two_axes_of_a_sobol_design_are_even_together() -> None:
    """A (0, 2)-sequence: each of the 256 boxes of 2**-k by 2**(k - 8) holds exactly one of 256 points."""
    made = designs.sobol(NAMES, 256, seed=3)
    for k in range(9):
        boxes = Counter(
            (int(x), int(y)) for x, y in zip(made[:, 0] * 2**k, made[:, 1] * 2 ** (8 - k), strict=True)
        )
        assert len(boxes) == 256


def test_the_seed_shifts_a_sobol_design() -> None:
    assert (designs.sobol(NAMES, 8, seed=3) != designs.sobol(NAMES, 8, seed=4)).all()


@pytest.mark.parametrize("points", [0, 3, 100])
def test_a_sobol_design_of_another_number_of_points_is_refused(points: int) -> None:
    with pytest.raises(ValueError, match=f"{points} is not a power of two"):
        designs.sobol(NAMES, points, seed=3)


@pytest.mark.parametrize(
    ("design", "digest"),
    [
        (designs.latin_hypercube, "fc0ad2fdaa706c61"),
        (designs.sobol, "0196f497c10208e5"),
    ],
)
def test_the_bytes_of_a_design_do_not_change(design: object, digest: str) -> None:
    """They follow from the seed and published numbers; if they move, no stored sweep can be resumed."""
    assert callable(design)
    made = design(NAMES, 64, 1)
    assert hashlib.sha256(made.astype("<f8").tobytes()).hexdigest()[:16] == digest


@pytest.mark.parametrize(("low", "value", "high"), [(0, 1, 4), (2, 2, 3), (-3, 1, 1), (0.4, 0.75, 0.95)])
def test_triangular_numbers_have_the_distribution_of_scipy(low: float, value: float, high: float) -> None:
    shares = np.linspace(0.001, 0.999, 37)
    mine = [designs.triangular(share, low, value, high) for share in shares]
    theirs = stats.triang.ppf(shares, (value - low) / (high - low), low, high - low)
    assert mine == pytest.approx(theirs.tolist(), rel=1e-12)


def test_triangular_numbers_without_a_range_are_the_value() -> None:
    assert designs.triangular(0.3, 5, 5, 5) == 5


def test_a_count_takes_every_whole_number_of_its_range_and_its_value_most_often() -> None:
    shares = (np.arange(100_000) + 0.5) / 100_000
    counts = Counter(designs.whole_triangular(share, 1, 2, 6) for share in shares)
    # weights 1/2, 1, 4/5, 3/5, 2/5, 1/5 by the lines from (0, 0) to (2, 1) and from (2, 1) to (7, 0)
    weights = [5, 10, 8, 6, 4, 2]
    expected = {float(number): 100_000 * w / 35 for number, w in zip(range(1, 7), weights, strict=True)}
    assert counts == pytest.approx(expected, abs=1.001)


def test_a_count_whose_value_is_at_the_end_of_its_range_is_most_often_there() -> None:
    counts = Counter(designs.whole_triangular((k + 0.5) / 999, 1, 1, 8) for k in range(999))
    assert max(counts, key=lambda number: counts[number]) == 1


def test_a_range_without_a_whole_number_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no whole number lies between 1\.2 and 1\.8"):
        designs.whole_triangular(0.5, 1.2, 1.5, 1.8)


def test_between_is_even_and_whole_numbers_are_equally_probable() -> None:
    assert designs.between(0.25, 10, 30, whole=False) == 15
    counts = Counter(designs.between((k + 0.5) / 1000, 3, 6, whole=True) for k in range(1000))
    assert counts == {3.0: 250, 4.0: 250, 5.0: 250, 6.0: 250}
