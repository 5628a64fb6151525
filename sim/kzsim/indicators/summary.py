"""One replication in little: the indicators of every cell, and what tables over replications need.

A summary is a few megabytes for a year at all crossings, so that worker processes can send it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kzsim.indicators.dictionary import INDICATORS, QUANTILES, WITHIN_H, account_name
from kzsim.indicators.errors import InvariantError
from kzsim.indicators.histogram import bucket, midpoint_ms, rank, sparse
from kzsim.indicators.layout import Layout, has_line, is_zone
from kzsim.network.model import MS_PER_DAY, MS_PER_HOUR, Account

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
I8 = npt.NDArray[np.int8]
F64 = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]

COHORT = 1
"""Phase of the entities that indicators follow."""


@dataclass(frozen=True)
class Observed:
    """What was seen of one replication.

    By entity: ``arrival_ms``, ``exit_ms`` (negative: still inside at the horizon), ``free_flow_ms``
    int64; ``group`` int32; ``phase`` int8 (1: in the cohort). ``account_ms``: int64 [groups, 3 phases,
    elements, accounts]. ``in_line``, ``in_zone``: int32 [instants, elements]. ``busy_ms``: int64 [pools].
    """

    arrival_ms: I64
    exit_ms: I64
    free_flow_ms: I64
    group: I32
    phase: I8
    account_ms: I64
    in_line: I32
    in_zone: I32
    busy_ms: I64


@dataclass(frozen=True)
class Summary:
    """What is kept of one replication.

    ``values``: float64 [cells, indicators], NaN where a cell has none. ``cohort``: int64 [cells].
    ``time_key``, ``time_count``: the crossing times of those through, see ``histogram.sparse``.
    ``account_at``, ``account_ms``: the cohort's accounts that are not 0, by flat index into
    [groups, elements, accounts]. ``busy_ms``: int64 [pools]. ``hourly``: int32 [series, instants]
    or None. ``entities``: their number.
    """

    values: F64
    cohort: I64
    time_key: I64
    time_count: I64
    account_at: I64
    account_ms: I64
    busy_ms: I64
    hourly: I32 | None
    entities: int


def by_group(values: I64 | Bool, group: I32, n_groups: int) -> I64:
    """int64 [groups]: exact sums of ``values``."""
    sums = np.zeros(n_groups, dtype=np.int64)
    np.add.at(sums, group, values.astype(np.int64))
    return sums


def summarise(layout: Layout, seen: Observed, *, hourly: bool = True) -> Summary:
    """Reduce one replication; raises InvariantError if its bookkeeping does not add up."""
    check(layout, seen)
    n_groups = len(layout.groups)
    followed = seen.phase == COHORT
    group = seen.group[followed]
    stay = stay_ms(seen.arrival_ms, seen.exit_ms, layout.horizon_ms)[followed]
    through = (seen.exit_ms[followed] >= 0) & (stay <= layout.follow_up_ms)
    time_key, time_count = sparse(stay[through], group[through])
    account_ms = seen.account_ms[:, COHORT]
    account_at = np.flatnonzero(account_ms)

    values = np.full((len(layout.cells), len(INDICATORS)), np.nan)
    column = {indicator.name: number for number, indicator in enumerate(INDICATORS)}

    def put(name: str, value: npt.NDArray[np.generic]) -> None:
        values[:, column[name]] = value

    def cohort_sum(value: I64 | Bool) -> I64:
        return over_cells(layout, by_group(value, group, n_groups))

    cohort = cohort_sum(np.ones(len(group), dtype=np.bool_))
    exits = exits_by_group(layout, seen.exit_ms, seen.group)
    days = layout.measured_ms / MS_PER_DAY
    measured = (seen.arrival_ms >= layout.cohort_from_ms) & (seen.arrival_ms < layout.horizon_ms)
    arrivals = by_group(measured, seen.group, n_groups)
    put("arrivals_per_day", over_cells(layout, arrivals) / days)
    put("throughput_per_day", over_cells(layout, exits) / days)
    for name, load in loads(layout).items():
        put(name, np.array([weighed / days for weighed in weigh(layout, exits, load)]))
    put("cohort", cohort)
    crossing_time = mean_h(cohort_sum(np.minimum(stay, layout.follow_up_ms)), cohort)
    free_flow_ms = seen.free_flow_ms[followed]
    # a laboratory may hold goods for longer than the follow-up: no time is capped without the other
    capped_free_flow_ms = np.minimum(free_flow_ms, layout.follow_up_ms)
    put("crossing_time", crossing_time)
    put("free_flow_time", mean_h(cohort_sum(free_flow_ms), cohort))
    put("delay", crossing_time - mean_h(cohort_sum(capped_free_flow_ms), cohort))
    put("share_not_through", ratio(cohort_sum(~through), cohort))
    for hours in WITHIN_H:
        if hours * MS_PER_HOUR <= layout.follow_up_ms:
            within = through & (stay <= hours * MS_PER_HOUR)
            put(f"share_within_{hours}h", ratio(cohort_sum(within), cohort))
    put("stay", mean_h(cohort_sum(stay), cohort))
    for account in Account:
        sums = account_ms[:, :, account].sum(axis=1)
        put(f"account_{account_name(account)}", mean_h(over_cells(layout, sums), cohort))
    for number, row in enumerate(_quantiles(layout, stay[through], group[through], cohort)):
        for (name, _), value in zip(QUANTILES, row, strict=True):
            values[number, column[f"crossing_time_{name}"]] = value
    inside, growth, unabsorbed = _growth(layout, seen)
    put("inside_at_end", inside)
    put("inside_growth", growth)
    put("unabsorbed_share", unabsorbed)
    return Summary(
        values=values,
        cohort=cohort,
        time_key=time_key,
        time_count=time_count,
        account_at=account_at,
        account_ms=account_ms.ravel()[account_at],
        busy_ms=seen.busy_ms,
        hourly=hourly_series(layout, seen) if hourly else None,
        entities=len(seen.arrival_ms),
    )


def check(layout: Layout, seen: Observed) -> None:
    """Raise InvariantError unless every ms of every stay stands in exactly one account."""
    left = seen.exit_ms >= 0
    wrong = left & ((seen.exit_ms < seen.arrival_ms) | (seen.exit_ms >= layout.horizon_ms))
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        raise InvariantError(
            f"entity {first} arrived at {seen.arrival_ms[first]} ms and left at {seen.exit_ms[first]} ms "
            f"in a run of {layout.horizon_ms} ms"
        )
    stay = stay_ms(seen.arrival_ms, seen.exit_ms, layout.horizon_ms)
    for phase in range(seen.account_ms.shape[1]):
        chosen = seen.phase == phase
        stays = by_group(stay[chosen], seen.group[chosen], len(layout.groups))
        booked = seen.account_ms[:, phase].sum(axis=(1, 2))
        if (stays != booked).any():
            group = int(np.flatnonzero(stays != booked)[0])
            raise InvariantError(
                f"the stays of group {group}, phase {phase}, last {stays[group]} ms and their accounts "
                f"sum to {booked[group]} ms"
            )


def stay_ms(arrival_ms: I64, exit_ms: I64, horizon_ms: int) -> I64:
    """Time of each entity up to its exit or the horizon."""
    return np.asarray(np.where(exit_ms < 0, horizon_ms, exit_ms) - arrival_ms, dtype=np.int64)


def over_cells(layout: Layout, by_group_sum: I64) -> I64:
    """int64 [cells]: sums over the groups of each cell."""
    return np.asarray(layout.member.astype(np.int64) @ by_group_sum, dtype=np.int64)


def exits_by_group(layout: Layout, exit_ms: I64, group: I32) -> I64:
    """int64 [groups]: exits in the measured window."""
    measured = (exit_ms >= layout.cohort_from_ms) & (exit_ms < layout.horizon_ms)
    return by_group(measured, group, len(layout.groups))


def loads(layout: Layout) -> dict[str, F64]:
    """float64 [groups] for each indicator that weighs exits."""
    loaded = np.array([g.loaded for g in layout.groups])
    wagons = np.array([g.wagons for g in layout.groups])
    return {
        "tonnes_per_day": np.array([g.load_t for g in layout.groups]),
        "teu_per_day": np.array([g.teu for g in layout.groups]) * loaded,
        "wagons_per_day": wagons * loaded,
        "wagons_with_empties_per_day": wagons,
    }


def weigh(layout: Layout, count: I64, load: F64) -> list[float]:
    """By cell: exact sum of the groups' loads, NaN where none of its groups carries any."""
    return [
        math.fsum((count * load)[member]) if (load[member] > 0).any() else math.nan
        for member in layout.member
    ]


def ratio(part: I64 | F64, whole: I64) -> F64:
    """``part / whole``, NaN where there is nothing to divide by."""
    return np.asarray(np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole != 0))


def mean_h(sum_ms: I64, count: I64) -> F64:
    """Mean in hours of sums in ms, NaN where there is nobody."""
    return ratio(sum_ms, count) / MS_PER_HOUR


def _quantiles(layout: Layout, time_ms: I64, group: I32, cohort: I64) -> F64:
    """float64 [cells, quantiles] in hours, NaN above the share that got through."""
    order = np.argsort(group, kind="stable")
    sorted_times = time_ms[order]
    edges = np.searchsorted(group[order], np.arange(len(layout.groups) + 1))
    result = np.full((len(layout.cells), len(QUANTILES)), np.nan)
    for cell, member in enumerate(layout.member):
        parts = [sorted_times[edges[g] : edges[g + 1]] for g in np.flatnonzero(member)]
        times = np.concatenate(parts)
        places = [(q, rank(share, int(cohort[cell]))) for q, (_, share) in enumerate(QUANTILES)]
        known = [(q, place) for q, place in places if place < len(times)]
        if not known:
            continue
        times.partition([place for _, place in known])
        for q, place in known:
            result[cell, q] = midpoint_ms(int(bucket(times[place : place + 1])[0])) / MS_PER_HOUR
    return result


def _growth(layout: Layout, seen: Observed) -> tuple[I64, F64, F64]:
    """By cell: number inside at the horizon, its growth over the last quarter, share not absorbed."""
    n_groups = len(layout.groups)
    leaving = np.where(seen.exit_ms < 0, layout.horizon_ms, seen.exit_ms)

    def mean_inside(from_ms: int, to_ms: int) -> F64:
        overlap = np.minimum(leaving, to_ms) - np.maximum(seen.arrival_ms, from_ms)
        total = over_cells(layout, by_group(np.maximum(overlap, 0), seen.group, n_groups))
        return total / (to_ms - from_ms)

    quarter = layout.measured_ms // 4
    day = max(min(MS_PER_DAY, quarter), 1)
    start = layout.horizon_ms - max(quarter, day)
    growth = mean_inside(layout.horizon_ms - day, layout.horizon_ms) - mean_inside(start, start + day)
    late = by_group(seen.arrival_ms >= start, seen.group, n_groups)
    inside = over_cells(layout, by_group(seen.exit_ms < 0, seen.group, n_groups))
    return inside, growth, ratio(growth, over_cells(layout, late))


def series(layout: Layout) -> tuple[tuple[tuple[str, str, str], int | None, str], ...]:
    """What the rows of the hourly readings are: flow, element (None: the whole flow), quantity."""
    rows: list[tuple[tuple[str, str, str], int | None, str]] = []
    for cell in layout.flows:
        rows.extend((layout.cells[cell].flow, None, what) for what in ("arrivals", "exits", "inside"))
    for number, label in enumerate(layout.elements):
        flow = (label.crossing, label.mode, label.direction)
        if has_line(layout, number):
            rows.append((flow, number, "in_line"))
        if is_zone(layout, number):
            rows.append((flow, number, "in_zone"))
    return tuple(rows)


def hourly_series(layout: Layout, seen: Observed) -> I32:
    """int32 [series, instants], rows as :func:`series` lists them."""
    n = len(seen.in_line)
    rows: list[npt.NDArray[np.int64] | I32] = []
    for cell in layout.flows:
        chosen = layout.member[cell][seen.group]
        left = seen.exit_ms[chosen]
        arrivals = np.bincount(seen.arrival_ms[chosen] // layout.observe_every_ms, minlength=n)[:n]
        exits = np.bincount(left[left >= 0] // layout.observe_every_ms, minlength=n)[:n]
        before = np.concatenate(([0], np.cumsum(arrivals - exits)[:-1]))
        rows += [arrivals, exits, before]
    for _, element, quantity in series(layout)[len(rows) :]:
        if element is not None:
            rows.append((seen.in_line if quantity == "in_line" else seen.in_zone)[:, element])
    return np.array(rows, dtype=np.int32).reshape(len(rows), n)
