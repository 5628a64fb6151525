"""Time that passes only while a calendar is open; see ``kzsim.network.opentime``."""

from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.engines.kernel.layout import AT_MS, NEVER, PASSED, VALUE
from kzsim.engines.outcome import I64


@compiled
def passed(calendar: I64, first: int, last: int, at_ms: int) -> int:
    """Open time between 0 and an instant; the calendar's rows are ``first`` to ``last``."""
    low, high = first, last - 1
    while low < high:
        middle = (low + high + 1) >> 1
        if calendar[middle, AT_MS] <= at_ms:
            low = middle
        else:
            high = middle - 1
    total = calendar[low, PASSED]
    if calendar[low, VALUE] > 0:
        total += at_ms - calendar[low, AT_MS]
    return int(total)


@compiled
def end_in_open_time(calendar: I64, first: int, last: int, start_ms: int, work_ms: int) -> int:
    """The earliest instant at which so much open time has passed since; NEVER if it never does."""
    low, high = first, last - 1
    while low < high:
        middle = (low + high + 1) >> 1
        if calendar[middle, AT_MS] <= start_ms:
            low = middle
        else:
            high = middle - 1
    wanted = calendar[low, PASSED] + work_ms
    if calendar[low, VALUE] > 0:
        wanted += start_ms - calendar[low, AT_MS]
    # the last piece before which less than that has passed: it is open, or it is the last
    while low + 1 < last and calendar[low + 1, PASSED] < wanted:
        low += 1
    if calendar[low, VALUE] == 0:
        return NEVER
    return int(calendar[low, AT_MS] + wanted - calendar[low, PASSED])
