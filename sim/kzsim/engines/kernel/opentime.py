"""Time that passes only while a calendar is open; see ``kzsim.network.opentime``."""

from __future__ import annotations

from kzsim.compiled import compiled
from kzsim.engines.kernel.layout import AT_MS, NEVER, PASSED, VALUE
from kzsim.engines.outcome import I64


@compiled
def piece_at(calendar: I64, first: int, last: int, at_ms: int) -> int:
    """The row of a calendar, of those from ``first`` to before ``last``, that is in force at an instant."""
    low, high = first, last - 1
    while low < high:
        middle = (low + high + 1) >> 1
        if calendar[middle, AT_MS] <= at_ms:
            low = middle
        else:
            high = middle - 1
    return int(low)


@compiled
def passed(calendar: I64, first: int, last: int, at_ms: int) -> int:
    """Open time between 0 and an instant."""
    return passed_in(calendar, piece_at(calendar, first, last, at_ms), at_ms)


@compiled
def passed_in(calendar: I64, piece: int, at_ms: int) -> int:
    """The same, for an instant in this piece."""
    total = calendar[piece, PASSED]
    if calendar[piece, VALUE] > 0:
        total += at_ms - calendar[piece, AT_MS]
    return int(total)


@compiled
def piece_from(calendar: I64, piece: int, last: int, at_ms: int) -> int:
    """The same, for an instant not before the row ``piece``, step by step."""
    while piece + 1 < last and calendar[piece + 1, AT_MS] <= at_ms:
        piece += 1
    return piece


@compiled
def end_in_open_time(calendar: I64, piece: int, last: int, start_ms: int, work_ms: int) -> int:
    """The earliest instant at which so much open time has passed since an instant in this piece.

    NEVER if it never does.
    """
    wanted = passed_in(calendar, piece, start_ms) + work_ms
    # the last piece before which less than that has passed: it is open, or it is the last
    while piece + 1 < last and calendar[piece + 1, PASSED] < wanted:
        piece += 1
    if calendar[piece, VALUE] == 0:
        return NEVER
    return int(calendar[piece, AT_MS] + wanted - calendar[piece, PASSED])
