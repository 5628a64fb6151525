"""Paths of pictures are written shorter and stay what they are."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kzsim.brief.html.paths import IDLE_TENTHS, shortened_path

tenths = st.integers(-20_000, 20_000).map(lambda number: Decimal(number) / 10)
points = st.tuples(tenths, tenths)


def drawn(path: str) -> list[tuple[str, tuple[Decimal, ...]]]:
    """What a path of M, L, l, h, v, C and Z draws, in absolute places."""
    found = []
    at = (Decimal(0), Decimal(0))
    for letter, text in re.findall(r"([A-Za-z])([^A-Za-z]*)", path):
        numbers = [Decimal(number) for number in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", text)]
        size = {"C": 6, "Z": 0, "z": 0, "h": 1, "v": 1}.get(letter, 2)
        for start in range(0, max(len(numbers), 1), size or 1):
            part = tuple(numbers[start : start + size])
            if letter in "lhv":
                right, down = {"h": (*part, 0), "v": (0, *part), "l": part}[letter]
                part = (at[0] + right, at[1] + down)
            if part:
                at = (part[-2], part[-1])
            found.append(("L" if letter in "lhv" else letter.upper(), part))
    return found


def away(point: tuple[Decimal, ...], a: tuple[Decimal, ...], b: tuple[Decimal, ...]) -> float:
    """How far a point is from the line between two others."""
    x, y, dx, dy = map(float, (point[0] - a[0], point[1] - a[1], b[0] - a[0], b[1] - a[1]))
    square = dx * dx + dy * dy
    along = min(max((x * dx + y * dy) / square, 0.0), 1.0) if square else 0.0
    return math.hypot(x - along * dx, y - along * dy)


def runs(path: str) -> tuple[list[tuple[str, tuple[Decimal, ...]]], list[list[tuple[Decimal, ...]]]]:
    """What is no line, in its order; and the lines between, each with the point that it begins at."""
    others, lines = [], []
    for letter, part in drawn(path):
        if letter == "L":
            lines[-1].append(part)
        else:
            others.append((letter, part))
            lines.append([part[-2:]])
    return others, lines


@given(
    st.lists(st.tuples(points, st.lists(points, max_size=12), st.booleans(), points), min_size=1, max_size=4)
)
def test_a_shortened_path_draws_the_same(parts):
    text = ""
    for start, line, closed, (x, y) in parts:
        text += f"M {start[0]} {start[1]} \n"
        text += "".join(f"L {a} {b} \n" for a, b in line)
        text += f"C {x} {y} {y} {x} {x} {y} \nL {y} {y} \n" + ("z \n" if closed else "")
    short = shortened_path(text)
    assert len(short) < len(text)
    others, lines = runs(text)
    others_left, lines_left = runs(short)
    assert others_left == others
    for line, left in zip(lines, lines_left, strict=True):
        assert (left[0], left[-1]) == (line[0], line[-1])
        for point in line[1:-1]:
            assert min(away(point, *pair) for pair in pairwise(left)) <= IDLE_TENTHS / 10 + 1e-9


def test_points_on_the_way_are_left_out():
    assert shortened_path("M 0 0 L 1 0.01 L 2 0.1 L 3 0 L 3 5 ") == "M0 0h3v5"
    assert shortened_path("M 0 0 L 1 3 L 2 6 L 3 0 ") == "M0 0l2 6 1-6"
