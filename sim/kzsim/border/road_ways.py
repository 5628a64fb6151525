"""The ways of trucks over a road crossing: its stages, its zones, and the routes through them.

Zones::

    kz_to_cn: waiting area              approach .. start of the Kazakh entry_gate
              yard of the Kazakh post   entry_gate .. end of exit_gate
              strip                     drive across .. start of the Chinese entry_gate
    cn_to_kz: strip                     drive across .. start of the Kazakh entry_gate
              yard of the Kazakh post   entry_gate .. end of exit_gate
    and those of the hand-over yard, see ``road_yard``.
"""

from __future__ import annotations

from collections.abc import Mapping

from kzsim.border import post, road_queue, road_yard
from kzsim.border.corridors import PRIORITY
from kzsim.border.labels import SIDES, USERS, ElementLabel, Side, first_side, second_side
from kzsim.border.post import Element
from kzsim.border.quantities import count
from kzsim.border.road_queue import INTAKE, RELEASED
from kzsim.border.site import Site
from kzsim.network.model import Account, DelayStage, Occupancy, Route, Step, Zone

APPROACH = "approach"
NEUTRAL = "neutral"
YARD = "yard"
STRIP = "strip"
WAITING_AREA = "waiting_area"


def elements(site: Site) -> tuple[Element, ...]:
    """The stages of the two posts and between them."""
    first = first_side(site.direction)
    found = [
        Element(DelayStage(site.name(first, APPROACH), Account.TRAVEL), site.label(first, APPROACH, "stage")),
        Element(
            DelayStage(site.name("between", NEUTRAL), Account.TRAVEL), site.label("between", NEUTRAL, "stage")
        ),
    ]
    if site.direction == "kz_to_cn":
        found.append(Element(road_queue.intake(site), site.label("cn", INTAKE, "gate")))
    elif site.dated.releases():
        found.append(Element(road_queue.release(site), site.label("cn", RELEASED, "gate")))
    return (*found, *(element for side in SIDES for element in post.elements(site, side)))


def zones(site: Site) -> Mapping[Zone, ElementLabel]:
    """The places before, at and between the posts, and in the hand-over yard."""
    found = {
        Zone(site.name("kz", YARD), count(site.fact("kz.yard_places"))): site.label("kz", YARD, "zone"),
        Zone(site.name("between", STRIP), count(site.fact("neutral.places"))): site.label(
            "between", STRIP, "zone"
        ),
    }
    if site.direction == "cn_to_kz":
        return {**found, **road_yard.zones(site)}
    area = Zone(site.name("kz", WAITING_AREA), count(site.fact("approach.waiting_area_places")))
    return {area: site.label("kz", WAITING_AREA, "zone"), **found}


def priority(site: Site) -> dict[tuple[str, str], int]:
    """Corridor users first at the posts, and at the zone before and behind the one they leave."""
    found: dict[tuple[str, str], int] = {}
    for side in SIDES:
        found |= post.priority(site, side)
    for side, zone in (
        ("kz", site.name("kz", YARD)),
        (first_side(site.direction), site.name("between", STRIP)),
    ):
        rank = round(site.corridor.switch(PRIORITY, site.direction, side))
        if rank:
            found |= dict.fromkeys(((klass, zone) for klass in USERS), -rank)
    return found


def route(site: Site, klass: str, *, loaded: bool) -> Route:
    """The way of a class of trucks; from China, loaded, that of a load from its delivery on."""
    first, second = first_side(site.direction), second_side(site.direction)
    eligible = klass in site.corridor.eligible

    def through(side: Side) -> tuple[Step, ...]:
        return post.steps(site, side, agricultural=eligible, eligible=eligible)

    approach = Step(APPROACH, site.name(first, APPROACH))
    across = Step(NEUTRAL, site.name("between", NEUTRAL))
    before: tuple[Step, ...] = ()
    after: tuple[Step, ...] = ()
    between: tuple[Step, ...] = (across,)
    places = [
        Occupancy(site.name("kz", YARD), "kz.entry_gate", "kz.exit_gate", "end"),
        Occupancy(site.name("between", STRIP), NEUTRAL, f"{second}.entry_gate", "start"),
    ]
    if site.direction == "kz_to_cn":
        before = (approach,)
        between = (across, Step(INTAKE, site.name("cn", INTAKE)))
        after = road_yard.steps_in(site, loaded=loaded)
        area = Occupancy(site.name("kz", WAITING_AREA), APPROACH, "kz.entry_gate", "start")
        places = [area, *places, road_yard.place_in(site, loaded=loaded)]
    else:
        if site.dated.releases():
            between = (Step(RELEASED, site.name("cn", RELEASED)), across)
        if loaded:
            before = (approach, *road_yard.steps_out(site))
            places.insert(0, road_yard.place_out(site))
    steps = (*before, *through(first), *between, *through(second), *after)
    return Route(f"road.{site.crossing}.{site.direction}.{klass}", steps, tuple(places))
