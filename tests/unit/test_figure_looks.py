"""What a reader sees of a figure where some of its numbers are missing or short of a panel."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from kzsim.experiments.studies import Study
from kzsim.figures import map_labels, seasons, servers, times, waits
from kzsim.language import speaker
from tests.figure_cases import run_study
from tests.unit import legs_world

SAY = speaker("en")


@cache
def legs() -> Study:
    return legs_world.study()


def words_on(figure: Figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts] + [
        text.get_text() for text in figure.texts
    ]


def test_goods_of_which_there_are_none_have_no_mark_and_no_place_in_the_key() -> None:
    own = run_study()
    table = own.table("indicators")
    farm = (table["mode"] == "rail") & (table["class"] == "agricultural")
    numbers = table.select_dtypes("number").columns
    table.loc[farm, numbers] = np.nan
    tables = {**{name: own.table(name) for name in own.tables}, "indicators": table}
    road, rail = times.crossing_times(Study("run", own.path, own.manifest, tables), SAY)
    assert "agricultural goods" in words_on(road.figure)
    assert "agricultural goods" not in words_on(rail.figure)
    assert not [word for word in words_on(rail.figure) if "nan" in word]


def test_an_axis_of_shares_ends_at_the_whole() -> None:
    (drawn,) = waits.choices(legs(), SAY)
    ticks = drawn.figure.axes[-1].get_xticks()
    assert ticks.max() == 1.0
    assert len(ticks) > 2


def test_pools_that_a_stage_always_has_are_not_named_beside_it() -> None:
    (drawn,) = servers.utilisation(legs(), speaker("ru"))
    assert "bays" in set(legs().table("servers")["pool"])
    assert not [word for word in words_on(drawn.figure) if "bays" in word]


def test_by_rail_alone_a_crossing_is_called_by_its_stations_on_the_map_too() -> None:
    row = {"crossing": "nur_zholy", "mode": "rail", "lat": 44.2, "lon": 80.2, "per_day": 5.0, "delay_h": 1.0}
    (rail,) = map_labels.labels_of(pd.DataFrame([row]), SAY, lambda _: "")
    (both,) = map_labels.labels_of(pd.DataFrame([{**row, "mode": "road"}, row]), SAY, lambda _: "")
    assert rail.lines[0][0] == SAY.stations("nur_zholy")
    assert both.lines[0][0] == SAY.crossing("nur_zholy") != SAY.stations("nur_zholy")


def test_a_day_at_the_end_of_an_axis_is_not_named_into_the_next_panel() -> None:
    first = pd.Timestamp("2023-12-16")
    figure = Figure()
    for last, named in (("2023-12-31", False), ("2024-01-03", True)):
        axes = figure.add_subplot()
        seasons.civil(axes, first, pd.Timestamp(last), 2.6, SAY)
        names = [label.get_text() for label in axes.get_xticklabels()]
        assert names[:2] == [SAY.day(first), SAY.day(pd.Timestamp("2023-12-23"))]
        assert bool(names[2]) is named
