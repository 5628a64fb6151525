from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from kzsim.border.assemble import WITHIN_MS
from kzsim.engines.observers import observers_of
from kzsim.indicators.dictionary import INDICATORS, WITHIN_H, account_name
from kzsim.indicators.errors import InvariantError
from kzsim.indicators.layout import Layout
from kzsim.indicators.summary import Summary, series, summarise
from kzsim.network import compile_network
from kzsim.network.model import MS_PER_HOUR, Account
from tests.unit.indicators_world import (
    EMPTY,
    GENERAL,
    NONUSER,
    USER,
    Stay,
    layout,
    network,
    observed,
    records,
)

COLUMN = {indicator.name: number for number, indicator in enumerate(INDICATORS)}
DAYS = 9  # from the end of the run-in to the horizon


def value(found: Summary, where: Layout, name: str, klass: str = "all", corridor: str = "all") -> float:
    cell = next(i for i, c in enumerate(where.cells) if (c.klass, c.corridor) == (klass, corridor))
    return float(found.values[cell, COLUMN[name]])


FOUR = (
    Stay(USER, 30, 32),
    Stay(NONUSER, 30, 40, free_h=2),
    Stay(GENERAL, 50, 50 + 60),  # through, but not within the follow-up of 48 h
    Stay(EMPTY, 190, None),  # still inside after 240 - 190 = 50 h
)


def test_crossing_time_counts_those_not_through_with_the_follow_up() -> None:
    where = layout()
    found = summarise(where, observed(FOUR))
    assert value(found, where, "crossing_time") == (2 + 10 + 48 + 48) / 4
    assert value(found, where, "share_not_through") == 0.5
    assert value(found, where, "free_flow_time") == 5 / 4
    assert value(found, where, "delay") == 27 - 5 / 4


def test_delay_caps_the_time_alone_as_it_caps_the_crossing_time() -> None:
    where = layout()
    # one works for 60 h of which 48 are followed, one waits for 9 h
    found = summarise(where, observed((Stay(USER, 30, 92, free_h=60), Stay(GENERAL, 30, 40, free_h=1))))
    assert value(found, where, "free_flow_time") == (60 + 1) / 2
    assert value(found, where, "delay") == 9 / 2
    assert value(found, where, "delay", "all", "user") == 0


def test_stay_is_not_capped_and_is_the_sum_of_the_accounts() -> None:
    where = layout()
    spent = (("a.gate", Account.QUOTA, 3.0), ("a.check", Account.QUEUE, 4.0))
    found = summarise(where, observed((Stay(GENERAL, 50, 110, spent=spent), *FOUR[:2])))
    assert value(found, where, "stay") == (60 + 2 + 10) / 3
    accounts = [value(found, where, f"account_{account_name(account)}") for account in Account]
    assert sum(accounts) == pytest.approx(24)
    assert value(found, where, "account_quota") == 1.0
    assert value(found, where, "account_queue", "general") == 4.0


def test_quantiles_stop_at_the_share_that_got_through() -> None:
    where = layout()
    found = summarise(where, observed(FOUR))
    assert value(found, where, "crossing_time_p10") == pytest.approx(2, rel=5e-4)
    assert value(found, where, "crossing_time_p50") == pytest.approx(10, rel=5e-4)
    assert math.isnan(value(found, where, "crossing_time_p90"))


def test_shares_within_a_limit_beyond_the_follow_up_are_not_given() -> None:
    where = layout()
    found = summarise(where, observed(FOUR))
    assert value(found, where, "share_within_24h") == 0.5
    assert value(found, where, "share_within_48h") == 0.5
    assert math.isnan(value(found, where, "share_within_72h"))


def test_the_cohort_leaves_out_the_run_in_and_the_follow_up() -> None:
    where = layout()
    outside = (Stay(USER, 5, 30), Stay(USER, 200, 201))
    found = summarise(where, observed((*FOUR, *outside)))
    assert value(found, where, "cohort") == 4
    assert value(found, where, "crossing_time", "all", "user") == 2


def test_throughput_counts_every_exit_in_the_measured_window() -> None:
    where = layout()
    found = summarise(where, observed((*FOUR, Stay(USER, 5, 30), Stay(USER, 5, 20))))
    assert value(found, where, "throughput_per_day") == 4 / DAYS
    assert value(found, where, "arrivals_per_day") == 4 / DAYS
    assert value(found, where, "tonnes_per_day") == (20 + 20 + 10 + 20) / DAYS
    assert math.isnan(value(found, where, "tonnes_per_day", "empty"))


def test_cells_are_every_class_and_role_that_exists() -> None:
    keys = [(cell.klass, cell.corridor) for cell in layout().cells]
    assert keys == [
        ("all", "all"),
        ("all", "user"),
        ("all", "eligible_nonuser"),
        ("all", "other"),
        ("loaded", "all"),
        ("loaded", "user"),
        ("loaded", "eligible_nonuser"),
        ("loaded", "other"),
        ("agricultural", "all"),
        ("agricultural", "user"),
        ("agricultural", "eligible_nonuser"),
        ("rest", "all"),
        ("rest", "other"),
        ("empty", "all"),
        ("empty", "other"),
        ("general", "all"),
        ("general", "other"),
        ("perishable", "all"),
        ("perishable", "user"),
        ("perishable", "eligible_nonuser"),
    ]


def test_on_rail_the_first_figures_and_the_rest_leave_out_trains_of_empties() -> None:
    where = layout(mode="rail")
    (first,) = (where.cells[number] for number in where.headlines)
    assert (first.klass, first.corridor) == ("loaded", "all")
    found = summarise(where, observed((Stay(GENERAL, 30, 40), Stay(EMPTY, 30, 32)), where))
    assert value(found, where, "crossing_time", "loaded") == 10
    assert value(found, where, "crossing_time", "rest") == 10
    assert value(found, where, "crossing_time") == 6


def test_wagons_are_loaded_ones_unless_it_says_otherwise() -> None:
    where = layout(mode="rail")
    found = summarise(where, observed((Stay(GENERAL, 30, 40), Stay(EMPTY, 30, 32)), where))
    assert value(found, where, "wagons_per_day") == 50 / DAYS
    assert value(found, where, "wagons_with_empties_per_day") == 100 / DAYS
    assert math.isnan(value(found, where, "wagons_per_day", "empty"))


def test_a_cell_without_a_cohort_has_no_times() -> None:
    where = layout()
    found = summarise(where, observed((Stay(USER, 30, 32),)))
    assert value(found, where, "cohort", "general") == 0
    assert math.isnan(value(found, where, "crossing_time", "general"))


def test_growth_is_the_rise_of_the_number_inside_over_the_last_quarter() -> None:
    where = layout()
    # the last quarter begins 54 h before the end, at hour 186; one comes every hour, nobody leaves
    found = summarise(where, observed([Stay(USER, hour, None) for hour in range(186, 240)]))
    # mean inside at the hours of the first day 11.5, of the last day 30 + 11.5
    assert value(found, where, "inside_growth") == 30
    assert value(found, where, "unabsorbed_share") == 30 / 54
    assert value(found, where, "inside_at_end") == 54


def test_hourly_readings_count_those_who_came_before_the_instant() -> None:
    where = layout()
    found = summarise(where, observed((Stay(USER, 30, 32), Stay(USER, 30.5, 31.0))))
    assert found.hourly is not None
    rows = {(element, quantity): i for i, (_, element, quantity) in enumerate(series(where))}
    assert found.hourly[rows[None, "arrivals"]][29:34].tolist() == [0, 2, 0, 0, 0]
    assert found.hourly[rows[None, "exits"]][29:34].tolist() == [0, 0, 1, 1, 0]
    assert found.hourly[rows[None, "inside"]][29:34].tolist() == [0, 0, 2, 1, 0]
    quantities = {where.element_names[element]: [] for _, element, _ in series(where) if element is not None}
    assert sorted(quantities) == ["a.check", "a.gate", "a.yard"]


def test_accounts_that_do_not_sum_to_the_stays_are_refused() -> None:
    where, seen = layout(), observed(FOUR)
    accounts = seen.account_ms.copy()
    accounts[USER, 1, 0, 0] += 1
    with pytest.raises(InvariantError, match=r"group 0, phase 1, last 7200000 ms .* 7200001 ms"):
        summarise(where, replace(seen, account_ms=accounts))


def test_an_exit_before_the_arrival_is_refused() -> None:
    known = replace(records(FOUR), exit_ms=np.full(4, MS_PER_HOUR))
    starts, places = np.zeros((4, 4, 2), dtype=np.int64), np.zeros(4, dtype=np.int64)
    with pytest.raises(ValueError, match="entity 0 arrived at 108000000 ms and left at 3600000 ms"):
        observers_of(compile_network(network()), known, starts, places, np.zeros(0, dtype=np.int64))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("times", "counted as through and in the buckets of times: 1 and 2"),
        ("waits", "followed and in the buckets of waits: 1 and 2"),
        ("arrivals", "arrived, altogether and by interval: 1 and 2"),
        ("exits", "left, altogether and by interval: 1 and 2"),
    ],
)
def test_counts_of_other_entities_than_the_rest_are_refused(table: str, said: str) -> None:
    where, seen = layout(), observed(FOUR)
    counts = getattr(seen.observers, table).copy()
    one = {"times": (USER, 0), "waits": (USER, 0, 0), "arrivals": (0, USER), "exits": (0, USER)}[table]
    counts[one] += 1
    with pytest.raises(InvariantError, match=f"group 0, {said}"):
        summarise(where, replace(seen, observers=replace(seen.observers, **{table: counts})))


def test_more_who_left_than_arrived_are_refused() -> None:
    where, seen = layout(), observed(FOUR)
    left, exits = seen.observers.left.copy(), seen.observers.exits.copy()
    left[USER, 2] += 1
    exits[0, USER] += 1
    counts = replace(seen.observers, left=left, exits=exits)
    with pytest.raises(InvariantError, match="left, altogether and those who arrived: 2 and 1"):
        summarise(where, replace(seen, observers=counts))


def test_shares_are_told_for_the_limits_that_the_border_counts() -> None:
    assert tuple(hours * MS_PER_HOUR for hours in WITHIN_H) == WITHIN_MS
