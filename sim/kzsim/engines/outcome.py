"""What a run of a program gives, the same for every engine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kzsim.network.observers import Observers

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
I8 = npt.NDArray[np.int8]

STILL_INSIDE = -1
NOT_ENTERED = -1
NO_PARTNER = -1


@dataclass(frozen=True)
class Trace:
    """When each entity joined, started and ended each step, ragged by source like the draws; its accounts.

    ``joined_ms[s]``, ``start_ms[s]``, ``end_ms[s]`` are int64 [entities of source s, steps];
    ``NOT_ENTERED`` where that had not happened by the horizon. ``end_ms`` is the step end: the
    instant at which the entity left its server. ``account_ms``: int64 [entities, accounts], every ms
    of the entity's stay, up to the horizon if it is still inside then, summed over elements.
    ``partner``: as the first three, the place in the order between entities of whom it has been paired
    with at the step, else ``NO_PARTNER``; empty if no stage pairs.
    """

    joined_ms: tuple[I64, ...]
    start_ms: tuple[I64, ...]
    end_ms: tuple[I64, ...]
    account_ms: I64
    partner: tuple[I64, ...] = ()


@dataclass(frozen=True)
class Passage:
    """What became of each entity, in their order.

    ``arrival_ms``: int64 [entities], ``NOT_YET`` for who would have followed another and never came.
    ``exit_ms``: int64 [entities], ``STILL_INSIDE`` for those inside at the horizon, and for who never came.
    ``free_flow_ms``: int64 [entities], the sum of the entity's own durations on its whole way; 0 for who
    never came.
    """

    arrival_ms: I64
    exit_ms: I64
    free_flow_ms: I64


@dataclass(frozen=True)
class Outcome:
    """Result of one run.

    ``observers``: what was counted, by group.
    ``account_ms``: int64 [groups, 3 phases, elements, accounts], every ms of every stay, those
    still inside included up to the horizon.
    ``in_line``: int32 [instants, elements], number waiting in line at each multiple of
    ``observe_every_ms`` (0 included, horizon excluded), as left by the last instant before it.
    ``in_zone``: int32 [instants, elements], places taken, read at the same instants (0 for stages).
    ``busy_ms``: int64 [pools], servers' time held, by entities in service or blocked.
    ``capacity_ms``: int64 [pools], servers' time that there was: the capacity, as calendar, outages and
    staffing rule left it, over the whole run. Those who finish after a closing can make ``busy_ms`` larger.
    ``passage``: kept where it or a trace was asked for, else None: it is what grows with the entities.
    """

    observers: Observers
    account_ms: I64
    in_line: I32
    in_zone: I32
    busy_ms: I64
    capacity_ms: I64
    passage: Passage | None = None
    trace: Trace | None = None

    @property
    def arrival_ms(self) -> I64:
        """See :class:`Passage`; raises ValueError if it was not kept."""
        return self._kept().arrival_ms

    @property
    def exit_ms(self) -> I64:
        """See :class:`Passage`; raises ValueError if it was not kept."""
        return self._kept().exit_ms

    @property
    def free_flow_ms(self) -> I64:
        """See :class:`Passage`; raises ValueError if it was not kept."""
        return self._kept().free_flow_ms

    def _kept(self) -> Passage:
        if self.passage is None:
            raise ValueError("arrivals, exits and free-flow times were not kept: run with passage=True")
        return self.passage
