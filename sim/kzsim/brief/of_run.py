"""The brief of a run: with its corridors, against another run, or by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kzsim.brief import assumptions, baseline, carried, changes, chosen, digest, method, posts
from kzsim.brief.content import Brief, Grid, KeyNumber, Message
from kzsim.brief.rows import records
from kzsim.brief.spoken import (
    between,
    change,
    figure,
    flow,
    joined,
    limit,
    listed,
    sentence,
    together,
    with_interval,
)
from kzsim.brief.totals import key_numbers, totals
from kzsim.brief.wait_grid import wait_grid

if TYPE_CHECKING:
    import pandas as pd

    from kzsim.brief.changes import Change
    from kzsim.brief.digest import Flow
    from kzsim.experiments.studies import Study
    from kzsim.language import Speaker

MOST_NAMED = 3
SMALL_PER_CENT = 1.0
"""Changes of throughput within so many per cent are called none that matters."""
UNCERTAINTY, INFLUENCES = "uncertainty", "uncertainty_influences"


@dataclass(frozen=True)
class _Tables:
    """What `digest.flows` looks at."""

    indicators: pd.DataFrame
    binding: pd.DataFrame
    worst_days: pd.DataFrame | None
    comparison: pd.DataFrame | None


def run_brief(study: Study, say: Speaker, other: Study | None) -> Brief:
    """The brief of a run; ``other``: the run to compare it with in place of its own counterfactual."""
    about = study.manifest
    found = changes.of_run(study) if other is None else baseline.changes(study, other)
    flows = flows_of(study)
    resolved = assumptions.read_resolved(study.path / "scenario.resolved.yaml")
    used = assumptions.assumptions(say, resolved, weights(study))
    n = int(about["replications"])
    days = say.number(int(about["follow_up_ms"]) / method.MS_PER_DAY, 0)
    against = _against(say, other)
    policy = say("Green corridors") if other is None else study.title
    return Brief(
        kind="run",
        lang=say.lang,
        title=study.title,
        description=str(resolved.get("description") or ""),
        headline=changes.headline(say, policy, found) if found else longest(say, flows),
        lead=method.period_of_run(say, about),
        numbers=_numbers(study, say, other, against),
        messages=_messages(say, study, flows, found, other),
        tables=_grids(say, study, flows, found, against),
        assumptions=used,
        decisive=assumptions.decisive(used),
        assumed=assumptions.graded(say, used),
        sources=assumptions.cited(used),
        sure=_sure(say, study, n, days, other),
        remarks=method.said_in_files(about, "warnings", "notes"),
        provenance=method.provenance(say, study, other),
        method=method.method(say, study),
        figures=("map", "gains" if found and other is None else "crossing_time"),
    )


def flows_of(study: Study) -> tuple[Flow, ...]:
    """Each crossing, mode and direction of a run with the few figures that a brief shows."""
    compared = study.table("comparison") if study.has("comparison") else None
    worst = study.table("worst_days") if study.has("worst_days") else None
    return digest.flows(_Tables(study.table("indicators"), study.table("binding"), worst, compared))


def weights(study: Study) -> dict[str, float]:
    """By entry of the evidence its largest clear rank correlation with a mean crossing time."""
    found: dict[str, float] = {}
    if not study.has(INFLUENCES):
        return found
    for row in records(study.table(INFLUENCES)):
        value = float(row["rank_correlation"])
        if row["clear"] and row["indicator"] == "crossing_time":
            name = str(row["parameter"])
            if abs(value) > abs(found.get(name, 0.0)):
                found[name] = value
    return found


def longest(say: Speaker, flows: Sequence[Flow]) -> str:
    """The finding of a run that is compared with nothing: where the hours are lost."""
    waiting = [one for one in flows if (one.delay_h.mean or 0.0) > 0]
    if not waiting:
        return say("Nobody waits at any crossing")
    worst = max(waiting, key=lambda one: one.delay_h.mean or 0.0)
    return say(
        "The longest delay is at {where}: {hours} h of {all} h, most of it {account}",
        where=flow(say, worst.crossing, worst.mode, worst.direction),
        hours=figure(say, worst.delay_h.mean),
        all=figure(say, worst.crossing_time_h.mean),
        account=say.account(worst.largest_account),
    )


def _against(say: Speaker, other: Study | None) -> str:
    return say("the same without corridors") if other is None else other.title


def _numbers(study: Study, say: Speaker, other: Study | None, against: str) -> tuple[KeyNumber, ...]:
    here = totals(study.table("replications"))
    if other is not None:
        least = min(int(one.manifest["replications"]) for one in (study, other))
        both = [totals(_first(one.table("replications"), least)) for one in (study, other)]
        return key_numbers(say, both[0], both[1], against)
    if study.has("counterfactual_replications"):
        return key_numbers(say, here, totals(study.table("counterfactual_replications")), against)
    return key_numbers(say, here, (), against)


def _first(replications: pd.DataFrame, n: int) -> pd.DataFrame:
    return replications[replications["replication"] < n]


def _messages(
    say: Speaker, study: Study, flows: Sequence[Flow], found: Sequence[Change], other: Study | None
) -> tuple[Message, ...]:
    moved = through(say, study) if other is None else ""
    if found:
        return (changes.wins(say, found), changes.pays(say, found), binds(say, flows, moved))
    return (waits(say, flows), farm(say, flows), binds(say, flows, moved))


def waits(say: Speaker, flows: Sequence[Flow]) -> Message:
    """Where the hours go: the flows with the longest crossing times, and what the waiting is owed to."""
    worst = sorted(flows, key=lambda one: -(one.delay_h.mean or 0.0))
    told = []
    for one in worst:
        where = flow(say, one.crossing, one.mode, one.direction)
        time = with_interval(say, one.crossing_time_h)
        if one.largest_account_share is None:
            told.append(say("{where}: {time} h, no waiting", where=where, time=time))
            continue
        told.append(
            say(
                "{where}: {time} h, of it {delay} h delay, {share} of the waiting {account}",
                where=where,
                time=time,
                delay=with_interval(say, one.delay_h),
                share=say.percent(one.largest_account_share),
                account=say.account(one.largest_account),
            )
        )
    return Message("waits", say("Where the hours go"), sentence(say, listed(say, told, MOST_NAMED)))


def farm(say: Speaker, flows: Sequence[Flow]) -> Message:
    """Whether farm goods take longer than the rest, told only where the two intervals do not overlap."""
    slower, quicker, same = [], [], 0
    for one in flows:
        agri, rest = one.agricultural_h, one.rest_h
        if agri.mean is None or rest.mean is None:
            continue
        where = flow(say, one.crossing, one.mode, one.direction)
        told = say(
            "{where}: {agri} h against {rest} h",
            where=where,
            agri=with_interval(say, agri),
            rest=with_interval(say, rest),
        )
        if _above(agri, rest):
            slower.append((agri.mean - rest.mean, told))
        elif _above(rest, agri):
            quicker.append((rest.mean - agri.mean, told))
        else:
            same += 1
    if not slower and not quicker:
        return Message(
            "pays",
            say("Farm goods and the rest"),
            say(
                "No difference in crossing time between agricultural goods and the rest can be told "
                "from chance."
            ),
        )
    larger, heading = max(
        (slower, say("Farm goods wait longer than the rest")),
        (quicker, say("Farm goods wait less than the rest")),
        key=lambda pair: len(pair[0]),
    )
    ordered = [told for _, told in sorted(larger, key=lambda pair: -pair[0])]
    text = sentence(say, listed(say, ordered, MOST_NAMED))
    fewer = min(len(slower), len(quicker))
    rest_ = say(
        "The other way round in {n} flows; no difference that can be told from chance in {m}.",
        n=say.number(fewer, 0),
        m=say.number(same, 0),
    )
    return Message("pays", heading, together(say, text, rest_))


def _above(one: digest.Estimate, other: digest.Estimate) -> bool:
    return one.low is not None and other.high is not None and one.low > other.high


def binds(say: Speaker, flows: Sequence[Flow], moved: str) -> Message:
    """What limits how many flows, and where each limit is felt most."""
    by_limit: dict[str, list[Flow]] = {}
    for one in flows:
        by_limit.setdefault("nothing" if one.binding is None else one.binding.binds, []).append(one)
    told = []
    for what, own in sorted(by_limit.items(), key=lambda pair: (pair[0] == "nothing", -len(pair[1]))):
        if what == "nothing":
            told.append(say.plural("nothing: {n} flow", "nothing: {n} flows", len(own)))
            continue
        most = max(own, key=lambda one: (one.binding.share_of_delay or 0.0) if one.binding else 0.0)
        told.append(
            say.plural(
                "{limit}: {n} flow, {where} ({share} of the waiting)",
                "{limit}: {n} flows, most at {where} ({share} of the waiting)",
                len(own),
                limit=say.binds(what),
                where=flow(say, most.crossing, most.mode, most.direction),
                share=say.percent((most.binding.share_of_delay or 0.0) if most.binding else 0.0),
            )
        )
    text = sentence(say, joined(say, told))
    return Message("binds", say("What binds"), together(say, text, moved))


def through(say: Speaker, study: Study) -> str:
    """Whether more or less gets through with the corridors, as far as that can be told from chance."""
    if not study.has("comparison"):
        return ""
    from kzsim.indicators.layout import ALL, HEADLINE

    rows = [
        row
        for row in records(study.table("comparison"))
        if row["indicator"] == "throughput_per_day"
        and row["corridor"] == ALL
        and row["class"] == HEADLINE.get(str(row["mode"]), ALL)
    ]
    within = all(
        row["per_cent_low"] >= -SMALL_PER_CENT and row["per_cent_high"] <= SMALL_PER_CENT for row in rows
    )
    if rows and within:
        return say("Throughput stays within 1 % of what it was everywhere.")
    more = [row for row in rows if row["low"] > 0]
    fewer = [row for row in rows if row["high"] < 0]
    if not more and not fewer:
        return say("No change of throughput can be told from chance at any crossing.")
    told = []
    if more:
        told.append(say("more get through: {where}", where=_most_moved(say, more)))
    if fewer:
        told.append(say("fewer get through: {where}", where=_most_moved(say, fewer)))
    return sentence(say, joined(say, told))


def _most_moved(say: Speaker, rows: Sequence[Mapping[str, object]]) -> str:
    ordered = sorted(rows, key=lambda row: -abs(float(str(row["difference"]))))
    told = [
        say(
            "{where} {change} per day",
            where=flow(say, *changes.flow_of(row)),
            change=change(say, *(float(str(row[name])) for name in ("difference", "low", "high"))),
        )
        for row in ordered
    ]
    return listed(say, told, 1)


def _grids(
    say: Speaker, study: Study, flows: Sequence[Flow], found: Sequence[Change], against: str
) -> tuple[Grid, ...]:
    first = (changes.grid(say, found, against=against),) if found else ()
    picked = chosen.grid(say, chosen.chosen(study.table("choices") if study.has("choices") else None))
    told = (flow_grid(say, flows), *posts.grid(say, flows), *wait_grid(say, flows), *picked)
    return (*first, *told, *carried.grid(say, flows), *_three_intervals(say, study))


def flow_grid(say: Speaker, flows: Sequence[Flow]) -> Grid:
    """Each flow's figures: throughput, crossing time, delay, and what the waiting is owed to."""
    rows = []
    for one in flows:
        binding = one.binding
        owed = "–"
        if one.largest_account_share is not None:
            owed = f"{say.percent(one.largest_account_share)} {say.account(one.largest_account)}"
        rows.append(
            (
                flow(say, one.crossing, one.mode, one.direction),
                with_interval(say, one.throughput_per_day),
                with_interval(say, one.crossing_time_h),
                figure(say, one.p10_h),
                figure(say, one.p50_h),
                figure(say, one.p90_h),
                figure(say, one.agricultural_h.mean),
                figure(say, one.rest_h.mean),
                figure(say, one.delay_h.mean),
                owed,
                say.binds("nothing") if binding is None else limit(say, binding),
            )
        )
    return Grid(
        say("Every crossing, mode and direction"),
        say(
            "Throughput in trucks or loaded trains per day and mean crossing time in hours, each with "
            "the 95 % interval "
            "of the mean; what 10, 50 and 90 % of them stay below; mean of agricultural goods (on rail "
            "grain) and of the "
            "rest; delay: crossing time less the time it would take with nobody else there and "
            "everything open."
        ),
        (
            say("Flow"),
            say("Per day"),
            say("Mean, h"),
            say("P10, h"),
            say("P50, h"),
            say("P90, h"),
            say("Farm goods, h"),
            say("Rest, h"),
            say("Delay, h"),
            say("Largest part of it"),
            say("What binds"),
        ),
        (False, True, True, True, True, True, True, True, True, False, False),
        tuple(rows),
    )


def _three_intervals(say: Speaker, study: Study) -> tuple[Grid, ...]:
    if not study.has(UNCERTAINTY):
        return ()
    rows = [
        (
            flow(say, *changes.flow_of(row)),
            figure(say, row["mean"]),
            between(say, row["precision_low"], row["precision_high"]),
            between(say, row["shipper_p10"], row["shipper_p95"]),
            between(say, row["unknown_p5"], row["unknown_p95"]),
        )
        for row in records(study.table(UNCERTAINTY))
        if row["indicator"] == "crossing_time"
    ]
    return (
        Grid(
            say("Three intervals, never mixed"),
            say(
                "Mean crossing time in hours. Precision of the estimate: 95 % interval over "
                "replications. What a shipper "
                "meets: between single trucks or trains. What is not known about the border: nine of "
                "ten worlds within "
                "the evidence ranges."
            ),
            (
                say("Flow"),
                say("Mean, h"),
                say("Precision of the estimate"),
                say("What a shipper meets, P10 to P95"),
                say("What is not known, P5 to P95"),
            ),
            (False, True, True, True, True),
            tuple(rows),
            file="three_intervals",
        ),
    )


def _sure(say: Speaker, study: Study, n: int, days: str, other: Study | None) -> tuple[str, ...]:
    rows = records(study.table("judgements"))
    found = list(method.judged(say, rows, replications=n, days=days))
    if n < 2:
        found.insert(
            0, say("One replication: no interval. More replications tell how precise the means are.")
        )
    if other is not None and other.manifest.get("model") != study.manifest.get("model"):
        found.append(
            say(
                "The two runs were made by different versions of the model; part of the difference may "
                "be that."
            )
        )
    return tuple(dict.fromkeys(found))
