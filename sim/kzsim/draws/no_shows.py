"""How often an entity that a gate lets pass does not show up."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from operator import mul

import numpy as np
import numpy.typing as npt

from kzsim.network.entities import SKIPPED

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]


def bounds_of(shares: Sequence[float]) -> list[float]:
    """Probabilities of at least 1, 2 ... no-shows, of the share at each attempt."""
    return list(accumulate(shares, mul))


def no_shows(shares: Sequence[float], uniform: F64) -> I64:
    """What stands for each entity's no-shows in place of a duration, of its uniform number; int64 [entities].

    An inverse transform: the smaller the number, the more no-shows. Each attempt fails with its own share,
    independently, and one number says how many do before the first that does not.
    """
    count = np.zeros(len(uniform), dtype=np.int64)
    for bound in bounds_of(shares):
        count += uniform < bound
    return np.where(count == 0, 0, SKIPPED - count)
