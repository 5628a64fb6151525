"""What a sweep will take in time and on disk, from a few tasks that were measured."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass

PAGE = 4_096
"""Bytes of a page of an SQLite file, as it is by default."""
_LEAF = PAGE - 35
_LEAST = (PAGE - 12) * 32 // 255 - 23
_OVERFLOW = PAGE - 4
_ROW_OVERHEAD = 16 + 12
"""Checksum, and what SQLite keeps of a row: its number, its size, the kinds of its columns."""
_PAGE_HEADER = 8
_CELL_POINTER = 2


@dataclass(frozen=True)
class Measured:
    """Points that were run once each.

    ``seconds`` of a processor in all, which unlike those of a clock do not depend on what else the machine
    has to do; ``build_s`` of them went, for each point, into building it; ``payload_bytes`` is the size of
    one result.
    """

    points: int
    seconds: float
    build_s: float
    payload_bytes: int

    @property
    def point_s(self) -> float:
        """Seconds of one replication of one point, without building it."""
        return max(self.seconds - self.points * self.build_s, 0.0) / self.points


@dataclass(frozen=True)
class Estimate:
    """What a sweep will take: seconds on a clock, seconds of work over all workers, bytes on disk.

    ``processors``: how many of them the ``workers`` are thought to get. ``measured``: from how many
    replications all this was found.
    """

    tasks: int
    wall_s: float
    work_s: float
    disk_bytes: int
    workers: int
    processors: float
    measured: int


def together(measured: Sequence[Measured]) -> Measured | None:
    """Several as one; None of none."""
    points = sum(one.points for one in measured)
    if not points:
        return None
    return Measured(
        points,
        math.fsum(one.seconds for one in measured),
        math.fsum(one.points * one.build_s for one in measured) / points,
        sum(one.points * one.payload_bytes for one in measured) // points,
    )


def estimate(
    measured: Measured,
    *,
    pending: int,
    builds: int,
    workers: int,
    values_bytes: int = 0,
    points: int = 0,
    processors: float = math.inf,
    sharing: bool = False,
) -> Estimate:
    """The time and disk of ``pending`` replications of points.

    ``builds`` is how many times a point is built: once for each block it is in, if nothing is kept.
    ``points`` rows describe their values in ``values_bytes`` each. ``processors`` is how many the workers
    get. ``sharing``: they are threads of one process, of which only one at a time can build a model. Assumes
    that all points take as long as the measured ones do on average.
    """
    build_s = builds * measured.build_s
    work_s = pending * measured.point_s + build_s
    busy = min(max(min(workers, pending), 1), processors)
    rows = ledger_bytes(pending, measured.payload_bytes) + ledger_bytes(points, values_bytes)
    wall_s = max(work_s / busy, build_s if sharing else 0.0)
    return Estimate(pending, wall_s, work_s, rows, workers, busy, measured.points)


def processors_for(workers: int, there: int, others: float) -> float:
    """How many of the processors ``there`` so many workers get beside busy threads of ``others``.

    An operating system gives all that want to work equal shares.
    """
    wanting = max(workers, 1) + max(others, 0.0)
    return max(workers, 1) * min(1.0, there / wanting)


def others_at_work() -> float:
    """How many threads wanted to work over the last minute; 0 where the system does not tell."""
    try:
        return os.getloadavg()[0]
    except (AttributeError, OSError):  # Windows has none
        return 0.0


def ledger_bytes(rows: int, content_bytes: int) -> int:
    """Bytes that rows of this size take in the ledger's file, whole pages.

    Source: the file format of SQLite, https://www.sqlite.org/fileformat2.html, section 1.6: a row that
    does not fit into a leaf keeps a part there and fills pages of its own with the rest.
    """
    if rows == 0:
        return 0
    size = content_bytes + _ROW_OVERHEAD
    if size <= _LEAF:
        local, overflow = size, 0
    else:
        kept = _LEAST + (size - _LEAST) % _OVERFLOW
        local = kept if kept <= _LEAF else _LEAST
        overflow = math.ceil((size - local) / _OVERFLOW)
    a_leaf = max((PAGE - _PAGE_HEADER) // (local + _CELL_POINTER + 4), 1)
    return (math.ceil(rows / a_leaf) + rows * overflow) * PAGE


def free_bytes_needed(estimate: Estimate) -> int:
    """What should be free on the disk before a sweep begins: the ledger, and a tenth for its journal."""
    return math.ceil(1.1 * estimate.disk_bytes)
