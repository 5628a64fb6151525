"""A scenario's run: planned, replicated, and put into tables."""

from __future__ import annotations

import math
import time
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kzsim.engines.choice import Choice, choose
from kzsim.experiments.identity import digest, model_version
from kzsim.experiments.models import (
    Expected,
    Model,
    expected_entities,
    has_corridor,
    make_model,
    with_run_values,
)
from kzsim.experiments.replications import Progress, Runner, Task, replicating
from kzsim.experiments.result import RunResult
from kzsim.experiments.warmup import is_ready
from kzsim.indicators.binding import binding
from kzsim.indicators.collect import Collected
from kzsim.indicators.judgements import judge

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd
    import pyarrow as pa

    from kzsim.evidence import Fact
    from kzsim.experiments.enough import Enough
    from kzsim.experiments.methods import Precision
    from kzsim.indicators.comparison import Pairs
    from kzsim.scenario import Scenario


PRECISION = "precision.csv"
"""File of a run that was made until it was precise enough: what was asked of each figure, and what came."""


@dataclass(frozen=True)
class Plan:
    """What will be run, known before it is.

    ``digest`` (64 hex digits) is the same for runs that must give the same results. ``used`` holds
    the evidence that decides them, by key. ``counterfactual`` is False where no corridor changes anything
    that is simulated, whatever was asked for.
    """

    scenario: Scenario
    replications: int
    seed: int
    counterfactual: bool
    digest: str
    model_version: str
    expected: tuple[Expected, ...]
    used: Mapping[str, Fact]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    model: Model | None = field(default=None, compare=False, repr=False)
    """What was built to know all this, so that it need not be built again."""
    enough: Enough | None = None
    """The precision asked for; ``replications`` is then the most that are run."""
    asked: Mapping[str, Any] = field(default_factory=dict)
    """What was asked for besides the run, as plain values; part of the digest."""

    @property
    def entities(self) -> float:
        """Entities expected over all runs of all replications."""
        runs = self.replications * (2 if self.counterfactual else 1)
        return runs * math.fsum(expected.entities for expected in self.expected)


def plan(
    scenario: Scenario,
    *,
    replications: int | None = None,
    seed: int | None = None,
    counterfactual: bool = True,
    enough: Enough | None = None,
    asked: Mapping[str, Any] | None = None,
) -> Plan:
    """Build the scenario and say what would be run; ``None`` leaves what the scenario says.

    ``enough``: run until that precision is reached, whatever ``replications`` says. ``asked``: what else
    decides what is stored. Raises ValueError for fewer than one replication, and whatever building the border
    raises.
    """
    further = dict(asked or {})
    if enough is not None:
        replications = enough.cap
        further["precision"] = enough.document
    wanted = with_run_values(scenario, replications, seed)
    model = make_model(wanted)
    compared = counterfactual and has_corridor(wanted)
    used = dict(model.border.parameters.used)
    return Plan(
        scenario=wanted,
        replications=wanted.replications,
        seed=wanted.seed,
        counterfactual=compared,
        digest=digest(wanted, counterfactual=compared, used=used, asked=further),
        model_version=model_version(),
        expected=expected_entities(model),
        used=used,
        warnings=tuple(str(problem) for problem in wanted.warnings),
        notes=model.border.notes,
        model=model,
        enough=enough,
        asked=further,
    )


def run(
    scenario: Scenario,
    *,
    replications: int | None = None,
    seed: int | None = None,
    jobs: int = 1,
    counterfactual: bool = True,
    engine: str | None = None,
    progress: Progress | None = None,
    trace: str | Path | None = None,
    enough: Enough | None = None,
) -> RunResult:
    """Run a scenario and, unless told otherwise, its counterfactual on the same entities.

    The tables are the same, byte for byte, for any number of ``jobs`` and for either ``engine``
    (``kernel`` or ``reference``; None: the quicker one). ``trace`` is a file to be written, one row for
    each of the scenario's trucks and trains (Parquet, the columns of ``entities.parquet``). With ``enough``
    it stops as soon as that precision is reached and confirmed, or at its cap. With more
    than one job and the reference, a script must guard its own start with
    ``if __name__ == "__main__"``. Raises ReplicationDeadlockError, InvariantError or WorkerError, and
    ResultsError if the trace cannot be written.
    """
    planned = plan(
        scenario, replications=replications, seed=seed, counterfactual=counterfactual, enough=enough
    )
    choice = choose_engine(planned, engine)
    return execute(planned, choice, jobs=jobs, progress=progress, trace=trace)


def choose_engine(plan: Plan, engine: str | None = None) -> Choice:
    """The engine asked for, or the quicker one, for a plan."""
    return choose(engine, plan.entities, ready=is_ready() or None)


def trace_bytes(plan: Plan) -> float:
    """About how many bytes ``entities.parquet`` takes."""
    from kzsim.experiments.entities_file import expected_bytes

    return expected_bytes(plan.model or make_model(plan.scenario), plan.replications)


def execute(
    plan: Plan,
    choice: Choice,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
    trace: str | Path | None = None,
    kept: Path | None = None,
) -> RunResult:
    """Make the run that was planned, as ``run`` does.

    ``kept``: a folder in which the replications of a run that goes on until it is precise enough are kept as
    they are done, so that the same run goes on where it was left; with a trace nothing is kept. The caller
    removes it. Raises LockedError if another process is at the same run.
    """
    began = time.perf_counter()
    task = Task(
        plan.scenario,
        plan.counterfactual,
        choice.engine,
        choice.compiled,
        trace is not None,
        sparing=plan.enough is not None,
    )
    next_look = 0 if plan.enough is None else plan.enough.rounds.first
    reached: tuple[Precision, pd.DataFrame] | None = None
    pairs: list[Pairs] = []
    seconds: list[float] = []
    hashes: dict[str, list[str]] = {"scenario": []}
    if plan.counterfactual:
        hashes["counterfactual"] = []
    with ExitStack() as stack:
        write = stack.enter_context(_tracing(plan, trace))
        there = None
        if kept is not None and plan.enough is not None and trace is None:
            from kzsim.experiments.kept import keeping
            from kzsim.experiments.kept_replications import OF_RUN

            there = stack.enter_context(
                keeping(kept, plan.digest, plan.model_version, plan.replications, OF_RUN)
            )
            task = replace(task, first=there.count)
        runner, answers = stack.enter_context(replicating(task, jobs, plan.model))
        # imports pandas: here, while threads or processes are at the first replications
        from kzsim.indicators import tables  # noqa: F401 - what _result needs

        seen = Collected(runner.model.layout)
        base: Collected | None = None
        for done in chain(there or (), answers):
            if there is not None:
                there.add(done)
            if write is not None and done.entities is not None:
                write(done.entities)
            seen.add(done.scenario)
            hashes["scenario"].append(done.scenario_hash)
            if runner.base is not None and done.counterfactual is not None and done.pairs is not None:
                base = base or Collected(runner.base.layout)
                base.add(done.counterfactual)
                pairs.append(done.pairs)
                hashes["counterfactual"].append(done.counterfactual_hash)
            seconds.append(done.seconds)
            if progress is not None:
                progress(len(seconds), plan.replications)
            del done  # its table must be gone while the next is awaited
            if plan.enough is not None and seen.n == next_look:
                from kzsim.experiments.enough import look

                reached = look(plan.enough, seen, pairs)
                if reached[0].state != "more":
                    break
                next_look = reached[0].next_n
    result = _result(replace(plan.scenario, replications=seen.n), runner, seen, base, pairs, seconds)
    if plan.enough is not None and reached is not None:
        result = _with_precision(result, plan.enough, *reached)
    return replace(
        result,
        engine=choice.engine,
        outcomes={which: tuple(found) for which, found in hashes.items()},
        timing={**result.timing, "wall_s": time.perf_counter() - began},
    )


def _with_precision(result: RunResult, asked: Enough, found: Precision, table: pd.DataFrame) -> RunResult:
    from kzsim.experiments.enough import REPLACED, judgement

    kept = (one for one in result.judgements if one.code not in REPLACED)
    return replace(
        result,
        judgements=(judgement(asked, found), *kept),
        extras={**result.extras, PRECISION: table},
    )


def _tracing(
    plan: Plan, trace: str | Path | None
) -> AbstractContextManager[Callable[[pa.Table], None] | None]:
    """What takes the table of each replication in turn; None without a trace."""
    if trace is None:
        return nullcontext()
    from kzsim.experiments.entities_file import written

    return written(Path(trace), plan.model or make_model(plan.scenario), plan.replications)


def _result(
    scenario: Scenario,
    runner: Runner,
    seen: Collected,
    base: Collected | None,
    pairs: list[Pairs],
    seconds: list[float],
) -> RunResult:
    from kzsim.indicators import tables
    from kzsim.indicators.choices import choice_table
    from kzsim.indicators.corridor_gains import corridor_gain_table
    from kzsim.indicators.worst import worst_table

    border, layout = runner.model.border, seen.layout
    judgements = judge(seen)
    if base is not None:
        judgements += judge(base, "counterfactual")

    def bound(collected: Collected) -> pd.DataFrame:
        return tables.binding_table(
            binding(
                collected.layout,
                collected.account_hours,
                collected.mean_busy_ms,
                collected.mean_capacity_ms,
                collected.cohort_total,
                collected.mean_idle_ms,
            )
        )

    return RunResult(
        title=scenario.title,
        seed=scenario.seed,
        n_replications=scenario.replications,
        start=border.start,
        horizon_ms=layout.horizon_ms,
        run_in_ms=layout.cohort_from_ms,
        follow_up_ms=layout.follow_up_ms,
        indicators=tables.indicator_table(seen),
        replications=tables.replication_table(seen),
        delay_accounts=tables.account_table(seen),
        binding=bound(seen),
        servers=tables.server_table(seen),
        judgements=judgements,
        hourly=tables.hourly_table(seen, border.start),
        comparison=tables.comparison_table(layout, pairs) if base is not None else None,
        counterfactual_indicators=None if base is None else tables.indicator_table(base),
        counterfactual_replications=None if base is None else tables.replication_table(base),
        counterfactual_delay_accounts=None if base is None else tables.account_table(base),
        counterfactual_binding=None if base is None else bound(base),
        distribution=tables.distribution_table(seen),
        counterfactual_distribution=None if base is None else tables.distribution_table(base),
        occupancy=tables.occupancy_table(seen),
        worst_days=worst_table(seen, border.start),
        choices=choice_table(seen),
        corridor_gains=None if base is None else corridor_gain_table(seen, base.layout, pairs),
        timing={
            "replication_s": math.fsum(seconds) / len(seconds),
            "entities": sum(seen.entities) / len(seen.entities),
        },
        warnings=tuple(str(problem) for problem in scenario.warnings),
        notes=border.notes,
    )
