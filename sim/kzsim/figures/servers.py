"""How busy stages are, with the bottleneck named, and how full the yards of the railway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kzsim.figures import told
from kzsim.figures.colours import BASELINE
from kzsim.figures.drawn import Drawn
from kzsim.figures.style import FAINT, INK, Mark, Sheet, line_in, styled, text_in, wrapped

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from kzsim.experiments.studies import Study
    from kzsim.language import Speaker

MOST_ROWS = 14
_TRACKS = "receiving_tracks"
_PLAIN_POOLS = ("general", "teams", "fronts", "bays", "platforms", "locomotive")
"""Pools that a stage has without a corridor: the stage's own name is enough."""
FULL_SHARE = 0.01
"""Tracks that are full in less than this share of the readings are said to be never or hardly full."""
_SHOWN_HALF = 0.05
"""Half an interval's width, in percentage points, from which on it is written beside a share."""
_FLOW = ["crossing", "mode", "direction"]
_ROW_IN, _LEAST_LABEL_IN, _MOST_LABEL_IN = 0.31, 1.6, 4.2


@styled
def utilisation(study: Study, say: Speaker) -> tuple[Drawn, ...]:
    """The busiest stages and what binds, one figure a mode."""
    table = busiest(study)
    return tuple(
        _utilisation(study, table[table["mode"] == mode], mode, say) for mode in told.modes_of(table)
    )


def busiest(study: Study) -> pd.DataFrame:
    """A row for each pool that is ever open, the busiest first.

    ``binds``: what limits its flow, ``bound_side`` and ``bound_stage`` where it does, as ``binding.csv`` has
    it; ``is_bottleneck``: whether this stage does. What limits a flow may have no servers, and so no row:
    trains that wait for a path on the line leave at listed times.
    """
    servers = study.table("servers").dropna(subset=["utilisation"])
    bound = study.table("binding")[[*_FLOW, "binds", "side", "stage", "cause"]]
    bound = bound.rename(columns={"side": "bound_side", "stage": "bound_stage"})
    table = servers.merge(bound, on=_FLOW, how="left")
    is_it = (
        (table["binds"] == "stage")
        & (table["side"] == table["bound_side"])
        & (table["stage"] == table["bound_stage"])
    )
    is_it |= (table["binds"] == "tokens") & (table["pool"] == table["cause"])
    table = table.assign(is_bottleneck=is_it).drop(columns="cause")
    return table.sort_values("utilisation", ascending=False, kind="stable", ignore_index=True)


def chosen(table: pd.DataFrame) -> pd.DataFrame:
    """The rows that a picture has place for: every bottleneck first of all, then the busiest."""
    first = table.sort_values("is_bottleneck", ascending=False, kind="stable").head(MOST_ROWS)
    return table.loc[table.index.isin(first.index)]


def utilisation_title(table: pd.DataFrame, mode: str, say: Speaker) -> str:
    """Which stage is the bottleneck; where none is, what binds instead and how busy the busiest is.

    A stage that limits a flow and has no servers is named as what it is.
    """
    import pandas as pd

    by, top = told.by_mode(mode, say), told.records(table.head(1))[0]
    # what both directions share is of neither's flow
    flows = table[table["binds"].notna()].drop_duplicates(_FLOW)
    counts = flows["binds"].value_counts(sort=False)
    bottlenecks = table[table["is_bottleneck"]]
    worst = told.records(bottlenecks.head(1))[0] if len(bottlenecks) else top
    values = {
        "by": by,
        "stage": _stage(worst, say),
        "place": told.place(worst["crossing"], mode, say),
        "share": say.percent(worst["utilisation"]),
        "all": say.number(len(flows), 0),
    }
    of_a_stage = pd.concat([bottlenecks, flows[flows["binds"] == "stage"]]).drop_duplicates(_FLOW)
    n = len(of_a_stage)
    if len(bottlenecks):
        return told.sentence(
            [
                say(
                    "{by} the bottleneck is a stage in {n} of {all} flows; the busiest of these is {stage} "
                    "at {place}, {share} busy while open",
                    n=say.number(n, 0),
                    **values,
                )
            ]
        )
    if n:
        bound = told.records(of_a_stage.head(1))[0]
        return told.sentence(
            [
                say(
                    "{by} the bottleneck is a stage without servers in {n} of {all} flows, such as {what} at "
                    "{where}; the busiest stage with servers, {stage} at {place}, is {share} busy while open",
                    n=say.number(n, 0),
                    what=_stage({"stage": bound["bound_stage"], "side": bound["bound_side"]}, say),
                    where=told.place(bound["crossing"], mode, say),
                    **values,
                )
            ]
        )
    if set(counts.index) == {"nothing"}:
        return told.sentence(
            [
                say(
                    "{by} nothing binds: the busiest stage, {stage} at {place}, is {share} busy while open",
                    **values,
                )
            ]
        )
    most = max((name for name in counts.index if name != "nothing"), key=lambda name: int(counts[name]))
    return told.sentence(
        [
            say(
                "{by} no stage is the bottleneck: in {n} of {all} flows it is {what}; the busiest stage, "
                "{stage} at {place}, is {share} busy while open",
                what=say.binds(most),
                n=say.number(int(counts[most]), 0),
                **values,
            )
        ]
    )


def _stage(row: Mapping[str, Any], say: Speaker) -> str:
    return say("{stage} ({side})", stage=say.stage(row["stage"]), side=say.side(row["side"]))


def _utilisation(study: Study, table: pd.DataFrame, mode: str, say: Speaker) -> Drawn:
    shown = chosen(table)
    title = utilisation_title(table, mode, say)
    what = say("Servers' time in use over their open time; {n} of {all} pools of servers, the busiest",
               n=say.number(len(shown), 0), all=say.number(len(table), 0))  # fmt: skip
    subtitle = told.subtitle(what, study, say)
    late = say("Above 100 %: held by work after closing, or by who waits for a place ahead")
    source = told.source(
        study,
        say,
        told.interval_named(say, study.manifest["replications"]),
        late if (shown["utilisation"] > 1).any() else "",
    )
    names = [_names(row, mode, say) for row in told.records(shown)]
    marks = [
        *(
            Mark("square", colour, words)
            for binds, colour, words in (
                (True, told.COLOUR[mode], say("bottleneck of its flow")),
                (False, BASELINE, say("not the bottleneck")),
            )
            if (shown["is_bottleneck"] == binds).any()
        ),
        Mark("interval", INK, say("mean with 95 % interval"), marker=""),
    ]
    sheet = Sheet(title, subtitle, source, body_in=0.08 + _ROW_IN * len(shown) + 0.40, key=marks)
    top = 0.08
    label_in = max(text_in(words, 7.5) for pair in names for words in pair) + 0.22
    label_in = min(max(label_in, _LEAST_LABEL_IN), _MOST_LABEL_IN)
    axes = sheet.axes(label_in, top, sheet.width_in - label_in - 0.2, _ROW_IN * len(shown))
    most = max(1.0, float(np.nanmax(shown[["utilisation", "high"]].to_numpy(dtype=float))))
    axes.set(xlim=(0, most * 1.13), ylim=(len(shown) - 0.5, -0.5))
    axes.axvline(1, color=FAINT, linewidth=0.8, linestyle="--")
    axes.grid(visible=True, axis="x")
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_formatter(lambda value, _: say.percent(value))
    axes.set_xlabel(say("of the time that servers are there; dashed: never idle"))
    for at, row in enumerate(told.records(shown)):
        colour = told.COLOUR[mode] if row["is_bottleneck"] else BASELINE
        axes.barh(at, row["utilisation"], height=0.62, color=colour, linewidth=0)
        if np.isfinite(row["low"]):
            axes.plot([row["low"], row["high"]], [at, at], color=INK, linewidth=1.2)
        end = np.nanmax([row["utilisation"], row["high"]])
        axes.annotate(
            say.percent(row["utilisation"]), (end, at), (4, 0), textcoords="offset points",
            va="center_baseline", fontsize=7.5,
        )  # fmt: skip
    for at, (stage, where) in enumerate(names):
        middle = top + (at + 0.5) * _ROW_IN
        right = label_in - 0.08
        sheet.text(right, middle, stage, va="bottom", ha="right", fontsize=7.5)
        sheet.text(right, middle + 0.01, where, va="top", ha="right", fontsize=6.8, color=FAINT)
    alt = say(
        "Bars of how busy the servers of each stage are {by}. {title}.",
        by=told.by_mode(mode, say),
        title=title,
    )
    return Drawn(
        f"utilisation_{mode}", title, subtitle, source, alt, sheet.figure, table.reset_index(drop=True)
    )


def _names(row: Mapping[str, Any], mode: str, say: Speaker) -> tuple[str, str]:
    """What a row is called: the stage with its side and pool, and below it the place with its direction."""
    pool = "" if row["pool"] in _PLAIN_POOLS else f", {pool_words(row['pool'], say)}"
    place = told.place(row["crossing"], mode, say)
    where = say("{place}, {direction}", place=place, direction=_arrow(row["direction"], say))
    return _stage(row, say) + pool, where


def pool_words(name: str, say: Speaker) -> str:
    """What a pool is called; its own name where it has no words."""
    match name:
        case "general":
            return say("the ordinary ones")
        case "teams":
            return say("teams")
        case "fronts":
            return say("fronts")
        case "bays":
            return say("hand-over bays")
        case "locomotive":
            return say("locomotives")
        case "green":
            return say("green lane")
        case "window":
            return say("extended hours")
        case "under_roof":
            return say("under a roof")
        case "platforms":
            return say("platforms")
    return name


def _arrow(direction: str, say: Speaker) -> str:
    words = dict(zip(told.DIRECTIONS, (say("to China"), say("from China")), strict=True))
    return words.get(direction, say("both directions"))


# --- the tracks -------------------------------------------------------------------------------------------


@styled
def yards(study: Study, say: Speaker) -> tuple[Drawn, ...]:
    """Places taken on the receiving tracks; () without rail, or of a run that did not keep it."""
    table = rail_yards(study)
    return () if table.empty else (_yards(study, table, say),)


def rail_yards(study: Study) -> pd.DataFrame:
    """The rows of ``occupancy.csv`` that are of tracks; empty where there are none or no such file."""
    import pandas as pd

    if not study.has("occupancy"):
        return study.table("servers").head(0)
    found = study.table("occupancy")
    own = found[(found["mode"] == "rail") & (found["stage"] == _TRACKS)]
    parts = [own[own["crossing"] == crossing] for crossing in told.crossings_of(own)]
    return pd.concat(parts, ignore_index=True) if parts else own.reset_index(drop=True)


def yards_title(table: pd.DataFrame, say: Speaker) -> str:
    """Which tracks are full most often; or that none is ever full."""
    top = told.top_of(table, "share_full")
    where = say(
        "{place} ({side}, {direction})",
        place=told.place(top["crossing"], "rail", say),
        side=say.side(top["side"]),
        direction=_arrow(top["direction"], say),
    )
    if top["share_full"] <= 0:
        return say("The railway's receiving tracks are never full")
    if top["share_full"] < FULL_SHARE:
        return say(
            "The railway's receiving tracks are hardly ever full: at most {share} of the time, at {where}",
            share=say.percent(top["share_full"], 1),
            where=where,
        )
    return say(
        "The receiving tracks at {where} are full {share} of the time",
        where=where,
        share=say.percent(top["share_full"]),
    )


def _yards(study: Study, table: pd.DataFrame, say: Speaker) -> Drawn:
    title = yards_title(table, say)
    subtitle = told.subtitle(
        say("Trains on the receiving tracks at the full hour, and how many there is room for"), study, say
    )
    source = told.source(study, say, say("P10 to P90 over hours and replications"),
                         told.interval_named(say, study.manifest["replications"]),
                         say("± half the width of its interval, in percentage points"))  # fmt: skip
    marks = [
        Mark("interval", told.COLOUR["rail"], say("mean with 95 % interval"), told.MARKER["rail"]),
        Mark("bar", told.COLOUR["rail"], say("P10 to P90 of the hours")),
        Mark("stroke", INK, say("tracks there are")),
    ]
    row_in, left, right = 0.27, 3.35, 1.35
    above = wrapped(say("full, share of hours"), 7.5, right - 0.1)
    top = 0.06 + len(above) * line_in(7.5)
    sheet = Sheet(title, subtitle, source, body_in=top + row_in * len(table) + 0.40, key=marks)
    sheet.text(sheet.width_in - 0.12, top - 0.03, "\n".join(above), va="bottom", ha="right", fontsize=7.5,
               color=FAINT, linespacing=1.1)  # fmt: skip
    axes = sheet.axes(left, top, sheet.width_in - left - right, row_in * len(table))
    axes.set(xlim=(0, float(table["places"].max()) * 1.05), ylim=(len(table) - 0.5, -0.5))
    axes.grid(visible=True, axis="x")
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(say.unit("trains"))
    axes.xaxis.set_major_locator(told.few_ticks(8, whole=True))
    axes.xaxis.set_major_formatter(lambda value, _: told.tick(value, say))
    for at, row in enumerate(told.records(table)):
        colour = told.COLOUR["rail"]
        axes.barh(
            at, row["p90"] - row["p10"], left=row["p10"], height=0.34, color=colour, alpha=0.3, linewidth=0
        )
        if np.isfinite(row["low"]):
            axes.plot([row["low"], row["high"]], [at, at], color=colour, linewidth=1.3)
        axes.plot(row["mean"], at, told.MARKER["rail"], color=colour, markersize=4.4)
        axes.plot([row["places"]] * 2, [at - 0.36, at + 0.36], color=INK, linewidth=1.8)
        middle = top + (at + 0.5) * row_in
        name = told.place(row["crossing"], "rail", say)
        sheet.text(0.12, middle, f"{name}, {_arrow(row['direction'], say)}", va="center", fontsize=8)
        sheet.text(
            left - 0.1, middle, say.side(row["side"]), va="center", ha="right", fontsize=8, color=FAINT
        )
        full = say.percent(row["share_full"], 1)
        half = (row["full_high"] - row["full_low"]) / 2
        if half * 100 >= _SHOWN_HALF:
            full = f"{full} ± {say.number(100 * half, 1)}"
        sheet.text(sheet.width_in - 0.12, middle, full, va="center", ha="right", fontsize=8)
    alt = say(
        "Ranges of the trains on the receiving tracks beside the number of tracks. {title}.", title=title
    )
    return Drawn("yard", title, subtitle, source, alt, sheet.figure, table)
