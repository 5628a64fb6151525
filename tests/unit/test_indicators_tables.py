from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from kzsim.indicators import tables
from kzsim.indicators.binding import binding, utilisation
from kzsim.indicators.collect import Collected
from kzsim.indicators.dictionary import INDICATORS, TABLES, table
from kzsim.indicators.judgements import growing, judge, not_through, precision
from kzsim.indicators.page import markdown
from kzsim.indicators.summary import summarise
from kzsim.network.model import MS_PER_DAY, Account
from tests.unit.indicators_world import EMPTY, GENERAL, NONUSER, USER, Stay, layout, observed

START = datetime(2023, 3, 1, tzinfo=ZoneInfo("Asia/Almaty"))


def collected(*replications: list[Stay]) -> Collected:
    where = layout()
    seen = Collected(where)
    for stays in replications:
        seen.add(summarise(where, observed(stays)))
    return seen


def replication(hours: float) -> list[Stay]:
    return [
        Stay(group, 30, 30 + hours, spent=(("a.gate", Account.QUOTA, hours / 2),))
        for group in (USER, NONUSER, GENERAL, EMPTY)
    ]


def test_every_table_has_the_columns_of_the_dictionary() -> None:
    seen = collected(replication(4), replication(6))
    made = {
        "indicators": tables.indicator_table(seen),
        "replications": tables.replication_table(seen),
        "delay_accounts": tables.account_table(seen),
        "binding": tables.binding_table(
            binding(seen.layout, seen.account_hours, seen.mean_busy_ms, seen.mean_capacity_ms)
        ),
        "servers": tables.server_table(seen),
        "hourly": tables.hourly_table(seen, START),
        "judgements": tables.judgement_table(judge(seen)),
        "comparison": tables.comparison_table(seen.layout, []),
    }
    for name, frame in made.items():
        assert frame is not None
        assert tuple(frame.columns) == table(name).names, name


def test_means_have_an_interval_and_the_quantiles_beside_the_crossing_time() -> None:
    found = tables.indicator_table(collected(replication(4), replication(6)))
    rows = found[(found["class"] == "all") & (found["corridor"] == "all")].set_index("indicator")
    time = rows.loc["crossing_time"]
    assert time["mean"] == 5.0
    # t(1; 0.975) = 12.706, s / sqrt(2) = 1
    assert (time["low"], time["high"]) == pytest.approx((5 - 12.7062, 5 + 12.7062), abs=1e-3)
    assert (time["p10"], time["p90"]) == pytest.approx((4, 6), rel=5e-4)
    assert (time["n"], time["replications"], time["unit"]) == (8, 2, "h")
    assert math.isnan(rows.loc["delay"]["p10"])
    assert rows.loc["throughput_per_day"]["unit"] == "trucks/day"
    assert set(rows.index) >= {item.name for item in INDICATORS if item.when == "always"}
    assert "teu_per_day" not in rows.index


def test_one_replication_leaves_the_interval_empty() -> None:
    found = tables.indicator_table(collected(replication(4)))
    assert found["low"].isna().all()
    assert found["high"].isna().all()


def test_a_quantile_unknown_in_one_replication_has_no_interval() -> None:
    late = [Stay(GENERAL, 30, None), *[Stay(GENERAL, 30, 32)] * 4]
    found = tables.indicator_table(collected([Stay(GENERAL, 30, 32)] * 95, late))
    row = found.set_index(["class", "corridor", "indicator"]).loc["all", "all", "crossing_time_p90"]
    assert row["mean"] == pytest.approx(2, rel=5e-4)
    assert math.isnan(row["low"])


def test_the_accounts_of_a_cell_sum_to_its_stay_and_its_waiting_to_one() -> None:
    seen = collected(replication(4), replication(6))
    rows = tables.account_table(seen)
    cell = rows[(rows["class"] == "general") & (rows["corridor"] == "all")]
    assert cell["hours_per_entity"].sum() == pytest.approx(5.0)
    assert cell["share_of_delay"].sum() == pytest.approx(1.0)
    assert cell[["stage", "account", "nature"]].to_numpy().tolist() == [
        ["gate", "quota", "wait"],
        ["road", "travel", "work"],
    ]


def test_a_replication_is_one_row_for_each_cell() -> None:
    seen = collected(replication(4), replication(6))
    rows = tables.replication_table(seen)
    assert len(rows) == 2 * len(seen.layout.cells)
    everyone = rows[(rows["class"] == "all") & (rows["corridor"] == "all")]
    assert everyone["crossing_time"].tolist() == [4.0, 6.0]


def test_servers_are_measured_over_the_time_they_are_there() -> None:
    (row,) = tables.server_table(collected(replication(4), replication(6))).to_dict("records")
    assert (row["servers"], row["open_share"]) == (2.0, 0.5)
    assert row["utilisation"] == pytest.approx(0.1)


def test_of_servers_that_were_out_of_order_or_stayed_shut_no_use_is_expected() -> None:
    """Ten server-days were planned; eight were there in one replication, two in the other, one was held."""
    seen = Collected(layout())
    for hours, there in ((4, 8), (6, 2)):
        found = observed(replication(hours))
        capacity = np.array([there * MS_PER_DAY])
        seen.add(summarise(seen.layout, replace(found, capacity_ms=capacity)))
    (row,) = tables.server_table(seen).to_dict("records")
    assert (row["servers"], row["open_share"]) == (1.0, 0.5)
    assert row["utilisation"] == pytest.approx((1 / 8 + 1 / 2) / 2)
    assert utilisation(seen.layout, seen.mean_busy_ms, seen.mean_capacity_ms) == {
        seen.layout.pools[0].element: pytest.approx(1 / 5)
    }


def test_hourly_readings_carry_the_instant_in_utc() -> None:
    made = tables.hourly_table(collected(replication(4), replication(6)), START)
    assert made is not None
    inside = made[made["quantity"] == "inside"]
    assert str(inside["time_utc"].iloc[0]) == "2023-02-28 18:00:00+00:00"
    assert inside["mean"].iloc[33:37].tolist() == [4.0, 4.0, 2.0, 2.0]


def test_a_growing_line_is_said_in_words() -> None:
    growth = [Stay(USER, hour, None) for hour in range(24, 240)]
    (found,) = growing(collected(growth, growth))
    assert not found.ok
    assert "A (road, KZ to CN): the line still grows" in found.text
    (steady,) = growing(collected([Stay(USER, hour, hour + 1) for hour in range(24, 239)]))
    assert steady.ok


def test_those_who_do_not_get_through_are_said_in_words() -> None:
    (found,) = not_through(collected([Stay(USER, 30, None), Stay(USER, 30, 31)]))
    assert (found.ok, found.value) == (False, 0.5)
    assert "50.0 % were not through within the 2 days of follow-up" in found.text


@pytest.mark.parametrize(
    ("late", "of", "text"),
    [
        (1, 20_001, "Fewer than 0.01 % were not through within 2 days at any crossing."),
        (1, 10_000, "At most 0.01 % were not through"),
        (1, 9_000, "At most 0.02 % were not through"),
        (0, 10, "Everyone followed was through within 2 days."),
    ],
)
def test_a_share_of_some_is_never_nought(late: int, of: int, text: str) -> None:
    stays = [Stay(USER, 30, None)] * late + [Stay(USER, 30, 31)] * (of - late)
    (found,) = not_through(collected(stays))
    assert found.text.startswith(text)


def test_trains_are_judged_by_the_loaded_ones_and_called_by_their_stations() -> None:
    where = layout(mode="rail")
    seen = Collected(where)
    seen.add(summarise(where, observed([Stay(GENERAL, 30, None), Stay(EMPTY, 30, 31)], where)))
    (found,) = not_through(seen)
    assert found.value == 1
    assert found.text.startswith("Here - There (rail, KZ to CN): 100.0 % were not through")


def test_precision_names_the_widest_interval() -> None:
    assert precision(collected(replication(4))).code == "no_interval"
    loose = precision(collected(replication(4), replication(6)))
    assert (loose.code, loose.ok) == ("precision", False)
    tight = precision(collected(replication(4), replication(4), replication(4.01)))
    assert tight.ok
    assert "With 3 replications every mean crossing time is precise within 5 %" in tight.text


def test_no_file_is_described_twice() -> None:
    assert len({item.file for item in TABLES}) == len(TABLES)
    for item in TABLES:
        assert len(set(item.names)) == len(item.names)


def test_the_documentation_is_the_dictionary() -> None:
    page = Path(__file__).parents[2] / "docs" / "indicators.md"
    assert page.read_text(encoding="utf-8") == markdown(), (
        "python -m kzsim.indicators.page > docs/indicators.md"
    )
