"""Stages at which those who lead wait for those who follow, and the other way round."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import heappop
from typing import Protocol

import numpy as np

from kzsim.engines.reference import elements
from kzsim.engines.reference.elements import Element
from kzsim.engines.reference.parts import Entity
from kzsim.network.entities import Entities
from kzsim.network.model import Account
from kzsim.network.program import FOLLOWS, LEADS, Program


class Run(elements.Run, Protocol):
    """What a pairing needs of the run."""

    program: Program
    entities: Entities
    inside: dict[int, Entity]
    to_come: list[int]

    def paired(self, leader: Entity, follower: Entity) -> None:
        """Tell who goes on with whom."""


class Pairing(Element):
    """Two lines; ``side`` and ``goods`` are by class."""

    run: Run

    def __init__(
        self,
        run: Run,
        number: int,
        name: str,
        priority: Sequence[int],
        side: Sequence[int],
        goods: Sequence[int],
    ) -> None:
        super().__init__(run, number, name, priority)
        self.side = side
        self.goods = goods
        sides = {LEADS: FOLLOWS, FOLLOWS: LEADS}
        classes = range(len(side))
        self.partners = [
            [k for k in classes if side[k] == sides.get(side[klass]) and goods[k] == goods[klass]]
            for klass in classes
        ]
        # asked at every instant at which somebody waits for a place, so found once
        sources = range(len(run.to_come))
        self.ways = [self._way(source) for source in sources]
        self.senders = [[s for s in sources if self._may_send(s, klass)] for klass in classes]

    def can_admit(self, klass: int) -> bool:
        """The class leads, and somebody of its goods is there to follow."""
        return self.side[klass] == LEADS and any(self.lines[k] for k in self.partners[klass])

    def admit(self, entity: Entity) -> None:
        """Go on with the first who can follow."""
        line = min((k for k in self.partners[entity.klass] if self.lines[k]), key=self._place_of_head)
        _, _, follower = heappop(self.lines[line])
        self.waiting -= 1
        for one in (entity, follower):
            self.run.started(one)
            one.done.set_off(0)
        self.run.paired(entity, follower)

    def _place_of_head(self, klass: int) -> tuple[int, int, int]:
        joined_ms, index, _ = self.lines[klass][0]
        return (self.priority[klass], joined_ms, index)

    def cause_of_wait(self, klass: int) -> Account:  # noqa: ARG002 - the same for all classes
        """Pairing, always."""
        return Account.PAIRING

    def releasers(self, entity: Entity) -> Iterable[Entity] | None:
        """Who may come yet to be its partner; time, if such a one has still to arrive."""
        partners = self.partners[entity.klass]
        if any(self.run.to_come[source] > 0 for source in self.senders[entity.klass]):
            return None
        return (
            other
            for other in self.run.inside.values()
            if other.klass in partners and self.number in self.ways[other.source][other.step + 1 :]
        )

    def _may_send(self, source: int, klass: int) -> bool:
        """Whether somebody who could follow, or lead, one of this class is sent this way."""
        kinds = self.run.entities.kinds[source]
        return self.number in self.ways[source] and bool(np.isin(kinds.klass, self.partners[klass]).any())

    def _way(self, source: int) -> list[int]:
        """The elements of a source's steps."""
        p = self.run.program
        route = int(p.source_route[source])
        steps: list[int] = p.step_element[p.step_ptr[route] : p.step_ptr[route + 1]].tolist()
        return steps

    def book_work(self, entity: Entity, now_ms: int) -> None:
        """Nothing: pairing takes no time."""
