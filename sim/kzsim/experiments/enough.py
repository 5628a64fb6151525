"""Precision on request: which figures of a run must be how precise, and whether they are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kzsim.experiments.methods import MethodError, Precision, Rounds, Target, precision
from kzsim.experiments.methods.rounds import LEAST_FIRST
from kzsim.experiments.uncertainty.outputs import COLUMN, check_indicators
from kzsim.indicators.catalogue import INDICATORS, UNCHANGED_WITHIN_MS
from kzsim.indicators.collect import Collected
from kzsim.indicators.comparison import COMPARED, Pairs
from kzsim.indicators.judgements import Judgement
from kzsim.indicators.layout import Layout
from kzsim.indicators.tables import unit_of
from kzsim.network.model import MS_PER_HOUR

if TYPE_CHECKING:
    import pandas as pd

CAP = 100
"""Replications after which a run stops, precise enough or not, if nothing else is said."""
DECLARED = ("crossing_time",)
"""Indicators that must be precise where none are named."""
CODE = "precision_asked"
REPLACED = ("precision", "no_interval")
"""Codes of the judgements that this one stands in for."""

FLOORS = {"h": UNCHANGED_WITHIN_MS / MS_PER_HOUR, "share": 0.01}
FLOOR_ELSEWHERE = 0.1
"""Half-widths that are always small enough, by unit: 5 min, one percentage point, else a tenth."""

_UNIT = {indicator.name: indicator.unit for indicator in INDICATORS}
_COMPARED_AT = {name: number for number, name in enumerate(COMPARED)}


@dataclass(frozen=True)
class Enough:
    """Half-widths wanted: at most ``relative`` of the mean (or the floor of the unit), up to ``cap`` runs.

    Of every flow each of ``indicators`` and, if there is a counterfactual, their differences, which are
    measured against the mean without corridors. Raises MethodError for what makes no sense.
    """

    relative: float
    cap: int = CAP
    indicators: tuple[str, ...] = DECLARED

    def __post_init__(self) -> None:
        if not 0 < self.relative < 1:
            raise MethodError(
                f"a precision lies between 0 and 100 % of the mean, got {100 * self.relative:g} %"
            )
        if self.cap < LEAST_FIRST:
            raise MethodError(
                f"precision needs at least {LEAST_FIRST} replications, and {self.cap} is the "
                "most that are allowed"
            )
        check_indicators(self.indicators)

    @property
    def rounds(self) -> Rounds:
        """After how many replications precision is looked at."""
        return Rounds(cap=self.cap)

    @property
    def document(self) -> dict[str, Any]:
        """What was asked, as plain values."""
        return {"relative": self.relative, "cap": self.cap, "indicators": list(self.indicators)}


@dataclass(frozen=True)
class _Row:
    """A figure that must be precise: an indicator of a cell, or its difference."""

    target: Target
    cell: int
    indicator: str
    difference: bool


def look(asked: Enough, seen: Collected, pairs: Sequence[Pairs]) -> tuple[Precision, pd.DataFrame]:
    """Where a run stands, and the same as a table of one row for each figure.

    ``pairs`` are empty without a counterfactual. A figure that no replication has is left out.
    """
    rows = _rows(asked, seen.layout, differences=bool(pairs))
    values = [_values(row, seen, pairs) for row in rows]
    scale = [_base(row, pairs) if row.difference else own for row, own in zip(rows, values, strict=True)]
    there = [number for number, own in enumerate(values) if not all(math.isnan(value) for value in own)]
    if not there:
        raise MethodError("no flow has a value of the indicators that must be precise")
    found = precision(
        np.array([values[number] for number in there]),
        [rows[number].target for number in there],
        asked.rounds,
        np.array([scale[number] for number in there]),
    )
    return found, _table([rows[number] for number in there], found, seen.layout)


def _rows(asked: Enough, layout: Layout, *, differences: bool) -> list[_Row]:
    rows = []
    for difference in (False, True)[: 1 + differences]:
        for cell in layout.headlines:
            for name in asked.indicators:
                if difference and name not in COMPARED:
                    continue
                what = f"{'difference of ' if difference else ''}{name.replace('_', ' ')}"
                target = Target(f"{what} at {layout.cells[cell].spoken}", asked.relative, floor(name))
                rows.append(_Row(target, cell, name, difference))
    return rows


def floor(indicator: str) -> float:
    """The half-width that is always small enough, in the indicator's unit."""
    return FLOORS.get(_UNIT[indicator], FLOOR_ELSEWHERE)


def _values(row: _Row, seen: Collected, pairs: Sequence[Pairs]) -> list[float]:
    if not row.difference:
        return [float(values[row.cell, COLUMN[row.indicator]]) for values in seen.indicators]
    at = _COMPARED_AT[row.indicator]
    return [float(pair.alternative[row.cell, at]) - float(pair.base[row.cell, at]) for pair in pairs]


def _base(row: _Row, pairs: Sequence[Pairs]) -> list[float]:
    return [float(pair.base[row.cell, _COMPARED_AT[row.indicator]]) for pair in pairs]


def _table(rows: Sequence[_Row], found: Precision, layout: Layout) -> pd.DataFrame:
    import pandas as pd

    made = []
    for row, one in zip(rows, found.targets, strict=True):
        cell = layout.cells[row.cell]
        made.append(
            {
                **dict(zip(("crossing", "mode", "direction", "class", "corridor"), cell.key, strict=True)),
                "indicator": row.indicator,
                "unit": unit_of(_UNIT[row.indicator], cell.mode),
                "figure": "difference" if row.difference else "mean",
                "mean": one.estimate.mean,
                "half_width": one.estimate.half_width,
                "allowed": one.allowed,
                "met": one.met,
                "replications": one.estimate.n,
                "replications_needed": math.nan if one.needed is None else one.needed,
            }
        )
    return pd.DataFrame(made)


def judgement(asked: Enough, found: Precision) -> Judgement:
    """Whether the run is as precise as was asked, in words."""
    wanted = ", ".join(name.replace("_", " ") for name in asked.indicators)
    floors = sorted({_floor_said(name) for name in asked.indicators})
    text = (
        f"Asked for {wanted} of every flow to within ± {100 * asked.relative:g} % of the mean (or "
        f"± {' or '.join(floors)}), in at most {asked.cap} replications. {found.words()}"
    )
    open_ = [one for one in found.targets if not one.met]
    return Judgement(CODE, found.state == "reached" or not open_, text, float(len(open_)))


def _floor_said(indicator: str) -> str:
    unit = _UNIT[indicator]
    return {"h": "5 min", "share": "1 percentage point"}.get(unit, f"{FLOOR_ELSEWHERE:g} {unit}")
