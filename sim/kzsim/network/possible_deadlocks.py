"""Whether a network can come to a deadlock, judged by its routes alone.

Somebody who waits for ever waits for what is held by others who wait for ever. So there is a deadlock
only where places, servers and tokens are held while waiting for others in a circle: the fourth condition of
Coffman, Elphick and Shoshani, *System Deadlocks*, ACM Computing Surveys 3 (1971). How many there are of
each is not looked at, so a circle may be one that never closes. Servers that are gone for good are no
circle, nor are partners that never come.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kzsim.network.compile import rank_elements
from kzsim.network.model import (
    Kind,
    Network,
    Occupancy,
    PairingStage,
    Route,
    ServiceStage,
    Stage,
    Work,
)
from kzsim.network.skipping import BEFORE_ALL, may_follow, picks_of

_LEADS, _FOLLOWS = ": who leads", ": who follows"


@dataclass(frozen=True)
class Wait:
    """Somebody of a source waits for any of ``wanted`` and holds all of ``held``; resources by name."""

    source: str
    wanted: tuple[str, ...]
    held: tuple[str, ...]


def possible_deadlocks(network: Network) -> tuple[str, ...]:
    """Each circle in which entities of a valid network may come to wait for each other for ever, in words.

    In brackets a source whose entities do so.
    """
    # of those that differ by source alone one is enough
    waits = tuple({(wait.wanted, wait.held): wait for wait in _waits(network)}.values())
    return tuple(dict.fromkeys(_possible(waits)))


def _possible(waits: Sequence[Wait]) -> Iterator[str]:
    waits = _stuck(waits)
    follows: dict[str, dict[str, str]] = {}
    for wait in waits:
        for name in wait.held:
            for wanted in wait.wanted:
                follows.setdefault(name, {}).setdefault(wanted, wait.source)
    for circle in _circles(follows):
        leads = next((name for name in circle if _opposite(name) in circle), None)
        if leads is None:
            yield _sentence(circle, follows)
        else:
            # no two wait at a pairing of whom either would do for the other: it is one of them or the other
            near = _connected(circle, waits)
            for side in (leads, _opposite(leads)):
                yield from _possible([wait for wait in near if side not in wait.wanted])


def _stuck(waits: Sequence[Wait]) -> Sequence[Wait]:
    """Without those for whom one of the things that would do is never kept by a waiter."""
    while True:
        held = {name for wait in waits for name in wait.held}
        stuck = [wait for wait in waits if held.issuperset(wait.wanted)]
        if len(stuck) == len(waits):
            return waits
        waits = stuck


def _connected(circle: Sequence[str], waits: Sequence[Wait]) -> Sequence[Wait]:
    """The waits that have to do with the circle, directly or by way of others."""
    names, near = set(circle), 0
    while len(names) != near:
        near = len(names)
        for wait in waits:
            if not names.isdisjoint((*wait.wanted, *wait.held)):
                names.update(wait.wanted, wait.held)
    return [wait for wait in waits if not names.isdisjoint(wait.wanted)]


def _sentence(circle: Sequence[str], follows: Mapping[str, Mapping[str, str]]) -> str:
    pairs = list(zip(circle, (*circle[1:], circle[0]), strict=True))
    said = [
        f"'{name}' may be held while waiting for '{after}' ('{follows[name][after]}')"
        for name, after in pairs
    ]
    return f"{', and '.join(said)}; to have more of one of them may rule it out, or the same order for all"


def _circles(follows: Mapping[str, Mapping[str, str]]) -> Iterator[list[str]]:
    """Of all resources in circles with each other a shortest circle, the first by name."""
    met: set[str] = set()
    for start in sorted(follows):
        if start not in met and _shortest_circle(start, follows):
            reached = _reached_from(start, follows)
            together = {name for name in reached if start in _reached_from(name, follows)}
            met |= together
            yield min((_shortest_circle(name, follows) for name in sorted(together)), key=len)


def _shortest_circle(start: str, follows: Mapping[str, Mapping[str, str]]) -> list[str]:
    came_from: dict[str, str] = {}
    to_visit = [start]
    for name in to_visit:  # grows while it is walked: breadth first
        for after in sorted(follows.get(name, ())):
            if after == start:
                circle = [name]
                while circle[-1] != start:
                    circle.append(came_from[circle[-1]])
                return circle[::-1]
            if after not in came_from:
                came_from[after] = name
                to_visit.append(after)
    return []


def _reached_from(start: str, follows: Mapping[str, Mapping[str, str]]) -> set[str]:
    found = {start}
    to_visit = [start]
    for name in to_visit:  # grows while it is walked
        for after in follows.get(name, ()):
            if after not in found:
                found.add(after)
                to_visit.append(after)
    return found


def _waits(network: Network) -> Iterator[Wait]:
    """Every wait that any kind of any source may come to on its route."""
    stages = {stage.name: stage for stage in network.stages}
    rank = {element.name: i for i, element in enumerate(rank_elements(network))}
    routes = {route.name: route for route in network.routes}
    seen: set[tuple[object, ...]] = set()
    for source in network.sources:
        route = routes[source.route]
        zones = sorted(_spans(route), key=lambda span: rank[span.zone])
        for kind in source.kinds:
            works = [kind.work[step.name] for step in route.steps]
            alike: tuple[object, ...] = (route.name, kind.klass, *((work.when, work.needs) for work in works))
            if alike not in seen:
                seen.add(alike)
                yield from _waits_of(source.name, kind, route, zones, stages)


@dataclass(frozen=True)
class _Span:
    """The steps over which a place of a zone is held, by number."""

    zone: str
    first: int
    last: int
    at_start: bool

    def is_held_after(self, step: int) -> bool:
        """Whether it is held at the end of a step that was entered."""
        return self.first <= step <= self.last and not (step == self.last and self.at_start)


def _spans(route: Route) -> Iterator[_Span]:
    number = {step.name: i for i, step in enumerate(route.steps)}
    for each in route.occupancies:
        yield _span(each, number)


def _span(each: Occupancy, number: Mapping[str, int]) -> _Span:
    return _Span(each.zone, number[each.first], number[each.last], each.give_up == "start")


def _waits_of(
    source: str, kind: Kind, route: Route, zones: Sequence[_Span], stages: Mapping[str, Stage]
) -> Iterator[Wait]:
    works = [kind.work[step.name] for step in route.steps]
    picks = picks_of(route, stages)
    before: list[Wait] = []  # all waits up to the step, for those whose partner comes after them
    for i, step in enumerate(route.steps):
        here = stages[step.stage]
        for_places: list[Wait] = []
        in_line: list[Wait] = []
        for j in range(i - 1, BEFORE_ALL - 1, -1):
            if j + 1 < i and not works[j + 1].when and picks[j + 1] is None:
                break  # nobody skips it
            if not may_follow(works, picks, j, i):
                continue
            held = [span.zone for span in zones if span.is_held_after(j)]
            if j != BEFORE_ALL:
                held += _kept_after(stages[route.steps[j].stage], kind.klass, works[j])
            for span in zones:
                if j < span.first <= i <= span.last:
                    for_places.append(Wait(source, (span.zone,), tuple(held)))
                    held.append(span.zone)
            places = tuple(
                span.zone
                for span in zones
                if span.first <= i <= span.last or (span.is_held_after(j) and span.last != j)
            )
            in_line += _waits_in_line(source, here, kind.klass, works[i], places)
        before += for_places
        if isinstance(here, PairingStage):
            own = _side(here, kind.klass)
            yield from (Wait(source, wait.wanted, (own,)) for wait in before)
        before += in_line
    yield from before


def _kept_after(stage: Stage, klass: str, work: Work) -> list[str]:
    """Servers that may be kept, and tokens that are, from the end of a service to the next place."""
    return [*_pools(stage, klass), *(need.tokens for need in work.needs)]


def _pools(stage: Stage, klass: str) -> tuple[str, ...]:
    if not isinstance(stage, ServiceStage):
        return ()
    names = stage.usable.get(klass, tuple(pool.name for pool in stage.pools))
    return tuple(f"{stage.name}/{name}" for name in names)


def _waits_in_line(
    source: str, stage: Stage, klass: str, work: Work, places: tuple[str, ...]
) -> Iterator[Wait]:
    if isinstance(stage, ServiceStage):
        yield Wait(source, _pools(stage, klass), places)
        for need in work.needs:
            yield Wait(source, (need.tokens,), places)
    elif isinstance(stage, PairingStage):
        yield Wait(source, (_other_side(stage, klass),), places)


def _side(stage: PairingStage, klass: str) -> str:
    return _on_side(stage, klass, leads=klass in stage.leaders)


def _other_side(stage: PairingStage, klass: str) -> str:
    return _on_side(stage, klass, leads=klass not in stage.leaders)


def _on_side(stage: PairingStage, klass: str, *, leads: bool) -> str:
    goods = stage.goods.get(klass, "")
    return f"{stage.name}{_LEADS if leads else _FOLLOWS}" + (f" with {goods}" if goods else "")


def _opposite(name: str) -> str:
    """The other side of a pairing, of the same goods; empty if it is no side."""
    for one, other in ((_LEADS, _FOLLOWS), (_FOLLOWS, _LEADS)):
        if one in name:
            return name.replace(one, other)
    return ""
