"""The same entities under several corridors: who uses one in any of the scenarios is a user in all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kzsim.indicators.layout import USER, Layout, make_cells


def pair_layout(base: Layout, own: Layout) -> Layout:
    """The cells of a pair whose groups are the same: who uses a corridor in either of both is a user."""
    return common_layouts([base, own])[1]


def common_layouts(layouts: Sequence[Layout]) -> tuple[Layout, ...]:
    """Each layout with the roles, and so the cells, of all of them together.

    The groups must be the same: the same entities, and the same of them comply. Who uses a corridor in one of
    them is a user in all; everybody else has the role that the first gives. So a cell is of the same
    entities in every one of them.
    """
    first = layouts[0].groups
    users = [
        any(group.corridor == USER for group in same)
        for same in zip(*(one.groups for one in layouts), strict=True)
    ]
    made = []
    for layout in layouts:
        groups = tuple(
            replace(mine, corridor=USER if user else before.corridor)
            for before, mine, user in zip(first, layout.groups, users, strict=True)
        )
        cells, member = make_cells(groups)
        made.append(replace(layout, groups=groups, cells=cells, member=member))
    return tuple(made)
