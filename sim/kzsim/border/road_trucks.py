"""Trucks by road: whom they count as, what they do at every step, and when they come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from kzsim import evidence
from kzsim.border import post, road_yard, taking
from kzsim.border.corridors import Use
from kzsim.border.demand import HourShares, Pattern
from kzsim.border.labels import (
    CORRIDOR,
    CORRIDOR_FIRST,
    ORDINARY,
    CorridorRole,
    Direction,
    GroupLabel,
    Leg,
    first_side,
)
from kzsim.border.post import Truck
from kzsim.border.site import Site
from kzsim.border.worth import road_worth
from kzsim.network.model import Kind, Swing, Work

EVERYTHING = Use(frozenset(), 1.0)

Groups = list[GroupLabel]


def truck(site: Site, klass: str, flow: evidence.RoadFlow, *, compliant: bool) -> Truck:
    """A truck of a class."""
    return Truck(klass, flow.load_t > 0, klass in site.corridor.eligible, compliant)


def shares(site: Site, klass: str) -> tuple[tuple[bool, float], ...]:
    """Compliant or not, and the share of a class's trucks that is; those that comply come first."""
    complying = site.corridor.compliance if klass in site.corridor.eligible else 0.0
    found = ((True, complying), (False, 1.0 - complying))
    return tuple((compliant, share) for compliant, share in found if share)


def group(
    site: Site, of: Truck, flow: evidence.RoadFlow, leg: Leg = "crossing", usual: str = ""
) -> GroupLabel:
    """Whom a truck counts as."""
    eligible = of.klass in site.corridor.eligible
    role: CorridorRole = "eligible_nonuser" if eligible else "other"
    if of.compliant and site.corridor.concerns(site.direction, of.klass):
        role = "user"
    return GroupLabel(
        crossing=site.crossing,
        mode="road",
        direction=site.direction,
        klass=of.klass,
        eligible=eligible,
        compliant=of.compliant,
        corridor=role,
        load_t=flow.load_t,
        agricultural=eligible,
        loaded=of.loaded,
        worth=road_worth(site.params, site.crossing, site.direction, of.klass, flow),
        leg=leg,
        usual=usual,
    )


class Kinds:
    """The kinds of the trucks of a direction, each group and each work described once.

    Journeys of one class share them: what a truck does at a post depends on its class alone.
    """

    def __init__(self, site: Site, groups: Groups) -> None:
        self.site = site
        self.groups = groups
        self._known: dict[tuple[str, str, frozenset[str]], tuple[Kind, ...]] = {}

    def of_class(
        self, klass: str, flow: evidence.RoadFlow, steps: Sequence[str], usual: str = ""
    ) -> tuple[Kind, ...]:
        """The kinds of a class that passes these steps; their groups are in ``groups``."""
        asked = (klass, usual, frozenset(steps))
        if asked not in self._known:
            self._known[asked] = tuple(self._kinds(klass, flow, steps, usual))
        return self._known[asked]

    def _kinds(self, klass: str, flow: evidence.RoadFlow, steps: Sequence[str], usual: str) -> Iterator[Kind]:
        site = self.site
        for compliant, share in shares(site, klass):
            of = truck(site, klass, flow, compliant=compliant)
            number = self._number(group(site, of, flow, usual=usual))
            uses = site.corridor.uses(site.direction, klass) if compliant else (EVERYTHING,)
            own_class = _users_class(site, klass) if compliant and site.separates else ORDINARY
            for use in uses:
                without = replace(of, without=use.without)
                name = ".without_".join(("compliant" if compliant else "other", *sorted(use.without)))
                done = work(site, without)
                yield Kind(name, share * use.share, own_class, number, {step: done[step] for step in steps})

    def _number(self, label: GroupLabel) -> int:
        if label not in self.groups:
            self.groups.append(label)
        return self.groups.index(label)


def _users_class(site: Site, klass: str) -> str:
    return CORRIDOR_FIRST if road_yard.goes_first(site, klass) else CORRIDOR


def work(site: Site, of: Truck) -> Mapping[str, Work]:
    """What a truck does at every step of either post and between them, and in the yard."""

    def lasts(tail: str) -> Work:
        return Work(
            site.corridor.duration(
                site.params,
                site.key(tail),
                tail,
                site.direction,
                first_side(site.direction),
                of.klass,
                of.compliant,
                of.without,
            )
        )

    done = {"approach": lasts("approach.time"), "neutral": lasts("neutral.time")}
    done |= {name: Work() for name in ("intake", "release")}
    done |= road_yard.work(site, of)
    for side in evidence.conventions().sides:
        done |= post.work(site, "cn" if side == "cn" else "kz", of)
    return done


def pattern(site: Site, direction: Direction, klass: str, demand: evidence.RoadDemand) -> Pattern:
    """When bookings are made: by the months of a class of a direction, the days and hours of the site's."""
    opening = site.openings[first_side(site.direction)]
    weekday = taking.weekday(site.params, site.direction)

    def hours_on(day: date) -> HourShares:
        when = "round_the_clock" if opening.round_the_clock(day) else "day_post"
        profile = taking.hour_of_day(site.params, f"{site.direction}_{when}")
        return HourShares(profile.share, "cn" if profile.clock == "cn" else "kz")

    return Pattern(
        monthly=taking.road_monthly(site.params, demand, direction, klass),
        weekday=[0.0 if day in opening.closed_weekdays else share for day, share in enumerate(weekday)],
        hours_on=hours_on,
    )


def swing(site: Site) -> Swing:
    """How much a day's trucks vary, the same for all of a crossing and direction."""
    return Swing(f"road.{site.crossing}.{site.direction}.day", taking.day_to_day_cv(site.params, "road"))
