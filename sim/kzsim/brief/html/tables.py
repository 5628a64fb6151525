"""The table beside a chart: its numbers as cells in the language of the page, and as CSV."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from kzsim.brief.html.headings import heading

if TYPE_CHECKING:
    import pandas as pd

    from kzsim.language import Speaker

MOST_ROWS, FIRST_ROWS = 32, 12
"""Of a table with more rows than the one so many of the other are shown; the whole is in the download."""
CSV_FIGURES, LONG_FIGURES, LONG = 6, 4, 1_000
"""Significant figures of numbers in a download, and in one of more rows; the results folder has all."""


@dataclass(frozen=True)
class Shown:
    """A table as text. ``numeric`` by column; ``left_out`` rows are in ``csv`` only."""

    columns: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    left_out: int
    csv: str


def shown(table: pd.DataFrame, say: Speaker) -> Shown:
    """A tidy table of plotted numbers, names in words."""
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    whole = csv_text(table)
    # what no row has, such as the alternative's name in a run, says nothing on the page
    table = table.loc[:, [not (table[name].isna() | (table[name] == "")).all() for name in table.columns]]
    names = [str(name) for name in table.columns]
    numeric = tuple(
        is_numeric_dtype(table[name]) and not is_bool_dtype(table[name]) for name in table.columns
    )
    told = _words(say)
    head = table if len(table) <= MOST_ROWS else table.head(FIRST_ROWS)
    cells = [
        [_cell(say, told.get(name), value, number) for value in head[column]]
        for name, column, number in zip(names, table.columns, numeric, strict=True)
    ]
    return Shown(
        tuple(heading(say, name) for name in names),
        numeric,
        tuple(zip(*cells, strict=True)),
        len(table) - len(head),
        whole,
    )


def csv_text(table: pd.DataFrame) -> str:
    """The table with its own column names, and its numbers rounded."""
    figures = CSV_FIGURES if len(table) <= LONG else LONG_FIGURES
    return table.to_csv(index=False, lineterminator="\n", float_format=f"%.{figures}g")


def _cell(say: Speaker, word: Callable[[str], str] | None, value: Any, number: bool) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return "–"
    if number:
        return say.number(float(value), 0) if float(value).is_integer() else say.figure(float(value))
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    text = str(value)
    return text if word is None or not text else word(text)


def _words(say: Speaker) -> dict[Hashable, Callable[[str], str]]:
    """Columns whose texts are keys that have words."""
    from kzsim.figures.servers import pool_words

    return {
        "crossing": say.crossing,
        "most_to": say.crossing,
        "mode": say.mode,
        "direction": say.direction,
        "class": say.class_,
        "corridor": say.corridor,
        "account": say.account,
        "indicator": say.indicator,
        "unit": say.unit,
        "side": say.side,
        "stage": say.stage,
        "bound_side": say.side,
        "bound_stage": say.stage,
        "binds": say.binds,
        "grade": say.grade,
        "nature": partial(say.word, "nature"),
        "verdict": partial(say.word, "verdict"),
        "pool": partial(pool_words, say=say),
    }
