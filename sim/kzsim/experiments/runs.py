"""A scenario's run: planned, replicated, and put into tables."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kzsim.experiments.identity import digest, model_version
from kzsim.experiments.models import Expected, expected_entities, has_corridor, make_model, with_run_values
from kzsim.experiments.replications import Progress, Runner, Task, replicating
from kzsim.experiments.result import RunResult
from kzsim.indicators.binding import binding
from kzsim.indicators.collect import Collected
from kzsim.indicators.judgements import judge

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from kzsim.evidence import Fact
    from kzsim.indicators.comparison import Pairs
    from kzsim.scenario import Scenario


@dataclass(frozen=True)
class Plan:
    """What will be run, known before it is.

    ``digest`` (64 hex digits) is the same for runs that must give the same results. ``used`` holds
    the evidence that decides them, by key. ``counterfactual`` is False where no corridor is in force
    anywhere, whatever was asked for.
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


def plan(
    scenario: Scenario,
    *,
    replications: int | None = None,
    seed: int | None = None,
    counterfactual: bool = True,
) -> Plan:
    """Build the scenario and say what would be run; ``None`` leaves what the scenario says.

    Raises ValueError for fewer than one replication, and whatever building the border raises.
    """
    wanted = with_run_values(scenario, replications, seed)
    model = make_model(wanted)
    compared = counterfactual and has_corridor(wanted)
    used = dict(model.border.parameters.used)
    return Plan(
        scenario=wanted,
        replications=wanted.replications,
        seed=wanted.seed,
        counterfactual=compared,
        digest=digest(wanted, counterfactual=compared, used=used),
        model_version=model_version(),
        expected=expected_entities(model),
        used=used,
        warnings=tuple(str(problem) for problem in wanted.warnings),
        notes=model.border.notes,
    )


def run(
    scenario: Scenario,
    *,
    replications: int | None = None,
    seed: int | None = None,
    jobs: int = 1,
    counterfactual: bool = True,
    progress: Progress | None = None,
) -> RunResult:
    """Run a scenario and, unless told otherwise, its counterfactual on the same entities.

    The tables are the same, byte for byte, for any number of ``jobs``. With more than one, a script
    must guard its own start with ``if __name__ == "__main__"``. Raises ReplicationDeadlockError,
    InvariantError or WorkerError.
    """
    began = time.perf_counter()
    wanted = with_run_values(scenario, replications, seed)
    task = Task(wanted, counterfactual and has_corridor(wanted))
    pairs: list[Pairs] = []
    seconds: list[float] = []
    with replicating(task, jobs) as (runner, answers):
        seen = Collected(runner.model.layout)
        base = None if runner.base is None else Collected(runner.base.layout)
        for done in answers:
            seen.add(done.scenario)
            if base is not None and done.counterfactual is not None and done.pairs is not None:
                base.add(done.counterfactual)
                pairs.append(done.pairs)
            seconds.append(done.seconds)
            if progress is not None:
                progress(len(seconds), wanted.replications)
    return _result(wanted, runner, seen, base, pairs, seconds, began)


def _result(
    scenario: Scenario,
    runner: Runner,
    seen: Collected,
    base: Collected | None,
    pairs: list[Pairs],
    seconds: list[float],
    began: float,
) -> RunResult:
    from kzsim.indicators import tables

    border, layout = runner.model.border, seen.layout
    judgements = judge(seen)
    if base is not None:
        judgements += judge(base, "counterfactual")

    def bound(collected: Collected) -> pd.DataFrame:
        return tables.binding_table(
            binding(collected.layout, collected.account_hours, collected.mean_busy_ms)
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
        timing={
            "wall_s": time.perf_counter() - began,
            "replication_s": math.fsum(seconds) / len(seconds),
            "entities": sum(seen.entities) / len(seen.entities),
        },
        warnings=tuple(str(problem) for problem in scenario.warnings),
        notes=border.notes,
    )
