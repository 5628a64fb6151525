"""What trains wait for at the border, followed by hand.

Means of the evidence of 2023 at Dostyk. From China: papers 6 h, customs 35 min, run 30 min, inspection
1.5 h, front 5 h, papers 30 h. To China: papers 1 h, inspection 1.5 h, run 30 min, customs 35 min, front
6.5 h (bulk 20 h), papers 10 h, laboratory 72 h.
"""

from __future__ import annotations

from datetime import date

import pytest

from kzsim.evidence import EvidenceError
from kzsim.network import Account
from tests.unit.rail_cases import episode, parts_of, scenario, traced

IN = "rail.dostyk.cn_to_kz."
OUT = "rail.dostyk.kz_to_cn."


def test_a_train_without_platforms_waits_until_those_of_the_first_one_are_back() -> None:
    """Unloaded at 13:35, 14:35, 15:35; wagons for two, the first's are back at 37:35. Paths at odd hours."""
    run = traced(
        "cn_to_kz",
        {"container": [0, 1, 2]},
        {f"{IN}platforms.pool": 100.0, f"{IN}platforms.return_time": 1.0},
    )
    assert run.waited_h("kz.platforms", Account.TOKENS) == 22.0
    assert run.waited_h("kz.container_yard", Account.BLOCKED) == 0.0
    assert run.left_h("container") == [45.0, 47.0, 69.0]  # 43:35, 44:35 and 67:35, and the next free path


def test_boxes_for_which_the_yard_has_no_place_stay_at_the_front() -> None:
    """Platforms for one train, a yard for one: the second waits there from 14:35, the third at its front."""
    run = traced(
        "cn_to_kz",
        {"container": [0, 1, 2]},
        {f"{IN}platforms.pool": 50.0, f"{IN}platforms.return_time": 1.0, f"{IN}yard.containers": 100.0},
    )
    assert run.waited_h("kz.container_yard", Account.BLOCKED) == 22.0  # 15:35 to 37:35
    assert run.waited_h("kz.platforms", Account.TOKENS) == 23.0 + 24.0  # to 37:35, and 37:35 to 61:35
    assert run.left_h("container") == [45.0, 69.0, 93.0]


def test_boxcars_and_bulk_need_no_platforms() -> None:
    for direction, klass in (("cn_to_kz", "boxcars"), ("kz_to_cn", "other_bulk")):
        source = next(s for s in parts_of(scenario(1, {}), direction).sources if s.name.endswith(klass))
        needs = {need.tokens for kind in source.kinds for work in kind.work.values() for need in work.needs}
        assert needs == {f"rail.dostyk.{direction}.locomotive"}


def test_a_pool_smaller_than_one_train_is_refused() -> None:
    with pytest.raises(EvidenceError, match=r"platforms.pool: 20 wagons are fewer than the 50"):
        traced("cn_to_kz", {"container": [0]}, {f"{IN}platforms.pool": 20.0})


def test_a_yard_smaller_than_one_train_is_refused() -> None:
    with pytest.raises(EvidenceError, match=r"yard.containers: 60 TEU are less than the 100"):
        traced("cn_to_kz", {"container": [0]}, {f"{IN}yard.containers": 60.0})


def test_a_train_departs_when_a_locomotive_is_back_from_its_turn() -> None:
    """Both are ready at 2:30; the second waits for the turn of 5.5 h of the first one's locomotive."""
    run = traced("kz_to_cn", {"other_bulk": [0, 0]}, {f"{OUT}loco.number": 1.0})
    assert run.waited_h("kz.locomotive", Account.TOKENS) == 5.5
    first = 2.5 + 0.5 + 35 / 60 + 20 + 10
    assert run.left_h("other_bulk") == [round(first, 3), round(first + 5.5, 3)]


def test_empties_go_with_a_locomotive_that_came_and_wait_for_none() -> None:
    run = traced("kz_to_cn", {"other_bulk": [0, 0], "empties": [0]}, {f"{OUT}loco.number": 1.0})
    assert run.left_h("empties") == [round(1.5 + 0.5 + 35 / 60, 3)]  # inspected first, there are two teams


def test_a_train_to_be_held_is_not_sent_without_a_siding_and_keeps_no_track_from_others() -> None:
    """The first is emptied at 82:05 and only then the second is sent; there is one track at each station."""
    run = traced(
        "kz_to_cn",
        {"grain": [0, 0], "other_bulk": [4, 30]},
        {
            f"{OUT}kz.receiving_tracks": 1.0,
            f"{OUT}cn.receiving_tracks": 1.0,
            f"{OUT}cn.grain.siding_places": 1.0,
            f"{OUT}cn.grain.sample_share": 100.0,
            f"{OUT}cn.grain.bulk_share": 0.0,
        },
    )
    emptied = 3 + 35 / 60 + 72 + 6.5
    assert run.waited_h("cn.siding", Account.BLOCKED) == round(emptied, 3)
    assert run.left_h("grain") == [round(emptied + 10, 3), round(2 * emptied + 10, 3)]
    assert run.left_h("other_bulk") == [round(each + 3 + 35 / 60 + 30, 3) for each in (4, 30)]
    for side in ("kz", "cn"):
        assert run.waited_h(f"{side}.receiving_tracks", Account.BLOCKED) == 0.0


def test_grain_in_hoppers_leaves_its_siding_when_it_is_emptied_though_it_needs_no_yard() -> None:
    run = traced(
        "kz_to_cn",
        {"grain": [0, 0]},
        {
            f"{OUT}cn.grain.siding_places": 1.0,
            f"{OUT}cn.grain.sample_share": 100.0,
            f"{OUT}cn.grain.bulk_share": 100.0,
        },
    )
    emptied = 3 + 35 / 60 + 72 + 20
    assert run.left_h("grain") == [round(emptied + 10, 3), round(2 * emptied + 10, 3)]


def test_grain_that_is_not_held_gives_its_track_up_when_it_is_emptied() -> None:
    """One track in China. Checked at 3:35, emptied of hoppers at 23:35; the next is let go then."""
    run = traced(
        "kz_to_cn",
        {"grain": [0, 0]},
        {
            f"{OUT}cn.receiving_tracks": 1.0,
            f"{OUT}cn.grain.sample_share": 0.0,
            f"{OUT}cn.grain.bulk_share": 100.0,
        },
    )
    emptied = 3 + 35 / 60 + 20
    assert run.left_h("grain") == [round(emptied + 10, 3), round(emptied + 0.5 + 35 / 60 + 20 + 10, 3)]


def test_a_train_that_is_not_sampled_is_reloaded_at_once() -> None:
    run = traced(
        "kz_to_cn", {"grain": [0]}, {f"{OUT}cn.grain.sample_share": 0.0, f"{OUT}cn.grain.bulk_share": 0.0}
    )
    assert run.left_h("grain") == [round(3 + 35 / 60 + 6.5 + 10, 3)]


def test_a_terminal_takes_so_many_trains_of_grain_in_hoppers_a_day_as_their_tonnes_allow() -> None:
    """2,000 t a day are one train; China's next day begins at 22:00 here."""
    run = traced(
        "kz_to_cn",
        {"grain": [0, 0]},
        {
            f"{OUT}cn.grain.reception": 2000.0,
            f"{OUT}cn.grain.sample_share": 0.0,
            f"{OUT}cn.grain.bulk_share": 100.0,
        },
    )
    assert run.waited_h("cn.reception", Account.QUOTA) == round(22 - (3 + 35 / 60), 3)
    assert run.left_h("grain") == [round(3 + 35 / 60 + 30, 3), 22.0 + 30.0]


def test_a_class_that_the_neighbour_bans_waits_at_the_slots_and_the_others_go_on() -> None:
    """No container trains on 1 and 2 March of China's calendar, which end at 22:00 on 2 March here."""
    ban = episode("slots.container", 0.0, date(2023, 3, 1), date(2023, 3, 2), "kz_to_cn")
    run = traced("kz_to_cn", {"container": [0], "other_bulk": [0]}, own=[ban])
    assert run.waited_h("kz.slot", Account.QUOTA) == 46 - 2.5
    assert run.left_h("container") == [round(46 + 0.5 + 35 / 60 + 6.5 + 10, 3)]
    assert run.left_h("other_bulk") == [round(2.5 + 0.5 + 35 / 60 + 30, 3)]


def test_a_class_of_which_the_neighbour_takes_one_a_day_sends_one_a_day_and_the_others_go_on() -> None:
    """All are ready at 2:30. China's days end at 22:00 here; the limit ends with its third of March."""
    limit = episode("slots.other_bulk", 1.0, date(2023, 3, 1), date(2023, 3, 3), "kz_to_cn")
    run = traced("kz_to_cn", {"container": [0, 0], "other_bulk": [0, 0, 0]}, own=[limit])
    behind = 0.5 + 35 / 60
    inspected = [1 + 1.5, 1 + 1.5, 1 + 3.0, 1 + 3.0, 1 + 4.5]  # by two teams, in the order of their classes
    boxes = [inspected[number] + behind + 6.5 + 10 for number in (0, 1)]
    assert run.left_h("container") == [round(each, 3) for each in boxes]
    bulk = [each + behind + 20 + 10 for each in (inspected[2], 22, 46)]
    assert run.left_h("other_bulk") == [round(each, 3) for each in bulk]


def test_wind_stops_the_cranes_in_the_open_and_they_go_on_with_the_same_train() -> None:
    """At its front from 20:35, a train has 1:35 of lifting left when the wind of 2 March begins."""
    wind = episode("wind.capacity_factor", 0.0, date(2023, 3, 2), date(2023, 3, 2), "both")
    still = {"rail.dostyk.both.wind.days": 0.0}
    run = traced("cn_to_kz", {"container": [12]}, still, [wind])
    assert run.waited_h("kz.front_container", Account.CLOSED) == 24.0
    assert run.left_h("container") == [81.0]  # unloaded at 49:35, papers until 79:35, the path at 81:00


def test_a_hall_and_boxcars_keep_working_in_the_wind() -> None:
    wind = episode("wind.capacity_factor", 0.0, date(2023, 3, 1), date(2023, 3, 3), "both")
    still = {"rail.dostyk.both.wind.days": 0.0}
    out = traced("kz_to_cn", {"container": [0, 0, 0], "other_bulk": [0]}, still, [wind])
    at_once = 3 + 35 / 60 + 6.5 + 10
    # two fronts are in the hall; the third train follows the first of them, and bulk waits for 4 March
    assert out.left_h("container")[:2] == [round(at_once, 3)] * 2
    assert out.waited_h("cn.front_container", Account.CLOSED) == 0.0
    # its front is in the open; the day is that of the station's clock, two hours earlier here
    assert out.left_h("other_bulk") == [70.0 + 20 + 10]
    back = traced("cn_to_kz", {"boxcars": [0]}, still, [wind])
    assert back.waited_h("kz.front_boxcar", Account.CLOSED) == 0.0
