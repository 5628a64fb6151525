"""What a green corridor changes at a crossing: the menu's measures as changes of parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kzsim import evidence
from kzsim.border.labels import Direction, Mode, Side
from kzsim.evidence import Parameters
from kzsim.network.model import Distribution


@dataclass(frozen=True)
class Scope:
    """Where a measure is in force."""

    directions: frozenset[str]
    sides: frozenset[str]


@dataclass(frozen=True)
class CrossingCorridor:
    """The corridor of one crossing in one mode; without measures it changes nothing.

    ``compliance`` is the share (0..1) of eligible trucks or trains that meet its conditions; it is
    the same with and without a corridor. ``measures`` are in the order of the menu.
    """

    crossing: str
    mode: Mode
    compliance: float
    eligible: frozenset[str]
    measures: Mapping[str, tuple[evidence.Measure, Scope]]

    def in_force(self, direction: Direction) -> bool:
        """Whether any measure changes anything for this mode in this direction."""
        raise NotImplementedError

    def changed(self, value: float, param: str, direction: Direction, side: Side, klass: str, user: bool) -> float:
        """``value`` (ms, a share 0..1 or a count) after every change of ``param`` that applies.

        ``param`` is the key's end after direction and side, e.g. ``documents.hold_loaded``, or after
        ``rail.`` for trains, e.g. ``grain.lab_hold``.
        """
        raise NotImplementedError

    def duration(
        self, params: Parameters, key: str, param: str, direction: Direction, side: Side, klass: str, user: bool
    ) -> Distribution:
        """The entry ``key`` as a duration with the corridor's changes; its variation stays."""
        raise NotImplementedError
