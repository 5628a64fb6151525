"""Numba's compiler where there is one; plain Python with the same results where there is none."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, TypeVar

from kzsim import codecache

Function = TypeVar("Function", bound=Callable[..., Any])

HAS_COMPILER = importlib.util.find_spec("numba") is not None
IS_COMPILED = HAS_COMPILER and os.environ.get("NUMBA_DISABLE_JIT", "0") in {"", "0"}

# What Python calls; everything else is put into these by the compiler.
ROOTS = {"advance", "settle", "fill_durations", "fill_poisson", "fill_kinds"}

_dispatchers: list[Any] = []
_set_aside: ContextVar[bool] = ContextVar("compiler set aside", default=False)


@cache
def compiler() -> Any | None:
    """Numba; None if it is missing, switched off, or refuses to be imported."""
    if not IS_COMPILED:
        return None
    try:
        import numba
    except ImportError:  # it says so where it does not know this version of NumPy
        return None
    return None if getattr(numba.config, "DISABLE_JIT", 0) else numba


def in_use() -> bool:
    """Whether what is compiled should be called here rather than its equal in NumPy."""
    return not _set_aside.get() and compiler() is not None


@contextmanager
def set_aside() -> Iterator[None]:
    """Do without the compiler in here, where compiling would take longer than it saves."""
    before = _set_aside.set(True)
    try:
        yield
    finally:
        _set_aside.reset(before)


def compiled(function: Function) -> Function:
    """Compile with Numba: no fast maths (bytes must not change), without the interpreter's lock.

    ``_nrt=False``: the kernel allocates nothing, so it needs no counts of references to its arrays.
    Counting them at every call made the loop five times slower (locked instructions, seen with
    perf). ``forceinline`` made it faster by another third.
    """
    numba = compiler()
    if numba is None:
        return function
    kept = codecache.place().folder
    options: dict[str, Any] = {
        "_nrt": False,
        "nogil": True,
        "error_model": "numpy",
        "pipeline_class": _pipeline(),
    }
    before = numba.config.CACHE_DIR
    try:
        # read while the function is decorated; other users of Numba in this process keep theirs
        numba.config.CACHE_DIR = "" if kept is None else str(kept)
        result: Function = numba.njit(
            forceinline=function.__name__ not in ROOTS, cache=kept is not None, **options
        )(function)
    finally:
        numba.config.CACHE_DIR = before
    _dispatchers.append(result)
    return result


@cache
def _pipeline() -> Any:
    """A pipeline in which no index counts from the end.

    The kernel never means that by a negative number (a test watches), but a quarter of its
    instructions asked, and a sixth of its time went there. Numba compiles under a lock of its own,
    so nobody else's code is compiled in the meantime. A Numba without the function that is replaced
    here compiles as usual, to slower code with the same results.
    """
    from numba.core import compiler as numba_compiler
    from numba.core import types
    from numba.np import arrayobj

    usual: Any = getattr(arrayobj, "fix_integer_index", None)
    if usual is None:
        return numba_compiler.Compiler
    compiler_class: Any = numba_compiler.Compiler

    def as_it_is(context: Any, builder: Any, kind: Any, index: Any, _: Any) -> Any:
        return context.cast(builder, index, kind, types.intp)

    class FromTheStart(compiler_class):  # type: ignore[misc]  # a class that is not typed
        def _compile_core(self) -> Any:
            # a callee is compiled in the middle of its caller, which must find things as they were
            before = arrayobj.fix_integer_index
            arrayobj.fix_integer_index = as_it_is
            try:
                return super()._compile_core()
            finally:
                arrayobj.fix_integer_index = before

    return FromTheStart


def keep_nothing() -> None:
    """Neither read nor write kept machine code from here on: the disk is full, or a file is damaged."""
    for dispatcher in _dispatchers:
        kept: Any = getattr(dispatcher, "_cache", None)
        if kept is not None and hasattr(kept, "disable"):
            kept.disable()
