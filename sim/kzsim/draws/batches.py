"""How many entities come together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kzsim.draws.streams import uniforms
from kzsim.network.model import Batches

PURPOSE = "batch"

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]


def batch_numbers(source: str, batches: Batches, count: int, seed: int, replication: int) -> I32:
    """The batch of each entity of ``count`` batches: 0, 0, 1, 2, 2, 2 ...; int32 [entities]."""
    return np.repeat(np.arange(count, dtype=np.int32), batch_sizes(source, batches, count, seed, replication))


def batch_sizes(source: str, batches: Batches, count: int, seed: int, replication: int) -> I64:
    """The size of each of ``count`` batches, an inverse transform by its number; int64 [count]."""
    bounds = np.cumsum(np.array(batches.shares, dtype=np.float64))[:-1]
    chooser = uniforms(seed, replication, source, PURPOSE, count)
    return np.array(batches.sizes, dtype=np.int64)[np.searchsorted(bounds, chooser, side="right")]
