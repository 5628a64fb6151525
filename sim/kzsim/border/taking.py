"""Reads of the evidence other than by key, each remembered among the parameters as taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from kzsim import evidence
from kzsim.border import rail_loads
from kzsim.border.calendars import Clock, Minutes, Opening, road_opening
from kzsim.border.growth import Rail, Road, rail_flows, road_flows
from kzsim.border.labels import SIDES, Direction, Mode, Side
from kzsim.evidence import SCENARIO_GRADE, Parameters, Profile
from kzsim.scenario.model import NO_GROWTH, Growth

if TYPE_CHECKING:
    from kzsim.border.corridors import CrossingCorridor

BEFORE_GROWTH = "before_growth"


def openings(
    params: Parameters,
    crossing: str,
    clock: Clock,
    own: Mapping[Side, Sequence[Minutes] | None],
    shut: frozenset[date] = frozenset(),
) -> dict[Side, Opening]:
    """Opening of both sides for road freight; ``own`` hours of the scenario replace the evidence's.

    ``shut`` are further dates on which the crossing is closed.
    """
    there = evidence.crossings()[crossing]
    zones = evidence.time_zones()
    params.take("time_zones", zones.name, zones.grade, zones.sources)
    for side in SIDES:
        _take_hours(params, there, side, clock, own[side])
    names: dict[str, Any] = {
        str(side): [_WEEKDAYS[day] for day in there.weekly_closed[side]] for side in SIDES
    }
    params.take(
        f"road.{crossing}.weekly_closed", names, there.weekly_closed_grade, there.weekly_closed_sources
    )
    days = {day for side in SIDES for day in clock.days(side)}
    closed = [one for dates in there.closed_dates.values() for one in dates if one.day in days]
    for grade in sorted({one.grade for one in closed}):
        of_grade = [one for one in closed if one.grade == grade]
        params.take(
            f"road.{crossing}.closed_dates.{grade}",
            {side: [one.day.isoformat() for one in of_grade if one.side == side] for side in SIDES},
            grade,
            (source for one in of_grade for source in one.sources),
        )
    found = {side: road_opening(there, side, own[side]) for side in SIDES}
    return {
        side: replace(opening, closed_dates=opening.closed_dates | shut) for side, opening in found.items()
    }


_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _take_hours(
    params: Parameters, there: evidence.Crossing, side: Side, clock: Clock, own: Sequence[Minutes] | None
) -> None:
    if own is not None:
        params.take(f"road.{there.key}.hours.{side}", {"open": _spans(own)}, SCENARIO_GRADE)
        return
    days = clock.days(side)
    for number, hours in enumerate(there.hours[side]):
        # a day before the first known period is treated like that period's first day
        if (number and hours.first > days[-1]) or (hours.last is not None and hours.last < days[0]):
            continue
        params.take(
            f"road.{there.key}.hours.{side}.{hours.first}",
            {"open": _spans(hours.open), "to": None if hours.last is None else hours.last.isoformat()},
            hours.grade,
            hours.sources,
        )


def _spans(spans: Iterable[Minutes]) -> list[str]:
    return ["-".join(f"{at // 60:02d}:{at % 60:02d}" for at in span) for span in spans]


def _road_before(params: Parameters, year: int) -> Callable[[str], Road]:
    """A year's trucks by crossing as the evidence has them, remembered as what goals make grow."""

    def before(crossing: str) -> Road:
        flows, known = evidence.road_demand(crossing, year).flows, evidence.profiles()
        for direction, of_way in flows.items():
            for klass, flow in of_way.items():
                name = f"demand.road.{crossing}.{direction}.{klass}.{BEFORE_GROWTH}"
                values = {"trucks": flow.trucks, "load_t": flow.load_t}
                params.take(name, values, known.split_grade, known.split_sources)
        return flows

    return before


def _rail_before(params: Parameters, year: int) -> Callable[[str], Rail]:
    """The same of trains."""

    def before(crossing: str) -> Rail:
        flows = rail_loads.with_loads(params, crossing, evidence.rail_demand(crossing, year).flows)
        for direction, of_way in flows.items():
            for klass, flow in of_way.items():
                name = f"demand.rail.{crossing}.{direction}.{klass}.{BEFORE_GROWTH}"
                daily = flow.trains_per_day
                values = {"trains_per_day": daily.number, "range": [daily.low, daily.high]}
                params.take(name, values, daily.grade, daily.sources)
        return flows

    return before


def road_demand(
    params: Parameters, crossing: str, year: int, growth: Growth = NO_GROWTH
) -> evidence.RoadDemand:
    """A year's trucks at a crossing, both directions, as the scenario's goals have them."""
    found = evidence.road_demand(crossing, year)
    if growth != NO_GROWTH:
        found = replace(found, flows=road_flows(growth, params, crossing, year, _road_before(params, year)))
    total = found.trucks_each_way
    name = f"demand.road.{crossing}"
    values = {"value": total.number, "unit": total.unit, "range": [total.low, total.high]}
    params.take(f"{name}.trucks_each_way", values, total.grade, total.sources)
    known = evidence.profiles()
    for direction, flows in found.flows.items():
        for klass, flow in flows.items():
            params.take(
                f"{name}.{direction}.{klass}",
                {"trucks": flow.trucks, "share": flow.share, "load_t": flow.load_t},
                known.split_grade,
                known.split_sources,
            )
    return found


def rail_demand(
    params: Parameters,
    crossing: str,
    year: int,
    growth: Growth = NO_GROWTH,
    factors: Mapping[str, float] | None = None,
) -> evidence.RailDemand:
    """A year's trains at a crossing, both directions, as the scenario's goals have them.

    ``factors``: as in ``growth.rail_flows``.
    """
    found = evidence.rail_demand(crossing, year)
    found = replace(found, flows=rail_loads.with_loads(params, crossing, found.flows))
    if growth != NO_GROWTH:
        before = _rail_before(params, year)
        found = replace(found, flows=rail_flows(growth, params, crossing, year, before, factors))
    for direction, flows in found.flows.items():
        for klass, flow in flows.items():
            daily = flow.trains_per_day
            params.take(
                f"demand.rail.{crossing}.{direction}.{klass}",
                {
                    "trains_per_day": daily.number,
                    "range": [daily.low, daily.high],
                    "wagons_per_train": flow.wagons_per_train,
                    "net_t_per_train": flow.net_t_per_train,
                    "teu_per_train": flow.teu_per_train,
                    "monthly_profile": flow.monthly_profile,
                },
                daily.grade,
                daily.sources,
            )
    return found


def road_monthly(
    params: Parameters, demand: evidence.RoadDemand, direction: Direction, klass: str
) -> Sequence[float]:
    """The months' shares of a class of trucks: a profile, or the crossing's own."""
    name = evidence.profiles().class_to_monthly["road"][direction][klass]
    if name != evidence.ALL_TRUCKS:
        return monthly(params, name)
    shares = demand.monthly_share_all_trucks
    params.take(f"profiles.monthly.{name}.{demand.crossing}", {"share": list(shares)}, demand.monthly_grade)
    return shares


def monthly(params: Parameters, name: str) -> Sequence[float]:
    """A profile of the months by its name."""
    return _profile(params, f"profiles.monthly.{name}", evidence.profiles().monthly[name]).share


def weekday(params: Parameters, direction: Direction) -> Sequence[float]:
    """The weekdays' shares of trucks of a direction."""
    return _profile(params, f"profiles.weekday.{direction}", evidence.profiles().weekday[direction]).share


def hour_of_day(params: Parameters, name: str) -> Profile:
    """A profile of the hours by its name."""
    return _profile(params, f"profiles.hour_of_day.{name}", evidence.profiles().hour_of_day[name])


def _profile(params: Parameters, name: str, profile: Profile) -> Profile:
    values: dict[str, Any] = {"share": list(profile.share)}
    if profile.clock is not None:
        values["clock"] = profile.clock
    params.take(name, values, profile.grade, profile.sources)
    return profile


def day_to_day_cv(params: Parameters, mode: Mode) -> float:
    """Variation of daily demand around its mean."""
    known = evidence.profiles()
    said = known.notes["day_to_day_variation"]
    cv = known.day_to_day_cv[mode]
    params.take(f"profiles.day_to_day_cv.{mode}", {"cv": cv}, said["grade"], said["sources"])
    return cv


def corridor(params: Parameters, made: CrossingCorridor) -> None:
    """Remember the measures in force at a crossing, what they change, and who complies."""
    known = evidence.corridor().compliance
    own = made.compliance != known.base
    params.take(
        f"corridor.{made.crossing}.compliance",
        {"share": made.compliance, "range": [known.low, known.high]},
        SCENARIO_GRADE if own else known.grade,
        () if own else known.sources,
    )
    for name, (measure, scope) in made.measures.items():
        where: dict[str, Any] = {"directions": sorted(scope.directions), "sides": sorted(scope.sides)}
        if name in made.uptake:
            where["share_of_trucks"] = made.uptake[name]
        params.take(f"corridor.{made.crossing}.{name}", where, SCENARIO_GRADE)
        for change in measure.changes:
            params.take(
                f"measures.{name}.{change.param}",
                {
                    "op": change.op,
                    "value": change.base,
                    "unit": change.unit,
                    "range": [change.low, change.high],
                    "who": measure.who,
                    "classes": list(change.classes),
                    "direction": change.direction,
                    "side": change.side,
                },
                change.grade,
                change.sources,
            )
