"""When something is out of order: drawn before the run, whatever happens in it."""

from __future__ import annotations

import math
from bisect import bisect_right

import numpy as np
import numpy.typing as npt

from kzsim.draws.streams import uniforms
from kzsim.draws.variates import duration_ms
from kzsim.network.model import Distribution, Outages, Pace
from kzsim.network.program import LONGEST_HORIZON_MS

I64 = npt.NDArray[np.int64]

BETWEEN = "outage: between"
LASTING = "outage: lasting"
PURPOSES = (BETWEEN, LASTING)

_CHUNK = 64


def outage_spans(outages: Outages, horizon_ms: int, seed: int, replication: int) -> tuple[I64, I64]:
    """When each begins and when it is over, int64 [outages] each: those that begin before the horizon.

    The times of outage i are those of number i of the stream, so a longer horizon keeps the earlier ones.
    Something is in order for at least 1 ms.
    """
    if outages.pace is not None:
        return _paced(outages, outages.pace, horizon_ms, seed, replication)
    begins, overs, now, skip = [], [], 0, 0
    while now < horizon_ms:
        between = np.maximum(1, _times(outages.between, outages.stream, BETWEEN, seed, replication, skip))
        lasting = _times(outages.lasting, outages.stream, LASTING, seed, replication, skip)
        over = now + np.cumsum(between + lasting)
        begins.append(over - lasting)
        overs.append(over)
        now, skip = int(over[-1]), skip + _CHUNK
    nothing = np.zeros(0, dtype=np.int64)
    begin, over = np.concatenate([nothing, *begins]), np.concatenate([nothing, *overs])
    before = begin < horizon_ms
    return begin[before], over[before]


def _paced(outages: Outages, pace: Pace, horizon_ms: int, seed: int, replication: int) -> tuple[I64, I64]:
    """The same where the times in between pass on a clock with a pace."""
    begins: list[int] = []
    overs: list[int] = []
    now, skip = 0, 0
    while True:
        between = _times(outages.between, outages.stream, BETWEEN, seed, replication, skip)
        lasting = _times(outages.lasting, outages.stream, LASTING, seed, replication, skip)
        for gap, length in zip(between.tolist(), lasting.tolist(), strict=True):
            begin = _passed(pace, now, gap, horizon_ms)
            if begin >= horizon_ms:
                return np.array(begins, dtype=np.int64), np.array(overs, dtype=np.int64)
            now = begin + length
            begins.append(begin)
            overs.append(now)
        skip += _CHUNK


def _passed(pace: Pace, now: int, gap: int, horizon_ms: int) -> int:
    """The instant after ``now`` at which the clock has gone on by ``gap`` ms; the horizon if none is."""
    left = float(gap)
    piece = bisect_right(pace.at_ms, now) - 1
    at = now
    while at < horizon_ms:
        end = pace.at_ms[piece + 1] if piece + 1 < len(pace.at_ms) else horizon_ms
        passes = pace.value[piece] * (end - at)
        if passes > 0.0 and left <= passes:
            return max(now + 1, at + math.ceil(left / pace.value[piece]))
        left -= passes
        at, piece = end, piece + 1
    return horizon_ms


def _times(
    distribution: Distribution, stream: str, purpose: str, seed: int, replication: int, skip: int
) -> I64:
    rows = distribution.rows
    number = uniforms(seed, replication, stream, purpose, _CHUNK * rows, skip * rows)
    # what lasts longer than any run is as good as that, and a sum of 64 of them is still a number
    return np.minimum(duration_ms(distribution, number.reshape(_CHUNK, rows)), LONGEST_HORIZON_MS)
