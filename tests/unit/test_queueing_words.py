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


@pytest.mark.parametrize("engine", ["kernel", "reference"])
def test_lanes_open_while_the_line_is_long(engine: str) -> None:
    """Six come; reviews at 10 and 20 min find five and three in line, and each opens a lane."""
    net = q.network(
        q.service("booth", q.staffed(1, 3, open_at=3, close_at=0, every=q.minutes(10))),
        q.source("all", q.crowd(6), [q.step("booth", q.fixed(q.minutes(10)))]),
    )
    table = q.run(net, duration=q.minutes(60), replications=2, unit="min", engine=engine)
    assert value(table, "booth", "wait") == pytest.approx((0 + 10 + 10 + 20 + 20 + 20) / 6)


def test_staffing_never_exceeds_its_limit() -> None:
    limit = q.changing({q.hours(0): 1})
    net = q.network(
        q.service("booth", q.staffed(1, 3, open_at=3, close_at=0, every=q.minutes(10), limit=limit)),
        q.source("all", q.crowd(6), [q.step("booth", q.fixed(q.minutes(10)))]),
    )
    table = q.run(net, duration=q.minutes(90), replications=2, unit="min")
    assert value(table, "booth", "wait") == 25


@pytest.mark.parametrize("engine", ["kernel", "reference"])
def test_who_waits_at_the_start_goes_first_and_is_counted_from_the_start(engine: str) -> None:
    steps = [q.step("booth", q.fixed(q.minutes(10)))]
    net = q.network(
        q.service("booth", 1),
        q.source("come", q.crowd(1), steps),
        q.source("there", q.waiting(since=[q.minutes(5), q.minutes(40)]), steps, klass="come"),
    )
    table = q.run(
        net,
        duration=q.minutes(60),
        replications=2,
        unit="min",
        engine=engine,
        read_every=q.minutes(5),
        at=[q.minutes(0), q.minutes(15)],
    )
    assert value(table, "network", "time_in_system", "there") == 15
    assert value(table, "network", "time_in_system", "come") == 30
    numbers = table[(table["indicator"] == "number_in_system_at") & (table["group"] == "all")]
    assert numbers["mean"].tolist() == [2, 2]


def test_a_number_waits_at_the_start() -> None:
    net = q.network(
        q.service("booth", 1), q.source("there", q.waiting(3), [q.step("booth", q.fixed(q.minutes(10)))])
    )
    table = q.run(net, duration=q.minutes(60), replications=2, unit="min")
    assert value(table, "network", "time_in_system") == 20


@pytest.mark.parametrize("engine", ["kernel", "reference"])
def test_leaders_wait_for_followers_of_their_goods(engine: str) -> None:
    """The first lorry's box comes at 30 min, the second's at 10; boxes leave when they are fetched."""
    net = q.network(
        q.pairing(
            "yard",
            leaders=["lorry a", "lorry b"],
            followers=["box a", "box b"],
            goods={"lorry a": "a", "lorry b": "b", "box a": "a", "box b": "b"},
        ),
        q.delay("way out"),
        *(
            q.source(name, q.at(q.minutes(at)), [q.step("yard"), q.step("way out", q.fixed(q.minutes(5)))])
            for name, at in (("lorry a", 0), ("lorry b", 0))
        ),
        *(
            q.source(name, q.at(q.minutes(at)), [q.step("yard")])
            for name, at in (("box a", 30), ("box b", 10))
        ),
    )
    table = q.run(net, duration=q.minutes(60), replications=2, unit="min", engine=engine)
    times = [
        value(table, "network", "time_in_system", name) for name in ("lorry a", "lorry b", "box a", "box b")
    ]
    assert times == [35, 15, 0, 0]
    assert value(table, "yard", "wait_pairing", "lorry a") == 30


@pytest.mark.parametrize("engine", ["kernel", "reference"])
def test_who_does_not_show_up_waits_for_the_next_refill(engine: str) -> None:
    net = q.network(
        q.gate("tickets", quota=q.quota(1, every=q.hours(1))),
        q.source("all", q.crowd(2), [q.step("tickets", no_shows=[1.0])]),
    )
    table = q.run(net, duration=q.hours(9), replications=2, engine=engine)
    # the first misses its place at 0 and takes that of 1 h; the second that of 2 h and that of 3 h
    assert value(table, "network", "time_in_system") == (1 + 3) / 2
    assert value(table, "tickets", "wait_quota") == 2
    assert value(table, "tickets", "no_shows") == 2
    assert value(table, "tickets", "share_of_places_lost") == 2 / 4


def test_no_shows_are_told_of_gates_alone_at_which_somebody_may_not_show_up() -> None:
    net = q.network(
        q.gate("tickets", quota=q.quota(1, every=q.hours(1))),
        q.gate("door", quota=q.quota(1, every=q.hours(1))),
        q.source("all", q.crowd(2), [q.step("tickets", no_shows=[0.5]), q.step("door")]),
    )
    table = q.run(net, duration=q.hours(9), replications=2)
    assert set(table[table["indicator"] == "no_shows"]["where"]) == {"tickets"}


@pytest.mark.parametrize("engine", ["kernel", "reference"])
def test_a_server_out_of_order_finishes_or_pauses_whom_it_serves(engine: str) -> None:
    """In order for 30 min, out of order for 15: a service of 61 min that starts at 0 is paused twice."""
    broken = q.outage(q.fixed(q.minutes(30)), q.fixed(q.minutes(15)))

    def time_in_system(on_close: Literal["finish", "suspend"]) -> float:
        net = q.network(
            q.service("booth", 1, on_close=on_close, outages=broken),
            q.source("all", q.crowd(1), [q.step("booth", q.fixed(q.minutes(61)))]),
        )
        table = q.run(net, duration=q.hours(9), replications=2, unit="min", engine=engine)
        return value(table, "network", "time_in_system")

    assert (time_in_system("finish"), time_in_system("suspend")) == (61, 61 + 2 * 15)


def test_outages_take_servers_of_the_pool_they_are_given_to() -> None:
    broken = q.outage(q.fixed(q.minutes(5)), q.fixed(q.days(9)), takes=2)
    net = q.network(
        q.service("booth", pools={"a": 2, "b": 1}, outages={"a": broken}),
        q.source("all", q.at(*[q.minutes(10)] * 3), [q.step("booth", q.fixed(q.minutes(10)))]),
    )
    table = q.run(net, duration=q.hours(2), replications=2, unit="min")
    assert value(table, "booth", "wait_queue") == 10
    assert value(table, "booth/a", "servers_held") == 0


def test_outages_shut_gates_and_delays_and_those_of_one_stream_come_together() -> None:
    def both(*streams: str | None) -> tuple[float, float]:
        power = [q.outage(q.exponential(q.hours(5)), q.fixed(q.hours(1)), stream=each) for each in streams]
        net = q.network(
            q.gate("door", outages=power[0]),
            q.gate("other door", outages=[power[1]]),
            q.delay("papers", outages=power[0]),
            q.source(
                "all",
                q.regular(q.minutes(7)),
                [q.step("door"), q.step("other door"), q.step("papers", q.fixed(q.minutes(30)))],
            ),
        )
        table = q.run(net, duration=q.days(20), replications=2, unit="min")
        assert value(table, "papers", "wait_closed") > 0
        return value(table, "door", "wait_closed"), value(table, "other door", "wait_closed")

    first, second = both("power", "power")
    assert first > 0
    assert second == 0  # whoever has passed the first finds the other open
    assert min(both(None, None)) > 0


HOUR = q.hours(1)
POISSON = q.poisson(q.per_hour(1))


def no_show_at(gate: q.Part) -> object:
    return q.run(
        q.network(gate, q.source("all", POISSON, [q.step("door", no_shows=[0.5])])), duration=q.days(1)
    )


MISTAKES: dict[str, tuple[Callable[[], object], str]] = {
    "an outage of a bare number": (
        lambda: q.outage(q.fixed(HOUR), 2),  # type: ignore[arg-type] - the mistake
        r"outage: lasting is 2: give a distribution, as in exponential\(hours\(5\)\)",
    ),
    "an outage that takes nothing": (
        lambda: q.outage(q.fixed(HOUR), q.fixed(HOUR), takes=0),
        "outage: takes is 0: give a whole number of at least 1",
    ),
    "an outage of a stream without a name": (
        lambda: q.outage(q.fixed(HOUR), q.fixed(HOUR), stream=" "),
        "outage: the stream is ' ': give it a name",
    ),
    "outages that are a distribution": (
        lambda: q.service("booth", 1, outages=q.fixed(HOUR)),  # type: ignore[arg-type] - the mistake
        "stage 'booth': the outages are .*: give one or a list, as in outage",
    ),
    "outages of an unknown pool": (
        lambda: q.service("booth", 1, outages={"lanes": q.outage(q.fixed(HOUR), q.fixed(HOUR))}),
        "stage 'booth': outages of the unknown pool 'lanes': there are 'servers'",
    ),
    "outages all the time": (
        lambda: q.run(
            q.network(
                q.service("booth", 1, outages=q.outage(q.fixed(q.hours(0)), q.fixed(q.hours(0)))),
                q.source("all", POISSON, [q.step("booth", q.fixed(HOUR))]),
            ),
            duration=q.days(1),
        ),
        "pool 'booth/servers', outages 'outage 1 of booth/servers': there would be more than .* give longer",
    ),
    "lanes that close above where they open": (
        lambda: q.staffed(1, 3, open_at=2, close_at=2, every=HOUR),
        "staffed: open_at is 2: give a whole number of at least 3",
    ),
    "fewer lanes than the fewest": (
        lambda: q.staffed(3, 2, open_at=2, close_at=1, every=HOUR),
        "staffed: the most is 2: give a whole number of at least 3",
    ),
    "reviews all the time": (
        lambda: q.staffed(1, 2, open_at=2, close_at=1, every=q.hours(0)),
        r"staffed: every is 0: give a time, such as minutes\(15\)",
    ),
    "a limit that is a number": (
        lambda: q.staffed(1, 2, open_at=2, close_at=1, every=HOUR, limit=2),  # type: ignore[arg-type] - the mistake
        r"staffed: the limit is 2: give one that is changing\(...\)",
    ),
    "lanes that pause and follow the line": (
        lambda: q.run(
            q.network(
                q.service("booth", q.staffed(1, 2, open_at=2, close_at=1, every=HOUR), on_close="suspend"),
                q.source("all", POISSON, [q.step("booth", q.fixed(HOUR))]),
            ),
            duration=q.days(1),
        ),
        "pool 'booth/servers': who is served is finished when a staffing rule closes: give on_close='finish'",
    ),
    "nobody and somebody waiting": (lambda: q.waiting(), r"give a number or since when they wait"),
    "waiting twice": (lambda: q.waiting(2, since=[HOUR]), "give a number or since when they wait"),
    "waiting for a bare number": (
        lambda: q.waiting(since=[5]),  # type: ignore[list-item] - the mistake
        r"waiting: since is 5: give a time with its unit, such as minutes\(5\)",
    ),
    "waiting at a delay": (
        lambda: q.run(
            q.network(q.delay("way"), q.source("all", q.waiting(2), [q.step("way", q.fixed(HOUR))])),
            duration=q.days(1),
        ),
        "nobody is kept in line at 'way': let the route of who is there at the start begin at a service",
    ),
    "leaders that are a text": (
        lambda: q.pairing("yard", leaders="lorry", followers=["box"]),
        r"pairing 'yard': leaders is 'lorry': give a list of classes",
    ),
    "followers that nobody is": (
        lambda: q.run(
            q.network(
                q.pairing("yard", leaders=["all"], followers=["box"]),
                q.source("all", POISSON, [q.step("yard")]),
            ),
            duration=q.days(1),
        ),
        "'yard' names the unknown class 'box'",
    ),
    "no-shows of more than everybody": (
        lambda: q.run(
            q.network(
                q.gate("door", quota=q.quota(1, every=HOUR)),
                q.source("all", POISSON, [q.step("door", no_shows=[1.5])]),
            ),
            duration=q.days(1),
        ),
        r"the shares of no-shows are \(1.5,\): give shares of 0 to 1",
    ),
    "no-shows without a refill": (
        lambda: no_show_at(q.gate("door", open=q.open_from(HOUR, q.hours(2), repeat=q.days(1)))),
        "who does not show up waits for a refill, and 'door' is no gate with any",
    ),
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
