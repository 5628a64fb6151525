"""How far a run is: as a bar on a terminal, or as lines for a program that started this one."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from kzsim.cli.failures import Session

LINES = "KZSIM_PROGRESS"
"""Environment variable; with the value 'lines' each step is a line of JSON on stderr, whatever stderr is."""

Report = Callable[[int, int], None]
"""Called with the number of finished replications and the number asked for."""


@contextmanager
def shown(session: Session, *, title: str, noun: str = "replications") -> Iterator[Report]:
    """Yield a function that takes (done, total), both counts of `noun`, and keeps a bar on stderr up to date.

    With KZSIM_PROGRESS=lines every step is told on stderr as a line of JSON. Without a terminal, with
    --quiet and on dumb terminals nothing is drawn, but the session still learns how far the run came, for the
    message of an interruption.
    """

    def remember(done: int, total: int) -> None:
        session.progress = f"{done} of {total} {noun}"

    if os.environ.get(LINES) == "lines":

        def tell(done: int, total: int) -> None:
            remember(done, total)
            click.echo(json.dumps({"progress": {"done": done, "total": total, "of": noun}}), err=True)

        yield tell
        return
    if session.quiet or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield remember
        return

    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.completed:.0f} of {task.total:.0f} " + noun),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True, highlight=False), transient=True) as bar:
        task = bar.add_task(title, total=None, visible=False)

        def report(done: int, total: int) -> None:
            remember(done, total)
            bar.update(task, completed=done, total=total, visible=True)

        yield report
