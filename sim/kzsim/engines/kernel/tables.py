"""From a program and its entities to the kernel's tables."""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from kzsim.engines.kernel.layout import *
from kzsim.engines.kernel.token_tables import needs_of_lines
from kzsim.engines.outcome import I64
from kzsim.network.entities import Entities
from kzsim.network.kept import kept_with_program
from kzsim.network.opentime import OpenTime
from kzsim.network.program import UNLIMITED, ElementType, Program

Number = TypeVar("Number", np.int64, np.int16, np.uint64, np.float64)


@dataclass(frozen=True)
class Fixed:
    """What the loop only reads; the same for every replication."""

    usable: I64
    step: I64
    occupancy: I64
    calendar: I64
    refill: I64
    review_ms: I64


@dataclass(frozen=True)
class State:
    """What the loop changes, at its initial values."""

    element: I64
    line: I64
    pool: I64
    rule: I64


@dataclass(frozen=True)
class Coming:
    """The sources, their kinds, and durations if they are given as arrays (else empty)."""

    source: I64
    kinds: I64
    duration: I64


def plain(table: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """The table as the compiler knows it: contiguous and writable.

    A read-only or strided array would silently have everything compiled a second time.
    """
    return np.require(table, requirements=["C", "W"])


def _steps(program: Program) -> I64:
    """What each step of each route is, and which places of the route it has to do with."""
    step = np.zeros((len(program.step_element), STEP_COLUMNS), dtype=np.int64)
    step[:, AT] = program.step_element
    steps_of, occupancies_of = _rows(program.step_ptr), _rows(program.occupancy_ptr)
    for (first, last), (begin, end) in zip(steps_of, occupancies_of, strict=True):
        for place, row in enumerate(range(begin, end)):
            bit = 1 << place
            from_step, to_step = first + program.occupancy_first[row], first + program.occupancy_last[row]
            step[from_step : to_step + 1, PLACES_NEEDED] |= bit
            if program.occupancy_at_start[row]:
                step[to_step:last, GIVEN_UP_BY_START] |= bit
            else:
                step[to_step, GIVEN_UP_AT_END] |= bit
                step[to_step + 1 : last, GIVEN_UP_BY_START] |= bit
    if program.has_choices:
        _offer(program, step)
    return step


def _offer(program: Program, step: I64) -> None:
    """Which steps offer alternatives, which depend on them, and where one leaves their backlogs."""
    for first, last in _rows(program.step_ptr):
        rows = range(first, last)
        offers = [row for row in rows if program.step_alternative[row] != NONE]
        bit = {row: 1 << place for place, row in enumerate(offers)}
        for row in offers:
            step[row, OFFER] = bit[row]
            together = row
            while together in bit and step[together, AT] == step[row, AT]:
                step[row, OFFERED_WITH] |= bit[together]
                step[together, OFFERED_WITH] |= bit[row]
                together += 1
            ends_at = program.alternative_stage[program.step_alternative[row]]
            step[row + 1 : last][step[row + 1 : last, AT] == ends_at, BACKLOGS_END] |= bit[row]
        for row in rows:
            if program.step_given[row] != NONE:
                step[row, GIVEN_PICKED] = bit[first + int(program.step_given[row])]


@kept_with_program
def fixed_tables(program: Program) -> Fixed:
    """Tables that do not change while the loop runs; replications of a program share them."""
    capacity = np.zeros((len(program.capacity_at_ms), CALENDAR_COLUMNS), dtype=np.int64)
    capacity[:, AT_MS] = program.capacity_at_ms
    capacity[:, VALUE] = program.capacity_value
    for first, last in _rows(program.capacity_ptr):
        later = np.maximum.accumulate(program.capacity_value[first:last][::-1])[::-1]
        capacity[first : last - 1, LATER] = later[1:]
    opening = np.zeros((len(program.open_at_ms), CALENDAR_COLUMNS), dtype=np.int64)
    opening[:, AT_MS] = program.open_at_ms
    opening[:, VALUE] = program.open_value
    for first, last in _rows(program.open_ptr):
        if first < last:
            time = OpenTime(program.open_at_ms[first:last].tolist(), program.open_value[first:last].tolist())
            opening[first:last, PASSED] = [time.passed(int(at)) for at in program.open_at_ms[first:last]]
    ceiling = program.refill_ceiling[:, program.tokens.line_class]
    refill = np.column_stack([program.refill_at_ms, program.refill_overall, ceiling])
    return Fixed(
        usable=plain(program.usable_pool),
        step=_steps(program),
        occupancy=np.concatenate([program.occupancy_zone, _offers(program), *_legs(program).values()]),
        calendar=np.concatenate([capacity, opening]),
        refill=np.ascontiguousarray(refill.astype(np.int64)),
        review_ms=plain(program.review_at_ms),
    )


def initial_state(program: Program) -> State:
    """Elements, lines and pools before anything has happened."""
    n, k = program.n_elements, program.tokens.n_lines
    element = np.zeros((n, ELEMENT_COLUMNS), dtype=np.int64)
    element[:, TYPE] = program.element_type
    element[:, ACCOUNT] = program.element_account
    element[:, LEFT] = UNLIMITED
    departs = program.element_type == ElementType.DEPARTURE
    element[departs, IS_OPEN] = 1  # always, but with nothing left after the instant of a departure
    element[departs, LEFT] = 0
    element[:, PLACES] = program.places
    element[:, FIRST_HOLDER] = NONE
    shift = len(program.capacity_at_ms)  # openings stand after capacities in `calendar`
    element[:, CALENDAR_FROM] = element[:, PIECE_OPEN] = program.open_ptr[:-1] + shift
    element[:, CALENDAR_TO] = program.open_ptr[1:] + shift
    element[:, REFILL_NEXT] = program.refill_ptr[:-1]
    element[:, REFILL_TO] = program.refill_ptr[1:]
    element[:, SUSPENDS] = program.element_suspends
    element[:, POOLS_FROM] = np.searchsorted(program.pool_element, np.arange(n), side="left")
    element[:, POOLS_TO] = np.searchsorted(program.pool_element, np.arange(n), side="right")
    line = np.zeros((n * k, LINE_COLUMNS), dtype=np.int64)
    line[:, HEAD] = line[:, TAIL] = NONE
    klass = program.tokens.line_class
    line[:, PRIORITY] = program.priority[klass].T.reshape(-1)
    line[:, CEILING_LEFT] = UNLIMITED
    row = (np.arange(n)[:, None] * program.n_classes + klass).reshape(-1)
    line[:, USABLE_FROM] = program.usable_ptr[row]
    line[:, USABLE_TO] = program.usable_ptr[row + 1]
    first, behind = needs_of_lines(program)
    line[:, NEEDS_FROM] = np.tile(first, n)
    line[:, NEEDS_TO] = np.tile(behind, n)
    if program.has_pairings:
        pairs = np.repeat(program.element_type == ElementType.PAIRING, k)
        line[pairs, SIDE] = program.pairing_side[klass].T.reshape(-1)[pairs]
        line[pairs, GOODS] = program.pairing_goods[klass].T.reshape(-1)[pairs]
    passed = np.isin(program.element_type, (ElementType.GATE, ElementType.DEPARTURE))
    gates = np.repeat(passed, k)
    line[gates, FIRST_MISSED] = NONE
    line[gates, OTHERWISE] = _otherwise(program).reshape(-1)[gates]
    counted = program.n_elements + len(program.alternative_names)
    line[program.bounded @ [k, 1], USE_OF_CEILING] = np.arange(counted, counted + len(program.bounded))
    line[:, CAUSE] = QUEUE
    pool = np.zeros((len(program.pool_names), POOL_COLUMNS), dtype=np.int64)
    pool[:, OF_ELEMENT] = program.pool_element
    pool[:, PIECE_NEXT] = program.capacity_ptr[:-1]
    pool[:, CAPACITY_TO] = program.capacity_ptr[1:]
    pool[:, FIRST_BLOCKED] = pool[:, FIRST_SERVED] = pool[:, FIRST_PAUSED] = NONE
    pool[:, STAFFED] = UNLIMITED
    pool[:, RULE] = NONE
    rule = np.zeros((len(program.rule_pool), RULE_COLUMNS), dtype=np.int64)
    rule[:, RULED_POOL] = program.rule_pool
    rule[:, OPEN_AT : BY + 1] = program.rule_levels
    rule[:, REVIEW_NEXT] = program.review_ptr[:-1]
    rule[:, REVIEW_TO] = program.review_ptr[1:]
    pool[program.rule_pool, STAFFED] = rule[:, FEWEST]
    pool[program.rule_pool, RULE] = np.arange(len(rule))
    return State(np.concatenate([element, _alternatives(program, element)]), line, pool, rule)


def _otherwise(program: Program) -> I64:
    """By element and line, the row as one of which it counts once its ceiling is used up."""
    rows = np.full((program.n_elements, program.tokens.n_lines), NONE, dtype=np.int64)
    other = program.otherwise.T
    first = np.arange(program.n_elements)[:, None] * program.tokens.n_lines
    # the first lines are the classes, and nobody stands in another line at a gate
    rows[:, : program.n_classes] = np.where(other == NONE, NONE, first + other)
    return rows


def _offers(program: Program) -> I64:
    """The alternatives that routes offer, as rows of ``element``, route after route."""
    offered = program.step_alternative[program.step_alternative != NONE]
    return np.asarray(offered + program.n_elements, dtype=np.int64)


def _legs(program: Program) -> dict[int, I64]:
    """Of each source that is followed the one that follows by each step of its route, or NONE."""
    rows: dict[int, I64] = {}
    steps = np.diff(program.step_ptr)[program.source_route]
    pairs = zip(program.source_follows.tolist(), program.source_follows_step.tolist(), strict=True)
    for number, (followed, step) in enumerate(pairs):
        if followed != NONE:
            rows.setdefault(followed, np.full(steps[followed], NONE, dtype=np.int64))[step] = number
    return rows


def _alternatives(program: Program, element: I64) -> I64:
    """The rows of alternatives; those of the choices learn where they are."""
    rows = np.zeros((len(program.alternative_names), ELEMENT_COLUMNS), dtype=np.int64)
    if program.has_choices:
        rows[:, TYPE] = rows[:, CHANGED_AT] = NONE
        rows[:, INTERVAL] = program.alternative_interval_ms
        chooses = program.element_type == ElementType.CHOICE
        ptr = program.alternative_ptr + program.n_elements
        element[chooses, ALTERNATIVES_FROM] = ptr[:-1][chooses]
        element[chooses, ALTERNATIVES_TO] = ptr[1:][chooses]
    return rows


def coming_entities(program: Program, entities: Entities) -> Coming:
    """Which entities each source has, what kinds they are of and what route these take."""
    counts = np.array([len(table.klass) for table in entities.kinds], dtype=np.int64)
    source = np.empty((len(counts), SOURCE_COLUMNS), dtype=np.int64)
    source[:, NEXT_ENTITY] = entities.first[:-1]
    source[:, LAST_ENTITY] = entities.first[1:]
    source[:, KINDS_FROM] = np.cumsum(counts) - counts
    n_steps = np.diff(program.step_ptr)[program.source_route]
    sizes = np.diff(entities.first) * n_steps

    of = np.repeat(np.arange(len(counts)), counts)  # the source of each kind
    route = program.source_route[of]
    kinds = np.zeros((len(of), KIND_COLUMNS), dtype=np.int64)
    kinds[:, KIND_KLASS] = np.concatenate([table.klass for table in entities.kinds])
    kinds[:, KIND_GROUP] = np.concatenate([table.group for table in entities.kinds])
    kinds[:, FIRST_OF_SOURCE] = entities.first[:-1][of]
    kinds[:, STEPS_FROM] = program.step_ptr[:-1][route]
    kinds[:, N_STEPS] = n_steps[of]
    kinds[:, OCCUPANCIES_FROM] = program.occupancy_ptr[:-1][route]
    kinds[:, OCCUPANCIES_TO] = program.occupancy_ptr[1:][route]
    if program.has_choices:
        offers = np.concatenate([[0], np.cumsum(program.step_alternative != NONE)])
        kinds[:, OFFERS_FROM] = len(program.occupancy_zone) + offers[program.step_ptr[:-1][route]]
    kinds[:, FOLLOWED_FROM] = NONE
    place = len(program.occupancy_zone) + len(_offers(program))
    for number, row in _legs(program).items():
        kinds[of == number, FOLLOWED_FROM] = place
        place += len(row)
    within = np.arange(len(of)) - source[:, KINDS_FROM][of]
    kinds[:, WORK_FROM] = entities.numbers.work_from[of] + within * n_steps[of]
    kinds[:, DURATIONS_FROM] = (np.cumsum(sizes) - sizes)[of]
    given = [rows.reshape(-1) for rows in entities.duration_ms] if entities.are_given else []
    duration = np.concatenate([*given, np.empty(0, dtype=np.int64)])
    return Coming(source, kinds, duration)


@dataclass(frozen=True)
class Part:
    """One part of a network that never interacts with the rest; numbers, rising."""

    sources: tuple[int, ...]
    elements: I64
    zones: I64
    pools: tuple[int, ...]
    tokens: I64


@kept_with_program
def parts_of(program: Program) -> tuple[Part, ...]:
    """The parts of a network, by their first source.

    Who share elements or tokens belong together, and who follow others to these.
    """
    elements_of = []
    for route in program.source_route:
        steps = program.step_element[program.step_ptr[route] : program.step_ptr[route + 1]]
        zones = program.occupancy_zone[program.occupancy_ptr[route] : program.occupancy_ptr[route + 1]]
        elements_of.append(set(steps.tolist()) | set(zones.tolist()))
    for number, followed in enumerate(program.source_follows.tolist()):
        if followed != NONE:
            elements_of[number] |= elements_of[followed]
    users = [set(program.tokens.user_element[a:b].tolist()) for a, b in _rows(program.tokens.user_ptr)]
    # who uses an element whose steps need tokens has to do with all others that do
    elements_of = [each.union(*(own for own in users if own & each)) for each in elements_of]
    parts: list[tuple[set[int], set[int]]] = []
    for number, elements in enumerate(elements_of):
        joined = [part for part in parts if part[1] & elements]
        parts = [part for part in parts if not part[1] & elements]
        sources, shared = {number}, set(elements)
        for other_sources, other_elements in joined:
            sources |= other_sources
            shared |= other_elements
        parts.append((sources, shared))
    return tuple(
        _part(program, sources, elements) for sources, elements in sorted(parts, key=lambda p: min(p[0]))
    )


def _part(program: Program, sources: set[int], elements: set[int]) -> Part:
    own = np.array(sorted(elements), dtype=np.int64)
    pools = np.flatnonzero(np.isin(program.pool_element, own))
    return Part(
        sources=tuple(sorted(sources)),
        elements=own,
        zones=own[program.element_type[own] == ElementType.ZONE],
        pools=tuple(pools.tolist()),
        tokens=np.array(
            [
                kind
                for kind, (a, b) in enumerate(_rows(program.tokens.user_ptr))
                if program.tokens.user_element[a] in elements and a < b
            ],
            dtype=np.int64,
        ),
    )


def _rows(pointer: I64) -> list[tuple[int, int]]:
    ends = pointer.tolist()
    return list(pairwise(ends))
