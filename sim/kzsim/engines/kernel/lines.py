"""Waiting lines, waiting clocks and the lists of who holds what, as links between rows."""

from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.engines.kernel.heap import push_marked
from kzsim.engines.kernel.layout import (
    CAUSE,
    CLOCK,
    CLOSED,
    FIRST_BLOCKED,
    FIRST_HOLDER,
    HEAD,
    HELD,
    INDEX,
    IS_MARKED,
    JOINED,
    KLASS,
    LINES_FROM,
    MARKED_SIZE,
    N_BLOCKED,
    NEXT,
    NEXT_BLOCKED,
    NONE,
    NOW,
    PLACE_BITS,
    PLACE_MS,
    PLACES_PER_ENTITY,
    PREVIOUS,
    PREVIOUS_BLOCKED,
    SINCE,
    TAIL,
    TAKEN,
    WAITING,
    WAITS_AT,
)
from kzsim.engines.outcome import I64


@compiled
def mark(run: I64, marked: I64, element: I64, number: int) -> None:
    """Let this element act in this instant's dispatch, if anybody waits there: whoever joins marks it too."""
    if element[number, WAITING] > 0:
        mark_always(run, marked, element, number)


@compiled
def mark_always(run: I64, marked: I64, element: I64, number: int) -> None:
    """Let this element act in this instant's dispatch, though nobody may wait there."""
    if element[number, IS_MARKED] == 0:
        element[number, IS_MARKED] = 1
        push_marked(run, marked, MARKED_SIZE, number)


@compiled
def join(run: I64, marked: I64, element: I64, line: I64, entity: I64, who: int, number: int) -> None:
    """Stand in line, in order of joining and then of the entities."""
    entity[who, JOINED] = run[NOW]
    entity[who, WAITS_AT] = number
    row = element[number, LINES_FROM] + entity[who, KLASS]
    ahead = line[row, TAIL]
    while ahead != NONE and entity[ahead, JOINED] == run[NOW] and entity[ahead, INDEX] > entity[who, INDEX]:
        ahead = entity[ahead, PREVIOUS]
    stand_behind(line, entity, row, ahead, who)
    element[number, WAITING] += 1
    mark(run, marked, element, number)


@compiled
def stand_behind(line: I64, entity: I64, row: int, ahead: int, who: int) -> None:
    """Link somebody into the line of a class, right behind another; NONE: at its head."""
    behind = line[row, HEAD] if ahead == NONE else entity[ahead, NEXT]
    entity[who, PREVIOUS] = ahead
    entity[who, NEXT] = behind
    if ahead == NONE:
        line[row, HEAD] = who
    else:
        entity[ahead, NEXT] = who
    if behind == NONE:
        line[row, TAIL] = who
    else:
        entity[behind, PREVIOUS] = who


@compiled
def comes_after(entity: I64, who: int, other: int) -> bool:
    """Whether one stands behind another of its class, by joining time and order between entities."""
    if entity[who, JOINED] != entity[other, JOINED]:
        return bool(entity[who, JOINED] > entity[other, JOINED])
    return bool(entity[who, INDEX] > entity[other, INDEX])


@compiled
def leave_line(element: I64, line: I64, entity: I64, number: int, row: int) -> int:
    """Take the first of a class out of the line."""
    who = line[row, HEAD]
    behind = entity[who, NEXT]
    line[row, HEAD] = behind
    if behind == NONE:
        line[row, TAIL] = NONE
    else:
        entity[behind, PREVIOUS] = NONE
    element[number, WAITING] -= 1
    return int(who)


@compiled
def turn_clock(run: I64, line: I64, row: int, cause: int) -> None:
    """From now on it is ``cause`` that keeps this class waiting here."""
    if line[row, CAUSE] != cause:
        line[row, CLOCK + line[row, CAUSE] - CLOSED] += run[NOW] - line[row, SINCE]
        line[row, CAUSE] = cause
        line[row, SINCE] = run[NOW]


@compiled
def read_clock(line: I64, row: int, cause: int, now_ms: int) -> int:
    """How long the class has been kept waiting here by the cause of this number, by now."""
    total = line[row, CLOCK + cause]
    if line[row, CAUSE] - CLOSED == cause:
        total += now_ms - line[row, SINCE]
    return int(total)


@compiled
def add_blocked(pool: I64, entity: I64, which: int, who: int) -> None:
    """Put somebody on the list of who keeps a server of the pool while waiting for a place."""
    first = pool[which, FIRST_BLOCKED]
    entity[who, NEXT_BLOCKED] = first
    entity[who, PREVIOUS_BLOCKED] = NONE
    if first != NONE:
        entity[first, PREVIOUS_BLOCKED] = who
    pool[which, FIRST_BLOCKED] = who
    pool[which, N_BLOCKED] += 1


@compiled
def remove_blocked(pool: I64, entity: I64, which: int, who: int) -> None:
    """Take somebody off that list."""
    after, before = entity[who, NEXT_BLOCKED], entity[who, PREVIOUS_BLOCKED]
    if before == NONE:
        pool[which, FIRST_BLOCKED] = after
    else:
        entity[before, NEXT_BLOCKED] = after
    if after != NONE:
        entity[after, PREVIOUS_BLOCKED] = before
    pool[which, N_BLOCKED] -= 1


@compiled
def take_place(run: I64, entity: I64, links: I64, element: I64, who: int, zone: int, place: int) -> None:
    """Take a place of a zone, one of those that are free."""
    element[zone, TAKEN] += 1
    element[zone, PLACE_MS] -= run[NOW]
    entity[who, HELD] |= 1 << place
    add_holder(element, links, zone, who, place)


@compiled
def add_holder(element: I64, links: I64, zone: int, who: int, place: int) -> None:
    """Put somebody on the list of who holds a place of the zone."""
    first = element[zone, FIRST_HOLDER]
    links[who, 2 * place] = first
    links[who, 2 * place + 1] = NONE
    this = who * PLACES_PER_ENTITY + place
    if first != NONE:
        links[first >> PLACE_BITS, 2 * (first & (PLACES_PER_ENTITY - 1)) + 1] = this
    element[zone, FIRST_HOLDER] = this


@compiled
def remove_holder(element: I64, links: I64, zone: int, who: int, place: int) -> None:
    """Take somebody off that list."""
    after, before = links[who, 2 * place], links[who, 2 * place + 1]
    if before == NONE:
        element[zone, FIRST_HOLDER] = after
    else:
        links[before >> PLACE_BITS, 2 * (before & (PLACES_PER_ENTITY - 1))] = after
    if after != NONE:
        links[after >> PLACE_BITS, 2 * (after & (PLACES_PER_ENTITY - 1)) + 1] = before
