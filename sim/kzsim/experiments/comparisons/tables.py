"""The tidy tables of a comparison, from what was collected of each pair."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from kzsim.experiments.comparisons.cells import in_words, who
from kzsim.experiments.comparisons.said import clause
from kzsim.experiments.comparisons.side_by_side import Paired
from kzsim.experiments.methods import PairedDifference, paired_differences, winners_and_losers
from kzsim.experiments.methods.paired import Better, verdict
from kzsim.indicators.catalogue import INDICATORS, account_name
from kzsim.indicators.compared import GAIN_QUANTILES, compared_table
from kzsim.indicators.comparison import COMPARED, TIMES
from kzsim.indicators.gains import N_BANDS, band_edges_h
from kzsim.indicators.intervals import Estimate, estimate
from kzsim.indicators.layout import Cell
from kzsim.indicators.tables import unit_of
from kzsim.network.model import MS_PER_HOUR, WAIT_ACCOUNTS, Account

_KINDS = {"text": "object", "number": "float64", "whole number": "int64", "yes/no": "bool"}
_MORE_IS_BETTER = ("throughput_per_day", "tonnes_per_day")

Named = Sequence[tuple[str, Paired]]
"""Each alternative's name and what was collected of it."""


def frame(name: str, rows: Iterable[Sequence[Any]]) -> pd.DataFrame:
    """The table of that name, columns of their own type even if it is empty."""
    spec = compared_table(name)
    made = pd.DataFrame(list(rows), columns=list(spec.names))
    return made.astype({column.name: _KINDS[column.kind] for column in spec.columns})


def comparisons_of(pairs: Named) -> int:
    """How many verdicts in words there are, which are read together."""
    return sum(int(paired.cohort[number] > 0) for _, paired in pairs for number in in_words(paired.layout))


def of_cell(paired: Paired, cell: int, column: int, comparisons: int) -> PairedDifference:
    """One compared indicator of one cell."""
    name = COMPARED[column]
    better: Better = "larger" if name in _MORE_IS_BETTER else "smaller"
    threshold = paired.unchanged_within_h if name in TIMES else 0.0
    (found,) = paired_differences(
        [[float(values[cell, column]) for values in paired.base]],
        [[float(values[cell, column]) for values in paired.alternative]],
        threshold,
        comparisons=max(comparisons, 1),
        better=better,
    )
    return found


def alone(found: PairedDifference, column: int, within_h: float) -> str:
    """The verdict by the interval of the difference by itself."""
    name = COMPARED[column]
    better: Better = "larger" if name in _MORE_IS_BETTER else "smaller"
    return verdict(found.difference, within_h if name in TIMES else 0.0, better)


def difference_table(pairs: Named, comparisons: int) -> pd.DataFrame:
    """One row for each compared indicator of each cell of each alternative."""
    units = {indicator.name: indicator.unit for indicator in INDICATORS}

    def rows() -> Iterator[tuple[Any, ...]]:
        for name, paired in pairs:
            spoken = set(in_words(paired.layout))
            for number, cell in enumerate(paired.layout.cells):
                for column, indicator in enumerate(COMPARED):
                    found = of_cell(paired, number, column, comparisons)
                    if found.difference.n == 0:
                        continue
                    yield (
                        name,
                        *cell.key,
                        indicator,
                        unit_of(units[indicator], cell.mode),
                        found.base.mean,
                        found.alternative.mean,
                        *three(found.difference),
                        *three(found.percent),
                        found.simultaneous.low,
                        found.simultaneous.high,
                        alone(found, column, paired.unchanged_within_h),
                        found.verdict,
                        indicator == "crossing_time" and number in spoken,
                        found.skewed,
                        int(paired.cohort[number]),
                        found.difference.n,
                    )

    return frame("differences", rows())


def winner_table(pairs: Named) -> pd.DataFrame:
    """One row for each cell of each alternative in which there is anybody."""

    def rows() -> Iterator[tuple[Any, ...]]:
        for name, paired in pairs:
            for number, cell in enumerate(paired.layout.cells):
                total = int(paired.cohort[number])
                if not total:
                    continue
                found = winners_and_losers([splits[number] for splits in paired.splits])
                quantiles = paired.gains.quantiles_ms(paired.layout.member[number], GAIN_QUANTILES, total)
                yield (
                    name,
                    *cell.key,
                    *three(found.winners),
                    *three(found.losers),
                    *three(found.unchanged),
                    *three(found.gained_h),
                    *three(found.lost_h),
                    *three(found.gain_per_winner_h),
                    *three(found.loss_per_loser_h),
                    *(value / MS_PER_HOUR for value in quantiles),
                    total,
                    found.n,
                )

    return frame("winners", rows())


def gain_table(pairs: Named) -> pd.DataFrame:
    """One row for each band of gains of each cell that a verdict is spoken of."""

    def rows() -> Iterator[tuple[Any, ...]]:
        for name, paired in pairs:
            for number in in_words(paired.layout):
                total = int(paired.cohort[number])
                for band in range(N_BANDS) if total else ():
                    count = int(paired.bands[number, band])
                    ends = (end if math.isfinite(end) else math.nan for end in band_edges_h(band))
                    yield name, *paired.layout.cells[number].key, *ends, count, count / total

    return frame("gains", rows())


def account_table(pairs: Named) -> pd.DataFrame:
    """One row for each account of each cell in which it is not 0 in both worlds."""

    def rows() -> Iterator[tuple[Any, ...]]:
        for name, paired in pairs:
            before, after = np.array(paired.base_accounts), np.array(paired.own_accounts)
            for number, cell in enumerate(paired.layout.cells):
                for account in Account:
                    one, two = before[:, number, account], after[:, number, account]
                    if not np.nansum(one) and not np.nansum(two):
                        continue
                    gap = estimate((two - one).tolist())
                    yield (
                        name,
                        *cell.key,
                        account_name(account),
                        "wait" if account in WAIT_ACCOUNTS else "work",
                        estimate(one.tolist()).mean,
                        estimate(two.tolist()).mean,
                        *three(gap),
                        gap.n,
                    )

    return frame("accounts", rows())


def verdict_table(pairs: Named, comparisons: int) -> pd.DataFrame:
    """One row for each verdict in words."""

    def rows() -> Iterator[tuple[Any, ...]]:
        for name, paired in pairs:
            for number in in_words(paired.layout):
                if not paired.cohort[number]:
                    continue
                cell = paired.layout.cells[number]
                found = of_cell(paired, number, 0, comparisons)
                within_h = paired.unchanged_within_h
                word = alone(found, 0, within_h)
                yield (
                    name,
                    *cell.key,
                    word,
                    clause(called(cell), word, found.difference, within_h),
                    found.verdict,
                    clause(called(cell), found.verdict, found.simultaneous, within_h),
                )

    return frame("verdicts", rows())


def pair_table(pairs: Named) -> pd.DataFrame:
    """One row for each compared indicator of each cell in each replication that has it."""

    def rows() -> Iterator[tuple[Any, ...]]:
        for name, paired in pairs:
            for replication, (one, two) in enumerate(zip(paired.base, paired.alternative, strict=True)):
                for number, cell in enumerate(paired.layout.cells):
                    for column, indicator in enumerate(COMPARED):
                        before, after = float(one[number, column]), float(two[number, column])
                        if not (math.isnan(before) and math.isnan(after)):
                            yield name, replication, *cell.key, indicator, before, after

    return frame("pairs", rows())


def called(cell: Cell) -> str:
    """What a cell's entities are called."""
    return who(cell.mode, cell.klass, cell.corridor)


def three(found: Estimate) -> tuple[float, float, float]:
    """Mean, low and high."""
    return found.mean, found.low, found.high
