"""One railway crossing in one direction as network: two stations, the run between them, its trains.

A loaded train of the sending gauge takes this way::

    papers -> [track: check -> slot -> locomotive] -> [track at the neighbour: run -> check -> front]
           -> [yard: platforms] -> papers (-> path on the line)

A train holds a receiving track from being taken in until it leaves that track for good: at the first
station until it departs for the neighbour, who must have a track free; at the second until its wagons are
emptied at a transshipment front. So a front that falls behind fills the tracks, and full tracks keep trains
waiting at the neighbour's. Boxes for which no platforms are there wait in the yard; when that is full they
stay at the front.

A train of grain from which a sample will be taken waits for its result on a siding of the neighbour's
station, before it is reloaded. It is not sent to the border before there is a place for it: it stands up
the line, and keeps no track from others. Its steps up to the hold are steps of its own at the same stages,
because a place on a siding is held over all of them, and those who are not sampled never have one.

Papers are held off the tracks, before a train is taken in and after its goods are on the other
gauge: the holds are so long that at most stations the tracks could not carry the trains meanwhile.

Empties are wagons of the neighbour's gauge going back. Both stations check them, but they carry no
goods whose papers are held, use no departure slot, are not transshipped, go with the locomotive that came
with a loaded train, and stand on tracks of the other gauge than the loaded trains of their direction: no
finite number of tracks is kept for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from kzsim.border import episodes, rail_fleet, rail_slots, rail_wind
from kzsim.border.calendars import Clock
from kzsim.border.corridors import RAIL_PREFIX, RAIL_PRIORITY, CrossingCorridor
from kzsim.border.episodes import Dated
from kzsim.border.labels import CORRIDOR, Direction, ElementLabel, Idle, Parts, Side
from kzsim.border.quantities import count
from kzsim.border.rail_line import (
    BOXES,
    CHECK,
    COVERED,
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
    SIDING,
    SLOT,
    TO_SIDING,
    TRACKS,
    UNLOADED,
    YARD,
    Line,
    front,
    stage_of,
    step,
)
from kzsim.border.rail_trains import trains
from kzsim.border.rail_wind import servers
from kzsim.evidence import EvidenceError, Parameters, RailFlow
from kzsim.network.model import (
    Account,
    Calendar,
    DelayStage,
    Occupancy,
    Pool,
    Route,
    ServiceStage,
    Source,
    Stage,
    Step,
    Zone,
)
from kzsim.scenario import Scenario

SIDINGS = "grain.siding_places"
LIFTED = frozenset({BOXES, HOPPERS})  # wind stops cranes, and no work by hand and forklift

FIRST = -1  # priority of a corridor's trains; everybody else has 0

Element = tuple[Stage | Zone, ElementLabel]


def rail_parts(
    scenario: Scenario,
    params: Parameters,
    crossing: str,
    direction: Direction,
    clock: Clock,
    corridor: CrossingCorridor,
) -> Parts:
    """Everything that trains of one direction need at one crossing.

    Raises EvidenceError if the evidence has no trains or no rail entries for this crossing.
    """
    line = Line(crossing, direction, params)
    demand = trains(scenario, line, clock, corridor)
    dated = episodes.dated(scenario, crossing, "rail")
    works = {source.route: source.kinds[0].work for source in demand.sources}
    routes = tuple(_route(line, name, tuple(work)) for name, work in works.items())
    at = Station(line, clock, dated, frozenset(visit.stage for route in routes for visit in route.steps))
    zones = {each.zone for route in routes for each in route.occupancies}
    elements = (
        *_station(at, line.first),
        *_between(at, corridor),
        *_station(at, line.second),
        *_reloading(at, demand.flows),
        *_places(at, demand.flows, zones),
    )
    return Parts(
        stages=tuple(element for element, _ in elements if not isinstance(element, Zone)),
        zones=tuple(element for element, _ in elements if isinstance(element, Zone)),
        routes=routes,
        sources=demand.sources,
        elements={element.name: label for element, label in elements},
        groups=demand.groups,
        priority=_priority(at, demand.sources, zones, corridor),
        idle=(*corridor.not_modelled(direction), *_without_parameter(corridor, direction)),
        tokens=rail_fleet.stocks(line, tuple(work for each in works.values() for work in each.values())),
    )


@dataclass(frozen=True)
class Station:
    """What the elements of a direction are made from; ``visited`` are the stages that some route names."""

    line: Line
    clock: Clock
    dated: Dated
    visited: frozenset[str]

    def visits(self, side: Side, what: str) -> bool:
        """Whether some train has work there."""
        return self.line.element(side, what) in self.visited


def _step(line: Line, name: str) -> Step:
    """A step; on the way to a siding with the numbers of the usual way: a train takes one of both."""
    usual = stage_of(name)
    return Step(name, f"{line.prefix}.{usual}", draws_as="" if usual == name else usual)


def _route(line: Line, name: str, names: tuple[str, ...]) -> Route:
    """The route of a class: the steps at which its trains have work, and the places they hold."""
    first, second = line.first, line.second
    steps = tuple(_step(line, each) for each in names)
    if step(first, SLOT) not in names:
        return Route(name, steps)  # empties, on the other gauge
    lab, unloaded = step(second, LAB), step(second, UNLOADED)
    if lab in names:
        places = _places_of_grain(line, names)
    else:
        # into the yard, or when the papers of the goods begin to be held; whoever skips the step gives the
        # place up at the start of the next one
        freed = next(each for each in (unloaded, step(second, PAPERS)) if each in names)
        places = _tracks(line, names, "", freed, "start")
    if unloaded in names:
        loaded = step(second, PLATFORMS)
        places = (*places, Occupancy(line.element(second, YARD), unloaded, loaded, "start"))
    return Route(name, steps, places)


def _tracks(
    line: Line, names: tuple[str, ...], behind: str, freed: str, how: Literal["start", "end"]
) -> tuple[Occupancy, ...]:
    """The tracks of both stations on one way in; the second is given up at the start or end of ``freed``."""
    first, second = line.first, line.second
    run, departs = step("between", RUN + behind), step(first, LOCOMOTIVE + behind)
    return (
        Occupancy(line.element(first, TRACKS), step(first, CHECK[first] + behind), run, "start"),
        # a locomotive is given to who has a track to go to
        Occupancy(line.element(second, TRACKS), departs if departs in names else run, freed, how),
    )


def _places_of_grain(line: Line, names: tuple[str, ...]) -> tuple[Occupancy, ...]:
    """A siding from before a sampled train is sent until it is emptied, and the tracks of both ways in."""
    first, second = line.first, line.second
    held, at_once = (
        [step(second, front(kind) + behind) for kind in FRONTS[GRAIN]][-1] for behind in (HELD, "")
    )
    siding = Occupancy(line.element(second, SIDING), step(first, PAPERS + TO_SIDING), held, "end")
    return (
        siding,
        *_tracks(line, names, TO_SIDING, step(second, LAB), "start"),
        # who skips the last front gives the track up at the start of the next step
        *_tracks(line, names, "", at_once, "end"),
    )


def _station(at: Station, side: Side) -> Iterator[Element]:
    """Tracks, check and papers of one side."""
    line = at.line
    yield (
        Zone(line.element(side, TRACKS), round(line.fact(f"{side}.receiving_tracks").number)),
        line.label(side, TRACKS, "zone"),
    )
    what = CHECK[side]
    teams = Pool("teams", servers(line.fact(f"{side}.{what}.teams").on, at.clock, side))
    yield (
        ServiceStage(line.element(side, what), Account.INSPECTION, (teams,)),
        line.label(side, what, "stage"),
    )
    if at.visits(side, PAPERS):
        yield DelayStage(line.element(side, PAPERS), Account.HOLD), line.label(side, PAPERS, "stage")


def _between(at: Station, corridor: CrossingCorridor) -> Iterator[Element]:
    """The departure slots and locomotives, for which trains wait at the first station, and the run."""
    line = at.line
    if at.visits(line.first, SLOT):
        yield rail_slots.slots(line, at.clock, at.dated, corridor), line.label(line.first, SLOT, "gate")
    if at.visits(line.first, LOCOMOTIVE):
        yield _equipment(at, line.first, LOCOMOTIVE, Account.TRAVEL, rail_fleet.NUMBER)
    run = line.element("between", RUN)
    yield DelayStage(run, Account.TRAVEL), line.label("between", RUN, "stage")


def _reloading(at: Station, flows: Mapping[str, RailFlow]) -> Iterator[Element]:
    """Where goods change the gauge at the second station, and what they wait for before and after."""
    line, side = at.line, at.line.second
    if at.visits(side, LAB):
        yield DelayStage(line.element(side, LAB), Account.HOLD), line.label(side, LAB, "stage")
    if at.visits(side, RECEPTION):
        yield (
            rail_slots.reception(line, at.clock, flows[GRAIN]),
            line.label(side, RECEPTION, "gate"),
        )
    for kind in (BOXES, HOPPERS, COVERED):
        if at.visits(side, front(kind)):
            tail = f"transship.fronts_{kind}"
            if kind in LIFTED:
                pools = rail_wind.front_pools(line, side, tail, at.clock, at.dated)
            else:
                pools = (Pool(rail_wind.FRONTS, servers(line.fact(tail).on, at.clock, side)),)
            # a crane that stands still goes on with the same train when the wind drops
            stage = ServiceStage(
                line.element(side, front(kind)),
                Account.HANDLING,
                pools,
                on_close="suspend" if kind in LIFTED else "finish",
            )
            yield stage, line.label(side, front(kind), "stage")
    if at.visits(side, UNLOADED):
        yield DelayStage(line.element(side, UNLOADED), Account.HANDLING), line.label(side, UNLOADED, "stage")
        yield _equipment(at, side, PLATFORMS, Account.HANDLING, rail_fleet.POOL)
    if at.visits(side, LINE):
        yield rail_slots.departures(line, at.clock), line.label(side, LINE, "stage")


def _equipment(at: Station, side: Side, what: str, account: Account, number: str) -> Element:
    """A stage that only tokens limit: it has as many servers as there are tokens."""
    pool = Pool(what, Calendar.always(count(at.line.fact(number))))
    return ServiceStage(at.line.element(side, what), account, (pool,)), at.line.label(side, what, "stage")


def _places(at: Station, flows: Mapping[str, RailFlow], zones: set[str]) -> Iterator[Element]:
    """Sidings for trains that are held, and the places of the yard in trains of containers."""
    line, side = at.line, at.line.second
    siding, yard = line.element(side, SIDING), line.element(side, YARD)
    if siding in zones:
        yield Zone(siding, count(line.fact(f"{side}.{SIDINGS}"))), line.label(side, SIDING, "zone")
    if yard in zones:
        places = line.fact("yard.containers")
        each = max((flow.teu_per_train or 0.0) for flow in flows.values())
        trains_in_yard = int(places.number // each) if each else 0
        if trains_in_yard < 1:
            raise EvidenceError(
                f"{places.key}: {places.number:g} TEU are less than the {each:g} of one train; it could "
                "never be unloaded"
            )
        yield Zone(yard, trains_in_yard), line.label(side, YARD, "zone")


def _priority(
    at: Station, sources: tuple[Source, ...], zones: set[str], corridor: CrossingCorridor
) -> Mapping[tuple[str, str], int]:
    """A corridor's trains first to tracks, check, fronts and platforms of each side that grants it."""
    line = at.line
    fronts = tuple(front(kind) for kind in (BOXES, HOPPERS, COVERED))
    users = sorted({kind.klass for each in sources for kind in each.kinds if _is_user(kind.klass)})
    if not users:
        users = [CORRIDOR]
    found = {}
    for side in (line.first, line.second):
        if corridor.switch(RAIL_PRIORITY, line.direction, side):
            for what in (TRACKS, SIDING, YARD, CHECK[side], *fronts, PLATFORMS):
                name = line.element(side, what)
                if name in zones or name in at.visited:
                    found.update({(user, name): FIRST for user in users})
    return found


def _is_user(klass: str) -> bool:
    return klass.partition(".")[0] == CORRIDOR


def _without_parameter(corridor: CrossingCorridor, direction: Direction) -> Iterator[Idle]:
    """The measures that are meant for trains too, but change nothing they pass through."""
    for measure, scope in corridor.measures.values():
        if (
            corridor.mode in measure.modes
            and direction in scope.directions
            and not any(change.param.startswith(RAIL_PREFIX) for change in measure.changes)
        ):
            yield Idle(corridor.crossing, corridor.mode, direction, measure.name)
