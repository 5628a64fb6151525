"""`kzsim serve`: pages for a browser on this machine."""

from __future__ import annotations

import signal
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from kzsim.cli import options, screen
from kzsim.cli.documents import write
from kzsim.cli.failures import ExitCode, Session, Stop, scenario_mistakes

if TYPE_CHECKING:
    from kzsim.brief.content import Brief

    Said = tuple[Brief, Mapping[str, Any], Path, Mapping[str, Any]]
    """What a report says: the brief, and the descriptions of all that is in its figures."""

EPILOG = """\b
Only browsers on this machine are answered, and only at the address that is printed: it holds a
secret. Whoever has the address can run simulations and save scenarios as you.
"""


@click.command(epilog=EPILOG)
@options.out
@click.option(
    "--scenarios",
    default="scenarios",
    show_default=True,
    metavar="FOLDER",
    help="Folder of scenarios. They are edited in copies, which are saved here.",
)
@click.option(
    "--port",
    type=options.Whole(0, 65_535),
    default=0,
    metavar="N",
    help="Port to listen on. Default: any that is free.",
)
@options.common
@click.pass_obj
def serve(session: Session, out: str, scenarios: str, port: int) -> ExitCode:
    """Show results in a browser, edit scenarios in a form, run them.

    Prints the address to open and goes on until Ctrl-C. A simulation that runs then is ended, and nothing
    of it is written.
    """
    if not Path(scenarios).is_dir():
        raise Stop(
            ExitCode.INVALID,
            f"kzsim: there is no folder {scenarios}",
            status="refused",
            remedy=f"Name another with --scenarios, or have first scenarios written: kzsim init {scenarios}",
        )
    with scenario_mistakes():
        from kzsim.serve.server import Server
    try:
        server = Server(
            Path(scenarios),
            Path(out),
            port=port,
            held=_held,
            report=Reports(),
            faulty=lambda error: _tell(session, error),
        )
    except OSError as error:
        raise Stop(
            ExitCode.INVALID,
            f"kzsim: port {port} cannot be listened on: {error.strerror}",
            status="refused",
            remedy="Leave --port out to take any that is free.",
        ) from error
    with heard_once(server.jobs.kill):
        try:
            _announce(session, server.address)
            server.serve_forever(poll_interval=0.2)
        except KeyboardInterrupt:
            screen.note("\nStopping.")
        finally:
            stopped = server.end()
    if stopped:
        screen.note("The simulation that was running was ended; nothing of it was written.")
        return ExitCode.INTERRUPTED
    return ExitCode.DONE


@contextmanager
def heard_once(again: Callable[[], None]) -> Iterator[None]:
    """Let the first Ctrl-C, polite kill or closed terminal interrupt, and call ``again`` at others.

    The first one begins the end, which waits for a simulation to stop. Were a second one an interruption too,
    it would break that off and leave the simulation running, in a session of its own, with nobody to stop it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may set handlers
        return
    heard = False

    def hear(_number: int, _frame: FrameType | None) -> None:
        nonlocal heard
        if heard:
            again()
        else:
            heard = True
            raise KeyboardInterrupt

    previous: dict[int, Any] = {}
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:  # as nohup sets it
            previous[number] = signal.signal(number, hear)
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _announce(session: Session, address: str) -> None:
    if session.json:
        write({"status": "serving", "address": address})
    else:
        click.echo(address)
    screen.note("Open this address in a browser on this machine. Ctrl-C ends it.")


def _held(key: str, year: int) -> Iterator[str]:
    """Yield what the evidence holds behind a key of a scenario, as `kzsim explain` says it."""
    from kzsim.cli.held import held

    for item in held(key, year):
        yield f"{item.text} ({item.grade})" if item.grade else item.text


class Reports:
    """Makes the report of stored results as `kzsim report` does, and keeps the latest: some take seconds.

    A kept one is given only as long as all that it says is the same. Stored results may come to say more:
    a sweep that is resumed gets further points, a comparison a verdict over plausible worlds made after it.
    It may be called from several threads at once.
    """

    KEPT = 8

    def __init__(self) -> None:
        self._kept: dict[tuple[Path, str], tuple[Said, bytes]] = {}
        self._keeping = threading.Lock()

    def __call__(self, path: Path, lang: str) -> bytes:
        """Return the page in a language. Raises ReportError if there can be none."""
        from kzsim.brief.errors import BriefError
        from kzsim.cli.report import html_of, told
        from kzsim.experiments import ResultsError
        from kzsim.experiments.studies import open_study
        from kzsim.language import speaker
        from kzsim.serve.site import ReportError

        try:
            found = open_study(path)
            say = speaker(lang)
            said = told(found, say)
            now = (said.brief, found.manifest, said.pictured.path, said.pictured.manifest)
            with self._keeping:
                before, page = self._kept.pop((path, lang), (None, b""))
            if before != now:
                page = html_of(said, say)
        except (BriefError, ResultsError) as error:
            raise ReportError(f"{error.message} {error.remedy}") from error
        with self._keeping:
            self._kept[path, lang] = (now, page)
            if len(self._kept) > self.KEPT:
                del self._kept[next(iter(self._kept))]
        return page


def _tell(session: Session, error: BaseException) -> None:
    if session.traceback:
        traceback.print_exception(error)
    else:
        screen.note(f"kzsim: internal error: {type(error).__name__}: {error}. For the details: --traceback")
