"""Tokens: things that steps take at their start and that come back some time after their end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kzsim.engines.reference.parts import Alarm, Entity, Environment


class Run(Protocol):
    """What tokens need of the run."""

    env: Environment

    def mark(self, element: int) -> None:
        """Let this element act in this instant's dispatch."""


class Tokens:
    """One kind: ``idle`` are there to be taken, ``holders`` have some at their step, the rest is away."""

    def __init__(self, run: Run, kind: int, name: str, number: int, users: Sequence[int]) -> None:
        self.run = run
        self.kind = kind
        self.name = name
        self.users = users
        self.idle = self.number = number
        self.holders: dict[int, tuple[Entity, int]] = {}
        self._idle_ms = 0
        self._since_ms = 0

    def take(self, entity: Entity, number: int) -> None:
        """Give so many to the entity."""
        self._count(-number)
        self.holders[entity.index] = (entity, number)
        entity.tokens.append(self)

    def send_away(self, entity: Entity, away_ms: int) -> None:
        """Take back what the entity had; it is there again in that time."""
        _, number = self.holders.pop(entity.index)
        if away_ms == 0:
            self._come_back(number)
        else:
            alarm = Alarm(self.run.env)
            alarm.callbacks.append(lambda _: self._come_back(number))
            alarm.set_off(away_ms)

    def _come_back(self, number: int) -> None:
        self._count(number)
        for element in self.users:
            self.run.mark(element)

    @property
    def away(self) -> int:
        """How many come back by time alone."""
        return self.number - self.idle - sum(number for _, number in self.holders.values())

    def idle_ms(self, now_ms: int) -> int:
        """Available ones times ms, up to now."""
        return self._idle_ms + self.idle * (now_ms - self._since_ms)

    def _count(self, more: int) -> None:
        now = self.run.env.now_ms
        self._idle_ms, self._since_ms = self.idle_ms(now), now
        self.idle += more


@dataclass(frozen=True)
class Needed:
    """So many tokens of one kind, which an entity must have to start."""

    tokens: Tokens
    number: int

    @property
    def is_there(self) -> bool:
        """Whether they can be had now."""
        return self.tokens.idle >= self.number
