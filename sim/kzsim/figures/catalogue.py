"""Every kind of figure by its name."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from kzsim.figures.drawn import FORMS, Drawn, Form, Kind, figure_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FIGURES", "FORMS", "Drawn", "Form", "Kind", "figure_bytes"]

_KINDS: tuple[Kind, ...] = ()

FIGURES: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in _KINDS})
