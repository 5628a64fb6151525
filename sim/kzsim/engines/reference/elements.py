"""What all that entities meet on their way has in common: a line, and acting on it.

An element acts only when the run tells it to (``act``), and then on the first in line order who
can go on, until nobody can. Whether one can depends on its class alone, so a line is kept per
class and the heads are compared.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from typing import Protocol

import simpy

from kzsim.engines.reference.deadlock import Want
from kzsim.engines.reference.parts import Alarm, Entity, Environment, WaitClock
from kzsim.network.model import WAIT_ACCOUNTS, Account
from kzsim.network.program import NONE


class Run(Protocol):
    """What elements need of the run."""

    env: Environment

    def mark(self, element: int) -> None:
        """Let this element act in this instant's dispatch."""

    def started(self, entity: Entity) -> None:
        """Tell that the entity's wait at a stage is over."""

    def granted(self, entity: Entity) -> None:
        """Tell that the entity's wait for a place is over."""


class Element(ABC):
    """A stage or a zone: its number is its rank; ``priority`` is by class, lower goes first.

    ``span``: that which it is of, or NONE.
    """

    def __init__(self, run: Run, number: int, name: str, priority: Sequence[int]) -> None:
        self.run = run
        self.number = number
        self.name = name
        self.priority = priority
        self.span = NONE
        self.waiting = 0
        self.lines: list[list[tuple[int, int, Entity]]] = [[] for _ in priority]
        self.clocks = [WaitClock() for _ in priority]
        # classes of one lot are let go on by the same others
        self.lot_of_class: Sequence[int] = range(len(priority))
        self.joined_now: list[Entity] = []
        self.account_ms: defaultdict[int, list[int]] = defaultdict(lambda: [0] * len(Account))
        self.starts: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
        self.no_shows: defaultdict[int, int] = defaultdict(int)
        self.within_ceilings: defaultdict[tuple[int, int], int] = defaultdict(int)  # by slot and class

    def join(self, entity: Entity) -> simpy.Event:
        """Stand in line; the event comes when the entity's business here is done."""
        env = self.run.env
        entity.joined_ms = env.now_ms if entity.stands_since_ms is None else entity.stands_since_ms
        entity.stands_since_ms = None
        entity.waits_at = self
        heappush(self.lines[entity.klass], (entity.joined_ms, entity.index, entity))
        self.waiting += 1
        self.joined_now.append(entity)
        self.run.mark(self.number)
        entity.done = Alarm(env)
        return entity.done

    def act(self) -> None:
        """Let everybody go on who can, first in line first."""
        while self.waiting and (klass := self._first_class()) is not None:
            _, _, entity = heappop(self.lines[klass])
            self.waiting -= 1
            self.admit(entity)

    def _first_class(self) -> int | None:
        """The class whose head is first in line order among those who can go on."""
        first, best = None, None
        for klass, line in enumerate(self.lines):
            if line and self.can_admit(klass):
                place = (self.priority[klass], line[0])
                if best is None or place < best:
                    first, best = klass, place
        return first

    @abstractmethod
    def can_admit(self, klass: int) -> bool:
        """Whether an entity of the class at the head of the line could go on now."""

    @abstractmethod
    def admit(self, entity: Entity) -> None:
        """Let this entity go on."""

    @abstractmethod
    def cause_of_wait(self, klass: int) -> Account:
        """The account of a wait here, by the state of the element and the class."""

    @abstractmethod
    def releasers(self, entity: Entity) -> Iterable[Entity] | None:
        """None if time alone lets this waiting entity go on, else those any of whom alone could."""

    def wants(self, entity: Entity) -> list[Want[Entity]] | None:
        """None if time alone lets this waiting entity go on, else all that others would have to give it."""
        others = self.releasers(entity)
        return None if others is None else [Want.one_of(others)]

    def lot(self, entity: Entity) -> tuple[int, int]:
        """What entities with the same ``releasers`` share."""
        return (self.number, self.lot_of_class[entity.klass])

    def set_causes(self, now_ms: int) -> None:
        """At the end of an instant: what keeps each class waiting from here on."""
        if self.waiting:
            for entity in self.joined_now:
                if entity.waits_at is self:
                    entity.clock_at_joining = self.clocks[entity.klass].read(now_ms)
            for klass, line in enumerate(self.lines):
                if line:
                    self.clocks[klass].turn(self.cause_of_wait(klass), now_ms)
        self.joined_now.clear()

    def book_wait(self, entity: Entity, now_ms: int) -> None:
        """Book the entity's wait in this line so far to its accounts."""
        after = self.clocks[entity.klass].read(now_ms)
        for account, then, now in zip(WAIT_ACCOUNTS, entity.clock_at_joining, after, strict=True):
            self.book(entity, account, now - then)

    def book(self, entity: Entity, account: Account, spent_ms: int) -> None:
        """Book time spent here to an account, for the entity's group and phase, for itself and its span."""
        self.account_ms[entity.slot][account] += spent_ms
        entity.spent_ms[account] += spent_ms
        if self.span != NONE:
            entity.span_ms[self.span] += spent_ms

    @abstractmethod
    def book_work(self, entity: Entity, now_ms: int) -> None:
        """Book the entity's time since its service start here to its accounts."""

    def members(self) -> list[Entity]:
        """Everybody in line."""
        return [entity for line in self.lines for _, _, entity in line]
