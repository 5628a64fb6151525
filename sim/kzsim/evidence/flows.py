"""What is known of demand, as frozen values: flows of trucks and trains, and when in the year they come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kzsim.evidence.facts import Fact


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
