"""`kzsim sensitivity`: which of the parameters that are not known well decide what comes out."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kzsim.cli import options, screen, study, uncertain, words
from kzsim.cli.failures import ExitCode, Session, model_faults, results_mistakes, scenario_mistakes
from kzsim.cli.run import have_ready, processors
from kzsim.cli.table import Column, Table, fill

if TYPE_CHECKING:
    from kzsim.experiments.uncertainty.evaluate import Evaluated, Study
    from kzsim.experiments.uncertainty.keeping import Stored
    from kzsim.experiments.uncertainty.outputs import Output
    from kzsim.experiments.uncertainty.sensitivity import Design, Sensitivity
    from kzsim.scenario import Base

EPILOG = """\b
Examples:
  kzsim sensitivity scenarios/minimal.yaml
  kzsim sensitivity scenarios/baseline_2023.yaml --flows road.bakhty.kz_to_cn --over 'road.bakhty.*'
  kzsim sensitivity scenarios/minimal.yaml --method sobol --over '*.documents.*' --jobs 2

Morris screening sorts many ranges by few runs; Sobol' indices say of few ranges, by many runs, how much
of the spread each is answerable for. All points are run with the same random numbers. What is done is
kept: after an interruption the same command goes on.
"""
SHOWN = 8
"""Parameters of a figure on the screen; the file has all."""
KIND = "sensitivity"
TABLE, LEFT_OUT = "sensitivity.csv", "left_out.csv"


@click.command(epilog=EPILOG)
@click.argument("path", metavar="SCENARIO")
@click.option("--method", type=click.Choice(["morris", "sobol"]), default="morris", show_default=True)
@click.option(
    "--indicator",
    "indicators",
    multiple=True,
    metavar="NAME",
    help="What is to be explained. May be repeated. Default: crossing_time.",
)
@click.option(
    "--flows",
    default="*.*.*",
    metavar="PATTERN",
    help="Of which flows: mode.crossing.direction, for example road.bakhty.kz_to_cn. Default: every flow "
    "by itself.",
)
@click.option(
    "--size",
    type=options.Whole(4, 1_000_000),
    metavar="N",
    help="Trajectories of Morris (default 10), or base points of Sobol', a power of two (default 64).",
)
@click.option(
    "--replications",
    type=options.Whole(1, 10_000),
    default=5,
    show_default=True,
    metavar="N",
    help="Replications of each point; by fewer, effects are hard to tell from luck.",
)
@click.option(
    "--seed", type=options.Whole(0, 2**63 - 1), metavar="N", help="Of the runs. Default: the scenario's."
)
@click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="Change one value of the scenario."
)
@options.over
@click.option("--engine", type=options.ENGINES, help="What computes. Default: the quicker one.")
@options.jobs
@options.out
@click.option(
    "--dry-run", is_flag=True, help="Say what would be run and how long it would take; run nothing."
)
@options.common
@options.quiet("Print only the folder of the results; no progress, warnings or hints.")
@click.pass_obj
def sensitivity(
    session: Session,
    path: str,
    method: str,
    indicators: tuple[str, ...],
    flows: str,
    size: int | None,
    replications: int,
    seed: int | None,
    settings: tuple[str, ...],
    over: tuple[str, ...],
    engine: str | None,
    jobs: int | None,
    out: str,
    dry_run: bool,
) -> ExitCode:
    """Say which parameters of the evidence decide the figures of a scenario.

    Every range of the evidence that acts on the scenario is varied. Prints, for each figure, the parameters
    that move it most, with intervals and with what luck alone would show.
    """
    with scenario_mistakes(), uncertain.method_mistakes():
        from kzsim.experiments.uncertainty.varied import acting
        from kzsim.scenario import load_base

        base = load_base(path, settings)
        varied = acting([base], over)
        wanted, outputs, made = _planned(
            base, varied, method, size, indicators or ("crossing_time",), flows, replications, seed
        )
    for warning in base.scenario.warnings if not session.quiet else ():
        screen.note(str(warning))
    with results_mistakes(), model_faults(), uncertain.method_mistakes(), ExitStack() as leaving:
        from kzsim import experiments
        from kzsim.experiments.uncertainty.evaluate import cost
        from kzsim.experiments.uncertainty.keeping import find_study

        folder = Path(out) / Path(path).stem
        stored = find_study(folder, KIND, made.digest)
        if stored is not None and not dry_run:
            return study.finish(session, stored, lines(stored), ExitCode.DONE, again=True)
        if not dry_run:
            leaving.enter_context(experiments.prepared(folder))  # before anything is run, the estimate too
        runs = len(made.shares) * replications
        choice = experiments.choose_engine(
            experiments.plan(base.scenario, replications=runs, counterfactual=False), engine
        )
        have_ready(session, choice)
        workers = jobs or processors()
        takes = cost(made, choice, workers)
        said = (
            f"{wanted.said} over {len(varied.names)} ranges of the evidence: {len(made.shares):,} points, "
            f"{replications} replications each, about {words.seconds(takes.wall_s)}."
        )
        if dry_run:
            return study.announce(session, said, made, takes.wall_s, stored)
        study.note(session, said)
        stored = _run(session, base, path, wanted, outputs, made, choice, workers, folder)
    return study.finish(session, stored, lines(stored), ExitCode.DONE, again=False)


def _planned(
    base: Base,
    varied: Any,
    method: str,
    size: int | None,
    indicators: tuple[str, ...],
    flows: str,
    replications: int,
    seed: int | None,
) -> tuple[Design, tuple[Output, ...], Study]:
    from kzsim.experiments.models import make_model
    from kzsim.experiments.uncertainty.outputs import single
    from kzsim.experiments.uncertainty.sensitivity import design_of, study_of

    outputs = single(make_model(base.scenario).layout, indicators, flows)
    wanted = design_of(varied, "sobol" if method == "sobol" else "morris", size)
    own = base.scenario.seed if seed is None else seed
    return wanted, outputs, study_of(varied, wanted, outputs, replications, own)


def _run(
    session: Session,
    base: Base,
    path: str,
    wanted: Design,
    outputs: tuple[Output, ...],
    made: Study,
    choice: Any,
    workers: int,
    folder: Path,
) -> Stored:
    from kzsim.cli import progress
    from kzsim.experiments.period import measured_days
    from kzsim.experiments.uncertainty.keeping import kept_in, store_study
    from kzsim.experiments.uncertainty.sensitivity import analyse, run_study

    session.kept = "The points that were done are kept"
    with progress.shown(session, title="Sensitivity", noun="points") as report:
        kept = kept_in(folder, made.digest)
        seen = run_study(made, outputs, choice, jobs=workers, progress=report, kept=kept)
    found = analyse(wanted, outputs, seen, [made.varied.about(output.cells) for output in outputs])
    files = _files(base, wanted, made, outputs, seen, found)
    about = {
        "title": base.scenario.title,
        "scenario": path,
        "period": measured_days(base.scenario),
        "method": wanted.method,
        "said": wanted.said,
        "points": len(made.shares),
        "replications": made.replications,
        "seed": made.seed,
        **study.varied_document(made.varied),
        "failed": {str(point): text for point, text in seen.failed.items()},
        "failed_said": seen.said(LEFT_OUT),
        "noise": [
            {
                "indicator": one.output.indicator,
                "unit": one.output.unit,
                "at": one.output.name,
                "noise_share": _finite(one.noise_share),
                "headline": " ".join(part for part in (f"{one.headline[0]}.", one.headline[1]) if part),
                "points": one.points,
            }
            for one in found
        ],
        "shown": [TABLE],
    }
    return store_study(folder, KIND, made.digest, about, files, command=study.command(session))


def _finite(value: float) -> float | None:
    return None if math.isnan(value) else value  # JSON has no word for NaN


def _files(
    base: Base,
    wanted: Design,
    made: Study,
    outputs: tuple[Output, ...],
    seen: Evaluated,
    found: tuple[Sensitivity, ...],
) -> dict[str, bytes]:
    import pandas as pd

    from kzsim.experiments.files import csv_bytes
    from kzsim.experiments.uncertainty.spread import left_out_table, point_table, world_table
    from kzsim.figures.sensitivity import strongest
    from kzsim.figures.style import picture

    value = "size" if wanted.method == "morris" else "total"
    files = {
        TABLE: csv_bytes(pd.concat([one.table for one in found], ignore_index=True)),
        "points.csv": csv_bytes(point_table(made)),
        "worlds.csv": csv_bytes(world_table(outputs, seen)),
    }
    if seen.failed:
        files[LEFT_OUT] = csv_bytes(left_out_table(made, seen))
    for one in found:
        name = re.sub(r"[^a-z0-9_]+", "-", f"{one.output.indicator}-{one.output.name}".lower()).strip("-")
        measure = one.output.indicator.replace("_", " ")
        title, sure = one.headline
        figure = strongest(
            one.table,
            value,
            title=title,
            subtitle=f"{measure}, {one.output.name}; {base.scenario.title}. {sure}".strip(),
            axis=(
                f"mean absolute change over the whole range, {one.output.unit}"
                if wanted.method == "morris"
                else "share of the variance in which it takes part (total index)"
            ),
            source=(
                f"kzsim, {wanted.said}, {made.replications} replications a point; "
                "bars: 95 % bootstrap interval; grey: not clear of luck"
            ),
        )
        files |= {f"figures/{name}.{form}": picture(figure, form) for form in ("svg", "png")}
        files[f"figures/{name}.csv"] = csv_bytes(one.table)
    return files


def lines(stored: Stored) -> Iterator[str]:
    """Yield what a study found, for the screen."""
    about = dict(stored.document)
    table = stored.tables[TABLE]
    prose, width = screen.prose_width(), screen.width()
    yield screen.heading(about["title"])
    yield from fill(
        f"{about['scenario']}: {about['said']}, {len(about['varied'])} ranges of the "
        f"evidence, {about['points']:,} "
        f"points, {about['replications']} replications each, seed {about['seed']}. "
        f"{_reading(about['method'])}",
        prose,
        rest="",
    )
    for one, (_, rows) in zip(
        about["noise"],
        table.groupby(["crossing", "mode", "direction", "class", "corridor", "indicator"], sort=False),
        strict=True,
    ):
        yield ""
        yield screen.heading(f"{one['indicator'].replace('_', ' ').capitalize()}, {one['at']}")
        yield from study.drawn(_table(about["method"], rows.head(SHOWN), one["unit"]), width)
        yield from fill(f"{one['headline']} {_luck_said(rows, one['noise_share'])}", prose)
    yield ""
    for text in (about["failed_said"], study.left_out_said(about), _assumed()):
        if text:
            yield from fill(text, prose, first="- ")


def _luck_said(rows: Any, share: float | None) -> str:
    from kzsim.experiments.uncertainty.sensitivity import CLEAR, MAYBE

    tested = rows[rows["finding"].isin([CLEAR, MAYBE])]
    if tested.empty:
        return ""
    clear = int((tested["finding"] == CLEAR).sum())
    return (
        f"{clear} of {len(tested)} ranges are clear of luck (each by itself with 95 %); "
        f"{words.percent(share)} of the variance between points is luck of the replications."
    )


def _assumed() -> str:
    from kzsim.experiments.uncertainty.of_run import ASSUMPTION

    return ASSUMPTION


def _reading(method: str) -> str:
    if method == "morris":
        return (
            "Size: mean absolute change of the figure when the parameter goes through its "
            "whole range while all "
            "others lie anywhere in theirs, with its 95 % interval; way: whether raising it "
            "raises the figure; "
            "spread: large where the effect is curved or hangs on other parameters."
        )
    return (
        "Total: share of the variance in which the parameter takes part, first: that which "
        "it causes alone, both "
        "with 95 % intervals."
    )


def _table(method: str, rows: Any, unit: str) -> Table:
    if method == "morris":
        columns = (
            Column("Parameter"),
            Column(f"Size\n{unit}", number=True, said="size"),
            Column("95 %\ninterval", number=True, said="95 % interval"),
            Column("Way"),
            Column("Spread", number=True, said="spread"),
            Column("Luck?"),
        )
        cells = [
            (
                row["parameter"],
                words.figure(row["size"]),
                uncertain.between(row["size_low"], row["size_high"]),
                _way(row["mean_effect"], row["size"]),
                words.figure(row["spread"]),
                row["finding"],
            )
            for row in rows.to_dict("records")
        ]
        return Table(columns, tuple(cells))
    columns = (
        Column("Parameter"),
        Column("Total", number=True, said="total"),
        Column("95 %\ninterval", number=True, said="95 % interval"),
        Column("First", number=True, said="first"),
        Column("95 %\ninterval", number=True, said="95 % interval"),
        Column("Luck?"),
    )
    cells = [
        (
            row["parameter"],
            f"{row['total']:.2f}",
            f"{row['total_low']:.2f} to {row['total_high']:.2f}",
            f"{row['first']:.2f}",
            f"{row['first_low']:.2f} to {row['first_high']:.2f}",
            row["finding"],
        )
        for row in rows.to_dict("records")
    ]
    return Table(columns, tuple(cells))


def _way(mean: float, size: float) -> str:
    """Return whether raising the parameter raises the figure, where it does so in one way."""
    if not size > 0 or abs(mean) < 0.5 * size:
        return "both"
    return "raises" if mean > 0 else "lowers"
