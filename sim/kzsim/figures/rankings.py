"""Which alternative is best: means of all, and how far each is behind the first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from kzsim.figures import told
from kzsim.figures.colours import BASELINE
from kzsim.figures.drawn import Drawn
from kzsim.figures.style import FAINT, INK, Mark, Sheet, line_in, styled, wrapped

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from kzsim.experiments.studies import Study
    from kzsim.language import Speaker

SELECTED, SURVIVES = "selected", "survives"
_ROW_IN, _LABEL_IN, _STATE_IN, _BETWEEN_IN = 0.42, 2.0, 1.35, 0.25
_ALL_FLOWS = re.compile(r"^all (road|rail) flows \((\d+) together\)$")
"""How a study names all flows of a mode together."""
_MOST_NAMED = 3


@styled
def rankings(study: Study, say: Speaker) -> tuple[Drawn, ...]:
    """One figure: every alternative, the best first."""
    return (_ranking(study, study.table("rank"), say),)


def ranking_title(study: Study, table: pd.DataFrame, say: Speaker) -> str:
    """Which alternative was selected and after how many replications; or who is still in the race."""
    about = study.manifest
    first = told.records(table)[0]
    values = {
        "what": say.indicator(str(about["indicator"])),
        "flows": flows_of(study, say),
        "n": say.number(int(table["replications"].max()), 0),
    }
    if first["state"] == SELECTED:
        values["best"] = _names(table)[0]
        if about["better"] == "larger":
            return told.sentence(
                [
                    say(
                        "“{best}” is best: the largest {what}, {flows}, selected after {n} replications",
                        **values,
                    )
                ]
            )
        return told.sentence(
            [say("“{best}” is best: the smallest {what}, {flows}, selected after {n} replications", **values)]
        )
    left = [
        name for name, row in zip(_names(table), told.records(table), strict=True) if row["state"] == SURVIVES
    ]
    values["k"] = say.number(len(left), 0)
    if len(left) <= _MOST_NAMED:
        values["left"] = ", ".join(f"“{name}”" for name in left)
        return told.sentence(
            [
                say(
                    "Not decided after {n} replications which has the best {what}, {flows}: {left} are still "
                    "in the race",
                    **values,
                )
            ]
        )
    return told.sentence(
        [
            say(
                "Not decided after {n} replications which has the best {what}, {flows}: {k} alternatives are "
                "still in the race",
                **values,
            )
        ]
    )


def flows_of(study: Study, say: Speaker) -> str:
    """Of which flows the ranking is: all of a mode in words, else as they were named."""
    named = str(study.manifest["flows"])
    found = _ALL_FLOWS.match(named)
    if found is None:
        return named
    return say("all flows by rail") if found[1] == "rail" else say("all flows by road")


def _names(table: pd.DataFrame) -> list[str]:
    """What to call each alternative: its title, with its name behind one that several have."""
    titles = [str(title) for title in table["title"]]
    return [
        title if title and titles.count(title) == 1 else f"{title} ({name})" if title else str(name)
        for title, name in zip(titles, table["alternative"], strict=True)
    ]


def _ranking(study: Study, table: pd.DataFrame, say: Speaker) -> Drawn:
    about = study.manifest
    title = ranking_title(study, table, say)
    unit = say.unit(str(about["unit"]))
    what = say(
        "{what}, {unit}, {flows}: means, and how much worse than the first on the same trucks and trains",
        what=say.indicator(str(about["indicator"])),
        unit=unit,
        flows=flows_of(study, say),
    )
    subtitle = told.subtitle(told.sentence([what]), study, say, ())
    source = told.source(
        study,
        say,
        say(
            "With {share} probability the selected one is the best, if it is better than every other by at "
            "least {delta} {unit}: the procedure of Kim and Nelson (2001)",
            share=say.percent(1 - float(about["alpha"])),
            delta=told.tick(float(about["delta"]), say),
            unit=unit,
        ),
        say("The means were stopped on and lean a little towards the answer"),
    )
    marks = [
        Mark("interval", INK, say("mean with 95 % interval")),
        Mark("interval", FAINT, say("difference to the first, intervals that hold together"), "D"),
        Mark("bar", BASELINE, say("counts as no difference")),
    ]
    names = [wrapped(name, 8, _LABEL_IN - 0.2) for name in _names(table)]
    rows_in = [max(_ROW_IN, len(lines) * line_in(8) + 0.08) for lines in names]
    middles = np.cumsum(rows_in) - np.array(rows_in) / 2
    height, top = float(sum(rows_in)), 0.28
    sheet = Sheet(title, subtitle, source, body_in=top + height + 0.40, key=marks)
    width = (sheet.width_in - _LABEL_IN - _STATE_IN - _BETWEEN_IN - 0.1) / 2
    left, right = (
        sheet.axes(_LABEL_IN + number * (width + _BETWEEN_IN), top, width, height) for number in range(2)
    )
    for axes, heading in ((left, say("mean")), (right, say("behind the first"))):
        axes.set_ylim(height, 0)
        axes.set_title(heading, fontsize=8.5, weight="bold", loc="left", pad=4)
        axes.grid(visible=True, axis="x")
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(unit)
        axes.tick_params(labelsize=7.5)
        axes.xaxis.set_major_locator(told.few_ticks(4))
        axes.xaxis.set_major_formatter(lambda value, _: told.tick(value, say))
        axes.margins(x=0.12)
    delta = float(about["delta"])
    right.axvspan(-delta, delta, color=BASELINE, alpha=0.25, linewidth=0)
    right.axvline(0, color=BASELINE, linewidth=1.0)
    for row, lines, middle in zip(told.records(table), names, middles, strict=True):
        _point(left, (row["mean"], row["low"], row["high"]), middle, INK, "o")
        behind = (row["behind_best"], row["behind_best_low"], row["behind_best_high"])
        if np.isfinite(behind[0]):
            _point(right, behind, middle, FAINT, "D")
            right.annotate(
                say.signed(row["behind_best"], 2), (max(np.nanmax(behind), delta), middle), (4, 0),
                textcoords="offset points", va="center", fontsize=7.5,
            )  # fmt: skip
        sheet.text(0.12, top + middle, "\n".join(lines), va="center", fontsize=8, linespacing=1.05,
                   weight="bold" if row["state"] == SELECTED else "normal")  # fmt: skip
        state = wrapped(_state(row["state"], row["dropped_after"], say), 7.5, _STATE_IN - 0.2)
        sheet.text(sheet.width_in - _STATE_IN + 0.06, top + middle, "\n".join(state), va="center",
                   fontsize=7.5, linespacing=1.05)  # fmt: skip
    low, high = right.get_xlim()
    right.set_xlim(low, high + 0.22 * (high - low))
    alt = say(
        "Means of the alternatives and their differences to the first, with intervals. {title}.", title=title
    )
    return Drawn("ranking", title, subtitle, source, alt, sheet.figure, table.reset_index(drop=True))


def _point(axes: Axes, value: tuple[float, float, float], y: float, colour: str, marker: str) -> None:
    mean, low, high = value
    if np.isfinite([low, high]).all():
        axes.plot([low, high], [y, y], color=colour, linewidth=1.3, solid_capstyle="butt")
    axes.plot(mean, y, marker, color=colour, markersize=4.6)


def _state(state: str, dropped_after: float, say: Speaker) -> str:
    if state == SELECTED:
        return say("selected")
    if state == SURVIVES:
        return say("still in the race")
    return say("dropped out after {n} replications", n=say.number(float(dropped_after), 0))
