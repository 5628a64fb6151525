"""How an entity goes on: it arrives, ends its work, takes the places due, joins, leaves."""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.draws.filled import duration_of, enters
from kzsim.engines.kernel.heap import push
from kzsim.engines.kernel.layout import *
from kzsim.engines.kernel.lines import join, mark, remove_holder, remove_served
from kzsim.engines.outcome import I64
from kzsim.network.entities import F64, U64


@compiled
def arrive(run: I64, heap: I64, entity: I64, source: I64, kinds: I64, coming: I64, which: int) -> int:
    """The next entity of a source is inside; returns its row."""
    index = source[which, NEXT_ENTITY]
    who = run[FREE_ENTITY]
    run[FREE_ENTITY] = entity[who, NEXT]
    if who >= run[HIGHEST_ROW]:
        run[HIGHEST_ROW] = who + 1
    entity[who, INDEX] = index
    kind = coming[index, COMING_KIND]
    klass_and_group = source[which, KINDS_FROM] + kind
    entity[who, KLASS] = kinds[klass_and_group, KIND_KLASS]
    entity[who, SLOT] = kinds[klass_and_group, KIND_GROUP] * N_PHASES
    if run[NOW] >= run[COHORT_FROM]:
        entity[who, SLOT] += 1 if run[NOW] < run[COHORT_TO] else 2
    number = index - source[which, FIRST_OF_SOURCE]
    entity[who, NUMBER] = number
    entity[who, ROW] = source[which, DURATIONS_FROM] + number * source[which, N_STEPS]
    entity[who, WORK_ROW] = source[which, SOURCE_WORK_FROM] + kind * source[which, N_STEPS]
    entity[who, FREE_FLOW] = 0
    entity[who, STEPS_FROM] = source[which, SOURCE_STEPS_FROM]
    entity[who, STEPS_TO] = source[which, SOURCE_STEPS_TO]
    entity[who, OCCUPANCIES_FROM] = source[which, SOURCE_OCCUPANCIES_FROM]
    entity[who, OCCUPANCIES_TO] = source[which, SOURCE_OCCUPANCIES_TO]
    entity[who, STEP] = NONE
    entity[who, POOL] = NONE
    entity[who, BLOCKING] = 0
    entity[who, WAITS_AT] = NONE
    entity[who, WORKS_AT] = NONE
    entity[who, HELD] = 0
    source[which, NEXT_ENTITY] = index + 1
    if index + 1 < source[which, LAST_ENTITY]:
        push(run, heap, coming[index + 1, ARRIVAL_MS], ARRIVAL * EVENT_BASE + which)
    return int(who)


@compiled
def proceed(
    run: I64,
    heap: I64,
    marked: I64,
    pending: I64,
    entity: I64,
    element: I64,
    line: I64,
    pool: I64,
    step: I64,
    occupancy: I64,
    duration: I64,
    keys: U64,
    work: I64,
    shape: F64,
    condition: I64,
    bounds: F64,
    calendar: I64,
    account: I64,
    passage: I64,
    trace: I64,
    who: int,
) -> None:
    """Go on after arrival, service end or a grant: take the next place due, else join the next stage."""
    if entity[who, WORKS_AT] != NONE:
        book_work(run, entity, element, calendar, account, trace, who)
        entity[who, WORKS_AT] = NONE
    n_steps = entity[who, STEPS_TO] - entity[who, STEPS_FROM]
    following = entity[who, STEP] + 1
    while following < n_steps and is_skipped(
        run, entity, duration, keys, work, condition, bounds, who, following
    ):
        following += 1
    if following < n_steps:
        place = place_due(entity, occupancy, who, following)
        if place != NONE:
            wait_for_place(run, marked, entity, element, line, pool, occupancy, who, place)
            return
    end_step(run, marked, entity, element, pool, occupancy, trace, who)
    if following == n_steps:
        leave(run, marked, entity, element, occupancy, passage, who)
        return
    entity[who, STEP] = following
    if run[TRACED]:
        trace[TRACE_JOINED, entity[who, ROW] + following] = run[NOW]
    number = step[entity[who, STEPS_FROM] + following]
    if element[number, TYPE] == DELAY and entity[who, HELD] == 0:
        own = own_time(run, entity, duration, keys, work, shape, who, following)
        if own > 0:
            # a start that takes time and gives nothing up is noticed by nobody at this instant: it
            # needs no turn in dispatch
            start_delay(run, heap, pending, entity, element, calendar, trace, who, number, own)
            return
    join(run, marked, element, line, entity, who, number)


@compiled
def is_skipped(
    run: I64,
    entity: I64,
    duration: I64,
    keys: U64,
    work: I64,
    condition: I64,
    bounds: F64,
    who: int,
    step: int,
) -> bool:
    """Whether the entity does not enter this step of its route."""
    if run[GIVEN]:
        return bool(duration[entity[who, ROW] + step] == SKIPPED)
    return not enters(keys, work, condition, bounds, entity[who, WORK_ROW] + step, entity[who, NUMBER])


@compiled
def own_time(
    run: I64, entity: I64, duration: I64, keys: U64, work: I64, shape: F64, who: int, step: int
) -> int:
    """The entity's own duration of a step that it enters."""
    if run[GIVEN]:
        return int(duration[entity[who, ROW] + step])
    return duration_of(keys, work, shape, entity[who, WORK_ROW] + step, entity[who, NUMBER])


@compiled
def place_due(entity: I64, occupancy: I64, who: int, following: int) -> int:
    """The first occupancy, in rank order, that begins before the step to be entered; or NONE."""
    for place in range(entity[who, OCCUPANCIES_TO] - entity[who, OCCUPANCIES_FROM]):
        row = entity[who, OCCUPANCIES_FROM] + place
        begins = entity[who, STEP] < occupancy[row, FIRST_STEP] <= following
        if begins and following <= occupancy[row, LAST_STEP] and not (entity[who, HELD] >> place) & 1:
            return int(place)
    return NONE


@compiled
def wait_for_place(
    run: I64,
    marked: I64,
    entity: I64,
    element: I64,
    line: I64,
    pool: I64,
    occupancy: I64,
    who: int,
    place: int,
) -> None:
    """Stand in the zone's line, blocking the server of the step just finished, if any."""
    which = entity[who, POOL]
    if which != NONE and entity[who, BLOCKING] == 0:
        entity[who, BLOCKING] = 1
        pool[which, N_BLOCKED] += 1
        mark(run, marked, element, pool[which, OF_ELEMENT])
    entity[who, WANTED] = place
    run[IN_ZONE_LINES] += 1
    zone = occupancy[entity[who, OCCUPANCIES_FROM] + place, OF_ZONE]
    join(run, marked, element, line, entity, who, zone)


@compiled
def end_step(
    run: I64, marked: I64, entity: I64, element: I64, pool: I64, occupancy: I64, trace: I64, who: int
) -> None:
    """Step end: free the server, and the places that are given up at the end of this step."""
    if run[TRACED] and entity[who, STEP] != NONE:
        trace[TRACE_END, entity[who, ROW] + entity[who, STEP]] = run[NOW]
    which = entity[who, POOL]
    if which != NONE:
        mark(run, marked, element, pool[which, OF_ELEMENT])
        remove_served(pool, entity, which, who)
        pool[which, BUSY] -= 1
        if pool[which, BUSY] < pool[which, CAPACITY]:
            element[pool[which, OF_ELEMENT], FREE] += 1
        pool[which, BUSY_MS] += run[NOW] - entity[who, START]
        pool[which, N_BLOCKED] -= entity[who, BLOCKING]
        entity[who, BLOCKING] = 0
        entity[who, POOL] = NONE
    if entity[who, HELD] != 0:
        for place in range(entity[who, OCCUPANCIES_TO] - entity[who, OCCUPANCIES_FROM]):
            row = entity[who, OCCUPANCIES_FROM] + place
            if occupancy[row, LAST_STEP] == entity[who, STEP] and not occupancy[row, AT_START]:
                give_up(run, marked, entity, element, occupancy, who, place)


@compiled
def give_up_begun(run: I64, marked: I64, entity: I64, element: I64, occupancy: I64, who: int) -> None:
    """At a service start: give up the places of steps that have begun or were skipped."""
    for place in range(entity[who, OCCUPANCIES_TO] - entity[who, OCCUPANCIES_FROM]):
        row = entity[who, OCCUPANCIES_FROM] + place
        last = occupancy[row, LAST_STEP]
        if last < entity[who, STEP] or (last == entity[who, STEP] and occupancy[row, AT_START]):
            give_up(run, marked, entity, element, occupancy, who, place)


@compiled
def give_up(run: I64, marked: I64, entity: I64, element: I64, occupancy: I64, who: int, place: int) -> None:
    """Give up one place, if it is held."""
    if (entity[who, HELD] >> place) & 1:
        zone = occupancy[entity[who, OCCUPANCIES_FROM] + place, OF_ZONE]
        entity[who, HELD] &= ~(1 << place)
        remove_holder(element, entity, zone, who, place)
        element[zone, TAKEN] -= 1
        mark(run, marked, element, zone)


@compiled
def leave(run: I64, marked: I64, entity: I64, element: I64, occupancy: I64, passage: I64, who: int) -> None:
    """Leave the network: give up everything, free the row."""
    for place in range(entity[who, OCCUPANCIES_TO] - entity[who, OCCUPANCIES_FROM]):
        give_up(run, marked, entity, element, occupancy, who, place)
    passage[entity[who, INDEX], EXIT] = run[NOW]
    passage[entity[who, INDEX], OWN_TIME] = entity[who, FREE_FLOW]
    entity[who, INDEX] = NONE
    entity[who, NEXT] = run[FREE_ENTITY]
    run[FREE_ENTITY] = who


@compiled
def book_work(run: I64, entity: I64, element: I64, calendar: I64, account: I64, trace: I64, who: int) -> None:
    """Book the time since service start: work, but shut time of a delay's calendar is closed time."""
    number = entity[who, WORKS_AT]
    if element[number, TYPE] == GATE:
        return
    stay = run[NOW] - entity[who, START]
    work = stay
    first, last = element[number, CALENDAR_FROM], element[number, CALENDAR_TO]
    if first != last:
        work = passed(calendar, first, last, run[NOW]) - passed(calendar, first, last, entity[who, START])
    account[entity[who, SLOT], number, element[number, ACCOUNT]] += work
    account[entity[who, SLOT], number, CLOSED] += stay - work
    if run[TRACED]:
        first_account = entity[who, INDEX] * N_ACCOUNTS
        trace[TRACE_ACCOUNT, first_account + element[number, ACCOUNT]] += work
        trace[TRACE_ACCOUNT, first_account + CLOSED] += stay - work


@compiled
def passed(calendar: I64, first: int, last: int, at_ms: int) -> int:
    """Open time between 0 and an instant."""
    low, high = first, last - 1
    while low < high:
        middle = (low + high + 1) >> 1
        if calendar[middle, AT_MS] <= at_ms:
            low = middle
        else:
            high = middle - 1
    total = calendar[low, PASSED]
    if calendar[low, VALUE] > 0:
        total += at_ms - calendar[low, AT_MS]
    return int(total)


@compiled
def finish_in(run: I64, heap: I64, pending: I64, who: int, delay_ms: int) -> None:
    """The work ends that long from now."""
    if delay_ms == 0:
        pending[run[PENDING_SIZE]] = who
        run[PENDING_SIZE] += 1
    else:
        push(run, heap, run[NOW] + delay_ms, FINISH * EVENT_BASE + who)


@compiled
def start_delay(
    run: I64,
    heap: I64,
    pending: I64,
    entity: I64,
    element: I64,
    calendar: I64,
    trace: I64,
    who: int,
    number: int,
    own: int,
) -> None:
    """Start at a delay without having stood in its line."""
    entity[who, JOINED] = run[NOW]
    entity[who, START] = run[NOW]
    entity[who, WORKS_AT] = number
    if run[TRACED]:
        trace[TRACE_START, entity[who, ROW] + entity[who, STEP]] = run[NOW]
    work_through(run, heap, pending, entity, element, calendar, who, number, own)


@compiled
def work_through(
    run: I64,
    heap: I64,
    pending: I64,
    entity: I64,
    element: I64,
    calendar: I64,
    who: int,
    number: int,
    own: int,
) -> None:
    """The work at a delay ends when its own time has passed, while open if the delay has hours."""
    entity[who, FREE_FLOW] += own
    first, last = element[number, CALENDAR_FROM], element[number, CALENDAR_TO]
    if first == last or own == 0:
        finish_in(run, heap, pending, who, own)
    else:
        end = end_in_open_time(calendar, first, last, run[NOW], own)
        if end != NEVER:
            finish_in(run, heap, pending, who, end - run[NOW])


@compiled
def end_in_open_time(calendar: I64, first: int, last: int, start_ms: int, work_ms: int) -> int:
    """The earliest instant at which so much open time has passed since; NEVER if it never does."""
    low, high = first, last - 1
    while low < high:
        middle = (low + high + 1) >> 1
        if calendar[middle, AT_MS] <= start_ms:
            low = middle
        else:
            high = middle - 1
    wanted = calendar[low, PASSED] + work_ms
    if calendar[low, VALUE] > 0:
        wanted += start_ms - calendar[low, AT_MS]
    # the last piece before which less than that has passed: it is open, or it is the last
    while low + 1 < last and calendar[low + 1, PASSED] < wanted:
        low += 1
    if calendar[low, VALUE] == 0:
        return NEVER
    return int(calendar[low, AT_MS] + wanted - calendar[low, PASSED])
