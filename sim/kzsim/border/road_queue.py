"""What lets trucks out of Kazakhstan: the electronic queue's slots and China's daily intake.

Both are gates with a quota. Slots are hours of the Kazakh post: the slots of a day are
spread in whole numbers over its open hours, and what an hour leaves unused is lost. A truck is called for its
slot as long before as trucks come early at most. The intake counts by the day of the Chinese calendar.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby

from kzsim import evidence
from kzsim.border.calendars import (
    Slice,
    daily_refills,
    joined,
    open_hours,
    open_intervals,
    round_down,
    to_calendar,
    whole_parts,
)
from kzsim.border.corridors import OUT_OF_TURN_AGRI, OUT_OF_TURN_CAP, OUT_OF_TURN_FETCHING
from kzsim.border.demand import Bend
from kzsim.border.journeys import EMPTY, Journey
from kzsim.border.labels import ORDINARY, OUT_OF_TURN, PAID
from kzsim.border.quantities import plain_number
from kzsim.border.site import Site
from kzsim.network.model import MS_PER_DAY, Calendar, GateStage, Refill

EQUEUE = "equeue"
INTAKE = "intake"
RELEASED = "release"
NO_LIMIT = 1_000_000
"""More than any crossing sees in a day."""
QUOTA_KEY = "quota.cn_intake"
SLOTS_KEY = "equeue.slots"
NO_SHOWS = "equeue.no_show_share"
PAID_CAP = "equeue.paid_express_share_cap"
BUYERS = "equeue.paid_express_buyers"
FETCHED = "perishable"
"""The produce that refrigerated trucks cross empty to fetch."""


@dataclass(frozen=True)
class OutOfTurn:
    """Which trucks may have a slot of the electronic queue out of turn, and how many of a day's there are.

    ``entitled`` is the part of a day's slots for the corridor's users and for the share ``fetching`` of the
    empty trucks that go for produce; ``paid`` the part that may be bought, as the share ``buyers`` of all
    other trucks would.
    """

    entitled: float = 0.0
    paid: float = 0.0
    fetching: float = 0.0
    buyers: float = 0.0

    def classes(self, journey: Journey, *, compliant: bool) -> Iterator[tuple[str, float]]:
        """The classes in line of a journey's trucks, those that comply or the others, and their shares."""
        fetches = journey.there == EMPTY and journey.back == FETCHED
        entitled = (1.0 if compliant else self.fetching if fetches else 0.0) if self.entitled else 0.0
        buying = (1.0 - entitled) * self.buyers if self.paid else 0.0
        yield OUT_OF_TURN, entitled
        yield PAID, buying
        yield ORDINARY, 1.0 - entitled - buying

    @property
    def caps(self) -> Mapping[str, float]:
        """The part of a day's slots that a class may have out of turn."""
        return {name: cap for name, cap in ((OUT_OF_TURN, self.entitled), (PAID, self.paid)) if cap}

    def ceilings(self, slots: int) -> Mapping[str, int]:
        """How many of a day's slots a class may have out of turn, in whole trucks and never above the cap."""
        return {name: round_down(cap * slots) for name, cap in self.caps.items()}


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


def calls(site: Site, day: date) -> int:
    """Trucks that the queue calls for that day's slots.

    The shares of the trucks that do not come are those of the year; on days of an episode in which more of
    them stay away, so many fewer of the slots are of use.
    """
    if not site.openings["kz"].minutes(day):
        return 0
    absent = site.fact(NO_SHOWS)
    today, usual = plain_number(absent.on(day), absent.unit), no_shows(site)
    of_use = (1 - today) / (1 - usual) if usual < 1 else 1.0
    return round_down(daily_slots(site, day) * of_use)


def no_shows(site: Site) -> float:
    """Share of those called who do not come."""
    return site.fact(NO_SHOWS).share


def equeue(site: Site, out_of_turn: OutOfTurn, ahead_ms: int) -> GateStage:
    """The gate of the electronic queue; without quota and always open where there is no queue.

    It lets trucks go ``ahead_ms`` before the hour of their slot: at the end of the run for slots beyond it.
    """
    name = site.name("kz", EQUEUE)
    if not site.fact("equeue.enabled").flag:
        return GateStage(name, Calendar.always(1))
    beyond = timedelta(days=math.ceil(ahead_ms / MS_PER_DAY))
    slots = replace(site.clock, last_day=site.clock.last_day + beyond)
    is_open = open_intervals(slots, site.openings["kz"])
    earlier = joined(site.clock, ((start - ahead_ms, end - ahead_ms) for start, end in is_open))
    hours = open_hours(slots, site.openings["kz"])
    refills = tuple(_refills(site, out_of_turn, hours, ahead_ms))
    # who finds none left has an ordinary slot: it is in line as if it had never asked for another
    return GateStage(name, to_calendar(earlier), refills, otherwise=dict.fromkeys(out_of_turn.caps, ORDINARY))


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


def not_accepting(site: Site, year: int) -> tuple[Bend, ...]:
    """The part of a year in which, by the evidence, China accepts nobody: then nobody sets out either.

    The year's trucks are a count of those who came on the other days.
    """
    entry = evidence.entry_for(site.key(QUOTA_KEY), year)
    periods = entry.periods if entry is not None else ()
    return tuple(Bend(each.first, each.last, factor=0.0, moved=True) for each in periods if not each.value)


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


def out_of_turn(site: Site) -> OutOfTurn:
    """Who goes out of turn here, and up to which caps; nobody where there is no queue."""
    if not site.fact("equeue.enabled").flag:
        return NOBODY
    paid = _paid(site)
    return OutOfTurn(
        entitled=_cap(site),
        paid=paid,
        fetching=_fetching(site),
        buyers=site.fact(BUYERS).share if paid else 0.0,
    )


def _cap(site: Site) -> float:
    """Part of the slots that trucks of a corridor may have out of turn."""
    share = site.corridor.switch(OUT_OF_TURN_CAP, site.direction, "kz")
    if share == 0:
        return 0.0
    own = site.params.own(site.key(OUT_OF_TURN_CAP))
    if own is not None:
        share = own.share  # the rule's cap as the scenario has it, whatever the measure says
    return share * site.corridor.switch(OUT_OF_TURN_AGRI, site.direction, "kz")


def _paid(site: Site) -> float:
    """Part of the slots that anybody may buy; none where the evidence of the year knows of no sale."""
    fact = site.params.find(site.key(PAID_CAP))
    return 0.0 if fact is None else fact.share


def _fetching(site: Site) -> float:
    """Share of the empty trucks going for produce that count as the corridor's own by its rules."""
    if not site.corridor.switch(OUT_OF_TURN_FETCHING, site.direction, "kz", EMPTY):
        return 0.0
    return site.params.get(f"road.{site.crossing}.both.loss.reefer_share").share


def _refills(site: Site, out_of_turn: OutOfTurn, slots: Iterable[Slice], ahead_ms: int) -> Iterator[Refill]:
    """The slots of each open hour, so long before it; those beyond the run are left out.

    Ceilings are those of a day: the first of its hours sets them, and whatever follows keeps them.
    """
    last_end = 0
    kept: Mapping[str, int] | None = None if out_of_turn.caps else {}
    for day, group in groupby(slots, key=lambda hour: hour.day):
        hours = list(group)
        called = calls(site, day)
        open_minutes = sum(hour.minutes for hour in hours)
        parts = whole_parts(called * hour.minutes / open_minutes for hour in hours)
        ceilings: Mapping[str, int] | None = out_of_turn.ceilings(called)
        for hour, amount in zip(hours, parts, strict=True):
            start, end = max(0, hour.start_ms - ahead_ms), hour.end_ms - ahead_ms
            if end <= 0 or start >= site.clock.horizon_ms:
                continue
            if start > last_end:
                yield Refill(last_end, 0, kept)
            yield Refill(start, amount, ceilings)
            ceilings = kept
            last_end = end
    if last_end < site.clock.horizon_ms:
        yield Refill(last_end, 0, kept)
