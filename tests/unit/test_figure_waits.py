"""Figures of waits beside the crossing: their tables, and titles that follow from them."""

from __future__ import annotations

from functools import cache

import pandas as pd
import pytest

from kzsim.experiments.studies import Study
from kzsim.figures import handover, servers, waits
from kzsim.figures.catalogue import FIGURES
from kzsim.indicators.legs import OTHER_LEGS
from kzsim.language import speaker
from tests.unit import legs_world

SAY = speaker("en")
ROAD = {"crossing": "bakhty", "mode": "road", "direction": "kz_to_cn"}


@cache
def study() -> Study:
    return legs_world.study()


def spaced(text: str) -> str:
    """With plain blanks between numbers and units."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


def without_legs() -> Study:
    own = legs_world.study()
    table = own.table("indicators")
    hourly = own.table("hourly")
    tables = {
        **{name: own.table(name) for name in own.tables if name != "choices"},
        "indicators": table[~table["class"].isin(OTHER_LEGS)],
        "hourly": hourly[~hourly["quantity"].isin(OTHER_LEGS) & (hourly["stage"] != "pairing")],
    }
    files = {name: file for name, file in own.manifest["files"].items() if name != "choices.csv"}
    return Study("run", own.path, {**own.manifest, "files": files}, tables)


def test_hours_at_home_stand_beside_those_at_the_border_of_the_same_goods() -> None:
    found = waits.home_hours(study()).set_index("class")[["home", "border"]]
    assert found.loc["agricultural"].tolist() == [6, 2]
    assert found.loc["rest"].tolist() == [12, 4]
    assert found.loc["all"].tolist() == [9, 3]


def test_a_run_without_such_legs_has_none_of_these_figures() -> None:
    own = without_legs()
    for name in ("home", "choices", "handover"):
        assert FIGURES[name].draw(own, SAY) == ()


def home(*hours: tuple[float, float]) -> pd.DataFrame:
    places = ("bakhty", "dostyk", "kalzhat")
    return pd.DataFrame(
        [
            {**ROAD, "crossing": place, "class": "all", "home": one, "border": two}
            for place, (one, two) in zip(places, hours, strict=False)
        ]
    )


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (
            ((30, 10), (40, 20)),
            "trucks wait longer at home than they take at the border everywhere: at Dostyk",
        ),
        (((30, 10), (10, 20)), "longer at home than they take at the border at 1 of 2 crossings: at Bakhty"),
        (((3, 10), (4, 20)), "the border takes longer than the waiting at home everywhere: at Dostyk"),
    ],
)
def test_where_trucks_wait_longer_is_said(hours: tuple[tuple[float, float], ...], said: str) -> None:
    assert said in waits.home_title(home(*hours), "road", SAY)


def test_who_changed_the_crossing_is_told_with_where_most_of_them_went() -> None:
    (row,) = waits.changed(study()).to_dict("records")
    assert (row["stay"], row["change"], row["per_day"], row["most_to"]) == (0.5, 0.5, 1.0, "dostyk")
    said = spaced(waits.choices_title(waits.changed(study()), "road", SAY))
    assert said.startswith("50 % of those at Bakhty – Baketu who may choose take another crossing")
    assert said.endswith("most of them Dostyk – Alashankou")


def test_of_a_crossing_that_hardly_anybody_leaves_that_is_said() -> None:
    table = pd.DataFrame([{**ROAD, "stay": 0.996, "change": 0.004, "per_day": 0.2, "most_to": "dostyk"}])
    said = spaced(waits.choices_title(table, "road", SAY))
    assert said.startswith(
        "Hardly anybody leaves the crossing that they usually use: at most 0.4 %, at Bakhty"
    )


def test_what_spoils_is_told_by_flow_and_in_the_title() -> None:
    found = waits.spoiled(study())
    (row,) = found[found["direction"] == "cn_to_kz"].to_dict("records")
    assert row["tonnes"] == pytest.approx(1.5)
    assert row["usd"] == pytest.approx(75)
    said = spaced(waits.perishables_title(found, "road", SAY))
    assert "the value of 1.50 t a day, 75.0 USD: 100 % of it at Bakhty" in said


def test_next_to_nothing_is_lost_where_nothing_waits() -> None:
    table = pd.DataFrame([{**ROAD, "usd": 0.3, "tonnes": 0.002}])
    said = waits.perishables_title(table, "road", SAY)
    assert said == "By road delay costs perishables next to nothing"


def waiting(loads: float, trucks: float) -> pd.DataFrame:
    days = pd.date_range("2023-03-01", periods=10)
    row = {"crossing": "bakhty", "mode": "road", "loads": loads, "trucks": trucks}
    return pd.DataFrame([{**row, "day": day, "loads_week": loads, "trucks_week": trucks} for day in days])


@pytest.mark.parametrize(
    ("loads", "trucks", "said"),
    [
        (12, 3, "more loads wait for trucks (12.0) than trucks for loads (3.00); most at Bakhty"),
        (2, 7, "more trucks wait for loads (7.00) than loads for trucks (2.00); most loads at Bakhty"),
        (0, 0, "neither loads nor trucks wait"),
    ],
)
def test_who_waits_for_whom_in_the_yard_is_said(loads: float, trucks: float, said: str) -> None:
    assert said in handover.handover_title(waiting(loads, trucks), "road", SAY)


def test_loads_and_trucks_in_the_yard_are_means_of_the_day() -> None:
    found = handover.waiting(study())
    day = found[found["day"] == "2023-06-04"].to_dict("records")
    # Kazakhstan's days begin six hours before those of the world's clock
    assert [(row["loads"], row["trucks"]) for row in day] == [(12 / 24, 4 / 24)]


def test_how_long_a_load_waits_is_told_in_the_figure_of_the_yard() -> None:
    found = handover.waiting(study())
    assert found["load_wait_h"].unique().tolist() == [6]
    assert found["load_wait_p95_h"].unique() == pytest.approx([12], rel=0.004)
    (drawn,) = handover.handover(study(), SAY)
    said = " ".join(text.get_text() for axes in drawn.figure.axes for text in axes.texts)
    said += " ".join(text.get_text() for text in drawn.figure.texts)
    assert "a load waits 6.00 h P95 12.0 h" in spaced(said.replace("\n", " "))
    assert "of loads that came before 9 June 2023" in spaced(drawn.source)


def test_a_run_stored_without_the_wait_of_loads_has_the_figure_all_the_same() -> None:
    own = legs_world.study()
    table = own.table("indicators")
    tables = {name: own.table(name) for name in own.tables}
    tables["indicators"] = table[table["indicator"] != "pairing_p95"]
    (drawn,) = handover.handover(Study("run", own.path, own.manifest, tables), SAY)
    assert drawn.table["load_wait_h"].isna().all()


def test_platforms_that_bind_are_the_bottleneck_of_their_flow() -> None:
    own = legs_world.study()
    bound = own.table("binding")
    here = bound["direction"] == "kz_to_cn"
    bound = bound.assign(
        binds=bound["binds"].where(~here, "tokens"), cause=bound["cause"].where(~here, "platforms")
    )
    tables = {**{name: own.table(name) for name in own.tables}, "binding": bound}
    found = servers.busiest(Study("run", own.path, own.manifest, tables)).set_index("pool")
    assert found["is_bottleneck"].to_dict() == {"platforms": True, "bays": False, "officers": False}
    found = servers.busiest(own).set_index("pool")
    assert not found["is_bottleneck"].any()
