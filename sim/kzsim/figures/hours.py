"""Where the hours go: the accounts of a stay as stacked bars, the largest by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kzsim.figures import told
from kzsim.figures.colours import BASELINE, ORANGE, SKY_BLUE, YELLOW
from kzsim.figures.drawn import Drawn
from kzsim.figures.style import INK, Mark, Sheet, styled, text_in
from kzsim.indicators.layout import ALL

if TYPE_CHECKING:
    import pandas as pd

    from kzsim.experiments.studies import Study
    from kzsim.language import Speaker

NAMED = 3
"""So many accounts are named, the others are put together."""
OTHER = "other"
COLOURS = (ORANGE, SKY_BLUE, YELLOW)
_ROW_IN, _LABEL_IN = 0.30, 1.62


@styled
def where_the_hours_go(study: Study, say: Speaker) -> tuple[Drawn, ...]:
    """Hours of a stay by account at each crossing, one figure a mode."""
    table = account_hours(study)
    return tuple(_bars(study, table[table["mode"] == mode], mode, say) for mode in told.modes_of(table))


def account_hours(study: Study) -> pd.DataFrame:
    """A row for each flow and account: hours per truck, or per loaded train, summed over the stages."""
    found = study.table("delay_accounts")
    heads = found["class"] == found["mode"].map(told.headline)
    own = found[heads & (found["corridor"] == ALL)]
    keys = ["crossing", "mode", "direction", "account", "nature"]
    return (
        own.groupby(keys, sort=False, observed=True)["hours_per_entity"].sum().rename("hours").reset_index()
    )


def hours_title(table: pd.DataFrame, mode: str, say: Speaker) -> str:
    """Which account is most often the largest, and what part of all hours it takes."""
    largest = table.loc[table.groupby(["crossing", "direction"], sort=False)["hours"].idxmax()]
    counts = largest["account"].value_counts(sort=False)
    total = table.groupby("account", sort=False)["hours"].sum()
    account = max(counts.index, key=lambda name: (counts[name], total[name]))
    values = {
        "account": say.account(account),
        "by": told.by_mode(mode, say),
        "share": say.percent(total[account] / total.sum()),
    }
    if counts[account] == len(largest):
        text = say(
            "{account}: the largest part of the stay in every flow {by}, {share} of all hours", **values
        )
    else:
        text = say(
            "{account}: the largest part of the stay in {n} of {all} flows {by}, {share} of all hours",
            n=say.number(counts[account], 0),
            all=say.number(len(largest), 0),
            **values,
        )
    return told.sentence([text])


def named(table: pd.DataFrame) -> tuple[str, ...]:
    """The accounts that take most hours in all, the largest first."""
    total = table.groupby("account", sort=False)["hours"].sum().sort_values(ascending=False, kind="stable")
    return tuple(total.index[:NAMED])


def _bars(study: Study, table: pd.DataFrame, mode: str, say: Speaker) -> Drawn:
    title = hours_title(table, mode, say)
    noun = (
        say("Mean hours of a loaded train by cause")
        if mode == "rail"
        else say("Mean hours of a truck by cause")
    )
    subtitle = told.subtitle(noun, study, say)
    source = told.source(
        study, say, say("Means over the replications, of stays to the exit or the end of the run")
    )
    first = named(table)
    names = [*first, OTHER]
    colours = dict(zip(names, (*COLOURS[: len(first)], BASELINE), strict=True))
    places, ways = told.crossings_of(table), told.directions_of(table)
    stacked = table.assign(account=table["account"].where(table["account"].isin(first), OTHER))
    wide = stacked.pivot_table(
        index=["crossing", "direction"], columns="account", values="hours", aggfunc="sum", fill_value=0.0
    ).reindex(columns=names, fill_value=0.0)
    marks = [
        Mark("square", colours[name], say("all other") if name == OTHER else say.account(name))
        for name in names
    ]
    panel_in = _ROW_IN * len(places)
    sheet = Sheet(title, subtitle, source, body_in=0.24 + panel_in + 0.39, key=marks)
    top = 0.24
    far = float(wide.sum(axis=1).max()) * 1.14
    width = (sheet.width_in - _LABEL_IN - 0.15 - 0.2 * (len(ways) - 1)) / len(ways)
    for number, direction in enumerate(ways):
        axes = sheet.axes(_LABEL_IN + number * (width + 0.2), top, width, panel_in)
        axes.set(xlim=(0, far), ylim=(len(places) - 0.5, -0.5))
        axes.set_title(say.direction(direction), fontsize=8.5, weight="bold", loc="left", pad=4)
        axes.grid(visible=True, axis="x")
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(say("hours"))
        for at, crossing in enumerate(places):
            if (crossing, direction) not in wide.index:
                continue
            left = 0.0
            for name in names:
                hours = float(wide[name].to_dict()[(crossing, direction)])
                axes.barh(at, hours, left=left, height=0.62, color=colours[name], linewidth=0)
                words = say.figure(hours)
                if hours / far * width > text_in(words, 7) + 0.06:
                    axes.text(
                        left + hours / 2, at, words, ha="center", va="center_baseline", fontsize=7, color=INK
                    )
                left += hours
            axes.annotate(
                say.figure(left), (left, at), (3, 0), textcoords="offset points", va="center_baseline",
                fontsize=7.5, weight="bold",
            )  # fmt: skip
    for at, crossing in enumerate(places):
        sheet.label(top + (at + 0.5) * _ROW_IN, told.place(crossing, mode, say), _LABEL_IN - 0.2)
    alt = say(
        "Stacked bars of the mean hours of a stay {by}, by cause. {title}.",
        by=told.by_mode(mode, say),
        title=title,
    )
    return Drawn(f"hours_{mode}", title, subtitle, source, alt, sheet.figure, table.reset_index(drop=True))
