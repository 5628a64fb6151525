"""Waits beside the crossing itself: at home before it, the crossing that is chosen there, and what spoils."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from kzsim.figures import told
from kzsim.figures.bars import Bars, Part, stacked
from kzsim.figures.colours import BASELINE, ORANGE, SKY_BLUE
from kzsim.figures.drawn import Drawn
from kzsim.figures.style import styled
from kzsim.indicators.layout import AGRICULTURAL, ALL, REST
from kzsim.indicators.legs import AT_HOME, HOME, LEG_CLASSES

if TYPE_CHECKING:
    import pandas as pd

    from kzsim.experiments.studies import Study
    from kzsim.language import Speaker

HARDLY = 0.01
"""Shares below are called hardly any, losses of fewer tonnes a day next to nothing."""
_FLOW = ["crossing", "mode", "direction"]


def _per_mode(table: pd.DataFrame, draw: Callable[[pd.DataFrame, str], Drawn]) -> tuple[Drawn, ...]:
    return tuple(
        draw(table[table["mode"] == mode].reset_index(drop=True), mode) for mode in told.modes_of(table)
    )


def _in_order(table: pd.DataFrame) -> pd.DataFrame:
    """The crossings in the order of the evidence, the rows of each as they were."""
    order = {crossing: at for at, crossing in enumerate(told.crossings_of(table))}
    return table.sort_values("crossing", key=lambda own: own.map(order), kind="stable", ignore_index=True)


def _place(row: Mapping[str, Any], mode: str, say: Speaker) -> str:
    return told.place(str(row["crossing"]), mode, say)


# --- at home and at the border ----------------------------------------------------------------------------


@styled
def at_home(study: Study, say: Speaker) -> tuple[Drawn, ...]:
    """Hours waited at home beside those at the border; () where nobody waits at home."""
    return _per_mode(home_hours(study), lambda table, mode: _at_home(study, table, mode, say))


def home_hours(study: Study) -> pd.DataFrame:
    """A row for each flow and class (all, agricultural, rest): mean hours ``home`` and at the ``border``."""
    found = study.table("indicators")
    times = found[(found["indicator"] == "crossing_time") & (found["corridor"] == ALL)]
    likes = dict(zip(LEG_CLASSES[HOME], (ALL, AGRICULTURAL, REST), strict=True))
    home = times[times["class"].isin(likes)].assign(**{"class": lambda own: own["class"].map(likes)})
    keys = [*_FLOW, "class"]
    made = home[[*keys, "mean"]].merge(times[[*keys, "mean"]], on=keys, suffixes=("_home", "_border"))
    made = made.rename(columns={"mean_home": "home", "mean_border": "border"})
    return _in_order(made.dropna(subset=["home", "border"]))


def home_title(table: pd.DataFrame, mode: str, say: Speaker) -> str:
    """At how many crossings trucks wait longer at home than they take at the border."""
    every = table[table["class"] == ALL]
    longer = int((every["home"] > every["border"]).sum())
    top = told.top_of(every, "home" if longer else "border")
    values = {
        "by": told.by_mode(mode, say),
        "place": _place(top, mode, say),
        "home": say.figure(top["home"]),
        "border": say.figure(top["border"]),
    }
    if not longer:
        text = say("{by} the border takes longer than the waiting at home everywhere: "
                   "at {place} {border} h after {home} h at home", **values)  # fmt: skip
    elif longer == len(every):
        text = say("{by} trucks wait longer at home than they take at the border everywhere: "
                   "at {place} {home} h before {border} h", **values)  # fmt: skip
    else:
        text = say("{by} trucks wait longer at home than they take at the border at {n} of {all} crossings: "
                   "at {place} {home} h before {border} h",
                   n=say.number(longer, 0), all=say.number(len(every), 0), **values)  # fmt: skip
    return told.sentence([text])


def _at_home(study: Study, table: pd.DataFrame, mode: str, say: Speaker) -> Drawn:
    title = home_title(table, mode, say)
    parts = table[table["class"] != ALL]
    shown = parts if len(parts) else table
    bars = Bars(
        name=f"home_{mode}",
        title=title,
        what=say("Mean hours of a truck until it comes to the border, and from there on"),
        notes=(say("Means over the replications; their intervals stand in indicators.csv"),),
        parts=(
            Part("home", SKY_BLUE, say("waiting at home")),
            Part("border", told.COLOUR[mode], say("at the border")),
        ),
        names=lambda row: (_place(row, mode, say), say.class_(str(row["class"]))),
        shown=say.figure,
        tick=lambda value: told.tick(value, say),
        beside=lambda row: say.figure(row["home"] + row["border"]),
        unit=say("hours"),
        alt=say(
            "Bars of the hours waited at home and spent at the border, by crossing. {title}.", title=title
        ),
    )
    return stacked(study, shown.reset_index(drop=True), bars, say)


# --- which crossing ---------------------------------------------------------------------------------------


@styled
def choices(study: Study, say: Speaker) -> tuple[Drawn, ...]:
    """Who chose another crossing than the usual one; () where nobody may choose."""
    if not study.has("choices"):
        return ()
    return _per_mode(changed(study), lambda table, mode: _choices(study, table, mode, say))


def changed(study: Study) -> pd.DataFrame:
    """A row for each crossing that is usually used: shares that ``stay`` and ``change``, who they are a day.

    ``most_to``: the other crossing that most of them chose, '' where nobody did.
    """
    import pandas as pd

    found = study.table("choices")
    own = found[(found["class"] == AT_HOME) & (found["corridor"] == ALL)]
    rows = []
    for keys, group in own.groupby(_FLOW, sort=False, observed=True):
        other = group[group["chosen"] != group["crossing"]]
        share = float(other["share"].sum())
        most = str(told.top_of(other, "share")["chosen"]) if share > 0 else ""
        rows.append(
            {
                **dict(zip(_FLOW, keys, strict=True)),
                "stay": 1 - share,
                "change": share,
                "per_day": float(other["per_day"].sum()),
                "most_to": most,
            }
        )
    names = [*_FLOW, "stay", "change", "per_day", "most_to"]
    return _in_order(pd.DataFrame(rows, columns=names))


def choices_title(table: pd.DataFrame, mode: str, say: Speaker) -> str:
    """Where the largest share leaves its usual crossing, and for which; or that hardly anybody does."""
    top = told.top_of(table, "change")
    values = {"share": say.percent(top["change"], 1 if top["change"] < HARDLY else 0),
              "place": _place(top, mode, say)}  # fmt: skip
    if top["change"] < HARDLY:
        return say("Hardly anybody leaves the crossing that they usually use: at most {share}, at {place}",
                   **values)  # fmt: skip
    return say(
        "{share} of those at {place} who may choose take another crossing, most of them {other}",
        other=told.place(top["most_to"], mode, say),
        **values,
    )


def _choices(study: Study, table: pd.DataFrame, mode: str, say: Speaker) -> Drawn:
    title = choices_title(table, mode, say)

    def beside(row: Mapping[str, Any]) -> str:
        if not row["most_to"]:
            return say.percent(row["change"])
        return say(
            "{n} a day, most to {place}",
            n=say.figure(row["per_day"]),
            place=told.place(str(row["most_to"]), mode, say),
        )

    bars = Bars(
        name=f"choices_{mode}",
        title=title,
        what=say("Crossing chosen when booking, share of those who may choose"),
        notes=(say("Means over the replications; their intervals stand in choices.csv"),),
        parts=(
            Part("stay", BASELINE, say("the usual crossing")),
            Part("change", ORANGE, say("another crossing")),
        ),
        names=lambda row: (_place(row, mode, say), ""),
        shown=say.percent,
        tick=say.percent,
        beside=beside,
        unit=say("share of the trucks"),
        alt=say("Bars of the share that chose another crossing than the usual one. {title}.", title=title),
    )
    return stacked(study, table, bars, say)


# --- what spoils ------------------------------------------------------------------------------------------


@styled
def perishables(study: Study, say: Speaker) -> tuple[Drawn, ...]:
    """Value that perishables lose by delay; () without any."""
    return _per_mode(spoiled(study), lambda table, mode: _perishables(study, table, mode, say))


def spoiled(study: Study) -> pd.DataFrame:
    """A row for each flow with perishables: ``usd`` and ``tonnes`` a day."""
    found = study.table("indicators")
    found = found[found["corridor"] == ALL]

    def of(klass: str, indicator: str, name: str) -> pd.DataFrame:
        own = found[(found["class"] == klass) & (found["indicator"] == indicator)]
        return own[[*_FLOW, "mean"]].rename(columns={"mean": name})

    usd = "perishables_lost_usd_per_day"
    made = of(ALL, usd, "usd").merge(of(ALL, "perishables_lost_t_per_day", "tonnes"), on=_FLOW)
    return _in_order(made.dropna(subset=["usd", "tonnes"]))


def perishables_title(table: pd.DataFrame, mode: str, say: Speaker) -> str:
    """How much is lost in all, and where most of it; or that next to nothing is."""
    tonnes, usd = float(table["tonnes"].sum()), float(table["usd"].sum())
    by = told.by_mode(mode, say)
    if tonnes < HARDLY:
        return told.sentence([say("{by} delay costs perishables next to nothing", by=by)])
    top = told.top_of(table, "usd")
    text = say(
        "{by} delay costs perishables the value of {tonnes} t a day, {usd} USD: {share} of it at {place}, "
        "{direction}",
        by=by,
        tonnes=say.figure(tonnes),
        usd=say.figure(usd),
        share=say.percent(top["usd"] / usd),
        place=_place(top, mode, say),
        direction=say.direction(str(top["direction"])),
    )
    return told.sentence([text])


def _perishables(study: Study, table: pd.DataFrame, mode: str, say: Speaker) -> Drawn:
    title = perishables_title(table, mode, say)
    bars = Bars(
        name=f"perishables_{mode}",
        title=title,
        what=say("Value that perishables lose by delay, USD a day"),
        notes=(
            say("Mean delay times the share of its value that a load loses a day; the rates are assumed"),
            say("Means over the replications; their intervals stand in indicators.csv"),
        ),
        parts=(Part("usd", told.FARM, say("delay of the crossing")),),
        names=lambda row: (_place(row, mode, say), say.direction(str(row["direction"]))),
        shown=lambda value: say.number(value, 0),
        tick=lambda value: told.tick(value, say),
        beside=lambda row: say(
            "{usd} ({tonnes} t)", usd=say.number(row["usd"], 0), tonnes=say.figure(row["tonnes"])
        ),
        unit=say.unit("USD/day"),
        alt=say(
            "Bars of the value that perishables lose a day, by crossing and direction. {title}.", title=title
        ),
    )
    return stacked(study, table, bars, say)
