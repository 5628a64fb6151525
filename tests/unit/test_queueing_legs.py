"""Words of ``kzsim.queueing`` for journeys of several legs, and for who comes after others."""

from __future__ import annotations

import pandas as pd
import pytest

from kzsim import queueing as q

ENGINES = pytest.mark.parametrize("engine", ["kernel", "reference"])


def means(network: q.Network, engine: str) -> dict[tuple[str, str], float]:
    table = q.run(network, duration=q.hours(4), replications=2, unit="min", engine=engine)
    whole: pd.DataFrame = table[table["where"] == "network"]
    return {
        (row["group"], row["indicator"]): row["mean"]
        for row in whole.to_dict("records")
        if row["indicator"] in ("followed", "time_in_system", "still_inside")
    }


@ENGINES
def test_a_leg_follows_by_the_last_step_unless_another_is_named(engine: str) -> None:
    """Two come at 0 and go through the booth one after the other, 10 min each; the way back is 1 min."""
    net = q.network(
        q.service("booth", 1),
        q.delay("way"),
        q.source(
            "out", q.crowd(2), [q.step("way", q.fixed(q.minutes(0))), q.step("booth", q.fixed(q.minutes(10)))]
        ),
        q.source("back", q.following("out"), [q.step("way", q.fixed(q.minutes(1)))]),
        q.source("never", q.following("back", "way"), [q.step("way", q.fixed(q.hours(5)))]),
    )
    found = means(net, engine)
    assert found["out", "time_in_system"] == 15
    assert (found["back", "followed"], found["back", "time_in_system"]) == (2, 1)
    # from 11 and 21 min to the end, at 240
    assert (found["never", "still_inside"], found["never", "time_in_system"]) == (2, 224)


@ENGINES
def test_legs_follow_those_who_picked_the_way_that_ends_by_a_step(engine: str) -> None:
    """The dear way is picked by nobody, and nobody comes back from it."""
    net = q.network(
        q.choice("fork", [q.alternative("left", "booth"), q.alternative("right", "other booth")]),
        q.service("booth", 1),
        q.service("other booth", 1),
        q.delay("way"),
        q.source(
            "out",
            q.crowd(3),
            [
                q.pick("fork", {"left": q.fixed(q.minutes(5)), "right": q.fixed(q.minutes(9))}),
                q.step("booth", q.fixed(q.minutes(1)), given="left"),
                q.step("other booth", q.fixed(q.minutes(1)), given="right"),
            ],
        ),
        q.source("from the left", q.following("out", "booth"), [q.step("way", q.fixed(q.minutes(1)))]),
        q.source("from the right", q.following("out"), [q.step("way", q.fixed(q.minutes(1)))]),
    )
    found = means(net, engine)
    assert found["from the left", "followed"] == 3
    assert found["from the right", "followed"] == 0


@ENGINES
def test_batches_come_after_others(engine: str) -> None:
    net = q.network(
        q.delay("way"),
        q.source("some", q.at(q.minutes(0), q.hours(3)), [q.step("way", q.fixed(q.minutes(0)))]),
        q.source(
            "later",
            q.batches(q.after("some", q.fixed(q.hours(2))), 3),
            [q.step("way", q.fixed(q.minutes(7)))],
        ),
    )
    found = means(net, engine)
    # those after the second would come past the end
    assert (found["later", "followed"], found["later", "time_in_system"]) == (3, 7)
