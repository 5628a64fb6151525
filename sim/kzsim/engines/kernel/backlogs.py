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
def publish(run: I64, element: I64, number: int) -> None:
    """Show the backlogs of a choice as they were at the end of the last instant."""
    for which in range(element[number, ALTERNATIVES_FROM], element[number, ALTERNATIVES_TO]):
        is_changed = element[which, CHANGED_AT] == run[NOW]
        element[which, PUBLISHED] = element[which, BACKLOG_BEFORE if is_changed else BACKLOG]
