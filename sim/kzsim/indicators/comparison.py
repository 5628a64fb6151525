"""Two scenarios, the same entities: paired differences, winners and losers, a word for each.

Nothing here knows which policy differs: any two runs over the same entities can be compared.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from kzsim.indicators.dictionary import UNCHANGED_WITHIN_MS
from kzsim.indicators.errors import InvariantError
from kzsim.indicators.gains import bands, sparse_gains
from kzsim.indicators.intervals import Estimate
from kzsim.indicators.layout import ALL, USER, Layout
from kzsim.indicators.legs import AT_HOME, CROSSING
from kzsim.indicators.summary import COHORT, loads, mean_h, over_cells, ratio, weigh
from kzsim.network.model import MS_PER_DAY, MS_PER_HOUR

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
I8 = npt.NDArray[np.int8]
F64 = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]

Verdict = Literal["gains", "loses", "no change", "undecided"]

COMPARED = ("crossing_time", "delay", "share_not_through", "throughput_per_day", "tonnes_per_day")
TIMES = ("crossing_time", "delay")


@dataclass(frozen=True)
class Passage:
    """When the entities of one run came and went: int64 [entities] each, ``phase`` int8.

    ``arrival_ms`` is negative for who never came, ``exit_ms`` for who never left. ``follows``: bool
    [entities], who comes when another leaves; None if nobody does.
    """

    arrival_ms: I64
    exit_ms: I64
    free_flow_ms: I64
    phase: I8
    follows: Bool | None = None


@dataclass(frozen=True)
class Pairs:
    """The comparison of one replication, by the alternative's cells.

    ``base``, ``alternative``: float64 [cells, COMPARED], NaN where a cell has none. ``winners``,
    ``losers``, ``cohort``: int64 [cells]; ``gained_ms`` and ``lost_ms`` int64 [cells]: what the winners
    gain and the losers lose in sum, and ``drift_ms`` the sum of the changes of all others (+ is slower).
    ``gain_key``, ``gain_count``: the gains by the alternative's groups, see ``gains.sparse_gains``;
    ``gain_bands`` int64 [cells, N_BANDS]. ``base_came``, ``alternative_came``: int64 [cells], all of the
    cohort who came in either run, whether they are compared or not: what accounts are means over.
    """

    base: F64
    alternative: F64
    winners: I64
    losers: I64
    cohort: I64
    gained_ms: I64
    lost_ms: I64
    drift_ms: I64
    gain_key: I64
    gain_count: I64
    gain_bands: I64
    base_came: I64
    alternative_came: I64


def compare(
    layout: Layout,
    group: I32,
    base: Passage,
    alternative: Passage,
    *,
    unchanged_within_ms: int = UNCHANGED_WITHIN_MS,
) -> Pairs:
    """Compare two runs of the same entities, index by index.

    Of those who follow others, whose arrivals are the runs' own, only who came in both runs is compared, and
    early enough in both to be followed for the follow-up; exits count them all.

    ``layout`` and ``group`` (int32 [entities]) are the alternative's. Times are capped at the
    follow-up in both; delay is measured against the *base's* free-flow time, capped too, in both. Who
    differs by at most ``unchanged_within_ms`` has neither won nor lost. Raises InvariantError if the entities
    are not the same.
    """
    if not _are_of_the_same(base, alternative):
        raise InvariantError("the two runs to be compared are not of the same entities")
    # what gets through is counted once a journey
    crossing = np.array([cell.leg == CROSSING for cell in layout.cells])
    followed = base.phase == COHORT
    if base.follows is not None:
        for run in (base, alternative):
            followed &= (run.arrival_ms >= 0) & (run.arrival_ms < layout.horizon_ms - layout.follow_up_ms)
    own = group[followed]
    n_groups = len(layout.groups)

    def cohort_sum(value: I64 | Bool) -> I64:
        return over_cells(layout, by_group(value, own, n_groups))

    def came(run: Passage) -> I64:
        there = (run.phase == COHORT) & ((run.arrival_ms >= 0) if run.follows is not None else True)
        return over_cells(layout, by_group(there, group, n_groups))

    cohort = cohort_sum(np.ones(len(own), dtype=np.bool_))
    free_flow = mean_h(cohort_sum(np.minimum(base.free_flow_ms[followed], layout.follow_up_ms)), cohort)

    def indicators(run: Passage) -> tuple[I64, F64]:
        stay = stay_ms(run.arrival_ms, run.exit_ms, layout.horizon_ms)[followed]
        late = (run.exit_ms[followed] < 0) | (stay > layout.follow_up_ms)
        capped = np.minimum(stay, layout.follow_up_ms)
        time = mean_h(cohort_sum(capped), cohort)
        exits = exits_by_group(layout, run.exit_ms, group)
        days = layout.measured_ms / MS_PER_DAY
        tonnes = np.array(weigh(layout, exits, loads(layout)["tonnes_per_day"])) / days
        not_through = ratio(cohort_sum(late), cohort)
        through = np.where(crossing, over_cells(layout, exits) / days, np.nan)
        rows = (time, time - free_flow, not_through, through, np.where(crossing, tonnes, np.nan))
        return capped, np.stack(rows, axis=1)

    base_ms, base_values = indicators(base)
    alternative_ms, alternative_values = indicators(alternative)
    difference = alternative_ms - base_ms
    won, lost = difference < -unchanged_within_ms, difference > unchanged_within_ms
    gain_key, gain_count = sparse_gains(own, -difference)
    return Pairs(
        base=base_values,
        alternative=alternative_values,
        winners=cohort_sum(won),
        losers=cohort_sum(lost),
        cohort=cohort,
        gained_ms=cohort_sum(np.where(won, -difference, 0)),
        lost_ms=cohort_sum(np.where(lost, difference, 0)),
        drift_ms=cohort_sum(np.where(won | lost, 0, difference)),
        gain_key=gain_key,
        gain_count=gain_count,
        gain_bands=over_cells(layout, bands(own, -difference, n_groups)),
        base_came=came(base),
        alternative_came=came(alternative),
    )


def _are_of_the_same(base: Passage, alternative: Passage) -> bool:
    """Whether the same entities come at the same time, but for those who follow others."""
    if not np.array_equal(base.phase, alternative.phase):
        return False
    if base.follows is None or alternative.follows is None:
        return base.follows is alternative.follows and np.array_equal(base.arrival_ms, alternative.arrival_ms)
    if not np.array_equal(base.follows, alternative.follows):
        return False
    own = ~base.follows
    return np.array_equal(base.arrival_ms[own], alternative.arrival_ms[own])


def by_group(values: I64 | Bool, group: I32, n_groups: int) -> I64:
    """int64 [groups]: exact sums of ``values``."""
    if values.dtype == np.bool_:
        return np.bincount(group[values], minlength=n_groups).astype(np.int64)
    sums = np.zeros(n_groups, dtype=np.int64)
    np.add.at(sums, group, values.astype(np.int64))
    return sums


def stay_ms(arrival_ms: I64, exit_ms: I64, horizon_ms: int) -> I64:
    """Time of each entity up to its exit or the horizon."""
    return np.asarray(np.where(exit_ms < 0, horizon_ms, exit_ms) - arrival_ms, dtype=np.int64)


def exits_by_group(layout: Layout, exit_ms: I64, group: I32) -> I64:
    """int64 [groups]: exits in the measured window."""
    measured = (exit_ms >= layout.cohort_from_ms) & (exit_ms < layout.horizon_ms)
    return by_group(measured, group, len(layout.groups))


def family(layout: Layout) -> int:
    """How many verdicts a reader sees at once, and which therefore have to hold at once.

    One for each role in a corridor at each crossing, mode and direction that has corridor users; likewise for
    those who wait at home.
    """
    cells = [c for c in layout.cells if (c.headline or c.klass == AT_HOME) and c.corridor != ALL]
    served = {cell.flow for cell in cells if cell.corridor == USER}
    return sum(cell.flow in served for cell in cells)


def verdict(difference_h: Estimate) -> Verdict:
    """The word for a difference of times (alternative - base, hours) with its simultaneous interval.

    ``no change`` only if the whole interval lies within the threshold; ``gains`` or ``loses`` only if
    the whole interval lies beyond it; else ``undecided``, and always so without an interval.
    """
    threshold = UNCHANGED_WITHIN_MS / MS_PER_HOUR
    low, high = difference_h.low, difference_h.high
    if math.isnan(low):
        return "undecided"
    if -threshold <= low and high <= threshold:
        return "no change"
    if high < -threshold:
        return "gains"
    if low > threshold:
        return "loses"
    return "undecided"
