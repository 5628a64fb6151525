"""What each of the same entities gains: counts in signed buckets, and in the few bands people speak of.

A gain is the capped time under the base less that under the alternative: positive is faster. Its bucket
is that of its size, see ``kzsim.network.buckets``, with its sign; the bands' edges are exact.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from kzsim.indicators.histogram import Histogram
from kzsim.network.buckets import bucket, midpoint_ms

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
Bool = npt.NDArray[np.bool_]

_OFFSET = 1 << 15
"""Bucket 0 of the signed numbers; more than the largest bucket of a run's longest time."""
_STRIDE = 1 << 16

BAND_EDGES_MIN = (5, 30, 60, 180, 360, 720, 1440, 2880)
"""Upper ends, included, of the bands of a gain's size; the first is what counts as unchanged."""
N_BANDS = 2 * len(BAND_EDGES_MIN) + 1
_MS_PER_MIN = 60_000


def sparse_gains(group: I32, gain_ms: I64) -> tuple[I64, I64]:
    """Counts by group and signed bucket as (key, count), one entry for each that is not 0."""
    number = np.sign(gain_ms) * bucket(np.abs(gain_ms)) + _OFFSET
    key, count = np.unique(group.astype(np.int64) * _STRIDE + number, return_counts=True)
    return key, count.astype(np.int64)


def bands(group: I32, gain_ms: I64, n_groups: int) -> I64:
    """int64 [groups, N_BANDS]: counts by band, the largest loss first, unchanged in the middle."""
    edges = np.array(BAND_EDGES_MIN, dtype=np.int64) * _MS_PER_MIN
    band = np.sign(gain_ms) * np.searchsorted(edges, np.abs(gain_ms), side="left") + len(edges)
    counts = np.zeros((n_groups, N_BANDS), dtype=np.int64)
    np.add.at(counts, (group, band), 1)
    return counts


def sums_ms(key: I64, count: I64, n_groups: int) -> npt.NDArray[np.float64]:
    """float64 [groups]: the sum of the gains that :func:`sparse_gains` counts, within 0.05 % of each."""
    sums = np.zeros(n_groups)
    np.add.at(sums, key // _STRIDE, count * np.array([_signed_midpoint_ms(at) for at in key % _STRIDE]))
    return sums


def band_edges_h(band: int) -> tuple[float, float]:
    """Lower and upper end of a band in hours, infinite at the outer ones."""
    edges = [minutes / 60 for minutes in BAND_EDGES_MIN]
    at = band - len(edges)
    if at == 0:
        return -edges[0], edges[0]
    size = abs(at)
    near, far = edges[size - 1], edges[size] if size < len(edges) else float("inf")
    return (near, far) if at > 0 else (-far, -near)


class Gains:
    """Gains of several replications pooled; memory is bounded by the number of buckets."""

    def __init__(self) -> None:
        self._pooled = Histogram(_signed_midpoint_ms)

    def add(self, key: I64, count: I64) -> None:
        """Add the counts of one replication, as :func:`sparse_gains` gives them."""
        self._pooled.add(key, count)

    def quantiles_ms(self, member: Bool, per_cent: Sequence[int], total: int) -> tuple[float, ...]:
        """Quantiles of the gain of the groups in ``member`` (bool [groups]), ``total`` entities."""
        return self._pooled.quantiles_ms(member, per_cent, total)


def _signed_midpoint_ms(number: int) -> float:
    signed = number - _OFFSET
    return midpoint_ms(signed) if signed >= 0 else -midpoint_ms(-signed)
