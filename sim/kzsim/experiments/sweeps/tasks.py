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
TOGETHER = 8
"""Points whose models are held at once. A model takes about as long to build as a replication to run, so it
is kept for all replications of its point, and let go with what was kept for it: memory does not grow with the
number of points. A model of all crossings through a year takes 90 MB."""
A_BUILD = 5
"""Replications of one point that go to another process together take at least so many times as long as
building its model."""


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


def in_groups(
    pending: Iterable[int], replications: int, size: int, together: int = TOGETHER
) -> Iterator[Block]:
    """The same tasks, ``together`` points after the other: within a group as ``blocks`` has them.

    With no more points than that all are run once before any is run twice.
    """
    for group in _groups(sorted(pending), replications, together):
        yield from blocks(group, replications, size)


def bundle_size(replications: int, point_s: float, build_s: float, *, aim_s: float = AIM_S) -> int:
    """How many replications of one point should go to another process together, which builds its model."""
    if point_s <= 0:
        return replications
    return max(1, min(replications, math.ceil(max(aim_s, A_BUILD * build_s) / point_s)))


def bundles(pending: Iterable[int], replications: int, size: int) -> Iterator[tuple[Block, ...]]:
    """The same tasks for other processes: up to ``size`` replications of one point in each bundle."""
    for group in _groups(sorted(pending), replications, 1):
        whole = [Block(task % replications, (task // replications,)) for task in group]
        for first in range(0, len(whole), size):
            yield tuple(whole[first : first + size])


def _groups(pending: list[int], replications: int, together: int) -> Iterator[list[int]]:
    """Tasks of ``together`` points each; ``pending`` rises."""
    group: list[int] = []
    points: set[int] = set()
    for task in pending:
        point = task // replications
        if point not in points and len(points) == together:
            yield group
            group, points = [], set()
        group.append(task)
        points.add(point)
    if group:
        yield group
