from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest
from matplotlib.colors import to_hex

from kzsim.figures import colours, told
from kzsim.figures.catalogue import FIGURES
from kzsim.figures.colours import AGRICULTURAL_SHADES, REST_SHADES
from kzsim.language import speaker
from tests.figure_cases import comparison_study, run_study

F64 = npt.NDArray[np.float64]
# Machado, Oliveira and Fernandes (2009), severity 1, of linear RGB
SEEN = {
    "by all": np.eye(3),
    "without red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                    [-0.003882, -0.048116, 1.051998]],
    "without green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                      [-0.011820, 0.042940, 0.968881]],
    "without blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                     [0.004733, 0.691367, 0.303900]],
}  # fmt: skip
APART = 15.0
"""CIE 1976 colour difference; about 2 can just be seen side by side."""


def lab(colour: str, seen: F64) -> F64:
    parts = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    linear = np.clip(seen @ linear, 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear
    ratio = xyz / np.array([0.9505, 1.0, 1.089])
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def apart(one: str, other: str, seen: str) -> float:
    return float(np.linalg.norm(lab(one, np.array(SEEN[seen])) - lab(other, np.array(SEEN[seen]))))


def test_black_and_white_are_a_hundred_apart_and_a_colour_is_like_itself() -> None:
    assert apart("#000000", "#FFFFFF", "by all") == pytest.approx(100, abs=0.1)
    assert apart("#009E73", "#009E73", "without red") == 0


@pytest.mark.parametrize("seen", SEEN)
def test_goods_are_told_apart_with_any_colour_vision(seen: str) -> None:
    every = (*AGRICULTURAL_SHADES, *REST_SHADES)
    near = {pair: apart(*pair, seen) for pair in combinations(every, 2)}
    assert {pair: value for pair, value in near.items() if value < APART} == {}


def marks_of(kind: str, study: object, name: str) -> set[str]:
    """The colours of lines, marks and bars of a figure."""
    (drawn,) = [one for one in FIGURES[kind].draw(study, speaker()) if one.name == name]  # type: ignore[arg-type]  # Study
    lines = {str(line.get_color()) for axes in drawn.figure.axes for line in axes.lines}
    bars = {to_hex(patch.get_facecolor()) for axes in drawn.figure.axes for patch in axes.patches}
    return {to_hex(one).upper() for one in lines | bars}


@pytest.mark.parametrize("mode", ["road", "rail"])
@pytest.mark.parametrize("kind", ["crossing_time", "distribution", "commodities", "classes", "gains"])
def test_agricultural_goods_and_the_rest_have_the_same_two_colours_in_every_figure(
    kind: str, mode: str
) -> None:
    found = marks_of(kind, run_study(), f"{kind}_{mode}")
    assert {colours.AGRICULTURAL, colours.REST} <= found
    assert not {colours.ROAD, colours.RAIL} & found


def test_classes_of_farm_goods_are_green_and_others_purple_in_both_modes() -> None:
    road = told.class_colours(["general", "perishable", "other_agri", "grain_and_oilseed"], "road")
    assert road["general"] == colours.REST
    assert [road[name] for name in ("perishable", "other_agri", "grain_and_oilseed")] == [
        *AGRICULTURAL_SHADES
    ]
    rail = told.class_colours(["container", "grain", "boxcars"], "rail")
    assert (rail["grain"], rail["container"]) == (colours.AGRICULTURAL, colours.REST)
    assert told.is_farm("agricultural", "rail")
    assert not told.is_farm("grain_and_oilseed", "rail")


def test_figures_of_other_things_leave_these_two_colours_alone() -> None:
    found = marks_of("hours", run_study(), "hours_road") | marks_of(
        "utilisation", run_study(), "utilisation_rail"
    )
    assert not {colours.AGRICULTURAL, colours.REST} & found
    assert colours.AGRICULTURAL in marks_of("gains", comparison_study(), "gains_light_road")
