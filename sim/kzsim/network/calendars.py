"""What changes over time whatever happens, and rules that look at a line; a part of ``network.model``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Calendar:
    """A piecewise constant whole number over time: ``value[i]`` holds from ``at_ms[i]`` on.

    ``at_ms`` starts at 0 and rises strictly. For a pool the value is its capacity; for a gate or a
    delay stage 0 means shut and anything else open.
    """

    at_ms: tuple[int, ...]
    value: tuple[int, ...]

    @classmethod
    def always(cls, value: int) -> Calendar:
        """The same value for ever."""
        return cls((0,), (value,))


@dataclass(frozen=True)
class Pace:
    """How fast a clock goes: ``value[i]`` (0 or more, 1 is as usual) from ``at_ms[i]`` on.

    ``at_ms`` starts at 0 and rises strictly.
    """

    at_ms: tuple[int, ...]
    value: tuple[float, ...]


@dataclass(frozen=True)
class StaffingRule:
    """How many servers of a pool work, by the length of the stage's line.

    At each of ``at_ms`` (rising strictly from 0 or later) it is reviewed once: with ``open_at`` or more in
    line ``by`` more work, up to ``most``; with ``close_at`` or fewer ``by`` fewer do, down to ``fewest``,
    with which it begins.
    """

    at_ms: tuple[int, ...]
    open_at: int
    close_at: int
    fewest: int
    most: int
    by: int = 1
