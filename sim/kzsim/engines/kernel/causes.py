"""What keeps whom waiting, as an instant has left things."""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.engines.kernel.booking import begin_wait
from kzsim.engines.kernel.heads import free_pool
from kzsim.engines.kernel.layout import *
from kzsim.engines.kernel.lines import turn_clock
from kzsim.engines.outcome import I64


@compiled
def close_instant(
    run: I64,
    acted: I64,
    entity: I64,
    element: I64,
    line: I64,
    pool: I64,
    usable: I64,
    account: I64,
    trace: I64,
) -> None:
    """Say what keeps whom waiting from here on, at every element that acted and left somebody waiting."""
    for i in range(run[ACTED_SIZE]):
        number = acted[i]
        element[number, HAS_ACTED] = 0
        if element[number, WAITING] > 0:
            for row in range(element[number, LINES_FROM], element[number, LINES_FROM] + run[N_LINES]):
                if line[row, HEAD] != NONE:
                    newest = line[row, TAIL]
                    while newest != NONE and entity[newest, JOINED] == run[NOW]:
                        begin_wait(run, line, entity, element, account, trace, newest, number, row)
                        newest = entity[newest, PREVIOUS]
                    turn_clock(
                        run, line, row, cause_of_wait(run, entity, element, line, pool, usable, number, row)
                    )
    run[ACTED_SIZE] = 0


@compiled
def cause_of_wait(
    run: I64, entity: I64, element: I64, line: I64, pool: I64, usable: I64, number: int, row: int
) -> int:
    """The account of a wait, by the state of the element and the class."""
    if element[number, TYPE] == ZONE:
        return BLOCKED
    if element[number, TYPE] == GATE:
        is_used_up = element[number, LEFT] == 0 or line[row, CEILING_LEFT] == 0
        was_refused = is_used_up and entity[line[row, HEAD], JOINED] < element[number, SHUT_SINCE]
        return QUOTA if element[number, IS_OPEN] or was_refused else CLOSED
    if element[number, TYPE] == DEPARTURE:
        return QUEUE
    if element[number, TYPE] == PAIRING:
        return NO_PARTNER_YET
    if run[N_TOKENS] > 0 and free_pool(pool, usable, line, row) != NONE:
        return TOKENS
    cause = CLOSED
    for i in range(line[row, USABLE_FROM], line[row, USABLE_TO]):
        which = usable[i]
        if pool[which, CAPACITY] > 0:
            if pool[which, N_BLOCKED] < pool[which, CAPACITY]:
                return QUEUE
            cause = BLOCKED
    return cause
