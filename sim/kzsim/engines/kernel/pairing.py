"""Two who go on together: the first who leads and has one to follow, and the first who can follow."""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.engines.kernel.acting import start
from kzsim.engines.kernel.heads import comes_before
from kzsim.engines.kernel.journey import go_on, trace_row
from kzsim.engines.kernel.layout import *
from kzsim.engines.kernel.lines import leave_line
from kzsim.engines.outcome import I64
from kzsim.network.program import FOLLOWS, LEADS


@compiled
def act_pairing(
    run: I64,
    marked: I64,
    entity: I64,
    links: I64,
    element: I64,
    line: I64,
    kinds: I64,
    step: I64,
    occupancy: I64,
    account: I64,
    trace: I64,
    number: int,
) -> None:
    """Let pairs go on while there are any."""
    while True:
        leading = NONE
        for row in range(element[number, LINES_FROM], element[number, LINES_FROM] + run[N_LINES]):
            waits = line[row, SIDE] == LEADS and line[row, HEAD] != NONE
            if (
                waits
                and (leading == NONE or comes_before(entity, line, row, leading))
                and first_following(run, entity, element, line, number, line[row, GOODS]) != NONE
            ):
                leading = row
        if leading == NONE:
            return
        following = first_following(run, entity, element, line, number, line[leading, GOODS])
        leader = line[leading, HEAD]
        follower = line[following, HEAD]
        for row in (leading, following):
            who = leave_line(element, line, entity, number, row)
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
                row,
            )
            entity[who, WORKS_AT] = NONE  # pairing takes no time: there is nothing to book
            go_on(run, entity, who)
        if run[TRACED]:
            trace[TRACE_PARTNER, trace_row(entity, kinds, leader)] = entity[follower, INDEX]
            trace[TRACE_PARTNER, trace_row(entity, kinds, follower)] = entity[leader, INDEX]


@compiled
def first_following(run: I64, entity: I64, element: I64, line: I64, number: int, goods: int) -> int:
    """The line whose head is the first who can follow with these goods, or NONE."""
    best = NONE
    for row in range(element[number, LINES_FROM], element[number, LINES_FROM] + run[N_LINES]):
        can = line[row, SIDE] == FOLLOWS and line[row, GOODS] == goods and line[row, HEAD] != NONE
        if can and (best == NONE or comes_before(entity, line, row, best)):
            best = row
    return best


@compiled
def comes_to_pair(
    element: I64, line: I64, kinds: I64, step: I64, kind: int, after: int, number: int, waiting: int
) -> bool:
    """Whether a kind that has done the steps up to ``after`` may yet be partner of who waits in a line.

    ``waiting`` is that line, at the pairing ``number``; the steps to come count whether they will be skipped
    or not. The kind is of the same part of the network.
    """
    row = element[number, LINES_FROM] + kinds[kind, KIND_KLASS]
    if line[row, GOODS] != line[waiting, GOODS] or line[row, SIDE] != LEADS + FOLLOWS - line[waiting, SIDE]:
        return False
    first = kinds[kind, STEPS_FROM]
    for ahead in range(after + 1, kinds[kind, N_STEPS]):  # noqa: SIM110 - compiled code has no generators
        if step[first + ahead, AT] == number:
            return True
    return False


@compiled
def partner_will_arrive(line: I64, usable: I64, source: I64, waiting: int) -> bool:
    """Whether somebody is still to arrive who may be partner of who waits in a line.

    Who may is found out beforehand: to ask each kind of each source anew took an eighth of the loop's time
    where somebody waits for a place at nearly every instant.
    """
    for i in range(line[waiting, PARTNERS_FROM], line[waiting, PARTNERS_TO]):
        which = usable[i]
        if source[which, NEXT_ENTITY] < source[which, LAST_ENTITY]:
            return True
    return False
