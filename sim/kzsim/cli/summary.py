"""What a run says at its end: one table to read aloud, what the corridors changed, what to think of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kzsim.brief.chosen import chosen
from kzsim.brief.digest import WHO, Binding, Change, Empties, Estimate, Flow, served
from kzsim.cli import before_the_border, carried, crossings_chosen, screen, time_costs, words
from kzsim.cli.flow_table import fitted
from kzsim.cli.table import Column, fill
from kzsim.indicators.legs import AT_HOME
from kzsim.indicators.spoken import plain

if TYPE_CHECKING:
    from kzsim.experiments import RunResult
    from kzsim.indicators.judgements import Judgement

VERDICTS = {"gains": "gain", "loses": "lose", "no change": "no change", "undecided": "undecided"}


def lines(path: str, result: RunResult, flows: Sequence[Flow], *, width: int) -> Iterator[str]:
    """Yield the summary of a run for a screen of `width` characters."""
    prose = min(width, screen.PROSE_WIDTH)
    yield screen.heading(result.title)
    yield from fill(_subtitle(path, result), prose, rest="")
    yield ""
    yield from fill(_reading(flows), prose, rest="")
    yield ""
    yield from fitted(flows, [(_NUMBERS, _numbers), (_CAUSES, _causes)], width, empties=_empties)
    yield ""
    yield from before_the_border.lines(flows, width, prose)
    yield from time_costs.lines(flows, width, prose)
    yield from carried.lines(flows, width, prose)
    yield from crossings_chosen.lines(chosen(result.choices), width, prose)
    if result.comparison is not None:
        yield ""
        yield from _corridors(result, flows, width, prose)
    if result.extras:
        from kzsim.cli import uncertain

        said = list(uncertain.lines(result, width))
        yield from ["", *said] if said else ()
    if result.judgements:
        yield ""
        yield from _judged(result.judgements, prose)


def _reading(flows: Sequence[Flow]) -> str:
    """Return how the first table is to be read."""
    rail = any(flow.mode == "rail" for flow in flows)
    on_rail = " Rail rows are of loaded trains; trains of empties stand by themselves." if rail else ""
    return (
        "Throughput per day; crossing time in hours: mean ± 95 % interval of the mean, what 10, 50 and 90 % "
        f"stay below, mean of agricultural goods{' (on rail grain)' if rail else ''} and of the rest; delay: "
        f"the mean less the time it would take with nobody else there and everything open.{on_rail}"
    )


def _subtitle(path: str, result: RunResult) -> str:
    first, measured, followed, end = _instants(result)
    return (
        f"{path}: {words.day(first.date())} to {words.day(end.date() - timedelta(days=1))}, "
        f"measured from {words.day(measured.date())}; crossing times of those who arrived before "
        f"{words.day(followed.date())}, each followed for up to {words.days(result.follow_up_ms)}; "
        f"{words.count(result.n_replications, 'replication')}, seed {result.seed}."
    )


def _instants(result: RunResult) -> tuple[datetime, datetime, datetime, datetime]:
    """Return start, end of the run-in, end of the cohort's arrivals and horizon in Kazakhstan's clock."""
    start = result.start.astimezone(UTC)  # added up in UTC: the clock may change within the period
    after_ms = (0, result.run_in_ms, result.horizon_ms - result.follow_up_ms, result.horizon_ms)
    first, measured, followed, end = (
        (start + timedelta(milliseconds=after)).astimezone(result.start.tzinfo) for after in after_ms
    )
    return first, measured, followed, end


def document(
    path: str, result: RunResult, flows: Sequence[Flow], stored: Path, *, again: bool
) -> dict[str, Any]:
    """Return what the summary says as data, unrounded; the folder `results` holds everything else."""
    first, measured, followed, end = _instants(result)
    return {
        "status": "stored" if again else "done",
        "scenario": path,
        "title": result.title,
        "results": str(stored),
        "seed": result.seed,
        "replications": result.n_replications,
        "period": {
            "start": first.isoformat(),
            "measured_from": measured.isoformat(),
            "cohort_until": followed.isoformat(),
            "end": end.isoformat(),
        },
        "flows": [_as_data(flow) for flow in flows],
        **({"choices": [asdict(row) for row in chose]} if (chose := chosen(result.choices)) else {}),
        "judgements": [asdict(judgement) for judgement in result.judgements],
        "warnings": list(result.warnings),
        "notes": list(result.notes),
        "timing": dict(result.timing),
    }


def _as_data(flow: Flow) -> dict[str, Any]:
    """Return a flow as data; of legs of a journey nothing where there are none."""
    found = asdict(flow)
    return found if flow.waits else {name: value for name, value in found.items() if name not in _OF_LEGS}


_OF_LEGS = ("waits", "changed")
_NUMBERS = (
    Column("Per\nday", number=True, said="throughput per day"),
    Column("Mean\nh", number=True, said="mean crossing time in hours"),
    Column("95 %\n±", number=True, said="95 % interval ±"),
    Column("P10\nh", number=True, said="P10"),
    Column("P50\nh", number=True, said="P50"),
    Column("P90\nh", number=True, said="P90"),
    Column("Agri\nh", number=True, said="agricultural mean"),
    Column("Rest\nh", number=True, said="mean of the rest"),
)
_CAUSES = (
    Column("Delay\nh", number=True, said="delay"),
    Column("Largest part", said="largest part of it"),
    Column("What binds", said="what binds:"),
)
_LEVELS = (
    Column("Mean, h\nwithout", number=True, said="mean crossing time in hours without"),
    Column("\nwith", number=True, said="with"),
    Column("Per day\nwithout", number=True, said="throughput per day without"),
    Column("\nwith", number=True, said="with"),
)
_DIFFERENCES = (
    Column("Corridor\nusers", said="difference of the mean crossing time in hours for corridor users"),
    Column("Eligible\nnon-users", said="for eligible non-users"),
    Column("\nOthers", said="for others"),
)


def _empties(some: Empties) -> tuple[str, ...]:
    times = (some.p10_h, some.p50_h, some.p90_h)
    # agricultural goods and the rest: none
    return (
        *_means(some.throughput_per_day, some.crossing_time_h, times),
        "–",
        "–",
        words.figure(some.delay_h.mean),
    )


def _numbers(flow: Flow) -> tuple[str, ...]:
    times = (flow.p10_h, flow.p50_h, flow.p90_h)
    return (
        *_means(flow.throughput_per_day, flow.crossing_time_h, times),
        words.figure(flow.agricultural_h.mean),
        words.figure(flow.rest_h.mean),
    )


def _means(per_day: Estimate, time: Estimate, quantiles: Sequence[float | None]) -> tuple[str, ...]:
    return (
        words.figure(per_day.mean),
        words.figure(time.mean),
        words.like(time.half_width, time.mean),
        *(words.figure(quantile) for quantile in quantiles),
    )


def _causes(flow: Flow) -> tuple[str, ...]:
    largest = "–"
    if flow.largest_account_share is not None:
        largest = f"{words.percent(flow.largest_account_share)} {words.ACCOUNTS[flow.largest_account]}"
    return words.figure(flow.delay_h.mean), largest, _binds(flow)


def _binds(flow: Flow) -> str:
    binding = flow.binding
    if binding is None or binding.binds == "nothing":
        return "nothing"
    return _limit(binding) + (", at home" if binding.cause == AT_HOME else "")


def _limit(binding: Binding) -> str:
    side, stage = binding.side.upper(), plain(binding.stage)
    place = f"{side} {stage}".strip()
    at = f" at {place}" if place else ""
    if binding.binds == "hours":
        return f"{side} hours".strip() + (f" ({stage})" if stage else "")
    if binding.binds == "stage":
        busy = f" ({words.percent(binding.utilisation)} busy)" if binding.utilisation is not None else ""
        # a stage without servers has none that are busy: trains leave at listed times
        return f"servers{at}{busy}" if busy else place
    if binding.binds == "zone":
        return f"places{at}" + (f", kept by {_element(binding.cause)}" if binding.cause else "")
    if binding.binds == "tokens" and binding.cause:
        busy = f" ({words.percent(binding.utilisation)} busy)" if binding.utilisation is not None else ""
        return f"{plain(binding.cause)}{at}{busy}"
    if binding.binds == "pairing":
        return f"trucks for loads in {side} yard"
    return f"{binding.binds}{at}"


def _element(name: str) -> str:
    """Return side and stage of an element's full name, `rail.dostyk.cn_to_kz.kz.line_paths`."""
    *_, side, stage = ("", *name.split("."))
    return f"{side.upper() if len(side) == 2 else ''} {plain(stage)}".strip()


def _corridors(result: RunResult, flows: Sequence[Flow], width: int, prose: int) -> Iterator[str]:
    """Yield what the corridors changed, for those flows that have any corridor users."""
    touched = [flow for flow in flows if any(change.who == "user" for change in flow.changes)]
    yield screen.heading("What the green corridors changed")
    if not touched:
        yield from fill("No truck or train of this scenario uses a green corridor.", prose)
        return
    yield from fill(
        "The same trucks and trains without the corridors and with them. First how much longer (+) or "
        "shorter (−) the mean crossing time is with the corridors, in hours, ± the paired 95 % interval; "
        f"then the mean crossing time and the throughput of all. {_users(result, touched)}",
        prose,
        rest="",
    )
    yield ""
    yield from fitted(touched, [(_DIFFERENCES, _differences), (_LEVELS, _levels)], width)
    yield ""
    yield from before_the_border.changes(touched, _plus_minus, width, prose)
    told: list[Change] = []
    for name, changes in _spoken_of(touched):
        told += [change for _, change in changes]
        yield from fill(_verdicts(name, changes), prose)
    for said in (time_costs.gains(result.corridor_gains), _at_once(told)):
        if said:
            yield from fill(said, prose)


def _spoken_of(flows: Sequence[Flow]) -> Iterator[tuple[str, list[tuple[Flow, Change]]]]:
    """Yield of whom it is said what the corridors changed, by what they are called."""
    for who, name in WHO.items():
        yield name, [(flow, change) for flow in flows if (change := _change(flow, who)) is not None]
    for leg, where in before_the_border.COMPARED.items():
        for who, name in WHO.items():
            of_leg = [(flow, before_the_border.change_of(flow, leg, who)) for flow in flows]
            known = [(flow, change) for flow, change in of_leg if change is not None]
            if known:
                yield f"{name}, {where}", known


def _users(result: RunResult, touched: Sequence[Flow]) -> str:
    """Return who the corridor users are: by road farm goods, by rail the trains a corridor may take."""
    modes = {flow.mode for flow in touched}
    trains = " and ".join(plain(name) for name in served(result, "rail"))
    who = {"road": "carry agricultural goods", "rail": f"are {trains or 'loaded'} trains"}
    said = [f"by {mode} {text}" if len(modes) > 1 else text for mode, text in who.items() if mode in modes]
    return (
        f"Corridor users {', '.join(said)}{',' * (len(modes) > 1)} and meet the corridor's conditions; "
        "eligible non-users do not meet them."
    )


def _at_once(changes: Sequence[Change]) -> str:
    """Return the line that keeps a reader from taking chance for a finding."""
    number = len(changes)
    if number < 2 or all(change.difference_h.low is None for change in changes):
        return ""
    return (
        f"These {number} words hold at once with 95 %: each rests on an interval wider than its ± above, for "
        f"of {number} intervals at 95 % about {0.05 * number:.1f} leave out the true value by chance."
    )


def _levels(flow: Flow) -> tuple[str, ...]:
    return (
        words.figure(flow.without_crossing_time_h),
        words.figure(flow.crossing_time_h.mean),
        words.figure(flow.without_throughput_per_day),
        words.figure(flow.throughput_per_day.mean),
    )


def _differences(flow: Flow) -> tuple[str, ...]:
    changes = (_change(flow, who) for who in WHO)
    return tuple("–" if change is None else _plus_minus(change.difference_h) for change in changes)


def _plus_minus(estimate: Estimate) -> str:
    shown = words.signed(estimate.mean)
    half = estimate.half_width
    return shown if half is None else f"{shown} ± {words.aligned(half, shown)}"


def _change(flow: Flow, who: str) -> Change | None:
    return next((change for change in flow.changes if change.who == who), None)


def _verdicts(name: str, changes: Sequence[tuple[Flow, Change]]) -> str:
    """Return one sentence on all flows: where these gain, where they lose, where it is open."""
    said = [
        text + _where([(flow, change) for flow, change in changes if change.verdict == verdict], changes)
        for verdict, text in VERDICTS.items()
        if any(change.verdict == verdict for _, change in changes)
    ]
    return f"{name.capitalize()}: {'; '.join(said) or 'none'}."


def _where(some: Sequence[tuple[Flow, Change]], every: Sequence[tuple[Flow, Change]]) -> str:
    """Return ' everywhere', or the crossings among `some`: with hours where these gain or lose."""
    hours = some[0][1].verdict in ("gains", "loses")
    if len(some) == len(every) > 1 and not hours:
        return " everywhere"
    places: dict[tuple[str, str], list[str]] = {}
    for flow, change in some:
        way = words.direction(flow.direction)
        if hours:
            way += f" {words.signed(change.difference_h.mean)[1:]} h"
        places.setdefault((flow.crossing, flow.mode), []).append(way)
    named = []
    for (crossing, mode), ways in places.items():
        both = len(ways) == sum((flow.crossing, flow.mode) == (crossing, mode) for flow, _ in every) > 1
        name = words.place(crossing, mode) + (" rail" if mode == "rail" else "")
        named.append(name if both and not hours else f"{name} ({', '.join(ways)})")
    return f" at {', '.join(named)}"


def _judged(judgements: Sequence[Judgement], prose: int) -> Iterator[str]:
    yield screen.heading("How far to trust these figures")
    for judgement in sorted(judgements, key=lambda item: item.ok):
        yield from fill(judgement.text, prose, first="- ")
