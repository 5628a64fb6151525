"""`kzsim run`: simulate a scenario, store the results, say what came out."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable
from contextlib import AbstractContextManager, ExitStack, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kzsim.cli import options, screen, uncertain
from kzsim.cli.failures import ExitCode, Session, model_faults, results_mistakes, scenario_mistakes
from kzsim.cli.table import fill
from kzsim.cli.words import seconds

if TYPE_CHECKING:
    from kzsim.experiments import Choice, Plan, RunResult
    from kzsim.experiments.uncertainty.of_run import Asked
    from kzsim.scenario import Base, Scenario

EPILOG = """\b
Examples:
  kzsim run scenarios/minimal.yaml
  kzsim run scenarios/green_all.yaml --replications 10 --jobs 4
  kzsim run scenarios/minimal.yaml --set demand='120 %' --seed 7
  kzsim run scenarios/minimal.yaml --precision 5%
  kzsim run scenarios/minimal.yaml --uncertainty --points 50

Every run is written to its own folder, whole or not at all; the same run is not computed twice.
"""

WORTH_A_PROCESS = 10_000
"""Trucks and trains, over all runs, below which starting further processes takes longer than it saves."""

ENOUGH_REPLICATIONS = 10
"""Fewer than these are pointed out: the intervals of a few runs are wide."""


@click.command(epilog=EPILOG)
@click.argument("path", metavar="SCENARIO")
@options.replications("Independent repetitions; more of them narrow the intervals. Default: the scenario's.")
@options.seed("the scenario's")
@options.settings("the scenario")
@options.engine
@options.jobs
@options.out
@click.option(
    "--trace",
    is_flag=True,
    help="Write entities.parquet too: a row for each truck and train, with what delayed it and when it was "
    "where. It may take gigabytes.",
)
@click.option(
    "--precision",
    type=options.Percent(),
    metavar="PERCENT",
    help="Go on until every mean crossing time and its difference to the same trucks without corridors is "
    "known to within so much of the mean, for example 5%; --replications is then the most that are run "
    "(default 100).",
)
@click.option(
    "--indicator",
    "indicators",
    multiple=True,
    metavar="NAME",
    help="With --precision: an indicator that must be precise, in place of the crossing time. "
    "May be repeated.",
)
@click.option(
    "--uncertainty",
    is_flag=True,
    help="Run it in many worlds within the ranges of the evidence too, and say how far apart they are.",
)
@options.points
@options.over
@click.option("--no-counterfactual", is_flag=True, help="Do not run the same trucks without green corridors.")
@options.dry_run
@options.common
@options.quiet("Print only the folder of the results; no progress, warnings or hints.")
@click.pass_obj
def run(
    session: Session,
    path: str,
    replications: int | None,
    seed: int | None,
    settings: tuple[str, ...],
    engine: str | None,
    jobs: int | None,
    out: str,
    trace: bool,
    precision: float | None,
    indicators: tuple[str, ...],
    uncertainty: bool,
    points: int | None,
    over: tuple[str, ...],
    no_counterfactual: bool,
    dry_run: bool,
) -> ExitCode:
    """Simulate a scenario, with and without its green corridors.

    Prints, for each crossing and direction, throughput, crossing time and delay, what causes the delay,
    what the corridors change for the same trucks and trains, and how far to trust the figures.
    """
    if not uncertainty and (points is not None or over):
        raise click.UsageError("--points and --over say how --uncertainty is made; give --uncertainty too")
    enough = uncertain.enough_of(precision, replications, indicators)
    with scenario_mistakes(), uncertain.method_mistakes("--uncertainty"):
        from kzsim.scenario import load_base

        base = load_base(path, settings)
        scenario = base.scenario
        asked = _unknown(base, points, over) if uncertainty else None
    if not session.quiet:
        for warning in scenario.warnings:
            screen.note(str(warning))

    with results_mistakes(), model_faults(), ExitStack() as leaving:
        from kzsim import experiments
        from kzsim.cli import progress
        from kzsim.experiments.uncertainty.keeping import forget, kept_in

        plan = experiments.plan(
            scenario,
            replications=replications,
            seed=seed,
            counterfactual=not no_counterfactual,
            enough=enough,
            asked=None if asked is None else {"uncertainty": asked.document},
        )
        folder = Path(out) / Path(path).stem
        needed = (experiments.ENTITIES,) if trace else ()
        stored = experiments.find(folder, plan.digest, needed)
        if dry_run:
            return _announce(session, path, scenario, plan, folder, stored, trace=trace, asked=asked)
        if stored is not None:
            session.stored = stored
            with suppress(experiments.ResultsError):  # a stored run can be read where nothing can be written
                experiments.point_latest(folder, stored)
            return finish(session, path, experiments.load_run(stored), stored, again=True)
        leaving.enter_context(experiments.prepared(folder))
        choice = experiments.choose_engine(plan, engine)
        have_ready(session, choice)
        workers = jobs or worth(choice, plan.entities, plan.replications)
        if trace and not session.quiet:
            _say_trace(plan, folder)
        with _begun(folder, trace=trace) as begun:
            with progress.shown(session, title=scenario.title) as report:
                report(0, plan.replications)
                file = begun / experiments.ENTITIES if begun else None
                kept = None
                if enough is not None and not trace:
                    session.kept = "The replications that were done are kept"
                    kept = kept_in(folder, plan.digest) / "replications"
                result = experiments.execute(
                    plan, choice, jobs=workers, progress=report, trace=file, kept=kept
                )
            if asked is not None:
                result = _with_unknown(session, plan, asked, result, choice, jobs or processors(), folder)
            command = shlex.join(session.command)
            stored = experiments.store(folder, plan, result, command=command, begun=begun)
        session.stored = stored
        forget(folder, plan.digest)
    return finish(session, path, result, stored, again=False)


def _unknown(base: Base, points: int | None, over: tuple[str, ...]) -> Asked:
    from kzsim.experiments.uncertainty.of_run import ask
    from kzsim.experiments.uncertainty.spread import POINTS

    return ask(base, POINTS if points is None else points, over)


def _with_unknown(
    session: Session,
    plan: Plan,
    asked: Asked,
    result: RunResult,
    choice: Choice,
    workers: int,
    folder: Path,
) -> RunResult:
    """Run the worlds within the ranges of the evidence, saying before how long it will take."""
    from kzsim.cli import progress
    from kzsim.experiments.uncertainty.keeping import kept_in
    from kzsim.experiments.uncertainty.of_run import cost_of, with_uncertainty

    if not session.quiet:
        takes = cost_of(plan, asked, choice, workers)
        screen.note(
            f"{asked.points} worlds over {len(asked.varied.names)} ranges of the evidence, "
            f"{asked.replications} replications each: about {seconds(takes.wall_s)}."
        )
    session.kept = "The worlds that were done are kept"
    with (
        uncertain.method_mistakes("--uncertainty"),
        progress.shown(session, title="Worlds within the evidence", noun="worlds") as report,
    ):
        kept = kept_in(folder, plan.digest)
        return with_uncertainty(
            plan, asked, result, choice, jobs=workers, progress=report, kept=kept / "worlds"
        )


def _begun(folder: Path, *, trace: bool) -> AbstractContextManager[Path | None]:
    """Return a folder for what is written while the run is made, if anything is."""
    from kzsim.experiments import begin

    return begin(folder) if trace else nullcontext()


def _say_trace(plan: Plan, folder: Path) -> None:
    """Say before a run how large its trace becomes, and why a stored run does not do."""
    from kzsim.experiments import ENTITIES, find, in_bytes, trace_bytes

    if find(folder, plan.digest) is not None:
        screen.note("The same run is stored without a trace; it is made again with one.")
    screen.note(f"{ENTITIES} will take about {in_bytes(trace_bytes(plan))}.")


def have_ready(session: Session, choice: Choice) -> None:
    """Say what there is to say about an engine, and have it compiled if it is to be."""
    if choice.said and not session.quiet:
        screen.note(choice.said)
    if choice.compiled:
        from kzsim.experiments import make_ready

        warning = make_ready().warning
        if warning and not session.quiet:
            screen.note(warning)


def worth(choice: Choice, entities: float, replications: int) -> int:
    """Return how many threads or processes a run is worth, at most one for each processor and replication."""
    if not choice.compiled and entities < WORTH_A_PROCESS:
        return 1
    return max(1, min(processors(), replications))


def processors() -> int:
    """Return how many processors this process may use, as far as that is known."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _announce(
    session: Session,
    path: str,
    scenario: Scenario,
    plan: Plan,
    folder: Path,
    stored: Path | None,
    *,
    trace: bool,
    asked: Asked | None,
) -> ExitCode:
    """Say what would be run."""
    from kzsim.cli import dry_run
    from kzsim.experiments import trace_bytes

    wall_s = dry_run.last_wall_s(folder, plan)
    size = trace_bytes(plan) if trace else None

    again = shlex.join(word for word in session.command if word != "--dry-run")
    if session.json:
        from kzsim.cli.documents import write

        write(dry_run.document(path, scenario, plan, stored, wall_s, size))
    elif session.quiet:
        click.echo(f"{path}: valid")
    else:
        screen.out(dry_run.lines(path, scenario, plan, stored, wall_s, size, screen.prose_width()))
        if asked is not None:
            screen.out(uncertain.announced(asked, screen.prose_width()))
        _say_notes(plan.notes)
        screen.note(f"\nNothing was run or written. To run it: {again}")
    return ExitCode.DONE


def finish(session: Session, path: str, result: RunResult, stored: Path, *, again: bool) -> ExitCode:
    """Print what came out and where it lies."""
    from kzsim.brief import digest
    from kzsim.cli import documents, summary

    flows = digest.flows(result)
    if session.json:
        document = summary.document(path, result, flows, stored, again=again)
        documents.write({**document, **uncertain.document(result)})
        return uncertain.ending(result)
    if session.quiet:
        click.echo(str(stored))
        return uncertain.ending(result)
    screen.out(summary.lines(path, result, flows, width=screen.width()))
    screen.out(["", f"Results: {stored}"])
    if again:
        screen.note("The same run had been stored before; it was not computed again.")
    elif "wall_s" in result.timing:
        screen.note(f"It took {seconds(result.timing['wall_s'])}.")
    _say_notes(result.notes)
    screen.note("\n" + _next_step(session, result))
    return uncertain.ending(result)


def _say_notes(notes: Iterable[str]) -> None:
    for text in dict.fromkeys(notes):
        screen.note("\n".join(fill(f"note: {text}", screen.prose_width())))


def _next_step(session: Session, result: RunResult) -> str:
    """Return a command or two worth typing next."""
    other = shlex.join([*session.command, "--set", "demand=120 %"])
    policy = f"The same with more trucks and trains:\n  {other}"
    needed = uncertain.needed(result)
    if needed is not None:
        further = _with_option(session.command, "--replications", str(needed))
        return f"With so many replications it would be precise enough, as far as can be told:\n  {further}"
    if result.n_replications >= ENOUGH_REPLICATIONS:
        return policy
    more = _with_option(session.command, "--replications", str(ENOUGH_REPLICATIONS))
    return f"Few replications keep a run short; more of them narrow the intervals:\n  {more}\n{policy}"


def _with_option(command: tuple[str, ...], option: str, value: str) -> str:
    """Return the command with one option set to another value."""
    words: list[str] = []
    skip = False
    for word in command:
        if skip:
            skip = False
        elif word == option:
            skip = True
        elif not word.startswith(f"{option}="):
            words.append(word)
    return shlex.join([*words, option, value])
