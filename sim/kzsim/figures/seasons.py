"""Queue and throughput over the year and over the week, from the hourly readings."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from kzsim.evidence import time_zones
from kzsim.figures import told
from kzsim.figures.drawn import Drawn
from kzsim.figures.style import Mark, Sheet, styled

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from kzsim.experiments.studies import Study
    from kzsim.language import Speaker

_SHORT_DAYS = 35
"""A period of fewer days is shown and spoken of by the day, a longer one by weeks."""
_EVEN = 1.5
"""A largest value below so many times the mean is called even."""
_ALIKE = 1.1
"""Weekdays of which the fullest has less than so many times the emptiest are called alike."""
_ROW_IN, _LABEL_IN = 0.62, 1.25


# --- the year ---------------------------------------------------------------------------------------------


@styled
def years(study: Study, say: Speaker) -> tuple[Drawn, ...]:
    """Number inside and exits a day at each crossing through the period, one figure a mode."""
    table = daily(study)
    return tuple(_year(study, table[table["mode"] == mode], mode, say) for mode in told.modes_of(table))


def daily(study: Study) -> pd.DataFrame:
    """A row for each flow and day of the measured window, in Kazakhstan's clock.

    ``inside``: mean number inside over the day's hourly readings; ``exits``: how many left that day; both
    means over the replications. ``inside_week`` and ``exits_week``: mean of the seven days around it.
    """
    found = study.table("hourly")
    flows = found[(found["element"] == "") & found["quantity"].isin(["inside", "exits"])]
    zone = ZoneInfo(time_zones().name["kz"])
    day = flows["time_utc"].dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()
    keys = ["crossing", "mode", "direction"]
    flows = flows.assign(day=day, **{key: flows[key].astype("str") for key in [*keys, "quantity"]})
    grouped = (
        flows.groupby([*keys, "day", "quantity"], sort=True)["mean"]
        .agg(["mean", "sum", "size"])
        .reset_index()
    )
    grouped["value"] = grouped["mean"].where(grouped["quantity"] == "inside", grouped["sum"])
    wide = grouped.pivot_table(index=[*keys, "day"], columns="quantity", values="value").reset_index()
    for name in ("inside", "exits"):
        weekly = wide.groupby(keys, sort=False)[name].rolling(7, center=True, min_periods=4).mean()
        wide[f"{name}_week"] = weekly.reset_index(level=keys, drop=True)
    days = told.days_of(study)
    within = wide["day"].notna()
    if days is not None:
        first, last = (datetime(day.year, day.month, day.day) for day in days)
        within = (wide["day"] >= first) & (wide["day"] <= last)
    wide.columns.name = None
    return wide.loc[within, [*keys, "day", "inside", "inside_week", "exits", "exits_week"]].reset_index(
        drop=True
    )


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
    short = table["day"].nunique() < _SHORT_DAYS
    value = "inside" if short else "inside_week"
    by_place = table.groupby(["crossing", "day"], sort=False)[value].sum().reset_index()
    top = told.top_of(by_place, value)
    mean = by_place.loc[by_place["crossing"] == top["crossing"], value].mean()
    values = {
        "place": told.place(top["crossing"], mode, say),
        "n": say.number(top[value], 0),
        "counted": told.counted(mode, say),
        "mean": say.number(mean, 0),
        "day": say.date(top["day"].date()),
    }
    if top[value] < _EVEN * mean:
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
    short = table["day"].nunique() < _SHORT_DAYS
    what = say("Number inside and number leaving a day, {counted}", counted=told.counted(mode, say))
    subtitle = told.subtitle(what, study, say)
    smooth = "" if short else say("Each point is the mean of seven days")
    source = told.source(study, say, say("Means over the replications"), smooth)
    places, ways = told.crossings_of(table), told.directions_of(table)
    colours = dict(zip(told.DIRECTIONS, (told.COLOUR[mode], told.SECOND[mode]), strict=True))
    panel_in = _ROW_IN * len(places)
    marks = [Mark("line", colours[way], say.direction(way)) for way in ways]
    sheet = Sheet(title, subtitle, source, body_in=0.27 + panel_in + 0.12 * len(places) + 0.14, key=marks)
    top = 0.27
    width = (sheet.width_in - _LABEL_IN - 0.9) / 2
    days = table["day"]
    for number, (quantity, heading) in enumerate(
        (("inside", say("inside, at a time")), ("exits", say("leaving, a day")))
    ):
        most = float(table[quantity if short else f"{quantity}_week"].max()) * 1.15
        for at, crossing in enumerate(places):
            above = top + at * (_ROW_IN + 0.12)
            axes = sheet.axes(_LABEL_IN + 0.2 + number * (width + 0.4), above, width, _ROW_IN)
            for way in ways:
                own = table[(table["crossing"] == crossing) & (table["direction"] == way)]
                line = own[quantity] if short else own[f"{quantity}_week"]
                axes.plot(own["day"], line, color=colours[way], linewidth=1.5)
            axes.set(xlim=(days.min(), days.max()), ylim=(0, most))
            axes.grid(visible=True)
            axes.yaxis.set_major_locator(told.few_ticks(2, whole=True))
            axes.yaxis.set_major_formatter(lambda value, _: say.number(value, 0))
            _civil(axes, short=short)
            axes.tick_params(labelbottom=at == len(places) - 1, length=2, labelsize=7.5)
            if not at:
                axes.set_title(heading, fontsize=8.5, weight="bold", loc="left", pad=4)
    _row_names(sheet, places, mode, say, top)
    alt = say("Lines of the number inside and leaving through the period {by}, by crossing. {title}.",
              by=told.by_mode(mode, say), title=title)  # fmt: skip
    return Drawn(f"year_{mode}", title, subtitle, source, alt, sheet.figure, table.reset_index(drop=True))


def _civil(axes: Axes, *, short: bool) -> None:
    """Days or months along the lower axis."""
    import matplotlib.dates as mdates

    locator: Any = mdates.AutoDateLocator
    formatter: Any = mdates.DateFormatter
    axes.xaxis.set_major_locator(locator(minticks=3, maxticks=7))
    axes.xaxis.set_major_formatter(formatter("%d.%m." if short else "%m.%y"))


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
    """A row for each flow and weekday (0 is Monday): means of ``inside`` and ``exits``, ``days`` in them."""
    keys = ["crossing", "mode", "direction"]
    found = table.assign(weekday=table["day"].dt.day_of_week).groupby([*keys, "weekday"], sort=True)
    return found.agg(inside=("inside", "mean"), exits=("exits", "mean"), days=("day", "size")).reset_index()


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
    source = told.source(study, say, say("Means over days and replications, in Kazakhstan's clock"))
    places, ways = told.crossings_of(table), told.directions_of(table)
    colours = dict(zip(told.DIRECTIONS, (told.COLOUR[mode], told.SECOND[mode]), strict=True))
    marks = [Mark("square", colours[way], say.direction(way)) for way in ways]
    body_in = 0.27 + (_ROW_IN + 0.12) * len(places) + 0.14
    sheet = Sheet(title, subtitle, source, body_in=body_in, key=marks)
    top = 0.27
    width = (sheet.width_in - _LABEL_IN - 0.9) / 2
    for number, (quantity, heading) in enumerate(
        (("inside", say("inside, at a time")), ("exits", say("leaving, a day")))
    ):
        most = float(table[quantity].max()) * 1.1
        for at, crossing in enumerate(places):
            axes = sheet.axes(
                _LABEL_IN + 0.2 + number * (width + 0.4), top + at * (_ROW_IN + 0.12), width, _ROW_IN
            )
            for which, way in enumerate(ways):
                own = table[(table["crossing"] == crossing) & (table["direction"] == way)]
                bar = 0.8 / len(ways)
                axes.bar(
                    own["weekday"] - 0.4 + bar * (which + 0.5), own[quantity], width=bar, color=colours[way]
                )
            axes.set(xlim=(-0.6, 6.6), ylim=(0, most), xticks=range(7))
            axes.set_xticklabels(_short_days(say))
            axes.grid(visible=True, axis="y")
            axes.yaxis.set_major_locator(told.few_ticks(2, whole=True))
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
