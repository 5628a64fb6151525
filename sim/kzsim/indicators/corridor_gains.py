"""What the corridors gain for what they take: hours saved for each hour of lanes and officers added."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from kzsim.indicators.catalogue import INDICATORS
from kzsim.indicators.collect import Collected
from kzsim.indicators.comparison import COMPARED, Pairs
from kzsim.indicators.intervals import Estimate, estimate
from kzsim.indicators.layout import ALL, USER, Layout
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
    layout = seen.layout
    tonnes, usd = [], []
    for number, cell in enumerate(layout.cells):
        if cell.flow != flow or cell.corridor != ALL:
            continue
        groups = [group for group, own in zip(layout.groups, layout.member[number], strict=True) if own]
        if not groups or any(group.klass != cell.klass or group.value_usd == 0 for group in groups):
            continue
        worth = groups[0]
        for pair, values in zip(pairs, seen.indicators, strict=True):
            warm = float(values[number, _WARM])
            warm = 0.0 if math.isnan(warm) else warm
            rate = worth.lost_per_day_cool + warm * (worth.lost_per_day_warm - worth.lost_per_day_cool)
            loads = rate * _saved_h(pair, number) / 24 / days
            tonnes.append(loads * worth.load_t)
            usd.append(loads * worth.value_usd)
    return estimate(tonnes).mean, estimate(usd).mean
