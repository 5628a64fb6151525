"""The electronic queue, truck by truck: slots, calls, those who do not come, those who go first."""

from __future__ import annotations

from kzsim import evidence
from kzsim.border import calendars, road_home, road_queue
from kzsim.border.calendars import road_opening
from kzsim.border.labels import SIDES
from kzsim.border.site import Site
from kzsim.evidence import Parameters
from kzsim.network import Account
from kzsim.network.model import MS_PER_DAY, MS_PER_HOUR, Work
from kzsim.scenario import Corridor, Scenario, Scope
from tests.unit.border_cases import BOTH_SIDES, BOTH_WAYS, corridor_of, scenario
from tests.unit.road_cases import Booked, go, open_road

SLOTS = "road.bakhty.kz_to_cn.equeue.slots"
TRIP = "empty_for_general"
HOME = f"home.{TRIP}"
ONE_AN_HOUR = {SLOTS: 24.0}


def site_of(case: Scenario) -> Site:
    there = evidence.crossings()["bakhty"]
    return Site(
        "bakhty",
        "kz_to_cn",
        Parameters(case.year, case.overrides),
        calendars.clock(case.first_day, case.last_day),
        corridor_of(case),
        {side: road_opening(there, side) for side in SIDES},
    )


def test_trucks_wait_at_home_for_a_slot_in_the_order_of_their_bookings() -> None:
    """One slot an hour; three trucks are booked at 0:10: they are called at 0:10, 1:00 and 2:00."""
    found = go(open_road(overrides=ONE_AN_HOUR), Booked(TRIP, (10, 10, 10), {"trip": 300}))
    assert found.starts(HOME, "equeue") == [10, 60, 120]
    assert found.account(HOME, Account.QUOTA) == [0, 50, 110]
    assert found.account(HOME, Account.HOME) == [300, 300, 300]
    # at the border, five hours after the call: an hour before the slot, which is six after it
    assert found.arrived(f"kz_to_cn.{TRIP}") == [310, 360, 420]


def test_a_slot_that_nobody_has_booked_is_of_no_use_to_who_comes_later() -> None:
    """Those of 0:00 to 3:00 have expired when three trucks are booked at 3:30."""
    found = go(open_road(overrides=ONE_AN_HOUR), Booked(TRIP, (210, 210, 210)))
    assert found.starts(HOME, "equeue") == [210, 240, 300]


def test_nobody_is_called_for_a_slot_of_a_night_in_which_the_post_is_shut() -> None:
    """Open from 8 to 12 and 13 to 17; 8 slots a day; called six hours before: from 2 to 6 and 7 to 11."""
    case = scenario(overrides={SLOTS: 8.0})
    found = go(case, Booked(TRIP, (0, 359, 361, 363, 12 * 60)))
    assert [minute / 60 for minute in found.starts(HOME, "equeue")] == [2, 359 / 60, 7, 8, 26]
    # what holds the third and the last is the shut post; the fourth waits behind the third for a slot
    assert found.account(HOME, Account.CLOSED) == [120, 0, 59, 57, 14 * 60]
    assert found.account(HOME, Account.QUOTA) == [0, 0, 0, 60, 0]


def test_who_does_not_come_has_used_up_the_slot_and_books_again_later() -> None:
    """One slot an hour. A is called at 0:10, does not come and books again after 2 h: at 2:10.

    B, booked at 0:20, is called at 1:00, C, booked at 2:05, at once; so A's next slot is that of 3:00.
    """
    missed = Booked(
        "empty_for_perishable",
        (10,),
        {"rebooking.2": 120},
        enters=frozenset({"rebooking.2", "equeue.2"}),
    )
    others = Booked(TRIP, (20, 125))
    found = go(open_road(overrides=ONE_AN_HOUR), missed, others)
    assert found.starts("home.empty_for_perishable", "equeue") == [10]
    assert found.starts("home.empty_for_perishable", "equeue.2") == [180]
    assert found.account("home.empty_for_perishable", Account.HOME) == [120]
    assert found.account("home.empty_for_perishable", Account.QUOTA) == [50]
    assert found.starts(HOME, "equeue") == [60, 125]
    assert found.arrived("kz_to_cn.empty_for_perishable") == [180]


def test_for_who_does_not_book_again_another_truck_books_at_once() -> None:
    """A's place is taken by a truck that stands in line from 0:10, before B of 0:20: 1:00, B at 2:00."""
    missed = Booked("empty_for_perishable", (10,), enters=frozenset({"equeue.2"}))
    found = go(open_road(overrides=ONE_AN_HOUR), missed, Booked(TRIP, (20,)))
    assert found.starts("home.empty_for_perishable", "equeue.2") == [60]
    assert found.starts(HOME, "equeue") == [120]


def test_shares_of_those_who_do_not_come_and_book_again_are_those_of_the_evidence() -> None:
    done = road_home.work(site_of(scenario()))

    def highest(step: str) -> dict[str, float]:
        return {each.purpose: each.high for each in done[step].when}

    # 8 % miss their first slot, 8 % of these the second; 70 % of those who missed one come back themselves
    assert highest("equeue.2") == {"equeue.missed": 0.08}
    assert highest("rebooking.2") == {"equeue.missed": 0.08, "rebooking.same.2": 0.7}
    assert highest("equeue.3") == {"equeue.missed": 0.08**2}
    assert highest("rebooking.3") == {"equeue.missed": 0.08**2, "rebooking.same.3": 0.7}
    assert "equeue.4" not in done
    later = done["rebooking.2"].duration
    assert later is not None
    assert (later.family, later.mean) == ("exponential", 3 * MS_PER_DAY)


def test_without_an_electronic_queue_nobody_misses_a_slot() -> None:
    done = road_home.work(site_of(scenario(overrides={"road.bakhty.kz_to_cn.equeue.enabled": False})))
    missed = [each for each in done["equeue.2"].when if each.purpose == "equeue.missed"]
    assert [each.high for each in missed] == [0.0]


def test_a_share_of_those_who_stay_away_may_be_all_of_them() -> None:
    case = open_road(overrides={"road.bakhty.kz_to_cn.equeue.no_show_share": 100.0, SLOTS: 24.0})
    assert road_queue.calls(site_of(case), case.first_day) == 24


def test_trucks_come_about_an_hour_before_their_slot_and_none_before_it_is_called() -> None:
    trip = road_home.work(site_of(scenario()))["trip"].duration
    assert trip is not None
    # called six hours ahead; at the gate an hour early in the mean, two hours more or less
    assert abs(trip.mean / MS_PER_HOUR - 5.0) < 0.05
    assert min(trip.points) >= 0
    spread = sum(p * (x / MS_PER_HOUR - 5.0) ** 2 for x, p in _with_shares(trip.points, trip.shares))
    assert abs(spread**0.5 - 2.0) < 0.1


def _with_shares(points: tuple[float, ...], shares: tuple[float, ...]) -> list[tuple[float, float]]:
    whole = sum(shares)
    return [(point, share / whole) for point, share in zip(points, shares, strict=True)]


def test_trucks_out_of_turn_go_first_as_far_as_the_cap_of_the_day_lets_them() -> None:
    """240 slots a day are 10 an hour, of which the cap of a day, 240 * 5 % * 60 % = 7.2, so 7, out of turn.

    Ten trucks at 0:05 use up the first hour; at 0:15 come 9 ordinary ones, at 0:20 ten that may go first. At
    1:00 seven of these go, then 3 ordinary ones; the other three stand behind the 6 that are left.
    """
    scope = Scope(BOTH_WAYS, BOTH_SIDES)
    case = open_road(overrides={SLOTS: 240.0}, corridors={"bakhty": Corridor({"equeue_out_of_turn": scope})})
    first = Booked("perishable_for_general", (20,) * 10, klass="out_of_turn", complies=True)
    found = go(case, first, Booked(TRIP, (5,) * 10 + (15,) * 9))
    assert found.starts("home.perishable_for_general", "equeue") == [60] * 7 + [120] * 3
    assert found.starts(HOME, "equeue") == [5] * 10 + [60] * 3 + [120] * 6


def test_slots_out_of_turn_of_a_day_are_not_there_again_in_its_next_hour() -> None:
    """Ten an hour and seven of a day, as above; slots of the next day are called from 18:00 on.

    At 1:00 seven of those go first and use up the day's. Of ten ordinary trucks of 1:05 three have what the
    hour has left; ten that may go first, of 1:06, stand behind the other seven: three go at 2:00,
    seven at 3:00. Of 30 of 17:05 ten are left at 18:00; ten of 18:09 find seven slots out of turn, at 19:00.
    """
    scope = Scope(BOTH_WAYS, BOTH_SIDES)
    case = open_road(overrides={SLOTS: 240.0}, corridors={"bakhty": Corridor({"equeue_out_of_turn": scope})})
    early = Booked(
        "perishable_for_general", (6,) * 7 + (66,) * 10 + (1089,) * 10, klass="out_of_turn", complies=True
    )
    found = go(case, early, Booked(TRIP, (5,) * 10 + (65,) * 10 + (1025,) * 30))
    starts = found.starts("home.perishable_for_general", "equeue")
    assert starts == [60] * 7 + [120] * 3 + [180] * 7 + [1140] * 7 + [1200] * 3
    others = [5] * 10 + [65] * 3 + [120] * 7 + [1025] * 10 + [1080] * 10 + [1140] * 3 + [1200] * 7
    assert found.starts(HOME, "equeue") == others


def test_a_full_waiting_area_keeps_trucks_from_driving_up() -> None:
    """One place; the first truck's drive takes an hour and its check at the gate ten minutes."""
    one = {"road.bakhty.kz_to_cn.approach.waiting_area_places": 1.0}
    found = go(open_road(overrides=one), Booked(TRIP, (0, 10), {"approach": 60, "kz.entry_gate": 10}))
    leg = f"kz_to_cn.{TRIP}"
    assert found.starts(leg, "approach") == [0, 60]
    assert found.account(leg, Account.BLOCKED) == [0, 50]
    assert found.starts(leg, "kz.entry_gate") == [60, 120]


def test_a_step_without_work_takes_no_time() -> None:
    assert road_home.work(site_of(scenario()))["equeue"] == Work()
