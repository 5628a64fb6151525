"""What the kinds of all sources do at each step, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kzsim.draws.elementary import log
from kzsim.draws.streams import key_of
from kzsim.network.entities import F64, I64, Numbers
from kzsim.network.model import Distribution, Need, Source, Step

FIXED = 0
EXPONENTIAL = 1
ERLANG = 2
LOGNORMAL = 3
FAMILY = {"fixed": FIXED, "exponential": EXPONENTIAL, "erlang": ERLANG, "lognormal": LOGNORMAL}
NO_TIME = -1

# columns of `Numbers.work`
FAMILY_COLUMN = 0
PURPOSE = 1
WORDS = 2
CONDITIONS_FROM = 3
CONDITIONS_TO = 4
WORK_COLUMNS = 5

# columns of `Numbers.shape`: mean; for lognormal numbers sigma and shift
SHAPE_COLUMNS = 3

# columns of `Numbers.bounds`
LOW = 0
HIGH = 1
BOUND_COLUMNS = 2


@dataclass(frozen=True)
class Recipe:
    """What is the same in every replication: ``Numbers`` but for the keys, and the keys' names."""

    streams: tuple[tuple[str, str], ...]
    work_from: I64
    work: I64
    shape: F64
    condition: I64
    bounds: F64


def recipe_of(sources: Sequence[Source], steps_of: Sequence[tuple[Step, ...]]) -> Recipe:
    """Lay out what the kinds of all sources do."""
    streams: list[tuple[str, str]] = []
    work_from: list[int] = []
    work: list[tuple[int, int, int, int, int]] = []
    shape: list[tuple[float, float, float]] = []
    condition: list[int] = []
    bounds: list[tuple[float, float]] = []
    away: list[tuple[int, Distribution]] = []
    for source, steps in zip(sources, steps_of, strict=True):
        number: dict[str, int] = {}
        work_from.append(len(work))
        for kind in source.kinds:
            for step in steps:
                spec = kind.work[step.name]
                for purpose in (step.name, *(test.purpose for test in spec.when)):
                    number.setdefault(purpose, len(streams) + len(number))
                before = len(condition)
                condition += [number[test.purpose] for test in spec.when]
                bounds += [(test.low, test.high) for test in spec.when]
                family = FAMILY[spec.duration.family] if spec.duration else NO_TIME
                words = spec.duration.rows if spec.duration else 1
                work.append((family, number[step.name], words, before, len(condition)))
                shape.append(_shape(spec.duration))
                for need in sorted(spec.needs, key=lambda each: each.tokens):
                    purpose = away_purpose(step.name, need)
                    away.append((number.setdefault(purpose, len(streams) + len(number)), need.away))
        streams += [(source.name, purpose) for purpose in number]
    # behind those of all steps: how long tokens are away, in the order of ``TokenTables.need_tokens``
    end = len(condition)
    work += [(FAMILY[each.family], number, each.rows, end, end) for number, each in away]
    shape += [_shape(each) for _, each in away]
    return Recipe(
        streams=tuple(streams),
        work_from=np.array(work_from, dtype=np.int64),
        work=np.array(work, dtype=np.int64).reshape(-1, WORK_COLUMNS),
        shape=np.array(shape, dtype=np.float64).reshape(-1, SHAPE_COLUMNS),
        condition=np.array(condition, dtype=np.int64),
        bounds=np.array(bounds, dtype=np.float64).reshape(-1, BOUND_COLUMNS),
    )


def numbers_of(recipe: Recipe, seed: int, replication: int) -> Numbers:
    """The recipe with the keys of one replication."""
    keys = [key_of(seed, replication, source, purpose) for source, purpose in recipe.streams]
    return Numbers(
        keys=np.array(keys, dtype=np.uint64),
        work_from=recipe.work_from,
        work=recipe.work,
        shape=recipe.shape,
        condition=recipe.condition,
        bounds=recipe.bounds,
    )


def away_purpose(step: str, need: Need) -> str:
    """Under which the time is drawn for which a step's tokens are away."""
    return f"{step}: {need.tokens} away"


def _shape(duration: Distribution | None) -> tuple[float, float, float]:
    if duration is None:
        return 0.0, 0.0, 0.0
    variance = float(log(1.0 + duration.cv * duration.cv))
    return duration.mean, float(np.sqrt(variance)), 0.5 * variance
