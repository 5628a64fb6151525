"""A traced replication as a table: a row for each of the entities, what it was and when it did what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from kzsim.engines.outcome import NOT_ENTERED, STILL_INSIDE
from kzsim.indicators.catalogue import account_name
from kzsim.indicators.dictionary import Column
from kzsim.indicators.entity_columns import (
    JOINED,
    LEFT,
    PHASES,
    STARTED,
    account_column,
    entity_table,
    step_name,
)
from kzsim.network.entities import NOT_YET
from kzsim.network.model import Account

if TYPE_CHECKING:
    import numpy.typing as npt

    from kzsim.engines.outcome import I64, Outcome, Trace
    from kzsim.experiments.models import Model
    from kzsim.network.entities import Entities

_LABEL = pa.dictionary(pa.int16(), pa.string())
_TYPES = {"text": _LABEL, "whole number": pa.int64(), "number": pa.float64(), "yes/no": pa.bool_()}


def route_steps(model: Model) -> tuple[tuple[str, ...], ...]:
    """For each route, by number, the name of each of its steps in columns; ValueError if two share one."""
    program, elements = model.program, model.layout.elements
    found = []
    for number, route in enumerate(program.network.routes):
        rows = program.step_element[program.step_ptr[number] : program.step_ptr[number + 1]]
        names = tuple(
            step_name(elements[element].side, elements[element].stage, step.name)
            for element, step in zip(rows, route.steps, strict=True)
        )
        if len(set(names)) < len(names):
            raise ValueError(f"two steps of route '{route.name}' would have the same columns")
        found.append(names)
    return tuple(found)


def all_steps(model: Model) -> tuple[str, ...]:
    """The steps of all routes, each once: those of the longest route first, in its order."""
    longest_first = sorted(route_steps(model), key=len, reverse=True)
    return tuple(dict.fromkeys(name for names in longest_first for name in names))


def entities_schema(model: Model) -> pa.Schema:
    """The columns of ``entities.parquet`` for this model; whole numbers may be empty, nothing else."""
    spec = entity_table(all_steps(model), legs=model.layout.has_legs)
    return pa.schema([_field(column) for column in spec.columns])


def _field(column: Column) -> pa.Field:
    return pa.field(column.name, _TYPES[column.kind], nullable=column.kind == "whole number")


def entities_in_table(model: Model, entities: Entities, outcome: Outcome, replication: int) -> pa.Table:
    """The table of one replication, in the order of the entities; ``outcome`` must have a trace.

    Who would have followed another and never came has no row. Raises ValueError if there is no trace.
    """
    if outcome.trace is None:
        raise ValueError("the engine was not asked for a trace")
    columns = {
        **_who(model, entities, replication),
        **_times(model, outcome, outcome.trace),
        **_steps(model, entities, outcome.trace),
    }
    schema = entities_schema(model)
    table = pa.table([columns[name] for name in schema.names], schema=schema)
    came = outcome.arrival_ms != NOT_YET
    return table if came.all() else table.filter(pa.array(came))


def _who(model: Model, entities: Entities, replication: int) -> dict[str, pa.Array]:
    program, groups = model.program, model.layout.groups
    counts = np.diff(entities.first)
    source = np.repeat(np.arange(len(counts)), counts)

    def by_group(kind: str, values: list[Any]) -> pa.Array:
        if kind == "text":
            labels = sorted(set(values))
            return _labels(labels, np.array([labels.index(value) for value in values])[entities.group])
        return pa.array(np.array(values)[entities.group], _TYPES[kind])

    return {
        "replication": pa.array(np.full(entities.count, replication, dtype=np.int64)),
        "source": _labels(program.source_names, source),
        "index": pa.array(np.arange(entities.count) - entities.first[source]),
        "crossing": by_group("text", [group.crossing for group in groups]),
        "mode": by_group("text", [group.mode for group in groups]),
        "direction": by_group("text", [group.direction for group in groups]),
        "class": by_group("text", [group.klass for group in groups]),
        "corridor": by_group("text", [group.corridor for group in groups]),
        "agricultural": by_group("yes/no", [group.agricultural for group in groups]),
        "loaded": by_group("yes/no", [group.loaded for group in groups]),
        "load_t": by_group("number", [float(group.load_t) for group in groups]),
        "teu": by_group("number", [float(group.teu) for group in groups]),
        "wagons": by_group("number", [float(group.wagons) for group in groups]),
        "leg": by_group("text", [group.leg for group in groups]),
        "network_class": _labels(program.class_names, entities.klass),
        "phase": _labels(PHASES, entities.phase),
    }


def _labels(names: tuple[str, ...] | list[str], codes: npt.NDArray[Any]) -> pa.Array:
    """All names stand in every replication's dictionary, so that equal tables have equal bytes."""
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int16()), pa.array(names, pa.string()))


def _times(model: Model, outcome: Outcome, trace: Trace) -> dict[str, pa.Array]:
    inside = outcome.exit_ms == STILL_INSIDE
    end_ms = np.where(inside, model.program.horizon_ms, outcome.exit_ms)
    return {
        "arrival_ms": pa.array(outcome.arrival_ms),
        "exit_ms": pa.array(outcome.exit_ms, mask=inside),
        "stay_ms": pa.array(end_ms - outcome.arrival_ms),
        "free_flow_ms": pa.array(outcome.free_flow_ms),
        **{
            account_column(account_name(account)): pa.array(trace.account_ms[:, account].copy())
            for account in Account
        },
    }


def _steps(model: Model, entities: Entities, trace: Trace) -> dict[str, pa.ChunkedArray]:
    """One chunk a source. Those of steps that a route has not are the same one: most of a wide table."""
    steps = route_steps(model)
    of_source = [steps[route] for route in model.program.source_route.tolist()]
    nowhere = [pa.nulls(count, pa.int64()) for count in np.diff(entities.first).tolist()]

    def chunks(name: str, plane: tuple[I64, ...]) -> list[pa.Array]:
        return [
            _instants(rows[:, names.index(name)]) if name in names else nothing
            for names, rows, nothing in zip(of_source, plane, nowhere, strict=True)
        ]

    planes = {JOINED: trace.joined_ms, STARTED: trace.start_ms, LEFT: trace.end_ms}
    return {
        f"{name}{ending}": pa.chunked_array(chunks(name, plane), pa.int64())
        for name in all_steps(model)
        for ending, plane in planes.items()
    }


def _instants(column: I64) -> pa.Array:
    return pa.array(column.copy(), mask=column == NOT_ENTERED)
