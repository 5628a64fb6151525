"""How an entity goes on: it arrives, ends its work, takes the places due, joins, leaves."""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.engines.kernel.heap import push
from kzsim.engines.kernel.layout import *
from kzsim.engines.kernel.lines import join, mark, remove_holder, remove_served
from kzsim.engines.outcome import I64


@compiled
def arrive(run: I64, heap: I64, entity: I64, source: I64, coming: I64, which: int) -> int:
    """The next entity of a source is inside; returns its row."""
    index = source[which, NEXT_ENTITY]
    who = run[FREE_ENTITY]
    run[FREE_ENTITY] = entity[who, NEXT]
    if who >= run[HIGHEST_ROW]:
        run[HIGHEST_ROW] = who + 1
    entity[who, INDEX] = index
    entity[who, KLASS] = coming[index, COMING_KLASS]
    entity[who, SLOT] = coming[index, COMING_SLOT]
    number = index - source[which, FIRST_OF_SOURCE]
    entity[who, ROW] = source[which, DURATIONS_FROM] + number * source[which, N_STEPS]
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
    marked: I64,
    entity: I64,
    element: I64,
    line: I64,
    pool: I64,
    step: I64,
    occupancy: I64,
    duration: I64,
    calendar: I64,
    account: I64,
    exit_ms: I64,
    trace: I64,
    who: int,
) -> None:
    """Go on after arrival, service end or a grant: take the next place due, else join the next stage."""
    if entity[who, WORKS_AT] != NONE:
        book_work(run, entity, element, calendar, account, who)
        entity[who, WORKS_AT] = NONE
    n_steps = entity[who, STEPS_TO] - entity[who, STEPS_FROM]
    following = entity[who, STEP] + 1
    while following < n_steps and duration[entity[who, ROW] + following] == SKIPPED:
        following += 1
    if following < n_steps:
        place = place_due(entity, occupancy, who, following)
        if place != NONE:
            wait_for_place(run, marked, entity, element, line, pool, occupancy, who, place)
            return
    end_step(run, marked, entity, element, pool, occupancy, trace, who)
    if following == n_steps:
        leave(run, marked, entity, element, occupancy, exit_ms, who)
        return
    entity[who, STEP] = following
    if run[TRACED]:
        trace[TRACE_JOINED, entity[who, ROW] + following] = run[NOW]
    join(run, marked, element, line, entity, who, step[entity[who, STEPS_FROM] + following])


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
def leave(run: I64, marked: I64, entity: I64, element: I64, occupancy: I64, exit_ms: I64, who: int) -> None:
    """Leave the network: give up everything, free the row."""
    for place in range(entity[who, OCCUPANCIES_TO] - entity[who, OCCUPANCIES_FROM]):
        give_up(run, marked, entity, element, occupancy, who, place)
    exit_ms[entity[who, INDEX]] = run[NOW]
    entity[who, INDEX] = NONE
    entity[who, NEXT] = run[FREE_ENTITY]
    run[FREE_ENTITY] = who


@compiled
def book_work(run: I64, entity: I64, element: I64, calendar: I64, account: I64, who: int) -> None:
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
