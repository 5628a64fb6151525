"""Whether an element would be the next to act: then whoever comes there need not stand in line first."""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.engines.kernel.layout import *
from kzsim.engines.kernel.queue import next_ms
from kzsim.engines.outcome import I64


@compiled
def acts_next(run: I64, queue: I64, marked: I64, number: int) -> bool:
    """Whether dispatch would let this element act next, if somebody joined there now.

    Nothing else is due at this instant, nobody else goes on at it, and no element marked is before this one.
    """
    return bool(
        run[GOING_ON] == NONE
        and next_ms(queue) != run[NOW]
        and run[N_INITIAL] == 0  # those placed at the start stand in line before anything happens
        and (run[MARKED_SIZE] == 0 or number < marked[0])
    )
