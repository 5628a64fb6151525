"""One direction of a railway crossing: how its evidence is looked up and its elements are named.

A step of a train's route is named ``<place>.<what happens>``, e.g. ``kz.inspection``; the stage it
takes place at carries the same name behind ``rail.<crossing>.<direction>.``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from kzsim.border.labels import Direction, ElementLabel, Place, Side, first_side, second_side
from kzsim.evidence import Fact, Parameters

EMPTIES = "empties"
GRAIN = "grain"

TRACKS = "receiving_tracks"
PAPERS = "documents_hold"
SLOT = "slot"
LOCOMOTIVE = "locomotive"
RUN = "run"
LAB = "lab_hold"
SIDING = "siding"
RECEPTION = "reception"
UNLOADED = "unloaded"
PLATFORMS = "platforms"
YARD = "container_yard"
LINE = "line_paths"

# What each side's people do to a whole train, and with that the name of the stage.
CHECK: Mapping[Side, str] = MappingProxyType({"kz": "inspection", "cn": "customs"})

# What stands behind the names of a sampled train's steps, which it takes at the same stages as the others:
# of those on the way to its siding, and of those at which it is transshipped after its hold.
TO_SIDING, HELD = ".to_siding", ".after_hold"

# The fronts that a class of trains may be transshipped at. Grain moves in boxes or in hoppers.
BOXES, HOPPERS, COVERED = "container", "bulk", "boxcar"
FRONTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "container": (BOXES,),
        GRAIN: (BOXES, HOPPERS),
        "other_bulk": (HOPPERS,),
        "boxcars": (COVERED,),
        EMPTIES: (),
    }
)


@dataclass(frozen=True)
class Line:
    """A railway crossing in one direction, with the parameters of a scenario."""

    crossing: str
    direction: Direction
    params: Parameters

    @property
    def first(self) -> Side:
        """The side whose station trains of this direction leave."""
        return first_side(self.direction)

    @property
    def second(self) -> Side:
        """The side whose station they enter, where their goods change the gauge."""
        return second_side(self.direction)

    @property
    def prefix(self) -> str:
        """How the names of everything here begin."""
        return f"rail.{self.crossing}.{self.direction}"

    def key(self, tail: str) -> str:
        """The evidence key that ends in ``tail``: this direction's own, else that of both directions."""
        own = f"{self.prefix}.{tail}"
        return own if self.params.find(own) else f"rail.{self.crossing}.both.{tail}"

    def fact(self, tail: str) -> Fact:
        """The entry that ends in ``tail``. Raises EvidenceError if neither direction nor both have it."""
        return self.params.get(self.key(tail))

    def element(self, place: Place, what: str) -> str:
        """Name of a stage or zone."""
        return f"{self.prefix}.{step(place, what)}"

    def label(self, place: Place, what: str, kind: Literal["stage", "zone", "gate"]) -> ElementLabel:
        """What the stage or zone of that name stands for."""
        return ElementLabel(self.crossing, "rail", self.direction, place, what, kind)

    def find(self, tail: str) -> Fact | None:
        """The entry that ends in ``tail``, or None."""
        return self.params.find(self.key(tail))

    def tokens(self, what: str) -> str:
        """Name of a stock of wagons or locomotives."""
        return f"{self.prefix}.{what}"

    def has_laboratory(self, klass: str) -> bool:
        """Whether samples of a class are sent to a laboratory: grain, where the evidence knows of a hold."""
        return klass == GRAIN and self.params.find(f"{self.prefix}.{self.second}.grain.lab_hold") is not None


def step(place: Place, what: str) -> str:
    """Name of a step, and with that the purpose of the random numbers of its duration."""
    return f"{place}.{what}"


def stage_of(name: str) -> str:
    """What happens at a step, whichever way the train takes: its name without what stands behind it."""
    return name.removesuffix(TO_SIDING).removesuffix(HELD)


def front(kind: str) -> str:
    """What a transshipment front is called in names of steps and stages."""
    return f"front_{kind}"
