"""One road crossing in one direction as network: the way of its trucks, and the trucks.

From Kazakhstan a truck waits for the electronic queue, drives up, passes the Kazakh post, crosses
the strip between the posts, waits for China's daily intake and passes the Chinese post. From China
a load is handed over in the Chinese yard, then passes the two posts the other way round. Zones::

    kz_to_cn: yard of the Kazakh post   entry_gate .. end of exit_gate
              strip                     drive across .. start of the Chinese entry_gate
    cn_to_kz: strip                     drive across .. start of the Kazakh entry_gate
              yard of the Kazakh post   entry_gate .. end of exit_gate
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from kzsim import evidence
from kzsim.border import episodes, post, road_queue, taking
from kzsim.border.calendars import Clock
from kzsim.border.corridors import PRIORITY, CrossingCorridor, Use
from kzsim.border.demand import HourShares, Pattern, arrivals
from kzsim.border.labels import (
    CORRIDOR,
    ORDINARY,
    OUT_OF_TURN,
    SIDES,
    CorridorRole,
    Direction,
    ElementLabel,
    GroupLabel,
    Parts,
    Side,
    first_side,
    second_side,
)
from kzsim.border.post import Element, Truck
from kzsim.border.quantities import count
from kzsim.border.road_queue import EQUEUE, INTAKE, RELEASED, OutOfTurn
from kzsim.border.site import Site
from kzsim.border.worth import road_worth
from kzsim.evidence import Parameters
from kzsim.network.model import (
    Account,
    Condition,
    DelayStage,
    Kind,
    Occupancy,
    Route,
    Source,
    Step,
    Swing,
    Work,
    Zone,
)
from kzsim.scenario import CrossingSettings, Scenario

APPROACH = "approach"
HANDOVER = "handover"
WAREHOUSE = "handover.warehouse"
NEUTRAL = "neutral"
YARD = "yard"
STRIP = "strip"
EVERYTHING = Use(frozenset(), 1.0)


def road_parts(
    scenario: Scenario,
    params: Parameters,
    crossing: str,
    direction: Direction,
    clock: Clock,
    corridor: CrossingCorridor,
) -> Parts:
    """Everything that trucks of one direction need at one crossing.

    Raises EvidenceError if the evidence lacks an entry for this crossing and year.
    """
    settings = scenario.crossings.get(crossing, CrossingSettings()).road
    dated = episodes.dated(scenario, crossing, "road")
    own_hours: dict[Side, Any] = {"kz": settings.hours_kz, "cn": settings.hours_cn}
    openings = taking.openings(params, crossing, clock, own_hours, dated.shut_days())
    site = Site(crossing, direction, params, clock, corridor, openings, settings.intake_factor, dated)
    factor = scenario.demand_factor * settings.demand_factor
    out_of_turn = road_queue.NOBODY
    if direction == "kz_to_cn":
        out_of_turn = road_queue.out_of_turn(site, scenario.year, factor, scenario.growth)

    made = _elements(site, out_of_turn)
    zones = _zones(site)
    groups: list[GroupLabel] = []
    routes, sources = [], []
    demand = taking.road_demand(params, crossing, scenario.year, scenario.growth)
    for klass, flow in demand.flows[direction].items():
        routes.append(_route(site, klass, loaded=flow.load_t > 0))
        kinds = _kinds(site, klass, flow, out_of_turn, groups)
        bends = dated.bends(direction, klass, loaded=flow.load_t > 0)
        pattern = _pattern(site, klass, demand)
        come = arrivals(clock, flow.trucks * factor, pattern, _swing(site), bends=bends)
        sources.append(Source(f"road.{crossing}.{direction}.{klass}", routes[-1].name, come, kinds))
    return Parts(
        stages=tuple(element.made for element in made),
        zones=tuple(zones),
        routes=tuple(routes),
        sources=tuple(sources),
        elements={element.made.name: element.label for element in made}
        | {zone.name: label for zone, label in zones.items()},
        groups=tuple(groups),
        priority=_priority(site, out_of_turn),
        idle=corridor.not_modelled(direction),
    )


def _elements(site: Site, out_of_turn: OutOfTurn) -> tuple[Element, ...]:
    first = first_side(site.direction)
    found = [
        Element(DelayStage(site.name(first, APPROACH), Account.TRAVEL), site.label(first, APPROACH, "stage")),
        Element(
            DelayStage(site.name("between", NEUTRAL), Account.TRAVEL), site.label("between", NEUTRAL, "stage")
        ),
    ]
    if site.direction == "kz_to_cn":
        found.append(Element(road_queue.equeue(site, out_of_turn), site.label("kz", EQUEUE, "gate")))
        found.append(Element(road_queue.intake(site), site.label("cn", INTAKE, "gate")))
    else:
        yard = DelayStage(site.name("cn", HANDOVER), Account.HANDLING)
        found.append(Element(yard, site.label("cn", HANDOVER, "stage")))
        if site.dated.releases():
            found.append(Element(road_queue.release(site), site.label("cn", RELEASED, "gate")))
    return (*found, *(element for side in SIDES for element in post.elements(site, side)))


def _zones(site: Site) -> Mapping[Zone, ElementLabel]:
    yard = Zone(site.name("kz", YARD), count(site.fact("kz.yard_places")))
    strip = Zone(site.name("between", STRIP), count(site.fact("neutral.places")))
    return {yard: site.label("kz", YARD, "zone"), strip: site.label("between", STRIP, "zone")}


def _priority(site: Site, out_of_turn: OutOfTurn) -> dict[tuple[str, str], int]:
    """Corridor users first at the posts, and at the zone before and behind the one they leave."""
    found: dict[tuple[str, str], int] = {}
    for side in SIDES:
        found |= post.priority(site, side)
    users = (CORRIDOR, CORRIDOR + OUT_OF_TURN)
    for side, zone in (
        ("kz", site.name("kz", YARD)),
        (first_side(site.direction), site.name("between", STRIP)),
    ):
        rank = round(site.corridor.switch(PRIORITY, site.direction, side))
        found |= {(klass, zone): -rank for klass in users if rank}
    found |= {(klass, site.name("kz", EQUEUE)): -1 for klass in out_of_turn.weight}
    return found


def _route(site: Site, klass: str, *, loaded: bool) -> Route:
    first, second = first_side(site.direction), second_side(site.direction)
    eligible = klass in site.corridor.eligible

    def through(side: Side) -> tuple[Step, ...]:
        return post.steps(site, side, agricultural=eligible, eligible=eligible)

    approach = Step(APPROACH, site.name(first, APPROACH))
    across = Step(NEUTRAL, site.name("between", NEUTRAL))
    before: tuple[Step, ...] = ()
    between: tuple[Step, ...] = (across,)
    if site.direction == "kz_to_cn":
        before = (Step(EQUEUE, site.name("kz", EQUEUE)), approach)
        between = (across, Step(INTAKE, site.name("cn", INTAKE)))
    elif site.dated.releases():
        between = (Step(RELEASED, site.name("cn", RELEASED)), across)
    if site.direction == "cn_to_kz" and loaded:
        yard = site.name("cn", HANDOVER)
        before = (approach, Step(HANDOVER, yard), Step(WAREHOUSE, yard))
    return Route(
        name=f"road.{site.crossing}.{site.direction}.{klass}",
        steps=(*before, *through(first), *between, *through(second)),
        occupancies=(
            Occupancy(site.name("kz", YARD), "kz.entry_gate", "kz.exit_gate", "end"),
            Occupancy(site.name("between", STRIP), NEUTRAL, f"{second}.entry_gate", "start"),
        ),
    )


def _kinds(
    site: Site, klass: str, flow: evidence.RoadFlow, out_of_turn: OutOfTurn, groups: list[GroupLabel]
) -> tuple[Kind, ...]:
    """The kinds of one class; appends the labels of their groups to ``groups``."""
    eligible = klass in site.corridor.eligible
    complying = site.corridor.compliance if eligible else 0.0
    user_class = CORRIDOR if site.separates else ORDINARY
    early = out_of_turn.of_users * complying
    early_empties = out_of_turn.of_empties if flow.load_t == 0 else 0.0
    found = []
    for compliant, shares in (
        (True, {user_class + OUT_OF_TURN: early, user_class: complying - early}),
        (False, {ORDINARY + OUT_OF_TURN: early_empties, ORDINARY: 1 - complying - early_empties}),
    ):
        if not sum(shares.values()):
            continue
        truck = Truck(klass, flow.load_t > 0, eligible, compliant)
        groups.append(_group(site, truck, flow))
        uses = site.corridor.uses(site.direction, klass) if compliant else (EVERYTHING,)
        work = {use: _work(site, replace(truck, without=use.without)) for use in uses}
        for engine_class, share in shares.items():
            for use in uses if share else ():
                name = ".without_".join(
                    (f"{'compliant' if compliant else 'other'}.{engine_class}", *sorted(use.without))
                )
                found.append(Kind(name, share * use.share, engine_class, len(groups) - 1, work[use]))
    return tuple(found)


def _group(site: Site, truck: Truck, flow: evidence.RoadFlow) -> GroupLabel:
    eligible = truck.klass in site.corridor.eligible
    role: CorridorRole = "eligible_nonuser" if eligible else "other"
    if truck.compliant and site.corridor.concerns(site.direction, truck.klass):
        role = "user"
    return GroupLabel(
        crossing=site.crossing,
        mode="road",
        direction=site.direction,
        klass=truck.klass,
        eligible=eligible,
        compliant=truck.compliant,
        corridor=role,
        load_t=flow.load_t,
        agricultural=eligible,
        loaded=truck.loaded,
        worth=road_worth(site.params, site.crossing, site.direction, truck.klass, flow),
    )


def _work(site: Site, truck: Truck) -> dict[str, Work]:
    def lasts(tail: str) -> Work:
        side = first_side(site.direction)
        return Work(
            site.corridor.duration(
                site.params,
                site.key(tail),
                tail,
                site.direction,
                side,
                truck.klass,
                truck.compliant,
                truck.without,
            )
        )

    done = {APPROACH: lasts("approach.time"), NEUTRAL: lasts("neutral.time")}
    if site.direction == "kz_to_cn":
        done |= {EQUEUE: Work(), INTAKE: Work()}
    else:
        done[RELEASED] = Work()
    if site.direction == "cn_to_kz" and truck.loaded:
        tail = "handover.warehouse_share"
        share = site.corridor.changed(
            site.fact(tail).share, tail, site.direction, "cn", truck.klass, truck.compliant, truck.without
        )
        stored = Condition(f"{WAREHOUSE}.selected", 0.0, min(1.0, share))
        handling = lasts("handover.warehouse_handling").duration
        done |= {HANDOVER: lasts("handover.time"), WAREHOUSE: Work(handling, (stored,))}
    for side in SIDES:
        done |= post.work(site, side, truck)
    steps = {step.name for step in _route(site, truck.klass, loaded=truck.loaded).steps}
    return {name: work for name, work in done.items() if name in steps}


def _pattern(site: Site, klass: str, demand: evidence.RoadDemand) -> Pattern:
    opening = site.openings[first_side(site.direction)]
    weekday = taking.weekday(site.params, site.direction)

    def hours_on(day: date) -> HourShares:
        when = "round_the_clock" if opening.round_the_clock(day) else "day_post"
        profile = taking.hour_of_day(site.params, f"{site.direction}_{when}")
        return HourShares(profile.share, "cn" if profile.clock == "cn" else "kz")

    return Pattern(
        monthly=taking.road_monthly(site.params, demand, site.direction, klass),
        weekday=[0.0 if day in opening.closed_weekdays else share for day, share in enumerate(weekday)],
        hours_on=hours_on,
    )


def _swing(site: Site) -> Swing:
    return Swing(f"road.{site.crossing}.{site.direction}.day", taking.day_to_day_cv(site.params, "road"))
