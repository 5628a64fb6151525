"""Trains of one direction of a railway crossing: when they come, of which kind, how long each step takes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kzsim import evidence
from kzsim.border import episodes, taking
from kzsim.border.calendars import Clock
from kzsim.border.corridors import CrossingCorridor
from kzsim.border.demand import Bend, HourShares, Pattern, arrivals
from kzsim.border.labels import CORRIDOR, ORDINARY, GroupLabel, Side
from kzsim.border.rail_line import (
    CHECK,
    EMPTIES,
    FRONTS,
    GRAIN,
    HOPPERS,
    LAB,
    PAPERS,
    RUN,
    SLOT,
    Line,
    front,
    step,
)
from kzsim.network.model import Arrivals, Condition, Kind, Source, Swing, Work
from kzsim.scenario import Scenario

DAYS_PER_WEEK = 7

# Purposes of the random numbers that choose a grain train's way.
IN_HOPPERS = "grain.in_hoppers"
SAMPLED = "grain.sampled"


@dataclass(frozen=True)
class Trains:
    """Sources of one direction, and whom their group numbers (indices into ``groups``) stand for."""

    sources: tuple[Source, ...]
    groups: tuple[GroupLabel, ...]


def trains(scenario: Scenario, line: Line, clock: Clock, corridor: CrossingCorridor) -> Trains:
    """One source a class, with one kind for trains that meet a corridor's conditions and one for others.

    Only classes that the menu of measures makes eligible have both; the two kinds are there with and
    without a corridor, so that the same trains comply in every scenario.
    """
    flows = taking.rail_demand(line.params, line.crossing, scenario.year, scenario.growth).flows[
        line.direction
    ]
    dated = episodes.dated(scenario, line.crossing, "rail")
    sources: list[Source] = []
    groups: list[GroupLabel] = []
    for klass, flow in sorted(flows.items()):
        eligible = klass in corridor.eligible
        kinds = []
        for compliant, share in _shares(corridor, eligible):
            own_class = compliant and corridor.separates(line.direction)
            kinds.append(
                Kind(
                    name="compliant" if compliant else "other",
                    share=share,
                    klass=CORRIDOR if own_class else ORDINARY,
                    group=len(groups),
                    work=work(line, klass, corridor, user=compliant),
                )
            )
            groups.append(_label(line, klass, flow, corridor, eligible, compliant))
        name = f"{line.prefix}.{klass}"
        bends = dated.bends(line.direction, klass, loaded=klass != EMPTIES)
        sources.append(Source(name, name, _arrivals(scenario, line, flow, clock, bends), tuple(kinds)))
    return Trains(tuple(sources), tuple(groups))


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


def work(line: Line, klass: str, corridor: CrossingCorridor, *, user: bool) -> Mapping[str, Work]:
    """What a train of the class does at each step of its route: by step name, in the order of the route.

    ``user``: whether what a corridor changes for its users applies to it.
    """

    def takes(tail: str, side: Side, *when: Condition) -> Work:
        # the menu names a parameter without the side: "grain.lab_hold" for "cn.grain.lab_hold"
        param = tail.removeprefix(f"{side}.")
        key = line.key(tail)
        return Work(corridor.duration(line.params, key, param, line.direction, side, klass, user), when)

    def check(side: Side) -> Work:
        return takes(f"{side}.{CHECK[side]}.time", side)

    first, second = line.first, line.second
    loaded = klass != EMPTIES
    steps: dict[str, Work] = {}
    if loaded:
        steps[step(first, PAPERS)] = takes(f"{first}.documents.hold_outbound", first)
    steps[step(first, CHECK[first])] = check(first)
    if loaded:
        steps[step(first, SLOT)] = Work()  # passing a gate takes no time
    steps[step("between", RUN)] = takes("run.time", second)
    steps[step(second, CHECK[second])] = check(second)
    for kind in FRONTS[klass]:
        steps[step(second, front(kind))] = takes(
            f"transship.occupancy_{kind}", second, *_front_condition(line, klass, kind)
        )
    if loaded:
        steps[step(second, PAPERS)] = takes(f"{second}.documents.hold_inbound", second)
    if line.has_laboratory(klass):
        sampled = Condition(SAMPLED, 0.0, line.fact(f"{second}.grain.sample_share").share)
        steps[step(second, LAB)] = takes(f"{second}.grain.lab_hold", second, sampled)
    return steps


def _front_condition(line: Line, klass: str, kind: str) -> tuple[Condition, ...]:
    """Which trains of a class go to a front: all, but for grain by whether it comes in hoppers."""
    if klass != GRAIN:
        return ()
    hoppers = line.fact(f"{line.second}.grain.bulk_share").share
    return (Condition(IN_HOPPERS, 0.0, hoppers) if kind == HOPPERS else Condition(IN_HOPPERS, hoppers, 1.0),)
