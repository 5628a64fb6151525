"""Heat maps of a grid over two of its keys."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from kzsim.figures import told
from kzsim.figures.drawn import Drawn
from kzsim.figures.style import FAINT, INK, WIDTH_IN, Sheet, styled, wrapped
from kzsim.figures.sweeps import FLOW, Axis, amount, axes_of, common_luck, heading, heads_of

if TYPE_CHECKING:
    import pandas as pd

    from kzsim.experiments.studies import Study
    from kzsim.language import Speaker

_CELL_IN = 0.34
_MOST_CELLS = 12
_PALER = 1.25
"""The darkest cell is so much paler than the darkest colour there is."""


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
    """Where in the grid the figure is least, in the flow in which the points surely differ most.

    Points of that flow whose interval reaches that of the least are counted: they cannot be told from it.
    """
    name = str(table["indicator"].iloc[0])
    flows = [own for _, own in table.groupby(FLOW, sort=False) if own["mean"].notna().any()]
    apart = []
    for own in flows:
        best, worst = told.bottom_of(own, "mean"), told.top_of(own, "mean")
        if best["high"] < worst["low"]:
            apart.append((worst["mean"] - best["mean"], best, worst, own))
    if not apart:
        return told.sentence(
            [
                say(
                    "{what} {by}: no detectable difference between the points in any of {n} flows",
                    what=say.indicator(name),
                    by=told.by_mode(mode, say),
                    n=say.number(len(flows), 0),
                )
            ]
        )
    _, best, worst, own = max(apart, key=lambda one: float(one[0]))
    others = int((own["low"] <= best["high"]).sum()) - 1
    clauses = [
        say(
            "{what} at {place} ({direction}) is least, {least} {unit}, at {across} and {down}; at most it is "
            "{most} {unit}",
            what=say.indicator(name),
            place=told.place(str(best["crossing"]), mode, say),
            direction=say.direction(str(best["direction"])),
            least=say.figure(best["mean"]),
            most=say.figure(worst["mean"]),
            unit=say.unit(str(best["unit"])),
            across=_named(best[across.column], across, say),
            down=_named(best[down.column], down, say),
        )
    ]
    if others:
        clauses.append(
            say.plural(
                "the least cannot be told from {n} other point",
                "the least cannot be told from {n} other points",
                others,
            )
        )
    if len(flows) > 1:
        clauses.append(
            say(
                "the points surely differ in {sure} of {n} flows",
                sure=say.number(len(apart), 0),
                n=say.number(len(flows), 0),
            )
        )
    return told.sentence(clauses)


def _named(value: object, axis: Axis, say: Speaker) -> str:
    """The key and its value with its unit."""
    return say("“{key}” = {value}", key=say.parameter(axis.key), value=amount(value, axis, say))


def readable_on(face: tuple[float, float, float, float]) -> str:
    """White or ink, whichever stands out more on a colour by WCAG's contrast ratio: 4.5 or nearly so."""
    from matplotlib.colors import to_rgb

    return max(("white", INK), key=lambda one: contrast(to_rgb(one), face[:3]))


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """The contrast ratio of two colours (red, green, blue from 0 to 1), from 1 to 21: WCAG 2, 1.4.3."""
    dark, light = sorted(_luminance(colour) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: tuple[float, ...]) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _heat(study: Study, table: pd.DataFrame, across: Axis, down: Axis, mode: str, say: Speaker) -> Drawn:
    from matplotlib import colormaps

    title = heat_title(table, across, down, mode, say)
    name, unit = str(table["indicator"].iloc[0]), str(table["unit"].iloc[0])
    what = say("{what}, {unit}: mean and half the width of its 95 % interval",
               what=say.indicator(name), unit=say.unit(unit))  # fmt: skip
    subtitle = told.subtitle(told.sentence([what]), study, say)
    count = int(study.manifest.get("replications", 1))
    source = told.source(study, say, told.interval_named(say, count), common_luck(say) if count > 1 else "")
    flows = list(dict.fromkeys(table[FLOW].itertuples(index=False, name=None)))
    columns, rows = (list(dict.fromkeys(table[axis.column])) for axis in (across, down))
    left = 1.75
    cell = min((WIDTH_IN - left - 0.15) / len(columns), 0.75)
    head, height = 0.28, _CELL_IN * len(rows)
    sheet = Sheet(title, subtitle, source, body_in=0.30 + (head + height) * len(flows) + 0.42)
    low, high = float(table["mean"].min()), float(table["mean"].max())
    for number, flow in enumerate(flows):
        above = 0.26 + number * (head + height)
        axes = sheet.axes(left, above, cell * len(columns), height)
        own = table[(table[FLOW] == list(flow)).all(axis=1)]
        sheet.text(left, above - 0.03, say("{place}, {direction}", place=told.place(flow[0], mode, say),
                   direction=say.direction(flow[2])), fontsize=8.5, weight="bold", va="bottom")  # fmt: skip
        grid = np.full((len(rows), len(columns)), np.nan)
        for row in told.records(own):
            at = (rows.index(row[down.column]), columns.index(row[across.column]))
            grid[at] = row["mean"]
            face = colormaps["Blues"]((row["mean"] - low) / (_PALER * ((high - low) or 1)))
            half = (row["high"] - row["low"]) / 2
            words = say.figure(row["mean"]) + (f"\n± {say.figure(half)}" if math.isfinite(half) else "")
            axes.text(at[1], at[0], words, ha="center", va="center", fontsize=6, linespacing=1.2,
                      color=readable_on(face))  # fmt: skip
        axes.pcolormesh(
            np.arange(len(columns) + 1) - 0.5, np.arange(len(rows) + 1) - 0.5, grid, cmap="Blues", vmin=low,
            vmax=low + _PALER * ((high - low) or 1), edgecolors="white", linewidth=0.8,
        )  # fmt: skip
        axes.set(xlim=(-0.5, len(columns) - 0.5), ylim=(len(rows) - 0.5, -0.5))
        for side in ("left", "bottom"):
            axes.spines[side].set_visible(False)
        axes.tick_params(length=0, labelsize=7.5, labelbottom=number == len(flows) - 1)
        axes.set_yticks(
            range(len(rows)), ["\n".join(wrapped(amount(one, down, say), 7.5, 1.5)) for one in rows]
        )
        numbers = [amount(one, replace(across, unit=""), say) for one in columns]
        axes.set_xticks(range(len(columns)), numbers)
        if number == len(flows) - 1:
            axes.set_xlabel(heading(across, say))
    sheet.text(0.12, 0.0, "\n".join(wrapped(heading(down, say), 7.5, left - 0.3)), fontsize=7.5, color=FAINT)
    alt = say("Grid of cells, darker where {what} is larger. {title}.", what=say.indicator(name), title=title)
    return Drawn(
        f"sweep_heat_{mode}", title, subtitle, source, alt, sheet.figure, table.reset_index(drop=True)
    )
