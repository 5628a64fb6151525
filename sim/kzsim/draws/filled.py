"""All durations of a source in one compiled pass."""

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
    uniform,
)
from kzsim.draws.streams import U64, key_of
from kzsim.network.entities import SKIPPED
from kzsim.network.model import Source, Step, Work

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]

FAMILY = {"fixed": FIXED, "exponential": EXPONENTIAL, "erlang": ERLANG, "lognormal": LOGNORMAL}
NO_TIME = -1


@dataclass(frozen=True)
class Recipe:
    """What the kinds of a source do at each step, as tables.

    ``work``: int64 [kinds * steps, 5]: family, purpose, words an entity, conditions from, to.
    ``shape``: float64 [kinds * steps, 3]: mean, sigma and shift of the lognormal.
    ``condition``: int64 [conditions], the purpose; ``bounds``: float64 [conditions, 2].
    ``purposes``: their names, by number.
    """

    work: I64
    shape: F64
    condition: I64
    bounds: F64
    purposes: tuple[str, ...]


def recipe_of(source: Source, steps: tuple[Step, ...]) -> Recipe:
    """Lay out what the kinds of a source do."""
    number: dict[str, int] = {}
    for kind in source.kinds:
        for step in steps:
            number.setdefault(step.name, len(number))
            for test in kind.work[step.name].when:
                number.setdefault(test.purpose, len(number))
    work: list[tuple[int, int, int, int, int]] = []
    shape: list[tuple[float, float, float]] = []
    condition: list[int] = []
    bounds: list[tuple[float, float]] = []
    for kind in source.kinds:
        for step in steps:
            spec = kind.work[step.name]
            before = len(condition)
            condition += [number[c.purpose] for c in spec.when]
            bounds += [(c.low, c.high) for c in spec.when]
            family, rows = (
                (FAMILY[spec.duration.family], spec.duration.rows) if spec.duration else (NO_TIME, 1)
            )
            work.append((family, number[step.name], rows, before, len(condition)))
            shape.append(_shape(spec))
    return Recipe(
        work=np.array(work, dtype=np.int64),
        shape=np.array(shape, dtype=np.float64),
        condition=np.array(condition, dtype=np.int64),
        bounds=np.array(bounds, dtype=np.float64).reshape(-1, 2),
        purposes=tuple(number),
    )


def _shape(work: Work) -> tuple[float, float, float]:
    if work.duration is None:
        return 0.0, 0.0, 0.0
    variance = float(log(1.0 + work.duration.cv * work.duration.cv))
    return work.duration.mean, float(np.sqrt(variance)), 0.5 * variance


def durations(source: Source, steps: tuple[Step, ...], kind: I64, seed: int, replication: int) -> I64:
    """int64 [entities, steps]: each entity's own duration of each step, SKIPPED if not entered."""
    recipe = recipe_of(source, steps)
    keys = [key_of(seed, replication, source.name, purpose) for purpose in recipe.purposes]
    filled = np.empty((len(kind), len(steps)), dtype=np.int64)
    fill_durations(
        np.array(keys, dtype=np.uint64),
        kind,
        recipe.work,
        recipe.shape,
        recipe.condition,
        recipe.bounds,
        filled,
    )
    return filled


@compiled
def fill_durations(
    keys: U64, kind: I64, work: I64, shape: F64, condition: I64, bounds: F64, filled: I64
) -> None:
    """Fill in the durations of all entities of a source."""
    n_steps = filled.shape[1]
    for i in range(filled.shape[0]):
        for column in range(n_steps):
            row = kind[i] * n_steps + column
            enters = True
            for c in range(work[row, 3], work[row, 4]):
                enters = enters and bounds[c, 0] <= uniform(keys[condition[c]], i) < bounds[c, 1]
            filled[i, column] = duration_of(keys, work, shape, row, i) if enters else SKIPPED


@compiled
def duration_of(keys: U64, work: I64, shape: F64, row: int, i: int) -> int:
    """One duration in whole ms, halves up; see ``variates``."""
    family = work[row, 0]
    key = keys[work[row, 1]]
    mean = shape[row, 0]
    if family == NO_TIME:
        return 0
    if family == FIXED or mean == 0.0:
        value = mean
    elif family == EXPONENTIAL:
        value = mean * standard_exponential(uniform(key, i))
    elif family == ERLANG:
        total = 0.0
        for j in range(work[row, 2]):
            total = total + standard_exponential(uniform(key, i * work[row, 2] + j))
        value = mean / work[row, 2] * total
    else:
        value = mean * standard_lognormal(uniform(key, i), shape[row, 1], shape[row, 2])
    whole: int = math.floor(value + 0.5)
    return whole
