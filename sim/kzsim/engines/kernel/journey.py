"""How an entity goes on: it arrives, ends its work, takes the places due, joins, leaves."""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.engines.kernel.ahead import find_following, own_time
from kzsim.engines.kernel.alone import acts_next
from kzsim.engines.kernel.backlogs import end_backlogs
from kzsim.engines.kernel.booking import book, book_closed
from kzsim.engines.kernel.layout import *
from kzsim.engines.kernel.lines import add_blocked, join, mark, remove_blocked, remove_holder, take_place
from kzsim.engines.kernel.observing import note_start
from kzsim.engines.kernel.opentime import end_in_open_time, piece_from
from kzsim.engines.kernel.queue import push, push_end
from kzsim.engines.kernel.suspending import end_service
from kzsim.engines.kernel.tokens import send_away
from kzsim.engines.outcome import I64
from kzsim.network.entities import F64, I16, U64


@compiled
def arrive(
    run: I64, queue: I64, entity: I64, source: I64, kinds: I64, arrival_ms: I64, kind: I16, which: int
) -> int:
    """The next entity of a source is inside; returns its row."""
    index = source[which, NEXT_ENTITY]
    phase = 0
    if run[NOW] >= run[COHORT_FROM]:
        phase = 1 if run[NOW] < run[COHORT_TO] else 2
    who = run[FREE_ENTITY]
    if who == NONE:
        who = run[HIGHEST_ROW]
        run[HIGHEST_ROW] = who + 1
    else:
        run[FREE_ENTITY] = entity[who, NEXT]
    begin(entity, kinds, index, source[which, KINDS_FROM] + kind[index], phase, who)
    source[which, NEXT_ENTITY] = index + 1
    if index + 1 < source[which, LAST_ENTITY]:
        push(run, queue, arrival_ms[index + 1], ARRIVAL * EVENT_BASE + which)
    return int(who)


@compiled
def follow(
    run: I64,
    entity: I64,
    source: I64,
    kinds: I64,
    occupancy: I64,
    arrival_ms: I64,
    kind: I16,
    who: int,
) -> bool:
    """Whether somebody comes who follows one who has left; then it has the row of that one.

    Of such a source NEXT_ENTITY counts how many have come.
    """
    of = entity[who, KIND]
    if kinds[of, FOLLOWED_FROM] == NONE or entity[who, STEP] == NONE:
        return False
    which = occupancy[kinds[of, FOLLOWED_FROM] + entity[who, STEP]]
    if which == NONE:
        return False
    first = source[which, KINDS_FROM]
    index = kinds[first, FIRST_OF_SOURCE] + entity[who, INDEX] - kinds[of, FIRST_OF_SOURCE]
    arrival_ms[index] = run[NOW]
    begin(entity, kinds, index, first + kind[index], entity[who, SLOT] % N_PHASES, who)
    source[which, NEXT_ENTITY] += 1
    go_on(run, entity, who)
    return True


@compiled
def begin(entity: I64, kinds: I64, index: int, row: int, phase: int, who: int) -> None:
    """An entity of the kind in this row of ``kinds`` is inside, before its first step."""
    entity[who, INDEX] = index
    entity[who, KIND] = row
    entity[who, KLASS] = kinds[row, KIND_KLASS]
    entity[who, SLOT] = kinds[row, KIND_GROUP] * N_PHASES + phase
    entity[who, FREE_FLOW] = 0
    entity[who, STEP] = NONE
    entity[who, FOLLOWING] = NONE
    entity[who, POOL] = NONE
    entity[who, WANTED] = NONE
    entity[who, WAITS_AT] = NONE
    entity[who, WORKS_AT] = NONE
    entity[who, HELD] = 0
    entity[who, CHOSEN] = 0
    entity[who, COUNTED] = 0


@compiled
def proceed(
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
    duration: I64,
    keys: U64,
    work: I64,
    shape: F64,
    condition: I64,
    bounds: F64,
    lane: F64,
    word: U64,
    calendar: I64,
    token: I64,
    need: I64,
    needs_of: I64,
    user: I64,
    returning: I64,
    account: I64,
    trace: I64,
    who: int,
) -> int:
    """Go on after arrival, service end or a grant: take the next place due, else enter the next step.

    Returns LEAVES if the entity does: nothing of it is left but its row; JOINS if the caller has to let it
    start at its stage or join the line there; else STAYS.
    """
    if entity[who, WORKS_AT] != NONE:
        if element[entity[who, WORKS_AT], SUSPENDS]:
            end_service(entity, pool, entity[who, POOL], who)
        book_work(run, entity, element, account, trace, who)
        entity[who, WORKS_AT] = NONE
    kind = entity[who, KIND]
    if entity[who, FOLLOWING] == entity[who, STEP]:
        entity[who, FOLLOWING] = find_following(
            run, entity, kinds, step, duration, keys, work, shape, condition, bounds, lane, word, who
        )
    following = entity[who, FOLLOWING]
    leaves = following == kinds[kind, N_STEPS]
    if not leaves:
        row = kinds[kind, STEPS_FROM] + following
        due = step[row, PLACES_NEEDED] & ~entity[who, HELD]
        while due != 0:
            place = first_of(due)
            zone = occupancy[kinds[kind, OCCUPANCIES_FROM] + place]
            if (
                element[zone, WAITING] > 0
                or element[zone, TAKEN] >= element[zone, PLACES]
                or not acts_next(run, queue, marked, zone)
            ):
                wait_for_place(run, marked, entity, element, line, pool, kinds, occupancy, who, place)
                return STAYS
            # what dispatch would do now; see `start_or_join`
            entity[who, JOINED] = run[NOW]
            note_start(run, entity, account, who, zone)
            take_place(run, entity, links, element, who, zone, place)
            due &= due - 1
    if run[N_TOKENS] > 0 and entity[who, POOL] != NONE:
        send_away(
            run,
            queue,
            marked,
            entity,
            element,
            kinds,
            token,
            need,
            needs_of,
            user,
            returning,
            keys,
            work,
            shape,
            condition,
            bounds,
            lane,
            word,
            who,
        )
    end_step(run, marked, entity, links, element, pool, kinds, step, occupancy, trace, who)
    if leaves:
        if kinds[kind, N_OFFERS] > 0 and entity[who, COUNTED] != 0:
            end_backlogs(run, entity, element, kinds, occupancy, who, entity[who, COUNTED])
        give_up(run, marked, entity, links, element, kinds, occupancy, who, entity[who, HELD])
        return LEAVES
    entity[who, STEP] = following
    if run[N_TOKENS] > 0:
        entity[who, KLASS] = needs_of[kinds[kind, WORK_FROM] + following, LINE_OF]
    if run[TRACED]:
        trace[TRACE_JOINED, trace_row(entity, kinds, who)] = run[NOW]
    number = step[row, AT]
    gives_up = entity[who, HELD] & step[row, GIVEN_UP_BY_START]
    if element[number, TYPE] == DELAY and gives_up == 0 and own_time(entity, who) > 0:
        # a start that takes time and gives nothing up is noticed by nobody at this instant: it
        # needs no turn in dispatch
        start_delay(run, queue, entity, kinds, element, calendar, account, trace, who, number)
        if step[row, BACKLOGS_END] != 0:
            end_backlogs(run, entity, element, kinds, occupancy, who, step[row, BACKLOGS_END])
        return STAYS
    return JOINS


@compiled
def trace_row(entity: I64, kinds: I64, who: int) -> int:
    """Where the trace of the entity's present step stands."""
    kind = entity[who, KIND]
    number = entity[who, INDEX] - kinds[kind, FIRST_OF_SOURCE]
    return int(kinds[kind, DURATIONS_FROM] + number * kinds[kind, N_STEPS] + entity[who, STEP])


@compiled
def first_of(places: int) -> int:
    """The first occupancy, in rank order, of those whose bits are set: one at least."""
    place = 0
    while not (places >> place) & 1:
        place += 1
    return place


@compiled
def wait_for_place(
    run: I64,
    marked: I64,
    entity: I64,
    element: I64,
    line: I64,
    pool: I64,
    kinds: I64,
    occupancy: I64,
    who: int,
    place: int,
) -> None:
    """Stand in the zone's line, blocking the server of the step just finished, if any."""
    which = entity[who, POOL]
    if which != NONE and entity[who, WANTED] == NONE:
        add_blocked(pool, entity, which, who)
        mark(run, marked, element, pool[which, OF_ELEMENT])
    entity[who, WANTED] = place
    run[IN_ZONE_LINES] += 1
    zone = occupancy[kinds[entity[who, KIND], OCCUPANCIES_FROM] + place]
    join(run, marked, element, line, entity, who, zone)


@compiled
def end_step(
    run: I64,
    marked: I64,
    entity: I64,
    links: I64,
    element: I64,
    pool: I64,
    kinds: I64,
    step: I64,
    occupancy: I64,
    trace: I64,
    who: int,
) -> None:
    """Step end: free the server, and the places that are given up at the end of this step."""
    if run[TRACED] and entity[who, STEP] != NONE:
        trace[TRACE_END, trace_row(entity, kinds, who)] = run[NOW]
    which = entity[who, POOL]
    if which != NONE:
        mark(run, marked, element, pool[which, OF_ELEMENT])
        pool[which, BUSY] -= 1
        if pool[which, BUSY] < pool[which, CAPACITY]:
            element[pool[which, OF_ELEMENT], FREE] += 1
        pool[which, BUSY_MS] += run[NOW] - entity[who, START]
        if entity[who, WANTED] != NONE:
            remove_blocked(pool, entity, which, who)
        entity[who, POOL] = NONE
    entity[who, WANTED] = NONE
    if entity[who, STEP] != NONE:
        row = kinds[entity[who, KIND], STEPS_FROM] + entity[who, STEP]
        ended = entity[who, HELD] & step[row, GIVEN_UP_AT_END]
        if ended != 0:
            give_up(run, marked, entity, links, element, kinds, occupancy, who, ended)


@compiled
def give_up_begun(
    run: I64,
    marked: I64,
    entity: I64,
    links: I64,
    element: I64,
    kinds: I64,
    step: I64,
    occupancy: I64,
    who: int,
) -> None:
    """At a service start: give up the places of steps that have begun or were skipped."""
    row = kinds[entity[who, KIND], STEPS_FROM] + entity[who, STEP]
    begun = entity[who, HELD] & step[row, GIVEN_UP_BY_START]
    if begun != 0:
        give_up(run, marked, entity, links, element, kinds, occupancy, who, begun)


@compiled
def give_up(
    run: I64,
    marked: I64,
    entity: I64,
    links: I64,
    element: I64,
    kinds: I64,
    occupancy: I64,
    who: int,
    places: int,
) -> None:
    """Give up these places, which are held."""
    entity[who, HELD] &= ~places
    first = kinds[entity[who, KIND], OCCUPANCIES_FROM]
    place = 0
    while places >> place != 0:
        if (places >> place) & 1:
            zone = occupancy[first + place]
            remove_holder(element, links, zone, who, place)
            element[zone, TAKEN] -= 1
            element[zone, PLACE_MS] += run[NOW]
            mark(run, marked, element, zone)
        place += 1


@compiled
def free_row(run: I64, entity: I64, who: int) -> None:
    """Give the row of somebody who has left to whoever comes next."""
    entity[who, INDEX] = NONE
    entity[who, NEXT] = run[FREE_ENTITY]
    run[FREE_ENTITY] = who


@compiled
def book_work(run: I64, entity: I64, element: I64, account: I64, trace: I64, who: int) -> None:
    """Book the time since service start, now that the work is done: beyond it the stage was closed."""
    number = entity[who, WORKS_AT]
    own = own_time(entity, who)
    closed = run[NOW] - entity[who, START] - own
    book(run, entity, element, account, trace, who, number, element[number, ACCOUNT], own)
    if closed > 0:
        book_closed(run, entity, element, account, trace, who, number, closed)


@compiled
def go_on(run: I64, entity: I64, who: int) -> None:
    """Let somebody who stands in no line go on at this instant."""
    entity[who, NEXT] = run[GOING_ON]
    run[GOING_ON] = who


@compiled
def finish_in(run: I64, queue: I64, entity: I64, who: int, delay_ms: int) -> None:
    """The work ends that long from now."""
    if delay_ms == 0:
        go_on(run, entity, who)
    else:
        push_end(run, queue, entity, run[NOW] + delay_ms, who)


@compiled
def start_delay(
    run: I64,
    queue: I64,
    entity: I64,
    kinds: I64,
    element: I64,
    calendar: I64,
    account: I64,
    trace: I64,
    who: int,
    number: int,
) -> None:
    """Start at a delay without having stood in its line."""
    entity[who, JOINED] = run[NOW]
    note_start(run, entity, account, who, number)
    entity[who, START] = run[NOW]
    entity[who, WORKS_AT] = number
    if run[TRACED]:
        trace[TRACE_START, trace_row(entity, kinds, who)] = run[NOW]
    work_through(run, queue, entity, element, calendar, who, number)


@compiled
def work_through(
    run: I64, queue: I64, entity: I64, element: I64, calendar: I64, who: int, number: int
) -> None:
    """The work at a delay ends when its own time has passed, while open if the delay has hours."""
    own = own_time(entity, who)
    entity[who, FREE_FLOW] += own
    first, last = element[number, CALENDAR_FROM], element[number, CALENDAR_TO]
    if first == last or own == 0:
        finish_in(run, queue, entity, who, own)
    else:
        element[number, PIECE_OPEN] = piece_from(calendar, element[number, PIECE_OPEN], last, run[NOW])
        end = end_in_open_time(calendar, element[number, PIECE_OPEN], last, run[NOW], own)
        if end != NEVER:
            finish_in(run, queue, entity, who, end - run[NOW])
