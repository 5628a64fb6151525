"""A binary heap of (instant, event); events at one instant may come in any order.

``heap`` is int64 [rows, 2]. Rows are never made here: the loop stops before they run out.
"""

from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.engines.kernel.layout import HEAP_SIZE
from kzsim.engines.outcome import I64


@compiled
def push(run: I64, heap: I64, at_ms: int, event: int) -> None:
    """Put an event into the heap."""
    hole = run[HEAP_SIZE]
    run[HEAP_SIZE] = hole + 1
    while hole > 0:
        parent = (hole - 1) >> 1
        if heap[parent, 0] <= at_ms:
            break
        heap[hole, 0] = heap[parent, 0]
        heap[hole, 1] = heap[parent, 1]
        hole = parent
    heap[hole, 0] = at_ms
    heap[hole, 1] = event


@compiled
def pop(run: I64, heap: I64) -> int:
    """Take the event of the earliest instant out of the heap, which must not be empty."""
    event = heap[0, 1]
    size = run[HEAP_SIZE] - 1
    run[HEAP_SIZE] = size
    at_ms, moved = heap[size, 0], heap[size, 1]
    hole = 0
    child = 1
    while child < size:
        if child + 1 < size and heap[child + 1, 0] < heap[child, 0]:
            child += 1
        if at_ms <= heap[child, 0]:
            break
        heap[hole, 0] = heap[child, 0]
        heap[hole, 1] = heap[child, 1]
        hole = child
        child = 2 * hole + 1
    heap[hole, 0] = at_ms
    heap[hole, 1] = moved
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
