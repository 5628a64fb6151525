"""Means per batch: of batches that came together, how long its members stay, and when its last has left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kzsim.draws import Entities
from kzsim.engines.outcome import STILL_INSIDE, Outcome
from kzsim.network import Program

F64 = npt.NDArray[np.float64]
COHORT = 1


@dataclass(frozen=True)
class BatchTimes:
    """Of the followed batches of one source: its group, and by batch in ms the mean stay and the longest."""

    group: int
    mean_ms: F64
    longest_ms: F64


def has_batches(program: Program) -> bool:
    """Whether some source's entities come in batches."""
    return any(source.arrivals.batches is not None for source in program.network.sources)


def batch_times(program: Program, entities: Entities, outcome: Outcome) -> Iterator[BatchTimes]:
    """By source with batches. Whoever is inside at the end counts with the time so far."""
    end = np.where(outcome.exit_ms == STILL_INSIDE, program.horizon_ms, outcome.exit_ms)
    stay = end - entities.arrival_ms
    for number, batch in enumerate(entities.batches):
        members = slice(int(entities.first[number]), int(entities.first[number + 1]))
        if batch is None:
            continue
        followed = entities.phase[members] == COHORT
        own, of = stay[members][followed], batch[followed]
        begins = np.flatnonzero(np.diff(of, prepend=-1))
        sizes = np.diff(begins, append=len(of))
        group = int(entities.kinds[number].group[0])
        if len(begins) == 0:
            yield BatchTimes(group, np.zeros(0), np.zeros(0))
            continue
        longest = np.maximum.reduceat(own, begins).astype(np.float64)
        yield BatchTimes(group, np.add.reduceat(own, begins) / sizes, longest)
