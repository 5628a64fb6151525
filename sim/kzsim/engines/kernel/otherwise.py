"""Classes that count as others at a gate, once their ceiling is used up."""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.engines.kernel.booking import begin_wait, book_wait
from kzsim.engines.kernel.layout import *
from kzsim.engines.kernel.lines import comes_after, stand_behind
from kzsim.engines.outcome import I64


@compiled
def count_as_others(
    run: I64, entity: I64, element: I64, line: I64, account: I64, trace: I64, number: int
) -> None:
    """Whoever stands in the line of a class with nothing left stands in that of another from now on."""
    for row in range(element[number, LINES_FROM], element[number, LINES_FROM] + run[N_LINES]):
        if line[row, CEILING_LEFT] == 0 and line[row, OTHERWISE] != NONE and line[row, HEAD] != NONE:
            change_line(run, entity, element, line, account, trace, number, row, line[row, OTHERWISE])


@compiled
def change_line(
    run: I64,
    entity: I64,
    element: I64,
    line: I64,
    account: I64,
    trace: I64,
    number: int,
    row: int,
    other: int,
) -> None:
    """Everybody of a line moves to another, to the place that the joining time gives; the last one first."""
    who = line[row, TAIL]
    line[row, HEAD] = line[row, TAIL] = NONE
    ahead = line[other, TAIL]
    while who != NONE:
        before = entity[who, PREVIOUS]
        waits = entity[who, JOINED] != run[NOW]  # whoever has just joined does from the end of the instant
        if waits:
            book_wait(run, line, entity, element, account, trace, who, number, row)
        entity[who, KLASS] = other - element[number, LINES_FROM]
        while ahead != NONE and comes_after(entity, ahead, who):
            ahead = entity[ahead, PREVIOUS]
        stand_behind(line, entity, other, ahead, who)
        if waits:
            begin_wait(run, line, entity, element, account, trace, who, number, other)
        who = before
