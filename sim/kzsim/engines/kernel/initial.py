"""Entities that are there at the start: each stands in the line of its first step, or before its zone."""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.draws.filled import AHEAD
from kzsim.engines.kernel.journey import arrive, first_of, trace_row, wait_for_place
from kzsim.engines.kernel.layout import *
from kzsim.engines.kernel.lines import join
from kzsim.engines.kernel.observing import note_arrival, observe
from kzsim.engines.kernel.queue import find_next
from kzsim.engines.outcome import I32, I64
from kzsim.network.entities import I16


@compiled
def place_initial(
    run: I64,
    queue: I64,
    marked: I64,
    entity: I64,
    element: I64,
    line: I64,
    pool: I64,
    own: I64,
    source: I64,
    kinds: I64,
    step: I64,
    occupancy: I64,
    arrival_ms: I64,
    kind_of: I16,
    initial: I64,
    slots: I64,
    flow: I32,
    observed: I32,
    trace: I64,
) -> None:
    """Put everybody into line, then read the lines as they are before anything happens at 0.

    ``entity`` must have a row for each of them. To ``proceed`` would do the same, but is a large part of the
    loop and would be compiled a second time.
    """
    run[NOW] = 0
    for i in range(initial.shape[0]):
        which = initial[i, OF_SOURCE]
        source[which, LAST_ENTITY] = source[which, NEXT_ENTITY] + 1  # nobody is to come after it
        who = arrive(run, queue, entity, source, kinds, arrival_ms, kind_of, which)
        for ahead in range(AHEAD):
            entity[who, OWN + ahead] = initial[i, OWN_FIRST + ahead]
        for cause in range(N_CAUSES):
            entity[who, CLOCK_AT_JOINING + cause] = 0
        entity[who, FOLLOWING] = 0
        first = kinds[entity[who, KIND], STEPS_FROM]
        due = step[first, PLACES_NEEDED]
        if due != 0:
            wait_for_place(run, marked, entity, element, line, pool, kinds, occupancy, who, first_of(due))
        else:
            entity[who, STEP] = 0
            if run[TRACED]:
                trace[TRACE_JOINED, trace_row(entity, kinds, who)] = 0
            join(run, marked, element, line, entity, who, step[first, AT])
        entity[who, JOINED] = initial[i, JOINED_MS]
    observe(run, element, own, observed, 0)
    for who in range(initial.shape[0]):
        note_arrival(run, entity, slots, flow, who)
    run[N_INITIAL] = 0
    find_next(run, queue, entity)  # what is due at 0 is now in the near heap
