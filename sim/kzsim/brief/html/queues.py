"""How many are at each crossing on each day, for the map that is played over the year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from kzsim.brief.changes import flow_of, records

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from kzsim.experiments.studies import Study

    F64 = npt.NDArray[np.float64]

INSIDE, IN_LINE = "inside", "in_line"


@dataclass(frozen=True)
class Queues:
    """Daily means over hours and replications, by crossing, mode and direction.

    ``inside``, ``in_line``: float64 [flows, days]: those at the crossing, and those of them who stand in a
    line. ``days``: in Kazakhstan's clock; the first ``run_in`` of them are not measured.
    """

    flows: tuple[tuple[str, str, str], ...]
    days: tuple[date, ...]
    run_in: int
    inside: F64
    in_line: F64


def queues(study: Study) -> Queues | None:
    """Those of a stored run; None if it holds no hourly readings."""
    import numpy as np

    if not study.has("hourly"):
        return None
    hourly = study.table("hourly")
    start = datetime.fromisoformat(str(study.manifest["start"]))
    horizon_days = -(-int(study.manifest["horizon_ms"]) // 86_400_000)
    run_in = int(study.manifest["run_in_ms"]) // 86_400_000
    kept = hourly[hourly["quantity"].isin([INSIDE, IN_LINE])]
    if kept.empty:
        return None
    # the clock may change within the period: days are counted in hours from its first midnight
    times = kept.drop_duplicates("instant").set_index("instant")["time_utc"]
    day_of = ((times - start).dt.total_seconds() // 86_400).astype("int64")
    readings = day_of.value_counts()
    keys = ["quantity", "crossing", "mode", "direction"]
    by_reading = kept.groupby([*keys, "instant"], observed=True, sort=False)["mean"].sum().reset_index()
    by_reading["day"] = by_reading["instant"].map(day_of)
    sums = by_reading.groupby([*keys, "day"], observed=True, sort=False)["mean"].sum().reset_index()
    flows = tuple(dict.fromkeys(flow_of(row) for row in records(sums)))
    days = int(min(horizon_days, day_of.max() + 1))
    tables = {name: np.zeros((len(flows), days)) for name in (INSIDE, IN_LINE)}
    at = {flow: number for number, flow in enumerate(flows)}
    for row in records(sums):
        day = int(row["day"])
        if 0 <= day < days:
            tables[str(row["quantity"])][at[flow_of(row)], day] = float(row["mean"]) / int(readings[day])
    first = start.date()
    return Queues(
        flows,
        tuple(first + timedelta(days=number) for number in range(days)),
        min(run_in, days),
        tables[INSIDE],
        tables[IN_LINE],
    )
