"""One road crossing in one direction: whose evidence is read, and how its elements are named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from kzsim.border.calendars import Clock, Interval, Opening, extra_intervals, open_intervals
from kzsim.border.corridors import EXTRA_HOURS, CrossingCorridor
from kzsim.border.episodes import NO_EPISODES, Dated
from kzsim.border.labels import DIRECTIONS, SIDES, Direction, ElementLabel, Place, Side
from kzsim.evidence import Fact, Parameters


@dataclass(frozen=True)
class Site:
    """A road crossing in one direction, with a scenario's parameters, hours and corridor.

    ``intake_factor`` multiplies China's daily intake from Kazakhstan; ``dated`` are the episodes.
    """

    crossing: str
    direction: Direction
    params: Parameters
    clock: Clock
    corridor: CrossingCorridor
    openings: Mapping[Side, Opening]
    intake_factor: float = 1.0
    dated: Dated = NO_EPISODES

    def key(self, tail: str) -> str:
        """The evidence key of this crossing and direction that ends in ``tail``."""
        return f"road.{self.crossing}.{self.direction}.{tail}"

    def fact(self, tail: str) -> Fact:
        """The entry that ends in ``tail``. Raises EvidenceError if there is none."""
        return self.params.get(self.key(tail))

    def name(self, place: Place, stage: str) -> str:
        """Name of a stage or zone of this direction."""
        return f"{self.crossing}.{self.direction}.{place}.{stage}"

    def label(self, place: Place, stage: str, what: Literal["stage", "zone", "gate"]) -> ElementLabel:
        """What the element of that name stands for."""
        return ElementLabel(self.crossing, "road", self.direction, place, stage, what)

    def open(self, side: Side) -> tuple[Interval, ...]:
        """When the side is open to all."""
        return self._open[side]

    def window(self, side: Side) -> tuple[Interval, ...]:
        """When the side is open to users of the corridor only, in this direction."""
        return self._window[self.direction, side]

    def window_of_either_direction(self, side: Side) -> tuple[Interval, ...]:
        """The same for what both directions share: the longer of the two."""
        return max((self._window[direction, side] for direction in DIRECTIONS), key=_length)

    @property
    def separates(self) -> bool:
        """Whether the corridor's users are an engine class of their own in this direction."""
        return self.corridor.separates(self.direction) or any(self.window(side) for side in SIDES)

    @cached_property
    def _open(self) -> Mapping[Side, tuple[Interval, ...]]:
        return {side: open_intervals(self.clock, self.openings[side]) for side in SIDES}

    @cached_property
    def _window(self) -> Mapping[tuple[Direction, Side], tuple[Interval, ...]]:
        return {
            (direction, side): self._window_on(direction, side) for direction in DIRECTIONS for side in SIDES
        }

    def _window_on(self, direction: Direction, side: Side) -> tuple[Interval, ...]:
        extra_ms = round(self.corridor.switch(EXTRA_HOURS, direction, side))
        return extra_intervals(self.clock, self.openings[side], extra_ms) if extra_ms else ()


def _length(intervals: tuple[Interval, ...]) -> int:
    return sum(end - start for start, end in intervals)
