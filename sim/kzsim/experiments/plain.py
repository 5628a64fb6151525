"""A scenario from what ``Scenario.canonical`` made of it: plain values, as in files and messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from kzsim.scenario import Scenario
from kzsim.scenario.model import (
    Corridor,
    CrossingSettings,
    Episode,
    Growth,
    Plain,
    RailSettings,
    RoadSettings,
    Scope,
)


def scenario_from(
    canonical: Mapping[str, Any],
    *,
    title: str = "",
    description: str = "",
    origins: Mapping[str, str] | None = None,
    written: Mapping[str, Plain] | None = None,
) -> Scenario:
    """The scenario that means this; KeyError, TypeError, ValueError or AttributeError if nothing does.

    Where a value was written is not part of the meaning; it may be given for messages.
    """
    settings = dict(canonical)
    return Scenario(
        title=title,
        description=description,
        first_day=date.fromisoformat(settings.pop("first_day")),
        last_day=date.fromisoformat(settings.pop("last_day")),
        road=tuple(settings.pop("road")),
        rail=tuple(settings.pop("rail")),
        crossings={name: _crossing(**found) for name, found in settings.pop("crossings").items()},
        corridors={name: _corridor(**found) for name, found in settings.pop("corridors").items()},
        episodes=tuple(_episode(**found) for found in settings.pop("episodes", ())),
        growth=Growth(**settings.pop("growth", {})),
        origins=origins or {},
        written=written or {},
        **settings,
    )


def _crossing(road: Mapping[str, Any], rail: Mapping[str, Any]) -> CrossingSettings:
    said = dict(road)
    hours: dict[str, Any] = {side: _spans(said.pop(side)) for side in ("hours_kz", "hours_cn")}
    return CrossingSettings(RoadSettings(**said, **hours), RailSettings(**rail))


def _episode(first: str, last: str, crossings: list[str], **rest: Any) -> Episode:
    first_day, last_day = date.fromisoformat(first), date.fromisoformat(last)
    return Episode(crossings=tuple(crossings), first=first_day, last=last_day, **rest)


def _spans(spans: list[list[int]] | None) -> tuple[tuple[int, int], ...] | None:
    return None if spans is None else tuple((first, last) for first, last in spans)


def _corridor(measures: dict[str, Any], compliance: float | None) -> Corridor:
    return Corridor(
        {name: Scope(tuple(scope["directions"]), tuple(scope["sides"])) for name, scope in measures.items()},
        compliance,
    )
