"""From a program's sources to the entities of one replication."""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt

from kzsim.compiled import in_use
from kzsim.draws.arrivals import arrival_instants
from kzsim.draws.recipes import numbers_of
from kzsim.draws.streams import check_distinct, uniforms
from kzsim.draws.variates import duration_ms
from kzsim.network.entities import SKIPPED, Entities
from kzsim.network.model import Condition, Source, Step
from kzsim.network.program import Program

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]


def draw(program: Program, seed: int, replication: int) -> Entities:
    """Define all entities of one replication. Raises ValueError if two stream names collide."""
    network = program.network
    steps_of = {route.name: route.steps for route in network.routes}
    class_number = {name: i for i, name in enumerate(program.class_names)}
    sources = sorted(network.sources, key=lambda source: source.name)
    _check_streams(tuple(sources), {s.name: steps_of[s.route] for s in sources})

    first, arrivals, kinds, klasses, groups = [0], [], [], [], []
    for source in sources:
        arrival = arrival_instants(source, program.horizon_ms, seed, replication)
        chooser = uniforms(seed, replication, source.name, "kind", len(arrival))
        kind = np.searchsorted(np.cumsum([k.share for k in source.kinds])[:-1], chooser, side="right")
        class_of_kind = np.array([class_number[k.klass] for k in source.kinds], dtype=np.int16)
        group_of_kind = np.array([k.group for k in source.kinds], dtype=np.int32)
        first.append(first[-1] + len(arrival))
        arrivals.append(arrival)
        kinds.append(kind.astype(np.int16))
        klasses.append(class_of_kind[kind])
        groups.append(group_of_kind[kind])

    arrival_ms = np.concatenate(arrivals) if arrivals else np.zeros(0, dtype=np.int64)
    phase = (arrival_ms >= program.cohort_from_ms).astype(np.int8)
    phase += arrival_ms >= program.cohort_to_ms
    steps = [steps_of[source.route] for source in sources]
    numbers = numbers_of(sources, steps, seed, replication)

    def spell_out() -> tuple[I64, ...]:
        if in_use():
            # imported here: where the compiler is set aside, nobody waits for its import
            from kzsim.draws.filled import durations

            return tuple(durations(numbers, s, kinds[s], len(steps[s])) for s in range(len(sources)))
        by_arrays = durations_by_arrays
        return tuple(
            by_arrays(sources[s], steps[s], kinds[s], seed, replication) for s in range(len(sources))
        )

    return Entities(
        first=np.array(first, dtype=np.int64),
        arrival_ms=arrival_ms,
        kind=np.concatenate(kinds),
        klass=np.concatenate(klasses),
        group=np.concatenate(groups),
        phase=phase,
        numbers=numbers,
        spell_out=spell_out,
    )


def durations_by_arrays(
    source: Source, steps: tuple[Step, ...], kind: npt.NDArray[np.int16], seed: int, replication: int
) -> I64:
    """int64 [entities, steps]: each entity's own duration of each step, SKIPPED if not entered.

    The same bytes as ``filled.durations``, by NumPy: for machines without a compiler.
    """
    count = len(kind)
    rows = np.full((count, len(steps)), SKIPPED, dtype=np.int64)
    member = [np.flatnonzero(kind == k) for k in range(len(source.kinds))]

    @cache
    def number(purpose: str, words: int = 1) -> F64:
        flat = uniforms(seed, replication, source.name, purpose, count * words)
        return flat.reshape(count, words)

    for column, step in enumerate(steps):
        for k, spec in enumerate(source.kinds):
            work = spec.work[step.name]
            chosen = member[k]
            for condition in work.when:
                chosen = chosen[_holds(condition, number(condition.purpose)[chosen, 0])]
            if work.duration is None:
                rows[chosen, column] = 0
            else:
                standard = number(step.name, work.duration.rows)[chosen]
                rows[chosen, column] = duration_ms(work.duration, standard)
    return rows


def _holds(condition: Condition, number: F64) -> Bool:
    return (number >= condition.low) & (number < condition.high)


@lru_cache(maxsize=4)
def _purposes(sources: tuple[str, ...], purposes: tuple[str, ...]) -> None:
    check_distinct(list(sources))
    check_distinct(list(purposes))


def _check_streams(sources: tuple[Source, ...], steps: dict[str, tuple[Step, ...]]) -> None:
    """Two names must never share a stream; keys combine a source's words and a purpose's."""
    names = {source.name for source in sources}
    names |= {s.arrivals.swing.stream for s in sources if s.arrivals.swing is not None}
    purposes = {"kind", "arrivals", "phase", "lateness", "swing"}
    for source in sources:
        own = {step.name for step in steps[source.name]}
        tests = {c.purpose for kind in source.kinds for work in kind.work.values() for c in work.when}
        for name in sorted((own & tests) | ({"kind", "arrivals"} & (own | tests))):
            raise ValueError(f"source '{source.name}': '{name}' names two different random numbers")
        purposes |= own | tests
    _purposes(tuple(sorted(names)), tuple(sorted(purposes)))
