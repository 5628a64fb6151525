"""A heap of instants and their events, four children a node; events at one instant may come in any order.

An entry is one whole number, ``instant * EVENTS + event``: one comparison, one move. ``heap`` is
int64 [rows]. Rows are never made here: the loop stops before they run out.
"""

from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.engines.kernel.layout import EVENTS, HEAP_SIZE, HORIZON, NEVER
from kzsim.engines.outcome import I64


@compiled
def push(run: I64, heap: I64, at_ms: int, event: int) -> None:
    """Put an event into the heap; what would come at the horizon or later never comes."""
    if at_ms < run[HORIZON]:
        hole = run[HEAP_SIZE]
        run[HEAP_SIZE] = hole + 1
        rise(heap, hole, at_ms * EVENTS + event)


@compiled
def rise(heap: I64, hole: int, entry: int) -> None:
    """Let an entry rise from a hole to where it belongs."""
    while hole > 0:
        parent = (hole - 1) >> 2
        if heap[parent] <= entry:
            break
        heap[hole] = heap[parent]
        hole = parent
    heap[hole] = entry


@compiled
def next_ms(run: I64, heap: I64) -> int:
    """The earliest instant in the heap; NEVER if it is empty."""
    return int(heap[0] // EVENTS) if run[HEAP_SIZE] > 0 else NEVER


@compiled
def pop(run: I64, heap: I64) -> int:
    """Take the event of the earliest instant out of the heap, which must not be empty.

    The hole sinks to the bottom, always to the earliest child: no branch to be guessed. The last
    entry, which mostly belongs near the bottom, then rises from there.
    """
    event = heap[0] % EVENTS
    size = run[HEAP_SIZE] - 1
    run[HEAP_SIZE] = size
    hole = 0
    child = 1
    while child + 3 < size:
        a = child + (heap[child + 1] < heap[child])
        b = child + 2 + (heap[child + 3] < heap[child + 2])
        child = b if heap[b] < heap[a] else a
        heap[hole] = heap[child]
        hole = child
        child = 4 * hole + 1
    if child < size:
        last = child
        for other in range(child + 1, size):
            if heap[other] < heap[last]:
                last = other
        heap[hole] = heap[last]
        hole = last
    rise(heap, hole, heap[size])
    return int(event)


@compiled
def push_marked(run: I64, marked: I64, size_column: int, number: int) -> None:
    """Put an element's number into the heap of marked elements."""
    hole = run[size_column]
    run[size_column] = hole + 1
    while hole > 0:
        parent = (hole - 1) >> 1
        if marked[parent] <= number:
            break
        marked[hole] = marked[parent]
        hole = parent
    marked[hole] = number


@compiled
def pop_marked(run: I64, marked: I64, size_column: int) -> int:
    """Take the lowest number out of the heap of marked elements, which must not be empty."""
    lowest = marked[0]
    size = run[size_column] - 1
    run[size_column] = size
    moved = marked[size]
    hole = 0
    child = 1
    while child < size:
        if child + 1 < size and marked[child + 1] < marked[child]:
            child += 1
        if moved <= marked[child]:
            break
        marked[hole] = marked[child]
        hole = child
        child = 2 * hole + 1
    marked[hole] = moved
    return int(lowest)
