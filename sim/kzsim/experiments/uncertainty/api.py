"""What is not known, from a notebook: sensitivity, ranking, policies over plausible worlds, three intervals.

Scenarios that are to be varied are named by their file, as in a sweep, or given as ``kzsim.load_base`` read
them. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from kzsim.engines.choice import Choice, choose
from kzsim.experiments.models import expected_entities, make_model
from kzsim.experiments.replications import Progress
from kzsim.experiments.runs import choose_engine, execute
from kzsim.experiments.runs import plan as plan_run
from kzsim.experiments.uncertainty import of_run, ranking, spread
from kzsim.experiments.uncertainty import plausible as worlds
from kzsim.experiments.uncertainty import ranked as ends
from kzsim.experiments.uncertainty import sensitivity as studies
from kzsim.experiments.uncertainty.outputs import single, worth_detecting
from kzsim.experiments.uncertainty.varied import acting
from kzsim.experiments.warmup import is_ready
from kzsim.indicators.catalogue import UNCHANGED_WITHIN_MS
from kzsim.network.model import MS_PER_HOUR
from kzsim.scenario import Base, Scenario, load_base

if TYPE_CHECKING:
    import pandas as pd

    from kzsim.experiments.result import RunResult

Case = str | PathLike[str] | Base
"""A scenario that can be varied: its file, or what ``load_base`` read."""


@dataclass(frozen=True)
class Sensitivities:
    """``table``: a row for each parameter of each figure, the strongest first; ``points``: what was run.

    ``values``: every figure of every replication of every point; ``left_out``: points without a result and
    why; ``headlines``: a sentence for each figure; ``said``: what was done and is assumed.
    """

    table: pd.DataFrame
    points: pd.DataFrame
    values: pd.DataFrame
    left_out: pd.DataFrame
    headlines: tuple[str, ...]
    said: tuple[str, ...]


@dataclass(frozen=True)
class Ranking:
    """``table``: a row for each alternative, the best first; ``replications``: every value that was used.

    ``selected``: the name of the best, None if the replications allowed did not decide it; ``words``: the
    answer, its promise and what it does not say.
    """

    table: pd.DataFrame
    replications: pd.DataFrame
    selected: str | None
    words: tuple[str, ...]


def sensitivity(
    scenario: Case,
    *,
    method: Literal["morris", "sobol"] = "morris",
    indicators: Sequence[str] = ("crossing_time",),
    flows: str = "*.*.*",
    over: Sequence[str] = (),
    size: int | None = None,
    replications: int = studies.REPLICATIONS,
    seed: int | None = None,
    jobs: int = 1,
    engine: str | None = None,
    progress: Progress | None = None,
) -> Sensitivities:
    """Which ranges of the evidence decide the figures of a scenario, as ``kzsim sensitivity`` says it.

    ``flows``: ``mode.crossing.direction[.class[.role]]`` with ``*`` for anything; ``over``: patterns of the
    entries that vary; ``size``: trajectories (Morris, default 10) or base points (Sobol', default 64).
    Raises MethodError, ScenarioError, InvariantError.
    """
    import pandas as pd

    base = _base(scenario)
    varied = acting([base], over)
    outputs = single(make_model(base.scenario).layout, indicators, flows)
    wanted = studies.design_of(varied, method, size)
    study = studies.study_of(varied, wanted, outputs, replications, _seed(base, seed))
    choice = _choice(base.scenario, len(study.shares) * replications, engine)
    seen = studies.run_study(study, outputs, choice, jobs=jobs, progress=progress)
    found = studies.analyse(wanted, outputs, seen, [varied.about(one.cells) for one in outputs])
    said = (
        f"{wanted.said} over {len(varied.names)} ranges of the evidence, {replications} replications a point."
    )
    return Sensitivities(
        table=pd.concat([one.table for one in found], ignore_index=True),
        points=spread.point_table(study),
        values=spread.world_table(outputs, seen),
        left_out=spread.left_out_table(study, seen),
        headlines=tuple(f"{one.output.name}: {'. '.join(filter(None, one.headline))}" for one in found),
        said=tuple(filter(None, (said, of_run.ASSUMPTION, seen.said()))),
    )


def rank(
    alternatives: Sequence[Scenario],
    *,
    names: Sequence[str] = (),
    indicator: str = "crossing_time",
    flows: str | None = None,
    delta: str | None = None,
    risk: float = 0.05,
    replications: int = ranking.CAP,
    seed: int | None = None,
    jobs: int = 1,
    engine: str | None = None,
    rounds: ranking.Rounds | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Ranking:
    """Which alternative is best, with a promise, as ``kzsim rank`` says it.

    ``names``: default the titles. ``delta``: the smallest difference worth detecting, with its unit, such as
    ``'3 min'`` (None: 0.25 h of a time); ``risk``: the probability of a wrong choice that is accepted;
    ``replications``: the most that are run of each. Raises MethodError, ReplicationDeadlockError,
    InvariantError.
    """
    race = ranking.race_of(
        list(names) or [one.title for one in alternatives],
        alternatives,
        indicator,
        flows,
        delta=worth_detecting(delta, indicator),
        alpha=risk,
        cap=replications,
        seed=seed,
    )
    choice = _choice(race.scenarios[0], ranking.FIRST_STAGE * len(race.scenarios), engine)
    end = ranking.run_race(race, choice, jobs=jobs, rounds=rounds, progress=progress)
    selected = end.selection.selected
    return Ranking(
        table=ends.rank_table(end),
        replications=ends.replication_table(end),
        selected=None if selected is None else race.names[selected],
        words=ends.words(end),
    )


def plausible(
    base: Case,
    alternatives: Case | Sequence[Case],
    *,
    names: Sequence[str] = (),
    points: int = spread.POINTS,
    replications: int = 5,
    over: Sequence[str] = (),
    seed: int | None = None,
    unchanged_within_h: float = UNCHANGED_WITHIN_MS / MS_PER_HOUR,
    jobs: int = 1,
    engine: str | None = None,
    progress: Progress | None = None,
) -> worlds.Answer:
    """In how many worlds within the evidence alternatives help, as ``kzsim compare --uncertainty`` says it.

    ``names``: of the alternatives, default their titles; ``points``: worlds, each run ``replications`` times;
    ``over``: patterns of the entries that vary. Raises ComparisonError if they are not of the same entities,
    MethodError, ScenarioError, InvariantError.
    """
    from kzsim.experiments.comparisons import plan_comparison

    first = _base(base)
    several = [alternatives] if isinstance(alternatives, str | PathLike | Base) else list(alternatives)
    others = [_base(one) for one in several]
    called = list(names) or [one.scenario.title for one in others]
    checked = plan_comparison(
        first.scenario, [one.scenario for one in others], names=[first.scenario.title, *called], seed=seed
    )
    question = worlds.ask(
        first,
        others,
        called,
        points=points,
        replications=replications,
        patterns=over,
        seed=checked.seed,
        unchanged_within_h=unchanged_within_h,
    )
    choice = _choice(first.scenario, points * replications * (1 + len(others)), engine)
    return worlds.answer(question, choice, jobs=jobs, progress=progress)


def uncertain(
    scenario: Case,
    *,
    points: int = spread.POINTS,
    over: Sequence[str] = (),
    replications: int | None = None,
    seed: int | None = None,
    jobs: int = 1,
    engine: str | None = None,
    progress: Progress | None = None,
) -> RunResult:
    """A run with its three intervals, as ``kzsim run --uncertainty`` makes it.

    The tables are in ``extras`` of the result: ``uncertainty.csv`` has a row a figure with the three
    intervals, ``uncertainty_influences.csv`` what decides the third, ``uncertainty_points.csv`` and
    ``uncertainty_worlds.csv`` what they rest on. Raises MethodError, ScenarioError, InvariantError.
    """
    base = _base(scenario)
    asked = of_run.ask(base, points, over)
    planned = plan_run(base.scenario, replications=replications, seed=seed)
    choice = choose_engine(planned, engine)
    result = execute(planned, choice, jobs=jobs)
    many = _choice(base.scenario, points * asked.replications, engine)
    return of_run.with_uncertainty(planned, asked, result, many, jobs=jobs, progress=progress)


def _base(scenario: Case) -> Base:
    return scenario if isinstance(scenario, Base) else load_base(Path(scenario))


def _seed(base: Base, seed: int | None) -> int:
    return base.scenario.seed if seed is None else seed


def _choice(scenario: Scenario, runs: int, engine: str | None) -> Choice:
    """The engine asked for, or the quicker one for so many runs of a scenario."""
    once = sum(one.entities for one in expected_entities(make_model(scenario)))
    return choose(engine, runs * once, ready=is_ready() or None)
