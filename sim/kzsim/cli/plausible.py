"""`kzsim compare --uncertainty`: in how many worlds within the evidence an alternative helps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kzsim.cli import screen, study, uncertain, words
from kzsim.cli.failures import ExitCode, Session, scenario_mistakes
from kzsim.cli.run import have_ready, processors
from kzsim.cli.table import Column, Table, fill

if TYPE_CHECKING:
    import pandas as pd

    from kzsim.experiments import Choice
    from kzsim.experiments.comparisons import ComparisonPlan
    from kzsim.experiments.uncertainty.keeping import Stored
    from kzsim.experiments.uncertainty.plausible import Question
    from kzsim.scenario import Base

KIND = "plausible"
TABLE, INFLUENCES = "plausible_worlds.csv", "plausible_influences.csv"
REPLICATIONS = 5
"""Of each world; with fewer, luck leaves open in most worlds whether the policy helps."""
WHO = {"all": "all", "user": "users", "eligible_nonuser": "non-users", "other": "others"}
MOST_NAMED = 5


@dataclass(frozen=True)
class Asked:
    """What was typed: worlds and replications of each (None: the usual number), patterns."""

    points: int | None
    replications: int | None
    patterns: tuple[str, ...]
    unchanged_within_h: float
    dry_run: bool


def in_many_worlds(
    session: Session,
    plan: ComparisonPlan,
    bases: Sequence[Base],
    asked: Asked,
    engine: str | None,
    jobs: int | None,
    folder: Path,
) -> ExitCode:
    """Run, store and print it; ``bases`` are of the base and the alternatives, in the order of the plan."""
    from kzsim import experiments
    from kzsim.experiments.identity import scenario_digest
    from kzsim.experiments.period import common_days
    from kzsim.experiments.uncertainty import plausible
    from kzsim.experiments.uncertainty.keeping import find_study
    from kzsim.experiments.uncertainty.spread import POINTS

    with scenario_mistakes(), uncertain.method_mistakes("--uncertainty"):
        names = [Path(name).stem if name.endswith(".yaml") else name for name in plan.names]
        names = names if len(names) == len(bases) else ["base", *names]
        question = plausible.ask(
            bases[0],
            bases[1:],
            names[1:],
            points=POINTS if asked.points is None else asked.points,
            replications=REPLICATIONS if asked.replications is None else asked.replications,
            patterns=asked.patterns,
            seed=plan.seed,
            unchanged_within_h=asked.unchanged_within_h,
        )
    stored = find_study(folder, KIND, question.study.digest)
    if stored is not None and not asked.dry_run:
        return study.finish(session, stored, lines(stored), ExitCode.DONE, again=True)
    if not asked.dry_run:
        experiments.prepare(folder)  # before anything is run, the estimate too
    runs = len(question.study.shares) * question.study.replications * len(bases)
    choice = experiments.choose_engine(
        experiments.plan(bases[0].scenario, replications=runs, counterfactual=False), engine
    )
    have_ready(session, choice)
    workers = jobs or processors()
    takes = plausible.cost_of(question, choice, workers)
    made = question.study
    said = (
        f"{len(made.shares)} worlds over {len(made.varied.names)} ranges of the evidence, "
        f"{len(bases)} scenarios "
        f"and {made.replications} replications each: about {words.seconds(takes.wall_s)}."
    )
    if asked.dry_run:
        return study.announce(session, said, made, takes.wall_s, stored)
    study.note(session, said)
    asked_of = {
        "title": plan.title,
        "scenarios": [scenario_digest(one.scenario.canonical()) for one in bases],
        "names": names,
        "titles": [one.scenario.title for one in bases],
        "period": common_days(one.scenario for one in bases),
    }
    stored = _run(session, asked_of, question, choice, workers, folder)
    return study.finish(session, stored, lines(stored), ExitCode.DONE, again=False)


def _run(
    session: Session,
    asked_of: Mapping[str, object],
    question: Question,
    choice: Choice,
    workers: int,
    folder: Path,
) -> Stored:
    from kzsim.cli import progress
    from kzsim.experiments.files import csv_bytes
    from kzsim.experiments.uncertainty import plausible
    from kzsim.experiments.uncertainty.keeping import kept_in, store_study

    made = question.study
    session.kept = "The worlds that were done are kept"
    with (
        uncertain.method_mistakes("--uncertainty"),
        progress.shown(session, title="Plausible worlds", noun="worlds") as report,
    ):
        found = plausible.answer(
            question, choice, jobs=workers, progress=report, kept=kept_in(folder, made.digest)
        )
    files = {name: csv_bytes(table) for name, table in found.tables.items() if len(table)}
    about = {
        **asked_of,
        "points": len(made.shares),
        "replications": made.replications,
        "seed": made.seed,
        **study.varied_document(made.varied),
        "unchanged_within_h": question.unchanged_within_h,
        "words": list(found.words),
        "how": list(found.how),
        "shown": [TABLE],
    }
    return store_study(folder, KIND, made.digest, about, files, command=study.command(session))


_COLUMNS = (
    Column("Flow"),
    Column("Who"),
    Column("Helps in\n% of worlds", number=True, said="helps in per cent of worlds"),
    Column("luck\ncounted", number=True, said="luck counted"),
    Column("P5\nh", number=True, said="P5"),
    Column("P50\nh", number=True, said="P50"),
    Column("P95\nh", number=True, said="P95"),
    Column("of it\nluck", number=True, said="of it luck"),
)


_BOUNDS = Column("left-out worlds\nnone to all", number=True, said="if the worlds left out are counted")


def lines(stored: Stored) -> Iterator[str]:
    """Yield the answer, for the screen."""
    from kzsim.experiments.comparisons.said import spoken_h

    about = dict(stored.document)
    prose, width = screen.prose_width(), screen.width()
    yield screen.heading(about["title"])
    yield from fill(
        "In what share of the worlds within the evidence ranges the mean crossing time falls "
        f"by more than {spoken_h(about['unchanged_within_h'])}; "
        "'luck counted': between the worlds that surely help and all that may; then how much longer (+) or "
        "shorter (−) it is in hours, in the worlds from the lowest 5 % to the highest 5 %, "
        "and which part of that "
        f"spread is luck of few replications.{_bounds_said(stored.tables[TABLE])}",
        prose,
        rest="",
    )
    table = stored.tables[TABLE]
    times = table[table["indicator"] == "crossing_time"]
    for name, rows in times.groupby("alternative", sort=False):
        yield ""
        yield screen.heading(str(name))
        changed = rows.dropna(subset=["helps"])
        if changed.empty:
            yield "No flow's mean crossing time changes in any world."
            continue
        missing = bool((changed["left_out"] > 0).any())
        columns = (*_COLUMNS, _BOUNDS) if missing else _COLUMNS
        drawn = tuple(_row(row, bounds=missing) for row in changed.to_dict("records"))
        yield from study.drawn(Table(columns, drawn), width)
        yield from _decides(stored, str(name), prose)
    yield ""
    for text in about["how"]:
        yield from fill(text, prose, first="- ")


def _bounds_said(table: pd.DataFrame) -> str:
    most = int(table["left_out"].max())
    if not most:
        return ""
    return (
        f" 'Left-out worlds': the share if it helped in none, and in all, of the {most} worlds that gave no "
        "result."
    )


def _row(row: study.Row, *, bounds: bool) -> tuple[str, ...]:
    flow = str(row["flows"]).split("), ")[0]
    return (
        flow if flow.endswith(")") else f"{flow})",
        WHO.get(str(row["corridor"]), str(row["corridor"])),
        words.percent(row["helps"]),
        f"{100 * row['helps_with_luck_low']:.0f} to {100 * row['helps_with_luck_high']:.0f} %",
        *(words.signed(row[f"difference_{name}"]) for name in ("p5", "p50", "p95")),
        words.percent(row["noise_share"]),
        *((f"{100 * row['helps_least']:.0f} to {100 * row['helps_most']:.0f} %",) if bounds else ()),
    )


def _decides(stored: Stored, name: str, prose: int) -> Iterator[str]:
    """Yield which unknown parameters decide the differences, and where none can be told from chance."""
    table = stored.tables.get(INFLUENCES)
    if table is None:
        yield from fill("Too few worlds to say which unknown parameters decide it.", prose)
        return
    own = table[(table["alternative"] == name) & (table["indicator"] == "crossing_time")]
    unclear: list[str] = []
    for (crossing, mode, way, who), rows in own.groupby(
        ["crossing", "mode", "direction", "corridor"], sort=False
    ):
        if " " in str(crossing) or " " in str(way):
            where = f"all {mode} flows"
        else:
            where = f"{words.place(str(crossing), str(mode))} ({mode}, {words.direction(str(way))})"
        where = f"{WHO.get(str(who), who)} at {where}"
        clear = rows[rows["clear"]]
        if clear.empty:
            unclear.append(where)
            continue
        named = [
            f"{parameter} ({words.signed(value)})"
            for parameter, value in zip(clear["parameter"], clear["rank_correlation"], strict=True)
        ]
        yield from fill(
            f"What decides it for {where} (rank correlation; + raises the difference): "
            f"{', '.join(named[:MOST_NAMED])}.",
            prose,
        )
    if unclear:
        yield from fill(
            f"Nothing is clear for {'; '.join(unclear)}: no range can be told from chance there; more "
            "--points tell more.",
            prose,
        )
