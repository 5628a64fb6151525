"""`kzsim report`: the brief of a stored study, as an HTML page or a PDF."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kzsim.cli import options, screen
from kzsim.cli.documents import write
from kzsim.cli.failures import ExitCode, Session, Stop, results_mistakes

if TYPE_CHECKING:
    from kzsim.brief.content import Brief
    from kzsim.experiments.studies import Study
    from kzsim.figures.catalogue import Drawn
    from kzsim.language import Speaker

EPILOG = """\b
Examples:
  kzsim report results/green_all
  kzsim report results/compare-green_none-green_all --format html,pdf --lang ru
  kzsim report results/green_all --baseline results/green_none --out green.html

\b
STUDY is the folder of a run, a comparison or a sweep, or of a scenario for the
latest run there, as 'kzsim runs show' takes it. Where a comparison was also made
with --uncertainty, its brief begins with what holds over the plausible worlds.
"""
COUNTERFACTUAL = ("gains", "classes")
"""Kinds of figures that show a run against itself without corridors."""
NAMES = {"html": "report", "pdf": "brief"}


@click.command(epilog=EPILOG)
@click.argument("study", metavar="STUDY")
@options.formats(tuple(NAMES), "format of a report", "html", "html, pdf, or html,pdf.")
@click.option("--baseline", metavar="RUN", help="Compare a run with this one of the same trucks and trains.")
@options.lang
@click.option(
    "--out",
    "target",
    metavar="FILE",
    help="Where to write it. Default: report.html and brief.pdf in the study's folder.",
)
@options.results
@click.option("--template", metavar="FILE", help="A Typst file of your own to set the PDF with.")
@options.quiet("Print the paths alone.")
@options.common
@click.pass_obj
def report(
    session: Session,
    study: str,
    formats: tuple[str, ...],
    baseline: str | None,
    lang: str,
    target: str | None,
    results: str,
    template: str | None,
) -> ExitCode:
    """Write the brief of a run, a comparison or a sweep: what it found, how sure that is, what is assumed.

    The HTML page is one file that asks for nothing from elsewhere; the PDF has two pages. Both say the same.
    """
    if template is not None and "pdf" not in formats:
        raise click.UsageError("--template sets the PDF; ask for it with --format pdf")
    with results_mistakes(), report_mistakes():
        from kzsim.experiments.disk import put_all
        from kzsim.experiments.studies import open_study
        from kzsim.figures.letters import lacking
        from kzsim.language import speaker

        found = open_study(study, Path(results))
        other = None if baseline is None else open_study(baseline, Path(results))
        paths = targets(found, formats, target)
        for path in paths.values():
            check_writable(path)
        mould = None if template is None else Path(template)
        if "pdf" in formats:
            check_pdf(mould)
        say = speaker(lang)
        said = told(found, say, other)
        drawn = said.drawn()
        makers: dict[str, Callable[[], bytes]] = {
            "html": lambda: html_of(said, say, drawn),
            "pdf": lambda: _pdf(said.brief, drawn, say, mould),
        }
        # all are made before one is written
        put_all([(path, makers[form]()) for form, path in paths.items()])
        if "pdf" in formats:  # in a page letters are text, for the reader's own fonts
            screen.no_font(lacking(one for _, one in drawn))
    if session.json:
        files = {form: str(path) for form, path in paths.items()}
        write({"status": "done", "study": str(found.path), "headline": said.brief.headline, "files": files})
        return ExitCode.DONE
    if not session.quiet:
        screen.out([said.brief.headline])
    screen.out(str(path) for path in paths.values())
    return ExitCode.DONE


def targets(study: Study, formats: Sequence[str], target: str | None) -> dict[str, Path]:
    """Return where each format goes: beside the results, or at `target` with its own ending."""
    if target is None:
        return {form: study.path / f"{NAMES[form]}.{form}" for form in formats}
    path = Path(target)
    if path.is_dir():
        return {form: path / f"{NAMES[form]}.{form}" for form in formats}
    if len(formats) == 1:
        return {formats[0]: path}
    return {form: path.with_suffix(f".{form}") for form in formats}


@dataclass(frozen=True)
class Told:
    """What the report of a study says.

    `pictured` is the study in its figures: of plausible worlds the comparison beside them. `drawn` gives
    the figures with the name of their kind; that takes seconds.
    """

    brief: Brief
    pictured: Study
    drawn: Callable[[], list[tuple[str, Drawn]]]


def told(found: Study, say: Speaker, other: Study | None = None) -> Told:
    """Return what the report of a study says, against the run `other`. Raises BriefError, ResultsError."""
    from kzsim.brief.content import brief_of
    from kzsim.brief.of_comparison import compared

    brief = brief_of(found, say, other)
    pictured = compared(found)

    def drawn() -> list[tuple[str, Drawn]]:
        # against another run, figures of its own counterfactual would answer another question
        shown = figures(pictured, say, without=COUNTERFACTUAL if other is not None else ())
        if found.kind == pictured.kind:
            return shown
        return [*figures(found, say), *shown]  # over plausible worlds: the verdict before the comparison

    return Told(brief, pictured, drawn)


def figures(study: Study, say: Speaker, without: Sequence[str] = ()) -> list[tuple[str, Drawn]]:
    """Return every figure of a study with the name of its kind, but for the kinds `without`."""
    from kzsim.figures.catalogue import FIGURES

    found = []
    for kind in FIGURES.values():
        if study.kind in kind.kinds and kind.name not in without:
            found += [(kind.name, one) for one in kind.draw(study, say)]
    return found


def html_of(said: Told, say: Speaker, drawn: Sequence[tuple[str, Drawn]] | None = None) -> bytes:
    """Return the HTML page, with its figures drawn unless they were before."""
    from kzsim.brief.html import html_page
    from kzsim.experiments.studies import readable

    shown = said.drawn() if drawn is None else drawn
    with readable(said.pictured):
        return html_page(said.brief, said.pictured, shown, say)


def _pdf(brief: Brief, drawn: Sequence[tuple[str, Drawn]], say: Speaker, template: Path | None) -> bytes:
    """Return the PDF with the few figures that its two pages have place for."""
    from kzsim.brief.pdf import pdf_bytes

    chosen = [one for name in brief.figures for kind, one in drawn if kind == name]
    return pdf_bytes(brief, chosen, say, template)


def check_writable(path: Path) -> None:
    """Raise ResultsError before anything is computed if the file could not be written."""
    from kzsim.experiments.errors import ResultsError

    remedy = "Name another file with --out."
    if path.is_dir():
        raise ResultsError(f"{path}: this is a folder.", remedy)
    if path.exists() and not path.is_file():  # a device or a pipe, which a file would take the place of
        raise ResultsError(f"{path}: this is no file that could be replaced.", remedy)
    if not path.parent.is_dir():
        raise ResultsError(f"{path.parent}: there is no such folder.", remedy)
    if not os.access(path.parent, os.W_OK):
        raise ResultsError(f"{path.parent}: no permission to write here.", remedy)


def check_pdf(template: Path | None) -> None:
    """Raise BriefError before anything is computed if no PDF could be set."""
    from kzsim.brief.pdf import check

    check(template)


@contextmanager
def report_mistakes() -> Iterator[None]:
    """Turn what a brief refuses into the end of the command."""
    from kzsim.brief.errors import BriefError

    try:
        yield
    except BriefError as error:
        raise Stop(
            ExitCode.INVALID, f"kzsim: {error.message}", status="invalid", remedy=f"{error.remedy}"
        ) from error
