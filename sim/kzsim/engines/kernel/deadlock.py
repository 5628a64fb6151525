"""Whether entities wait for each other for ever."""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.engines.kernel.asked import ALIVE, NOT_ASKED, STUCK, tokens_come, usable_by
from kzsim.engines.kernel.layout import *
from kzsim.engines.kernel.pairing import comes_to_pair, partner_will_arrive
from kzsim.engines.outcome import I8, I64


@compiled
def moves_by_time(
    entity: I64,
    element: I64,
    line: I64,
    pool: I64,
    usable: I64,
    run: I64,
    source: I64,
    kinds: I64,
    step: I64,
    who: int,
) -> bool:
    """Whether time alone frees the entity: an end, an opening, a refill or a larger capacity."""
    at = entity[who, WAITS_AT]
    if at == NONE:
        return True
    if element[at, TYPE] == ZONE:
        return False
    if element[at, TYPE] != SERVICE:
        if element[at, TYPE] == PAIRING:
            row = at * run[N_CLASSES] + entity[who, KLASS]
            return partner_will_arrive(run, line, source, kinds, step, row)
        return True
    first, last = usable_by(entity, line, usable, run, who)
    for i in range(first, last):
        which = usable[i]
        # there is a free server already where it is tokens that are waited for
        if max(pool[which, CAPACITY], pool[which, LARGEST_LATER]) > pool[which, BUSY]:
            return True
    return False


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
) -> bool:
    """Whether there is a deadlock now, where nobody needs tokens; ``asked`` then says who is stuck.

    A zone lives if one of its holders can be seen to be alive. Only if some zone does not is everybody
    asked who waits there, and all they depend on.
    """
    unsure = 0
    for zone in zones:
        element[zone, LIVES] = element[zone, WAITING] == 0 or has_mover(
            run, entity, links, element, line, pool, usable, source, kinds, step, token, need, zone
        )
        unsure += 1 - element[zone, LIVES]
    while unsure > 0:
        before = unsure
        for zone in zones:
            if element[zone, LIVES] == 0 and waits_for_living_zone(
                run, entity, links, element, line, pool, usable, token, need, zone
            ):
                element[zone, LIVES] = 1
                unsure -= 1
        if unsure == before:
            return reduce_graph(
                run, entity, links, asked, element, line, pool, usable, zones, source, kinds, step
            )
    return False


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
    kinds: I64,
    step: I64,
    token: I64,
    need: I64,
    zone: int,
) -> bool:
    """Whether time alone frees somebody who holds a place of the zone, or a server that such a one needs."""
    holder = element[zone, FIRST_HOLDER]
    while holder != NONE:
        who = holder >> PLACE_BITS
        if tokens_come(run, entity, element, line, token, need, who):
            if moves_by_time(entity, element, line, pool, usable, run, source, kinds, step, who):
                return True
            if element[entity[who, WAITS_AT], TYPE] == SERVICE:
                first, last = usable_by(entity, line, usable, run, who)
                for i in range(first, last):
                    if pool[usable[i], BUSY] > pool[usable[i], N_BLOCKED]:
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
            first, last = usable_by(entity, line, usable, run, who)
            for i in range(first, last):
                blocked = pool[usable[i], FIRST_BLOCKED]
                while blocked != NONE:
                    if element[entity[blocked, WAITS_AT], LIVES] == 1:
                        return True
                    blocked = entity[blocked, NEXT_BLOCKED]
        holder = links[who, 2 * (holder & (PLACES_PER_ENTITY - 1))]
    return False


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
    zones: I64,
    source: I64,
    kinds: I64,
    step: I64,
) -> bool:
    """Ask those who wait for places and all they depend on; wake whom a living entity can free."""
    rows = run[HIGHEST_ROW]
    for who in range(rows):
        asked[who] = NOT_ASKED
    for zone in zones:
        for klass in range(run[N_CLASSES]):
            who = line[zone * run[N_CLASSES] + klass, HEAD]
            while who != NONE:
                asked[who] = STUCK
                who = entity[who, NEXT]
    changed = True
    while changed:
        changed = False
        for who in range(rows):
            if asked[who] == STUCK:
                if moves_by_time(
                    entity, element, line, pool, usable, run, source, kinds, step, who
                ) or ask_releasers(run, entity, links, asked, element, line, pool, usable, kinds, step, who):
                    asked[who] = ALIVE
                    changed = True
                elif run[NEWLY_ASKED] > 0:
                    changed = True
    return name_stuck(run, entity, links, asked, element, line, pool, usable, kinds, step, rows)


@compiled
def name_stuck(
    run: I64,
    entity: I64,
    links: I64,
    asked: I8,
    element: I64,
    line: I64,
    pool: I64,
    usable: I64,
    kinds: I64,
    step: I64,
    rows: int,
) -> bool:
    """Whether anybody in a zone's line is not alive; then leave STUCK those and all they depend on."""
    found = False
    for who in range(rows):
        if asked[who] == STUCK and element[entity[who, WAITS_AT], TYPE] == ZONE:
            found = True
        else:
            asked[who] = NOT_ASKED
    goes_on = found
    while goes_on:
        goes_on = False
        for who in range(rows):
            if asked[who] == STUCK:
                ask_releasers(run, entity, links, asked, element, line, pool, usable, kinds, step, who)
                goes_on = goes_on or run[NEWLY_ASKED] > 0
    return found


@compiled
def ask_releasers(
    run: I64,
    entity: I64,
    links: I64,
    asked: I8,
    element: I64,
    line: I64,
    pool: I64,
    usable: I64,
    kinds: I64,
    step: I64,
    who: int,
) -> bool:
    """Whether a living entity can free this one; those not asked before are put on the list."""
    run[NEWLY_ASKED] = 0
    at = entity[who, WAITS_AT]
    if element[at, TYPE] == ZONE:
        holder = element[at, FIRST_HOLDER]
        while holder != NONE:
            other = holder >> PLACE_BITS
            if ask(run, asked, other):
                return True
            holder = links[other, 2 * (holder & (PLACES_PER_ENTITY - 1))]
        return False
    if element[at, TYPE] == PAIRING:
        return ask_partners(run, entity, asked, line, kinds, step, who)
    first, last = usable_by(entity, line, usable, run, who)
    for i in range(first, last):
        if pool[usable[i], BUSY] > pool[usable[i], N_BLOCKED]:
            return True  # somebody is in service
        other = pool[usable[i], FIRST_BLOCKED]
        while other != NONE:
            if ask(run, asked, other):
                return True
            other = entity[other, NEXT_BLOCKED]
    return False


@compiled
def ask_partners(run: I64, entity: I64, asked: I8, line: I64, kinds: I64, step: I64, who: int) -> bool:
    """Whether somebody alive may come yet to be partner of who waits at a pairing."""
    row = entity[who, WAITS_AT] * run[N_CLASSES] + entity[who, KLASS]
    for other in range(run[HIGHEST_ROW]):
        if (
            entity[other, INDEX] != NONE
            and comes_to_pair(run, line, kinds, step, entity[other, KIND], entity[other, STEP], row)
            and ask(run, asked, other)
        ):
            return True
    return False


@compiled
def ask(run: I64, asked: I8, who: int) -> bool:
    """Whether the entity is known to be alive; if it was never asked, ask it later."""
    if asked[who] == NOT_ASKED:
        asked[who] = STUCK
        run[NEWLY_ASKED] += 1
    return bool(asked[who] == ALIVE)
