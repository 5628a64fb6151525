"""A scenario with every default filled in and every quantity a plain number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from kzsim.scenario.problems import Place, Problem

Span = tuple[int, int]
Plain = str | int | float | bool | None | list["Plain"] | dict[str, "Plain"]


@dataclass(frozen=True)
class RoadSettings:
    """What a scenario says about the road side of one crossing.

    ``intake_kz_to_cn`` is in trucks per open day, and ``intake_factor`` multiplies it, or the evidence's in
    each of its periods; ``hours_*`` are (from, to) in minutes of the day on
    that side's own clock. None: as the evidence has it.
    """

    intake_kz_to_cn: float | None = None
    intake_factor: float = 1.0
    demand_factor: float = 1.0
    hours_kz: tuple[Span, ...] | None = None
    hours_cn: tuple[Span, ...] | None = None


@dataclass(frozen=True)
class RailSettings:
    """What a scenario says about the rail side of one crossing; slots in trains per day."""

    demand_factor: float = 1.0
    slots_kz_to_cn: float | None = None
    slots_cn_to_kz: float | None = None


@dataclass(frozen=True)
class CrossingSettings:
    """What a scenario says about one crossing."""

    road: RoadSettings = RoadSettings()
    rail: RailSettings = RailSettings()


@dataclass(frozen=True)
class Scope:
    """Where a measure is in force: in which directions, on which sides."""

    directions: tuple[str, ...]
    sides: tuple[str, ...]


@dataclass(frozen=True)
class Corridor:
    """The green corridor of one crossing: its measures, and who complies.

    ``compliance`` is the share (0 to 1) of eligible trucks and trains that meet the conditions; None: as
    the evidence has it. It is kept where no measure is in force, so that the same trucks comply.
    """

    measures: Mapping[str, Scope] = field(default_factory=dict)
    compliance: float | None = None


@dataclass(frozen=True)
class Episode:
    """Something that is otherwise from ``first`` to ``last``, both included, at some crossings by one mode.

    ``param`` is what an episode may change (``evidence.lever``) and ``value`` its value in the lever's
    unit, factors as a fraction of 1; text for what the model cannot change by date. ``counted``: the
    year's demand is a count that has the effect on the total already, so that the episode only moves it
    within the year. ``own``: said by the scenario.
    """

    key: str
    crossings: tuple[str, ...]
    mode: str
    direction: str
    first: date
    last: date
    param: str
    value: float | str
    counted: bool = False
    own: bool = False
    what: str = ""


@dataclass(frozen=True)
class Growth:
    """Goals for a whole year; None: as in the evidence.

    Turnover of the trade and additional farm exports are in bn USD, containers on the Trans-Caspian route
    in TEU.
    """

    turnover_bn_usd: float | None = None
    farm_exports_bn_usd: float | None = None
    trans_caspian_teu: float | None = None


NO_GROWTH = Growth()


@dataclass(frozen=True)
class Setting:
    """Where a value was set: its dotted key, its place, and whether by the scenario itself or --set."""

    key: str
    place: Place
    own: bool = True

    def warning(self, message: str) -> Problem:
        """A warning at this place."""
        return Problem.at(self.place, self.key, message, "warning")


@dataclass(frozen=True)
class Scenario:
    """What is simulated, as plain values; ``first_day`` and ``last_day`` are days of Kazakhstan's clock.

    ``road`` and ``rail`` name the crossings simulated. ``demand_factor`` multiplies the evidence's demand of
    all of them, on top of the crossings' own factors. ``overrides`` maps evidence keys to values in the
    evidence's own unit. ``origins`` says where each key was set (``file:line``, ``--set`` or
    ``default``), ``written`` what stood there, by the same keys. ``uptake`` is the share (0 to 1) of the
    trucks concerned that use a measure, by crossing and measure, where not all that comply do.
    ``settings`` says for each key of ``overrides`` what set it. ``episodes`` are in force on some days of
    the year at some of the crossings simulated.
    """

    title: str
    year: int
    first_day: date
    last_day: date
    run_in_ms: int
    follow_up_ms: int
    replications: int
    seed: int
    road: tuple[str, ...]
    rail: tuple[str, ...]
    description: str = ""
    demand_factor: float = 1.0
    crossings: Mapping[str, CrossingSettings] = field(default_factory=dict)
    overrides: Mapping[str, float | bool | str] = field(default_factory=dict)
    corridors: Mapping[str, Corridor] = field(default_factory=dict)
    uptake: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    written: Mapping[str, Plain] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()
    settings: Mapping[str, Setting] = field(default_factory=dict, compare=False)
    episodes: tuple[Episode, ...] = ()
    growth: Growth = NO_GROWTH

    def setting(self, key: str) -> Setting:
        """What set an override; without a file the key as it would be written."""
        written = f"parameters.{key}"
        return self.settings.get(key) or Setting(written, Place(self.origins.get(written, "scenario")))

    @property
    def days(self) -> int:
        """Length of the period in days."""
        return (self.last_day - self.first_day).days + 1

    def canonical(self) -> dict[str, Plain]:
        """All that decides the outcome, as plain JSON values; equal for scenarios that mean the same.

        ``episodes`` and ``growth`` stand there only if there are any.
        """
        return {
            "year": self.year,
            "first_day": self.first_day.isoformat(),
            "last_day": self.last_day.isoformat(),
            "run_in_ms": self.run_in_ms,
            "follow_up_ms": self.follow_up_ms,
            "replications": self.replications,
            "seed": self.seed,
            "road": list(self.road),
            "rail": list(self.rail),
            "demand_factor": self.demand_factor,
            "crossings": {
                name: _crossing(self.crossings[name])
                for name in sorted(self.crossings)
                if self.crossings[name] != CrossingSettings()
            },
            "overrides": {key: self.overrides[key] for key in sorted(self.overrides)},
            "corridors": {name: _corridor(self.corridors[name]) for name in sorted(self.corridors)},
            "uptake": {
                name: {measure: shares[measure] for measure in sorted(shares)}
                for name, shares in sorted(self.uptake.items())
            },
            **({} if self.growth == NO_GROWTH else {"growth": dict(vars(self.growth))}),
            **({"episodes": [_episode(each) for each in self.episodes]} if self.episodes else {}),
        }


def _crossing(settings: CrossingSettings) -> dict[str, Plain]:
    road, rail = settings.road, settings.rail
    return {
        "road": {
            "intake_kz_to_cn": road.intake_kz_to_cn,
            "intake_factor": road.intake_factor,
            "demand_factor": road.demand_factor,
            "hours_kz": _spans(road.hours_kz),
            "hours_cn": _spans(road.hours_cn),
        },
        "rail": {
            "demand_factor": rail.demand_factor,
            "slots_kz_to_cn": rail.slots_kz_to_cn,
            "slots_cn_to_kz": rail.slots_cn_to_kz,
        },
    }


def _episode(episode: Episode) -> dict[str, Plain]:
    return {
        "key": episode.key,
        "crossings": list(episode.crossings),
        "mode": episode.mode,
        "direction": episode.direction,
        "first": episode.first.isoformat(),
        "last": episode.last.isoformat(),
        "param": episode.param,
        "value": episode.value,
        "counted": episode.counted,
        "own": episode.own,
        "what": episode.what,
    }


def _spans(spans: tuple[Span, ...] | None) -> Plain:
    return None if spans is None else [[first, last] for first, last in spans]


def _corridor(corridor: Corridor) -> dict[str, Plain]:
    measures: dict[str, Plain] = {
        name: {"directions": list(scope.directions), "sides": list(scope.sides)}
        for name, scope in sorted(corridor.measures.items())
    }
    return {"measures": measures, "compliance": corridor.compliance}


def without_corridors(scenario: Scenario) -> Scenario:
    """The same scenario, and so the same trucks, with no corridor measure anywhere.

    The compliance of each crossing stays: it decides which trucks would comply, not what they gain.
    """
    kept = {
        name: Corridor({}, corridor.compliance)
        for name, corridor in scenario.corridors.items()
        if corridor.compliance is not None
    }
    return replace(scenario, corridors=kept)
