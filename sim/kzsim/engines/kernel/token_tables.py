"""Tokens in the kernel's tables, and in words."""

# ruff: noqa: F403, F405 - the columns of `layout`, which exports nothing else
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kzsim.engines.kernel.layout import *
from kzsim.engines.kernel.parts import lines_of
from kzsim.engines.outcome import I64
from kzsim.network.kept import kept_with_program
from kzsim.network.program import Program
from kzsim.network.tokens import NO_WORK


@dataclass(frozen=True)
class Needs:
    """Who needs which tokens: what the loop only reads."""

    need: I64
    needs_of: I64
    user: I64


@kept_with_program
def needs_of_all(program: Program) -> Needs:
    """The same for every replication; all empty where there are no tokens."""
    t = program.tokens
    n_rows = len(t.work_line)
    needs_of = np.zeros((n_rows + 1 if t.names else 0, NEEDS_OF_COLUMNS), dtype=np.int64)
    if t.names:
        needs_of[:, FIRST_NEED] = t.need_ptr
        n_steps = np.diff(program.step_ptr)[program.source_route]
        sources = sorted(program.network.sources, key=lambda source: source.name)
        rows = [len(source.kinds) * n for source, n in zip(sources, n_steps.tolist(), strict=True)]
        source = np.repeat(np.arange(len(rows)), rows)
        needs_of[:n_rows, LINE_OF] = lines_of(program).number[source, t.work_line]
    return Needs(
        need=np.column_stack([t.need_tokens, t.need_number]),
        needs_of=needs_of,
        user=t.user_element.copy(),
    )


def needs_of_lines(program: Program) -> tuple[I64, I64]:
    """For each line, its rows of ``need``: first, and first behind them."""
    work, ends = program.tokens.line_work, program.tokens.need_ptr
    needy = work != NO_WORK
    first, behind = np.zeros_like(work), np.zeros_like(work)
    first[needy], behind[needy] = ends[work[needy]], ends[work[needy] + 1]
    return first, behind


def all_idle(program: Program) -> I64:
    """The table ``token`` before anything has happened."""
    t = program.tokens
    token = np.zeros((len(t.names), TOKEN_COLUMNS), dtype=np.int64)
    token[:, NUMBER] = token[:, IDLE] = t.number
    token[:, IDLE_MS] = t.number * program.horizon_ms
    token[:, USERS_FROM] = t.user_ptr[:-1]
    token[:, USERS_TO] = t.user_ptr[1:]
    return token


def none_away(program: Program, kinds: I64) -> I64:
    """The table ``returning`` with all rows free: as many as there may ever be, and one to draw into.

    ``kinds`` are the kinds of tokens in question.
    """
    t = program.tokens
    rows = 0
    for kind in kinds:
        rows += int(t.number[kind] // t.need_number[t.need_tokens == kind].min())
    returning = np.zeros((rows + 1 if len(kinds) else 0, RETURN_COLUMNS), dtype=np.int64)
    returning[:, NEXT_RETURN] = np.arange(1, len(returning) + 1)
    return returning


def tokens_in_words(program: Program, rows: range, *, lacking: I64 | None = None) -> list[str]:
    """What these rows of ``need`` are; with ``lacking``, the table ``token``, what of it is not there."""
    t = program.tokens
    return [
        f"{t.need_number[row]} of '{t.names[t.need_tokens[row]]}'"
        for row in rows
        if lacking is None or lacking[t.need_tokens[row], IDLE] < t.need_number[row]
    ]
