"""One replication in little: the indicators of every cell, and what tables over replications need.

A summary is a few megabytes for a year at all crossings, so that worker processes can send it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from kzsim.indicators.catalogue import CEILINGS, POSTS
from kzsim.indicators.dictionary import INDICATORS, QUANTILES, WITHIN_H, account_name
from kzsim.indicators.errors import InvariantError
from kzsim.indicators.histogram import buckets_of_ranks, rank, sparse
from kzsim.indicators.layout import Layout, has_line, is_zone
from kzsim.indicators.legs import LEGS
from kzsim.indicators.worth import worths
from kzsim.network.buckets import TIME_BITS, WAIT_BITS, midpoint_ms
from kzsim.network.model import MS_PER_DAY, MS_PER_HOUR, WAIT_ACCOUNTS, Account
from kzsim.network.observers import Observers

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
F64 = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]

COHORT = 1
"""Phase of the entities that indicators follow."""


@dataclass(frozen=True)
class Observed:
    """What was seen of one replication.

    ``observers``: counts by group. ``account_ms``: int64 [groups, 3 phases, elements, accounts].
    ``in_line``, ``in_zone``: int32 [instants, elements]. ``busy_ms``, ``capacity_ms``: int64 [pools],
    servers' time held and servers' time that there was.
    """

    observers: Observers
    account_ms: I64
    in_line: I32
    in_zone: I32
    busy_ms: I64
    capacity_ms: I64


@dataclass(frozen=True)
class Summary:
    """What is kept of one replication.

    ``values``: float64 [cells, indicators], NaN where a cell has none. ``cohort``: int64 [cells].
    ``time_key``, ``time_count``: the crossing times of those through, see ``histogram.sparse``.
    ``account_at``, ``account_ms``: the cohort's accounts that are not 0, by flat index into
    [groups, elements, accounts]. ``busy_ms``, ``capacity_ms``: int64 [pools]. ``hourly``: int32
    [series, instants] or None. ``entities``: their number. ``chosen``: int64 [groups, alternatives], who of
    the cohort picked each. ``idle_ms``: int64 [kinds of tokens], available ones times ms. ``chosen_ms``:
    int64 [groups, alternatives], of those at home who chose, their time at the crossing of each.
    ``followed``, ``capped_ms``: int64 [groups], the cohort and its stays of at most the follow-up.
    """

    values: F64
    cohort: I64
    time_key: I64
    time_count: I64
    account_at: I64
    account_ms: I64
    busy_ms: I64
    capacity_ms: I64
    hourly: I32 | None
    entities: int
    chosen: I64
    idle_ms: I64
    chosen_ms: I64
    followed: I64
    capped_ms: I64


def summarise(layout: Layout, seen: Observed, *, hourly: bool = True) -> Summary:
    """Reduce one replication; raises InvariantError if its bookkeeping does not add up."""
    check(seen)
    counts = seen.observers
    time_key, time_count = sparse(counts.times)
    account_ms = seen.account_ms[:, COHORT]
    account_at = np.flatnonzero(account_ms)

    values = np.full((len(layout.cells), len(INDICATORS)), np.nan)
    column = {indicator.name: number for number, indicator in enumerate(INDICATORS)}

    def put(name: str, value: npt.NDArray[np.generic]) -> None:
        values[:, column[name]] = value

    def total(by_group: I64) -> I64:
        return over_cells(layout, by_group)

    cohort = total(counts.cohort)
    exits = counts.left_measured
    days = layout.measured_ms / MS_PER_DAY
    put("arrivals_per_day", total(counts.arrived[:, COHORT:].sum(axis=1)) / days)
    put("throughput_per_day", total(exits) / days)
    for name, load in loads(layout).items():
        put(name, np.array([weighed / days for weighed in weigh(layout, exits, load)]))
    put("cohort", cohort)
    crossing_time = mean_h(total(counts.capped_ms), cohort)
    put("crossing_time", crossing_time)
    put("free_flow_time", mean_h(total(counts.free_flow_ms), cohort))
    # a laboratory may hold goods for longer than the follow-up: no time is capped without the other
    put("delay", crossing_time - mean_h(total(counts.capped_free_flow_ms), cohort))
    put("share_not_through", ratio(cohort - total(counts.through), cohort))
    for hours in WITHIN_H:
        limit_ms = hours * MS_PER_HOUR
        if limit_ms <= layout.follow_up_ms and limit_ms in layout.within_ms:
            within = counts.within[:, layout.within_ms.index(limit_ms)]
            put(f"share_within_{hours}h", ratio(total(within), cohort))
    put("stay", mean_h(total(counts.stay_ms[:, COHORT]), cohort))
    by_account = total(account_ms.sum(axis=1))
    for account in Account:
        put(f"account_{account_name(account)}", mean_h(by_account[:, account], cohort))
    shares = [share for _, share in QUANTILES]
    for row, (name, _) in zip(_quantiles(layout, counts.times, cohort, shares).T, QUANTILES, strict=True):
        put(f"crossing_time_{name}", row)
    put("pairing_p95", _waited_for_another(layout, counts, cohort))
    for side, _ in POSTS:
        place = [info.side == side and info.at_post for info in layout.elements]
        put(f"tfi1_{side}", mean_h(total(account_ms[:, place].sum(axis=(1, 2))), cohort))
    median_h = {"crossing_time_p50": values[:, column["crossing_time_p50"]]}
    for side in (side for side, _ in POSTS if side in layout.spans):
        at_post = counts.spans[:, layout.spans.index(side)]
        median_h[f"tfi1_{side}_p50"] = _median(layout, at_post, cohort)
        put(f"tfi1_{side}_p50", median_h[f"tfi1_{side}_p50"])
    before = _inside_before(counts)
    for name, worth in worths(layout, counts, account_ms, before, median_h).items():
        put(name, worth)
    inside, growth, unabsorbed = _growth(layout, counts, before)
    put("inside_at_end", inside)
    put("inside_growth", growth)
    put("unabsorbed_share", unabsorbed)
    put("share_changed", _changed(layout, counts.chosen))
    for name, klass in CEILINGS.items():
        put(name, _within_ceilings(layout, counts.within_ceilings, klass))
    values[~_has(layout)] = np.nan
    return Summary(
        values=values,
        cohort=cohort,
        time_key=time_key,
        time_count=time_count,
        account_at=account_at,
        account_ms=account_ms.ravel()[account_at],
        busy_ms=seen.busy_ms,
        capacity_ms=seen.capacity_ms,
        hourly=hourly_series(layout, seen, before) if hourly else None,
        entities=counts.entities,
        chosen=counts.chosen,
        idle_ms=counts.idle_ms,
        chosen_ms=_chosen_ms(layout, account_ms),
        followed=counts.cohort,
        capped_ms=counts.capped_ms,
    )


def check(seen: Observed) -> None:
    """Raise InvariantError unless every ms of every stay stands in exactly one account.

    And unless the counts are of the same entities wherever they must be.
    """
    counts = seen.observers
    for phase in range(seen.account_ms.shape[1]):
        stays = counts.stay_ms[:, phase]
        booked = seen.account_ms[:, phase].sum(axis=(1, 2))
        if (stays != booked).any():
            group = int(np.flatnonzero(stays != booked)[0])
            raise InvariantError(
                f"the stays of group {group}, phase {phase}, last {stays[group]} ms and their accounts "
                f"sum to {booked[group]} ms"
            )
    arrived, left = counts.arrived.sum(axis=1), counts.left.sum(axis=1)
    pairs = {
        "counted as through and in the buckets of times": (counts.through, counts.times.sum(axis=1)),
        "followed and in the buckets of waits": (counts.cohort, counts.waits[:, 0].sum(axis=1)),
        **{
            f"followed and in the buckets of span {number + 1}": (counts.cohort, in_span)
            for number, in_span in enumerate(counts.spans.sum(axis=2).T)
        },
        "arrived, altogether and by interval": (arrived, counts.arrivals.sum(axis=0)),
        "left, altogether and by interval": (left, counts.exits.sum(axis=0)),
        "left, altogether and those who arrived": (left, np.minimum(left, arrived)),
    }
    for what, (one, other) in pairs.items():
        if (one != other).any():
            group = int(np.flatnonzero(one != other)[0])
            raise InvariantError(f"group {group}, {what}: {one[group]} and {other[group]}")


def _has(layout: Layout) -> Bool:
    """Whether a cell has an indicator at all, by its leg: bool [cells, indicators]."""
    of_leg = {leg: [leg in indicator.legs for indicator in INDICATORS] for leg in LEGS}
    return np.array([of_leg[cell.leg] for cell in layout.cells], dtype=np.bool_)


def _changed(layout: Layout, chosen: I64) -> F64:
    """By cell, of those who chose between crossings, the share that picked another than they usually use."""
    picked, usual = np.zeros((2, len(layout.groups)), dtype=np.int64)
    for group, offered in enumerate(layout.offers):
        for number in offered if layout.groups[group].usual else ():
            picked[group] += chosen[group, number]
            if layout.crossing_of(number) == layout.groups[group].usual:
                usual[group] += chosen[group, number]
    whole = over_cells(layout, picked)
    return ratio(whole - over_cells(layout, usual), whole)


def _chosen_ms(layout: Layout, account_ms: I64) -> I64:
    """Whoever chose at home was at places of no other crossing from then on until it came to the border."""
    found = np.zeros((len(layout.groups), len(layout.alternatives)), dtype=np.int64)
    for group, offered in enumerate(layout.offers):
        for number in offered if layout.groups[group].usual else ():
            there = [info.crossing == layout.crossing_of(number) for info in layout.elements]
            found[group, number] = account_ms[group, there].sum()
    return found


def _within_ceilings(layout: Layout, used: I64, klass: str) -> F64:
    """By cell, how often a day the ceiling of a class is used; NaN at crossings whose gates have none."""
    of_class = [number for number, each in enumerate(layout.bounded) if each.klass == klass]
    there = {layout.elements[layout.bounded[number].element].crossing for number in of_class}
    days = (layout.cohort_to_ms - layout.cohort_from_ms) / MS_PER_DAY
    count = over_cells(layout, used[:, of_class].sum(axis=1))
    has = np.array([cell.crossing in there for cell in layout.cells]) | (count > 0)
    return np.where(has, count / days if days else math.nan, math.nan)


def over_cells(layout: Layout, by_group_sum: I64) -> I64:
    """int64 [cells, ...]: sums over the groups of each cell, of a table [groups, ...]."""
    # A product of matrices is slow in whole numbers, and not exact in others; a sum for each cell by itself
    # took 12 times as long. What all cells together sum to may wrap round: its differences are right again.
    groups, ends = layout.groups_of_cells
    values = np.asarray(by_group_sum, dtype=np.int64)
    sums = np.zeros((len(groups) + 1, *values.shape[1:]), dtype=np.int64)
    np.cumsum(values[groups], axis=0, out=sums[1:])
    return np.asarray(sums[ends[1:]] - sums[ends[:-1]])


def accounts_by_group(layout: Layout, summary: Summary) -> I64:
    """int64 [groups, accounts] in ms: the cohort's accounts over their whole stays, summed over elements."""
    sums = np.zeros((len(layout.groups), len(Account)), dtype=np.int64)
    of_group = summary.account_at // (len(layout.elements) * len(Account))
    np.add.at(sums, (of_group, summary.account_at % len(Account)), summary.account_ms)
    return sums


def account_means(layout: Layout, by_group_ms: I64, cohort: I64) -> F64:
    """float64 [cells, accounts] in hours per entity of ``cohort`` (int64 [cells]), NaN without anyone."""
    by_cell = over_cells(layout, by_group_ms)
    return np.stack([mean_h(by_cell[:, account], cohort) for account in Account], axis=1)


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


def _waited_for_another(layout: Layout, counts: Observers, cohort: I64) -> F64:
    """By cell of those who lead, the hours in a pairing's line that 95 % of them stay below."""
    waits = counts.waits[:, WAIT_ACCOUNTS.index(Account.PAIRING)]
    led = (layout.member & np.array(layout.leads, dtype=np.bool_)).any(axis=1)
    found = np.full(len(layout.cells), np.nan)
    some = replace(
        layout,
        cells=tuple(layout.cells[number] for number in np.flatnonzero(led)),
        member=layout.member[led],
    )
    found[led] = _quantiles(some, waits, cohort[led], [95], WAIT_BITS)[:, 0]
    return found


def _median(layout: Layout, spans: I32, cohort: I64) -> F64:
    """By cell, the hours in a span that half of the cohort stay below."""
    return _quantiles(layout, spans, cohort, [50], WAIT_BITS)[:, 0]


def _quantiles(
    layout: Layout, times: I32, cohort: I64, per_cent: Sequence[int], bits: int = TIME_BITS
) -> F64:
    """float64 [cells, ``per_cent``] in hours, NaN above the share that is counted in ``times``."""
    result = np.full((len(layout.cells), len(per_cent)), np.nan)
    used = np.flatnonzero(times.any(axis=0))
    filled = times[:, used]
    for cell, member in enumerate(layout.member):
        # as they are counted, in 32 bits: in 64 it takes twice as long
        counts = filled[member].sum(axis=0, dtype=np.int32)
        found = buckets_of_ranks(counts, [rank(share, int(cohort[cell])) for share in per_cent])
        for q, bucket in enumerate(found):
            if bucket is not None:
                result[cell, q] = midpoint_ms(int(used[bucket]), bits) / MS_PER_HOUR
    return result


def _growth(layout: Layout, counts: Observers, before: I64) -> tuple[I64, F64, F64]:
    """By cell: number inside at the horizon, its growth over the last quarter, share not absorbed."""
    every = layout.observe_every_ms
    quarter = layout.measured_ms // 4
    day = max(min(MS_PER_DAY, quarter), every)
    # whole intervals, so that the arrivals counted are those after the first reading
    first = max(layout.horizon_ms - max(quarter, day), 0) // every
    width = day // every
    gained = before[-width:].sum(axis=0) - before[first : first + width].sum(axis=0)
    growth = over_cells(layout, gained) / width
    inside = over_cells(layout, counts.arrived.sum(axis=1) - counts.left.sum(axis=1))
    late = over_cells(layout, counts.arrivals[first:].sum(axis=0, dtype=np.int64))
    return inside, growth, ratio(growth, late)


def _inside_before(counts: Observers) -> I64:
    """int64 [intervals, groups]: number inside as each interval begins."""
    change = counts.arrivals.astype(np.int64) - counts.exits
    inside = np.zeros_like(change)
    np.cumsum(change[:-1], axis=0, out=inside[1:])
    return inside


def series(layout: Layout) -> tuple[tuple[tuple[str, str, str], int | None, str], ...]:
    """What the rows of the hourly readings are: flow, element (None: the whole flow), quantity."""
    rows: list[tuple[tuple[str, str, str], int | None, str]] = []
    for cell in layout.flows:
        rows.extend((layout.cells[cell].flow, None, what) for what in ("arrivals", "exits", "inside"))
    waiting = (layout.cells[cell] for cell in layout.waits_before)
    rows.extend((cell.flow, None, cell.klass) for cell in waiting)
    for number, label in enumerate(layout.elements):
        flow = (label.crossing, label.mode, label.direction)
        if has_line(layout, number):
            rows.append((flow, number, "in_line"))
        if is_zone(layout, number):
            rows.append((flow, number, "in_zone"))
    return tuple(rows)


def hourly_series(layout: Layout, seen: Observed, before: I64) -> I32:
    """int32 [series, instants], rows as :func:`series` lists them.

    ``before``: int64 [instants, groups], the number inside as each interval begins.
    """
    counts = seen.observers
    rows: list[npt.NDArray[np.int64] | I32] = []
    for cell in layout.flows:
        member = layout.member[cell]
        rows += [table[:, member].sum(axis=1) for table in (counts.arrivals, counts.exits, before)]
    rows += [before[:, layout.member[cell]].sum(axis=1) for cell in layout.waits_before]
    for _, element, quantity in series(layout)[len(rows) :]:
        if element is not None:
            rows.append((seen.in_line if quantity == "in_line" else seen.in_zone)[:, element])
    return np.array(rows, dtype=np.int32).reshape(len(rows), len(seen.in_line))
