"""A small world for the tests of indicators: one crossing, one direction, four groups, hand-made stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kzsim.border.assemble import WITHIN_MS
from kzsim.engines.observers import Records, observers_of
from kzsim.indicators.layout import ElementInfo, GroupInfo, Layout, make_layout
from kzsim.indicators.summary import Observed
from kzsim.network.compile import compile_network
from kzsim.network.model import (
    MS_PER_DAY,
    MS_PER_HOUR,
    WAIT_ACCOUNTS,
    Account,
    Arrivals,
    Calendar,
    DelayStage,
    Distribution,
    GateStage,
    Kind,
    Network,
    Occupancy,
    Pool,
    Route,
    ServiceStage,
    Source,
    Step,
    Work,
    Zone,
)

USER, NONUSER, GENERAL, EMPTY = range(4)
HORIZON_MS = 10 * MS_PER_DAY
FOLLOW_UP_MS = 2 * MS_PER_DAY
SPANS = {"kz": ("a.check",), "cn": ("a.road",)}
COHORT_MS = (MS_PER_DAY, HORIZON_MS - FOLLOW_UP_MS)


@dataclass(frozen=True)
class Stay:
    """One entity by hand: times in hours, ``out_h`` None if it never leaves.

    Whatever of its stay ``spent`` (element, account, hours) leaves over is travel on the road.
    """

    group: int
    in_h: float
    out_h: float | None
    free_h: float = 1.0
    spent: Sequence[tuple[str, Account, float]] = ()


def network() -> Network:
    hour = Distribution("fixed", float(MS_PER_HOUR))
    work = {"gate": Work(), "check": Work(hour), "road": Work(hour)}
    kinds = tuple(
        Kind(name, 0.25, "any", group, work)
        for group, name in enumerate(("user", "nonuser", "general", "empty"))
    )
    return Network(
        horizon_ms=HORIZON_MS,
        classes=("any",),
        stages=(
            GateStage("a.gate", Calendar.always(1)),
            ServiceStage(
                "a.check", Account.INSPECTION, (Pool("booths", Calendar((0, 5 * MS_PER_DAY), (0, 2))),)
            ),
            DelayStage("a.road", Account.TRAVEL),
        ),
        zones=(Zone("a.yard", 5),),
        routes=(
            Route(
                "out",
                (Step("gate", "a.gate"), Step("check", "a.check"), Step("road", "a.road")),
                (Occupancy("a.yard", "check", "check"),),
            ),
        ),
        sources=(Source("trucks", "out", Arrivals("instants"), kinds),),
        n_groups=4,
        cohort_ms=COHORT_MS,
        within_ms=WITHIN_MS,
        spans=SPANS,
    )


def layout(corridor: bool = True, mode: str = "road") -> Layout:
    flow = ("a", mode, "kz_to_cn")
    wagons, place = (50.0, "Here - There") if mode == "rail" else (0.0, "")
    user = "user" if corridor else "eligible_nonuser"
    groups = (
        GroupInfo(*flow, "perishable", True, user, load_t=20.0),
        GroupInfo(*flow, "perishable", True, "eligible_nonuser", load_t=20.0),
        GroupInfo(*flow, "general", False, "other", load_t=10.0, wagons=wagons, place=place),
        GroupInfo(*flow, "empty", False, "other", wagons=wagons, loaded=False, place=place),
    )
    program = compile_network(network())
    elements = [ElementInfo(*flow, "kz", name.partition(".")[2]) for name in program.element_names]
    return make_layout(program, groups, elements, FOLLOW_UP_MS)


def records(stays: Sequence[Stay]) -> Records:
    """What an engine would know of the entities of those stays."""
    arrival = np.array([round(stay.in_h * MS_PER_HOUR) for stay in stays], dtype=np.int64)
    phase = (arrival >= COHORT_MS[0]).astype(np.int8) + (arrival >= COHORT_MS[1]).astype(np.int8)
    waits = np.zeros((len(stays), len(WAIT_ACCOUNTS)), dtype=np.int64)
    for i, stay in enumerate(stays):
        for _, account, hours in stay.spent:
            if account in WAIT_ACCOUNTS:
                waits[i, WAIT_ACCOUNTS.index(account)] += round(hours * MS_PER_HOUR)
    spans = np.zeros((len(stays), len(SPANS)), dtype=np.int64)
    for i, stay in enumerate(stays):
        until = HORIZON_MS / MS_PER_HOUR if stay.out_h is None else stay.out_h
        on_road = until - stay.in_h - sum(hours for _, _, hours in stay.spent)
        for element, hours in [*((at, hours) for at, _, hours in stay.spent), ("a.road", on_road)]:
            for span, names in enumerate(SPANS.values()):
                spans[i, span] += round(hours * MS_PER_HOUR) * (element in names)
    return Records(
        arrival_ms=arrival,
        exit_ms=np.array(
            [-1 if s.out_h is None else round(s.out_h * MS_PER_HOUR) for s in stays], dtype=np.int64
        ),
        free_flow_ms=np.array([round(s.free_h * MS_PER_HOUR) for s in stays], dtype=np.int64),
        group=np.array([s.group for s in stays], dtype=np.int32),
        phase=phase,
        wait_ms=waits,
        span_ms=spans,
    )


def observed(stays: Sequence[Stay], where: Layout | None = None) -> Observed:
    """What an engine would have given for those stays."""
    where = where or layout()
    number = {name: i for i, name in enumerate(where.element_names)}
    known = records(stays)
    arrival, leave, phase = known.arrival_ms, known.exit_ms, known.phase
    accounts = np.zeros((4, 3, len(number), len(Account)), dtype=np.int64)
    for i, stay in enumerate(stays):
        left = (HORIZON_MS if leave[i] < 0 else leave[i]) - arrival[i]
        for element, account, hours in stay.spent:
            accounts[stay.group, phase[i], number[element], account] += round(hours * MS_PER_HOUR)
            left -= round(hours * MS_PER_HOUR)
        accounts[stay.group, phase[i], number["a.road"], Account.TRAVEL] += left
    instants = HORIZON_MS // MS_PER_HOUR
    lines = np.zeros((instants, len(number)), dtype=np.int32)
    starts = np.zeros((4, len(number), 2), dtype=np.int64)
    places = np.zeros(len(number), dtype=np.int64)
    return Observed(
        observers=observers_of(
            compile_network(network()), known, starts, places, np.zeros(0, dtype=np.int64)
        ),
        account_ms=accounts,
        in_line=lines,
        in_zone=lines.copy(),
        busy_ms=np.array([MS_PER_DAY], dtype=np.int64),
        capacity_ms=np.array([pool.capacity_ms for pool in where.pools], dtype=np.int64),
    )
