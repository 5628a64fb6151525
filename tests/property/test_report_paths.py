"""Paths of pictures are written shorter and stay what they are."""

from __future__ import annotations

import re
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from kzsim.brief.html.pictures import shortened_path

tenths = st.integers(-20_000, 20_000).map(lambda number: Decimal(number) / 10)
points = st.tuples(tenths, tenths)


def drawn(path: str) -> list[tuple[str, tuple[Decimal, ...]]]:
    """What a path of M, L, l, C and Z draws, in absolute places."""
    found = []
    at = (Decimal(0), Decimal(0))
    for letter, text in re.findall(r"([A-Za-z])([^A-Za-z]*)", path):
        numbers = [Decimal(number) for number in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", text)]
        size = {"C": 6, "Z": 0, "z": 0}.get(letter, 2)
        for start in range(0, max(len(numbers), 1), size or 1):
            part = tuple(numbers[start : start + size])
            if letter == "l":
                part = (at[0] + part[0], at[1] + part[1])
            if part:
                at = (part[-2], part[-1])
            found.append((letter.upper(), part))
    return found


@given(
    st.lists(st.tuples(points, st.lists(points, max_size=6), st.booleans(), points), min_size=1, max_size=4)
)
def test_a_shortened_path_draws_the_same(parts):
    text = ""
    for start, line, closed, (x, y) in parts:
        text += f"M {start[0]} {start[1]} \n"
        text += "".join(f"L {a} {b} \n" for a, b in line)
        text += f"C {x} {y} {y} {x} {x} {y} \nL {y} {y} \n" + ("z \n" if closed else "")
    short = shortened_path(text)
    assert drawn(short) == drawn(text)
    assert len(short) < len(text)
