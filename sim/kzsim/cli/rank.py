"""`kzsim rank`: which of several alternatives is best, with a promise."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kzsim.cli import options, screen, study, uncertain, words
from kzsim.cli.failures import ExitCode, Session, model_faults, results_mistakes, scenario_mistakes
from kzsim.cli.run import have_ready, processors
from kzsim.cli.table import Column, Table, fill

if TYPE_CHECKING:
    from kzsim.experiments.methods import Selection
    from kzsim.experiments.uncertainty.keeping import Stored
    from kzsim.experiments.uncertainty.ranking import Race, RaceCost
    from kzsim.scenario import Scenario

EPILOG = """\b
Examples:
  kzsim rank scenarios/green_dostyk.yaml scenarios/green_maikapchagai.yaml scenarios/green_kalzhat.yaml
  kzsim rank a.yaml b.yaml --indicator throughput_per_day --flows road.dostyk.kz_to_cn --delta '2 trucks/day'

All alternatives meet the same trucks and trains; those that fall behind for good are dropped after each
round. What is done is kept: after an interruption the same command goes on.
"""
KIND = "rank"
TABLE, REPLICATIONS = "rank.csv", "replications.csv"


@click.command(epilog=EPILOG)
@click.argument("paths", metavar="ALTERNATIVE...", nargs=-1, required=True)
@click.option(
    "--indicator", default="crossing_time", show_default=True, metavar="NAME", help="What is to be best."
)
@click.option(
    "--flows",
    metavar="PATTERN",
    help="Of which flows together: mode.crossing.direction[.class[.role]], for example "
    "'road.*.kz_to_cn.agricultural'. Default: all of the road (of rail where no road is simulated).",
)
@click.option(
    "--delta",
    metavar="QUANTITY",
    help="Smallest difference worth detecting, in the indicator's unit; closer ones may be mistaken. "
    "Default: 0.25 h of a time; of anything else it must be given.",
)
@click.option(
    "--risk",
    "alpha",
    type=options.Percent(),
    default="5%",
    show_default=True,
    metavar="PERCENT",
    help="Probability of a wrong choice that is accepted.",
)
@click.option(
    "--replications",
    type=options.Whole(10, 100_000),
    default=500,
    show_default=True,
    metavar="N",
    help="The most that are run of each.",
)
@click.option(
    "--seed",
    type=options.Whole(0, 2**63 - 1),
    metavar="N",
    help="Of all runs. Default: that of the first alternative.",
)
@click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="Change one value of every alternative."
)
@click.option("--engine", type=options.ENGINES, help="What computes. Default: the quicker one.")
@options.jobs
@options.out
@click.option(
    "--dry-run", is_flag=True, help="Say what would be run and how long it would take; run nothing."
)
@options.common
@options.quiet("Print only the folder of the results; no progress, warnings or hints.")
@click.pass_obj
def rank(
    session: Session,
    paths: tuple[str, ...],
    indicator: str,
    flows: str | None,
    delta: str | None,
    alpha: float,
    replications: int,
    seed: int | None,
    settings: tuple[str, ...],
    engine: str | None,
    jobs: int | None,
    out: str,
    dry_run: bool,
) -> ExitCode:
    """Say which of several scenarios is best in one indicator, with a promise.

    Runs them on the same trucks and trains in rounds, drops those that fall behind for good, and stops when
    one is left. Ends with 1 if the replications allowed do not suffice.
    """
    if len(paths) < 2:
        raise click.UsageError("at least two alternatives are needed")
    with scenario_mistakes(), uncertain.method_mistakes():
        race = _race(paths, _loaded(paths, settings), indicator, flows, delta, alpha, replications, seed)
    for warning in _warnings(race.scenarios) if not session.quiet else ():
        screen.note(warning)
    with results_mistakes(), model_faults(), uncertain.method_mistakes(), ExitStack() as leaving:
        from kzsim import experiments
        from kzsim.experiments.uncertainty.keeping import find_study
        from kzsim.experiments.uncertainty.ranking import FIRST_STAGE, cost_of

        folder = Path(out) / KIND
        stored = find_study(folder, KIND, race.digest)
        if stored is not None and not dry_run:
            return study.finish(session, stored, lines(stored), _code(stored), again=True)
        runs = FIRST_STAGE * len(race.scenarios)  # what is run at the least
        choice = experiments.choose_engine(
            experiments.plan(race.scenarios[0], replications=runs, counterfactual=False), engine
        )
        have_ready(session, choice)
        workers = jobs or processors()
        if dry_run:
            return _announce(session, race, cost_of(race, choice, workers), stored)
        leaving.enter_context(experiments.prepared(folder))
        stored = _run(session, race, choice, workers, folder)
    return study.finish(session, stored, lines(stored), _code(stored), again=False)


def _loaded(paths: Sequence[str], settings: tuple[str, ...]) -> tuple[Scenario, ...]:
    """Read all alternatives; every mistake of any of them is reported at once."""
    from kzsim.scenario import ScenarioError, load

    found, problems = [], []
    for path in paths:
        try:
            found.append(load(path, settings))
        except ScenarioError as error:
            problems += list(error.problems)
    if problems:
        raise ScenarioError(problems)
    return tuple(found)


def _race(
    paths: Sequence[str],
    scenarios: Sequence[Scenario],
    indicator: str,
    flows: str | None,
    delta: str | None,
    alpha: float,
    replications: int,
    seed: int | None,
) -> Race:
    from kzsim.experiments.uncertainty.outputs import worth_detecting
    from kzsim.experiments.uncertainty.ranking import race_of

    stems = [Path(path).stem for path in paths]
    names = stems if len(set(stems)) == len(stems) else list(paths)
    return race_of(
        names,
        scenarios,
        indicator,
        flows,
        delta=worth_detecting(delta, indicator),
        alpha=alpha,
        cap=replications,
        seed=seed,
    )


def _warnings(scenarios: Sequence[Scenario]) -> list[str]:
    return list(dict.fromkeys(str(warning) for one in scenarios for warning in one.warnings))


def _announce(session: Session, race: Race, takes: RaceCost, stored: Stored | None) -> ExitCode:
    """Say what would be run and how long it would take."""
    from kzsim.cli import documents
    from kzsim.experiments.uncertainty.ranking import FIRST_STAGE

    unit = race.output.unit
    if session.json:
        documents.write(
            {
                "status": "planned",
                "alternatives": list(race.names),
                "indicator": race.output.indicator,
                "flows": race.output.name,
                "delta": race.delta,
                "unit": unit,
                "risk": race.alpha,
                "seed": race.seed,
                "least_replications": FIRST_STAGE,
                "most_replications": race.cap,
                "about_s_at_least": takes.first_s,
                "about_s_at_most": takes.most_s,
                "stored": None if stored is None else str(stored.path),
            }
        )
        return ExitCode.DONE
    said = (
        f"{', '.join(race.names)}: {race.output.indicator.replace('_', ' ')} at {race.output.name}, "
        f"differences up to {race.delta:g} {unit} count as none, seed {race.seed}. At least {FIRST_STAGE} "
        f"replications of each, about {words.seconds(takes.first_s)}; at most {race.cap:,}, about "
        f"{words.seconds(takes.most_s)} if none drops out before."
    )
    screen.out(fill(said, screen.prose_width(), rest=""))
    if stored is not None:
        screen.out([f"This very study lies in {stored.path} and would not be computed again."])
    screen.note("Nothing was run or written.")
    return ExitCode.DONE


def _run(session: Session, race: Race, choice: Any, workers: int, folder: Path) -> Stored:
    from kzsim.cli import progress
    from kzsim.experiments.files import csv_bytes
    from kzsim.experiments.period import common_days
    from kzsim.experiments.uncertainty import ranked, ranking
    from kzsim.experiments.uncertainty.keeping import kept_in, store_study

    history: list[dict[str, Any]] = []

    def told(replications: int, found: Selection) -> None:
        named = [race.names[number] for number in found.survivors]
        history.append({"replications": replications, "survivors": named})
        study.note(
            session, f"After {replications} replications: {_survivors(named)}.{_ahead(found, race.cap)}"
        )

    session.kept = "The replications that were done are kept"
    with progress.shown(session, title="Ranking") as report:
        seen = ranking.run_race(
            race,
            choice,
            jobs=workers,
            rounds=told,
            progress=report,
            kept=kept_in(folder, race.digest),
        )
    files = {
        TABLE: csv_bytes(ranked.rank_table(seen)),
        REPLICATIONS: csv_bytes(ranked.replication_table(seen)),
    }
    about = {
        **ranked.document(seen),
        "period": common_days(race.scenarios),
        "rounds": history,
        "shown": [TABLE],
    }
    return store_study(folder, KIND, race.digest, about, files, command=study.command(session))


def _ahead(found: Selection, cap: int) -> str:
    """Return how many replications are still to come, as far as that can be estimated."""
    if found.selected is not None or found.about is None:
        return ""
    said = f" About {found.about:,} are expected to decide it, {found.at_most:,} at the most"
    short = f"; {cap:,} are allowed" if found.about > cap else ""
    return f"{said}{short}."


def _survivors(named: Sequence[str]) -> str:
    return f"{named[0]} is left" if len(named) == 1 else f"{', '.join(named)} survive"


def _code(stored: Stored) -> ExitCode:
    return ExitCode.DONE if stored.document["decided"] else ExitCode.CHECK_FAILED


def lines(stored: Stored) -> Iterator[str]:
    """Yield the answer, for the screen."""
    about = dict(stored.document)
    prose, width = screen.prose_width(), screen.width()
    best = "largest" if about["better"] == "larger" else "smallest"
    measure = about["indicator"].replace("_", " ")
    yield screen.heading(f"Which has the {best} {measure}?")
    yield from fill(
        f"{about['flows']}; the same trucks and trains under every alternative; differences up to "
        f"{about['delta']:g} {about['unit']} count as none; seed {about['seed']}.",
        prose,
        rest="",
    )
    yield ""
    columns = (
        Column("Alternative"),
        Column(f"Mean\n{about['unit']}", number=True, said="mean"),
        Column("95 %\ninterval", number=True, said="95 % interval"),
        Column("Behind\nthe first", number=True, said="behind the first"),
        Column("Repli-\ncations", number=True, said="replications"),
        Column("State"),
    )
    rows = tuple(_row(row) for row in stored.tables[TABLE].to_dict("records"))
    yield from study.drawn(Table(columns, rows), width)
    yield ""
    for one in about["rounds"]:
        yield from fill(
            f"After {one['replications']} replications: {_survivors(one['survivors'])}.", prose, first="- "
        )
    yield ""
    for text in about["words"]:
        yield from fill(text, prose)


def _row(row: Mapping[Hashable, Any]) -> tuple[str, ...]:
    behind = row["behind_best"]
    shown = "–" if math.isnan(behind) else words.signed(behind)
    state = row["state"]
    if state == "dropped":
        state = f"dropped after {int(row['dropped_after'])}"
    return (
        row["alternative"],
        words.figure(row["mean"]),
        uncertain.between(row["low"], row["high"]),
        shown,
        str(int(row["replications"])),
        state,
    )
