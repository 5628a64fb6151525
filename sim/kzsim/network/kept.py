"""What follows from a program is worked out once, and forgotten together with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

from kzsim.network.program import Program

Result = TypeVar("Result")


def kept_with_program(make: Callable[[Program], Result]) -> Callable[[Program], Result]:
    """Keep what ``make`` gives for a program as long as that program lives.

    A cache of a fixed size would keep whole networks alive: a hundred megabytes each in a sweep. The
    result must not refer to the program. Two threads may work it out at once; both get the same.
    """
    known: WeakKeyDictionary[Program, Result] = WeakKeyDictionary()

    @wraps(make)
    def kept(program: Program) -> Result:
        if program not in known:
            known[program] = make(program)
        return known[program]

    return kept
