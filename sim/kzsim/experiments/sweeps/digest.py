"""Whether two runs of a sweep gave the same: one number over all their results."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable

from kzsim.experiments.sweeps.database import content_hash


class Digest:
    """Sha256 over point, replication and payload of results that are added in rising order."""

    def __init__(self) -> None:
        self._found = hashlib.sha256()
        self._last = (-1, -1)

    def add(self, point: int, replication: int, hashed: bytes) -> None:
        """Add the next result by the ``content_hash`` of its payload.

        Raises ValueError if it does not come after the last one.
        """
        if (point, replication) <= self._last:
            raise ValueError(f"point {point}, replication {replication} comes after {self._last}")
        self._last = (point, replication)
        self._found.update(struct.pack("<QQ", point, replication) + hashed)

    @property
    def hex(self) -> str:
        """64 hex digits over what was added so far."""
        return self._found.hexdigest()


def results_digest(results: Iterable[tuple[int, int, bytes]]) -> str:
    """The digest of results in any order.

    Two runs of a sweep have the same digest if and only if they gave the same.
    """
    single = {(point, replication): content_hash(payload) for point, replication, payload in results}
    found = Digest()
    for point, replication in sorted(single):
        found.add(point, replication, single[point, replication])
    return found.hex
