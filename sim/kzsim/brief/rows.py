"""Rows of a run's tables, as plain values by the names of their columns."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[str, Any]
Cell = tuple[str, str, str, str, str, str]


def by_cell(table: pd.DataFrame) -> dict[Cell, Row]:
    """Each row by its crossing, mode, direction, class, corridor and indicator."""
    columns = ("crossing", "mode", "direction", "class", "corridor", "indicator")
    return {tuple(row[name] for name in columns): row for row in records(table)}


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """All rows, in their order."""
    names = [str(name) for name in table.columns]
    return [dict(zip(names, values, strict=True)) for values in table.itertuples(index=False, name=None)]


def number(value: Any) -> float | None:
    """A finite number, or None."""
    if value is None:
        return None
    found = float(value)
    return found if math.isfinite(found) else None
