"""What the deadlock test asks of an entity."""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.engines.kernel.layout import *
from kzsim.engines.kernel.pairing import partner_will_arrive
from kzsim.engines.outcome import I64

# what `asked` says of an entity
NOT_ASKED = 0
STUCK = 1  # as far as is known
ALIVE = 2


@compiled
def usable_by(entity: I64, element: I64, line: I64, usable: I64, who: int) -> tuple[int, int]:
    """The rows of ``usable`` of who waits at a service: where it is paused, that of its own pool alone."""
    row = element[entity[who, WAITS_AT], LINES_FROM] + entity[who, KLASS]
    first, last = line[row, USABLE_FROM], line[row, USABLE_TO]
    if entity[who, WORKS_AT] != NONE:
        while usable[first] != entity[who, POOL]:
            first += 1
        last = first + 1
    return first, last


@compiled
def tokens_come(run: I64, entity: I64, element: I64, line: I64, token: I64, need: I64, who: int) -> bool:
    """Whether the entity will have the tokens it waits for, if any: those DOOMED leave enough of them."""
    at = entity[who, WAITS_AT]
    if run[N_TOKENS] == 0 or at == NONE or element[at, TYPE] != SERVICE or entity[who, WORKS_AT] != NONE:
        return True
    row = element[at, LINES_FROM] + entity[who, KLASS]
    for i in range(line[row, NEEDS_FROM], line[row, NEEDS_TO]):
        which = need[i, NEED_TOKENS]
        if token[which, NUMBER] - token[which, DOOMED] < need[i, NEED_NUMBER]:
            return False
    return True


@compiled
def held(entity: I64, kinds: I64, need: I64, needs_of: I64, who: int, which: int) -> int:
    """How many tokens of a kind somebody holds who has started a service and not ended the step."""
    row = kinds[entity[who, KIND], WORK_FROM] + entity[who, STEP]
    for i in range(needs_of[row, FIRST_NEED], needs_of[row + 1, FIRST_NEED]):
        if need[i, NEED_TOKENS] == which:
            return int(need[i, NEED_NUMBER])
    return 0


@compiled
def moves_by_time(
    entity: I64, element: I64, line: I64, pool: I64, usable: I64, source: I64, who: int
) -> bool:
    """Whether time alone gives the entity what it waits for, tokens apart.

    By an end of somebody's service, an opening, a refill, an arrival or a larger capacity.
    """
    at = entity[who, WAITS_AT]
    if at == NONE:
        return True
    if element[at, TYPE] == ZONE:
        return False
    if element[at, TYPE] == PAIRING:
        row = element[at, LINES_FROM] + entity[who, KLASS]
        return partner_will_arrive(line, usable, source, row)
    if element[at, TYPE] != SERVICE:
        return True
    first, last = usable_by(entity, element, line, usable, who)
    for i in range(first, last):
        which = usable[i]
        # there is a free server already where it is tokens that are waited for
        if (
            max(pool[which, CAPACITY], pool[which, LARGEST_LATER]) > pool[which, BUSY]
            or pool[which, BUSY] > pool[which, N_BLOCKED]  # somebody is in service
        ):
            return True
    return False
