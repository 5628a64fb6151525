"""From the tables of a Program to the objects of the reference engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np

from kzsim.engines.outcome import I64, NOT_ENTERED, Trace
from kzsim.engines.reference import choosing, pairing
from kzsim.engines.reference.choosing import Choice
from kzsim.engines.reference.elements import Element
from kzsim.engines.reference.gates import Departure, Gate
from kzsim.engines.reference.pairing import Pairing
from kzsim.engines.reference.parts import Alternative, Entity, Pool, Staffing
from kzsim.engines.reference.stages import Delay, Service
from kzsim.engines.reference.suspending import SuspendingService
from kzsim.engines.reference.tokens import Needed, Tokens
from kzsim.engines.reference.zones import Zone
from kzsim.network.entities import Entities
from kzsim.network.model import Account
from kzsim.network.opentime import OpenTime
from kzsim.network.program import NONE, ElementType, Program
from kzsim.network.tokens import NO_WORK


class Run(pairing.Run, choosing.Run, Protocol):
    """What is needed of the run to build what it is made of."""

    pools: list[Pool]
    tokens: list[Tokens]
    elements: list[Element]
    alternatives: list[Alternative]

    def before(self, at_ms: int, apply: Callable[[], None]) -> None:
        """Call ``apply`` at this instant before anything else of it."""

    def follow(self, element: int, at_ms: Sequence[int], apply: Callable[[int], None]) -> None:
        """Call ``apply(i)`` at instant i of a calendar of the element; the first is at 0."""


@dataclass(frozen=True)
class Occupancy:
    """One zone of a route; see ``network.model.Occupancy``."""

    zone: Zone
    first: int
    last: int
    at_start: bool


@dataclass(frozen=True)
class Step:
    """One step of a route, and the zones that cover it, in rank order.

    At a choice: the alternative, and the first step of the choice. ``given``: what must have been picked.
    """

    number: int
    stage: Element
    covered_by: tuple[Occupancy, ...]
    alternative: Alternative | None = None
    choice: int = NONE
    given: int = NONE

    def is_open_to(self, entity: Entity) -> bool:
        """Whether it is neither of a choice that the entity has made, nor given what it has not picked."""
        if self.given != NONE and self.given not in entity.picked:
            return False
        return self.choice == NONE or self.choice not in entity.chose_at


def build_pool(run: Run, number: int) -> Pool:
    """A pool, its calendar under way."""
    p = run.program
    rows = slice(*p.capacity_ptr[number : number + 2].tolist())
    at_ms, value = p.capacity_at_ms[rows].tolist(), p.capacity_value[rows].tolist()
    pool = Pool(p.pool_names[number], int(p.pool_element[number]), value, _build_staffing(p, number))
    run.follow(pool.element, at_ms, lambda i: pool.set_capacity(i, run.env.now_ms))
    return pool


def build_tokens(run: Run) -> list[Tokens]:
    """All kinds of tokens, every one of them there."""
    t = run.program.tokens
    users = [t.user_element[a:b].tolist() for a, b in pairwise(t.user_ptr.tolist())]
    return [Tokens(run, i, name, int(t.number[i]), users[i]) for i, name in enumerate(t.names)]


def _needs(run: Run) -> list[tuple[Needed, ...]]:
    """What those in each line need."""
    t = run.program.tokens
    needs: list[tuple[Needed, ...]] = []
    for work in t.line_work.tolist():
        rows = range(0) if work == NO_WORK else range(*t.need_ptr[work : work + 2].tolist())
        needs.append(tuple(Needed(run.tokens[t.need_tokens[row]], int(t.need_number[row])) for row in rows))
    return needs


def _build_staffing(p: Program, pool: int) -> Staffing | None:
    for rule in np.flatnonzero(p.rule_pool == pool).tolist():
        at_ms = p.review_at_ms[slice(*p.review_ptr[rule : rule + 2].tolist())].tolist()
        return Staffing(at_ms, *p.rule_levels[rule].tolist())
    return None


def build_element(run: Run, number: int) -> Element:
    """An element of its own type, its calendars under way."""
    element = _build_element(run, number)
    element.span = int(run.program.element_span[number])
    return element


def _build_element(run: Run, number: int) -> Element:
    p = run.program
    line_class = p.tokens.line_class
    name, priority = p.element_names[number], p.priority[line_class, number].tolist()
    account = Account(int(p.element_account[number]))
    rows = slice(*p.open_ptr[number : number + 2].tolist())
    at_ms, value = p.open_at_ms[rows].tolist(), p.open_value[rows].tolist()
    match ElementType(int(p.element_type[number])):
        case ElementType.ZONE:
            return Zone(run, number, name, priority, int(p.places[number]))
        case ElementType.DELAY:
            return Delay(run, number, name, priority, account, OpenTime(at_ms, value) if at_ms else None)
        case ElementType.GATE:
            gate = Gate(run, number, name, priority, p.otherwise[:, number].tolist())
            run.follow(number, at_ms, lambda i: gate.set_open(value[i]))
            _refill_by_calendar(run, gate)
            return gate
        case ElementType.DEPARTURE:
            departure = Departure(run, number, name, priority)
            _refill_by_calendar(run, departure)
            return departure
        case ElementType.PAIRING:
            side, goods = (table[line_class, number].tolist() for table in (p.pairing_side, p.pairing_goods))
            return Pairing(run, number, name, priority, side, goods)
        case ElementType.CHOICE:
            return _build_choice(run, number, name, priority)
        case ElementType.SERVICE:
            row = number * p.n_classes
            ends = p.usable_ptr[row : row + p.n_classes + 1].tolist()
            pools = [[run.pools[i] for i in p.usable_pool[a:b].tolist()] for a, b in pairwise(ends)]
            usable = [pools[klass] for klass in line_class.tolist()]
            needs = _needs(run)
            if p.element_suspends[number]:
                own = [pool for pool in run.pools if pool.element == number]
                return SuspendingService(run, number, name, priority, account, usable, needs, own)
            return Service(run, number, name, priority, account, usable, needs)


def _build_choice(run: Run, number: int, name: str, priority: list[int]) -> Choice:
    p = run.program
    own = run.alternatives[slice(*p.alternative_ptr[number : number + 2].tolist())]
    choice = Choice(run, number, name, priority, own)
    for at_ms in p.refill_at_ms[slice(*p.refill_ptr[number : number + 2].tolist())].tolist():
        run.before(at_ms, choice.publish)
    return choice


def turns_of(program: Program) -> list[list[tuple[int, int]]]:
    """Of each alternative the instants of its turns, and the places that have come up by each."""
    rows = list(zip(program.turn_at_ms.tolist(), program.turn_places.tolist(), strict=True))
    return [rows[first:behind] for first, behind in pairwise(program.turn_ptr.tolist())]


def _refill_by_calendar(run: Run, gate: Gate) -> None:
    p = run.program
    rows = slice(*p.refill_ptr[gate.number : gate.number + 2].tolist())
    overall, ceilings = p.refill_overall[rows].tolist(), p.refill_ceiling[rows].tolist()
    at_ms = p.refill_at_ms[rows].tolist()
    run.follow(gate.number, at_ms, lambda i: gate.refill(overall[i], ceilings[i]))


def build_route(run: Run, number: int) -> tuple[Step, ...]:
    """The steps of a route, with the zones that cover each, and what they have to do with choices."""
    p = run.program
    zones = range(*p.occupancy_ptr[number : number + 2].tolist())
    occupancies = [_build_occupancy(run, row) for row in zones]
    rows = slice(*p.step_ptr[number : number + 2].tolist())
    steps = p.step_element[rows].tolist()
    of_choices = choices_of(p, number)
    offered = p.step_alternative[rows].tolist() if p.has_choices else [NONE] * len(steps)
    return tuple(
        Step(
            k,
            run.elements[e],
            tuple(o for o in occupancies if o.first <= k <= o.last),
            None if offered[k] == NONE else run.alternatives[offered[k]],
            *of_choices[k],
        )
        for k, e in enumerate(steps)
    )


def choices_of(program: Program, route: int) -> list[tuple[int, int]]:
    """Of each step of a route: the first step of its choice, and the step that must have been picked."""
    rows = range(*program.step_ptr[route : route + 2].tolist())
    if not program.has_choices:
        return [(NONE, NONE)] * len(rows)
    found: list[tuple[int, int]] = []
    for number, row in enumerate(rows):
        choice = NONE
        if program.step_alternative[row] != NONE:
            is_next = number > 0 and program.step_element[row - 1] == program.step_element[row]
            choice = found[-1][0] if is_next else number
        found.append((choice, int(program.step_given[row])))
    return found


def legs_of(program: Program) -> dict[tuple[int, int], int]:
    """Who follows, by the source and the step that it follows; all by number."""
    pairs = zip(program.source_follows.tolist(), program.source_follows_step.tolist(), strict=True)
    return {(source, step): number for number, (source, step) in enumerate(pairs) if source != NONE}


def _build_occupancy(run: Run, row: int) -> Occupancy:
    p = run.program
    zone = run.elements[int(p.occupancy_zone[row])]
    if not isinstance(zone, Zone):
        raise TypeError(f"'{zone.name}' is no zone")
    first, last = int(p.occupancy_first[row]), int(p.occupancy_last[row])
    return Occupancy(zone, first, last, bool(p.occupancy_at_start[row]))


def empty_trace(program: Program, entities: Entities) -> Trace:
    """Nothing has happened yet."""

    def blank() -> tuple[I64, ...]:
        return tuple(np.full_like(rows, NOT_ENTERED) for rows in entities.duration_ms)

    accounts = np.zeros((entities.count, len(Account)), dtype=np.int64)
    partner = blank() if program.has_pairings else ()
    return Trace(blank(), blank(), blank(), accounts, partner)
