"""Words of ``kzsim.queueing`` beyond the usual: batches, departures, services that pause."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pandas as pd
import pytest

from kzsim import queueing as q


def value(table: pd.DataFrame, where: str, indicator: str, group: str = "all") -> float:
    rows = table[(table["where"] == where) & (table["indicator"] == indicator) & (table["group"] == group)]
    assert len(rows) == 1
    return float(rows["mean"].iloc[0])


@pytest.mark.parametrize("engine", ["kernel", "reference"])
def test_a_batch_has_a_mean_of_its_own_and_clears_with_its_last(engine: str) -> None:
    """Batches of two at 0, 60 and 110 min: one is served for 10 min, the other for 10 after that."""
    net = q.network(
        q.service("booth", 1),
        q.source(
            "pairs",
            q.batches(q.at(*map(q.minutes, (0, 60, 110))), 2),
            [q.step("booth", q.fixed(q.minutes(10)))],
        ),
        q.source("single", q.at(q.minutes(5)), [q.step("booth", q.fixed(q.minutes(10)))]),
    )
    table = q.run(
        net,
        duration=q.minutes(120),
        warm_up=q.minutes(0),
        follow_up=q.minutes(20),
        replications=2,
        unit="min",
        engine=engine,
    )
    for group in ("all", "pairs"):
        assert value(table, "network", "batches", group) == 2
        assert value(table, "network", "batch_time_in_system", group) == 15
        assert value(table, "network", "batch_time_to_clear", group) == 20
    batch_rows = table["indicator"].str.startswith("batch")
    assert set(table[batch_rows]["group"]) == {"all", "pairs"}


def test_batches_clear_after_as_long_as_theory_says() -> None:
    """A batch is a customer with its whole work: Pollaczek-Khinchine gives 0.154167 h until it is through."""
    net = q.network(
        q.service("stage", 1),
        q.source(
            "all",
            q.batches(q.poisson(q.per_hour(4)), {1: 0.25, 2: 0.5, 3: 0.25}),
            [q.step("stage", q.exponential(q.minutes(3)))],
        ),
    )
    table = q.run(net, duration=q.days(100), warm_up=q.days(2), confidence=0.99)
    (row,) = table[table["indicator"] == "batch_time_to_clear"].to_dict("records")
    assert row["low"] < 0.154167 < row["high"]
    assert row["high"] - row["low"] < 0.01


def test_a_departure_takes_as_many_as_it_has_places_for() -> None:
    net = q.network(
        q.departure(
            "ferry", {q.minutes(10): 2, q.minutes(30): 5}, repeat=q.minutes(30), priority={"late": -1}
        ),
        q.source("early", q.crowd(2), [q.step("ferry")]),
        q.source("late", q.at(q.minutes(9)), [q.step("ferry")]),
    )
    table = q.run(net, duration=q.minutes(60), replications=2, unit="min")
    assert value(table, "ferry", "wait_queue", "late") == 1
    assert value(table, "ferry", "wait", "all") == (1 + 10 + 30) / 3
    assert value(table, "ferry", "share_who_wait", "all") == 1


def test_a_ferry_at_the_end_of_each_period_leaves_then_and_not_at_the_start() -> None:
    net = q.network(
        q.departure("ferry", {q.hours(1): 9}, repeat=q.hours(1)),
        q.source("all", q.at(q.minutes(0), q.minutes(90)), [q.step("ferry")]),
    )
    table = q.run(net, duration=q.hours(4), replications=2, unit="min")
    assert value(table, "network", "time_in_system") == (60 + 30) / 2


def test_a_paused_service_goes_on_for_the_time_it_had_left() -> None:
    def time_in_system(on_close: Literal["finish", "suspend"]) -> float:
        net = q.network(
            q.service("office", q.changing({q.hours(0): 1, q.hours(1): 0, q.hours(3): 1}), on_close=on_close),
            q.source("all", q.at(q.minutes(30)), [q.step("office", q.fixed(q.hours(1)))]),
        )
        return value(q.run(net, duration=q.hours(9), replications=2), "network", "time_in_system")

    assert (time_in_system("finish"), time_in_system("suspend")) == (1.0, 3.0)


HOUR = q.hours(1)
POISSON = q.poisson(q.per_hour(1))

MISTAKES: dict[str, tuple[Callable[[], object], str]] = {
    "a group that is named like everybody": (
        lambda: q.network(
            q.delay("way"),
            *(q.source(name, POISSON, [q.step("way", q.fixed(HOUR))]) for name in ("all", "others")),
        ),
        "a group 'all' among others would be mistaken for everybody: give its sources another name or group",
    ),
    "a pause of another name": (
        lambda: q.service("booth", 1, on_close="stop"),  # type: ignore[arg-type] - the mistake
        "stage 'booth': on_close is 'stop': give 'finish' or 'suspend'",
    ),
    "batches of nobody": (lambda: q.batches(POISSON, 0), "batches: the size is 0: give a whole number"),
    "batches of half": (lambda: q.batches(POISSON, {1: 0.5}), r"the shares \[0.5\] do not sum to 1"),
    "batches of a size between two": (
        lambda: q.batches(POISSON, {1.5: 1.0}),  # type: ignore[dict-item] - the mistake
        "batches: a size is 1.5: give a whole number of at least 1",
    ),
    "a negative share": (lambda: q.batches(POISSON, {1: -1, 2: 2}), "the share of size 1: -1 is no number"),
    "batches of batches": (
        lambda: q.batches(q.batches(POISSON, 2), 2),  # type: ignore[arg-type] - the mistake
        r"batches: they come .*: give arrivals, as in poisson\(per_hour\(4\)\)",
    ),
    "no departure": (
        lambda: q.departure("ferry", {}),
        r"departure 'ferry': the instants \[\] ms do not rise",
    ),
    "departures without places": (
        lambda: q.departure("ferry", {HOUR: 0}),
        "departure 'ferry' never lets anybody leave: give an instant some places",
    ),
    "places between two": (
        lambda: q.departure("ferry", {HOUR: 1.5}),  # type: ignore[dict-item] - the mistake
        "departure 'ferry': the places at 3600000 ms is 1.5",
    ),
    "departures beyond their period": (
        lambda: q.departure("ferry", {HOUR: 1, q.hours(3): 1}, repeat=q.hours(2)),
        "it repeats after 7200000 ms, but its instants are .*: lengthen repeat",
    ),
    "two departures at once": (
        lambda: q.departure("ferry", {q.hours(0): 1, q.hours(2): 1}, repeat=q.hours(2)),
        "lengthen repeat",
    ),
    "a duration at a departure": (
        lambda: q.run(
            q.network(
                q.departure("ferry", {HOUR: 1}),
                q.source("all", POISSON, [q.step("ferry", q.fixed(HOUR))]),
            ),
            duration=q.days(1),
        ),
        "a departure takes no time, remove the duration",
    ),
    "more batches than memory": (
        lambda: q.run(
            q.network(
                q.service("booth", 1),
                q.source(
                    "all", q.batches(q.poisson(q.per_minute(1e6)), 100), [q.step("booth", q.fixed(HOUR))]
                ),
            ),
            duration=HOUR,
        ),
        "shorten the duration or lower a rate",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_refused_with_the_object_and_the_remedy(mistake: str) -> None:
    make, said = MISTAKES[mistake]
    with pytest.raises(q.NetworkError, match=said):
        make()
