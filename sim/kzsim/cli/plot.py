"""`kzsim plot`: the figures of stored results, each with the table of its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kzsim.cli import options, screen
from kzsim.cli.documents import write
from kzsim.cli.failures import ExitCode, Session, Stop, results_mistakes

if TYPE_CHECKING:
    from kzsim.experiments.studies import Study
    from kzsim.figures.catalogue import Drawn

EPILOG = """\b
Examples:
  kzsim plot results/green_all
  kzsim plot results/green_all --figure map --figure gains --format svg,png
  kzsim plot results/compare-green_none-green_all --lang ru --out figures_ru

\b
RUN is the folder of a run, a comparison, a sweep or another study, or of a scenario
for the latest run there, as 'kzsim runs show' takes it. Figures:
  of a run         map crossing_time hours distribution year week gains classes
                   utilisation yard commodities convergence run_in
  of a comparison  gains classes
  of a sweep       sweep_lines sweep_heat sweep_points
  of a sensitivity study       sensitivity
  of a study of plausible worlds (kzsim compare --uncertainty)  worlds
  of a ranking                 ranking
Names with a mode at the end, such as gains_road, stand for that one alone.
"""
FORMS = ("svg", "pdf", "png")
FOLDER = "figures"


@click.command(epilog=EPILOG)
@click.argument("name", metavar="RUN")
@click.option(
    "--figure", "figures", multiple=True, metavar="NAME",
    help="Draw only this one. May be repeated. Default: every figure that the results have something for.",
)  # fmt: skip
@options.formats(FORMS, "form of a figure", "svg", "svg, pdf or png, or several: svg,png.")
@options.lang
@click.option(
    "--out",
    "target",
    metavar="FOLDER",
    help="Where to write them. Default: 'figures' in the results' own folder.",
)
@click.option(
    "--basemap",
    metavar="FILE",
    help="Another base map: GeoJSON whose features have a 'layer', see the documentation.",
)
@options.results
@options.common
@options.quiet("Print only the paths of the figures.")
@click.pass_obj
def plot(
    session: Session,
    name: str,
    figures: tuple[str, ...],
    formats: tuple[str, ...],
    lang: str,
    target: str | None,
    basemap: str | None,
    results: str,
) -> ExitCode:
    """Draw the figures of stored results, each as a picture with a CSV file of its numbers beside it.

    Nothing is simulated. The same results give the same bytes.
    """
    with results_mistakes(), figure_mistakes():
        from kzsim.experiments.studies import open_study
        from kzsim.figures.letters import lacking

        study = open_study(name, Path(results))
        drawn, missing = _drawn(session, study, figures, lang, basemap)
        folder = study.path / FOLDER if target is None else Path(target)
        written = _write(folder, drawn, formats)
        screen.no_font(lacking(drawn))
    if session.json:
        found = [
            {"name": one.name, "title": one.title, "alt": one.alt, "files": files} for one, files in written
        ]
        write({"status": "drawn", "results": str(study.path), "figures": found, "not_drawn": missing})
        return ExitCode.DONE
    for one, files in written:
        if session.quiet:
            screen.out(files)
        else:
            screen.out([f"{one.name}: {one.title}", *(f"  {path}" for path in files)])
    if not session.quiet:
        for figure, why in missing.items():
            screen.note(f"Not drawn: {figure}: {why}")
    return ExitCode.DONE


def _drawn(
    session: Session, study: Study, wanted: Sequence[str], lang: str, basemap: str | None
) -> tuple[list[Drawn], dict[str, str]]:
    """Return the figures, and by name why those that were not asked for by name are not drawn."""
    from kzsim.cli import progress
    from kzsim.experiments.studies import called
    from kzsim.figures.catalogue import FIGURES, makers
    from kzsim.language import speaker

    say = speaker(lang)
    draw = makers(_basemap(basemap))
    chosen = dict.fromkeys(_kind(name) for name in wanted) if wanted else dict.fromkeys(FIGURES)
    mine = [kind for kind in chosen if study.kind in FIGURES[kind].kinds]
    others = [kind for kind in chosen if kind not in mine]
    if wanted and others:
        kinds = ", ".join(f"a {called(kind)}" for kind in sorted(FIGURES[others[0]].kinds))
        raise _refusal(f"the figure '{others[0]}' is of {kinds}; {study.path} is a {study.called}")
    if not mine:
        raise _refusal(f"there is no figure of a {study.called}")
    made: list[Drawn] = []
    missing: dict[str, str] = {}
    with progress.shown(session, title="Figures", noun="figures") as report:
        for number, kind in enumerate(mine, 1):
            found = draw[kind](study, say)
            picked = [one for one in found if not wanted or kind in wanted or one.name in wanted]
            asked = [name for name in wanted if _kind(name) == kind and name != kind]
            absent = [name for name in asked if name not in {one.name for one in found}]
            if absent and found:
                raise _refusal(
                    f"these results have no figure '{absent[0]}', only {', '.join(one.name for one in found)}"
                )
            if not found:
                why = f"it needs {FIGURES[kind].needs}"
                if wanted:
                    raise _refusal(f"the figure '{kind}' cannot be drawn from {study.path}: {why}")
                missing[kind] = why
            made += picked
            if report is not None:
                report(number, len(mine))
    return made, missing


def _kind(name: str) -> str:
    """Return the kind of figure that a person names, by itself or by one of its figures."""
    from difflib import get_close_matches

    from kzsim.figures.catalogue import FIGURES

    if name in FIGURES:
        return name
    known = [kind for kind in FIGURES if name.startswith(f"{kind}_")]
    if known:
        return max(known, key=len)
    near = get_close_matches(name, FIGURES, n=1)
    hint = f", did you mean '{near[0]}'?" if near else f"; there are: {', '.join(FIGURES)}."
    raise _refusal(f"no figure '{name}'{hint}")


def _refusal(message: str) -> Stop:
    return Stop(ExitCode.INVALID, f"kzsim: {message}", status="not drawn", remedy="Nothing was written.")


def _basemap(path: str | None) -> Any:
    if path is None:
        return None
    from kzsim.figures import read_basemap

    return read_basemap(Path(path))


@contextmanager
def figure_mistakes() -> Iterator[None]:
    """Turn what a base map file can raise into the end of the command."""
    from kzsim.figures import BasemapError

    try:
        yield
    except BasemapError as error:
        message = f"kzsim: {error}"
    except FileNotFoundError as error:
        message = f"kzsim: {error.filename}: {error.strerror}"
    else:
        return
    raise Stop(
        ExitCode.INVALID,
        message,
        status="not drawn",
        remedy="A base map is a GeoJSON file whose features have a 'layer': country, lake or river. "
        "Nothing was written.",
    )


def _write(folder: Path, drawn: Sequence[Drawn], forms: Sequence[str]) -> list[tuple[Drawn, list[str]]]:
    """Write every figure and its table; all are made before the first is written."""
    from kzsim.experiments.disk import folder_for, put_all, said_plainly
    from kzsim.experiments.files import csv_bytes
    from kzsim.figures.catalogue import figure_bytes

    render: Callable[..., bytes] = figure_bytes
    contents = [
        (one, {**{form: render(one, form) for form in forms}, "csv": csv_bytes(one.table)}) for one in drawn
    ]
    placed = [
        (one, {folder / f"{one.name}.{form}": content for form, content in files.items()})
        for one, files in contents
    ]
    with said_plainly(folder, "figures"), folder_for(folder):
        put_all([found for _, files in placed for found in files.items()], "figures")
    return [(one, [str(path) for path in files]) for one, files in placed]
