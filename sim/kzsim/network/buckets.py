"""Times in buckets of so many significant bits: exact while they fit, within half a step above.

With 11 bits a bucket is exact below 2,048 ms and its midpoint within 0.05 % above; with 8 bits exact
below 256 ms and within 0.4 %. A bucket's number rises with the time, and bucket 0 is 0 ms alone.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]

TIME_BITS = 11
"""Stays: one leading bit and 10 bits of mantissa."""

WAIT_BITS = 8
"""Waiting times: one leading bit and 7 bits of mantissa."""


def bucket(time_ms: I64, bits: int = TIME_BITS) -> I64:
    """Bucket number of each time (int64, from 0 up to 2**53)."""
    _, length = np.frexp(time_ms.astype(np.float64))  # exact: the number of bits
    shift = np.maximum(length.astype(np.int64) - bits, 0)
    return np.asarray(shift * (1 << (bits - 1)) + (time_ms >> shift), dtype=np.int64)


def n_buckets(longest_ms: int, bits: int = TIME_BITS) -> int:
    """How many buckets hold all times from 0 to ``longest_ms``."""
    shift = max(longest_ms.bit_length() - bits, 0)
    return shift * (1 << (bits - 1)) + (longest_ms >> shift) + 1


def midpoint_ms(number: int, bits: int = TIME_BITS) -> float:
    """The time in the middle of a bucket."""
    step = 1 << (bits - 1)
    if number < 2 * step:
        return float(number)
    shift = number // step - 1
    return float(((number - shift * step) << shift) + ((1 << shift) - 1) / 2)
