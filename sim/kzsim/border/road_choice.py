"""Choice of crossing: where trucks are booked whose crossing is not decided before.

A flexible truck compares its usual crossing with the two nearest others: the longer way, a time that it asks
for changing at all, and the wait until the first slot there that nobody is booked for, as it is published
every hour. The load that it was ordered for stays at the usual crossing, for whoever comes there; where it
goes it takes whichever waits.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from kzsim import evidence
from kzsim.border import road_home, road_queue
from kzsim.border.labels import Direction, ElementLabel
from kzsim.border.post import Element
from kzsim.border.quantities import distribution
from kzsim.border.road_queue import EQUEUE
from kzsim.border.site import Site
from kzsim.evidence import Parameters
from kzsim.network.model import (
    MS_PER_DAY,
    MS_PER_HOUR,
    Alternative,
    ChoiceStage,
    Distribution,
    Route,
    Step,
    Turns,
    Work,
)

STAGE = "road.choice"
FLEXIBLE = "choice.flexible_share"
SWITCHING = "choice.switching_time"
SPEED = "choice.road_speed"
OTHERS = 2
"""Crossings besides the usual one that a truck considers."""

EARTH_KM = 6371.0
"""Mean radius of the earth (IUGG)."""

_WAY: Direction = "kz_to_cn"
_ENDS = ("almaty_km", "urumqi_km")
_LAST_WEEKS_MS = 28 * MS_PER_DAY
_AT_ONCE = Distribution("fixed", 0.0)


def flexible(params: Parameters, crossing: str) -> float:
    """Share of a crossing's trucks that choose."""
    return params.get(f"road.{crossing}.{_WAY}.{FLEXIBLE}").share


def anybody_chooses(params: Parameters, crossings: Sequence[str]) -> bool:
    """Whether any truck of these crossings has a choice."""
    return len(crossings) > 1 and any(flexible(params, crossing) for crossing in crossings)


def considered(params: Parameters, usual: str, crossings: Sequence[str]) -> tuple[str, ...]:
    """The crossings that a truck compares, the usual one first, then the nearest."""
    others = sorted((_apart_km(params, usual, other), other) for other in crossings if other != usual)
    return (usual, *(other for _, other in others[:OTHERS]))


def detour_km(params: Parameters, usual: str, other: str) -> float:
    """By how much the way from Almaty to Urumqi by another crossing is longer; 0 where it is shorter.

    It is not known where trucks come from and go to. Who usually takes the longer way has his reasons.
    """
    return max(0.0, _way_km(params, other) - _way_km(params, usual))


def _apart_km(params: Parameters, one: str, other: str) -> float:
    """How far two posts are apart, on a sphere as large as the earth."""
    ends = []
    for name in (one, other):
        at = evidence.crossings()[name].location["kz"]
        params.take(f"road.{name}.location", {"lat": at.lat, "lon": at.lon}, at.grade)
        ends.append((math.radians(at.lat), math.radians(at.lon)))
    (lat_a, lon_a), (lat_b, lon_b) = ends
    half = math.sin((lat_b - lat_a) / 2) ** 2
    half += math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(half))


def _way_km(params: Parameters, crossing: str) -> float:
    found = evidence.crossings()[crossing].distances
    for end in _ENDS:
        each = found[end]
        params.take(f"road.{crossing}.distances.{end}", {"km": each.value}, each.grade, each.sources)
    return sum(found[end].value for end in _ENDS)


def detour_ms(params: Parameters, usual: str, other: str) -> float:
    """How much longer a truck drives."""
    speed = params.get(f"road.{usual}.{_WAY}.{SPEED}").number
    return detour_km(params, usual, other) / speed * MS_PER_HOUR


def longer_h(params: Parameters, usual: str, others: Iterable[str]) -> tuple[tuple[str, float], ...]:
    """The same in hours, of each of these crossings; none to the usual one."""
    return tuple(
        (other, 0.0 if other == usual else detour_ms(params, usual, other) / MS_PER_HOUR) for other in others
    )


def stage(sites: Mapping[str, Site]) -> Element:
    """The choice, the same for all crossings; ``sites`` are those of the direction to China."""
    first = next(iter(sites.values()))
    alternatives = tuple(_alternative(name, site) for name, site in sites.items())
    horizon_ms = first.clock.horizon_ms
    # every hour, and with each refill of slots: what an hour's slots leave is then never taken for gone
    turns = [one.turns.at_ms for one in alternatives if one.turns is not None]
    known = {*range(0, horizon_ms, MS_PER_HOUR)}.union(*turns)
    label = ElementLabel(next(iter(sites)), "road", _WAY, "kz", "choice", "stage")
    return Element(ChoiceStage(STAGE, alternatives, tuple(sorted(known - {horizon_ms}))), label)


def _alternative(name: str, site: Site) -> Alternative:
    """A crossing: who books there is given the first slot behind all who wait, at whatever time that is.

    Slots are as the queue gives them out, on the days to come too. For slots beyond the run it goes on at
    the mean pace of the run's last weeks.
    """
    queue = site.name("kz", EQUEUE)
    if not site.fact("equeue.enabled").flag:
        return Alternative(name, queue)
    horizon_ms = site.clock.horizon_ms
    gate = road_queue.equeue(site, road_queue.NOBODY, road_home.ahead_ms(site))
    slots = {refill.at_ms: refill.overall for refill in gate.refills if refill.overall} | {horizon_ms: 0}
    from_ms = max(0, horizon_ms - _LAST_WEEKS_MS)
    lately = sum(number for at_ms, number in slots.items() if at_ms >= from_ms)
    gap_ms = round((horizon_ms - from_ms) / lately) if lately else horizon_ms
    return Alternative(name, queue, max(1, gap_ms), Turns(tuple(slots), tuple(slots.values())))


def decided(site: Site, home: Route) -> Route:
    """The way of trucks that have no choice: they count in the queue of their crossing."""
    return replace(home, steps=(_step(site.crossing), *home.steps))


def decided_work(site: Site) -> dict[str, Work]:
    """What that adds to their work."""
    return {_step(site.crossing).name: Work(_AT_ONCE)}


def route(usual: str, sites: Mapping[str, Site]) -> Route:
    """The way of a crossing's flexible trucks: to one of those they consider."""
    steps = [_step(name) for name in sites]
    for name, site in sites.items():
        steps += [
            replace(each, name=at(each.name, name), given=_step(name).name)
            for each in road_home.route(site).steps
        ]
    return Route(f"road.{usual}.flexible", tuple(steps))


def last_step(crossing: str) -> str:
    """The step by which those leave who have picked that crossing."""
    return at(road_home.TRIP, crossing)


def work(usual: Site, sites: Mapping[str, Site]) -> dict[str, Work]:
    """What a flexible truck does on that way."""
    params = usual.params
    asked = distribution(params.get(usual.key(SWITCHING)))
    done: dict[str, Work] = {}
    for name, site in sites.items():
        longer_ms = detour_ms(params, usual.crossing, name)
        same = name == usual.crossing
        cost = _AT_ONCE if same else replace(asked, mean=asked.mean + longer_ms, cv=_cv(asked, longer_ms))
        done[_step(name).name] = Work(cost)
        for step, each in road_home.work(site).items():
            duration = each.duration
            if step == road_home.TRIP and duration is not None:
                duration = _later(duration, longer_ms)
            done[at(step, name)] = replace(each, duration=duration)
    return done


def at(step: str, crossing: str) -> str:
    """A step of the way to a crossing."""
    return f"{step}.{crossing}"


def _step(crossing: str) -> Step:
    return Step(at("choice", crossing), STAGE, alternative=crossing)


def _cv(asked: Distribution, longer_ms: float) -> float:
    """The variation that keeps the standard deviation when a fixed time is added to the mean."""
    return asked.cv * asked.mean / (asked.mean + longer_ms)


def _later(trip: Distribution, by_ms: float) -> Distribution:
    return replace(trip, mean=trip.mean + by_ms, points=tuple(point + by_ms for point in trip.points))
