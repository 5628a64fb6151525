"""Sweeps: what was varied, and how figures answer to it as lines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from kzsim.figures import told
from kzsim.figures.colours import BLACK, BLUE, ORANGE, VERMILION
from kzsim.figures.drawn import Drawn
from kzsim.figures.style import FAINT, WIDTH_IN, Mark, Sheet, line_in, styled, wrapped
from kzsim.indicators.layout import ALL

if TYPE_CHECKING:
    from collections.abc import Hashable

    import pandas as pd
    from matplotlib.axes import Axes

    from kzsim.experiments.studies import Study
    from kzsim.language import Speaker

MOST_LINES = 4
LOOKS = ((BLUE, "o"), (VERMILION, "s"), (BLACK, "D"), (ORANGE, "^"))
"""None of the colours of agricultural goods and of the rest: these are values of a key."""
SHOWN = ("crossing_time", "throughput_per_day")
"""What is shown where the sweep has it; else its first indicators."""
FLOW = ["crossing", "mode", "direction"]


@dataclass(frozen=True)
class Axis:
    """A varied key: its column in the table, its heading without the unit, its unit ('' for words)."""

    column: str
    key: str
    unit: str
    numeric: bool


def axes_of(table: pd.DataFrame) -> tuple[Axis, ...]:
    """The varied keys of a table of results: the columns between the point and the cell."""
    import pandas as pd

    names = list(table.columns)
    found = []
    for column in names[names.index("point") + 1 : names.index("crossing")]:
        key, _, unit = column.partition(" [")
        found.append(Axis(column, key, unit.removesuffix("]"), pd.api.types.is_numeric_dtype(table[column])))
    return tuple(found)


def heads_of(study: Study) -> pd.DataFrame:
    """The rows of everybody, on rail of loaded trains, of the indicators that are shown."""
    found = study.table("results")
    there = list(dict.fromkeys(found["indicator"]))
    wanted = [name for name in SHOWN if name in there] or there[:2]
    heads = found["class"] == found["mode"].map(told.headline)
    own = found[heads & (found["corridor"] == ALL) & found["indicator"].isin(wanted)]
    order = own["indicator"].map(wanted.index)
    return own.loc[order.sort_values(kind="stable").index].reset_index(drop=True)


def heading(axis: Axis, say: Speaker) -> str:
    """The key in words where it is one of the evidence, else the key; with its unit."""
    words = say.parameter(axis.key)
    return say("{what}, {unit}", what=words, unit=say.unit(axis.unit)) if axis.unit else words


def amount(value: object, axis: Axis, say: Speaker) -> str:
    """A value of a key with its unit; words as they are."""
    if not isinstance(value, int | float | np.integer | np.floating):
        return str(value)
    number = float(value)
    if not np.isfinite(number):
        return "–"
    told_number = say.number(number, 0) if number.is_integer() else say.figure(number)
    return f"{told_number}\N{NO-BREAK SPACE}{say.unit(axis.unit)}" if axis.unit else told_number


def common_luck(say: Speaker) -> str:
    """Why points differ more surely than their intervals suggest."""
    return say(
        "All points have the same random numbers, so that differences between them are usually surer "
        "than the intervals of each suggest"
    )


# --- lines ------------------------------------------------------------------------------------------------


@styled
def lines(study: Study, say: Speaker) -> tuple[Drawn, ...]:
    """Response lines over the numeric key with most values, one figure a mode; () without such a key."""
    table, split = line_table(study)
    if split is None:
        return ()
    along, by = split
    return tuple(
        _lines(study, table[table["mode"] == mode], along, by, mode, say) for mode in told.modes_of(table)
    )


def line_table(study: Study) -> tuple[pd.DataFrame, tuple[Axis, Axis | None] | None]:
    """The rows that stand in one picture, and the key along which and the one by which they are split.

    Other keys are held at their value of the first point. Sampled designs, where no two points share
    a value, are for ``clouds``.
    """
    table = heads_of(study)
    keys = axes_of(table)
    numeric = [axis for axis in keys if axis.numeric and len(table[axis.column].unique()) > 1]
    if study.manifest.get("design") != "grid" or not numeric:
        return table, None
    along = max(numeric, key=lambda axis: int(table[axis.column].nunique()))
    others = [axis for axis in keys if axis != along and len(table[axis.column].unique()) > 1]
    by = next((axis for axis in others if table[axis.column].nunique(dropna=False) <= MOST_LINES), None)
    for axis in others:
        if axis != by:
            table = table[table[axis.column] == table[axis.column].iloc[0]]
    return table, (along, by)


def lines_title(table: pd.DataFrame, along: Axis, by: Axis | None, mode: str, say: Speaker) -> str:
    """How the first figure of the most affected flow changes along the key, if surely it does."""
    name = str(table["indicator"].iloc[0])
    own = table[table["indicator"] == name]
    if by is not None:
        own = own[own[by.column] == own[by.column].iloc[0]]
    ends = []
    for flow, rows in own.groupby(FLOW, sort=False):
        ordered = rows.sort_values(along.column)
        first, last = ordered.iloc[0], ordered.iloc[-1]
        # ends whose intervals are apart differ; where they overlap nothing is claimed
        sure = bool(last["low"] > first["high"] or last["high"] < first["low"])
        ends.append((abs(last["mean"] - first["mean"]) if sure else -1.0, flow, first, last))
    size, flow, first, last = max(ends, key=lambda one: one[0])
    values = {
        "what": say.indicator(name),
        "key": say.parameter(along.key),
        "from_": amount(float(first[along.column]), replace(along, unit=""), say),
        "to": amount(float(last[along.column]), along, say),
    }
    if size < 0:
        return told.sentence(
            [
                say(
                    "{what} {by}: no detectable change as “{key}” goes from {from_} to {to}",
                    by=told.by_mode(mode, say),
                    **values,
                )
            ]
        )
    values |= {
        "place": told.place(str(flow[0]), mode, say),
        "direction": say.direction(str(flow[2])),
        "before": say.figure(first["mean"]),
        "after": say.figure(last["mean"]),
        "unit": say.unit(str(first["unit"])),
    }
    if last["mean"] < first["mean"]:
        text = say("{what} at {place} ({direction}) falls from {before} to {after} {unit} as “{key}” "
                   "goes from {from_} to {to}",
                   **values)  # fmt: skip
    else:
        text = say("{what} at {place} ({direction}) rises from {before} to {after} {unit} as “{key}” "
                   "goes from {from_} to {to}",
                   **values)  # fmt: skip
    return told.sentence([text])


def _lines(study: Study, table: pd.DataFrame, along: Axis, by: Axis | None, mode: str, say: Speaker) -> Drawn:
    title = lines_title(table, along, by, mode, say)
    held = [axis for axis in axes_of(table) if axis not in (along, by) and len(table)]
    fixed = "; ".join(
        f"{say.parameter(axis.key)} = {amount(table[axis.column].iloc[0], axis, say)}" for axis in held
    )
    what = say("Means at the points of the sweep") + (f" ({fixed})" if fixed else "")
    subtitle = told.subtitle(what, study, say)
    count = int(study.manifest.get("replications", 1))
    source = told.source(study, say, told.interval_named(say, count), common_luck(say) if count > 1 else "")
    values: list[Hashable] = [None] if by is None else list(dict.fromkeys(table[by.column]))
    marks = [
        Mark("interval", colour, f"{say.parameter(by.key)} = {amount(value, by, say)}", marker)
        for value, (colour, marker) in zip(values, LOOKS, strict=False)
        if by is not None
    ]
    if np.isfinite(table["low"].to_numpy(dtype=float)).any():
        marks.append(Mark("bar", FAINT if by else LOOKS[0][0], say("95 % interval of each mean")))
    flows = list(dict.fromkeys(table[FLOW].itertuples(index=False, name=None)))
    shown = list(dict.fromkeys(table["indicator"]))
    row_in, gap_in, left, gap = 1.10, 0.30, 0.62, 0.55
    width = (WIDTH_IN - left - 0.15 - gap * (len(shown) - 1)) / len(shown)
    below = wrapped(heading(along, say), 8.5, width)
    feet_in = 0.24 + len(below) * line_in(8.5)
    sheet = Sheet(
        title,
        subtitle,
        source,
        body_in=0.16 + (row_in + gap_in) * len(flows) + feet_in,
        key=marks,
    )
    top = 0.46
    for down, flow in enumerate(flows):
        above = top + down * (row_in + gap_in)
        where = say(
            "{place}, {direction}", place=told.place(flow[0], mode, say), direction=say.direction(flow[2])
        )
        sheet.text(0.12, above - 0.20, where, fontsize=8, color=FAINT)
        for across, name in enumerate(shown):
            axes = sheet.axes(left + across * (width + gap), above, width, row_in)
            own = table[(table["indicator"] == name) & (table[FLOW] == list(flow)).all(axis=1)]
            for value, (colour, marker) in zip(values, LOOKS, strict=False):
                line = own if by is None else own[own[by.column] == value]
                _interval_line(axes, line.sort_values(along.column), along, colour, marker)
            dressed(axes, say)
            if not down:
                unit = say.unit(str(own["unit"].iloc[0])) if len(own) else ""
                words = say("{what}, {unit}", what=say.indicator(name), unit=unit)
                sheet.text(left + across * (width + gap), above - 0.40, words, fontsize=8.5, weight="bold")
            if down == len(flows) - 1:
                axes.set_xlabel("\n".join(below))
            else:
                axes.tick_params(labelbottom=False)
    alt = say(
        "Lines of how figures answer to “{key}” {by}. {title}.",
        key=say.parameter(along.key),
        by=told.by_mode(mode, say),
        title=title,
    )
    return Drawn(
        f"sweep_lines_{mode}", title, subtitle, source, alt, sheet.figure, table.reset_index(drop=True)
    )


def _interval_line(axes: Axes, line: pd.DataFrame, along: Axis, colour: str, marker: str) -> None:
    x = line[along.column].to_numpy(dtype=float)
    low, high = line["low"].to_numpy(dtype=float), line["high"].to_numpy(dtype=float)
    if np.isfinite(low).all() and len(line):
        axes.fill_between(x, low, high, color=colour, alpha=0.12, linewidth=0)
    axes.plot(x, line["mean"], color=colour, linewidth=1.3, marker=marker, markersize=3.6)


def dressed(axes: Axes, say: Speaker) -> None:
    """A grid, and numbers at both axes as the language writes them, from nought upwards."""
    from matplotlib.ticker import MaxNLocator

    axes.grid(visible=True)
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4))
    axes.yaxis.set_major_formatter(lambda value, _: told.tick(value, say))
    axes.xaxis.set_major_formatter(lambda value, _: told.tick(value, say))
    axes.tick_params(length=2, labelsize=7.5)
