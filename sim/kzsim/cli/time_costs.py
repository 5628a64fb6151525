"""What a run says of reliability and of what time costs: long crossings, posts, money, worst days."""

from __future__ import annotations

import calendar
import math
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from kzsim.brief.digest import Flow
from kzsim.cli import screen, words
from kzsim.cli.flow_table import fitted
from kzsim.cli.table import Column, fill
from kzsim.indicators.spoken import plain

if TYPE_CHECKING:
    import pandas as pd

_RELIABLE = (
    Column("P95\nh", number=True, said="P95"),
    Column("Over\n24 h", number=True, said="over 24 h"),
    Column("\n48 h", number=True, said="over 48 h"),
    Column("\n72 h", number=True, said="over 72 h"),
    Column("KZ post\nh", number=True, said="hours at the Kazakh post"),
    Column("\nP50", number=True, said="their median"),
    Column("CN post\nh", number=True, said="hours at the Chinese post"),
    Column("\nP50", number=True, said="their median"),
    Column("USD", number=True, said="cost of the time in USD"),
)
_WORST = (
    Column("Worst\nday", said="worst day"),
    Column("Inside", number=True, said="number inside on it"),
    Column("Longest line", said="longest line on it"),
)


def lines(flows: Sequence[Flow], width: int, prose: int) -> Iterator[str]:
    """Yield how late some are, the hours at each post, what these cost, and the worst day."""
    yield screen.heading("Reliability and the cost of time")
    road = any(flow.time_cost_usd is not None for flow in flows)
    cost = "; USD: crossing time times the cost of an hour of a truck" if road else ""
    yield from fill(
        "What 95 % stay below; shares that need longer; mean and median hours at each post, without the "
        f"electronic queue and, unlike the mean above, not cut at the follow-up{cost}; the day with most "
        "inside and the longest line on it.",
        prose,
        rest="",
    )
    yield ""
    yield from fitted(flows, [(_RELIABLE, _reliable), (_WORST, _worst)], width)
    if lost := _perishables(flows):
        yield from fill(lost, prose)


def _reliable(flow: Flow) -> tuple[str, ...]:
    return (
        words.figure(flow.p95_h),
        *(words.percent(share) for share in (flow.over_24h, flow.over_48h, flow.over_72h)),
        words.figure(flow.kz_post_h),
        words.figure(flow.kz_post_p50_h),
        words.figure(flow.cn_post_h),
        words.figure(flow.cn_post_p50_h),
        words.figure(flow.time_cost_usd),
    )


def _worst(flow: Flow) -> tuple[str, ...]:
    worst = flow.worst_day
    if worst is None:
        return ("–", "–", "–")
    day = date.fromisoformat(worst.date)
    side = worst.side.upper() if len(worst.side) == 2 else ""
    line = f"loads in {side} yard" if worst.stage == "pairing" else f"{side} {plain(worst.stage)}".strip()
    return f"{day.day} {calendar.month_abbr[day.month]}", words.figure(worst.inside), line or "–"


def _perishables(flows: Sequence[Flow]) -> str:
    """Return what perishables lose by delay, in all and where most."""
    losing = [
        (flow.perishables_lost_t_per_day, flow.perishables_lost_usd_per_day, flow)
        for flow in flows
        if flow.perishables_lost_t_per_day and flow.perishables_lost_usd_per_day
    ]
    if not losing:
        return ""
    tonnes = sum(lost for lost, _, _ in losing)
    usd = sum(lost for _, lost, _ in losing)
    most, _, where = max(losing, key=lambda item: item[0])
    at = f"{words.crossing(where.crossing)} ({words.direction(where.direction)})"
    share = f", {words.percent(most / tonnes)} of it at {at}" if len(losing) > 1 else f" at {at}"
    return (
        f"Delay costs perishables the value of {words.figure(tonnes)} t a day, {words.figure(usd)} USD"
        f"{share}; rates of loss are assumed."
    )


def gains(table: pd.DataFrame | None) -> str:
    """Return what the corridors gain for each hour of a lane or officer that they add."""
    rows = [] if table is None else table.to_dict("records")
    said = []
    for row in rows:
        parts = [
            f"{words.figure(row[f'hours_saved_per_{staff}_hour'])} h per {staff}-hour"
            for staff in ("lane", "officer")
            if not math.isnan(row[f"hours_saved_per_{staff}_hour"])
        ]
        if parts:
            way = words.direction(row["direction"])
            said.append(f"{words.crossing(row['crossing'])} ({way}) {' and '.join(parts)}")
    if not said:
        return ""
    return f"Time of all trucks saved by all measures for each hour of staff added: {'; '.join(said)}."
