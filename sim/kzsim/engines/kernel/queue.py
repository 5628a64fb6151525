"""The queue of events: a small heap of what comes soon, buckets of time for the rest.

Time is cut into buckets of 2**BUCKET_BITS ms. Events of the buckets opened so far stand in the *near*
heap. An end of work in one of the next N_BUCKETS is only linked into that bucket's list, by the
entity's own row. All else, which is little, stands in the *far* heap: events from outside, and ends of
work still later. The next bucket is opened when the near heap is empty; so an event moves through a
heap of those due within a moment, not of all. Events that are put in before their instant come in the
order of their numbers.

An entry of a heap is one whole number, ``instant * EVENTS + event``: one comparison, one move.
``queue`` is int64 [rows]: the first entity of each bucket's list; from NEAR on the near heap; from the
last row down the far heap. Rows are never made here: the loop stops before they run out.
"""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.engines.kernel.heap import lift, rise, take_top
from kzsim.engines.kernel.layout import *
from kzsim.engines.outcome import I64


@compiled
def push(run: I64, queue: I64, at_ms: int, event: int) -> None:
    """Put in an event from outside; what would come at the horizon or later never comes."""
    if at_ms < run[HORIZON]:
        if at_ms >> run[BUCKET_BITS] <= run[OPENED]:
            push_near(run, queue, at_ms, event)
        else:
            push_far(run, queue, at_ms, event)


@compiled
def push_end(run: I64, queue: I64, entity: I64, at_ms: int, who: int) -> None:
    """Put in the end of an entity's work; the same holds."""
    if at_ms < run[HORIZON]:
        bucket = at_ms >> run[BUCKET_BITS]
        ahead = bucket - run[OPENED]
        if ahead <= 0:
            push_near(run, queue, at_ms, END * EVENT_BASE + who)
        elif ahead <= N_BUCKETS:
            slot = bucket & (N_BUCKETS - 1)
            entity[who, DUE] = at_ms
            entity[who, NEXT] = queue[slot]
            queue[slot] = who
            run[IN_BUCKETS] += 1
        else:
            push_far(run, queue, at_ms, END * EVENT_BASE + who)


@compiled
def push_near(run: I64, queue: I64, at_ms: int, event: int) -> None:
    """Put an event of an opened bucket into the near heap."""
    hole = run[NEAR_SIZE]
    run[NEAR_SIZE] = hole + 1
    rise(queue, NEAR, 1, hole, at_ms * EVENTS + event)


@compiled
def push_far(run: I64, queue: I64, at_ms: int, event: int) -> None:
    """Put an event of a later bucket into the far heap."""
    hole = run[FAR_SIZE]
    run[FAR_SIZE] = hole + 1
    rise(queue, queue.shape[0] - 1, -1, hole, at_ms * EVENTS + event)


@compiled
def next_ms(queue: I64) -> int:
    """The earliest instant in the near heap; EMPTY_MS if nothing is there."""
    return int(queue[NEAR] >> EVENT_BITS)


@compiled
def next_event(queue: I64) -> int:
    """The event of the earliest instant in the near heap, which must not be empty."""
    return int(queue[NEAR] & (EVENTS - 1))


@compiled
def drop_next(run: I64, queue: I64) -> None:
    """Take that event out."""
    size = run[NEAR_SIZE] - 1
    run[NEAR_SIZE] = size
    take_top(queue, NEAR, 1, size)
    if size == 0:
        queue[NEAR] = EMPTY_MS * EVENTS


@compiled
def drop_end(run: I64, queue: I64, entity: I64, who: int) -> None:
    """Take out the end of an entity's work, due at its DUE; at the horizon or later it is not in."""
    at_ms = entity[who, DUE]
    if at_ms >= run[HORIZON]:
        return
    bucket = at_ms >> run[BUCKET_BITS]
    event = END * EVENT_BASE + who
    if bucket <= run[OPENED]:
        lift(queue, NEAR, 1, at_ms * EVENTS + event)
        drop_next(run, queue)
        return
    slot = bucket & (N_BUCKETS - 1)
    ahead, other = NONE, queue[slot]
    while other != NONE and other != who:
        ahead, other = other, entity[other, NEXT]
    if other == NONE:
        last = queue.shape[0] - 1
        lift(queue, last, -1, at_ms * EVENTS + event)
        run[FAR_SIZE] -= 1
        take_top(queue, last, -1, run[FAR_SIZE])
    else:
        run[IN_BUCKETS] -= 1
        if ahead == NONE:
            queue[slot] = entity[who, NEXT]
        else:
            entity[ahead, NEXT] = entity[who, NEXT]


@compiled
def find_next(run: I64, queue: I64, entity: I64) -> int:
    """The instant of the next event, opening buckets until one has it; EMPTY_MS if there is none."""
    while run[NEAR_SIZE] == 0:
        last = queue.shape[0] - 1
        far = NEVER
        if run[FAR_SIZE] > 0:
            far = (queue[last] >> EVENT_BITS) >> run[BUCKET_BITS]
        bucket = run[OPENED] + 1
        if run[IN_BUCKETS] > 0:
            while bucket < far and queue[bucket & (N_BUCKETS - 1)] == NONE:
                bucket += 1
        elif run[FAR_SIZE] > 0:
            bucket = far
        else:
            break
        open_bucket(run, queue, entity, bucket)
    return next_ms(queue)


@compiled
def open_bucket(run: I64, queue: I64, entity: I64, bucket: int) -> None:
    """Move what is in this bucket, and in the far heap up to it, to the near heap."""
    run[OPENED] = bucket
    slot = bucket & (N_BUCKETS - 1)
    who = queue[slot]
    queue[slot] = NONE
    while who != NONE:
        behind = entity[who, NEXT]
        push_near(run, queue, entity[who, DUE], END * EVENT_BASE + who)
        run[IN_BUCKETS] -= 1
        who = behind
    last = queue.shape[0] - 1
    while run[FAR_SIZE] > 0 and (queue[last] >> EVENT_BITS) >> run[BUCKET_BITS] <= bucket:
        entry = queue[last]
        run[FAR_SIZE] -= 1
        take_top(queue, last, -1, run[FAR_SIZE])
        push_near(run, queue, entry >> EVENT_BITS, entry & (EVENTS - 1))
