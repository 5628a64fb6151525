"""What is counted of entities that come, start and go; see *Observers* in ``docs/engine.md``.

The tables by group are those of ``kzsim.network.observers``, or parts of them, see ``layout``.
"""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

import numpy as np

from kzsim.compiled import compiled
from kzsim.draws.scalar import FIRST, SECOND
from kzsim.draws.scalar import STEP as GOLDEN
from kzsim.engines.kernel.layout import *
from kzsim.engines.outcome import I32, I64
from kzsim.network.buckets import TIME_BITS, WAIT_BITS
from kzsim.network.entities import U64
from kzsim.network.observers import SQUARE_BITS
from kzsim.network.program import MOST_SPANS

LOW_BITS = (1 << SQUARE_BITS) - 1


@compiled
def note_arrival(run: I64, entity: I64, slots: I64, flow: I32, who: int) -> None:
    """Count somebody who has just come."""
    slot = entity[who, SLOT]
    slots[slot, N_ARRIVED] += 1
    flow[FLOW_IN, run[OBSERVATION] - 1, slot // N_PHASES] += 1
    for cause in range(N_CAUSES):
        entity[who, WAITED_MS + cause] = 0
    for span in range(MOST_SPANS):
        entity[who, SPAN_MS + span] = 0


@compiled
def note_start(run: I64, entity: I64, account: I64, who: int, number: int) -> None:
    """Count a start, pass or grant."""
    account[entity[who, SLOT], number, N_STARTS] += 1
    if entity[who, JOINED] != run[NOW]:
        account[entity[who, SLOT], number, N_WAITED] += 1


@compiled
def note_exit(
    run: I64,
    entity: I64,
    arrival_ms: I64,
    limits: I64,
    slots: I64,
    flow: I32,
    times: I32,
    waits: I32,
    spans: I32,
    digest: U64,
    passage: I64,
    who: int,
) -> None:
    """Count somebody who leaves."""
    slot = entity[who, SLOT]
    slots[slot, N_LEFT] += 1
    if run[NOW] >= run[COHORT_FROM]:
        slots[slot, N_LEFT_MEASURED] += 1
    flow[FLOW_OUT, run[OBSERVATION] - 1, slot // N_PHASES] += 1
    note_stay(
        run, entity, arrival_ms, slots, waits, spans, digest, passage, who, run[NOW], entity[who, FREE_FLOW]
    )
    stay = run[NOW] - arrival_ms[entity[who, INDEX]]
    if slot % N_PHASES == COHORT and stay <= run[FOLLOW_UP]:
        slots[slot, N_THROUGH] += 1
        times[slot // N_PHASES, bucket_of(stay, TIME_BITS)] += 1
        for limit in range(limits.shape[0]):
            if stay <= limits[limit]:
                slots[slot, N_WITHIN + limit] += 1


@compiled
def note_stay(
    run: I64,
    entity: I64,
    arrival_ms: I64,
    slots: I64,
    waits: I32,
    spans: I32,
    digest: U64,
    passage: I64,
    who: int,
    exit_ms: int,
    free_flow_ms: int,
) -> None:
    """Count the stay up to now of somebody who leaves, or is inside at the horizon (exit NONE)."""
    slot = entity[who, SLOT]
    index = entity[who, INDEX]
    stay = run[NOW] - arrival_ms[index]
    slots[slot, STAY_MS] += stay
    digest[0] += digest_of_one(index, exit_ms, free_flow_ms)
    if run[KEEPS_PASSAGE]:
        passage[index, EXIT] = exit_ms
        passage[index, OWN_TIME] = free_flow_ms
    if slot % N_PHASES == COHORT:
        capped = min(stay, run[FOLLOW_UP])
        high = capped >> SQUARE_BITS
        low = capped & LOW_BITS
        slots[slot, CAPPED_MS] += capped
        slots[slot, FREE_FLOW_MS] += free_flow_ms
        slots[slot, CAPPED_FREE_FLOW_MS] += min(free_flow_ms, run[FOLLOW_UP])
        slots[slot, SQUARES] += high * high
        slots[slot, SQUARES + 1] += high * low
        slots[slot, SQUARES + 2] += low * low
        for cause in range(N_CAUSES):
            waits[slot // N_PHASES, cause, bucket_of(entity[who, WAITED_MS + cause], WAIT_BITS)] += 1
        for span in range(spans.shape[1]):
            spans[slot // N_PHASES, span, bucket_of(entity[who, SPAN_MS + span], WAIT_BITS)] += 1


@compiled
def digest_of_one(index: int, exit_ms: int, free_flow_ms: int) -> np.uint64:
    """The entity's part of the digest; see ``kzsim.engines.observers.digest_of``."""
    z = mixed(np.uint64(index + 1) * GOLDEN + np.uint64(exit_ms + 1))
    return mixed(z + np.uint64(free_flow_ms))


@compiled
def mixed(z: np.uint64) -> np.uint64:
    """The finaliser of SplitMix64."""
    z = (z ^ (z >> np.uint64(30))) * FIRST
    z = (z ^ (z >> np.uint64(27))) * SECOND
    return z ^ (z >> np.uint64(31))


@compiled
def bucket_of(time_ms: int, bits: int) -> int:
    """The number of a time's bucket; see ``kzsim.network.buckets.bucket``."""
    shift = bit_length(time_ms >> bits)
    return (shift << (bits - 1)) + (time_ms >> shift)


@compiled
def bit_length(number: int) -> int:
    """How many bits a number from 0 to 2**63 - 1 has, without a branch to be guessed."""
    length = 0
    rest = number
    for power in range(5, -1, -1):
        by = int(rest >= 1 << (1 << power)) << power
        rest >>= by
        length += by
    return length + rest


@compiled
def observe(run: I64, element: I64, own: I64, observed: I32, until_ms: int) -> None:
    """Read lines and zones at every instant of observation up to ``until_ms``, as they stand now."""
    while run[NEXT_OBSERVATION] <= until_ms:
        for number in own:
            observed[0, run[OBSERVATION], number] = element[number, WAITING] - element[number, N_PAUSED]
            observed[1, run[OBSERVATION], number] = element[number, TAKEN]
        run[OBSERVATION] += 1
        run[NEXT_OBSERVATION] += run[OBSERVE_EVERY]
