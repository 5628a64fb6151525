"""The hand-over yard in China: trucks unload, wait for a load, and take it over from Chinese trucks.

A load that Chinese trucks bring waits for the first Kazakh truck: *first cargo, first truck*. It goes on as
the truck that has taken it, so its crossing time runs from its delivery. Zones::

    truck_places   drive into the yard .. a load is found     (full: the exit lane of the post is blocked)
    cargo_places   waiting for a truck .. end of the hand-over
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kzsim.border.corridors import HANDOVER_PRIORITY
from kzsim.border.labels import CORRIDOR_FIRST, FETCHING, ORDINARY, USERS, ElementLabel
from kzsim.border.post import Element, Truck
from kzsim.border.quantities import count, distribution
from kzsim.border.site import Site
from kzsim.network.model import (
    MS_PER_DAY,
    MS_PER_HOUR,
    Account,
    Alternative,
    Calendar,
    ChoiceStage,
    Condition,
    DelayStage,
    Distribution,
    Occupancy,
    PairingStage,
    Pool,
    ServiceStage,
    Stage,
    Step,
    Work,
    Zone,
)

PAIRING = "pairing"
HANDOVER = "handover"
WAREHOUSE = "handover.warehouse"
DRIVE_IN = "yard_drive"
UNLOAD = "unload"
TRUCK_PLACES = "truck_places"
CARGO_PLACES = "cargo_places"
WAITS = "pairing"
OUTLOOK = "outlook"
STAYS, GOES = f"{OUTLOOK}.stays", f"{OUTLOOK}.goes_home_empty"
RETURN_EMPTY = "handover.return_empty_after"


def name(site: Site, what: str) -> str:
    """Name of an element of the yard, which both directions use."""
    return f"{site.crossing}.cn.{what}"


def elements(site: Site, loads: float, days: float) -> Iterator[Element]:
    """The stages of the yard, by the evidence from China; ``loads`` come in so many ``days``."""
    bays = count(site.fact("handover.bays"))
    yield _element(
        site,
        HANDOVER,
        ServiceStage(name(site, HANDOVER), Account.HANDLING, (Pool("bays", Calendar.always(bays)),)),
    )
    yield _element(site, WAREHOUSE, DelayStage(name(site, WAREHOUSE), Account.HANDLING))
    yield _element(site, PAIRING, PairingStage(name(site, PAIRING), (ORDINARY, *USERS), (FETCHING,)))
    gap_ms = round(days * MS_PER_DAY / loads) if loads else 0
    stays = Alternative(STAYS, name(site, PAIRING), gap_ms)
    goes = Alternative(GOES, name(site, PAIRING))
    hourly = tuple(range(0, site.clock.horizon_ms, MS_PER_HOUR))
    yield _element(site, OUTLOOK, ChoiceStage(name(site, OUTLOOK), (stays, goes), hourly))
    yield _element(site, DRIVE_IN, DelayStage(name(site, DRIVE_IN), Account.TRAVEL))


def _element(site: Site, what: str, made: Stage) -> Element:
    return Element(made, ElementLabel(site.crossing, "road", "both", "cn", what.replace(".", "_"), "stage"))


def zones(site: Site) -> Mapping[Zone, ElementLabel]:
    """Places for trucks and for loads."""
    return {
        Zone(name(site, what), count(site.fact(f"handover.{what}"))): ElementLabel(
            site.crossing, "road", "both", "cn", what, "zone"
        )
        for what in (TRUCK_PLACES, CARGO_PLACES)
    }


def priority(site: Site) -> dict[tuple[str, str], int]:
    """Loads first that the corridor's rules give the first free truck."""
    first = site.corridor.switch(HANDOVER_PRIORITY, "cn_to_kz", "cn")
    return {(CORRIDOR_FIRST, name(site, PAIRING)): -round(first)} if first else {}


def goes_first(site: Site, klass: str) -> bool:
    """Whether loads of a class from China that use the corridor do."""
    return (
        site.direction == "cn_to_kz" and site.corridor.switch(HANDOVER_PRIORITY, "cn_to_kz", "cn", klass) > 0
    )


def steps_in(site: Site, *, loaded: bool) -> tuple[Step, ...]:
    """What a truck from Kazakhstan does in the yard before it looks for a load."""
    drive = Step(DRIVE_IN, name(site, DRIVE_IN))
    return (drive, Step(UNLOAD, name(site, HANDOVER))) if loaded else (drive,)


def place_in(site: Site, *, loaded: bool) -> Occupancy:
    """The place that it takes for that."""
    return Occupancy(name(site, TRUCK_PLACES), DRIVE_IN, UNLOAD if loaded else DRIVE_IN, "end")


def waiting(site: Site) -> tuple[tuple[Step, ...], tuple[Occupancy, ...]]:
    """A truck's wait for a load, unless it goes home empty.

    It cannot know how long it would wait, and judges by the trucks that wait before it: the time in which as
    many loads come as an average day of the run has is too long if it is longer than it would wait at most.
    """
    stays = Step(STAYS, name(site, OUTLOOK), alternative=STAYS)
    goes = Step(GOES, name(site, OUTLOOK), alternative=GOES)
    waits = Step(WAITS, name(site, PAIRING), given=STAYS)
    return (stays, goes, waits), (Occupancy(name(site, TRUCK_PLACES), WAITS, WAITS, "end"),)


def patience(site: Site) -> dict[str, Work]:
    """What a truck does that waits, or does not."""
    longest = site.params.get(f"road.{site.crossing}.cn_to_kz.{RETURN_EMPTY}")
    at_once = Distribution("fixed", 0.0)
    return {STAYS: Work(at_once), GOES: Work(distribution(longest)), WAITS: Work()}


def steps_out(site: Site) -> tuple[Step, ...]:
    """A load in the yard: it waits for a truck, and is handed over, some of it by way of a warehouse."""
    return (
        Step(PAIRING, name(site, PAIRING)),
        Step(HANDOVER, name(site, HANDOVER)),
        Step(WAREHOUSE, name(site, WAREHOUSE)),
    )


def place_out(site: Site) -> Occupancy:
    """The place that it takes for that."""
    return Occupancy(name(site, CARGO_PLACES), PAIRING, HANDOVER, "end")


def work(site: Site, of: Truck) -> dict[str, Work]:
    """What a truck or load does in the yard."""
    if site.direction == "kz_to_cn":
        # unloading takes as long as the hand-over of a load, which is no less than that
        unload = site.params.get(f"road.{site.crossing}.cn_to_kz.handover.time")
        drive = distribution(site.fact("cn.stage_move.time"))
        return {DRIVE_IN: Work(drive), UNLOAD: Work(distribution(unload))}
    warehouse = "handover.warehouse_share"
    share = site.corridor.changed(
        site.fact(warehouse).share, warehouse, site.direction, "cn", of.klass, of.compliant, of.without
    )
    stored = Condition(f"{WAREHOUSE}.selected", 0.0, min(1.0, share))
    return {
        PAIRING: Work(),
        HANDOVER: Work(_lasts(site, of, "handover.time")),
        WAREHOUSE: Work(_lasts(site, of, "handover.warehouse_handling"), (stored,)),
    }


def _lasts(site: Site, of: Truck, tail: str) -> Distribution:
    return site.corridor.duration(
        site.params, site.key(tail), tail, site.direction, "cn", of.klass, of.compliant, of.without
    )
