"""Entities that are there at the start: each stands in the line of its first step, or before its zone."""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.engines.kernel.journey import arrive, proceed
from kzsim.engines.kernel.layout import *
from kzsim.engines.kernel.lines import join
from kzsim.engines.kernel.observing import note_arrival, observe
from kzsim.engines.kernel.queue import find_next
from kzsim.engines.outcome import I32, I64
from kzsim.network.entities import F64, I16, U64


@compiled
def place_initial(
    run: I64,
    queue: I64,
    marked: I64,
    entity: I64,
    links: I64,
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
    duration: I64,
    keys: U64,
    work: I64,
    shape: F64,
    condition: I64,
    bounds: F64,
    lane: F64,
    word: U64,
    calendar: I64,
    token: I64,
    need: I64,
    needs_of: I64,
    user: I64,
    returning: I64,
    account: I64,
    slots: I64,
    flow: I32,
    observed: I32,
    trace: I64,
) -> None:
    """Put everybody into line, then read the lines as they are before anything happens at 0.

    ``entity`` must have a row for each of them.
    """
    run[NOW] = 0
    for i in range(initial.shape[0]):
        which = initial[i, OF_SOURCE]
        source[which, LAST_ENTITY] = source[which, NEXT_ENTITY] + 1  # nobody is to come after it
        who = arrive(run, queue, entity, source, kinds, arrival_ms, kind_of, which)
        goes_on = proceed(
            run,
            queue,
            marked,
            entity,
            links,
            element,
            line,
            pool,
            kinds,
            step,
            occupancy,
            duration,
            keys,
            work,
            shape,
            condition,
            bounds,
            lane,
            word,
            calendar,
            token,
            need,
            needs_of,
            user,
            returning,
            account,
            trace,
            who,
        )
        if goes_on == JOINS:
            number = step[kinds[entity[who, KIND], STEPS_FROM] + entity[who, STEP], AT]
            join(run, marked, element, line, entity, who, number)
        entity[who, JOINED] = initial[i, JOINED_MS]
    observe(run, element, own, observed, 0)
    for who in range(initial.shape[0]):
        note_arrival(run, entity, slots, flow, who)
    run[N_INITIAL] = 0
    find_next(run, queue, entity)  # what is due at 0 is now in the near heap
