"""Heaps of whole numbers in part of a table: the smallest is found at once.

A heap's top stands at ``first``, and entry i of it ``by * i`` further on; ``by`` is 1, or -1 for a heap that
grows downwards. There are four children a node: half as many moves as with two.
"""

from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.engines.outcome import I64

LEAST = -(2**62)  # before every entry


@compiled
def rise(table: I64, first: int, by: int, hole: int, entry: int) -> None:
    """Let an entry rise from a hole to where it belongs."""
    while hole > 0:
        parent = (hole - 1) >> 2
        if table[first + by * parent] <= entry:
            break
        table[first + by * hole] = table[first + by * parent]
        hole = parent
    table[first + by * hole] = entry


@compiled
def take_top(table: I64, first: int, by: int, size: int) -> None:
    """Take the smallest entry out of a heap, which then has this size.

    The hole sinks to the bottom, always to the earliest child: no branch to be guessed. The last
    entry, which mostly belongs near the bottom, then rises from there.
    """
    if size <= 1:
        table[first] = table[first + by * size]
        return
    hole = 0
    child = 1
    while child + 3 < size:
        at = first + by * child
        a = at + by * (table[at + by] < table[at])
        b = at + by * (2 + (table[at + 3 * by] < table[at + 2 * by]))
        least = b if table[b] < table[a] else a
        table[first + by * hole] = table[least]
        hole = by * (least - first)
        child = 4 * hole + 1
    if child < size:
        last = child
        for other in range(child + 1, size):
            if table[first + by * other] < table[first + by * last]:
                last = other
        table[first + by * hole] = table[first + by * last]
        hole = last
    rise(table, first, by, hole, table[first + by * size])


@compiled
def lift(table: I64, first: int, by: int, entry: int) -> None:
    """Let an entry, which must be in the heap, come to the top, to be taken from there."""
    hole = 0
    while table[first + by * hole] != entry:
        hole += 1
    rise(table, first, by, hole, LEAST)


@compiled
def push_marked(run: I64, marked: I64, size_column: int, number: int) -> None:
    """Put an element's number into the heap of marked elements."""
    hole = run[size_column]
    run[size_column] = hole + 1
    rise(marked, 0, 1, hole, number)


@compiled
def pop_marked(run: I64, marked: I64, size_column: int) -> int:
    """Take the lowest number out of the heap of marked elements, which must not be empty."""
    lowest = marked[0]
    run[size_column] -= 1
    if run[size_column] > 0:
        take_top(marked, 0, 1, run[size_column])
    return int(lowest)
