"""The same networks twice: with ``kzsim.queueing`` and with Ciw, another simulator of queueing networks.

Both run the same stretch from empty, so nothing depends on a steady state. Times are minutes. Ciw's random
numbers are its own, seeded by the number of the replication.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import ciw

from kzsim import queueing as q
from kzsim.indicators.intervals import estimate, student_factor

UNTIL, WARM_UP, FOLLOW_UP = 1_000.0, 100.0, 100.0
CIW_REPLICATIONS, OWN_REPLICATIONS = 20, 300

Where = tuple[int, str, str]  # node from 1, class or all, wait or blocked
INFINITE = math.inf
D = ciw.dists


@dataclass(frozen=True)
class Twin:
    """One network twice. ``nodes`` names the stages that are Ciw's nodes 1, 2, ...

    ``blocked`` names by node the zone before which its customers wait when they are through.
    """

    name: str
    own: q.Network
    other: Callable[[], Any]
    nodes: tuple[str, ...]
    classes: tuple[str, ...] = ("all",)
    blocked: Mapping[int, str] | None = None


def lognormal(mean: float, cv: float) -> Any:
    """Ciw's, by mean and coefficient of variation."""
    variance = math.log(1 + cv * cv)
    return D.Lognormal(math.log(mean) - variance / 2, math.sqrt(variance))


def both(twin: Twin) -> dict[Where, tuple[tuple[float, ...], tuple[float, ...]]]:
    """By node, class and kind of time: the means of every replication, own and Ciw's."""
    found = q.replicate(
        twin.own,
        duration=q.minutes(UNTIL),
        warm_up=q.minutes(WARM_UP),
        follow_up=q.minutes(FOLLOW_UP),
        replications=OWN_REPLICATIONS,
        seed=20261122,
        unit="min",
    )
    theirs = [_ciw(twin, number) for number in range(CIW_REPLICATIONS)]
    pairs = {}
    for where in theirs[0]:
        node, klass, kind = where
        place = twin.nodes[node - 1] if kind == "wait" else (twin.blocked or {})[node]
        own = found[q.Key(place, klass, "wait", "min")]
        pairs[where] = (own, tuple(values[where] for values in theirs))
    return pairs


@dataclass(frozen=True)
class Opinion:
    """One figure by both; ``half_width`` is that of the difference's interval. Minutes."""

    twin: str
    where: Where
    own: float
    other: float
    half_width: float

    @property
    def apart(self) -> float:
        """Own less Ciw's."""
        return self.own - self.other

    @property
    def line(self) -> str:
        """A line of the page."""
        node, klass, kind = self.where
        return (
            f"| {self.twin} | {node} | {klass} | {kind} | {self.own:.3f} | {self.other:.3f} "
            f"| {self.apart:+.3f} ± {self.half_width:.3f} |"
        )


FIGURES = 19
"""Of all twins together: so many intervals hold at once with 99 %."""


def opinions(twin: Twin) -> list[Opinion]:
    """Every figure of a network by both simulators."""
    found = []
    for where, (own, other) in both(twin).items():
        half_width = half_width_of_difference(own, other, 1 - 0.01 / FIGURES)
        found.append(Opinion(twin.name, where, estimate(own).mean, estimate(other).mean, half_width))
    return found


def _ciw(twin: Twin, number: int) -> dict[Where, float]:
    """Means of one replication of Ciw, over those who arrive in the window."""
    ciw.seed(number)
    simulation = ciw.Simulation(twin.other())
    simulation.simulate_until_max_time(UNTIL)
    times: dict[Where, list[float]] = {
        (node, klass, kind): []
        for node in range(1, len(twin.nodes) + 1)
        for klass in twin.classes
        for kind in ("wait", "blocked")
        if kind == "wait" or node in (twin.blocked or {})
    }
    for individual in simulation.get_all_individuals():
        records = individual.data_records
        if not records or not WARM_UP <= records[0].arrival_date < UNTIL - FOLLOW_UP:
            continue
        for record in records:
            klass = individual.customer_class if len(twin.classes) > 1 else "all"
            times[record.node, klass, "wait"].append(record.waiting_time)
            if (record.node, klass, "blocked") in times:
                times[record.node, klass, "blocked"].append(record.time_blocked)
    return {where: math.fsum(values) / len(values) for where, values in times.items()}


def half_width_of_difference(own: tuple[float, ...], other: tuple[float, ...], confidence: float) -> float:
    """Of the interval of the difference of two means (Welch 1947: variances not assumed equal)."""
    a, b = estimate(own), estimate(other)
    parts = [
        math.fsum((value - known.mean) ** 2 for value in values) / (known.n - 1) / known.n
        for values, known in ((own, a), (other, b))
    ]
    if not any(parts):  # nobody ever waits
        return 0.0
    degrees = sum(parts) ** 2 / sum(p * p / (k.n - 1) for p, k in zip(parts, (a, b), strict=True))
    return student_factor(int(degrees), confidence) * math.sqrt(sum(parts))


def one_line(name: str, servers: int, arrivals: tuple[Any, Any], work: tuple[Any, Any]) -> Twin:
    """One node; arrivals and work are given as (own, Ciw's)."""
    return Twin(
        name,
        q.network(q.service("a", servers), q.source("all", arrivals[0], [q.step("a", work[0])])),
        lambda: ciw.create_network(
            arrival_distributions=[arrivals[1]],
            service_distributions=[work[1]],
            number_of_servers=[servers],
        ),
        ("a",),
    )


def row(
    name: str,
    rate: float,
    works: list[tuple[Any, Any]],
    places: list[float],
    servers: list[int],
    shares: tuple[float, ...] = (),
) -> Twin:
    """Nodes one after another with so many places before the later ones; a share of customers takes each."""
    names = "abcd"[: len(works)]
    taken = shares or (1.0,) * len(works)
    holds = [i for i in range(1, len(works)) if math.isfinite(places[i])]
    own = q.network(
        *(q.service(each, count) for each, count in zip(names, servers, strict=True)),
        *(q.zone(f"before {names[i]}", int(places[i]) + servers[i]) for i in holds),
        q.source(
            "all",
            q.poisson(q.per_minute(rate)),
            [
                q.step(each, work[0], share=share)
                for each, work, share in zip(names, works, taken, strict=True)
            ],
            zones=[q.holding(f"before {names[i]}", names[i]) for i in holds],
        ),
    )
    ahead = [[taken[j] if j == i + 1 else 0.0 for j in range(len(works))] for i in range(len(works))]
    return Twin(
        name,
        own,
        lambda: ciw.create_network(
            arrival_distributions=[D.Exponential(rate)] + [None] * (len(works) - 1),
            service_distributions=[work[1] for work in works],
            number_of_servers=servers,
            queue_capacities=[INFINITE if math.isinf(each) else each for each in places],
            routing=ahead,
        ),
        tuple(names),
        blocked={i: f"before {names[i]}" for i in holds},
    )


def priorities() -> Twin:
    """Two classes, the first first, without pre-emption."""
    rates = {"first": 0.25, "second": 0.4}
    return Twin(
        "two classes with priority",
        q.network(
            q.service("a", 1, priority={"first": 0, "second": 1}),
            *(
                q.source(name, q.poisson(q.per_minute(rate)), [q.step("a", q.lognormal(q.minutes(1), 1.2))])
                for name, rate in rates.items()
            ),
        ),
        lambda: ciw.create_network(
            arrival_distributions={name: [D.Exponential(rate)] for name, rate in rates.items()},
            service_distributions={name: [lognormal(1, 1.2)] for name in rates},
            number_of_servers=[1],
            priority_classes={"first": 0, "second": 1},
        ),
        ("a",),
        tuple(rates),
    )


def hours() -> Twin:
    """Three servers, who are away for 20 minutes of every hour; whoever is served is finished."""
    return Twin(
        "servers away by schedule",
        q.network(
            q.service("a", q.changing({q.minutes(0): 3, q.minutes(40): 0}, repeat=q.minutes(60))),
            q.source("all", q.poisson(q.per_minute(1.2)), [q.step("a", q.erlang(q.minutes(1), 3))]),
        ),
        lambda: ciw.create_network(
            arrival_distributions=[D.Exponential(1.2)],
            service_distributions=[D.Erlang(3, 3)],
            number_of_servers=[ciw.Schedule(numbers_of_servers=[3, 0], shift_end_dates=[40, 60])],
        ),
        ("a",),
    )


def rush() -> Twin:
    """A rate of arrivals that changes every half hour."""
    rates = [0.4, 1.2]
    edges = {q.minutes(0): q.per_minute(rates[0]), q.minutes(30): q.per_minute(rates[1])}
    return Twin(
        "a rate that changes",
        q.network(
            q.service("a", 1),
            q.source("all", q.poisson_by(edges, repeat=q.minutes(60)), [q.step("a", q.fixed(q.minutes(1)))]),
        ),
        lambda: ciw.create_network(
            arrival_distributions=[
                D.PoissonIntervals(rates=rates, endpoints=[30, 60], max_sample_date=UNTIL)
            ],
            service_distributions=[D.Deterministic(1)],
            number_of_servers=[1],
        ),
        ("a",),
    )


EXPONENTIAL = (q.exponential(q.minutes(1)), D.Exponential(1))
ERLANG = (q.erlang(q.minutes(1), 4), D.Erlang(4, 4))
LOGNORMAL = (q.lognormal(q.minutes(1), 0.8), lognormal(1, 0.8))


def twins() -> list[Twin]:
    """Every network that is compared."""
    regular = (q.regular(q.minutes(0.6)), D.Deterministic(0.6))
    random = (q.poisson(q.per_minute(2.4)), D.Exponential(2.4))
    return [
        one_line("M/M/3", 3, random, EXPONENTIAL),
        one_line("D/lognormal/2", 2, regular, LOGNORMAL),
        priorities(),
        hours(),
        rush(),
        row("two, one place between", 0.6, [EXPONENTIAL, EXPONENTIAL], [math.inf, 1], [1, 1]),
        row("three without places", 0.5, [ERLANG, LOGNORMAL, ERLANG], [math.inf, 0, 0], [1, 1, 1]),
        row("two servers each, two places", 1.3, [LOGNORMAL, EXPONENTIAL], [math.inf, 2], [2, 2]),
        row("some skip the second", 0.8, [ERLANG, LOGNORMAL], [math.inf, math.inf], [1, 1], (1.0, 0.5)),
    ]
