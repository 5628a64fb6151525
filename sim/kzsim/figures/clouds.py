"""The points of a sampled sweep over the key that each figure answers to most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kzsim.figures import told
from kzsim.figures.colours import BASELINE
from kzsim.figures.drawn import Drawn
from kzsim.figures.style import Sheet, styled, wrapped
from kzsim.figures.sweeps import FLOW, MOST_LINES, Axis, axes_of, dressed, heading, heads_of

if TYPE_CHECKING:
    import pandas as pd

    from kzsim.experiments.studies import Study
    from kzsim.language import Speaker

_LUCK = 0.5
"""A rank correlation nearer to nought than this is not spoken of as deciding anything."""
_QUANTITY = r"^([-+0-9.eE]+)\s*(.*)$"


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
    best = [strongest_of(own, numeric) for _, own in table.groupby(FLOW, sort=False)]
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
    flows = list(dict.fromkeys(table[FLOW].itertuples(index=False, name=None)))
    row_in, gap_in, left, gap, columns = 1.05, 0.86, 0.55, 0.35, 2
    lines = -(-len(flows) // columns)
    sheet = Sheet(title, subtitle, source, body_in=0.10 + (row_in + gap_in) * lines)
    width = (sheet.width_in - left - 0.15 - gap * (columns - 1)) / columns
    for number, flow in enumerate(flows):
        down, across = divmod(number, columns)
        above, start = 0.32 + down * (row_in + gap_in), left + across * (width + gap)
        axes = sheet.axes(start, above, width, row_in)
        own = table[(table[FLOW] == list(flow)).all(axis=1)]
        axis, value = strongest_of(own, numeric)
        x = own[axis.column].to_numpy(dtype=float)
        if np.isfinite(own["low"].to_numpy(dtype=float)).any():
            axes.vlines(x, own["low"], own["high"], color=BASELINE, linewidth=0.5, alpha=0.6)
        axes.plot(x, own["mean"], told.MARKER[mode], color=told.COLOUR[mode], markersize=2.6, alpha=0.8)
        dressed(axes, say)
        axes.set_xlabel("\n".join(wrapped(heading(axis, say), 7, width)), fontsize=7)
        words = say("{place}, {direction}: {value}", place=told.place(flow[0], mode, say),
                    direction=say.direction(flow[2]), value=say.signed(value, 2))  # fmt: skip
        lines_of = wrapped(words, 7.5, width, bold=True)
        sheet.text(
            start,
            above - 0.04,
            "\n".join(lines_of),
            fontsize=7.5,
            weight="bold",
            va="bottom",
            linespacing=1.0,
        )
    alt = say("Points of the sweep over the key that each figure answers to most. {title}.", title=title)
    return Drawn(
        f"sweep_points_{mode}", title, subtitle, source, alt, sheet.figure, table.reset_index(drop=True)
    )
