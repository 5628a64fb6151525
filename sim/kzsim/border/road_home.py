"""A truck at home: from its booking in the electronic queue to its arrival at the border.

It waits for its turn; is called, and does not come (*no-show*), or comes more or less to its slot. Who does
not come has used up the slot and books again, mostly after some days; else another truck books in its place
at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from statistics import NormalDist

from kzsim import evidence
from kzsim.border import road_queue, road_trucks
from kzsim.border.journeys import Journey
from kzsim.border.post import Element
from kzsim.border.quantities import distribution
from kzsim.border.road_queue import EQUEUE, OutOfTurn
from kzsim.border.site import Site
from kzsim.evidence import EvidenceError, Fact
from kzsim.network.model import (
    MS_PER_MINUTE,
    Account,
    Condition,
    DelayStage,
    Distribution,
    Kind,
    Route,
    Step,
    Work,
)

REBOOKING = "rebooking"
TRIP = "trip"
ATTEMPTS = 3
"""As often at most a truck books: its deposit is lost after two no-shows in 90 days."""
EARLY = "equeue.early_arrival"

_POINTS = 40
"""Values that stand for a normal distribution: its quantiles in the middle of as many equal parts."""


def ahead_ms(site: Site) -> int:
    """How long before its slot a truck is called: as early as any may come."""
    fact = site.fact(EARLY)
    earliest = fact.number if fact.low is None else min(fact.low, fact.number)
    return max(0, round(-earliest * evidence.MS_PER_UNIT[fact.unit]))


def elements(site: Site, out_of_turn: OutOfTurn) -> Iterator[Element]:
    """The stages before the border."""
    gate = road_queue.equeue(site, out_of_turn, ahead_ms(site))
    yield Element(gate, site.label("kz", EQUEUE, "gate"))
    for what in (REBOOKING, TRIP):
        yield Element(DelayStage(site.name("kz", what), Account.HOME), site.label("kz", what, "stage"))


def route(site: Site) -> Route:
    """The way to the border, the same for all."""
    steps = [Step(EQUEUE, site.name("kz", EQUEUE))]
    for attempt in range(2, ATTEMPTS + 1):
        steps.append(Step(f"{REBOOKING}.{attempt}", site.name("kz", REBOOKING)))
        steps.append(Step(f"{EQUEUE}.{attempt}", site.name("kz", EQUEUE)))
    return Route(f"road.{site.crossing}.home", (*steps, Step(TRIP, site.name("kz", TRIP))))


def work(site: Site) -> Mapping[str, Work]:
    """What a truck does on that way."""
    absent = road_queue.no_shows(site) if site.fact("equeue.enabled").flag else 0.0
    again = site.fact("equeue.rebook_share_after_no_show").share
    later = distribution(site.fact("equeue.rebook_delay"))
    done = {EQUEUE: Work(), TRIP: Work(_trip(site))}
    for attempt in range(2, ATTEMPTS + 1):
        missed = Condition(f"{EQUEUE}.missed", 0.0, absent ** (attempt - 1))
        same = Condition(f"{REBOOKING}.same.{attempt}", 0.0, again)
        done[f"{REBOOKING}.{attempt}"] = Work(later, (missed, same))
        done[f"{EQUEUE}.{attempt}"] = Work(None, (missed,))
    return done


def kinds(
    site: Site,
    journey: Journey,
    flow: evidence.RoadFlow,
    out_of_turn: OutOfTurn,
    done: Mapping[str, Work],
    groups: road_trucks.Groups,
    usual: str = "",
    longer_h: tuple[tuple[str, float], ...] = (),
) -> Iterator[Kind]:
    """The kinds of a journey's trucks; those that comply come first, as they do on the legs that follow.

    Of those that choose ``usual`` is the crossing that they usually use, ``longer_h`` as in ``GroupLabel``.
    """
    for compliant, share in road_trucks.shares(site, journey.there):
        of = road_trucks.truck(site, journey.there, flow, compliant=compliant)
        label = replace(road_trucks.group(site, of, flow, "home", usual), longer_h=longer_h)
        if label not in groups:
            groups.append(label)
        name = "compliant" if compliant else "other"
        for klass, part in out_of_turn.classes(journey, compliant=compliant):
            if part:
                yield Kind(f"{name}.{klass}", share * part, klass, groups.index(label), done)


def _trip(site: Site) -> Distribution:
    """From the call to the arrival at the border: the time ahead of the slot, and early or late for it."""
    fact = site.fact(EARLY)
    ahead = ahead_ms(site)
    spread = NormalDist(fact.ms, _sd_ms(fact))
    minutes = Counter(
        max(0, round((ahead + spread.inv_cdf((n + 0.5) / _POINTS)) / MS_PER_MINUTE)) for n in range(_POINTS)
    )
    points = tuple(sorted(minutes))
    return Distribution(
        "empirical",
        mean=sum(minutes.elements()) * MS_PER_MINUTE / _POINTS,
        points=tuple(float(minute * MS_PER_MINUTE) for minute in points),
        shares=tuple(minutes[minute] / _POINTS for minute in points),
    )


def _sd_ms(fact: Fact) -> float:
    spread = fact.distribution
    if spread is None or spread.sd is None:
        raise EvidenceError(f"{fact.key}: a normal distribution with its standard deviation is needed")
    number, unit = evidence.split_quantity(spread.sd)
    return abs(number) * evidence.MS_PER_UNIT[unit]
