"""How many are at each crossing on each day, for the map that is played over the year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from kzsim.indicators.legs import AT_HOME

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

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
    of_inside, of_line = ((hourly["quantity"] == name).to_numpy() for name in (INSIDE, IN_LINE))
    of_line = of_line & ~_at_home(hourly)
    rows = of_inside | of_line
    if not rows.any():
        return None
    numbers, flows = _flows(hourly, rows)
    instants, at = np.unique(hourly["instant"].to_numpy()[rows], return_index=True)
    # the clock may change within the period: days are counted in hours from its first midnight
    times = hourly["time_utc"][rows].iloc[at]
    day_of = ((times - start).dt.total_seconds() // 86_400).astype("int64").to_numpy()
    days = int(min(horizon_days, day_of.max() + 1))
    readings = np.bincount(day_of[(day_of >= 0) & (day_of < days)], minlength=days)
    day = day_of[np.searchsorted(instants, hourly["instant"].to_numpy()[rows])]
    mean = hourly["mean"].to_numpy(dtype=np.float64)[rows]
    within = (day >= 0) & (day < days)

    def daily(wanted: npt.NDArray[np.bool_]) -> F64:
        """Means over the hours of a day. By numbers: a year of hours has two million rows."""
        taken = within & wanted[rows]
        sums = np.bincount(
            numbers[taken] * days + day[taken], weights=mean[taken], minlength=len(flows) * days
        )
        return sums.reshape(len(flows), days) / np.maximum(readings, 1)

    first = start.date()
    return Queues(
        flows,
        tuple(first + timedelta(days=number) for number in range(days)),
        min(run_in, days),
        daily(of_inside),
        daily(of_line),
    )


def _at_home(hourly: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether a row is of a line before the border, in which nobody is inside; of none without other legs."""
    import numpy as np

    if not (hourly["quantity"] == AT_HOME).any():
        return np.zeros(len(hourly), dtype=np.bool_)
    from kzsim.border.labels import BEFORE_THE_POST

    return np.asarray((hourly["mode"] == "road") & hourly["stage"].isin(BEFORE_THE_POST), dtype=np.bool_)


def _flows(
    hourly: pd.DataFrame, rows: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.int64], tuple[tuple[str, str, str], ...]]:
    """The number of its flow for each of these rows, and the flows in the order in which they come."""
    import numpy as np
    import pandas as pd

    codes = np.zeros(int(rows.sum()), dtype=np.int64)
    names = []
    for name in ("crossing", "mode", "direction"):
        column = pd.Categorical(hourly[name])
        codes = codes * len(column.categories) + column.codes[rows]
        names.append([str(one) for one in column.categories])
    numbers, found = pd.factorize(codes)
    parts = np.unravel_index(found, [len(one) for one in names])
    flows = [
        (names[0][crossing], names[1][mode], names[2][direction])
        for crossing, mode, direction in zip(*parts, strict=True)
    ]
    return numbers, tuple(flows)
