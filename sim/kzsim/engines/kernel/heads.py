"""Heads of lines: who is first, and whether a server is free for them."""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.engines.kernel.layout import *
from kzsim.engines.outcome import I64


@compiled
def comes_before(entity: I64, line: I64, row: int, other: int) -> bool:
    """Whether the head of one class is before the head of another in line order."""
    a, b = line[row, HEAD], line[other, HEAD]
    if line[row, PRIORITY] != line[other, PRIORITY]:
        return bool(line[row, PRIORITY] < line[other, PRIORITY])
    if entity[a, JOINED] != entity[b, JOINED]:
        return bool(entity[a, JOINED] < entity[b, JOINED])
    return bool(entity[a, INDEX] < entity[b, INDEX])


@compiled
def free_pool(pool: I64, usable: I64, line: I64, row: int) -> int:
    """The first usable pool that has a free server, or NONE."""
    for i in range(line[row, USABLE_FROM], line[row, USABLE_TO]):
        which = usable[i]
        if pool[which, CAPACITY] > pool[which, BUSY]:
            return int(which)
    return NONE
