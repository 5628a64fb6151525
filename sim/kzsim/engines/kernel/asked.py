"""What the deadlock test asks of an entity."""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.engines.kernel.layout import *
from kzsim.engines.outcome import I64

# what `asked` says of an entity
NOT_ASKED = 0
STUCK = 1  # as far as is known
ALIVE = 2


@compiled
def usable_by(entity: I64, line: I64, usable: I64, run: I64, who: int) -> tuple[int, int]:
    """The rows of ``usable`` of who waits at a service: where it is paused, that of its own pool alone."""
    row = entity[who, WAITS_AT] * run[N_CLASSES] + entity[who, KLASS]
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
    row = at * run[N_CLASSES] + entity[who, KLASS]
    for i in range(line[row, NEEDS_FROM], line[row, NEEDS_TO]):
        which = need[i, NEED_TOKENS]
        if token[which, NUMBER] - token[which, DOOMED] < need[i, NEED_NUMBER]:
            return False
    return True
