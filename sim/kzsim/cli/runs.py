"""`kzsim runs`: list stored runs, show one, make one again and compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kzsim.cli import options, screen
from kzsim.cli.documents import write
from kzsim.cli.failures import ExitCode, Session, model_faults, results_mistakes
from kzsim.cli.group import Verbs
from kzsim.cli.table import Column, Table, fill
from kzsim.cli.words import count, seconds

if TYPE_CHECKING:
    from kzsim.experiments import Reproduction, StoredRun

EPILOG = """\b
RUN is the folder of a run, or of a scenario for the latest run there: results/minimal,
minimal, or the eight digits at the end of a run's name.
"""

_COLUMNS = (
    Column("Run"),
    Column("Replica-\ntions", number=True),
    Column("Seed", number=True),
    Column("Engine"),
    Column("Took", number=True),
    Column("Title"),
)
NAMED = 5
"""So many replications that came out otherwise are named, the others counted."""


@click.group(
    cls=Verbs,
    verbs={
        "list": ("kzsim.cli.runs:listed", "List all stored runs."),
        "show": ("kzsim.cli.runs:show", "Print the summary of a stored run."),
        "verify": ("kzsim.cli.runs:verify", "Check a run's files, make it again, compare."),
    },
    epilog=EPILOG,
)
def runs() -> None:
    """List stored runs, show one, or make one again with the other engine and compare."""


@click.command("list")
@options.out
@options.common
@click.pass_obj
def listed(session: Session, out: str) -> ExitCode:
    """List the runs stored in a folder of results, by scenario and time."""
    with results_mistakes():
        from kzsim.experiments import stored_runs

        found = stored_runs(Path(out))
    if session.json:
        write({"status": "listed", "runs": [asdict(run) for run in found]})
    elif found:
        screen.out(_table(found, screen.width()))
    else:
        screen.note(f"No run is stored below {out}.")
    return ExitCode.DONE


def _table(found: Sequence[StoredRun], width: int) -> list[str]:
    rows = tuple(
        (
            f"{run.scenario}/{run.path.name}",
            str(run.replications),
            str(run.seed),
            run.engine or "–",
            seconds(run.wall_s),
            run.title,
        )
        for run in found
    )
    table = Table(_COLUMNS, rows)
    if table.least_width() > width:
        return list(table.spoken(width))
    return [*table.heading_lines(), *table.row_lines(width)]


@click.command(epilog=EPILOG)
@click.argument("name", metavar="RUN")
@click.option("--simultaneous", is_flag=True, help="Of a comparison: let all verdicts hold together.")
@options.out
@options.common
@click.pass_obj
def show(session: Session, name: str, simultaneous: bool, out: str) -> ExitCode:
    """Print the summary of a stored run or comparison, as 'kzsim run' or 'kzsim compare' did."""
    from kzsim.brief import digest
    from kzsim.cli import documents, held_comparisons, summary

    with results_mistakes():
        from kzsim import experiments

        path = experiments.resolve_run(name, Path(out))
        if held_comparisons.is_one(path):
            return held_comparisons.show(session, path, simultaneous=simultaneous)
        if simultaneous:
            raise click.UsageError("--simultaneous is for comparisons; this is a run")
        result = experiments.load_run(path)
    flows = digest.flows(result)
    if session.json:
        documents.write(summary.document(str(path), result, flows, path, again=True))
        return ExitCode.DONE
    manifest = result.manifest or {}
    screen.out(summary.lines(path.parent.name, result, flows, width=screen.width()))
    screen.out(["", f"Results: {path}"])
    screen.note(
        f"Made by kzsim {manifest.get('model')} with the {result.engine} engine, "
        f"finished {manifest.get('finished_utc')}: {manifest.get('command')}"
    )
    return ExitCode.DONE


@click.command(epilog=EPILOG)
@click.argument("name", metavar="RUN")
@click.option(
    "--engine",
    type=options.ENGINES,
    help="The engine to make it again with. Default: the one that did not make it.",
)
@click.option(
    "--replications",
    type=options.Whole(1, 10_000),
    metavar="N",
    help="Make only the first N again; the reference engine takes minutes for a year at all crossings.",
)
@options.jobs
@options.out
@options.common
@options.quiet("Print nothing; the exit code tells.")
@click.pass_obj
def verify(
    session: Session, name: str, engine: str | None, replications: int | None, jobs: int | None, out: str
) -> ExitCode:
    """Check that a run's files are as they were written, make the run again and compare.

    The scenario is read from the run's own folder. Every replication must end in the same outcome: when
    each truck left, what delayed whom for how long, all lines and servers; of a run with a trace every row of
    it must be the same too. The exit code is 1 if it does
    not, or if a file was changed.
    """
    with results_mistakes():
        from kzsim import experiments
        from kzsim.cli import held_comparisons
        from kzsim.experiments import ResultsError

        path = experiments.resolve_run(name, Path(out))
        try:
            manifest = experiments.verify(path)
        except ResultsError as error:
            return _told(session, path, "damaged", str(error))
        if held_comparisons.is_one(path):
            status, said, details = held_comparisons.verify(
                session, path, manifest, engine=engine, replications=replications, jobs=jobs
            )
            return _told(session, path, status, said, **details)
        scenario = experiments.stored_scenario(path)
    with results_mistakes(), model_faults():
        from kzsim.cli import progress
        from kzsim.cli.run import have_ready, worth

        planned = experiments.plan(
            scenario, replications=replications, counterfactual=manifest.get("counterfactual", True)
        )
        traced = experiments.ENTITIES in manifest["files"]
        other = engine or ("reference" if manifest.get("engine") == "kernel" else "kernel")
        choice = experiments.choose_engine(planned, other)
        have_ready(session, choice)
        with progress.shown(session, title=scenario.title) as report:
            found = experiments.reproduce(
                scenario,
                manifest,
                choice,
                replications=replications,
                jobs=jobs or worth(choice, planned.entities, planned.replications),
                progress=report,
                trace=path / experiments.ENTITIES if traced else None,
            )
    same_model = manifest.get("model") == planned.model_version
    status = "differs" if found.different else "verified"
    said = told_outcomes(found, manifest, choice.engine, planned.model_version)
    return _told(session, path, status, said, engine=choice.engine, same_model=same_model, **asdict(found))


def told_outcomes(found: Reproduction, manifest: dict[str, Any], engine: str, model: str) -> str:
    """Say how the outcomes compare."""
    made = f"{manifest.get('engine')} engine of kzsim {manifest.get('model')}"
    other = "" if manifest.get("model") == model else f" of kzsim {model}"
    again = f"{count(found.replications, 'replication')} made again with the {engine} engine{other}"
    if not found.different:
        rows = ", down to every row of the trace" if found.traced else ""
        return f"Its files are whole, and {again} ended as with the {made}{rows}."
    places = [f"replication {number} of the {which}" for number, which in found.different[:NAMED]]
    more = len(found.different) - NAMED
    places += [f"{more} more"] if more > 0 else []
    why = "" if not other else " The model has changed since, which may be why."
    those = ", ".join(places)
    return f"Its files are whole, but of {again} these end otherwise than with the {made}: {those}.{why}"


def _told(session: Session, path: Path, status: str, said: str, **details: object) -> ExitCode:
    if session.json:
        write({"status": status, "run": str(path), "message": said, **details})
    elif not session.quiet:
        screen.out(fill(f"{path}: {status}. {said}" if status != "damaged" else said, screen.prose_width()))
    return ExitCode.DONE if status == "verified" else ExitCode.CHECK_FAILED
