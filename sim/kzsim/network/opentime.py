"""Time that passes only while a calendar is open."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise

NEVER = 2**62


class OpenTime:
    """The open time of one calendar, prepared for many questions.

    ``at_ms`` and ``value`` are the calendar's; its last value holds for ever.
    """

    def __init__(self, at_ms: Sequence[int], value: Sequence[int]) -> None:
        self._at = list(at_ms)
        self._is_open = [v > 0 for v in value]
        gained = [
            (b - a) if is_open else 0
            for (a, b), is_open in zip(pairwise(self._at), self._is_open, strict=False)
        ]
        self._passed = [0, *accumulate(gained)]

    def passed(self, at_ms: int) -> int:
        """Open time between 0 and ``at_ms``."""
        piece = bisect_right(self._at, at_ms) - 1
        return self._passed[piece] + (at_ms - self._at[piece] if self._is_open[piece] else 0)

    def end_of(self, start_ms: int, duration_ms: int) -> int:
        """The earliest instant at which ``duration_ms`` of open time has passed since ``start_ms``.

        NEVER if the calendar shuts for good before that.
        """
        if duration_ms == 0:
            return start_ms
        wanted = self.passed(start_ms) + duration_ms
        # the last piece before which less than `wanted` has passed: it is open, or it is the last
        piece = len(self._passed) - 1
        low, high = 0, piece
        while low < high:
            middle = (low + high + 1) // 2
            if self._passed[middle] < wanted:
                low = middle
            else:
                high = middle - 1
        if not self._is_open[low]:
            return NEVER
        return self._at[low] + wanted - self._passed[low]
