"""Are these replications enough, and is the run-in long enough: two figures for who judges a run."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from kzsim.experiments.methods import MethodError, mser5
from kzsim.figures import told
from kzsim.figures.drawn import Drawn
from kzsim.figures.style import FAINT, INK, Mark, Sheet, styled, wrapped
from kzsim.indicators.intervals import student_factor
from kzsim.indicators.layout import ALL

if TYPE_CHECKING:
    import pandas as pd

    from kzsim.experiments.studies import Study
    from kzsim.language import Speaker

ENOUGH = 0.05
"""Half-width over mean up to which a mean is called precise; the run's own judgement uses the same."""
_KEYS = ["crossing", "mode", "direction"]
_MS_PER_DAY = 86_400_000
_RUN_INS = 6
"""So many times the run-in is looked at, and at least four weeks."""
_LEAST_DAYS = 28
_SHOWN_DAYS = 0.25
"""A point of the picture is the mean of a quarter of a day."""


# --- convergence ------------------------------------------------------------------------------------------


@styled
def convergence(study: Study, say: Speaker) -> tuple[Drawn, ...]:
    """The mean crossing time and its interval as replications come in; () with one replication."""
    table = running_means(study)
    if table.empty:
        return ()
    return tuple(
        _convergence(study, table[table["mode"] == mode], mode, say) for mode in told.modes_of(table)
    )


def running_means(study: Study) -> pd.DataFrame:
    """A row for each flow and number ``n`` of replications from 2: the mean of the first n, its interval.

    ``mean``, ``low``, ``high`` in hours; ``final`` is the mean of all replications of that flow.
    """
    import pandas as pd

    found = study.table("replications")
    heads = found["class"] == found["mode"].map(told.headline)
    parts = []
    for key, own in found[heads & (found["corridor"] == ALL)].groupby(_KEYS, sort=False):
        values = own.sort_values("replication")["crossing_time"].dropna().to_numpy(dtype=float)
        if len(values) < 2:
            continue
        n = np.arange(1, len(values) + 1)
        shift = values - values.mean()
        mean = np.cumsum(shift) / n
        spread = np.maximum(np.cumsum(shift**2) - n * mean**2, 0)[1:] / (n[1:] - 1)
        half = np.array([student_factor(int(one) - 1) for one in n[1:]]) * np.sqrt(spread / n[1:])
        centre = mean[1:] + values.mean()
        part = pd.DataFrame({"n": n[1:], "mean": centre, "low": centre - half, "high": centre + half})
        parts.append(
            part.assign(**{name: str(one) for name, one in zip(_KEYS, key, strict=True)}, final=values.mean())
        )
    columns = [*_KEYS, "n", "mean", "low", "high", "final"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def convergence_title(table: pd.DataFrame, mode: str, say: Speaker) -> str:
    """How precisely the least precise mean is known in the end."""
    last = table.sort_values("n", kind="stable").groupby(_KEYS, sort=False).tail(1).reset_index(drop=True)
    share = (last["high"] - last["low"]) / 2 / last["final"].abs()
    worst = last.iloc[int(np.argmax(share.to_numpy(dtype=float)))]
    values = {
        "n": say.number(int(last["n"].max()), 0),
        "by": told.by_mode(mode, say),
        "share": say.percent(float(share.max()), 1),
        "place": told.place(worst["crossing"], mode, say),
        "direction": say.direction(worst["direction"]),
    }
    if share.max() <= ENOUGH:
        return say(
            "With {n} replications every mean crossing time {by} is known to ± {share} or better", **values
        )
    if share.max() > 1:
        return say(
            "{n} replications are too few {by}: at {place} ({direction}) half the interval is larger than "
            "the mean itself",
            **values,
        )
    return say(
        "{n} replications are too few {by}: the mean at {place} ({direction}) is known only to ± {share}",
        **values,
    )


def _convergence(study: Study, table: pd.DataFrame, mode: str, say: Speaker) -> Drawn:
    title = convergence_title(table, mode, say)
    what = say("Mean crossing time of the first replications, in per cent of the mean of all")
    subtitle = told.subtitle(what, study, say)
    source = told.source(
        study, say, say("The interval after n replications is the 95 % Student-t interval of the first n")
    )
    marks = [
        Mark("line", told.COLOUR[mode], say("mean of the first n replications")),
        Mark("bar", told.COLOUR[mode], say("its 95 % interval")),
        Mark("line", FAINT, say("± 5 %: precise enough within"), dashed=True),
    ]
    places, ways = told.crossings_of(table), told.directions_of(table)
    row_in, head_in, left, gap = 0.95, 0.27, 0.52, 0.14
    sheet_in = 7.2
    width = min((sheet_in - left - 0.15 - gap * (len(places) - 1)) / len(places), 3.2)
    lines = max(len(wrapped(told.place(one, mode, say), 8, width, bold=True)) for one in places)
    body_in = 0.16 * lines + (row_in + head_in) * len(ways) + 0.42
    sheet = Sheet(title, subtitle, source, body_in=body_in, key=marks)
    top = 0.16 * lines + head_in
    half = ((table["high"] - table["low"]) / 2 / table["final"]).to_numpy(dtype=float)
    far = (
        float(np.clip(np.nanmax(half[table["n"] >= 4]) if (table["n"] >= 4).any() else half.max(), 0.06, 0.5))
        * 1.1
    )
    for down, way in enumerate(ways):
        above = top + down * (row_in + head_in)
        sheet.text(0.12, above - 0.20, say.direction(way), fontsize=8, color=FAINT)
        for across, crossing in enumerate(places):
            axes = sheet.axes(left + across * (width + gap), above, width, row_in)
            own = table[(table["crossing"] == crossing) & (table["direction"] == way)]
            low, mean, high = ((own[name] / own["final"] - 1) for name in ("low", "mean", "high"))
            axes.fill_between(own["n"], low, high, color=told.COLOUR[mode], alpha=0.25, linewidth=0)
            axes.plot(own["n"], mean, color=told.COLOUR[mode], linewidth=1.4)
            for level in (-ENOUGH, ENOUGH):
                axes.axhline(level, color=FAINT, linewidth=0.7, linestyle="--")
            axes.set(xlim=(1, max(int(table["n"].max()), 3)), ylim=(-far, far))
            axes.grid(visible=True)
            axes.yaxis.set_major_formatter(lambda value, _: say.percent(value))
            axes.xaxis.set_major_locator(told.few_ticks(4, whole=True))
            axes.tick_params(labelleft=not across, labelbottom=down == len(ways) - 1, length=2, labelsize=7.5)
            if not down:
                name = "\n".join(wrapped(told.place(crossing, mode, say), 8, width, bold=True))
                sheet.text(
                    left + across * (width + gap),
                    top - head_in,
                    name,
                    fontsize=8,
                    weight="bold",
                    va="bottom",
                    linespacing=1.0,
                )
            if down == len(ways) - 1:
                axes.set_xlabel(say("replications, n"))
    alt = say(
        "Bands that narrow as replications are added {by}. {title}.", by=told.by_mode(mode, say), title=title
    )
    return Drawn(
        f"convergence_{mode}", title, subtitle, source, alt, sheet.figure, table.reset_index(drop=True)
    )


# --- the run-in -------------------------------------------------------------------------------------------


@styled
def run_in(study: Study, say: Speaker) -> tuple[Drawn, ...]:
    """The number inside from the first hour on, with the run-in and what MSER-5 asks for."""
    lines, cuts = from_the_start(study)
    if cuts.empty:
        return ()
    return tuple(
        _run_in(study, lines[lines["mode"] == mode], cuts[cuts["mode"] == mode], mode, say)
        for mode in told.modes_of(cuts)
    )


def from_the_start(study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The number inside of each flow by hour from the start, and a row for each flow of what MSER-5 says.

    The first table: ``days`` since the start, ``inside``, over six times the run-in and at least four weeks.
    The second: ``run_in_days`` as the scenario has it, ``asked_days`` and ``settled`` (False: no end found);
    empty where the readings are too few.
    """
    import pandas as pd

    found = study.table("hourly")
    inside = found[(found["element"] == "") & (found["quantity"] == "inside")]
    every_days = _every_days(inside)
    own_days = study.manifest["run_in_ms"] / _MS_PER_DAY
    far = min(max(_RUN_INS * own_days, _LEAST_DAYS), study.manifest["horizon_ms"] / _MS_PER_DAY)
    inside = inside.assign(
        days=inside["instant"] * every_days, **{key: inside[key].astype("str") for key in _KEYS}
    )
    lines = inside.loc[inside["days"] < far, [*_KEYS, "days", "mean"]].rename(columns={"mean": "inside"})
    rows = []
    for key, own in lines.groupby(_KEYS, sort=False):
        try:
            cut = mser5(own["inside"].to_numpy(dtype=float))
        except MethodError:
            continue  # too short a run
        asked = cut.observations * every_days
        rows.append((*key, own_days, asked, cut.settled))
    return lines.reset_index(drop=True), pd.DataFrame(
        rows, columns=[*_KEYS, "run_in_days", "asked_days", "settled"]
    )


def _every_days(inside: pd.DataFrame) -> float:
    first = inside.drop_duplicates("instant").sort_values("instant")["time_utc"].head(2)
    if len(first) < 2:
        return 1 / 24
    return float((first.iloc[1] - first.iloc[0]) / timedelta(days=1))


def run_in_title(cuts: pd.DataFrame, mode: str, say: Speaker) -> str:
    """Whether MSER-5 asks for a longer run-in than there is, and where most."""
    by, own = told.by_mode(mode, say), float(cuts["run_in_days"].iloc[0])
    longer = cuts[(cuts["asked_days"] > own) | ~cuts["settled"]]
    days = (
        say.plural("{n} day", "{n} days", round(own))
        if own == round(own)
        else say("{n} days", n=say.number(own))
    )
    if longer.empty:
        return say(
            "A run-in of {days} is long enough {by}: MSER-5 asks for at most {most} days",
            days=days, by=by, most=say.number(float(cuts["asked_days"].max())),
        )  # fmt: skip
    top = told.top_of(longer, "asked_days")
    return say(
        "MSER-5 asks for more than the run-in of {days} in {n} of {all} flows {by}, {most} days at {place}; "
        "a holiday or a season can be why",
        days=days, by=by, n=say.number(len(longer), 0), all=say.number(len(cuts), 0),
        most=say.number(float(top["asked_days"])), place=told.place(top["crossing"], mode, say),
    )  # fmt: skip


def _run_in(study: Study, lines: pd.DataFrame, cuts: pd.DataFrame, mode: str, say: Speaker) -> Drawn:
    title = run_in_title(cuts, mode, say)
    start = datetime.fromisoformat(study.manifest["start"]).date()
    what = say(
        "Number inside by the hour since the run began empty on {day}, {counted}",
        day=say.date(start),
        counted=told.counted(mode, say),
    )
    subtitle = ". ".join((what, study.title))
    source = told.source(
        study,
        say,
        say("Mean over the replications"),
        say(
            "MSER-5 (White 1997) takes rates and calendars for granted that repeat weekly; holidays and "
            "seasons mislead it"
        ),
    )
    places, ways = told.crossings_of(cuts), told.directions_of(cuts)
    colours = dict(zip(told.DIRECTIONS, (told.COLOUR[mode], told.SECOND[mode]), strict=True))
    row_in, label_in, gap = 0.62, 1.45, 0.14
    marks = [Mark("line", colours[way], say.direction(way)) for way in ways]
    marks += [
        Mark("line", INK, say("run-in of the scenario")),
        Mark("point", FAINT, say("MSER-5 asks for"), "v"),
    ]
    sheet = Sheet(title, subtitle, source, body_in=0.08 + (row_in + gap) * len(places) + 0.30, key=marks)
    top = 0.08
    own_days, most = float(cuts["run_in_days"].iloc[0]), float(lines["inside"].max()) * 1.15
    for at, crossing in enumerate(places):
        above = top + at * (row_in + gap)
        axes = sheet.axes(label_in + 0.25, above, sheet.width_in - label_in - 0.45, row_in)
        for way in ways:
            own = lines[(lines["crossing"] == crossing) & (lines["direction"] == way)]
            coarse = own.groupby(own["days"] // _SHOWN_DAYS * _SHOWN_DAYS)["inside"].mean()
            axes.plot(coarse.index, coarse, color=colours[way], linewidth=1.0)
            for row in told.records(cuts[(cuts["crossing"] == crossing) & (cuts["direction"] == way)]):
                axes.plot(
                    row["asked_days"], most * 0.93, "v", color=colours[way], markersize=5, clip_on=False
                )
        axes.axvline(own_days, color=INK, linewidth=1.0)
        axes.set(xlim=(0, float(lines["days"].max())), ylim=(0, most))
        axes.grid(visible=True)
        axes.yaxis.set_major_locator(told.few_ticks(4, whole=True))
        axes.tick_params(labelbottom=at == len(places) - 1, length=2, labelsize=7.5)
        sheet.label(above + row_in / 2, told.place(crossing, mode, say), label_in - 0.25)
        if at == len(places) - 1:
            axes.set_xlabel(say("days since the start"))
    alt = say("Lines of the number inside {by} over the first weeks, with the run-in marked. {title}.",
              by=told.by_mode(mode, say), title=title)  # fmt: skip
    return Drawn(f"run_in_{mode}", title, subtitle, source, alt, sheet.figure, cuts.reset_index(drop=True))
