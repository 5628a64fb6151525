"""All durations of a source in one compiled pass over its raw words."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kzsim.compiled import compiled
from kzsim.draws.elementary import log
from kzsim.draws.scalar import (
    ERLANG,
    EXPONENTIAL,
    FIXED,
    LOGNORMAL,
    standard_exponential,
    standard_lognormal,
)
from kzsim.draws.streams import U64, raw_words
from kzsim.network.entities import SKIPPED
from kzsim.network.model import Source, Step, Work

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]

FAMILY = {"fixed": FIXED, "exponential": EXPONENTIAL, "erlang": ERLANG, "lognormal": LOGNORMAL}
NO_TIME = -1
BLOCK = 2**16  # entities whose words are in memory at once


@dataclass(frozen=True)
class Recipe:
    """What the kinds of a source do at each step, as tables.

    ``work``: int64 [kinds * steps, 5]: family, first row of words, number of rows, conditions from, to.
    ``shape``: float64 [kinds * steps, 3]: mean, sigma and shift of the lognormal.
    ``condition``: int64 [conditions], the row of words; ``bounds``: float64 [conditions, 2].
    ``purposes``: name and number of rows, in the order of the rows of words.
    """

    work: I64
    shape: F64
    condition: I64
    bounds: F64
    purposes: tuple[tuple[str, int], ...]


def recipe_of(source: Source, steps: tuple[Step, ...]) -> Recipe:
    """Lay out what the kinds of a source do."""
    rows_of: dict[str, int] = {}
    for kind in source.kinds:
        for step in steps:
            spec = kind.work[step.name]
            if spec.duration is not None:
                rows_of[step.name] = max(rows_of.get(step.name, 1), spec.duration.rows)
            for test in spec.when:
                rows_of.setdefault(test.purpose, 1)
    first_row, row = {}, 0
    for purpose, count in rows_of.items():
        first_row[purpose] = row
        row += count
    work: list[tuple[int, int, int, int, int]] = []
    shape: list[tuple[float, float, float]] = []
    condition: list[int] = []
    bounds: list[tuple[float, float]] = []
    for kind in source.kinds:
        for step in steps:
            spec = kind.work[step.name]
            before = len(condition)
            condition += [first_row[c.purpose] for c in spec.when]
            bounds += [(c.low, c.high) for c in spec.when]
            family, rows = (
                (FAMILY[spec.duration.family], spec.duration.rows) if spec.duration else (NO_TIME, 1)
            )
            work.append((family, first_row.get(step.name, 0), rows, before, len(condition)))
            shape.append(_shape(spec))
    return Recipe(
        work=np.array(work, dtype=np.int64),
        shape=np.array(shape, dtype=np.float64),
        condition=np.array(condition, dtype=np.int64),
        bounds=np.array(bounds, dtype=np.float64).reshape(-1, 2),
        purposes=tuple(rows_of.items()),
    )


def _shape(work: Work) -> tuple[float, float, float]:
    if work.duration is None:
        return 0.0, 0.0, 0.0
    variance = float(log(1.0 + work.duration.cv * work.duration.cv))
    return work.duration.mean, float(np.sqrt(variance)), 0.5 * variance


def durations(source: Source, steps: tuple[Step, ...], kind: I64, seed: int, replication: int) -> I64:
    """int64 [entities, steps]: each entity's own duration of each step, SKIPPED if not entered."""
    recipe = recipe_of(source, steps)
    filled = np.empty((len(kind), len(steps)), dtype=np.int64)
    for start in range(0, len(kind), BLOCK):
        block = slice(start, min(start + BLOCK, len(kind)))
        words = _words(recipe, source.name, block, seed, replication)
        fill_durations(
            words, kind[block], recipe.work, recipe.shape, recipe.condition, recipe.bounds, filled[block]
        )
    return filled


def _words(recipe: Recipe, source: str, block: slice, seed: int, replication: int) -> U64:
    """uint64 [rows, entities of the block]."""
    count = block.stop - block.start
    words = np.empty((sum(rows for _, rows in recipe.purposes), count), dtype=np.uint64)
    row = 0
    for purpose, rows in recipe.purposes:
        flat = raw_words(seed, replication, source, purpose, count * rows, block.start * rows)
        words[row : row + rows] = flat.reshape(count, rows).T
        row += rows
    return words


@compiled
def fill_durations(
    words: U64, kind: I64, work: I64, shape: F64, condition: I64, bounds: F64, filled: I64
) -> None:
    """Fill in the durations of a block of entities."""
    n_steps = filled.shape[1]
    for i in range(filled.shape[0]):
        for column in range(n_steps):
            row = kind[i] * n_steps + column
            enters = True
            for c in range(work[row, 3], work[row, 4]):
                number = uniform_of(words[condition[c], i])
                enters = enters and bounds[c, 0] <= number < bounds[c, 1]
            if not enters:
                filled[i, column] = SKIPPED
            else:
                filled[i, column] = duration_of(words, work, shape, row, i)


@compiled
def uniform_of(word: int) -> float:
    """The uniform number of a raw word; see ``streams.uniform_of_words``."""
    return (float(word >> np.uint64(12)) + 0.5) * 2.220446049250313e-16


@compiled
def duration_of(words: U64, work: I64, shape: F64, row: int, i: int) -> int:
    """One duration in whole ms, halves up; see ``variates``."""
    family, first = work[row, 0], work[row, 1]
    mean = shape[row, 0]
    if family == NO_TIME:
        return 0
    if family == FIXED or mean == 0.0:
        value = mean
    elif family == EXPONENTIAL:
        value = mean * standard_exponential(uniform_of(words[first, i]))
    elif family == ERLANG:
        total = 0.0
        for j in range(work[row, 2]):
            total = total + standard_exponential(uniform_of(words[first + j, i]))
        value = mean / work[row, 2] * total
    else:
        value = mean * standard_lognormal(uniform_of(words[first, i]), shape[row, 1], shape[row, 2])
    whole: int = math.floor(value + 0.5)
    return whole
