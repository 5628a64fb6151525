"""What the corridors gain for what they take: hours saved for each hour of lanes and officers added."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from kzsim.indicators.catalogue import INDICATORS
from kzsim.indicators.collect import Collected
from kzsim.indicators.comparison import COMPARED, Pairs
from kzsim.indicators.intervals import Estimate, estimate
from kzsim.indicators.layout import ALL, USER, GroupInfo, Layout
from kzsim.indicators.tables import frame
from kzsim.indicators.worth import hour_usd
from kzsim.network.model import MS_PER_DAY, MS_PER_HOUR

F64 = npt.NDArray[np.float64]

STAFF: tuple[Literal["lane", "officer"], ...] = ("lane", "officer")
_TIME = COMPARED.index("crossing_time")
_WARM = [indicator.name for indicator in INDICATORS].index("perishables_warm_share")
_NEGLIGIBLE_H = 1e-9


def corridor_gain_table(seen: Collected, base: Layout, pairs: Sequence[Pairs]) -> pd.DataFrame:
    """One row for each flow with corridor users; ``base`` is the layout of the run without corridors."""
    layout = seen.layout
    served = {cell.flow for cell in layout.cells if cell.corridor == USER}
    days = (layout.cohort_to_ms - layout.cohort_from_ms) / MS_PER_DAY
    per_hour = hour_usd(layout)
    rows = []
    for number in layout.flows:
        cell = layout.cells[number]
        if cell.flow not in served:
            continue
        saved = [_saved_h(pair, number) / days for pair in pairs]
        found = estimate(saved)
        row = [*cell.flow, found.mean, found.low, found.high]
        for staff in STAFF:
            added = (_hours(layout, cell.flow, staff) - _hours(base, cell.flow, staff)) / (
                layout.horizon_ms / MS_PER_DAY
            )
            each = estimate(value / added for value in saved) if added > _NEGLIGIBLE_H else _NONE
            row += [added, each.mean, each.low, each.high]
        tonnes, usd = _perishables(seen, pairs, cell.flow, days)
        row += [found.mean * float(per_hour[number]), tonnes, usd, found.n]
        rows.append(row)
    return frame("corridor_gains", rows)


_NONE = Estimate(math.nan, math.nan, math.nan, 0)


def _saved_h(pair: Pairs, cell: int) -> float:
    """Hours that the cohort of a cell saves in sum; 0 for an empty one."""
    gap = float(pair.base[cell, _TIME]) - float(pair.alternative[cell, _TIME])
    return gap * int(pair.cohort[cell]) if pair.cohort[cell] else 0.0


def _hours(layout: Layout, flow: tuple[str, str, str], staff: str) -> float:
    """Open hours of all servers of a kind that this flow has to itself."""
    of_flow = [
        pool.capacity_ms
        for pool in layout.pools
        if layout.elements[pool.element].staff == staff and _flow_of(layout, pool.element) == flow
    ]
    return sum(of_flow) / MS_PER_HOUR


def _flow_of(layout: Layout, element: int) -> tuple[str, str, str]:
    label = layout.elements[element]
    return label.crossing, label.mode, label.direction


def _perishables(
    seen: Collected, pairs: Sequence[Pairs], flow: tuple[str, str, str], days: float
) -> tuple[float, float]:
    """Tonnes and USD of perishables saved a day, at the rates of loss of the months they came in."""
    saved = list(_saved(seen, pairs, flow, days))
    if not saved:
        return math.nan, math.nan
    tonnes = np.sum([loads * group.load_t for group, loads in saved], axis=0)
    usd = np.sum([loads * group.value_usd for group, loads in saved], axis=0)
    return estimate(tonnes).mean, estimate(usd).mean


Saved = Iterator[tuple[GroupInfo, F64]]
"""Goods that spoil, and float64 [replications]: how many loads' worth of them is saved a day."""


def _saved(seen: Collected, pairs: Sequence[Pairs], flow: tuple[str, str, str], days: float) -> Saved:
    layout = seen.layout
    for number, cell in enumerate(layout.cells):
        groups = [group for group, own in zip(layout.groups, layout.member[number], strict=True) if own]
        if cell.flow != flow or cell.corridor != ALL or any(group.klass != cell.klass for group in groups):
            continue
        if all(group.value_usd > 0 for group in groups):
            hours = [_saved_h(pair, number) for pair in pairs]
            yield groups[0], _loads(seen, number, groups[0], hours) / days


def _loads(seen: Collected, cell: int, group: GroupInfo, saved_h: Sequence[float]) -> F64:
    """How many loads' worth those hours save in each replication, in the months that the cell has."""
    warm = [float(values[cell, _WARM]) for values in seen.indicators]
    slope = group.lost_per_day_warm - group.lost_per_day_cool
    rates = [group.lost_per_day_cool + (0.0 if math.isnan(share) else share) * slope for share in warm]
    return np.array([rate * hours / 24 for rate, hours in zip(rates, saved_h, strict=True)])
