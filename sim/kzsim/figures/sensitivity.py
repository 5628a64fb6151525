"""Which parameters matter: a bar with its interval for each, the strongest first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from kzsim.experiments.uncertainty.sensitivity import CLEAR, FEW_TRAJECTORIES, ONE_REPLICATION
from kzsim.figures import told
from kzsim.figures.colours import BASELINE, RAIL, ROAD
from kzsim.figures.drawn import Drawn
from kzsim.figures.style import FAINT, INK, Mark, Sheet, line_in, styled, wrapped
from kzsim.language import speaker

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from kzsim.experiments.studies import Study
    from kzsim.language import Speaker

MOST_BARS = 12
_LABEL_IN = 3.3
_BAR_IN = 0.12
_CELL = ["crossing", "mode", "direction", "class", "corridor", "indicator"]


@styled
def sensitivities(study: Study, say: Speaker) -> tuple[Drawn, ...]:
    """A figure for each figure that was explained: Morris sizes or Sobol' total indices."""
    table = study.table("sensitivity")
    made = []
    for (key, rows), about in zip(table.groupby(_CELL, sort=False), study.manifest["noise"], strict=True):
        name = "_".join(
            part for part in (str(key[5]), str(key[0]), str(key[1]), str(key[2])) if part and part != "nan"
        )
        made.append(_sensitivity(study, rows.reset_index(drop=True), str(about["unit"]), name, say))
    return tuple(made)


def sensitivity_title(table: pd.DataFrame, what: str, say: Speaker) -> str:
    """Which parameter moves the figure most, and whether that is clear of luck; or that nothing is.

    ``table`` has a row for each parameter, the strongest first.
    """
    findings, names = list(table["finding"]), [say.parameter(str(name)) for name in table["parameter"]]
    if FEW_TRAJECTORIES in findings or ONE_REPLICATION in findings:
        return told.sentence(
            [say("{what}: {key} looks strongest; too little was run to tell luck", what=what, key=names[0])]
        )
    if CLEAR not in findings:
        return told.sentence(
            [say("{what}: no range of the evidence surely moves it more than luck does", what=what)]
        )
    first = findings.index(CLEAR)
    if first > 0:
        text = say("{what}: {key} is the strongest range that is clear of luck", what=what, key=names[first])
    elif findings.count(CLEAR) == 1:
        text = say("{what}: only one range surely moves it, {key}", what=what, key=names[0])
    else:
        text = say("{what} depends most on {key}", what=what, key=names[0])
    return told.sentence([text])


def _sensitivity(study: Study, table: pd.DataFrame, unit: str, name: str, say: Speaker) -> Drawn:
    first = table.iloc[0]
    mode = str(first["mode"])
    what = say(
        "{what} at {place}, {direction}",
        what=say.indicator(str(first["indicator"])),
        place=told.place(str(first["crossing"]), mode, say),
        direction=say.direction(str(first["direction"])),
    )
    title = sensitivity_title(table, what, say)
    morris = study.manifest["method"] == "morris"
    measure = (
        say("Morris: mean absolute change over the whole range, {unit}", unit=say.unit(unit))
        if morris
        else say("Sobol': share of the variance in which it takes part (total index)")
    )
    subtitle = told.subtitle(measure, study, say)
    source = told.source(study, say, say("Interval: 95 % bootstrap interval"), say("Grey: luck may be all"))
    figure = _bars(table, "size" if morris else "total", (title, subtitle, source), say)
    alt = say("Bars of the parameters that move the figure most, the strongest first. {title}.", title=title)
    safe = re.sub(r"[^a-z0-9_]+", "-", f"sensitivity_{name}".lower())
    return Drawn(safe, title, subtitle, source, alt, figure, table)


def _bars(table: pd.DataFrame, value: str, words: tuple[str, str, str], say: Speaker) -> Figure:
    shown = table.dropna(subset=[value]).head(MOST_BARS)
    own = RAIL if (table["mode"] == "rail").any() else ROAD
    names = [wrapped(say.parameter(str(name)), 7.5, _LABEL_IN - 0.25) for name in shown["parameter"]]
    heights = [len(lines) * line_in(7.5) + _BAR_IN for lines in names]
    marks = [
        Mark("square", own, say("surely more than luck")),
        Mark("square", BASELINE, say("luck may be all")),
        *([Mark("line", FAINT, say("what luck alone reaches"))] if (shown["luck"] > 0).any() else []),
    ]
    sheet = Sheet(*words, body_in=0.08 + sum(heights) + 0.26, key=marks)
    top = 0.08
    axes = sheet.axes(_LABEL_IN, top, sheet.width_in - _LABEL_IN - 0.45, max(sum(heights), 0.2))
    far = float(np.nanmax([*shown[value], *shown[f"{value}_high"], *shown["luck"], 1e-12]))
    axes.set(xlim=(0, far * 1.12), ylim=(max(sum(heights), 0.2), 0))
    axes.grid(visible=True, axis="x")
    axes.set_yticks([])
    axes.xaxis.set_major_formatter(lambda number, _: told.tick(number, say))
    at = 0.0
    for row, lines, height in zip(told.records(shown), names, heights, strict=True):
        y = at + height / 2
        axes.barh(y, row[value], height=0.15, color=own if row["finding"] == CLEAR else BASELINE, linewidth=0)
        axes.plot([row[f"{value}_low"], row[f"{value}_high"]], [y, y], color=INK, linewidth=1.0)
        if row["luck"] > 0:
            axes.plot([row["luck"], row["luck"]], [y - 0.075, y + 0.075], color=FAINT, linewidth=1.4)
        sheet.text(
            _LABEL_IN - 0.1, top + y, "\n".join(lines), va="center", ha="right", fontsize=7.5, linespacing=1.1
        )
        at += height
    return sheet.figure


@styled
def strongest(
    table: pd.DataFrame, value: str, *, title: str, subtitle: str, axis: str, source: str
) -> Figure:
    """Bars of ``value`` with ``<value>_low`` and ``_high``, in English; grey where luck may be all there is.

    ``table`` has a row for each parameter, the strongest first, with ``finding`` and ``luck``, the level that
    luck alone reaches, NaN if it is not known. ``axis`` says what the bars measure.
    """
    return _bars(table, value, (title, f"{subtitle}. {told.sentence([axis])}", source), speaker())
