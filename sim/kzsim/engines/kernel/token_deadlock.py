"""Who waits for ever where tokens are needed: a server, a place and several tokens at once."""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.engines.kernel.asked import ALIVE, NOT_ASKED, STUCK, tokens_come, usable_by
from kzsim.engines.kernel.deadlock import has_mover, waits_for_living_zone
from kzsim.engines.kernel.layout import *
from kzsim.engines.kernel.pairing import comes_to_pair, partner_will_arrive
from kzsim.engines.outcome import I8, I64

NAMED = ALIVE + 1  # said of somebody who is stuck, and in the way of somebody who is


@compiled
def is_stuck_with_tokens(
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
                has_mover(
                    run, entity, links, element, line, pool, usable, source, kinds, step, token, need, zone
                )
                or waits_for_living_zone(run, entity, links, element, line, pool, usable, token, need, zone)
            ):
                element[zone, LIVES] = 1
            living += element[zone, LIVES]
    if living == zones.shape[0] and not waits_for_doomed_tokens(
        run, entity, element, line, token, need, user, own_tokens
    ):
        return False
    return reduce_with_tokens(
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
def waits_for_doomed_tokens(
    run: I64, entity: I64, element: I64, line: I64, token: I64, need: I64, user: I64, own_tokens: I64
) -> bool:
    """Whether somebody waits at a stage for tokens that are not seen to come."""
    for which in own_tokens:
        for i in range(token[which, USERS_FROM], token[which, USERS_TO]):
            if element[user[i], WAITING] > 0:
                for row in range(user[i] * run[N_CLASSES], (user[i] + 1) * run[N_CLASSES]):
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


@compiled
def held(entity: I64, kinds: I64, need: I64, needs_of: I64, who: int, which: int) -> int:
    """How many tokens of a kind somebody holds who has started a service and not ended the step."""
    row = kinds[entity[who, KIND], WORK_FROM] + entity[who, STEP]
    for i in range(needs_of[row, FIRST_NEED], needs_of[row + 1, FIRST_NEED]):
        if need[i, NEED_TOKENS] == which:
            return int(need[i, NEED_NUMBER])
    return 0


@compiled
def reduce_with_tokens(
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
    at = entity[who, WAITS_AT]
    if element[at, TYPE] == ZONE:
        holder = element[at, FIRST_HOLDER]
        while holder != NONE:
            if asked[holder >> PLACE_BITS] == ALIVE:
                return True
            holder = links[holder >> PLACE_BITS, 2 * (holder & (PLACES_PER_ENTITY - 1))]
        return False
    if element[at, TYPE] == PAIRING:
        row = at * run[N_CLASSES] + entity[who, KLASS]
        if partner_will_arrive(run, line, source, kinds, step, row):
            return True
        for other in range(run[HIGHEST_ROW]):
            if asked[other] == ALIVE and comes_to_pair(
                run, line, kinds, step, entity[other, KIND], entity[other, STEP], row
            ):
                return True
        return False
    if element[at, TYPE] != SERVICE:
        return True
    first, last = usable_by(entity, line, usable, run, who)
    for i in range(first, last):
        which = usable[i]
        if max(pool[which, CAPACITY], pool[which, LARGEST_LATER]) > pool[which, BUSY]:
            return True
        if pool[which, BUSY] > pool[which, N_BLOCKED]:
            return True  # somebody is in service
        other = pool[which, FIRST_BLOCKED]
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
                        row = at * run[N_CLASSES] + entity[who, KLASS]
                        for other in range(rows):
                            if asked[other] == STUCK and comes_to_pair(
                                run, line, kinds, step, entity[other, KIND], entity[other, STEP], row
                            ):
                                asked[other] = NAMED
                                changed = True
                    else:
                        first, last = usable_by(entity, line, usable, run, who)
                        for i in range(first, last):
                            other = pool[usable[i], FIRST_BLOCKED]
                            while other != NONE:
                                changed = name(asked, other) or changed
                                other = entity[other, NEXT_BLOCKED]
                if not tokens_come(run, entity, element, line, token, need, who):
                    row = at * run[N_CLASSES] + entity[who, KLASS]
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
