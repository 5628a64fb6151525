"""Machine code called by its address, as the compiler's convention has it; kept as object code.

Whoever only calls what was compiled before needs LLVM for it and not the compiler, whose import alone takes
longer than many a run.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

Key = tuple[object, ...]
"""What decides which code fits: an element an argument."""

RETURNS: dict[str, Any] = {
    "none": ctypes.c_void_p,
    "int64": ctypes.c_int64,
    "float64": ctypes.c_double,
    "bool": ctypes.c_int8,
}
"""What code may give back, and where it writes that to."""

_DONE = (0, -2)  # the second: with None
# NumPy's bits
_IN_C_ORDER = 0x0001
_LAYOUT = 0x0002 | 0x0100 | 0x0400  # Fortran's order, aligned, writeable
_LAYOUT_IN_C_ORDER = _IN_C_ORDER | 0x0100 | 0x0400  # few rows may be in both orders
_WORD = ctypes.c_int64


@dataclass(frozen=True)
class Code:
    """Object code of one function for one sort of arguments; ``returns`` is a key of ``RETURNS``."""

    symbol: str
    returns: str
    object_code: bytes


def sort_of(arguments: tuple[Any, ...]) -> Key:
    """Arrays by element, dimensions and layout, numbers by type. TypeError for anything else."""
    found: list[object] = []
    for argument in arguments:
        if isinstance(argument, np.ndarray):
            flags = argument.flags.num
            layout = flags & (_LAYOUT_IN_C_ORDER if flags & _IN_C_ORDER else _LAYOUT)
            found.append((argument.dtype.str, argument.ndim, layout))
        elif isinstance(argument, (int, np.int64)) and not isinstance(argument, bool):
            found.append("int64")
        elif isinstance(argument, float):
            found.append("float64")
        else:
            raise TypeError(f"machine code takes arrays and numbers, not {type(argument).__name__}")
    return tuple(found)


def loaded(code: Code, key: Key) -> Callable[[tuple[Any, ...]], Any]:
    """A function that calls the code, with arguments of the sort ``key``. ValueError if it is another's."""
    engine = _engine()
    engine.add_object_file(_llvm().ObjectFileRef.from_data(code.object_code))
    engine.finalize_object()
    address = engine.get_function_address(code.symbol)
    if not address:
        raise ValueError(f"there is no {code.symbol} in this machine code")
    kinds: list[Any] = [ctypes.c_void_p, ctypes.c_void_p]
    for sort in key:
        if isinstance(sort, tuple):
            kinds += [_WORD] * (5 + 2 * sort[1])
        else:
            kinds.append(_WORD if sort == "int64" else ctypes.c_double)
    function = ctypes.CFUNCTYPE(ctypes.c_int32, *kinds)(address)
    result_type = RETURNS[code.returns]

    def call(arguments: tuple[Any, ...]) -> Any:
        result, problem = result_type(), ctypes.c_void_p()
        # the engine owns the code, and lives as long as anybody can call it
        _ = engine
        status = function(ctypes.addressof(result), ctypes.addressof(problem), *_words(arguments))
        if status not in _DONE:
            raise RuntimeError(f"machine code of {code.symbol} ended with {status}")
        return bool(result.value) if code.returns == "bool" else result.value

    return call


def _words(arguments: tuple[Any, ...]) -> list[int | float]:
    """Arrays as two owners that nobody counts, size, size of an element, address, shape and strides."""
    found: list[int | float] = []
    for argument in arguments:
        if isinstance(argument, np.ndarray):
            address = argument.__array_interface__["data"][0]
            found += (0, 0, argument.size, argument.itemsize, address, *argument.shape, *argument.strides)
        elif isinstance(argument, float):
            found.append(argument)
        else:
            number = int(argument)
            if number.bit_length() > 63:
                raise OverflowError(f"{number} does not fit into 64 bits")
            found.append(number)
    return found


def _engine() -> Any:
    """An engine of its own for each code, so that no two names in them can be the same."""
    binding = _llvm()
    machine = binding.Target.from_default_triple().create_target_machine(jit=True)
    return binding.create_mcjit_compiler(binding.parse_assembly(""), machine)


@cache
def _llvm() -> Any:
    binding = importlib.import_module("llvmlite.binding")  # which has no types
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    return binding


def is_at_hand(symbol: str) -> bool:
    """Whether every process has a function of that name, such as those of the C library."""
    return _llvm().address_of_symbol(symbol) is not None


def write(folder: Path, name: str, key: Key, code: Code) -> None:
    """Keep code for the next process, whole or not at all. Raises OSError if the disk refuses."""
    about = {"symbol": code.symbol, "returns": code.returns, "sha256": _sha256(code.object_code)}
    path = folder / _file_name(name, key)
    temporary = path.with_name(f".{path.name}-{os.getpid()}-{secrets.token_hex(4)}")
    try:
        temporary.write_bytes(json.dumps(about).encode() + b"\n" + code.object_code)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def read(folder: Path, name: str, key: Key) -> Code | None:
    """Code that was kept; None if there is none. ValueError or LookupError if it is damaged."""
    try:
        content = (folder / _file_name(name, key)).read_bytes()
    except FileNotFoundError:
        return None
    head, _, object_code = content.partition(b"\n")
    about = json.loads(head)
    if about["sha256"] != _sha256(object_code):
        raise ValueError(f"the machine code of {name} is damaged")
    return Code(about["symbol"], about["returns"], object_code)


def _file_name(name: str, key: Key) -> str:
    return f"{name}-{_sha256(repr(key).encode())[:16]}.code"


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
