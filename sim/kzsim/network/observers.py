"""What is counted while a program runs: whole numbers by group, added up over runs by addition."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
U64 = npt.NDArray[np.uint64]

SQUARE_BITS = 19
"""A time of at most 2**38 ms is high * 2**19 + low; sums of the three products cannot overflow."""

STARTS, WAITED = 0, 1
"""Columns of ``Observers.starts``."""


@dataclass(frozen=True)
class Observers:
    """All counts of a run; see *Observers* in ``docs/engine.md``.

    By group and phase (0 before the cohort, 1 in it, 2 after it), int64 [groups, 3]: ``arrived``,
    ``left``, ``stay_ms`` (time so far of those inside included).

    By group: ``left_measured`` int64 [groups], exits at or after the start of the cohort. The rest is
    of the cohort alone. int64 [groups]: ``capped_ms``, sum of stays of at most the follow-up;
    ``free_flow_ms``; ``capped_free_flow_ms``; ``through``, those who left within the follow-up.
    ``squares``: int64 [groups, 3], sums of high * high, high * low, low * low of the capped stays
    (``SQUARE_BITS``). ``within``: int64 [groups, limits], those of ``through`` who took at most
    ``Program.within_ms``. ``times``: int32 [groups, buckets of 11 bits], stays of those through.
    ``waits``: int32 [groups, 6 waiting accounts, buckets of 8 bits], each account over a whole stay.
    ``spans``: int32 [groups, ``Program.span_names``, buckets of 8 bits], the time in each over a whole stay.
    ``starts``: int64 [groups, elements, 2], starts, grants or passes, and those of them that had
    waited; ``no_shows`` int64 [groups, ``Program.no_show_gates``], places that were lost by not showing
    up; ``within_ceilings`` int64 [groups, ``Program.bounded``], places that were used by one of a class
    with a ceiling, and not as one of another; ``chosen`` int64 [groups, alternatives], who picked each
    alternative of a choice.

    Of everybody: ``arrivals``, ``exits`` int32 [intervals of ``observe_every_ms``, groups];
    ``place_ms`` int64 [elements], places taken times ms (0 for stages); ``idle_ms`` int64 [kinds of
    tokens], available ones times ms; ``digest`` uint64 [1], the sum modulo 2**64 of a hash of each
    entity's number, exit and free-flow time.
    """

    arrived: I64
    left: I64
    stay_ms: I64
    left_measured: I64
    capped_ms: I64
    free_flow_ms: I64
    capped_free_flow_ms: I64
    through: I64
    squares: I64
    within: I64
    times: I32
    waits: I32
    spans: I32
    starts: I64
    no_shows: I64
    within_ceilings: I64
    chosen: I64
    arrivals: I32
    exits: I32
    place_ms: I64
    idle_ms: I64
    digest: U64

    def __add__(self, other: Observers) -> Observers:
        """The counts of both together. Raises ValueError if they are of differently shaped programs."""
        for name, mine in self.tables().items():
            if mine.shape != getattr(other, name).shape:
                raise ValueError(
                    f"'{name}' is {mine.shape} here and {getattr(other, name).shape} there: "
                    "only runs of programs of one shape can be added"
                )
        # counts of one run fit into 32 bits, those of many need not; the digest wraps round on purpose
        sums = {
            name: np.add(mine, getattr(other, name), dtype=np.uint64 if name == "digest" else np.int64)
            for name, mine in self.tables().items()
        }
        return Observers(**sums)

    def tables(self) -> dict[str, npt.NDArray[np.generic]]:
        """Every table by its name, in the order in which they stand above."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def cohort(self) -> I64:
        """int64 [groups]: how many are followed."""
        return np.asarray(self.arrived[:, 1])

    @property
    def entities(self) -> int:
        """How many arrived."""
        return int(self.arrived.sum())

    def sum_of_squares(self) -> tuple[int, ...]:
        """By group, the exact sum of the squares of the capped stays, in ms squared."""
        return tuple(
            (high << 2 * SQUARE_BITS) + (mixed << SQUARE_BITS + 1) + low
            for high, mixed, low in self.squares.tolist()
        )
