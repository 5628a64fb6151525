"""Numba's compiler where there is one; plain Python with the same results where there is none."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, update_wrapper
from typing import Any, TypeVar, cast

from kzsim import codecache
from kzsim import compiled_pipeline as pipeline

Function = TypeVar("Function", bound=Callable[..., Any])

HAS_COMPILER = importlib.util.find_spec("numba") is not None
IS_COMPILED = HAS_COMPILER and os.environ.get("NUMBA_DISABLE_JIT", "0") in {"", "0"}

# What Python calls; every other compiled function is a Part of these.
ROOTS = {"advance", "settle", "fill_durations", "fill_poisson", "fill_kinds"}

# Parts that are called so seldom that they had better not take up registers of those that call them.
SELDOM = {
    "put_right",
    "stay_away",
    "come_back",
    "place_initial",
    "review_staffing",
    "of_other_family",
    "act_pairing",
    "partner_will_arrive",
    "ask_partners",
    "may_take",
    "take_tokens",
    "send_away",
    "return_tokens",
    "is_stuck_with_tokens",
    "act_choice",
    "own_on_the_way",
    "skip_ways_not_taken",
    "end_backlogs",
    "publish",
}

_OPTIONS: dict[str, Any] = {"_nrt": False, "nogil": True, "error_model": "numpy"}

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
    if function.__name__ not in ROOTS:
        return cast("Function", Part(function, numba))
    kept = codecache.place().folder
    before = numba.config.CACHE_DIR
    try:
        # read while the function is decorated; other users of Numba in this process keep theirs
        numba.config.CACHE_DIR = "" if kept is None else str(kept)
        options = {**_OPTIONS, "pipeline_class": pipeline.for_python()}
        result: Function = numba.njit(cache=kept is not None, **options)(function)
    finally:
        numba.config.CACHE_DIR = before
    _dispatchers.append(result)
    return result


class Part:
    """A function that compiled functions call: the compiler puts it into them, and nowhere else.

    Python that calls it runs it as it is written. Making it callable from Python, emitting machine code
    for it alone and keeping that took two fifths of the time of compiling.
    """

    def __init__(self, function: Callable[..., Any], numba: Any) -> None:
        self._numba, self.py_func = numba, function
        self._dispatcher = numba.njit(
            forceinline=function.__name__ not in SELDOM,
            no_cpython_wrapper=True,
            no_cfunc_wrapper=True,
            pipeline_class=pipeline.for_callers(),
            **_OPTIONS,
        )(function)
        # what Numba asks an object that compiled code names for
        self._numba_type_ = self._dispatcher._numba_type_  # held weakly
        update_wrapper(self, function)

    def __call__(self, *arguments: Any) -> Any:
        """As Python."""
        return self.py_func(*arguments)

    def alone(self) -> Any:
        """The same, compiled so that Python can call it: for those who test a part by itself."""
        return self._numba.njit(pipeline_class=pipeline.for_python(), **_OPTIONS)(self.py_func)


def keep_nothing() -> None:
    """Neither read nor write kept machine code from here on: the disk is full, or a file is damaged."""
    for dispatcher in _dispatchers:
        kept: Any = getattr(dispatcher, "_cache", None)
        if kept is not None and hasattr(kept, "disable"):
            kept.disable()
