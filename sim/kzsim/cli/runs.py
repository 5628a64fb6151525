"""`kzsim runs`: list what is stored, show it, check it, make runs and comparisons again."""

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
RUN is the folder of a run, comparison, sweep or study, or of a scenario for the latest
run there: results/minimal, minimal, or the eight digits in a folder's name.
"""

_COLUMNS = (
    Column("Run"),
    Column("Replica-\ntions", number=True),
    Column("Seed", number=True),
    Column("Kind"),
    Column("Engine"),
    Column("Took", number=True),
    Column("Title"),
)
NAMED = 5
"""So many replications that came out otherwise are named, the others counted."""


@click.group(
    cls=Verbs,
    verbs={
        "list": ("kzsim.cli.runs:listed", "List all stored runs, comparisons, sweeps and studies."),
        "show": ("kzsim.cli.runs:show", "Print the summary of one of them."),
        "verify": ("kzsim.cli.runs:verify", "Check its files; make a run or comparison again, compare."),
    },
    epilog=EPILOG,
)
def runs() -> None:
    """List what is stored, show it, or make a run again with the other engine and compare."""


@click.command("list")
@options.out
@options.common
@click.pass_obj
def listed(session: Session, out: str) -> ExitCode:
    """List the runs, comparisons, sweeps and studies in a folder of results, by scenario and time."""
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
            str(run.replications) if run.points is None else f"{run.points:,} × {run.replications}",
            "–" if run.seed is None else str(run.seed),
            run.kind,
            run.engine or "–",
            "–" if run.wall_s is None else seconds(run.wall_s),
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
    """Print the summary of what is stored, as 'kzsim run', 'compare', 'sweep' and so on did."""
    from kzsim.brief import digest
    from kzsim.cli import documents, held_comparisons, held_studies, held_sweeps, summary

    with results_mistakes():
        from kzsim import experiments

        path = experiments.resolve_run(name, Path(out))
        if held_comparisons.is_one(path):
            return held_comparisons.show(session, path, simultaneous=simultaneous)
        kind = experiments.kind_of(path)
        if simultaneous:
            raise click.UsageError(f"--simultaneous is for comparisons; this is a {kind or 'run'}")
        if kind == "sweep":
            return held_sweeps.show(session, path)
        if kind in held_studies.KINDS:
            return held_studies.show(session, path)
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
    """Check that files are as they were written, make a run or comparison again and compare.

    The scenario is read from the run's own folder. Every replication must end in the same outcome: when
    each truck left, what delayed whom for how long, all lines and servers; of a run with a trace every row of
    it must be the same too. Of a sweep every row of its ledger is checked, and its tables; of a study its
    files; neither is made again. The exit code is 1 if an outcome differs, or if a file was changed.
    """
    with results_mistakes():
        from kzsim import experiments
        from kzsim.cli import held_comparisons, held_studies, held_sweeps
        from kzsim.experiments import ResultsError

        path = experiments.resolve_run(name, Path(out))
        kind = experiments.kind_of(path)
        if kind == "sweep" or kind in held_studies.KINDS:
            checked = held_sweeps.verify(path) if kind == "sweep" else held_studies.verify(path)
            return _told(session, path, checked[0], checked[1], **checked[2])
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
    return ExitCode.CHECK_FAILED if status in ("damaged", "differs") else ExitCode.DONE
