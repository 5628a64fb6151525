"""Sentences about a run: how precise it is, whether lines still grow, who did not get through."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Judgement:
    """One judgement, in fields and in words. Empty strings where it is not about one flow.

    ``ok`` says whether it speaks for the result; ``value`` is the figure judged.
    """

    code: str
    ok: bool
    text: str
    value: float
    crossing: str = ""
    mode: str = ""
    direction: str = ""
