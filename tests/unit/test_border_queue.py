"""Slots of the electronic queue, China's daily intake, and slots out of turn."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from kzsim import evidence
from kzsim.border import calendars, road_home, road_queue
from kzsim.border.calendars import road_opening
from kzsim.border.labels import SIDES, Parts
from kzsim.border.site import Site
from kzsim.evidence import Parameters
from kzsim.network.model import Calendar, GateStage, Refill, Source
from kzsim.scenario import CrossingSettings, RoadSettings, Scenario
from tests.unit.border_cases import DAY_MS, corridor_of, parts_of, scenario, with_measures

HOUR = 3_600_000
INTAKE_KEY = "road.bakhty.kz_to_cn.quota.cn_intake"
EARLY = "road.all.kz_to_cn.equeue.early_arrival"
SLOTS = "road.bakhty.kz_to_cn.equeue.slots"


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


def at_home(parts: Parts) -> list[Source]:
    """The sources of the trucks that are booked."""
    return [source for source in parts.sources if ".home." in source.name]


def on_day(refills: tuple[Refill, ...], number: int) -> list[Refill]:
    return [refill for refill in refills if number * DAY_MS <= refill.at_ms < (number + 1) * DAY_MS]


def test_as_many_trucks_are_called_for_a_day_as_it_has_slots() -> None:
    slots = Parameters(2023).get("road.bakhty.kz_to_cn.equeue.slots").number
    called = on_day(gate(scenario(), ".equeue").refills, 3)
    assert sum(refill.overall for refill in called) == int(slots) == 109


def test_trucks_are_called_as_long_before_their_slot_as_they_come_early_at_most() -> None:
    early = Parameters(2023).get(EARLY)
    assert (early.number, early.low, early.unit) == (-1, -6, "h")
    assert road_home.ahead_ms(site_of(scenario())) == 6 * HOUR
    assert road_home.ahead_ms(site_of(scenario(overrides={EARLY: -8.0}))) == 8 * HOUR
    assert on_day(gate(scenario(overrides={EARLY: -8.0}), ".equeue").refills, 3)[0].at_ms % DAY_MS == 0


def test_slots_are_spread_evenly_in_whole_numbers_over_the_hours_the_post_is_open() -> None:
    refills = on_day(gate(scenario(), ".equeue").refills, 3)
    start = [refill.at_ms // HOUR % 24 for refill in refills]
    # six hours before the post's 8 to 12 and 13 to 17; 0 again at lunch and at closing
    assert start == [2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    amounts = [refill.overall for refill in refills]
    assert amounts[4] == amounts[9] == 0
    busy = amounts[:4] + amounts[5:9]
    assert max(busy) - min(busy) <= 1


def test_the_queue_releases_nobody_on_a_closed_date_but_trucks_are_called_the_day_after() -> None:
    holiday = evidence.crossings()["bakhty"].closed_dates[2023][4].day
    queue = gate(scenario(holiday, 2), ".equeue")
    assert [refill.overall for refill in on_day(queue.refills, 0)] == [0]
    assert sum(refill.overall for refill in on_day(queue.refills, 1)) > 0
    assert queue.open.at_ms[:2] == (0, DAY_MS + 2 * HOUR)


def test_the_queue_is_never_shut_where_the_post_works_round_the_clock() -> None:
    case = scenario(date(2025, 6, 10), 3, road=("nur_zholy",))
    queue = gate(case, ".equeue", "nur_zholy")
    assert queue.open == Calendar((0, 3 * DAY_MS), (1, 0))
    assert [refill.at_ms for refill in queue.refills] == [hour * HOUR for hour in range(72)]


def test_the_slots_of_a_day_are_the_same_whatever_day_the_run_ends_on() -> None:
    case = scenario(date(2025, 6, 10), 3, road=("nur_zholy",))
    short, long = (
        gate(each, ".equeue", "nur_zholy").refills
        for each in (case, replace(case, last_day=case.last_day + timedelta(days=2)))
    )
    assert long[: len(short)] == short
    assert sum(refill.overall for refill in on_day(short, 2)) == sum(r.overall for r in on_day(long, 3))


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
        come = 1 - Parameters(year).get(f"road.{crossing}.kz_to_cn.equeue.no_show_share").share
        # those who come to the slots of a day fill the quota, but for one truck
        assert abs(road_queue.calls(site, day) * come - quota.on(day)) <= 1.5


def test_the_overbooking_factor_acts_where_the_quota_is_the_same_all_year() -> None:
    key = "road.all.kz_to_cn.equeue.overbooking_factor"
    assert not Parameters(2023).get(INTAKE_KEY).periods
    site = site_of(scenario(overrides={key: 2.0}))
    assert road_queue.daily_slots(site, date(2023, 6, 7)) == 2 * Parameters(2023).get(INTAKE_KEY).number


def ceilings(case: Scenario, crossing: str = "bakhty", day: int = 3) -> dict[str, int]:
    """Those that the first slots of a day set; the others keep them."""
    first, *others = on_day(gate(case, ".equeue", crossing).refills, day)
    assert not any(refill.ceilings for refill in others)
    return dict(first.ceilings or {})


def test_a_cap_on_slots_out_of_turn_set_by_the_scenario_goes_before_the_measures_own() -> None:
    key = "road.bakhty.kz_to_cn.equeue.priority_share_cap"
    slots = {SLOTS: 1000.0}

    def early(overrides: dict[str, float]) -> dict[str, int]:
        return ceilings(with_measures("equeue_out_of_turn", overrides={**slots, **overrides}))

    assert early({}) == early({key: 5.0}) == {"out_of_turn": 1000 * cap()}
    assert early({key: 2.5}) == {"out_of_turn": 500 * cap()}
    assert early({key: 0.0}) == {}


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
    assert {kind.klass for source in at_home(parts) for kind in source.kinds} == {"ordinary"}
    queue = gate(scenario(), ".equeue")
    assert all(refill.ceilings == {} for refill in queue.refills)
    assert not queue.otherwise


@pytest.mark.parametrize("crossing", ["bakhty", "nur_zholy"])
def test_no_day_has_more_slots_out_of_turn_than_the_caps_say_and_none_that_could_be_one_more(
    crossing: str,
) -> None:
    case = with_measures("equeue_out_of_turn", crossing=crossing, **autumn())
    refills = gate(case, ".equeue", crossing).refills
    days = [number for number, refill in enumerate(refills) if refill.ceilings is not None]
    assert len(days) >= 60
    paid = Parameters(2025).get("road.all.kz_to_cn.equeue.paid_express_share_cap").share
    for first, behind in pairwise(days[1:]):  # of the first day and the last one hours lie outside the run
        slots = sum(refill.overall for refill in refills[first:behind])
        found = refills[first].ceilings or {}
        for klass, share in (("out_of_turn", cap()), ("paid", paid)):
            assert found[klass] <= share * slots + 1e-9 < found[klass] + 1


def autumn() -> dict[str, object]:
    return {"year": 2025, "first_day": date(2025, 9, 22), "last_day": date(2025, 11, 30)}


def test_the_cap_of_a_day_lasts_from_its_first_slots_to_those_of_the_next_day() -> None:
    """Bakhty is open from 8 to 17 and calls six hours ahead: from 2 to 11, and nothing is set in between."""
    refills = gate(with_measures("equeue_out_of_turn"), ".equeue").refills
    set_at = [refill.at_ms for refill in refills if refill.ceilings is not None]
    assert {at % DAY_MS for at in set_at} == {2 * HOUR}


def test_who_finds_no_slot_out_of_turn_left_has_an_ordinary_one() -> None:
    queue = gate(with_measures("equeue_out_of_turn", **autumn()), ".equeue")
    assert queue.otherwise == {"out_of_turn": "ordinary", "paid": "ordinary"}
    assert gate(with_measures("equeue_out_of_turn"), ".equeue").otherwise == {"out_of_turn": "ordinary"}


def test_in_2025_the_same_share_of_all_trucks_would_buy_a_slot_whatever_they_carry() -> None:
    buyers = Parameters(2025).get("road.bakhty.kz_to_cn.equeue.paid_express_buyers").share
    assert buyers == 0.02
    for source in at_home(parts_of(scenario(date(2025, 6, 9)))):
        paid = sum(kind.share for kind in source.kinds if kind.klass == "paid")
        assert paid == pytest.approx(buyers)


def test_nobody_who_may_go_out_of_turn_pays_for_it() -> None:
    buyers = Parameters(2025).get("road.bakhty.kz_to_cn.equeue.paid_express_buyers").share
    case = with_measures("equeue_out_of_turn", **autumn())
    source = next(s for s in at_home(parts_of(case)) if ".perishable_for_" in s.name)
    shares = {kind.name: kind.share for kind in source.kinds}
    comply = evidence.corridor().compliance.base
    assert shares == pytest.approx(
        {
            "compliant.out_of_turn": comply,
            "other.paid": (1 - comply) * buyers,
            "other.ordinary": (1 - comply) * (1 - buyers),
        }
    )


def test_empty_trucks_go_out_of_turn_only_as_far_as_there_is_produce_to_fetch() -> None:
    case = with_measures("equeue_out_of_turn")
    reefers = Parameters(2023).get("road.bakhty.both.loss.reefer_share").share
    empty = {s.name.rpartition(".")[2]: s for s in at_home(parts_of(case)) if ".empty_for_" in s.name}
    assert len(empty) > 2
    for trip, source in empty.items():
        early = sum(kind.share for kind in source.kinds if kind.klass == "out_of_turn")
        assert early == pytest.approx(reefers if trip == "empty_for_perishable" else 0.0)


def test_every_compliant_truck_asks_for_a_slot_out_of_turn_however_few_there_are() -> None:
    for slots in (10.0, 100_000.0):
        case = with_measures("equeue_out_of_turn", overrides={SLOTS: slots})
        source = next(s for s in at_home(parts_of(case)) if ".perishable_for_" in s.name)
        shares = {kind.klass: kind.share for kind in source.kinds}
        compliance = evidence.corridor().compliance.base
        assert shares == pytest.approx({"out_of_turn": compliance, "ordinary": 1 - compliance})


def test_out_of_turn_is_a_matter_of_the_queue_alone() -> None:
    parts = parts_of(with_measures("equeue_out_of_turn"))
    for source in parts.sources:
        assert ".home." in source.name or all(kind.klass != "out_of_turn" for kind in source.kinds)


def test_who_may_go_out_of_turn_stands_before_all_others_at_the_queue() -> None:
    first = parts_of(with_measures("equeue_out_of_turn", **autumn())).priority
    queue = "bakhty.kz_to_cn.kz.equeue"
    assert first["out_of_turn", queue] == first["paid", queue] < 0


def test_refills_rise_strictly_from_0() -> None:
    for ending in (".equeue", ".intake"):
        instants = [refill.at_ms for refill in gate(scenario(), ending).refills]
        assert instants[0] == 0
        assert all(a < b for a, b in pairwise(instants))
