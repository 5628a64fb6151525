"""What lets trucks out of Kazakhstan: the electronic queue's slots and China's daily intake.

Both are gates with a quota. The queue calls trucks while the Kazakh post works: the day's slots are
spread in whole numbers over its open hours, and what an hour leaves unused is lost. The intake
counts by the day of the Chinese calendar.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from types import MappingProxyType

from kzsim import evidence
from kzsim.border import taking
from kzsim.border.calendars import (
    clock,
    daily_refills,
    joined,
    open_hours,
    round_down,
    to_calendar,
    whole_parts,
)
from kzsim.border.corridors import OUT_OF_TURN_AGRI, OUT_OF_TURN_CAP, OUT_OF_TURN_FETCHING
from kzsim.border.labels import CORRIDOR, ORDINARY, OUT_OF_TURN
from kzsim.border.quantities import plain_number
from kzsim.border.site import Site
from kzsim.network.model import Calendar, GateStage, Refill
from kzsim.scenario.model import NO_GROWTH, Growth

EQUEUE = "equeue"
INTAKE = "intake"
RELEASED = "release"
NO_LIMIT = 1_000_000
"""More than any crossing sees in a day."""
QUOTA_KEY = "quota.cn_intake"
SLOTS_KEY = "equeue.slots"
FETCHED = "perishable"
"""The produce that refrigerated trucks cross empty to fetch."""

_ROUNDING = 1e-9


@dataclass(frozen=True)
class OutOfTurn:
    """Which trucks get a slot of the electronic queue out of turn.

    ``of_users`` is the share of the corridor's users that do, ``of_empties`` the share of the empty
    trucks; ``cap`` is the part of a day's releases that may go so, and ``weight`` how it falls to
    the engine classes.
    """

    of_users: float = 0.0
    of_empties: float = 0.0
    cap: float = 0.0
    weight: Mapping[str, float] = field(default_factory=dict)


NOBODY = OutOfTurn()


def daily_slots(site: Site, day: date) -> float:
    """Slots that the electronic queue gives out for one open day.

    They are the intake quota times the overbooking factor. The number of an episode comes first, then one
    that the scenario sets for the year; the evidence's own is only asked for where there is no quota.
    """
    for_the_day = site.params.dated_on(site.key(SLOTS_KEY), day)
    if for_the_day is not None:
        return for_the_day
    slots = site.params.own(site.key(SLOTS_KEY))
    if slots is not None:
        return slots.on(day)
    quota = site.params.find(site.key(QUOTA_KEY))
    if quota is None:
        return site.fact(SLOTS_KEY).on(day)
    return quota.on(day) * site.intake_factor * site.fact("equeue.overbooking_factor").number


def daily_releases(site: Site, day: date) -> int:
    """Trucks that the queue lets go on that day: its slots less those whose trucks do not show up."""
    if not site.openings["kz"].minutes(day):
        return 0
    stay_away = site.fact("equeue.no_show_share")
    return round_down(daily_slots(site, day) * (1 - plain_number(stay_away.on(day), stay_away.unit)))


def equeue(site: Site, out_of_turn: OutOfTurn) -> GateStage:
    """The gate of the electronic queue; without quota and always open where there is no queue."""
    name = site.name("kz", EQUEUE)
    if not site.fact("equeue.enabled").flag:
        return GateStage(name, Calendar.always(1))
    return GateStage(name, to_calendar(site.open("kz")), tuple(_refills(site, out_of_turn)))


def intake(site: Site) -> GateStage:
    """The gate of China's daily intake, open while its post is, also to the corridor's extra hours."""
    name = site.name("cn", INTAKE)
    calendar = to_calendar(joined(site.clock, (*site.open("cn"), *site.window("cn"))))
    quota = site.params.find(site.key(QUOTA_KEY))
    if quota is None:
        return GateStage(name, calendar)
    days = site.clock.days("cn")
    opening, factor = site.openings["cn"], site.intake_factor
    parts = whole_parts(factor * quota.on(day) if opening.minutes(day) else 0.0 for day in days)
    amounts = dict(zip(days, parts, strict=True))
    return GateStage(name, calendar, daily_refills(site.clock, "cn", amounts.__getitem__))


def release(site: Site) -> GateStage:
    """The gate of the trucks that China lets out, on days on which their number is limited."""

    def amount(day: date) -> float | None:
        limit = site.dated.release_on(day)
        return limit if limit is None or site.openings["cn"].minutes(day) else 0.0

    limits = [amount(day) for day in site.clock.days("cn")]
    parts = whole_parts(limit or 0.0 for limit in limits)
    at = [max(0, site.clock.ms("cn", day)) for day in site.clock.days("cn")]
    refills = [
        Refill(start, NO_LIMIT if limit is None else part)
        for start, limit, part in zip(at, limits, parts, strict=True)
    ]
    return GateStage(site.name("cn", RELEASED), Calendar.always(1), tuple(refills))


def out_of_turn(site: Site, year: int, demand_factor: float, growth: Growth = NO_GROWTH) -> OutOfTurn:
    """How far the cap on slots out of turn goes, over a whole year.

    The cap is kept where it is applied in fact, at the booking: such a share of the trucks entitled
    to it is given a slot out of turn that over the year they use up the cap and no more.
    """
    share = site.corridor.switch(OUT_OF_TURN_CAP, site.direction, "kz")
    if share == 0 or not site.fact("equeue.enabled").flag:
        return NOBODY
    own = site.params.own(site.key(OUT_OF_TURN_CAP))
    if own is not None:
        share = own.share  # the rule's cap as the scenario has it, whatever the measure says
    cap = share * site.corridor.switch(OUT_OF_TURN_AGRI, site.direction, "kz")
    if cap == 0:
        return NOBODY
    whole_year = clock(date(year, 1, 1), date(year, 12, 31))
    places = cap * math.fsum(daily_releases(site, day) for day in whole_year.days("kz"))
    flows = taking.road_demand(site.params, site.crossing, year, growth).flows
    going = flows[site.direction]
    eligible = math.fsum(going[klass].trucks for klass in site.corridor.eligible) * demand_factor
    users = site.corridor.compliance * eligible
    empties = math.fsum(flow.trucks for flow in going.values() if flow.load_t == 0) * demand_factor
    fetching = min(empties, _fetching(site, flows["cn_to_kz"][FETCHED].trucks * demand_factor, going))
    if users + fetching == 0:
        return NOBODY
    given = min(1.0, places / (users + fetching))
    user_class = (CORRIDOR if site.separates else ORDINARY) + OUT_OF_TURN
    weight = {user_class: users / (users + fetching)}
    if fetching:
        other = ORDINARY + OUT_OF_TURN
        weight[other] = weight.get(other, 0.0) + fetching / (users + fetching)
    return OutOfTurn(
        of_users=given,
        of_empties=given * fetching / empties if empties else 0.0,
        cap=cap,
        weight=MappingProxyType(weight),
    )


def _fetching(site: Site, loads: float, going: Mapping[str, evidence.RoadFlow]) -> float:
    """Empty refrigerated trucks that go for produce, if the corridor's rules count them as its own."""
    empties = [klass for klass, flow in going.items() if flow.load_t == 0]
    if not any(site.corridor.switch(OUT_OF_TURN_FETCHING, site.direction, "kz", klass) for klass in empties):
        return 0.0
    return loads * site.params.get(f"road.{site.crossing}.both.loss.reefer_share").share


def _refills(site: Site, out_of_turn: OutOfTurn) -> Iterator[Refill]:
    last_end = 0
    for day, group in groupby(open_hours(site.clock, site.openings["kz"]), key=lambda hour: hour.day):
        hours = list(group)
        releases = daily_releases(site, day)
        open_minutes = sum(hour.minutes for hour in hours)
        parts = whole_parts(releases * hour.minutes / open_minutes for hour in hours)
        ceilings = {
            klass: math.ceil(releases * out_of_turn.cap * weight - _ROUNDING)
            for klass, weight in out_of_turn.weight.items()
        }
        for hour, amount in zip(hours, parts, strict=True):
            if hour.start_ms > last_end:
                yield Refill(last_end, 0)
            yield Refill(hour.start_ms, amount, ceilings)
            last_end = hour.end_ms
    if last_end < site.clock.horizon_ms:
        yield Refill(last_end, 0)
