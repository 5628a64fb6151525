"""Tokens as an engine reads them, and what makes them invalid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kzsim.network.model import Network, ServiceStage, Source, Tokens, Work

I64 = npt.NDArray[np.int64]

NO_WORK = -1
MOST_TOKENS = 2**20
"""Of all kinds: an engine adds up the time of each in 63 bits, and keeps a row for each that is away."""


@dataclass(frozen=True, eq=False)
class TokenTables:
    """Who needs which tokens. Without tokens, all tables but ``line_class`` and ``line_work`` are empty.

    ``names``: sorted; a kind of tokens is a number in it. ``number``: int64 [kinds of tokens].

    A row of *work* is a source (in sorted order), one of its kinds and one of its steps. ``need_ptr``: int64
    [rows of work + 1], ragged rows of ``need_tokens`` and ``need_number``, in the order of ``names``.

    A *line* is of those who are let go on alike: of a class, and needing the same at their step.
    ``line_class``: int64 [lines], its class; the first lines are the classes themselves, needing nothing.
    ``line_work``: int64 [lines], a row of work with the line's needs; NO_WORK: none. ``work_line``: int64
    [rows of work], the line in which to stand.

    ``user_ptr``: int64 [kinds of tokens + 1], ragged rows of ``user_element``: whose steps need them.
    """

    names: tuple[str, ...]
    number: I64
    need_ptr: I64
    need_tokens: I64
    need_number: I64
    line_class: I64
    line_work: I64
    work_line: I64
    user_ptr: I64
    user_element: I64

    @property
    def n_lines(self) -> int:
        """Number of lines at each stage."""
        return len(self.line_class)


def lay_out_tokens(network: Network, sources: Sequence[Source], element: Mapping[str, int]) -> TokenTables:
    """The tables of a network that is valid; ``sources`` in sorted order, ``element`` by name."""
    tokens = sorted(network.tokens, key=lambda each: each.name)
    number = {each.name: i for i, each in enumerate(tokens)}
    klass = {name: i for i, name in enumerate(network.classes)}
    # without tokens nobody asks who needs any
    rows = list(_works(network, sources)) if tokens else []
    lines: dict[tuple[int, tuple[tuple[int, int], ...]], int] = {(i, ()): NO_WORK for i in klass.values()}
    needs: list[tuple[tuple[int, int], ...]] = []
    work_line: list[int] = []
    users: list[set[int]] = [set() for _ in tokens]
    place: dict[tuple[int, tuple[tuple[int, int], ...]], int] = {key: i for i, key in enumerate(lines)}
    for row, (class_name, stage, work) in enumerate(rows):
        needed = tuple(sorted((number[need.tokens], need.number) for need in work.needs))
        key = (klass[class_name], needed)
        if key not in place:
            place[key] = len(lines)
            lines[key] = row
        needs.append(needed)
        work_line.append(place[key])
        for kind, _ in needed:
            users[kind].add(element[stage])
    flat = [each for needed in needs for each in needed]
    return TokenTables(
        names=tuple(number),
        number=_whole([each.number for each in tokens]),
        need_ptr=_ends([len(needed) for needed in needs]),
        need_tokens=_whole([kind for kind, _ in flat]),
        need_number=_whole([count for _, count in flat]),
        line_class=_whole([i for i, _ in lines]),
        line_work=_whole(list(lines.values())),
        work_line=_whole(work_line),
        user_ptr=_ends([len(each) for each in users]),
        user_element=_whole([number for each in users for number in sorted(each)]),
    )


def _works(network: Network, sources: Sequence[Source]) -> Iterator[tuple[str, str, Work]]:
    """(class, stage, work) of every source, kind and step, in that order."""
    steps = {route.name: route.steps for route in network.routes}
    for source in sources:
        for kind in source.kinds:
            for step in steps[source.route]:
                yield kind.klass, step.stage, kind.work[step.name]


def _whole(numbers: Sequence[int]) -> I64:
    return np.array(numbers, dtype=np.int64)


def _ends(lengths: Sequence[int]) -> I64:
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths, dtype=np.int64)])


def check_tokens(network: Network) -> Iterator[str]:
    """There are some of each kind, somebody needs them, and nobody more than there are."""
    kinds = {each.name: each for each in network.tokens}
    services = {stage.name for stage in network.stages if isinstance(stage, ServiceStage)}
    stage_of = {(route.name, step.name): step.stage for route in network.routes for step in route.steps}
    used: set[str] = set()
    for each in network.tokens:
        if not isinstance(each.number, int) or each.number < 1:
            yield f"tokens '{each.name}': there are {each.number} of them: give a whole number of 1 or more"
            return
    total = sum(each.number for each in network.tokens)
    if total > MOST_TOKENS:
        yield f"there are {total} tokens in all: {MOST_TOKENS} are the most, let one stand for several"
    for source in network.sources:
        for kind in source.kinds:
            for name, work in kind.work.items():
                if work.needs:
                    where = f"source '{source.name}', kind '{kind.name}', step '{name}'"
                    used |= {need.tokens for need in work.needs}
                    yield from _check_needs(where, work, kinds)
                    if stage_of.get((source.route, name)) not in services:
                        yield (
                            f"{where} needs tokens and is at no service stage: make it one, with as many "
                            "servers as may ever be busy, or remove the need"
                        )
    for name in kinds:
        if name not in used:
            yield f"tokens '{name}' are needed by no step: let one need them or remove them"


def _check_needs(where: str, work: Work, kinds: Mapping[str, Tokens]) -> Iterator[str]:
    for name, count in Counter(need.tokens for need in work.needs).items():
        if count > 1:
            yield f"{where} needs '{name}' {count} times: name them once, with their number"
    for need in work.needs:
        if need.tokens not in kinds:
            yield f"{where} needs the unknown tokens '{need.tokens}': add them to the network"
        elif not isinstance(need.number, int) or need.number < 1:
            yield f"{where} needs {need.number} of '{need.tokens}': give a whole number of 1 or more"
        elif need.number > kinds[need.tokens].number:
            there_are = kinds[need.tokens].number
            yield (
                f"{where} needs {need.number} of '{need.tokens}', and there are {there_are}: it could never "
                "start, so lower one or raise the other"
            )
