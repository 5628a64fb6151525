"""From a network to the flat tables that an engine reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from kzsim.network.check import check
from kzsim.network.compile_choices import choice_tables
from kzsim.network.model import (
    Account,
    Calendar,
    ChoiceStage,
    DelayStage,
    DepartureStage,
    GateStage,
    Network,
    PairingStage,
    Pool,
    Refill,
    Route,
    ServiceStage,
    Source,
    Stage,
    Zone,
)
from kzsim.network.program import (
    FOLLOWS,
    I64,
    KEPT,
    LEADS,
    NONE,
    UNLIMITED,
    ElementType,
    OutOfOrder,
    Program,
)
from kzsim.network.tokens import lay_out_tokens


def compile_network(network: Network) -> Program:
    """Check the network and lay it out as flat tables.

    Raises NetworkError, with every fault, if the network cannot be run.
    """
    check(network)
    elements = rank_elements(network)
    number = {element.name: i for i, element in enumerate(elements)}
    klass = {name: i for i, name in enumerate(network.classes)}
    sources = sorted(network.sources, key=lambda source: source.name)
    route_number = {route.name: i for i, route in enumerate(network.routes)}
    otherwise = _otherwise(elements, network.classes)

    pools = [(i, pool) for i, e in enumerate(elements) if isinstance(e, ServiceStage) for pool in e.pools]
    capacity_ptr, capacity_at, capacity_value = _calendars(pool.capacity for _, pool in pools)
    pool_names = tuple(f"{elements[i].name}/{pool.name}" for i, pool in pools)
    usable_ptr, usable_pool = _usable(elements, network.classes, pool_names)
    rules = [(i, pool.staffing) for i, (_, pool) in enumerate(pools) if pool.staffing is not None]
    review_ptr, review_at = _ragged([at for at in rule.at_ms if at < network.horizon_ms] for _, rule in rules)
    levels = [(r.open_at, r.close_at, r.fewest, r.most, r.by) for _, r in rules]
    open_ptr, open_at, open_value = _calendars(_opening(e) for e in elements)
    refill_ptr, refill_at, refill_overall, refill_ceiling = _refills(elements, network.classes)
    step_ptr, step_element = _ragged([number[s.stage] for s in route.steps] for route in network.routes)
    occupancies = [_occupancy_rows(route, number) for route in network.routes]
    occupancy_ptr, _ = _ragged([row[0] for row in rows] for rows in occupancies)
    occupancy = np.array([row for rows in occupancies for row in rows], dtype=np.int64).reshape(-1, 4)

    priority = np.zeros((len(klass), len(elements)), dtype=np.int64)
    for (class_name, element_name), value in network.priority.items():
        priority[klass[class_name], number[element_name]] = value
    side, goods = _pairings(elements, network.classes)
    choices = choice_tables(network, elements)
    legs = [_followed(source, sources, network.routes) for source in sources]
    cohort = network.cohort_ms or (0, network.horizon_ms)

    return Program(
        network=network,
        horizon_ms=network.horizon_ms,
        cohort_from_ms=cohort[0],
        cohort_to_ms=cohort[1],
        observe_every_ms=network.observe_every_ms,
        within_ms=np.array(network.within_ms, dtype=np.int64),
        element_names=tuple(number),
        class_names=network.classes,
        pool_names=pool_names,
        source_names=tuple(source.name for source in sources),
        span_names=tuple(network.spans),
        n_groups=network.n_groups,
        element_type=np.array([_type(e) for e in elements], dtype=np.int64),
        element_suspends=np.array([_suspends(e) for e in elements], dtype=np.bool_),
        element_span=_spans(network, number),
        element_account=np.array([_account(e) for e in elements], dtype=np.int64),
        priority=priority,
        pool_element=np.array([i for i, _ in pools], dtype=np.int64),
        capacity_ptr=capacity_ptr,
        capacity_at_ms=capacity_at,
        capacity_value=capacity_value,
        usable_ptr=usable_ptr,
        usable_pool=usable_pool,
        rule_pool=np.array([i for i, _ in rules], dtype=np.int64),
        rule_levels=np.array(levels, dtype=np.int64).reshape(-1, 5),
        review_ptr=review_ptr,
        review_at_ms=review_at,
        out_of_order=tuple(_out_of_order(elements, [pool for _, pool in pools])),
        open_ptr=open_ptr,
        open_at_ms=open_at,
        open_value=open_value,
        refill_ptr=refill_ptr,
        refill_at_ms=refill_at,
        refill_overall=refill_overall,
        refill_ceiling=refill_ceiling,
        otherwise=otherwise,
        bounded=np.argwhere(otherwise.T != NONE),
        no_show_gates=_no_show_gates(network, number),
        pairing_side=side,
        pairing_goods=goods,
        alternative_names=choices.names,
        alternative_ptr=choices.ptr,
        alternative_stage=choices.stage,
        alternative_interval_ms=choices.interval_ms,
        turn_ptr=choices.turn_ptr,
        turn_at_ms=choices.turn_at_ms,
        turn_places=choices.turn_places,
        step_alternative=choices.step_alternative,
        step_given=choices.step_given,
        places=np.array([e.places if isinstance(e, Zone) else 0 for e in elements], dtype=np.int64),
        step_ptr=step_ptr,
        step_element=step_element,
        occupancy_ptr=occupancy_ptr,
        occupancy_zone=occupancy[:, 0].copy(),
        occupancy_first=occupancy[:, 1].copy(),
        occupancy_last=occupancy[:, 2].copy(),
        occupancy_at_start=occupancy[:, 3] == 1,
        source_route=np.array([route_number[s.route] for s in sources], dtype=np.int64),
        source_follows=np.array([follows for follows, _ in legs], dtype=np.int64),
        source_follows_step=np.array([step for _, step in legs], dtype=np.int64),
        tokens=lay_out_tokens(network, sources, number),
    )


def _spans(network: Network, number: Mapping[str, int]) -> I64:
    of_element = np.full(len(number), NONE, dtype=np.int64)
    for span, names in enumerate(network.spans.values()):
        of_element[[number[name] for name in names]] = span
    return of_element


def _no_show_gates(network: Network, number: Mapping[str, int]) -> I64:
    routes = {route.name: route for route in network.routes}
    found = {
        number[step.stage]
        for source in network.sources
        for kind in source.kinds
        for step in routes[source.route].steps
        if step.name in kind.work and kind.work[step.name].no_shows
    }
    return np.array(sorted(found), dtype=np.int64)


def rank_elements(network: Network) -> list[Stage | Zone]:
    """All stages and zones, downstream first; an element's place in the list is its rank.

    How far downstream an element lies is the largest number of steps that a route still has after
    it; a zone lies just before the first step it covers. Ties go by name, so that the ranks do not
    depend on the order in which a network was written down.
    """
    upstream: dict[str, float] = {element.name: 0.0 for element in (*network.stages, *network.zones)}
    for route in network.routes:
        remaining = {step.name: len(route.steps) - i for i, step in enumerate(route.steps)}
        for step in route.steps:
            upstream[step.stage] = max(upstream[step.stage], remaining[step.name])
        for occupancy in route.occupancies:
            upstream[occupancy.zone] = max(upstream[occupancy.zone], remaining[occupancy.first] + 0.5)
    return sorted((*network.stages, *network.zones), key=lambda e: (upstream[e.name], e.name))


def _type(element: Stage | Zone) -> ElementType:
    if isinstance(element, ServiceStage):
        return ElementType.SERVICE
    if isinstance(element, DelayStage):
        return ElementType.DELAY
    if isinstance(element, DepartureStage):
        return ElementType.DEPARTURE
    if isinstance(element, PairingStage):
        return ElementType.PAIRING
    if isinstance(element, ChoiceStage):
        return ElementType.CHOICE
    return ElementType.GATE if isinstance(element, GateStage) else ElementType.ZONE


def _suspends(element: Stage | Zone) -> bool:
    return isinstance(element, ServiceStage) and element.on_close == "suspend"


def _account(element: Stage | Zone) -> Account:
    return element.account if isinstance(element, ServiceStage | DelayStage) else Account.CLOSED


def _opening(element: Stage | Zone) -> Calendar | None:
    if isinstance(element, DelayStage) and element.outages:
        return element.open or Calendar.always(1)
    return element.open if isinstance(element, DelayStage | GateStage) else None


def _out_of_order(elements: Sequence[Stage | Zone], pools: Sequence[Pool]) -> Iterator[OutOfOrder]:
    for number, pool in enumerate(pools):
        yield from (OutOfOrder(outages, pool=number) for outages in pool.outages)
    for number, element in enumerate(elements):
        if isinstance(element, DelayStage | GateStage):
            yield from (OutOfOrder(outages, element=number) for outages in element.outages)


def _ragged(rows: Iterable[Sequence[int]]) -> tuple[I64, I64]:
    pointer: list[int] = [0]
    flat: list[int] = []
    for row in rows:
        flat.extend(row)
        pointer.append(len(flat))
    return np.array(pointer, dtype=np.int64), np.array(flat, dtype=np.int64)


def _calendars(calendars: Iterable[Calendar | None]) -> tuple[I64, I64, I64]:
    rows = [calendar or Calendar((), ()) for calendar in calendars]
    pointer, at_ms = _ragged(row.at_ms for row in rows)
    return pointer, at_ms, _ragged(row.value for row in rows)[1]


def _usable(
    elements: Sequence[Stage | Zone], classes: Sequence[str], pool_names: Sequence[str]
) -> tuple[I64, I64]:
    number = {name: i for i, name in enumerate(pool_names)}
    rows: list[list[int]] = []
    for element in elements:
        for klass in classes:
            if isinstance(element, ServiceStage):
                names = element.usable.get(klass, tuple(pool.name for pool in element.pools))
                rows.append([number[f"{element.name}/{name}"] for name in names])
            else:
                rows.append([])
    return _ragged(rows)


def _pairings(elements: Sequence[Stage | Zone], classes: Sequence[str]) -> tuple[I64, I64]:
    """What each class is at each pairing, and of which goods; without pairings nothing."""
    if not any(isinstance(element, PairingStage) for element in elements):
        empty = np.zeros((len(classes), 0), dtype=np.int64)
        return empty, empty.copy()
    side = np.zeros((len(classes), len(elements)), dtype=np.int64)
    goods = np.zeros_like(side)
    for i, element in enumerate(elements):
        if isinstance(element, PairingStage):
            number = {name: j for j, name in enumerate(sorted({"", *element.goods.values()}))}
            for k, klass in enumerate(classes):
                side[k, i] = LEADS * (klass in element.leaders) + FOLLOWS * (klass in element.followers)
                goods[k, i] = number[element.goods.get(klass, "")]
    return side, goods


def _refills_of(element: Stage | Zone) -> tuple[Refill, ...]:
    if isinstance(element, DepartureStage):
        return tuple(Refill(at, most) for at, most in zip(element.at_ms, element.capacity, strict=True))
    if isinstance(element, ChoiceStage):
        return tuple(Refill(at, 0) for at in element.published_at_ms)
    return element.refills if isinstance(element, GateStage) else ()


def _refills(elements: Sequence[Stage | Zone], classes: Sequence[str]) -> tuple[I64, I64, I64, I64]:
    rows = [_refills_of(element) for element in elements]
    pointer, at_ms = _ragged([refill.at_ms for refill in row] for row in rows)
    flat = [refill for row in rows for refill in row]
    overall = np.array([refill.overall for refill in flat], dtype=np.int64)
    ceiling = [_ceilings(refill, classes) for refill in flat]
    return pointer, at_ms, overall, np.array(ceiling, dtype=np.int64).reshape(-1, len(classes))


def _ceilings(refill: Refill, classes: Sequence[str]) -> list[int]:
    if refill.ceilings is None:
        return [KEPT] * len(classes)
    return [refill.ceilings.get(klass, UNLIMITED) for klass in classes]


def _otherwise(elements: Sequence[Stage | Zone], classes: Sequence[str]) -> I64:
    table = np.full((len(classes), len(elements)), NONE, dtype=np.int64)
    for i, element in enumerate(elements):
        if isinstance(element, GateStage):
            for klass, other in element.otherwise.items():
                table[classes.index(klass), i] = classes.index(other)
    return table


def _followed(source: Source, sources: Sequence[Source], routes: Sequence[Route]) -> tuple[int, int]:
    """Numbers of the source that this one follows and of the step by which."""
    if source.follows is None:
        return NONE, NONE
    number = [each.name for each in sources].index(source.follows.source)
    route = next(each for each in routes if each.name == sources[number].route)
    return number, [step.name for step in route.steps].index(source.follows.step)


def _occupancy_rows(route: Route, number: dict[str, int]) -> list[tuple[int, int, int, int]]:
    step = {s.name: i for i, s in enumerate(route.steps)}
    rows = [
        (number[o.zone], step[o.first], step[o.last], int(o.give_up == "start")) for o in route.occupancies
    ]
    return sorted(rows)
