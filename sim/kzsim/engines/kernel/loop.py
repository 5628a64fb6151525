"""The event loop: the contract of ``docs/engine.md`` over flat arrays.

``advance`` is the rule of what happens at one instant. What it calls is one function a kind of
event (``arrive``, ``proceed``, ``change_capacity``, ``change_opening``, ``refill_quota``) and one
a kind of element that acts (``act_service``, ``act_delay``, ``act_gate``, ``act_zone``). Tables
and their columns are in ``layout``. Uncompiled, this is ordinary Python with the same results.
"""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.draws.recipes import BOUND_COLUMNS, SHAPE_COLUMNS, WORK_COLUMNS
from kzsim.engines.kernel.acting import act_delay, act_gate, act_service, act_zone, start_or_join
from kzsim.engines.kernel.causes import close_instant
from kzsim.engines.kernel.changes import change_capacity, change_opening, refill_quota, review_staffing
from kzsim.engines.kernel.choosing import act_choice
from kzsim.engines.kernel.deadlock import is_stuck
from kzsim.engines.kernel.heap import pop_marked
from kzsim.engines.kernel.initial import place_initial
from kzsim.engines.kernel.journey import arrive, follow, free_row, proceed
from kzsim.engines.kernel.layout import *
from kzsim.engines.kernel.observing import note_arrival, note_exit, observe
from kzsim.engines.kernel.pairing import act_pairing
from kzsim.engines.kernel.queue import drop_next, find_next, next_event, next_ms
from kzsim.engines.kernel.tokens import return_tokens
from kzsim.engines.outcome import I8, I32, I64
from kzsim.network.entities import F64, I16, U64


@compiled
def advance(
    run: I64,
    queue: I64,
    marked: I64,
    acted: I64,
    entity: I64,
    links: I64,
    asked: I8,
    element: I64,
    line: I64,
    pool: I64,
    rule: I64,
    usable: I64,
    zones: I64,
    own: I64,
    source: I64,
    kinds: I64,
    step: I64,
    occupancy: I64,
    arrival_ms: I64,
    kind_of: I16,
    initial: I64,
    duration: I64,
    keys: U64,
    work: I64,
    shape: F64,
    condition: I64,
    bounds: F64,
    lane: F64,
    word: U64,
    calendar: I64,
    refill: I64,
    review_ms: I64,
    token: I64,
    need: I64,
    needs_of: I64,
    user: I64,
    own_tokens: I64,
    returning: I64,
    account: I64,
    limits: I64,
    slots: I64,
    flow: I32,
    times: I32,
    waits: I32,
    spans: I32,
    digest: U64,
    passage: I64,
    observed: I32,
    trace: I64,
) -> int:
    """Run to the horizon, or until the caller has to do something; called again it goes on there."""
    if (  # never; but a compiler that has read this knows the length of every row
        entity.shape[1] != ENTITY_COLUMNS
        or element.shape[1] != ELEMENT_COLUMNS
        or line.shape[1] != LINE_COLUMNS
        or pool.shape[1] != POOL_COLUMNS
        or source.shape[1] != SOURCE_COLUMNS
        or rule.shape[1] != RULE_COLUMNS
        or step.shape[1] != STEP_COLUMNS
        or kinds.shape[1] != KIND_COLUMNS
        or calendar.shape[1] != CALENDAR_COLUMNS
        or work.shape[1] != WORK_COLUMNS
        or shape.shape[1] != SHAPE_COLUMNS
        or bounds.shape[1] != BOUND_COLUMNS
        or passage.shape[1] != PASSAGE_COLUMNS
        or account.shape[2] != ACCOUNT_COLUMNS
        or trace.shape[0] < TRACE_PLANES
        or token.shape[1] != TOKEN_COLUMNS
        or need.shape[1] != NEED_COLUMNS
        or needs_of.shape[1] != NEEDS_OF_COLUMNS
        or returning.shape[1] != RETURN_COLUMNS
    ):
        return WRONG_TABLES
    if run[N_INITIAL] > 0:
        if entity.shape[0] < run[N_INITIAL]:
            return NEED_ROWS
        place_initial(
            run,
            queue,
            marked,
            entity,
            links,
            element,
            line,
            pool,
            own,
            source,
            kinds,
            step,
            occupancy,
            arrival_ms,
            kind_of,
            initial,
            duration,
            keys,
            work,
            shape,
            condition,
            bounds,
            lane,
            word,
            calendar,
            token,
            need,
            needs_of,
            user,
            returning,
            account,
            slots,
            flow,
            observed,
            trace,
        )
    while True:
        while True:
            # 1. events only change state
            goes_on = NONE
            if run[GOING_ON] != NONE:
                goes_on = run[GOING_ON]
                run[GOING_ON] = entity[goes_on, NEXT]
            elif next_ms(queue) == run[NOW]:
                event = next_event(queue)
                index = event & (EVENT_BASE - 1)
                kind = event >> INDEX_BITS
                if kind == ARRIVAL and run[FREE_ENTITY] == NONE and run[HIGHEST_ROW] == entity.shape[0]:
                    return NEED_ROWS
                drop_next(run, queue)
                if kind == END:
                    goes_on = index
                elif kind == ARRIVAL:
                    goes_on = arrive(run, queue, entity, source, kinds, arrival_ms, kind_of, index)
                    note_arrival(run, entity, slots, flow, goes_on)
                elif kind == CAPACITY_CHANGE:
                    change_capacity(run, queue, marked, element, pool, rule, calendar, index)
                elif kind == OPENING_CHANGE:
                    change_opening(run, queue, marked, element, calendar, index)
                elif kind == REFILL:
                    refill_quota(run, queue, marked, entity, element, line, refill, account, trace, index)
                elif kind == RETURN:
                    return_tokens(run, marked, element, token, user, returning, index)
                else:
                    review_staffing(run, queue, marked, element, pool, rule, review_ms, calendar, index)
            # 2. dispatch
            elif run[MARKED_SIZE] > 0:
                number = pop_marked(run, marked, MARKED_SIZE)
                element[number, IS_MARKED] = 0
                kind = element[number, TYPE]
                if kind == SERVICE:
                    act_service(
                        run,
                        queue,
                        marked,
                        entity,
                        links,
                        element,
                        line,
                        pool,
                        usable,
                        kinds,
                        step,
                        occupancy,
                        token,
                        need,
                        account,
                        trace,
                        number,
                    )
                elif kind == DELAY:
                    act_delay(
                        run,
                        queue,
                        marked,
                        entity,
                        links,
                        element,
                        line,
                        kinds,
                        step,
                        occupancy,
                        calendar,
                        account,
                        trace,
                        number,
                    )
                elif kind == ZONE:
                    act_zone(run, entity, links, element, line, account, trace, number)
                elif kind == PAIRING:
                    act_pairing(
                        run,
                        marked,
                        entity,
                        links,
                        element,
                        line,
                        kinds,
                        step,
                        occupancy,
                        account,
                        trace,
                        number,
                    )
                elif kind == CHOICE:
                    act_choice(
                        run,
                        marked,
                        entity,
                        links,
                        element,
                        line,
                        kinds,
                        step,
                        occupancy,
                        duration,
                        keys,
                        work,
                        shape,
                        condition,
                        bounds,
                        lane,
                        word,
                        account,
                        trace,
                        number,
                    )
                else:
                    if kind == DEPARTURE and element[number, REFILLED_AT] != run[NOW]:
                        element[number, LEFT] = 0
                    act_gate(
                        run,
                        marked,
                        entity,
                        links,
                        element,
                        line,
                        kinds,
                        step,
                        occupancy,
                        account,
                        trace,
                        number,
                    )
                if element[number, WAITING] > 0 and element[number, HAS_ACTED] == 0:
                    element[number, HAS_ACTED] = 1
                    acted[run[ACTED_SIZE]] = number
                    run[ACTED_SIZE] += 1
            else:
                break
            if goes_on == NONE:
                continue
            done = proceed(
                run,
                queue,
                marked,
                entity,
                links,
                element,
                line,
                pool,
                kinds,
                step,
                occupancy,
                duration,
                keys,
                work,
                shape,
                condition,
                bounds,
                lane,
                word,
                calendar,
                token,
                need,
                needs_of,
                user,
                returning,
                account,
                trace,
                goes_on,
            )
            if done == JOINS:
                start_or_join(
                    run,
                    queue,
                    marked,
                    entity,
                    links,
                    element,
                    line,
                    pool,
                    usable,
                    kinds,
                    step,
                    occupancy,
                    account,
                    trace,
                    goes_on,
                )
            elif done == LEAVES:
                note_exit(
                    run,
                    entity,
                    arrival_ms,
                    limits,
                    slots,
                    flow,
                    times,
                    waits,
                    spans,
                    digest,
                    passage,
                    goes_on,
                )
                if follow(run, entity, source, kinds, occupancy, arrival_ms, kind_of, goes_on):
                    note_arrival(run, entity, slots, flow, goes_on)
                else:
                    free_row(run, entity, goes_on)
        # 3. nothing more happens at this instant
        close_instant(run, acted, entity, element, line, pool, usable, account, trace)
        if (run[IN_ZONE_LINES] > 0 or run[N_TOKENS] > 0) and is_stuck(
            run,
            entity,
            links,
            asked,
            element,
            line,
            pool,
            usable,
            zones,
            source,
            kinds,
            step,
            token,
            need,
            needs_of,
            user,
            own_tokens,
        ):
            return DEADLOCK
        following_ms = find_next(run, queue, entity)
        if following_ms == EMPTY_MS:
            observe(run, element, own, observed, run[HORIZON] - 1)
            return DONE
        observe(run, element, own, observed, following_ms)
        run[NOW] = following_ms
