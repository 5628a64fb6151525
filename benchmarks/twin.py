"""The canonical event loop in C, compiled here by the machine's own compiler."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.canonical import I64, PLACES, SERVERS, STAGES, STRIP_FROM, STRIP_TO, Crossing

SOURCE = Path(__file__).with_name("twin.c")
FLAGS = ("-O3", "-march=native", "-std=c11")


class NoCompilerError(Exception):
    """There is no C compiler, or it refused."""


@dataclass(frozen=True)
class Twin:
    """The compiled loop, and what it reads."""

    function: Any
    sizes: I64
    inputs: tuple[I64, ...]
    trucks: int
    elements: int
    hours: int

    def run(self) -> tuple[I64, I64]:
        """Exit times, and accounts int64 [classes, elements, accounts]."""
        account = np.zeros((2, self.elements, 12), dtype=np.int64)
        exits, own = np.full(self.trucks, -1, dtype=np.int64), np.zeros(self.trucks, dtype=np.int64)
        lines = np.zeros((2, self.hours + 1, self.elements), dtype=np.int32)
        tables = (self.sizes, *self.inputs, account, exits, own, lines[0], lines[1])
        stopped = self.function(*(ctypes.c_void_p(table.ctypes.data) for table in tables))
        if stopped:
            raise RuntimeError(f"the C twin stopped early: {stopped}")
        return exits, account

    def write(self, path: Path) -> None:
        """What the standalone program reads."""
        path.write_bytes(b"".join(table.tobytes() for table in (self.sizes, *self.inputs)))


def compile_to(target: Path, *flags: str) -> None:
    """Compile the twin with the machine's C compiler."""
    compiler = shutil.which(os.environ.get("CC", "cc"))
    if compiler is None:
        raise NoCompilerError("no C compiler: set CC, or install one")
    command = [compiler, *FLAGS, *flags, "-o", str(target), str(SOURCE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoCompilerError(done.stderr.strip())


def make_twin(crossing: Crossing, rows: int = 65_536) -> Twin:
    """Compile the twin and hand it the crossing."""
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "twin.so"
        compile_to(library, "-shared", "-fPIC")
        function = ctypes.CDLL(str(library)).run
    names = crossing.program.element_names
    sizes = (crossing.trucks, STAGES, len(names), names.index("strip"), STRIP_FROM, STRIP_TO, PLACES, SERVERS)
    stages = np.array([names.index(f"s{i}") for i in range(STAGES)], dtype=np.int64)
    inputs = (crossing.arrival_ms, crossing.klass, crossing.duration_ms, stages)
    return Twin(
        function=function,
        sizes=np.array([*sizes, crossing.program.horizon_ms, rows], dtype=np.int64),
        inputs=tuple(np.ascontiguousarray(table, dtype=np.int64) for table in inputs),
        trucks=crossing.trucks,
        elements=len(names),
        hours=crossing.program.horizon_ms // 3_600_000,
    )
