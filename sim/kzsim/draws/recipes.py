"""What the kinds of all sources do at each step, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kzsim.draws.no_shows import bounds_of
from kzsim.draws.parameters import Row, parameters, table_of
from kzsim.draws.streams import key_of_name, keys_of
from kzsim.network.entities import F64, I64, Numbers
from kzsim.network.model import Distribution, Need, Source, Step

FIXED = 0
EXPONENTIAL = 1
ERLANG = 2
LOGNORMAL = 3
UNIFORM = 4
TRIANGULAR = 5
WEIBULL = 6
GAMMA = 7
EMPIRICAL = 8
FAMILY = {
    "fixed": FIXED,
    "exponential": EXPONENTIAL,
    "erlang": ERLANG,
    "lognormal": LOGNORMAL,
    "uniform": UNIFORM,
    "triangular": TRIANGULAR,
    "weibull": WEIBULL,
    "gamma": GAMMA,
    "empirical": EMPIRICAL,
}
NO_TIME = -1
NO_SHOWS = -2  # no time either; as many bounds as attempts stand behind the conditions

# columns of `Numbers.work`
FAMILY_COLUMN = 0
PURPOSE = 1
WORDS = 2
CONDITIONS_FROM = 3
CONDITIONS_TO = 4
WORK_COLUMNS = 5

# columns of `Numbers.shape`, by family; see `parameters`
SHAPE_COLUMNS = 3

# columns of `Numbers.bounds`
LOW = 0
HIGH = 1
BOUND_COLUMNS = 2


@dataclass(frozen=True)
class Recipe:
    """What is the same in every replication: ``Numbers`` but for the keys; the names of their streams."""

    names: tuple[bytes, ...]
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
    shape: list[Row] = []
    tables: list[F64] = []
    n_rows = sum(
        1 + len(kind.work[step.name].needs)
        for source, steps in zip(sources, steps_of, strict=True)
        for kind in source.kinds
        for step in steps
    )
    condition: list[int] = []
    bounds: list[tuple[float, float]] = []
    away: list[tuple[int, Distribution]] = []
    for source, steps in zip(sources, steps_of, strict=True):
        number: dict[str, int] = {}
        work_from.append(len(work))
        for kind in source.kinds:
            for step in steps:
                spec = kind.work[step.name]
                for purpose in (step.purpose, *(test.purpose for test in spec.when)):
                    number.setdefault(purpose, len(streams) + len(number))
                before = len(condition)
                condition += [number[test.purpose] for test in spec.when]
                bounds += [(test.low, test.high) for test in spec.when]
                after = len(condition)
                family = FAMILY[spec.duration.family] if spec.duration else NO_TIME
                words = spec.duration.rows if spec.duration else 1
                if spec.no_shows:
                    family, words = NO_SHOWS, len(spec.no_shows)
                    condition += [number[step.purpose]] * words
                    bounds += [(0.0, bound) for bound in bounds_of(spec.no_shows)]
                work.append((family, number[step.purpose], words, before, after))
                shape.append(_shape_row(spec.duration, tables, n_rows))
                for need in sorted(spec.needs, key=lambda each: each.tokens):
                    purpose = away_purpose(step.purpose, need)
                    away.append((number.setdefault(purpose, len(streams) + len(number)), need.away))
        streams += [(source.name, purpose) for purpose in number]
    # behind those of all steps: how long tokens are away, in the order of ``TokenTables.need_tokens``
    end = len(condition)
    work += [(FAMILY[each.family], number, each.rows, end, end) for number, each in away]
    shape += [_shape_row(each, tables, n_rows) for _, each in away]
    return Recipe(
        names=tuple(key_of_name(source) + key_of_name(purpose) for source, purpose in streams),
        work_from=np.array(work_from, dtype=np.int64),
        work=np.array(work, dtype=np.int64).reshape(-1, WORK_COLUMNS),
        shape=np.concatenate([np.array(shape, dtype=np.float64).reshape(-1, SHAPE_COLUMNS), *tables]),
        condition=np.array(condition, dtype=np.int64),
        bounds=np.array(bounds, dtype=np.float64).reshape(-1, BOUND_COLUMNS),
    )


def numbers_of(recipe: Recipe, seed: int, replication: int) -> Numbers:
    """The recipe with the keys of one replication."""
    return Numbers(
        keys=keys_of(seed, replication, recipe.names),
        work_from=recipe.work_from,
        work=recipe.work,
        shape=recipe.shape,
        condition=recipe.condition,
        bounds=recipe.bounds,
    )


def away_purpose(step: str, need: Need) -> str:
    """Under which the time is drawn for which a step's tokens are away."""
    return f"{step}: {need.tokens} away"


def _shape_row(duration: Distribution | None, tables: list[F64], n_rows: int) -> Row:
    """A row of ``Numbers.shape``; a table that it points to goes behind the ``n_rows`` of ``work``."""
    if duration is None:
        return 0.0, 0.0, 0.0
    table = table_of(duration)
    if table is None:
        return parameters(duration)
    first = n_rows + sum(len(each) for each in tables)
    tables.append(table)
    return parameters(duration, first)
