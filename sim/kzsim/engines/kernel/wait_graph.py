"""The wait-for graph, reduced: who waits for ever, and who is in the way of those."""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.engines.kernel.asked import ALIVE, NOT_ASKED, STUCK, held, moves_by_time, tokens_come, usable_by
from kzsim.engines.kernel.layout import *
from kzsim.engines.kernel.pairing import comes_to_pair
from kzsim.engines.outcome import I8, I64

NAMED = ALIVE + 1  # said of somebody who is stuck, and in the way of somebody who is


@compiled
def reduce_graph(
    run: I64,
    entity: I64,
    links: I64,
    asked: I8,
    element: I64,
    line: I64,
    pool: I64,
    usable: I64,
    source: I64,
    kinds: I64,
    step: I64,
    token: I64,
    need: I64,
    needs_of: I64,
    own_tokens: I64,
) -> bool:
    """Ask everybody inside; wake whom time, or what living entities hold, gives all that it wants at once."""
    rows = run[HIGHEST_ROW]
    for who in range(rows):
        asked[who] = NOT_ASKED
        if entity[who, INDEX] != NONE:
            asked[who] = ALIVE if entity[who, WAITS_AT] == NONE else STUCK
    changed = True
    while changed:
        changed = False
        for which in own_tokens:
            token[which, DOOMED] = 0
            for who in range(rows):
                if asked[who] == STUCK and entity[who, POOL] != NONE:
                    token[which, DOOMED] += held(entity, kinds, need, needs_of, who, which)
        for who in range(rows):
            if (
                asked[who] == STUCK
                and tokens_come(run, entity, element, line, token, need, who)
                and goes_on_here(
                    run, entity, links, asked, element, line, pool, usable, source, kinds, step, who
                )
            ):
                asked[who] = ALIVE
                changed = True
    found = False
    for who in range(rows):
        if asked[who] == STUCK and (
            element[entity[who, WAITS_AT], TYPE] == ZONE
            or not tokens_come(run, entity, element, line, token, need, who)
        ):
            asked[who] = NAMED
            found = True
    if found:
        name_in_the_way(
            run,
            entity,
            links,
            asked,
            element,
            line,
            pool,
            usable,
            source,
            kinds,
            step,
            token,
            need,
            needs_of,
        )
    return found


@compiled
def goes_on_here(
    run: I64,
    entity: I64,
    links: I64,
    asked: I8,
    element: I64,
    line: I64,
    pool: I64,
    usable: I64,
    source: I64,
    kinds: I64,
    step: I64,
    who: int,
) -> bool:
    """Whether time or a living entity gives somebody the server, the place or the partner it waits for."""
    if moves_by_time(entity, element, line, pool, usable, source, who):
        return True
    at = entity[who, WAITS_AT]
    if element[at, TYPE] == ZONE:
        holder = element[at, FIRST_HOLDER]
        while holder != NONE:
            if asked[holder >> PLACE_BITS] == ALIVE:
                return True
            holder = links[holder >> PLACE_BITS, 2 * (holder & (PLACES_PER_ENTITY - 1))]
        return False
    if element[at, TYPE] == PAIRING:
        row = element[at, LINES_FROM] + entity[who, KLASS]
        for other in range(run[HIGHEST_ROW]):
            if asked[other] == ALIVE and comes_to_pair(
                element, line, kinds, step, entity[other, KIND], entity[other, STEP], at, row
            ):
                return True
        return False
    first, last = usable_by(entity, element, line, usable, who)
    for i in range(first, last):
        other = pool[usable[i], FIRST_BLOCKED]
        while other != NONE:
            if asked[other] == ALIVE:
                return True
            other = entity[other, NEXT_BLOCKED]
    return False


@compiled
def name_in_the_way(
    run: I64,
    entity: I64,
    links: I64,
    asked: I8,
    element: I64,
    line: I64,
    pool: I64,
    usable: I64,
    source: I64,
    kinds: I64,
    step: I64,
    token: I64,
    need: I64,
    needs_of: I64,
) -> None:
    """Name all the stuck who hold what somebody named never gets; only they are STUCK in the end."""
    rows = run[HIGHEST_ROW]
    changed = True
    while changed:
        changed = False
        for who in range(rows):
            if asked[who] == NAMED:
                at = entity[who, WAITS_AT]
                if not goes_on_here(
                    run, entity, links, asked, element, line, pool, usable, source, kinds, step, who
                ):
                    if element[at, TYPE] == ZONE:
                        holder = element[at, FIRST_HOLDER]
                        while holder != NONE:
                            changed = name(asked, holder >> PLACE_BITS) or changed
                            holder = links[holder >> PLACE_BITS, 2 * (holder & (PLACES_PER_ENTITY - 1))]
                    elif element[at, TYPE] == PAIRING:
                        row = element[at, LINES_FROM] + entity[who, KLASS]
                        for other in range(rows):
                            if asked[other] == STUCK and comes_to_pair(
                                element, line, kinds, step, entity[other, KIND], entity[other, STEP], at, row
                            ):
                                asked[other] = NAMED
                                changed = True
                    else:
                        first, last = usable_by(entity, element, line, usable, who)
                        for i in range(first, last):
                            other = pool[usable[i], FIRST_BLOCKED]
                            while other != NONE:
                                changed = name(asked, other) or changed
                                other = entity[other, NEXT_BLOCKED]
                if not tokens_come(run, entity, element, line, token, need, who):
                    row = element[at, LINES_FROM] + entity[who, KLASS]
                    for i in range(line[row, NEEDS_FROM], line[row, NEEDS_TO]):
                        which = need[i, NEED_TOKENS]
                        if token[which, NUMBER] - token[which, DOOMED] < need[i, NEED_NUMBER]:
                            for other in range(rows):
                                if (
                                    asked[other] == STUCK
                                    and entity[other, POOL] != NONE
                                    and held(entity, kinds, need, needs_of, other, which) > 0
                                ):
                                    asked[other] = NAMED
                                    changed = True
    for who in range(rows):
        asked[who] = STUCK if asked[who] == NAMED else NOT_ASKED


@compiled
def name(asked: I8, who: int) -> bool:
    """Name somebody; whether that is new."""
    if asked[who] != STUCK:
        return False
    asked[who] = NAMED
    return True
