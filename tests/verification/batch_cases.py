"""The cases in which entities come together, or leave together."""

from __future__ import annotations

import math
from typing import Any

from kzsim import queueing as q
from tests.verification.cases import Case, Row, pick, relaxation
from tests.verification.theory import entries


def batch_arrivals() -> Case:
    at = "batches_and_departures.batch_arrivals"
    net = q.network(
        q.service("stage", 1),
        q.source(
            "all",
            q.batches(q.poisson(q.per_hour(4)), {1: 0.25, 2: 0.5, 3: 0.25}),
            [q.step("stage", q.exponential(q.minutes(3)))],
        ),
    )
    return Case(
        "batch_arrivals",
        lambda _: net,
        units=400_000,
        unit="h",
        relaxation=relaxation(0.4, 1, 6),
        bias="below 0.01 % with the kernel: ten relaxation times and more, of M/M/1 that serves batches",
        rows=(Row(f"{at}.Wq_h", pick("stage", "wait")),),
    )


def trains() -> list[Case]:
    """A train at the end of each minute, a millisecond before lines are read."""
    at = "batches_and_departures.scheduled_bulk_departures"
    return [
        Case(
            f"a train for {places} a minute, {rate} come",
            _train(rate, places),
            units=units,
            # 1 over the rate at which the line forgets: the least of log E exp(t (arrivals - places)) over t
            relaxation=1 / (places * math.log(places / rate) - places + rate),
            bias="below 0.01 % with the kernel: ten relaxation times and more",
            options={"read_every": q.minutes(1)},
            rows=(
                Row(f"{at}.left_behind.{i}", pick("train", "number_waiting")),
                Row(f"{at}.mean_wait_intervals.{i}", pick("train", "wait")),
            ),
        )
        for i, ((rate, places), units) in enumerate(
            zip(entries()[at]["lambda_s"], (40_000, 60_000, 20_000), strict=True)
        )
    ]


def _train(rate: float, places: int) -> Any:
    net = q.network(
        q.departure("train", {q.Time(q.minutes(1).ms - 1): places}, repeat=q.minutes(1)),
        q.source("all", q.poisson(q.per_minute(rate)), [q.step("train")]),
    )
    return lambda _: net
