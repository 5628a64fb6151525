"""A mode as a whole in a stored comparison: all its flows put together, replication by replication."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kzsim.brief.changes import cell_of, flow_of
from kzsim.brief.rows import records
from kzsim.indicators.intervals import Estimate, estimate
from kzsim.indicators.layout import ALL, HEADLINE

if TYPE_CHECKING:
    from kzsim.experiments.studies import Study


def pooled_changes(study: Study, alternative: str) -> Iterator[tuple[str, Estimate, Estimate, Estimate]]:
    """Of each mode: name; mean crossing time in hours in the base, in the alternative, and the difference.

    Each flow is weighed by the number followed in it over all replications, so that the weights are the
    same in every replication and in both worlds.
    """
    differences = [
        row
        for row in records(study.table("differences"))
        if row["alternative"] == alternative and row["indicator"] == "crossing_time" and _first(row)
    ]
    weight = {flow_of(row): int(row["n"]) for row in differences}
    values: dict[tuple[str, int], list[tuple[float, float, float]]] = {}
    for row in records(study.table("pairs")):
        if row["alternative"] != alternative or row["indicator"] != "crossing_time" or not _first(row):
            continue
        pair = (float(row["base"]), float(row["alternative_value"]))
        if not any(math.isnan(value) for value in pair):
            key = (str(row["mode"]), int(row["replication"]))
            values.setdefault(key, []).append((float(weight[flow_of(row)]), *pair))
    for mode in dict.fromkeys(mode for mode, _ in values):
        own = [rows for (name, _), rows in values.items() if name == mode]
        base = [_mean(rows, 1) for rows in own]
        here = [_mean(rows, 2) for rows in own]
        moved = [after - before for after, before in zip(here, base, strict=True)]
        yield mode, estimate(base), estimate(here), estimate(moved)


def _first(row: dict[str, object]) -> bool:
    """Whether a row is of everybody, on rail of all loaded trains."""
    *_, klass, corridor = cell_of(row)
    return corridor == ALL and klass == HEADLINE.get(str(row["mode"]), ALL)


def _mean(rows: list[tuple[float, float, float]], at: int) -> float:
    return math.fsum(row[0] * row[at] for row in rows) / math.fsum(row[0] for row in rows)
