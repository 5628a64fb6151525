"""Pools as a program has them: how many servers are planned, and the tokens for which some stand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kzsim.network.program import I64, Program

NO_TOKENS = -1


@dataclass(frozen=True)
class PoolInfo:
    """A pool and its calendar over the whole run."""

    name: str
    element: int
    capacity_ms: int
    """Servers times ms, as the calendar has them: what is planned."""
    open_ms: int
    """Time in which there is at least one server."""
    tokens: int = NO_TOKENS
    """The kind of tokens for which its servers stand, a number in ``Program.tokens``."""


def pool_info(program: Program, number: int) -> PoolInfo:
    """A pool by its number."""
    rows = slice(int(program.capacity_ptr[number]), int(program.capacity_ptr[number + 1]))
    at_ms = np.minimum(program.capacity_at_ms[rows], program.horizon_ms)
    length = np.diff(np.append(at_ms, program.horizon_ms))
    value: I64 = program.capacity_value[rows]
    return PoolInfo(
        name=program.pool_names[number].rpartition("/")[2],
        element=int(program.pool_element[number]),
        capacity_ms=int((length * value).sum()),
        open_ms=int(length[value > 0].sum()),
        tokens=_stock(program, number),
    )


def _stock(program: Program, pool: int) -> int:
    """The kind of tokens that the only pool of a stage stands for: all work there needs it, and is at once.

    How many of them are away says what the servers, held for no time, cannot.
    """
    element = int(program.pool_element[pool])
    if element not in program.tokens.user_element or int((program.pool_element == element).sum()) > 1:
        return NO_TOKENS
    stage, network = program.element_names[element], program.network
    steps = {
        (route.name, step.name) for route in network.routes for step in route.steps if step.stage == stage
    }
    works = [
        kind.work[name]
        for source in network.sources
        for kind in source.kinds
        for route, name in steps
        if route == source.route
    ]
    needed = {tuple(need.tokens for need in work.needs) for work in works}
    at_once = all(work.duration is not None and work.duration.mean == 0.0 for work in works)
    if len(needed) != 1 or len(only := next(iter(needed))) != 1 or not at_once:
        return NO_TOKENS
    return program.tokens.names.index(only[0])
