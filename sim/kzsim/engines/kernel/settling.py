"""What is booked and counted of those who are still inside at the horizon."""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.draws.filled import AHEAD
from kzsim.engines.kernel.ahead import look_ahead
from kzsim.engines.kernel.booking import book_unfinished, book_wait
from kzsim.engines.kernel.choosing import own_on_the_way
from kzsim.engines.kernel.layout import *
from kzsim.engines.kernel.missing import book_absence
from kzsim.engines.kernel.observing import note_stay
from kzsim.engines.outcome import I32, I64
from kzsim.network.entities import F64, U64


@compiled
def settle(
    run: I64,
    entity: I64,
    element: I64,
    line: I64,
    pool: I64,
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
    calendar: I64,
    account: I64,
    arrival_ms: I64,
    slots: I64,
    waits: I32,
    spans: I32,
    digest: U64,
    passage: I64,
    trace: I64,
) -> None:
    """At the horizon: book and count the time so far of everybody inside, and the servers they hold."""
    run[NOW] = run[HORIZON]
    for who in range(run[HIGHEST_ROW]):
        if entity[who, INDEX] != NONE:
            at = entity[who, WAITS_AT]
            following = entity[who, STEP] + 1
            if entity[who, WORKS_AT] != NONE and element[entity[who, WORKS_AT], TYPE] == GATE:
                book_absence(run, entity, element, account, trace, who, at)
            elif entity[who, WORKS_AT] != NONE:
                book_unfinished(run, entity, element, calendar, account, trace, who)
            elif at != NONE:
                row = element[at, LINES_FROM] + entity[who, KLASS]
                book_wait(run, line, entity, element, account, trace, who, at, row)
                # its own time at what it waits for is still to come
                following = entity[who, FOLLOWING]
            if entity[who, POOL] != NONE:
                pool[entity[who, POOL], BUSY_MS] += run[NOW] - entity[who, START]
                if at != NONE and at == entity[who, WORKS_AT]:
                    pool[entity[who, POOL], BUSY_MS] -= run[NOW]  # paused: it holds no server
            own = entity[who, FREE_FLOW]
            entity[who, SUPPOSED] = 0
            chooses = kinds[entity[who, KIND], N_OFFERS] > 0
            for ahead in range(following, kinds[entity[who, KIND], N_STEPS]):
                # noted may be without the ways that the entity has not chosen yet
                if ahead & (AHEAD - 1) == 0 or (chooses and ahead == following):
                    look_ahead(
                        run,
                        entity,
                        kinds,
                        duration,
                        keys,
                        work,
                        shape,
                        condition,
                        bounds,
                        lane,
                        word,
                        who,
                        ahead & ~(AHEAD - 1),
                    )
                taken = entity[who, OWN + (ahead & (AHEAD - 1))]
                if chooses:
                    taken = own_on_the_way(entity, kinds, step, who, ahead, taken)
                own += max(taken, 0)
            note_stay(run, entity, arrival_ms, slots, waits, spans, digest, passage, who, NONE, own)
