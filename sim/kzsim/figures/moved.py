"""What the map of a comparison shows: throughput with an alternative, and how the delay changes."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from kzsim.figures import told
from kzsim.figures.maps import Told, place_of
from kzsim.indicators.intervals import estimate
from kzsim.indicators.layout import ALL

if TYPE_CHECKING:
    import pandas as pd

    from kzsim.experiments.studies import Study
    from kzsim.language import Speaker

COLUMNS = [
    "alternative", "crossing", "mode", "per_day", "per_day_base", "delay_h", "delay_base_h", "change_h",
    "low", "high", "replications", "lat", "lon",
]  # fmt: skip


def moved_by_crossing(study: Study) -> dict[str, pd.DataFrame]:
    """By alternative a row for each crossing and mode: both directions together, all trucks, loaded trains.

    ``per_day``: throughput; ``delay_h``: mean delay, ``change_h`` that less the base's with the ends of
    its paired 95 % interval (NaN of one replication), directions weighted by how many were followed.
    Alternatives of which nothing gets through are left out.
    """
    import pandas as pd

    found, pairs = (_heads(study.table(name)) for name in ("differences", "pairs"))
    tables = {}
    for name in (str(one) for one in found["alternative"].unique()):
        own, mine = (table[table["alternative"] == name] for table in (found, pairs))
        rows = [
            row
            for crossing in told.crossings_of(own)
            for mode in told.modes_of(own)
            if (row := _row(own, mine, name, crossing, mode)) is not None
        ]
        if rows:
            tables[name] = pd.DataFrame(rows, columns=COLUMNS)
    return tables


def _heads(table: pd.DataFrame) -> pd.DataFrame:
    return table[(table["class"] == table["mode"].map(told.headline)) & (table["corridor"] == ALL)]


def _row(
    found: pd.DataFrame, pairs: pd.DataFrame, name: str, crossing: str, mode: str
) -> tuple[object, ...] | None:
    own, mine = (table[(table["crossing"] == crossing) & (table["mode"] == mode)] for table in (found, pairs))
    through, delay = (own[own["indicator"] == one] for one in ("throughput_per_day", "delay"))
    if through.empty or delay.empty:
        return None
    weight = {str(row["direction"]): float(row["n"]) for row in told.records(delay)}
    before, after = [], []
    for _, rows in mine[mine["indicator"] == "delay"].groupby("replication"):
        # the same weights in both worlds, so that the difference is of delays alone
        kept = rows.dropna(subset=["base", "alternative_value"])
        by = [weight.get(str(way), 0.0) for way in kept["direction"]]
        if sum(by) > 0:
            before.append(float(np.average(kept["base"], weights=by)))
            after.append(float(np.average(kept["alternative_value"], weights=by)))
    if not after:
        return None
    change = estimate([there - here for there, here in zip(after, before, strict=True)])
    several = len(after) > 1
    return (
        name,
        crossing,
        mode,
        float(through["alternative_mean"].sum()),
        float(through["base_mean"].sum()),
        math.fsum(after) / len(after),
        math.fsum(before) / len(before),
        change.mean,
        change.low if several else math.nan,
        change.high if several else math.nan,
        len(after),
        *place_of(crossing),
    )


def moved_title(table: pd.DataFrame, say: Speaker) -> str:
    """Where the delay of trucks surely falls and grows most; of trains where there are no trucks."""
    mode = told.modes_of(table)[0]
    own = table[table["mode"] == mode]
    counted = told.counted(mode, say)
    falls, grows = own[own["high"] < 0], own[own["low"] > 0]
    clauses = []
    for rows, best in ((falls, told.bottom_of), (grows, told.top_of)):
        if rows.empty:
            continue
        most = best(rows, "change_h")
        values = {
            "counted": counted,
            "place": told.place(most["crossing"], mode, say),
            "hours": say.figure(abs(most["change_h"])),
        }
        if rows is falls:
            clauses.append(say("the delay of {counted} surely falls most at {place}, by {hours} h", **values))
        else:
            clauses.append(say("the delay of {counted} surely grows most at {place}, by {hours} h", **values))
    if not clauses:
        clauses.append(
            say(
                "no change of the delay of {counted} can be told from chance at any crossing", counted=counted
            )
        )
    return told.sentence(clauses)


def told_of(study: Study, table: pd.DataFrame, alternative: str, say: Speaker) -> Told:
    """The words of the map of an alternative."""
    titles = told.titles_of(study)
    title = moved_title(table, say)
    what = say(
        "Throughput a day in both directions with “{alternative}”, and change of the mean delay against "
        "“{base}”",
        alternative=titles.get(alternative, alternative),
        base=next(iter(titles.values()), ""),
    )
    several = int(table["replications"].max()) > 1
    interval = (
        say("± half of the paired 95 % Student-t interval over the replications, each crossing by itself")
        if several
        else told.interval_named(say, 1)
    )
    alt = say(
        "Map of the crossings between Kazakhstan and China with throughput and change of the delay at each. "
        "{title}.",
        title=title,
    )
    return Told(
        alternative, title, told.subtitle(what, study, say, ()), (interval,), alt, partial(_said, say=say)
    )


def _said(row: dict[str, Any], say: Speaker) -> str:
    digits = 2 if abs(row["change_h"]) < 1 else 1
    change = say.signed(row["change_h"], digits)
    if math.isfinite(row["low"]):
        change += f" ± {say.number((row['high'] - row['low']) / 2, digits)}"
    if row["mode"] == "rail":
        return say("{n} trains a day, delay {change} h", n=say.number(row["per_day"], 1), change=change)
    return say("{n} trucks a day, delay {change} h", n=say.number(row["per_day"], 0), change=change)
