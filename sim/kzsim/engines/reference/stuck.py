"""Stop a run in which entities wait for each other for ever, and say who holds what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from kzsim.engines.errors import DeadlockError, Waiter
from kzsim.engines.reference.deadlock import Want, all_freed, deadlocked, in_their_way
from kzsim.engines.reference.elements import Element
from kzsim.engines.reference.parts import Entity, Environment
from kzsim.engines.reference.stages import Service
from kzsim.engines.reference.zones import Zone
from kzsim.network.entities import Entities
from kzsim.network.program import Program


class Run(Protocol):
    """What is looked at of a run."""

    program: Program
    entities: Entities
    env: Environment
    zones: list[Zone]
    token_users: list[Service]


def stop_if_deadlocked(run: Run) -> None:
    """Raise DeadlockError if somebody can never have the place or the tokens that it waits for."""
    lines = [zone for zone in run.zones if zone.waiting]
    lacking = [
        line
        for stage in run.token_users
        if stage.waiting
        for klass, line in enumerate(stage.lines)
        if line and stage.lacks_tokens(klass)
    ]
    # The same holders could free everybody in a zone's line, so one of them speaks for all.
    heads = [next(line[0][2] for line in zone.lines if line) for zone in lines]
    heads += [line[0][2] for line in lacking]
    if all_freed(heads, _releasers, _lot):
        return
    for_places = [entity for zone in lines for entity in zone.members()]
    for_tokens = [entity for line in lacking for _, _, entity in line]
    dead = set(deadlocked([*for_places, *for_tokens], _wants))
    in_line = [entity for entity in for_places if entity in dead]
    in_line += [entity for entity in for_tokens if _never_gets_tokens(entity, dead)]
    if in_line:
        stuck = sorted(in_their_way(in_line, _wants, dead), key=lambda entity: entity.index)
        raise DeadlockError(run.env.now_ms, tuple(_describe(run, entity) for entity in stuck))


def _never_gets_tokens(entity: Entity, dead: set[Entity]) -> bool:
    stage = entity.waits_at
    return isinstance(stage, Service) and stage.wants_tokens_of(entity, dead)


def _describe(run: Run, entity: Entity) -> Waiter:
    number = entity.index - int(run.entities.first[entity.source])
    places = sorted(entity.occupancies, key=lambda occupied: (occupied[0].number, occupied[1].first))
    held = [f"a place of '{z.name}'" for z, place in places if (entity.index, place.first) in z.holders]
    held += [f"{tokens.holders[entity.index][1]} of '{tokens.name}'" for tokens in entity.tokens]
    if entity.pool is not None and not entity.is_paused:
        held.append(f"a server of '{entity.pool.name}'")
    wanted = _wanted(entity, entity.waits_at) if entity.waits_at else "time to pass"
    return Waiter(f"{run.program.source_names[entity.source]} #{number}", tuple(held), wanted)


def _wanted(entity: Entity, at: Element) -> str:
    """The stage or zone, and the tokens that are not there."""
    lacking: list[str] = []
    if isinstance(at, Service) and not entity.is_paused:
        lacking = [f"{n.number} of '{n.tokens.name}'" for n in at.needs[entity.klass] if not n.is_there]
    return " and ".join([f"'{at.name}'", *lacking])


def _releasers(entity: Entity) -> Iterable[Entity] | None:
    """None if time alone frees the entity, else those any one of whom alone could."""
    return None if entity.waits_at is None else entity.waits_at.releasers(entity)


def _wants(entity: Entity) -> Sequence[Want[Entity]] | None:
    """None if time alone frees the entity, else all that others would have to give it."""
    return None if entity.waits_at is None else entity.waits_at.wants(entity)


def _lot(entity: Entity) -> tuple[int, int] | None:
    """What entities with the same releasers share: all in a zone's line, those of a class in a stage's."""
    return None if entity.waits_at is None else entity.waits_at.lot(entity)
