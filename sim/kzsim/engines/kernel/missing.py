"""Entities that a gate lets pass and that do not show up: they come back at the next refill."""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.draws.filled import AHEAD
from kzsim.engines.kernel.booking import begin_wait, book, book_wait
from kzsim.engines.kernel.layout import *
from kzsim.engines.kernel.lines import comes_after, stand_behind
from kzsim.engines.outcome import I64


@compiled
def stay_away(
    run: I64, entity: I64, element: I64, line: I64, account: I64, trace: I64, who: int, number: int, row: int
) -> None:
    """Somebody just taken out of a gate's line, the one of ``row``, does not show up: stand aside, as of now.

    On the list of its own class who did so last stands first; of one instant, the higher entity order.
    """
    account[entity[who, SLOT], number, N_NO_SHOWS] += 1
    if entity[who, JOINED] != run[NOW]:
        book_wait(run, line, entity, element, account, trace, who, number, row)
    own = element[number, LINES_FROM] + entity[who, KLASS]
    column = OWN + (entity[who, STEP] & (AHEAD - 1))
    entity[who, column] += 1
    if entity[who, column] == SKIPPED:
        entity[who, column] = 0  # the last time: it shows up at the next
    entity[who, JOINED] = run[NOW]
    entity[who, WORKS_AT] = number
    ahead, behind = NONE, line[own, FIRST_MISSED]
    while behind != NONE and comes_after(entity, behind, who):
        ahead, behind = behind, entity[behind, NEXT]
    entity[who, NEXT] = behind
    if ahead == NONE:
        line[own, FIRST_MISSED] = who
    else:
        entity[ahead, NEXT] = who
    element[number, WAITING] += 1


@compiled
def come_back(
    run: I64, entity: I64, element: I64, line: I64, account: I64, trace: I64, number: int, row: int
) -> None:
    """Whoever stands aside is in line again, at the place that its joining time gives it."""
    who = line[row, FIRST_MISSED]
    line[row, FIRST_MISSED] = NONE
    ahead = line[row, TAIL]
    while who != NONE:
        missed_before = entity[who, NEXT]
        book_absence(run, entity, element, account, trace, who, number)
        entity[who, WORKS_AT] = NONE
        while ahead != NONE and comes_after(entity, ahead, who):
            ahead = entity[ahead, PREVIOUS]
        stand_behind(line, entity, row, ahead, who)
        begin_wait(run, line, entity, element, account, trace, who, number, row)
        who = missed_before


@compiled
def book_absence(
    run: I64, entity: I64, element: I64, account: I64, trace: I64, who: int, number: int
) -> None:
    """Book the time since somebody did not show up."""
    waited = run[NOW] - entity[who, JOINED]
    book(run, entity, element, account, trace, who, number, QUOTA, waited)
    entity[who, WAITED_MS + QUOTA - CLOSED] += waited
