"""A server that fails and is repaired, whose calendar is drawn anew for each replication."""

from __future__ import annotations

from itertools import accumulate

import numpy as np

from kzsim import queueing as q
from tests.verification.cases import Case, Effort, Found, Row, Values, pick, relaxation, run_in
from tests.verification.theory import entries

PATH = "breakdowns.mm1_breakdown_resume"


def breakdown() -> Case:
    return Case(
        "mm1_breakdown_resume",
        lambda duration: _network(duration.ms / q.minutes(1).ms, 1),
        units=150_000,
        relaxation=relaxation(0.8),
        bias="below 0.01 % with the kernel: ten relaxation times and more, of M/M/1 at load 0.8",
        measure=_measure,
        rows=(
            Row(f"{PATH}.L", pick("network", "number_in_system")),
            Row(f"{PATH}.W", pick("network", "time_in_system")),
        ),
    )


def _measure(case: Case, effort: Effort) -> Found:
    units = effort.units(case)
    runs = [
        q.replicate(
            _network(units, effort.seed + number),
            duration=q.minutes(units),
            warm_up=q.minutes(run_in(case, effort)),
            follow_up=q.minutes(0.01 * units),
            replications=1,
            seed=effort.seed + number,
            engine=effort.engine,
            unit=case.unit,
        )
        for number in range(effort.replications(case))
    ]
    found: dict[q.Key, Values] = {key: tuple(run[key][0] for run in runs) for key in runs[0]}
    return found


def _network(units: float, seed: int) -> q.Network:
    """One server, now up, now down, from up on."""
    arrivals, service, failures, repairs = entries()[PATH]["lambda_mu_f_r"]
    pairs = int(units * failures) + 1  # more than enough: a pair takes longer than an up-time
    lengths = (
        np.random.default_rng(seed).exponential([1 / failures, 1 / repairs], size=(pairs, 2)).reshape(-1)
    )
    ends = accumulate(max(1.0, length * q.minutes(1).ms) for length in lengths)
    at = [q.Time(0.0), *(q.Time(float(round(end))) for end in ends if end < units * q.minutes(1).ms)]
    up = q.changing({instant: 1 - number % 2 for number, instant in enumerate(at)})
    return q.network(
        q.service("stage", up, on_close="suspend"),
        q.source(
            "all",
            q.poisson(q.per_minute(arrivals)),
            [q.step("stage", q.exponential(q.minutes(1 / service)))],
        ),
    )
