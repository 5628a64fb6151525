"""Tokens, worked out by hand to the millisecond; and the networks with tokens that are refused."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from kzsim.draws import draw
from kzsim.engines import kernel, reference
from kzsim.engines.errors import DeadlockError
from kzsim.engines.outcome import NOT_ENTERED, Outcome
from kzsim.network import (
    Account,
    Calendar,
    DelayStage,
    Distribution,
    Need,
    Network,
    NetworkError,
    Occupancy,
    Pool,
    Program,
    ServiceStage,
    Tokens,
    Work,
    Zone,
    compile_network,
)
from kzsim.network.tokens import MOST_TOKENS
from tests.networks import MINUTE, at, counter, fixed, network

DAY = 24 * 60


def needing(minutes: float, *needs: tuple[str, int, float]) -> Work:
    """Work of so many minutes, with (tokens, number, minutes away) each."""
    wanted = tuple(Need(name, n, Distribution("fixed", away * MINUTE)) for name, n, away in needs)
    return replace(fixed(minutes * MINUTE), needs=wanted)


def with_tokens(net: Network, **number: int) -> Network:
    return replace(net, tokens=tuple(Tokens(name, n) for name, n in number.items()))


def run(net: Network) -> tuple[Program, Outcome]:
    """The reference's outcome, which the kernel's equals."""
    program = compile_network(net)
    entities = draw(program, seed=1, replication=0)
    outcome = reference.run(program, entities, trace=True)
    again = kernel.run(program, entities, trace=True)
    assert np.array_equal(outcome.exit_ms, again.exit_ms)
    assert np.array_equal(outcome.account_ms, again.account_ms)
    assert np.array_equal(outcome.observers.idle_ms, again.observers.idle_ms)
    return program, outcome


def starts(outcome: Outcome, step: int = 0) -> list[list[int]]:
    """By source, when the step started, in minutes; -1 for never."""
    assert outcome.trace is not None
    return [
        [-1 if ms == NOT_ENTERED else int(ms) // MINUTE for ms in rows[:, step]]
        for rows in outcome.trace.start_ms
    ]


def waits(program: Program, outcome: Outcome, element: str, group: int = 0) -> dict[str, int]:
    row = outcome.account_ms[group].sum(axis=0)[program.element_names.index(element)]
    return {Account(i).name.lower(): int(ms) // MINUTE for i, ms in enumerate(row) if ms and i >= 6}


def test_one_token_for_two_servers_lets_the_next_start_when_it_is_back() -> None:
    """10 minutes of work, 5 minutes until the token is back: every 15 minutes somebody starts."""
    net = network(
        [counter("a", 2)], {"r": ["a"]}, [at("s", 0, 0, 0, route="r", work={"a": needing(10, ("t", 1, 5))})]
    )
    program, outcome = run(with_tokens(net, t=1))
    assert starts(outcome) == [[0, 15, 30]]
    assert waits(program, outcome, "a") == {"tokens": 15 + 30}
    # it is away from 0 to 45
    assert outcome.observers.idle_ms.tolist() == [(DAY - 45) * MINUTE]


def test_nobody_overtakes_for_tokens_but_those_who_need_none_pass() -> None:
    """Three tokens, four servers. The first takes two to 20, the second needs two and the third one."""
    net = network(
        [counter("a", 4)],
        {"r": ["a"]},
        [
            at("s1", 0, 0, route="r", work={"a": needing(10, ("t", 2, 10))}),
            at("s2", 0, route="r", work={"a": needing(10, ("t", 1, 0))}),
            at("s3", 0, route="r", work={"a": fixed(10 * MINUTE)}),
        ],
    )
    program, outcome = run(with_tokens(net, t=3))
    assert starts(outcome) == [[0, 20], [20], [0]]
    assert waits(program, outcome, "a") == {"tokens": 40}
    # idle: one from 0 to 20, none from 20 to 30, one back from s2, two from s1 at 40
    assert outcome.observers.idle_ms.tolist() == [(20 + 10 + 3 * (DAY - 40)) * MINUTE]


def test_who_needs_another_kind_too_keeps_back_all_who_need_any_of_its_kinds() -> None:
    """The second lacks a crane until 10; the third needs a cart alone, of which there is one."""
    net = network(
        [counter("a", 3)],
        {"r": ["a"]},
        [
            at("s1", 0, route="r", work={"a": needing(10, ("crane", 1, 0))}),
            at("s2", 0, route="r", work={"a": needing(10, ("crane", 1, 0), ("cart", 1, 0))}),
            at("s3", 0, route="r", work={"a": needing(10, ("cart", 1, 0))}),
        ],
    )
    _, outcome = run(with_tokens(net, crane=1, cart=1))
    assert starts(outcome) == [[0], [10], [20]]


def test_who_has_no_usable_server_free_keeps_nobody_from_tokens() -> None:
    """The first in line waits for the lane of its class, which is busy: the other class takes the token."""
    lanes = (Pool("x", Calendar.always(1)), Pool("y", Calendar.always(1)))
    stage = ServiceStage("a", Account.INSPECTION, lanes, {"x": ("x",), "y": ("y",)})
    net = network(
        [stage],
        {"r": ["a"]},
        [
            at("s1", 0, route="r", work={"a": fixed(30 * MINUTE)}, klass="x"),
            at("s2", 1 * MINUTE, route="r", work={"a": needing(10, ("t", 2, 0))}, klass="x"),
            at("s3", 2 * MINUTE, route="r", work={"a": needing(60, ("t", 1, 0))}, klass="y"),
        ],
        classes=("x", "y"),
    )
    program, outcome = run(with_tokens(net, t=2))
    # s2 waits for the lane to 30, then for the second token to 62
    assert starts(outcome) == [[0], [62], [2]]
    assert waits(program, outcome, "a") == {"queue": 29, "tokens": 32}


def test_of_two_stages_that_need_a_token_the_one_downstream_has_it_first() -> None:
    work = {"a": needing(10, ("t", 1, 0)), "b": needing(10, ("t", 1, 0))}
    net = network([counter("a"), counter("b")], {"r": ["a", "b"]}, [at("s", 0, 0, route="r", work=work)])
    _, outcome = run(with_tokens(net, t=1))
    # at 10 the first is at b, and the second at a; b has the lower rank
    assert (starts(outcome), starts(outcome, 1)) == ([[0, 20]], [[10, 30]])


def test_a_token_is_kept_as_long_as_the_server_while_its_holder_waits_for_a_place() -> None:
    work = {"a": needing(10, ("t", 1, 5)), "b": fixed(60 * MINUTE)}
    net = network(
        [counter("a", 2), DelayStage("b", Account.TRAVEL)],
        {"r": ["a", "b"]},
        [at("s", 0, 0, 0, route="r", work=work)],
        zones=[Zone("z", 1)],
        occupancies={"r": [Occupancy("z", "b", "b")]},
    )
    program, outcome = run(with_tokens(net, t=1))
    # the second is served from 15 to 25 and blocked to 70; its token is back at 75
    assert starts(outcome) == [[0, 15, 75]]
    assert waits(program, outcome, "a") == {"tokens": 15 + 75}


def test_a_service_that_pauses_keeps_its_tokens() -> None:
    """One server pauses from 5 to 35; the other, which is there from 5 on, lacks the token to 45."""
    pools = (
        Pool("p", Calendar((0, 5 * MINUTE, 35 * MINUTE), (1, 0, 1))),
        Pool("q", Calendar((0, 5 * MINUTE), (0, 1))),
    )
    stage = ServiceStage("a", Account.INSPECTION, pools, on_close="suspend")
    net = network([stage], {"r": ["a"]}, [at("s", 0, 0, route="r", work={"a": needing(10, ("t", 1, 5))})])
    program, outcome = run(with_tokens(net, t=1))
    assert starts(outcome) == [[0, 45]]
    # the first 5 minutes the only server is busy; then the paused one is closed
    assert waits(program, outcome, "a") == {"queue": 5, "tokens": 40, "closed": 30}


def test_tokens_that_would_be_back_at_the_horizon_are_never_back() -> None:
    net = network(
        [counter("a")],
        {"r": ["a"]},
        [at("s", 0, 0, route="r", work={"a": needing(10, ("t", 1, 5))})],
        horizon_ms=15 * MINUTE,
    )
    _, outcome = run(with_tokens(net, t=2))
    # one from 0 to 10, none from then on
    assert starts(outcome) == [[0, 10]]
    assert outcome.observers.idle_ms.tolist() == [10 * MINUTE]


def test_a_place_and_a_token_that_wait_for_each_other_deadlock() -> None:
    """e holds the only place and needs the crane at b, w holds the crane at a and waits for the place."""
    net = network(
        [counter("a"), counter("b", 2), DelayStage("road", Account.TRAVEL)],
        {"east": ["road", "b"], "west": ["a", "road"]},
        [
            at("e", 0, route="east", work={"road": fixed(5 * MINUTE), "b": needing(5, ("crane", 2, 1))}),
            at("w", 0, route="west", work={"a": needing(10, ("crane", 1, 1)), "road": fixed(MINUTE)}),
        ],
        zones=[Zone("strip", 1)],
        occupancies={"east": [Occupancy("strip", "road", "b")], "west": [Occupancy("strip", "road", "road")]},
    )
    program = compile_network(with_tokens(net, crane=2))
    entities = draw(program, seed=1, replication=0)
    for engine in (reference, kernel):
        with pytest.raises(DeadlockError) as caught:
            engine.run(program, entities)
        assert str(caught.value) == (
            "deadlock at 600000 ms after the start, 2 entities:\n"
            "  e #0 holds a place of 'strip' and waits for 'b' and 2 of 'crane'\n"
            "  w #0 holds 1 of 'crane', a server of 'a/p' and waits for 'strip'"
        )
    # with one crane more there are enough
    _, outcome = run(with_tokens(net, crane=3))
    assert (outcome.exit_ms // MINUTE).tolist() == [10, 11]


def test_a_token_that_a_service_paused_for_good_keeps_is_waited_for_for_ever() -> None:
    first = ServiceStage(
        "a", Account.INSPECTION, (Pool("p", Calendar((0, 5 * MINUTE), (1, 0))),), on_close="suspend"
    )
    net = network(
        [first, counter("b")],
        {"r": ["a"], "q": ["b"]},
        [
            at("s1", 0, route="r", work={"a": needing(10, ("t", 1, 0))}),
            at("s2", 20 * MINUTE, route="q", work={"b": needing(10, ("t", 1, 0))}),
        ],
    )
    program = compile_network(with_tokens(net, t=1))
    entities = draw(program, seed=1, replication=0)
    for engine in (reference, kernel):
        with pytest.raises(DeadlockError) as caught:
            engine.run(program, entities)
        assert str(caught.value) == (
            "deadlock at 1200000 ms after the start, 2 entities:\n"
            "  s1 #0 holds 1 of 't' and waits for 'a'\n"
            "  s2 #0 holds nothing and waits for 'b' and 1 of 't'"
        )


def test_waiting_for_tokens_that_are_away_is_no_deadlock() -> None:
    work = {"a": needing(1, ("t", 2, 600)), "b": needing(1, ("t", 2, 1))}
    net = network(
        [counter("a"), counter("b")],
        {"r": ["a", "b"]},
        [at("s", 0, 0, route="r", work=work)],
        zones=[Zone("z", 1)],
        occupancies={"r": [Occupancy("z", "b", "b")]},
    )
    _, outcome = run(with_tokens(net, t=2))
    assert starts(outcome, 1) == [[601, 1204]]


def test_parts_of_a_network_that_share_tokens_alone_are_run_together() -> None:
    net = network(
        [counter("a"), counter("b"), counter("c")],
        {"r": ["a"], "q": ["b"], "p": ["c"]},
        [
            at("s1", 0, route="r", work={"a": needing(10, ("t", 1, 0))}),
            at("s2", 5 * MINUTE, route="q", work={"b": needing(10, ("t", 1, 0))}),
            at("s3", 0, 0, route="p", work={"c": needing(10, ("u", 1, 5))}),
        ],
    )
    _, outcome = run(with_tokens(net, t=1, u=1))
    assert starts(outcome) == [[0], [10], [0, 15]]


def test_to_need_tokens_changes_no_other_number() -> None:
    """Not even for how long others are away."""
    work = Work(Distribution("exponential", 10 * MINUTE))
    away = Distribution("lognormal", 5 * MINUTE, 0.7)
    needs = (Need("t", 1, away), Need("u", 2, away))
    drawn = []
    for wanted in ((), needs[:1], needs):
        net = network(
            [counter("a")],
            {"r": ["a"]},
            [at("s", *range(50), route="r", work={"a": replace(work, needs=wanted)})],
        )
        names = {need.tokens: 2 for need in wanted}
        drawn.append(draw(compile_network(with_tokens(net, **names)), seed=1, replication=0))
    none, one, two = drawn
    assert np.array_equal(none.duration_ms[0], two.duration_ms[0])
    assert none.away_ms == ({},)
    assert np.array_equal(one.away_ms[0][0, 0], two.away_ms[0][0, 0])
    assert not np.array_equal(two.away_ms[0][0, 0], two.away_ms[0][0, 1])


def refused(net: Network) -> str:
    with pytest.raises(NetworkError) as caught:
        compile_network(net)
    return str(caught.value)


def asking(*needs: tuple[str, int, float], **number: int) -> Network:
    source = at("s", 0, route="r", work={"a": needing(10, *needs)})
    return with_tokens(network([counter("a")], {"r": ["a"]}, [source]), **number)


@pytest.mark.parametrize(
    ("net", "said"),
    [
        (asking(t=1), "tokens 't' are needed by no step: let one need them or remove them"),
        (asking(("t", 1, 0)), "step 'a' needs the unknown tokens 't': add them to the network"),
        (asking(("t", 3, 0), t=2), "step 'a' needs 3 of 't', and there are 2: it could never start"),
        (asking(("t", 0, 0), t=2), "step 'a' needs 0 of 't': give a whole number of 1 or more"),
        (asking(("t", 1, 0), t=0), "tokens 't': there are 0 of them: give a whole number of 1 or more"),
        (asking(("t", 1, 0), ("t", 1, 0), t=2), "step 'a' needs 't' 2 times: name them once"),
        (asking(("t", 1, 0), t=MOST_TOKENS + 1), f"{MOST_TOKENS} are the most"),
        (asking(("t", 1, -1), t=1), "step 'a', 't' away: the mean is -60000 ms: give 0 to"),
        (asking(("t", 1, math.nan), t=1), "step 'a', 't' away: the mean is nan ms: give 0 to"),
        (
            asking(("a", 1, 0), a=1),
            "stage, zone or kind of tokens 'a' is named 2 times: names must be unique",
        ),
    ],
)
def test_tokens_that_make_no_sense_are_refused_by_name_with_the_remedy(net: Network, said: str) -> None:
    assert said in refused(net)


def test_only_service_stages_need_tokens() -> None:
    net = network(
        [DelayStage("a", Account.TRAVEL)],
        {"r": ["a"]},
        [at("s", 0, route="r", work={"a": needing(10, ("t", 1, 0))})],
    )
    assert "step 'a' needs tokens and is at no service stage: make it one" in refused(with_tokens(net, t=1))


def test_a_step_named_like_the_time_for_which_tokens_are_away_is_refused() -> None:
    name = "a: t away"
    net = network(
        [counter("a"), counter(name)],
        {"r": ["a", name]},
        [at("s", 0, route="r", work={"a": needing(10, ("t", 1, 0)), name: fixed(MINUTE)})],
    )
    with pytest.raises(ValueError, match="source 's': 'a: t away' names two different random numbers"):
        draw(compile_network(with_tokens(net, t=1)), seed=1, replication=0)
