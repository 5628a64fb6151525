"""Tokens are taken at the start of a step, sent away at its end, and come back."""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.draws.filled import fill_ahead
from kzsim.engines.kernel.heads import comes_before, free_pool
from kzsim.engines.kernel.layout import *
from kzsim.engines.kernel.lines import mark
from kzsim.engines.kernel.queue import push
from kzsim.engines.outcome import I64
from kzsim.network.entities import F64, U64


@compiled
def may_take(
    run: I64,
    entity: I64,
    element: I64,
    line: I64,
    pool: I64,
    usable: I64,
    token: I64,
    need: I64,
    number: int,
    row: int,
) -> bool:
    """Whether all tokens are there, and nobody ahead with a free server needs any of a kind among them."""
    for i in range(line[row, NEEDS_FROM], line[row, NEEDS_TO]):
        if token[need[i, NEED_TOKENS], IDLE] < need[i, NEED_NUMBER]:
            return False
    if line[row, NEEDS_FROM] == line[row, NEEDS_TO]:
        return True
    for other in range(element[number, LINES_FROM], element[number, LINES_FROM] + run[N_LINES]):
        if (
            other != row
            and line[other, HEAD] != NONE
            and share_tokens(line, need, row, other)
            and comes_before(entity, line, other, row)
            and free_pool(pool, usable, line, other) != NONE
        ):
            return False
    return True


@compiled
def share_tokens(line: I64, need: I64, row: int, other: int) -> bool:
    """Whether two lines need tokens of one kind."""
    for i in range(line[row, NEEDS_FROM], line[row, NEEDS_TO]):
        for j in range(line[other, NEEDS_FROM], line[other, NEEDS_TO]):
            if need[i, NEED_TOKENS] == need[j, NEED_TOKENS]:
                return True
    return False


@compiled
def take_tokens(run: I64, line: I64, token: I64, need: I64, row: int) -> None:
    """Somebody of this line starts."""
    for i in range(line[row, NEEDS_FROM], line[row, NEEDS_TO]):
        which = need[i, NEED_TOKENS]
        token[which, IDLE] -= need[i, NEED_NUMBER]
        token[which, IDLE_MS] -= need[i, NEED_NUMBER] * (run[HORIZON] - run[NOW])


@compiled
def send_away(
    run: I64,
    queue: I64,
    marked: I64,
    entity: I64,
    element: I64,
    kinds: I64,
    token: I64,
    need: I64,
    needs_of: I64,
    user: I64,
    returning: I64,
    keys: U64,
    work: I64,
    shape: F64,
    condition: I64,
    bounds: F64,
    lane: F64,
    word: U64,
    who: int,
) -> None:
    """At step end: the tokens of the step are away for the time drawn."""
    kind = entity[who, KIND]
    number = entity[who, INDEX] - kinds[kind, FIRST_OF_SOURCE]
    row = kinds[kind, WORK_FROM] + entity[who, STEP]
    for i in range(needs_of[row, FIRST_NEED], needs_of[row + 1, FIRST_NEED]):
        free = run[FREE_RETURN]
        drawn_as = work.shape[0] - need.shape[0] + i
        fill_ahead(
            keys, work, shape, condition, bounds, lane, word, drawn_as, number, 1, returning, free, AWAY_MS
        )
        back_ms = run[NOW] + returning[free, AWAY_MS]
        if back_ms == run[NOW]:
            put_back(run, marked, element, token, user, need[i, NEED_TOKENS], need[i, NEED_NUMBER])
        elif back_ms < run[HORIZON]:
            returning[free, RETURN_TOKENS] = need[i, NEED_TOKENS]
            returning[free, RETURN_NUMBER] = need[i, NEED_NUMBER]
            run[FREE_RETURN] = returning[free, NEXT_RETURN]
            push(run, queue, back_ms, RETURN * EVENT_BASE + free)


@compiled
def return_tokens(
    run: I64, marked: I64, element: I64, token: I64, user: I64, returning: I64, row: int
) -> None:
    """Tokens that were away are there again."""
    put_back(run, marked, element, token, user, returning[row, RETURN_TOKENS], returning[row, RETURN_NUMBER])
    returning[row, NEXT_RETURN] = run[FREE_RETURN]
    run[FREE_RETURN] = row


@compiled
def put_back(run: I64, marked: I64, element: I64, token: I64, user: I64, which: int, number: int) -> None:
    """So many more tokens are there."""
    token[which, IDLE] += number
    token[which, IDLE_MS] += number * (run[HORIZON] - run[NOW])
    for i in range(token[which, USERS_FROM], token[which, USERS_TO]):
        mark(run, marked, element, user[i])
