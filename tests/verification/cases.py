"""Networks whose exact results are known, built with ``kzsim.queueing``, and where each number stands.

A unit of time is one minute: services have a mean of 1 unit unless a case says otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kzsim import queueing as q

Values = tuple[float, ...]
Found = Mapping[q.Key, Values]
Pick = Callable[[Found], Values]


SEED = 20261122
"""Fixed before the first run."""


@dataclass(frozen=True)
class Effort:
    """An engine, and which share of the full suite's work it does."""

    engine: str
    share: float = 1.0
    jobs: int = 1
    seed: int = SEED

    def replications(self, case: Case) -> int:
        """How many of a case."""
        return case.replications if case.grows else max(2, math.ceil(case.replications * self.share))

    def units(self, case: Case) -> float:
        """How long its runs are, in minutes."""
        return case.units * self.share if case.grows else case.units

    def half_width(self, row: Row) -> float:
        """The largest 99 % half-width, as a share of the target; the file's own in the full suite."""
        return row.half_width * (1 if self.share == 1 else SLACK / math.sqrt(self.share))


SLACK = 1.5
"""Less work gives wider intervals by the root of it, and this much is left for luck."""


@dataclass(frozen=True)
class Row:
    """A target's path and where its estimates stand.

    ``half_width``: the largest that the 99 % interval may have in the full suite, as a share of the target.
    ``within``: what the target itself may be off by, for a fluid limit or a published mean.
    """

    path: str
    pick: Pick
    half_width: float = 0.02
    within: float = 0.0


@dataclass(frozen=True)
class Case:
    """A network, how long it is run, and what is compared.

    ``units``: length of a run in the full suite, in minutes. ``relaxation``: minutes in which the distance to
    the steady state falls to 1/e; NaN where the state at given instants is the target, and nothing is run in.
    ``bias``: what the start or the model itself adds.
    """

    name: str
    network: Callable[[q.Time], q.Network]
    units: float
    rows: tuple[Row, ...]
    relaxation: float
    bias: str = "below 0.01 % with the kernel: ten relaxation times and more"
    unit: str = "min"
    replications: int = 30
    grows: bool = True  # a longer run is a more precise one; else more replications are
    options: Mapping[str, Any] = field(default_factory=dict)
    measure: Callable[[Case, Effort], Found] = field(default_factory=lambda: measured)


def run_in(case: Case, effort: Effort) -> float:
    """Minutes that are left out: 5 % of the run or ten relaxation times, but not over a quarter."""
    units = effort.units(case)
    return 0.0 if math.isnan(case.relaxation) else min(max(0.05 * units, 10 * case.relaxation), 0.25 * units)


def measured(case: Case, effort: Effort) -> Found:
    """Every indicator of a case, by replication."""
    units = effort.units(case)
    duration = q.minutes(units)
    return q.replicate(
        case.network(duration),
        duration=duration,
        warm_up=q.minutes(run_in(case, effort)),
        follow_up=q.minutes(0.0 if math.isnan(case.relaxation) else 0.01 * units),
        replications=effort.replications(case),
        seed=effort.seed,
        engine=effort.engine,
        jobs=effort.jobs,
        unit=case.unit,
        **case.options,
    )


def pick(where: str, indicator: str, group: str = "all", at: float | None = None) -> Pick:
    """The values of one indicator."""

    def values(found: Found) -> Values:
        return next(
            values
            for key, values in found.items()
            if (key.where, key.group, key.indicator) == (where, group, indicator)
            and (at is None or key.at == at)
        )

    return values


def relaxation(rho: float, servers: int = 1, service: float = 1.0) -> float:
    """Of M/M/c, in the units of its mean service: 1 / (c mu (1 - sqrt(rho))^2), but not below 1 / mu."""
    return service * max(1.0, 1 / (servers * (1 - math.sqrt(rho)) ** 2))


def line(
    servers: int, arrivals: Any, work: Any, *, more: Sequence[Any] = (), **of_service: Any
) -> Callable[[q.Time], q.Network]:
    """One stage, and one source, ``all``."""
    net = q.network(
        q.service("stage", servers, **of_service), q.source("all", arrivals, [q.step("stage", work)]), *more
    )
    return lambda _: net


def eye_clinic() -> Case:
    at = "mm1_and_mmc.mm3_eye_clinic"
    return Case(
        "mm3_eye_clinic",
        line(3, q.poisson(q.per_hour(6)), q.exponential(q.minutes(20))),
        units=2_000_000,
        unit="h",
        relaxation=relaxation(2 / 3, 3, 20),
        rows=(
            Row(f"{at}.p_wait", pick("stage", "share_who_wait")),
            Row(f"{at}.Lq", pick("stage", "number_waiting")),
            Row(f"{at}.L", pick("network", "number_in_system")),
            Row(f"{at}.Wq_h", pick("stage", "wait")),
            Row(f"{at}.W_h", pick("network", "time_in_system")),
        ),
    )


def border_station() -> Case:
    at = "mm1_and_mmc.border_station_mm1"
    return Case(
        "border_station_mm1",
        line(1, q.poisson(q.per_hour(10)), q.exponential(q.minutes(5))),
        units=1_500_000,
        unit="h",
        relaxation=relaxation(10 / 12, 1, 5),
        options={"at_least": (3,)},
        rows=(
            Row(f"{at}.Lq", pick("stage", "number_waiting")),
            Row(f"{at}.Wq_h", pick("stage", "wait")),
            Row(f"{at}.W_h", pick("network", "time_in_system")),
            Row(f"{at}.P_N_ge_3", pick("network", "share_of_time_at_least", at=3.0)),
        ),
    )


def many_servers() -> list[Case]:
    at = "mm1_and_mmc.mmc_rho08"
    return [
        Case(
            f"mmc_rho08 with {c} servers",
            line(c, q.poisson(q.per_minute(0.8 * c)), q.exponential(q.minutes(1))),
            units=units,
            relaxation=relaxation(0.8, c),
            rows=(
                Row(f"{at}.Wq.{i}", pick("stage", "wait")),
                Row(f"{at}.p_wait.{i}", pick("stage", "share_who_wait")),
            ),
        )
        for i, (c, units) in enumerate([(1, 220_000), (2, 130_000), (3, 90_000), (5, 60_000), (10, 40_000)])
    ]


def services() -> list[Case]:
    unit = q.minutes(1)
    of = [
        ("deterministic", q.fixed(unit), 150_000),
        ("erlang4", q.erlang(unit, 4), 150_000),
        ("exponential", q.exponential(unit), 220_000),
        ("lognormal_cv1.5", q.lognormal(unit, 1.5), 1_500_000),
    ]
    return [
        Case(
            f"mg1_rho08 {name}",
            line(1, q.poisson(q.per_minute(0.8)), work),
            units=units,
            relaxation=relaxation(0.8),
            bias="below 0.01 % with the kernel: ten relaxation times and more, of M/M/1",
            rows=(Row(f"mg1.mg1_rho08.Wq.{i}", pick("stage", "wait")),),
        )
        for i, (name, work, units) in enumerate(of)
    ]


def regular_arrivals() -> list[Case]:
    return [
        Case(
            f"dm1 rho {rho}",
            line(1, q.regular(q.minutes(1 / rho)), q.exponential(q.minutes(1))),
            units=units,
            relaxation=relaxation(rho),
            bias="below 0.01 % with the kernel: ten relaxation times and more, of M/M/1",
            rows=(Row(f"mg1.dm1.Wq.{i}", pick("stage", "wait")),),
        )
        for i, (rho, units) in enumerate([(0.8, 120_000), (0.9, 400_000)])
    ]


def two_classes() -> Case:
    at = "priority_nonpreemptive.two_class_lots.W_min"
    work = q.exponential(q.minutes(5))
    net = q.network(
        q.service("stage", 1, priority={"high": 0, "low": 1}),
        q.source("high", q.poisson(q.per_hour(1)), [q.step("stage", work)]),
        q.source("low", q.poisson(q.per_hour(9)), [q.step("stage", work)]),
    )
    return Case(
        "two_class_lots",
        lambda _: net,
        units=2_000_000,
        relaxation=relaxation(10 / 12, 1, 5),
        rows=tuple(Row(f"{at}.{k}", pick("network", "time_in_system", k)) for k in ("high", "low")),
    )


def three_classes() -> Case:
    at = "priority_nonpreemptive.mg1_three_class.Wq"
    unit = q.minutes(1)
    of = {
        "first": (0.2, q.fixed(unit)),
        "second": (0.3, q.exponential(unit)),
        "third": (0.3, q.erlang(unit, 4)),
    }
    net = q.network(
        q.service("stage", 1, priority={name: rank for rank, name in enumerate(of)}),
        *(
            q.source(name, q.poisson(q.per_minute(rate)), [q.step("stage", work)])
            for name, (rate, work) in of.items()
        ),
    )
    return Case(
        "mg1_three_class",
        lambda _: net,
        units=500_000,
        relaxation=relaxation(0.8),
        bias="below 0.01 % with the kernel: ten relaxation times and more, of M/M/1",
        rows=tuple(Row(f"{at}.{i}", pick("stage", "wait", name)) for i, name in enumerate(of)),
    )


def lanes() -> list[Case]:
    at = "pooled_or_dedicated_lanes.fast_lane.Wq_min"
    trusted = 0.225

    def of(**stage: Any) -> Callable[[q.Time], q.Network]:
        work = q.exponential(q.minutes(2))
        net = q.network(
            q.service("booths", **stage),
            q.source("trusted", q.poisson(q.per_hour(60 * trusted)), [q.step("booths", work)]),
            q.source("general", q.poisson(q.per_hour(60 * (1 - trusted))), [q.step("booths", work)]),
        )
        return lambda _: net

    def weighted(found: Found) -> Values:
        """Theory's mean is weighted by the given share, not by that of a run."""
        own, others = (pick("booths", "wait", name)(found) for name in ("trusted", "general"))
        return tuple(trusted * a + (1 - trusted) * b for a, b in zip(own, others, strict=True))

    return [
        Case(
            "fast_lane dedicated",
            of(
                pools={"trusted": 1, "general": 2},
                usable={"trusted": ["trusted"], "general": ["general"]},
            ),
            units=600_000,
            relaxation=relaxation(0.775, 2, 2),
            rows=(
                Row(f"{at}.trusted_dedicated_1", pick("booths", "wait", "trusted")),
                Row(f"{at}.general_dedicated_2", pick("booths", "wait", "general")),
                Row(f"{at}.weighted_dedicated", weighted),
            ),
        ),
        Case(
            "fast_lane pooled, first come first served",
            of(servers=3),
            units=300_000,
            relaxation=relaxation(2 / 3, 3, 2),
            rows=(Row(f"{at}.pooled_fifo", pick("booths", "wait")),),
        ),
        Case(
            "fast_lane pooled, trusted first",
            of(servers=3, priority={"trusted": 0, "general": 1}),
            units=400_000,
            relaxation=relaxation(2 / 3, 3, 2),
            rows=(
                Row(f"{at}.pooled_priority_trusted", pick("booths", "wait", "trusted")),
                Row(f"{at}.pooled_priority_general", pick("booths", "wait", "general")),
            ),
        ),
    ]
