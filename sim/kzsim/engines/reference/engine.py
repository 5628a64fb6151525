"""One run of the reference engine.

Entities are SimPy processes that walk their route (``_Run.journey``). They decide nothing: events
change state and mark elements, and ``_Run.dispatch`` lets the marked elements act, lowest rank
first, once everything else that is pending at the instant has been applied.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from heapq import heappop, heappush
from typing import Any

import numpy as np
import simpy
from simpy.events import URGENT, EventPriority

from kzsim.engines.observers import N_PHASES, Records
from kzsim.engines.outcome import I64, NOT_ENTERED, STILL_INSIDE, Outcome, Passage
from kzsim.engines.reference.assembly import (
    Occupancy,
    Step,
    build_element,
    build_pool,
    build_route,
    build_tokens,
    choices_of,
    empty_trace,
    legs_of,
    turns_of,
)
from kzsim.engines.reference.choosing import Offer, free_flow_ms
from kzsim.engines.reference.counting import observers_of_run
from kzsim.engines.reference.elements import Element
from kzsim.engines.reference.parts import Alarm, Alternative, Entity, Environment, Occupied, Pool
from kzsim.engines.reference.stages import Service
from kzsim.engines.reference.stuck import stop_if_deadlocked
from kzsim.engines.reference.zones import Zone
from kzsim.network.entities import NOT_YET, SKIPPED, Entities
from kzsim.network.model import WAIT_ACCOUNTS, Account
from kzsim.network.observers import STARTS, WAITED
from kzsim.network.outages import in_order
from kzsim.network.program import NONE, Program

# After everything else at an instant: SimPy's own priorities are 0 (urgent) and 1 (normal).
DISPATCH = EventPriority(2)

Journey = Generator[simpy.Event, Any, None]


def run(program: Program, entities: Entities, *, trace: bool = False, passage: bool = False) -> Outcome:
    """Run a program over its entities, 0 <= t < horizon.

    ``passage``: keep every entity's exit and free-flow time, as is also done with a trace. Raises
    DeadlockError at the instant at which entities wait for each other for ever.
    """
    return _Run(in_order(program, entities), entities, trace=trace).outcome(passage=passage or trace)


class _Run:
    """One run. An element's place in ``elements`` is its number, and its number is its rank."""

    def __init__(self, program: Program, entities: Entities, *, trace: bool) -> None:
        self.program = program
        self.entities = entities
        self.env = Environment()
        self.inside: dict[int, Entity] = {}
        self.arrival_ms = entities.arrival_ms.copy()
        self.exit_ms = np.full(entities.count, STILL_INSIDE, dtype=np.int64)
        self.wait_ms = np.zeros((entities.count, len(WAIT_ACCOUNTS)), dtype=np.int64)
        self.span_ms = np.zeros((entities.count, len(program.span_names)), dtype=np.int64)
        self.trace = empty_trace(program, entities) if trace else None
        self.to_come: list[int] = np.diff(entities.first).tolist()
        self.followed_by = legs_of(program)

        self._marked: list[int] = []
        self._is_marked = [False] * program.n_elements
        self._acted: list[int] = []
        self._dispatch_pending = False
        self._in_zone_lines = 0
        self._in_line: list[list[int]] = []
        self._in_zone: list[list[int]] = []

        self.picked: dict[int, set[int]] = {}
        self.alternatives = [
            Alternative(stage, interval_ms, turns)
            for stage, interval_ms, turns in zip(
                program.alternative_stage.tolist(),
                program.alternative_interval_ms.tolist(),
                turns_of(program),
                strict=True,
            )
        ]
        self.pools = [build_pool(self, number) for number in range(len(program.pool_names))]
        self.tokens = build_tokens(self)
        self.elements: list[Element] = [build_element(self, number) for number in range(program.n_elements)]
        self.zones = [element for element in self.elements if isinstance(element, Zone)]
        users = set(program.tokens.user_element.tolist())
        self.token_users = [e for e in self.elements if isinstance(e, Service) and e.number in users]
        self.routes = [build_route(self, number) for number in range(len(program.step_ptr) - 1)]

    # --- a journey ---------------------------------------------------------------------------

    def journey(self, entity: Entity, route: Iterable[Step]) -> Journey:
        """Walk the route: take the places due, leave the last server, be served, go on."""
        for step in route:
            if entity.duration_ms[step.number] == SKIPPED or not step.is_open_to(entity):
                continue
            for occupancy in step.covered_by:
                if entity.step < occupancy.first:
                    yield self._wait_for_place(entity, occupancy)
            self._end_step(entity)
            entity.step = step.number
            if self.trace is not None:
                self._record(self.trace.joined_ms, entity)
            if entity.line_of_step is not None:
                entity.klass = entity.line_of_step[step.number]
            yield step.stage.join(entity)
            self._end_work(entity)
        self._end_step(entity)
        self._leave(entity)

    def _wait_for_place(self, entity: Entity, occupancy: Occupancy) -> simpy.Event:
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
        # somebody goes on or leaves: the instant is closed even if no element acts, for there may be
        # one fewer who could free others
        self._expect_dispatch()
        if self.trace is not None and entity.step >= 0:
            self._record(self.trace.end_ms, entity)
        if entity.pool is not None:
            self.mark(entity.pool.element)
            entity.pool.release(entity, self.env.now_ms)
        if entity.occupancies:
            self._give_up(entity, lambda place: place.last == entity.step and not place.at_start)
        for tokens in entity.tokens:
            away_ms = self.entities.away_ms[entity.source][entity.step, tokens.kind]
            tokens.send_away(entity, int(away_ms[entity.row]))
        entity.tokens.clear()

    def _leave(self, entity: Entity) -> None:
        if entity.occupancies:
            self._give_up(entity, lambda _: True)
        self._end_backlogs(entity, lambda _: True)
        self.exit_ms[entity.index] = self.env.now_ms
        self._record_accounts(entity)
        del self.inside[entity.index]
        follows = self.followed_by.get((entity.source, entity.step))
        if follows is not None:
            self._enter(follows, entity.row, None)

    def _end_backlogs(self, entity: Entity, is_due: Callable[[Alternative], bool]) -> None:
        for alternative in tuple(entity.counted):
            if is_due(alternative):
                entity.counted.remove(alternative)
                alternative.backlog -= 1

    def _give_up(self, entity: Entity, is_due: Callable[[Occupied], bool]) -> None:
        for zone, place in tuple(entity.occupancies):
            if is_due(place):
                entity.occupancies.remove((zone, place))
                zone.give_back(entity, place)

    # --- what elements tell the run ------------------------------------------------------------

    def started(self, entity: Entity) -> None:
        """Service start: the wait is over; places of steps now begun or skipped are given up."""
        entity.works_at = stage = entity.waits_at
        if stage is not None:
            self._end_backlogs(entity, lambda alternative: alternative.stage == stage.number)
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

    def offers(self, entity: Entity) -> list[Step]:
        """The steps of the choice at the first of which the entity stands."""
        route = self.routes[int(self.program.source_route[entity.source])]
        return [step for step in route if step.choice == route[entity.step].choice]

    def pick(self, entity: Entity, offer: Offer) -> None:
        """Of the steps of a choice it is this that the entity has come to."""
        if self.trace is not None:
            self.trace.joined_ms[entity.source][entity.row, entity.step] = NOT_ENTERED
        route = self.routes[int(self.program.source_route[entity.source])]
        entity.chose_at.add(route[entity.step].choice)
        entity.picked.add(offer.number)
        entity.step = offer.number
        if self.trace is not None:
            self._record(self.trace.joined_ms, entity)

    def paired(self, leader: Entity, follower: Entity) -> None:
        """Two go on together: each is the partner of the other."""
        if self.trace is not None:
            for one, other in ((leader, follower), (follower, leader)):
                self.trace.partner[one.source][one.row, one.step] = other.index

    def mark(self, element: int) -> None:
        """Let this element act in this instant's dispatch, since its answer may have changed."""
        if not self._is_marked[element]:
            self._is_marked[element] = True
            heappush(self._marked, element)
        self._expect_dispatch()

    def _expect_dispatch(self) -> None:
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
        if self._in_zone_lines or self.tokens:
            stop_if_deadlocked(self)

    # --- events from outside ---------------------------------------------------------------------

    def _arrivals(self, source: int) -> Journey:
        """The entities of one source come, each on its own journey."""
        first, last = self.entities.first[source : source + 2].tolist()
        for index in range(first, last):
            wait_ms = int(self.entities.arrival_ms[index]) - self.env.now_ms
            if wait_ms > 0:
                yield self.env.timeout(wait_ms)
            self._enter(source, index - first, None)

    def _enter(self, source: int, row: int, stands_since_ms: int | None) -> None:
        """An entity starts on its journey: now, or it is there at the start."""
        draws = self.entities
        index = int(draws.first[source]) + row
        self.arrival_ms[index] = self.env.now_ms
        slot = int(draws.group[index]) * N_PHASES + int(draws.phase[index])
        durations = draws.duration_ms[source][row].tolist()
        entity = Entity(index, source, row, int(draws.klass[index]), slot, durations)
        entity.stands_since_ms = stands_since_ms
        entity.clock_at_joining = [0] * len(WAIT_ACCOUNTS)
        if self.tokens:
            work = draws.numbers.work_from[source] + int(draws.kind[index]) * len(durations)
            entity.line_of_step = self.program.tokens.work_line[work : work + len(durations)].tolist()
        self.inside[index] = entity
        self.to_come[source] -= 1
        self.env.process(self.journey(entity, self.routes[int(self.program.source_route[source])]))

    def before(self, at_ms: int, apply: Callable[[], None]) -> None:
        """Call ``apply`` at this instant before anything else of it."""
        self._call_later(lambda _: apply(), at_ms, URGENT)

    def follow(self, element: int, at_ms: Sequence[int], apply: Callable[[int], None]) -> None:
        """Call ``apply(i)`` at instant i of a calendar of the element; the first is at 0."""
        self.env.process(self._changes(element, at_ms, apply))

    def _changes(self, element: int, at_ms: Sequence[int], apply: Callable[[int], None]) -> Journey:
        for i, instant in enumerate(at_ms):
            if instant > self.env.now_ms:
                yield self.env.timeout(instant - self.env.now_ms)
            apply(i)
            self.mark(element)

    def _review(self, pool: Pool) -> None:
        """Let the pool's staffing rule see the line at its instants, before anything of them is applied."""
        for at_ms in pool.staffing.at_ms if pool.staffing is not None else ():

            def look(_: simpy.Event) -> None:
                pool.review(self.elements[pool.element].waiting, self.env.now_ms)
                self.mark(pool.element)

            self._call_later(look, at_ms, URGENT)

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

    # --- what is reported ----------------------------------------------------------------------------

    def _record(self, instants_ms: tuple[I64, ...], entity: Entity) -> None:
        instants_ms[entity.source][entity.row, entity.step] = self.env.now_ms

    def _record_accounts(self, entity: Entity) -> None:
        self.picked[entity.index] = entity.picked
        self.wait_ms[entity.index] = [entity.spent_ms[account] for account in WAIT_ACCOUNTS]
        self.span_ms[entity.index] = entity.span_ms[: self.span_ms.shape[1]]
        if self.trace is not None:
            self.trace.account_ms[entity.index] = entity.spent_ms

    def outcome(self, *, passage: bool) -> Outcome:
        """Run to the horizon and count up, those still inside included."""
        horizon_ms = self.program.horizon_ms
        for source, joined_ms in enumerate(self.entities.joined_ms):
            for row, since_ms in enumerate([] if joined_ms is None else joined_ms.tolist()):
                self._enter(source, row, since_ms)
        for pool in self.pools:
            self._review(pool)
        self._call_later(self._observe, 0, URGENT)  # with those in line who have just been put there
        for source, joined_ms in enumerate(self.entities.joined_ms):
            if joined_ms is None and self.program.source_follows[source] == NONE:
                self.env.process(self._arrivals(source))
        self.env.run(until=horizon_ms)
        for entity in self.inside.values():
            if entity.works_at is not None:
                entity.works_at.book_work(entity, horizon_ms)
            elif entity.waits_at is not None:
                entity.waits_at.book_wait(entity, horizon_ms)
            self._record_accounts(entity)
        own_ms = self._free_flow_ms()
        e = self.entities
        records = Records(self.arrival_ms, self.exit_ms, own_ms, e.group, e.phase, self.wait_ms, self.span_ms)
        n_slots = self.program.n_groups * N_PHASES
        accounts = np.zeros((n_slots, self.program.n_elements, len(Account)), dtype=np.int64)
        for element in self.elements:
            for slot, spent_ms in element.account_ms.items():
                accounts[slot, element.number] = spent_ms
        return Outcome(
            observers=observers_of_run(self.program, records, self.elements, self.tokens, self.alternatives),
            account_ms=accounts.reshape(-1, N_PHASES, *accounts.shape[1:]),
            in_line=np.array(self._in_line, dtype=np.int32),
            in_zone=np.array(self._in_zone, dtype=np.int32),
            busy_ms=np.array([pool.busy_until(horizon_ms) for pool in self.pools], dtype=np.int64),
            capacity_ms=np.array([pool.capacity_until(horizon_ms) for pool in self.pools], dtype=np.int64),
            passage=Passage(self.arrival_ms, self.exit_ms, own_ms) if passage else None,
            trace=self.trace,
        )

    def _free_flow_ms(self) -> I64:
        """Of each entity its own durations, on the way that it has chosen if there are choices."""
        if not self.program.has_choices:
            return np.where(self.arrival_ms == NOT_YET, 0, self.entities.free_flow_ms)
        found = np.zeros(self.entities.count, dtype=np.int64)
        for source, rows in enumerate(self.entities.duration_ms):
            route = choices_of(self.program, int(self.program.source_route[source]))
            for index, durations in enumerate(rows.tolist(), start=int(self.entities.first[source])):
                if index in self.picked:  # else it never came
                    found[index] = free_flow_ms(route, durations, self.picked[index])
        return found
