"""How full zones are: each replication's hourly readings, reduced to shares and counts by place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kzsim.indicators.layout import Layout, is_zone
from kzsim.indicators.summary import series

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
F64 = npt.NDArray[np.float64]

_PER_CENT = (10, 50, 90, 100)


@dataclass(frozen=True)
class Taken:
    """Of one replication, by zone as ``zones`` lists them.

    ``mean``: float64 [zones], places taken. ``full``: float64 [zones], share of readings with none left.
    ``counts``: by zone int64 [places + 1], how many readings saw so many taken.
    """

    mean: F64
    full: F64
    counts: tuple[I64, ...]


def zones(layout: Layout) -> tuple[int, ...]:
    """The numbers of the elements that are zones, upstream first."""
    found = [number for number in range(len(layout.elements)) if is_zone(layout, number)]
    return tuple(reversed(found))


def taken(layout: Layout, hourly: I32) -> Taken:
    """Reduce the hourly readings (int32 [series, instants]) of one replication after its run-in."""
    row = {element: at for at, (_, element, what) in enumerate(series(layout)) if what == "in_zone"}
    first = -(-layout.cohort_from_ms // layout.observe_every_ms)
    means, full, counts = [], [], []
    for zone in zones(layout):
        readings, places = hourly[row[zone], first:], layout.places[zone]
        means.append(readings.mean())
        full.append((readings >= places).mean())
        counts.append(np.bincount(readings, minlength=places + 1))
    return Taken(np.array(means), np.array(full), tuple(counts))


def quantiles(seen: Sequence[Taken], zone: int) -> tuple[float, ...]:
    """Places taken or fewer in 10, 50, 90 and all per cent of the readings, pooled over the replications."""
    pooled = np.zeros(max(len(one.counts[zone]) for one in seen), dtype=np.int64)
    for one in seen:
        pooled[: len(one.counts[zone])] += one.counts[zone]
    cumulated = np.cumsum(pooled)
    ranks = [-(-share * cumulated[-1] // 100) for share in _PER_CENT]
    return tuple(float(found) for found in np.searchsorted(cumulated, ranks))
