"""The hand-over yard in China, truck by truck: trucks and loads that wait for each other, bays, places."""

from __future__ import annotations

from kzsim.network import Account
from kzsim.network.model import ChoiceStage
from kzsim.scenario import Corridor, Scope
from tests.unit.border_cases import BOTH_SIDES, BOTH_WAYS
from tests.unit.road_cases import Booked, go, open_road

GENERAL, FRUIT = "empty_for_general", "empty_for_perishable"
PAIRING, HANDLING = Account.PAIRING, Account.HANDLING


def test_a_truck_waits_in_the_yard_for_the_load_that_comes_later() -> None:
    """Booked at 0:10 and over the border at once; its load comes 90 minutes after the booking."""
    found = go(open_road(), Booked(GENERAL, (10,), lead=90))
    assert found.arrived(f"yard.{GENERAL}") == [10]
    assert found.left(f"yard.{GENERAL}") == [100]
    assert found.account(f"yard.{GENERAL}", PAIRING) == [90]
    assert found.arrived(f"cn_to_kz.{GENERAL}") == found.left(f"cn_to_kz.{GENERAL}") == [100]
    assert found.account(f"cn_to_kz.{GENERAL}", PAIRING) == [0]


def test_a_load_waits_in_the_yard_for_the_truck_that_comes_later() -> None:
    """The truck needs 4 h to the border; its load is there after 90 minutes, and waits for 150."""
    found = go(open_road(), Booked(GENERAL, (10,), {"trip": 240}, lead=90))
    assert found.account(f"yard.{GENERAL}", PAIRING) == [0]
    assert found.arrived(f"cn_to_kz.{GENERAL}") == [100]
    assert found.account(f"cn_to_kz.{GENERAL}", PAIRING) == [150]
    assert found.left(f"cn_to_kz.{GENERAL}") == [250]


def test_the_first_load_is_taken_by_the_first_truck_whatever_it_came_for() -> None:
    """The truck of 0:10 came for general goods, due at 3:10; fruit, of that of 0:20, comes 1:20."""
    found = go(open_road(), Booked(GENERAL, (10,), lead=180), Booked(FRUIT, (20,), lead=60))
    assert found.left(f"yard.{GENERAL}") == [80]
    assert found.left(f"yard.{FRUIT}") == [190]
    assert found.left(f"cn_to_kz.{FRUIT}") == [80]
    assert found.left(f"cn_to_kz.{GENERAL}") == [190]


def loads_in_line(*measures: str, second: str = FRUIT) -> tuple[list[float], list[float]]:
    """When general goods of 1:00 and a load of 1:30, which complies, leave; trucks come at 2:00 and 3:00."""
    scope = Scope(BOTH_WAYS, BOTH_SIDES)
    case = open_road(corridors={"bakhty": Corridor(dict.fromkeys(measures, scope))})
    found = go(
        case,
        Booked(GENERAL, (0,), {"trip": 120}, lead=60),
        Booked(second, (0,), {"trip": 180}, lead=90, complies=True),
    )
    return found.left(f"cn_to_kz.{GENERAL}"), found.left(f"cn_to_kz.{second}")


def test_perishables_of_the_corridor_get_the_first_free_truck_where_its_rules_say_so() -> None:
    assert loads_in_line() == ([120], [180])
    assert loads_in_line("priority_class") == ([180], [120])


def test_other_users_of_the_corridor_wait_for_a_truck_like_everybody() -> None:
    assert loads_in_line("priority_class", second="empty_for_grain_and_oilseed") == ([120], [180])


def test_a_load_occupies_one_of_the_bays_while_it_is_handed_over() -> None:
    """Two bays, three loads at once, an hour each."""
    two = {"road.bakhty.cn_to_kz.handover.bays": 2.0}
    found = go(open_road(overrides=two), Booked(GENERAL, (0, 0, 0), {"handover": 60}))
    leg = f"cn_to_kz.{GENERAL}"
    assert found.left(leg) == [60, 60, 120]
    assert found.account(leg, HANDLING) == [60, 60, 60]
    assert found.account(leg, Account.QUEUE) == [0, 0, 60]


def test_trucks_unload_at_the_same_bays() -> None:
    """One bay: the truck with goods of 0:00 unloads until 0:40, the load of 0:10 waits for that."""
    one = {"road.bakhty.cn_to_kz.handover.bays": 1.0}
    found = go(
        open_road(overrides=one),
        Booked("general_for_empty", (0,), {"unload": 40}),
        Booked(GENERAL, (10,), {"handover": 60}),
    )
    assert found.left("kz_to_cn.general_for_empty") == [40]
    assert found.starts(f"cn_to_kz.{GENERAL}", "handover") == [40]
    assert found.left(f"cn_to_kz.{GENERAL}") == [100]


def test_some_loads_go_through_a_warehouse_after_the_hand_over() -> None:
    through = Booked(
        GENERAL, (0,), {"handover": 60, "handover.warehouse": 180}, enters=frozenset({"handover.warehouse"})
    )
    found = go(open_road(), through)
    assert found.account(f"cn_to_kz.{GENERAL}", HANDLING) == [240]


def test_a_full_yard_keeps_trucks_in_the_exit_lane_of_the_chinese_post() -> None:
    """One place and one exit lane. The first truck waits for its load until 10:00.

    The second, of 0:10, has been checked and has no place to go; the third, of 0:20, waits for the
    lane. At 10:00 the second drives in, and the third is checked: it waits until the second has its load.
    """
    tight = {
        "road.bakhty.cn_to_kz.handover.truck_places": 1.0,
        "road.bakhty.kz_to_cn.cn.exit_gate.lanes": 1.0,
    }
    found = go(open_road(overrides=tight), Booked(GENERAL, (0, 10, 20), lead=600))
    leg = f"kz_to_cn.{GENERAL}"
    assert found.starts(leg, "cn.exit_gate") == [0, 10, 600]
    assert found.starts(leg, "yard_drive") == [0, 600, 610]
    assert found.account(leg, Account.BLOCKED) == [0, 590, 580 + 10]
    assert found.left(f"yard.{GENERAL}") == [600, 610, 620]


def test_a_full_yard_of_loads_lets_no_further_load_in_to_be_paired() -> None:
    """One place for loads, which the first keeps until the end of its hand-over at 1:00."""
    one = {"road.bakhty.cn_to_kz.handover.cargo_places": 1.0}
    found = go(open_road(overrides=one), Booked(GENERAL, (0, 0), {"handover": 60}))
    leg = f"cn_to_kz.{GENERAL}"
    assert found.account(leg, Account.BLOCKED) == [0, 60]
    assert found.left(leg) == [60, 120]
    assert found.account(f"yard.{GENERAL}", PAIRING) == [0, 60]


def test_who_goes_home_empty_turns_round_in_the_yard() -> None:
    """A truck with goods unloads for 40 min, then passes both posts and the strip at once."""
    found = go(open_road(), Booked("general_for_empty", (0,), {"yard_drive": 5, "unload": 40, "neutral": 10}))
    assert found.left("kz_to_cn.general_for_empty") == [55]
    assert found.arrived("cn_to_kz.general_for_empty") == [55]
    assert found.left("cn_to_kz.general_for_empty") == [65]
    assert found.account("cn_to_kz.general_for_empty", PAIRING) == [0]


def test_a_truck_goes_home_empty_if_too_many_wait_before_it() -> None:
    """Its patience is an hour. Three trucks wait at 1:00, as many loads as come in less than a day.

    That is longer than an hour: who comes at 1:10 goes at once. Those of 0:10 could not know of each other.
    """
    case = open_road(overrides={"road.all.cn_to_kz.handover.return_empty_after": 1.0})
    found = go(case, Booked(GENERAL, (10, 10, 10, 70), lead=600))
    (stage,) = (s for s in found.program.network.stages if isinstance(s, ChoiceStage))
    assert 3 * stage.alternatives[0].interval_ms > 3_600_000
    assert found.left(f"yard.{GENERAL}") == [610, 610, 610, 70]
    assert found.arrived(f"cn_to_kz.{GENERAL}.empty") == [70]
    # its load is there at 11:10, and nobody to take it
    assert found.left(f"cn_to_kz.{GENERAL}") == [610, 610, 610, -1]


def test_a_truck_waits_whose_patience_is_longer() -> None:
    case = open_road(overrides={"road.all.cn_to_kz.handover.return_empty_after": 168.0})
    found = go(case, Booked(GENERAL, (10, 10, 10, 70), lead=600))
    assert found.left(f"yard.{GENERAL}") == [610, 610, 610, 670]
    assert found.arrived(f"cn_to_kz.{GENERAL}.empty") == []


def test_a_truck_that_has_brought_goods_takes_a_load_home() -> None:
    """It unloads until 0:40; its load, due at 0:30, has waited for 10 min and takes an hour to hand over."""
    trip = "general_for_general"
    found = go(open_road(), Booked(trip, (0,), {"unload": 40, "handover": 60}, lead=30))
    assert found.arrived(f"yard.{trip}") == [40]
    assert found.account(f"yard.{trip}", PAIRING) == [0]
    assert found.account(f"cn_to_kz.{trip}", PAIRING) == [10]
    assert found.left(f"cn_to_kz.{trip}") == [100]
