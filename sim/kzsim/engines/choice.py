"""Which engine runs: they give the same outcomes, so it is a question of time alone."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from kzsim import codecache, compiled

if TYPE_CHECKING:
    from kzsim.engines.outcome import Outcome
    from kzsim.network.entities import Entities
    from kzsim.network.program import Program


class Run(Protocol):
    """What every engine offers."""

    def __call__(
        self, program: Program, entities: Entities, *, passage: bool = ..., trace: bool = ...
    ) -> Outcome:
        """Run a program over its entities; keep their exits and free-flow times, or a trace, if asked."""


KERNEL = "kernel"
REFERENCE = "reference"
ENGINES = (KERNEL, REFERENCE)

SMALL = 40_000
"""Entities, over all runs, that the reference engine is through with before a compiler would be."""


@dataclass(frozen=True)
class Choice:
    """An engine, whether machine code is used for it and for its draws, and what there is to say."""

    engine: str
    compiled: bool
    said: str = ""


def choose(asked: str | None, entities: float, *, ready: bool | None = None) -> Choice:
    """Choose an engine for so many entities over all runs; ``asked`` is its name, or None for the best.

    ``ready`` says whether the kernel's machine code is at hand; None: look for it. Without a compiler
    the reference is the faster of the two, by three times.
    """
    if asked not in (None, *ENGINES):
        raise ValueError(f"'{asked}' is not an engine; there are: {', '.join(ENGINES)}")
    if asked == REFERENCE:
        return Choice(REFERENCE, compiled=False)
    if not compiled.IS_COMPILED:
        return _without_compiler(asked)
    ready = codecache.is_complete() if ready is None else ready
    if not ready and asked is None and entities < SMALL:
        said = "The kernel is not compiled yet; so small a job is run by the reference engine."
        return Choice(REFERENCE, compiled=False, said=f"{said} 'kzsim warmup' compiles it once.")
    if ready:
        return Choice(KERNEL, compiled=True)
    if compiled.compiler() is None:  # asked last, for importing it takes a while
        return _without_compiler(asked)
    refused = codecache.place().refused
    if refused:
        return Choice(KERNEL, True, f"Compiling the kernel, 10 to 20 s; it cannot be kept: {refused}.")
    return Choice(KERNEL, True, "Compiling the kernel, 10 to 20 s, once per machine and version.")


def load(engine: str) -> Run:
    """The function that runs programs; importing an engine takes a while."""
    run: Run = importlib.import_module(f"kzsim.engines.{engine}").run
    return run


def _without_compiler(asked: str | None) -> Choice:
    if not compiled.HAS_COMPILER:
        why = "Numba is not installed"
    elif not compiled.IS_COMPILED:
        why = "Numba is switched off (NUMBA_DISABLE_JIT)"
    else:
        why = "Numba does not work here"
    if asked == KERNEL:
        return Choice(
            KERNEL, compiled=False, said=f"{why}: the kernel runs uncompiled, a hundred times slower."
        )
    return Choice(REFERENCE, compiled=False, said=f"{why}: the reference engine runs instead, slower.")
