"""How yearly totals become expected arrivals."""

from __future__ import annotations

import math
from datetime import date

import pytest

from kzsim import evidence
from kzsim.border.labels import DIRECTIONS
from kzsim.network.model import Source
from kzsim.scenario import CrossingSettings, RoadSettings
from tests.unit.border_cases import parts_of, scenario

HOUR = 3_600_000
CROSSINGS = tuple(evidence.crossings())


def total(source: Source) -> float:
    return math.fsum(source.arrivals.expected)


def by_class(parts_sources: tuple[Source, ...]) -> dict[str, float]:
    return {source.name.rpartition(".")[2]: total(source) for source in parts_sources}


def expected_on(source: Source, case_day: int) -> float:
    arrivals = source.arrivals
    return math.fsum(e for e, day in zip(arrivals.expected, arrivals.day, strict=True) if day == case_day)


@pytest.mark.parametrize("year", [2022, 2023, 2025])
@pytest.mark.parametrize("crossing", CROSSINGS)
def test_the_year_brings_as_many_trucks_of_each_class_as_the_evidence_says(crossing: str, year: int) -> None:
    case = scenario(date(year, 1, 1), 365, road=(crossing,))
    flows = evidence.road_demand(crossing, year).flows
    for direction in DIRECTIONS:
        come = by_class(parts_of(case, direction, crossing).sources)
        assert come == pytest.approx({klass: flow.trucks for klass, flow in flows[direction].items()})


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
    source = next(s for s in parts.sources if s.name.endswith(".empty"))
    for number in range(30):
        closed = date(2023, 6, 1 + number).weekday() == weekday
        assert (expected_on(source, number) == 0) == closed
    demand = evidence.road_demand(crossing, 2023)
    share = demand.monthly_share_all_trucks
    june = demand.flows["kz_to_cn"]["empty"].trucks * share[5] / sum(share)
    assert total(source) == pytest.approx(june)


def test_trucks_still_come_on_a_holiday() -> None:
    there = evidence.crossings()["bakhty"]
    holiday = there.closed_dates[2023][4].day
    source = parts_of(scenario(holiday, 3)).sources[0]
    assert expected_on(source, 0) > 0


def test_a_profile_of_chinas_clock_is_turned_by_the_hours_between_the_clocks() -> None:
    source = parts_of(scenario(days=2), "cn_to_kz").sources[0]
    shares = evidence.profiles().hour_of_day["cn_to_kz_day_post"].share
    first_day = source.arrivals.expected[:24]
    assert [e / sum(first_day) for e in first_day] == pytest.approx([*shares[2:], *shares[:2]])


def test_the_hours_profile_follows_the_side_that_trucks_leave() -> None:
    started = next(
        hours.first for hours in evidence.crossings()["nur_zholy"].hours["cn"] if hours.open == ((0, 1440),)
    )
    profiles = evidence.profiles().hour_of_day
    case = scenario(started, 2, road=("nur_zholy",))
    leaving_kz = parts_of(case, "kz_to_cn", "nur_zholy").sources[0].arrivals.expected[:24]
    assert [e / sum(leaving_kz) for e in leaving_kz] == pytest.approx(profiles["kz_to_cn_day_post"].share)
    leaving_cn = parts_of(case, "cn_to_kz", "nur_zholy").sources[0].arrivals.expected[:24]
    round_the_clock = profiles["cn_to_kz_round_the_clock"].share
    assert [e / sum(leaving_cn) for e in leaving_cn] == pytest.approx(
        [*round_the_clock[2:], *round_the_clock[:2]]
    )


def test_intervals_are_hours_and_days_are_counted_from_the_start() -> None:
    arrivals = parts_of(scenario(days=2)).sources[0].arrivals
    assert arrivals.edges_ms == tuple(hour * HOUR for hour in range(49))
    assert arrivals.day == (0,) * 24 + (1,) * 24


def test_all_classes_of_a_direction_share_the_swing_of_a_day() -> None:
    streams = {source.arrivals.swing for source in parts_of(scenario()).sources}
    assert len(streams) == 1
    assert streams != {source.arrivals.swing for source in parts_of(scenario(), "cn_to_kz").sources}
