"""The canonical crossing in other simulation packages, where they are installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from functools import partial
from importlib.metadata import version

from benchmarks.canonical import Crossing, make_crossing
from benchmarks.pairs import paired, seconds_of
from benchmarks.row_canonical import kernel_of
from benchmarks.settings import Settings
from benchmarks.table import Row

if importlib.util.find_spec("cimba") is not None:
    import cimba  # noqa: F401 - what it tells Numba is heard only before anything is compiled

SHARE = {"salabim": 0.25, "ciw": 0.25, "cimba": 5.0}  # of the trucks that slow engines get


def runner_of(package: str, crossing: Crossing) -> Callable[[], object]:
    """One run of the crossing in that package. Imported only here: none of them is needed otherwise."""
    if package == "salabim":
        from benchmarks import peer_salabim

        return partial(peer_salabim.run, crossing)
    if package == "ciw":
        from benchmarks import peer_ciw

        return partial(peer_ciw.run, crossing)
    from benchmarks import peer_cimba

    return peer_cimba.make(crossing)


def peers(settings: Settings) -> Iterator[Row]:
    """Kernel beside Ciw, salabim and Cimba."""
    large = make_crossing(settings.trucks)
    kernel_of(large)()
    for package in ("ciw", "salabim", "cimba"):
        what = f"kernel vs {package}, ×"
        if importlib.util.find_spec(package) is None:
            yield Row(what, "not measured", "listed", "ahead", "not installed; the extra `bench` has it")
            continue
        small = make_crossing(round(settings.slow_trucks * SHARE[package]))
        run = runner_of(package, small)
        seconds_of(run)  # Cimba compiles at the first run
        repetitions = min(settings.repetitions, 3)
        pair = paired(run, kernel_of(large), repetitions, small.trucks / large.trucks)
        note = f"{package} {version(package)}: {small.trucks / pair.a.median:,.0f} trucks/s"
        yield Row(what, pair.ratio.text(), "listed", "ahead", note)
