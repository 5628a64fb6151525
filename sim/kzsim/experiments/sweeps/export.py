"""From the ledger of a sweep to tidy tables: one row for each point, cell and indicator.

The ledger is read once, point by point; memory holds one point and some rows of the table.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from kzsim.experiments.sweeps.cells import Key, Names, Stored, names_of, stored
from kzsim.experiments.sweeps.database import LEDGER, damaged
from kzsim.experiments.sweeps.digest import Digest
from kzsim.experiments.sweeps.ledger import read_hashed
from kzsim.experiments.sweeps.payload import PayloadError
from kzsim.experiments.sweeps.points import Points
from kzsim.indicators.catalogue import INDICATORS, QUANTILES
from kzsim.indicators.columns import Estimates, estimate_columns
from kzsim.indicators.layout import ALL, HEADLINE
from kzsim.indicators.tables import unit_of
from kzsim.scenario.model import Plain

RESULTS_PARQUET, RESULTS_CSV, POINTS_CSV = "results.parquet", "results.csv", "points.csv"
MOST_COLUMNS = 12
"""Up to so many parameters stand in the table of results itself; of more it holds the number of the point."""
NOT_VALUES = ("point", "replications", "failure")
"""The columns of the table of points that are no parameters."""
CELL = ("crossing", "mode", "direction", "class", "corridor")
NUMBERS = ("mean", "low", "high")
_BATCH_ROWS = 200_000
_BATCH_VALUES = 200_000
"""Numbers whose means are taken at once; 1.6 MB, a few times that while it is done."""
_OF_THOSE_THROUGH = frozenset(f"crossing_time_{name}" for name, _ in QUANTILES)
_UNITS = {indicator.name: indicator.unit for indicator in INDICATORS}


@dataclass(frozen=True)
class HeadRow:
    """One indicator of one crossing, mode and direction at one point: everybody, on rail loaded trains."""

    point: int
    flow: tuple[str, str, str]
    indicator: str
    unit: str
    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Exported:
    """``digest`` is that of all results; ``head`` the rows that a screen shows; ``rows`` of the tables."""

    digest: str
    results: int
    rows: int
    head: tuple[HeadRow, ...]


@dataclass(frozen=True)
class Reduced:
    """All replications of a point that gave a result, put together."""

    point: int
    names: Names
    shown: tuple[int, ...]
    found: Estimates
    """Of ``names.cells`` times ``shown``, in this order."""


def export(folder: Path, points: Points, wanted: Sequence[str], head: Sequence[str], write: Path) -> Exported:
    """Write the tables of the sweep in ``folder`` into the folder ``write``.

    ``wanted`` indicators stand in the files (empty: all), ``head`` ones on the screen. Raises ResultsError
    (DamagedError if a row is not as it was written).
    """
    digest, count = Digest(), [0]
    rows = 0
    chosen: list[HeadRow] = []
    columns = Columns(points)
    with _Writer(write, columns.schema) as writer:
        for reduced in reduce_points(folder, (*wanted, *(head if wanted else ())), digest, count):
            chosen += _head_rows(reduced, head)
            made = columns.table(reduced, wanted)
            rows += made.num_rows
            writer.add(made)
    return Exported(digest.hex, count[0], rows, tuple(chosen))


def reduce_points(folder: Path, wanted: Sequence[str], digest: Digest, count: list[int]) -> Iterator[Reduced]:
    """Each point that has a result, rising, with means and intervals of the wanted indicators (empty: all).

    ``digest`` and ``count`` take in every result that is read.
    """
    seen: dict[bytes, Names] = {}

    def taken() -> Iterator[tuple[int, Stored]]:
        for point, replication, payload, hashed in read_hashed(folder):
            digest.add(point, replication, hashed)
            count[0] += 1
            try:
                found = stored(payload)
                if found.packed not in seen:
                    seen[found.packed] = names_of(found)
            except PayloadError as error:
                where = f"point {point}, replication {replication}"
                raise damaged(folder / LEDGER, f"the result of {where} cannot be read: {error}") from error
            yield point, found

    def gathered() -> Iterator[_Gathered]:
        for point, group in groupby(taken(), key=lambda pair: pair[0]):
            results = [found for _, found in group]
            if len({found.packed for found in results}) > 1:
                raise damaged(folder / LEDGER, f"the results of point {point} are of different cells")
            names = seen[results[0].packed]
            columns = enumerate(names.indicators)
            shown = tuple(column for column, name in columns if not wanted or name in wanted)
            values = np.stack([found.values.take(shown, axis=1).ravel() for found in results])
            yield _Gathered(point, names, shown, values)

    for batch in _batches(gathered()):
        yield from _reduced(batch)


@dataclass(frozen=True)
class _Gathered:
    """The values of a point: float64 [results, cells x shown]."""

    point: int
    names: Names
    shown: tuple[int, ...]
    values: npt.NDArray[np.float64]


def _batches(points: Iterable[_Gathered]) -> Iterator[list[_Gathered]]:
    """Points in their order, some with equally many results together.

    A call of NumPy costs as much as its work on the few columns of one point.
    """
    batch: list[_Gathered] = []
    size = 0
    for one in points:
        if batch and (size >= _BATCH_VALUES or len(one.values) != len(batch[0].values)):
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += one.values.size
    if batch:
        yield batch


def _reduced(batch: Sequence[_Gathered]) -> Iterator[Reduced]:
    """Each point of a batch by itself again, with means and intervals."""
    every = estimate_columns(np.concatenate([one.values for one in batch], axis=1))
    at = 0
    for one in batch:
        own = slice(at, at + one.values.shape[1])
        found = Estimates(every.mean[own], every.low[own], every.high[own], every.n[own])
        yield Reduced(
            one.point, one.names, one.shown, _complete(one.names, one.shown, found, len(one.values))
        )
        at = own.stop


def _complete(names: Names, shown: tuple[int, ...], found: Estimates, replications: int) -> Estimates:
    """Quantiles that some replications do not have would be those of the lucky ones: they have none."""
    partly = np.array([names.indicators[column] in _OF_THOSE_THROUGH for column in shown])
    missing = np.tile(partly, len(names.cells)) & (found.n < replications) & (found.n > 0)
    if not missing.any():
        return found
    mean, low, high = (np.where(missing, np.nan, one) for one in (found.mean, found.low, found.high))
    return Estimates(mean, low, high, found.n)


def _head_rows(reduced: Reduced, head: Sequence[str]) -> Iterator[HeadRow]:
    width = len(reduced.shown)
    place = {reduced.names.indicators[column]: at for at, column in enumerate(reduced.shown)}
    for cell, key in enumerate(reduced.names.cells):
        if not is_headline(key):
            continue
        for name in head:
            at = cell * width + place[name]
            found = reduced.found
            yield HeadRow(
                reduced.point,
                key[:3],
                name,
                unit_of(_UNITS.get(name, ""), key[1]),
                float(found.mean[at]),
                float(found.low[at]),
                float(found.high[at]),
                int(found.n[at]),
            )


def head_of(table: pa.Table, head: Sequence[str]) -> tuple[HeadRow, ...]:
    """The rows that a screen shows, from the table of results; those that nobody has are not in it."""
    columns = ("point", *CELL, "indicator", "unit", *NUMBERS, "n")
    shown = pc.is_in(table.column("indicator"), value_set=pa.array(head))
    few = table.filter(pc.and_(shown, pc.equal(table.column("corridor"), ALL)))
    found = []
    rows = zip(*(few.column(name).to_pylist() for name in columns), strict=True)
    for point, *cell, indicator, unit, mean, low, high, n in rows:
        key = (cell[0], cell[1], cell[2], cell[3], cell[4])
        if is_headline(key):
            one, two, three = (math.nan if value is None else float(value) for value in (mean, low, high))
            found.append(HeadRow(point, key[:3], indicator, unit, one, two, three, int(n)))
    place = {name: at for at, name in enumerate(head)}
    flows = list(dict.fromkeys(row.flow for row in found))
    return tuple(sorted(found, key=lambda row: (row.point, flows.index(row.flow), place[row.indicator])))


def is_headline(key: Key) -> bool:
    """Whether the first figures of a crossing, mode and direction speak of this cell."""
    return key[3] == HEADLINE.get(key[1], ALL) and key[4] == ALL


class Columns:
    """The columns of the table of results: point, parameters, cell, indicator, unit, mean, interval, n."""

    def __init__(self, points: Points) -> None:
        self._points = points
        names = points.names if len(points.names) <= MOST_COLUMNS else ()
        words = _names_of_words(points) if names else set()
        self._parameters = tuple(
            Parameter(name, "" if name in words else points.units.get(name, ""), name not in words)
            for name in names
        )
        text = pa.dictionary(pa.int32(), pa.string())
        self.schema = pa.schema(
            [
                ("point", pa.int64()),
                *((one.heading, pa.float64() if one.numeric else pa.string()) for one in self._parameters),
                *((name, text) for name in (*CELL, "indicator", "unit")),
                *((name, pa.float64()) for name in NUMBERS),
                ("n", pa.int64()),
            ]
        )
        self._texts: dict[tuple[Names, tuple[int, ...]], list[pa.DictionaryArray]] = {}

    def table(self, reduced: Reduced, wanted: Sequence[str]) -> pa.Table:
        """The rows of one point; indicators that no replication has in a cell are left out."""
        names, shown, found = reduced.names, reduced.shown, reduced.found
        there = found.n > 0
        if wanted:
            declared = np.array([names.indicators[column] in wanted for column in shown])
            there &= np.tile(declared, len(names.cells))
        at = np.flatnonzero(there)
        index = pa.array(at)
        values = self._points.values(reduced.point) if self._parameters else {}
        numbers = self._points.numbers(reduced.point) if self._parameters else {}
        columns: list[Any] = [pa.array(np.full(len(at), reduced.point, dtype=np.int64))]
        columns += [one.column(values, numbers, len(at)) for one in self._parameters]
        columns += [texts.take(index) for texts in self._texts_of(names, shown)]
        columns += [pa.array(one[at], from_pandas=True) for one in (found.mean, found.low, found.high)]
        columns.append(pa.array(found.n[at]))
        return pa.Table.from_arrays(columns, schema=self.schema)

    def _texts_of(self, names: Names, shown: tuple[int, ...]) -> list[pa.DictionaryArray]:
        made = self._texts.get((names, shown))
        if made is None:
            indicators = [names.indicators[column] for column in shown]
            rows = [
                (*key, name, unit_of(_UNITS.get(name, ""), key[1]))
                for key in names.cells
                for name in indicators
            ]
            made = [pa.array(column).dictionary_encode() for column in zip(*rows, strict=True)]
            self._texts[names, shown] = made
        return made


@dataclass(frozen=True)
class Parameter:
    """A varied key: numbers in their unit, which the heading names, or text as it was written."""

    name: str
    unit: str
    numeric: bool

    @property
    def heading(self) -> str:
        """``KEY [unit]``."""
        return f"{self.name} [{self.unit}]" if self.unit else self.name

    def column(self, values: dict[str, Plain], numbers: dict[str, float | None], length: int) -> pa.Array:
        """The value at one point, so many times; null where a list leaves it as the scenario has it."""
        if self.numeric:
            return pa.array([numbers.get(self.name)] * length, type=pa.float64())
        return pa.array(
            [_text(values[self.name]) if self.name in values else None] * length, type=pa.string()
        )


def _names_of_words(points: Points) -> set[str]:
    """The names of which some point has a value that is no quantity."""
    return {
        name
        for point in range(len(points))
        for name, number in points.numbers(point).items()
        if number is None
    }


def _text(value: Plain) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def write_points(path: Path, points: Points, done: npt.NDArray[np.int64], messages: dict[int, str]) -> None:
    """``points.csv``: a row a point: its values as written, how many replications it has, what failed."""
    names = points.names
    rows = [points.values(point) for point in range(len(points))]
    columns: dict[str, Any] = {NOT_VALUES[0]: list(range(len(points)))}
    for name in names:
        columns[name] = [_text(row[name]) if name in row else None for row in rows]
    columns[NOT_VALUES[1]] = done
    columns[NOT_VALUES[2]] = [messages.get(point) for point in range(len(points))]
    pacsv.write_csv(pa.table(columns), path)


class _Writer:
    """Parquet and CSV at once, some hundred thousand rows at a time."""

    def __init__(self, folder: Path, schema: pa.Schema) -> None:
        self._schema = schema
        plain = pa.schema(
            [pa.field(one.name, pa.string()) if pa.types.is_dictionary(one.type) else one for one in schema]
        )
        self._plain = plain
        self._parquet = pq.ParquetWriter(
            folder / RESULTS_PARQUET, plain, compression="zstd", version="2.6", data_page_version="1.0"
        )
        self._csv = pacsv.CSVWriter(
            folder / RESULTS_CSV, plain, write_options=pacsv.WriteOptions(quoting_style="needed")
        )
        self._waiting: list[pa.Table] = []
        self._rows = 0

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._flush()
        finally:
            self._csv.close()
            self._parquet.close()

    def add(self, table: pa.Table) -> None:
        """Add the rows of a point."""
        self._waiting.append(table)
        self._rows += table.num_rows
        if self._rows >= _BATCH_ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            table = pa.concat_tables(self._waiting).unify_dictionaries().cast(self._plain)
            self._parquet.write_table(table)
            self._csv.write_table(table)
        self._waiting, self._rows = [], 0
