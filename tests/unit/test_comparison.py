from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from kzsim.indicators.comparison import COMPARED, Pairs, Passage, compare, family, verdict
from kzsim.indicators.errors import InvariantError
from kzsim.indicators.intervals import Estimate, estimate, simultaneous
from kzsim.indicators.tables import comparison_table
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
