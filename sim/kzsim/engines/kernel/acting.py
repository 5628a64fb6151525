"""Dispatch: an element that acts lets go on whom it can, first in line first."""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.engines.kernel.ahead import own_time
from kzsim.engines.kernel.alone import acts_next
from kzsim.engines.kernel.backlogs import end_backlogs
from kzsim.engines.kernel.booking import book_wait
from kzsim.engines.kernel.heads import comes_before, free_pool
from kzsim.engines.kernel.journey import (
    finish_in,
    give_up_begun,
    go_on,
    trace_row,
    work_through,
)
from kzsim.engines.kernel.layout import *
from kzsim.engines.kernel.lines import join, leave_line, take_place
from kzsim.engines.kernel.missing import stay_away
from kzsim.engines.kernel.observing import note_start
from kzsim.engines.kernel.otherwise import count_as_others
from kzsim.engines.kernel.suspending import begin_service, put_right
from kzsim.engines.kernel.tokens import may_take, take_tokens
from kzsim.engines.outcome import I64


@compiled
def start(
    run: I64,
    marked: I64,
    entity: I64,
    links: I64,
    element: I64,
    line: I64,
    kinds: I64,
    step: I64,
    occupancy: I64,
    account: I64,
    trace: I64,
    who: int,
    number: int,
    row: int,
) -> None:
    """Service start: the wait is over; places of steps now begun or skipped are given up."""
    note_start(run, entity, account, who, number)
    if entity[who, JOINED] != run[NOW]:
        book_wait(run, line, entity, element, account, trace, who, number, row)
    entity[who, WAITS_AT] = NONE
    entity[who, WORKS_AT] = number
    entity[who, START] = run[NOW]
    if run[TRACED]:
        trace[TRACE_START, trace_row(entity, kinds, who)] = run[NOW]
    give_up_begun(run, marked, entity, links, element, kinds, step, occupancy, who)
    begun = step[kinds[entity[who, KIND], STEPS_FROM] + entity[who, STEP], BACKLOGS_END]
    if begun != 0:
        end_backlogs(run, entity, element, kinds, occupancy, who, begun)


@compiled
def act_service(
    run: I64,
    queue: I64,
    marked: I64,
    entity: I64,
    links: I64,
    element: I64,
    line: I64,
    pool: I64,
    usable: I64,
    kinds: I64,
    step: I64,
    occupancy: I64,
    token: I64,
    need: I64,
    account: I64,
    trace: I64,
    number: int,
) -> None:
    """Start whoever finds a usable server free, after those whose service was paused."""
    if element[number, SUSPENDS]:
        put_right(run, queue, entity, element, pool, number)
    needy = run[N_TOKENS] > 0
    while element[number, WAITING] > 0 and element[number, FREE] > 0:
        best = best_pool = NONE
        for row in range(element[number, LINES_FROM], element[number, LINES_FROM] + run[N_LINES]):
            if line[row, HEAD] != NONE:
                which = free_pool(pool, usable, line, row)
                if (
                    which != NONE
                    and (best == NONE or comes_before(entity, line, row, best))
                    and (
                        not needy
                        or may_take(run, entity, element, line, pool, usable, token, need, number, row)
                    )
                ):
                    best, best_pool = row, which
        if best == NONE:
            return
        who = leave_line(element, line, entity, number, best)
        if needy:
            take_tokens(run, line, token, need, best)
        serve(
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
            account,
            trace,
            who,
            number,
            best,
            best_pool,
        )
        if element[number, SUSPENDS]:
            entity[who, DUE] = run[NOW] + own_time(entity, who)
            begin_service(entity, pool, best_pool, who)


@compiled
def serve(
    run: I64,
    queue: I64,
    marked: I64,
    entity: I64,
    links: I64,
    element: I64,
    line: I64,
    pool: I64,
    kinds: I64,
    step: I64,
    occupancy: I64,
    account: I64,
    trace: I64,
    who: int,
    number: int,
    row: int,
    which: int,
) -> None:
    """Start with a free server of this pool; the line has been left, or never been joined."""
    pool[which, BUSY] += 1
    element[number, FREE] -= 1
    entity[who, POOL] = which
    start(run, marked, entity, links, element, line, kinds, step, occupancy, account, trace, who, number, row)
    own = own_time(entity, who)
    entity[who, FREE_FLOW] += own
    finish_in(run, queue, entity, who, own)


@compiled
def start_or_join(
    run: I64,
    queue: I64,
    marked: I64,
    entity: I64,
    links: I64,
    element: I64,
    line: I64,
    pool: I64,
    usable: I64,
    kinds: I64,
    step: I64,
    occupancy: I64,
    account: I64,
    trace: I64,
    who: int,
) -> None:
    """Start at the stage of the step just entered, where dispatch would let it at once, or join its line.

    Without the way through the line, here and at zones, a year of all crossings takes 0.93 to 0.96 of the
    loop's time: most find a server free, and nearly all a place.
    """
    number = step[kinds[entity[who, KIND], STEPS_FROM] + entity[who, STEP], AT]
    if (
        element[number, TYPE] == SERVICE
        and element[number, FREE] > 0
        and element[number, WAITING] == 0
        and element[number, SUSPENDS] == 0
        and run[N_TOKENS] == 0
        and acts_next(run, queue, marked, number)
    ):
        row = element[number, LINES_FROM] + entity[who, KLASS]
        which = free_pool(pool, usable, line, row)
        if which != NONE:
            entity[who, JOINED] = run[NOW]
            serve(
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
                account,
                trace,
                who,
                number,
                row,
                which,
            )
            return
    join(run, marked, element, line, entity, who, number)


@compiled
def act_delay(
    run: I64,
    queue: I64,
    marked: I64,
    entity: I64,
    links: I64,
    element: I64,
    line: I64,
    kinds: I64,
    step: I64,
    occupancy: I64,
    calendar: I64,
    account: I64,
    trace: I64,
    number: int,
) -> None:
    """Start everybody; the end is computed now."""
    for row in range(element[number, LINES_FROM], element[number, LINES_FROM] + run[N_LINES]):
        while line[row, HEAD] != NONE:
            who = leave_line(element, line, entity, number, row)
            start(
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
                who,
                number,
                row,
            )
            work_through(run, queue, entity, element, calendar, who, number)


@compiled
def act_gate(
    run: I64,
    marked: I64,
    entity: I64,
    links: I64,
    element: I64,
    line: I64,
    kinds: I64,
    step: I64,
    occupancy: I64,
    account: I64,
    trace: I64,
    number: int,
) -> None:
    """Let pass while open and while something is left, overall and for the class."""
    count_as_others(run, entity, element, line, account, trace, number)
    while element[number, IS_OPEN] and element[number, LEFT] > 0:
        best = NONE
        for row in range(element[number, LINES_FROM], element[number, LINES_FROM] + run[N_LINES]):
            can = line[row, HEAD] != NONE and line[row, CEILING_LEFT] > 0
            if can and (best == NONE or comes_before(entity, line, row, best)):
                best = row
        if best == NONE:
            return
        who = leave_line(element, line, entity, number, best)
        element[number, LEFT] -= 1
        line[best, CEILING_LEFT] -= 1
        if line[best, OTHERWISE] != NONE:
            account[entity[who, SLOT], line[best, USE_OF_CEILING], N_STARTS] += 1
        if line[best, CEILING_LEFT] == 0:
            count_as_others(run, entity, element, line, account, trace, number)
        entity[who, KLASS] = kinds[entity[who, KIND], KIND_KLASS]  # it may have counted as another
        if own_time(entity, who) < SKIPPED:
            stay_away(run, entity, element, line, account, trace, who, number, best)
            continue
        start(
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
            who,
            number,
            best,
        )
        entity[who, WORKS_AT] = NONE  # passing takes no time: there is nothing to book
        go_on(run, entity, who)


@compiled
def act_zone(
    run: I64, entity: I64, links: I64, element: I64, line: I64, account: I64, trace: I64, number: int
) -> None:
    """Grant places while there are any; who has got one goes on in the first phase."""
    while element[number, WAITING] > 0 and element[number, TAKEN] < element[number, PLACES]:
        best = NONE
        for row in range(element[number, LINES_FROM], element[number, LINES_FROM] + run[N_LINES]):
            if line[row, HEAD] != NONE and (best == NONE or comes_before(entity, line, row, best)):
                best = row
        who = leave_line(element, line, entity, number, best)
        note_start(run, entity, account, who, number)
        if entity[who, JOINED] != run[NOW]:
            book_wait(run, line, entity, element, account, trace, who, number, best)
        entity[who, WAITS_AT] = NONE
        take_place(run, entity, links, element, who, number, entity[who, WANTED])
        run[IN_ZONE_LINES] -= 1
        go_on(run, entity, who)
