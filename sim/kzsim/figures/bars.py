"""Rows of stacked bars with their names at the left, as several figures have them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kzsim.figures import told
from kzsim.figures.colours import luminance
from kzsim.figures.drawn import Drawn
from kzsim.figures.style import FAINT, INK, Mark, Sheet, text_in

if TYPE_CHECKING:
    import pandas as pd

    from kzsim.experiments.studies import Study
    from kzsim.language import Speaker

_ROW_IN, _LEAST_LABEL_IN, _MOST_LABEL_IN = 0.33, 1.4, 3.4
_NAME_PT, _BELOW_PT, _VALUE_PT, _END_PT = 8.0, 6.8, 7.0, 7.5
_MOST_TICKS = 6
_DARK = 0.3
"""Words on a colour of less luminance are white."""


@dataclass(frozen=True)
class Part:
    """A column of the table that makes one part of each bar."""

    column: str
    colour: str
    words: str


@dataclass(frozen=True)
class Bars:
    """What a figure of bars says: ``names`` of a row are its own and, small below it, what more there is.

    ``shown`` writes a value within a bar, ``tick`` one at the axis, ``beside`` what stands at a bar's end.
    """

    name: str
    title: str
    what: str
    notes: tuple[str, ...]
    parts: tuple[Part, ...]
    names: Callable[[Mapping[str, Any]], tuple[str, str]]
    shown: Callable[[float], str]
    tick: Callable[[float], str]
    beside: Callable[[Mapping[str, Any]], str]
    unit: str
    alt: str


def stacked(study: Study, table: pd.DataFrame, bars: Bars, say: Speaker) -> Drawn:
    """A figure in which each row of the table is a bar."""
    subtitle = told.subtitle(bars.what, study, say)
    source = told.source(study, say, *bars.notes)
    rows = told.records(table)
    names = [bars.names(row) for row in rows]
    marks = [Mark("square", part.colour, part.words) for part in bars.parts]
    sheet = Sheet(bars.title, subtitle, source, body_in=0.08 + _ROW_IN * len(rows) + 0.40, key=marks)
    label_in = max(max(text_in(name, _NAME_PT), text_in(below, _BELOW_PT)) + 0.22 for name, below in names)
    label_in = min(max(label_in, _LEAST_LABEL_IN), _MOST_LABEL_IN)
    ends = [bars.beside(row) for row in rows]
    width = sheet.width_in - label_in - 0.2
    room = max(text_in(end, _END_PT, bold=True) for end in ends) + 0.12
    axes = sheet.axes(label_in, 0.08, width, _ROW_IN * len(rows))
    most = max((sum(row[part.column] for part in bars.parts) for row in rows), default=0.0) or 1.0
    far = most * width / (width - min(room, 0.65 * width))
    axes.set(xlim=(0, far), ylim=(len(rows) - 0.5, -0.5))
    axes.grid(visible=True, axis="x")
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(bars.unit)
    # what stands at the bars' ends lies beyond the axis' own values
    ticks = told.few_ticks(max(2, round(_MOST_TICKS * most / far))).tick_values(0, most)
    axes.set_xticks([value for value in ticks if 0 <= value <= most * 1.001])
    axes.xaxis.set_major_formatter(lambda value, _: bars.tick(value))
    for at, (row, end) in enumerate(zip(rows, ends, strict=True)):
        left = _bar(axes, at, row, bars, width / far)
        axes.annotate(
            end, (left, at), (3, 0), textcoords="offset points", va="center_baseline", fontsize=_END_PT,
            weight="bold",
        )  # fmt: skip
    _named(sheet, names, label_in - 0.08)
    return Drawn(bars.name, bars.title, subtitle, source, bars.alt, sheet.figure, table)


def _bar(axes: Any, at: int, row: Mapping[str, Any], bars: Bars, in_per_unit: float) -> float:
    left = 0.0
    for part in bars.parts:
        value = float(row[part.column])
        axes.barh(at, value, left=left, height=0.62, color=part.colour, linewidth=0)
        words = bars.shown(value)
        if len(bars.parts) > 1 and value * in_per_unit > text_in(words, _VALUE_PT) + 0.06:
            ink = "white" if luminance(part.colour) < _DARK else INK
            axes.text(
                left + value / 2, at, words, ha="center", va="center_baseline", fontsize=_VALUE_PT, color=ink
            )
        left += value
    return left


def _named(sheet: Sheet, names: Sequence[tuple[str, str]], right: float) -> None:
    for at, (name, below) in enumerate(names):
        middle = 0.08 + (at + 0.5) * _ROW_IN
        if not below:
            sheet.text(right, middle, name, va="center", ha="right", fontsize=_NAME_PT)
            continue
        sheet.text(right, middle, name, va="bottom", ha="right", fontsize=_NAME_PT)
        sheet.text(right, middle + 0.01, below, va="top", ha="right", fontsize=_BELOW_PT, color=FAINT)
