"""A scenario as a network: the parts of its crossings joined."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from kzsim.border import calendars, episodes, taking
from kzsim.border.corridors import crossing_corridor
from kzsim.border.idle import sentences
from kzsim.border.labels import (
    CORRIDOR,
    CORRIDOR_FIRST,
    DIRECTIONS,
    FETCHING,
    ORDINARY,
    OUT_OF_TURN,
    PAID,
    SIDES,
    Border,
    ElementLabel,
    Parts,
)
from kzsim.border.rail import rail_parts
from kzsim.border.road import road_parts
from kzsim.border.worth import warm_season
from kzsim.evidence import Parameters
from kzsim.network.model import (
    MS_PER_HOUR,
    Calendar,
    GateStage,
    Network,
    PairingStage,
    Pool,
    Refill,
    ServiceStage,
    Source,
    Stage,
    Zone,
)
from kzsim.network.possible_deadlocks import possible_deadlocks
from kzsim.scenario import Scenario

Element = TypeVar("Element", Stage, Zone)

WITHIN_MS = tuple(hours * MS_PER_HOUR for hours in (24, 48, 72))
"""Crossing times that the shares of trucks are told for."""

CLASSES = (ORDINARY, CORRIDOR, CORRIDOR_FIRST, OUT_OF_TURN, PAID, FETCHING)


def assemble(scenario: Scenario) -> Border:
    """The network of a scenario, with what its numbers and names stand for; without warnings.

    Raises EvidenceError if the evidence lacks something for the scenario's crossings and year.
    """
    params = Parameters(scenario.year, scenario.overrides, episodes.periods(scenario))
    episodes.take(params, scenario)
    clock = calendars.clock(scenario.first_day, scenario.last_day)
    parts = tuple(_parts(scenario, params, clock))
    labels = _labels(parts)
    groups = tuple(group for part in parts for group in part.groups)
    sources = tuple(_sources(parts))
    used = {kind.klass for source in sources for kind in source.kinds} | _counted_as(parts)
    classes = (*(name for name in CLASSES if name in used), *sorted(used.difference(CLASSES)))
    stages = (_only(stage, classes) for stage in _merged(part.stages for part in parts))
    network = Network(
        horizon_ms=clock.horizon_ms,
        classes=classes,
        stages=tuple(_open_again(stage, clock.horizon_ms) for stage in stages),
        zones=_merged(part.zones for part in parts),
        routes=tuple(route for part in parts for route in part.routes),
        sources=sources,
        n_groups=len(groups),
        priority=_priority(parts, classes),
        cohort_ms=(scenario.run_in_ms, clock.horizon_ms - scenario.follow_up_ms),
        within_ms=WITHIN_MS,
        tokens=tuple(each for part in parts for each in part.tokens),
        spans=_posts(labels),
    )
    return Border(
        network=network,
        groups=groups,
        elements=labels,
        parameters=params,
        start=clock.start,
        follow_up_ms=scenario.follow_up_ms,
        warm=warm_season(params, clock) if scenario.road else (),
        notes=(
            *sentences([idle for part in parts for idle in part.idle], scenario),
            *episodes.sentences(scenario),
            *deadlock_notes(network),
        ),
    )


def deadlock_notes(network: Network) -> Iterator[str]:
    """A sentence for each circle in which trucks or trains may come to wait for each other for ever."""
    for circle in possible_deadlocks(network):
        yield f"Trucks or trains may come to wait for each other for ever: {circle}."


def _parts(scenario: Scenario, params: Parameters, clock: calendars.Clock) -> Iterator[Parts]:
    for crossing in scenario.road:
        corridor = crossing_corridor(scenario, crossing, "road")
        taking.corridor(params, corridor)
        for direction in DIRECTIONS:
            yield road_parts(scenario, params, crossing, direction, clock, corridor)
    for crossing in scenario.rail:
        corridor = crossing_corridor(scenario, crossing, "rail")
        taking.corridor(params, corridor)
        for direction in DIRECTIONS:
            yield rail_parts(scenario, params, crossing, direction, clock, corridor)


def _sources(parts: Iterable[Parts]) -> Iterator[Source]:
    """All sources, with groups numbered through."""
    before = 0
    for part in parts:
        for source in part.sources:
            kinds = tuple(replace(kind, group=kind.group + before) for kind in source.kinds)
            yield replace(source, kinds=kinds)
        before += len(part.groups)


def _merged(rows: Iterable[tuple[Element, ...]]) -> tuple[Element, ...]:
    """All of them, what two directions share once. Raises ValueError if they describe it differently."""
    found: dict[str, Element] = {}
    for row in rows:
        for element in row:
            if found.setdefault(element.name, element) != element:
                raise ValueError(f"'{element.name}' is described in two ways by the directions that share it")
    return tuple(found.values())


def _counted_as(parts: Iterable[Parts]) -> set[str]:
    """Classes as which others may come to count, though nobody may be of them."""
    stages = (stage for part in parts for stage in part.stages if isinstance(stage, GateStage))
    return {other for stage in stages for other in stage.otherwise.values()}


def _only(stage: Stage, classes: tuple[str, ...]) -> Stage:
    """The stage without a word on classes that nobody is of."""
    if isinstance(stage, ServiceStage):
        return replace(stage, usable={name: stage.usable[name] for name in classes if name in stage.usable})
    if isinstance(stage, PairingStage):
        there = frozenset(classes)
        leaders, followers = (
            tuple(name for name in side if name in there) for side in (stage.leaders, stage.followers)
        )
        return replace(stage, leaders=leaders, followers=followers)
    if isinstance(stage, GateStage):
        return replace(
            stage,
            refills=tuple(_capped(refill, classes) for refill in stage.refills),
            otherwise={name: other for name, other in stage.otherwise.items() if name in classes},
        )
    return stage


def _open_again(stage: Stage, horizon_ms: int) -> Stage:
    """The stage with all its servers there once the run is over.

    Nothing happens then any more. But a post that shuts on the last evening opens again: whoever waits for it
    at the end, and whoever waits for their place, is in no deadlock.
    """
    if not isinstance(stage, ServiceStage):
        return stage
    return replace(stage, pools=tuple(_pool_open_again(pool, horizon_ms) for pool in stage.pools))


def _pool_open_again(pool: Pool, horizon_ms: int) -> Pool:
    before = [
        (at, value)
        for at, value in zip(pool.capacity.at_ms, pool.capacity.value, strict=True)
        if at < horizon_ms
    ]
    most = max(value for _, value in before)
    if before[-1][1] == most:
        return pool
    at_ms, values = zip(*before, (horizon_ms, most), strict=True)
    return replace(pool, capacity=Calendar(at_ms, values))


def _capped(refill: Refill, classes: tuple[str, ...]) -> Refill:
    if not refill.ceilings:
        return refill
    return replace(
        refill, ceilings={name: refill.ceilings[name] for name in classes if name in refill.ceilings}
    )


def _priority(parts: Iterable[Parts], classes: tuple[str, ...]) -> dict[tuple[str, str], int]:
    return {
        (klass, element): rank
        for part in parts
        for (klass, element), rank in part.priority.items()
        if klass in classes
    }


def _posts(labels: Mapping[str, ElementLabel]) -> Mapping[str, tuple[str, ...]]:
    """By side the stages and zones of its posts: nobody passes two of one side."""
    return {
        side: tuple(name for name, label in labels.items() if label.side == side and label.at_post)
        for side in SIDES
    }


def _labels(parts: Iterable[Parts]) -> Mapping[str, ElementLabel]:
    return {name: label for part in parts for name, label in part.elements.items()}
