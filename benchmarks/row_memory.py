"""Memory, by the largest resident size of processes of their own; this module is what they run.

Linux keeps it as ``VmHWM``; it is set back before what is measured begins. (``ru_maxrss`` would not do:
a process inherits that of the one that started it.)
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.settings import Settings
from benchmarks.table import Row

CROWDS = (50_000, 400_000)
MORE_TRUCKS = 2
# The C library moves this limit after large tables were freed, and then keeps what is freed itself.
MMAP = {"MALLOC_MMAP_THRESHOLD_": "131072"}
MONTHS = ("period.from=2023-02-01", "period.to=2023-03-31")


def begin() -> int:
    """Set the largest resident size back to the present one, in bytes."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")
    return peak_bytes()


def peak_bytes() -> int:
    """The largest resident size since then."""
    status = Path("/proc/self/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def kernel_peak(trucks: int, crowd: int) -> dict[str, float]:
    """Bytes that a run of the kernel adds to the process, and the most trucks inside at an hour."""
    from benchmarks.canonical import make_crossing
    from kzsim.engines import kernel

    small = make_crossing(1000)
    kernel.run(small.program, small.drawn)
    crossing = make_crossing(trucks, waiting=crowd)
    before = begin()
    outcome = kernel.run(crossing.program, crossing.drawn)
    inside = int(outcome.in_line.sum(axis=1).max())
    return {"bytes": peak_bytes() - before, "inside": inside, "trucks": crossing.trucks}


def reference_growth(demand: str) -> dict[str, float]:
    """Seconds and added bytes of the reference engine over two months of one crossing's road."""
    from benchmarks.row_scenario import SCENARIOS
    from kzsim.draws import draw
    from kzsim.engines import reference
    from kzsim.experiments.models import make_model
    from kzsim.scenario import load

    program = make_model(load(SCENARIOS / "minimal.yaml", (*MONTHS, f"demand={demand}"))).program
    entities = draw(program, 1, 0)
    trucks = sum(len(rows) for rows in entities.duration_ms)
    before, began = begin(), time.perf_counter()
    reference.run(program, entities)
    return {"seconds": time.perf_counter() - began, "bytes": peak_bytes() - before, "trucks": trucks}


def in_process(function: str, *words: str) -> dict[str, float]:
    """The same in a process of its own, whose largest size is nobody else's."""
    command = [sys.executable, "-m", "benchmarks.row_memory", function, *words]
    done = subprocess.run(command, env=os.environ | MMAP, check=True, capture_output=True, text=True)
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def memory(settings: Settings) -> Iterator[Row]:
    """Kernel: what one more truck inside takes, and one more truck that has gone."""
    trucks = CROWDS[1] + settings.trucks
    low, high = (in_process("kernel", str(trucks), str(crowd)) for crowd in CROWDS)
    longer = in_process("kernel", str(MORE_TRUCKS * trucks), str(CROWDS[0]))
    inside = (high["bytes"] - low["bytes"]) / (high["inside"] - low["inside"])
    gone = (longer["bytes"] - low["bytes"]) / (longer["trucks"] - low["trucks"])
    note = (
        f"peaks of {low['inside']:,.0f} and {high['inside']:,.0f} inside, of {trucks:,} trucks; resident size"
    )
    yield Row("memory per truck inside at the peak, B", f"{inside:,.0f}", "≤ 400", "≤ 200", note)
    yield Row(
        "memory per truck that has left, B", f"{gone:,.0f}", "0", "0", "the same peak, twice as many trucks"
    )


def reference_rows(settings: Settings) -> Iterator[Row]:
    """Reference: time and memory at one and two times the demand, by turns."""
    rounds = [
        (in_process("reference", "100 %"), in_process("reference", "200 %"))
        for _ in range(min(settings.repetitions, 3))
    ]
    for what, key, unit, scale in (("time", "seconds", "ms", 1e3), ("peak memory", "bytes", "kB", 1e-3)):
        values = sorted(
            (two[key] / two["trucks"] / (one[key] / one["trucks"]), one[key] / one["trucks"] * scale)
            for one, two in rounds
        )
        ratio, at_one = values[len(values) // 2]
        trucks = " and ".join(f"{answer['trucks']:,.0f}" for answer in rounds[0])
        note = f"{at_one:.3g} {unit} a truck at 1×; {trucks} trucks"
        yield Row(
            f"reference: {what} per truck at twice the demand, × that at once", f"{ratio:.2f}", note=note
        )


if __name__ == "__main__":
    if sys.argv[1] == "kernel":
        print(json.dumps(kernel_peak(int(sys.argv[2]), int(sys.argv[3]))))
    else:
        print(json.dumps(reference_growth(sys.argv[2])))
