"""An entity's own durations, some steps ahead: which step it enters next, and how long it takes there."""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.draws.filled import AHEAD, fill_ahead
from kzsim.engines.kernel.layout import *
from kzsim.engines.outcome import I64
from kzsim.network.entities import F64, U64


@compiled
def find_following(
    run: I64,
    entity: I64,
    kinds: I64,
    step: I64,
    duration: I64,
    keys: U64,
    work: I64,
    shape: F64,
    condition: I64,
    bounds: F64,
    lane: F64,
    word: U64,
    who: int,
) -> int:
    """The next step that the entity enters; the number of steps if there is none."""
    n_steps = kinds[entity[who, KIND], N_STEPS]
    following = entity[who, STEP] + 1
    while following < n_steps:
        if following & (AHEAD - 1) == 0:
            look_ahead(
                run, entity, kinds, duration, keys, work, shape, condition, bounds, lane, word, who, following
            )
            if kinds[entity[who, KIND], N_OFFERS] > 0:
                skip_ways_not_taken(entity, kinds, step, who, following)
        if entity[who, OWN + (following & (AHEAD - 1))] != SKIPPED:
            break
        following += 1
    return int(following)


@compiled
def skip_ways_not_taken(entity: I64, kinds: I64, step: I64, who: int, first: int) -> None:
    """Of the steps noted from this one on, skip those that other choices of the entity would lead to.

    These are the rest of a choice that is made, and steps given what was not picked, or not yet: after each
    choice what is noted is noted anew.
    """
    route = kinds[entity[who, KIND], STEPS_FROM]
    chosen = entity[who, CHOSEN]
    for j in range(min(AHEAD, kinds[entity[who, KIND], N_STEPS] - first)):
        given = step[route + first + j, GIVEN_PICKED]
        if chosen & step[route + first + j, OFFERED_WITH] != 0 or (given != 0 and chosen & given == 0):
            entity[who, OWN + j] = SKIPPED


@compiled
def look_ahead(
    run: I64,
    entity: I64,
    kinds: I64,
    duration: I64,
    keys: U64,
    work: I64,
    shape: F64,
    condition: I64,
    bounds: F64,
    lane: F64,
    word: U64,
    who: int,
    step: int,
) -> None:
    """Note the entity's own durations from this step on: AHEAD of them, SKIPPED where it does not enter."""
    kind = entity[who, KIND]
    number = entity[who, INDEX] - kinds[kind, FIRST_OF_SOURCE]
    count = min(AHEAD, kinds[kind, N_STEPS] - step)
    if run[GIVEN]:
        row = kinds[kind, DURATIONS_FROM] + number * kinds[kind, N_STEPS] + step
        for j in range(count):
            entity[who, OWN + j] = duration[row + j]
    else:
        row = kinds[kind, WORK_FROM] + step
        fill_ahead(keys, work, shape, condition, bounds, lane, word, row, number, count, entity, who, OWN)


@compiled
def own_time(entity: I64, who: int) -> int:
    """The entity's own duration of the step it has entered last."""
    return int(entity[who, OWN + (entity[who, STEP] & (AHEAD - 1))])
