"""One railway crossing in one direction as network: two stations, the run between them, its trains.

A loaded train of the sending gauge takes this way::

    papers -> [track: check -> slot] -> [track at the neighbour: run -> check -> front] -> papers

and grain may wait for a laboratory at the end. A train holds a receiving track from being taken in
until it leaves that track for good: at the first station until it departs for the neighbour, who
must have a track free; at the second until its wagons are emptied at a transshipment front. So a
front that falls behind fills the tracks, and full tracks keep trains waiting at the neighbour's.
Papers are held off the tracks, before a train is taken in and after its goods are on the other
gauge: the holds are so long that at most stations the tracks could not carry the trains meanwhile.

Empties are wagons of the neighbour's gauge going back. Both stations check them, but they carry no
goods whose papers are held, use no departure slot, are not transshipped, and stand on tracks of the
other gauge than the loaded trains of their direction: no finite number of tracks is kept for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from kzsim.border import episodes
from kzsim.border.calendars import Clock, daily_refills, whole_parts
from kzsim.border.corridors import RAIL_PREFIX, RAIL_PRIORITY, CrossingCorridor
from kzsim.border.episodes import Dated, whole_on
from kzsim.border.labels import CORRIDOR, Direction, ElementLabel, Idle, Parts, Side
from kzsim.border.rail_line import (
    BOXES,
    CHECK,
    COVERED,
    HOPPERS,
    LAB,
    PAPERS,
    RUN,
    SLOT,
    TRACKS,
    Line,
    front,
    step,
)
from kzsim.border.rail_trains import trains
from kzsim.evidence import Parameters
from kzsim.evidence.levers import WIND
from kzsim.network.model import (
    Account,
    Calendar,
    DelayStage,
    GateStage,
    Occupancy,
    Pool,
    Refill,
    Route,
    ServiceStage,
    Source,
    Stage,
    Step,
    Zone,
)
from kzsim.scenario import Scenario

UNDER_ROOF = "_under_roof"  # how many of a kind of fronts are in a hall
LIFTED = frozenset({front(BOXES), front(HOPPERS)})  # wind stops cranes, and no work by hand and forklift

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
    routes = tuple(_route(line, source) for source in demand.sources)
    visited = {visit.stage for route in routes for visit in route.steps}
    elements = (
        *_station(line, line.first, visited, clock, dated),
        *_between(line, visited, clock),
        *_station(line, line.second, visited, clock, dated),
    )
    return Parts(
        stages=tuple(element for element, _ in elements if not isinstance(element, Zone)),
        zones=tuple(element for element, _ in elements if isinstance(element, Zone)),
        routes=routes,
        sources=demand.sources,
        elements={element.name: label for element, label in elements},
        groups=demand.groups,
        priority=_priority(line, visited, corridor),
        idle=(*corridor.not_modelled(direction), *_without_parameter(corridor, direction)),
    )


def _route(line: Line, source: Source) -> Route:
    """The route of a class: the steps at which its trains have work, and the tracks they hold."""
    steps = tuple(Step(name, f"{line.prefix}.{name}") for name in source.kinds[0].work)
    if not any(visit.name == step(line.first, SLOT) for visit in steps):
        return Route(source.route, steps)  # empties, on the other gauge
    run = step("between", RUN)
    # the wagons are empty and the train moves off when the papers of its goods begin to be held
    emptied = step(line.second, PAPERS)
    return Route(
        source.route,
        steps,
        (
            Occupancy(line.element(line.first, TRACKS), step(line.first, CHECK[line.first]), run, "start"),
            Occupancy(line.element(line.second, TRACKS), run, emptied, "start"),
        ),
    )


def _station(line: Line, side: Side, visited: set[str], clock: Clock, dated: Dated) -> Iterator[Element]:
    """Tracks, check, papers and, where trains are transshipped, fronts and laboratory of one side."""
    tracks = Zone(line.element(side, TRACKS), round(line.fact(f"{side}.receiving_tracks").number))
    yield tracks, line.label(side, TRACKS, "zone")

    services = {CHECK[side]: (Account.INSPECTION, "teams", f"{side}.{CHECK[side]}.teams")}
    if side == line.second:
        for kind in (BOXES, HOPPERS, COVERED):
            services[front(kind)] = (Account.HANDLING, "fronts", f"transship.fronts_{kind}")
    for what, (account, pool, tail) in services.items():
        name = line.element(side, what)
        if name in visited:
            number = _in_the_wind(line, tail, dated) if what in LIFTED else line.fact(tail).on
            servers = Pool(pool, _servers(number, clock, side))
            yield ServiceStage(name, account, (servers,)), line.label(side, what, "stage")

    for what in (PAPERS, LAB):
        name = line.element(side, what)
        if name in visited:
            yield DelayStage(name, Account.HOLD), line.label(side, what, "stage")


def _between(line: Line, visited: set[str], clock: Clock) -> Iterator[Element]:
    """The departure slots, for which trains wait at the first station, and the run."""
    slot = line.element(line.first, SLOT)
    if slot in visited:
        refills = _slots(line, clock)
        yield GateStage(slot, Calendar.always(1), refills), line.label(line.first, SLOT, "gate")
    run = line.element("between", RUN)
    yield DelayStage(run, Account.TRAVEL), line.label("between", RUN, "stage")


def _in_the_wind(line: Line, tail: str, dated: Dated) -> Callable[[date], float]:
    """Fronts by day; those in the open air are fewer on days of an episode of wind."""
    fronts = line.fact(tail)
    if not dated.changes_capacity(WIND, line.direction):
        return fronts.on
    covered = line.params.find(line.key(f"{tail}{UNDER_ROOF}"))

    def number(day: date) -> float:
        there = fronts.on(day)
        inside = min(there, covered.on(day)) if covered else 0.0
        return inside + whole_on(day, (there - inside) * dated.capacity_on(WIND, line.direction, day))

    return number


def _servers(number: Callable[[date], float], clock: Clock, side: Side) -> Calendar:
    """A number of servers round the clock, by day of the side's clock."""
    at_ms: list[int] = []
    value: list[int] = []
    for day in clock.days(side):
        servers = round(number(day))
        if not value or servers != value[-1]:
            at_ms.append(max(0, clock.ms(side, day)))
            value.append(servers)
    return Calendar(tuple(at_ms), tuple(value))


def _slots(line: Line, clock: Clock) -> tuple[Refill, ...]:
    """Departures that the neighbour accepts on each day of its own clock; unused ones expire.

    Fractions add up over the days: 14.5 a day are 14 and 15 in turn.
    """
    fact = line.fact("slots")
    days = clock.days(line.second)
    slots = dict(zip(days, whole_parts(fact.on(day) for day in days), strict=True))
    return daily_refills(clock, line.second, slots.__getitem__)


def _priority(line: Line, visited: set[str], corridor: CrossingCorridor) -> Mapping[tuple[str, str], int]:
    """A corridor's trains first to tracks, check and fronts of each side that grants it."""
    fronts = tuple(front(kind) for kind in (BOXES, HOPPERS, COVERED))
    found = {}
    for side in (line.first, line.second):
        if corridor.switch(RAIL_PRIORITY, line.direction, side):
            for what in (TRACKS, CHECK[side], *fronts):
                name = line.element(side, what)
                if what == TRACKS or name in visited:
                    found[CORRIDOR, name] = FIRST
    return found


def _without_parameter(corridor: CrossingCorridor, direction: Direction) -> Iterator[Idle]:
    """The measures that are meant for trains too, but change nothing they pass through."""
    for measure, scope in corridor.measures.values():
        if (
            corridor.mode in measure.modes
            and direction in scope.directions
            and not any(change.param.startswith(RAIL_PREFIX) for change in measure.changes)
        ):
            yield Idle(corridor.crossing, corridor.mode, direction, measure.name)
