"""One run of the kernel: prepare tables, run each part of the network, gather the outcome."""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

import numpy as np

from kzsim.draws.filled import LANES, WORDS_AHEAD
from kzsim.engines.errors import DeadlockError, Waiter
from kzsim.engines.kernel.asked import STUCK
from kzsim.engines.kernel.layout import *
from kzsim.engines.kernel.loop import advance
from kzsim.engines.kernel.parts import Part, parts_of
from kzsim.engines.kernel.queue import push
from kzsim.engines.kernel.settling import settle
from kzsim.engines.kernel.tables import calendar_table, coming_entities, fixed_tables, initial_state, plain
from kzsim.engines.kernel.token_tables import all_idle, needs_of_all, none_away, tokens_in_words
from kzsim.engines.outcome import I8, I64, NOT_ENTERED, Outcome, Passage, Trace
from kzsim.network.buckets import TIME_BITS, WAIT_BITS, n_buckets
from kzsim.network.entities import Entities
from kzsim.network.observers import Observers
from kzsim.network.outages import in_order
from kzsim.network.program import Program

FIRST_ROWS = 1024
GROWTH = 16  # a table gets longer by a sixteenth: more often, and less memory that nobody uses


def run(program: Program, entities: Entities, *, trace: bool = False, passage: bool = False) -> Outcome:
    """Run a program over its entities, 0 <= t < horizon.

    ``passage``: keep every entity's exit and free-flow time, as is also done with a trace. Raises
    DeadlockError at the instant at which entities wait for each other for ever.
    """
    # the digest wraps round on purpose; uncompiled, NumPy would warn of it
    with np.errstate(over="ignore"):
        return _Run(program, entities, trace=trace, passage=passage or trace).outcome()


class _Run:
    """One run: the tables, and what the parts leave in them."""

    def __init__(self, base: Program, entities: Entities, *, trace: bool, passage: bool) -> None:
        # what is out of order at times changes calendars alone: the rest is laid out once for all
        self.program = program = in_order(base, entities)
        self.entities = entities
        self.parts = parts_of(base)
        self.fixed = fixed_tables(base)
        self.state = initial_state(base, program)
        self.calendar = calendar_table(program)
        self.coming = coming_entities(base, entities)
        self.needs = needs_of_all(base)
        self.token = all_idle(program)
        self.keys = plain(entities.numbers.keys)
        self.work = plain(entities.numbers.work)
        self.shape = plain(entities.numbers.shape)
        self.condition = plain(entities.numbers.condition)
        self.bounds = plain(entities.numbers.bounds)
        self.arrival_ms = plain(entities.arrival_ms)
        if program.has_legs:
            self.arrival_ms = self.arrival_ms.copy()  # the loop notes in it when those come who follow
        self.kind = plain(entities.kind)
        self.lane = np.zeros(LANES)
        self.word = np.zeros(WORDS_AHEAD, dtype=np.uint64)
        n_groups, n_intervals = program.n_groups, program.n_intervals
        self.limits = plain(program.within_ms)
        # zeros that nobody touches take no memory: most buckets stay empty
        rows = program.n_elements + len(program.alternative_names) + len(program.bounded)
        self.account = np.zeros((n_groups * N_PHASES, rows, ACCOUNT_COLUMNS), dtype=np.int64)
        self.slots = np.zeros((n_groups * N_PHASES, N_WITHIN + len(self.limits)), dtype=np.int64)
        self.times = np.zeros((n_groups, n_buckets(program.follow_up_ms, TIME_BITS)), dtype=np.int32)
        longest = n_buckets(program.horizon_ms, WAIT_BITS)
        self.waits = np.zeros((n_groups, N_CAUSES, longest), dtype=np.int32)
        self.spans = np.zeros((n_groups, len(program.span_names), longest), dtype=np.int32)
        self.flow = np.zeros((2, n_intervals, n_groups), dtype=np.int32)
        self.digest = np.zeros(1, dtype=np.uint64)
        self.observed = np.zeros((2, n_intervals, program.n_elements), dtype=np.int32)
        self.keeps_passage = passage
        self.passage = np.empty((entities.count if passage else 0, PASSAGE_COLUMNS), dtype=np.int64)
        self.passage[:] = (NONE, 0)  # of who never comes
        self.n_steps = np.diff(program.step_ptr)[program.source_route]
        self.is_traced = trace
        self.trace = self._empty_trace() if trace else np.empty((TRACE_PLANES, 0), dtype=np.int64)

    def outcome(self) -> Outcome:
        """Run all parts; where several are deadlocked, the earliest counts."""
        deadlocks = [found for part in self.parts if (found := self._run_part(part)) is not None]
        if deadlocks:
            first_ms = min(at_ms for at_ms, _ in deadlocks)
            stuck = sorted(row for at_ms, rows in deadlocks if at_ms == first_ms for row in rows)
            raise DeadlockError(first_ms, tuple(waiter for _, waiter in stuck))
        n = self.program.n_elements
        by_slot = self.account.reshape(-1, N_PHASES, self.account.shape[1], ACCOUNT_COLUMNS)
        exit_ms, free_flow_ms = (self.passage[:, column].copy() for column in (EXIT, OWN_TIME))
        return Outcome(
            observers=self._observers(by_slot),
            account_ms=by_slot[:, :, :n, :N_ACCOUNTS].copy(),
            in_line=self.observed[0],
            in_zone=self.observed[1],
            busy_ms=self.state.pool[:, BUSY_MS].copy(),
            capacity_ms=self.state.pool[:, CAPACITY_MS]
            + self.state.pool[:, CAPACITY] * self.program.horizon_ms,
            passage=Passage(self.arrival_ms, exit_ms, free_flow_ms) if self.keeps_passage else None,
            trace=self._trace() if self.is_traced else None,
        )

    def _observers(self, account: I64) -> Observers:
        """The loop's counts as tables by group; ``account`` by group, phase and element."""
        slots = self.slots.reshape(-1, N_PHASES, self.slots.shape[1])
        n, picked = self.program.n_elements, len(self.program.alternative_names)
        cohort, element = slots[:, COHORT], self.state.element[:n]
        return Observers(
            arrived=slots[..., N_ARRIVED].copy(),
            left=slots[..., N_LEFT].copy(),
            stay_ms=slots[..., STAY_MS].copy(),
            left_measured=slots[..., N_LEFT_MEASURED].sum(axis=1),
            capped_ms=cohort[:, CAPPED_MS].copy(),
            free_flow_ms=cohort[:, FREE_FLOW_MS].copy(),
            capped_free_flow_ms=cohort[:, CAPPED_FREE_FLOW_MS].copy(),
            through=cohort[:, N_THROUGH].copy(),
            squares=cohort[:, SQUARES : SQUARES + 3].copy(),
            within=cohort[:, N_WITHIN:].copy(),
            times=self.times,
            waits=self.waits,
            spans=self.spans,
            starts=account[:, COHORT, :n][..., [N_STARTS, N_WAITED]],
            no_shows=account[:, COHORT, self.program.no_show_gates, N_NO_SHOWS].copy(),
            within_ceilings=account[:, COHORT, n + picked :, N_STARTS].copy(),
            chosen=account[:, COHORT, n : n + picked, N_STARTS].copy(),
            arrivals=self.flow[FLOW_IN],
            exits=self.flow[FLOW_OUT],
            idle_ms=self.token[:, IDLE_MS].copy(),
            place_ms=element[:, PLACE_MS] + element[:, TAKEN] * self.program.horizon_ms,
            digest=self.digest,
        )

    def _run_part(self, part: Part) -> tuple[int, list[tuple[int, Waiter]]] | None:
        """Run one part to the horizon, giving it more rows when it asks for them.

        Returns when it came to a deadlock, and who is stuck in it; None if it did not.
        """
        program, fixed, state = self.program, self.fixed, self.state
        initial = self._initial(part)
        run, queue = self._begin(part)
        run[N_INITIAL] = len(initial)
        most_places = max(np.diff(program.occupancy_ptr), default=0)
        entity = np.empty((0, ENTITY_COLUMNS), dtype=np.int64)
        links = np.empty((0, 2 * most_places), dtype=np.int64)
        asked = np.empty(0, dtype=np.int8)
        queue = _lengthen(entity, links, asked, queue, run)
        marked = np.empty(program.n_elements, dtype=np.int64)
        acted = np.empty(program.n_elements, dtype=np.int64)
        returning = none_away(program, part.tokens)
        while True:
            stopped = advance(
                run,
                queue,
                marked,
                acted,
                entity,
                links,
                asked,
                state.element,
                state.line,
                state.pool,
                state.rule,
                fixed.usable,
                part.zones,
                part.elements,
                self.coming.source,
                self.coming.kinds,
                fixed.step,
                fixed.occupancy,
                self.arrival_ms,
                self.kind,
                initial,
                self.coming.duration,
                self.keys,
                self.work,
                self.shape,
                self.condition,
                self.bounds,
                self.lane,
                self.word,
                self.calendar,
                fixed.refill,
                fixed.review_ms,
                self.token,
                self.needs.need,
                self.needs.needs_of,
                self.needs.user,
                part.tokens,
                returning,
                self.account,
                self.limits,
                self.slots,
                self.flow,
                self.times,
                self.waits,
                self.spans,
                self.digest,
                self.passage,
                self.observed,
                self.trace,
            )
            if stopped == WRONG_TABLES:
                raise RuntimeError("a table of the kernel has the wrong number of columns")
            if stopped == DEADLOCK:
                highest = run[HIGHEST_ROW]
                return int(run[NOW]), self._stuck(entity[:highest], asked[:highest])
            if stopped == DONE:
                settle(
                    run,
                    entity,
                    state.element,
                    state.line,
                    state.pool,
                    self.coming.kinds,
                    fixed.step,
                    self.coming.duration,
                    self.keys,
                    self.work,
                    self.shape,
                    self.condition,
                    self.bounds,
                    self.lane,
                    self.word,
                    self.calendar,
                    self.account,
                    self.arrival_ms,
                    self.slots,
                    self.waits,
                    self.spans,
                    self.digest,
                    self.passage,
                    self.trace,
                )
                return None
            if len(entity) >= EVENT_BASE:
                raise MemoryError(f"more than {len(entity)} entities are inside at once")
            queue = _lengthen(entity, links, asked, queue, run)

    def _begin(self, part: Part) -> tuple[I64, I64]:
        """The part's run row, and a queue with the first event of everything that has one."""
        program, state = self.program, self.state
        run = np.zeros(RUN_COLUMNS, dtype=np.int64)
        run[NOW] = NONE
        run[HORIZON] = program.horizon_ms
        run[FREE_ENTITY] = NONE
        run[GOING_ON] = NONE
        run[OBSERVE_EVERY] = program.observe_every_ms
        run[N_LINES] = len(part.lines)
        run[TRACED] = self.is_traced
        run[GIVEN] = self.entities.are_given
        run[COHORT_FROM] = program.cohort_from_ms
        run[COHORT_TO] = program.cohort_to_ms
        run[FOLLOW_UP] = program.follow_up_ms
        run[KEEPS_PASSAGE] = self.keeps_passage
        run[OPENED] = NONE
        run[BUCKET_BITS] = self._bucket_bits(part)
        run[N_TOKENS] = len(part.tokens)
        outside = len(part.sources) + 2 * len(part.pools) + 2 * len(part.elements)
        outside += len(none_away(program, part.tokens))
        queue = np.full(N_BUCKETS + outside + 1, NONE, dtype=np.int64)
        queue[NEAR] = EMPTY_MS * EVENTS
        for number in part.sources:
            row = self.coming.source[number]
            comes_by_itself = (
                self.entities.joined_ms[number] is None and program.source_follows[number] == NONE
            )
            if comes_by_itself and row[NEXT_ENTITY] < row[LAST_ENTITY]:
                push(
                    run,
                    queue,
                    int(self.arrival_ms[row[NEXT_ENTITY]]),
                    ARRIVAL * EVENT_BASE + number,
                )
        for number in part.pools:
            push(run, queue, 0, CAPACITY_CHANGE * EVENT_BASE + number)
            by_rule = int(state.pool[number, RULE])
            if by_rule != NONE and state.rule[by_rule, REVIEW_NEXT] < state.rule[by_rule, REVIEW_TO]:
                first = int(self.fixed.review_ms[state.rule[by_rule, REVIEW_NEXT]])
                push(run, queue, first, REVIEW * EVENT_BASE + by_rule)
        for number in part.elements.tolist():
            if state.element[number, TYPE] == GATE:
                push(run, queue, 0, OPENING_CHANGE * EVENT_BASE + number)
            row = state.element[number, REFILL_NEXT]
            if row < state.element[number, REFILL_TO]:
                push(run, queue, int(self.fixed.refill[row, REFILL_AT]), REFILL * EVENT_BASE + number)
        return run, queue

    def _initial(self, part: Part) -> I64:
        """Who is there at the start, by joining time and then the order between entities."""
        rows = []
        for number in part.sources:
            joined = self.entities.joined_ms[number]
            if joined is not None:
                rows.append(np.column_stack([np.full_like(joined, number), joined]))
        found = np.concatenate([*rows, np.empty((0, INITIAL_COLUMNS), dtype=np.int64)])
        # stable: those of one instant stay in the order between entities
        return plain(found[np.argsort(found[:, JOINED_MS], kind="stable")])

    def _bucket_bits(self, part: Part) -> int:
        """How wide a bucket is, by the number of events if nobody skipped or waited for anything."""
        source = self.coming.source[list(part.sources)]
        events = int(
            ((source[:, LAST_ENTITY] - source[:, NEXT_ENTITY]) * (self.n_steps[list(part.sources)] + 1)).sum()
        )
        return (self.program.horizon_ms * EVENTS_PER_BUCKET // max(events, 1)).bit_length()

    def _stuck(self, entity: I64, asked: I8) -> list[tuple[int, Waiter]]:
        """Who is stuck, with the place in the order between entities."""
        stuck = entity[(entity[:, INDEX] != NONE) & (asked == STUCK)]
        return [(int(row[INDEX]), self._describe(row)) for row in stuck]

    def _describe(self, row: I64) -> Waiter:
        names = self.program.element_names
        source = int(np.searchsorted(self.entities.first, row[INDEX], side="right")) - 1
        number = int(row[INDEX] - self.entities.first[source])
        kind = self.coming.kinds[row[KIND]]
        occupancies = self.fixed.occupancy[kind[OCCUPANCIES_FROM] : kind[OCCUPANCIES_TO]]
        zones = [int(zone) for place, zone in enumerate(occupancies) if row[HELD] >> place & 1]
        held = [f"a place of '{names[zone]}'" for zone in zones]
        if row[POOL] != NONE and len(self.needs.needs_of):
            needs = self.needs.needs_of[kind[WORK_FROM] + row[STEP] :, FIRST_NEED]
            held += tokens_in_words(self.program, range(needs[0], needs[1]))
        if row[POOL] != NONE and row[WORKS_AT] == NONE:  # else its service is paused
            held.append(f"a server of '{self.program.pool_names[row[POOL]]}'")
        return Waiter(f"{self.program.source_names[source]} #{number}", tuple(held), self._wanted(row))

    def _wanted(self, row: I64) -> str:
        """The stage or zone that somebody waits for, and the tokens that are not there."""
        at = row[WAITS_AT]
        if at == NONE:
            return "time to pass"
        wanted = [f"'{self.program.element_names[at]}'"]
        if self.state.element[at, TYPE] == SERVICE and row[WORKS_AT] == NONE:
            line = self.state.line[self.state.element[at, LINES_FROM] + row[KLASS]]
            needs = range(line[NEEDS_FROM], line[NEEDS_TO])
            wanted += tokens_in_words(self.program, needs, lacking=self.token)
        return " and ".join(wanted)

    def _empty_trace(self) -> I64:
        steps = int((np.diff(self.entities.first) * self.n_steps).sum())
        accounts = self.entities.count * N_ACCOUNTS
        planes = TRACE_PLANES + self.program.has_pairings
        trace = np.full((planes, max(steps, accounts)), NOT_ENTERED, dtype=np.int64)
        trace[TRACE_ACCOUNT] = 0
        return trace

    def _trace(self) -> Trace:
        counts, n_steps = np.diff(self.entities.first), self.n_steps
        shapes = list(zip(counts.tolist(), n_steps.tolist(), strict=True))
        ends = np.cumsum(counts * n_steps)[:-1]

        def by_source(plane: int) -> tuple[I64, ...]:
            flat = np.split(self.trace[plane, : (counts * n_steps).sum()], ends)
            return tuple(rows.reshape(shape) for rows, shape in zip(flat, shapes, strict=True))

        accounts = self.trace[TRACE_ACCOUNT, : self.entities.count * N_ACCOUNTS]
        return Trace(
            joined_ms=by_source(TRACE_JOINED),
            start_ms=by_source(TRACE_START),
            end_ms=by_source(TRACE_END),
            account_ms=accounts.reshape(-1, N_ACCOUNTS),
            partner=by_source(TRACE_PARTNER) if self.program.has_pairings else (),
        )


def _lengthen(entity: I64, links: I64, asked: I8, queue: I64, run: I64) -> I64:
    """More rows for entities inside; returns a queue with room for an event of each of them.

    In place: a copy would stand beside the old table, and a year's crowd is kept only once. Nobody
    else looks at these tables while the loop stands still. The queue is the other way round: nobody in a
    line has an event, so most of it is never touched and takes no memory, and what is filled is little.
    """
    before = len(entity)
    after = min(max(FIRST_ROWS, before + max(1, before // GROWTH)), EVENT_BASE)
    entity.resize((after, entity.shape[1]), refcheck=False)
    links.resize((after, links.shape[1]), refcheck=False)
    asked.resize(after, refcheck=False)
    longer = np.empty(len(queue) + after - before, dtype=np.int64)
    near = NEAR + max(1, int(run[NEAR_SIZE]))
    far = int(run[FAR_SIZE])
    longer[:near] = queue[:near]
    longer[len(longer) - far :] = queue[len(queue) - far :]
    return longer
