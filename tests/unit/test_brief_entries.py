"""Entries of one meaning are told apart, and values of a sweep are written for people."""

from __future__ import annotations

import pandas as pd
import pytest

from kzsim.brief.entries import of_measure, of_profile
from kzsim.brief.of_sweep import varied
from kzsim.evidence import corridor
from kzsim.language import LANGUAGES, speaker

SAY = speaker("en")
PROFILES = (
    "day_to_day_cv.rail",
    "day_to_day_cv.road",
    "hour_of_day.cn_to_kz_day_post",
    "hour_of_day.cn_to_kz_round_the_clock",
    "monthly.all_trucks.bakhty",
    "monthly.all_trucks.dostyk",
    "monthly.grain_and_oilseed",
    "monthly.other_agri",
    "monthly.perishable_cn_to_kz",
    "monthly.perishable_kz_to_cn",
    "monthly.rail_grain",
    "weekday.kz_to_cn",
)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_how_arrivals_are_spread_is_told_apart_without_a_raw_key(lang):
    told = [of_profile(speaker(lang), name.split(".")) for name in PROFILES]
    assert len(set(told)) == len(PROFILES)
    assert [one for one in told if "_" in one] == []


def test_a_profile_says_over_what_and_whose():
    perishable = of_profile(SAY, ["monthly", "perishable_kz_to_cn"])
    assert perishable == " (months; perishables; Kazakhstan to China)"
    assert of_profile(SAY, ["monthly", "other_agri"]) == " (months; other agricultural goods)"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_a_measure_changes_is_told_apart(lang):
    say = speaker(lang)
    for measure in corridor().measures.values():
        told = [of_measure(say, change.param.split(".")) for change in measure.changes]
        assert len(set(told)) == len(measure.changes)


def points(values):
    return pd.DataFrame({"point": range(len(values)), "demand": values})


def test_many_values_are_told_from_the_least_to_the_largest_and_rounded():
    (one,) = varied(SAY, points([f"{value} %" for value in (100.306837, 84.4, 110.1, 90, 95, 99, 101)]))
    assert one.value == "7 values, 84.4 % … 110 %"
    assert one.meaning == "Demand, all flows"


def test_units_of_values_are_in_the_language_of_the_reader():
    (one,) = varied(speaker("ru"), points(["50 trucks/day", "70.5 trucks/day"]))
    assert one.value.startswith("50 ")
    assert "70,5 " in one.value
    assert "trucks" not in one.value


def test_words_and_hours_stay_as_they_were_written():
    (one,) = varied(SAY, points(["none", "standard", "09:00-18:00"]))
    assert one.value == "none, standard, 09:00-18:00"
