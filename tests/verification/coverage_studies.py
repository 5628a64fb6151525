"""How often intervals of simulated models cover the truth, and what common random numbers are worth.

``python -m tests.verification.coverage_studies`` prints figures of docs/methods.md (some minutes of
one processor); the tests run the same studies with fewer experiments. Times are minutes. An experiment is
thirty replications; no two experiments share a replication.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import integrate, stats

from kzsim import queueing as q
from kzsim.draws import draw
from kzsim.engines import kernel
from kzsim.experiments.methods import paired_differences, share_of
from kzsim.indicators.intervals import Estimate, estimate
from kzsim.network.model import MS_PER_MINUTE
from kzsim.queueing.build import Window, build
from tests.verification.cases import pick
from tests.verification.theory import targets

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

REPLICATIONS = 30
EXPERIMENTS = 10_000
SEED = 20261122
"""Fixed before the first run."""


@dataclass(frozen=True)
class Records:
    """What became of the entities of an experiment: which replication each is of, and its instants in ms."""

    of: I64
    arrival_ms: I64
    exit_ms: I64
    own_ms: I64

    def wait(self) -> F64:
        """By replication, the mean minutes in the system beyond an entity's own."""
        waits = self.exit_ms - self.arrival_ms - self.own_ms
        sums = np.bincount(self.of, weights=waits, minlength=REPLICATIONS)
        return sums / np.bincount(self.of, minlength=REPLICATIONS) / MS_PER_MINUTE

    def number_at(self, at_minutes: float) -> F64:
        """By replication, the number in the system as the last instant before left it."""
        at_ms = at_minutes * MS_PER_MINUTE
        is_inside = (self.arrival_ms < at_ms) & ((self.exit_ms < 0) | (self.exit_ms >= at_ms))
        return np.bincount(self.of[is_inside], minlength=REPLICATIONS).astype(np.float64)


@dataclass(frozen=True)
class Model:
    """A network that is run from empty for ``minutes``, what is looked at, and its exact mean.

    ``parts`` makes one copy. The replications of an experiment are copies that have nothing in common, each
    with random numbers of its own, and are run at once: that takes a tenth of the time.
    """

    name: str
    parts: Callable[[str], tuple[q.Part, q.Part]]
    minutes: float
    look: Callable[[Records], F64]
    truth: float

    def values(self, experiments: int, seed: int = SEED) -> F64:
        """float64 [experiments, REPLICATIONS]."""
        copies = (self.parts(f"copy {number}") for number in range(REPLICATIONS))
        end_ms = round(self.minutes * MS_PER_MINUTE)
        program = build(q.network(*chain.from_iterable(copies)), Window(end_ms, 0, 0, end_ms))
        rows = []
        for experiment in range(experiments):
            entities = draw(program, seed, experiment)
            outcome = kernel.run(program, entities, passage=True)
            of = np.repeat(np.arange(REPLICATIONS), np.diff(entities.first))
            seen = Records(of, entities.arrival_ms, outcome.exit_ms, outcome.free_flow_ms)
            rows.append(self.look(seen))
        return np.array(rows)


def crowd(servers: int, count: int = 30) -> Model:
    """All come at once: the k-th waits until k - c services of c busy servers have ended."""
    waits = [max(0, k - servers) / servers for k in range(1, count + 1)]

    def parts(name: str) -> tuple[q.Part, q.Part]:
        work = q.exponential(q.minutes(1))
        return q.service(name, servers), q.source(name, q.crowd(count), [q.step(name, work)])

    said = f"wait of a crowd of {count} before {servers} servers"
    return Model(said, parts, 200.0, Records.wait, float(np.mean(waits)))


def growing() -> Model:
    def parts(name: str) -> tuple[q.Part, q.Part]:
        work = q.exponential(q.minutes(1))
        return q.service(name, 1), q.source(name, q.poisson(q.per_minute(0.9)), [q.step(name, work)])

    truth = targets()["nonstationary.mm1_transient_rho09.mean_number_at.10"]
    said = "number in M/M/1 of load 0.9 after 10 services from empty"
    return Model(said, parts, 11.0, lambda seen: seen.number_at(10), truth)


def on_the_way() -> Model:
    """Without limit of servers: the number at t is Poisson, its mean the rate times the time spent by t."""

    def parts(name: str) -> tuple[q.Part, q.Part]:
        length = q.gamma(q.minutes(4), cv=0.5)
        return q.delay(name), q.source(name, q.poisson(q.per_minute(5)), [q.step(name, length)])

    stay: Any = stats.gamma(4, scale=1)
    truth = 5 * integrate.quad(stay.sf, 0, 10)[0]
    said = "number on a way of gamma length after 10 minutes"
    return Model(said, parts, 11.0, lambda seen: seen.number_at(10), truth)


MODELS: tuple[Callable[[], Model], ...] = (lambda: crowd(3), growing, on_the_way)


def coverage(model: Model, experiments: int) -> Estimate:
    """The share of experiments whose 95 % interval covers the truth, with its binomial interval."""
    values = model.values(experiments)
    intervals = (estimate(row.tolist()) for row in values)
    return share_of(sum(one.low <= model.truth <= one.high for one in intervals), experiments)


def paired_coverage(experiments: int) -> Estimate:
    """The same of the paired interval: a crowd before three and before four servers, with the same luck."""
    base, alternative = crowd(3), crowd(4)
    truth = alternative.truth - base.truth
    before, after = base.values(experiments), alternative.values(experiments)
    hits = 0
    for found in paired_differences(before, after, 0.0):
        hits += found.difference.low <= truth <= found.difference.high
    return share_of(hits, experiments)


# --- common random numbers ---------------------------------------------------------------------------------


LOADS = (0.6, 0.75, 0.9, 1.05)
"""Of eight lanes: work that comes in a day over what they can do in their hours."""


def customs(lanes: int, load: float) -> q.Network:
    """A customs hall with documents first: arrivals by the hour, the hall shut at night."""
    a_day = load * 8 * 16 * 3  # services of 20 minutes in 16 hours
    pattern = {0: 0.12, 7: 0.72, 19: 0.16}  # how many of them come from this hour on
    rates = {
        q.hours(hour): q.per_hour(a_day * share / (until - hour))
        for (hour, share), until in zip(pattern.items(), (7, 19, 24), strict=True)
    }
    return q.network(
        q.service("documents", 5),
        q.service(
            "customs", q.changing({q.hours(0): 0, q.hours(7): lanes, q.hours(23): 0}, repeat=q.days(1))
        ),
        q.source(
            "trucks",
            q.poisson_by(rates, repeat=q.days(1)),
            [
                q.step("documents", q.lognormal(q.minutes(10), cv=0.5)),
                q.step("customs", q.lognormal(q.minutes(20), cv=0.8)),
            ],
        ),
    )


def mean_times(lanes: int, load: float, replications: int, seed: int = SEED) -> F64:
    """float64 [replications]: mean hours in the system over thirty days after ten."""
    found = q.replicate(
        customs(lanes, load),
        duration=q.days(41),
        warm_up=q.days(10),
        follow_up=q.days(1),
        replications=replications,
        seed=seed,
        engine="kernel",
    )
    return np.array(pick("network", "time_in_system")(found))


def worth(load: float, replications: int, resamples: int = 10_000) -> Estimate:
    """How many times smaller the variance of 9 less 8 lanes is with the same luck than with independent runs.

    The interval is the percentile bootstrap's over replications (Efron 1979), 95 %.
    """
    base, alternative = (mean_times(lanes, load, replications) for lanes in (8, 9))
    rng = np.random.default_rng(SEED)
    chosen = rng.integers(0, replications, size=(resamples, replications))

    def ratio(a: F64, b: F64) -> F64:
        variances = [np.var(values, axis=-1, ddof=1) for values in (a, b, b - a)]
        return np.asarray((variances[0] + variances[1]) / variances[2])

    low, high = np.quantile(ratio(base[chosen], alternative[chosen]), [0.025, 0.975])
    return Estimate(float(ratio(base, alternative)), float(low), float(high), replications)


def lines(experiments: int, replications: int) -> Iterator[str]:
    """Rows of the tables of docs/methods.md."""
    for make in MODELS:
        model = make()
        seen = coverage(model, experiments)
        yield f"| {model.name} | {model.truth:.5g} | {100 * seen.mean:.2f} % | {_between(seen)} |"
    seen = paired_coverage(experiments)
    truth = crowd(4).truth - crowd(3).truth
    what = "difference (paired): four servers less three for that crowd"
    yield f"| {what} | {truth:.5g} | {100 * seen.mean:.2f} % | {_between(seen)} |"
    for load in LOADS:
        gain = worth(load, replications)
        before, after = (float(mean_times(lanes, load, replications).mean()) for lanes in (8, 9))
        times = f"{gain.mean:.3g} | {gain.low:.3g} to {gain.high:.3g}"
        yield f"| {load} | {before:.3f} | {after:.3f} | {times} |"


def _between(seen: Estimate) -> str:
    return f"{100 * seen.low:.2f} to {100 * seen.high:.2f} %"


def main() -> None:
    """Print all figures."""
    for line in lines(EXPERIMENTS, 200):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
