"""How yearly totals become expected arrivals."""

from __future__ import annotations

import math
from datetime import date

import pytest

from kzsim import evidence
from kzsim.border import calendars
from kzsim.border.demand import HourShares, Pattern, arrivals
from kzsim.border.labels import DIRECTIONS
from kzsim.network.model import Source
from kzsim.scenario import CrossingSettings, RoadSettings
from tests.unit.border_cases import parts_of, scenario

HOUR = 3_600_000
CROSSINGS = tuple(evidence.crossings())


def total(source: Source) -> float:
    return math.fsum(source.arrivals.expected)


def booked(sources: tuple[Source, ...]) -> dict[str, Source]:
    """The sources of trucks that are booked, by what they bring and what they fetch."""
    return {s.name.rpartition(".")[2]: s for s in sources if s.name.split(".")[2] == "home"}


def by_class(sources: tuple[Source, ...], direction: str = "kz_to_cn") -> dict[str, float]:
    """Trucks by what they bring to China, or take home."""
    found: dict[str, float] = {}
    for trip, source in booked(sources).items():
        there, back = trip.split("_for_")
        klass = there if direction == "kz_to_cn" else back
        found[klass] = found.get(klass, 0.0) + total(source)
    return found


def expected_on(source: Source, case_day: int) -> float:
    arrivals = source.arrivals
    return math.fsum(e for e, day in zip(arrivals.expected, arrivals.day, strict=True) if day == case_day)


@pytest.mark.parametrize("year", [2022, 2023, 2025])
@pytest.mark.parametrize("crossing", CROSSINGS)
def test_the_year_brings_as_many_trucks_of_each_class_as_the_evidence_says(crossing: str, year: int) -> None:
    case = scenario(date(year, 1, 1), 365, road=(crossing,))
    flows = evidence.road_demand(crossing, year).flows
    sources = parts_of(case, "kz_to_cn", crossing).sources
    for direction in DIRECTIONS:
        come = by_class(sources, direction)
        known = {klass: flow.trucks for klass, flow in flows[direction].items() if flow.trucks}
        # both directions are rounded to whole trucks by themselves
        assert come == pytest.approx(known, abs=1.0)


@pytest.mark.parametrize("crossing", CROSSINGS)
def test_a_load_comes_for_each_truck_that_is_booked_to_take_one(crossing: str) -> None:
    case = scenario(date(2023, 1, 1), 365, road=(crossing,))
    there, back = (parts_of(case, direction, crossing) for direction in DIRECTIONS)
    takes = [s.name for s in booked(there.sources).values() if not s.name.endswith("_for_empty")]
    loads = [s for s in back.sources if s.arrivals.process == "after"]
    assert takes
    assert [s.arrivals.of for s in loads] == takes
    for load in loads:
        assert load.arrivals.share == 1.0
        assert load.arrivals.by is not None
        assert (load.arrivals.by.family, load.arrivals.by.mean) == ("lognormal", 36 * HOUR)


def test_factors_of_the_scenario_and_of_the_crossing_multiply() -> None:
    case = scenario(
        date(2023, 1, 1),
        365,
        demand_factor=1.5,
        crossings={"bakhty": CrossingSettings(RoadSettings(demand_factor=2.0))},
    )
    trucks = evidence.road_demand("bakhty", 2023).trucks_each_way.number
    assert sum(by_class(parts_of(case).sources).values()) == pytest.approx(3 * trucks)


def test_a_longer_run_keeps_the_expected_arrivals_of_a_shorter_one() -> None:
    short = parts_of(scenario(days=7)).sources[0].arrivals.expected
    long = parts_of(scenario(days=14)).sources[0].arrivals.expected
    assert long[: len(short)] == short


def test_nobody_comes_on_the_weekly_closed_day_and_the_month_keeps_its_total() -> None:
    crossing = next(c.key for c in evidence.crossings().values() if c.weekly_closed["cn"])
    (weekday,) = evidence.crossings()[crossing].weekly_closed["cn"]
    parts = parts_of(scenario(date(2023, 6, 1), 30, road=(crossing,)), "kz_to_cn", crossing)
    source = booked(parts.sources)["empty_for_general"]
    for number in range(30):
        closed = date(2023, 6, 1 + number).weekday() == weekday
        assert (expected_on(source, number) == 0) == closed
    # general goods have the months of the crossing
    share = evidence.road_demand(crossing, 2023).monthly_share_all_trucks
    whole = booked(parts_of(scenario(date(2023, 1, 1), 365, road=(crossing,)), "kz_to_cn", crossing).sources)
    june = total(whole["empty_for_general"]) * share[5] / sum(share)
    assert total(source) == pytest.approx(june)


def test_trucks_still_come_on_a_holiday() -> None:
    there = evidence.crossings()["bakhty"]
    holiday = there.closed_dates[2023][4].day
    source = parts_of(scenario(holiday, 3)).sources[0]
    assert expected_on(source, 0) > 0


def test_a_profile_of_chinas_clock_is_turned_by_the_hours_between_the_clocks() -> None:
    shares = evidence.profiles().hour_of_day["cn_to_kz_day_post"].share
    there = Pattern([1.0] * 12, [1.0] * 7, lambda _: HourShares(shares, "cn"))
    found = arrivals(calendars.clock(date(2023, 6, 5), date(2023, 6, 6)), 365.0, there, None)
    first_day = found.expected[:24]
    assert [e / sum(first_day) for e in first_day] == pytest.approx([*shares[2:], *shares[:2]])


def test_trucks_are_booked_at_the_hours_of_the_kazakh_side() -> None:
    started = next(
        hours.first for hours in evidence.crossings()["nur_zholy"].hours["cn"] if hours.open == ((0, 1440),)
    )
    profiles = evidence.profiles().hour_of_day
    case = scenario(started, 2, road=("nur_zholy",))
    sources = booked(parts_of(case, "kz_to_cn", "nur_zholy").sources)
    assert {trip.split("_for_")[0] == "empty" for trip in sources} == {True, False}
    for source in sources.values():
        hours = source.arrivals.expected[:24]
        assert [e / sum(hours) for e in hours] == pytest.approx(profiles["kz_to_cn_day_post"].share)


def test_intervals_are_hours_and_days_are_counted_from_the_start() -> None:
    arrivals = parts_of(scenario(days=2)).sources[0].arrivals
    assert arrivals.edges_ms == tuple(hour * HOUR for hour in range(49))
    assert arrivals.day == (0,) * 24 + (1,) * 24


def test_all_journeys_over_a_crossing_share_the_swing_of_a_day() -> None:
    streams = {source.arrivals.swing for source in booked(parts_of(scenario()).sources).values()}
    assert [swing.stream for swing in streams if swing] == ["road.bakhty.kz_to_cn.day"]
    assert len(streams) == 1
