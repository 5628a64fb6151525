"""The durations of all entities of a source in one compiled pass.

Importing this imports the compiler, which takes a while.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from kzsim.compiled import compiled
from kzsim.draws.recipes import (
    CONDITIONS_FROM,
    CONDITIONS_TO,
    ERLANG,
    EXPONENTIAL,
    FAMILY_COLUMN,
    FIXED,
    NO_TIME,
    PURPOSE,
    WORDS,
)
from kzsim.draws.scalar import standard_exponential, standard_lognormal, uniform
from kzsim.network.entities import F64, I64, SKIPPED, U64, Numbers


def durations(numbers: Numbers, source: int, kind: npt.NDArray[np.int16], n_steps: int) -> I64:
    """int64 [entities, steps]: each entity's own duration of each step, SKIPPED if not entered."""
    filled = np.empty((len(kind), n_steps), dtype=np.int64)
    first_row = numbers.work_from[source] + kind.astype(np.int64) * n_steps
    fill_durations(
        numbers.keys, first_row, numbers.work, numbers.shape, numbers.condition, numbers.bounds, filled
    )
    return filled


@compiled
def fill_durations(
    keys: U64, first_row: I64, work: I64, shape: F64, condition: I64, bounds: F64, filled: I64
) -> None:
    """Fill in the durations of all entities of a source."""
    for i in range(filled.shape[0]):
        for column in range(filled.shape[1]):
            row = first_row[i] + column
            if enters(keys, work, condition, bounds, row, i):
                filled[i, column] = duration_of(keys, work, shape, row, i)
            else:
                filled[i, column] = SKIPPED


@compiled
def enters(keys: U64, work: I64, condition: I64, bounds: F64, row: int, i: int) -> bool:
    """Whether entity i of its source meets all conditions of a step."""
    for c in range(work[row, CONDITIONS_FROM], work[row, CONDITIONS_TO]):
        number = uniform(keys[condition[c]], i)
        if number < bounds[c, 0] or number >= bounds[c, 1]:
            return False
    return True


@compiled
def duration_of(keys: U64, work: I64, shape: F64, row: int, i: int) -> int:
    """Its duration there in whole ms, halves up; see ``variates``."""
    family = work[row, FAMILY_COLUMN]
    key = keys[work[row, PURPOSE]]
    mean = shape[row, 0]
    if family == NO_TIME:
        return 0
    if family == FIXED or mean == 0.0:
        value = mean
    elif family == EXPONENTIAL:
        value = mean * standard_exponential(uniform(key, i))
    elif family == ERLANG:
        total = 0.0
        for j in range(work[row, WORDS]):
            total = total + standard_exponential(uniform(key, i * work[row, WORDS] + j))
        value = mean / work[row, WORDS] * total
    else:
        value = mean * standard_lognormal(uniform(key, i), shape[row, 1], shape[row, 2])
    whole: int = math.floor(value + 0.5)
    return whole
