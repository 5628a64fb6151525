"""The entities of one replication: defined before the run, read by every engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
I16 = npt.NDArray[np.int16]
U64 = npt.NDArray[np.uint64]
F64 = npt.NDArray[np.float64]

Away = dict[tuple[int, int], I64]
"""For how long tokens are away: by step and kind of tokens, int64 [entities of a source]."""

SKIPPED = -1
NOT_YET = -1
"""The arrival of an entity that follows another, before the run; and after it if it never came."""


@dataclass(frozen=True)
class Numbers:
    """How every duration follows from raw words, as tables; see ``kzsim.draws.recipes``.

    ``keys``: uint64 [purposes], one stream each, source after source.
    ``work_from``: int64 [sources], the row of ``work`` of a source's first kind and step.
    ``work``: int64 [rows, 5], a row a source, kind and step: family, purpose, words an entity,
    conditions from, to. ``shape``: float64 [rows and more, 3]: what the row's family needs, first the mean
    in ms of most; behind the rows stand the tables that some point to, see ``kzsim.draws.parameters``.
    ``condition``: int64 [conditions], the purpose; ``bounds``: float64 [conditions, 2].
    """

    keys: U64
    work_from: I64
    work: I64
    shape: F64
    condition: I64
    bounds: F64


@dataclass(frozen=True)
class KindTable:
    """The kinds of one source, by number: ``klass`` int16, ``group`` int32."""

    klass: I16
    group: npt.NDArray[np.int32]


@dataclass(frozen=True)
class Entities:
    """The entities of one replication, by source in sorted order, then by index in the source.

    ``first``: int64 [sources + 1]; those of source s are ``first[s]:first[s + 1]``.
    ``arrival_ms``: int64 [entities], not falling within a source; NOT_YET for those who follow others.
    ``follows``: int64 [sources], the number of the source that each follows, else -1; as many entities, the
    same index.
    ``kind``: int16 [entities], number of the kind within its source.
    ``kinds``: what the kinds are, by source.
    ``cohort_ms``: first instant of the cohort, and the first after it.
    ``batches``: of each source int32 [entities of the source], the number of its batch within the source;
    None where everybody comes alone.
    ``joined_ms``: of each source int64 [entities of the source], when those who are there at 0 joined the
    line that they stand in, 0 at most; None where everybody comes later.
    ``outages``: for each of ``Program.out_of_order`` when they begin and when they are over, int64
    [outages] each, one after another; those that begin before the horizon.
    ``numbers``: from which the durations follow; ``spell_out`` makes arrays of them, ``spell_out_away``
    of the times for which tokens are away.
    """

    first: I64
    arrival_ms: I64
    follows: I64
    kind: I16
    kinds: tuple[KindTable, ...]
    cohort_ms: tuple[int, int]
    batches: tuple[I32 | None, ...]
    joined_ms: tuple[I64 | None, ...]
    outages: tuple[tuple[I64, I64], ...]
    numbers: Numbers
    spell_out: Callable[[], tuple[I64, ...]]
    spell_out_away: Callable[[], tuple[Away, ...]]
    are_given: bool = False

    @property
    def count(self) -> int:
        """Number of entities."""
        return int(self.first[-1])

    @cached_property
    def klass(self) -> I16:
        """int16 [entities]: number of the class of each."""
        return np.concatenate([table.klass[kind] for table, kind in self._by_source()])

    @cached_property
    def group(self) -> npt.NDArray[np.int32]:
        """int32 [entities]: the group of each."""
        return np.concatenate([table.group[kind] for table, kind in self._by_source()])

    @cached_property
    def batch(self) -> I32:
        """int32 [entities]: the number of the batch of each within its source."""
        counts = np.diff(self.first).tolist()
        rows = [
            np.arange(count, dtype=np.int32) if batch is None else batch
            for count, batch in zip(counts, self.batches, strict=True)
        ]
        return np.concatenate([*rows, np.zeros(0, dtype=np.int32)])

    @cached_property
    def phase(self) -> npt.NDArray[np.int8]:
        """int8 [entities]: 0 arrives before the cohort, 1 in it, 2 after it.

        Who follows another has the phase of that one: a journey belongs to the time at which it began.
        """
        begins, ends = self.cohort_ms
        began_ms = self.arrival_ms.copy()
        for number, follows in enumerate(self.follows.tolist()):
            first = number
            while follows >= 0:
                first, follows = follows, int(self.follows[follows])
            if first != number:
                own, others = (slice(*self.first[each : each + 2].tolist()) for each in (number, first))
                began_ms[own] = self.arrival_ms[others]
        return (began_ms >= begins).astype(np.int8) + (began_ms >= ends)

    @property
    def is_follower(self) -> npt.NDArray[np.bool_] | None:
        """Who follows another, bool [entities]; None if nobody does."""
        by_source = self.follows >= 0
        return np.repeat(by_source, np.diff(self.first)) if by_source.any() else None

    def _by_source(self) -> Iterator[tuple[KindTable, I16]]:
        return zip(self.kinds, np.split(self.kind, self.first[1:-1]), strict=True)

    @cached_property
    def duration_ms(self) -> tuple[I64, ...]:
        """One int64 [entities of the source, steps] a source.

        ``SKIPPED`` where the entity does not enter the step. At gates 0, or ``SKIPPED - n`` for who does
        not show up n times. Arrays of all durations take several times the memory of everything else;
        an engine may do without them.
        """
        return self.spell_out()

    @cached_property
    def away_ms(self) -> tuple[Away, ...]:
        """By source, for how long tokens are away after a step."""
        return self.spell_out_away()

    @cached_property
    def free_flow_ms(self) -> I64:
        """int64 [entities]: the sum of each entity's own durations; without meaning where there are choices.

        There an engine's ``Passage.free_flow_ms`` is of the way that the entity has taken.
        """
        sums = [np.maximum(rows, 0).sum(axis=1) for rows in self.duration_ms]
        return np.concatenate(sums)

    def with_durations(self, duration_ms: tuple[I64, ...]) -> Entities:
        """The same entities with other durations, which then follow from no numbers."""
        return replace(self, spell_out=lambda: duration_ms, are_given=True)
