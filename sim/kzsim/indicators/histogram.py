"""Quantiles from times in buckets, see ``kzsim.network.buckets``.

A bucket's number rises with the time, so the bucket of an order statistic is the order statistic of
the buckets: quantiles of one replication and of many pooled ones agree whichever way they are taken.
Memory is bounded by the number of buckets, however many replications are pooled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from kzsim.network.buckets import midpoint_ms

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]

_STRIDE = 1 << 16
"""More than the largest bucket number."""


def rank(per_cent: int, count: int) -> int:
    """Place (from 0) of the smallest of ``count`` sorted values that ``per_cent`` of them reach."""
    return max(-(-per_cent * count // 100), 1) - 1


class Histogram:
    """Counts by group and bucket; replications are added one by one.

    ``time_of`` gives the time in ms that a bucket's number stands for.
    """

    def __init__(self, time_of: Callable[[int], float] = midpoint_ms) -> None:
        self._time_of = time_of
        self._key: I64 = np.zeros(0, dtype=np.int64)
        self._count: I64 = np.zeros(0, dtype=np.int64)
        self._longest = 0

    def add(self, key: I64, count: I64) -> None:
        """Add the counts of one replication, as :func:`sparse` gives them."""
        keys, place = np.unique(np.concatenate((self._key, key)), return_inverse=True)
        counts = np.zeros(len(keys), dtype=np.int64)
        np.add.at(counts, place, np.concatenate((self._count, count)))
        self._key, self._count = keys, counts
        self._longest = int((keys % _STRIDE).max(initial=-1)) + 1

    def quantiles_ms(
        self, member: npt.NDArray[np.bool_], per_cent: Sequence[int], total: int
    ) -> tuple[float, ...]:
        """Quantiles of the groups in ``member`` (bool [groups]) out of ``total`` entities.

        NaN where fewer than that share are in the histogram: those have not got through.
        """
        starts = np.searchsorted(self._key, np.arange(len(member) + 1, dtype=np.int64) * _STRIDE)
        counts = np.zeros(self._longest, dtype=np.int64)
        for group in np.flatnonzero(member):
            own = slice(starts[group], starts[group + 1])
            counts[self._key[own] - group * _STRIDE] += self._count[own]
        places = buckets_of_ranks(counts, [rank(share, total) for share in per_cent])
        return tuple(float("nan") if place is None or not total else self._time_of(place) for place in places)


def sparse(times: I32) -> tuple[I64, I64]:
    """A table of counts (int32 [groups, buckets]) as (key, count), one entry for each that is not 0."""
    group, number = np.nonzero(times)
    return group * _STRIDE + number, times[group, number].astype(np.int64)


def buckets_of_ranks(counts: I64, places: Sequence[int]) -> list[int | None]:
    """Buckets of the values at these places (from 0) in rising order; None where there are not so many."""
    cumulated = np.cumsum(counts)
    found = np.searchsorted(cumulated, np.array(places, dtype=np.int64), side="right").tolist()
    return [at if at < len(counts) else None for at in found]
