"""`kzsim compare`: the same trucks and trains, two or more borders."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kzsim.cli import options, screen
from kzsim.cli.failures import ExitCode, Session, Stop, model_faults, results_mistakes, scenario_mistakes
from kzsim.cli.table import fill
from kzsim.cli.words import count, seconds

if TYPE_CHECKING:
    from kzsim.experiments.comparisons import Comparison, ComparisonPlan

EPILOG = """\b
Examples:
  kzsim compare scenarios/green_none.yaml scenarios/green_all.yaml
  kzsim compare base.yaml a.yaml b.yaml --replications 20 --simultaneous
  kzsim compare scenarios/green_none.yaml scenarios/baseline_2023.yaml --by-measure
  kzsim compare base.yaml alternative.yaml --precision 5%

The scenarios must be of the same trucks and trains: same period, demand and seed. The same comparison is
not computed twice.
"""


@click.command(epilog=EPILOG)
@click.argument("base", metavar="BASE")
@click.argument("alternatives", metavar="ALTERNATIVE...", nargs=-1, required=True)
@options.replications(
    "Independent repetitions of all scenarios; more of them narrow the intervals. Default: the base's. "
    "With --precision the most that are made; default 100."
)
@options.seed("the scenarios', which must agree")
@options.settings("all scenarios")
@click.option(
    "--precision",
    type=options.Percent(),
    metavar="PERCENT",
    help="Go on until every difference of mean crossing times that has a verdict is known to within so much "
    "of the base's mean (or 5 minutes), for example 5%.",
)
@click.option(
    "--by-measure",
    is_flag=True,
    help="Take the corridors of one alternative apart: each measure alone, all but each, one side alone.",
)
@click.option(
    "--simultaneous",
    is_flag=True,
    help="Let all verdicts hold together with 95 %, each by a wider interval.",
)
@click.option(
    "--uncertainty",
    is_flag=True,
    help="Ask instead in how many worlds within the ranges of the evidence the alternatives help; "
    "--replications is then how often each world is run (default 5).",
)
@options.points
@options.over
@click.option(
    "--unchanged-within",
    "unchanged_within_h",
    type=options.Duration(),
    default="5 min",
    show_default=True,
    metavar="TIME",
    help="A crossing time that changes by no more than this counts as unchanged: in verdicts, in the shares "
    "of winners and losers, and in how many worlds a policy helps.",
)
@options.engine
@options.jobs
@options.out
@options.dry_run
@options.common
@options.quiet("Print only the folder of the results; no progress, warnings or hints.")
@click.pass_obj
def compare(
    session: Session,
    base: str,
    alternatives: tuple[str, ...],
    replications: int | None,
    seed: int | None,
    settings: tuple[str, ...],
    precision: float | None,
    by_measure: bool,
    simultaneous: bool,
    uncertainty: bool,
    points: int | None,
    over: tuple[str, ...],
    unchanged_within_h: float,
    engine: str | None,
    jobs: int | None,
    out: str,
    dry_run: bool,
) -> ExitCode:
    """Compare scenarios on the same trucks and trains: who gains, who loses, how much, and why.

    Prints, for each alternative against BASE and for each crossing and direction, the paired differences of
    the mean crossing times with their intervals, winners and losers among the same trucks, which kind of
    delay earned or paid them, throughput and tonnes, and a verdict in words.
    """
    if uncertainty and (precision is not None or by_measure or simultaneous):
        raise click.UsageError("--uncertainty goes with neither --precision, --by-measure nor --simultaneous")
    if not uncertainty and (points is not None or over):
        raise click.UsageError("--points and --over say how --uncertainty is made; give --uncertainty too")
    with scenario_mistakes():
        from kzsim.scenario import load_base

        paths = (base, *alternatives)
        bases = [load_base(path, settings) for path in paths]
        scenarios = [one.scenario for one in bases]

    with results_mistakes(), model_faults(), comparison_mistakes(), ExitStack() as leaving:
        from kzsim import experiments
        from kzsim.cli import progress
        from kzsim.cli.run import have_ready, worth
        from kzsim.experiments import comparisons
        from kzsim.experiments.uncertainty.keeping import forget, kept_in

        plan = comparisons.plan_comparison(
            scenarios[0],
            scenarios[1:],
            names=paths,
            replications=replications,
            seed=seed,
            precision=precision,
            by_measure=by_measure,
            unchanged_within_h=unchanged_within_h,
        )
        if not session.quiet:
            for path, scenario in zip(paths, scenarios, strict=True):
                for warning in scenario.warnings:
                    screen.note(str(warning) if len(set(paths)) > 1 else f"{path}: {warning}")
            for text in plan.warnings:
                screen.note("\n".join(fill(f"warning: {text}", screen.prose_width())))
        folder = Path(out) / plan.folder
        if uncertainty:
            from kzsim.cli import plausible

            asked = plausible.Asked(points, replications, over, unchanged_within_h, dry_run=dry_run)
            return plausible.in_many_worlds(session, plan, bases, asked, engine, jobs, folder)
        stored = experiments.find(folder, plan.digest)
        if dry_run:
            return _announce(session, plan, paths, folder, stored)
        if stored is not None:
            session.stored = stored
            with suppress(
                experiments.ResultsError
            ):  # what is stored can be read where nothing can be written
                experiments.point_latest(folder, stored)
            found = comparisons.load_comparison(stored)
            return finish(session, found, stored, again=True, simultaneous=simultaneous)
        leaving.enter_context(experiments.prepared(folder))
        choice = comparisons.choose_for(plan, engine)
        have_ready(session, choice)
        workers = jobs or worth(choice, plan.entities, plan.replications)
        with progress.shown(session, title=plan.title) as report:
            report(0, plan.replications if plan.rounds is None else plan.rounds.first)
            session.kept = "The replications that were done are kept"
            kept = kept_in(folder, plan.digest) / "replications"
            result = comparisons.execute_comparison(plan, choice, jobs=workers, progress=report, kept=kept)
        stored = comparisons.store_comparison(folder, plan, result, command=shlex.join(session.command))
        session.stored = stored
        forget(folder, plan.digest)
    return finish(session, result, stored, again=False, simultaneous=simultaneous)


@contextmanager
def comparison_mistakes() -> Iterator[None]:
    """Turn scenarios that cannot be compared into the end of the command."""
    from kzsim.experiments.comparisons import ComparisonError

    try:
        yield
    except ComparisonError as error:
        raise Stop(
            ExitCode.INVALID,
            f"kzsim: {error.message}",
            status="invalid",
            remedy=f"{error.remedy} Nothing was run or written.",
        ) from error


def _announce(
    session: Session, plan: ComparisonPlan, paths: tuple[str, ...], folder: Path, stored: Path | None
) -> ExitCode:
    """Say what would be compared."""
    number = count(len(plan.worlds), "world")
    most = "at most " if plan.precision is not None else ""
    matters = {
        "scenarios": [
            {"name": name, "path": path, "title": scenario.title}
            for name, path, scenario in zip(plan.names, paths, plan.scenarios, strict=True)
        ],
        "worlds": len(plan.worlds),
        "replications": plan.replications,
        "seed": plan.seed,
        "precision": plan.precision,
        "unchanged_within_h": plan.unchanged_within_h,
        "parts": [{"kind": part.kind, "what": part.what} for part in plan.parts],
        "entities": plan.entities,
        "folder": str(folder),
        "stored": None if stored is None else str(stored),
        "warnings": list(plan.warnings),
        "notes": list(plan.notes),
    }
    if session.json:
        from kzsim.cli.documents import write

        write({"status": "valid", **matters})
        return ExitCode.DONE
    if session.quiet:
        click.echo(f"{plan.title}: valid")
        return ExitCode.DONE
    width = screen.prose_width()
    lines = [screen.heading(plan.title)]
    for place, name, path, scenario in zip(
        ("Base", *[""] * len(plan.names)), plan.names, paths, plan.scenarios, strict=False
    ):
        lines += fill(f"{name}: {scenario.title} ({path})", width, first=f"{place:<14}", rest=" " * 14)
    if plan.parts:
        measures = [part.what for part in plan.parts if part.kind == "alone"]
        lines += fill(f"by measure: {', '.join(measures)}", width, first=" " * 14, rest=" " * 14)
    size = f"{most}{count(plan.replications, 'replication')} of {number}, seed {plan.seed}; "
    size += f"{most}{plan.entities:,.0f} trucks and trains over all of them"
    lines += fill(size, width, first=f"{'To run':<14}", rest=" " * 14)
    where = f"{stored}: stored already, nothing would be run" if stored else f"a new folder in {folder}"
    lines += fill(where, width, first=f"{'Results':<14}", rest=" " * 14)
    screen.out(lines)
    again = shlex.join(word for word in session.command if word != "--dry-run")
    screen.note(f"\nNothing was run or written. To run it: {again}")
    return ExitCode.DONE


def finish(
    session: Session, result: Comparison, stored: Path, *, again: bool, simultaneous: bool
) -> ExitCode:
    """Print what came out and where it lies."""
    from kzsim.cli import compared, documents

    code = ExitCode.CHECK_FAILED if result.reached is False else ExitCode.DONE
    if session.json:
        documents.write(compared.document(result, stored, again=again, simultaneous=simultaneous))
        return code
    if session.quiet:
        click.echo(str(stored))
        return code
    screen.out(compared.lines(result, width=screen.width(), simultaneous=simultaneous))
    screen.out(["", f"Results: {stored}"])
    if again:
        screen.note("The same comparison had been stored before; it was not computed again.")
    elif "wall_s" in result.timing:
        screen.note(f"It took {seconds(result.timing['wall_s'])}.")
    for text in dict.fromkeys(result.notes):
        screen.note("\n".join(fill(f"note: {text}", screen.prose_width())))
    return code
