"""Queue and throughput over the year and over the week, from the hourly readings."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from kzsim.evidence import time_zones
from kzsim.figures import told
from kzsim.figures.drawn import Drawn
from kzsim.figures.style import FAINT, INK, Mark, Sheet, styled, text_in

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from kzsim.experiments.studies import Study
    from kzsim.language import Speaker

_SHORT_DAYS = 35
"""A period of fewer days is shown and spoken of by the day, a longer one by weeks."""
_EVEN = 1.5
"""A largest value below so many times the mean is called even, unless it rises or falls so many times."""
_ALIKE = 1.1
"""Weekdays of which the fullest has less than so many times the emptiest are called alike."""
_ROW_IN, _LABEL_IN = 0.62, 1.25
WEEK = 7
_LEAST_MONTHS = 3
"""With fewer beginnings of months in a period its axis names days."""
_TICK_PT = 7.5


# --- the year ---------------------------------------------------------------------------------------------


@styled
def years(study: Study, say: Speaker) -> tuple[Drawn, ...]:
    """Number inside and exits a day at each crossing through the period, one figure a mode."""
    table = daily(study)
    return tuple(_year(study, table[table["mode"] == mode], mode, say) for mode in told.modes_of(table))


def daily(study: Study) -> pd.DataFrame:
    """A row for each flow and day of the measured window, in Kazakhstan's clock.

    ``inside``: mean number inside over the day's hourly readings, ``inside_low`` and ``inside_high`` the
    least and the largest of these; ``exits``: how many left that day; all are means over the replications.
    ``inside_week`` and ``exits_week``: mean of the seven days around it; ``inside_week_low`` and
    ``inside_week_high``: the lowest and the highest of these days.
    """
    found = study.table("hourly")
    flows = found[(found["element"] == "") & found["quantity"].isin(["inside", "exits"])]
    zone = ZoneInfo(time_zones().name["kz"])
    day = flows["time_utc"].dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()
    keys = ["crossing", "mode", "direction"]
    flows = flows.assign(day=day, **{key: flows[key].astype("str") for key in [*keys, "quantity"]})
    grouped = (
        flows.groupby([*keys, "day", "quantity"], sort=True)["mean"]
        .agg(["mean", "sum", "min", "max"])
        .reset_index()
    )
    grouped["value"] = grouped["mean"].where(grouped["quantity"] == "inside", grouped["sum"])
    wide = grouped.pivot_table(index=[*keys, "day"], columns="quantity", values="value").reset_index()
    hours = grouped.loc[grouped["quantity"] == "inside", [*keys, "day", "min", "max"]]
    wide = wide.merge(hours.rename(columns={"min": "inside_low", "max": "inside_high"}), on=[*keys, "day"])
    for name in ("inside", "exits"):
        around = wide.groupby(keys, sort=False)[name].rolling(WEEK, center=True, min_periods=4)
        wide[f"{name}_week"] = around.mean().reset_index(level=keys, drop=True)
        if name == "inside":  # of exits closed days would hide everything else
            for end, extremes in (("low", around.min()), ("high", around.max())):
                wide[f"inside_week_{end}"] = extremes.reset_index(level=keys, drop=True)
    days = told.days_of(study)
    within = wide["day"].notna()
    if days is not None:
        first, last = (datetime(day.year, day.month, day.day) for day in days)
        within = (wide["day"] >= first) & (wide["day"] <= last)
    wide.columns.name = None
    values = [f"inside{part}" for part in ("", "_low", "_high", "_week", "_week_low", "_week_high")]
    return wide.loc[within, [*keys, "day", *values, "exits", "exits_week"]].reset_index(drop=True)


def plotted(table: pd.DataFrame) -> pd.DataFrame:
    """Of ``daily`` what the figure shows: of a short period the days, else the weeks around them."""
    week = [name for name in table.columns if "_week" in name]
    if is_short(table):
        return table.drop(columns=week)
    return table.drop(columns=["inside", "inside_low", "inside_high", "exits"])


def is_short(table: pd.DataFrame) -> bool:
    """Whether the period is shown by the day."""
    return bool(table["day"].nunique() < _SHORT_DAYS)


def year_title(table: pd.DataFrame, mode: str, say: Speaker) -> str:
    """Where and when most were inside, all directions of the table together."""
    return _of_directions(_fullest(table, mode, say), table, say)


def _of_directions(title: str, table: pd.DataFrame, say: Speaker) -> str:
    return (
        say("{title} (both directions together)", title=title)
        if len(told.directions_of(table)) > 1
        else title
    )


def _fullest(table: pd.DataFrame, mode: str, say: Speaker) -> str:
    """Where and when most were inside, and how many times the mean of that flow; or that queues stay even."""
    short = is_short(table)
    value = "inside" if short else "inside_week"
    by_place = table.groupby(["crossing", "day"], sort=False)[value].sum().reset_index()
    top = told.top_of(by_place, value)
    there = by_place.loc[by_place["crossing"] == top["crossing"], value]
    mean, quarter = there.mean(), max(len(there) // 4, 1)
    least, most = sorted((there.head(quarter).mean(), there.tail(quarter).mean()))
    values = {
        "place": told.place(top["crossing"], mode, say),
        "n": say.number(top[value], 0),
        "counted": told.counted(mode, say),
        "mean": say.number(mean, 0),
        "day": say.date(top["day"].date()),
    }
    if top[value] < _EVEN * mean and most < _EVEN * least:
        return say("Queues stay even {by}: the fullest place, {place}, never holds much more than its "
                   "mean of {mean} {counted}",
                   by=told.by_mode(mode, say), **values)  # fmt: skip
    if short:
        return say("Fullest {by}: {place} on {day}, {n} {counted} inside against {mean} on average",
                   by=told.by_mode(mode, say), **values)  # fmt: skip
    return say("Fullest {by}: {place} in the week around {day}, {n} {counted} inside against {mean} on "
               "average",
               by=told.by_mode(mode, say), **values)  # fmt: skip


def _year(study: Study, table: pd.DataFrame, mode: str, say: Speaker) -> Drawn:
    title = year_title(table, mode, say)
    short = is_short(table)
    what = say("Number inside and number leaving a day, {counted}", counted=told.counted(mode, say))
    subtitle = told.subtitle(what, study, say)
    smooth = "" if short else say("Each point is the mean of seven days")
    source = told.source(
        study, say, say("Means over the replications, of which single ones spread more"), smooth
    )
    places, ways = told.crossings_of(table), told.directions_of(table)
    colours = dict(zip(told.DIRECTIONS, (told.COLOUR[mode], told.SECOND[mode]), strict=True))
    panel_in = _ROW_IN * len(places)
    marks = [Mark("line", colours[way], say.direction(way)) for way in ways]
    pale = (
        say("inside, pale: lowest to highest hour of the day")
        if short
        else say("inside, pale: lowest to highest of the seven days")
    )
    marks.append(Mark("bar", FAINT, pale))
    sheet = Sheet(title, subtitle, source, body_in=0.27 + panel_in + 0.12 * len(places) + 0.14, key=marks)
    top = 0.27
    width = (sheet.width_in - _LABEL_IN - 0.9) / 2
    days = table["day"]
    for number, (quantity, heading) in enumerate(
        (("inside", say("inside, at a time")), ("exits", say("leaving, a day")))
    ):
        value = quantity if short else f"{quantity}_week"
        band = f"{value}_low" in table
        most = float(table[f"{value}_high" if band else value].max()) * 1.08
        for at, crossing in enumerate(places):
            above = top + at * (_ROW_IN + 0.12)
            axes = sheet.axes(_LABEL_IN + 0.2 + number * (width + 0.4), above, width, _ROW_IN)
            for way in ways:
                own = table[(table["crossing"] == crossing) & (table["direction"] == way)]
                if band:
                    axes.fill_between(own["day"], own[f"{value}_low"], own[f"{value}_high"],
                                      color=colours[way], alpha=0.22, linewidth=0)  # fmt: skip
                axes.plot(own["day"], own[value], color=colours[way], linewidth=1.3)
            axes.set(xlim=(days.min(), days.max()), ylim=(0, most))
            axes.grid(visible=True)
            axes.yaxis.set_major_locator(told.few_ticks(3, whole=True))
            axes.yaxis.set_major_formatter(lambda value, _: say.number(value, 0))
            civil(axes, days.min(), days.max(), width, say)
            axes.tick_params(labelbottom=at == len(places) - 1, length=2, labelsize=7.5)
            if not at:
                axes.set_title(heading, fontsize=8.5, weight="bold", loc="left", pad=4)
    _row_names(sheet, places, mode, say, top)
    alt = say("Lines of the number inside and leaving through the period {by}, by crossing. {title}.",
              by=told.by_mode(mode, say), title=title)  # fmt: skip
    return Drawn(
        f"year_{mode}", title, subtitle, source, alt, sheet.figure, plotted(table).reset_index(drop=True)
    )


def civil(axes: Axes, first: pd.Timestamp, last: pd.Timestamp, width_in: float, say: Speaker) -> None:
    """Months by their names along the lower axis, or days of a period below some months; few enough to read.

    A short stroke stands at the first day of every month, a long one with a name where there is room.
    """
    import pandas as pd

    months = pd.date_range(first, last, freq="MS")
    if len(months) < _LEAST_MONTHS:
        ticks, names = _days_between(first, last, width_in, say)
    else:
        room = width_in / len(months)
        widest = max(text_in(say.month(day.month), _TICK_PT) for day in months) + 0.08
        every = next(step for step in (1, 2, 3, 6, 12) if step * room >= widest or step == 12)
        # months that divide the year alike, so that the same ones are named every year
        ticks = [day for day in months if (day.month - 1) % every == 0]
        names = [say.month(day.month) for day in ticks]
        axes.set_xticks(months.to_numpy(), minor=True)
    axes.set_xticks(pd.DatetimeIndex(ticks).to_numpy(), names)
    axes.tick_params(axis="x", which="minor", length=2)
    axes.tick_params(axis="x", which="major", length=4)


def _days_between(
    first: pd.Timestamp, last: pd.Timestamp, width_in: float, say: Speaker
) -> tuple[list[pd.Timestamp], list[str]]:
    """Days at even distances, from the first on, and how they are called."""
    import pandas as pd

    days = pd.date_range(first, last, freq="D")
    room = width_in / max(len(days) - 1, 1)
    widest = max(text_in(say.day(day), _TICK_PT) for day in days) + 0.12
    every = next((step for step in (1, 2, 7, 14, 28) if step * room >= widest), len(days))
    ticks = list(days[::every])
    # a name at the far end would reach into what stands beside the panel
    far = [(last - day).days * room < widest / 4 and day != first for day in ticks]
    return ticks, ["" if beyond else say.day(day) for day, beyond in zip(ticks, far, strict=True)]


# --- the week ---------------------------------------------------------------------------------------------


@styled
def weeks(study: Study, say: Speaker) -> tuple[Drawn, ...]:
    """Number inside and exits by the day of the week, one figure a mode; () of less than two weeks."""
    table = daily(study)
    if table["day"].nunique() < 14:
        return ()
    by_day = weekly(table)
    return tuple(_week(study, by_day[by_day["mode"] == mode], mode, say) for mode in told.modes_of(by_day))


def weekly(table: pd.DataFrame) -> pd.DataFrame:
    """A row for each flow and weekday (0 is Monday): means of ``inside`` and ``exits``, ``days`` in them.

    ``inside_p10`` to ``exits_p90``: quantiles over these days.
    """
    keys = ["crossing", "mode", "direction"]
    found = table.assign(weekday=table["day"].dt.day_of_week).groupby([*keys, "weekday"], sort=True)
    means = found.agg(inside=("inside", "mean"), exits=("exits", "mean"), days=("day", "size"))
    for name in ("inside", "exits"):
        for per_cent in (10, 90):
            means[f"{name}_p{per_cent}"] = found[name].quantile(per_cent / 100)
    return means.reset_index()


def week_title(table: pd.DataFrame, mode: str, say: Speaker) -> str:
    """On which weekday most are inside, all crossings and directions of the table together."""
    return _of_directions(_by_weekday(table, mode, say), table, say)


def _by_weekday(table: pd.DataFrame, mode: str, say: Speaker) -> str:
    """On which weekday most are inside, over all crossings, and on which fewest."""
    total = table.groupby("weekday")["inside"].sum()
    days = [int(str(day)) for day in total.index]
    most, least = (days[int(at)] for at in (total.to_numpy().argmax(), total.to_numpy().argmin()))
    by = told.by_mode(mode, say)
    if total[most] < _ALIKE * total[least]:
        return told.sentence([say("{by} the day of the week makes little difference to the queues", by=by)])
    return say(
        "Queues {by} are longest on {longest} and shortest on {shortest}: {most} and {least} {counted} "
        "inside",
        by=by,
        longest=on_day(most, say),
        shortest=on_day(least, say),
        most=say.number(total[most], 0),
        least=say.number(total[least], 0),
        counted=told.counted(mode, say),
    )


def on_day(weekday: int, say: Speaker) -> str:
    """``Mondays`` and so on; 0 is Monday."""
    return (
        say("Mondays"), say("Tuesdays"), say("Wednesdays"), say("Thursdays"),
        say("Fridays"), say("Saturdays"), say("Sundays"),
    )[weekday]  # fmt: skip


def _short_days(say: Speaker) -> tuple[str, ...]:
    return (say("Mo"), say("Tu"), say("We"), say("Th"), say("Fr"), say("Sa"), say("Su"))


def _week(study: Study, table: pd.DataFrame, mode: str, say: Speaker) -> Drawn:
    title = week_title(table, mode, say)
    what = say(
        "Number inside and number leaving by the day of the week, {counted}", counted=told.counted(mode, say)
    )
    subtitle = told.subtitle(what, study, say)
    source = told.source(
        study,
        say,
        say("Means over days and replications, in Kazakhstan's clock"),
        say("P10 to P90 of days that are means over the replications, of which single ones spread more"),
    )
    places, ways = told.crossings_of(table), told.directions_of(table)
    colours = dict(zip(told.DIRECTIONS, (told.COLOUR[mode], told.SECOND[mode]), strict=True))
    marks = [Mark("square", colours[way], say.direction(way)) for way in ways]
    marks.append(Mark("line", INK, say("P10 to P90 of the days")))
    body_in = 0.27 + (_ROW_IN + 0.12) * len(places) + 0.14
    sheet = Sheet(title, subtitle, source, body_in=body_in, key=marks)
    top = 0.27
    width = (sheet.width_in - _LABEL_IN - 0.9) / 2
    for number, (quantity, heading) in enumerate(
        (("inside", say("inside, at a time")), ("exits", say("leaving, a day")))
    ):
        most = float(table[[quantity, f"{quantity}_p90"]].to_numpy(dtype=float).max()) * 1.08
        for at, crossing in enumerate(places):
            axes = sheet.axes(
                _LABEL_IN + 0.2 + number * (width + 0.4), top + at * (_ROW_IN + 0.12), width, _ROW_IN
            )
            for which, way in enumerate(ways):
                own = table[(table["crossing"] == crossing) & (table["direction"] == way)]
                bar = 0.8 / len(ways)
                at_x = own["weekday"] - 0.4 + bar * (which + 0.5)
                axes.bar(at_x, own[quantity], width=bar, color=colours[way])
                ends = own[f"{quantity}_p10"], own[f"{quantity}_p90"]
                axes.vlines(at_x, *ends, color=INK, linewidth=0.9)
            axes.set(xlim=(-0.6, 6.6), ylim=(0, most), xticks=range(7))
            axes.set_xticklabels(_short_days(say))
            axes.grid(visible=True, axis="y")
            axes.yaxis.set_major_locator(told.few_ticks(3, whole=True))
            axes.yaxis.set_major_formatter(lambda value, _: say.number(value, 0))
            axes.tick_params(labelbottom=at == len(places) - 1, length=0, labelsize=7.5)
            if not at:
                axes.set_title(heading, fontsize=8.5, weight="bold", loc="left", pad=4)
    _row_names(sheet, places, mode, say, top)
    alt = say("Bars of the number inside and leaving by the day of the week {by}, by crossing. {title}.",
              by=told.by_mode(mode, say), title=title)  # fmt: skip
    return Drawn(f"week_{mode}", title, subtitle, source, alt, sheet.figure, table.reset_index(drop=True))


def _row_names(sheet: Sheet, places: tuple[str, ...], mode: str, say: Speaker, top: float) -> None:
    for at, crossing in enumerate(places):
        middle = top + at * (_ROW_IN + 0.12) + _ROW_IN / 2
        sheet.label(middle, told.place(crossing, mode, say), _LABEL_IN - 0.2)
