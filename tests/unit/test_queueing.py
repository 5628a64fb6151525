"""Networks of one's own from Python: what they mean, and how mistakes are told."""

from __future__ import annotations

import math
from collections.abc import Callable

import pandas as pd
import pytest

from kzsim import queueing as q
from kzsim.network.size import MOST_ENTITIES
from kzsim.queueing.build import Window, build


def value(table: pd.DataFrame, where: str, indicator: str, group: str = "all") -> float:
    rows = table[(table["where"] == where) & (table["indicator"] == indicator) & (table["group"] == group)]
    assert len(rows) == 1
    return float(rows["mean"].iloc[0])


def booth(*arrivals_min: float, servers: int = 1, service_min: float = 10) -> q.Network:
    return q.network(
        q.service("booth", servers),
        q.source(
            "all", q.at(*map(q.minutes, arrivals_min)), [q.step("booth", q.fixed(q.minutes(service_min)))]
        ),
    )


# --- what the table says, by hand ------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["kernel", "reference"])
def test_three_who_come_together_wait_0_10_and_20_minutes(engine: str) -> None:
    table = q.run(
        booth(0, 0, 0),
        duration=q.minutes(60),
        replications=2,
        unit="min",
        engine=engine,
        at=[q.minutes(5), q.minutes(10), q.minutes(60)],
        read_every=q.minutes(5),
        at_least=[2],
    )
    assert value(table, "booth", "wait") == 10
    assert value(table, "booth", "wait_queue") == 10
    assert value(table, "booth", "work") == 10
    assert value(table, "booth", "share_who_wait") == pytest.approx(2 / 3)
    assert value(table, "network", "time_in_system") == 20
    assert value(table, "network", "throughput") == 3 / 60
    assert value(table, "network", "followed") == 3
    assert value(table, "network", "still_inside") == 0
    # twelve readings, each as left by the instant before it: 0, 3, 3, 2, 2, 1, 1, 0, ...
    assert value(table, "network", "number_in_system") == 1.0
    assert value(table, "network", "share_of_time_at_least") == 4 / 12
    assert value(table, "booth", "number_waiting") == pytest.approx(6 / 12)
    assert value(table, "booth/servers", "servers_held") == 0.5
    numbers = table[table["indicator"] == "number_in_system_at"]
    assert numbers["at"].tolist() == [5, 10, 60]
    assert numbers["mean"].tolist() == [3, 3, 0]
    assert (table["low"] == table["high"]).all()


def test_whoever_is_inside_at_the_end_counts_with_the_time_so_far() -> None:
    table = q.run(booth(0, 5), duration=q.minutes(15), replications=2, unit="min")
    assert value(table, "network", "still_inside") == 1
    assert value(table, "network", "time_in_system") == 10
    assert value(table, "network", "throughput") == 1 / 15


def test_those_who_come_in_the_run_in_or_the_follow_up_are_not_followed() -> None:
    table = q.run(
        booth(0, 5, 60, 110),
        duration=q.minutes(120),
        warm_up=q.minutes(30),
        follow_up=q.minutes(20),
        replications=2,
        unit="min",
    )
    assert value(table, "network", "followed") == 1
    assert value(table, "booth", "visits") == 1
    assert value(table, "booth", "wait") == 0
    assert value(table, "network", "throughput") == 1 / 90


def test_blocked_time_is_told_at_the_zone_and_places_are_counted() -> None:
    net = q.network(
        q.service("first", 2),
        q.service("second", 1),
        q.zone("strip", 1),
        q.source(
            "all",
            q.crowd(2),
            [q.step("first", q.fixed(q.minutes(5))), q.step("second", q.fixed(q.minutes(15)))],
            zones=[q.holding("strip", "second")],
        ),
    )
    table = q.run(net, duration=q.minutes(50), replications=2, unit="min", read_every=q.minutes(5))
    assert value(table, "strip", "wait_blocked") == 7.5
    assert value(table, "strip", "share_who_wait") == 0.5
    assert value(table, "strip", "places_taken") == pytest.approx(6 / 10)
    assert value(table, "strip", "number_waiting") == pytest.approx(3 / 10)
    assert value(table, "network", "time_in_system") == 27.5


def test_hours_and_quota_have_waits_of_their_own() -> None:
    net = q.network(
        q.gate("door", open=q.open_from(q.hours(8), q.hours(20), repeat=q.days(1))),
        q.gate("tickets", quota=q.quota(1, every=q.hours(12), ceilings={"all": 1})),
        q.delay("papers", open=q.changing({q.hours(0): 1, q.hours(21): 0})),
        q.source(
            "all",
            q.at(q.hours(6), q.hours(9)),
            [q.step("door"), q.step("tickets"), q.step("papers", q.fixed(q.hours(1)))],
        ),
    )
    table = q.run(net, duration=q.days(1), replications=2)
    assert value(table, "door", "wait_closed") == 1.0
    assert value(table, "tickets", "wait_quota") == 1.5
    assert value(table, "papers", "work") == 1.0
    assert value(table, "network", "time_in_system") == 3.5


def test_groups_are_told_apart_and_together() -> None:
    net = q.network(
        q.service("booth", pools={"green": 1, "other": 1}, usable={"general": ["other"]}),
        q.source("trusted", q.crowd(2), [q.step("booth", q.fixed(q.hours(1)))]),
        q.source("general", q.crowd(2), [q.step("booth", q.fixed(q.hours(1)))]),
    )
    table = q.run(net, duration=q.hours(9), replications=2)
    assert set(table["group"]) == {"all", "trusted", "general"}
    waits = [value(table, "booth", "wait", group) for group in ("trusted", "general", "all")]
    # general entities come first in the order between sources
    assert waits == [0.5, 0.5, 0.5]
    assert value(table, "booth/green", "servers_held") == pytest.approx(2 / 9)


def test_priority_lets_one_class_go_first() -> None:
    net = q.network(
        q.service("booth", 1, priority={"fast": 0, "slow": 1}),
        q.source("fast", q.crowd(1), [q.step("booth", q.fixed(q.hours(1)))]),
        q.source("first", q.crowd(1), [q.step("booth", q.fixed(q.hours(1)))], klass="slow", group="slow"),
    )
    table = q.run(net, duration=q.hours(9), replications=2)
    assert (value(table, "booth", "wait", "fast"), value(table, "booth", "wait", "slow")) == (0, 1)


def test_a_share_of_entities_takes_a_step_and_the_others_skip_it() -> None:
    net = q.network(
        q.delay("way"),
        q.delay("search"),
        q.source(
            "all",
            q.regular(q.minutes(1), first=q.minutes(0)),
            [q.step("way", q.fixed(q.minutes(1))), q.step("search", q.fixed(q.minutes(1)), share=0.25)],
        ),
    )
    table = q.run(net, duration=q.hours(100), replications=4)
    share = value(table, "search", "visits") / value(table, "way", "visits")
    assert share == pytest.approx(0.25, abs=0.02)


def test_nobody_to_measure_is_no_number() -> None:
    table = q.run(booth(50), duration=q.minutes(60), follow_up=q.minutes(30), replications=2)
    assert math.isnan(value(table, "network", "time_in_system"))
    assert math.isnan(value(table, "booth", "wait"))


# --- the same whatever computes it -----------------------------------------------------------------------


def some_network() -> q.Network:
    steps = [
        q.step("booth", q.lognormal(q.minutes(9), cv=0.8)),
        q.step("scanner", q.erlang(q.minutes(8), phases=3), share=0.5),
    ]
    rates = {q.hours(0): q.per_hour(4), q.hours(2): q.per_hour(9)}
    return q.network(
        q.service("booth", q.changing({q.hours(0): 1, q.hours(5): 2}, repeat=q.hours(8))),
        q.service("scanner", 1),
        q.zone("yard", 2),
        q.source("some", q.poisson_by(rates, repeat=q.hours(4)), steps, zones=[q.holding("yard", "scanner")]),
        q.source("more", q.poisson_counts([3, 0, 1], each=q.hours(1)), steps),
    )


def test_engines_and_threads_give_the_same_table() -> None:
    def table(**how: object) -> pd.DataFrame:
        return q.run(some_network(), duration=q.days(1), replications=4, seed=7, **how)  # type: ignore[arg-type] - the options differ

    one = table(engine="kernel")
    pd.testing.assert_frame_equal(one, table(engine="kernel", jobs=3))
    pd.testing.assert_frame_equal(one, table(engine="reference"))
    assert not one.equals(q.run(some_network(), duration=q.days(1), replications=4, seed=8))


def test_a_wider_confidence_widens_intervals_and_one_replication_has_none() -> None:
    def width(confidence: float, replications: int = 5) -> float:
        table = q.run(some_network(), duration=q.days(1), replications=replications, confidence=confidence)
        row = table[(table["indicator"] == "time_in_system") & (table["group"] == "all")]
        return float((row["high"] - row["low"]).iloc[0])

    assert width(0.99) > 1.2 * width(0.95)
    assert math.isnan(width(0.95, replications=1))


def test_arrivals_repeat_until_the_end() -> None:
    edges = q.poisson_by({q.hours(0): q.per_hour(2), q.hours(6): q.per_hour(4)}, repeat=q.hours(8))
    until = edges.until(20 * 3_600_000)
    assert until.edges_ms == tuple(hour * 3_600_000 for hour in (0, 6, 8, 14, 16, 22, 24))
    assert until.expected == pytest.approx((12.0, 8.0) * 3)
    assert q.poisson_counts([5], each=q.hours(1), once=True).until(9 * 3_600_000).expected == (5.0,)
    assert q.regular(q.hours(2)).until(6 * 3_600_000).at_ms == (7_200_000, 14_400_000)


# --- mistakes --------------------------------------------------------------------------------------------

STEP = q.step("booth", q.fixed(q.minutes(1)))
CROWD = q.source("all", q.crowd(1), [STEP])

MISTAKES: dict[str, tuple[Callable[[], object], str]] = {
    "a bare number for a time": (
        lambda: q.exponential(5),  # type: ignore[arg-type] - the mistake
        r"exponential: the mean is 5: give a time with its unit, such as minutes\(5\)",
    ),
    "a bare number for a rate": (lambda: q.poisson(6), r"give a rate with its unit, such as per_hour\(6\)"),  # type: ignore[arg-type] - the mistake
    "no number": (lambda: q.minutes("5"), r"minutes: '5' is no number"),  # type: ignore[arg-type] - the mistake
    "a negative time": (lambda: q.minutes(-1), "minutes: -1 is no number of 0 or more"),
    "not a number": (lambda: q.hours(math.nan), "hours: nan is no number"),
    "no phases": (lambda: q.erlang(q.minutes(1), 0), "phases is 0: give a whole number of at least 1"),
    "no servers": (lambda: q.service("booth", 0), "stage 'booth': the number of servers of 'servers' is 0"),
    "servers and pools": (lambda: q.service("booth", 1, pools={"a": 1}), "give either servers or pools"),
    "an account of another name": (lambda: q.service("booth", 1, account="tea"), "unknown account 'tea'"),
    "a priority between two": (
        lambda: q.service("booth", 1, priority={"a": 0.5}),  # type: ignore[dict-item] - the mistake
        "the priority of 'a' is 0.5",
    ),
    "a gate that stops nobody": (lambda: q.gate("door"), "gate 'door' stops nobody"),
    "a quota that is a number": (
        lambda: q.gate("door", quota=9),  # type: ignore[arg-type] - the mistake
        r"as in quota\(100, every=days\(1\)\)",
    ),
    "hours that are a number": (
        lambda: q.delay("papers", open=1),  # type: ignore[arg-type] - the mistake
        "stage 'papers': open is 1",
    ),
    "no places": (lambda: q.zone("yard", 0), "zone 'yard': places is 0"),
    "more than everybody": (lambda: q.step("booth", share=1.5), "the share is 1.5"),
    "a duration without distribution": (
        lambda: q.step("booth", q.minutes(5)),  # type: ignore[arg-type] - the mistake
        r"step at 'booth': the duration is .* as in exponential",
    ),
    "no steps": (lambda: q.source("all", q.crowd(1), []), "source 'all': give a list of steps"),
    "arrivals that are a rate": (
        lambda: q.source("all", q.per_hour(1), [STEP]),  # type: ignore[arg-type] - the mistake
        r"as in poisson\(per_hour\(6\)\)",
    ),
    "a zone by its name": (
        lambda: q.source("all", q.crowd(1), [STEP], zones=["yard"]),  # type: ignore[list-item] - the mistake
        "zones is a list of holdings",
    ),
    "a place until noon": (
        lambda: q.holding("yard", "booth", until="noon"),  # type: ignore[arg-type] - the mistake
        "until is 'noon'",
    ),
    "no name": (lambda: q.service(" ", 1), "a stage is named ' '"),
    "no part": (lambda: q.network(STEP), "is no part"),  # type: ignore[arg-type] - the mistake
    "nobody": (lambda: q.network(q.service("booth", 1)), "nobody comes: give it a source"),
    "instants in disorder": (lambda: q.changing({q.hours(8): 1}), "do not rise from 0"),
    "a repeat too short": (
        lambda: q.changing({q.hours(0): 1, q.hours(8): 2}, repeat=q.hours(8)),
        "before its last instant",
    ),
    "closing before opening": (
        lambda: q.open_from(q.hours(9), q.hours(8), repeat=q.days(1)),
        "opens < closes <= repeat",
    ),
    "a quota all the time": (lambda: q.quota(1, every=q.hours(0)), "quota: every is 0"),
    "a negative ceiling": (
        lambda: q.quota(1, every=q.days(1), ceilings={"a": -1}),
        "the ceiling of class 'a' is -1",
    ),
    "rates in disorder": (
        lambda: q.poisson_by({q.hours(1): q.per_hour(1)}, repeat=q.days(1)),
        "poisson_by: the instants",
    ),
    "no intervals": (lambda: q.poisson_counts([], each=q.hours(1)), "give at least one interval"),
    "all the time": (lambda: q.regular(q.hours(0)), "regular: every is 0"),
    "an unknown stage": (
        lambda: run(q.network(q.service("booht", 1), CROWD)),
        "source 'all': step 'booth' is at the unknown stage 'booth', did you mean 'booht'",
    ),
    "an unknown zone": (
        lambda: run(
            q.network(
                q.service("booth", 1),
                q.source("all", q.crowd(1), [STEP], zones=[q.holding("yard", "booth")]),
            )
        ),
        "source 'all' holds a place of the unknown zone 'yard': there is none, add it",
    ),
    "an unknown class": (
        lambda: run(q.network(q.service("booth", 1, priority={"al": 1}), CROWD)),
        "'booth' names the unknown class 'al', did you mean 'all'",
    ),
    "a stage that nobody uses": (
        lambda: run(q.network(q.service("booth", 1), q.service("other", 1), CROWD)),
        "'other' is on no source's route: use it or remove it",
    ),
    "no network": (lambda: q.run(CROWD, duration=q.hours(1)), "is no network"),  # type: ignore[arg-type] - the mistake
    "too long": (lambda: run(duration=q.days(4000)), r"give 1 to .* ms \(8.7 years\)"),
    "nothing left": (lambda: run(warm_up=q.hours(1)), "nothing is left of the duration"),
    "no replications": (lambda: run(replications=0), "run: replications is 0"),
    "an unknown engine": (lambda: run(engine="steam"), "unknown engine 'steam': give kernel or reference"),
    "threads of the reference": (lambda: run(engine="reference", jobs=2), "leave jobs at 1"),
    "an unknown unit": (lambda: run(unit="week"), "unknown unit 'week': give one of s, min, h, d"),
    "certainty": (lambda: run(confidence=1.0), "give a number between 0 and 1"),
    "no reading": (lambda: run(read_every=q.hours(0)), "read_every is 0"),
    "an instant between readings": (
        lambda: run(read_every=q.minutes(7), at=[q.minutes(9)]),
        "no number is read at 540000 ms: .* multiples of read_every, 420000 ms",
    ),
    "too many readings": (
        lambda: run(duration=q.days(1), at=[q.seconds(0.007), q.seconds(0.01)]),
        "numbers would be read every 1 ms, 86400000 times: give a longer read_every, or instants",
    ),
    "more than memory": (
        lambda: run(q.network(q.service("booth", 1), q.source("all", q.poisson(q.per_minute(1e9)), [STEP]))),
        "shorten the duration or lower a rate",
    ),
}


def run(net: q.Network | None = None, **how: object) -> pd.DataFrame:
    options = {"duration": q.hours(1), "replications": 1} | how
    return q.run(net or booth(0), **options)  # type: ignore[arg-type] - the options differ


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_refused_with_the_object_and_the_remedy(mistake: str) -> None:
    make, said = MISTAKES[mistake]
    with pytest.raises(q.NetworkError, match=said):
        make()


def test_all_unknown_names_are_told_at_once() -> None:
    net = q.network(
        q.service("boot", 1), q.source("a", q.crowd(1), [STEP]), q.source("b", q.crowd(1), [STEP])
    )
    with pytest.raises(q.NetworkError) as error:
        run(net)
    assert len(error.value.faults) == 2


def test_as_many_entities_as_are_allowed_are_not_refused() -> None:
    hour_ms = 3_600_000
    net = q.network(
        q.service("booth", 1),
        q.source("all", q.poisson_counts([float(MOST_ENTITIES)], each=q.hours(1)), [STEP]),
    )
    assert build(net, Window(hour_ms, 0, 0, hour_ms)).source_names == ("all",)


def test_a_deadlock_names_replication_and_waiters() -> None:
    net = q.network(
        q.service("a", 1),
        q.service("b", 1),
        q.zone("at a", 1),
        q.zone("at b", 1),
        *(
            q.source(
                f"{first} to {second}",
                q.crowd(1),
                [q.step(first, q.fixed(q.minutes(5))), q.step(second, q.fixed(q.minutes(5)))],
                zones=[q.holding(f"at {first}", first), q.holding(f"at {second}", second)],
            )
            for first, second in (("a", "b"), ("b", "a"))
        ),
    )
    with (
        pytest.warns(q.DeadlockWarning, match="'at a' may be held while waiting for 'at b'"),
        pytest.raises(q.ReplicationDeadlockError, match="replication 0 of the network: deadlock at 300000"),
    ):
        run(net)
