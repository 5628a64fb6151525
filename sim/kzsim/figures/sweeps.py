"""Sweeps: how figures answer to the settings that were varied, as lines, heat maps or clouds of points."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kzsim.figures import told
from kzsim.figures.colours import BASELINE, BLUE, BLUISH_GREEN, ORANGE, VERMILION
from kzsim.figures.drawn import Drawn
from kzsim.figures.style import FAINT, INK, WIDTH_IN, Mark, Sheet, line_in, styled, wrapped
from kzsim.indicators.layout import ALL

if TYPE_CHECKING:
    from collections.abc import Hashable

    import pandas as pd
    from matplotlib.axes import Axes

    from kzsim.experiments.studies import Study
    from kzsim.language import Speaker

MOST_LINES = 4
LOOKS = ((BLUE, "o"), (VERMILION, "s"), (BLUISH_GREEN, "D"), (ORANGE, "^"))
SHOWN = ("crossing_time", "throughput_per_day")
"""What is shown where the sweep has it; else its first indicators."""
_FLOW = ["crossing", "mode", "direction"]
_CELL_IN = 0.34
_LUCK = 0.5
"""A rank correlation nearer to nought than this is not spoken of as deciding anything."""
_MOST_CELLS = 12
_QUANTITY = r"^([-+0-9.eE]+)\s*(.*)$"


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
    for flow, rows in own.groupby(_FLOW, sort=False):
        ordered = rows.sort_values(along.column)
        first, last = ordered.iloc[0], ordered.iloc[-1]
        # ends whose intervals are apart differ; where they overlap nothing is claimed
        sure = bool(last["low"] > first["high"] or last["high"] < first["low"])
        ends.append((abs(last["mean"] - first["mean"]) if sure else -1.0, flow, first, last))
    size, flow, first, last = max(ends, key=lambda one: one[0])
    values = {
        "what": say.indicator(name),
        "key": say.parameter(along.key),
        "from_": say.figure(float(first[along.column])),
        "to": say.figure(float(last[along.column])),
    }
    if size < 0:
        return told.sentence(
            [
                say(
                    "{what} {by}: no detectable change from {key} {from_} to {to}",
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
        text = say("{what} at {place} ({direction}) falls from {before} to {after} {unit} as {key} goes "
                   "from {from_} to {to}",
                   **values)  # fmt: skip
    else:
        text = say("{what} at {place} ({direction}) rises from {before} to {after} {unit} as {key} goes "
                   "from {from_} to {to}",
                   **values)  # fmt: skip
    return told.sentence([text])


def _lines(study: Study, table: pd.DataFrame, along: Axis, by: Axis | None, mode: str, say: Speaker) -> Drawn:
    title = lines_title(table, along, by, mode, say)
    held = [axis for axis in axes_of(table) if axis not in (along, by) and len(table)]
    fixed = "; ".join(f"{axis.key} = {table[axis.column].iloc[0]}" for axis in held)
    what = say("Means at the points of the sweep") + (f" ({fixed})" if fixed else "")
    subtitle = told.subtitle(what, study, say)
    source = told.source(study, say, told.interval_named(say, int(study.manifest.get("replications", 1))))
    values: list[Hashable] = [None] if by is None else list(dict.fromkeys(table[by.column]))
    marks = [
        Mark("interval", colour, f"{by.key} = {value}" if by else "", marker)
        for value, (colour, marker) in zip(values, LOOKS, strict=False)
    ]
    flows = list(dict.fromkeys(table[_FLOW].itertuples(index=False, name=None)))
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
        key=marks if by else (),
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
            own = table[(table["indicator"] == name) & (table[_FLOW] == list(flow)).all(axis=1)]
            for value, (colour, marker) in zip(values, LOOKS, strict=False):
                line = own if by is None else own[own[by.column] == value]
                _interval_line(axes, line.sort_values(along.column), along, colour, marker)
            _dressed(axes, say)
            if not down:
                unit = say.unit(str(own["unit"].iloc[0])) if len(own) else ""
                words = say("{what}, {unit}", what=say.indicator(name), unit=unit)
                sheet.text(left + across * (width + gap), above - 0.40, words, fontsize=8.5, weight="bold")
            if down == len(flows) - 1:
                axes.set_xlabel("\n".join(below))
            else:
                axes.tick_params(labelbottom=False)
    alt = say(
        "Lines of how figures answer to {key} {by}. {title}.",
        key=along.key,
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
        axes.fill_between(x, low, high, color=colour, alpha=0.15, linewidth=0)
    axes.plot(x, line["mean"], color=colour, linewidth=1.3, marker=marker, markersize=3.6)


def _dressed(axes: Axes, say: Speaker) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.grid(visible=True)
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4))
    axes.yaxis.set_major_formatter(lambda value, _: told.tick(value, say))
    axes.xaxis.set_major_formatter(lambda value, _: told.tick(value, say))
    axes.tick_params(length=2, labelsize=7.5)


# --- heat maps --------------------------------------------------------------------------------------------


@styled
def heat_maps(study: Study, say: Speaker) -> tuple[Drawn, ...]:
    """The first figure over two keys of a grid, one figure a mode; () unless two keys are varied."""
    table = heads_of(study)
    keys = [axis for axis in axes_of(table) if 1 < table[axis.column].nunique(dropna=False) <= _MOST_CELLS]
    if study.manifest.get("design") != "grid" or len(keys) < 2:
        return ()
    name = str(table["indicator"].iloc[0])
    table = table[table["indicator"] == name]
    across, down = sorted(keys, key=lambda axis: -int(table[axis.column].nunique(dropna=False)))[:2]
    for axis in keys:
        if axis not in (across, down):
            table = table[table[axis.column] == table[axis.column].iloc[0]]
    return tuple(
        _heat(study, table[table["mode"] == mode], across, down, mode, say) for mode in told.modes_of(table)
    )


def heat_title(table: pd.DataFrame, across: Axis, down: Axis, mode: str, say: Speaker) -> str:
    """Where in the grid the figure is least, over all flows, if that differs surely from the most."""
    name = str(table["indicator"].iloc[0])
    best = told.bottom_of(table, "mean")
    same = table[(table[_FLOW] == [best[key] for key in _FLOW]).all(axis=1)]
    worst = told.top_of(same, "mean")
    place = told.place(str(best["crossing"]), mode, say)
    if not best["high"] < worst["low"]:
        return told.sentence(
            [
                say(
                    "{what} at {place}: no detectable difference between the points",
                    what=say.indicator(name),
                    place=place,
                )
            ]
        )
    return told.sentence(
        [
            say(
                "{what} at {place} is least, {least} {unit}, at {across} and {down}; at most it is {most}",
                what=say.indicator(name),
                place=place,
                least=say.figure(best["mean"]),
                most=say.figure(worst["mean"]),
                unit=say.unit(str(best["unit"])),
                across=_value(best[across.column], across, say),
                down=_value(best[down.column], down, say),
            )
        ]
    )


def _value(value: object, axis: Axis, say: Speaker) -> str:
    if isinstance(value, int | float):
        return "–" if math.isnan(value) else " ".join((say.figure(float(value)), say.unit(axis.unit))).strip()
    return str(value)


def _heat(study: Study, table: pd.DataFrame, across: Axis, down: Axis, mode: str, say: Speaker) -> Drawn:
    title = heat_title(table, across, down, mode, say)
    name, unit = str(table["indicator"].iloc[0]), str(table["unit"].iloc[0])
    what = say("{what}, {unit}: mean and half the width of its 95 % interval",
               what=say.indicator(name), unit=say.unit(unit))  # fmt: skip
    subtitle = told.subtitle(told.sentence([what]), study, say)
    source = told.source(study, say, told.interval_named(say, int(study.manifest.get("replications", 1))))
    flows = list(dict.fromkeys(table[_FLOW].itertuples(index=False, name=None)))
    columns, rows = (list(dict.fromkeys(table[axis.column])) for axis in (across, down))
    left = 1.75
    cell = min((WIDTH_IN - left - 0.15) / len(columns), 0.75)
    head, height = 0.28, _CELL_IN * len(rows)
    sheet = Sheet(title, subtitle, source, body_in=0.30 + (head + height) * len(flows) + 0.42)
    low, high = float(table["mean"].min()), float(table["mean"].max())
    for number, flow in enumerate(flows):
        above = 0.26 + number * (head + height)
        axes = sheet.axes(left, above, cell * len(columns), height)
        own = table[(table[_FLOW] == list(flow)).all(axis=1)]
        sheet.text(left, above - 0.03, say("{place}, {direction}", place=told.place(flow[0], mode, say),
                   direction=say.direction(flow[2])), fontsize=8.5, weight="bold", va="bottom")  # fmt: skip
        grid = np.full((len(rows), len(columns)), np.nan)
        for row in told.records(own):
            at = (rows.index(row[down.column]), columns.index(row[across.column]))
            grid[at] = row["mean"]
            dark = (row["mean"] - low) > 0.55 * ((high - low) or 1)
            half = (row["high"] - row["low"]) / 2
            words = say.figure(row["mean"]) + (f"\n± {say.figure(half)}" if math.isfinite(half) else "")
            axes.text(at[1], at[0], words, ha="center", va="center", fontsize=6, linespacing=1.2,
                      color="white" if dark else INK)  # fmt: skip
        axes.pcolormesh(
            np.arange(len(columns) + 1) - 0.5, np.arange(len(rows) + 1) - 0.5, grid, cmap="Blues", vmin=low,
            vmax=high + 0.25 * ((high - low) or 1), edgecolors="white", linewidth=0.8,
        )  # fmt: skip
        axes.set(xlim=(-0.5, len(columns) - 0.5), ylim=(len(rows) - 0.5, -0.5))
        for side in ("left", "bottom"):
            axes.spines[side].set_visible(False)
        axes.tick_params(length=0, labelsize=7.5, labelbottom=number == len(flows) - 1)
        axes.set_yticks(
            range(len(rows)), ["\n".join(wrapped(_value(one, down, say), 7.5, 1.5)) for one in rows]
        )
        numbers = [say.figure(float(one)) if across.numeric else str(one) for one in columns]
        axes.set_xticks(range(len(columns)), numbers)
        if number == len(flows) - 1:
            axes.set_xlabel(heading(across, say))
    sheet.text(0.12, 0.0, "\n".join(wrapped(heading(down, say), 7.5, left - 0.3)), fontsize=7.5, color=FAINT)
    alt = say("Grid of cells, darker where {what} is larger. {title}.", what=say.indicator(name), title=title)
    return Drawn(
        f"sweep_heat_{mode}", title, subtitle, source, alt, sheet.figure, table.reset_index(drop=True)
    )


# --- clouds -----------------------------------------------------------------------------------------------


@styled
def clouds(study: Study, say: Speaker) -> tuple[Drawn, ...]:
    """Every point of a sampled design over the key that moves it most, one figure a mode; () of a grid."""
    table = with_points(study, heads_of(study))
    numeric = [axis for axis in axes_of(table) if axis.numeric and table[axis.column].nunique() > MOST_LINES]
    if study.manifest.get("design") == "grid" or not numeric:
        return ()
    name = str(table["indicator"].iloc[0])
    table = table[table["indicator"] == name]
    return tuple(
        _cloud(study, table[table["mode"] == mode], numeric, mode, say) for mode in told.modes_of(table)
    )


def with_points(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    """The table with the keys of each point beside it, where the results themselves have too many."""
    import pandas as pd

    if axes_of(table):
        return table
    points = study.table("points")
    found: dict[str, pd.Series] = {}
    for name in points.columns.difference(["point", "replications", "failure"], sort=False):
        parts = points[name].astype("str").str.extract(_QUANTITY)
        if parts[0].notna().all() and len(parts[1].unique()) == 1:
            unit = str(parts[1].iloc[0])
            found[f"{name} [{unit}]" if unit else str(name)] = pd.to_numeric(parts[0])
    values = pd.DataFrame(found).assign(point=points["point"])
    rest = [name for name in table.columns if name != "point"]
    return table.merge(values, on="point", how="left")[["point", *found, *rest]]


def strongest_of(own: pd.DataFrame, numeric: list[Axis]) -> tuple[Axis, float]:
    """The key with the largest rank correlation (Spearman) with the means, and that correlation."""
    found = []
    for axis in numeric:
        if own[axis.column].nunique() < 2 or own["mean"].nunique() < 2:
            found.append((axis, 0.0))
            continue
        ranks = own[[axis.column, "mean"]].rank()
        found.append((axis, float(np.corrcoef(ranks[axis.column], ranks["mean"])[0, 1])))
    return max(found, key=lambda one: abs(one[1]))


def clouds_title(table: pd.DataFrame, numeric: list[Axis], mode: str, say: Speaker) -> str:
    """Which key moves the figure most in most flows; or that none does."""
    name = str(table["indicator"].iloc[0])
    best = [strongest_of(own, numeric) for _, own in table.groupby(_FLOW, sort=False)]
    axis, value = max(best, key=lambda one: abs(one[1]))
    values = {"what": say.indicator(name), "by": told.by_mode(mode, say), "key": say.parameter(axis.key)}
    if abs(value) < _LUCK:
        return told.sentence([say("{what} {by}: no single key decides it", **values)])
    return told.sentence(
        [
            say(
                "{what} {by} answers most to {key}: rank correlation {value}",
                value=say.signed(value, 2),
                **values,
            )
        ]
    )


def _cloud(study: Study, table: pd.DataFrame, numeric: list[Axis], mode: str, say: Speaker) -> Drawn:
    title = clouds_title(table, numeric, mode, say)
    name, unit = str(table["indicator"].iloc[0]), str(table["unit"].iloc[0])
    what = say("{what}, {unit}: every point of the sweep over the key that it answers to most",
               what=say.indicator(name), unit=say.unit(unit))  # fmt: skip
    subtitle = told.subtitle(told.sentence([what]), study, say)
    source = told.source(study, say, told.interval_named(say, int(study.manifest.get("replications", 1))))
    flows = list(dict.fromkeys(table[_FLOW].itertuples(index=False, name=None)))
    row_in, gap_in, left, gap, columns = 1.05, 0.86, 0.55, 0.35, 2
    lines = -(-len(flows) // columns)
    sheet = Sheet(title, subtitle, source, body_in=0.10 + (row_in + gap_in) * lines)
    width = (sheet.width_in - left - 0.15 - gap * (columns - 1)) / columns
    for number, flow in enumerate(flows):
        down, across = divmod(number, columns)
        above, start = 0.32 + down * (row_in + gap_in), left + across * (width + gap)
        axes = sheet.axes(start, above, width, row_in)
        own = table[(table[_FLOW] == list(flow)).all(axis=1)]
        axis, value = strongest_of(own, numeric)
        x = own[axis.column].to_numpy(dtype=float)
        if np.isfinite(own["low"].to_numpy(dtype=float)).any():
            axes.vlines(x, own["low"], own["high"], color=BASELINE, linewidth=0.5, alpha=0.6)
        axes.plot(x, own["mean"], told.MARKER[mode], color=told.COLOUR[mode], markersize=2.6, alpha=0.8)
        _dressed(axes, say)
        axes.set_xlabel("\n".join(wrapped(heading(axis, say), 7, width)), fontsize=7)
        words = say("{place}, {direction}: {value}", place=told.place(flow[0], mode, say),
                    direction=say.direction(flow[2]), value=say.signed(value, 2))  # fmt: skip
        lines_of = wrapped(words, 7.5, width, bold=True)
        sheet.text(start, above - 0.04, "\n".join(lines_of), fontsize=7.5, weight="bold", va="bottom")
    alt = say("Points of the sweep over the key that each figure answers to most. {title}.", title=title)
    return Drawn(
        f"sweep_points_{mode}", title, subtitle, source, alt, sheet.figure, table.reset_index(drop=True)
    )
