"""From a program and its entities to the kernel's tables."""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from kzsim.engines.kernel.layout import *
from kzsim.engines.kernel.parts import Lines, lines_of, partners_of, rows_of
from kzsim.engines.kernel.token_tables import needs_of_lines
from kzsim.engines.outcome import I64
from kzsim.network.entities import Entities
from kzsim.network.kept import kept_with_program
from kzsim.network.program import UNLIMITED, ElementType, Program

Number = TypeVar("Number", np.int64, np.int16, np.uint64, np.float64)


@dataclass(frozen=True)
class Fixed:
    """What the loop only reads; the same for every replication."""

    usable: I64
    step: I64
    occupancy: I64
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
    steps_of, occupancies_of = rows_of(program.step_ptr), rows_of(program.occupancy_ptr)
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
    for first, last in rows_of(program.step_ptr):
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
    partners = [np.array(own, dtype=np.int64) for own in partners_of(program).values()]
    return Fixed(
        usable=np.concatenate([program.usable_pool, *partners]),
        step=_steps(program),
        occupancy=np.concatenate([program.occupancy_zone, _offers(program), *_legs(program).values()]),
        refill=_refills(program),
        review_ms=plain(program.review_at_ms),
    )


def _refills(program: Program) -> I64:
    """Refills with the ceilings of the element's own lines; behind them the turns of alternatives."""
    tokens, lines = program.tokens, lines_of(program)
    n = len(program.refill_at_ms)
    refill = np.zeros((n + len(program.turn_at_ms), CEILINGS + tokens.n_lines), dtype=np.int64)
    refill[:n, REFILL_AT] = program.refill_at_ms
    refill[:n, OVERALL] = program.refill_overall
    refill[n:, TURN_AT] = program.turn_at_ms
    refill[n:, PLACES_UP] = program.turn_places
    ends = np.append(lines.first, len(lines.line))
    for element, (first, last) in enumerate(rows_of(program.refill_ptr)):
        own = tokens.line_class[lines.line[ends[element] : ends[element + 1]]]
        refill[first:last, CEILINGS : CEILINGS + len(own)] = program.refill_ceiling[first:last][:, own]
    return refill


def calendar_table(program: Program) -> I64:
    """Capacities, then openings: those of one replication, where something is out of order at times."""
    capacity = np.zeros((len(program.capacity_at_ms), CALENDAR_COLUMNS), dtype=np.int64)
    capacity[:, AT_MS] = program.capacity_at_ms
    capacity[:, VALUE] = program.capacity_value
    for first, last in rows_of(program.capacity_ptr):
        later = np.maximum.accumulate(program.capacity_value[first:last][::-1])[::-1]
        capacity[first : last - 1, LATER] = later[1:]
    opening = np.zeros((len(program.open_at_ms), CALENDAR_COLUMNS), dtype=np.int64)
    opening[:, AT_MS] = program.open_at_ms
    opening[:, VALUE] = program.open_value
    for first, last in rows_of(program.open_ptr):
        if first < last:
            lasts = np.diff(program.open_at_ms[first:last])
            is_open = program.open_value[first : last - 1] > 0
            opening[first + 1 : last, PASSED] = np.cumsum(np.where(is_open, lasts, 0))
    return np.concatenate([capacity, opening])


def initial_state(base: Program, program: Program) -> State:
    """Elements, lines and pools before anything has happened.

    ``program`` is ``base`` with the calendars of one replication.
    """
    usual = _usual_state(base)
    n, element, pool = program.n_elements, usual.element.copy(), usual.pool.copy()
    shift = len(program.capacity_at_ms)  # openings stand after capacities in `calendar`
    element[:n, CALENDAR_FROM] = element[:n, PIECE_OPEN] = program.open_ptr[:-1] + shift
    element[:n, CALENDAR_TO] = program.open_ptr[1:] + shift
    pool[:, PIECE_NEXT] = program.capacity_ptr[:-1]
    pool[:, CAPACITY_TO] = program.capacity_ptr[1:]
    return State(element, usual.line.copy(), pool, usual.rule.copy())


@kept_with_program
def _usual_state(program: Program) -> State:
    """The same without calendars."""
    n, lines = program.n_elements, lines_of(program)
    element = np.zeros((n, ELEMENT_COLUMNS), dtype=np.int64)
    element[:, TYPE] = program.element_type
    element[:, ACCOUNT] = program.element_account
    element[:, SPAN] = program.element_span
    element[:, LEFT] = UNLIMITED
    departs = program.element_type == ElementType.DEPARTURE
    element[departs, IS_OPEN] = 1  # always, but with nothing left after the instant of a departure
    element[departs, LEFT] = 0
    element[:, PLACES] = program.places
    element[:, FIRST_HOLDER] = NONE
    element[:, LINES_FROM] = lines.first
    element[:, REFILL_NEXT] = program.refill_ptr[:-1]
    element[:, REFILL_TO] = program.refill_ptr[1:]
    element[:, SUSPENDS] = program.element_suspends
    element[:, POOLS_FROM] = np.searchsorted(program.pool_element, np.arange(n), side="left")
    element[:, POOLS_TO] = np.searchsorted(program.pool_element, np.arange(n), side="right")
    line = _lines(program, lines)
    pool = np.zeros((len(program.pool_names), POOL_COLUMNS), dtype=np.int64)
    pool[:, OF_ELEMENT] = program.pool_element
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


def _lines(program: Program, lines: Lines) -> I64:
    """Empty lines, and what those who come to stand in them may do there."""
    line = np.zeros((len(lines.line), LINE_COLUMNS), dtype=np.int64)
    line[:, HEAD] = line[:, TAIL] = NONE
    klass = program.tokens.line_class[lines.line]
    line[:, PRIORITY] = program.priority[klass, lines.element]
    line[:, CEILING_LEFT] = UNLIMITED
    row = lines.element * program.n_classes + klass
    line[:, USABLE_FROM] = program.usable_ptr[row]
    line[:, USABLE_TO] = program.usable_ptr[row + 1]
    first, behind = needs_of_lines(program)
    line[:, NEEDS_FROM] = first[lines.line]
    line[:, NEEDS_TO] = behind[lines.line]
    of_type = program.element_type[lines.element]
    if program.has_pairings:
        pairs = of_type == ElementType.PAIRING
        line[pairs, SIDE] = program.pairing_side[klass, lines.element][pairs]
        line[pairs, GOODS] = program.pairing_goods[klass, lines.element][pairs]
        place = len(program.usable_pool)
        for row_of_line, sources in partners_of(program).items():
            line[row_of_line, PARTNERS_FROM] = place
            place += len(sources)
            line[row_of_line, PARTNERS_TO] = place
    passed = np.isin(of_type, (ElementType.GATE, ElementType.DEPARTURE))
    line[passed, FIRST_MISSED] = NONE
    line[passed, OTHERWISE] = NONE
    _otherwise(program, lines, line)
    line[:, CAUSE] = QUEUE
    return line


def _otherwise(program: Program, lines: Lines, line: I64) -> None:
    """Write in which other line one counts once a ceiling is used up, and where its uses are counted."""
    counted = program.n_elements + len(program.alternative_names)
    ends = np.append(lines.first, len(lines.line)).tolist()
    # the first lines are the classes, and nobody stands in another line at a gate
    for number, (element, klass) in enumerate(program.bounded.tolist()):
        own = lines.line[ends[element] : ends[element + 1]].tolist()
        if klass in own:
            row = ends[element] + own.index(klass)
            line[row, OTHERWISE] = ends[element] + own.index(program.otherwise[klass, element])
            line[row, USE_OF_CEILING] = counted + number


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
        rows[:, TURN_FROM] = rows[:, TURN_NEXT] = program.turn_ptr[:-1] + len(program.refill_at_ms)
        rows[:, TURN_TO] = program.turn_ptr[1:] + len(program.refill_at_ms)
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
    klass = np.concatenate([table.klass for table in entities.kinds])
    kinds[:, KIND_KLASS] = lines_of(program).number[of, klass]
    kinds[:, KIND_GROUP] = np.concatenate([table.group for table in entities.kinds])
    kinds[:, FIRST_OF_SOURCE] = entities.first[:-1][of]
    kinds[:, STEPS_FROM] = program.step_ptr[:-1][route]
    kinds[:, N_STEPS] = n_steps[of]
    kinds[:, OCCUPANCIES_FROM] = program.occupancy_ptr[:-1][route]
    kinds[:, OCCUPANCIES_TO] = program.occupancy_ptr[1:][route]
    if program.has_choices:
        offers = np.concatenate([[0], np.cumsum(program.step_alternative != NONE)])
        kinds[:, OFFERS_FROM] = len(program.occupancy_zone) + offers[program.step_ptr[:-1][route]]
        kinds[:, N_OFFERS] = offers[program.step_ptr[1:][route]] - offers[program.step_ptr[:-1][route]]
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
