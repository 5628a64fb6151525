"""The durations of all entities of a source in one compiled pass.

Importing this imports the compiler, which takes a while.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from kzsim.compiled import compiled
from kzsim.draws.other_families import of_other_family
from kzsim.draws.recipes import (
    CONDITIONS_FROM,
    CONDITIONS_TO,
    ERLANG,
    EXPONENTIAL,
    FAMILY_COLUMN,
    FIXED,
    HIGH,
    LOGNORMAL,
    LOW,
    NO_SHOWS,
    NO_TIME,
    PURPOSE,
    WORDS,
)
from kzsim.draws.scalar import (
    INV_LN2,
    LARGEST_POWER,
    POWERS_OF_TWO,
    centre,
    exp_of_rest,
    far_from_centre,
    nearest,
    standard_exponential,
    uniform,
)
from kzsim.network.entities import F64, I64, SKIPPED, U64, Numbers

AHEAD = 16
"""So many durations of an entity are worked out side by side."""

LANES = 6 * AHEAD
"""Length of the scratch of that: the rows below, one after another."""
UNIFORM, NORMAL, SIGMA, SHIFT, MEAN, POWER = (row * AHEAD for row in range(6))
WORDS_AHEAD = 2 * AHEAD
"""Length of the other scratch: a key each, and behind those which step it is for."""


def durations(numbers: Numbers, source: int, kind: npt.NDArray[np.int16], n_steps: int) -> I64:
    """int64 [entities, steps]: each entity's own duration of each step, SKIPPED if not entered."""
    filled = np.empty((len(kind), n_steps), dtype=np.int64)
    first_row = numbers.work_from[source] + kind.astype(np.int64) * n_steps
    fill_durations(
        numbers.keys,
        first_row,
        numbers.work,
        numbers.shape,
        numbers.condition,
        numbers.bounds,
        filled,
        np.zeros(LANES),
        np.zeros(WORDS_AHEAD, dtype=np.uint64),
    )
    return filled


@compiled
def fill_durations(
    keys: U64,
    first_row: I64,
    work: I64,
    shape: F64,
    condition: I64,
    bounds: F64,
    filled: I64,
    lane: F64,
    word: U64,
) -> None:
    """Fill in the durations of all entities of a source."""
    n_steps = filled.shape[1]
    for i in range(filled.shape[0]):
        for step in range(0, n_steps, AHEAD):
            count = min(AHEAD, n_steps - step)
            fill_ahead(
                keys,
                work,
                shape,
                condition,
                bounds,
                lane,
                word,
                first_row[i] + step,
                i,
                count,
                filled,
                i,
                step,
            )


@compiled
def fill_ahead(
    keys: U64,
    work: I64,
    shape: F64,
    condition: I64,
    bounds: F64,
    lane: F64,
    word: U64,
    row: int,
    i: int,
    count: int,
    own: I64,
    own_row: int,
    own_column: int,
) -> None:
    """Own durations of entity i of a source at ``count`` steps, whose rows of ``work`` start at ``row``.

    ``own`` [own_row, own_column ...] gets them; SKIPPED where a step is not entered. Lognormal
    durations, nearly all at a border, are worked out in loops that the compiler turns into vector
    instructions: a third of the time of one after another, and the same bits. ``lane`` and ``word``
    are scratch of lengths LANES and WORDS_AHEAD, zeros at first.
    """
    lanes = 0
    for j in range(count):
        if not enters(keys, work, condition, bounds, row + j, i):
            own[own_row, own_column + j] = SKIPPED
        elif work[row + j, FAMILY_COLUMN] != LOGNORMAL or shape[row + j, 0] == 0.0:
            own[own_row, own_column + j] = duration_of(keys, work, shape, bounds, row + j, i)
        else:
            word[lanes] = keys[work[row + j, PURPOSE]]
            word[AHEAD + lanes] = j
            lane[SIGMA + lanes] = shape[row + j, 1]
            lane[SHIFT + lanes] = shape[row + j, 2]
            lane[MEAN + lanes] = shape[row + j, 0]
            lanes += 1
    # whole vectors of four: what stands beyond the last lane is worked out too, and never looked at
    whole_lanes = (lanes + 3) & ~3
    for n in range(whole_lanes):
        number = uniform(word[n], i)
        lane[UNIFORM + n] = number
        lane[NORMAL + n] = centre(number - 0.5)
    for n in range(lanes):
        if abs(lane[UNIFORM + n] - 0.5) > 0.425:
            lane[NORMAL + n] = far_from_centre(lane[UNIFORM + n])
    for n in range(whole_lanes):
        x = lane[SIGMA + n] * lane[NORMAL + n] - lane[SHIFT + n]
        k = nearest(x * INV_LN2)
        lane[POWER + n] = k
        lane[UNIFORM + n] = exp_of_rest(x, k)
    for n in range(lanes):
        power = POWERS_OF_TWO[int(lane[POWER + n]) + LARGEST_POWER]
        own[own_row, own_column + int(word[AHEAD + n])] = whole(lane[MEAN + n] * (lane[UNIFORM + n] * power))


@compiled
def enters(keys: U64, work: I64, condition: I64, bounds: F64, row: int, i: int) -> bool:
    """Whether entity i of its source meets all conditions of a step."""
    for c in range(work[row, CONDITIONS_FROM], work[row, CONDITIONS_TO]):
        number = uniform(keys[condition[c]], i)
        if number < bounds[c, LOW] or number >= bounds[c, HIGH]:
            return False
    return True


@compiled
def duration_of(keys: U64, work: I64, shape: F64, bounds: F64, row: int, i: int) -> int:
    """Its duration there in whole ms, halves up, unless lognormal; see ``variates``."""
    family = work[row, FAMILY_COLUMN]
    mean = shape[row, 0]
    if family == NO_TIME:
        return 0
    if family == NO_SHOWS:
        return no_shows_of(keys, work, bounds, row, i)
    if family == FIXED or (mean == 0.0 and family <= LOGNORMAL):
        return whole(mean)
    key = keys[work[row, PURPOSE]]
    if family == EXPONENTIAL:
        return whole(mean * standard_exponential(uniform(key, i)))
    if family != ERLANG:
        return whole(of_other_family(family, shape, row, uniform(key, i)))
    total = 0.0
    for j in range(work[row, WORDS]):
        total = total + standard_exponential(uniform(key, i * work[row, WORDS] + j))
    return whole(mean / work[row, WORDS] * total)


@compiled
def no_shows_of(keys: U64, work: I64, bounds: F64, row: int, i: int) -> int:
    """What stands for its no-shows at a gate in place of a duration; see ``kzsim.draws.no_shows``."""
    number = uniform(keys[work[row, PURPOSE]], i)
    count = 0
    while count < work[row, WORDS] and number < bounds[work[row, CONDITIONS_TO] + count, HIGH]:
        count += 1
    return SKIPPED - count if count > 0 else 0


@compiled
def whole(value: float) -> int:
    """The nearest whole number, halves up."""
    number: int = math.floor(value + 0.5)
    return number
