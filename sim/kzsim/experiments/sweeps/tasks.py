"""A sweep cut into tasks: a block of points at one replication, which share their random numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

AIM_S = 2.0
"""Seconds that a block should take: long enough to make handing it out cheap, short enough to show progress
and to lose little when it is interrupted."""
TASKS_A_WORKER = 4
"""At least as many a worker, so that none waits long for the last one."""


@dataclass(frozen=True)
class Block:
    """Points, rising, to be run at one replication."""

    replication: int
    points: tuple[int, ...]


def block_size(points: int, replications: int, point_s: float, workers: int, *, aim_s: float = AIM_S) -> int:
    """How many points a block should have, when one replication of one point takes ``point_s`` seconds.

    As many as take ``aim_s``, but no more than leave every worker ``TASKS_A_WORKER`` blocks.
    """
    by_time = math.floor(aim_s / point_s) if point_s > 0 else points
    by_share = math.ceil(points * replications / (TASKS_A_WORKER * max(workers, 1)))
    return max(1, min(by_time, by_share, points))


def blocks(pending: Iterable[int], replications: int, size: int) -> Iterator[Block]:
    """The tasks still to be done, ``point * replications + replication``, as blocks of ``size`` points.

    All points at replication 0 come first, then all at 1: an interrupted sweep covers every point.
    """
    if size < 1:
        raise ValueError(f"blocks of {size} points")
    waiting: list[list[int]] = [[] for _ in range(replications)]
    for task in pending:
        point, replication = divmod(task, replications)
        waiting[replication].append(point)
    for replication, points in enumerate(waiting):
        points.sort()
        for first in range(0, len(points), size):
            yield Block(replication, tuple(points[first : first + size]))
