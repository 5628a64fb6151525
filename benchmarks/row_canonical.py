"""The canonical crossing: kernel beside naive SimPy, the reference and the C twin."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from benchmarks import naive_simpy, twin
from benchmarks.canonical import WAITING, Crossing, make_crossing
from benchmarks.pairs import measured, paired
from benchmarks.settings import Settings
from benchmarks.table import Row
from kzsim.draws import draw
from kzsim.engines import kernel, reference

NAIVE_TRUCKS = 20_000  # with 10,000 waiting: the crowd and as many again


def kernel_of(crossing: Crossing) -> partial[object]:
    return partial(kernel.run, crossing.program, crossing.given)


def check_same(crossing: Crossing) -> str:
    """How many trucks leave naive SimPy in the very millisecond; ties at one instant may go either way."""
    ours = kernel.run(crossing.program, crossing.given, passage=True).exit_ms
    return f"{np.mean(naive_simpy.run(crossing) == ours):.2%} of the exit times equal"


def naive(settings: Settings) -> Iterator[Row]:
    """Kernel beside a process a truck."""
    small, large = make_crossing(settings.slow_trucks), make_crossing(settings.trucks)
    same = check_same(small)
    kernel_of(large)()
    pair = paired(
        partial(naive_simpy.run, small), kernel_of(large), settings.repetitions, small.trucks / large.trucks
    )
    speed = f"SimPy {small.trucks / pair.a.median:,.0f} trucks/s, kernel {large.trucks / pair.b.median:,.0f}"
    yield Row("kernel vs naive SimPy, ×", pair.ratio.text(), "60", "100", f"{speed}; {same}")


def naive_waiting(settings: Settings) -> Iterator[Row]:
    """The same with a crowd before the first stage."""
    small = make_crossing(NAIVE_TRUCKS, waiting=WAITING)
    large = make_crossing(settings.trucks, waiting=WAITING)
    same = check_same(small)
    kernel_of(large)()
    repetitions = min(settings.repetitions, 3)
    pair = paired(partial(naive_simpy.run, small), kernel_of(large), repetitions, small.trucks / large.trucks)
    theirs, ours = pair.a.median / small.trucks * 1e6, pair.b.median / large.trucks * 1e6
    speed = f"SimPy {theirs:,.0f} µs a truck, kernel {ours:.2f}"
    yield Row("the same with 10,000 trucks waiting, ×", pair.ratio.text(), "500", "1,000", f"{speed}; {same}")


def against_reference(settings: Settings) -> Iterator[Row]:
    """Kernel beside the reference engine."""
    small, large = make_crossing(settings.slow_trucks), make_crossing(settings.trucks)
    kernel_of(large)()
    work = small.trucks / large.trucks
    run = partial(reference.run, small.program, small.given)
    pair = paired(run, kernel_of(large), min(settings.repetitions, 3), work)
    yield Row(
        "kernel vs reference, ×",
        pair.ratio.text(),
        note=f"reference {small.trucks / pair.a.median:,.0f} trucks/s",
    )


def c_twin(settings: Settings) -> Iterator[Row]:
    """Kernel beside the same loop in C."""
    for crowd, where in ((0, ""), (WAITING, ", 10,000 waiting")):
        crossing = make_crossing(settings.trucks, waiting=crowd)
        try:
            c = twin.make_twin(crossing)
        except twin.NoCompilerError as error:
            yield Row("kernel vs C twin", "not measured", "≤ 1.6", "≤ 1.3", str(error))
            return
        outcome = kernel.run(crossing.program, crossing.given, passage=True)
        by_class = outcome.account_ms.sum(axis=1)
        exits, account = c.run()
        if not (np.array_equal(exits, outcome.exit_ms) and np.array_equal(account, by_class)):
            raise RuntimeError("the C twin and the kernel do not agree")
        pair = paired(kernel_of(crossing), c.run, settings.repetitions * 2)
        per_step = 1e9 / crossing.truck_steps
        steps = f"{pair.a.text(3, per_step)} and {pair.b.text(3, per_step)} ns a truck-step"
        note = f"{steps}; equal exits and accounts"
        yield Row(f"kernel vs C twin, × its time{where}", pair.ratio.text(), "≤ 1.6", "≤ 1.3", note)


def own_draws(settings: Settings) -> Iterator[Row]:
    """The kernel with everything that a replication needs: draws, run, observers."""
    crossing = make_crossing(settings.trucks)

    def replication() -> None:
        kernel.run(crossing.program, draw(crossing.program, 1, 0))

    replication()
    spread = measured(replication, settings.repetitions)
    note = f"{crossing.trucks / spread.median:,.0f} trucks/s"
    yield Row("kernel with its draws, ns a truck-step", spread.text(3, 1e9 / crossing.truck_steps), note=note)
