"""`kzsim sweep`: one scenario at many points; the same command again goes on where it was."""

from __future__ import annotations

import os
import shlex
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from kzsim.cli import options, screen
from kzsim.cli.failures import ExitCode, Session, Stop, model_faults, results_mistakes, scenario_mistakes
from kzsim.cli.words import count

if TYPE_CHECKING:
    from kzsim.experiments.sweeps import SweepPlan, SweepResult, Where

EPILOG = """\b
Examples:
  kzsim sweep scenarios/sweeps/intake_nur_zholy.yaml --dry-run
  kzsim sweep scenarios/sweeps/intake_nur_zholy.yaml --jobs 2
  kzsim sweep mine.yaml --scheduler tcp://10.0.0.5:8786

Ctrl-C once finishes what runs and saves it; twice stops at once. The same command goes on from there.
Exit code 1: some replications failed; each is named, and the others were run.
"""


@click.command(epilog=EPILOG)
@click.argument("path", metavar="SWEEP")
@options.jobs
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Run on the workers of this Dask scheduler, such as tcp://10.0.0.5:8786 (needs kzsim[dask]).",
)
@click.option(
    "--local-cluster",
    is_flag=True,
    help="Run on a Dask cluster of two workers started on this machine, for trying (needs kzsim[dask]).",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Check everything, run one replication to tell how long all take and how much disk; write nothing.",
)
@options.out
@options.common
@options.quiet("Print only the folder of the results; no progress, warnings or hints.")
@click.pass_obj
def sweep(
    session: Session,
    path: str,
    jobs: int | None,
    scheduler: str | None,
    local_cluster: bool,
    dry_run: bool,
    out: str,
) -> ExitCode:
    """Run one scenario at many points with the same random numbers.

    SWEEP is a file that says which scenario, which values and how the points are chosen. What is stored
    already is not run again.
    """
    _check_options(jobs, scheduler, local_cluster=local_cluster)
    with scenario_mistakes(), invalid_points():
        from kzsim.experiments.sweeps import Where, plan_sweep

        plan = plan_sweep(path, out)
    where = Where(jobs, scheduler, local_cluster)
    if not session.quiet:
        _say_beforehand(plan)
    with results_mistakes(), model_faults(), worker_faults(session, plan):
        if dry_run:
            return _announce(session, path, plan, where)
        _run(session, plan, where)
        session.stored = plan.folder  # complete; only its tables are still to be made
        from kzsim.experiments.sweeps import read_sweep

        result = read_sweep(plan, command=shlex.join(session.command))
    return finish(session, path, plan, result)


def _check_options(jobs: int | None, scheduler: str | None, *, local_cluster: bool) -> None:
    if scheduler is not None and local_cluster:
        raise click.UsageError("--scheduler and --local-cluster exclude each other.")
    if jobs is not None and (scheduler is not None or local_cluster):
        raise click.UsageError("--jobs is for this machine's threads; a cluster has its own workers.")
    if scheduler == "":
        raise click.UsageError("--scheduler needs an address, such as tcp://10.0.0.5:8786.")


@contextmanager
def invalid_points() -> Iterator[None]:
    """Turn a sweep none of whose points is a valid scenario into the end of the command."""
    from kzsim.experiments.sweeps import InvalidPointsError

    try:
        yield
    except InvalidPointsError as error:
        raise Stop(
            ExitCode.INVALID,
            str(error),
            status="invalid",
            remedy="\nNo point is a valid scenario; nothing was run or written.",
            points=[{"point": one.number, "message": str(one)} for one in error.invalid],
        ) from error


@contextmanager
def worker_faults(session: Session, plan: SweepPlan) -> Iterator[None]:
    """Turn a cluster that cannot be used, and workers that are lost, into the end of the command."""
    from kzsim.experiments import WorkerError
    from kzsim.experiments.sweeps import ClusterError

    kept = f"What was saved is kept in {plan.folder}; go on with: {shlex.join(session.command)}"
    try:
        yield
    except WorkerError as error:
        raise Stop(ExitCode.STOPPED, f"kzsim: {error}", status="stopped", remedy=kept) from error
    except MemoryError as error:
        message = "kzsim: memory ran out; fewer --jobs need less"
        raise Stop(ExitCode.STOPPED, message, status="stopped", remedy=kept) from error
    except ClusterError as error:
        raise Stop(
            ExitCode.INVALID, f"kzsim: {error.message}", status="cluster", remedy=error.remedy
        ) from error


def _say_beforehand(plan: SweepPlan) -> None:
    from kzsim.experiments.sweeps import others

    for warning in plan.checked.warnings:
        screen.note(str(warning))
    invalid = plan.checked.invalid
    if invalid:
        screen.note(
            f"{count(len(invalid), 'point is no valid scenario', 'points are no valid scenarios')} and "
            "will be noted as failed:"
        )
        for one in invalid[:_MOST_NAMED]:
            screen.note(f"  {one}")
        if len(invalid) > _MOST_NAMED:
            screen.note(f"  and {len(invalid) - _MOST_NAMED:,} more")
    before = others(plan)
    if before and not plan.folder.exists():
        screen.note(
            f"Results of another form of this sweep, or of another version of kzsim, stay in {before[-1]}; "
            "they are not mixed with these."
        )


_MOST_NAMED = 8


def _run(session: Session, plan: SweepPlan, where: Where) -> None:
    """Run what is not there yet; ends the command if it was interrupted."""
    from kzsim.cli import sweep_progress
    from kzsim.experiments.sweeps import run_sweep, settled

    if settled(plan):
        if not session.quiet:
            screen.note("The whole sweep is stored already; nothing was run.")
        return
    stopping = threading.Event()
    with sweep_progress.shown(session, plan) as heard, _interrupts(stopping, session):
        state = run_sweep(plan, where, heard=heard, stopping=stopping)
    if state.left:
        again = shlex.join(session.command)
        stored = f"{state.done + state.failed:,} of {state.total:,} replications are saved in {plan.folder}"
        raise Stop(
            ExitCode.INTERRUPTED,
            f"\nInterrupted. {stored}",
            status="interrupted",
            remedy=f"Go on with: {again}",
            results=str(plan.folder),
            done=state.done,
            failed=state.failed,
            total=state.total,
            again=again,
        )


@contextmanager
def _interrupts(stopping: threading.Event, session: Session) -> Iterator[None]:
    """Within: the first Ctrl-C (or polite kill) lets what runs finish, the second ends the process."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may set handlers
        return

    def heard(_number: int, _frame: FrameType | None) -> None:
        if stopping.is_set():
            # committed results are on the disk; what runs is not waited for, and no thread can be ended
            _say_at_once(
                f"\nStopped at once. What was saved is kept; go on with: {shlex.join(session.command)}"
            )
            os._exit(int(ExitCode.INTERRUPTED))
        stopping.set()
        _say_at_once("\nFinishing what runs and saving it. Ctrl-C again stops at once.")

    before: dict[int, Any] = {}
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None:
            before[number] = signal.signal(number, heard)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _say_at_once(text: str) -> None:
    """Write past Python's buffers, which a signal may find in use."""
    os.write(sys.__stderr__.fileno() if sys.__stderr__ is not None else 2, f"{text}\n".encode())


def _announce(session: Session, path: str, plan: SweepPlan, where: Where) -> ExitCode:
    """Say what would be run, from one replication that is run for it."""
    from kzsim.cli import sweep_summary
    from kzsim.experiments.sweeps import dry_run, stored_tasks

    there = stored_tasks(plan)
    measured, expected = dry_run(plan, where)
    if session.json:
        from kzsim.cli.documents import write

        write(sweep_summary.plan_document(path, plan, measured, expected, there))
    elif session.quiet:
        click.echo(f"{path}: valid")
    else:
        screen.out(sweep_summary.plan_lines(path, plan, measured, expected, there, screen.prose_width()))
        again = shlex.join(word for word in session.command if word != "--dry-run")
        screen.note(f"\nNothing was written. To run it: {again}")
    return ExitCode.DONE


def finish(session: Session, path: str, plan: SweepPlan, result: SweepResult) -> ExitCode:
    """Print what came out, what failed and where the results lie."""
    from kzsim.cli import sweep_summary
    from kzsim.cli.documents import write

    code = ExitCode.CHECK_FAILED if result.failures else ExitCode.DONE
    if session.json:
        write(sweep_summary.document(path, plan, result))
        return code
    if session.quiet:
        click.echo(str(result.folder))
    else:
        screen.out(sweep_summary.lines(result, screen.width()))
        screen.out(["", f"Results: {result.folder}"])
    for line in sweep_summary.failure_lines(result):
        screen.note(line)
    return code
