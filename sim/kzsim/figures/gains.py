"""Who wins and who pays: paired differences of the crossing time by part in the corridor, and by class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kzsim.figures import told
from kzsim.figures.colours import BASELINE, ORANGE
from kzsim.figures.drawn import Drawn
from kzsim.figures.style import FAINT, HAIR_PT, INK, WIDTH_IN, Mark, Sheet, line_in, styled, wrapped
from kzsim.indicators.layout import AGRICULTURAL, ALL, REST, TOGETHER
from kzsim.indicators.legs import OTHER_LEGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.axes import Axes

    from kzsim.experiments.studies import Study
    from kzsim.language import Speaker

_WORDS_SHARE = 0.14
"""Part of a panel's width that the number beside a mark takes."""
ROLES = ("user", "eligible_nonuser", "other")
GAINS, LOSES, SAME, UNDECIDED = "gains", "loses", "no change", "undecided"
"""Verdicts as the tables have them."""
_KEYS = ["alternative", "crossing", "mode", "direction", "class", "corridor"]
_LABEL_IN, _LINE_IN, _GAP_IN, _BETWEEN_IN = 1.62, 0.17, 0.12, 0.18
_WIDER_REACH = 0.25
"""By so much of the span of the usual intervals an axis grows on each side for the wider ones."""


def differences(study: Study) -> pd.DataFrame:
    """A row for each cell with a compared crossing time, of a comparison or of a run with its counterfactual.

    Columns: ``alternative`` ('' of a run), the cell, ``base``, ``difference``, ``low``, ``high`` in hours,
    ``together_low`` and ``together_high``, the interval that holds together with those of all others (NaN
    where it was not kept), and ``verdict``, which rests on it.
    """
    if study.kind == "comparison":
        found = study.table("differences").rename(columns={"base_mean": "base"})
        found = found.assign(verdict=found["verdict_together"])
    else:
        found = study.table("comparison").assign(alternative="")
    own = found[found["indicator"] == "crossing_time"]
    own = own.rename(columns={"simultaneous_low": "together_low", "simultaneous_high": "together_high"})
    values = ["base", "difference", "low", "high", "together_low", "together_high", "verdict", "replications"]
    return own.reindex(columns=[*_KEYS, *values]).reset_index(drop=True)


# --- by part in the corridor ------------------------------------------------------------------------------


@styled
def gains(study: Study, say: Speaker) -> tuple[Drawn, ...]:
    """Differences of corridor users, eligible non-users and others, by alternative and mode."""
    if study.kind == "run" and not study.has("comparison"):
        return ()
    found = differences(study)
    heads = found["class"] == found["mode"].map(told.headline)
    table = found[heads & found["corridor"].isin(ROLES)]
    return tuple(
        _gains(study, own, alternative, mode, say)
        for (alternative, mode), own in _by_alternative(table)
        if (own["corridor"] == ROLES[0]).any()
    )


def gains_title(table: pd.DataFrame, mode: str, say: Speaker) -> str:
    """What corridor users and others gain or lose, by the verdicts of all crossings and directions."""
    clauses = [_of_role(table[table["corridor"] == role], role, say) for role in (ROLES[0], ROLES[2])]
    return told.sentence([f"{told.by_mode(mode, say)}: {'; '.join(clause for clause in clauses if clause)}"])


def _of_role(own: pd.DataFrame, role: str, say: Speaker) -> str:
    if own.empty:
        return ""
    who = say.corridor(role)
    verdicts, size = own["verdict"], own["difference"].abs()
    winning, losing = verdicts == GAINS, verdicts == LOSES
    n, every = say.number(int((winning | losing).sum()), 0), say.number(len(own), 0)
    if winning.any() and losing.any():
        return say(
            "{who} gain in {gain} of {all} flows and lose in {loss}",
            who=who, gain=say.number(int(winning.sum()), 0), loss=say.number(int(losing.sum()), 0), all=every,
        )  # fmt: skip
    if not (winning | losing).any():
        return _without_verdict(own, who, say)
    undecided = verdicts == UNDECIDED
    sure = size[winning | losing]
    low, high = say.figure(float(sure.min())), say.figure(float(sure.max()))
    values = {"who": who, "low": low, "high": high, "n": n, "all": every}
    if winning.all():
        return say("{who} gain {low} to {high} h everywhere", **values)
    if losing.all():
        return say("{who} lose {low} to {high} h everywhere", **values)
    if undecided.any() and size[undecided].max() > sure.max():
        # the largest change drawn is not a sure one, so that no largest is named
        values["open"] = say.number(int(undecided.sum()), 0)
        if winning.any():
            return say("{who} gain in {n} of {all} flows, {open} are not decided", **values)
        return say("{who} lose in {n} of {all} flows, {open} are not decided", **values)
    if winning.any():
        return say("{who} gain up to {high} h in {n} of {all} flows", **values)
    return say("{who} lose up to {high} h in {n} of {all} flows", **values)


def _without_verdict(own: pd.DataFrame, who: str, say: Speaker) -> str:
    """Nobody surely gains or loses: no change, none that can be detected, or not decided."""
    if (own["verdict"] == SAME).all():
        return say("{who} see no change", who=who)
    if _hold_nought(own):
        return say("no detectable change for {who}", who=who)
    return say("not decided for {who}", who=who)


def _hold_nought(own: pd.DataFrame) -> bool:
    """Whether the intervals as they are drawn hold nought, all but those within the threshold."""
    open_ = own[own["verdict"] == UNDECIDED]
    return bool(((open_["low"] <= 0) & (open_["high"] >= 0)).all())


def _gains(study: Study, table: pd.DataFrame, alternative: str, mode: str, say: Speaker) -> Drawn:
    title = gains_title(table, mode, say)
    subtitle, source = _told(study, alternative, table, say)
    looks = {
        ROLES[0]: (told.FARM, told.FARM_MARKER),
        ROLES[1]: (ORANGE, "^"),
        ROLES[2]: (told.REST, told.REST_MARKER),
    }
    there = [role for role in ROLES if (table["corridor"] == role).any()]
    marks = [Mark("point", looks[role][0], say.corridor(role), looks[role][1]) for role in there]
    marks.extend(_intervals(table, say))
    places, ways = told.crossings_of(table), told.directions_of(table)
    group_in = _LINE_IN * len(there) + _GAP_IN
    sheet = Sheet(title, subtitle, source, body_in=0.42 + group_in * len(places) + 0.40, key=marks)
    top = 0.42
    panels = _panels(sheet, table, [say.direction(way) for way in ways], top, group_in * len(places), say)
    for axes, way in zip(panels, ways, strict=True):
        axes.set_ylim(len(places), 0)
        for at, crossing in enumerate(places):
            if at:
                axes.axhline(at, color="#E4E4E4", linewidth=0.6)
            own = table[(table["crossing"] == crossing) & (table["direction"] == way)]
            for row in told.records(own):
                y = at + (_GAP_IN / 2 + _LINE_IN * (there.index(row["corridor"]) + 0.5)) / group_in
                _point(axes, row, y, *looks[row["corridor"]], say)
    for at, crossing in enumerate(places):
        sheet.label(top + (at + 0.5) * group_in, told.place(crossing, mode, say), _LABEL_IN - 0.2)
    alt = say("Changes of the mean crossing time {by} with intervals, for who uses the corridor and who does "
              "not. {title}.",
              by=told.by_mode(mode, say), title=title)  # fmt: skip
    name = "_".join(part for part in ("gains", alternative, mode) if part)
    return Drawn(name, title, subtitle, source, alt, sheet.figure, table.reset_index(drop=True))


# --- by class ---------------------------------------------------------------------------------------------


@styled
def gains_by_class(study: Study, say: Speaker) -> tuple[Drawn, ...]:
    """Differences of every class of cargo: a figure for each alternative and mode."""
    if study.kind == "run" and not study.has("comparison"):
        return ()
    found = differences(study)
    table = found[(found["corridor"] == ALL) & ~found["class"].isin([*TOGETHER, *OTHER_LEGS])]
    return tuple(
        _by_class(study, own, alternative, mode, say) for (alternative, mode), own in _by_alternative(table)
    )


def classes_title(table: pd.DataFrame, mode: str, say: Speaker) -> str:
    """Which class surely gains most, which surely loses most; or that nothing is decided or changes."""
    sure = table[table["verdict"].isin([GAINS, LOSES])]
    by = told.by_mode(mode, say)
    if sure.empty:
        if (table["verdict"] == SAME).all():
            return told.sentence([say("{by} no change for any class of goods", by=by)])
        if _hold_nought(table):
            return told.sentence([say("{by} no detectable change for any class of goods", by=by)])
        return told.sentence([say("{by} it is not decided which class of goods gains or loses", by=by)])
    best, worst = told.bottom_of(sure, "difference"), told.top_of(sure, "difference")
    clauses = []
    if best["difference"] < 0:
        clauses.append(
            say(
                "{by}, the largest sure gain is that of {klass}: {hours} h at {place}, {direction}",
                by=by,
                **_whose(best, mode, say),
            )
        )
    if worst["difference"] > 0:
        values = _whose(worst, mode, say)
        clauses.append(
            say("the largest sure loss is that of {klass}: {hours} h at {place}, {direction}", **values)
            if clauses
            else say(
                "{by}, the largest sure loss is that of {klass}: {hours} h at {place}, {direction}",
                by=by,
                **values,
            )
        )
    return told.sentence(clauses)


def _whose(row: dict[str, Any], mode: str, say: Speaker) -> dict[str, str]:
    return {
        "klass": say.class_(row["class"]),
        "hours": say.figure(abs(row["difference"])),
        "place": told.place(row["crossing"], mode, say),
        "direction": say.direction(row["direction"]),
    }


def _by_class(study: Study, table: pd.DataFrame, alternative: str, mode: str, say: Speaker) -> Drawn:
    title = classes_title(table, mode, say)
    subtitle, source = _told(study, alternative, table, say)
    ways = told.directions_of(table)
    markers = dict(zip(told.DIRECTIONS, ("o", "v"), strict=True))
    marks = [Mark("point", FAINT, say.direction(way), markers[way]) for way in ways]
    marks += [
        Mark("square", colour, words)
        for farm, colour, words in (
            (True, told.FARM, say.class_(AGRICULTURAL)),
            (False, told.REST, say.class_(REST)),
        )
        if any(told.is_farm(str(klass), mode) == farm for klass in table["class"].unique())
    ]
    marks.extend(_intervals(table, say))
    order = table.groupby("class")["difference"].mean().sort_values(kind="stable")
    classes, places = list(order.index), told.crossings_of(table)
    tallest = max(len(wrapped(say.class_(klass), 8.5, _LABEL_IN - 0.2)) for klass in classes)
    group_in = max(_LINE_IN * len(ways) + _GAP_IN * 0.6, tallest * line_in(8.5) + 0.06)
    names = [told.place(crossing, mode, say) for crossing in places]
    width = _panel_in(len(names))
    top = 0.26 + max(len(wrapped(name, 8.5, width, bold=True)) for name in names) * line_in(8.5)
    sheet = Sheet(title, subtitle, source, body_in=top + group_in * len(classes) + 0.40, key=marks)
    panels = _panels(sheet, table, names, top, group_in * len(classes), say, values=False)
    for axes, crossing in zip(panels, places, strict=True):
        axes.set_ylim(len(classes), 0)
        for at, klass in enumerate(classes):
            if at:
                axes.axhline(at, color="#E4E4E4", linewidth=0.6)
            own = table[(table["crossing"] == crossing) & (table["class"] == klass)]
            colour = told.FARM if told.is_farm(str(klass), mode) else told.REST
            for row in told.records(own):
                y = at + (ways.index(row["direction"]) + 0.7) / (len(ways) + 0.4)
                _point(axes, row, y, colour, markers[row["direction"]], None)
    for at, klass in enumerate(classes):
        sheet.label(top + (at + 0.5) * group_in, say.class_(klass), _LABEL_IN - 0.2)
    alt = say("Changes of the mean crossing time {by} with intervals, by class of goods. {title}.",
              by=told.by_mode(mode, say), title=title)  # fmt: skip
    name = "_".join(part for part in ("classes", alternative, mode) if part)
    return Drawn(name, title, subtitle, source, alt, sheet.figure, table.reset_index(drop=True))


def _intervals(table: pd.DataFrame, say: Speaker) -> list[Mark]:
    """The entries of the key for both intervals and for hollow marks, as far as there are any."""
    marks = [Mark("interval", FAINT, say("mean with 95 % interval"))]
    if np.isfinite(table["together_low"].to_numpy(dtype=float)).any():
        marks.append(Mark("hair", FAINT, say("wider interval, holds together with all others")))
    if (table["verdict"] == UNDECIDED).any():
        marks.append(Mark("point", FAINT, say("hollow: not decided by the wider intervals"), hollow=True))
    return marks


# --- both -------------------------------------------------------------------------------------------------


def _by_alternative(table: pd.DataFrame) -> list[tuple[tuple[str, str], pd.DataFrame]]:
    return [
        ((str(alternative), mode), own[own["mode"] == mode])
        for alternative, own in table.groupby("alternative", sort=False)
        for mode in told.modes_of(own)
    ]


def _told(study: Study, alternative: str, table: pd.DataFrame, say: Speaker) -> tuple[str, str]:
    titles = told.titles_of(study)
    of: Sequence[str] | None = None
    if alternative:
        what = say(
            "Change of the mean crossing time in hours, “{alternative}” less “{base}”: the same trucks and "
            "trains in both",
            alternative=titles.get(alternative, alternative),
            base=next(iter(titles.values())),
        )
        of = ()
    else:
        what = say(
            "Change of the mean crossing time in hours, with the corridors less without: the same trucks and "
            "trains in both"
        )
    paired = (
        say("Interval: paired 95 % Student-t interval over the replications")
        if int(table["replications"].max()) > 1
        else told.interval_named(say, 1)
    )
    together = say(
        "Words in the title rest on wider intervals that hold together, and on a threshold of 5 min"
    )
    ends = _ends(table)
    wide = table[["together_low", "together_high"]].to_numpy(dtype=float)
    beyond = (
        say("A wider interval that reaches the edge of a panel goes on beyond it")
        if np.nanmin([*wide[:, 0], ends[0]]) < ends[0] or np.nanmax([*wide[:, 1], ends[1]]) > ends[1]
        else ""
    )
    return told.subtitle(what, study, say, of), told.source(study, say, paired, together, beyond)


def _panels(
    sheet: Sheet,
    table: pd.DataFrame,
    headings: Sequence[str],
    top: float,
    height: float,
    say: Speaker,
    *,
    values: bool = True,
) -> list[Axes]:
    """Panels side by side with one axis of hours, nought marked, faster to the left."""
    low, high = _ends(table)
    room = (high - low) * (0.22 if values else 0.08) or 1.0
    width = _panel_in(len(headings))
    made = []
    for number, heading in enumerate(headings):
        left = _LABEL_IN + number * (width + _BETWEEN_IN)
        axes = sheet.axes(left, top, width, height)
        axes.set_xlim(low - room, high + room)
        axes.axvline(0, color=BASELINE, linewidth=1.0)
        axes.grid(visible=True, axis="x")
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.tick_params(labelsize=7.5)
        axes.xaxis.set_major_formatter(
            lambda value, _: say.signed(value, 0 if abs(value) >= 1 or not value else 1)
        )
        axes.set_xlabel(say("hours"))
        lines = wrapped(heading, 8.5, width, bold=True)
        sheet.text(
            left, top - 0.20, "\n".join(lines), va="bottom", linespacing=1.0, fontsize=8.5, weight="bold"
        )
        if not number:
            zero = left + width * (0 - low + room) / (high - low + 2 * room)
            sheet.text(
                zero - 0.05, top - 0.015, say("← faster"), va="bottom", ha="right", fontsize=7, color=FAINT
            )
            sheet.text(
                zero + 0.05, top - 0.015, say("slower →"), va="bottom", ha="left", fontsize=7, color=FAINT
            )
        made.append(axes)
    return made


def _ends(table: pd.DataFrame) -> tuple[float, float]:
    """Where the axis of hours ends, but for room: at nought, the usual intervals, and wider ones nearby."""
    usual = table[["difference", "low", "high"]].to_numpy(dtype=float)
    low, high = min(float(np.nanmin(usual)), 0.0), max(float(np.nanmax(usual)), 0.0)
    reach = (high - low) * _WIDER_REACH
    wide = table[["together_low", "together_high"]].to_numpy(dtype=float)
    return (
        max(float(np.nanmin([*wide[:, 0], low])), low - reach),
        min(float(np.nanmax([*wide[:, 1], high])), high + reach),
    )


def _panel_in(count: int) -> float:
    """Width of each of so many panels side by side."""
    return min((WIDTH_IN - _LABEL_IN - 0.15 - _BETWEEN_IN * (count - 1)) / count, 4.6)


def _point(axes: Axes, row: dict[str, Any], y: float, colour: str, marker: str, say: Speaker | None) -> None:
    ends = [row["difference"]]
    for low, high, line in (("together_low", "together_high", HAIR_PT), ("low", "high", 1.6)):
        if np.isfinite([row[low], row[high]]).all():
            axes.plot([row[low], row[high]], [y, y], color=colour, linewidth=line, solid_capstyle="butt")
            ends += [row[low], row[high]]
    face = "white" if row["verdict"] == UNDECIDED else colour
    axes.plot(row["difference"], y, marker, color=colour, markerfacecolor=face, markersize=4.4)
    if say is None:
        return
    right = row["difference"] >= 0
    # beside all intervals; at the edge where the wider one leaves no room before it
    edges = axes.get_xlim()
    room = (edges[1] - edges[0]) * _WORDS_SHARE
    end = max(ends) if right else min(ends)
    beyond = end > edges[1] - room if right else end < edges[0] + room
    if beyond:
        end = edges[1] if right else edges[0]
    axes.annotate(
        say.signed(row["difference"], 2 if abs(row["difference"]) < 1 else 1),
        (end, y), (0 if beyond else 5 if right else -5, 0), textcoords="offset points", va="center",
        fontsize=7.2, color=INK, ha="left" if right != beyond else "right",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4} if beyond else None,
    )  # fmt: skip
