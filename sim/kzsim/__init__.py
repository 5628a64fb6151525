"""kzsim: border checkpoint and logistics simulator of the Kazakhstan-China crossings.

In a notebook::

    import kzsim

    scenario = kzsim.load("scenarios/minimal.yaml")
    result = kzsim.run(scenario)
    result.indicators          # a tidy table: crossing, mode, direction, class, indicator, unit, mean, ...

    found = kzsim.compare(kzsim.load("scenarios/green_none.yaml"), kzsim.load("scenarios/green_all.yaml"))
    found.differences          # the same trucks under both: difference, interval, verdict, ...

    swept = kzsim.sweep("scenarios/sweeps/intake_nur_zholy.yaml", jobs=2)
    swept.results              # the same for each point, with the values of what is varied

What is not known: ``uncertain`` (a run's three intervals), ``plausible`` (does a policy help in every world
within the evidence?), ``sensitivity`` (what decides a figure?), ``rank`` (which alternative is best?).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kzsim._version import __version__

if TYPE_CHECKING:
    from kzsim.experiments import run
    from kzsim.experiments.comparisons import compare
    from kzsim.experiments.sweeps.api import sweep
    from kzsim.experiments.uncertainty.api import plausible, rank, sensitivity, uncertain
    from kzsim.scenario.loading import load
    from kzsim.scenario.variants import load_base

__all__ = [
    "__version__",
    "compare",
    "load",
    "load_base",
    "plausible",
    "rank",
    "run",
    "sensitivity",
    "sweep",
    "uncertain",
]

# Imported when first asked for, so that `import kzsim` (and with it `kzsim --help`) stays quick.
_HOME = {
    "compare": "kzsim.experiments.comparisons",
    "load": "kzsim.scenario",
    "load_base": "kzsim.scenario",
    "plausible": "kzsim.experiments.uncertainty.api",
    "rank": "kzsim.experiments.uncertainty.api",
    "run": "kzsim.experiments",
    "sensitivity": "kzsim.experiments.uncertainty.api",
    "sweep": "kzsim.experiments.sweeps.api",
    "uncertain": "kzsim.experiments.uncertainty.api",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'kzsim' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
