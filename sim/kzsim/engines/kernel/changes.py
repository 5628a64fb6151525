"""Events from outside: capacities, openings and refills as the calendars have them."""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.engines.kernel.backlogs import publish
from kzsim.engines.kernel.layout import *
from kzsim.engines.kernel.lines import mark, mark_always
from kzsim.engines.kernel.missing import come_back
from kzsim.engines.kernel.queue import push
from kzsim.engines.outcome import I64


@compiled
def change_capacity(
    run: I64, queue: I64, marked: I64, element: I64, pool: I64, rule: I64, calendar: I64, which: int
) -> None:
    """Apply a piece of a pool's calendar; services that may have to pause do so when the stage acts."""
    piece = pool[which, PIECE_NEXT]
    pool[which, PIECE_NEXT] = piece + 1
    set_capacity(run, marked, element, pool, rule, calendar, which, piece)
    if piece + 1 < pool[which, CAPACITY_TO]:
        push(run, queue, calendar[piece + 1, AT_MS], CAPACITY_CHANGE * EVENT_BASE + which)


@compiled
def set_capacity(
    run: I64, marked: I64, element: I64, pool: I64, rule: I64, calendar: I64, which: int, piece: int
) -> None:
    """As many servers as this piece of its calendar and its staffing rule both allow."""
    number = pool[which, OF_ELEMENT]
    element[number, FREE] -= max(0, pool[which, CAPACITY] - pool[which, BUSY])
    pool[which, CAPACITY_MS] += pool[which, CAPACITY] * run[NOW]
    pool[which, CAPACITY] = min(calendar[piece, VALUE], pool[which, STAFFED])
    pool[which, CAPACITY_MS] -= pool[which, CAPACITY] * run[NOW]
    element[number, FREE] += max(0, pool[which, CAPACITY] - pool[which, BUSY])
    later, working = calendar[piece, LATER], pool[which, STAFFED]
    by_rule = pool[which, RULE]
    if by_rule != NONE and rule[by_rule, REVIEW_NEXT] < rule[by_rule, REVIEW_TO]:
        later, working = max(later, calendar[piece, VALUE]), rule[by_rule, MOST]
    pool[which, LARGEST_LATER] = min(later, working)
    if element[number, SUSPENDS]:
        mark_always(run, marked, element, number)
    else:
        mark(run, marked, element, number)


@compiled
def review_staffing(
    run: I64,
    queue: I64,
    marked: I64,
    element: I64,
    pool: I64,
    rule: I64,
    review_ms: I64,
    calendar: I64,
    by_rule: int,
) -> None:
    """Let as many work in a pool as its rule says, by the line before this instant: nothing else came yet."""
    which = rule[by_rule, RULED_POOL]
    in_line = element[pool[which, OF_ELEMENT], WAITING]
    if in_line >= rule[by_rule, OPEN_AT]:
        pool[which, STAFFED] = min(pool[which, STAFFED] + rule[by_rule, BY], rule[by_rule, MOST])
    elif in_line <= rule[by_rule, CLOSE_AT]:
        pool[which, STAFFED] = max(pool[which, STAFFED] - rule[by_rule, BY], rule[by_rule, FEWEST])
    following = rule[by_rule, REVIEW_NEXT] + 1
    rule[by_rule, REVIEW_NEXT] = following
    if following < rule[by_rule, REVIEW_TO]:
        push(run, queue, review_ms[following], REVIEW * EVENT_BASE + by_rule)
    if run[NOW] > 0:  # at 0 the first piece of the calendar is still to come
        set_capacity(run, marked, element, pool, rule, calendar, which, pool[which, PIECE_NEXT] - 1)


@compiled
def change_opening(run: I64, queue: I64, marked: I64, element: I64, calendar: I64, number: int) -> None:
    """Apply a piece of a gate's calendar."""
    piece = element[number, PIECE_OPEN]
    is_open = 1 if calendar[piece, VALUE] > 0 else 0
    if element[number, IS_OPEN] and not is_open:
        element[number, SHUT_SINCE] = run[NOW]
    element[number, IS_OPEN] = is_open
    mark(run, marked, element, number)
    element[number, PIECE_OPEN] = piece + 1
    if piece + 1 < element[number, CALENDAR_TO]:
        push(run, queue, calendar[piece + 1, AT_MS], OPENING_CHANGE * EVENT_BASE + number)


@compiled
def refill_quota(
    run: I64,
    queue: I64,
    marked: I64,
    entity: I64,
    element: I64,
    line: I64,
    refill: I64,
    account: I64,
    trace: I64,
    number: int,
) -> None:
    """What is left of a gate's quota becomes this; what was unused has expired, who missed it comes back."""
    row = element[number, REFILL_NEXT]
    element[number, LEFT] = refill[row, OVERALL]
    element[number, REFILLED_AT] = run[NOW]
    is_gate = element[number, TYPE] == GATE
    if element[number, TYPE] == CHOICE:
        publish(run, element, refill, number)
    for klass in range(run[N_LINES]):
        of_class = element[number, LINES_FROM] + klass
        if refill[row, CEILINGS + klass] != KEPT:
            line[of_class, CEILING_LEFT] = refill[row, CEILINGS + klass]
        if is_gate and line[of_class, FIRST_MISSED] != NONE:
            come_back(run, entity, element, line, account, trace, number, of_class)
    mark(run, marked, element, number)
    element[number, REFILL_NEXT] = row + 1
    if row + 1 < element[number, REFILL_TO]:
        push(run, queue, refill[row + 1, REFILL_AT], REFILL * EVENT_BASE + number)
