"""Paths of inline SVG in few letters: tenths of a point, steps from point to point, no idle points."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

Point = tuple[int, int]
"""A place in tenths of a point."""
IDLE_TENTHS = 2.5
"""A point so near to the line without it is left out: a quarter of the width of the lines."""
_PART = re.compile(r"([A-Za-z])([^A-Za-z]*)")


def shortened_path(path: str) -> str:
    """A path of absolute commands as Matplotlib writes it, in tenths of a point.

    Runs of lines become steps from point to point, without points that lie within ``IDLE_TENTHS`` of the
    line that is left (Ramer 1972; Douglas and Peucker 1973). Steps are differences of the rounded places, so
    nothing adds up.
    """
    told: list[str] = []
    at: Point = (0, 0)
    line: list[Point] = []

    def drawn() -> None:
        if len(line) > 1:
            told.append(_told(_steps(_without_idle(line))))

    for letter, text in _PART.findall(path):
        tenths = [round(float(number) * 10) for number in text.split()]
        if tenths:
            at = (tenths[-2], tenths[-1])
        if letter == "L":
            line.append(at)
            continue
        drawn()
        told.append(letter + "".join(_joined(number) for number in tenths).lstrip())
        line = [at]
    drawn()
    return "".join(told)


def _told(steps: Sequence[Point]) -> str:
    """Steps of a run: h and v for one that only goes along the axes, such as a bar, else l."""
    if all(0 in step for step in steps):
        return "".join(f"v{_joined(y)}" if x == 0 else f"h{_joined(x)}" for x, y in steps).replace(" ", "")
    return "l" + "".join(_joined(x) + _joined(y) for x, y in steps).lstrip()


def _steps(points: Sequence[Point]) -> list[Point]:
    return [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points)]


def _without_idle(points: Sequence[Point]) -> list[Point]:
    """The ends and every point that stands out of the line between its neighbours that are left."""
    if len(points) < 3:
        return list(points)
    kept = {0, len(points) - 1}
    parts = [(0, len(points) - 1)]
    while parts:
        first, last = parts.pop()
        at, most = _farthest(points, first, last)
        if most > IDLE_TENTHS:
            kept.add(at)
            parts += [(first, at), (at, last)]
    return [points[number] for number in sorted(kept)]


def _farthest(points: Sequence[Point], first: int, last: int) -> tuple[int, float]:
    """Which point between the two lies farthest from the line segment between them, and how far."""
    x, y = points[first]
    dx, dy = points[last][0] - x, points[last][1] - y
    square = dx * dx + dy * dy
    at, most = first, -1.0
    for number in range(first + 1, last):
        px, py = points[number][0] - x, points[number][1] - y
        along = px * dx + py * dy
        if along <= 0:  # before the segment: its beginning is nearest
            away = float(px * px + py * py)
        elif along >= square:
            away = float((px - dx) ** 2 + (py - dy) ** 2)
        else:
            away = (px * dy - py * dx) ** 2 / square
        if away > most:
            at, most = number, away
    return at, most**0.5 if most > 0 else 0.0


def _joined(tenths: int) -> str:
    """A number of tenths as short as it can follow another one."""
    whole, rest = divmod(abs(tenths), 10)
    size = f"{whole or ''}.{rest}" if rest else f"{whole}"
    return f"-{size}" if tenths < 0 else f" {size}"
