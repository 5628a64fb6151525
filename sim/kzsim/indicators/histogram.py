"""Times in buckets of 11 significant bits: exact below 2,048 ms, within 0.05 % above.

A bucket's number rises with the time, so the bucket of an order statistic is the order statistic of
the buckets: quantiles of one replication and of many pooled ones agree whichever way they are taken.
Memory is bounded by the number of buckets, however many replications are pooled.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]

_BITS = 11
_STEP = 1 << (_BITS - 1)
_STRIDE = 1 << 16
"""More than the largest bucket number."""


def bucket(time_ms: I64) -> I64:
    """Bucket number of each time (int64, from 0 up to 2**53)."""
    _, length = np.frexp(time_ms.astype(np.float64))  # exact: the number of bits
    shift = np.maximum(length.astype(np.int64) - _BITS, 0)
    return np.asarray(shift * _STEP + (time_ms >> shift), dtype=np.int64)


def midpoint_ms(number: int) -> float:
    """The time in the middle of a bucket."""
    if number < 2 * _STEP:
        return float(number)
    shift = number // _STEP - 1
    return float(((number - shift * _STEP) << shift) + ((1 << shift) - 1) / 2)


def rank(per_cent: int, count: int) -> int:
    """Place (from 0) of the smallest of ``count`` sorted values that ``per_cent`` of them reach."""
    return max(-(-per_cent * count // 100), 1) - 1


class Histogram:
    """Counts by group and bucket; replications are added one by one."""

    def __init__(self) -> None:
        self._key: I64 = np.zeros(0, dtype=np.int64)
        self._count: I64 = np.zeros(0, dtype=np.int64)

    def add(self, key: I64, count: I64) -> None:
        """Add the counts of one replication, as :func:`sparse` gives them."""
        keys, place = np.unique(np.concatenate((self._key, key)), return_inverse=True)
        counts = np.zeros(len(keys), dtype=np.int64)
        np.add.at(counts, place, np.concatenate((self._count, count)))
        self._key, self._count = keys, counts

    def quantiles_ms(
        self, member: npt.NDArray[np.bool_], per_cent: Sequence[int], total: int
    ) -> tuple[float, ...]:
        """Quantiles of the groups in ``member`` (bool [groups]) out of ``total`` entities.

        NaN where fewer than that share are in the histogram: those have not got through.
        """
        kept = member[self._key // _STRIDE]
        numbers, place = np.unique(self._key[kept] % _STRIDE, return_inverse=True)
        counts = np.zeros(len(numbers), dtype=np.int64)
        np.add.at(counts, place, self._count[kept])
        cumulated = np.cumsum(counts)
        result = []
        for share in per_cent:
            wanted = rank(share, total)
            at = int(np.searchsorted(cumulated, wanted, side="right"))
            result.append(midpoint_ms(int(numbers[at])) if total and at < len(numbers) else float("nan"))
        return tuple(result)


def sparse(time_ms: I64, group: npt.NDArray[np.int32]) -> tuple[I64, I64]:
    """Times and their groups as (key, count), one entry for each group and bucket that occurs."""
    keys, counts = np.unique(group.astype(np.int64) * _STRIDE + bucket(time_ms), return_counts=True)
    return keys, counts.astype(np.int64)
