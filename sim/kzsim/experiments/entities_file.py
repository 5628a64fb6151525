"""``entities.parquet``: one row group a replication, written as they come, whole or not at all."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from kzsim.experiments.disk import check_space, said_plainly
from kzsim.experiments.entities_table import entities_schema
from kzsim.experiments.errors import ResultsError
from kzsim.indicators.entity_columns import ENTITIES
from kzsim.network.model import ChoiceStage, Network
from kzsim.network.size import expected_entities

if TYPE_CHECKING:
    from kzsim.experiments.models import Model

BYTES_AN_ENTITY = 45
BYTES_A_STEP = 7.5
"""A row takes so many bytes, and so many for each step of its route, entered or not.

Measured on ``baseline_2023``, one replication: 285 B a truck on routes of 33 steps in the mean, 80 B a
train on routes of 5.
"""


def expected_bytes(model: Model, replications: int) -> float:
    """About how large the file of so many replications becomes."""
    program = model.program
    steps: list[int] = np.diff(program.step_ptr)[program.source_route].tolist()
    number = {name: steps[i] for i, name in enumerate(program.source_names)}
    rows = (
        expected * (BYTES_AN_ENTITY + BYTES_A_STEP * number[name])
        for name, expected in expected_entities(program.network).items()
        if name not in _gone_otherwise(program.network)
    )
    return replications * math.fsum(rows)


def _gone_otherwise(network: Network) -> frozenset[str]:
    """Sources that follow who ends a leg by a choice instead of going on: few, and nobody knows how many."""
    choices = {stage.name for stage in network.stages if isinstance(stage, ChoiceStage)}
    at_choice = {
        (route.name, step.name) for route in network.routes for step in route.steps if step.stage in choices
    }
    routes = {source.name: source.route for source in network.sources}
    return frozenset(
        source.name
        for source in network.sources
        if source.follows is not None and (routes[source.follows.source], source.follows.step) in at_choice
    )


@contextmanager
def written(path: Path, model: Model, replications: int) -> Iterator[Callable[[pa.Table], None]]:
    """A function that writes the next replication's table to the file, which is there when all is done.

    Raises ResultsError before anything is run if the path is a folder or the disk has no room for what is
    expected, and later if the disk is full; then, and on any other error or interruption, nothing is left.
    """
    if path.is_dir():
        raise ResultsError(
            f"{path}: this is a folder, and the trace of entities is a file.",
            f"Name a file, such as {path / ENTITIES}.",
        )
    check_space(path.parent, path.name, expected_bytes(model, replications))
    schema = entities_schema(model)
    temporary = path.with_name(f".tmp-{os.getpid()}-{path.name}")
    try:
        with said_plainly(path.parent), temporary.open("wb") as file:
            writer = _writer(file, schema)

            def write(table: pa.Table) -> None:
                with said_plainly(path.parent):
                    writer.write_table(table, row_group_size=max(1, table.num_rows))

            try:
                yield write
            except BaseException:
                # it would close itself later, when its file is gone
                with suppress(OSError, pa.ArrowException):
                    writer.close()
                raise
            writer.close()
            file.flush()
            os.fsync(file.fileno())
        with said_plainly(path.parent):
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _writer(file: object, schema: pa.Schema) -> pq.ParquetWriter:
    """Instants and durations as differences, a third smaller than plain and written faster."""
    numbers = [field.name for field in schema if pa.types.is_integer(field.type)]
    return pq.ParquetWriter(
        file,
        schema,
        compression="zstd",
        version="2.6",
        data_page_version="1.0",
        use_dictionary=[field.name for field in schema if field.name not in numbers],
        column_encoding=dict.fromkeys(numbers, "DELTA_BINARY_PACKED"),
    )


class StoredEntities:
    """The file of a stored run, to be compared with replications made again."""

    def __init__(self, path: Path) -> None:
        """Raises ResultsError if it is no such file."""
        try:
            self._file = pq.ParquetFile(path)
        except (OSError, pa.ArrowException) as error:
            raise ResultsError(
                f"{path}: this is not a trace of entities: {error}.",
                "Remove the folder and run the scenario again.",
            ) from error

    def equal(self, replication: int, table: pa.Table) -> bool:
        """Whether the rows of this replication are those of the table, all columns, in the same order."""
        if replication >= self._file.num_row_groups or self._file.schema_arrow.names != table.schema.names:
            return False
        stored = self._file.read_row_group(replication)
        return all(_plain(a).equals(_plain(b)) for a, b in zip(stored.columns, table.columns, strict=True))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Labels spelt out: the numbers that a dictionary gives them are nobody's business."""
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
