"""Demand, profiles, crossings, corridors, observations and explanations as the packaged files have them."""

from __future__ import annotations

import math
import re
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kzsim import evidence
from kzsim.evidence import ALL_TRUCKS, EvidenceError
from kzsim.evidence.explain import read_vocabulary
from kzsim.evidence.reader import packaged

YEARS = (*evidence.conventions().modelled_years, *evidence.conventions().volume_years)
DIRECTIONS = evidence.conventions().directions


def test_trucks_of_the_classes_add_up_to_the_trucks_each_way_in_both_directions() -> None:
    for crossing in evidence.demand().road:
        for year in YEARS:
            demand = evidence.road_demand(crossing, year)
            for direction in DIRECTIONS:
                flows = demand.flows[direction].values()
                assert sum(flow.trucks for flow in flows) == demand.trucks_each_way.number
                assert math.isclose(sum(flow.share for flow in flows), 1, abs_tol=1e-9)
            assert math.isclose(sum(demand.monthly_share_all_trucks), 1, abs_tol=1e-9)


def test_road_demand_tells_where_its_total_comes_from() -> None:
    demand = evidence.road_demand("bakhty", 2023)
    assert demand.trucks_each_way.number == 27_200
    assert (demand.trucks_each_way.low, demand.trucks_each_way.high) == (22_000, 32_000)
    assert demand.trucks_each_way.grade == "derived"
    assert demand.flows["cn_to_kz"]["perishable"].trucks == 7_616
    assert demand.flows["cn_to_kz"]["perishable"].load_t == 20


def test_rail_demand_has_the_classes_that_run_in_each_direction() -> None:
    demand = evidence.rail_demand("dostyk", 2023)
    assert set(demand.flows["kz_to_cn"]) == {"container", "grain", "other_bulk", "empties"}
    assert set(demand.flows["cn_to_kz"]) == {"container", "boxcars", "empties"}
    grain = demand.flows["kz_to_cn"]["grain"]
    assert (grain.trains_per_day.number, grain.trains_per_day.low, grain.trains_per_day.high) == (
        1.4,
        1.05,
        1.82,
    )
    assert (grain.wagons_per_train, grain.net_t_per_train, grain.teu_per_train) == (50, 2_000, None)
    assert demand.flows["kz_to_cn"]["container"].teu_per_train == 100


def test_every_monthly_profile_named_by_a_flow_exists() -> None:
    profiles = evidence.profiles()
    for years in evidence.demand().rail.values():
        for demand in years.values():
            for flows in demand.flows.values():
                assert {flow.monthly_profile for flow in flows.values()} <= set(profiles.monthly)
    for direction in DIRECTIONS:
        names = profiles.class_to_monthly["road"][direction]
        assert set(names) == set(profiles.classes["road"])
        assert set(names.values()) <= {*profiles.monthly, ALL_TRUCKS}


def test_profiles_have_a_share_for_every_month_weekday_and_hour() -> None:
    profiles = evidence.profiles()
    assert {len(profile.share) for profile in profiles.monthly.values()} == {12}
    assert {len(profile.share) for profile in profiles.weekday.values()} == {7}
    assert {len(profile.share) for profile in profiles.hour_of_day.values()} == {24}
    assert profiles.hour_of_day["cn_to_kz_day_post"].clock == "cn"
    assert profiles.hour_of_day["kz_to_cn_day_post"].clock == "kz"
    assert dict(profiles.day_to_day_cv) == {"road": 0.25, "rail": 0.2}


@pytest.mark.parametrize(
    ("mode", "crossing", "year", "message"),
    [
        ("road", "bahkty", 2023, "no road demand for the crossing 'bahkty', did you mean 'bakhty'?"),
        ("rail", "kalzhat", 2023, "no rail demand for the crossing 'kalzhat'"),
        ("rail", "bakhty", 2022, "no rail demand for bakhty in 2022; there are 2023, 2025"),
        ("road", "bakhty", 2024, "no road demand for bakhty in 2024; there are 2019, 2022, 2023, 2025"),
    ],
)
def test_demand_that_is_not_known_is_refused(mode: str, crossing: str, year: int, message: str) -> None:
    ask = {"road": evidence.road_demand, "rail": evidence.rail_demand}[mode]
    with pytest.raises(EvidenceError) as caught:
        ask(crossing, year)
    assert str(caught.value) == message


def test_demand_is_known_for_every_crossing_by_its_modes() -> None:
    crossings = evidence.crossings()
    for mode, found in (("road", evidence.demand().road), ("rail", evidence.demand().rail)):
        assert set(found) == {name for name, crossing in crossings.items() if mode in crossing.every_mode}


def test_a_planned_railway_is_no_mode_of_its_crossing_and_has_trains_in_its_own_years_only() -> None:
    bakhty = evidence.crossings()["bakhty"]
    assert (bakhty.modes, bakhty.planned, bakhty.every_mode) == (("road",), ("rail",), ("road", "rail"))
    assert evidence.rail_years("bakhty") == (2023, 2025)
    assert evidence.rail_years("dostyk") == (2019, 2020, 2021, 2022, 2023, 2025)
    assert evidence.rail_years("kalzhat") == ()


def test_every_post_has_its_name_in_four_languages() -> None:
    for crossing in evidence.crossings().values():
        for side in evidence.conventions().sides:
            assert set(crossing.names[side]) == {"en", "kk", "ru", "zh"}
    assert evidence.crossings()["bakhty"].names["kz"]["kk"] == "Бақты"


def test_hours_are_minutes_in_the_clock_of_the_side_that_changes_with_time() -> None:
    bakhty = evidence.crossings()["bakhty"]
    hours = bakhty.hours_on("kz", date(2023, 3, 1))
    assert hours is not None
    assert (hours.open, hours.clock) == (((480, 720), (780, 1020)), "kz")
    later = bakhty.hours_on("kz", date(2025, 7, 1))
    assert later is not None
    assert later.open == ((420, 1140),)
    assert bakhty.hours_on("kz", date(2019, 1, 1)) is None
    always = evidence.crossings()["nur_zholy"].hours_on("cn", date(2023, 8, 14))
    assert always is not None
    assert always.open == ((0, 1440),)


def test_hours_cover_every_day_of_the_modelled_years() -> None:
    for crossing in evidence.crossings().values():
        for side in evidence.conventions().sides:
            for year in evidence.conventions().modelled_years:
                start = date(year, 1, 1)
                days = [start + timedelta(days=n) for n in range(365)]
                assert all(crossing.hours_on(side, day) for day in days)


def test_closed_days_are_weekdays_and_dates_of_one_side() -> None:
    closed = {name: dict(crossing.weekly_closed) for name, crossing in evidence.crossings().items()}
    assert closed["bakhty"] == {"kz": (), "cn": ()}
    assert {days for sides in closed.values() for days in sides.values()} <= {(), (6,)}
    bakhty = evidence.crossings()["bakhty"].closed_dates
    assert set(bakhty) == set(evidence.conventions().modelled_years)
    nauryz = bakhty[2023][4]
    assert (nauryz.day, nauryz.side, nauryz.grade) == (date(2023, 3, 22), "kz", "assumed")


def test_the_time_zones_are_in_the_database_and_change_as_reported() -> None:
    zones = evidence.time_zones()
    kz, cn = (ZoneInfo(zones.name[side]) for side in ("kz", "cn"))
    change = datetime.combine(zones.change_day, datetime.min.time(), tzinfo=kz)
    before = change - timedelta(days=2)
    after = change + timedelta(days=2)
    assert before.utcoffset() == timedelta(hours=zones.offset_before_h)
    assert after.utcoffset() == timedelta(hours=zones.offset_after_h)
    assert after.astimezone(cn).utcoffset() == timedelta(hours=zones.cn_offset_h)


def test_rail_stations_are_known_where_there_is_rail() -> None:
    rail = evidence.crossings()["nur_zholy"].rail
    assert rail is not None
    assert rail.stations["kz"]["en"] == "Altynkol"
    assert rail.run_h.value == 0.7
    assert evidence.crossings()["kalzhat"].rail is None


def test_bundles_name_measures_and_each_contains_the_lighter_one() -> None:
    menu = evidence.corridor()
    light, standard, heavy = (set(menu.bundles[name]) for name in ("light", "standard", "heavy"))
    assert light < standard < heavy
    assert heavy <= set(menu.measures)


def test_only_the_recognition_of_xrays_serves_more_than_corridor_users() -> None:
    who = {name: measure.who for name, measure in evidence.corridor().measures.items()}
    assert {name for name, beneficiary in who.items() if beneficiary == "all"} == {"xray_mutual_recognition"}


def test_measures_in_force_depend_on_crossing_and_day() -> None:
    menu = evidence.corridor()
    assert menu.in_force("bakhty", date(2023, 1, 1)) == (
        "dedicated_lane", "extended_hours", "priority_class", "release_on_passing",
    )  # fmt: skip
    assert menu.in_force("dostyk", date(2023, 7, 31)) == ()
    assert menu.in_force("dostyk", date(2023, 8, 1)) == ("priority_class",)
    assert "inland_sealing" in menu.in_force("nur_zholy", date(2024, 5, 1))


def test_targets_name_a_crossing_or_a_country_and_carry_one_tolerance() -> None:
    targets = {target.key: target for target in evidence.targets()}
    assert targets["kaz_road_in_2022"].crossing is None
    assert targets["bakhty_vehicles_2023_q1"].period == (date(2023, 1, 1), date(2023, 3, 29))
    assert targets["crane_reload_alashankou"].tolerance.interval == (47, 60)
    assert targets["dostyk_road_vehicles_2025"].tolerance.upper_bound
    assert targets["nz_trucks_2023_9m"].tolerance.relative == 0.05


def test_disruptions_are_dated_and_name_what_they_change() -> None:
    episodes = {episode.key: episode for episode in evidence.disruptions().episodes}
    storm = episodes["rail_storm_dec_2023"]
    assert (storm.first, storm.last) == (date(2023, 12, 12), date(2023, 12, 25))
    assert (storm.change.param, storm.change.value, storm.change.unit) == ("slots", 3, "trains/day")
    assert evidence.disruptions().stochastic["it_outage"]["rate"]["value"] == 4


def test_every_request_can_be_said_in_words() -> None:
    for key in evidence.requestable_keys():
        assert evidence.meaning(key).endswith(".")


def test_every_word_of_the_vocabulary_is_used() -> None:
    names = read_vocabulary(packaged()).names
    said = {evidence.meaning(key).split(";")[0].rstrip(".").lower() for key in evidence.requestable_keys()}
    assert {phrase.lower() for phrases in names.values() for phrase in phrases.values()} == said


def test_an_explanation_says_what_is_meant_and_where_it_comes_from() -> None:
    told = evidence.explain("road.nur_zholy.kz_to_cn.quota.cn_intake", 2025)
    assert told.meaning == (
        "Trucks that China accepts per open day; road, Nur Zholy - Khorgos; from Kazakhstan to China."
    )
    assert told.entry == "road.nur_zholy.kz_to_cn.quota.cn_intake@2025"
    assert (told.value, told.unit, told.low, told.high) == (695, "trucks/day (per open day)", 650, 1000)
    assert [period.value for period in told.periods] == [650, 725]
    assert all(source.publisher and source.date for source in told.sources)
    assert told.grade_meaning == evidence.conventions().grades[told.grade]


def test_a_key_with_a_year_is_explained_for_that_year() -> None:
    assert evidence.explain("road.nur_zholy.kz_to_cn.quota.cn_intake@2022").year == 2022
    assert (
        evidence.explain("road.nur_zholy.kz_to_cn.quota.cn_intake").year == evidence.conventions().base_year
    )


def test_a_key_answered_by_all_crossings_is_explained_for_the_crossing_asked() -> None:
    told = evidence.explain("road.bakhty.kz_to_cn.kz.documents.time_loaded")
    assert told.entry == "road.all.kz_to_cn.kz.documents.time_loaded"
    assert told.meaning == (
        "Time an officer needs for the papers of a loaded truck; road, Bakhty - Baketu (Pokitu); "
        "from Kazakhstan to China; Kazakh side."
    )
    assert evidence.meaning(told.entry).split("; ")[1] == "road, all crossings"


@pytest.mark.parametrize(
    ("key", "year", "message"),
    [
        (
            "road.bakhty.kz_to_cn.kz.document.time_loaded",
            2023,
            "no such entry in the evidence, did you mean 'road.bakhty.kz_to_cn.kz.documents.time_loaded'?",
        ),
        (
            "road.dostyk.both.kz.post_capacity",
            2022,
            "no entry for 2022; there is one for 2023, 2025",
        ),
        ("cost.truck_hour", 2019, "no parameters for the year 2019; there are 2020, 2021, 2022, 2023, 2025"),
    ],
)
def test_what_cannot_be_explained_says_why(key: str, year: int, message: str) -> None:
    with pytest.raises(EvidenceError) as caught:
        evidence.explain(key, year)
    assert str(caught.value).removeprefix(f"{key}: ") == message


def test_the_page_on_the_evidence_counts_the_entries_of_each_grade_right() -> None:
    page = (Path(__file__).parents[2] / "docs" / "evidence.md").read_text(encoding="utf-8")
    counts = Counter(fact.grade for fact in evidence.facts().values())
    printed = {grade: int(count) for grade, count in re.findall(r"^\| `(\w+)` \|.*\| (\d+) \|$", page, re.M)}
    assert printed == counts


def test_the_page_on_the_evidence_names_every_file() -> None:
    page = (Path(__file__).parents[2] / "docs" / "evidence.md").read_text(encoding="utf-8")
    for file in packaged().iterdir():
        assert f"| `{file.name}` |" in page
