"""Arrays of numbers as bytes and back: little-endian, sizes first, nothing that could run.

Layout: ``kzp1``, number of arrays (uint16); for each array, by name, the length of its name (uint8), the name
in ASCII, its kind (``f`` float64 or ``i`` int64), its number of dimensions (uint8) and their lengths (uint32
each); then the numbers of all arrays in the same order. The same arrays give the same bytes anywhere: a
float that is no number is written in one way.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64] | npt.NDArray[np.int64]

MOST_BYTES = 64 * 2**20
"""A longer payload is refused, whatever it says of itself."""
_MAGIC = b"kzp1"
_ITEM = 8
_MOST_DIMENSIONS = 8


class PayloadError(ValueError):
    """Bytes that are no payload, or arrays that cannot become one."""


def encode(arrays: Mapping[str, Array]) -> bytes:
    """The bytes of named float64 and int64 arrays. Raises PayloadError for anything else."""
    head, body = [_MAGIC, struct.pack("<H", len(arrays))], []
    for name in sorted(arrays):
        array = arrays[name]
        if array.dtype not in (np.float64, np.int64):
            raise PayloadError(f"{name}: {array.dtype} is neither float64 nor int64")
        if not name.isascii() or not 0 < len(name) < 256 or array.ndim > _MOST_DIMENSIONS:
            raise PayloadError(f"{name!r}: the name is not ASCII of 1 to 255 letters, or too many dimensions")
        kind = b"f" if array.dtype == np.float64 else b"i"
        head.append(struct.pack("<B", len(name)) + name.encode("ascii") + kind)
        head.append(struct.pack(f"<B{array.ndim}I", array.ndim, *array.shape))
        body.append(_canonical(array))
    made = b"".join((*head, *body))
    if len(made) > MOST_BYTES:
        raise PayloadError(f"{len(made):,} bytes; at most {MOST_BYTES:,} fit in a payload")
    return made


def _canonical(array: Array) -> bytes:
    if array.dtype == np.float64:
        # processors differ in the sign they give to 0/0
        array = np.where(np.isnan(array), np.nan, array)
    return np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).tobytes()


def decode(payload: bytes) -> dict[str, Array]:
    """The arrays of a payload, read-only. Raises PayloadError for bytes that are none.

    Every size is checked against the bytes that are there before anything of that size is made.
    """
    if len(payload) > MOST_BYTES:
        raise PayloadError(f"{len(payload):,} bytes are too many for a payload")
    # the results of a sweep have few heads between them: one that was read before is not read again
    known = _known[0]
    if len(payload) == known.bytes and payload.startswith(known.head):
        return _arrays(payload, len(known.head), known.shapes)
    shapes, at = _read_head(payload)
    _known[0] = _Head(payload[:at], len(payload), shapes)
    return _arrays(payload, at, shapes)


Shapes = dict[str, tuple[str, tuple[int, ...], int]]
"""By name: type, lengths, and how many numbers that are."""


@dataclass(frozen=True)
class _Head:
    """What stands before the numbers, of how long a payload, and what it says."""

    head: bytes
    bytes: int
    shapes: Shapes


_known = [_Head(b"", -1, {})]


def _arrays(payload: bytes, at: int, shapes: Shapes) -> dict[str, Array]:
    found: dict[str, Array] = {}
    for name, (dtype, shape, count) in shapes.items():
        found[name] = np.frombuffer(payload, dtype, count, at).reshape(shape)
        at += count * _ITEM
    return found


def _read_head(payload: bytes) -> tuple[Shapes, int]:
    """What a payload says of itself, and where its numbers begin."""
    reader = _Reader(payload)
    if reader.take(len(_MAGIC)) != _MAGIC:
        raise PayloadError("these bytes are no payload")
    shapes: Shapes = {}
    for _ in range(reader.number("<H")):
        name = reader.take(reader.number("<B")).decode("latin-1")
        kind = reader.take(1)
        dimensions = reader.number("<B")
        if kind not in (b"f", b"i") or dimensions > _MOST_DIMENSIONS or name in shapes:
            raise PayloadError(f"the array {name!r} is described wrongly")
        shape = tuple(reader.number("<I") for _ in range(dimensions))
        shapes[name] = ("<f8" if kind == b"f" else "<i8", shape, _product(shape))
    # in Python's own integers, which cannot overflow
    said = sum(count for _, _, count in shapes.values()) * _ITEM
    if said != reader.left:
        raise PayloadError(f"{reader.left:,} bytes of numbers where {said:,} are said")
    return shapes, len(payload) - reader.left


def _product(shape: tuple[int, ...]) -> int:
    total = 1
    for length in shape:
        total *= length
    return total


class _Reader:
    """Takes bytes from the front, and refuses to go past the end."""

    def __init__(self, payload: bytes) -> None:
        self._payload = memoryview(payload)
        self._at = 0

    @property
    def left(self) -> int:
        """Bytes not taken yet."""
        return len(self._payload) - self._at

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes."""
        if count > self.left:
            raise PayloadError("the payload ends too early")
        self._at += count
        return bytes(self._payload[self._at - count : self._at])

    def number(self, layout: str) -> int:
        """The next number."""
        found: int = struct.unpack(layout, self.take(struct.calcsize(layout)))[0]
        return found
