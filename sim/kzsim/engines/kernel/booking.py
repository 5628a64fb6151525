"""Whose millisecond it was: time spent is booked to accounts and spans."""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.engines.kernel.ahead import own_time
from kzsim.engines.kernel.layout import *
from kzsim.engines.kernel.lines import read_clock
from kzsim.engines.kernel.opentime import passed
from kzsim.engines.outcome import I64


@compiled
def begin_wait(
    run: I64, line: I64, entity: I64, element: I64, account: I64, trace: I64, who: int, number: int, row: int
) -> None:
    """Somebody has to wait in this line: take off what its clock shows, to which `book_wait` adds its end.

    The readings at joining would be six more columns of everybody inside.
    """
    add_clock(run, line, entity, element, account, trace, who, number, row, -1)


@compiled
def book_wait(
    run: I64, line: I64, entity: I64, element: I64, account: I64, trace: I64, who: int, number: int, row: int
) -> None:
    """Book the wait in this line so far, once, to its accounts."""
    add_clock(run, line, entity, element, account, trace, who, number, row, 1)


@compiled
def add_clock(
    run: I64,
    line: I64,
    entity: I64,
    element: I64,
    account: I64,
    trace: I64,
    who: int,
    number: int,
    row: int,
    sign: int,
) -> None:
    """Add what the clock of a line shows to the accounts of somebody in it, or take it off."""
    for cause in range(N_CAUSES):
        shown = sign * read_clock(line, row, cause, run[NOW])
        if shown != 0:
            book(run, entity, element, account, trace, who, number, CLOSED + cause, shown)
            entity[who, WAITED_MS + cause] += shown


@compiled
def book(
    run: I64,
    entity: I64,
    element: I64,
    account: I64,
    trace: I64,
    who: int,
    number: int,
    which: int,
    spent_ms: int,
) -> None:
    """Book time spent at an element to an account, for the group and phase and, traced, the entity itself.

    And to the span that the element is of.
    """
    account[entity[who, SLOT], number, which] += spent_ms
    if element[number, SPAN] != NONE:
        entity[who, SPAN_MS + element[number, SPAN]] += spent_ms
    if run[TRACED]:
        trace[TRACE_ACCOUNT, entity[who, INDEX] * N_ACCOUNTS + which] += spent_ms


@compiled
def book_closed(
    run: I64, entity: I64, element: I64, account: I64, trace: I64, who: int, number: int, closed_ms: int
) -> None:
    """Book the time that a delay was closed while the entity was in it."""
    book(run, entity, element, account, trace, who, number, CLOSED, closed_ms)
    entity[who, WAITED_MS] += closed_ms


@compiled
def book_unfinished(
    run: I64, entity: I64, element: I64, calendar: I64, account: I64, trace: I64, who: int
) -> None:
    """Book the time since service start of work that is not done at the horizon."""
    number = entity[who, WORKS_AT]
    stay = run[NOW] - entity[who, START]
    work = stay
    first, last = element[number, CALENDAR_FROM], element[number, CALENDAR_TO]
    if element[number, SUSPENDS]:
        is_paused = entity[who, WAITS_AT] != NONE
        work = own_time(entity, who) - (entity[who, LEFT_MS] if is_paused else entity[who, DUE] - run[NOW])
    elif first != last:
        work = passed(calendar, first, last, run[NOW]) - passed(calendar, first, last, entity[who, START])
    book(run, entity, element, account, trace, who, number, element[number, ACCOUNT], work)
    book_closed(run, entity, element, account, trace, who, number, stay - work)
