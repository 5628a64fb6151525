"""Which parameters matter: a bar with its interval for each, the strongest first."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from kzsim.figures.colours import BASELINE, RAIL, ROAD
from kzsim.figures.style import FAINT, STYLE, WIDTH_IN

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

MOST_BARS = 12
_BAR_IN = 0.24
_FRAME_IN = 1.75
_LINE_IN = 0.19


def strongest(
    table: pd.DataFrame, value: str, *, title: str, subtitle: str, axis: str, clear: str, source: str
) -> Figure:
    """Bars of ``value`` with ``<value>_low`` and ``_high``; grey unless ``finding`` is ``clear``.

    ``table`` has a row for each parameter, the strongest first; its column ``luck`` is the level that luck
    alone would reach for that parameter, NaN if it is not known.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    shown = table.dropna(subset=[value]).head(MOST_BARS).iloc[::-1]
    heading, below = (textwrap.wrap(text, most) for text, most in ((title, 72), (subtitle, 115)))
    lines = len(heading) - 1 + len(below) - 1
    height = _FRAME_IN + _LINE_IN * lines + _BAR_IN * max(len(shown), 1)
    with mpl.rc_context(cast("Any", STYLE)):
        figure = Figure(figsize=(WIDTH_IN, height))
        top_in = _FRAME_IN + _LINE_IN * lines - 0.2
        axes = figure.add_axes((0.47, 0.62 / height, 0.5, 1 - top_in / height))
        at = np.arange(len(shown))
        means = shown[value].to_numpy(dtype=float)
        low = np.clip(means - shown[f"{value}_low"].to_numpy(dtype=float), 0, None)
        high = np.clip(shown[f"{value}_high"].to_numpy(dtype=float) - means, 0, None)
        own = RAIL if (table["mode"] == "rail").any() else ROAD
        colours = [own if finding == clear else BASELINE for finding in shown["finding"]]
        axes.barh(at, means, height=0.62, color=colours, alpha=0.85)
        axes.errorbar(means, at, xerr=[low, high], fmt="none", ecolor="#222222", elinewidth=0.9, capsize=2)
        axes.set_yticks(at, list(shown["parameter"]))
        axes.tick_params(axis="y", length=0)
        axes.set_xlim(left=0)
        luck = shown["luck"].to_numpy(dtype=float)
        known = np.isfinite(luck) & (luck > 0)
        if known.any():
            axes.plot(luck[known], at[known], "|", color=FAINT, markersize=13, markeredgewidth=1.4)
            axes.annotate(
                "| luck alone", (1, 1), (0, 2), xycoords="axes fraction", textcoords="offset points",
                ha="right", fontsize=7, color=FAINT,
            )  # fmt: skip
        axes.set_xlabel(axis)
        for number, line in enumerate(heading):
            figure.text(0.012, 1 - (0.26 + _LINE_IN * number) / height, line, fontsize=11, weight="bold")
        beneath = 0.46 + _LINE_IN * (len(heading) - 1)
        for number, line in enumerate(below):
            figure.text(0.012, 1 - (beneath + _LINE_IN * number) / height, line, fontsize=8, color=FAINT)
        figure.text(0.012, 0.08 / height, source, fontsize=7, color=FAINT)
    return figure
