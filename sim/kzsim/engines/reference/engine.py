"""One run of the reference engine.

Entities are SimPy processes that walk their route (``_Run.journey``). They decide nothing: events
change state and mark elements, and ``_Run.dispatch`` lets the marked elements act, lowest rank
first, once everything else that is pending at the instant has been applied.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise
from typing import Any

import numpy as np
import simpy
from simpy.events import URGENT, EventPriority

from kzsim.engines.errors import DeadlockError, Waiter
from kzsim.engines.observers import COHORT, N_PHASES, Records, observers_of
from kzsim.engines.outcome import I64, NOT_ENTERED, STILL_INSIDE, Outcome, Passage, Trace
from kzsim.engines.reference.deadlock import all_freed, deadlocked
from kzsim.engines.reference.elements import Delay, Departure, Element, Gate, Service, Zone
from kzsim.engines.reference.parts import Alarm, Entity, Environment, Occupied, Pool
from kzsim.engines.reference.suspending import SuspendingService
from kzsim.network.entities import SKIPPED, Entities
from kzsim.network.model import WAIT_ACCOUNTS, Account
from kzsim.network.observers import STARTS, WAITED, Observers
from kzsim.network.opentime import OpenTime
from kzsim.network.program import ElementType, Program

# After everything else at an instant: SimPy's own priorities are 0 (urgent) and 1 (normal).
DISPATCH = EventPriority(2)

Journey = Generator[simpy.Event, Any, None]


@dataclass(frozen=True)
class _Occupancy:
    """One zone of a route; see ``network.model.Occupancy``."""

    zone: Zone
    first: int
    last: int
    at_start: bool


@dataclass(frozen=True)
class _Step:
    """One step of a route, and the zones that cover it, in rank order."""

    number: int
    stage: Element
    covered_by: tuple[_Occupancy, ...]


def run(program: Program, entities: Entities, *, trace: bool = False, passage: bool = False) -> Outcome:
    """Run a program over its entities, 0 <= t < horizon.

    ``passage``: keep every entity's exit and free-flow time, as is also done with a trace. Raises
    DeadlockError at the instant at which entities wait for each other for ever.
    """
    return _Run(program, entities, trace=trace).outcome(passage=passage or trace)


class _Run:
    """One run. An element's place in ``elements`` is its number, and its number is its rank."""

    def __init__(self, program: Program, entities: Entities, *, trace: bool) -> None:
        self.program = program
        self.entities = entities
        self.env = Environment()
        self.inside: dict[int, Entity] = {}
        self.exit_ms = np.full(entities.count, STILL_INSIDE, dtype=np.int64)
        self.wait_ms = np.zeros((entities.count, len(WAIT_ACCOUNTS)), dtype=np.int64)
        self.trace = _empty_trace(entities) if trace else None

        self._marked: list[int] = []
        self._is_marked = [False] * program.n_elements
        self._acted: list[int] = []
        self._dispatch_pending = False
        self._in_zone_lines = 0
        self._in_line: list[list[int]] = []
        self._in_zone: list[list[int]] = []

        self.pools = [self._build_pool(number) for number in range(len(program.pool_names))]
        self.elements = [self._build_element(number) for number in range(program.n_elements)]
        self.zones = [element for element in self.elements if isinstance(element, Zone)]
        self.routes = [self._build_route(number) for number in range(len(program.step_ptr) - 1)]

    # --- a journey ---------------------------------------------------------------------------

    def journey(self, entity: Entity, route: Iterable[_Step]) -> Journey:
        """Walk the route: take the places due, leave the last server, be served, go on."""
        for step in route:
            if entity.duration_ms[step.number] == SKIPPED:
                continue
            for occupancy in step.covered_by:
                if entity.step < occupancy.first:
                    yield self._wait_for_place(entity, occupancy)
            self._end_step(entity)
            entity.step = step.number
            if self.trace is not None:
                self._record(self.trace.joined_ms, entity)
            yield step.stage.join(entity)
            self._end_work(entity)
        self._end_step(entity)
        self._leave(entity)

    def _wait_for_place(self, entity: Entity, occupancy: _Occupancy) -> simpy.Event:
        """Stand in the zone's line, blocking the server of the step just finished, if any."""
        if entity.pool is not None and not entity.blocking:
            entity.blocking = True
            entity.pool.blocked += 1
            self.mark(entity.pool.element)
        entity.occupancies.append((occupancy.zone, occupancy))
        self._in_zone_lines += 1
        return occupancy.zone.join(entity)

    def _end_work(self, entity: Entity) -> None:
        """Service end: the work is done; the server, if any, is still held."""
        if entity.works_at is not None:
            entity.works_at.book_work(entity, self.env.now_ms)
            entity.works_at = None

    def _end_step(self, entity: Entity) -> None:
        """Step end: free the server, and the places that are given up at the end of this step."""
        if self.trace is not None and entity.step >= 0:
            self._record(self.trace.end_ms, entity)
        if entity.pool is not None:
            self.mark(entity.pool.element)
            entity.pool.release(entity, self.env.now_ms)
        if entity.occupancies:
            self._give_up(entity, lambda place: place.last == entity.step and not place.at_start)

    def _leave(self, entity: Entity) -> None:
        if entity.occupancies:
            self._give_up(entity, lambda _: True)
        self.exit_ms[entity.index] = self.env.now_ms
        self._record_accounts(entity)
        del self.inside[entity.index]

    def _give_up(self, entity: Entity, is_due: Callable[[Occupied], bool]) -> None:
        for zone, place in tuple(entity.occupancies):
            if is_due(place):
                entity.occupancies.remove((zone, place))
                zone.give_back(entity, place)

    # --- what elements tell the run ------------------------------------------------------------

    def started(self, entity: Entity) -> None:
        """Service start: the wait is over; places of steps now begun or skipped are given up."""
        entity.works_at = entity.waits_at
        self._end_wait(entity)
        entity.start_ms = self.env.now_ms
        if self.trace is not None:
            self._record(self.trace.start_ms, entity)
        if entity.occupancies:
            step = entity.step
            self._give_up(entity, lambda p: p.last < step or (p.last == step and p.at_start))

    def granted(self, entity: Entity) -> None:
        """A place is granted: the wait for it is over."""
        self._in_zone_lines -= 1
        self._end_wait(entity)

    def mark(self, element: int) -> None:
        """Let this element act in this instant's dispatch, since its answer may have changed."""
        if not self._is_marked[element]:
            self._is_marked[element] = True
            heappush(self._marked, element)
        if not self._dispatch_pending:
            self._dispatch_pending = True
            self._call_later(self.dispatch, 0, DISPATCH)

    def _end_wait(self, entity: Entity) -> None:
        if entity.waits_at is not None:
            has_waited = entity.joined_ms != self.env.now_ms
            if has_waited:
                entity.waits_at.book_wait(entity, self.env.now_ms)
            starts = entity.waits_at.starts[entity.slot]
            starts[STARTS] += 1
            starts[WAITED] += has_waited
        entity.waits_at = None

    # --- the rule: what happens at one instant ---------------------------------------------------

    def dispatch(self, _: simpy.Event) -> None:
        """Let the marked elements act, lowest rank first; what that makes pending comes first."""
        while self._marked:
            number = heappop(self._marked)
            self._is_marked[number] = False
            self.elements[number].act()
            self._acted.append(number)
            if self.env.peek() == self.env.now_ms:
                self._call_later(self.dispatch, 0, DISPATCH)
                return
        self._close_instant()

    def _close_instant(self) -> None:
        """Nothing more happens at this instant: say what keeps whom waiting, look for a deadlock."""
        self._dispatch_pending = False
        for number in self._acted:
            self.elements[number].set_causes(self.env.now_ms)
        self._acted.clear()
        if self._in_zone_lines:
            self._stop_if_deadlocked()

    def _stop_if_deadlocked(self) -> None:
        lines = [zone for zone in self.zones if zone.waiting]
        # The same holders could free everybody in a zone's line, so one of them speaks for all.
        heads = [next(line[0][2] for line in zone.lines if line) for zone in lines]
        if all_freed(heads, _releasers, _lot):
            return
        waiters = [entity for zone in lines for entity in zone.members()]
        dead = set(deadlocked(waiters, _releasers))
        in_line = [entity for entity in waiters if entity in dead]
        stuck = sorted(deadlocked(in_line, _releasers), key=lambda entity: entity.index)
        raise DeadlockError(self.env.now_ms, tuple(self._describe(entity) for entity in stuck))

    def _describe(self, entity: Entity) -> Waiter:
        number = entity.index - int(self.entities.first[entity.source])
        places = sorted(entity.occupancies, key=lambda occupied: (occupied[0].number, occupied[1].first))
        held = [f"a place of '{z.name}'" for z, place in places if (entity.index, place.first) in z.holders]
        if entity.pool is not None and not entity.is_paused:
            held.append(f"a server of '{entity.pool.name}'")
        wanted = f"'{entity.waits_at.name}'" if entity.waits_at else "time to pass"
        return Waiter(f"{self.program.source_names[entity.source]} #{number}", tuple(held), wanted)

    # --- events from outside ---------------------------------------------------------------------

    def _arrivals(self, source: int) -> Journey:
        """The entities of one source come, each on its own journey."""
        draws = self.entities
        route = self.routes[int(self.program.source_route[source])]
        first, last = draws.first[source : source + 2].tolist()
        for index in range(first, last):
            wait_ms = int(draws.arrival_ms[index]) - self.env.now_ms
            if wait_ms > 0:
                yield self.env.timeout(wait_ms)
            slot = int(draws.group[index]) * N_PHASES + int(draws.phase[index])
            durations = draws.duration_ms[source][index - first].tolist()
            entity = Entity(index, source, index - first, int(draws.klass[index]), slot, durations)
            self.inside[index] = entity
            self.env.process(self.journey(entity, route))

    def _changes(self, element: int, at_ms: list[int], apply: Callable[[int], None]) -> Journey:
        """Call ``apply(i)`` at instant i of a calendar; the first is at 0."""
        for i, instant in enumerate(at_ms):
            if instant > self.env.now_ms:
                yield self.env.timeout(instant - self.env.now_ms)
            apply(i)
            self.mark(element)

    def _observe(self, _: simpy.Event) -> None:
        """Read lines and zones before anything of this instant is applied."""
        self._in_line.append([element.waiting for element in self.elements])
        self._in_zone.append([len(e.holders) if isinstance(e, Zone) else 0 for e in self.elements])
        self._call_later(self._observe, self.program.observe_every_ms, URGENT)

    def _call_later(
        self, call: Callable[[simpy.Event], None], delay_ms: int, priority: EventPriority
    ) -> None:
        alarm = Alarm(self.env)
        alarm.callbacks.append(call)
        alarm.set_off(delay_ms, priority)

    # --- from tables to objects, and back ----------------------------------------------------------

    def _build_pool(self, number: int) -> Pool:
        p = self.program
        rows = slice(*p.capacity_ptr[number : number + 2].tolist())
        at_ms, value = p.capacity_at_ms[rows].tolist(), p.capacity_value[rows].tolist()
        pool = Pool(p.pool_names[number], int(p.pool_element[number]), value)
        self.env.process(self._changes(pool.element, at_ms, pool.set_capacity))
        return pool

    def _build_element(self, number: int) -> Element:
        p = self.program
        name, priority = p.element_names[number], p.priority[:, number].tolist()
        account = Account(int(p.element_account[number]))
        rows = slice(*p.open_ptr[number : number + 2].tolist())
        at_ms, value = p.open_at_ms[rows].tolist(), p.open_value[rows].tolist()
        match ElementType(int(p.element_type[number])):
            case ElementType.ZONE:
                return Zone(self, number, name, priority, int(p.places[number]))
            case ElementType.DELAY:
                return Delay(self, number, name, priority, account, OpenTime(at_ms, value) if at_ms else None)
            case ElementType.GATE:
                gate = Gate(self, number, name, priority)
                self.env.process(self._changes(number, at_ms, lambda i: gate.set_open(value[i])))
                self._refill_by_calendar(gate)
                return gate
            case ElementType.DEPARTURE:
                departure = Departure(self, number, name, priority)
                self._refill_by_calendar(departure)
                return departure
            case ElementType.SERVICE:
                row = number * p.n_classes
                ends = p.usable_ptr[row : row + p.n_classes + 1].tolist()
                usable = [[self.pools[i] for i in p.usable_pool[a:b].tolist()] for a, b in pairwise(ends)]
                if p.element_suspends[number]:
                    own = [pool for pool in self.pools if pool.element == number]
                    return SuspendingService(self, number, name, priority, account, usable, own)
                return Service(self, number, name, priority, account, usable)

    def _refill_by_calendar(self, gate: Gate) -> None:
        p = self.program
        rows = slice(*p.refill_ptr[gate.number : gate.number + 2].tolist())
        overall, ceilings = p.refill_overall[rows].tolist(), p.refill_ceiling[rows].tolist()
        at_ms = p.refill_at_ms[rows].tolist()
        self.env.process(self._changes(gate.number, at_ms, lambda i: gate.refill(overall[i], ceilings[i])))

    def _build_route(self, number: int) -> tuple[_Step, ...]:
        p = self.program
        zones = range(*p.occupancy_ptr[number : number + 2].tolist())
        occupancies = [self._build_occupancy(row) for row in zones]
        steps = p.step_element[slice(*p.step_ptr[number : number + 2].tolist())].tolist()
        return tuple(
            _Step(k, self.elements[e], tuple(o for o in occupancies if o.first <= k <= o.last))
            for k, e in enumerate(steps)
        )

    def _build_occupancy(self, row: int) -> _Occupancy:
        p = self.program
        zone = self.elements[int(p.occupancy_zone[row])]
        if not isinstance(zone, Zone):
            raise TypeError(f"'{zone.name}' is no zone")
        first, last = int(p.occupancy_first[row]), int(p.occupancy_last[row])
        return _Occupancy(zone, first, last, bool(p.occupancy_at_start[row]))

    def _record(self, instants_ms: tuple[I64, ...], entity: Entity) -> None:
        instants_ms[entity.source][entity.row, entity.step] = self.env.now_ms

    def _record_accounts(self, entity: Entity) -> None:
        self.wait_ms[entity.index] = [entity.spent_ms[account] for account in WAIT_ACCOUNTS]
        if self.trace is not None:
            self.trace.account_ms[entity.index] = entity.spent_ms

    def outcome(self, *, passage: bool) -> Outcome:
        """Run to the horizon and count up, those still inside included."""
        horizon_ms = self.program.horizon_ms
        self._call_later(self._observe, 0, URGENT)
        for source in range(len(self.program.source_names)):
            self.env.process(self._arrivals(source))
        self.env.run(until=horizon_ms)
        for entity in self.inside.values():
            if entity.works_at is not None:
                entity.works_at.book_work(entity, horizon_ms)
            elif entity.waits_at is not None:
                entity.waits_at.book_wait(entity, horizon_ms)
            self._record_accounts(entity)
        free_flow_ms = self.entities.free_flow_ms
        n_slots = self.program.n_groups * N_PHASES
        accounts = np.zeros((n_slots, self.program.n_elements, len(Account)), dtype=np.int64)
        for element in self.elements:
            for slot, spent_ms in element.account_ms.items():
                accounts[slot, element.number] = spent_ms
        return Outcome(
            observers=self._observers(free_flow_ms),
            account_ms=accounts.reshape(-1, N_PHASES, *accounts.shape[1:]),
            in_line=np.array(self._in_line, dtype=np.int32),
            in_zone=np.array(self._in_zone, dtype=np.int32),
            busy_ms=np.array([pool.busy_until(horizon_ms) for pool in self.pools], dtype=np.int64),
            passage=Passage(self.exit_ms, free_flow_ms) if passage else None,
            trace=self.trace,
        )

    def _observers(self, free_flow_ms: I64) -> Observers:
        """Count by group what was noted of every entity."""
        p, e = self.program, self.entities
        starts = np.zeros((p.n_groups, N_PHASES, p.n_elements, 2), dtype=np.int64)
        for element in self.elements:
            for slot, counts in element.starts.items():
                starts[slot // N_PHASES, slot % N_PHASES, element.number] = counts
        place_ms = [z.place_ms(p.horizon_ms) if isinstance(z, Zone) else 0 for z in self.elements]
        records = Records(e.arrival_ms, self.exit_ms, free_flow_ms, e.group, e.phase, self.wait_ms)
        return observers_of(p, records, starts[:, COHORT], np.array(place_ms, dtype=np.int64))


def _releasers(entity: Entity) -> Iterable[Entity] | None:
    """None if time alone frees the entity, else those any one of whom could."""
    return None if entity.waits_at is None else entity.waits_at.releasers(entity)


def _lot(entity: Entity) -> tuple[int, int] | None:
    """What entities with the same releasers share: all in a zone's line, those of a class in a stage's."""
    return None if entity.waits_at is None else entity.waits_at.lot(entity)


def _empty_trace(entities: Entities) -> Trace:
    def blank() -> tuple[I64, ...]:
        return tuple(np.full_like(rows, NOT_ENTERED) for rows in entities.duration_ms)

    accounts = np.zeros((entities.count, len(Account)), dtype=np.int64)
    return Trace(joined_ms=blank(), start_ms=blank(), end_ms=blank(), account_ms=accounts)
