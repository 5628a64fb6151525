"""Small networks for tests: short spellings of ``kzsim.network``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kzsim.network import (
    Account,
    Arrivals,
    Calendar,
    Distribution,
    Kind,
    Network,
    Occupancy,
    Pool,
    Route,
    ServiceStage,
    Source,
    Step,
    Work,
    Zone,
)
from kzsim.network.model import MS_PER_HOUR, Stage

MINUTE = 60_000


def fixed(ms: float) -> Work:
    return Work(Distribution("fixed", ms))


def counter(name: str, servers: int = 1, *, capacity: Calendar | None = None) -> ServiceStage:
    return ServiceStage(name, Account.INSPECTION, (Pool("p", capacity or Calendar.always(servers)),))


def at(
    name: str, *arrivals_ms: int, route: str, work: Mapping[str, Work], klass: str = "c", group: int = 0
) -> Source:
    return Source(name, route, Arrivals("instants", at_ms=arrivals_ms), (Kind("k", 1.0, klass, group, work),))


def steady(
    name: str,
    per_hour: float,
    hours: int,
    *,
    route: str,
    work: Mapping[str, Work],
    klass: str = "c",
    group: int = 0,
) -> Source:
    arrivals = Arrivals("poisson", edges_ms=(0, hours * MS_PER_HOUR), expected=(per_hour * hours,))
    return Source(name, route, arrivals, (Kind("k", 1.0, klass, group, work),))


def network(
    stages: Sequence[Stage],
    routes: Mapping[str, Sequence[str]],
    sources: Sequence[Source],
    *,
    zones: Sequence[Zone] = (),
    occupancies: Mapping[str, Sequence[Occupancy]] | None = None,
    classes: Sequence[str] = ("c",),
    priority: Mapping[tuple[str, str], int] | None = None,
    horizon_ms: int = 24 * MS_PER_HOUR,
    cohort_ms: tuple[int, int] | None = None,
    n_groups: int = 1,
) -> Network:
    """Routes are given as stage names; each step has the name of its stage."""
    return Network(
        horizon_ms=horizon_ms,
        classes=tuple(classes),
        stages=tuple(stages),
        zones=tuple(zones),
        routes=tuple(
            Route(name, tuple(Step(s, s) for s in steps), tuple((occupancies or {}).get(name, ())))
            for name, steps in routes.items()
        ),
        sources=tuple(sources),
        n_groups=n_groups,
        priority=priority or {},
        cohort_ms=cohort_ms,
    )
