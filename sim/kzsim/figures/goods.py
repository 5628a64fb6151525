"""Tonnage by commodity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kzsim.figures import told
from kzsim.figures.colours import BASELINE, luminance
from kzsim.figures.drawn import Drawn
from kzsim.figures.style import INK, Mark, Sheet, styled, text_in
from kzsim.indicators.layout import ALL, TOGETHER
from kzsim.indicators.legs import OTHER_LEGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from kzsim.experiments.studies import Study
    from kzsim.language import Speaker

MOST_CLASSES = 4
OTHER = "other"
_DARK = 0.18
"""Below this luminance white words are easier to read on a colour than black ones."""
_ROW_IN, _LABEL_IN = 0.30, 1.62


@styled
def commodities(study: Study, say: Speaker) -> tuple[Drawn, ...]:
    """Net tonnes a day by class of goods, one figure a mode."""
    table = tonnage(study)
    return tuple(_tonnage(study, table[table["mode"] == mode], mode, say) for mode in told.modes_of(table))


def tonnage(study: Study) -> pd.DataFrame:
    """A row for each flow and class that carries anything: mean tonnes a day with its interval.

    Beyond four classes of a mode the smallest are put together, without an interval.
    """
    import pandas as pd

    found = study.table("indicators")
    own = found[
        (found["indicator"] == "tonnes_per_day")
        & (found["corridor"] == ALL)
        & ~found["class"].isin([*TOGETHER, *OTHER_LEGS])
        & (found["mean"] > 0)
    ][["crossing", "mode", "direction", "class", "mean", "low", "high"]]
    parts = []
    for _, rows in own.groupby("mode", sort=False):
        total = rows.groupby("class", sort=False)["mean"].sum().sort_values(ascending=False, kind="stable")
        if len(total) > MOST_CLASSES:
            kept = set(total.index[: MOST_CLASSES - 1])
            rest = rows[~rows["class"].isin(kept)].groupby(["crossing", "mode", "direction"], sort=False)[
                "mean"
            ]
            summed = rest.sum().reset_index().assign(**{"class": OTHER})
            parts.append(pd.concat([rows[rows["class"].isin(kept)], summed], ignore_index=True))
        else:
            parts.append(rows)
    return pd.concat(parts, ignore_index=True) if parts else own


def tonnage_title(table: pd.DataFrame, mode: str, say: Speaker) -> str:
    """Which class makes up most of the tonnage, and through which crossing most of it goes."""
    by_class = table.groupby("class", sort=False)["mean"].sum()
    by_place = table.groupby("crossing", sort=False)["mean"].sum()
    klass, total = str(by_class.idxmax()), by_class.sum()
    values = {
        "by": told.by_mode(mode, say),
        "klass": _name(klass, say),
        "share": say.percent(by_class[klass] / total),
        "place": told.place(str(by_place.idxmax()), mode, say),
        "part": say.percent(by_place.max() / total),
    }
    if len(by_place) == 1:
        return told.sentence([say("{klass}: {share} of the tonnage {by}", **values)])
    return told.sentence(
        [say("{klass}: {share} of the tonnage {by}; {part} of all goods goes through {place}", **values)]
    )


def in_order(classes: Sequence[str], mode: str) -> list[str]:
    """Agricultural goods first, then the others, each as they were; what is put together comes last."""
    return sorted(classes, key=lambda name: (name == OTHER, not told.is_farm(name, mode)))


def _name(klass: str, say: Speaker) -> str:
    return say("all other") if klass == OTHER else say.class_(klass)


def _tonnage(study: Study, table: pd.DataFrame, mode: str, say: Speaker) -> Drawn:
    title = tonnage_title(table, mode, say)
    subtitle = told.subtitle(say("Net load of what got through, tonnes a day, by class of goods"), study, say)
    source = told.source(study, say, say("Means over the replications; their intervals stand in the table"))
    order = table.groupby("class", sort=False)["mean"].sum().sort_values(ascending=False, kind="stable")
    names = in_order([str(name) for name in order.index], mode)
    colours = {**told.class_colours([name for name in names if name != OTHER], mode), OTHER: BASELINE}
    places, ways = told.crossings_of(table), told.directions_of(table)
    wide = table.pivot_table(index=["crossing", "direction"], columns="class", values="mean", fill_value=0.0)
    panel_in = _ROW_IN * len(places)
    marks = [Mark("square", colours[name], _name(name, say)) for name in names]
    sheet = Sheet(title, subtitle, source, body_in=0.24 + panel_in + 0.39, key=marks)
    top = 0.24
    far = float(wide.sum(axis=1).max()) * 1.18
    width = (sheet.width_in - _LABEL_IN - 0.15 - 0.2 * (len(ways) - 1)) / len(ways)
    for number, way in enumerate(ways):
        axes = sheet.axes(_LABEL_IN + number * (width + 0.2), top, width, panel_in)
        axes.set(xlim=(0, far), ylim=(len(places) - 0.5, -0.5))
        axes.set_title(say.direction(way), fontsize=8.5, weight="bold", loc="left", pad=4)
        axes.grid(visible=True, axis="x")
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(say.unit("t/day"))
        axes.xaxis.set_major_locator(told.few_ticks(4))
        axes.xaxis.set_major_formatter(lambda value, _: say.number(value, 0))
        for at, crossing in enumerate(places):
            if (crossing, way) not in wide.index:
                continue
            left = 0.0
            for name in names:
                tonnes = float(wide[name].to_dict()[(crossing, way)])
                axes.barh(
                    at, tonnes, left=left, height=0.62, color=colours[name], edgecolor="white", linewidth=0.4
                )
                words = say.number(tonnes, 0)
                if tonnes / far * width > text_in(words, 7) + 0.06:
                    ink = "white" if luminance(colours[name]) < _DARK else INK
                    axes.text(
                        left + tonnes / 2, at, words, ha="center", va="center_baseline", fontsize=7, color=ink
                    )
                left += tonnes
            axes.annotate(
                say.number(left, 0), (left, at), (3, 0), textcoords="offset points", va="center_baseline",
                fontsize=7.5, weight="bold",
            )  # fmt: skip
    for at, crossing in enumerate(places):
        sheet.label(top + (at + 0.5) * _ROW_IN, told.place(crossing, mode, say), _LABEL_IN - 0.2)
    alt = say(
        "Stacked bars of the tonnes a day {by}, by class of goods. {title}.",
        by=told.by_mode(mode, say),
        title=title,
    )
    return Drawn(
        f"commodities_{mode}", title, subtitle, source, alt, sheet.figure, table.reset_index(drop=True)
    )
