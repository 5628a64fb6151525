"""One country's road post: its stages and their servers, and what a truck does at each.

A post is passed in this order, with a drive before each stage but the two gates::

    entry_gate, border_guard, weighing, documents, documents_hold, (scan), (exam), quarantine,
    (lab_hold), exit_gate

The stages in brackets are for those selected; quarantine is for agricultural loads. Names of steps
are also names of random numbers, so they are the same whatever a corridor changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from kzsim.border.calendars import daily_calendar, joined, to_calendar
from kzsim.border.corridors import DEDICATED, PRIORITY, RELEASED_BEFORE_RESULT, TAKEN_FROM_GENERAL
from kzsim.border.episodes import whole_on
from kzsim.border.labels import ORDINARY, USERS, ElementLabel, Side
from kzsim.border.quantities import count
from kzsim.border.site import Site
from kzsim.evidence import Fact
from kzsim.network.model import (
    Account,
    Condition,
    DelayStage,
    Distribution,
    Pool,
    ServiceStage,
    Stage,
    Step,
    Work,
)

GENERAL = "general"
GREEN = "green"
WINDOW = "window"

MOVE = "move"
HOLD = "documents_hold"
EXTENDED_HOLD = "documents_hold_extended"
LAB = "lab_hold"
SCAN = "scan"
QUARANTINE = "quarantine"

SERVERS: Mapping[str, str] = MappingProxyType(
    {
        "entry_gate": "entry_gate.lanes",
        "border_guard": "border_guard.booths",
        "weighing": "weighing.bridges",
        "documents": "documents.officers",
        SCAN: "scan.scanners",
        "exam": "exam.bays",
        QUARANTINE: "quarantine.inspectors",
        "exit_gate": "exit_gate.lanes",
    }
)
"""The service stages of a post, and the evidence that counts their servers."""

_ACCOUNTS = {"documents": Account.DOCUMENTS}
_GRAIN_LAB = "quarantine.lab_hold_grain"
_GRAIN = "grain_and_oilseed"


@dataclass(frozen=True)
class Truck:
    """What decides the work of a truck: class, whether loaded, agricultural, meeting the corridor's terms.

    ``without`` are measures of the corridor that it does not use.
    """

    klass: str
    loaded: bool
    agricultural: bool
    compliant: bool
    without: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Element:
    """A stage and what it stands for."""

    made: Stage
    label: ElementLabel


def has_scan(site: Site, side: Side) -> bool:
    """Whether the side has a scanner on any day of the run."""
    fact = _scanners(site, side)
    return any(fact.on(day) > 0 for day in site.clock.days(side))


def holds_in_open_hours_only(site: Site) -> bool:
    """Whether papers are worked on only while the side is open."""
    return site.params.get(f"road.{site.crossing}.both.documents.hold_in_open_hours_only").flag


def _holds_longer(site: Site, side: Side) -> bool:
    """Whether the papers of the corridor's users are worked on in hours of their own."""
    return bool(site.window(side)) and holds_in_open_hours_only(site)


def stage_name(site: Site, side: Side, stage: str) -> str:
    """Name of a stage of a post; scanners are shared by both directions."""
    return f"{site.crossing}.{side}.{stage}" if stage == SCAN else site.name(side, stage)


def elements(site: Site, side: Side) -> tuple[Element, ...]:
    """All stages of a post."""
    names = [stage for stage in SERVERS if stage != SCAN or has_scan(site, side)]
    hold_open = to_calendar(site.open(side)) if holds_in_open_hours_only(site) else None
    delays = [
        DelayStage(site.name(side, MOVE), Account.TRAVEL),
        DelayStage(site.name(side, HOLD), Account.HOLD, hold_open),
        DelayStage(site.name(side, LAB), Account.HOLD),
    ]
    if _holds_longer(site, side):
        longer = to_calendar(joined(site.clock, (*site.open(side), *site.window(side))))
        delays.append(DelayStage(site.name(side, EXTENDED_HOLD), Account.HOLD, longer))
    made: tuple[Stage, ...] = (*(_service(site, side, stage) for stage in names), *delays)
    return tuple(Element(stage, _label(site, side, stage.name.rpartition(".")[2])) for stage in made)


def _label(site: Site, side: Side, stage: str) -> ElementLabel:
    if stage == SCAN:
        return ElementLabel(site.crossing, "road", "both", side, stage, "stage")
    return site.label(side, stage, "stage")


def _service(site: Site, side: Side, stage: str) -> ServiceStage:
    shared = stage == SCAN
    fact = _scanners(site, side) if shared else site.fact(f"{side}.{SERVERS[stage]}")
    dedicated = 0
    if stage in DEDICATED:
        dedicated = round(site.corridor.switch(DEDICATED[stage], site.direction, side))
    taken = site.corridor.switch(TAKEN_FROM_GENERAL, site.direction, side)
    extra = site.window_of_either_direction(side) if shared else site.window(side)

    def servers(day: date) -> int:
        return count(fact, fact.on(day))

    capacity, way = f"{side}.capacity_factor", None if shared else site.direction
    fewer = site.dated.changes_capacity(capacity, way)

    def there_on(day: date, number: int) -> int:
        return whole_on(day, number * site.dated.capacity_on(capacity, way, day)) if fewer else number

    def general(day: date) -> int:
        there = servers(day)
        return there_on(day, max(min(there, 1), there - _given_up(dedicated, taken, day)))

    pools = [Pool(GENERAL, daily_calendar(site.clock, side, site.open(side), general))]
    if dedicated:
        own = daily_calendar(site.clock, side, site.open(side), lambda day: there_on(day, dedicated))
        pools.insert(0, Pool(GREEN, own))
    if extra:
        longer = daily_calendar(site.clock, side, extra, lambda day: there_on(day, servers(day)))
        pools.append(Pool(WINDOW, longer))
    usable: dict[str, tuple[str, ...]] = {}
    if len(pools) > 1:
        every = tuple(pool.name for pool in pools)
        usable = {ORDINARY: (GENERAL,), **dict.fromkeys(USERS, every)}
    account = _ACCOUNTS.get(stage, Account.INSPECTION)
    return ServiceStage(stage_name(site, side, stage), account, tuple(pools), usable)


def _given_up(dedicated: int, share: float, day: date) -> int:
    """Servers that the general lanes give up on that day; over the days exactly the share of them."""
    return whole_on(day, dedicated * share)


def _scanners(site: Site, side: Side) -> Fact:
    return site.params.get(f"road.{site.crossing}.both.{side}.{SERVERS[SCAN]}")


def priority(site: Site, side: Side) -> dict[tuple[str, str], int]:
    """Where the corridor's users go first at this post (lower goes first)."""
    rank = round(site.corridor.switch(PRIORITY, site.direction, side))
    if not rank:
        return {}
    stages = [stage for stage in SERVERS if stage != SCAN or has_scan(site, side)]
    return {(klass, stage_name(site, side, stage)): -rank for stage in stages for klass in USERS}


def steps(site: Site, side: Side, *, agricultural: bool, eligible: bool) -> tuple[Step, ...]:
    """The steps of a class of trucks through a post."""

    def step(name: str, stage: str | None = None) -> Step:
        return Step(f"{side}.{name}", stage_name(site, side, stage or name))

    def then(stage: str) -> tuple[Step, Step]:
        return step(f"{MOVE}.{stage}", MOVE), step(stage)

    way = [step("entry_gate"), *then("border_guard"), *then("weighing"), *then("documents"), step(HOLD)]
    if eligible:
        # a step of their own in every scenario, so that hours of their own move no random number
        way.append(step(f"{HOLD}.compliant", EXTENDED_HOLD if _holds_longer(site, side) else HOLD))
    if has_scan(site, side):
        way += then(SCAN)
    way += [step(f"{MOVE}.exam", MOVE), step("exam.full", "exam"), step("exam.partial", "exam")]
    if agricultural:
        way += [*then(QUARANTINE), step(LAB)]
    return (*way, step("exit_gate"))


def work(site: Site, side: Side, truck: Truck) -> dict[str, Work]:
    """What a truck does at each step of a post; entries for steps that its class lacks do no harm."""
    return {f"{side}.{name}": done for name, done in _work(site, side, truck)}


def _work(site: Site, side: Side, truck: Truck) -> Iterator[tuple[str, Work]]:
    def lasts(param: str) -> Distribution:
        key = site.key(f"{side}.{param}")
        return site.corridor.duration(
            site.params, key, param, site.direction, side, truck.klass, truck.compliant, truck.without
        )

    def share(param: str) -> float:
        value = site.fact(f"{side}.{param}").share
        return min(1.0, _changed(site, side, truck, param, value))

    def if_below(purpose: str, limit: float) -> Condition:
        return Condition(f"{side}.{purpose}", 0.0, limit)

    load = "loaded" if truck.loaded else "empty"
    move = lasts("stage_move.time")
    examined = if_below("exam.selected", share(f"exam.share_{load}"))
    never = if_below("exam.selected", 0.0)  # no number lies in an empty interval, whatever its purpose

    for stage in ("entry_gate", "border_guard", "weighing", "exit_gate"):
        yield stage, Work(lasts(f"{stage}.time"))
    yield "documents", Work(lasts(f"documents.time_{load}"))
    for stage in ("border_guard", "weighing", "documents", QUARANTINE):
        yield f"{MOVE}.{stage}", Work(move)

    hold = lasts(f"documents.hold_{load}")
    yield HOLD, Work(hold, (never,) if truck.compliant else ())
    yield f"{HOLD}.compliant", Work(hold, () if truck.compliant else (never,))

    scanned = (if_below("scan.selected", share(f"scan.share_{load}")),)
    yield f"{MOVE}.{SCAN}", Work(move, scanned)
    yield SCAN, Work(lasts("scan.time"), scanned)

    full = share("exam.full_share")
    yield f"{MOVE}.exam", Work(move, (examined,))
    yield "exam.full", Work(lasts("exam.time_full"), (examined, if_below("exam.unloaded", full)))
    rest = Condition(f"{side}.exam.unloaded", full, 1.0)
    yield "exam.partial", Work(lasts("exam.time_partial"), (examined, rest))

    if truck.agricultural:
        yield QUARANTINE, Work(lasts("quarantine.time_visual"))
        yield LAB, _lab(site, side, truck, lasts, share("quarantine.sample_share"))


def _changed(site: Site, side: Side, truck: Truck, param: str, value: float) -> float:
    return site.corridor.changed(
        value, param, site.direction, side, truck.klass, truck.compliant, truck.without
    )


def _lab(site: Site, side: Side, truck: Truck, lasts: Callable[[str], Distribution], sampled: float) -> Work:
    grain_of_its_own = truck.klass == _GRAIN and site.params.find(site.key(f"{side}.{_GRAIN_LAB}"))
    hold = lasts(_GRAIN_LAB if grain_of_its_own else "quarantine.lab_hold")
    when = [Condition(f"{side}.lab.sampled", 0.0, sampled)]
    released = _changed(site, side, truck, RELEASED_BEFORE_RESULT, 0.0)
    if released:
        when.append(Condition(f"{side}.lab.released", min(released, 1.0), 1.0))
    return Work(hold, tuple(when))
