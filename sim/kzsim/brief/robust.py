"""Does it help whatever the border is like? What a study over plausible worlds says, in words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kzsim.brief.changes import flow_of
from kzsim.brief.content import Grid, Message
from kzsim.brief.rows import records
from kzsim.brief.spoken import between, flow, joined, sentence, starting, who

if TYPE_CHECKING:
    from pathlib import Path

    from kzsim.experiments.studies import Study
    from kzsim.language import Speaker

WORLDS, INFLUENCES = "plausible_worlds", "plausible_influences"
HALF = 0.5
Row = Mapping[str, Any]


def beside(comparison: Study) -> Study | None:
    """The latest study over plausible worlds of the same scenarios that lies beside a comparison, or None."""
    from kzsim.experiments.errors import ResultsError
    from kzsim.experiments.studies import open_study

    wanted = comparison.manifest
    for path in sorted(comparison.path.parent.glob("*-plausible"), reverse=True):
        try:
            found = open_study(path)
        except ResultsError:
            continue  # damaged: the comparison speaks for itself
        same = all(found.manifest.get(name) == wanted.get(name) for name in ("title", "model", "seed"))
        if same and _scenarios(found) == comparison_scenarios(comparison.path, wanted):
            return found
    return None


def _scenarios(study: Study) -> list[str] | None:
    found = study.manifest.get("scenarios")
    return [str(one) for one in found] if isinstance(found, list) else None


def comparison_scenarios(path: Path, manifest: Mapping[str, Any]) -> list[str]:
    """What tells the scenarios of a stored comparison from others of the same names."""
    from kzsim.brief.assumptions import read_resolved
    from kzsim.experiments.comparisons.files import resolved_name
    from kzsim.experiments.identity import scenario_digest

    files = [path / resolved_name(number) for number in range(len(manifest["names"]))]
    return [scenario_digest(read_resolved(file).get("settings", {})) for file in files]


def headline(say: Speaker, policy: str, study: Study, alternative: str) -> str:
    """The verdict in one line; '' where crossing times change in no world."""
    rows = _pooled(study, alternative)
    if not rows:
        return ""
    worst = min(rows, key=lambda row: float(row["helps"]))
    values = {
        "policy": policy,
        "share": say.percent(float(worst["helps"])),
        "n": say.number(int(worst["worlds"]), 0),
        "where": flow(say, *flow_of(worst)),
    }
    match _standing(worst):
        case "robust":
            return say(
                "{policy}: shorter crossing times in {share} of {n} plausible worlds ({where})", **values
            )
        case "not robust":
            return say(
                "{policy}: shorter crossing times in only {share} of {n} plausible worlds ({where})", **values
            )
    values["sure"] = say.percent(float(worst["surely_helps"]) / float(worst["worlds"]))
    if float(worst["helps_low"]) <= HALF <= float(worst["helps_high"]):
        return say(
            "{policy}: shorter crossing times in {share} of {n} plausible worlds, surely in {sure}: whether "
            "in most is open ({where})",
            **values,
        )
    return say(
        "{policy}: whether it holds is open: {r} replications a world are too few to tell; crossing times "
        "got shorter in {share} of {n} plausible worlds, surely in only {sure} ({where})",
        **values,
        r=say.number(int(study.manifest["replications"]), 0),
    )


def message(say: Speaker, study: Study, alternative: str) -> Message:
    """The verdict with its intervals: all flows first, then by who uses a corridor."""
    rows = _pooled(study, alternative)
    if not rows:
        text = say(
            "No flow's mean crossing time changes in any of {n} plausible worlds.", n=_worlds(say, study)
        )
        return Message("robust", say("No effect in any world"), text)
    standing = _standing(min(rows, key=lambda row: float(row["helps"])))
    heading = {
        "robust": say("It holds in most plausible worlds"),
        "not robust": say("It does not hold in most plausible worlds"),
        "open": say("Whether it holds is open"),
    }[standing]
    told = [_told(say, row) for row in rows]
    told += [
        said
        for role, words in (
            ("user", say("corridor users")),
            ("eligible_nonuser", say("eligible non-users")),
            ("other", say("those not eligible")),
        )
        if (said := _over_flows(say, study, alternative, role, words))
    ]
    return Message("robust", heading, sentence(say, joined(say, told)))


def _told(say: Speaker, row: Row) -> str:
    return say(
        "{where}: the mean crossing time falls by more than 5 minutes in {share} of {n} plausible "
        "worlds [{interval}]; "
        "the change lies between {low} and {high} h in nine of ten",
        where=flow(say, *flow_of(row)),
        share=say.percent(float(row["helps"])),
        n=say.number(int(row["worlds"]), 0),
        interval=_luck(say, row),
        low=say.signed(float(row["difference_p5"])),
        high=say.signed(float(row["difference_p95"])),
    )


def _over_flows(say: Speaker, study: Study, alternative: str, role: str, words: str) -> str:
    rows = [row for row in _rows(study, alternative) if row["corridor"] == role]
    if not rows:
        return ""
    shares = [float(row["helps"]) for row in rows]
    low, high = say.percent(min(shares)), say.percent(max(shares))
    if low == high:
        return say("{who}: faster in {share} of the worlds", who=words, share=low)
    return say("{who}: faster in {low} to {high} of the worlds, flow by flow", who=words, low=low, high=high)


def grid(say: Speaker, study: Study) -> Grid:
    """Every flow and group whose crossing time changes in some world."""
    names = list(dict.fromkeys(str(row["alternative"]) for row in records(study.table(WORLDS))))
    several = len(names) > 1
    rows = tuple(
        (
            *((name,) if several else ()),
            flow(say, *flow_of(row)),
            starting(who(say, str(row["mode"]), str(row["class"]), str(row["corridor"]))),
            say.percent(float(row["helps"])),
            _luck(say, row),
            *(say.signed(float(row[f"difference_{part}"])) for part in ("p5", "p50", "p95")),
            say.percent(float(row["noise_share"])) if not math.isnan(row["noise_share"]) else "–",
        )
        for name in names
        for row in _rows(study, name)
    )
    return Grid(
        say("Over plausible worlds"),
        say(
            "In what share of the worlds within the evidence ranges the mean crossing time falls by "
            "more than 5 minutes; "
            "with luck counted: between the worlds that surely help and all that may. Then the change "
            "in hours in the "
            "worlds from the lowest 5 % to the highest 5 %, and which part of that spread is luck of "
            "few replications."
        ),
        (
            *((say("Alternative"),) if several else ()),
            say("Flow"),
            say("Who"),
            say("Helps in"),
            say("Luck counted"),
            say("P5, h"),
            say("P50, h"),
            say("P95, h"),
            say("of it luck"),
        ),
        (*((False,) if several else ()), False, False, True, True, True, True, True, True),
        rows,
        file="plausible_worlds",
    )


def sure(say: Speaker, study: Study) -> str:
    """What was varied over the worlds, and what is assumed about it."""
    return say(
        "Over plausible worlds: {ranges} ranges of the evidence vary over {n} worlds, {replications} "
        "replications each, "
        "taken as independent and triangular with the evidence's value the most probable, which is an "
        "assumption.",
        ranges=say.number(len(study.manifest.get("varied", ())), 0),
        n=_worlds(say, study),
        replications=say.number(int(study.manifest["replications"]), 0),
    )


def weights(study: Study) -> dict[str, float]:
    """By entry of the evidence its largest clear rank correlation with a change of crossing time."""
    found: dict[str, float] = {}
    if study.has(INFLUENCES):
        for row in records(study.table(INFLUENCES)):
            name, value = str(row["parameter"]), float(row["rank_correlation"])
            if (
                row["clear"]
                and row["indicator"] == "crossing_time"
                and abs(value) > abs(found.get(name, 0.0))
            ):
                found[name] = value
    return found


def _worlds(say: Speaker, study: Study) -> str:
    return say.number(int(study.manifest["points"]), 0)


def _rows(study: Study, alternative: str) -> list[Row]:
    """Its rows on crossing times that change in some world."""
    return [
        row
        for row in records(study.table(WORLDS))
        if row["alternative"] == alternative
        and row["indicator"] == "crossing_time"
        and not math.isnan(row["helps"])
    ]


def _pooled(study: Study, alternative: str) -> Sequence[Row]:
    """Those that speak of all flows of a mode together; each flow where there is but one."""
    every = [row for row in _rows(study, alternative) if row["corridor"] == "all"]
    together = [row for row in every if " " in str(row["crossing"]) or " " in str(row["direction"])]
    modes = {str(row["mode"]) for row in together}
    return [*together, *(row for row in every if str(row["mode"]) not in modes)]


def _standing(row: Row) -> str:
    if float(row["helps_with_luck_low"]) > HALF:
        return "robust"
    return "not robust" if float(row["helps_with_luck_high"]) < HALF else "open"


def _luck(say: Speaker, row: Row) -> str:
    low, high = (100 * float(row[f"helps_with_luck_{end}"]) for end in ("low", "high"))
    return say("{interval} %", interval=between(say, round(low), round(high), like=100.0))
