"""What is not known about the border, for one scenario: its figures over a Latin hypercube of the ranges."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from kzsim.engines.choice import Choice
from kzsim.experiments.methods import (
    Influence,
    Met,
    MethodError,
    ThreeIntervals,
    Unknown,
    over_worlds,
    partial_rank_correlations,
    rank_correlations,
)
from kzsim.experiments.methods.deciding import LEAST_FOR_RANKS, WORLDS_A_PARAMETER
from kzsim.experiments.methods.worlds import LEAST_WORLDS
from kzsim.experiments.replications import Progress
from kzsim.experiments.sweeps.designs import latin_hypercube
from kzsim.experiments.uncertainty.evaluate import Evaluated, Study, evaluate
from kzsim.experiments.uncertainty.outputs import Output, single, values_of
from kzsim.experiments.uncertainty.varied import Varied
from kzsim.experiments.worlds import Together, Worlds
from kzsim.indicators.intervals import Estimate
from kzsim.indicators.layout import Cell, Layout

if TYPE_CHECKING:
    import pandas as pd

    from kzsim.experiments.result import RunResult

F64 = npt.NDArray[np.float64]

POINTS = 100
POINT_REPLICATIONS = 3
"""Replications of a point: what more of them would bring is the share of luck, which is stated."""
DESIGN_SEED = 1
"""Starts the random numbers of the points; those of the runs start at the scenario's own seed."""
SHOWN = ("crossing_time", "throughput_per_day")
CELL = ("crossing", "mode", "direction", "class", "corridor")
"""Columns that name a cell."""
_MET = ("p10", "p50", "p90", "p95")


@dataclass(frozen=True)
class Spread:
    """One figure over the worlds: its distribution, how much of it is luck, and what decides it."""

    output: Output
    unknown: Unknown
    noise_share: float
    influences: tuple[Influence, ...]


def spread_study(varied: Varied, points: int, replications: int, seed: int, layout: Layout) -> Study:
    """The points to be run. Raises MethodError for too few of them or nothing to vary."""
    check_points(varied, points)
    names = ",".join(one.name + one.indicator for one in outputs_of(layout))
    shares = latin_hypercube(varied.names, points, DESIGN_SEED)
    return Study(varied, shares, replications, seed, f"spread {names}")


def check_points(varied: Varied, points: int) -> None:
    """Raise MethodError for fewer points than say anything, or if there is nothing to vary."""
    if not varied.names:
        raise MethodError("nothing to vary: the scenario reads no entry of the evidence that has a range")
    if points < LEAST_WORLDS:
        raise MethodError(f"at least {LEAST_WORLDS} points are needed, got {points}")


def outputs_of(layout: Layout) -> tuple[Output, ...]:
    """The figures that are looked at: of every flow its mean crossing time and throughput."""
    return single(layout, SHOWN)


def run_spread(
    study: Study,
    layout: Layout,
    choice: Choice,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
    kept: Path | None = None,
) -> Evaluated:
    """Run the points of ``spread_study``; values [points, replications, outputs]."""
    return evaluate(
        study, partial(_figures, outputs_of(layout)), choice, jobs=jobs, progress=progress, kept=kept
    )


def _figures(outputs: Sequence[Output], worlds: Worlds, seen: Together) -> F64:
    return values_of(outputs, worlds.model(0).layout, seen.summaries[0])


def spreads(study: Study, layout: Layout, seen: Evaluated) -> tuple[Spread, ...]:
    """The distribution of every figure over the worlds that gave it, and what decides it.

    A figure that too few worlds gave is left out. Raises MethodError if too few gave any.
    """
    good = seen.good
    if len(good) < LEAST_WORLDS:
        raise MethodError(f"only {len(good)} of {len(seen.figures)} points gave a result. {seen.said()}")
    found = []
    for number, output in enumerate(outputs_of(layout)):
        values = seen.figures[good, :, number]
        whole = ~np.isnan(values).any(axis=1)
        if whole.sum() < LEAST_WORLDS:
            continue
        over = over_worlds(values[whole], better=output.better)
        found.append(
            Spread(
                output,
                Unknown.of(over),
                over.noise_share,
                influences(study, output, good[whole], values[whole].mean(axis=1)),
            )
        )
    return tuple(found)


def influences(
    study: Study, output: Output, points: npt.NDArray[np.int64], effects: F64
) -> tuple[Influence, ...]:
    """What of the varied ranges of these flows decides ``effects`` [points], strongest first.

    Partial rank correlations where there are points enough for them, else plain ones that hold at once.
    """
    varied = study.varied
    columns = varied.about(output.cells)
    if not columns or len(points) < LEAST_FOR_RANKS or np.ptp(effects) == 0:
        return ()
    numbers = np.array([varied.numbers(study.shares[point].tolist()) for point in points])[:, list(columns)]
    names = [varied.names[column] for column in columns]
    if len(points) >= WORLDS_A_PARAMETER * (len(names) + 1):
        return partial_rank_correlations(numbers, effects, names, seed=DESIGN_SEED)
    return rank_correlations(numbers, effects, names)


def three_intervals(result: RunResult, found: Sequence[Spread]) -> tuple[tuple[Spread, ThreeIntervals], ...]:
    """The three intervals of every figure of a run, side by side."""
    made = []
    for one in found:
        (cell,) = one.output.cells
        precision = estimate_in(result.indicators, cell, one.output.indicator)
        met = None
        if one.output.indicator == "crossing_time":
            quantiles = [estimate_in(result.indicators, cell, f"crossing_time_{name}").mean for name in _MET]
            met = Met(*quantiles)
        what = f"{one.output.indicator.replace('_', ' ')} at {one.output.name}"
        made.append((one, ThreeIntervals(what, one.output.unit, precision, met, one.unknown)))
    return tuple(made)


def estimate_in(table: pd.DataFrame, cell: Cell, indicator: str) -> Estimate:
    """A cell's indicator as the table ``indicators`` of a run has it."""
    rows = table[table["indicator"] == indicator]
    for name, own in zip(CELL, cell.key, strict=True):
        rows = rows[rows[name] == own]
    (row,) = rows.to_dict("records")
    return Estimate(float(row["mean"]), float(row["low"]), float(row["high"]), int(row["replications"]))


def interval_table(found: Sequence[tuple[Spread, ThreeIntervals]]) -> pd.DataFrame:
    """One row a figure: the three intervals beside one another, and the share of luck."""
    import pandas as pd

    rows = []
    for one, three in found:
        met = three.met
        rows.append(
            {
                **cell_columns(one.output),
                "mean": three.precision.mean,
                "precision_low": three.precision.low,
                "precision_high": three.precision.high,
                "replications": three.precision.n,
                **{f"shipper_{name}": getattr(met, name) if met else math.nan for name in _MET},
                "unknown_p5": one.unknown.p5,
                "unknown_p50": one.unknown.p50,
                "unknown_p95": one.unknown.p95,
                "worlds": one.unknown.worlds,
                "noise_share": one.noise_share,
            }
        )
    return pd.DataFrame(rows)


def influence_table(found: Sequence[tuple[Output, tuple[Influence, ...]]]) -> pd.DataFrame:
    """One row for each parameter of each figure, the strongest first."""
    import pandas as pd

    rows = [
        {
            **cell_columns(output),
            "parameter": one.name,
            "rank_correlation": one.correlation.mean,
            "low": one.correlation.low,
            "high": one.correlation.high,
            "p_value": one.p_value,
            "clear": one.clear,
            "worlds": one.correlation.n,
        }
        for output, influences_ in found
        for one in influences_
    ]
    return pd.DataFrame(rows)


def cell_columns(output: Output) -> dict[str, str]:
    """What names a figure in tables; ``flows`` where it is of several cells."""
    of = [
        " ".join(dict.fromkeys(getattr(cell, field) for cell in output.cells))
        for field in ("crossing", "mode", "direction", "klass", "corridor")
    ]
    return {**dict(zip(CELL, of, strict=True)), "indicator": output.indicator, "unit": output.unit}


def left_out_table(study: Study, seen: Evaluated) -> pd.DataFrame:
    """One row for each point that gave no result: why, and the values of its parameters."""
    values = point_table(study)
    made = values[values["point"].isin(list(seen.failed))].reset_index(drop=True)
    made.insert(1, "reason", [seen.reason(int(point)) for point in made["point"]])
    return made


def point_table(study: Study) -> pd.DataFrame:
    """One row a point: the value of every parameter, its unit in the heading."""
    import pandas as pd

    headings = [f"{one.name} [{one.unit}]" if one.unit else one.name for one in study.varied.unknowns]
    rows = [study.varied.numbers(shares.tolist()) for shares in study.shares]
    made = pd.DataFrame(rows, columns=headings)
    made.insert(0, "point", range(len(made)))
    return made


def world_table(outputs: Sequence[Output], seen: Evaluated, worlds: Sequence[str] = ()) -> pd.DataFrame:
    """One row for each figure of each replication of each point; empty where a point gave none.

    ``worlds`` names the scenarios where values are [points, replications, worlds, outputs].
    """
    import pandas as pd

    values = seen.figures if worlds else seen.figures[:, :, None, :]
    rows = []
    for point, replication, world, number in np.ndindex(values.shape):
        rows.append(
            {
                "point": point,
                "replication": replication,
                **({"scenario": worlds[world]} if worlds else {}),
                **cell_columns(outputs[number]),
                "value": float(values[point, replication, world, number]),
            }
        )
    return pd.DataFrame(rows)
