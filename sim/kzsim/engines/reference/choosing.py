"""Choices: who comes picks a way on, by its own costs and by what is known of the waits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Protocol

from kzsim.engines.reference import elements
from kzsim.engines.reference.elements import Element
from kzsim.engines.reference.parts import Alternative, Entity
from kzsim.network.entities import SKIPPED
from kzsim.network.model import Account


class Offer(Protocol):
    """One step of a route at which an alternative may be picked."""

    @property
    def number(self) -> int:
        """Its number within the route."""

    @property
    def alternative(self) -> Alternative | None:
        """What is offered."""


class Run(elements.Run, Protocol):
    """What a choice needs of the run."""

    def offers(self, entity: Entity) -> Sequence[Offer]:
        """The steps of the choice at the first of which the entity stands."""

    def pick(self, entity: Entity, offer: Offer) -> None:
        """Tell which of them it enters."""


class Choice(Element):
    """``alternatives`` are all that routes offer here."""

    run: Run

    def __init__(
        self,
        run: Run,
        number: int,
        name: str,
        priority: Sequence[int],
        alternatives: Sequence[Alternative],
    ) -> None:
        super().__init__(run, number, name, priority)
        self.alternatives = alternatives

    def publish(self) -> None:
        """From now on the waits are known that the backlogs mean now: before anything of this instant."""
        for alternative in self.alternatives:
            alternative.published_ms = alternative.wait_ms(self.run.env.now_ms)

    def can_admit(self, klass: int) -> bool:  # noqa: ARG002 - nobody is ever kept waiting
        """Always."""
        return True

    def admit(self, entity: Entity) -> None:
        """Pick, and go on at once."""
        offers = [o for o in self.run.offers(entity) if entity.duration_ms[o.number] != SKIPPED]
        best = min(offers, key=lambda offer: (self._cost(entity, offer), offer.number))
        self.run.pick(entity, best)
        self.run.started(entity)
        if best.alternative is not None:
            best.alternative.backlog += 1
            best.alternative.picked[entity.slot] += 1
            entity.counted.append(best.alternative)
        entity.done.set_off(0)

    def _cost(self, entity: Entity, offer: Offer) -> int:
        if offer.alternative is None:
            raise TypeError(f"step {offer.number} offers nothing at '{self.name}'")
        return entity.duration_ms[offer.number] + offer.alternative.published_ms

    def cause_of_wait(self, klass: int) -> Account:  # noqa: ARG002 - nobody is ever kept waiting
        """Never asked: the line is empty at the end of every instant."""
        return Account.QUEUE

    def releasers(self, entity: Entity) -> None:
        """Time."""

    def book_work(self, entity: Entity, now_ms: int) -> None:
        """Nothing: choosing takes no time."""


def free_flow_ms(route: Sequence[Sequence[int]], durations: Sequence[int], picked: set[int]) -> int:
    """The own durations of an entity on its way, of all steps whether done or still to come.

    ``route``: of each step (first step of its choice or -1, the step that must have been picked or -1).
    A choice that is not made is supposed to fall on the least own cost, on the first of equal ones.
    """
    total = 0
    made = {route[step][0] for step in picked}
    supposed: dict[int, int] = defaultdict(lambda: -1)  # by choice, the step
    for step, ((choice, given), duration) in enumerate(zip(route, durations, strict=True)):
        if duration == SKIPPED or (given >= 0 and given not in picked and given not in supposed.values()):
            continue
        if choice < 0:
            total += max(duration, 0)
        elif choice not in made and (supposed[choice] < 0 or duration < durations[supposed[choice]]):
            supposed[choice] = step
    return total
