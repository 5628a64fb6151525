"""A wide figure for a telephone: the same drawing in parts below one another, each as wide as the screen.

Nothing is drawn twice: every part is a window on the figure. Panels side by side come one below the other,
each with the names of the rows at its left, or with the headings of the rows above them; a single panel that
is too wide has the name of each row above what stands beside it. Entries of the key are set on as many lines
as they need.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from kzsim.figures.style import SOURCE_PT, line_in, text_in

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

WIDEST_PT = 330
"""No part is wider, so that letters of eight points have nine pixels on a screen of 390."""
_PT_PER_IN = 72
_ALIKE_PT = 3
_TICK_PT = 7
"""A tick, the gap to its label and a little air."""
_KEY_GAP_PT = 2
_SLACK = 1.25
"""A part may be wider by this factor, with letters smaller by as much."""
_OVERHANG_PT = 9
"""Half of the last label below a panel."""
_NAMES_PT = 40
"""What stands further left than this has no room for the name of a row."""


@dataclass(frozen=True)
class Window:
    """A part of the figure: its left upper corner and size in points."""

    x: float
    y: float
    width: float
    height: float


Row = tuple[Window, ...]
"""Windows that stand side by side."""


@dataclass(frozen=True)
class Words:
    """Where a text of the figure stands, in points, and the size of its letters."""

    left: float
    right: float
    top: float
    bottom: float
    size: float

    @property
    def window(self) -> Window:
        """What shows it, with a little air."""
        return Window(self.left - 1, self.top - 1, self.right - self.left + 4, self.bottom - self.top + 2)


def stacked(figure: Figure) -> tuple[Row, ...]:
    """The rows to show below one another; () for a figure without panels, or with one too wide for that."""
    body = _body(figure)
    columns = _columns(figure)
    if body is None or not columns:
        return ()
    cuts = [max(_left_of(panels), 0) for panels in columns]
    words = [found for text in figure.texts if body[0] <= (found := _words(figure, text)).top < body[1]]
    if len(columns) == 1:
        parts = _of_one_panel(figure, body, cuts[0], columns[0], words)
    else:
        parts = _of_panels(figure, body, cuts, words)
    rows = [*_key(figure), *parts]
    if not parts or any(sum(window.width for window in row) > _SLACK * WIDEST_PT for row in rows):
        return ()
    return tuple(rows)


def _of_panels(
    figure: Figure, body: tuple[float, float], cuts: Sequence[float], words: Sequence[Words]
) -> list[Row]:
    """As many panels a part as there is room for, beside the names of the rows or below their headings."""
    top, bottom = body
    ends = [*cuts[1:], figure.get_figwidth() * _PT_PER_IN]
    names = Window(0, top, cuts[0], bottom - top)
    near = cuts[0] + _TICK_PT
    headings = [one for one in words if one.left <= near < one.right]
    rows: list[Row] = []
    first = 0
    while first < len(cuts):
        last = first
        while last + 1 < len(cuts) and names.width + ends[last + 1] - cuts[first] <= WIDEST_PT:
            last += 1
        part = Window(cuts[first], top, ends[last] - cuts[first], bottom - top)
        if first and cuts[0] < _NAMES_PT and headings:
            rows += _below_headings(part, headings)
        else:
            rows.append((names, part) if names.width else (part,))
        first = last + 1
    return rows


def _below_headings(part: Window, headings: Sequence[Words]) -> list[Row]:
    """A part cut at the headings of its rows, which stand further left, with each of them between."""
    rows: list[Row] = []
    at = part.y
    for heading in sorted(headings, key=lambda one: one.top):
        rows += [(Window(part.x, at, part.width, heading.top - at),)] if heading.top > at + 1 else []
        rows.append((heading.window,))
        at = heading.bottom
    return [*rows, (Window(part.x, at, part.width, part.y + part.height - at),)]


def _of_one_panel(
    figure: Figure, body: tuple[float, float], cut: float, panels: Sequence[Axes], words: Sequence[Words]
) -> list[Row]:
    """All of it if it is narrow enough; else row by row, the name of each above what stands beside it."""
    top, bottom = body
    ends = [*(_box(axes)[2] for axes in panels), *(_label_end(axes) for axes in panels)]
    right = max([*ends, *(one.right for one in words)]) + _OVERHANG_PT
    right = min(right, float(figure.get_figwidth()) * _PT_PER_IN)
    if right <= _SLACK * WIDEST_PT:
        return [(Window(0, top, right, bottom - top),)]
    high, low = min(_box(axes)[1] for axes in panels), max(_box(axes)[3] for axes in panels)
    beside = [one for one in words if one.right <= cut + _TICK_PT]
    names = _rows_of([one for one in beside if high <= (one.top + one.bottom) / 2 <= low])
    if cut < _NAMES_PT or not names:
        return []
    cut = max(cut, *(one.right for one in names))
    middles = [(one.top + one.bottom) / 2 for one in names]
    between = [(one + other) / 2 for one, other in pairwise(middles)]
    edges = [high, *between, low]
    width = right - cut
    rows: list[Row] = [(one.window,) for one in beside if one.bottom <= high]
    rows += [(Window(cut, top, width, high - top),)] if high > top + 1 else []
    for name, above, below in zip(names, edges, edges[1:], strict=False):
        rows += [(name.window,), (Window(cut, above, width, below - above),)]
    rows.append((Window(cut, low, width, bottom - low),))
    return [*rows, *((one.window,) for one in beside if one.top >= low)]


def _rows_of(words: Sequence[Words]) -> list[Words]:
    """The names of rows: words of the largest letters with smaller ones below and others beside them."""
    largest = max((one.size for one in words), default=0.0)
    rows: list[Words] = []
    for one in sorted(words, key=lambda found: (found.top, found.left)):
        middle = (one.top + one.bottom) / 2
        if rows and (one.size < largest or middle < rows[-1].bottom - 1):
            before = rows[-1]
            rows[-1] = Words(
                min(before.left, one.left),
                max(before.right, one.right),
                min(before.top, one.top),
                max(before.bottom, one.bottom),
                largest,
            )
        else:
            rows.append(one)
    return rows


def _words(figure: Figure, text: Text) -> Words:
    lines, size = text.get_text().split("\n"), float(text.get_fontsize())
    bold = text.get_fontweight() == "bold"
    wide = max(text_in(line, size, bold=bold) for line in lines) * _PT_PER_IN
    high = len(lines) * line_in(size) * _PT_PER_IN
    x = float(text.get_position()[0]) * float(figure.get_figwidth()) * _PT_PER_IN
    y = (1 - float(text.get_position()[1])) * float(figure.get_figheight()) * _PT_PER_IN
    left = x - wide * {"left": 0.0, "center": 0.5, "right": 1.0}[text.get_horizontalalignment()]
    above = {"top": 0.0, "bottom": 1.0, "baseline": 1.0}.get(text.get_verticalalignment(), 0.5)
    return Words(left, left + wide, y - high * above, y + high * (1 - above), size)


def _label_end(axes: Axes) -> float:
    """Where the name of the horizontal axis ends, which is set about the middle of the panel."""
    label, (left, _, right, _) = axes.xaxis.label, _box(axes)
    widths = [text_in(line, float(label.get_fontsize())) for line in label.get_text().split("\n")]
    return (left + right + max(widths) * _PT_PER_IN) / 2


def _box(axes: Axes) -> tuple[float, float, float, float]:
    """Left, top, right and bottom edge in points."""
    place, sheet = axes.get_position(), axes.figure.bbox
    wide, high = (float(side) / float(axes.figure.dpi) * _PT_PER_IN for side in (sheet.width, sheet.height))
    return place.x0 * wide, (1 - place.y1) * high, place.x1 * wide, (1 - place.y0) * high


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


def body_of(figure: Figure) -> str:
    """The window between the words above and the source of a figure without a key, as a viewBox says it."""
    top, bottom = _body(figure, keyed=False) or (0.0, float(figure.get_figheight()) * _PT_PER_IN)
    return f"0 {top:.0f} {float(figure.get_figwidth()) * _PT_PER_IN:.0f} {bottom - top:.0f}"


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


def _body(figure: Figure, *, keyed: bool = True) -> tuple[float, float] | None:
    """From where to where the panels with their headings stand; None for a figure without a source."""
    height = float(figure.get_figheight()) * _PT_PER_IN
    head = None
    for text in figure.texts:
        if text.get_fontsize() == SOURCE_PT:
            if head is None:
                return None
            flat = [axes.get_position() for axes in figure.axes if keyed]
            keys = [place.y0 for place in flat if place.width >= 0.95]
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
