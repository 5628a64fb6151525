"""Crossing times: mean and range at each crossing, agricultural goods beside the rest; their distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

from kzsim.figures import told
from kzsim.figures.colours import BASELINE
from kzsim.figures.drawn import Drawn
from kzsim.figures.style import FAINT, INK, WIDTH_IN, Mark, Sheet, line_in, styled, wrapped
from kzsim.indicators.intervals import Estimate, estimate
from kzsim.indicators.layout import AGRICULTURAL, ALL, REST

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from kzsim.experiments.studies import Study
    from kzsim.language import Speaker

_ROW_IN, _GAP_IN, _LABEL_IN = 0.19, 0.13, 1.62
_FLOW = ["crossing", "mode", "direction"]
DAY_H = 24.0
_NEAR = 0.02
"""Two shares are about equal within two percentage points."""


# --- mean, interval, P10 to P90 ---------------------------------------------------------------------------


@styled
def crossing_times(study: Study, say: Speaker) -> tuple[Drawn, ...]:
    """Mean with interval and P10 to P90 for farm goods and the rest, one figure a mode."""
    table = times_table(study)
    return tuple(
        _crossing_times(study, table[table["mode"] == mode], mode, say) for mode in told.modes_of(table)
    )


def times_table(study: Study) -> pd.DataFrame:
    """A row for each flow and class (``agricultural``, ``rest``): mean, interval, quantiles in hours.

    ``gap`` with ``gap_low`` and ``gap_high``, in rows of farm goods: how much longer they take than the rest
    of the same flow, mean over the replications and its paired 95 % interval.
    """
    found = study.table("indicators")
    chosen = found[
        (found["indicator"] == "crossing_time")
        & (found["corridor"] == ALL)
        & found["class"].isin([AGRICULTURAL, REST])
    ]
    columns = [*_FLOW, "class", "mean", "low", "high", "p10", "p50", "p90", "n", "replications"]
    table = chosen[columns].copy()
    each = study.table("replications")
    each = each[(each["corridor"] == ALL) & each["class"].isin([AGRICULTURAL, REST])]
    wide = each.pivot_table(
        index=[*_FLOW, "replication"], columns="class", values="crossing_time", sort=False
    )
    gaps: dict[tuple[str, ...], Estimate] = {}
    if {AGRICULTURAL, REST} <= set(wide.columns):
        gap = (wide[AGRICULTURAL] - wide[REST]).dropna()
        for flow, values in gap.groupby(level=_FLOW, sort=False):
            gaps[tuple(str(part) for part in cast("tuple[object, ...]", flow))] = estimate(values.tolist())
    rows = [
        gaps.get((row["crossing"], row["mode"], row["direction"])) if row["class"] == AGRICULTURAL else None
        for row in told.records(table)
    ]
    for name, what in (("gap", "mean"), ("gap_low", "low"), ("gap_high", "high")):
        table[name] = [np.nan if row is None else getattr(row, what) for row in rows]
    return table.reset_index(drop=True)


def crossing_times_title(table: pd.DataFrame, mode: str, say: Speaker) -> str:
    """Whether farm goods take longer than the rest, by the paired intervals of each flow."""
    farm = table[(table["class"] == AGRICULTURAL) & table["gap"].notna()]
    by = told.by_mode(mode, say)
    if farm.empty:
        rest = told.top_of(table, "mean")
        return say(
            "{by}, crossing takes longest at {place}: {hours} h on average",
            by=by[:1].upper() + by[1:],
            place=told.place(rest["crossing"], mode, say),
            hours=say.figure(rest["mean"]),
        )
    ways = {}
    for direction in told.directions_of(farm):
        own = farm[farm["direction"] == direction]
        longer, shorter = (own["gap_low"] > 0).sum(), (own["gap_high"] < 0).sum()
        ways[direction] = (
            "longer" if longer == len(own) else "shorter" if shorter == len(own)
            else "neither" if not longer + shorter else "mixed"
        )  # fmt: skip
    found = set(ways.values())
    if found == {"longer"}:
        return say("Agricultural goods take longer than the rest at every crossing {by}", by=by)
    if found == {"shorter"}:
        return say("Agricultural goods take less time than the rest at every crossing {by}", by=by)
    if found == {"neither"}:
        return say("No detectable difference between agricultural goods and the rest {by}", by=by)
    if ways == {"kz_to_cn": "longer", "cn_to_kz": "shorter"}:
        return say(
            "Agricultural goods take longer than the rest towards China {by}, and less time from it", by=by
        )
    if ways == {"kz_to_cn": "shorter", "cn_to_kz": "longer"}:
        return say(
            "Agricultural goods take less time than the rest towards China {by}, and longer from it", by=by
        )
    return say(
        "Agricultural goods take longer than the rest in {longer} of {all} flows {by}, and less time in "
        "{shorter}",
        longer=say.number((farm["gap_low"] > 0).sum(), 0),
        shorter=say.number((farm["gap_high"] < 0).sum(), 0),
        all=say.number(len(farm), 0),
        by=by,
    )


def _crossing_times(study: Study, table: pd.DataFrame, mode: str, say: Speaker) -> Drawn:
    places, ways = told.crossings_of(table), told.directions_of(table)
    title = crossing_times_title(table, mode, say)
    subtitle = told.subtitle(
        say("Crossing time in hours, from arrival to leaving the second post"), study, say
    )
    source = told.source(study, say, told.interval_named(say, study.manifest["replications"]))
    group_in = 2 * _ROW_IN + _GAP_IN
    panel_in = group_in * len(places)
    there = set(table.loc[table["mean"].notna(), "class"])
    marks = [
        *(
            Mark("point", colour, words, marker)
            for klass, colour, words, marker in (
                (AGRICULTURAL, told.FARM, say("agricultural goods"), told.FARM_MARKER),
                (REST, told.REST, say("the rest"), told.REST_MARKER),
            )
            if klass in there
        ),
        Mark("interval", FAINT, say("mean with 95 % interval")),
        Mark("bar", FAINT, say("P10 to P90: what four in five meet")),
    ]
    sheet = Sheet(title, subtitle, source, body_in=0.24 + panel_in + 0.39, key=marks)
    top = 0.24
    far = float(np.nanmax(table[["p90", "high", "mean"]].to_numpy(dtype=float)))
    width = (sheet.width_in - _LABEL_IN - 0.15 - 0.2 * (len(ways) - 1)) / len(ways)
    for number, direction in enumerate(ways):
        axes = sheet.axes(_LABEL_IN + number * (width + 0.2), top, width, panel_in)
        axes.set(xlim=(0, far * 1.2), ylim=(len(places), 0))
        axes.set_title(say.direction(direction), fontsize=8.5, weight="bold", loc="left", pad=4)
        axes.grid(visible=True, axis="x")
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(say("hours"))
        axes.set_yticks([])
        for at, crossing in enumerate(places):
            own = table[(table["crossing"] == crossing) & (table["direction"] == direction)]
            if at:
                axes.axhline(at, color="#E4E4E4", linewidth=0.6)
            for row in told.records(own):
                _range(axes, row, at, say)
    for at, crossing in enumerate(places):
        sheet.label(top + (at + 0.5) * group_in, told.place(crossing, mode, say), _LABEL_IN - 0.2)
    alt = say(
        "Ranges and means of the crossing time {by} at {n} crossings, for agricultural goods and the rest. "
        "{title}.",
        by=told.by_mode(mode, say),
        n=say.number(len(places), 0),
        title=title,
    )
    return Drawn(f"crossing_time_{mode}", title, subtitle, source, alt, sheet.figure, table)


def _range(axes: Axes, row: dict[str, Any], at: int, say: Speaker) -> None:
    farm = row["class"] == AGRICULTURAL
    y = at + (0.33 if farm else 0.67)
    colour = told.FARM if farm else told.REST
    if np.isfinite([row["p10"], row["p90"]]).all():
        axes.barh(
            y, row["p90"] - row["p10"], left=row["p10"], height=0.2, color=colour, alpha=0.3, linewidth=0
        )
    if np.isfinite(row["low"]):
        axes.plot([row["low"], row["high"]], [y, y], color=colour, linewidth=1.4, solid_capstyle="butt")
    axes.plot(row["mean"], y, told.FARM_MARKER if farm else told.REST_MARKER, color=colour, markersize=4.2)
    right = max((row[name] for name in ("mean", "high", "p90") if np.isfinite(row[name])), default=None)
    if right is None:  # nobody of these came
        return
    axes.annotate(
        say.figure(row["mean"]), (right, y), (4, 0), textcoords="offset points", va="center", fontsize=7.5,
        color=INK,
    )  # fmt: skip


# --- the whole distribution -------------------------------------------------------------------------------


@styled
def distributions(study: Study, say: Speaker) -> tuple[Drawn, ...]:
    """Share through within so many hours, one figure a mode; () of a run that did not keep it."""
    if not study.has("distribution"):
        return ()
    table = distribution_table(study)
    return tuple(
        _distribution(study, table[table["mode"] == mode], mode, say) for mode in told.modes_of(table)
    )


def distribution_table(study: Study) -> pd.DataFrame:
    """A row for each per cent of farm goods and the rest, and of farm goods without the corridors.

    ``run`` is ``scenario`` or ``counterfactual``; ``weight`` the cohort of the cell.
    """
    import pandas as pd

    found = study.table("distribution").assign(run="scenario")
    found = found[found["class"].isin([AGRICULTURAL, REST])]
    if study.has("counterfactual_distribution"):
        other = study.table("counterfactual_distribution").assign(run="counterfactual")
        found = pd.concat([found, other[other["class"] == AGRICULTURAL]], ignore_index=True)
    cohort = study.table("indicators")
    cohort = cohort[(cohort["indicator"] == "crossing_time") & (cohort["corridor"] == ALL)]
    weights = cohort.set_index([*_FLOW, "class"])["n"]
    keys = pd.MultiIndex.from_frame(found[[*_FLOW, "class"]])
    return (
        found.drop(columns="corridor").assign(weight=weights.reindex(keys).to_numpy()).reset_index(drop=True)
    )


def within_a_day(study: Study) -> pd.DataFrame:
    """A row for each mode and direction: shares of farm goods and the rest through within a day.

    ``farm`` and ``rest`` are of all crossings together, weighted by their cohorts, means over the
    replications (NaN of a class without any); ``gap``, ``gap_low`` and ``gap_high`` the paired difference
    per replication with its 95 % interval.
    """
    import pandas as pd

    each = study.table("replications")
    each = each[(each["corridor"] == ALL) & each["class"].isin([AGRICULTURAL, REST])]
    each = each.dropna(subset=["share_within_24h"])
    through = each.assign(through=each["share_within_24h"] * each["cohort"])
    keys = ["mode", "direction", "class", "replication"]
    summed = through.groupby(keys, sort=False, observed=True)[["through", "cohort"]].sum()
    share = summed["through"] / summed["cohort"].where(summed["cohort"] > 0)
    wide = (
        share.rename("share")
        .reset_index()
        .pivot_table(index=["mode", "direction", "replication"], columns="class", values="share", sort=False)
        .reindex(columns=[AGRICULTURAL, REST])
    )
    rows = []
    for flow, own in wide.groupby(level=["mode", "direction"], sort=False):
        gap = estimate((own[AGRICULTURAL] - own[REST]).tolist())
        shares = (estimate(own[klass].tolist()).mean for klass in (AGRICULTURAL, REST))
        rows.append((*(str(part) for part in flow), *shares,
                     gap.mean, gap.low, gap.high))  # fmt: skip
    return pd.DataFrame(rows, columns=["mode", "direction", "farm", "rest", "gap", "gap_low", "gap_high"])


def distribution_title(table: pd.DataFrame, mode: str, say: Speaker) -> str:
    """Which of the two classes is through within a day more often, by the paired interval of each direction.

    ``table`` as ``within_a_day`` has it.
    """
    own = table[table["mode"] == mode]
    clauses = [
        _within(row, say)
        for direction in told.directions_of(own)
        for row in told.records(own[own["direction"] == direction])
    ]
    return say("Through within a day {by}: {what}", by=told.by_mode(mode, say), what="; ".join(clauses))


def _within(row: dict[str, Any], say: Speaker) -> str:
    values = {
        "direction": say.direction(row["direction"]),
        "farm": say.percent(row["farm"]),
        "rest": say.percent(row["rest"]),
    }
    if np.isnan(row["farm"]):
        return say("{direction}, {rest}", **values)
    if np.isnan(row["rest"]):
        return say("{direction}, {farm} of agricultural goods", **values)
    if max(abs(row["gap_low"]), abs(row["gap_high"])) <= _NEAR:
        return say("{direction}, about as many agricultural goods ({farm}) as others ({rest})", **values)
    if row["gap_low"] > 0:
        return say("{direction}, more agricultural goods ({farm}) than others ({rest})", **values)
    if row["gap_high"] < 0:
        return say("{direction}, fewer agricultural goods ({farm}) than others ({rest})", **values)
    return say(
        "{direction}, no detectable difference between agricultural goods ({farm}) and others ({rest})",
        **values,
    )


def _distribution(study: Study, table: pd.DataFrame, mode: str, say: Speaker) -> Drawn:
    places, ways = told.crossings_of(table), told.directions_of(table)
    title = distribution_title(within_a_day(study), mode, say)
    far = max(float(table.loc[table["share"] <= 0.95, "hours"].max()), DAY_H * 1.5)  # the last 5 % go further
    what = say("Share of those arriving that are through within so many hours")
    subtitle = told.subtitle(what, study, say)
    pooled = say("Curves: all replications pooled")
    title_of = say(
        "Title: all crossings together, paired differences per replication with 95 % Student-t interval"
    )
    cut = (
        say("Curves are cut at {n} h, though some go further", n=say.number(far, 0))
        if float(table["hours"].max()) > far
        else ""
    )
    source = told.source(study, say, pooled, cut, title_of)
    before = (table["run"] == "counterfactual").any()
    marks = [
        Mark("line", told.FARM, say("agricultural goods")),
        Mark("line", told.REST, say("the rest"), dashed=True),
        *(
            [Mark("line", BASELINE, say("agricultural goods without the corridors"), dotted=True)]
            if before
            else []
        ),
    ]
    row_in, left, head_in, sheet_in = 1.15, 0.52, 0.32, WIDTH_IN
    gap = 0.14
    width = min((sheet_in - left - 0.15 - gap * (len(places) - 1)) / len(places), 3.2)
    name_in = line_in(8.6) * max(
        len(wrapped(told.place(one, mode, say), 8, width, bold=True)) for one in places
    )
    body_in = name_in + (row_in + head_in) * len(ways) + 0.40
    sheet = Sheet(title, subtitle, source, body_in=body_in, key=marks)
    top = name_in + head_in + 0.02
    for down, direction in enumerate(ways):
        above = top + down * (row_in + head_in)
        sheet.text(0.12, above - 0.22, say.direction(direction), fontsize=8, color=FAINT)
        for across, crossing in enumerate(places):
            axes = sheet.axes(left + across * (width + gap), above, width, row_in)
            own = table[(table["crossing"] == crossing) & (table["direction"] == direction)]
            for run, klass, colour, dash in (
                ("counterfactual", AGRICULTURAL, BASELINE, ":"),
                ("scenario", REST, told.REST, "--"),
                ("scenario", AGRICULTURAL, told.FARM, "-"),
            ):
                line = own[(own["run"] == run) & (own["class"] == klass)]
                axes.plot(line["hours"], line["share"], dash, color=colour, linewidth=1.4)
            axes.set(
                xlim=(0, far),
                ylim=(0, 1),
                yticks=[0, 0.5, 1],
                xticks=np.arange(0, far + 1, DAY_H * (1 + far // (4.5 * DAY_H))),
            )
            axes.grid(visible=True)
            axes.set_yticklabels([say.percent(tick) for tick in (0, 0.5, 1)] if not across else [])
            axes.tick_params(labelbottom=down == len(ways) - 1, length=2, labelsize=7.5)
            if not down:
                name = "\n".join(wrapped(told.place(crossing, mode, say), 8, width, bold=True))
                sheet.text(
                    left + across * (width + gap), top - head_in - 0.03, name, fontsize=8, weight="bold",
                    va="bottom", linespacing=1.0,
                )  # fmt: skip
            if down == len(ways) - 1:
                axes.set_xlabel(say("hours"))
    alt = say(
        "Rising curves of the share through against hours {by}, for agricultural goods and the rest. "
        "{title}.",
        by=told.by_mode(mode, say),
        title=title,
    )
    return Drawn(f"distribution_{mode}", title, subtitle, source, alt, sheet.figure, table)
