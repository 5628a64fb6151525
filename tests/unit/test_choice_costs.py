"""What crossings chosen took and cost: of a small world worked out by hand, and of trucks at the border."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from kzsim.brief.chosen import chosen, grid
from kzsim.brief.content import brief_of
from kzsim.draws import draw
from kzsim.engines import kernel
from kzsim.experiments.models import make_model
from kzsim.indicators import tables
from kzsim.indicators.choices import choice_table
from kzsim.indicators.collect import Collected
from kzsim.indicators.layout import GroupInfo
from kzsim.indicators.summary import Observed, summarise
from kzsim.language import speaker
from kzsim.network.model import MS_PER_DAY
from kzsim.scenario import CrossingSettings, RoadSettings
from tests.unit import brief_studies, legs_world
from tests.unit.border_cases import scenario

USUALLY_BAKHTY = {"longer_h": (("bakhty", 0.0), ("dostyk", 1.5)), "hour_usd": 10.0}
HOURS = ["home_h", "longer_way_h", "crossing_h", "whole_h"]


def by_hand(groups: tuple[GroupInfo, ...]) -> pd.DataFrame:
    found = choice_table(legs_world.collected(2, groups=groups))
    assert found is not None
    everybody = found[(found["class"] == "at_home") & (found["corridor"] == "all")]
    return everybody.set_index("chosen")


def crossing_both() -> tuple[GroupInfo, ...]:
    """The farm truck stays with Bakhty, the general one goes to Dostyk, and crosses there."""
    farm_home, general_home, farm, general, *others = legs_world.GROUPS
    return (
        *(replace(group, **USUALLY_BAKHTY) for group in (farm_home, general_home)),  # type: ignore[arg-type]  # any field
        replace(farm, usual="bakhty"),
        replace(general, crossing="dostyk", usual="bakhty"),
        *others,
    )


def test_hours_at_home_on_the_way_and_of_the_crossing_are_told_by_the_crossing_chosen() -> None:
    """One waits 6 h and crosses in 2; the other 12 h, of which 1.5 are the longer way, and crosses in 4."""
    found = by_hand(crossing_both())
    assert found.loc["bakhty", HOURS].tolist() == pytest.approx([6, 0, 2, 8])
    assert found.loc["dostyk", HOURS].tolist() == pytest.approx([10.5, 1.5, 4, 16])
    assert found["cost_usd"].tolist() == pytest.approx([80, 160])
    # one day is like another: nothing is left to chance
    assert found["whole_low"].tolist() == found["whole_high"].tolist() == pytest.approx([8, 16])


def test_what_is_not_known_is_left_out_and_not_guessed() -> None:
    """Nobody who chose crosses, no hour has a price, and how long the way to Dostyk is nobody says."""
    found = by_hand(legs_world.GROUPS)
    assert found[["crossing_h", "whole_h", "cost_usd"]].isna().all(axis=None)
    assert found["longer_way_h"].isna().tolist() == found["home_h"].isna().tolist() == [False, True]


def test_hours_of_a_role_in_a_corridor_are_told_as_far_as_the_border() -> None:
    found = choice_table(legs_world.collected(1, groups=crossing_both()))
    assert found is not None
    users = found[(found["class"] == "at_home_agricultural") & (found["corridor"] == "user")]
    assert users["home_h"].tolist()[0] == pytest.approx(6)
    assert users["crossing_h"].isna().all()


def test_at_the_border_they_add_up_to_the_indicators_of_the_same_trucks() -> None:
    overrides = {"road.all.kz_to_cn.choice.flexible_share": 100.0}
    case = scenario(date(2023, 6, 5), 21, road=("bakhty", "maikapchagai"), overrides=overrides)
    # so that many of Bakhty go the longer way
    case = replace(case, crossings={"bakhty": CrossingSettings(RoadSettings(intake_factor=0.4))})
    case = replace(case, run_in_ms=2 * MS_PER_DAY, follow_up_ms=5 * MS_PER_DAY)
    model = make_model(case)
    outcome = kernel.run(model.program, draw(model.program, case.seed, 0))
    seen = Collected(model.layout)
    lines = outcome.in_line, outcome.in_zone, outcome.busy_ms, outcome.capacity_ms
    seen.add(summarise(model.layout, Observed(outcome.observers, outcome.account_ms, *lines)))
    found, rows = choice_table(seen), tables.indicator_table(seen)
    assert found is not None
    indicators = rows.set_index(["crossing", "direction", "class", "corridor", "indicator"])["mean"]
    everybody = found[(found["class"] == "at_home") & (found["corridor"] == "all")]
    assert everybody[everybody["longer_way_h"] > 0]["per_day"].sum() > 5
    for usual, own in everybody.groupby("crossing"):
        at_home = (own["share"] * (own["home_h"] + own["longer_way_h"])).sum()
        assert at_home == pytest.approx(indicators[usual, "kz_to_cn", "at_home", "all", "stay"])
        for _, row in own[own["per_day"] > 0].iterrows():
            time = indicators[row["chosen"], "kz_to_cn", f"from_{usual}", "all", "crossing_time"]
            assert row["crossing_h"] == pytest.approx(time)
            assert row["cost_usd"] == pytest.approx(row["whole_h"] * 28.6)
        assert own[own["chosen"] == usual]["longer_way_h"].tolist() == [0.0]


def test_a_table_without_hours_of_an_earlier_run_is_told_without_them() -> None:
    table = choice_table(legs_world.collected(1))
    assert table is not None
    old = table[[name for name in table.columns if not name.endswith(("_h", "_usd"))]]
    rows = chosen(old)
    assert [(row.chosen, row.share, row.home_h, row.whole_h.mean) for row in rows] == [
        ("bakhty", 0.5, None, None),
        ("dostyk", 0.5, None, None),
    ]
    (told,) = grid(speaker(), rows)
    assert told.rows[1][2:] == ("1.00", speaker().percent(0.5), "–", "–", "–", "–", "–")
    assert chosen(None) == grid(speaker(), ()) == ()


def test_a_brief_has_a_table_of_it_where_trucks_choose_and_none_elsewhere(tmp_path: Path) -> None:
    plain = brief_studies.run(tmp_path)
    table = choice_table(legs_world.collected(2, groups=crossing_both()))
    assert table is not None
    tables = {name: plain.table(name) for name in plain.tables} | {"choices": table}
    about = {key: value for key, value in plain.manifest.items() if key != "files"}
    chose = brief_studies.study("run", tmp_path, tables, **about)
    told = {grid.file: grid for grid in brief_of(chose, speaker()).tables}
    assert [row[4:7] for row in told["choices"].rows] == [("6.00", "0", "2.00"), ("10.5", "1.50", "4.00")]
    assert "choices" not in {grid.file for grid in brief_of(plain, speaker()).tables}
