"""One road crossing in one direction as network: the ways of its trucks, and the trucks.

Kazakh trucks go to China and come back. A journey has legs, each of which is followed by the next:

    home       waits for a slot of the electronic queue, is called, drives to the border
    kz_to_cn   passes the Kazakh post, crosses the strip, waits for China's daily intake, passes the Chinese
               post, unloads in the hand-over yard
    yard       waits there for a load
    cn_to_kz   with the load, from its delivery on: hand-over, the two posts the other way round; or at once,
               empty

Zones::

    kz_to_cn: waiting area            approach .. start of the Kazakh entry_gate
              yard of the Kazakh post   entry_gate .. end of exit_gate
              strip                     drive across .. start of the Chinese entry_gate
    cn_to_kz: strip                     drive across .. start of the Kazakh entry_gate
              yard of the Kazakh post   entry_gate .. end of exit_gate
    and those of the hand-over yard, see ``road_yard``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kzsim import evidence
from kzsim.border import episodes, post, road_home, road_queue, road_trucks, road_yard, taking
from kzsim.border.calendars import Clock
from kzsim.border.corridors import PRIORITY, CrossingCorridor
from kzsim.border.demand import arrivals
from kzsim.border.journeys import EMPTY, Journey, journeys
from kzsim.border.labels import (
    CORRIDOR,
    FETCHING,
    OUT_OF_TURN,
    SIDES,
    Direction,
    ElementLabel,
    Parts,
    Side,
    first_side,
    second_side,
)
from kzsim.border.post import Element
from kzsim.border.quantities import count, distribution
from kzsim.border.road_queue import EQUEUE, INTAKE, RELEASED, OutOfTurn
from kzsim.border.site import Site
from kzsim.evidence import Parameters
from kzsim.network.model import (
    NO_ARRIVALS,
    Account,
    Arrivals,
    DelayStage,
    Follows,
    Kind,
    Occupancy,
    Route,
    Source,
    Step,
    Work,
    Zone,
)
from kzsim.scenario import CrossingSettings, Scenario

APPROACH = "approach"
NEUTRAL = "neutral"
YARD = "yard"
STRIP = "strip"
WAITING_AREA = "waiting_area"


@dataclass(frozen=True)
class _Road:
    """What both directions of a crossing have in common; ``trips`` are the year's, with the scenario's factors."""

    scenario: Scenario
    site: Site
    demand: evidence.RoadDemand
    trips: tuple[Journey, ...]
    factor: float

    def flow(self, klass: str) -> evidence.RoadFlow:
        """A class of the site's direction."""
        return self.demand.flows[self.site.direction][klass]

    def name(self, leg: str, journey: Journey) -> str:
        """Name of the source of a leg of a journey."""
        return f"road.{self.site.crossing}.{leg}.{journey.key}"


def road_parts(
    scenario: Scenario,
    params: Parameters,
    crossing: str,
    direction: Direction,
    clock: Clock,
    corridor: CrossingCorridor,
) -> Parts:
    """Everything that trucks of one direction need at one crossing; from Kazakhstan the legs before it too.

    Raises EvidenceError if the evidence lacks an entry for this crossing and year.
    """
    settings = scenario.crossings.get(crossing, CrossingSettings()).road
    dated = episodes.dated(scenario, crossing, "road")
    own_hours: dict[Side, Any] = {"kz": settings.hours_kz, "cn": settings.hours_cn}
    openings = taking.openings(params, crossing, clock, own_hours, dated.shut_days())
    site = Site(crossing, direction, params, clock, corridor, openings, settings.intake_factor, dated)
    demand = taking.road_demand(params, crossing, scenario.year, scenario.growth)
    factor = scenario.demand_factor * settings.demand_factor
    trips = journeys(crossing, demand.flows["kz_to_cn"], demand.flows["cn_to_kz"])
    road = _Road(scenario, site, demand, trips, factor)
    return _there(road) if direction == "kz_to_cn" else _back(road)


def _there(road: _Road) -> Parts:
    """From home to the hand-over yard in China."""
    site = road.site
    scaled = [Journey(trip.there, trip.back, trip.trucks * road.factor) for trip in road.trips]
    out_of_turn = road_queue.out_of_turn(site, road.scenario.year, scaled)
    elements = (*road_home.elements(site, out_of_turn), *_elements(site))
    groups: road_trucks.Groups = []
    kinds = road_trucks.Kinds(site, groups)
    routes: dict[str, Route] = {}
    sources: list[Source] = []

    def add(source: Source, route: Route) -> None:
        routes[route.name] = route
        sources.append(source)

    home = road_home.route(site)
    for trip in road.trips:
        flow = road.flow(trip.there)
        at_home, there = (road.name(leg, trip) for leg in ("home", "kz_to_cn"))
        of_home = tuple(road_home.kinds(site, trip, flow, out_of_turn, groups))
        add(Source(at_home, home.name, _bookings(road, trip), of_home), home)
        out = _route(road, trip.there, loaded=flow.load_t > 0)
        follows = Follows(at_home, home.steps[-1].name)
        add(Source(there, out.name, NO_ARRIVALS, kinds.of_class(trip.there, flow, _names(out)), follows), out)
        if trip.takes_load:
            waits = Route(f"road.{site.crossing}.yard", *road_yard.waiting(site))
            of = road_trucks.truck(site, trip.there, flow, compliant=False)
            groups_of = road_trucks.group(site, of, flow, "yard")
            if groups_of not in groups:
                groups.append(groups_of)
            kind = Kind("other", 1.0, FETCHING, groups.index(groups_of), {road_yard.WAITS: Work()})
            follows = Follows(there, out.steps[-1].name)
            add(Source(road.name("yard", trip), waits.name, NO_ARRIVALS, (kind,), follows), waits)
    zones = _zones(site)
    return _parts(
        road, elements, zones, routes, sources, groups, {(OUT_OF_TURN, site.name("kz", EQUEUE)): -1}
    )


def _back(road: _Road) -> Parts:
    """From the hand-over yard, or for empty trucks from the Chinese post, to Kazakhstan."""
    site = road.site
    groups: road_trucks.Groups = []
    kinds = road_trucks.Kinds(site, groups)
    routes: dict[str, Route] = {}
    sources: list[Source] = []
    lead = distribution(site.fact("handover.truck_order_lead"))
    for trip in road.trips:
        flow = road.flow(trip.back)
        way = _route(road, trip.back, loaded=trip.takes_load)
        routes[way.name] = way
        come, follows = NO_ARRIVALS, None
        if trip.takes_load:
            come = Arrivals("after", of=road.name("home", trip), by=lead)
        else:
            last = road_yard.steps_in(site, loaded=trip.there != EMPTY)[-1].name
            follows = Follows(road.name("kz_to_cn", trip), last)
        of_class = kinds.of_class(trip.back, flow, _names(way))
        sources.append(Source(road.name("cn_to_kz", trip), way.name, come, of_class, follows))
    elements = (*_elements(site), *road_yard.elements(site))
    return _parts(road, elements, _zones(site), routes, sources, groups, road_yard.priority(site))


def _parts(
    road: _Road,
    elements: tuple[Element, ...],
    zones: Mapping[Zone, ElementLabel],
    routes: Mapping[str, Route],
    sources: list[Source],
    groups: road_trucks.Groups,
    priority: Mapping[tuple[str, str], int],
) -> Parts:
    return Parts(
        stages=tuple(element.made for element in elements),
        zones=tuple(zones),
        routes=tuple(routes.values()),
        sources=tuple(sources),
        elements={element.made.name: element.label for element in elements}
        | {zone.name: label for zone, label in zones.items()},
        groups=tuple(groups),
        priority={**_priority(road.site), **priority},
        idle=road.site.corridor.not_modelled(road.site.direction),
    )


def _names(route: Route) -> tuple[str, ...]:
    return tuple(step.name for step in route.steps)


def _bookings(road: _Road, trip: Journey) -> Arrivals:
    """When trucks are booked into the queue.

    Trucks that bring goods are booked as these come; the others are ordered for a load, as loads of its class come
    from China: a truck is booked so long before it (``handover.truck_order_lead``) that months hardly differ.
    """
    site = road.site
    brings = trip.there != EMPTY
    way: Direction = "kz_to_cn" if brings else "cn_to_kz"
    klass = trip.there if brings else trip.back
    return arrivals(
        site.clock,
        trip.trucks * road.factor,
        road_trucks.pattern(site, way, klass, road.demand),
        road_trucks.swing(site),
        bends=site.dated.bends(way, klass, loaded=klass != EMPTY),
    )


def _elements(site: Site) -> tuple[Element, ...]:
    first = first_side(site.direction)
    found = [
        Element(DelayStage(site.name(first, APPROACH), Account.TRAVEL), site.label(first, APPROACH, "stage")),
        Element(
            DelayStage(site.name("between", NEUTRAL), Account.TRAVEL), site.label("between", NEUTRAL, "stage")
        ),
    ]
    if site.direction == "kz_to_cn":
        found.append(Element(road_queue.intake(site), site.label("cn", INTAKE, "gate")))
    elif site.dated.releases():
        found.append(Element(road_queue.release(site), site.label("cn", RELEASED, "gate")))
    return (*found, *(element for side in SIDES for element in post.elements(site, side)))


def _zones(site: Site) -> Mapping[Zone, ElementLabel]:
    found = {
        Zone(site.name("kz", YARD), count(site.fact("kz.yard_places"))): site.label("kz", YARD, "zone"),
        Zone(site.name("between", STRIP), count(site.fact("neutral.places"))): site.label(
            "between", STRIP, "zone"
        ),
    }
    if site.direction == "cn_to_kz":
        return {**found, **road_yard.zones(site)}
    area = Zone(site.name("kz", WAITING_AREA), count(site.fact("approach.waiting_area_places")))
    return {area: site.label("kz", WAITING_AREA, "zone"), **found}


def _priority(site: Site) -> dict[tuple[str, str], int]:
    """Corridor users first at the posts, and at the zone before and behind the one they leave."""
    found: dict[tuple[str, str], int] = {}
    for side in SIDES:
        found |= post.priority(site, side)
    for side, zone in (
        ("kz", site.name("kz", YARD)),
        (first_side(site.direction), site.name("between", STRIP)),
    ):
        rank = round(site.corridor.switch(PRIORITY, site.direction, side))
        if rank:
            found[CORRIDOR, zone] = -rank
    return found


def _route(road: _Road, klass: str, *, loaded: bool) -> Route:
    site = road.site
    first, second = first_side(site.direction), second_side(site.direction)
    eligible = klass in site.corridor.eligible

    def through(side: Side) -> tuple[Step, ...]:
        return post.steps(site, side, agricultural=eligible, eligible=eligible)

    approach = Step(APPROACH, site.name(first, APPROACH))
    across = Step(NEUTRAL, site.name("between", NEUTRAL))
    before: tuple[Step, ...] = ()
    after: tuple[Step, ...] = ()
    between: tuple[Step, ...] = (across,)
    places = [
        Occupancy(site.name("kz", YARD), "kz.entry_gate", "kz.exit_gate", "end"),
        Occupancy(site.name("between", STRIP), NEUTRAL, f"{second}.entry_gate", "start"),
    ]
    if site.direction == "kz_to_cn":
        before = (approach,)
        between = (across, Step(INTAKE, site.name("cn", INTAKE)))
        after = road_yard.steps_in(site, loaded=loaded)
        area = Occupancy(site.name("kz", WAITING_AREA), APPROACH, "kz.entry_gate", "start")
        places = [area, *places, road_yard.place_in(site, loaded=loaded)]
    else:
        if site.dated.releases():
            between = (Step(RELEASED, site.name("cn", RELEASED)), across)
        if loaded:
            before = (approach, *road_yard.steps_out(site))
            places.insert(0, road_yard.place_out(site))
    steps = (*before, *through(first), *between, *through(second), *after)
    return Route(f"road.{site.crossing}.{site.direction}.{klass}", steps, tuple(places))
