"""Stop a run in which entities wait for each other for ever, and say who holds what."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from kzsim.engines.errors import DeadlockError, Waiter
from kzsim.engines.reference.deadlock import all_freed, deadlocked
from kzsim.engines.reference.parts import Entity, Environment
from kzsim.engines.reference.zones import Zone
from kzsim.network.entities import Entities
from kzsim.network.program import Program


class Run(Protocol):
    """What is looked at of a run."""

    program: Program
    entities: Entities
    env: Environment
    zones: list[Zone]


def stop_if_deadlocked(run: Run) -> None:
    """Raise DeadlockError if somebody in a zone's line can never be let go on."""
    lines = [zone for zone in run.zones if zone.waiting]
    # The same holders could free everybody in a zone's line, so one of them speaks for all.
    heads = [next(line[0][2] for line in zone.lines if line) for zone in lines]
    if all_freed(heads, _releasers, _lot):
        return
    waiters = [entity for zone in lines for entity in zone.members()]
    dead = set(deadlocked(waiters, _releasers))
    in_line = [entity for entity in waiters if entity in dead]
    stuck = sorted(deadlocked(in_line, _releasers), key=lambda entity: entity.index)
    raise DeadlockError(run.env.now_ms, tuple(_describe(run, entity) for entity in stuck))


def _describe(run: Run, entity: Entity) -> Waiter:
    number = entity.index - int(run.entities.first[entity.source])
    places = sorted(entity.occupancies, key=lambda occupied: (occupied[0].number, occupied[1].first))
    held = [f"a place of '{z.name}'" for z, place in places if (entity.index, place.first) in z.holders]
    if entity.pool is not None and not entity.is_paused:
        held.append(f"a server of '{entity.pool.name}'")
    wanted = f"'{entity.waits_at.name}'" if entity.waits_at else "time to pass"
    return Waiter(f"{run.program.source_names[entity.source]} #{number}", tuple(held), wanted)


def _releasers(entity: Entity) -> Iterable[Entity] | None:
    """None if time alone frees the entity, else those any one of whom could."""
    return None if entity.waits_at is None else entity.waits_at.releasers(entity)


def _lot(entity: Entity) -> tuple[int, int] | None:
    """What entities with the same releasers share: all in a zone's line, those of a class in a stage's."""
    return None if entity.waits_at is None else entity.waits_at.lot(entity)
