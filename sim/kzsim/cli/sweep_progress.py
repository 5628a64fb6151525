"""How far a sweep is and how long it still takes: a bar on a terminal, a few lines elsewhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kzsim.cli import screen
from kzsim.cli.failures import Session
from kzsim.cli.words import count, seconds

if TYPE_CHECKING:
    from kzsim.experiments.sweeps import Estimate, Heard, State, SweepPlan


@contextmanager
def shown(session: Session, plan: SweepPlan) -> Iterator[Heard]:
    """Yield whom a sweep tells of its progress; on a terminal with a bar on stderr."""
    from kzsim.experiments.sweeps import Heard

    if session.quiet:
        yield Heard()
        return
    speaker = _Speaker()
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield Heard(speaker.begin, speaker.expect, screen.note)
        return

    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f} replications{task.fields[failed]}"),
        TimeRemainingColumn(elapsed_when_finished=True),
        TextColumn("left"),
    )
    console = Console(stderr=True, highlight=False)
    with Progress(*columns, console=console, transient=True, speed_estimate_period=300) as bar:
        task = bar.add_task(plan.checked.points.sweep.title, total=plan.about.tasks, failed="", visible=False)

        def report(state: State) -> None:
            speaker.begin(state)
            failed = f", {state.failed:,} failed" if state.failed else ""
            bar.update(
                task, completed=state.done + state.failed, total=state.total, failed=failed, visible=True
            )

        yield Heard(report, speaker.expect, screen.note)


class _Speaker:
    """Says once how much is there already, and once how long the rest takes."""

    def __init__(self) -> None:
        self._begun = False

    def begin(self, state: State) -> None:
        """Say what is stored already, if anything."""
        if not self._begun and state.before:
            screen.note(
                f"{state.before:,} of {count(state.total, 'replication')} are stored already; "
                f"{state.left:,} are to be run."
            )
        self._begun = True

    def expect(self, expected: Estimate) -> None:
        """Say what the rest takes."""
        screen.note(estimate_line(expected))


_AT_EASE = 0.9
"""Workers that get this share of a processor each are not said to be held up by others."""


def estimate_line(expected: Estimate) -> str:
    """Return ``359 replications will take about 1 min 28 s on 2 workers and 6.5 MB on disk, from ...``."""
    from kzsim.experiments import in_bytes

    on = f"on {count(expected.workers, 'worker')}" if expected.workers > 1 else "on one worker"
    if expected.processors < _AT_EASE * min(expected.workers, expected.tasks):
        get = "get" if expected.workers > 1 else "gets"
        on += f" (which {get} about {expected.processors:.1f} of a processor beside what else is running)"
    of = "one that was" if expected.measured == 1 else f"{expected.measured} that were"
    return (
        f"{count(expected.tasks, 'replication')} will take about {seconds(expected.wall_s)} {on} "
        f"and {in_bytes(expected.disk_bytes)} on disk, from {of} measured."
    )
