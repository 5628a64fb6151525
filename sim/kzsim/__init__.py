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
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kzsim._version import __version__

if TYPE_CHECKING:
    from kzsim.experiments import run
    from kzsim.experiments.comparisons import compare
    from kzsim.experiments.sweeps.api import sweep
    from kzsim.scenario.load import load

__all__ = ["__version__", "compare", "load", "run", "sweep"]

# Imported when first asked for, so that `import kzsim` (and with it `kzsim --help`) stays quick.
_HOME = {
    "compare": "kzsim.experiments.comparisons",
    "load": "kzsim.scenario",
    "run": "kzsim.experiments",
    "sweep": "kzsim.experiments.sweeps.api",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'kzsim' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
