"""A policy moves nothing but what it acts on: the same entities with the same luck meet two networks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from kzsim import queueing as q
from kzsim.draws import Entities, draw
from kzsim.engines import choice
from kzsim.engines.outcome import Outcome
from kzsim.network.model import MS_PER_DAY
from kzsim.queueing.build import Window, build

DAYS = 130
STARTS = 100
"""The day on which a policy starts."""


NOT_YET = -1


@dataclass(frozen=True)
class Post:
    """A border post of one's own; each field is what some policy changes."""

    lanes: Any = 3
    quota: int = 10_000
    places: int = 500
    green: Any = 1
    priority: tuple[str, ...] = ()
    scanned: float = 0.3

    def network(self) -> q.Network:
        kinds = (("members", 2.0), ("others", 4.0))
        return q.network(
            q.gate("intake", quota=q.quota(self.quota, every=q.days(1))),
            q.service(
                "customs",
                pools={"green": self.green, "other": self.lanes},
                usable={"others": ["other"]},
                priority={name: rank for rank, name in enumerate(self.priority)},
            ),
            q.zone("strip", self.places),
            q.service("scanner", 4),
            *(
                q.source(
                    name,
                    q.poisson(q.per_hour(rate)),
                    [
                        q.step("intake"),
                        q.step("customs", q.gamma(q.minutes(28), cv=0.9)),
                        q.step("scanner", q.weibull(q.minutes(20), cv=0.7), share=self.scanned),
                    ],
                    zones=[q.holding("strip", "scanner")],
                )
                for name, rate in kinds
            ),
        )


def outcome_of(post: Post, engine: str = "kernel", days: int = DAYS) -> tuple[Entities, Outcome]:
    window = Window(days * MS_PER_DAY, 5 * MS_PER_DAY, MS_PER_DAY, 3_600_000)
    program = build(post.network(), window)
    entities = draw(program, seed=11, replication=2)
    return entities, choice.load(engine)(program, entities, trace=True)


def every_byte(outcome: Outcome) -> list[bytes]:
    trace = outcome.trace
    if trace is None:
        raise TypeError("a trace was asked for")
    tables = [
        *outcome.observers.tables().values(),
        *(outcome.account_ms, outcome.in_line, outcome.in_zone, outcome.busy_ms, outcome.exit_ms),
        *(*trace.joined_ms, *trace.start_ms, *trace.end_ms, trace.account_ms),
    ]
    return [np.ascontiguousarray(table).tobytes() for table in tables]


WITHOUT_EFFECT = {
    "more quota than anybody needs": Post(quota=20_000),
    "more places than anybody needs": Post(places=900),
    "a calendar that changes to what it was": Post(lanes=q.changing({q.days(0): 3, q.days(40): 3})),
    "a green lane that is announced for after the end": Post(
        green=q.changing({q.days(0): 1, q.days(DAYS): 5})
    ),
}


@pytest.mark.parametrize("policy", WITHOUT_EFFECT)
@pytest.mark.parametrize("engine", ["kernel", "reference"])
def test_a_policy_without_effect_changes_no_byte(policy: str, engine: str) -> None:
    days = DAYS if engine == "kernel" else 20
    base, changed = (outcome_of(post, engine, days)[1] for post in (Post(), WITHOUT_EFFECT[policy]))
    assert every_byte(base) == every_byte(changed)


FROM_THAT_DAY: dict[str, Callable[[int], Post]] = {
    "a lane more": lambda day: Post(lanes=q.changing({q.days(0): 3, q.days(day): 4})),
    "a lane less": lambda day: Post(lanes=q.changing({q.days(0): 3, q.days(day): 2})),
    "green lanes": lambda day: Post(green=q.changing({q.days(0): 1, q.days(day): 3})),
}


@pytest.mark.parametrize("policy", FROM_THAT_DAY)
def test_a_policy_that_starts_on_day_100_changes_nothing_before_it_and_something_after(policy: str) -> None:
    start_ms = STARTS * MS_PER_DAY
    (entities, base), (same, changed) = outcome_of(Post()), outcome_of(FROM_THAT_DAY[policy](STARTS))
    assert np.array_equal(entities.arrival_ms, same.arrival_ms)
    assert all(np.array_equal(a, b) for a, b in zip(entities.duration_ms, same.duration_ms, strict=True))
    if base.trace is None or changed.trace is None:
        raise TypeError("a trace was asked for")
    for before, after in (
        (base.trace.joined_ms, changed.trace.joined_ms),
        (base.trace.start_ms, changed.trace.start_ms),
        (base.trace.end_ms, changed.trace.end_ms),
        ((base.exit_ms,), (changed.exit_ms,)),
    ):
        for one, other in zip(before, after, strict=True):
            past, also = (np.where(at_ms < start_ms, at_ms, NOT_YET) for at_ms in (one, other))
            assert np.array_equal(past, also)
    readings = STARTS * 24 + 1  # the last of them shows what the instant before day 100 left
    assert np.array_equal(base.in_line[:readings], changed.in_line[:readings])
    assert np.array_equal(base.observers.exits[: STARTS * 24], changed.observers.exits[: STARTS * 24])
    assert not np.array_equal(base.exit_ms, changed.exit_ms)


def test_a_larger_share_keeps_everybody_who_was_searched_before_and_all_their_times() -> None:
    (few, _), (many, _) = outcome_of(Post(scanned=0.3), days=20), outcome_of(Post(scanned=0.5), days=20)
    assert np.array_equal(few.arrival_ms, many.arrival_ms)
    for before, after in zip(few.duration_ms, many.duration_ms, strict=True):
        was = before >= 0
        assert np.array_equal(before[was], after[was])
        assert (after >= 0).sum() > was.sum()
