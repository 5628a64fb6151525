"""Which of the unknown parameters matter: Morris screening and Sobol' indices over the evidence ranges."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from kzsim.engines.choice import Choice
from kzsim.experiments.methods import (
    Luck,
    MethodError,
    MorrisDesign,
    Range,
    SobolDesign,
    morris_design,
    morris_effects,
    sobol_design,
    sobol_indices,
)
from kzsim.experiments.replications import Progress
from kzsim.experiments.uncertainty.evaluate import Evaluated, Study, evaluate
from kzsim.experiments.uncertainty.outputs import Output, values_of
from kzsim.experiments.uncertainty.spread import DESIGN_SEED, cell_columns
from kzsim.experiments.uncertainty.varied import Varied
from kzsim.experiments.worlds import Together, Worlds

if TYPE_CHECKING:
    import pandas as pd

F64 = npt.NDArray[np.float64]
Method = Literal["morris", "sobol"]

TRAJECTORIES = 10
BASE = 64
REPLICATIONS = 5
"""Of each point where none are said; by fewer, effects are hard to tell from luck."""
"""Size of the designs where none is said: ten trajectories; the smallest base that the method takes."""
LEAST_TRAJECTORIES_TO_TELL = 6
"""The least number of values whose range holds their median with 95 % probability, 1 - 2 * 0.5^n."""
CLEAR, MAYBE = "clear of luck", "may be luck"
ONE_REPLICATION, FEW_TRAJECTORIES = "one replication", "too few trajectories"
LEAST_BLOCKS = 32
"""Fewer base points than this, after those without a result are left out, say nothing of variances."""


@dataclass(frozen=True)
class Design:
    """The points of one method over the unknowns of a scenario."""

    method: Method
    size: int
    made: MorrisDesign | SobolDesign

    @property
    def said(self) -> str:
        """What it is called, with its size."""
        if self.method == "morris":
            return f"Morris screening, {self.size} trajectories"
        return f"Sobol' indices, {self.size} base points"


def design_of(varied: Varied, method: Method, size: int | None) -> Design:
    """The points of a study; ``size``: trajectories or base points. Raises MethodError."""
    if len(varied.names) < 2:
        raise MethodError(
            f"a sensitivity study needs at least two ranges to vary, there are {len(varied.names)}"
        )
    ranges = [Range(one.name, one.low, one.value, one.high) for one in varied.unknowns]
    if method == "morris":
        wanted = TRAJECTORIES if size is None else size
        return Design(method, wanted, morris_design(ranges, wanted, seed=DESIGN_SEED))
    wanted = BASE if size is None else size
    return Design(method, wanted, sobol_design(ranges, wanted, seed=DESIGN_SEED))


def study_of(
    varied: Varied, design: Design, outputs: Sequence[Output], replications: int, seed: int
) -> Study:
    """What is to be run: every point of the design with the same random numbers."""
    names = ",".join(f"{one.name} {one.indicator}" for one in outputs)
    return Study(varied, design.made.unit, replications, seed, f"sensitivity {design.method} {names}")


def run_study(
    study: Study,
    outputs: Sequence[Output],
    choice: Choice,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
    kept: Path | None = None,
) -> Evaluated:
    """Run all points; figures [points, replications, outputs]."""
    return evaluate(study, partial(_figures, tuple(outputs)), choice, jobs=jobs, progress=progress, kept=kept)


def _figures(outputs: Sequence[Output], worlds: Worlds, seen: Together) -> F64:
    return values_of(outputs, worlds.model(0).layout, seen.summaries[0])


@dataclass(frozen=True)
class Sensitivity:
    """What came out for one figure, as a table with a row for each parameter, the strongest first.

    Its column ``luck`` is the size (Morris) or total index (Sobol') that luck alone would give that
    parameter, ``finding`` one of ``CLEAR``, ``MAYBE``, ``ONE_REPLICATION``, ``FEW_TRAJECTORIES``.
    ``noise_share``: part of the variance between points that is luck. ``points``: those that count.
    """

    output: Output
    table: pd.DataFrame
    noise_share: float
    points: int

    @property
    def headline(self) -> tuple[str, str]:
        """Which parameter is strongest, in a few words, and a sentence on how sure that is."""
        return headline(self.table)


def analyse(
    design: Design, outputs: Sequence[Output], seen: Evaluated, relevant: Sequence[Sequence[int]]
) -> tuple[Sensitivity, ...]:
    """Effects or indices of every figure; ``relevant``: by figure, the parameters that can act on it.

    Raises MethodError if too many points have no value.
    """
    found = []
    for number, output in enumerate(outputs):
        values = seen.figures[:, :, number]
        keep = set(relevant[number])
        if isinstance(design.made, MorrisDesign):
            one = _morris(design.made, output, values, keep)
        else:
            one = _sobol(design.made, output, values, keep)
        found.append(one)
    return tuple(found)


def _morris(design: MorrisDesign, output: Output, values: F64, keep: set[int]) -> Sensitivity:
    import pandas as pd

    found = morris_effects(design, values, seed=DESIGN_SEED, gaps=True)
    rows = [
        {
            **cell_columns(output),
            "parameter": one.name,
            "size": one.size.mean,
            "size_low": one.size.low,
            "size_high": one.size.high,
            "mean_effect": one.mean,
            "spread": one.spread.mean,
            "spread_low": one.spread.low,
            "spread_high": one.spread.high,
            "luck": one.noise_size,
            "finding": _finding(one.luck, one.size.n >= LEAST_TRAJECTORIES_TO_TELL),
            "effects": one.size.n,
        }
        for number, one in enumerate(found.effects)
        if number in keep
    ]
    table = pd.DataFrame(rows).sort_values("size", ascending=False, kind="stable", ignore_index=True)
    points = int((~np.isnan(values).any(axis=1)).sum())
    return Sensitivity(output, table, found.noise.share, points)


def _sobol(design: SobolDesign, output: Output, values: F64, keep: set[int]) -> Sensitivity:
    import pandas as pd

    block = len(design.ranges) + 2
    missing = np.isnan(values).any(axis=1)
    whole: npt.NDArray[np.bool_] = ~np.any(missing.reshape(-1, block), axis=1)
    if whole.sum() < LEAST_BLOCKS:
        raise MethodError(
            f"{output.indicator} at {output.name}: only {int(whole.sum())} of {len(whole)} "
            "base points gave all "
            f"their figures, at least {LEAST_BLOCKS} are needed; take a larger --size or "
            "fewer ranges (--over)"
        )
    rows_kept = np.repeat(whole, block)
    left = replace(
        design, base=int(whole.sum()), unit=design.unit[rows_kept], points=design.points[rows_kept]
    )
    found = sobol_indices(left, values[rows_kept], seed=DESIGN_SEED)
    rows = [
        {
            **cell_columns(output),
            "parameter": one.name,
            "total": one.total.mean,
            "total_low": one.total.low,
            "total_high": one.total.high,
            "first": one.first.mean,
            "first_low": one.first.low,
            "first_high": one.first.high,
            "luck": one.noise_total,
            "finding": _finding(one.luck, enough=True),
            "base_points": one.total.n,
        }
        for number, one in enumerate(found.indices)
        if number in keep
    ]
    table = pd.DataFrame(rows).sort_values("total", ascending=False, kind="stable", ignore_index=True)
    return Sensitivity(output, table, found.noise.share, int(rows_kept.sum()))


def _finding(luck: Luck, enough: bool) -> str:
    if not enough:
        return FEW_TRAJECTORIES
    if math.isnan(luck.p_value):
        return ONE_REPLICATION
    return CLEAR if luck.clear() else MAYBE


def headline(table: pd.DataFrame) -> tuple[str, str]:
    """Of the table of one figure: which parameter is strongest, and a sentence on how sure that is, or ''."""
    value = "size" if "size" in table else "total"
    shown = table[table[value] > 0]
    if shown.empty:
        return "Nothing moves it", ""
    first = str(shown["parameter"].iloc[0])
    finding = str(shown["finding"].iloc[0])
    looks = f"{first} looks strongest"
    if finding == FEW_TRAJECTORIES:
        least = LEAST_TRAJECTORIES_TO_TELL
        return looks, f"Too few trajectories to tell: at least {least} effects of a parameter are needed."
    if finding == ONE_REPLICATION:
        return looks, "One replication cannot tell an effect from luck."
    clear = shown[shown["finding"] == CLEAR]
    if clear.empty:
        return "Nothing is clear of luck", f"{looks} and may be luck; more replications tell more."
    if finding != CLEAR:
        named = str(clear["parameter"].iloc[0])
        return f"{named} is the strongest that is clear of luck", (
            f"{first} stands above it and may be luck; more replications tell more."
        )
    near = shown.iloc[1:]
    near = near[near[f"{value}_high"] >= shown[f"{value}_low"].iloc[0]]
    if near.empty:
        return f"{first} is the strongest", ""
    other = str(near["parameter"].iloc[0])
    more = f" and those of {len(near) - 1} more" if len(near) > 1 else ""
    return f"{first} is the strongest", f"Its interval overlaps with that of {other}{more}."
