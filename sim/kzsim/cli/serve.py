"""`kzsim serve`: pages for a browser on this machine."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import click

from kzsim.cli import options, screen
from kzsim.cli.documents import write
from kzsim.cli.failures import ExitCode, Session, Stop, scenario_mistakes

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
            report=_report,
            faulty=lambda error: _tell(session, error),
        )
    except OSError as error:
        raise Stop(
            ExitCode.INVALID,
            f"kzsim: port {port} cannot be listened on: {error.strerror}",
            status="refused",
            remedy="Leave --port out to take any that is free.",
        ) from error
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


@lru_cache(maxsize=8)  # stored results do not change, and a year's figures take seconds to draw
def _report(path: Path, lang: str) -> bytes:
    """Return the report of stored results as `kzsim report` makes it; ReportError if there can be none."""
    from kzsim.brief.content import brief_of
    from kzsim.brief.errors import BriefError
    from kzsim.brief.html import html_page
    from kzsim.cli.report import figures
    from kzsim.experiments import ResultsError
    from kzsim.experiments.studies import open_study
    from kzsim.language import speaker
    from kzsim.serve.site import ReportError

    say = speaker(lang)
    try:
        study = open_study(path)
        return html_page(brief_of(study, say), study, figures(study, say), say)
    except (BriefError, ResultsError) as error:
        raise ReportError(f"{error.message} {error.remedy}") from error


def _tell(session: Session, error: BaseException) -> None:
    if session.traceback:
        traceback.print_exception(error)
    else:
        screen.note(f"kzsim: internal error: {type(error).__name__}: {error}. For the details: --traceback")
