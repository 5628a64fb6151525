"""The border as a network: crossings, posts, stations, demand and green corridors."""

from kzsim.border.assemble import deadlock_notes
from kzsim.border.build import build
from kzsim.border.labels import Border, ElementLabel, GroupLabel
from kzsim.border.overrides import reads, unread_overrides

__all__ = ["Border", "ElementLabel", "GroupLabel", "build", "deadlock_notes", "reads", "unread_overrides"]
