"""Trains of one direction of a railway crossing: when they come, of which kind, how long each step takes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from kzsim import evidence
from kzsim.border import episodes, growth, rail_fleet, rail_slots, taking
from kzsim.border.calendars import Clock
from kzsim.border.corridors import CrossingCorridor
from kzsim.border.demand import Bend, HourShares, Pattern, arrivals
from kzsim.border.labels import GroupLabel, Side
from kzsim.border.quantities import distribution, plain_number
from kzsim.border.rail_line import (
    BOXES,
    CHECK,
    EMPTIES,
    FRONTS,
    GRAIN,
    HELD,
    HOPPERS,
    LAB,
    LINE,
    LOCOMOTIVE,
    PAPERS,
    PLATFORMS,
    RECEPTION,
    RUN,
    SLOT,
    TO_SIDING,
    UNLOADED,
    Line,
    front,
    step,
)
from kzsim.network.model import Arrivals, Condition, Distribution, Kind, Source, Swing, Work
from kzsim.scenario import Scenario

DAYS_PER_WEEK = 7

# Purposes of the random numbers that choose a grain train's way.
IN_HOPPERS = "grain.in_hoppers"
SAMPLED = "grain.sampled"

HOLD, SHARE = "grain.lab_hold", "grain.sample_share"
AT_ONCE = Distribution("fixed", 0.0)
"""Of steps that only stand for something to wait for: their time is part of another step's."""


@dataclass(frozen=True)
class Trains:
    """Sources of one direction, and whom their group numbers (indices into ``groups``) stand for.

    ``flows``: a year's trains by class. A source is called as its route, which is of its class.
    """

    sources: tuple[Source, ...]
    groups: tuple[GroupLabel, ...]
    flows: Mapping[str, evidence.RailFlow]


def trains(scenario: Scenario, line: Line, clock: Clock, corridor: CrossingCorridor) -> Trains:
    """One source a class, with one kind for trains that meet a corridor's conditions and one for others.

    Grain is a source for each way in which it is sampled through the run: who comes when all trains are held
    for a week is another train than who comes before.
    Only classes that the menu of measures makes eligible have both; the two kinds are there with and
    without a corridor, so that the same trains comply in every scenario.
    """
    shared = growth.railways(scenario)
    demand = taking.rail_demand(line.params, line.crossing, scenario.year, scenario.growth, shared)
    flows = demand.flows[line.direction]
    dated = episodes.dated(scenario, line.crossing, "rail")
    sources: list[Source] = []
    groups: list[GroupLabel] = []
    for klass, flow in sorted(flows.items()):
        eligible = klass in corridor.eligible
        shares = _shares(corridor, eligible)
        name = f"{line.prefix}.{klass}"
        bends = dated.bends(line.direction, klass, loaded=klass != EMPTIES)
        coming = _arrivals(scenario, line, flow, clock, bends)
        known = spells(line, klass, clock)
        for number, spell in enumerate(known, start=1):
            kinds = tuple(
                Kind(
                    name="compliant" if compliant else "other",
                    share=share,
                    klass=rail_slots.class_of(
                        line, klass, dated, corridor=compliant and corridor.separates(line.direction)
                    ),
                    group=len(groups) + place,
                    work=work(line, klass, flow, corridor, user=compliant, spell=spell),
                )
                for place, (compliant, share) in enumerate(shares)
            )
            if spell is None or len(known) == 1:
                sources.append(Source(name, name, coming, kinds))
            else:
                own = name if number == 1 else f"{name}.spell_{number}"
                sources.append(Source(own, name, _within(coming, clock, spell.days), kinds))
        groups += [_label(line, klass, flow, corridor, eligible, compliant) for compliant, _ in shares]
    return Trains(tuple(sources), tuple(groups), flows)


def _shares(corridor: CrossingCorridor, eligible: bool) -> tuple[tuple[bool, float], ...]:
    """Compliant or not, and the share of a class's trains that is."""
    if not eligible:
        return ((False, 1.0),)
    return ((True, corridor.compliance), (False, 1.0 - corridor.compliance))


def _label(
    line: Line,
    klass: str,
    flow: evidence.RailFlow,
    corridor: CrossingCorridor,
    eligible: bool,
    compliant: bool,
) -> GroupLabel:
    user = compliant and corridor.concerns(line.direction, klass)
    return GroupLabel(
        crossing=line.crossing,
        mode="rail",
        direction=line.direction,
        klass=klass,
        eligible=eligible,
        compliant=compliant,
        corridor="user" if user else "eligible_nonuser" if eligible else "other",
        load_t=flow.net_t_per_train,
        teu=flow.teu_per_train or 0.0,
        wagons=float(flow.wagons_per_train),
        agricultural=klass == GRAIN,
        loaded=klass != EMPTIES,
    )


def _arrivals(
    scenario: Scenario, line: Line, flow: evidence.RailFlow, clock: Clock, bends: Sequence[Bend]
) -> Arrivals:
    """A timetable through the year, with late trains and days that swing together for all classes.

    The evidence gives the variation (cv) of the time between trains. A timetable of equal headways h
    with independent exponential delays of mean L gives the gap h - L1 + L2 between two trains planned
    one after the other: its standard deviation is L times the square root of 2, so L/h = cv/sqrt(2).
    """
    hours = taking.hour_of_day(line.params, "rail")
    side: Side = "cn" if hours.clock == "cn" else "kz"
    shares = HourShares(hours.share, side)
    return arrivals(
        clock,
        flow.trains_per_day.number * _days_of(scenario.year) * demand_factor(scenario, line.crossing),
        Pattern(
            monthly=taking.monthly(line.params, flow.monthly_profile),
            weekday=(1 / DAYS_PER_WEEK,) * DAYS_PER_WEEK,
            hours_on=lambda _day: shares,
        ),
        swing=Swing(f"{line.prefix}.day", taking.day_to_day_cv(line.params, "rail")),
        process="timetable",
        lateness=line.fact("interarrival.cv").number / math.sqrt(2),
        bends=bends,
    )


def demand_factor(scenario: Scenario, crossing: str) -> float:
    """What the scenario multiplies the evidence's trains by at a crossing."""
    settings = scenario.crossings.get(crossing)
    return scenario.demand_factor * (settings.rail.demand_factor if settings else 1.0)


def _days_of(year: int) -> int:
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days


def work(
    line: Line,
    klass: str,
    flow: evidence.RailFlow,
    corridor: CrossingCorridor,
    *,
    user: bool,
    spell: Spell | None = None,
) -> Mapping[str, Work]:
    """What a train of the class does at each step of its route: by step name, in the order of the route.

    ``user``: whether what a corridor changes for its users applies to it. ``spell``: how grain is sampled
    when it comes; None where there is no laboratory.
    """
    first, second = line.first, line.second

    def takes(tail: str, side: Side, *when: Condition) -> Work:
        # the menu names a parameter without the side: "grain.lab_hold" for "cn.grain.lab_hold"
        param = tail.removeprefix(f"{side}.")
        key = line.key(tail)
        return Work(corridor.duration(line.params, key, param, line.direction, side, klass, user), when)

    def way_in(behind: str, *when: Condition) -> Iterator[tuple[str, Work]]:
        if loaded:
            yield step(first, PAPERS + behind), takes(f"{first}.documents.hold_outbound", first, *when)
        yield step(first, CHECK[first] + behind), takes(f"{first}.{CHECK[first]}.time", first, *when)
        if loaded:
            yield step(first, SLOT + behind), Work(None, when)  # passing a gate takes no time
            if rail_fleet.has_locomotives(line):
                turn = rail_fleet.locomotive(line)
                yield step(first, LOCOMOTIVE + behind), Work(AT_ONCE, when, needs=turn)
        yield step("between", RUN + behind), takes("run.time", second, *when)
        yield step(second, CHECK[second] + behind), takes(f"{second}.{CHECK[second]}.time", second, *when)

    def reloaded(behind: str, *when: Condition) -> Iterator[tuple[str, Work]]:
        for kind in FRONTS[klass]:
            which = (*when, *_front_condition(line, klass, kind))
            if (klass, kind) == (GRAIN, HOPPERS) and rail_slots.has_reception(line):
                yield step(second, RECEPTION + behind), Work(None, which)
            yield step(second, front(kind) + behind), takes(f"transship.occupancy_{kind}", second, *which)

    loaded = klass != EMPTIES
    steps: dict[str, Work] = {}
    others: tuple[Condition, ...] = ()
    if spell is not None:
        sampled, others = Condition(SAMPLED, 0.0, spell.share), (Condition(SAMPLED, spell.share, 1.0),)
        steps |= way_in(TO_SIDING, sampled)
        steps[step(second, LAB)] = Work(_lab_hold(line, klass, spell, corridor, user), (sampled,))
        steps |= reloaded(HELD, sampled)
    steps |= way_in("", *others)
    steps |= reloaded("", *others)
    if rail_fleet.on_platforms(klass):
        boxes = _front_condition(line, klass, BOXES)
        steps[step(second, UNLOADED)] = Work(AT_ONCE, boxes)
        steps[step(second, PLATFORMS)] = Work(AT_ONCE, boxes, needs=rail_fleet.platforms(line, flow))
    if loaded:
        steps[step(second, PAPERS)] = takes(f"{second}.documents.hold_inbound", second)
        if rail_slots.has_line(line):
            steps[step(second, LINE)] = Work()
    return steps


def _front_condition(line: Line, klass: str, kind: str) -> tuple[Condition, ...]:
    """Which trains of a class go to a front: all, but for grain by whether it comes in hoppers."""
    if klass != GRAIN:
        return ()
    hoppers = line.fact(f"{line.second}.grain.bulk_share").share
    return (Condition(IN_HOPPERS, 0.0, hoppers) if kind == HOPPERS else Condition(IN_HOPPERS, hoppers, 1.0),)


def _lab_hold(line: Line, klass: str, spell: Spell, corridor: CrossingCorridor, user: bool) -> Distribution:
    def changed(_: float) -> float:
        return corridor.changed(spell.hold_ms, "grain.lab_hold", line.direction, line.second, klass, user)

    return distribution(line.fact(f"{line.second}.{HOLD}"), changed)


@dataclass(frozen=True)
class Spell:
    """How grain is sampled for some days: mean hold, the share of trains that is held, and the days."""

    hold_ms: float
    share: float
    days: frozenset[date]


def spells(line: Line, klass: str, clock: Clock) -> tuple[Spell | None, ...]:
    """How a class is sampled through the run; (None,) where it is not. What most days have is first."""
    if not line.has_laboratory(klass):
        return (None,)
    hold, share = line.fact(f"{line.second}.{HOLD}"), line.fact(f"{line.second}.{SHARE}")
    found: dict[tuple[float, float], set[date]] = {}
    for day in clock.days():
        found.setdefault((hold.on(day), share.on(day)), set()).add(day)
    in_order = sorted(found.items(), key=lambda each: (-len(each[1]), min(each[1])))
    return tuple(
        Spell(hold.ms / hold.number * length, plain_number(part, share.unit), frozenset(days))
        for (length, part), days in in_order
    )


def _within(arrivals: Arrivals, clock: Clock, days: frozenset[date]) -> Arrivals:
    """Those that come on some days of the home clock."""
    chosen = [day in days for day in clock.days()]
    expected = tuple(
        amount if chosen[number] else 0.0
        for amount, number in zip(arrivals.expected, arrivals.day, strict=True)
    )
    return replace(arrivals, expected=expected)
