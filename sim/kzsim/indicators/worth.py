"""What time costs: money of trucks, and value of perishables, by cell."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from kzsim.indicators.histogram import rank
from kzsim.indicators.layout import Layout
from kzsim.network.buckets import WAIT_BITS, midpoint_ms
from kzsim.network.model import MS_PER_DAY, MS_PER_HOUR
from kzsim.network.observers import Observers

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]

CHINESE = "cn"


def worths(
    layout: Layout, counts: Observers, account_ms: I64, inside: I64, median_h: Mapping[str, F64]
) -> dict[str, F64]:
    """By indicator float64 [cells], NaN where a cell has nothing that costs or spoils.

    ``account_ms``: int64 [groups, elements, accounts] of the cohort. ``inside``: int64 [intervals,
    groups], the number inside as each interval begins. ``median_h``: float64 [cells] of
    ``crossing_time_p50`` and, for each span of the layout, ``tfi1_..._p50``.
    """
    of = {
        name: np.array([getattr(group, name) for group in layout.groups])
        for name in ("hour_usd", "transfer_usd", "value_usd", "lost_per_day_warm", "lost_per_day_cool")
    }
    cohort = counts.cohort
    costs = of["hour_usd"] > 0
    per_hour = hour_usd(layout)
    found: dict[str, F64] = {}
    for side in ("kz", CHINESE):
        place = [info.side == side and info.at_post for info in layout.elements]
        hours = account_ms[:, place].sum(axis=(1, 2)) / MS_PER_HOUR
        extra = of["transfer_usd"] if side == CHINESE else np.zeros(len(layout.groups))
        found[f"tfi2_{side}"] = _per_head(layout, hours * of["hour_usd"] + extra * cohort, cohort, costs)
        if side in layout.spans:
            usd = per_hour * median_h[f"tfi1_{side}_p50"]
            at_post = counts.spans[:, layout.spans.index(side)]
            found[f"tfi2_{side}_p50"] = _with_extra(layout, usd, at_post, per_hour, extra, cohort)
    found["time_cost"] = _per_head(layout, counts.capped_ms / MS_PER_HOUR * of["hour_usd"], cohort, costs)
    found["time_cost_p50"] = per_hour * median_h["crossing_time_p50"]
    return found | _perishables(layout, counts, of, warm_ms(layout, inside))


def hour_usd(layout: Layout) -> F64:
    """float64 [cells]: what an hour costs; NaN where that is not known or not the same for all."""
    found = []
    for member in layout.member:
        costs = {group.hour_usd for group, own in zip(layout.groups, member, strict=True) if own}
        found.append(costs.pop() if len(costs) == 1 and 0.0 not in costs else math.nan)
    return np.array(found)


def _with_extra(layout: Layout, usd: F64, hours_at: I32, per_hour: F64, extra: F64, cohort: I64) -> F64:
    """float64 [cells]: the median cost, of medians without what some pay besides.

    Where all pay the same it is added; else the costs themselves are ranked. ``hours_at``: int32 [groups,
    buckets]. ``per_hour``: USD, float64 [cells]. ``extra``: USD, float64 [groups].
    """
    found = usd.copy()
    for cell in np.flatnonzero(~np.isnan(usd)).tolist():
        member = layout.member[cell]
        extras = np.unique(extra[member])
        if len(extras) == 1:
            found[cell] += extras[0]
            continue
        counts = np.stack([hours_at[member & (extra == each)].sum(axis=0) for each in extras])
        used = np.flatnonzero(counts.any(axis=0))
        hours = np.array([midpoint_ms(int(number), WAIT_BITS) for number in used]) / MS_PER_HOUR
        costs = (extras[:, None] + hours * per_hour[cell]).ravel()
        order = np.argsort(costs, kind="stable")
        ranked = np.cumsum(counts[:, used].ravel()[order])
        half = rank(50, int(cohort[member].sum()))
        found[cell] = costs[order[np.searchsorted(ranked, half, side="right")]]
    return found


def warm_ms(layout: Layout, inside: I64) -> F64:
    """float64 [2, groups]: time inside after the run-in, in the warm months and altogether, in intervals."""
    first = layout.cohort_from_ms // layout.observe_every_ms
    start = np.arange(len(inside)) * layout.observe_every_ms
    warm = np.zeros(len(inside), dtype=np.bool_)
    for begin, end in layout.warm:
        warm |= (begin <= start) & (start < end)
    measured = np.arange(len(inside)) >= first
    return np.stack([inside[warm & measured].sum(axis=0), inside[measured].sum(axis=0)]).astype(np.float64)


def _perishables(layout: Layout, counts: Observers, of: dict[str, F64], warm: F64) -> dict[str, F64]:
    spoils = of["value_usd"] > 0
    there = warm[1] > 0
    share = np.divide(warm[0], warm[1], out=np.zeros(len(layout.groups)), where=there)
    per_day = of["lost_per_day_cool"] + share * (of["lost_per_day_warm"] - of["lost_per_day_cool"])
    delay = np.divide(
        counts.capped_ms - counts.capped_free_flow_ms,
        counts.cohort * MS_PER_DAY,
        out=np.zeros(len(layout.groups)),
        where=counts.cohort > 0,
    )
    share_lost = np.minimum(1.0, per_day * np.maximum(0.0, delay))
    lost = share_lost * counts.cohort
    days = (layout.cohort_to_ms - layout.cohort_from_ms) / MS_PER_DAY
    load = np.array([group.load_t for group in layout.groups])
    return {
        "perishables_warm_share": _ratio(layout.member, warm[0] * spoils, warm[1] * spoils, spoils),
        "perishables_lost_t_per_day": _sums(layout.member, lost * load / days, spoils),
        "perishables_lost_usd_per_day": _sums(layout.member, lost * of["value_usd"] / days, spoils),
    }


def _per_head(layout: Layout, amount: F64, cohort: I64, known: Bool) -> F64:
    """By cell the amount per entity; NaN if any of its entities has none that is known."""
    whole = [bool(known[member].all()) for member in layout.member]
    found = _ratio(layout.member, amount, cohort.astype(np.float64), known)
    return np.where(whole, found, math.nan)


def _ratio(of_cell: Bool, part: F64, whole: F64, known: Bool) -> F64:
    parts, wholes = _sums(of_cell, part, known), _sums(of_cell, whole, known)
    return np.asarray(np.divide(parts, wholes, out=np.full(len(parts), math.nan), where=wholes > 0))


def _sums(of_cell: Bool, by_group: F64, known: Bool) -> F64:
    """float64 [cells]: exact sums over the groups of each that count, NaN in cells without any."""
    return np.array(
        [math.fsum(by_group[member & known]) if (member & known).any() else math.nan for member in of_cell]
    )
