"""The names and figures of a map: a column in the east, from north to south, each tied to its crossing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kzsim.figures import told
from kzsim.figures.style import FAINT, INK, text_in, wrapped

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from kzsim.figures.map_frame import Frame
    from kzsim.language import Speaker

_LINE_IN, _GAP_IN, _RIM_IN = 0.145, 0.10, 0.16
_BELOW_IN, _ABOVE_IN = 0.45, 0.12
"""Between the column and the edges of the map; the scale stands below it."""


@dataclass(frozen=True)
class Label:
    """What is said of a crossing at ``lat`` and ``lon``: lines of text, colour, weight and size in points."""

    lat: float
    lon: float
    lines: tuple[tuple[str, str, str, float], ...]

    @property
    def height_in(self) -> float:
        """Height with the gap to the next."""
        return len(self.lines) * _LINE_IN + _GAP_IN


def labels_of(
    table: pd.DataFrame, say: Speaker, of_row: Callable[[dict[str, Any]], str], most_in: float | None = None
) -> tuple[Label, ...]:
    """A label for each crossing, from north to south, with lines no wider than ``most_in``, if given."""
    found = []
    for place in told.records(table.drop_duplicates("crossing").sort_values("lat", ascending=False)):
        rows = told.records(table[table["crossing"] == place["crossing"]])
        # by rail alone a crossing is called by its stations, as in the title
        only_rail = {row["mode"] for row in rows} == {"rail"}
        name = (say.stations if only_rail else say.crossing)(place["crossing"])
        lines = [(line, INK, "bold", 8.5) for line in _lines(name, 8.5, most_in, True)]
        for row in rows:
            ink = told.COLOUR[str(row["mode"])]
            lines += [(line, ink, "normal", 8) for line in _lines(of_row(row), 8, most_in, False)]
        found.append(Label(place["lat"], place["lon"], tuple(lines)))
    return tuple(found)


def width_in(labels: Sequence[Label]) -> float:
    """Width of the column in inches."""
    lines = [line for label in labels for line in label.lines]
    widths = [text_in(text, points, bold=weight == "bold") for text, _, weight, points in lines]
    return max(widths, default=0.0) + _RIM_IN


def height_in(labels: Sequence[Label]) -> float:
    """Least height in inches of a map with that column."""
    return sum(label.height_in for label in labels) + _BELOW_IN + _ABOVE_IN


def put(axes: Axes, labels: Sequence[Label], frame: Frame) -> None:
    """Set the column at the eastern edge of the map."""
    west, east, south, north = frame.window
    per_in = (north - south) / frame.height_in
    left = east - width_in(labels) * (east - west) / frame.width_in
    heights = [label.height_in * per_in for label in labels]
    tops = _spread(
        [label.lat for label in labels], heights, south + _BELOW_IN * per_in, north - _ABOVE_IN * per_in
    )
    for label, top, height in zip(labels, tops, heights, strict=True):
        middle = top - (height - _GAP_IN * per_in) / 2
        axes.plot([label.lon, left - 0.10], [label.lat, middle], color=FAINT, linewidth=0.7, zorder=4)
        for number, (text, ink, weight, points) in enumerate(label.lines):
            axes.text(
                left, top - number * _LINE_IN * per_in, text,
                color=ink, weight=weight, fontsize=points, va="top", zorder=7,
            )  # fmt: skip


def _lines(text: str, points: float, most_in: float | None, bold: bool) -> list[str]:
    return [text] if most_in is None else wrapped(text, points, most_in, bold=bold)


def _spread(wanted: list[float], heights: list[float], bottom: float, top: float) -> list[float]:
    """Upper edges of blocks, from the top, near the wanted middles, without any overlap."""
    edges: list[float] = []
    free = top
    for middle, height in zip(wanted, heights, strict=True):
        edge = min(middle + height / 2, free)
        edges.append(edge)
        free = edge - height
    lift = bottom - free
    for number in range(len(edges) - 1, -1, -1):
        if lift <= 0:
            break
        edges[number] += lift
        above = edges[number - 1] - heights[number - 1] if number else top
        lift = edges[number] - above
    return edges
