"""The parts of a network that never interact, and the lines that each has at its elements."""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from kzsim.engines.kernel.layout import *
from kzsim.engines.outcome import I64
from kzsim.network.kept import kept_with_program
from kzsim.network.program import FOLLOWS, LEADS, ElementType, Program


@dataclass(frozen=True)
class Part:
    """One part of a network that never interacts with the rest; numbers, rising.

    ``lines``: those of ``network.tokens`` in which anybody of this part may stand. The kernel numbers them
    anew, part by part: who acts looks into all lines of an element, and with those of all parts the loop over
    a year of all crossings took 1.09 times as long.
    """

    sources: tuple[int, ...]
    elements: I64
    zones: I64
    pools: tuple[int, ...]
    tokens: I64
    lines: I64


@dataclass(frozen=True)
class Lines:
    """Where lines stand in the kernel's table ``line``, one element after another.

    ``first``: int64 [elements], the row of an element's first line. Of each row: ``element``; ``line``, its
    number in ``network.tokens``. ``number``: int64 [sources, lines], which of its part's lines one is.
    """

    first: I64
    element: I64
    line: I64
    number: I64


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
    users = [set(program.tokens.user_element[a:b].tolist()) for a, b in rows_of(program.tokens.user_ptr)]
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
    lines_of = _lines_of_sources(program)
    return tuple(
        _part(program, sources, elements, lines_of)
        for sources, elements in sorted(parts, key=lambda p: min(p[0]))
    )


def _part(program: Program, sources: set[int], elements: set[int], lines_of: list[set[int]]) -> Part:
    own = np.array(sorted(elements), dtype=np.int64)
    pools = np.flatnonzero(np.isin(program.pool_element, own))
    tokens = [
        kind
        for kind, (a, b) in enumerate(rows_of(program.tokens.user_ptr))
        if program.tokens.user_element[a] in elements and a < b
    ]
    lines: set[int] = set().union(*(lines_of[number] for number in sources))
    return Part(
        sources=tuple(sorted(sources)),
        elements=own,
        zones=own[program.element_type[own] == ElementType.ZONE],
        pools=tuple(pools.tolist()),
        tokens=np.array(tokens, dtype=np.int64),
        lines=np.array(sorted(lines | _others(program, lines, own)), dtype=np.int64),
    )


def _others(program: Program, lines: set[int], elements: I64) -> set[int]:
    """The lines as which those of some lines count where their ceilings are used up."""
    classes = [line for line in sorted(lines) if line < program.n_classes]
    return set(np.unique(program.otherwise[classes][:, elements]).tolist()) - {NONE}


def _lines_of_sources(program: Program) -> list[set[int]]:
    """The lines in which anybody of each source may stand: its classes, and what its steps need besides."""
    sources = sorted(program.network.sources, key=lambda source: source.name)
    klass = {name: number for number, name in enumerate(program.class_names)}
    found = [{klass[kind.klass] for kind in source.kinds} for source in sources]
    n_steps = np.diff(program.step_ptr)[program.source_route].tolist()
    row = 0
    for number, source in enumerate(sources):
        behind = row + len(source.kinds) * n_steps[number]
        found[number] |= set(program.tokens.work_line[row:behind].tolist())
        row = behind
    return found


@kept_with_program
def lines_of(program: Program) -> Lines:
    """The same for every replication. Elements that nobody ever comes to have no lines."""
    n, n_lines = program.n_elements, program.tokens.n_lines
    of_element = [np.zeros(0, dtype=np.int64)] * n
    number = np.full((len(program.source_names), n_lines), NONE, dtype=np.int64)
    for part in parts_of(program):
        for element in part.elements.tolist():
            of_element[element] = part.lines
        number[np.array(part.sources)[:, np.newaxis], part.lines] = np.arange(len(part.lines))
    counts = np.array([len(own) for own in of_element], dtype=np.int64)
    return Lines(
        first=np.cumsum(counts) - counts,
        element=np.repeat(np.arange(n, dtype=np.int64), counts),
        line=np.concatenate([*of_element, np.zeros(0, dtype=np.int64)]),
        number=number,
    )


@kept_with_program
def partners_of(program: Program) -> dict[int, tuple[int, ...]]:
    """By row of the table ``line``, where somebody may pair: the sources of who may be the partner.

    They come to that pairing, lead if the line follows and the other way round, with the same goods.
    """
    if not program.has_pairings:
        return {}
    lines = lines_of(program)
    sources = sorted(program.network.sources, key=lambda source: source.name)
    klass = {name: number for number, name in enumerate(program.class_names)}
    classes = [{klass[kind.klass] for kind in source.kinds} for source in sources]
    comes = [set(program.step_element[a:b].tolist()) for a, b in rows_of(program.step_ptr)]
    found: dict[int, tuple[int, ...]] = {}
    for row, (element, line) in enumerate(zip(lines.element.tolist(), lines.line.tolist(), strict=True)):
        own = program.tokens.line_class[line]
        side = program.pairing_side[own, element]
        if program.element_type[element] == ElementType.PAIRING and side in (LEADS, FOLLOWS):
            partners = {
                other
                for other in range(program.n_classes)
                if program.pairing_side[other, element] == LEADS + FOLLOWS - side
                and program.pairing_goods[other, element] == program.pairing_goods[own, element]
            }
            found[row] = tuple(
                number
                for number, route in enumerate(program.source_route.tolist())
                if element in comes[route] and classes[number] & partners
            )
    return found


def rows_of(pointer: I64) -> list[tuple[int, int]]:
    """Where each row of a ragged table begins and ends; ``pointer`` int64 [rows + 1]."""
    return list(pairwise(pointer.tolist()))
