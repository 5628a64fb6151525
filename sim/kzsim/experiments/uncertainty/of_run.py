"""The three intervals of a run: what `kzsim run --uncertainty` adds to it."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kzsim.engines.choice import Choice
from kzsim.experiments.models import make_model
from kzsim.experiments.replications import Progress
from kzsim.experiments.result import RunResult
from kzsim.experiments.runs import Plan
from kzsim.experiments.uncertainty import spread
from kzsim.experiments.uncertainty.evaluate import Cost, Evaluated, Study, cost
from kzsim.experiments.uncertainty.spread import Spread
from kzsim.experiments.uncertainty.varied import Varied, acting
from kzsim.indicators.judgements import Judgement
from kzsim.indicators.layout import Layout
from kzsim.scenario import Base

UNCERTAINTY = "uncertainty.csv"
INFLUENCES = "uncertainty_influences.csv"
POINT_VALUES = "uncertainty_points.csv"
WORLDS = "uncertainty_worlds.csv"
LEFT_OUT = "uncertainty_left_out.csv"

ASSUMPTION = (
    "The ranges are taken as independent of one another and triangular, with the evidence's value the most "
    "probable; that is an assumption, as most ranges are."
)


@dataclass(frozen=True)
class Asked:
    """What of the border is taken as unknown: ``points`` worlds over the ranges of ``varied``."""

    varied: Varied
    points: int
    replications: int
    patterns: tuple[str, ...]

    @property
    def document(self) -> dict[str, Any]:
        """The same as plain values, for the run's digest and manifest."""
        return {"points": self.points, "replications": self.replications, "over": list(self.patterns)}


def ask(base: Base, points: int, patterns: Sequence[str] = ()) -> Asked:
    """Find out what varies. Raises MethodError for too few points or nothing to vary, ScenarioError."""
    varied = acting([base], patterns)
    spread.check_points(varied, points)
    return Asked(varied, points, spread.POINT_REPLICATIONS, tuple(patterns))


def study_of(plan: Plan, asked: Asked) -> tuple[Study, Layout]:
    """The points to be run for a plan, and what the figures of its scenario stand for."""
    layout = (plan.model or make_model(plan.scenario)).layout
    return spread.spread_study(asked.varied, asked.points, asked.replications, plan.seed, layout), layout


def cost_of(plan: Plan, asked: Asked, choice: Choice, jobs: int) -> Cost:
    """What it will take, measured on one point."""
    return cost(study_of(plan, asked)[0], choice, jobs)


def with_uncertainty(
    plan: Plan,
    asked: Asked,
    result: RunResult,
    choice: Choice,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
    kept: Path | None = None,
) -> RunResult:
    """The run with its three intervals, what decides them, and two judgements. Raises MethodError."""
    began = time.perf_counter()
    study, layout = study_of(plan, asked)
    seen = spread.run_spread(study, layout, choice, jobs=jobs, progress=progress, kept=kept)
    found = spread.spreads(study, layout, seen)
    three = spread.three_intervals(result, found)
    tables = {
        UNCERTAINTY: spread.interval_table(three),
        INFLUENCES: spread.influence_table([(one.output, one.influences) for one in found]),
        POINT_VALUES: spread.point_table(study),
        WORLDS: spread.world_table(spread.outputs_of(layout), seen),
        LEFT_OUT: spread.left_out_table(study, seen),
    }
    said = (_how(asked, seen), *_off_centre(result, found))
    return replace(
        result,
        judgements=(*result.judgements, *said),
        extras={**result.extras, **{name: table for name, table in tables.items() if len(table)}},
        timing={**result.timing, "wall_s": result.timing.get("wall_s", 0.0) + time.perf_counter() - began},
    )


def _how(asked: Asked, seen: Evaluated) -> Judgement:
    varied = asked.varied
    left = [one.name for one in varied.left_out]
    text = (
        f"What is not known about the border: {len(varied.names)} ranges of the evidence act "
        "on this scenario "
        f"and vary over {len(seen.good)} worlds, {asked.replications} replications each. {ASSUMPTION}"
    )
    if left:
        text += (
            f" Not varied: {', '.join(left)} (values of its own for parts of the year; --over with its name "
            "puts one value in their place)."
        )
    failed = seen.said(LEFT_OUT)
    return Judgement(
        "worlds", not failed, f"{text} {failed}".strip(), len(seen.failed) / max(len(seen.figures), 1)
    )


def _off_centre(result: RunResult, found: Sequence[Spread]) -> list[Judgement]:
    """Where the run itself, at the evidence's values, lies outside nine of ten worlds."""
    beyond = []
    for one in found:
        (cell,) = one.output.cells
        mean = spread.estimate_in(result.indicators, cell, one.output.indicator).mean
        if not math.isnan(mean) and not one.unknown.p5 <= mean <= one.unknown.p95:
            side = "below" if mean < one.unknown.p5 else "above"
            beyond.append(f"{one.output.indicator.replace('_', ' ')} at {one.output.name} ({side})")
    if not beyond:
        return []
    text = (
        "The run itself, with every parameter at the evidence's value, lies outside nine of "
        "ten of these worlds: "
        f"{'; '.join(beyond)}. Many ranges reach further to one side of their value than to "
        "the other, so that "
        "the value is no middle of what may be."
    )
    return [Judgement("off_centre", False, text, float(len(beyond)))]
