"""The base map: borders, lakes and rivers around the crossings, as arrays of longitude and latitude."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DISCLAIMER = "Boundaries are indicative and imply no endorsement"
"""The line that every map carries."""

Line = npt.NDArray[np.float64]
"""[points, 2]: longitude east and latitude north in degrees (WGS 84)."""


class BasemapError(ValueError):
    """A base map file that cannot be drawn; the message says why."""


@dataclass(frozen=True)
class Basemap:
    """Outer rings of countries by name, outer rings of lakes, and rivers."""

    countries: Mapping[str, tuple[Line, ...]]
    lakes: tuple[Line, ...]
    rivers: tuple[Line, ...]


def read_basemap(path: Path | None = None) -> Basemap:
    """The packaged base map, or the GeoJSON file ``path`` with the same layers.

    A feature names its layer in ``properties.layer``: ``country`` (with ``name``), ``lake`` or ``river``;
    others are passed over. Raises ``BasemapError`` for a file of another make and ``OSError`` if it cannot
    be read.
    """
    source = files("kzsim.figures") / "data" / "basemap.geojson" if path is None else path
    try:
        features = json.loads(source.read_text(encoding="utf-8"))["features"]
        return _basemap(features)
    except (ValueError, KeyError, TypeError, RecursionError) as mistake:
        raise BasemapError(f"{source}: not a base map: {mistake!r}") from mistake


def _basemap(features: list[dict[str, Any]]) -> Basemap:
    countries: dict[str, tuple[Line, ...]] = {}
    lakes: list[Line] = []
    rivers: list[Line] = []
    for feature in features:
        properties, lines = feature["properties"], _lines(feature["geometry"])
        match properties["layer"]:
            case "country":
                countries[properties["name"]] = countries.get(properties["name"], ()) + lines
            case "lake":
                lakes += lines
            case "river":
                rivers += lines
    return Basemap(countries, tuple(lakes), tuple(rivers))


def _lines(geometry: dict[str, Any]) -> tuple[Line, ...]:
    """Lines as they are, of polygons the outer ring: holes matter to no map of this region."""
    parts = geometry["coordinates"]
    match geometry["type"]:
        case "LineString":
            found = [parts]
        case "MultiLineString":
            found = parts
        case "Polygon":
            found = [parts[0]]
        case "MultiPolygon":
            found = [rings[0] for rings in parts]
        case other:
            raise ValueError(f"geometry of type {other!r}")
    return tuple(np.array(line, dtype=np.float64)[:, :2] for line in found)
