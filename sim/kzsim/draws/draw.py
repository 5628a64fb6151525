"""From a program's sources to the entities of one replication."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from kzsim.compiled import in_use
from kzsim.draws.arrivals import AFTER, Profile, arrival_instants, instants_after, profile_of
from kzsim.draws.away import away_by_arrays
from kzsim.draws.batches import PURPOSE, batch_numbers
from kzsim.draws.no_shows import no_shows
from kzsim.draws.outages import PURPOSES, outage_spans
from kzsim.draws.recipes import Recipe, away_purpose, numbers_of, recipe_of
from kzsim.draws.streams import check_distinct, key_of, uniforms
from kzsim.draws.variates import duration_ms
from kzsim.network.entities import NOT_YET, SKIPPED, Away, Entities, KindTable
from kzsim.network.kept import kept_with_program
from kzsim.network.model import Condition, Source, Step
from kzsim.network.program import NONE, Program

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
F64 = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Prepared:
    """What the draws of all replications of a program have in common, by source in sorted order.

    ``of``: the number of the source that it follows or comes after, NONE for others; ``order``: the numbers
    of all sources, each behind that one.
    """

    sources: tuple[Source, ...]
    steps: tuple[tuple[Step, ...], ...]
    profiles: tuple[Profile, ...]
    recipe: Recipe
    kinds: tuple[KindTable, ...]
    joined_ms: tuple[I64 | None, ...]
    of: tuple[int, ...]
    order: tuple[int, ...]

    def root(self, number: int) -> int:
        """The first of the sources that one follows, by others or at once; itself if it follows none."""
        while self.sources[number].follows is not None:
            number = self.of[number]
        return number


@kept_with_program
def _prepare(program: Program) -> _Prepared:
    network = program.network
    steps_of = {route.name: route.steps for route in network.routes}
    sources = tuple(sorted(network.sources, key=lambda source: source.name))
    _check_streams(
        sources,
        {s.name: steps_of[s.route] for s in sources},
        {each.outages.stream for each in program.out_of_order},
    )
    steps = tuple(steps_of[source.route] for source in sources)
    profiles = tuple(profile_of(source.arrivals) for source in sources)
    number = {name: i for i, name in enumerate(program.class_names)}
    kinds = tuple(
        KindTable(
            klass=np.array([number[kind.klass] for kind in source.kinds], dtype=np.int16),
            group=np.array([kind.group for kind in source.kinds], dtype=np.int32),
        )
        for source in sources
    )
    joined_ms = tuple(
        profile.at_ms if source.arrivals.process == "initial" else None
        for source, profile in zip(sources, profiles, strict=True)
    )
    place = {source.name: i for i, source in enumerate(sources)}
    of = tuple(_of(source, place) for source in sources)
    return _Prepared(sources, steps, profiles, recipe_of(sources, steps), kinds, joined_ms, of, _order(of))


def _of(source: Source, place: Mapping[str, int]) -> int:
    if source.follows is not None:
        return place[source.follows.source]
    return place[source.arrivals.of] if source.arrivals.process == "after" else NONE


def _order(of: Sequence[int]) -> tuple[int, ...]:
    found: dict[int, None] = {}  # a set in the order in which it was filled
    for number in range(len(of)):
        way = [number]
        while of[way[-1]] != NONE:
            way.append(of[way[-1]])
        found |= dict.fromkeys(reversed(way))
    return tuple(found)


def draw(program: Program, seed: int, replication: int) -> Entities:
    """Define all entities of one replication. Raises ValueError if two stream names collide."""
    prepared = _prepare(program)
    sources, steps = prepared.sources, prepared.steps

    arrivals: list[I64] = [np.zeros(0, dtype=np.int64)] * len(sources)
    batches: list[I32 | None] = [None] * len(sources)
    swings: dict[tuple[str, float, int], F64] = {}
    for number in prepared.order:
        source, of = sources[number], prepared.of[number]
        if source.follows is not None:
            arrivals[number] = np.full_like(arrivals[of], NOT_YET)
            continue
        if source.arrivals.process == "after":
            arrival = instants_after(source, arrivals[of], program.horizon_ms, seed, replication)
        else:
            profile = prepared.profiles[number]
            arrival = arrival_instants(source, profile, program.horizon_ms, seed, replication, swings)
        if source.arrivals.batches is not None:
            batch = batch_numbers(source.name, source.arrivals.batches, len(arrival), seed, replication)
            batches[number], arrival = batch, arrival[batch]
        arrivals[number] = arrival
    counts = [len(arrival) for arrival in arrivals]
    kinds = [
        kinds_of(sources[number], counts[number], seed, replication, sources[prepared.root(number)].name)
        for number in range(len(sources))
    ]
    numbers = numbers_of(prepared.recipe, seed, replication)

    def spell_out() -> tuple[I64, ...]:
        if in_use():
            # imported here: where the compiler is set aside, nobody waits for its import
            from kzsim.draws.filled import durations

            return tuple(durations(numbers, s, kinds[s], len(steps[s])) for s in range(len(sources)))
        by_arrays = durations_by_arrays
        return tuple(
            by_arrays(sources[s], steps[s], kinds[s], seed, replication) for s in range(len(sources))
        )

    def spell_out_away() -> tuple[Away, ...]:
        rows = zip(sources, steps, kinds, strict=True)
        return tuple(away_by_arrays(*row, program.tokens.names, seed, replication) for row in rows)

    return Entities(
        first=np.cumsum([0, *counts], dtype=np.int64),
        arrival_ms=np.concatenate([*arrivals, np.zeros(0, dtype=np.int64)]),
        follows=program.source_follows,
        kind=np.concatenate([*kinds, np.zeros(0, dtype=np.int16)]),
        kinds=prepared.kinds,
        cohort_ms=(program.cohort_from_ms, program.cohort_to_ms),
        batches=tuple(batches),
        joined_ms=prepared.joined_ms,
        outages=tuple(
            outage_spans(each.outages, program.horizon_ms, seed, replication) for each in program.out_of_order
        ),
        numbers=numbers,
        spell_out=spell_out,
        spell_out_away=spell_out_away,
    )


def kinds_of(
    source: Source, count: int, seed: int, replication: int, decided_by: str
) -> npt.NDArray[np.int16]:
    """int16 [count]: the kind of each entity of a source, by the numbers of the source ``decided_by``."""
    bounds = np.cumsum([k.share for k in source.kinds], dtype=np.float64)[:-1]
    if in_use():
        from kzsim.draws.instants import kinds

        return kinds(key_of(seed, replication, decided_by, "kind"), bounds, count)
    chooser = uniforms(seed, replication, decided_by, "kind", count)
    return np.searchsorted(bounds, chooser, side="right").astype(np.int16)


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
            if work.no_shows:
                rows[chosen, column] = no_shows(work.no_shows, number(step.purpose)[chosen, 0])
            elif work.duration is None:
                rows[chosen, column] = 0
            else:
                standard = number(step.purpose, work.duration.rows)[chosen]
                rows[chosen, column] = duration_ms(work.duration, standard)
    return rows


def _holds(condition: Condition, number: F64) -> Bool:
    return (number >= condition.low) & (number < condition.high)


def _check_streams(
    sources: tuple[Source, ...], steps: dict[str, tuple[Step, ...]], of_outages: set[str]
) -> None:
    """Two names must never share a stream; keys combine a source's words and a purpose's."""
    names = {source.name for source in sources}
    names |= {s.arrivals.swing.stream for s in sources if s.arrivals.swing is not None}
    names |= of_outages
    purposes = {"kind", "arrivals", "phase", "lateness", "swing", PURPOSE, *AFTER, *PURPOSES}
    for source in sources:
        purpose_of = {step.name: step.purpose for step in steps[source.name]}
        own = set(purpose_of.values())
        tests = {c.purpose for kind in source.kinds for work in kind.work.values() for c in work.when}
        works = [(name, work) for kind in source.kinds for name, work in kind.work.items()]
        away = {away_purpose(purpose_of.get(name, name), need) for name, work in works for need in work.needs}
        reserved = {"kind", "arrivals"} if source.arrivals.batches is None else {"kind", "arrivals", PURPOSE}
        if source.arrivals.process == "after":
            reserved |= {*AFTER}
        if source.name in of_outages:
            reserved |= {*PURPOSES}
        for name in sorted((own & tests) | (reserved & (own | tests)) | (away & (own | tests))):
            raise ValueError(f"source '{source.name}': '{name}' names two different random numbers")
        purposes |= own | tests | away
    check_distinct(sorted(names))
    check_distinct(sorted(purposes))
