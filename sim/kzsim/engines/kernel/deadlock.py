"""Whether entities wait for each other for ever: for servers, places, partners and tokens.

Most often somebody who holds a place can be seen to move; only if not is everybody asked.
"""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.engines.kernel.asked import held, moves_by_time, tokens_come, usable_by
from kzsim.engines.kernel.layout import *
from kzsim.engines.kernel.wait_graph import reduce_graph
from kzsim.engines.outcome import I8, I64


@compiled
def is_stuck(
    run: I64,
    entity: I64,
    links: I64,
    asked: I8,
    element: I64,
    line: I64,
    pool: I64,
    usable: I64,
    zones: I64,
    source: I64,
    kinds: I64,
    step: I64,
    token: I64,
    need: I64,
    needs_of: I64,
    user: I64,
    own_tokens: I64,
) -> bool:
    """Whether there is a deadlock now; ``asked`` then says who is stuck.

    Everybody is asked only if somebody waits for a zone that cannot be seen to live, or for tokens of which
    those who wait for such a zone may hold too many.
    """
    for zone in zones:
        element[zone, LIVES] = element[zone, WAITING] == 0
    before, living = -1, 0
    while living > before:
        before, living = living, 0
        count_doomed(entity, element, pool, kinds, token, need, needs_of, user, own_tokens)
        for zone in zones:
            if element[zone, LIVES] == 0 and (
                has_mover(run, entity, links, element, line, pool, usable, source, token, need, zone)
                or waits_for_living_zone(run, entity, links, element, line, pool, usable, token, need, zone)
            ):
                element[zone, LIVES] = 1
            living += element[zone, LIVES]
    if living == zones.shape[0] and not waits_for_doomed_tokens(
        run, entity, element, line, token, need, user, own_tokens
    ):
        return False
    return reduce_graph(
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
        own_tokens,
    )


@compiled
def has_mover(
    run: I64,
    entity: I64,
    links: I64,
    element: I64,
    line: I64,
    pool: I64,
    usable: I64,
    source: I64,
    token: I64,
    need: I64,
    zone: int,
) -> bool:
    """Whether time alone frees somebody who holds a place of the zone."""
    holder = element[zone, FIRST_HOLDER]
    while holder != NONE:
        who = holder >> PLACE_BITS
        if tokens_come(run, entity, element, line, token, need, who) and moves_by_time(
            entity, element, line, pool, usable, source, who
        ):
            return True
        holder = links[who, 2 * (holder & (PLACES_PER_ENTITY - 1))]
    return False


@compiled
def waits_for_living_zone(
    run: I64,
    entity: I64,
    links: I64,
    element: I64,
    line: I64,
    pool: I64,
    usable: I64,
    token: I64,
    need: I64,
    zone: int,
) -> bool:
    """Whether a holder of a place here waits for a zone that lives, or for a server kept for such a zone."""
    holder = element[zone, FIRST_HOLDER]
    while holder != NONE:
        who = holder >> PLACE_BITS
        at = entity[who, WAITS_AT]
        if element[at, TYPE] == ZONE:
            if element[at, LIVES] == 1:
                return True
        elif element[at, TYPE] == SERVICE and tokens_come(run, entity, element, line, token, need, who):
            first, last = usable_by(entity, element, line, usable, who)
            for i in range(first, last):
                blocked = pool[usable[i], FIRST_BLOCKED]
                while blocked != NONE:
                    if element[entity[blocked, WAITS_AT], LIVES] == 1:
                        return True
                    blocked = entity[blocked, NEXT_BLOCKED]
        holder = links[who, 2 * (holder & (PLACES_PER_ENTITY - 1))]
    return False


@compiled
def waits_for_doomed_tokens(
    run: I64, entity: I64, element: I64, line: I64, token: I64, need: I64, user: I64, own_tokens: I64
) -> bool:
    """Whether somebody waits at a stage for tokens that are not seen to come."""
    for which in own_tokens:
        for i in range(token[which, USERS_FROM], token[which, USERS_TO]):
            if element[user[i], WAITING] > 0:
                first = element[user[i], LINES_FROM]
                for row in range(first, first + run[N_LINES]):
                    who = line[row, HEAD]
                    if who != NONE and not tokens_come(run, entity, element, line, token, need, who):
                        return True
    return False


@compiled
def count_doomed(
    entity: I64,
    element: I64,
    pool: I64,
    kinds: I64,
    token: I64,
    need: I64,
    needs_of: I64,
    user: I64,
    own_tokens: I64,
) -> None:
    """How many tokens are held by those who wait for a zone that is not seen to live, or pause for good."""
    for which in own_tokens:
        token[which, DOOMED] = 0
        for i in range(token[which, USERS_FROM], token[which, USERS_TO]):
            number = user[i]
            for at in range(element[number, POOLS_FROM], element[number, POOLS_TO]):
                who = pool[at, FIRST_BLOCKED]
                while who != NONE:
                    if element[entity[who, WAITS_AT], LIVES] == 0:
                        token[which, DOOMED] += held(entity, kinds, need, needs_of, who, which)
                    who = entity[who, NEXT_BLOCKED]
                if (
                    max(pool[at, CAPACITY], pool[at, LARGEST_LATER]) <= pool[at, BUSY]
                    and pool[at, BUSY] == pool[at, N_BLOCKED]
                ):
                    who = pool[at, FIRST_PAUSED]
                    while who != NONE:
                        token[which, DOOMED] += held(entity, kinds, need, needs_of, who, which)
                        who = entity[who, NEXT]
