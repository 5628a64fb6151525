"""Staffing rules: by hand, and refused where they make no sense."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kzsim.draws import draw
from kzsim.engines import kernel, reference
from kzsim.engines.errors import DeadlockError
from kzsim.network import (
    Account,
    Calendar,
    Network,
    NetworkError,
    Occupancy,
    Pool,
    ServiceStage,
    StaffingRule,
    Zone,
    compile_network,
)
from tests.networks import MINUTE, at, fixed, network
from tests.unit.test_hand_traces import accounts, run, there_at_the_start

RULE = StaffingRule(tuple(m * MINUTE for m in (5, 15, 25, 35, 45)), open_at=3, close_at=0, fewest=1, most=2)


def booths(rule: StaffingRule, calendar: Calendar | None = None) -> ServiceStage:
    return ServiceStage("a", Account.INSPECTION, (Pool("p", calendar or Calendar.always(3), rule),))


def served(rule: StaffingRule, *minutes: int, calendar: Calendar | None = None) -> Network:
    source = at("s", *(m * MINUTE for m in minutes), route="r", work={"a": fixed(10 * MINUTE)})
    return network([booths(rule, calendar)], {"r": ["a"]}, [source])


def test_a_server_opens_and_closes_at_reviews_by_the_line_as_it_was_before() -> None:
    """Five come at 0: one server. At 5 four are in line: two servers, 5-15, 10-20, 15-25, 20-30.

    At 15 two are in line, so nothing changes. At 25 nobody is: one server again, and who comes at 26 waits
    for that who is served until 30. Those who come at 35 are not seen by the review of that instant; at 45
    two of them are still in line, which is not enough.
    """
    program, outcome = run(served(RULE, 0, 0, 0, 0, 0, 26, 35, 35, 35))
    assert (outcome.exit_ms // MINUTE).tolist() == [10, 15, 20, 25, 30, 40, 50, 60, 70]
    assert accounts(program, outcome, "a") == {
        "inspection": 90 * MINUTE,
        "queue": (5 + 10 + 15 + 20 + 4 + 5 + 15 + 25) * MINUTE,
    }
    assert outcome.capacity_ms.tolist() == [(24 * 60 + 20) * MINUTE]  # the second from 5 to 25


def test_who_is_served_when_a_server_closes_is_finished() -> None:
    """Two servers from 5 on. At 15 nobody is in line: one server, though two are served to 20 and 22.

    Who comes at 16 starts when both have gone but one: at 22.
    """
    rule = replace(RULE, at_ms=(5 * MINUTE, 15 * MINUTE), open_at=1, close_at=0)
    net = served(rule, 0, 0, 16)
    work = {"a": fixed(20 * MINUTE)}
    (source,) = net.sources
    net = replace(net, sources=(replace(source, kinds=(replace(source.kinds[0], work=work),)),))
    program, outcome = run(net)
    assert (outcome.exit_ms // MINUTE).tolist() == [20, 25, 45]
    assert accounts(program, outcome, "a") == {"inspection": 60 * MINUTE, "queue": (5 + 9) * MINUTE}


def test_no_more_work_than_the_calendar_allows_and_a_rule_s_none_is_closed() -> None:
    """The rule begins with none, opens two at 5 and two more at 15; one desk is there up to 20, then 3."""
    rule = StaffingRule((5 * MINUTE, 15 * MINUTE), open_at=1, close_at=0, fewest=0, most=4, by=2)
    net = served(rule, 0, 0, 0, calendar=Calendar((0, 20 * MINUTE), (1, 3)))
    program, outcome = run(net)
    assert (outcome.exit_ms // MINUTE).tolist() == [15, 25, 30]
    assert accounts(program, outcome, "a") == {
        "inspection": 30 * MINUTE,
        "closed": 15 * MINUTE,
        "queue": (10 + 15) * MINUTE,
    }


def test_a_review_at_the_start_sees_those_who_stand_there() -> None:
    rule = replace(RULE, at_ms=(0,))
    crowd = there_at_the_start("s", -3, -2, -1, route="r", work={"a": fixed(10 * MINUTE)}, group=0)
    _, outcome = run(network([booths(rule)], {"r": ["a"]}, [crowd]))
    assert (outcome.exit_ms // MINUTE).tolist() == [10, 10, 20]


def test_a_review_to_come_is_hope_and_the_last_one_without_it_a_deadlock() -> None:
    """A holds a place before a pool in which nobody works, B waits for it. At 5 one in line is too few."""
    rule = StaffingRule((5 * MINUTE,), open_at=2, close_at=1, fewest=0, most=1)
    net = network(
        [booths(rule)],
        {"r": ["a"]},
        [at("s", 0, 0, route="r", work={"a": fixed(MINUTE)})],
        zones=[Zone("z", 1)],
        occupancies={"r": [Occupancy("z", "a", "a")]},
    )
    program = compile_network(net)
    for engine in (reference, kernel):
        with pytest.raises(DeadlockError) as stopped:
            engine.run(program, draw(program, seed=1, replication=0))
        assert stopped.value.at_ms == 5 * MINUTE


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (
            replace(RULE, at_ms=()),
            "let the reviews of its staffing rise strictly from 0 ms or later, and",
        ),
        (replace(RULE, at_ms=(5, 5)), "let the reviews of its staffing rise strictly"),
        (replace(RULE, at_ms=(-1, 5)), "let the reviews of its staffing rise strictly"),
        (
            replace(RULE, close_at=3),
            "staffing opens with 3 in line and closes with 3: let it open with more than",
        ),
        (replace(RULE, close_at=-1), "staffing opens with 3 in line and closes with -1: .* with 0 or more"),
        (replace(RULE, fewest=3), "staffing is from 3 to 2: give 0 or more, and a most that is not less"),
        (replace(RULE, fewest=-1), "staffing is from -1 to 2: give 0 or more"),
        (replace(RULE, fewest=0, most=0), "staffing is from 0 to 0: .* and at least 1"),
        (replace(RULE, by=0), "staffing changes by 0: give 1 or more"),
    ],
)
def test_a_staffing_rule_that_makes_no_sense_is_refused_by_its_pool(rule: StaffingRule, said: str) -> None:
    with pytest.raises(NetworkError, match=f"^pool 'a/p': {said}"):
        compile_network(served(rule, 0))


def test_a_staffing_rule_at_a_stage_that_suspends_is_refused() -> None:
    stage = replace(booths(RULE), on_close="suspend")
    said = "^pool 'a/p': who is served is finished when a staffing rule closes: give on_close='finish'$"
    with pytest.raises(NetworkError, match=said):
        compile_network(replace(served(RULE, 0), stages=(stage,)))
