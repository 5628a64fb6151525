"""The names a scenario may use, taken from the evidence: crossings, years, measures, bundles."""

from __future__ import annotations

from functools import cache

from kzsim import evidence

NO_CORRIDOR = "none"
EXISTING = "existing"


def years() -> tuple[int, ...]:
    """The years that can be simulated."""
    return evidence.conventions().years


def base_year() -> int:
    """The year of a scenario that names none."""
    return evidence.conventions().base_year


def crossing_names() -> tuple[str, ...]:
    """Every crossing."""
    return tuple(sorted(evidence.crossings()))


def crossing_called(name: str) -> str | None:
    """The crossing that has this name in any language, such as that of its Chinese post; None if none has."""
    return _other_names().get(name.casefold())


@cache
def _other_names() -> dict[str, str]:
    found: dict[str, str] = {}
    for key, crossing in evidence.crossings().items():
        posts = [name for names in crossing.names.values() for name in names.values()]
        stations = crossing.rail.stations.values() if crossing.rail else ()
        posts += [name for names in stations for name in names.values()]
        for name in (*posts, *crossing.aliases):
            found.setdefault(name.casefold(), key)
    return found


@cache
def crossings_with(mode: str) -> tuple[str, ...]:
    """The crossings that have road or rail, or will have it."""
    there = evidence.crossings()
    return tuple(sorted(name for name, crossing in there.items() if mode in crossing.every_mode))


@cache
def crossings_by_default(mode: str) -> tuple[str, ...]:
    """The crossings that have road or rail today: those simulated where a scenario names none."""
    return tuple(sorted(name for name, crossing in evidence.crossings().items() if mode in crossing.modes))


def directions() -> tuple[str, ...]:
    """Both directions."""
    return evidence.conventions().directions


def modes() -> tuple[str, ...]:
    """Road and rail."""
    return evidence.conventions().modes


def sides() -> tuple[str, ...]:
    """Both sides."""
    return evidence.conventions().sides


def measure_names() -> tuple[str, ...]:
    """The measures of the menu, in its order."""
    return tuple(evidence.corridor().measures)


def bundle_names() -> tuple[str, ...]:
    """What ``bundle`` may be: none, existing and the bundles of the menu."""
    return (NO_CORRIDOR, EXISTING, *evidence.corridor().bundles)


def episode_names() -> tuple[str, ...]:
    """The dated episodes of the evidence, in its order."""
    return tuple(episode.key for episode in evidence.disruptions().episodes)


def change_names() -> tuple[str, ...]:
    """What an episode may change, by any mode."""
    modes = evidence.conventions().modes
    return tuple(dict.fromkeys(name for mode in modes for name in evidence.levers(mode)))


def ways() -> tuple[str, ...]:
    """One direction or both."""
    return (*directions(), "both")
