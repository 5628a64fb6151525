"""Words of ``kzsim.queueing`` for tokens and choices, and what the table says of servers that there were."""

from __future__ import annotations

import math
from collections.abc import Callable

import pandas as pd
import pytest

from kzsim import queueing as q

ENGINES = ["kernel", "reference"]
HOUR = q.hours(1)
TEN = q.fixed(q.minutes(10))
POISSON = q.poisson(q.per_hour(1))


def value(table: pd.DataFrame, where: str, indicator: str, group: str = "all") -> float:
    rows = table[(table["where"] == where) & (table["indicator"] == indicator) & (table["group"] == group)]
    assert len(rows) == 1
    return float(rows["mean"].iloc[0])


def has(table: pd.DataFrame, where: str, indicator: str) -> bool:
    return bool(((table["where"] == where) & (table["indicator"] == indicator)).any())


def run(*parts: q.Part, minutes: float = 60, engine: str | None = None) -> pd.DataFrame:
    return q.run(
        q.network(*parts), duration=q.minutes(minutes), replications=2, unit="min", engine=engine, jobs=1
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_a_token_is_taken_for_the_step_and_away_after_it(engine: str) -> None:
    """One of two guides walks for 10 min and is away for 5 more; the other is never needed."""
    table = run(
        q.tokens("guides", 2),
        q.service("walk", 9),
        q.source(
            "all",
            q.crowd(3),
            [q.step("walk", TEN, needs=q.need("guides", 2, away=q.fixed(q.minutes(5))))],
        ),
        engine=engine,
    )
    assert value(table, "walk", "wait_tokens") == (0 + 15 + 30) / 3
    assert value(table, "walk", "wait") == 15
    assert value(table, "walk", "share_who_wait") == pytest.approx(2 / 3)
    assert value(table, "guides", "idle_tokens") == 2 * (60 - 45) / 60


@pytest.mark.parametrize("engine", ENGINES)
def test_a_step_may_need_tokens_of_several_kinds_and_they_are_back_at_once_unless_away(engine: str) -> None:
    table = run(
        q.tokens("guides", 1),
        q.tokens("radios", 3),
        q.service("walk", 9),
        q.source("all", q.crowd(2), [q.step("walk", TEN, needs=[q.need("radios", 2), q.need("guides")])]),
        engine=engine,
    )
    assert value(table, "walk", "wait_tokens") == 5
    assert value(table, "guides", "idle_tokens") == pytest.approx(40 / 60)
    assert value(table, "radios", "idle_tokens") == pytest.approx((20 * 1 + 40 * 3) / 60)


def test_waits_for_tokens_are_told_only_where_a_step_needs_some() -> None:
    table = run(
        q.tokens("guides", 1),
        q.service("walk", 9),
        q.service("booth", 1),
        q.source("all", q.crowd(2), [q.step("walk", TEN, needs=q.need("guides")), q.step("booth", TEN)]),
    )
    assert has(table, "walk", "wait_tokens")
    assert not has(table, "booth", "wait_tokens")


FORK = q.choice("fork", [q.alternative("left", "left booth"), q.alternative("right", "right booth")])
BOOTHS = (q.service("left booth", 1), q.service("right booth", 1))
LEFT, RIGHT = q.step("left booth", TEN, given="left"), q.step("right booth", TEN, given="right")


@pytest.mark.parametrize("engine", ENGINES)
def test_everybody_picks_what_costs_least_in_whatever_order_the_costs_are_named(engine: str) -> None:
    costs = {"right": q.fixed(q.minutes(1)), "left": q.fixed(q.minutes(2))}
    others = {"left": q.fixed(q.minutes(3)), "right": q.fixed(q.minutes(4))}
    table = run(
        FORK,
        *BOOTHS,
        q.source("one", q.crowd(3), [q.pick("fork", costs), LEFT, RIGHT]),
        q.source("other", q.crowd(1), [q.pick("fork", others), LEFT, RIGHT]),
        engine=engine,
    )
    assert [value(table, f"fork/{way}", "share_chosen") for way in ("left", "right")] == [0.25, 0.75]
    assert [value(table, f"fork/{way}", "share_chosen", "other") for way in ("left", "right")] == [1, 0]
    assert value(table, "fork", "visits") == 4
    assert value(table, "left booth", "visits", "one") == 0
    # what a way costs is weighed and does not pass
    assert value(table, "network", "time_in_system", "other") == 10
    assert not has(table, "fork", "number_waiting")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_backlog_counts_as_it_was_last_published(engine: str) -> None:
    """Nobody knows of a line before 5 min: three go left. At 6 and 7 min two are known to wait there."""
    fork = q.choice(
        "fork",
        [q.alternative("left", "left booth", interval=q.minutes(1)), q.alternative("right", "right booth")],
        published=q.minutes(5),
    )
    costs = {"left": q.fixed(q.minutes(0)), "right": q.fixed(q.minutes(1.5))}
    come = q.at(*map(q.minutes, (0, 1, 2, 6, 7)))
    table = run(fork, *BOOTHS, q.source("all", come, [q.pick("fork", costs), LEFT, RIGHT]), engine=engine)
    assert value(table, "fork/right", "share_chosen") == 2 / 5
    assert value(table, "left booth", "wait") == (0 + 9 + 18) / 3


@pytest.mark.parametrize("engine", ENGINES)
def test_who_picked_one_way_may_pick_again_on_it(engine: str) -> None:
    """Two choices with alternatives of the same names: a step says which of them it is given."""
    nothing = q.fixed(q.minutes(0))
    second = q.choice("second", [q.alternative("left", "far left"), q.alternative("right", "far right")])
    table = run(
        FORK,
        second,
        *BOOTHS,
        q.service("far left", 1),
        q.service("far right", 1),
        q.source(
            "all",
            q.crowd(1),
            [
                q.pick("fork", {"left": nothing, "right": TEN}),
                q.step("left booth", TEN, given="left"),
                q.step("right booth", TEN, given="right"),
                q.pick("second", {"left": TEN, "right": nothing}, given="left"),
                q.step("far left", TEN, given="second: left"),
                q.step("far right", TEN, given="second: right"),
            ],
        ),
        engine=engine,
    )
    visits = [value(table, name, "visits") for name in ("left booth", "right booth", "far left", "far right")]
    assert visits == [1, 0, 0, 1]


def test_a_share_of_nobody_is_no_number() -> None:
    costs = {"left": TEN, "right": TEN}
    table = run(FORK, *BOOTHS, q.source("all", q.at(q.hours(2)), [q.pick("fork", costs), LEFT, RIGHT]))
    assert math.isnan(value(table, "fork/left", "share_chosen"))


def test_a_zone_may_begin_at_a_choice_that_is_called_by_its_name() -> None:
    costs = {"left": q.fixed(q.minutes(0)), "right": TEN}
    table = run(
        FORK,
        *BOOTHS,
        q.zone("square", 1),
        q.service("exit", 1),
        q.source(
            "all",
            q.crowd(2),
            [q.pick("fork", costs), LEFT, RIGHT, q.step("exit", TEN)],
            zones=[q.holding("square", "fork", "exit")],
        ),
    )
    assert value(table, "square", "wait_blocked") == 10
    assert value(table, "square", "places_taken") == pytest.approx(40 / 60, abs=0.001)


@pytest.mark.parametrize("engine", ENGINES)
def test_utilisation_is_of_the_servers_that_there_were(engine: str) -> None:
    """Of two servers one is out of order from 30 min on; each is held for the first 20 min."""
    table = run(
        q.service("booth", 2, outages=q.outage(q.fixed(q.minutes(30)), q.fixed(q.days(9)))),
        q.service("desk", 1),
        q.source("all", q.crowd(4), [q.step("booth", TEN), q.step("desk", q.fixed(q.minutes(5)))]),
        engine=engine,
    )
    assert value(table, "booth/servers", "servers_there") == 1.5
    assert value(table, "booth/servers", "servers_held") == pytest.approx(40 / 60)
    assert value(table, "booth/servers", "utilisation") == pytest.approx(40 / 90)
    assert value(table, "desk/servers", "utilisation") == pytest.approx(20 / 60)
    assert not has(table, "desk/servers", "servers_there")


@pytest.mark.parametrize("engine", ENGINES)
def test_the_servers_that_there_were_follow_the_line_and_the_clock(engine: str) -> None:
    """One lane until two still wait at 40 min, then three; a desk for half an hour, then three."""
    table = run(
        q.service("lanes", q.staffed(1, 3, open_at=1, close_at=0, every=q.minutes(40), by=2)),
        q.service("desks", q.changing({q.hours(0): 1, q.minutes(30): 3})),
        q.source("all", q.crowd(6), [q.step("lanes", TEN), q.step("desks", TEN)]),
        engine=engine,
    )
    assert value(table, "lanes/servers", "servers_there") == pytest.approx((40 * 1 + 20 * 3) / 60)
    assert value(table, "desks/servers", "servers_there") == 2


def test_a_pool_that_never_has_a_server_has_no_utilisation() -> None:
    limit = q.changing({q.hours(0): 0})
    table = run(
        q.service("booth", pools={"a": 1, "b": limit}),
        q.source("all", q.crowd(1), [q.step("booth", TEN)]),
    )
    assert value(table, "booth/a", "utilisation") == pytest.approx(10 / 60)
    assert math.isnan(value(table, "booth/b", "utilisation"))


def needing(needs: object, *stocks: q.Part, stage: q.Part | None = None) -> Callable[[], object]:
    def make() -> object:
        step = q.step("walk", TEN, needs=needs)  # type: ignore[arg-type] - mistakes are made here
        return run(*stocks, stage or q.service("walk", 9), q.source("all", POISSON, [step]))

    return make


def picking(*steps: object, fork: q.Part = FORK) -> Callable[[], object]:
    return lambda: run(fork, *BOOTHS, q.source("all", POISSON, steps))  # type: ignore[arg-type] - mistakes


GUIDES = q.tokens("guides", 2)
COSTS = {"left": TEN, "right": TEN}

MISTAKES: dict[str, tuple[Callable[[], object], str]] = {
    "no tokens": (
        lambda: q.tokens("guides", 0),
        "tokens 'guides': the number is 0: give a whole number of at least 1",
    ),
    "tokens without a name": (lambda: q.tokens("", 1), "a kind of tokens is named '': give it a name"),
    "a need of none": (
        lambda: q.need("guides", 0),
        "need of 'guides': the number is 0: give a whole number of at least 1",
    ),
    "away for a bare time": (
        lambda: q.need("guides", away=HOUR),  # type: ignore[arg-type] - the mistake
        r"need of 'guides': away is Time.*: give a distribution, as in exponential\(hours\(2\)\)",
    ),
    "a need that is a name": (
        needing("guides", GUIDES),
        r"step at 'walk': it needs 'guides': give one or a list, as in need\('guides'\)",
    ),
    "unknown tokens": (
        needing(q.need("guide"), GUIDES),
        "source 'all': step 'walk' needs the unknown tokens 'guide', did you mean 'guides'?",
    ),
    "more than there are": (
        needing(q.need("guides", 3), GUIDES),
        "step 'walk' needs 3 of 'guides', and there are 2: it could never start, so lower one or raise",
    ),
    "the same twice": (
        needing([q.need("guides"), q.need("guides")], GUIDES),
        "needs 'guides' 2 times: name them once, with their number",
    ),
    "needed by nobody": (
        needing((), GUIDES),
        "tokens 'guides' are needed by no step: let one need them or remove them",
    ),
    "needed at a delay": (
        needing(q.need("guides"), GUIDES, stage=q.delay("walk")),
        "step 'walk' needs tokens and is at no service stage: make it one",
    ),
    "tokens that are named like a stage": (
        needing(q.need("walk"), q.tokens("walk", 1)),
        "stage, zone or kind of tokens 'walk' is named 2 times: names must be unique",
    ),
    "no alternative": (
        lambda: q.choice("fork", []),
        "choice 'fork' has no alternative: give it at least one",
    ),
    "alternatives that are names": (
        lambda: q.choice("fork", ["left"]),  # type: ignore[list-item] - the mistake
        r"choice 'fork': the alternatives are \['left'\]: give a list, as in \[alternative",
    ),
    "an interval of a bare number": (
        lambda: q.alternative("left", "left booth", interval=5),  # type: ignore[arg-type] - the mistake
        "alternative 'left': the interval is 5: give a time with its unit",
    ),
    "a backlog that is never published": (
        lambda: q.choice("fork", [q.alternative("left", "left booth", interval=HOUR)]),
        "choice 'fork': the backlog of 'left' counts and is never published: give published=",
    ),
    "a publication that nobody minds": (
        lambda: q.choice("fork", [q.alternative("left", "left booth")], published=HOUR),
        "choice 'fork': backlogs are published and none counts: give alternatives an interval, or leave",
    ),
    "published all the time": (
        lambda: q.choice("fork", [q.alternative("a", "b", interval=HOUR)], published=q.hours(0)),
        "choice 'fork': published is 0: give a time",
    ),
    "an alternative of an unknown stage": (
        picking(
            q.pick("fork", {"left": TEN}),
            LEFT,
            fork=q.choice("fork", [q.alternative("left", "left boot")]),
        ),
        "choice 'fork': alternative 'left' names the unknown stage 'left boot', did you mean 'left booth'?",
    ),
    "two alternatives of a name": (
        picking(
            q.pick("fork", {"left": TEN}),
            LEFT,
            q.step("right booth", TEN),
            fork=q.choice("fork", [q.alternative("left", "left booth")] * 2),
        ),
        "alternative 'left' is named 2 times: names must be unique",
    ),
    "a pick of nothing": (
        lambda: q.pick("fork", {}),
        "pick at 'fork': the costs are {}: give one for each alternative",
    ),
    "a cost that is a time": (
        lambda: q.pick("fork", {"left": HOUR}),  # type: ignore[dict-item] - the mistake
        "pick at 'fork': the cost of 'left' is Time.*: give a distribution",
    ),
    "an unknown alternative": (
        picking(q.pick("fork", {"lefft": TEN}), LEFT, RIGHT),
        "step 'fork' offers the unknown alternative 'lefft', did you mean 'left'?",
    ),
    "a pick at a booth": (
        picking(q.pick("left booth", COSTS), LEFT, RIGHT),
        "step 'left booth' picks at 'left booth', which is no choice: make it one",
    ),
    "a step at a choice": (
        picking(q.step("fork"), q.step("left booth", TEN), q.step("right booth", TEN)),
        "step 'fork' is at the choice 'fork': say pick",
    ),
    "given what nobody offers": (
        picking(q.pick("fork", COSTS), LEFT, q.step("right booth", TEN, given="rigt")),
        "step 'right booth' is given 'rigt', which no earlier pick offers, did you mean 'right'?",
    ),
    "given before it is picked": (
        picking(LEFT, q.pick("fork", COSTS), RIGHT),
        "step 'left booth' is given 'left', which no earlier pick offers: there is none, add it",
    ),
    "given what two picks offer": (
        picking(q.pick("fork", COSTS), RIGHT, q.pick("fork", COSTS, name="again"), LEFT),
        "step 'left booth' is given 'left', which several picks offer: say 'fork: left' or 'again: left'",
    ),
    "a way that does not lead to its stage": (
        picking(q.pick("fork", COSTS), LEFT),
        "alternative 'right' counts until 'right booth', where no later step of the route leads",
    ),
    "a zone that ends at a choice": (
        lambda: run(
            FORK,
            *BOOTHS,
            q.zone("square", 1),
            q.source(
                "all", POISSON, [q.pick("fork", COSTS), LEFT, RIGHT], zones=[q.holding("square", "fork")]
            ),
        ),
        "the occupancy of zone 'square' ends at the choice 'fork': let it end before or after it",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_refused_with_the_object_and_the_remedy(mistake: str) -> None:
    make, said = MISTAKES[mistake]
    with pytest.raises(q.NetworkError, match=said):
        make()
