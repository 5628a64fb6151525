"""Which crossings were chosen, and what that took and cost: rows of the screen, `--json` and a brief."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kzsim.brief.content import Grid
from kzsim.brief.digest import Estimate
from kzsim.brief.spoken import figure, place, with_interval
from kzsim.indicators.legs import ALL, AT_HOME

if TYPE_CHECKING:
    import pandas as pd

    from kzsim.language import Speaker


@dataclass(frozen=True)
class Chosen:
    """Those who usually use ``crossing``, might have chosen, and took ``chosen``; hours and USD are means."""

    crossing: str
    mode: str
    chosen: str
    per_day: float
    share: float
    home_h: float | None
    crossing_h: float | None
    longer_way_h: float | None
    whole_h: Estimate
    cost_usd: Estimate


def chosen(table: pd.DataFrame | None) -> tuple[Chosen, ...]:
    """Everybody by usual and chosen crossing, those who stayed first; () without choices.

    Crossings that nobody chose are left out. ``table`` is ``choices.csv``; one stored before there were hours
    in it has None for them.
    """
    if table is None:
        return ()
    everybody = table[(table["class"] == AT_HOME) & (table["corridor"] == ALL) & (table["per_day"] > 0)]
    return tuple(
        Chosen(
            crossing=str(row["crossing"]),
            mode=str(row["mode"]),
            chosen=str(row["chosen"]),
            per_day=float(row["per_day"]),
            share=float(row["share"]),
            home_h=_number(row.get("home_h")),
            crossing_h=_number(row.get("crossing_h")),
            longer_way_h=_number(row.get("longer_way_h")),
            whole_h=_estimate(row, "whole_h", "whole"),
            cost_usd=_estimate(row, "cost_usd", "cost"),
        )
        for row in _records(everybody)
    )


def grid(say: Speaker, rows: Sequence[Chosen]) -> tuple[Grid, ...]:
    """The table of a brief; () where nobody has a choice."""
    if not rows:
        return ()
    columns = (
        say("Usual crossing"),
        say("Crossing chosen"),
        say("Per day"),
        say("Share"),
        say("At home, h"),
        say("Longer way, h"),
        say("Crossing, h"),
        say("Together, h"),
        say("Cost, USD"),
    )
    note = say(
        "Trucks that choose their crossing when they are booked, by the crossing that they usually use. Mean "
        "hours from the booking until they come to the border, of the longer way to it, and of the crossing; "
        "these together with their 95 % interval, and what they cost by the hour of a truck. Who changed and "
        "who stayed booked at other times, so the difference is not what changing gained or cost them."
    )
    told = tuple(
        (
            place(say, row.crossing, row.mode),
            place(say, row.chosen, row.mode),
            figure(say, row.per_day),
            say.percent(row.share),
            figure(say, row.home_h),
            figure(say, row.longer_way_h),
            figure(say, row.crossing_h),
            with_interval(say, row.whole_h),
            with_interval(say, row.cost_usd),
        )
        for row in rows
    )
    numeric = (False, False, *(True,) * (len(columns) - 2))
    return (Grid(say("Crossings chosen, and what they took"), note, columns, numeric, told, file="choices"),)


def _records(table: pd.DataFrame) -> Iterable[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _number(value: Any) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


def _estimate(row: dict[str, Any], name: str, ends: str) -> Estimate:
    return Estimate(_number(row.get(name)), _number(row.get(f"{ends}_low")), _number(row.get(f"{ends}_high")))
