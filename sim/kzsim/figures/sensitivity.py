"""Which parameters matter: a bar with its interval for each, the strongest first."""

from __future__ import annotations

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


def strongest(
    table: pd.DataFrame, value: str, *, title: str, subtitle: str, axis: str, noise: float, source: str
) -> Figure:
    """Bars of ``value`` with ``<value>_low`` and ``_high``; grey where luck may be all there is.

    ``table`` has a row for each parameter, the strongest first; ``noise`` is the level that luck alone
    reaches, NaN if it is not known.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    shown = table.dropna(subset=[value]).head(MOST_BARS).iloc[::-1]
    height = _FRAME_IN + _BAR_IN * max(len(shown), 1)
    with mpl.rc_context(cast("Any", STYLE)):
        figure = Figure(figsize=(WIDTH_IN, height))
        axes = figure.add_axes((0.47, 0.62 / height, 0.5, 1 - _FRAME_IN / height + 0.2 / height))
        at = np.arange(len(shown))
        means = shown[value].to_numpy(dtype=float)
        low = np.clip(means - shown[f"{value}_low"].to_numpy(dtype=float), 0, None)
        high = np.clip(shown[f"{value}_high"].to_numpy(dtype=float) - means, 0, None)
        own = RAIL if (table["mode"] == "rail").any() else ROAD
        colours = [own if clear else BASELINE for clear in shown["above_noise"]]
        axes.barh(at, means, height=0.62, color=colours, alpha=0.85)
        axes.errorbar(means, at, xerr=[low, high], fmt="none", ecolor="#222222", elinewidth=0.9, capsize=2)
        axes.set_yticks(at, list(shown["parameter"]))
        axes.tick_params(axis="y", length=0)
        axes.set_xlim(left=0)
        if np.isfinite(noise) and noise > 0:
            axes.axvline(noise, color=FAINT, linestyle="--", linewidth=0.8)
            axes.annotate(
                "luck alone", (noise, 1), (3, 2), xycoords=("data", "axes fraction"),
                textcoords="offset points", fontsize=7, color=FAINT,
            )  # fmt: skip
        axes.set_xlabel(axis)
        figure.text(0.012, 1 - 0.26 / height, title, fontsize=11, weight="bold")
        figure.text(0.012, 1 - 0.46 / height, subtitle, fontsize=8, color=FAINT)
        figure.text(0.012, 0.08 / height, source, fontsize=7, color=FAINT)
    return figure
