"""Choices: where entities pick their way on, and what the ways cost them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kzsim.network import Alternative, Distribution, NetworkError
from kzsim.queueing.checked import name_of
from kzsim.queueing.units import Time, time


@dataclass(frozen=True)
class Choice:
    """A stage at which entities pick a way on; see :func:`choice`. ``published_every_ms``: 0 for never."""

    name: str
    alternatives: tuple[Alternative, ...]
    published_every_ms: int

    def published_at_ms(self, horizon_ms: int) -> tuple[int, ...]:
        """When backlogs are published, up to the horizon."""
        every = self.published_every_ms
        return tuple(range(every, horizon_ms, every)) if every else ()


@dataclass(frozen=True)
class Pick:
    """Some alternatives of a choice, each with its own cost; see :func:`pick`."""

    stage: str
    costs: tuple[tuple[str, Distribution], ...]
    name: str
    given: str | None

    def step(self, alternative: str) -> str:
        """The name of the step that offers an alternative: also its random numbers' purpose."""
        return f"{self.name}: {alternative}"


def alternative(name: str, stage: str, *, interval: Time | None = None) -> Alternative:
    """One way on from a choice. Its backlog are those who picked it and have not started at ``stage`` yet.

    Each of them counts for ``interval`` where the choice is made; without one nobody minds them. Raises
    NetworkError for a bare number.
    """
    where = f"alternative '{name_of('alternative', name)}'"
    name_of("stage", stage)
    counts = 0 if interval is None else time(f"{where}: the interval", interval).whole_ms
    return Alternative(name, stage, counts)


def choice(name: str, alternatives: Sequence[Alternative], *, published: Time | None = None) -> Choice:
    """A stage at which everybody picks one of the alternatives it is offered, in no time.

    The smallest own cost plus backlog times interval, of equal ones the first. Backlogs are those last
    published, which happens every so often; before the first time they are 0. Raises NetworkError if there
    is no alternative, if backlogs count and are never published, or are published and never count.
    """
    where = f"choice '{name_of('choice', name)}'"
    if not isinstance(alternatives, Sequence) or not all(isinstance(a, Alternative) for a in alternatives):
        said = f"{where}: the alternatives are {alternatives!r}: give a list"
        raise NetworkError((f"{said}, as in [alternative('left', 'left booth')]",))
    if not alternatives:
        raise NetworkError((f"{where} has no alternative: give it at least one",))
    every_ms = 0 if published is None else time(f"{where}: published", published).whole_ms
    counting = [each.name for each in alternatives if each.interval_ms]
    if published is not None and every_ms < 1:
        raise NetworkError((f"{where}: published is 0: give a time, such as minutes(15)",))
    if counting and published is None:
        said = f"{where}: the backlog of '{counting[0]}' counts and is never published"
        raise NetworkError((f"{said}: give published=minutes(15), or no interval",))
    if published is not None and not counting:
        said = f"{where}: backlogs are published and none counts"
        raise NetworkError((f"{said}: give alternatives an interval, or leave published out",))
    return Choice(name, tuple(alternatives), every_ms)


def pick(
    choice: str,
    costs: Mapping[str, Distribution],
    *,
    name: str | None = None,
    given: str | None = None,
) -> Pick:
    """A source's step at a choice: which alternatives it is offered, and the own cost of each.

    ``pick("fork", {"left": exponential(minutes(10)), "right": fixed(minutes(5))})``. A cost is a time that
    is weighed and does not pass. Later steps that are ``given`` an alternative are taken by those who picked
    it; so is a later choice. ``name`` (default: the choice's) must be given where a source is at one choice
    twice. Raises NetworkError if nothing is offered or a cost is no distribution.
    """
    where = f"pick at '{name_of('choice', choice)}'"
    if not isinstance(costs, Mapping) or not costs:
        said = f"{where}: the costs are {costs!r}: give one for each alternative"
        raise NetworkError((f"{said}, as in {{'left': exponential(minutes(10))}}",))
    for alternative_name, cost in costs.items():
        if not isinstance(cost, Distribution):
            said = f"{where}: the cost of '{alternative_name}' is {cost!r}: give a distribution"
            raise NetworkError((f"{said}, as in exponential(minutes(10))",))
    return Pick(choice, tuple(costs.items()), name if name is not None else choice, given)
