"""What each part of a corridor does, and what of it does not add up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from kzsim.experiments.comparisons.cells import in_words
from kzsim.experiments.comparisons.measures import ALL, ALL_BUT, ALONE, SIDE, Variant
from kzsim.experiments.comparisons.said import UNCHANGED_WITHIN_H
from kzsim.experiments.comparisons.tables import frame, three
from kzsim.experiments.methods import PairedDifference, paired_differences
from kzsim.experiments.methods.paired import verdict
from kzsim.indicators.layout import Layout

F64 = npt.NDArray[np.float64]

LAST = "last"
_FINDINGS = {
    "gains": "better than the sum",
    "loses": "worse than the sum",
    "no change": "the sum",
    "undecided": "undecided",
}


class Parts:
    """Mean crossing times of the base and of each part, over the replications added so far."""

    def __init__(
        self, layout: Layout, parts: Sequence[Variant], unchanged_within_h: float = UNCHANGED_WITHIN_H
    ) -> None:
        self.layout = layout
        self.unchanged_within_h = unchanged_within_h
        self.parts = tuple(parts)
        self.base: list[F64] = []
        self.own: list[list[F64]] = [[] for _ in parts]

    def add(self, base: F64, own: Sequence[F64]) -> None:
        """Add the next replication: hours by cell in the base and with each part."""
        self.base.append(base)
        for kept, values in zip(self.own, own, strict=True):
            kept.append(values)

    def of(self, kind: str) -> Mapping[str, list[F64]]:
        """The values of the parts of one kind, by what they are."""
        return {
            part.what: values for part, values in zip(self.parts, self.own, strict=True) if part.kind == kind
        }

    @property
    def whole(self) -> list[F64]:
        """The values with everything."""
        return self.of(ALL)[""]


def measure_table(seen: Parts, cells: Sequence[int]) -> pd.DataFrame:
    """One row for each part and cell; intervals held together are over all rows of the table."""
    rows: list[tuple[str, str, list[F64], list[F64]]] = [
        (part.kind, part.what, seen.base, values) for part, values in zip(seen.parts, seen.own, strict=True)
    ]
    rows += [(LAST, what, values, seen.whole) for what, values in seen.of(ALL_BUT).items()]
    family = len(rows) * len(cells)

    def made() -> Iterator[tuple[Any, ...]]:
        for kind, what, before, after in rows:
            for number in cells:
                found = _paired(before, after, number, family, seen.unchanged_within_h)
                if found.difference.n:
                    yield (
                        kind,
                        what,
                        *seen.layout.cells[number].key,
                        found.base.mean,
                        found.alternative.mean,
                        *three(found.difference),
                        *three(found.percent),
                        found.simultaneous.low,
                        found.simultaneous.high,
                        verdict(found.difference, seen.unchanged_within_h),
                        found.verdict,
                        found.difference.n,
                    )

    return frame("measures", made())


def additivity_table(seen: Parts, cells: Sequence[int]) -> pd.DataFrame:
    """Whether the measures, and whether the sides, add up to the whole; of each cell."""
    within_h = seen.unchanged_within_h

    def made() -> Iterator[tuple[Any, ...]]:
        for what, kind in (("measures", ALONE), ("sides", SIDE)):
            parts = list(seen.of(kind).values())
            summed = [
                base + sum((values[r] - base for values in parts), start=np.zeros_like(base))
                for r, base in enumerate(seen.base)
            ]
            for number in cells:
                whole = _paired(seen.base, seen.whole, number, 1, within_h).difference
                together = _paired(seen.base, summed, number, 1, within_h).difference
                rest = _paired(summed, seen.whole, number, 1, within_h)
                if whole.n:
                    yield (
                        what,
                        *seen.layout.cells[number].key,
                        whole.mean,
                        together.mean,
                        *three(rest.difference),
                        _FINDINGS[rest.verdict],
                        rest.difference.n,
                    )

    return frame("additivity", made())


def cells_of(layout: Layout, touched: Sequence[str]) -> tuple[int, ...]:
    """The cells with a verdict in words at the crossings whose corridor differs."""
    return tuple(number for number in in_words(layout) if layout.cells[number].crossing in touched)


def _paired(
    before: Sequence[F64], after: Sequence[F64], cell: int, comparisons: int, within_h: float
) -> PairedDifference:
    (found,) = paired_differences(
        [[float(values[cell]) for values in before]],
        [[float(values[cell]) for values in after]],
        within_h,
        comparisons=max(comparisons, 1),
    )
    return found
