"""Numba's compiler where there is one; plain Python with the same results where there is none."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, cached_property, update_wrapper
from threading import Lock
from typing import Any, TypeVar, cast

from kzsim import codecache, machinecode
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
    "change_line",
    "place_initial",
    "review_staffing",
    "of_other_family",
    "act_pairing",
    "partner_will_arrive",
    "may_take",
    "take_tokens",
    "send_away",
    "return_tokens",
    "is_stuck",
    "act_choice",
    "own_on_the_way",
    "skip_ways_not_taken",
    "end_backlogs",
    "publish",
}

_OPTIONS: dict[str, Any] = {"_nrt": False, "nogil": True, "error_model": "numpy"}

_roots: list[Root] = []
_keeps: list[bool] = [True]
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


@cache
def _is_usable() -> bool:
    # where machine code is kept there was a compiler, and importing it takes longer than many a run
    return IS_COMPILED and (codecache.is_complete() or compiler() is not None)


def in_use() -> bool:
    """Whether what is compiled should be called here rather than its equal in NumPy."""
    return not _set_aside.get() and _is_usable()


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
    if not IS_COMPILED:
        return function
    if function.__name__ not in ROOTS:
        return cast("Function", Part(function))
    root = Root(function)
    _roots.append(root)
    return cast("Function", root)


class Root:
    """A function that Python calls: compiled, or read back, when it is first called with such arguments.

    Each sort of arguments, see ``machinecode.sort_of``, is compiled apart. Without a compiler it runs as it
    is written.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.py_func = function
        self._lock = Lock()
        self._calls: dict[machinecode.Key, Callable[[tuple[Any, ...]], Any]] = {}
        self.codes: dict[machinecode.Key, machinecode.Code] = {}
        update_wrapper(self, function)

    def __call__(self, *arguments: Any) -> Any:
        """As machine code."""
        key = machinecode.sort_of(arguments)
        call = self._calls.get(key)
        if call is None:
            with self._lock:
                call = self._calls.get(key) or self._calls.setdefault(key, self._made(key, arguments))
        return call(arguments)

    @property
    def signatures(self) -> list[machinecode.Key]:
        """The sorts of arguments it was called with."""
        return list(self._calls)

    @cached_property
    def _usual(self) -> Any:
        """The function as Numba usually compiles it, for other compiled code and where nothing else does."""
        numba = compiler()
        if numba is None:
            return None
        kept = codecache.place().folder if _keeps[0] else None
        before = numba.config.CACHE_DIR
        try:
            # read while the function is decorated; other users of Numba in this process keep theirs
            numba.config.CACHE_DIR = "" if kept is None else str(kept)
            options = {**_OPTIONS, "pipeline_class": pipeline.for_python()}
            return numba.njit(cache=kept is not None, **options)(self.py_func)
        finally:
            numba.config.CACHE_DIR = before

    @property
    def _numba_type_(self) -> Any:
        return self._usual._numba_type_

    def _made(self, key: machinecode.Key, arguments: tuple[Any, ...]) -> Callable[[tuple[Any, ...]], Any]:
        folder = codecache.place().folder if _keeps[0] else None
        name = f"{self.py_func.__module__}.{self.py_func.__qualname__}"
        code = None if folder is None else machinecode.read(folder, name, key)
        if code is None:
            code = self._compiled(arguments)
            if code is None:
                function = self._usual or self.py_func
                return lambda given: function(*given)
            if folder is not None:
                machinecode.write(folder, name, key, code)
        self.codes[key] = code
        return machinecode.loaded(code, key)

    def _compiled(self, arguments: tuple[Any, ...]) -> machinecode.Code | None:
        """None without a compiler, and with one whose parts have other names."""
        numba = compiler()
        own = None if numba is None else pipeline.for_address()
        if numba is None or own is None:
            return None
        dispatcher = numba.njit(
            no_cpython_wrapper=True, no_cfunc_wrapper=True, pipeline_class=own, **_OPTIONS
        )(self.py_func)
        return pipeline.code_of(dispatcher, tuple(numba.typeof(argument) for argument in arguments))


class Part:
    """A function that compiled functions call: the compiler puts it into them, and nowhere else.

    Python that calls it runs it as it is written. Making it callable from Python, emitting machine code
    for it alone and keeping that took two fifths of the time of compiling.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.py_func = function
        update_wrapper(self, function)

    @cached_property
    def _dispatcher(self) -> Any:
        return self._numba.njit(
            forceinline=self.py_func.__name__ not in SELDOM,
            no_cpython_wrapper=True,
            no_cfunc_wrapper=True,
            pipeline_class=pipeline.for_callers(),
            **_OPTIONS,
        )(self.py_func)

    @property
    def _numba(self) -> Any:
        numba = compiler()
        if numba is None:
            raise RuntimeError("there is no compiler")
        return numba

    @property
    def _numba_type_(self) -> Any:
        """What Numba asks an object that compiled code names for; it holds the dispatcher weakly."""
        return self._dispatcher._numba_type_

    def __call__(self, *arguments: Any) -> Any:
        """As Python."""
        return self.py_func(*arguments)

    def alone(self) -> Any:
        """The same, compiled so that Python can call it: for those who test a part by itself."""
        return self._numba.njit(pipeline_class=pipeline.for_python(), **_OPTIONS)(self.py_func)


def keep_nothing() -> None:
    """Neither read nor write kept machine code from here on: the disk is full, or a file is damaged."""
    _keeps[0] = False
