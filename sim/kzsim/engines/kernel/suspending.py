"""Services that pause when the capacity of their pool falls, and go on when it allows."""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.engines.kernel.layout import *
from kzsim.engines.kernel.queue import drop_end, push_end
from kzsim.engines.outcome import I64


@compiled
def put_right(run: I64, queue: I64, entity: I64, element: I64, pool: I64, number: int) -> None:
    """Pause whom the capacities of a stage's pools do not allow; let those paused return whom they do."""
    for which in range(element[number, POOLS_FROM], element[number, POOLS_TO]):
        while pool[which, BUSY] > pool[which, CAPACITY] and pool[which, FIRST_SERVED] != NONE:
            pause(run, queue, entity, element, pool, number, which)
        while pool[which, BUSY] < pool[which, CAPACITY] and pool[which, FIRST_PAUSED] != NONE:
            resume(run, queue, entity, element, pool, number, which)


@compiled
def pause(run: I64, queue: I64, entity: I64, element: I64, pool: I64, number: int, which: int) -> None:
    """The service that started last stands still; the server is taken back."""
    who = pool[which, FIRST_SERVED]
    end_service(entity, pool, which, who)
    drop_end(run, queue, entity, who)
    entity[who, LEFT_MS] = entity[who, DUE] - run[NOW]
    entity[who, PAUSED_AT] = run[NOW]
    entity[who, WAITS_AT] = number
    # before those paused at this instant: they started later
    ahead, behind = NONE, pool[which, FIRST_PAUSED]
    while behind != NONE and entity[behind, PAUSED_AT] < run[NOW]:
        ahead, behind = behind, entity[behind, NEXT]
    entity[who, NEXT] = behind
    if ahead == NONE:
        pool[which, FIRST_PAUSED] = who
    else:
        entity[ahead, NEXT] = who
    element[number, WAITING] += 1
    element[number, N_PAUSED] += 1
    # no server becomes free by that: more are busy than there are
    pool[which, BUSY] -= 1
    # at step end all the time since service start will be added: see `end_step`
    pool[which, BUSY_MS] += run[NOW]


@compiled
def resume(run: I64, queue: I64, entity: I64, element: I64, pool: I64, number: int, which: int) -> None:
    """Whoever was paused first has a server again, for the time that was left."""
    who = pool[which, FIRST_PAUSED]
    pool[which, FIRST_PAUSED] = entity[who, NEXT]
    entity[who, WAITS_AT] = NONE
    element[number, WAITING] -= 1
    element[number, N_PAUSED] -= 1
    element[number, FREE] -= 1
    pool[which, BUSY] += 1
    pool[which, BUSY_MS] -= run[NOW]
    begin_service(entity, pool, which, who)
    due = run[NOW] + entity[who, LEFT_MS]
    push_end(run, queue, entity, due, who)
    entity[who, DUE] = due


@compiled
def begin_service(entity: I64, pool: I64, which: int, who: int) -> None:
    """Put somebody on the list of those in service in a pool, who started last first."""
    ahead, behind = NONE, pool[which, FIRST_SERVED]
    while behind != NONE and started_after(entity, behind, who):
        ahead, behind = behind, entity[behind, NEXT_SERVED]
    entity[who, PREVIOUS_SERVED] = ahead
    entity[who, NEXT_SERVED] = behind
    if ahead == NONE:
        pool[which, FIRST_SERVED] = who
    else:
        entity[ahead, NEXT_SERVED] = who
    if behind != NONE:
        entity[behind, PREVIOUS_SERVED] = who


@compiled
def started_after(entity: I64, who: int, other: int) -> bool:
    """Whether the service of one started after that of another; at one instant, by the order between them."""
    if entity[who, START] != entity[other, START]:
        return bool(entity[who, START] > entity[other, START])
    return bool(entity[who, INDEX] > entity[other, INDEX])


@compiled
def end_service(entity: I64, pool: I64, which: int, who: int) -> None:
    """Take somebody off the list of those in service."""
    after, before = entity[who, NEXT_SERVED], entity[who, PREVIOUS_SERVED]
    if before == NONE:
        pool[which, FIRST_SERVED] = after
    else:
        entity[before, NEXT_SERVED] = after
    if after != NONE:
        entity[after, PREVIOUS_SERVED] = before
