"""The kernel's queue of events gives them back in the order of time, as a sorted list does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kzsim import compiled
from kzsim.engines.kernel import engine
from kzsim.engines.kernel.layout import (
    ARRIVAL,
    BUCKET_BITS,
    CAPACITY_CHANGE,
    DUE,
    EMPTY_MS,
    END,
    ENTITY_COLUMNS,
    EVENT_BASE,
    EVENTS,
    HORIZON,
    IN_BUCKETS,
    N_BUCKETS,
    NEAR,
    NONE,
    NOW,
    OPENED,
    RUN_COLUMNS,
)
from kzsim.engines.kernel.queue import drop_end, drop_next, find_next, next_event, push, push_end

ROOT = Path(__file__).parents[2]
ENTITIES = 12
OUTSIDE = 4
LONGEST = 2**38

# what happens next: somebody starts to work or has to break off, an event from outside is planned, the
# next one is taken, or the tables are made longer
ACTIONS = st.sampled_from(["work", "work", "work", "plan", "take", "take", "take", "break off", "lengthen"])
DELAYS = st.one_of(
    st.sampled_from([1, 2, 60_000, N_BUCKETS, LONGEST]),
    st.integers(1, 3),
    st.integers(1, 10_000),
    st.integers(1, 40 * N_BUCKETS),
    st.integers(1, LONGEST),
)


class Queue:
    """The kernel's queue and beside it what is in it: a list of (instant, event)."""

    def __init__(self, bucket_bits: int, horizon_ms: int) -> None:
        self.run = np.zeros(RUN_COLUMNS, dtype=np.int64)
        self.run[[NOW, OPENED, HORIZON, BUCKET_BITS]] = NONE, NONE, horizon_ms, bucket_bits
        self.queue = np.full(N_BUCKETS + ENTITIES + OUTSIDE + 1, NONE, dtype=np.int64)
        self.queue[NEAR] = EMPTY_MS * EVENTS
        self.entity = np.zeros((ENTITIES, ENTITY_COLUMNS), dtype=np.int64)
        self.links = np.zeros((ENTITIES, 0), dtype=np.int64)
        self.asked = np.zeros(ENTITIES, dtype=np.int8)
        self.pending: list[tuple[int, int]] = []
        self.idle = {END * EVENT_BASE + who for who in range(ENTITIES)}
        self.unplanned = {ARRIVAL * EVENT_BASE, ARRIVAL * EVENT_BASE + 7, CAPACITY_CHANGE * EVENT_BASE + 1}

    def add(self, event: int, delay_ms: int) -> None:
        at_ms = max(int(self.run[NOW]), 0) + delay_ms
        if event // EVENT_BASE == END:
            push_end(self.run, self.queue, self.entity, at_ms, event % EVENT_BASE)
            self.entity[event % EVENT_BASE, DUE] = at_ms
        else:
            push(self.run, self.queue, at_ms, event)
        if at_ms < self.run[HORIZON]:
            self.pending.append((at_ms, event))

    def take(self) -> None:
        """Take what is next; the list must know it, and nothing earlier."""
        at_ms = find_next(self.run, self.queue, self.entity)
        assert at_ms == min(self.pending, default=(EMPTY_MS,))[0]
        if at_ms != EMPTY_MS:
            event = next_event(self.queue)
            drop_next(self.run, self.queue)
            self.pending.remove((at_ms, event))
            (self.idle if event // EVENT_BASE == END else self.unplanned).add(event)
            self.run[NOW] = at_ms

    def break_off(self, number: int) -> None:
        """Take the end of somebody's work out, also one at the horizon or later, which is not in."""
        working = sorted({END * EVENT_BASE + who for who in range(ENTITIES)} - self.idle)
        if working:
            event = working[number % len(working)]
            drop_end(self.run, self.queue, self.entity, event % EVENT_BASE)
            self.pending = [entry for entry in self.pending if entry[1] != event]
            self.idle.add(event)

    def lengthen(self) -> None:
        self.queue = engine._lengthen(self.entity, self.links, self.asked, self.queue, self.run)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.tuples(ACTIONS, DELAYS), max_size=120),
    st.integers(0, 38),
    st.sampled_from([1, 50_000, LONGEST, LONGEST]),
)
def test_events_come_in_the_order_of_a_sorted_list(
    actions: list[tuple[str, int]], bucket_bits: int, horizon_ms: int
) -> None:
    """Whatever the width of a bucket: all in one, or each in one of its own."""
    tested = Queue(bucket_bits, horizon_ms)
    for action, delay_ms in actions:
        if action == "work" and tested.idle:
            tested.add(tested.idle.pop(), delay_ms)
        elif action == "plan" and tested.unplanned:
            tested.add(tested.unplanned.pop(), delay_ms)
        elif action == "break off":
            tested.break_off(delay_ms)
        elif action == "lengthen":
            tested.lengthen()
        else:
            tested.take()
    while tested.pending:
        tested.take()
    tested.take()  # which finds nothing
    assert tested.run[IN_BUCKETS] == 0


@pytest.mark.skipif(not compiled.in_use(), reason="there is no compiler here: the test above did it")
def test_the_queue_is_ordinary_python_with_the_same_results() -> None:
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    name = f"{__file__}::{test_events_come_in_the_order_of_a_sorted_list.__name__}"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", name]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "1 passed" in done.stdout
