"""How many trucks and trains come, of which class, and when in the year, week and day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from kzsim.evidence.conventions import Conventions, conventions, read_conventions
from kzsim.evidence.crossings import PLANNED
from kzsim.evidence.errors import EvidenceError
from kzsim.evidence.facts import Fact, check_range
from kzsim.evidence.reader import Section, packaged, read, suggestion
from kzsim.evidence.sources import Checker, checker

if TYPE_CHECKING:
    from pathlib import Path

FILE = "demand.yaml"
ALL_TRUCKS = "all_trucks"
"""The monthly profile of a class that follows the crossing's own `monthly_share_all_trucks`."""

MONTHS, WEEKDAYS, HOURS_OF_DAY, DAYS_PER_YEAR = 12, 7, 24, 365
_PROFILE_SLACK = 1e-6  # profiles are printed with four digits and closed by their last value
_HALF = 0.51  # yearly counts are rounded to whole trucks and trains
_UNEVEN = 2.51  # one class takes up the rounding of the four others


T = TypeVar("T")
_Maker = Callable[[Section, str, int, "Profiles", Conventions, Checker], T]


@dataclass(frozen=True)
class Profile:
    """Shares that add up to 1; ``clock`` names the side whose clock the hours are in, None for others."""

    share: tuple[float, ...]
    grade: str
    sources: tuple[str, ...]
    note: str
    clock: str | None = None


@dataclass(frozen=True)
class Profiles:
    """When demand comes.

    ``monthly``: 12 shares by name. ``class_to_monthly``: mode, direction, class -> name of a monthly profile
    or `ALL_TRUCKS` (road only; trains name theirs themselves). ``weekday``: 7 shares by direction, Monday
    first. ``hour_of_day``: 24 shares by name, ``<direction>_day_post``, ``<direction>_round_the_clock``,
    ``rail``. ``day_to_day_cv``: by mode, of daily demand around the seasonal mean. ``classes``: by mode;
    ``split_grade`` and ``split_sources`` of how a crossing's trucks divide into them.
    """

    monthly: Mapping[str, Profile]
    class_to_monthly: Mapping[str, Mapping[str, Mapping[str, str]]]
    weekday: Mapping[str, Profile]
    hour_of_day: Mapping[str, Profile]
    day_to_day_cv: Mapping[str, float]
    classes: Mapping[str, tuple[str, ...]]
    split_grade: str
    split_sources: tuple[str, ...]
    notes: Mapping[str, Any]


@dataclass(frozen=True)
class RoadFlow:
    """The trucks of one class in one direction: share of all, trucks a year, load in t, t a year."""

    share: float
    trucks: int
    load_t: float
    tonnes: float


@dataclass(frozen=True)
class RoadDemand:
    """Trucks of one crossing and year; as many go as come. ``flows``: direction, class."""

    crossing: str
    year: int
    trucks_each_way: Fact
    flows: Mapping[str, Mapping[str, RoadFlow]]
    monthly_share_all_trucks: tuple[float, ...]
    monthly_grade: str


@dataclass(frozen=True)
class RailFlow:
    """The trains of one class in one direction. ``monthly_profile`` names one of `Profiles.monthly`."""

    trains_per_day: Fact
    trains: int
    wagons_per_train: int
    net_t_per_train: float
    tonnes: float
    teu_per_train: float | None
    monthly_profile: str


@dataclass(frozen=True)
class RailDemand:
    """Trains of one crossing and year. ``flows``: direction, class."""

    crossing: str
    year: int
    grade: str
    sources: tuple[str, ...]
    note: str
    flows: Mapping[str, Mapping[str, RailFlow]]


@dataclass(frozen=True)
class Demand:
    """All of demand.yaml. ``road`` and ``rail``: crossing, year. ``context``: details no rule reads."""

    profiles: Profiles
    road: Mapping[str, Mapping[int, RoadDemand]]
    rail: Mapping[str, Mapping[int, RailDemand]]
    context: Mapping[str, Any]


def demand() -> Demand:
    """All of the packaged demand.yaml."""
    return read_demand(packaged())


def profiles() -> Profiles:
    """When in the year, week and day demand comes."""
    return demand().profiles


def road_demand(crossing: str, year: int) -> RoadDemand:
    """Trucks of ``crossing`` in ``year``. Raises EvidenceError when the evidence has none.

    A year that takes what it lacks from another (``Conventions.rest_from``) has the demand of that one.
    """
    found, year = demand().road, conventions().rest_from.get(year, year)
    _require(crossing, year, found, "road")
    return found[crossing][year]


def rail_demand(crossing: str, year: int) -> RailDemand:
    """Trains of ``crossing`` in ``year``; as ``road_demand`` does it."""
    found, year = demand().rail, conventions().rest_from.get(year, year)
    _require(crossing, year, found, "rail")
    return found[crossing][year]


def rail_years(crossing: str) -> tuple[int, ...]:
    """The years in which the evidence has trains of ``crossing``, 2020 and 2021 among them where 2022 is."""
    known = demand().rail.get(crossing, {})
    rest = [year for year, of in conventions().rest_from.items() if of in known]
    return tuple(sorted((*known, *rest)))


def _require(crossing: str, year: int, found: Mapping[str, Mapping[int, object]], mode: str) -> None:
    if crossing not in found:
        raise EvidenceError(f"no {mode} demand for the crossing {crossing!r}{suggestion(crossing, found)}")
    if year not in found[crossing]:
        years = ", ".join(map(str, sorted(found[crossing])))
        raise EvidenceError(f"no {mode} demand for {crossing} in {year}; there are {years}")


@cache
def read_demand(folder: Path) -> Demand:
    """All of demand.yaml in ``folder``, checked."""
    check, known = checker(folder), read_conventions(folder)
    top = read(folder, FILE)
    profiles = _profiles(top, known, check)
    road, rail = top.section("road"), top.section("rail")
    found = Demand(
        profiles=profiles,
        road=MappingProxyType(
            {crossing: _years(entry, profiles, known, check, _road) for crossing, entry in road.sections()}
        ),
        rail=MappingProxyType(
            {
                **{
                    crossing: _years(entry, profiles, known, check, _rail)
                    for crossing, entry in rail.sections()
                },
                **_planned(folder, profiles, known, check),
            }
        ),
        context=top.rest("count_definition", "road_optional", "perishable_detail", "grain_detail"),
    )
    top.close()
    return found


def _planned(
    folder: Path, profiles: Profiles, known: Conventions, check: Checker
) -> Mapping[str, Mapping[int, RailDemand]]:
    """Trains of the railways that are planned, in the years that their entries have."""
    found = {}
    for crossing, entry in read(folder, PLANNED).section("rail").sections():
        years = {}
        for year, section in entry.section("demand").sections():
            if year not in map(str, known.modelled_years):
                raise section.error(
                    f"is none of the modelled years {', '.join(map(str, known.modelled_years))}"
                )
            years[int(year)] = _rail(section, crossing, int(year), profiles, known, check)
        found[crossing] = MappingProxyType(years)
    return MappingProxyType(found)


def _profiles(top: Section, known: Conventions, check: Checker) -> Profiles:
    classes = top.section("classes")
    by_mode = MappingProxyType({mode: classes.texts(mode) for mode in known.modes})
    classes.texts("road_optional")
    split = classes.section("road_split")
    split_grade, split_sources = check.grade(split), check.sources(split)
    split.text("note", "")
    split.close()
    classes.close()
    monthly = MappingProxyType(
        {name: _profile(entry, MONTHS, check) for name, entry in top.section("monthly_profiles").sections()}
    )
    hours = MappingProxyType(
        {
            name: _profile(entry, HOURS_OF_DAY, check, known.sides)
            for name, entry in top.section("hour_of_day_profile").sections()
        }
    )
    week = top.section("weekday_profile")
    week_sources = check.sources(week)
    weekday = {}
    for direction in known.directions:
        entry = week.section(direction)
        share = entry.shares("share", WEEKDAYS, _PROFILE_SLACK)
        weekday[direction] = Profile(share, check.grade(entry), week_sources, week.text("note", ""))
        entry.close()
    variation = top.section("day_to_day_variation")
    check.grade(variation)
    check.sources(variation)
    found = Profiles(
        monthly=monthly,
        class_to_monthly=_class_to_monthly(top.section("class_to_monthly"), monthly, known, by_mode),
        weekday=MappingProxyType(weekday),
        hour_of_day=hours,
        day_to_day_cv=MappingProxyType({mode: variation.number(f"{mode}_cv") for mode in known.modes}),
        classes=by_mode,
        split_grade=split_grade,
        split_sources=split_sources,
        notes=MappingProxyType(
            {
                "weekday_profile": week.rest("order", "six_day_posts", "note"),
                "day_to_day_variation": variation.rest("grade", "sources", "note"),
            }
        ),
    )
    week.close()
    variation.close()
    return found


def _class_to_monthly(
    entry: Section,
    monthly: Mapping[str, Profile],
    known: Conventions,
    classes: Mapping[str, tuple[str, ...]],
) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    entry.text("note", "")
    found = {}
    for mode in classes:
        if mode not in entry.data:
            continue
        by_direction = entry.section(mode)
        inner = {}
        for direction in known.directions:
            section = by_direction.section(direction)
            inner[direction] = MappingProxyType(
                {klass: section.word(klass, (*monthly, ALL_TRUCKS)) for klass in classes[mode]}
            )
            section.close()
        by_direction.close()
        found[mode] = MappingProxyType(inner)
    entry.close()
    return MappingProxyType(found)


def _profile(entry: Section, count: int, check: Checker, clocks: tuple[str, ...] = ()) -> Profile:
    profile = Profile(
        share=entry.shares("share", count, _PROFILE_SLACK),
        grade=check.grade(entry),
        sources=check.sources(entry),
        note=entry.text("note", ""),
        clock=entry.word("clock", clocks) if clocks else None,
    )
    entry.close()
    return profile


def _years(
    entry: Section, profiles: Profiles, known: Conventions, check: Checker, make: _Maker[T]
) -> Mapping[int, T]:
    crossing = entry.key.rpartition(".")[2]
    needed = sorted((*known.modelled_years, *known.volume_years))
    if sorted(entry.data) != [str(year) for year in needed]:
        raise entry.error(f"has the years {', '.join(sorted(entry.data))}, not {', '.join(map(str, needed))}")
    return MappingProxyType(
        {
            int(year): make(section, crossing, int(year), profiles, known, check)
            for year, section in entry.sections()
        }
    )


def _road(
    entry: Section, crossing: str, year: int, profiles: Profiles, known: Conventions, check: Checker
) -> RoadDemand:
    trucks = _quantity(entry.section("trucks_each_way"), year, check)
    flows = {}
    for direction in known.directions:
        section = entry.section(direction)
        flows[direction] = MappingProxyType(
            {klass: _road_flow(section.section(klass), trucks.number) for klass in profiles.classes["road"]}
        )
        section.close()
        _check_sums(section, flows[direction], trucks.number)
    found = RoadDemand(
        crossing=crossing,
        year=year,
        trucks_each_way=trucks,
        flows=MappingProxyType(flows),
        monthly_share_all_trucks=entry.shares("monthly_share_all_trucks", MONTHS, _PROFILE_SLACK),
        monthly_grade=check.grade(entry, "monthly_grade"),
    )
    entry.close()
    return found


def _quantity(entry: Section, year: int, check: Checker) -> Fact:
    fact = Fact(
        key=f"demand.{entry.key}",
        value=entry.number("value"),
        unit=entry.text("unit"),
        low=entry.number("low"),
        high=entry.number("high"),
        grade=check.grade(entry),
        sources=check.sources(entry),
        note=entry.text("note", ""),
        years=(year,),
    )
    entry.close()
    check_range(entry, fact.value, fact.low, fact.high)
    return fact


def _road_flow(entry: Section, trucks_each_way: float) -> RoadFlow:
    flow = RoadFlow(
        entry.number("share"), entry.whole("trucks"), entry.number("load_t"), entry.number("tonnes")
    )
    entry.close()
    if abs(flow.trucks - flow.share * trucks_each_way) > _UNEVEN:
        raise entry.error(f"{flow.trucks} trucks are not the share {flow.share:g} of {trucks_each_way:g}")
    if abs(flow.trucks * flow.load_t - flow.tonnes) > _HALF:
        raise entry.error(f"{flow.trucks} trucks of {flow.load_t:g} t are not {flow.tonnes:.15g} t")
    return flow


def _check_sums(entry: Section, flows: Mapping[str, RoadFlow], trucks_each_way: float) -> None:
    share = sum(flow.share for flow in flows.values())
    if abs(share - 1) > _PROFILE_SLACK:
        raise entry.error(f"shares of the classes add up to {share:.6g}, not 1")
    trucks = sum(flow.trucks for flow in flows.values())
    if trucks != trucks_each_way:
        raise entry.error(f"trucks of the classes add up to {trucks}, not {trucks_each_way:g}")


def _rail(
    entry: Section, crossing: str, year: int, profiles: Profiles, known: Conventions, check: Checker
) -> RailDemand:
    grade, sources, note = check.grade(entry), check.sources(entry), entry.text("note", "")
    flows = {}
    for direction in known.directions:
        section = entry.section(direction)
        inner = {}
        for klass in section.data:
            section.require_word(klass, profiles.classes["rail"])
            inner[klass] = _rail_flow(section.section(klass), year, profiles, grade, sources)
        flows[direction] = MappingProxyType(inner)
    entry.close()
    return RailDemand(crossing, year, grade, sources, note, MappingProxyType(flows))


def _rail_flow(
    entry: Section, year: int, profiles: Profiles, grade: str, sources: tuple[str, ...]
) -> RailFlow:
    trains_per_day = Fact(
        key=f"demand.{entry.key}.trains_per_day",
        value=entry.number("trains_per_day"),
        unit="trains/day",
        low=entry.number("low"),
        high=entry.number("high"),
        grade=grade,
        sources=sources,
        years=(year,),
    )
    flow = RailFlow(
        trains_per_day=trains_per_day,
        trains=entry.whole("trains"),
        wagons_per_train=entry.whole("wagons_per_train"),
        net_t_per_train=entry.number("net_t_per_train"),
        tonnes=entry.number("tonnes"),
        teu_per_train=entry.number("teu_per_train") if "teu_per_train" in entry.data else None,
        monthly_profile=entry.word("monthly_profile", profiles.monthly),
    )
    entry.close()
    check_range(entry, trains_per_day.value, trains_per_day.low, trains_per_day.high)
    if abs(flow.trains - trains_per_day.number * DAYS_PER_YEAR) > _HALF:
        raise entry.error(f"{flow.trains} trains are not {trains_per_day.number:g} a day")
    if abs(flow.trains * flow.net_t_per_train - flow.tonnes) > _HALF:
        raise entry.error(f"{flow.trains} trains of {flow.net_t_per_train:g} t are not {flow.tonnes:.15g} t")
    return flow
