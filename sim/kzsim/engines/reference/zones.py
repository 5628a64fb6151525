"""Zones: a finite number of places over consecutive steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kzsim.engines.reference.elements import Element, Run
from kzsim.engines.reference.parts import Entity, Occupied
from kzsim.network.model import Account


class Zone(Element):
    """A finite number of places and one line for all its entrances."""

    def __init__(self, run: Run, number: int, name: str, priority: Sequence[int], places: int) -> None:
        super().__init__(run, number, name, priority)
        self.places = places
        self.lot_of_class = [0] * len(priority)
        # by entity and first step: a route may come back to the same zone before it has left
        self.holders: dict[tuple[int, int], Entity] = {}
        self._place_ms = 0
        self._since_ms = 0

    def can_admit(self, klass: int) -> bool:  # noqa: ARG002 - the same for all classes
        """A place is free."""
        return len(self.holders) < self.places

    def admit(self, entity: Entity) -> None:
        """Grant a place: the one the entity asked for last."""
        _, place = entity.occupancies[-1]
        self._count_places()
        self.holders[entity.index, place.first] = entity
        self.run.granted(entity)
        entity.done.set_off(0)

    def give_back(self, entity: Entity, place: Occupied) -> None:
        """Give up a place."""
        self._count_places()
        del self.holders[entity.index, place.first]
        self.run.mark(self.number)

    def place_ms(self, now_ms: int) -> int:
        """Places taken times ms, up to now."""
        return self._place_ms + len(self.holders) * (now_ms - self._since_ms)

    def _count_places(self) -> None:
        """Add the time since the last change, before there is another."""
        now = self.run.env.now_ms
        self._place_ms, self._since_ms = self.place_ms(now), now

    def cause_of_wait(self, klass: int) -> Account:  # noqa: ARG002 - the same for all classes
        """Blocked, always."""
        return Account.BLOCKED

    def releasers(self, entity: Entity) -> Iterable[Entity] | None:  # noqa: ARG002 - the same for all
        """Whoever holds a place."""
        return self.holders.values()

    def book_work(self, entity: Entity, now_ms: int) -> None:
        """Nothing: a zone only holds places."""
