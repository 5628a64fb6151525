"""Numba's compiler where there is one; plain Python with the same results where there is none."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

HAS_COMPILER = importlib.util.find_spec("numba") is not None
IS_COMPILED = HAS_COMPILER and os.environ.get("NUMBA_DISABLE_JIT", "0") in {"", "0"}

# What Python calls; everything else is put into these by the compiler.
ROOTS = {"advance", "settle", "fill_durations"}


def compiled(function: Function) -> Function:
    """Compile with Numba: no fast maths (bytes must not change), without the interpreter's lock.

    ``_nrt=False``: the kernel allocates nothing, so it needs no counts of references to its arrays.
    Counting them at every call made the loop five times slower (locked instructions, seen with
    perf). ``forceinline`` made it faster by another third.
    """
    if not HAS_COMPILER:
        return function
    import numba

    options: dict[str, Any] = {"_nrt": False, "nogil": True, "cache": True, "error_model": "numpy"}
    result: Function = numba.njit(forceinline=function.__name__ not in ROOTS, **options)(function)
    return result
