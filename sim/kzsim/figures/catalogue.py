"""Every kind of figure by its name."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from kzsim.figures import times
from kzsim.figures.drawn import FORMS, Drawn, Form, Kind, figure_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FIGURES", "FORMS", "Drawn", "Form", "Kind", "figure_bytes"]

RUN = frozenset({"run"})

_KINDS: tuple[Kind, ...] = (
    Kind(
        "crossing_time", "crossing time per crossing: mean, interval, P10 to P90", RUN, times.crossing_times
    ),
    Kind("distribution", "share through within so many hours", RUN, times.distributions),
)

FIGURES: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in _KINDS})
