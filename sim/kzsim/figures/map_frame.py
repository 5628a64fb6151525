"""What part of the world a map shows, and how large: on a sheet of full width, or on a telephone's screen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kzsim.figures.style import WIDTH_IN

if TYPE_CHECKING:
    import pandas as pd

ROOM_WEST, ROOM_EAST, ROOM_SOUTH, ROOM_NORTH = 3.2, 4.4, 1.0, 1.0
"""Degrees around the crossings: labels need most of it in the east."""
NARROW_IN = 4.6
"""Width of a map for a telephone, whose screen shows some 330 points in letters that can be read."""
_LEAST_SPAN = 6.0
"""Degrees of latitude: a single crossing still shows the country around it."""
_WEST_IN, _BETWEEN_IN, _LEAST_IN, _MOST_IN = 0.85, 0.45, 3.4, 4.6
"""Of a narrow map: room for marks west of the crossings, and between these and the labels; its height, at
least and as far as the country around the crossings needs it."""

Window = tuple[float, float, float, float]
"""West, east, south, north in degrees."""


@dataclass(frozen=True)
class Frame:
    """The window of a map in degrees and its size on the sheet in inches."""

    window: Window
    width_in: float
    height_in: float


def wide(known: pd.DataFrame) -> Frame:
    """Around crossings with ``lat`` and ``lon`` in degrees, as wide as a sheet."""
    west, east = known["lon"].min() - ROOM_WEST, known["lon"].max() + ROOM_EAST
    south, north = _heights(known)
    stretch = _stretch(south, north)
    height_in = min(max(WIDTH_IN * (north - south) * stretch / (east - west), 3.4), 5.2)
    span = height_in**-1 * WIDTH_IN * (north - south) * stretch
    west, east = (west + east) / 2 - span / 2, (west + east) / 2 + span / 2
    return Frame((west, east, south, north), WIDTH_IN, height_in)


def narrow(known: pd.DataFrame, labels_in: float, column_in: float) -> Frame:
    """The same for a telephone: no more country than the marks and a column of labels of that size need."""
    south, north = _heights(known)
    stretch = _stretch(south, north)
    beside_in = NARROW_IN - labels_in - _WEST_IN - _BETWEEN_IN
    degrees_per_in = max(
        (known["lon"].max() - known["lon"].min()) / beside_in, (north - south) * stretch / _MOST_IN
    )
    height_in = max((north - south) * stretch / degrees_per_in, _LEAST_IN, column_in)
    middle, span = (south + north) / 2, height_in * degrees_per_in / stretch
    east = known["lon"].max() + (labels_in + _BETWEEN_IN) * degrees_per_in
    window = (east - NARROW_IN * degrees_per_in, east, middle - span / 2, middle + span / 2)
    return Frame(window, NARROW_IN, height_in)


def _heights(known: pd.DataFrame) -> tuple[float, float]:
    south, north = float(known["lat"].min() - ROOM_SOUTH), float(known["lat"].max() + ROOM_NORTH)
    short = _LEAST_SPAN - (north - south)
    return (south - short / 2, north + short / 2) if short > 0 else (south, north)


def _stretch(south: float, north: float) -> float:
    """Degrees of longitude to one of latitude, in the middle of the map."""
    return 1 / math.cos(math.radians((south + north) / 2))
