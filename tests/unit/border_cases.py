"""Small scenarios of a border, built by hand, for the tests of this folder."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from kzsim import evidence
from kzsim.border import calendars, episodes, road
from kzsim.border.corridors import CrossingCorridor, crossing_corridor
from kzsim.border.labels import Direction, Parts
from kzsim.evidence import Parameters
from kzsim.scenario import Corridor, Scenario, Scope

BOTH_WAYS = ("kz_to_cn", "cn_to_kz")
BOTH_SIDES = ("kz", "cn")
DAY_MS = 86_400_000


def scenario(first: date = date(2023, 6, 5), days: int = 14, **more: object) -> Scenario:
    """Two weeks at one crossing by road, unless said otherwise."""
    plain = Scenario(
        title="case",
        year=first.year,
        first_day=first,
        last_day=first + timedelta(days=days - 1),
        run_in_ms=DAY_MS,
        follow_up_ms=DAY_MS,
        replications=1,
        seed=1,
        road=("bakhty",),
        rail=(),
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def with_measures(
    *names: str,
    crossing: str = "bakhty",
    directions: tuple[str, ...] = BOTH_WAYS,
    sides: tuple[str, ...] = BOTH_SIDES,
    **more: object,
) -> Scenario:
    """The same with a corridor of these measures."""
    measures = {name: Scope(directions, sides) for name in names}
    return scenario(corridors={crossing: Corridor(measures)}, **{"road": (crossing,), **more})


def corridor_of(case: Scenario, crossing: str = "bakhty") -> CrossingCorridor:
    """The corridor that the scenario gives the road of a crossing."""
    return crossing_corridor(case, crossing, "road")


def parts_of(case: Scenario, direction: Direction = "kz_to_cn", crossing: str = "bakhty") -> Parts:
    """The parts of one crossing and direction by road."""
    params = Parameters(case.year, case.overrides, episodes.periods(case))
    clock = calendars.clock(case.first_day, case.last_day)
    return road.road_parts(case, params, crossing, direction, clock, corridor_of(case, crossing))


def bundle(name: str) -> tuple[str, ...]:
    """The measures of a bundle of the menu."""
    return evidence.corridor().bundles[name]
