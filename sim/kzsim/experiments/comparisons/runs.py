"""A comparison made: the worlds replication by replication, until enough, and put into tables."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from kzsim.engines.choice import Choice, choose
from kzsim.experiments.comparisons import tables, trust
from kzsim.experiments.comparisons.cells import in_words
from kzsim.experiments.comparisons.effects import (
    Parts,
    additivity_table,
    cells_of,
    measure_table,
)
from kzsim.experiments.comparisons.kept import OF_COMPARISON
from kzsim.experiments.comparisons.plan import ComparisonPlan, plan_comparison
from kzsim.experiments.comparisons.result import Comparison
from kzsim.experiments.comparisons.side_by_side import Paired, SideBySide
from kzsim.experiments.kept import keeping
from kzsim.experiments.methods import Precision, Target, precision
from kzsim.experiments.replications import Progress
from kzsim.experiments.warmup import is_ready, make_ready
from kzsim.experiments.worlds import Together, in_turn
from kzsim.indicators.collect import Collected
from kzsim.indicators.comparison import COMPARED

if TYPE_CHECKING:
    from kzsim.scenario import Scenario

F64 = npt.NDArray[np.float64]
_TIME = COMPARED.index("crossing_time")


def compare(
    base: Scenario,
    alternatives: Scenario | Sequence[Scenario],
    *,
    names: Sequence[str] = (),
    replications: int | None = None,
    seed: int | None = None,
    precision: float | None = None,
    by_measure: bool = False,
    jobs: int = 1,
    engine: str | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Run a base and one or more alternatives on the same trucks and trains, and compare them.

    ``names``: what they are called in the tables, the base first; default: their titles. ``precision``, a
    share such as 0.05: replications are made until every mean difference that a verdict is spoken of has a
    95 % interval of at most that share of the base's mean (or 5 min) either way, or until ``replications``
    are made (default 100). ``by_measure`` takes the corridors of one alternative apart. The tables are the
    same for any number of ``jobs`` (threads), either ``engine`` and any order of the alternatives but for
    the order of their rows. Raises ComparisonError if the scenarios are not of the same entities,
    ReplicationDeadlockError or InvariantError.
    """
    several = list(alternatives) if isinstance(alternatives, Sequence) else [alternatives]
    planned = plan_comparison(
        base,
        several,
        names=names,
        replications=replications,
        seed=seed,
        precision=precision,
        by_measure=by_measure,
    )
    return execute_comparison(planned, choose_for(planned, engine), jobs=jobs, progress=progress)


def choose_for(plan: ComparisonPlan, engine: str | None = None) -> Choice:
    """The engine asked for, or the quicker one, for a plan."""
    return choose(engine, plan.entities, ready=is_ready() or None)


def execute_comparison(
    plan: ComparisonPlan,
    choice: Choice,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
    kept: Path | None = None,
) -> Comparison:
    """Make the comparison that was planned, as ``compare`` does.

    ``kept``: a folder in which replications are kept as they are done, so that the same comparison goes on
    where it was left; the caller removes it. Raises LockedError if another process is at the same comparison.
    """
    began = time.perf_counter()
    if choice.compiled:
        make_ready()
    worlds = SideBySide(plan, choice.engine, compiled=choice.compiled)
    seen = _Seen(plan, worlds)
    reached: Precision | None = None
    # without machine code the interpreter's lock leaves threads nothing to win
    threads = jobs if choice.compiled else 1
    with ExitStack() as stack:
        there = None
        if kept is not None:
            there = stack.enter_context(
                keeping(kept, plan.digest, plan.model_version, plan.replications, OF_COMPARISON)
            )
        left = range(0 if there is None else there.count, plan.replications)
        answers = stack.enter_context(in_turn(worlds.run, left, threads, worlds.stop))
        for together in chain(there or (), answers):
            if there is not None:
                there.add(together)
            seen.add(together)
            reached, over = _looked(plan, seen, reached)
            if progress is not None:
                done = together.replication + 1
                progress(done, done if over else plan.replications if reached is None else reached.next_n)
            if over:
                break
    return _result(plan, seen, choice, reached, time.perf_counter() - began)


class _Seen:
    """All that is kept of a comparison's replications."""

    def __init__(self, plan: ComparisonPlan, worlds: SideBySide) -> None:
        self._plan = plan
        first, *others = plan.models
        self.alternatives = [
            (name, Paired(worlds.cells_of(number), first, model, same_roles=same))
            for number, (name, model, same) in enumerate(
                zip(plan.names[1:], others, plan.same_roles, strict=True), start=1
            )
        ]
        self.worlds = {
            name: Collected(model.layout) for name, model in zip(plan.names, plan.models, strict=True)
        }
        self.parts = Parts(worlds.cells_of(1), plan.parts) if plan.by_measure else None
        self.hashes: list[tuple[str, ...]] = []
        self.seconds: list[float] = []

    @property
    def n(self) -> int:
        """Replications added."""
        return len(self.hashes)

    def add(self, together: Together) -> None:
        """Add the next replication."""
        for number, (_, paired) in enumerate(self.alternatives, start=1):
            paired.add(together, number)
        for collected, summary in zip(self.worlds.values(), together.summaries, strict=False):
            collected.add(summary)
        if self.parts is not None:
            base = together.pairs[0].base[:, _TIME]
            own = [
                base if world == 0 else together.pairs[world - 1].alternative[:, _TIME]
                for world in self._plan.world_of
            ]
            self.parts.add(base, own)
        self.hashes.append(together.hashes)
        self.seconds.append(together.seconds)


def _looked(plan: ComparisonPlan, seen: _Seen, before: Precision | None) -> tuple[Precision | None, bool]:
    """Where the precision stands if this is a look, and whether there are enough replications."""
    rounds = plan.rounds
    if rounds is None or plan.precision is None:
        return None, False
    if seen.n < (rounds.first if before is None else before.next_n):
        return before, False
    targets, differences, base = [], [], []
    floor = tables.THRESHOLD_H
    for name, paired in seen.alternatives:
        for number in in_words(paired.layout):
            if paired.cohort[number]:
                cell = paired.layout.cells[number]
                targets.append(Target(f"{name}, {tables.called(cell)}, {cell.spoken}", plan.precision, floor))
                one = [float(values[number, _TIME]) for values in paired.base]
                two = [float(values[number, _TIME]) for values in paired.alternative]
                base.append(one)
                differences.append([after - ahead for ahead, after in zip(one, two, strict=True)])
    if not targets:
        return before, False
    found = precision(differences, targets, rounds, relative_to=base)
    return found, found.state != "more"


def _result(
    plan: ComparisonPlan, seen: _Seen, choice: Choice, reached: Precision | None, wall_s: float
) -> Comparison:
    pairs = seen.alternatives
    comparisons = tables.comparisons_of(pairs)
    differences = tables.difference_table(pairs, comparisons)
    measures = additivity = None
    if seen.parts is not None:
        cells = cells_of(seen.parts.layout, plan.touched)
        measures = measure_table(seen.parts, cells)
        additivity = additivity_table(seen.parts, cells)
    worlds = [*plan.names, *(f"part {number + 1}" for number in range(len(plan.part_scenarios)))]
    return Comparison(
        names=plan.names,
        titles=tuple(scenario.title for scenario in plan.scenarios),
        seed=plan.seed,
        n_replications=seen.n,
        differences=differences,
        winners=tables.winner_table(pairs),
        gains=tables.gain_table(pairs),
        accounts=tables.account_table(pairs),
        verdicts=tables.verdict_table(pairs, comparisons),
        pairs=tables.pair_table(pairs),
        measures=measures,
        additivity=additivity,
        comparisons=comparisons,
        measure_comparisons=0 if measures is None else len(measures),
        precision=plan.precision,
        reached=None if reached is None else reached.state == "reached",
        judgements=trust.sentences(seen.worlds, differences, seen.n, reached),
        warnings=(
            *plan.warnings,
            *dict.fromkeys(str(problem) for one in plan.scenarios for problem in one.warnings),
        ),
        notes=plan.notes,
        engine=choice.engine,
        outcomes={
            name: tuple(hashes[number] for hashes in seen.hashes) for number, name in enumerate(worlds)
        },
        timing={
            "wall_s": wall_s,
            "replication_s": math.fsum(seen.seconds) / seen.n,
            "entities": plan.entities_of_one,
        },
    )
