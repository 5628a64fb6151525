"""Choices: who comes picks a way on; who has picked it is counted until it starts at a named stage."""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.draws.filled import AHEAD
from kzsim.engines.kernel.acting import start
from kzsim.engines.kernel.ahead import look_ahead, skip_ways_not_taken
from kzsim.engines.kernel.backlogs import alternative_of, count
from kzsim.engines.kernel.journey import go_on, trace_row
from kzsim.engines.kernel.layout import *
from kzsim.engines.kernel.lines import leave_line
from kzsim.engines.kernel.observing import note_start
from kzsim.engines.outcome import I64
from kzsim.network.entities import F64, U64


@compiled
def act_choice(
    run: I64,
    marked: I64,
    entity: I64,
    links: I64,
    element: I64,
    line: I64,
    kinds: I64,
    step: I64,
    occupancy: I64,
    duration: I64,
    keys: U64,
    work: I64,
    shape: F64,
    condition: I64,
    bounds: F64,
    lane: F64,
    word: U64,
    account: I64,
    trace: I64,
    number: int,
) -> None:
    """Let everybody pick: no backlog is published within the instant, so the order does not matter."""
    for line_row in range(element[number, LINES_FROM], element[number, LINES_FROM] + run[N_LINES]):
        while line[line_row, HEAD] != NONE:
            who = leave_line(element, line, entity, number, line_row)
            kind = entity[who, KIND]
            route = kinds[kind, STEPS_FROM]
            first = entity[who, STEP]
            with_it = step[route + first, OFFERED_WITH]
            picked = first
            least = NEVER
            at = first
            while at < kinds[kind, N_STEPS] and step[route + at, OFFERED_WITH] == with_it:
                if at & (AHEAD - 1) == 0 and at != first:
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
                        at,
                    )
                own = entity[who, OWN + (at & (AHEAD - 1))]
                if own != SKIPPED:
                    which = alternative_of(kinds, occupancy, kind, step[route + at, OFFER])
                    cost = own + element[which, PUBLISHED]
                    if at == first or cost < least:
                        picked, least = at, cost
                at += 1
            if run[TRACED]:
                trace[TRACE_JOINED, trace_row(entity, kinds, who)] = NONE  # not at this step
            entity[who, STEP] = entity[who, FOLLOWING] = picked
            if run[TRACED]:
                trace[TRACE_JOINED, trace_row(entity, kinds, who)] = run[NOW]
            start(
                run,
                marked,
                entity,
                links,
                element,
                line,
                kinds,
                step,
                occupancy,
                account,
                trace,
                who,
                number,
                line_row,
            )
            entity[who, WORKS_AT] = NONE  # choosing takes no time: there is nothing to book
            offer = step[route + picked, OFFER]
            entity[who, CHOSEN] |= offer
            entity[who, COUNTED] |= offer
            noted = picked & ~(AHEAD - 1)
            look_ahead(
                run, entity, kinds, duration, keys, work, shape, condition, bounds, lane, word, who, noted
            )
            skip_ways_not_taken(entity, kinds, step, who, noted)
            which = alternative_of(kinds, occupancy, kind, offer)
            count(run, element, which, 1)
            note_start(run, entity, account, who, which)
            go_on(run, entity, who)


@compiled
def own_on_the_way(entity: I64, kinds: I64, step: I64, who: int, number: int, own: int) -> int:
    """What a step still to come adds to its own time, at the horizon; called for one after another.

    A choice not yet made is supposed to fall on the least own cost, on the first of equal ones.
    """
    row = kinds[entity[who, KIND], STEPS_FROM] + number
    picked = entity[who, CHOSEN] | entity[who, SUPPOSED]
    is_given = step[row, GIVEN_PICKED] == 0 or picked & step[row, GIVEN_PICKED] != 0
    if own == SKIPPED or not is_given:
        return 0
    together = step[row, OFFERED_WITH]
    if together == 0:
        return max(own, 0)
    is_open = entity[who, CHOSEN] & together == 0
    if is_open and (entity[who, SUPPOSED] & together == 0 or own < entity[who, LEAST_COST]):
        entity[who, SUPPOSED] = (entity[who, SUPPOSED] & ~together) | step[row, OFFER]
        entity[who, LEAST_COST] = own
    return 0
