"""Stages that are passed in no time: gates and departures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kzsim.engines.reference.elements import Element, Run
from kzsim.engines.reference.parts import Entity
from kzsim.network.model import Account
from kzsim.network.program import UNLIMITED


class Gate(Element):
    """Open or shut; a quota that a refill sets and each passing uses up."""

    def __init__(self, run: Run, number: int, name: str, priority: Sequence[int]) -> None:
        super().__init__(run, number, name, priority)
        self.is_open = False
        self.shut_since_ms = 0
        self.left = UNLIMITED
        self.left_of_class = [UNLIMITED] * len(priority)

    def set_open(self, value: int) -> None:
        """Open or shut."""
        if self.is_open and value == 0:
            self.shut_since_ms = self.run.env.now_ms
        self.is_open = value > 0

    def refill(self, overall: int, ceilings: Sequence[int]) -> None:
        """What is left becomes this; what was unused has expired."""
        self.left = overall
        self.left_of_class = list(ceilings)

    def can_admit(self, klass: int) -> bool:
        """Open, and something left overall and for the class."""
        return self.is_open and self.left > 0 and self.left_of_class[klass] > 0

    def admit(self, entity: Entity) -> None:
        """Pass at once."""
        self.left -= 1
        self.left_of_class[entity.klass] -= 1
        self.run.started(entity)
        entity.done.set_off(0)

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
        """Nothing: passing takes no time."""


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
