"""The entities of one replication: defined before the run, read by every engine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]

SKIPPED = -1


@dataclass(frozen=True)
class Entities:
    """The entities of one replication, by source in sorted order, then by index in the source.

    ``first``: int64 [sources + 1]; those of source s are ``first[s]:first[s + 1]``.
    ``arrival_ms``: int64 [entities], not falling within a source.
    ``kind``: int16 [entities], number of the kind within its source.
    ``klass``, ``group``, ``phase``: int16, int32, int8 [entities]; phase 0 before the cohort, 1 in
    it, 2 after it.
    ``duration_ms``: one int64 [entities of the source, steps] a source; ``SKIPPED`` where the
    entity does not enter the step, 0 at gates.
    ``free_flow_ms``: int64 [entities], the sum of the entity's own durations.
    """

    first: I64
    arrival_ms: I64
    kind: npt.NDArray[np.int16]
    klass: npt.NDArray[np.int16]
    group: npt.NDArray[np.int32]
    phase: npt.NDArray[np.int8]
    duration_ms: tuple[I64, ...]
    free_flow_ms: I64

    @property
    def count(self) -> int:
        """Number of entities."""
        return int(self.first[-1])
