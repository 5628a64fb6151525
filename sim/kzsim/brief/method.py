"""Of what, when and how a study was computed, and how far its figures are to be trusted."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from kzsim.brief.spoken import flow

if TYPE_CHECKING:
    from kzsim.experiments.studies import Study
    from kzsim.language import Speaker

MS_PER_DAY = 86_400_000
SHORT = 8
"""Digits of a digest that name a run, as ``kzsim runs`` takes them."""


def period_of_run(say: Speaker, manifest: Mapping[str, Any]) -> str:
    """Which days were simulated, which were measured and who was followed, from a run's manifest."""
    start = datetime.fromisoformat(str(manifest["start"]))

    def day(after_ms: int) -> date:
        # added up in UTC: the clock may change within the period
        return (start.astimezone(UTC) + timedelta(milliseconds=after_ms)).astimezone(start.tzinfo).date()

    horizon, follow_up = int(manifest["horizon_ms"]), int(manifest["follow_up_ms"])
    return _period(
        say,
        day(0),
        day(horizon) - timedelta(days=1),
        day(int(manifest["run_in_ms"])),
        day(horizon - follow_up),
        follow_up,
    )


def period_of_settings(say: Speaker, settings: Mapping[str, Any]) -> str:
    """The same from the settings of a resolved scenario."""
    first, last = (date.fromisoformat(str(settings[name])) for name in ("first_day", "last_day"))
    run_in, follow_up = int(settings["run_in_ms"]), int(settings["follow_up_ms"])
    return _period(
        say,
        first,
        last,
        first + timedelta(milliseconds=run_in),
        last + timedelta(days=1) - timedelta(milliseconds=follow_up),
        follow_up,
    )


def _period(say: Speaker, first: date, last: date, measured: date, followed: date, follow_up_ms: int) -> str:
    when = {
        "first": say.date(first),
        "last": say.date(last),
        "measured": say.date(measured),
        "followed": say.date(followed),
    }
    if follow_up_ms == MS_PER_DAY:
        return say(
            "{first} to {last}, measured from {measured}; crossing times of those who arrived before "
            "{followed}, each followed for up to a day.",
            **when,
        )
    return say(
        "{first} to {last}, measured from {measured}; crossing times of those who arrived before "
        "{followed}, each "
        "followed for up to {days} days.",
        **when,
        days=say.number(follow_up_ms / MS_PER_DAY, 0 if follow_up_ms % MS_PER_DAY == 0 else 1),
    )


def provenance(say: Speaker, study: Study, baseline: Study | None = None) -> tuple[tuple[str, str], ...]:
    """Names and values that make the study again.

    Nothing here says when or how long it was computed: the same study computed twice gives the same page.
    """
    about = study.manifest
    digest = str(about.get("digest", ""))
    rows = [(say("Run"), digest[:SHORT])]
    if "seed" in about:
        rows.append((say("Seed"), str(about["seed"])))
    rows.append((say("Replications"), str(about.get("replications", ""))))
    if study.kind == "sweep":
        rows.append((say("Points"), str(about["points"])))
    rows.append((say("Version"), f"kzsim {about.get('model', about.get('kzsim', ''))}"))
    if about.get("engine"):
        rows.append((say("Engine"), str(about["engine"])))
    rows.append((say("Command"), str(about.get("command", ""))))
    rows.append((say("Digest"), digest))
    if baseline is not None:
        rows.append((say("Baseline"), str(baseline.manifest.get("digest", ""))[:SHORT]))
        rows.append((say("Command of the baseline"), str(baseline.manifest.get("command", ""))))
    return tuple((name, value) for name, value in rows if value)


def method(say: Speaker, study: Study) -> str:
    """The same in one sentence."""
    about = study.manifest
    return say(
        "Discrete-event simulation, kzsim {version}; run {run}, {replications} replications, seed {seed}.",
        version=about.get("model", about.get("kzsim", "")),
        run=str(about.get("digest", ""))[:SHORT],
        replications=about.get("replications", "–"),
        seed=about.get("seed", "–"),
    )


def judged(say: Speaker, rows: Iterable[Mapping[str, Any]], *, replications: int, days: str) -> Iterator[str]:
    """The judgements of a run in the words of this language, those that speak against it first.

    A judgement of a kind that is not known here is given as it was stored, in English.
    """
    for row in sorted(rows, key=lambda one: bool(one["ok"])):
        yield _judged(say, row, replications, days)


def _judged(say: Speaker, row: Mapping[str, Any], replications: int, days: str) -> str:
    value, ok = float(row["value"]), bool(row["ok"])
    flow_ = (str(row["crossing"]), str(row["mode"]), str(row["direction"]))
    where = flow(say, *flow_) if row["crossing"] else ""
    share = say.percent(value, 1)
    n = say.number(replications, 0)
    match row["code"]:
        case "precision" if ok:
            text = say(
                "With {n} replications every mean crossing time is precise within 5 % of the mean; the "
                "widest is "
                "{where}, ± {share}.",
                n=n,
                where=where,
                share=share,
            )
        case "precision" if value > 1:
            text = say(
                "{n} replications are too few for mean crossing times precise within 5 % of the mean: at "
                "{where} half the interval is larger than the mean itself.",
                n=n,
                where=where,
            )
        case "precision":
            text = say(
                "{n} replications are too few for mean crossing times precise within 5 % of the mean: "
                "{where} is "
                "known to ± {share}.",
                n=n,
                where=where,
                share=share,
            )
        case "growing" if ok:
            text = say("No line is still growing at the end of the run.")
        case "growing":
            text = say(
                "{where}: the line still grows at the end of the run; {share} of the arrivals of its "
                "last quarter were "
                "not taken off, so mean times depend on the length of the run.",
                where=where,
                share=share,
            )
        case "not_through" if ok:
            text = say(
                "At most {share} were not through within {days} days at any crossing.",
                share=say.percent(_rounded_up(value), 2),
                days=days,
            )
        case "not_through":
            text = say(
                "{where}: {share} were not through within {days} days; means count them with {days} days.",
                where=where,
                share=share,
                days=days,
            )
        case "growing_at_home":
            text = say(
                "{where}: the number of those waiting at home still grows at the end of the run; {share} of "
                "the bookings of its last quarter were not taken off, so the waiting depends on the length "
                "of the run.",
                where=where,
                share=share,
            )
        case "growing_in_yard":
            text = say(
                "{where}, in the yard: the number of those waiting still grows at the end of the run; "
                "{share} of the arrivals of its last quarter were not taken off, so the waiting depends on "
                "the length of the run.",
                where=where,
                share=share,
            )
        case "not_come":
            text = say(
                "{where}: {share} of those waiting at home were not at the border within {days} days; means "
                "count them with {days} days.",
                where=where,
                share=share,
                days=days,
            )
        case "not_loaded":
            text = say(
                "{where}: {share} of the trucks that wait for a load had none within {days} days; means "
                "count them with {days} days.",
                where=where,
                share=share,
                days=days,
            )
        case _:
            return str(row["text"])
    if row["run"] == "counterfactual":
        return say("Without the corridors: {text}", text=text)
    return text


def _rounded_up(share: float) -> float:
    """To a hundredth of a per cent, so that 'at most' is true."""
    return math.ceil(round(10_000 * share, 9)) / 10_000


def said_in_files(about: Mapping[str, Any], *names: str) -> tuple[str, ...]:
    """Warnings and notes as the study stored them."""
    found: Sequence[str] = [str(text) for name in names for text in about.get(name, ())]
    return tuple(dict.fromkeys(found))
