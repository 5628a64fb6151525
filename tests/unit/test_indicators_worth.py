"""What time costs, what spoils, the worst day and the gains for staff, by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from kzsim.indicators.catalogue import INDICATORS
from kzsim.indicators.collect import Collected
from kzsim.indicators.comparison import COMPARED, Pairs
from kzsim.indicators.corridor_gains import corridor_gain_table
from kzsim.indicators.layout import ElementInfo, Layout
from kzsim.indicators.summary import summarise
from kzsim.indicators.worst import worst_table
from kzsim.network.model import MS_PER_DAY, Account
from tests.unit.indicators_world import EMPTY, GENERAL, NONUSER, USER, Stay, layout, observed

COLUMN = {indicator.name: number for number, indicator in enumerate(INDICATORS)}
DAYS = 7  # of the cohort's arrivals


def worthy(*, warm: tuple[tuple[int, int], ...] = ()) -> Layout:
    """Every truck costs 10 USD an hour and 100 USD in China; perishables are worth 1,000 USD."""
    plain = layout()
    groups = tuple(
        replace(group, hour_usd=10.0, transfer_usd=100.0)
        if group.klass != "perishable"
        else replace(
            group,
            hour_usd=10.0,
            transfer_usd=100.0,
            value_usd=1000.0,
            lost_per_day_warm=0.2,
            lost_per_day_cool=0.1,
        )
        for group in plain.groups
    )
    return replace(plain, groups=groups, warm=warm)


def values(where: Layout, stays: list[Stay], klass: str = "all") -> dict[str, float]:
    found = summarise(where, observed(stays, where)).values
    number = next(i for i, c in enumerate(where.cells) if c.klass == klass and c.corridor == "all")
    return {name: float(found[number, column]) for name, column in COLUMN.items()}


def sided(where: Layout) -> Layout:
    """The gate is the electronic queue, the check Kazakh, the road Chinese."""
    place = {"gate": ("kz", False), "check": ("kz", True), "road": ("cn", True), "yard": ("between", True)}
    elements = tuple(
        replace(info, side=place[info.stage][0], at_post=place[info.stage][1]) for info in where.elements
    )
    return replace(where, elements=elements)


def test_hours_at_a_post_are_all_its_hours_but_those_of_the_electronic_queue() -> None:
    where = sided(worthy())
    spent = (
        ("a.gate", Account.QUOTA, 3.0),
        ("a.check", Account.QUEUE, 2.0),
        ("a.check", Account.INSPECTION, 1.0),
    )
    found = values(where, [Stay(GENERAL, 30, 40, spent=spent)])  # the other four hours on the road
    assert (found["tfi1_kz"], found["tfi1_cn"]) == (3.0, 4.0)
    assert (found["tfi2_kz"], found["tfi2_cn"]) == (30.0, 140.0)
    assert found["time_cost"] == 100.0
    assert found["time_cost_p50"] == pytest.approx(100.0, rel=5e-4)


def test_the_median_at_a_post_is_of_the_trucks_and_not_of_the_sums() -> None:
    where = sided(worthy())
    stays = [
        Stay(GENERAL, 30, 30 + 4 * hours, spent=(("a.check", Account.QUEUE, hours),))
        for hours in (1.0, 2.0, 30.0)
    ]
    found = values(where, stays)
    assert (found["tfi1_kz"], found["tfi1_cn"]) == (11.0, 33.0)
    assert found["tfi1_kz_p50"] == pytest.approx(2.0, rel=4e-3)
    assert found["tfi1_cn_p50"] == pytest.approx(6.0, rel=4e-3)
    assert found["tfi2_kz_p50"] == pytest.approx(20.0, rel=4e-3)
    assert found["tfi2_cn_p50"] == pytest.approx(160.0, rel=4e-3)


def test_the_median_cost_at_a_post_is_of_what_each_truck_pays_transfer_included() -> None:
    plain = worthy()
    groups = tuple(replace(g, transfer_usd=100.0 * (g.klass == "general")) for g in plain.groups)
    # hours cost 10: 50, 60 and 70 of empties; 130 and 140 of loads, transfer included
    empties = [Stay(EMPTY, 30, 30 + hours) for hours in (5, 6, 7)]
    found = values(
        sided(replace(plain, groups=groups)), [*empties, *(Stay(GENERAL, 30, at) for at in (33, 34))]
    )
    assert found["tfi1_cn_p50"] == pytest.approx(5.0, rel=4e-3)
    assert found["tfi2_cn_p50"] == pytest.approx(70.0, rel=4e-3)


def test_who_is_inside_at_the_horizon_counts_at_a_post_with_its_time_so_far() -> None:
    assert values(sided(worthy()), [Stay(GENERAL, 30, None)])["tfi1_cn_p50"] == pytest.approx(210.0, rel=4e-3)


def test_where_the_cost_of_an_hour_is_not_known_there_is_no_cost() -> None:
    found = values(layout(), [Stay(GENERAL, 30, 40)])
    assert all(math.isnan(found[name]) for name in ("tfi2_kz", "tfi2_cn_p50", "time_cost", "time_cost_p50"))
    assert math.isnan(found["perishables_lost_t_per_day"])


def test_perishables_lose_by_the_day_of_delay_at_the_rate_of_the_season() -> None:
    day = [Stay(NONUSER, 30, 54, free_h=0)]
    cool = values(worthy(), day, "perishable")
    assert cool["perishables_lost_t_per_day"] == pytest.approx(0.1 * 20 / DAYS)
    assert cool["perishables_lost_usd_per_day"] == pytest.approx(0.1 * 1000 / DAYS)
    assert cool["perishables_warm_share"] == 0.0
    warm = values(worthy(warm=((0, 10 * MS_PER_DAY),)), day, "perishable")
    assert warm["perishables_lost_t_per_day"] == pytest.approx(0.2 * 20 / DAYS)
    both = values(
        worthy(warm=((5 * MS_PER_DAY, 10 * MS_PER_DAY),)), [*day, Stay(NONUSER, 130, 154, free_h=0)]
    )
    assert both["perishables_warm_share"] == pytest.approx(0.5)
    assert both["perishables_lost_t_per_day"] == pytest.approx(2 * 0.15 * 20 / DAYS)


def test_work_spoils_nothing_and_general_goods_do_not_spoil() -> None:
    assert values(worthy(), [Stay(NONUSER, 30, 54, free_h=24)])["perishables_lost_t_per_day"] == 0.0
    assert values(worthy(), [Stay(GENERAL, 30, 54, free_h=0)])["perishables_lost_t_per_day"] == 0.0


def test_a_load_cannot_lose_more_than_its_value() -> None:
    where = worthy()
    spoiling = tuple(replace(group, lost_per_day_cool=3.0) for group in where.groups)
    found = values(replace(where, groups=spoiling), [Stay(NONUSER, 30, 54, free_h=0)])
    assert found["perishables_lost_t_per_day"] == pytest.approx(20 / DAYS)


def collected(*replications: list[Stay], where: Layout | None = None) -> Collected:
    where = where or worthy()
    seen = Collected(where)
    for stays in replications:
        seen.add(summarise(where, observed(stays, where)))
    return seen


def test_the_worst_day_is_that_with_most_inside_in_the_clock_of_the_start() -> None:
    start = datetime(2023, 3, 1, tzinfo=timezone(timedelta(hours=6)))
    stays = [Stay(GENERAL, 72, 96), Stay(GENERAL, 78, 84), Stay(GENERAL, 200, 202)]
    found = worst_table(collected(stays), start)
    assert found is not None
    (row,) = found.to_dict("records")
    assert row["date"] == "2023-03-04"
    # one truck for 24 readings and another for six, over 24; a reading is taken as its hour begins
    assert row["inside"] == pytest.approx(30 / 24, abs=2 / 24)
    assert row["stage"] == ""
    shifted = worst_table(collected(stays), datetime(2023, 3, 1, 12, tzinfo=UTC))
    assert shifted is not None
    assert shifted["date"].tolist() == ["2023-03-04"]


def pairs(where: Layout, base_h: float, other_h: float, cohort: int) -> Pairs:
    n = len(where.cells)
    empty = np.zeros(n, dtype=np.int64)
    base, other = (np.full((n, len(COMPARED)), hours) for hours in (base_h, other_h))
    whole = np.full(n, cohort, dtype=np.int64)
    return Pairs(base, other, empty, empty, whole, empty, empty, empty, empty, empty, empty, whole, whole)


def staffed(where: Layout, capacity_ms: int) -> Layout:
    """The check is a lane with so much open time."""
    elements = tuple(
        ElementInfo(*(info.crossing, info.mode, info.direction), info.side, info.stage, staff="lane")
        if info.stage == "check"
        else info
        for info in where.elements
    )
    pools = tuple(replace(pool, capacity_ms=capacity_ms) for pool in where.pools)
    return replace(where, elements=elements, pools=pools)


def test_gains_are_told_for_each_hour_of_a_lane_that_was_added() -> None:
    base, other = staffed(worthy(), 10 * MS_PER_DAY), staffed(worthy(), 15 * MS_PER_DAY)
    seen = collected([Stay(USER, 30, 40)], [Stay(USER, 30, 40)], where=other)
    found = corridor_gain_table(seen, base, [pairs(other, 12, 10, 70), pairs(other, 13, 10, 70)])
    (row,) = found.to_dict("records")
    assert row["hours_saved_per_day"] == pytest.approx(70 * 2.5 / DAYS)
    assert row["lane_hours_per_day"] == pytest.approx(12)  # five days' worth over ten days
    assert row["hours_saved_per_lane_hour"] == pytest.approx(70 * 2.5 / DAYS / 12)
    assert row["per_lane_hour_low"] < row["hours_saved_per_lane_hour"] < row["per_lane_hour_high"]
    assert row["officer_hours_per_day"] == 0
    assert math.isnan(row["hours_saved_per_officer_hour"])
    assert row["usd_saved_per_day"] == pytest.approx(10 * 70 * 2.5 / DAYS)
    assert row["perishables_saved_t_per_day"] == pytest.approx(0.1 * 20 * 70 * 2.5 / 24 / DAYS)


def test_without_corridor_users_there_is_no_gain_to_tell() -> None:
    where = layout(corridor=False)
    seen = collected([Stay(GENERAL, 30, 40)], where=where)
    assert corridor_gain_table(seen, where, [pairs(where, 12, 10, 70)]).empty
