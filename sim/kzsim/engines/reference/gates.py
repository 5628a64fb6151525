"""Stages that are passed in no time: gates and departures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import heappush

import simpy

from kzsim.engines.reference.elements import Element, Run
from kzsim.engines.reference.parts import Entity
from kzsim.network.entities import SKIPPED
from kzsim.network.model import Account
from kzsim.network.program import KEPT, NONE, UNLIMITED


class Gate(Element):
    """Open or shut; a quota that a refill sets and each passing uses up.

    ``otherwise`` is, by class, the one as which it counts once its ceiling is used up, or NONE.
    """

    def __init__(
        self, run: Run, number: int, name: str, priority: Sequence[int], otherwise: Sequence[int] = ()
    ) -> None:
        super().__init__(run, number, name, priority)
        self.otherwise = {klass: other for klass, other in enumerate(otherwise) if other != NONE}
        self.own_class: dict[int, int] = {}  # of those who count as another, by the order between entities
        self.is_open = False
        self.shut_since_ms = 0
        self.left = UNLIMITED
        self.left_of_class = [UNLIMITED] * len(priority)
        self.missed: list[Entity] = []

    def join(self, entity: Entity) -> simpy.Event:
        """Stand in line; nobody knows yet how often the entity will not show up."""
        own = entity.duration_ms[entity.step]
        entity.no_shows = SKIPPED - own if own < SKIPPED else 0
        return super().join(entity)

    def set_open(self, value: int) -> None:
        """Open or shut."""
        if self.is_open and value == 0:
            self.shut_since_ms = self.run.env.now_ms
        self.is_open = value > 0

    def refill(self, overall: int, ceilings: Sequence[int]) -> None:
        """What is left becomes this; what was unused has expired. Who did not show up is in line again."""
        self.left = overall
        for klass, most in enumerate(ceilings):
            if most != KEPT:
                self.left_of_class[klass] = most
        now = self.run.env.now_ms
        for entity in self.missed:
            self.book_work(entity, now)
            entity.works_at = None
            entity.clock_at_joining = self.clocks[entity.klass].read(now)
            heappush(self.lines[entity.klass], (entity.joined_ms, entity.index, entity))
        self.missed.clear()

    def can_admit(self, klass: int) -> bool:
        """Open, and something left overall and for the class."""
        return self.is_open and self.left > 0 and self.left_of_class[klass] > 0

    def _first_class(self) -> int | None:
        """As everywhere, once those whose ceiling is used up stand in the line as which they count then."""
        for klass, other in self.otherwise.items():
            if self.left_of_class[klass] == 0:
                for _, _, entity in self.lines[klass]:
                    self._count_as(entity, other)
                self.lines[klass].clear()
        return super()._first_class()

    def _count_as(self, entity: Entity, klass: int) -> None:
        """Stand in the line of another class, at the place that the joining time gives there."""
        now = self.run.env.now_ms
        if entity.joined_ms != now:
            self.book_wait(entity, now)
        self.own_class[entity.index] = entity.klass
        entity.klass = klass
        entity.clock_at_joining = self.clocks[klass].read(now)
        heappush(self.lines[klass], (entity.joined_ms, entity.index, entity))

    def admit(self, entity: Entity) -> None:
        """Pass at once, if it shows up."""
        self.left -= 1
        self.left_of_class[entity.klass] -= 1
        if entity.klass in self.otherwise:
            self.within_ceilings[entity.slot, entity.klass] += 1
        if entity.no_shows:
            self._stay_away(entity)
        else:
            self.run.started(entity)
            entity.done.set_off(0)
        entity.klass = self.own_class.pop(entity.index, entity.klass)

    def _stay_away(self, entity: Entity) -> None:
        """Rejoin now, but stand aside until the next refill."""
        now = self.run.env.now_ms
        if entity.joined_ms != now:
            self.book_wait(entity, now)
        entity.no_shows -= 1
        self.no_shows[entity.slot] += 1
        entity.joined_ms = now
        entity.works_at = self
        self.missed.append(entity)
        self.waiting += 1

    def cause_of_wait(self, klass: int) -> Account:
        """Quota if open, or if it had run out for the head and has not been refilled; else closed."""
        joined_ms, _, _ = self.lines[klass][0]
        is_used_up = self.left == 0 or self.left_of_class[klass] == 0
        was_refused = is_used_up and joined_ms < self.shut_since_ms
        return Account.QUOTA if self.is_open or was_refused else Account.CLOSED

    def releasers(self, entity: Entity) -> Iterable[Entity] | None:  # noqa: ARG002 - nobody's doing
        """Time: an opening or a refill."""
        return None

    def book_work(self, entity: Entity, now_ms: int) -> None:
        """Nothing, for passing takes no time; of who did not show up, the time since."""
        if entity.waits_at is self:
            self.book(entity, Account.QUOTA, now_ms - entity.joined_ms)


class Departure(Gate):
    """A gate that is open for single instants: what a departure brings has expired after its own."""

    def __init__(self, run: Run, number: int, name: str, priority: Sequence[int]) -> None:
        super().__init__(run, number, name, priority)
        self.at_ms = -1

    def refill(self, overall: int, ceilings: Sequence[int]) -> None:
        """Somebody may leave at this instant."""
        super().refill(overall, ceilings)
        self.at_ms = self.run.env.now_ms

    def can_admit(self, klass: int) -> bool:  # noqa: ARG002 - the same for all classes
        """A departure at this instant has something left."""
        return self.at_ms == self.run.env.now_ms and self.left > 0

    def cause_of_wait(self, klass: int) -> Account:  # noqa: ARG002 - the same for all classes
        """Queue, always."""
        return Account.QUEUE
