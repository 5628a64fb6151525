"""One model, one replication: draws, engine, indicators."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from kzsim.engines.errors import DeadlockError
from kzsim.experiments.errors import ReplicationDeadlockError
from kzsim.experiments.models import Model
from kzsim.indicators.comparison import Passage
from kzsim.indicators.errors import InvariantError
from kzsim.indicators.summary import Observed, Summary, summarise

if TYPE_CHECKING:
    import pyarrow as pa

    from kzsim.engines.choice import Run
    from kzsim.engines.outcome import Outcome
    from kzsim.network.entities import Entities


Table = npt.NDArray[np.generic]

BUCKETS = ("times", "waits", "spans")


@dataclass(frozen=True)
class Seen:
    """What was seen of one run; ``passage`` only if it was to be kept, ``table`` if it was traced."""

    summary: Summary
    passage: Passage | None
    entities: Entities
    hash: str
    table: pa.Table | None


def run_once(
    engine: Run,
    model: Model,
    seed: int,
    replication: int,
    which: str,
    *,
    passage: bool,
    hourly: bool,
    trace: bool = False,
    go_on: Callable[[], None] = lambda: None,
) -> Seen:
    """Run one replication of a model and reduce it to its indicators.

    ``which`` names the model in messages; ``go_on`` is called between the parts of the work and may
    raise to end it. Raises ReplicationDeadlockError or InvariantError.
    """
    from kzsim.draws import draw

    go_on()
    entities = draw(model.program, seed, replication)
    go_on()
    try:
        outcome = engine(model.program, entities, passage=passage, trace=trace)
    except DeadlockError as error:
        raise ReplicationDeadlockError(error.at_ms, error.waiters, replication, which) from error
    go_on()
    seen = Observed(
        observers=outcome.observers,
        account_ms=outcome.account_ms,
        in_line=outcome.in_line,
        in_zone=outcome.in_zone,
        busy_ms=outcome.busy_ms,
        capacity_ms=outcome.capacity_ms,
    )
    kept = None
    if outcome.passage is not None:
        kept = Passage(
            outcome.passage.arrival_ms,
            outcome.passage.exit_ms,
            outcome.passage.free_flow_ms,
            entities.phase,
            entities.is_follower,
        )
    try:
        summary = summarise(model.layout, seen, hourly=hourly)
    except InvariantError as error:
        raise InvariantError(f"replication {replication} of the {which}: {error}") from error
    table = None
    if trace:
        from kzsim.experiments.entities_table import entities_in_table

        table = entities_in_table(model, entities, outcome, replication)
    return Seen(summary, kept, entities, outcome_hash(outcome), table)


def outcome_hash(outcome: Outcome) -> str:
    """Sha256 in hex over all observers, accounts, lines, zones and busy times.

    The observers' digest stands for every exit and free-flow time. Tables little-endian, row by row; of
    the tables of buckets, nearly all of them empty, the places that are not 0 and what stands there.
    Equal for both engines, on every machine, whatever else was kept.
    """
    found = hashlib.sha256()
    tables = outcome.observers.tables()
    for name, table in tables.items():
        for part in _filled(table) if name in BUCKETS else (table,):
            _add(found, part)
    for part in (outcome.account_ms, outcome.in_line, outcome.in_zone, outcome.busy_ms):
        _add(found, part)
    return found.hexdigest()


def _filled(table: Table) -> tuple[Table, Table, Table]:
    flat = table.ravel()
    places = np.flatnonzero(flat)
    return np.array(table.shape), places, flat[places]


def _add(found: hashlib._Hash, table: Table) -> None:
    found.update(np.ascontiguousarray(table, dtype=table.dtype.newbyteorder("<")).data)
