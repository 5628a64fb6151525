"""The names a scenario may use, taken from the evidence: crossings, years, measures, bundles."""

from __future__ import annotations

from functools import cache

from kzsim import evidence

NO_CORRIDOR = "none"
EXISTING = "existing"


def years() -> tuple[int, ...]:
    """The years that can be simulated."""
    return evidence.conventions().modelled_years


def crossing_names() -> tuple[str, ...]:
    """Every crossing."""
    return tuple(sorted(evidence.crossings()))


@cache
def crossings_with(mode: str) -> tuple[str, ...]:
    """The crossings that have road or rail."""
    return tuple(sorted(name for name, crossing in evidence.crossings().items() if mode in crossing.modes))


def directions() -> tuple[str, ...]:
    """Both directions."""
    return evidence.conventions().directions


def sides() -> tuple[str, ...]:
    """Both sides."""
    return evidence.conventions().sides


def measure_names() -> tuple[str, ...]:
    """The measures of the menu, in its order."""
    return tuple(evidence.corridor().measures)


def bundle_names() -> tuple[str, ...]:
    """What ``bundle`` may be: none, existing and the bundles of the menu."""
    return (NO_CORRIDOR, EXISTING, *evidence.corridor().bundles)
