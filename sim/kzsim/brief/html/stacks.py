"""A wide figure for a telephone: the same drawing in parts below one another, each as wide as the screen.

Nothing is drawn twice: every part is a window on the figure. Panels side by side come one below the other,
each with the names of the rows at its left; entries of the key are set on as many lines as they need.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kzsim.figures.style import SOURCE_PT, line_in, text_in

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDEST_PT = 330
"""No part is wider, so that letters of eight points have nine pixels on a screen of 390."""
_PT_PER_IN = 72
_ALIKE_PT = 3
_TICK_PT = 7
"""A tick, the gap to its label and a little air."""
_KEY_GAP_PT = 2


@dataclass(frozen=True)
class Window:
    """A part of the figure: its left upper corner and size in points."""

    x: float
    y: float
    width: float
    height: float


Row = tuple[Window, ...]
"""Windows that stand side by side."""


def stacked(figure: Figure) -> tuple[Row, ...]:
    """The rows to show below one another; () for a figure that has one panel in its width."""
    body = _body(figure)
    columns = _columns(figure)
    if body is None or len(columns) < 2:
        return ()
    top, bottom = body
    cuts = [_left_of(panels) for panels in columns]
    ends = [*cuts[1:], figure.get_figwidth() * _PT_PER_IN]
    names = Window(0, top, max(cuts[0], 0), bottom - top)
    rows: list[Row] = list(_key(figure))
    first = 0
    while first < len(columns):
        last = first
        while last + 1 < len(columns) and names.width + ends[last + 1] - cuts[first] <= WIDEST_PT:
            last += 1
        part = Window(cuts[first], top, ends[last] - cuts[first], bottom - top)
        rows.append((names, part) if names.width else (part,))
        first = last + 1
    if any(sum(window.width for window in row) > 1.25 * WIDEST_PT for row in rows):
        return ()
    return tuple(rows)


def svg_of(rows: Sequence[Row], shape: str) -> str:
    """Inline SVG of the rows, windows on the element whose identifier is ``shape``."""
    told = []
    # the widest takes the whole screen, so that letters are of one size everywhere
    width = max((sum(one.width for one in row) for row in rows), default=0)
    for row in rows:
        height = row[0].height
        at, parts = 0.0, []
        for one in row:
            view = f"{one.x:.0f} {one.y:.0f} {one.width:.0f} {height:.0f}"
            parts.append(
                f'<svg x="{at:.0f}" width="{one.width:.0f}" height="{height:.0f}" viewBox="{view}">'
                f'<use href="#{shape}"/></svg>'
            )
            at += round(one.width)
        told.append(f'<svg viewBox="0 0 {width:.0f} {height:.0f}" aria-hidden="true">{"".join(parts)}</svg>')
    return "".join(told)


def _panels(figure: Figure) -> list[Axes]:
    """Axes that show something; the key is drawn on axes of the whole width."""
    return [axes for axes in figure.axes if axes.get_position().width < 0.95]


def _columns(figure: Figure) -> list[list[Axes]]:
    """Panels by their left edge, from left to right."""
    columns: list[list[Axes]] = []
    for axes in sorted(_panels(figure), key=lambda one: float(one.get_position().x0)):
        if columns and abs(_left(axes) - _left(columns[-1][0])) <= _ALIKE_PT:
            columns[-1].append(axes)
        else:
            columns.append([axes])
    return columns


def _left(axes: Axes) -> float:
    return float(axes.get_position().x0 * axes.figure.bbox.width / axes.figure.dpi) * _PT_PER_IN


def _left_of(panels: Sequence[Axes]) -> float:
    """Where the panels of a column begin, with the labels at their left."""
    return min(_left(axes) - _labels_pt(axes) for axes in panels)


def _labels_pt(axes: Axes) -> float:
    """Width of the labels of the vertical axis, in points."""
    if not axes.axison or not axes.yaxis.get_tick_params().get("labelleft", True):
        return float(_TICK_PT)
    labels = [label for label in axes.get_yticklabels() if label.get_visible() and label.get_text()]
    widths = [text_in(label.get_text(), float(label.get_fontsize())) for label in labels]
    return max(widths, default=0.0) * _PT_PER_IN + _TICK_PT


def _body(figure: Figure) -> tuple[float, float] | None:
    """From where to where the panels with their headings stand; None for a figure without a source."""
    height = float(figure.get_figheight()) * _PT_PER_IN
    head = None
    for text in figure.texts:
        if text.get_fontsize() == SOURCE_PT:
            if head is None:
                return None
            keys = [axes.get_position().y0 for axes in figure.axes if axes.get_position().width >= 0.95]
            top = (1 - min(keys)) * height if keys else head
            return top, (1 - float(text.get_position()[1])) * height - 1
        size = float(text.get_fontsize())
        head = (1 - float(text.get_position()[1])) * height + line_in(size) * _PT_PER_IN
    return None


def _key(figure: Figure) -> list[Row]:
    """The entries of the key on lines of their own width."""
    axes = next((one for one in figure.axes if one.get_position().width >= 0.95), None)
    if axes is None:
        return []
    (low, high), place = axes.get_ylim(), axes.get_position()
    height = float(figure.get_figheight()) * _PT_PER_IN
    lines = sorted({round(float(text.get_position()[1]), 3) for text in axes.texts})
    entries = []
    for text in axes.texts:
        x, y = (float(part) for part in text.get_position())
        # Sheet sets a mark 0.30 inches before its words, and a line of the key 0.19 inches high
        wide = 0.30 + text_in(text.get_text(), float(text.get_fontsize())) + 0.08
        middle = (1 - place.y1) * height + (y - high) / (low - high) * place.height * height
        entries.append(
            (
                lines.index(round(y, 3)),
                Window((x - 0.31) * _PT_PER_IN, middle - 6.8, wide * _PT_PER_IN, 13.6),
            )
        )
    rows: list[list[Window]] = [[]]
    for _, entry in sorted(entries, key=lambda one: (one[0], one[1].x)):
        if rows[-1] and sum(one.width + _KEY_GAP_PT for one in rows[-1]) + entry.width > WIDEST_PT:
            rows.append([])
        rows[-1].append(entry)
    return [tuple(row) for row in rows if row]
