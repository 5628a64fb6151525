"""The day of the worst queue of each crossing, mode and direction, and where it stands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from kzsim.indicators.collect import Collected
from kzsim.indicators.layout import ElementInfo, Layout, is_pairing
from kzsim.indicators.legs import AT_HOME, FIRST_CLASS, YARD
from kzsim.indicators.summary import series
from kzsim.indicators.tables import frame

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
Series = Sequence[tuple[tuple[str, str, str], int | None, str]]


def worst_table(seen: Collected, start: datetime) -> pd.DataFrame | None:
    """One row for each flow; None if no readings were kept or there is none after the run-in.

    ``start``: the aware instant of the first reading, in the clock whose days are meant. Of equal
    days the first counts.
    """
    means = seen.hourly
    if means is None:
        return None
    layout = seen.layout
    first = -(-layout.cohort_from_ms // layout.observe_every_ms)
    days, names = _days(start, layout.observe_every_ms, means.shape[1], first)
    if not names:
        return None
    by_day = _by_day(means[:, first:], days, len(names))
    every = series(layout)
    # at a pairing those who follow stand as a leg of their own, inside no crossing
    followers = {flow for flow, _, quantity in every if quantity == FIRST_CLASS[YARD]}
    rows = []
    for number, (flow, element, quantity) in enumerate(every):
        if element is not None or quantity != "inside":
            continue
        worst = int(np.argmax(by_day[number]))
        at_home = layout.cell(flow, AT_HOME) is not None
        lines = [
            (_inside(layout, every, by_day[:, worst], other), -other)
            for other, (where, place, what) in enumerate(every)
            if _stands_there(where, flow)
            and what == "in_line"
            and place is not None
            and not (is_pairing(layout, place) and flow in followers)
            and not (at_home and _queue(layout, place))
        ]
        longest, row = max(lines, default=(0.0, 0))
        place = every[-row][1] if longest > 0 else None
        label = ElementInfo(*flow, "", "") if place is None else layout.elements[place]
        rows.append(
            (
                *flow,
                names[worst],
                float(by_day[number, worst]),
                math.fsum(means[number, first:].tolist()) / (means.shape[1] - first),
                label.side,
                label.stage,
                "" if place is None else layout.element_names[place],
                longest,
            )
        )
    return frame("worst_days", rows)


def _stands_there(where: tuple[str, str, str], flow: tuple[str, str, str]) -> bool:
    """Whether a line is of a flow: of its own direction, or of both."""
    return where[:2] == flow[:2] and where[2] in (flow[2], "both")


def _inside(layout: Layout, every: Series, mean: F64, line: int) -> float:
    """How many in a line are inside a crossing; ``mean``: float64 [series].

    At a pairing two sides stand in line: all but those for whom that is a leg of its own.
    """
    flow, place, _ = every[line]
    if place is None or not is_pairing(layout, place):
        return float(mean[line])
    beside = [
        float(mean[number])
        for number, (where, _, quantity) in enumerate(every)
        if quantity == FIRST_CLASS[YARD] and where[:2] == flow[:2]
    ]
    return max(0.0, float(mean[line]) - math.fsum(beside))


def _queue(layout: Layout, element: int) -> bool:
    """Whether a line is one before the border: where that is a leg of its own nobody in it is inside."""
    return not layout.elements[element].at_post


def _days(start: datetime, step_ms: int, readings: int, first: int) -> tuple[I64, list[str]]:
    """The day's number of each reading from the ``first`` on, and the days' dates."""
    step = timedelta(milliseconds=step_ms)
    begin = start.astimezone(UTC)  # added up in UTC: the clock may change within the period
    dates = [
        (begin + number * step).astimezone(start.tzinfo).date().isoformat()
        for number in range(first, readings)
    ]
    names = list(dict.fromkeys(dates))
    number_of = {name: number for number, name in enumerate(names)}
    return np.array([number_of[name] for name in dates], dtype=np.int64), names


def _by_day(means: F64, days: I64, n_days: int) -> F64:
    """float64 [series, days]: means of the readings of each day."""
    sums = np.stack([np.bincount(days, weights=row, minlength=n_days) for row in means])
    return np.asarray(sums / np.bincount(days, minlength=n_days))
