"""Instructions, counted by callgrind: they do not depend on who else uses the machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import twin
from benchmarks.canonical import make_crossing
from benchmarks.settings import Settings
from benchmarks.table import Row

TRUCKS = 10_000
PLAIN = {  # a processor that valgrind knows, for both compilers
    "NUMBA_CPU_NAME": "haswell",
    "NUMBA_CPU_FEATURES": "+avx2,+bmi,+bmi2,+fma,+lzcnt,+popcnt,+sse4.2",
    "PYTHONHASHSEED": "0",
}


def count(command: list[str]) -> int:
    """Instructions that a command takes."""
    with tempfile.TemporaryDirectory() as folder:
        callgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", *command]
        done = subprocess.run(callgrind, capture_output=True, text=True, env=os.environ | PLAIN, check=True)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if found is None:
        raise RuntimeError(f"callgrind says no count: {done.stderr[-500:]}")
    return int(found[1])


def of_twin() -> int:
    """The C loop's own instructions: a whole run less one that only reads its input."""
    with tempfile.TemporaryDirectory() as folder:
        program, tables = Path(folder) / "twin", Path(folder) / "tables"
        twin.compile_to(program, "-DSTANDALONE", "-march=haswell")
        twin.make_twin(make_crossing(TRUCKS)).write(tables)
        return count([str(program), str(tables)]) - count([str(program), str(tables), "no"])


def of_kernel() -> int:
    """The kernel's own, out of its machine code alone."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.captured", folder, str(TRUCKS)]
        # a cache of its own: code that was kept from an earlier run cannot be taken out again
        subprocess.run(command, env=os.environ | PLAIN | {"XDG_CACHE_HOME": folder}, check=True)
        program, tables = Path(folder) / "kernel", Path(folder) / "tables"
        files = [str(Path(folder) / name) for name in ("main.c", "loop.o")]
        # it refers to the interpreter only where it is called from there
        link = [
            "cc",
            "-O2",
            "-no-pie",
            "-Wl,--unresolved-symbols=ignore-all",
            "-o",
            str(program),
            *files,
            "-lm",
        ]
        subprocess.run(link, check=True)
        return count([str(program), str(tables)]) - count([str(program), str(tables), "no"])


def instructions(_: Settings) -> Iterator[Row]:
    """Instructions a truck-step, kernel and C twin."""
    if shutil.which("valgrind") is None:
        yield Row("instructions a truck-step", "not counted", note="valgrind is not installed")
        return
    steps = make_crossing(TRUCKS).truck_steps
    ours, theirs = of_kernel() / steps, of_twin() / steps
    note = f"kernel {ours:,.0f}, C twin {theirs:,.0f}; {TRUCKS:,} trucks"
    yield Row("instructions of the kernel, × the C twin's", f"{ours / theirs:.2f}", note=note)
