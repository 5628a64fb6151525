"""The kernel's machine code and the tables of one run, as a C program of its own.

``python -m benchmarks.captured FOLDER TRUCKS`` writes it; callgrind then counts the loop and nothing else.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.canonical import make_crossing
from kzsim.engines.kernel import engine

Table = np.ndarray[Any, Any]


def capture(trucks: int) -> tuple[Any, list[Table]]:
    """The compiled loop, and copies of what it is first called with."""
    crossing, compiled, first = make_crossing(trucks), engine.advance, []

    def listen(*tables: Table) -> int:
        if not first:
            first.extend(table.copy() for table in tables)
        return int(compiled(*tables))

    engine.advance = listen  # type: ignore[assignment]  # the compiled loop, listened to
    try:
        engine.run(crossing.program, crossing.given)
    finally:
        engine.advance = compiled
    return compiled, first


def driver(name: str, tables: list[Table]) -> str:
    """C that reads the tables and calls the loop as the compiler's convention has it."""
    kinds = ["void *", "void *"]
    for table in tables:
        kinds += ["void *", "void *", "long", "long", "void *", *["long"] * (2 * table.ndim)]
    arguments, offset = ["&result", "&problem"], 0
    for table in tables:
        numbers = [table.size, table.itemsize, f"bytes + {offset}", *table.shape, *table.strides]
        arguments += ["0", "0", *(str(number) for number in numbers)]
        offset += table.nbytes
    return f"""
#include <stdio.h>
#include <stdlib.h>
extern int loop({", ".join(kinds)}) __asm__("{name}");
int main(int count, char **words) {{
    char *bytes = malloc({offset} + 1);
    FILE *file = fopen(words[1], "rb");
    if (!file || fread(bytes, 1, {offset}, file) != {offset}) return 3;
    if (count > 2) return 0;
    long result = 0;
    void *problem = 0;
    loop({", ".join(arguments)});
    return (int)result;
}}
"""


def write(folder: Path, trucks: int) -> None:
    """loop.o, main.c and tables."""
    compiled, tables = capture(trucks)
    (code,) = compiled.codes.values()
    (folder / "loop.o").write_bytes(code.object_code)
    (folder / "main.c").write_text(driver(code.symbol, tables))
    (folder / "tables").write_bytes(b"".join(table.tobytes() for table in tables))


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
