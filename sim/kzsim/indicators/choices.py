"""Who chose which crossing at home, and how long they took."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from kzsim.indicators.collect import I64, Collected
from kzsim.indicators.intervals import estimate
from kzsim.indicators.layout import ALL, Cell, Layout, has_class, like
from kzsim.indicators.legs import CROSSING, HOME
from kzsim.indicators.tables import frame
from kzsim.network.model import MS_PER_DAY, MS_PER_HOUR


def choice_table(seen: Collected) -> pd.DataFrame | None:
    """One row for each crossing that those waiting at home may choose; None where nobody has a choice."""
    layout = seen.layout
    days = (layout.cohort_to_ms - layout.cohort_from_ms) / MS_PER_DAY
    rows = [row for number in range(len(layout.cells)) for row in _of_cell(seen, number, days)]
    return frame("choices", rows) if rows else None


def _of_cell(seen: Collected, number: int, days: float) -> Iterator[tuple[Any, ...]]:
    layout, cell = seen.layout, seen.layout.cells[number]
    if cell.leg != HOME:
        return
    ways = {crossing: way for crossing, way in _ways(layout, number).items() if way[0]}
    # int64 [replications, crossings]
    counts = np.array(
        [[int(chosen[way].sum()) for way in ways.values()] for chosen in seen.chosen], dtype=np.int64
    ).reshape(seen.n, len(ways))
    whole = counts.sum(axis=1)
    for place, (crossing, way) in enumerate(ways.items()):
        per_day = estimate((counts[:, place] / days).tolist())
        share = estimate(
            own / every if every else math.nan for own, every in zip(counts[:, place], whole, strict=True)
        )
        spent = _spent(seen, cell, crossing, way, counts[:, place])
        yield (
            *cell.key,
            crossing,
            *(per_day.mean, per_day.low, per_day.high),
            *(share.mean, max(share.low, 0.0), min(share.high, 1.0)),  # NaN stays: there is no interval
            share.n,
            *spent,
        )


def _spent(
    seen: Collected, cell: Cell, crossing: str, way: tuple[list[int], list[int]], counts: I64
) -> tuple[float, ...]:
    """The hours of those who chose a crossing, and what they cost: the last columns of the table."""
    layout = seen.layout
    chose = [layout.groups[group] for group in way[0]]
    longer = {hours for group in chose for name, hours in group.longer_h if name == crossing}
    own = 0.0 if crossing == cell.crossing else math.nan
    longer_h = longer.pop() if len(longer) == 1 else own
    usd = {group.hour_usd for group in chose}
    hour_usd = usd.pop() if len(usd) == 1 and 0.0 not in usd else math.nan
    came = _came(layout, cell, crossing)
    home, there = [], []
    for count, chosen_ms, followed, capped_ms in zip(
        counts.tolist(), seen.chosen_ms, seen.followed, seen.capped_ms, strict=True
    ):
        home.append(_mean_h(chosen_ms[way].sum(), count) - longer_h)
        there.append(_mean_h(capped_ms[came].sum(), followed[came].sum()))
    whole = [sum(each) + longer_h for each in zip(home, there, strict=True)]
    found = [estimate(each) for each in (home, there, whole, [hours * hour_usd for hours in whole])]
    at_home, crossing_time, together, cost = ((each.mean, each.low, each.high) for each in found)
    return (*at_home, *crossing_time, longer_h, *together, *cost)


def _came(layout: Layout, cell: Cell, crossing: str) -> list[int]:
    """The groups of those of a cell who crossed there; none of a cell of one role: roles differ there."""
    return [
        number
        for number, group in enumerate(layout.groups)
        if cell.corridor == ALL
        and group.leg == CROSSING
        and group.usual == cell.crossing
        and group.flow == (crossing, cell.mode, cell.direction)
        and has_class(group, like(cell.klass), ALL)
    ]


def _mean_h(total_ms: int, count: int) -> float:
    return total_ms / count / MS_PER_HOUR if count else math.nan


def _ways(layout: Layout, cell: int) -> dict[str, tuple[list[int], list[int]]]:
    """By crossing that may be chosen: groups and alternatives, pairwise; the usual crossing first."""
    found: dict[str, tuple[list[int], list[int]]] = {layout.cells[cell].crossing: ([], [])}
    for group in np.flatnonzero(layout.member[cell]).tolist():
        for number in layout.offers[group] if layout.groups[group].usual else ():
            crossing = layout.crossing_of(number)
            groups, at = found.setdefault(crossing, ([], []))
            groups.append(group)
            at.append(number)
    return found
