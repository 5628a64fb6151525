"""Backlogs of alternatives: who has picked one and has not yet started at the stage that it names."""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.engines.kernel.layout import *
from kzsim.engines.outcome import I64


@compiled
def alternative_of(kinds: I64, occupancy: I64, kind: int, offer: int) -> int:
    """The row of an alternative of which the kind's route has this bit."""
    place = 0
    while not (offer >> place) & 1:
        place += 1
    return int(occupancy[kinds[kind, OFFERS_FROM] + place])


@compiled
def count(run: I64, element: I64, which: int, change: int) -> None:
    """So many more in a backlog; what it was before this instant is what a publication now shows."""
    if element[which, CHANGED_AT] != run[NOW]:
        element[which, BACKLOG_BEFORE] = element[which, BACKLOG]
        element[which, CHANGED_AT] = run[NOW]
    element[which, BACKLOG] += change


@compiled
def end_backlogs(
    run: I64, entity: I64, element: I64, kinds: I64, occupancy: I64, who: int, ended: int
) -> None:
    """Whoever starts at a named stage, or leaves, is not counted any more in these backlogs, if it was."""
    ended &= entity[who, COUNTED]
    entity[who, COUNTED] &= ~ended
    while ended != 0:
        offer = ended & -ended
        count(run, element, alternative_of(kinds, occupancy, entity[who, KIND], offer), -1)
        ended &= ~offer


@compiled
def publish(run: I64, element: I64, refill: I64, number: int) -> None:
    """Show the waits that the backlogs meant at the end of the last instant."""
    for which in range(element[number, ALTERNATIVES_FROM], element[number, ALTERNATIVES_TO]):
        is_changed = element[which, CHANGED_AT] == run[NOW]
        backlog = element[which, BACKLOG_BEFORE if is_changed else BACKLOG]
        element[which, PUBLISHED] = wait_ms(run, element, refill, which, backlog)


@compiled
def wait_ms(run: I64, element: I64, refill: I64, which: int, backlog: int) -> int:
    """What who picks it now can expect: with turns, until the place behind the backlog comes up.

    Publications come in the order of time, so turns that are over never count again.
    """
    row, behind = element[which, TURN_NEXT], element[which, TURN_TO]
    if behind == element[which, TURN_FROM]:
        return int(backlog * element[which, INTERVAL])
    while row < behind and refill[row, TURN_AT] < run[NOW]:
        row += 1
    element[which, TURN_NEXT] = row
    wanted = backlog + 1
    if row > element[which, TURN_FROM]:
        wanted += refill[row - 1, PLACES_UP]
    if refill[behind - 1, PLACES_UP] < wanted:
        last = max(refill[behind - 1, TURN_AT] - run[NOW], 0)
        return int(last + (wanted - refill[behind - 1, PLACES_UP]) * element[which, INTERVAL])
    above = behind - 1  # it comes up here or before
    while row < above:
        middle = (row + above) // 2
        if refill[middle, PLACES_UP] < wanted:
            row = middle + 1
        else:
            above = middle
    return int(refill[row, TURN_AT] - run[NOW])
