from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from kzsim.indicators import tables
from kzsim.indicators.binding import Binding, binding
from kzsim.indicators.choices import choice_table
from kzsim.indicators.collect import Collected
from kzsim.indicators.comparison import Passage, compare, family
from kzsim.indicators.corridor_gains import corridor_gain_table
from kzsim.indicators.dictionary import INDICATORS, TABLES, table
from kzsim.indicators.judgements import growing, judge, not_through
from kzsim.indicators.layout import make_cells
from kzsim.indicators.offered import offers
from kzsim.indicators.worst import worst_table
from kzsim.network import Route, compile_network
from kzsim.network.model import MS_PER_DAY, MS_PER_HOUR
from tests.unit import indicators_world
from tests.unit.legs_world import BACK, GROUPS, OUT, START, collected, compared, layout, network, result

CALLED = (
    "arrivals_per_day",
    "throughput_per_day",
    "tonnes_per_day",
    "time_cost",
    "tfi1_kz",
    "tfi1_kz_p50",
    "tfi2_kz",
    "tfi2_kz_p50",
    "tfi1_cn",
    "tfi1_cn_p50",
    "tfi2_cn_p50",
)


@pytest.fixture(scope="module")
def seen() -> Collected:
    return collected()


@pytest.fixture(scope="module")
def rows(seen: Collected) -> pd.Series:
    found = tables.indicator_table(seen)
    keys = ["direction", "class", "corridor", "indicator"]
    return found.set_index(keys).sort_index()["mean"]


def of(rows: pd.Series, direction: str, klass: str, indicator: str, corridor: str = "all") -> float:
    return float(rows[direction, klass, corridor, indicator])


def test_cells_of_other_legs_stand_after_the_classes_of_the_crossing() -> None:
    cells, member = make_cells(GROUPS)
    keys = [(cell.direction, cell.klass) for cell in cells if cell.corridor == "all"]
    assert keys == [
        *((OUT[2], klass) for klass in ("all", "loaded", "agricultural", "rest", "general", "perishable")),
        *((OUT[2], klass) for klass in ("at_home", "at_home_agricultural", "at_home_rest")),
        *((OUT[2], klass) for klass in ("in_yard", "in_yard_agricultural", "in_yard_rest")),
        *((BACK[2], klass) for klass in ("all", "loaded", "agricultural", "rest", "general", "perishable")),
    ]
    everybody = [np.flatnonzero(m).tolist() for c, m in zip(cells, member, strict=True) if c.whole_flow]
    assert everybody == [[2, 3], [4, 5]]
    users = {c.klass: np.flatnonzero(m).tolist() for c, m in zip(cells, member, strict=True)
             if (c.direction, c.corridor) == (OUT[2], "user")}  # fmt: skip
    assert users["at_home"] == users["at_home_agricultural"] == [0]
    assert "at_home_rest" not in users


def test_first_figures_and_verdicts_speak_of_the_crossing_alone(seen: Collected) -> None:
    headlines = [seen.layout.cells[number].key for number in seen.layout.headlines]
    assert headlines == [(*OUT, "all", "all"), (*BACK, "all", "all")]
    assert family(seen.layout) == 6  # users and others: out, at home, back


def test_waiting_at_home_is_the_time_from_booking_to_call(rows: pd.Series) -> None:
    assert of(rows, OUT[2], "at_home_agricultural", "crossing_time") == 6
    assert of(rows, OUT[2], "at_home_rest", "crossing_time") == 12
    assert of(rows, OUT[2], "at_home", "crossing_time") == 9
    assert of(rows, OUT[2], "at_home", "account_quota") == 9


def test_the_crossing_time_has_no_hour_of_the_waiting_at_home(rows: pd.Series) -> None:
    assert of(rows, OUT[2], "agricultural", "crossing_time") == 2
    assert of(rows, OUT[2], "rest", "crossing_time") == 4
    assert of(rows, OUT[2], "rest", "account_tokens") == 2
    assert of(rows, OUT[2], "all", "account_quota") == 0


def test_the_wait_of_loads_and_the_wait_of_their_trucks_are_told_apart(rows: pd.Series) -> None:
    # of the load as part of its crossing, of the truck as a leg of its own
    assert of(rows, BACK[2], "agricultural", "account_pairing") == 12
    assert of(rows, BACK[2], "rest", "account_pairing") == 0
    assert of(rows, BACK[2], "agricultural", "crossing_time") == 12 + 6 + 1
    assert of(rows, OUT[2], "in_yard_agricultural", "account_pairing") == 0
    assert of(rows, OUT[2], "in_yard_rest", "account_pairing") == 4
    assert of(rows, OUT[2], "in_yard", "crossing_time") == 2


def test_what_95_per_cent_of_loads_wait_less_than_is_told_of_those_who_are_paired(rows: pd.Series) -> None:
    # half of all wait 12 h, kept to 8 significant bits
    assert of(rows, BACK[2], "all", "pairing_p95") == pytest.approx(12, rel=0.004)
    assert of(rows, BACK[2], "agricultural", "pairing_p95") == pytest.approx(12, rel=0.004)
    assert of(rows, BACK[2], "rest", "pairing_p95") == 0
    for klass in ("all", "in_yard", "at_home"):
        assert (OUT[2], klass, "all", "pairing_p95") not in rows.index


def test_what_gets_through_is_counted_once_a_journey(rows: pd.Series, seen: Collected) -> None:
    assert of(rows, OUT[2], "all", "throughput_per_day") == 2
    assert of(rows, OUT[2], "all", "tonnes_per_day") == 30
    assert of(rows, BACK[2], "all", "tonnes_per_day") == pytest.approx(30, rel=0.04)  # one is still inside
    told = {klass: set(rows.loc[(OUT[2], klass, "all")].index) for klass in ("all", "at_home")}
    assert set(CALLED) <= told["all"]
    assert told["at_home"] & set(CALLED) == {"arrivals_per_day"}
    column = [item.name for item in INDICATORS].index("throughput_per_day")
    cells = [cell.leg for cell in seen.layout.cells]
    has = ~np.isnan(seen.indicators[0][:, column])
    assert has.tolist() == [leg == "crossing" for leg in cells]


def test_what_perishables_lose_in_the_yard_is_part_of_what_they_lose(rows: pd.Series) -> None:
    # half a day in the yard and a quarter of a day at the bar, a tenth of 20 t a day, one load a day
    for klass in ("all", "agricultural", "perishable"):
        assert of(rows, BACK[2], klass, "perishables_lost_t_per_day") == pytest.approx(1.5)
    assert of(rows, BACK[2], "agricultural", "perishables_lost_usd_per_day") == pytest.approx(75)
    assert (BACK[2], "rest", "all", "perishables_lost_t_per_day") not in rows.index


def test_no_load_loses_more_than_it_is_worth() -> None:
    quickly = {"lost_per_day_warm": 1.5, "lost_per_day_cool": 1.5}
    groups = tuple(replace(one, **quickly) if one.value_usd else one for one in GROUPS)
    found = tables.indicator_table(collected(1, groups=groups))
    lost = found[found["indicator"] == "perishables_lost_t_per_day"].set_index(["class", "corridor"])["mean"]
    # three quarters of a day at one and a half a day
    assert lost["all", "all"] == pytest.approx(20)


def test_the_share_that_changed_the_crossing_is_of_those_who_chose(rows: pd.Series) -> None:
    assert of(rows, OUT[2], "at_home_agricultural", "share_changed") == 0
    assert of(rows, OUT[2], "at_home_rest", "share_changed") == 1
    assert of(rows, OUT[2], "at_home", "share_changed") == 0.5
    assert (OUT[2], "all", "all", "share_changed") not in rows.index


def test_choices_are_told_by_the_crossing_they_usually_use_and_the_one_chosen(seen: Collected) -> None:
    found = choice_table(seen)
    assert found is not None
    assert tuple(found.columns) == table("choices").names
    own = found[(found["class"] == "at_home") & (found["corridor"] == "all")]
    assert own[["crossing", "chosen", "per_day", "share"]].to_numpy().tolist() == [
        ["bakhty", "bakhty", 1.0, 0.5],
        ["bakhty", "dostyk", 1.0, 0.5],
    ]
    assert own[["low", "high"]].to_numpy().tolist() == [[0.5, 0.5]] * 2
    farm = found[(found["class"] == "at_home_agricultural") & (found["corridor"] == "user")]
    assert farm["share"].tolist() == [1.0, 0.0]


def test_who_has_no_choice_in_a_group_of_those_who_have_counts_as_of_the_usual_crossing() -> None:
    net = network()
    decided = Route(
        "decided",
        tuple(step for step in net.routes[0].steps if step.name in ("choice.dostyk", "equeue.dostyk")),
    )
    other = replace(net.sources[1], name="home decided", route="decided")
    work = {
        name: work for name, work in other.kinds[0].work.items() if name in ("choice.dostyk", "equeue.dostyk")
    }
    other = replace(other, kinds=(replace(other.kinds[0], work=work),))
    with_both = replace(net, routes=(*net.routes, decided), sources=(*net.sources, other))
    program = compile_network(with_both)
    names = [program.alternative_names[number] for number in offers(program)[1]]
    # "home decided" stands before "home general"
    assert names == ["bakhty.choice/dostyk", "bakhty.choice/bakhty"]
    # but the usual one is that of the group's own crossing, wherever it stands on the route
    names = [program.alternative_names[number] for number in layout(program).offers[1]]
    assert names == ["bakhty.choice/bakhty", "bakhty.choice/dostyk"]
    assert layout(program).offers[2] == ()


def test_there_is_no_table_of_choices_where_nobody_has_one() -> None:
    assert choice_table(Collected(indicators_world.layout())) is None


def test_platforms_stand_beside_the_servers_with_the_share_of_time_not_idle(seen: Collected) -> None:
    found = tables.server_table(seen).set_index("pool")
    platforms = found.loc["platforms"]
    assert (platforms["stage"], platforms["side"], platforms["direction"]) == ("check", "kz", OUT[2])
    assert (platforms["servers"], platforms["open_share"]) == (1, 1)
    assert platforms["utilisation"] == pytest.approx(6 / 24)  # 12:00 to 15:00 and 15:00 to 18:00
    assert list(found.index)[-1] == "platforms"


def bound(seen: Collected) -> dict[str, Binding]:
    found = binding(
        seen.layout,
        seen.account_hours,
        seen.mean_busy_ms,
        seen.mean_capacity_ms,
        seen.cohort_total,
        seen.mean_idle_ms,
    )
    return {one.direction: one for one in found}


def test_a_quota_that_is_waited_for_at_home_is_what_binds(seen: Collected) -> None:
    out = bound(seen)[OUT[2]]
    assert (out.binds, out.element, out.cause) == ("quota", "bakhty.equeue", "at_home")
    # 3 h for the call to Bakhty and 1 h for the platform, of each who books there
    assert out.share_of_delay == pytest.approx(3 / 4)
    assert out.text == "quota: KZ electronic queue, waited for at home (75 % of waiting)"


def test_what_is_waited_for_another_crossing_does_not_bind_this_one(seen: Collected) -> None:
    # 12 h for the call to Dostyk of every other truck are more than all else
    assert "dostyk.equeue" not in {one.element for one in bound(seen).values()}


def test_platforms_that_bind_are_named_with_their_use() -> None:
    seen = collected(replications=1)
    hours = seen.account_hours
    at_border = binding(
        seen.layout, hours, seen.mean_busy_ms, seen.mean_capacity_ms, None, seen.mean_idle_ms
    )[0]
    assert (at_border.binds, at_border.cause) == ("tokens", "platforms")
    assert at_border.utilisation == pytest.approx(0.25)
    assert at_border.text == "tokens: platforms at KZ check, 25 % busy (100 % of waiting)"


def test_a_line_that_grows_at_home_is_said_to_be_at_home() -> None:
    seen = collected(called_days=1)
    (found,) = growing(seen)
    assert found.code == "growing_at_home"
    assert found.text.startswith("Bakhty (road, KZ to CN), waiting at home: the line still grows")
    late = {one.code: one for one in not_through(seen)}
    assert set(late) == {"not_come"}
    assert "100.0 % were not at the border within the 2 days of follow-up" in late["not_come"].text


def test_a_line_that_does_not_grow_is_not_said_to(seen: Collected) -> None:
    assert {one.code: one.ok for one in judge(seen)} == {
        "precision": True,
        "growing": True,
        "not_through": True,
    }


def test_hourly_readings_tell_who_waits_at_home_and_which_trucks_for_a_load(seen: Collected) -> None:
    made = tables.hourly_table(seen, START)
    assert made is not None
    third = (made["instant"] >= 72) & (made["instant"] < 96)
    for quantity, direction, wanted in (
        # at the full hour who came before it: to a from 7:00 to 12:00, to b from 7:00 to 18:00
        ("at_home", OUT[2], [0] * 7 + [2] * 6 + [1] * 6 + [0] * 5),
        ("in_yard", OUT[2], [0] + [1] * 4 + [0] * 19),
        ("inside", OUT[2], [0] * 13 + [1] + [2] + [1] * 3 + [0] * 6),
    ):
        own = made[third & (made["quantity"] == quantity) & (made["direction"] == direction)]
        assert own["mean"].tolist() == wanted, quantity
    line = third & (made["quantity"] == "in_line") & (made["stage"] == "pairing")
    assert made[line]["mean"].tolist() == [0] + [1] * 4 + [0] * 4 + [1] * 12 + [0] * 3


def test_the_longest_line_of_the_worst_day_may_be_of_loads_that_wait_for_a_truck(seen: Collected) -> None:
    days = worst_table(seen, START)
    assert days is not None
    back = days.set_index("direction").loc[BACK[2]]
    # 12 hours a day for one load; the truck that waits four hours for another is no part of the crossing
    assert (back["stage"], back["in_line"]) == ("pairing", pytest.approx(12 / 24))
    assert days.set_index("direction").loc[OUT[2], "stage"] == "check"


def test_a_comparison_counts_what_gets_through_once_a_journey(seen: Collected) -> None:
    groups = np.arange(len(GROUPS), dtype=np.int32)
    arrival = np.full(len(GROUPS), 2 * MS_PER_DAY, dtype=np.int64)
    work = np.full(len(GROUPS), MS_PER_HOUR, dtype=np.int64)
    phase = np.ones(len(GROUPS), dtype=np.int8)
    slow, quick = (Passage(arrival, arrival + hours * MS_PER_HOUR, work, phase) for hours in (26, 2))
    pair = compare(seen.layout, groups, slow, quick)
    made = tables.comparison_table(seen.layout, [pair, pair])
    own = made[made["corridor"] == "all"].set_index(["direction", "class", "indicator"])
    assert own.loc[(OUT[2], "at_home", "crossing_time"), "difference"] == -24
    assert (OUT[2], "at_home", "throughput_per_day") not in own.index
    assert own.loc[(OUT[2], "all", "throughput_per_day"), "base"] == pytest.approx(2 / 9)


def test_perishables_that_leave_earlier_are_saved(seen: Collected) -> None:
    groups = np.arange(len(GROUPS), dtype=np.int32)
    arrival = np.full(len(GROUPS), 2 * MS_PER_DAY, dtype=np.int64)
    work = np.zeros(len(GROUPS), dtype=np.int64)
    phase = np.ones(len(GROUPS), dtype=np.int8)
    base = Passage(arrival, arrival + 12 * MS_PER_HOUR, work, phase)
    quick = Passage(arrival, arrival, work, phase)
    one = replace(seen.layout)
    alone = Collected(one)
    alone.indicators.append(seen.indicators[0])
    (out, back) = corridor_gain_table(alone, one, [compare(one, groups, base, quick)]).to_dict("records")
    # one load of 20 t a week keeps a tenth of its value a day: half a day
    assert back["perishables_saved_t_per_day"] == pytest.approx(0.05 * 20 / 7, rel=1e-3)
    assert back["hours_saved_per_day"] == pytest.approx(2 * 12 / 7)
    assert math.isnan(out["perishables_saved_t_per_day"])


def test_a_comparison_tells_the_waiting_at_home_of_users_beside_their_crossing_time() -> None:
    seen, _, pairs = compared()
    found = tables.comparison_table(seen.layout, pairs).set_index(["class", "corridor", "indicator"])
    assert found.loc[("at_home", "user", "crossing_time"), "difference"] == -4
    assert found.loc[("at_home", "other", "crossing_time"), "difference"] == 0
    assert found.loc[("all", "user", "crossing_time"), "difference"].tolist() == [0, 0]


def test_every_table_of_such_a_run_has_the_columns_of_the_dictionary() -> None:
    made = result()
    for spec in TABLES:
        found = getattr(made, spec.name, None)
        if isinstance(found, pd.DataFrame):
            assert tuple(found.columns) == spec.names, spec.name
