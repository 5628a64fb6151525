"""The hand-over yard in China over the period: loads that wait for trucks, trucks that wait for loads."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from kzsim.evidence import time_zones
from kzsim.figures import told
from kzsim.figures.colours import ORANGE
from kzsim.figures.drawn import Drawn
from kzsim.figures.seasons import WEEK, civil
from kzsim.figures.style import FAINT, MARGIN_IN, Mark, Sheet, line_in, styled, wrapped
from kzsim.indicators.layout import ALL, LOADED
from kzsim.indicators.legs import FIRST_CLASS, YARD

if TYPE_CHECKING:
    import pandas as pd

    from kzsim.experiments.studies import Study
    from kzsim.language import Speaker

LOADS, TRUCKS = "loads", "trucks"
_PAIRING = "pairing"
_KEYS = ["crossing", "mode"]
_NAME_PT, _WAIT_PT = 8.5, 6.8
_ROW_IN, _GAP_IN, _LABEL_IN = 0.72, 0.12, 1.25


@styled
def handover(study: Study, say: Speaker) -> tuple[Drawn, ...]:
    """Loads and trucks waiting for each other through the period, a figure a mode; () where none are told."""
    table = waiting(study)
    return tuple(
        _lines(study, table[table["mode"] == mode].reset_index(drop=True), mode, say)
        for mode in told.modes_of(table)
    )


def waiting(study: Study) -> pd.DataFrame:
    """A row for each crossing, mode and day of the measured window, in Kazakhstan's clock.

    ``loads``, ``trucks``: how many wait for each other, mean of the day and of the replications, and
    ``loads_week``, ``trucks_week`` of the seven days around it. Loads are those in line at the pairing less
    the trucks that wait for a load. ``load_wait_h``, ``load_wait_p95_h``: how long a load of the period
    waits, mean and what 95 % stay below.
    """
    import pandas as pd

    found = study.table("hourly")
    in_line = (found["quantity"] == "in_line") & (found["stage"] == _PAIRING)
    own = found[(found["quantity"] == FIRST_CLASS[YARD]) | in_line]
    names = own["quantity"].astype("str").map({FIRST_CLASS[YARD]: TRUCKS, "in_line": "line"})
    zone = ZoneInfo(time_zones().name["kz"])
    day = own["time_utc"].dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()
    texts = {key: own[key].astype("str") for key in _KEYS}
    by_reading = own.assign(what=names, day=day, **texts).pivot_table(
        index=[*_KEYS, "day", "instant"], columns="what", values="mean", aggfunc="sum"
    )
    wide = by_reading.groupby(level=[*_KEYS, "day"]).mean().reindex(columns=[TRUCKS, "line"])
    trucks = wide[TRUCKS].fillna(0.0)
    loads = (wide["line"] - trucks).clip(lower=0.0)
    made = pd.DataFrame({LOADS: loads, TRUCKS: trucks}).dropna(subset=[LOADS]).reset_index()
    made.columns.name = None
    for name in (LOADS, TRUCKS):
        around = made.groupby(_KEYS, sort=False)[name].rolling(WEEK, center=True, min_periods=4)
        made[f"{name}_week"] = around.mean().reset_index(level=_KEYS, drop=True)
    days = told.days_of(study)
    if days is not None and len(made):
        first, last = (pd.Timestamp(datetime(day.year, day.month, day.day)) for day in days)
        made = made[(made["day"] >= first) & (made["day"] <= last)]
    return made.merge(_waits(study), on=_KEYS, how="left")


def _waits(study: Study) -> pd.DataFrame:
    """A row for each crossing and mode where loads wait for a truck: ``load_wait_h`` and its P95."""
    found = study.table("indicators")
    own = found[(found["class"] == LOADED) & (found["corridor"] == ALL)]
    p95 = own[own["indicator"] == "pairing_p95"].rename(columns={"mean": "load_wait_p95_h"})
    mean = own[own["indicator"] == "account_pairing"].rename(columns={"mean": "load_wait_h"})
    flow = [*_KEYS, "direction"]
    both = p95[[*flow, "load_wait_p95_h"]].merge(mean[[*flow, "load_wait_h"]], on=flow)
    return both[[*_KEYS, "load_wait_h", "load_wait_p95_h"]]


def handover_title(table: pd.DataFrame, mode: str, say: Speaker) -> str:
    """Whether loads wait for trucks or trucks for loads, and where the most loads do."""
    means = table.groupby("crossing", sort=False)[[LOADS, TRUCKS]].mean()
    loads, trucks = (float(means[name].sum()) for name in (LOADS, TRUCKS))
    value = f"{LOADS}_week" if table[f"{LOADS}_week"].notna().any() else LOADS
    top = told.top_of(table, value)
    values = {
        "loads": say.figure(loads),
        "trucks": say.figure(trucks),
        "place": told.place(top["crossing"], mode, say),
        "day": say.date(top["day"].date()),
        "most": say.figure(top[value]),
    }
    if loads + trucks == 0:
        return say("In the yards in China neither loads nor trucks wait for each other")
    if loads >= trucks:
        return say("In the yards in China more loads wait for trucks ({loads}) than trucks for loads "
                   "({trucks}); most at {place} about {day}: {most}", **values)  # fmt: skip
    return say("In the yards in China more trucks wait for loads ({trucks}) than loads for trucks "
               "({loads}); most loads at {place} about {day}: {most}", **values)  # fmt: skip


def _followed(study: Study, say: Speaker) -> str:
    """Whose waits are told: who came late enough may wait for longer than can be seen."""
    about = study.manifest
    if not {"start", "horizon_ms", "follow_up_ms"} <= about.keys():
        return ""  # an earlier version did not keep it
    came = timedelta(milliseconds=about["horizon_ms"] - about["follow_up_ms"])
    day = (datetime.fromisoformat(about["start"]) + came).date()
    return say("Waiting times are of loads that came before {day}", day=say.date(day))


def _wait(own: pd.DataFrame, say: Speaker) -> tuple[str, ...]:
    """How long a load of a crossing waits; () where that is not known."""
    mean, p95 = (float(own[name].iloc[0]) for name in ("load_wait_h", "load_wait_p95_h"))
    if math.isnan(mean) or math.isnan(p95):
        return ()
    return say("a load waits {hours} h", hours=say.figure(mean)), say("P95 {hours} h", hours=say.figure(p95))


def _named(sheet: Sheet, middle: float, name: str, wait: Sequence[str]) -> None:
    """The name of a row, and below it in small letters how long loads wait there."""
    width = _LABEL_IN - 0.1
    names = wrapped(name, _NAME_PT, width)
    waits = [line for part in wait for line in wrapped(part, _WAIT_PT, width)]
    top = middle - (len(names) * line_in(_NAME_PT) + len(waits) * line_in(_WAIT_PT)) / 2
    sheet.text(MARGIN_IN, top, "\n".join(names), va="top", fontsize=_NAME_PT, linespacing=1.0)
    below = top + len(names) * line_in(_NAME_PT)
    sheet.text(MARGIN_IN, below, "\n".join(waits), va="top", fontsize=_WAIT_PT, color=FAINT, linespacing=1.0)


def _lines(study: Study, table: pd.DataFrame, mode: str, say: Speaker) -> Drawn:
    title = handover_title(table, mode, say)
    subtitle = told.subtitle(say("Loads and trucks that wait for each other in China, at a time"), study, say)
    smooth = bool(table[f"{LOADS}_week"].notna().any())
    source = told.source(
        study,
        say,
        say("Means over the replications, of which single ones spread more"),
        say("Each point is the mean of seven days") if smooth else "",
        _followed(study, say) if table["load_wait_h"].notna().any() else "",
    )
    looks = ((LOADS, ORANGE, say("loads waiting for a truck")),
             (TRUCKS, told.COLOUR[mode], say("trucks waiting for a load")))  # fmt: skip
    places = told.crossings_of(table)
    marks = [Mark("line", colour, words) for _, colour, words in looks]
    sheet = Sheet(title, subtitle, source, body_in=0.1 + (_ROW_IN + _GAP_IN) * len(places) + 0.16, key=marks)
    width = sheet.width_in - _LABEL_IN - 0.8
    days, ending = table["day"], "_week" if smooth else ""
    most = max(float(table[[f"{name}{ending}" for name, *_ in looks]].max().max()), 1.0) * 1.08
    for at, crossing in enumerate(places):
        axes = sheet.axes(_LABEL_IN + 0.35, 0.1 + at * (_ROW_IN + _GAP_IN), width, _ROW_IN)
        own = table[table["crossing"] == crossing]
        for name, colour, _ in looks:
            axes.plot(own["day"], own[f"{name}{ending}"], color=colour, linewidth=1.3)
        axes.set(xlim=(days.min(), days.max()), ylim=(0, most))
        axes.grid(visible=True)
        axes.yaxis.set_major_locator(told.few_ticks(3, whole=True))
        axes.yaxis.set_major_formatter(lambda value, _: say.number(value, 0))
        civil(axes, days.min(), days.max(), width, say)
        axes.tick_params(labelbottom=at == len(places) - 1, length=2, labelsize=7.5)
        middle = 0.1 + at * (_ROW_IN + _GAP_IN) + _ROW_IN / 2
        _named(sheet, middle, told.place(crossing, mode, say), _wait(own, say))
    alt = say(
        "Lines of the loads and the trucks that wait for each other, by crossing. {title}.", title=title
    )
    return Drawn(f"handover_{mode}", title, subtitle, source, alt, sheet.figure, table)
