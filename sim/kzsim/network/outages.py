"""The calendars of one replication: those of its program, less what is out of order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from kzsim.network.entities import Entities
from kzsim.network.program import Program

I64 = npt.NDArray[np.int64]

Taken = tuple[I64, I64, int]
"""When outages begin and when they are over, one after another, and how much each takes."""

SHUT = 2**62
"""What is taken from the opening of a gate or a delay: all of it."""


def in_order(program: Program, entities: Entities) -> Program:
    """The program with the outages of these entities' replication subtracted from its calendars."""
    if not program.out_of_order:
        return program
    from_pools: list[list[Taken]] = [[] for _ in program.pool_names]
    from_elements: list[list[Taken]] = [[] for _ in program.element_names]
    for each, (begin, over) in zip(program.out_of_order, entities.outages, strict=True):
        if each.pool is not None:
            from_pools[each.pool].append((begin, over, each.outages.takes))
        elif each.element is not None:
            from_elements[each.element].append((begin, over, SHUT))
    capacity = _less_all(program.capacity_ptr, program.capacity_at_ms, program.capacity_value, from_pools)
    opening = _less_all(program.open_ptr, program.open_at_ms, program.open_value, from_elements)
    return replace(
        program,
        capacity_ptr=capacity[0],
        capacity_at_ms=capacity[1],
        capacity_value=capacity[2],
        open_ptr=opening[0],
        open_at_ms=opening[1],
        open_value=opening[2],
    )


def _less_all(pointer: I64, at_ms: I64, value: I64, taken: Sequence[Sequence[Taken]]) -> tuple[I64, I64, I64]:
    rows = [
        less(at_ms[first:last], value[first:last], of_row)
        if of_row
        else (at_ms[first:last], value[first:last])
        for (first, last), of_row in zip(pairwise(pointer.tolist()), taken, strict=True)
    ]
    ends = np.cumsum([0, *(len(at) for at, _ in rows)], dtype=np.int64)
    nothing = np.zeros(0, dtype=np.int64)
    return (
        ends,
        np.concatenate([nothing, *(at for at, _ in rows)]),
        np.concatenate([nothing, *(left for _, left in rows)]),
    )


def less(at_ms: I64, value: I64, taken: Sequence[Taken]) -> tuple[I64, I64]:
    """A calendar less what is taken from it, down to 0, without pieces that repeat the one before."""
    edges = [edge for begin, over, _ in taken for edge in (begin, over)]
    instants = np.unique(np.concatenate([at_ms, *edges]))
    left = value[np.searchsorted(at_ms, instants, side="right") - 1]
    for begin, over, takes in taken:
        # disjoint, so at most one of them is under way; one of no length never is
        under_way = np.searchsorted(begin, instants, side="right") - np.searchsorted(
            over, instants, side="right"
        )
        left = np.maximum(0, left - takes * under_way)
    changes = np.concatenate([[True], left[1:] != left[:-1]])
    return instants[changes], left[changes]
