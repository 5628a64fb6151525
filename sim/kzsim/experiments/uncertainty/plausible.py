"""Does it help in every possible world? Alternatives against a base over the ranges of the evidence.

Both scenarios of a point share its values and its trucks, so that what differs is the policy alone.
"""

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
from kzsim.experiments.comparisons.roles import pair_layout
from kzsim.experiments.comparisons.said import spoken_h
from kzsim.experiments.comparisons.same import same_roles
from kzsim.experiments.methods import Influence, MethodError, over_worlds
from kzsim.experiments.methods import Worlds as Over
from kzsim.experiments.methods.worlds import LEAST_WORLDS
from kzsim.experiments.models import make_model
from kzsim.experiments.replications import Progress
from kzsim.experiments.sweeps.designs import latin_hypercube
from kzsim.experiments.uncertainty.evaluate import Cost, Evaluated, Study, cost, evaluate
from kzsim.experiments.uncertainty.outputs import Output, pooled, single, together
from kzsim.experiments.uncertainty.spread import (
    DESIGN_SEED,
    POINT_REPLICATIONS,
    POINTS,
    cell_columns,
    check_points,
    influence_table,
    influences,
    left_out_table,
    point_table,
)
from kzsim.experiments.uncertainty.varied import acting
from kzsim.experiments.worlds import Together, Worlds
from kzsim.indicators.catalogue import UNCHANGED_WITHIN_MS
from kzsim.indicators.comparison import COMPARED
from kzsim.indicators.intervals import Estimate
from kzsim.indicators.layout import USER
from kzsim.network.model import MS_PER_HOUR
from kzsim.scenario import Base

if TYPE_CHECKING:
    import pandas as pd

F64 = npt.NDArray[np.float64]

SHOWN = ("crossing_time", "throughput_per_day")
MOST_NAMED = 5
LEFT_OUT = "plausible_left_out.csv"
_AT = {name: number for number, name in enumerate(COMPARED)}


@dataclass(frozen=True)
class Question:
    """Alternatives against a base in many worlds; ``study`` has the base as its first scenario."""

    names: tuple[str, ...]
    study: Study
    outputs: tuple[Output, ...]
    unchanged_within_h: float = UNCHANGED_WITHIN_MS / MS_PER_HOUR

    def threshold(self, output: Output) -> float:
        """Changes up to it count as none: ``unchanged_within_h`` of a time, nothing of anything else."""
        return self.unchanged_within_h if output.unit == "h" else 0.0


@dataclass(frozen=True)
class Effect:
    """The difference that one alternative makes to one figure over the worlds.

    ``over`` is None where it makes none in any world, or where too few worlds have it (``worlds`` tells).
    ``left_out``: worlds that gave no result at all; ``threshold`` that of the question.
    """

    alternative: str
    output: Output
    worlds: int
    over: Over | None
    influences: tuple[Influence, ...]
    threshold: float
    left_out: int

    @property
    def bounds(self) -> tuple[float, float]:
        """Share of worlds in which it helps if it helped in none, and in all, of those left out."""
        if self.over is None:
            return math.nan, math.nan
        helped, every = round(self.over.helps.mean * self.over.n), self.over.n + self.left_out
        return helped / every, (helped + self.left_out) / every


@dataclass(frozen=True)
class Answer:
    """``tables`` by name of file; ``words``: a sentence an effect; ``how``: what varied, and assumptions."""

    effects: tuple[Effect, ...]
    tables: dict[str, pd.DataFrame]
    words: tuple[str, ...]
    how: tuple[str, ...]


def ask(
    base: Base,
    alternatives: Sequence[Base],
    names: Sequence[str],
    *,
    points: int = POINTS,
    replications: int = POINT_REPLICATIONS,
    patterns: Sequence[str] = (),
    seed: int | None = None,
    unchanged_within_h: float = UNCHANGED_WITHIN_MS / MS_PER_HOUR,
) -> Question:
    """What is to be run. ``names`` are those of the alternatives; ``seed``: None takes the base's.

    A mean time that falls by at most ``unchanged_within_h`` hours does not count as helped.

    Raises MethodError for too few points or nothing to vary, ScenarioError if a pattern fits nothing.
    """
    varied = acting([base, *alternatives], patterns)
    check_points(varied, points)
    first = make_model(base.scenario).layout
    layouts = []
    for other in alternatives:
        own = make_model(other.scenario).layout
        # who used a corridor that the alternative removes is told as a user all the same
        same = same_roles(base.scenario, other.scenario)
        layouts.append(pair_layout(first, own) if same else own)
    found: dict[tuple[object, ...], Output] = {}
    for layout in layouts:
        modes = dict.fromkeys(cell.mode for cell in layout.cells)
        for indicator in SHOWN:
            for mode in modes:
                every = together(layout, indicator, f"{mode}.*.*")
                if len(every.cells) > 1:
                    found.setdefault((indicator, every.name), every)
        served = {cell.flow for cell in layout.cells if cell.headline and cell.corridor == USER}
        for pattern in ("*.*.*", "road.*.*.all.*", "rail.*.*.loaded.*"):
            try:
                each = single(layout, SHOWN, pattern)
            except MethodError:  # no road, or no rail
                continue
            for one in each:
                if pattern == "*.*.*" or one.cells[0].flow in served:
                    found.setdefault((one.indicator, one.cells[0].key), one)
    shares = latin_hypercube(varied.names, points, DESIGN_SEED)
    outputs = tuple(found.values())
    what = "compare " + ",".join(f"{one.indicator} {one.name}" for one in outputs)
    what += f" unchanged within {unchanged_within_h!r} h"
    study = Study(varied, shares, replications, base.scenario.seed if seed is None else seed, what)
    return Question(tuple(names), study, outputs, unchanged_within_h)


def cost_of(question: Question, choice: Choice, jobs: int) -> Cost:
    """What it will take, measured on one point."""
    return cost(question.study, choice, jobs)


def answer(
    question: Question,
    choice: Choice,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
    kept: Path | None = None,
) -> Answer:
    """Run both scenarios of every world and sum up their differences, as ``evaluate`` does.

    Raises MethodError if too few worlds gave a result, and what ``evaluate`` raises.
    """
    seen = evaluate(
        question.study,
        partial(_figures, question.outputs),
        choice,
        jobs=jobs,
        progress=progress,
        kept=kept,
    )
    if len(seen.good) < LEAST_WORLDS:
        raise MethodError(f"only {len(seen.good)} of {len(seen.figures)} worlds gave a result. {seen.said()}")
    effects = tuple(
        _effect(question, seen, number, row)
        for number in range(len(question.names))
        for row in range(len(question.outputs))
    )
    tables = {
        "plausible_worlds.csv": _table(effects),
        "plausible_influences.csv": _influences(effects),
        "plausible_points.csv": point_table(question.study),
        "plausible_differences.csv": _differences(question, seen),
        LEFT_OUT: left_out_table(question.study, seen),
    }
    return Answer(effects, tables, tuple(_words(question, effects)), tuple(_how(question, seen)))


def _figures(outputs: Sequence[Output], worlds: Worlds, seen: Together) -> F64:
    """Float64 [alternatives, outputs, 2]: base and alternative, of the same entities."""
    made = np.full((len(seen.pairs), len(outputs), 2), np.nan)
    for number, pair in enumerate(seen.pairs):
        rows = {cell.key: row for row, cell in enumerate(worlds.cells_of(number + 1).cells)}
        for column, output in enumerate(outputs):
            cells = [rows[cell.key] for cell in output.cells if cell.key in rows]
            cohort = [int(pair.cohort[row]) for row in cells]
            for side, table in enumerate((pair.base, pair.alternative)):
                own = [float(table[row, _AT[output.indicator]]) for row in cells]
                made[number, column, side] = pooled(output.indicator, own, cohort)
    return made


def _effect(question: Question, seen: Evaluated, number: int, row: int) -> Effect:
    output = question.outputs[row]
    figures = seen.figures[seen.good, :, number, row]
    change = figures[:, :, 1] - figures[:, :, 0]
    whole = ~np.isnan(change).any(axis=1)
    name, count = question.names[number], int(whole.sum())
    limit, failed = question.threshold(output), len(seen.failed)
    if count < LEAST_WORLDS or not change[whole].any():
        return Effect(name, output, count, None, (), limit, failed)
    over = over_worlds(change[whole], limit, better=output.better)
    decide = influences(question.study, output, seen.good[whole], change[whole].mean(axis=1))
    return Effect(name, output, count, over, decide, limit, failed)


def _table(effects: Sequence[Effect]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame([_row(one) for one in effects])


def _row(one: Effect) -> dict[str, object]:
    over, none = one.over, Estimate(math.nan, math.nan, math.nan, 0)
    helps, noisy = (none, none) if over is None else (over.helps, over.helps_with_noise)
    row: dict[str, object] = {
        "alternative": one.alternative,
        "flows": one.output.name,
        **cell_columns(one.output),
        "worlds": one.worlds,
        "threshold": one.threshold,
        "helps": helps.mean,
        "helps_low": helps.low,
        "helps_high": helps.high,
        "helps_with_luck_low": noisy.low,
        "helps_with_luck_high": noisy.high,
        "left_out": one.left_out,
        "helps_least": one.bounds[0],
        "helps_most": one.bounds[1],
        "surely_helps": 0 if over is None else over.surely_helps,
        "surely_not": one.worlds if over is None else over.surely_not,
        "open": 0 if over is None else over.open,
    }
    for name in ("p5", "p50", "p95"):
        found: Estimate = none if over is None else getattr(over, name)
        row |= {f"difference_{name}": found.mean, f"{name}_low": found.low, f"{name}_high": found.high}
    row["noise_share"] = math.nan if over is None else over.noise_share
    return row


def _influences(effects: Sequence[Effect]) -> pd.DataFrame:
    import pandas as pd

    parts = []
    for one in effects:
        if one.influences:
            part = influence_table([(one.output, one.influences)])
            part.insert(0, "alternative", one.alternative)
            parts.append(part)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _differences(question: Question, seen: Evaluated) -> pd.DataFrame:
    import pandas as pd

    points, replications, alternatives, outputs = seen.figures.shape[:4]
    rows = [
        {
            "point": point,
            "replication": replication,
            "alternative": question.names[number],
            **cell_columns(question.outputs[row]),
            "base_value": float(seen.figures[point, replication, number, row, 0]),
            "alternative_value": float(seen.figures[point, replication, number, row, 1]),
        }
        for point in range(points)
        for replication in range(replications)
        for number in range(alternatives)
        for row in range(outputs)
    ]
    return pd.DataFrame(rows)


def _words(question: Question, effects: Sequence[Effect]) -> list[str]:
    """A sentence for each alternative and flow whose crossing time changes in some world."""
    said = []
    for name in question.names:
        own = [one for one in effects if one.alternative == name and one.output.indicator == "crossing_time"]
        changed = [one for one in own if one.over is not None]
        if not changed:
            said.append(f"{name}: no flow's mean crossing time changes in any world.")
        said += [_sentence(one, one.over) for one in changed if one.over is not None]
    return said


def _sentence(one: Effect, over: Over) -> str:
    low, high = over.helps_with_noise.low, over.helps_with_noise.high
    p5, p50, p95 = over.steadied
    clear = [f"{i.name} ({'+' if i.correlation.mean > 0 else '−'})" for i in one.influences if i.clear]
    decides = (
        f" What decides it: {', '.join(clear[:MOST_NAMED])} (+: raising it raises the difference)."
        if clear
        else f" None of {len(one.influences)} ranges decides it clearly."
    )
    least, most = one.bounds
    counted = (
        f" If the {one.left_out} worlds without a result are counted, between {100 * least:.0f} and "
        f"{100 * most:.0f} %."
        if one.left_out
        else ""
    )
    return (
        f"{one.alternative}, {one.output.name}: the mean crossing time falls by more than "
        f"{spoken_h(one.threshold)} in "
        f"{100 * over.helps.mean:.0f} % of {over.n} plausible worlds (between {100 * low:.0f} and "
        f"{100 * high:.0f} %, luck counted); the difference lies between {p5:+.3g} and "
        f"{p95:+.3g} h in nine of ten, "
        f"half of them below {p50:+.3g} h.{counted}{decides}"
    )


def _how(question: Question, seen: Evaluated) -> list[str]:
    varied = question.study.varied
    how = (
        f"{len(varied.names)} ranges of the evidence act on these scenarios and vary over {len(seen.good)} "
        f"worlds, {question.study.replications} replications each; both scenarios of a world "
        "share its values "
        "and its trucks. The ranges are taken as independent of one another and triangular, "
        "with the evidence's "
        "value the most probable; that is an assumption. How much a corridor's measure changes is not varied."
    )
    said = [how]
    if varied.left_out:
        named = ", ".join(one.name for one in varied.left_out)
        said.append(
            f"Not varied: {named} (values of its own for parts of the year); --over with its name does."
        )
    failed = seen.said(LEFT_OUT)
    return [*said, failed] if failed else said
