"""Finished replications of unfinished work, kept so that the same command goes on where it was left."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from kzsim.experiments.sweeps.ledger import DONE, About, Ledger, PointRow, open_ledger, read_results
from kzsim.experiments.sweeps.payload import MOST_BYTES, Array, PayloadError, decode, encode
from kzsim.indicators.comparison import Pairs
from kzsim.indicators.summary import Summary

Item = TypeVar("Item")

_LEVEL = 1  # of compression: hourly readings are mostly small numbers, and a higher level gains little


@dataclass(frozen=True)
class Form(Generic[Item]):
    """How replications of one kind of work are kept: its name in messages, arrays of one, one of arrays."""

    noun: str
    number: Callable[[Item], int]
    arrays: Callable[[Item], dict[str, Array]]
    item: Callable[[int, Mapping[str, Array]], Item]

    def to_bytes(self, one: Item) -> bytes:
        """One as bytes."""
        return zlib.compress(encode(self.arrays(one)), _LEVEL)

    def from_bytes(self, number: int, payload: bytes) -> Item:
        """Undo ``to_bytes``. Raises PayloadError for bytes that are none."""
        unpacking = zlib.decompressobj()
        try:
            arrays = decode(unpacking.decompress(payload, MOST_BYTES))
        except zlib.error as error:
            raise PayloadError(f"replication {number} cannot be unpacked: {error}") from error
        return self.item(number, arrays)


@dataclass(frozen=True)
class Kept(Generic[Item]):
    """The replications that are there, the first ``count``, and where further ones go."""

    folder: Path
    count: int
    form: Form[Item]
    _ledger: Ledger

    def __iter__(self) -> Iterator[Item]:
        for _, number, payload in read_results(self.folder):
            if number < self.count:
                yield self.form.from_bytes(number, payload)

    def add(self, done: Item) -> None:
        """Keep one that is not there yet. Raises ResultsError if it cannot be written."""
        number = self.form.number(done)
        if number >= self.count:
            self._ledger.add(0, number, self.form.to_bytes(done))


@contextmanager
def keeping(folder: Path, digest: str, model: str, most: int, form: Form[Item]) -> Iterator[Kept[Item]]:
    """What is kept of the work of that digest, of ``most`` replications, open for more.

    Raises LockedError if another process is at the same work, DamagedError, ResultsError.
    """
    about = About(digest, model, f"replications of an unfinished {form.noun}", 1, most, form.noun)
    with open_ledger(folder, about, [PointRow(digest, {})]) as ledger:
        there = [number for number, state in enumerate(ledger.state) if state != DONE]
        yield Kept(folder, there[0] if there else most, form, ledger)


def hash_array(digest: str) -> Array:
    """A digest of hex digits as numbers."""
    return np.frombuffer(bytes.fromhex(digest), dtype="<i8").astype(np.int64)


def hash_of(array: Array) -> str:
    """Undo ``hash_array``."""
    return array.astype("<i8").tobytes().hex()


def summary_arrays(name: str, summary: Summary) -> dict[str, Array]:
    """A summary as arrays whose names begin with ``name``."""
    arrays: dict[str, Array] = {}
    for field in fields(Summary):
        value = getattr(summary, field.name)
        if field.name == "hourly":
            if value is not None:
                arrays[f"{name}.hourly"] = _packed(value)
                arrays[f"{name}.hourly_shape"] = np.array(value.shape, dtype=np.int64)
        else:
            arrays[f"{name}.{field.name}"] = np.asarray([value] if field.name == "entities" else value)
    return arrays


def summary_of(name: str, arrays: Mapping[str, Array]) -> Summary:
    """Undo ``summary_arrays``."""
    found: dict[str, Any] = {
        field.name: arrays[f"{name}.{field.name}"]
        for field in fields(Summary)
        if field.name not in ("hourly", "entities")
    }
    found["entities"] = int(arrays[f"{name}.entities"][0])
    shape = arrays.get(f"{name}.hourly_shape")
    found["hourly"] = None if shape is None else _unpacked(arrays[f"{name}.hourly"], shape)
    return Summary(**found)


def pairs_arrays(name: str, pairs: Pairs) -> dict[str, Array]:
    """Paired values as arrays whose names begin with ``name``."""
    return {f"{name}.{field.name}": getattr(pairs, field.name) for field in fields(Pairs)}


def pairs_of(name: str, arrays: Mapping[str, Array]) -> Pairs:
    """Undo ``pairs_arrays``."""
    return Pairs(**{field.name: arrays[f"{name}.{field.name}"] for field in fields(Pairs)})  # type: ignore[arg-type]  # the kinds are those that were written


def _packed(values: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Two of 32 bits in one of 64, which is what a payload holds."""
    flat = np.ascontiguousarray(values, dtype="<i4").ravel()
    even = np.concatenate([flat, np.zeros(len(flat) % 2, dtype="<i4")])
    return even.view("<i8").astype(np.int64)


def _unpacked(packed: Array, shape: Array) -> npt.NDArray[np.int32]:
    size = [int(length) for length in shape]
    flat = packed.astype("<i8").view("<i4")[: int(np.prod(size))]
    return flat.reshape(size).astype(np.int32)
