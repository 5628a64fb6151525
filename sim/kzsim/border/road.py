"""One road crossing in one direction as network: the ways of its trucks, and the trucks.

Kazakh trucks go to China and come back. A journey has legs, each of which is followed by the next:

    home       waits for a slot of the electronic queue, is called, drives to the border
    kz_to_cn   passes the Kazakh post, crosses the strip, waits for China's daily intake, passes the Chinese
               post, unloads in the hand-over yard
    yard       waits there for a load
    cn_to_kz   with the load, from its delivery on: hand-over, the two posts the other way round; or at once,
               empty
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kzsim import evidence
from kzsim.border import (
    episodes,
    road_choice,
    road_home,
    road_queue,
    road_trucks,
    road_ways,
    road_yard,
    taking,
)
from kzsim.border.calendars import Clock
from kzsim.border.corridors import CrossingCorridor, crossing_corridor
from kzsim.border.demand import arrivals
from kzsim.border.journeys import EMPTY, Journey, journeys
from kzsim.border.labels import (
    FETCHING,
    Direction,
    Parts,
    Side,
)
from kzsim.border.post import Element
from kzsim.border.quantities import distribution
from kzsim.border.road_queue import EQUEUE
from kzsim.border.site import Site
from kzsim.evidence import Parameters
from kzsim.network.model import (
    NO_ARRIVALS,
    Arrivals,
    Follows,
    Kind,
    Route,
    Source,
)
from kzsim.scenario import CrossingSettings, Scenario


@dataclass(frozen=True)
class _Road:
    """A crossing in one direction: ``trips`` are the year's, to be multiplied by ``factor``.

    ``flexible``: share of the trucks that may choose another crossing.
    """

    scenario: Scenario
    site: Site
    demand: evidence.RoadDemand
    trips: tuple[Journey, ...]
    factor: float
    flexible: float

    def flow(self, klass: str) -> evidence.RoadFlow:
        """A class of the site's direction."""
        return self.demand.flows[self.site.direction][klass]

    def way(self, klass: str) -> Route:
        """The route of a class of the site's direction."""
        return road_ways.route(self.site, klass, loaded=self.flow(klass).load_t > 0)

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
    road = _road(scenario, params, crossing, direction, clock, corridor)
    return _there(road) if direction == "kz_to_cn" else _back(road)


def _road(
    scenario: Scenario,
    params: Parameters,
    crossing: str,
    direction: Direction,
    clock: Clock,
    corridor: CrossingCorridor,
) -> _Road:
    settings = scenario.crossings.get(crossing, CrossingSettings()).road
    dated = episodes.dated(scenario, crossing, "road")
    own_hours: dict[Side, Any] = {"kz": settings.hours_kz, "cn": settings.hours_cn}
    openings = taking.openings(params, crossing, clock, own_hours, dated.shut_days())
    site = Site(crossing, direction, params, clock, corridor, openings, settings.intake_factor, dated)
    demand = taking.road_demand(params, crossing, scenario.year, scenario.growth)
    flows = demand.flows
    trips = journeys(crossing, flows["kz_to_cn"], flows["cn_to_kz"])
    factor = scenario.demand_factor * settings.demand_factor
    free = road_choice.flexible(params, crossing) if len(scenario.road) > 1 else 0.0
    return _Road(scenario, site, demand, trips, factor, free)


def _others(road: _Road, direction: Direction) -> dict[str, _Road]:
    """All crossings of the scenario in that direction, if any truck of theirs has a choice."""
    scenario, site = road.scenario, road.site
    if not road_choice.anybody_chooses(site.params, scenario.road):
        return {}
    return {
        name: _road(
            scenario,
            site.params,
            name,
            direction,
            site.clock,
            site.corridor if name == site.crossing else crossing_corridor(scenario, name, "road"),
        )
        for name in scenario.road
    }


class _Sources:
    """The sources of a direction at a crossing, and their routes."""

    def __init__(self, road: _Road) -> None:
        self.road = road
        self.groups: road_trucks.Groups = []
        self.kinds = road_trucks.Kinds(road.site, self.groups)
        self.routes: dict[str, Route] = {}
        self.sources: list[Source] = []

    def add(
        self,
        name: str,
        route: Route,
        kinds: Iterable[Kind],
        arrivals: Arrivals,
        follows: Follows | None = None,
    ) -> None:
        """A source of these kinds on this route."""
        self.routes[route.name] = route
        self.sources.append(Source(name, route.name, arrivals, tuple(kinds), follows))

    def follow(self, name: str, route: Route, klass: str, after: str, step: str, usual: str = "") -> None:
        """A source of trucks of a class that follows another."""
        kinds = self.kinds.of_class(klass, self.road.flow(klass), _names(route), usual)
        self.add(name, route, kinds, NO_ARRIVALS, Follows(after, step))


def _there(road: _Road) -> Parts:
    """From home to the hand-over yard in China."""
    site = road.site
    out_of_turn = road_queue.out_of_turn(site)
    everywhere = _others(road, "kz_to_cn")
    elements = [*road_home.elements(site, out_of_turn), *road_ways.elements(site)]
    home, at_home = road_home.route(site), dict(road_home.work(site))
    if everywhere:
        sites = {name: each.site for name, each in everywhere.items()}
        elements.append(road_choice.stage(sites))
        home = road_choice.decided(site, home)
        at_home |= road_choice.decided_work(site)
    made = _Sources(road)
    for trip in road.trips:
        kinds = road_home.kinds(site, trip, road.flow(trip.there), out_of_turn, at_home, made.groups)
        name, there = road.name("home", trip), road.name("kz_to_cn", trip)
        made.add(name, home, kinds, _bookings(road, trip, 1.0 - road.flexible))
        out = road.way(trip.there)
        made.follow(there, out, trip.there, name, home.steps[-1].name)
        if trip.takes_load:
            _add_waiting(made, trip, road.name("yard", trip), there, out.steps[-1].name)
    if road.flexible:
        near = road_choice.considered(site.params, site.crossing, road.scenario.road)
        open_to = {name: each.site for name, each in everywhere.items() if name in near}
        way, chosen = road_choice.route(site.crossing, open_to), road_choice.work(site, open_to)
        longer_h = road_choice.longer_h(site.params, site.crossing, open_to)
        for trip in road.trips:
            kinds = road_home.kinds(
                site, trip, road.flow(trip.there), out_of_turn, chosen, made.groups, site.crossing, longer_h
            )
            made.add(road.name("flexible", trip), way, kinds, _bookings(road, trip, road.flexible))
    for usual, other, trip in _coming(road, everywhere):
        out = road.way(trip.there)
        after = other.name("flexible", trip)
        name = f"{road.name('kz_to_cn', trip)}.from_{usual}"
        made.follow(name, out, trip.there, after, road_choice.last_step(site.crossing), usual)
        if trip.takes_load:
            yard = f"{road.name('yard', trip)}.from_{usual}"
            _add_waiting(made, trip, yard, name, out.steps[-1].name)
    # who is entitled elsewhere stands in line like all others where nobody goes out of turn
    first = {(klass, site.name("kz", EQUEUE)): -1 for klass in out_of_turn.caps}
    return _parts(made, elements, first)


def _coming(road: _Road, everywhere: Mapping[str, _Road]) -> Iterator[tuple[str, _Road, Journey]]:
    """Whose flexible trucks may come to this crossing, and on which journeys."""
    here = road.site.crossing
    for usual, other in everywhere.items():
        near = road_choice.considered(other.site.params, usual, road.scenario.road)
        if other.flexible and here in near:
            for trip in other.trips:
                yield usual, other, trip


def _add_waiting(made: _Sources, trip: Journey, name: str, after: str, step: str) -> None:
    """A truck's wait for a load in the hand-over yard."""
    site, flow = made.road.site, made.road.flow(trip.there)
    of = road_trucks.truck(site, trip.there, flow, compliant=False)
    label = road_trucks.group(site, of, flow, "yard")
    if label not in made.groups:
        made.groups.append(label)
    waits = Route(f"road.{site.crossing}.yard", *road_yard.waiting(site))
    kind = Kind("other", 1.0, FETCHING, made.groups.index(label), road_yard.patience(site))
    made.add(name, waits, (kind,), NO_ARRIVALS, Follows(after, step))


def _back(road: _Road) -> Parts:
    """From the hand-over yard, or for empty trucks from the Chinese post, to Kazakhstan."""
    site = road.site
    made = _Sources(road)
    lead = distribution(site.fact("handover.truck_order_lead"))
    empty = road.way(EMPTY)
    for trip in road.trips:
        name = road.name("cn_to_kz", trip)
        if trip.takes_load:
            way = road.way(trip.back)
            kinds = made.kinds.of_class(trip.back, road.flow(trip.back), _names(way))
            made.add(name, way, kinds, Arrivals("after", of=road.name("home", trip), by=lead))
            made.follow(f"{name}.{EMPTY}", empty, EMPTY, road.name("yard", trip), road_yard.GOES)
            if road.flexible:
                # a load stays where it is wherever its truck goes: whoever comes takes it
                come = Arrivals("after", of=road.name("flexible", trip), by=lead)
                made.add(f"{name}.flexible", way, kinds, come)
        else:
            made.follow(name, empty, EMPTY, road.name("kz_to_cn", trip), _last_in_yard(trip))
    for usual, _, trip in _coming(road, _others(road, "cn_to_kz")):
        name = f"{road.name('cn_to_kz', trip)}.from_{usual}"
        after, last = f"{road.name('kz_to_cn', trip)}.from_{usual}", _last_in_yard(trip)
        if trip.takes_load:
            after, last = f"{road.name('yard', trip)}.from_{usual}", road_yard.GOES
        made.follow(name, empty, EMPTY, after, last, usual)
    loads = math.fsum(trip.trucks for trip in road.trips if trip.takes_load) * road.factor
    yard = road_yard.elements(site, loads, _days_of(road.scenario.year))
    return _parts(made, (*road_ways.elements(site), *yard), road_yard.priority(site))


def _days_of(year: int) -> int:
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days


def _last_in_yard(trip: Journey) -> str:
    return road_yard.UNLOAD if trip.there != EMPTY else road_yard.DRIVE_IN


def _parts(made: _Sources, elements: Iterable[Element], priority: Mapping[tuple[str, str], int]) -> Parts:
    site = made.road.site
    elements, zones = tuple(elements), road_ways.zones(site)
    return Parts(
        stages=tuple(element.made for element in elements),
        zones=tuple(zones),
        routes=tuple(made.routes.values()),
        sources=tuple(made.sources),
        elements={element.made.name: element.label for element in elements}
        | {zone.name: label for zone, label in zones.items()},
        groups=tuple(made.groups),
        priority={**road_ways.priority(site), **priority},
        idle=site.corridor.not_modelled(site.direction),
    )


def _names(route: Route) -> tuple[str, ...]:
    return tuple(step.name for step in route.steps)


def _bookings(road: _Road, trip: Journey, share: float) -> Arrivals:
    """When trucks are booked into the queue, a share of those of a journey.

    Trucks that bring goods are booked as these come; the others are ordered for a load, by the months in
    which loads of its class come: hours or days before it, which in terms of months is no difference.
    """
    site = road.site
    brings = trip.there != EMPTY
    way: Direction = "kz_to_cn" if brings else "cn_to_kz"
    klass = trip.there if brings else trip.back
    return arrivals(
        site.clock,
        trip.trucks * road.factor * share,
        road_trucks.pattern(site, way, klass, road.demand),
        road_trucks.swing(site),
        bends=(
            *site.dated.bends(way, klass, loaded=klass != EMPTY),
            *road_queue.not_accepting(site, road.scenario.year),
        ),
    )
