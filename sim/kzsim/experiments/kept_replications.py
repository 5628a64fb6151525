"""Replications of an unfinished run, kept so that the same command goes on where it was left."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kzsim.experiments.replications import Replication
from kzsim.experiments.sweeps.ledger import DONE, About, Ledger, PointRow, open_ledger, read_results
from kzsim.experiments.sweeps.payload import MOST_BYTES, Array, PayloadError, decode, encode
from kzsim.indicators.comparison import Pairs
from kzsim.indicators.summary import Summary

_RUNS = ("scenario", "counterfactual")
_LEVEL = 1  # of compression: hourly readings are mostly small numbers, and a higher level gains little


@dataclass(frozen=True)
class Kept:
    """The replications that are there, the first ``count`` of a run, and where further ones go."""

    folder: Path
    count: int
    _ledger: Ledger

    def __iter__(self) -> Iterator[Replication]:
        for _, number, payload in read_results(self.folder):
            if number < self.count:
                yield from_bytes(number, payload)

    def add(self, done: Replication) -> None:
        """Keep one. Raises ResultsError if it cannot be written."""
        self._ledger.add(0, done.number, to_bytes(done))


@contextmanager
def keeping(folder: Path, digest: str, model: str, most: int) -> Iterator[Kept]:
    """What is kept of the run of that digest, of ``most`` replications, open for more.

    Raises LockedError if another process is at the same run, DamagedError, ResultsError.
    """
    about = About(digest, model, "replications of an unfinished run", 1, most)
    with open_ledger(folder, about, [PointRow(digest, {})]) as ledger:
        there = [number for number, state in enumerate(ledger.state) if state != DONE]
        yield Kept(folder, there[0] if there else most, ledger)


def to_bytes(done: Replication) -> bytes:
    """A replication without its trace as bytes."""
    arrays: dict[str, Array] = {"seconds": np.array([done.seconds])}
    hashes = (done.scenario_hash, done.counterfactual_hash)
    for name, summary, digest in zip(_RUNS, (done.scenario, done.counterfactual), hashes, strict=True):
        if summary is None:
            continue
        arrays[f"{name}.hash"] = np.frombuffer(bytes.fromhex(digest), dtype="<i8").astype(np.int64)
        for field in fields(Summary):
            value = getattr(summary, field.name)
            if field.name == "hourly":
                if value is not None:
                    arrays[f"{name}.hourly"] = _packed(value)
                    arrays[f"{name}.hourly_shape"] = np.array(value.shape, dtype=np.int64)
            else:
                arrays[f"{name}.{field.name}"] = np.asarray([value] if field.name == "entities" else value)
    if done.pairs is not None:
        for field in fields(Pairs):
            arrays[f"pairs.{field.name}"] = getattr(done.pairs, field.name)
    return zlib.compress(encode(arrays), _LEVEL)


def from_bytes(number: int, payload: bytes) -> Replication:
    """Undo ``to_bytes``. Raises PayloadError for bytes that are none."""
    unpacking = zlib.decompressobj()
    try:
        arrays = decode(unpacking.decompress(payload, MOST_BYTES))
    except zlib.error as error:
        raise PayloadError(f"replication {number} cannot be unpacked: {error}") from error
    summaries: list[Summary | None] = []
    hashes = []
    for name in _RUNS:
        if f"{name}.hash" not in arrays:
            summaries.append(None)
            hashes.append("")
            continue
        hashes.append(arrays[f"{name}.hash"].astype("<i8").tobytes().hex())
        found: dict[str, Any] = {
            field.name: arrays[f"{name}.{field.name}"]
            for field in fields(Summary)
            if field.name not in ("hourly", "entities")
        }
        found["entities"] = int(arrays[f"{name}.entities"][0])
        shape = arrays.get(f"{name}.hourly_shape")
        found["hourly"] = None if shape is None else _unpacked(arrays[f"{name}.hourly"], shape)
        summaries.append(Summary(**found))
    pairs = None
    if "pairs.base" in arrays:
        pairs = Pairs(**{field.name: arrays[f"pairs.{field.name}"] for field in fields(Pairs)})  # type: ignore[arg-type]  # the kinds are those that were written
    scenario, counterfactual = summaries
    if scenario is None:
        raise PayloadError(f"replication {number} has no summary")
    return Replication(
        number, scenario, counterfactual, pairs, hashes[0], hashes[1], float(arrays["seconds"][0])
    )


def _packed(values: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Two of 32 bits in one of 64, which is what a payload holds."""
    flat = np.ascontiguousarray(values, dtype="<i4").ravel()
    even = np.concatenate([flat, np.zeros(len(flat) % 2, dtype="<i4")])
    return even.view("<i8").astype(np.int64)


def _unpacked(packed: Array, shape: Array) -> npt.NDArray[np.int32]:
    size = [int(length) for length in shape]
    flat = packed.astype("<i8").view("<i4")[: int(np.prod(size))]
    return flat.reshape(size).astype(np.int32)
