"""The map of the player: the base map and the crossings as shapes of an SVG picture."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kzsim.evidence import crossings

if TYPE_CHECKING:
    from kzsim.figures.basemap import Basemap, Line

WIDTH = 800
MARGIN_DEG = 1.2
"""Around the crossings so much is shown to the north and south."""
WEST_DEG, EAST_DEG = 3.2, 4.4
"""And so much to the sides: names stand in the east, as on the map of the figures."""
BEYOND_PX = 20
"""Shapes are cut so far outside of the picture, so that the cut does not show."""


@dataclass(frozen=True)
class View:
    """A stretch of the world on ``WIDTH`` by ``height`` pixels, true to angles at its middle latitude."""

    west: float
    north: float
    per_degree: float
    stretch: float
    height: int

    def point(self, lon: float, lat: float) -> tuple[float, float]:
        """Pixels to the right and down of a place in degrees."""
        return (lon - self.west) * self.per_degree * self.stretch, (self.north - lat) * self.per_degree


@dataclass(frozen=True)
class Mark:
    """A crossing on the map, in pixels."""

    key: str
    x: float
    y: float


@dataclass(frozen=True)
class MapView:
    """Paths (the ``d`` of SVG) of land by country, lakes and rivers, and the crossings."""

    view: View
    land: tuple[tuple[str, str], ...]
    lakes: str
    rivers: str
    marks: tuple[Mark, ...]


def map_view(base: Basemap, keys: Sequence[str]) -> MapView:
    """The map around the crossings ``keys``; those that the evidence does not know are left out."""
    known = crossings()
    places = [(key, known[key].location["kz"]) for key in keys if key in known]
    view = _view([(place.lon, place.lat) for _, place in places])
    return MapView(
        view,
        tuple((name, path) for name, rings in base.countries.items() if (path := _area(view, rings))),
        _area(view, base.lakes),
        _lines(view, base.rivers),
        tuple(
            Mark(key, *(round(pixel, 1) for pixel in view.point(place.lon, place.lat)))
            for key, place in places
        ),
    )


def _view(places: Sequence[tuple[float, float]]) -> View:
    lons, lats = [lon for lon, _ in places] or [80.0], [lat for _, lat in places] or [45.0]
    south, north = min(lats) - MARGIN_DEG, max(lats) + MARGIN_DEG
    west, east = min(lons) - WEST_DEG, max(lons) + EAST_DEG
    stretch = math.cos(math.radians((south + north) / 2))
    per_degree = WIDTH / ((east - west) * stretch)
    return View(west, north, per_degree, stretch, round((north - south) * per_degree))


def _area(view: View, rings: Iterable[Line]) -> str:
    return "".join(f"{_path(ring)}Z" for line in rings if (ring := _clipped(_pixels(view, line), view)))


def _lines(view: View, lines: Iterable[Line]) -> str:
    parts = []
    for line in lines:
        run: list[tuple[float, float]] = []
        for point in _pixels(view, line):
            if _near(view, point):
                run.append(point)
            elif run:
                parts.append(run)
                run = []
        parts.append(run)
    return "".join(_path(run) for run in parts if len(run) > 1)


def _pixels(view: View, line: Line) -> list[tuple[float, float]]:
    return [view.point(float(lon), float(lat)) for lon, lat in line]


def _near(view: View, point: tuple[float, float]) -> bool:
    x, y = point
    return -BEYOND_PX <= x <= WIDTH + BEYOND_PX and -BEYOND_PX <= y <= view.height + BEYOND_PX


def _clipped(ring: list[tuple[float, float]], view: View) -> list[tuple[float, float]]:
    """The part of a ring inside the picture, edge by edge (Sutherland and Hodgman, 1974)."""
    edges = (
        (0, -BEYOND_PX, 1),
        (0, WIDTH + BEYOND_PX, -1),
        (1, -BEYOND_PX, 1),
        (1, view.height + BEYOND_PX, -1),
    )
    for axis, limit, sign in edges:
        if not ring:
            return []
        kept: list[tuple[float, float]] = []
        before = ring[-1]
        for point in ring:
            inside, was = sign * (point[axis] - limit) >= 0, sign * (before[axis] - limit) >= 0
            if inside != was:
                share = (limit - before[axis]) / (point[axis] - before[axis])
                kept.append(
                    (before[0] + share * (point[0] - before[0]), before[1] + share * (point[1] - before[1]))
                )
            if inside:
                kept.append(point)
            before = point
        ring = kept
    return ring


def _path(points: Sequence[tuple[float, float]]) -> str:
    """Whole pixels, each once: finer than any screen needs for a sketch."""
    told: list[tuple[int, int]] = []
    for x, y in points:
        pixel = (round(x), round(y))
        if not told or told[-1] != pixel:
            told.append(pixel)
    return "M" + "L".join(f"{x} {y}" for x, y in told)
