"""The cases with finite places, numbers at instants and closed nights; and all cases together."""

from __future__ import annotations

import math
from collections.abc import Callable

from kzsim import queueing as q
from kzsim.queueing.arrivals import Coming
from tests.verification.airport import airport
from tests.verification.batch_cases import batch_arrivals, trains
from tests.verification.breakdowns import breakdown
from tests.verification.cases import (
    Case,
    Found,
    Row,
    Values,
    border_station,
    eye_clinic,
    lanes,
    many_servers,
    pick,
    regular_arrivals,
    relaxation,
    services,
    three_classes,
    two_classes,
)
from tests.verification.theory import entries, targets

COPIES = 100
"""Independent copies of a small system in one run: a replication's value is their mean."""

FLUID_PER_ENTITY = 100
"""Entities that stand for one of the fluid's: so many times smaller and more frequent."""

NOT_STEADY = math.nan


def all_cases() -> list[Case]:
    """Every case, in the order of the file."""
    return [
        eye_clinic(),
        *many_servers(),
        border_station(),
        *services(),
        *regular_arrivals(),
        two_classes(),
        three_classes(),
        *lanes(),
        *saturated_lines(),
        *open_tandems(),
        growing_number(),
        varying_rate(),
        *fleets(),
        *closed_nights(),
        batch_arrivals(),
        *trains(),
        breakdown(),
        airport(),
    ]


def tandem(arrivals: Callable[[q.Time], Coming], count: int, between: int) -> Callable[[q.Time], q.Network]:
    """Single servers in a row with so many places between neighbours, and blocking after service.

    The zone of a station covers the places before it and the one at its server.
    """
    names = [f"station {i}" for i in range(1, count + 1)]

    def of(duration: q.Time) -> q.Network:
        return q.network(
            *(q.service(name, 1) for name in names),
            *(q.zone(f"places at {name}", between + 1) for name in names[1:]),
            q.source(
                "all",
                arrivals(duration),
                [q.step(name, q.exponential(q.minutes(1))) for name in names],
                zones=[q.holding(f"places at {name}", name) for name in names[1:]],
            ),
        )

    return of


def more_than_served(per_minute: float) -> Callable[[q.Time], Coming]:
    """A crowd at 0 that outlasts servers of this rate: six standard deviations and ten more."""

    def of(duration: q.Time) -> Coming:
        served = duration.ms / q.minutes(1).ms * per_minute
        return q.crowd(math.ceil(served + 6 * math.sqrt(served)) + 10)

    return of


def saturated_lines() -> list[Case]:
    section = "blocking_after_service_saturated_line"
    return [
        Case(
            f"saturated line of {entry['K']}, {between} places between",
            tandem(more_than_served(1.0), entry["K"], between),
            units=20_000,
            relaxation=relaxation(0.8),
            bias="below 0.01 % with the kernel: ten relaxation times and more, of M/M/1 at load 0.8",
            rows=(Row(f"{path}.throughput.{i}", pick("network", "throughput"), half_width=0.01),),
        )
        for path, entry in entries().items()
        if path.startswith(section)
        for i, between in enumerate(entry["B"])
    ]


def open_tandems() -> list[Case]:
    section = "blocking_after_service_open_tandem"
    return [
        Case(
            f"open tandem, {entry['B']} places between",
            tandem(lambda _, rate=entry["lambda"]: q.poisson(q.per_minute(rate)), 2, entry["B"]),  # type: ignore[misc] - a lambda's default has no type
            units=units,
            relaxation=relaxation(0.75),
            bias="below 0.01 % with the kernel: ten relaxation times and more, of M/M/1 at load 0.75",
            rows=(
                Row(f"{path}.Wq1", pick("station 1", "wait")),
                Row(f"{path}.blocked", pick("places at station 2", "wait")),
                Row(f"{path}.W", pick("network", "time_in_system")),
            ),
        )
        for (path, entry), units in zip(
            ((path, entry) for path, entry in entries().items() if path.startswith(section)),
            (400_000, 250_000, 250_000),
            strict=True,
        )
    ]


def copies(arrivals: Coming, servers: int, work: q.Time) -> Callable[[q.Time], q.Network]:
    """Many independent copies of one queue."""
    names = [f"copy {i}" for i in range(COPIES)]
    net = q.network(
        *(q.service(name, servers) for name in names),
        *(q.source(name, arrivals, [q.step(name, q.exponential(work))], klass="all") for name in names),
    )
    return lambda _: net


def number_at(instant: float) -> Callable[[Found], Values]:
    """The mean number over the copies at an instant."""
    sums = pick("network", "number_in_system_at", at=instant)
    return lambda found: tuple(value / COPIES for value in sums(found))


def growing_number() -> Case:
    path = "nonstationary.mm1_transient_rho09"
    instants = tuple(entries()[path]["mean_number_at"])
    return Case(
        "mm1_transient_rho09",
        copies(q.poisson(q.per_minute(0.9)), 1, q.minutes(1)),
        units=float(max(instants)),
        replications=500,
        grows=False,
        relaxation=NOT_STEADY,
        bias="none: the target is of the same instant",
        options={"at": tuple(q.minutes(at) for at in instants)},
        rows=tuple(Row(f"{path}.mean_number_at.{at}", number_at(at)) for at in instants),
    )


def varying_rate() -> Case:
    path = "nonstationary.mt_m_3"
    instants = tuple(entries()[path]["mean_number_at_h"])
    piece_h = 0.1

    def integral(t: float) -> float:
        """Of 6 (1 + 0.5 sin(2 pi t / 24)) from 0."""
        return 6 * t + 36 / math.pi * (1 - math.cos(2 * math.pi * t / 24))

    expected = [integral((i + 1) * piece_h) - integral(i * piece_h) for i in range(240)]
    return Case(
        "mt_m_3",
        copies(q.poisson_counts(expected, each=q.hours(piece_h)), 3, q.hours(1 / 2.5)),
        units=24 * 60.0,
        unit="h",
        replications=500,
        grows=False,
        relaxation=NOT_STEADY,
        bias=(
            "at most 0.02 %, by the differential equations: the rate is constant over each 6 minutes, "
            "with its integral there"
        ),
        options={"at": tuple(q.hours(at) for at in instants)},
        rows=tuple(Row(f"{path}.mean_number_at_h.{at}", number_at(at)) for at in instants),
    )


def fleets() -> list[Case]:
    """N tokens, of which each service by one of c servers needs one: they are away for a while after it.

    There is never a lack of entities, so a token that is there waits for a server alone, and by Little's law
    its mean wait is the mean number of idle tokens over the services in a unit of time.
    """

    def of(entry: dict[str, float], throughput: float) -> Callable[[q.Time], q.Network]:
        def network(duration: q.Time) -> q.Network:
            fleet = q.need("fleet", away=q.exponential(q.minutes(1 / entry["lambda"])))
            return q.network(
                q.tokens("fleet", int(entry["N"])),
                q.service("repair", int(entry["c"])),
                q.source(
                    "all",
                    more_than_served(throughput)(duration),
                    [q.step("repair", q.exponential(q.minutes(1 / entry["mu"])), needs=fleet)],
                ),
            )

        return network

    def wait_of_a_token(found: Found) -> Values:
        idle, served = pick("fleet", "idle_tokens")(found), pick("network", "throughput")(found)
        return tuple(number / per_min for number, per_min in zip(idle, served, strict=True))

    return [
        Case(
            f"finite fleet of {entry['N']}",
            of(entry, 1.2 * targets()[f"{path}.throughput"]),
            units=40_000,
            relaxation=NOT_STEADY,
            bias=(
                "0.02 % of the wait and 0.001 % of the throughput with the kernel, 0.6 and 0.04 % with the "
                "reference engine, by the deviation matrix: all are there at the start"
            ),
            rows=(
                Row(f"{path}.throughput", pick("network", "throughput"), half_width=0.01),
                Row(f"{path}.Wq", wait_of_a_token),
            ),
        )
        for path, entry in entries().items()
        if path.startswith("finite_fleet")
    ]


def closed_nights() -> list[Case]:
    """A fluid, cut into small equal pieces: nothing is random, so there is no interval."""
    made = []
    for i, (open_h, per_h) in enumerate([(12, 25), (9, 30)]):
        served_ms = q.hours(1).ms / per_h / FLUID_PER_ENTITY
        # a cycle begins when it shuts, with nobody there: the first day is like all others
        hours = q.changing({q.hours(0): 0, q.hours(24 - open_h): 1}, repeat=q.days(1))
        net = q.network(
            q.service("stage", hours),
            q.source(
                "all",
                q.regular(q.hours(1 / 10 / FLUID_PER_ENTITY)),
                [q.step("stage", q.fixed(q.Time(served_ms)))],
            ),
        )
        made.append(
            Case(
                f"closed at night, open {open_h} h",
                lambda _, net=net: net,  # type: ignore[misc] - a lambda's default has no type
                units=3 * 24 * 60.0,
                unit="h",
                replications=2,
                grows=False,
                relaxation=NOT_STEADY,
                bias="at most 0.002 h: one piece's gap and service",
                rows=(Row(f"closed_at_night_fluid.{i}.mean_wait_h", pick("stage", "wait"), within=0.002),),
            )
        )
    return made
