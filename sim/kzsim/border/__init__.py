"""The border as a network: crossings, posts, stations, demand and green corridors."""

from kzsim.border.build import build
from kzsim.border.labels import Border, ElementLabel, GroupLabel

__all__ = ["Border", "ElementLabel", "GroupLabel", "build"]
