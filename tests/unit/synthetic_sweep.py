"""Results of a sweep that nobody ran, for tests and measurements of what is made of them.

``python -m tests.unit.synthetic_sweep SWEEP.yaml OUT`` fills the ledger of a sweep with numbers and says how
long reporting it takes.
"""

from __future__ import annotations

import sys
import time
from itertools import product

import numpy as np

from kzsim.experiments.sweeps import open_ledger, plan_sweep, point_rows, read_sweep
from kzsim.experiments.sweeps.cells import payload_of
from kzsim.indicators.catalogue import INDICATORS
from kzsim.indicators.layout import Cell, Layout
from kzsim.indicators.summary import Summary

CLASSES = ("all", "loaded", "agricultural", "rest", "perishable", "grain", "general", "empty")
CELLS = tuple(
    Cell("bakhty", "road", direction, klass, role)
    for direction, klass, role in product(
        ("kz_to_cn", "cn_to_kz"), CLASSES, ("all", "user", "eligible_nonuser", "other")
    )
)


def payload_with(values: np.ndarray) -> bytes:
    """A result with these values, float64 [cells, indicators]."""
    nothing = np.zeros(0, dtype=np.int64)
    layout = object.__new__(Layout)
    object.__setattr__(layout, "cells", CELLS)
    summary = Summary(
        values,
        np.full(len(CELLS), 100),
        *[nothing] * 6,
        None,
        1000,
        np.zeros((1, 0), dtype=np.int64),
        *[nothing] * 4,
    )
    return payload_of(layout, summary)


def main(path: str, out: str) -> None:
    plan = plan_sweep(path, out)
    generator = np.random.default_rng(1)
    with open_ledger(plan.folder, plan.about, point_rows(plan.checked)) as ledger:
        for task in ledger.pending():
            values = generator.random((len(CELLS), len(INDICATORS)))
            ledger.add(*plan.about.of_task(task), payload_with(values))
    began = time.perf_counter()
    result = read_sweep(plan)
    took = time.perf_counter() - began
    size = (plan.folder / "ledger.sqlite").stat().st_size
    print(f"{result.done:,} results, {size / 1e6:.0f} MB, {result.rows:,} rows: {took:.2f} s")  # noqa: T201 - what it is for


if __name__ == "__main__":
    main(*sys.argv[1:])
