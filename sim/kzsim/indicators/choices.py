"""Who chose which crossing at home."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from kzsim.indicators.collect import Collected
from kzsim.indicators.intervals import estimate
from kzsim.indicators.layout import Layout
from kzsim.indicators.legs import HOME
from kzsim.indicators.tables import frame
from kzsim.network.model import MS_PER_DAY


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
        [[int(chosen[group, at].sum()) for group, at in ways.values()] for chosen in seen.chosen]
    ).reshape(seen.n, len(ways))
    whole = counts.sum(axis=1)
    for place, crossing in enumerate(ways):
        per_day = estimate((counts[:, place] / days).tolist())
        share = estimate(
            own / every if every else math.nan for own, every in zip(counts[:, place], whole, strict=True)
        )
        yield (
            *cell.key,
            crossing,
            *(per_day.mean, per_day.low, per_day.high),
            *(share.mean, max(share.low, 0.0), min(share.high, 1.0)),  # NaN stays: there is no interval
            share.n,
        )


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
