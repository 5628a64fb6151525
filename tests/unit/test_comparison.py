from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from kzsim.indicators.comparison import COMPARED, Pairs, Passage, compare, family, verdict
from kzsim.indicators.errors import InvariantError
from kzsim.indicators.intervals import Estimate, estimate, simultaneous
from kzsim.indicators.tables import comparison_table
from kzsim.network.model import MS_PER_HOUR
from tests.unit.indicators_world import GENERAL, NONUSER, USER, Stay, layout, records

GROUPS = np.array([USER, NONUSER, GENERAL], dtype=np.int32)


def passage(out_h: Sequence[float | None], free_h: Sequence[float] = (1, 1, 1)) -> Passage:
    groups = (USER, NONUSER, GENERAL)
    seen = records([Stay(g, 30, o, f) for g, o, f in zip(groups, out_h, free_h, strict=True)])
    return Passage(seen.arrival_ms, seen.exit_ms, seen.free_flow_ms, seen.phase)


def pairs(base: Passage, alternative: Passage) -> Pairs:
    return compare(layout(), GROUPS, base, alternative)


def cell(klass: str, corridor: str) -> int:
    return next(i for i, c in enumerate(layout().cells) if (c.klass, c.corridor) == (klass, corridor))


def test_the_same_run_twice_differs_nowhere() -> None:
    run = passage([40, 50, None])
    found = pairs(run, run)
    assert np.array_equal(found.base, found.alternative, equal_nan=True)
    assert not found.winners.any()
    assert not found.losers.any()


def test_times_are_capped_at_the_follow_up_on_both_sides() -> None:
    # 70 h and never both count as 48 h: no difference, nobody gains
    found = pairs(passage([100, 50, None]), passage([32, 50, 100]))
    everyone = cell("all", "all")
    assert found.base[everyone, 0] == pytest.approx((48 + 20 + 48) / 3)
    assert found.alternative[everyone, 0] == pytest.approx((2 + 20 + 48) / 3)
    assert (found.winners[everyone], found.losers[everyone], found.cohort[everyone]) == (1, 0, 3)


def test_five_minutes_are_no_change_and_a_millisecond_more_is_one() -> None:
    minute = 1 / 60
    base = passage([40, 50, 60])
    found = pairs(base, passage([40 + 5 * minute, 50 - 5 * minute, 60 + 5 * minute + 1 / 3_600_000]))
    assert found.winners[cell("all", "all")] == 0
    assert found.losers[cell("all", "all")] == 1
    assert found.losers[cell("general", "other")] == 1


def test_delay_is_against_the_free_flow_time_of_the_base() -> None:
    found = pairs(passage([40, 50, 60], free_h=(6, 6, 6)), passage([36, 50, 60], free_h=(1, 6, 6)))
    user, delay = cell("all", "user"), COMPARED.index("delay")
    assert found.base[user, delay] == 4
    assert found.alternative[user, delay] == 0


def test_runs_of_other_entities_are_not_compared() -> None:
    other = records([Stay(USER, 31, 40), Stay(NONUSER, 30, 50), Stay(GENERAL, 30, 60)])
    with pytest.raises(InvariantError, match="not of the same entities"):
        pairs(
            passage([40, 50, 60]), Passage(other.arrival_ms, other.exit_ms, other.free_flow_ms, other.phase)
        )


def legs(in_h: Sequence[float], out_h: Sequence[float | None], follows: Sequence[bool]) -> Passage:
    """Everybody of the cohort and of one group; who follows and never came has a negative arrival."""
    seen = records([Stay(USER, i, o) for i, o in zip(in_h, out_h, strict=True)])
    phase = np.ones(len(in_h), dtype=np.int8)
    return Passage(seen.arrival_ms, seen.exit_ms, seen.free_flow_ms, phase, np.array(follows))


def compared_legs(base: Passage, alternative: Passage) -> Pairs:
    return compare(layout(), np.full(len(base.phase), USER, dtype=np.int32), base, alternative)


def test_of_those_who_follow_others_only_who_came_in_both_runs_is_compared() -> None:
    """The first comes by itself; of four who follow it one comes in both, and gains 3 h of its own stay."""
    follows = [False, True, True, True, True]
    base = legs([30, 50, -1, 60, -1], [32, 60, None, 61, None], follows)
    alternative = legs([30, 40, 45, -1, -1], [32, 47, 46, None, None], follows)
    found = compared_legs(base, alternative)
    everyone = cell("all", "all")
    assert (found.cohort[everyone], found.winners[everyone], found.losers[everyone]) == (2, 1, 0)
    assert found.gained_ms[everyone] == 3 * MS_PER_HOUR
    assert found.base[everyone, 0] == pytest.approx((2 + 10) / 2)
    assert found.alternative[everyone, 0] == pytest.approx((2 + 7) / 2)
    # what leaves is counted of everybody, whoever came in which run
    throughput = COMPARED.index("throughput_per_day")
    assert found.base[everyone, throughput] == found.alternative[everyone, throughput] > 0


def test_a_leg_that_comes_too_late_to_be_followed_is_not_compared() -> None:
    """It is inside at the horizon in one run, for a time that says nothing of how long it takes."""
    last_h = (layout().horizon_ms - layout().follow_up_ms) // MS_PER_HOUR
    follows = [False, True, True]
    base = legs([30, 40, 40], [32, 45, 45], follows)
    alternative = legs([30, last_h, last_h - 1], [32, None, None], follows)
    found = compared_legs(base, alternative)
    assert found.cohort[cell("all", "all")] == 2
    assert found.losers[cell("all", "all")] == 1


@pytest.mark.parametrize(
    ("in_h", "follows"), [([31, 50], [False, True]), ([30, 50], [True, True]), ([30, 50], [False, False])]
)
def test_runs_whose_own_arrivals_or_legs_differ_are_not_compared(
    in_h: list[float], follows: list[bool]
) -> None:
    base = legs([30, 40], [32, 45], [False, True])
    with pytest.raises(InvariantError, match="not of the same entities"):
        compared_legs(base, legs(in_h, [32, 55], follows))


def test_a_run_with_legs_is_not_compared_with_one_without() -> None:
    without = legs([30, 40], [32, 45], [False, True])
    with pytest.raises(InvariantError, match="not of the same entities"):
        compared_legs(replace(without, follows=None), without)


@pytest.mark.parametrize(
    ("low", "mean", "high", "word"),
    [
        (-3.0, -2.0, -1.0, "gains"),
        (1.0, 2.0, 3.0, "loses"),
        (-0.08, 0.0, 0.08, "no change"),
        (-0.08, -0.05, -0.02, "no change"),
        (-1.0, 0.0, 1.0, "undecided"),
        (-2.0, -1.0, 0.1, "undecided"),
        (-0.1, -0.06, -0.02, "undecided"),
        (-0.2, -0.11, -0.02, "undecided"),
        (-0.2, -0.15, -0.09, "gains"),
        (math.nan, -5.0, math.nan, "undecided"),
    ],
)
def test_the_verdict_needs_the_whole_interval(low: float, mean: float, high: float, word: str) -> None:
    assert verdict(Estimate(mean, low, high, 3)) == word


def test_the_table_holds_paired_differences_and_their_interval() -> None:
    runs = [pairs(passage([50, 50, 60]), passage([50 - gain, 50, 60])) for gain in (9.0, 10.0, 11.0)]
    table = comparison_table(layout(), runs).set_index(["class", "corridor", "indicator"])
    row = table.loc["all", "user", "crossing_time"]
    expected = estimate([-9.0, -10.0, -11.0])
    assert (row["base"], row["alternative"], row["difference"]) == (20.0, 10.0, -10.0)
    assert (row["low"], row["high"]) == pytest.approx((expected.low, expected.high))
    assert row["per_cent"] == pytest.approx(-50.0)
    assert (row["winners"], row["losers"], row["unchanged"]) == (1.0, 0.0, 0.0)
    assert row["verdict"] == "gains"
    assert table.loc["all", "eligible_nonuser", "crossing_time"]["verdict"] == "no change"
    assert table.loc["all", "user", "throughput_per_day"]["verdict"] == ""
    assert math.isnan(table.loc["all", "user", "delay"]["winners"])


def test_words_hold_at_once_by_wider_intervals_than_those_of_each_difference() -> None:
    # user, eligible non-user and other of one flow: three verdicts
    assert family(layout()) == 3
    runs = [pairs(passage([50, 50, 60]), passage([50 - gain, 50, 60])) for gain in (0.6, 1.0, 1.4)]
    row = (
        comparison_table(layout(), runs)
        .set_index(["class", "corridor", "indicator"])
        .loc["all", "user", "crossing_time"]
    )
    assert row["high"] < 0  # by itself it would be told from nought
    wide = estimate([-0.6, -1.0, -1.4], simultaneous(3))
    assert (row["simultaneous_low"], row["simultaneous_high"]) == pytest.approx((wide.low, wide.high))
    assert row["simultaneous_high"] > -5 / 60
    assert row["verdict"] == "undecided"


def test_nobody_is_in_the_family_where_no_corridor_is_in_force() -> None:
    assert family(layout(corridor=False)) == 0


def test_free_flow_beyond_the_follow_up_does_not_hide_waiting() -> None:
    # 60 h of work, followed for 48 h: capped alike, there is no delay rather than one below nought
    found = pairs(passage([100, 50, 60], free_h=(60, 1, 1)), passage([100, 50, 60], free_h=(60, 1, 1)))
    assert found.base[cell("all", "user"), COMPARED.index("delay")] == 0


def test_a_pairing_narrows_the_interval_of_a_constant_gain() -> None:
    runs = [pairs(passage([out, 50, 60]), passage([out - 2, 50, 60])) for out in (40.0, 50.0, 60.0)]
    row = (
        comparison_table(layout(), runs)
        .set_index(["class", "corridor", "indicator"])
        .loc["all", "user", "crossing_time"]
    )
    assert (row["low"], row["high"]) == pytest.approx((-2.0, -2.0))
