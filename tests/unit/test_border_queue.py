"""Slots of the electronic queue, China's daily intake, and slots out of turn."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from kzsim import evidence
from kzsim.border import calendars, road_queue
from kzsim.border.calendars import road_opening
from kzsim.border.labels import SIDES
from kzsim.border.site import Site
from kzsim.evidence import Parameters
from kzsim.network.model import Calendar, GateStage, Refill
from kzsim.scenario import CrossingSettings, RoadSettings, Scenario
from tests.unit.border_cases import DAY_MS, corridor_of, parts_of, scenario, with_measures

HOUR = 3_600_000
INTAKE_KEY = "road.bakhty.kz_to_cn.quota.cn_intake"


def gate(case: Scenario, ending: str, crossing: str = "bakhty") -> GateStage:
    stages = parts_of(case, "kz_to_cn", crossing).stages
    return next(s for s in stages if isinstance(s, GateStage) and s.name.endswith(ending))


def site_of(case: Scenario, crossing: str = "bakhty") -> Site:
    there = evidence.crossings()[crossing]
    return Site(
        crossing,
        "kz_to_cn",
        Parameters(case.year, case.overrides),
        calendars.clock(case.first_day, case.last_day),
        corridor_of(case, crossing),
        {side: road_opening(there, side) for side in SIDES},
    )


def cap() -> float:
    changes = {
        change.param: change.base for change in evidence.corridor().measures["equeue_out_of_turn"].changes
    }
    return changes["equeue.priority_share_cap"] / 100 * changes["equeue.agri_share_of_cap"] / 100


def on_day(refills: tuple[Refill, ...], number: int) -> list[Refill]:
    return [refill for refill in refills if number * DAY_MS <= refill.at_ms < (number + 1) * DAY_MS]


def test_a_days_releases_are_its_slots_less_those_who_do_not_show_up() -> None:
    params = Parameters(2023)
    slots = params.get("road.bakhty.kz_to_cn.equeue.slots").number
    no_show = params.get("road.bakhty.kz_to_cn.equeue.no_show_share").share
    released = on_day(gate(scenario(), ".equeue").refills, 3)
    assert sum(refill.overall for refill in released) == int(slots * (1 - no_show))


def test_slots_are_spread_evenly_in_whole_numbers_over_the_hours_the_post_is_open() -> None:
    refills = on_day(gate(scenario(), ".equeue").refills, 3)
    start = [refill.at_ms // HOUR % 24 for refill in refills]
    assert start == [8, 9, 10, 11, 12, 13, 14, 15, 16, 17]  # 0 again at lunch and at closing
    amounts = [refill.overall for refill in refills]
    assert amounts[4] == amounts[9] == 0
    busy = amounts[:4] + amounts[5:9]
    assert max(busy) - min(busy) <= 1


def test_the_queue_releases_nobody_on_a_closed_date_but_trucks_are_called_the_day_after() -> None:
    holiday = evidence.crossings()["bakhty"].closed_dates[2023][4].day
    queue = gate(scenario(holiday, 2), ".equeue")
    assert [refill.overall for refill in on_day(queue.refills, 0)] == [0]
    assert sum(refill.overall for refill in on_day(queue.refills, 1)) > 0
    assert queue.open.at_ms[:2] == (0, DAY_MS + 8 * HOUR)


def test_the_queue_is_never_shut_where_the_post_works_round_the_clock() -> None:
    case = scenario(date(2025, 6, 10), 3, road=("nur_zholy",))
    queue = gate(case, ".equeue", "nur_zholy")
    assert queue.open == Calendar((0, 3 * DAY_MS), (1, 0))
    assert [refill.at_ms for refill in queue.refills] == [hour * HOUR for hour in range(72)]


def test_without_an_electronic_queue_the_gate_is_open_and_has_no_quota() -> None:
    off = scenario(overrides={"road.bakhty.kz_to_cn.equeue.enabled": False})
    assert gate(off, ".equeue") == GateStage("bakhty.kz_to_cn.kz.equeue", Calendar.always(1))


def test_slots_follow_the_periods_of_the_quota() -> None:
    params = Parameters(2023)
    quota = params.get("road.nur_zholy.kz_to_cn.quota.cn_intake")
    factor = params.get("road.nur_zholy.kz_to_cn.equeue.overbooking_factor").number
    case = scenario(road=("nur_zholy",))
    assert len(quota.periods) > 1
    for period in quota.periods:
        assert road_queue.daily_slots(site_of(case, "nur_zholy"), period.first) == pytest.approx(
            period.value * factor
        )


@pytest.mark.parametrize("year", evidence.conventions().modelled_years)
def test_slots_without_word_of_the_scenario_are_those_of_the_evidence(year: int) -> None:
    day = date(year, 6, 7)
    for crossing in evidence.crossings():
        site = site_of(scenario(day, road=(crossing,)), crossing)
        quota = Parameters(year).get(f"road.{crossing}.kz_to_cn.quota.cn_intake")
        slots = Parameters(year).get(f"road.{crossing}.kz_to_cn.equeue.slots")
        of_the_day = slots.number * quota.on(day) / quota.number
        assert road_queue.daily_slots(site, day) == pytest.approx(of_the_day, rel=0.02)
        assert 0 <= road_queue.daily_releases(site, day) - quota.on(day) <= 1


def test_the_overbooking_factor_acts_where_the_quota_is_the_same_all_year() -> None:
    key = "road.all.kz_to_cn.equeue.overbooking_factor"
    assert not Parameters(2023).get(INTAKE_KEY).periods
    site = site_of(scenario(overrides={key: 2.0}))
    assert road_queue.daily_slots(site, date(2023, 6, 7)) == 2 * Parameters(2023).get(INTAKE_KEY).number


def test_a_cap_on_slots_out_of_turn_set_by_the_scenario_goes_before_the_measures_own() -> None:
    key = "road.bakhty.kz_to_cn.equeue.priority_share_cap"

    def early(overrides: dict[str, float]) -> float:
        parts = parts_of(with_measures("equeue_out_of_turn", overrides=overrides))
        return sum(
            kind.share for s in parts.sources for kind in s.kinds if kind.klass.endswith("out_of_turn")
        )

    as_the_measure_says = early({})
    assert as_the_measure_says == pytest.approx(early({key: 5.0}))
    assert early({key: 2.5}) == pytest.approx(as_the_measure_says / 2)
    assert early({key: 0.0}) == 0


def test_slots_follow_an_intake_that_the_scenario_sets_unless_it_sets_the_slots_too() -> None:
    day = date(2023, 6, 7)
    factor = Parameters(2023).get("road.bakhty.kz_to_cn.equeue.overbooking_factor").number
    more = scenario(overrides={INTAKE_KEY: 200.0})
    assert road_queue.daily_slots(site_of(more), day) == pytest.approx(200 * factor)
    both = scenario(overrides={INTAKE_KEY: 200.0, "road.bakhty.kz_to_cn.equeue.slots": 50.0})
    assert road_queue.daily_slots(site_of(both), day) == 50


def test_the_intake_changes_with_the_periods_of_the_quota_at_midnight_of_chinas_clock() -> None:
    periods = Parameters(2023).get("road.nur_zholy.kz_to_cn.quota.cn_intake").periods
    change = periods[1].first
    case = scenario(change - timedelta(days=1), 2, road=("nur_zholy",))
    assert gate(case, ".intake", "nur_zholy").refills == (
        Refill(0, int(periods[0].value)),
        Refill(22 * HOUR, int(periods[1].value)),
        Refill(46 * HOUR, int(periods[1].value)),
    )


def test_a_scaled_intake_is_scaled_in_every_period_and_its_slots_with_it() -> None:
    periods = Parameters(2023).get("road.nur_zholy.kz_to_cn.quota.cn_intake").periods
    change = periods[1].first
    case = scenario(
        change - timedelta(days=1),
        2,
        road=("nur_zholy",),
        crossings={"nur_zholy": CrossingSettings(road=RoadSettings(intake_factor=0.5))},
    )
    plain = replace(case, crossings={})
    assert [refill.overall for refill in gate(case, ".intake", "nur_zholy").refills] == [
        int(periods[0].value / 2),
        int(periods[1].value / 2),
        int(periods[1].value / 2),
    ]

    def released(of: Scenario) -> int:
        return sum(refill.overall for refill in gate(of, ".equeue", "nur_zholy").refills)

    assert released(case) == pytest.approx(released(plain) / 2, abs=2)


def test_the_intake_is_nil_on_a_closed_date_of_chinas_calendar() -> None:
    closed = next(c.day for c in evidence.crossings()["bakhty"].closed_dates[2023] if c.side == "cn")
    refills = gate(scenario(closed - timedelta(days=1), 1), ".intake").refills
    assert [(refill.at_ms, refill.overall > 0) for refill in refills] == [(0, True), (22 * HOUR, False)]


def test_a_quota_of_part_of_a_truck_adds_up_over_the_days() -> None:
    case = scenario(days=4, overrides={INTAKE_KEY: 100.5})
    assert [refill.overall for refill in gate(case, ".intake").refills] == [100, 101, 100, 101, 100]


def test_nobody_goes_out_of_turn_without_the_measure() -> None:
    parts = parts_of(scenario())
    assert not [kind for source in parts.sources for kind in source.kinds if "out_of_turn" in kind.klass]
    assert all(not refill.ceilings for refill in gate(scenario(), ".equeue").refills)


def test_over_a_year_the_trucks_out_of_turn_use_up_the_cap_and_no_more() -> None:
    case = with_measures("equeue_out_of_turn", crossing="nur_zholy")
    parts = parts_of(case, "kz_to_cn", "nur_zholy")
    flows = evidence.road_demand("nur_zholy", 2023).flows["kz_to_cn"]
    expected = sum(
        flows[source.name.rpartition(".")[2]].trucks * kind.share
        for source in parts.sources
        for kind in source.kinds
        if kind.klass.endswith("out_of_turn")
    )
    site = site_of(case, "nur_zholy")
    year = [date(2023, 1, 1) + timedelta(days=n) for n in range(365)]
    released = sum(road_queue.daily_releases(site, day) for day in year)
    assert expected == pytest.approx(cap() * released)


def test_empty_trucks_go_out_of_turn_only_as_far_as_there_is_produce_to_fetch() -> None:
    case = with_measures("equeue_out_of_turn", overrides={INTAKE_KEY: 100_000.0})
    flows = evidence.road_demand("bakhty", 2023).flows
    reefers = Parameters(2023).get("road.bakhty.both.loss.reefer_share").share
    source = next(s for s in parts_of(case).sources if s.name.endswith(".empty"))
    early = sum(kind.share for kind in source.kinds if "out_of_turn" in kind.klass)
    assert early == pytest.approx(
        flows["cn_to_kz"]["perishable"].trucks * reefers / flows["kz_to_cn"]["empty"].trucks
    )


def test_every_compliant_truck_goes_out_of_turn_where_the_cap_is_ample() -> None:
    case = with_measures("equeue_out_of_turn", overrides={INTAKE_KEY: 100_000.0})
    source = next(s for s in parts_of(case).sources if s.name.endswith(".perishable"))
    shares = {kind.klass: kind.share for kind in source.kinds}
    compliance = evidence.corridor().compliance.base
    assert shares == pytest.approx({"ordinary.out_of_turn": compliance, "ordinary": 1 - compliance})


def test_the_ceiling_of_an_hour_is_the_cap_of_its_day_rounded_up() -> None:
    case = with_measures("equeue_out_of_turn")
    queue = gate(case, ".equeue")
    released = sum(refill.overall for refill in on_day(queue.refills, 3))
    (ceilings,) = {tuple(r.ceilings.values()) for r in on_day(queue.refills, 3) if r.overall}
    assert released * cap() <= sum(ceilings) < released * cap() + 1
    assert parts_of(case).priority["ordinary.out_of_turn", queue.name] < 0


def test_refills_rise_strictly_from_0() -> None:
    for ending in (".equeue", ".intake"):
        instants = [refill.at_ms for refill in gate(scenario(), ending).refills]
        assert instants[0] == 0
        assert all(a < b for a, b in pairwise(instants))
