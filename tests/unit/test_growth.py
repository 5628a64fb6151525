"""Goals in money and containers become trucks and trains, by hand."""

from __future__ import annotations

import math
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kzsim import evidence
from kzsim.border import build, taking
from kzsim.border.growth import rail_flows, road_flows
from kzsim.border.labels import DIRECTIONS
from kzsim.evidence import EvidenceError, Parameters
from kzsim.experiments.plain import scenario_from
from kzsim.scenario import Growth, Scenario, ScenarioError, load, validate
from tests.unit.border_cases import scenario

ROAD = tuple(sorted(name for name, there in evidence.crossings().items() if "road" in there.modes))
RAIL = tuple(sorted(name for name, there in evidence.crossings().items() if "rail" in there.modes))
RAIL_WITH_PLANNED = (*RAIL, "bakhty")
SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"


def params(**overrides: float) -> Parameters:
    return Parameters(2023, {f"trade.{name}": value for name, value in overrides.items()})


def before_by_road(year: int):
    return lambda crossing: evidence.road_demand(crossing, year).flows


def before_by_rail(year: int):
    return lambda crossing: evidence.rail_demand(crossing, year).flows


def trucks(flows: object, way: str) -> int:
    return sum(flow.trucks for flow in flows[way].values())  # type: ignore[index]


def trains(flows: object, way: str, *but: str) -> float:
    return math.fsum(
        flow.trains_per_day.number
        for klass, flow in flows[way].items()  # type: ignore[index]
        if klass not in but
    )


def test_twice_the_turnover_is_twice_the_trucks_that_are_no_transit() -> None:
    base = evidence.road_demand("bakhty", 2023)
    flows = road_flows(Growth(60.0), params(transit_share_road=20.0), "bakhty", 2023, before_by_road(2023))
    for way in DIRECTIONS:
        assert trucks(flows, way) == round(base.trucks_each_way.number * (1 + 0.8))
        general = base.flows[way]["general"].trucks
        assert flows[way]["general"].trucks == round(1.8 * general)


def test_tonnes_may_grow_by_less_than_value() -> None:
    less = road_flows(
        Growth(60.0),
        params(tonnes_per_value=0.5, transit_share_road=0.0),
        "bakhty",
        2023,
        before_by_road(2023),
    )
    general = evidence.road_demand("bakhty", 2023).flows["cn_to_kz"]["general"].trucks
    assert less["cn_to_kz"]["general"].trucks == round(general * math.sqrt(2))


def test_transit_by_rail_does_not_follow_the_trade_and_empties_follow_the_loaded_trains() -> None:
    base = evidence.rail_demand("dostyk", 2023).flows
    flows = rail_flows(Growth(60.0), params(transit_share_rail=40.0), "dostyk", 2023, before_by_rail(2023))
    there, before = flows["kz_to_cn"], base["kz_to_cn"]
    assert there["container"].trains_per_day.number == pytest.approx(
        1.6 * before["container"].trains_per_day.number
    )
    assert there["grain"].trains_per_day.number == pytest.approx(2 * before["grain"].trains_per_day.number)
    assert there["empties"].trains_per_day.number == pytest.approx(
        1.6 * before["empties"].trains_per_day.number
    )


def test_dollars_of_farm_goods_are_carried_in_full_by_both_modes_together() -> None:
    known = params(farm_export_value=500.0, farm_export_rail_share=60.0, backload_share=25.0)
    goal = Growth(farm_exports_bn_usd=1.0)
    more_road = more_empty = back_empty = 0.0
    for name in ROAD:
        before, after = (
            evidence.road_demand(name, 2023).flows,
            road_flows(goal, known, name, 2023, before_by_road(2023)),
        )
        for klass in ("grain_and_oilseed", "other_agri"):
            flow = after["kz_to_cn"][klass]
            more_road += (flow.trucks - before["kz_to_cn"][klass].trucks) * flow.load_t
        more_empty += after["kz_to_cn"]["empty"].trucks - before["kz_to_cn"]["empty"].trucks
        back_empty += after["cn_to_kz"]["empty"].trucks - before["cn_to_kz"]["empty"].trucks
        assert trucks(after, "kz_to_cn") == trucks(after, "cn_to_kz")
    by_rail = math.fsum(
        (
            trains(rail_flows(goal, known, name, 2023, before_by_rail(2023)), "kz_to_cn", "empties")
            - trains(base, "kz_to_cn", "empties")
        )
        * 365
        * base["kz_to_cn"]["grain"].net_t_per_train
        for name in RAIL
        for base in (evidence.rail_demand(name, 2023).flows,)
    )
    assert by_rail == pytest.approx(1.2e6)
    assert more_road == pytest.approx(0.8e6, rel=1e-3)  # whole trucks
    loads = 0.8e6 / 21.5  # between 21 and 22 t
    assert more_empty == pytest.approx(-0.25 * loads, rel=0.03)
    assert back_empty == pytest.approx(0.75 * loads, rel=0.03)


def test_no_more_loads_go_on_empty_trucks_than_there_are() -> None:
    known = params(farm_export_value=250.0, farm_export_rail_share=0.1, backload_share=90.0)
    flows = road_flows(Growth(farm_exports_bn_usd=100.0), known, "bakhty", 2023, before_by_road(2023))
    assert flows["kz_to_cn"]["empty"].trucks == 0
    assert trucks(flows, "kz_to_cn") == trucks(flows, "cn_to_kz")


def test_containers_of_the_trans_caspian_route_become_trains_over_two_crossings() -> None:
    known = params(
        trans_caspian_teu=43000.0,
        trans_caspian_share_from_china=50.0,
        trans_caspian_back_share=20.0,
    )
    known = Parameters(
        2023,
        {
            **known.overrides,
            "rail.nur_zholy.both.trans_caspian.share": 75.0,
            "rail.dostyk.both.trans_caspian.share": 25.0,
        },
    )
    more = {}
    for name in RAIL:
        base = evidence.rail_demand(name, 2023).flows
        flows = rail_flows(Growth(trans_caspian_teu=116000.0), known, name, 2023, before_by_rail(2023))
        more[name] = [
            trains(flows, way, "empties") - trains(base, way, "empties") for way in ("cn_to_kz", "kz_to_cn")
        ]
        assert trains(flows, "kz_to_cn", "container", "empties") == trains(
            base, "kz_to_cn", "container", "empties"
        )
    # 73,000 TEU more, half of them from China: 365 trains of 100 TEU, one a day
    assert more["nur_zholy"] == pytest.approx([0.75, 0.15])
    assert more["dostyk"] == pytest.approx([0.25, 0.05])


def test_only_the_parts_that_crossings_have_of_the_route_count_and_one_without_has_none_of_it() -> None:
    """Shares of 20 and 60 are a quarter and three quarters; a planned railway counts where simulated."""
    shares = {"rail.nur_zholy.both.trans_caspian.share": 60.0, "rail.dostyk.both.trans_caspian.share": 20.0}
    known = Parameters(2025, shares)
    more = {}
    for name in (*RAIL, "bakhty"):
        base = evidence.rail_demand(name, 2025).flows
        flows = rail_flows(Growth(trans_caspian_teu=150000.0), known, name, 2025, before_by_rail(2025))
        more[name] = (
            trains(flows, "cn_to_kz")
            - trains(base, "cn_to_kz")
            - (trains(flows, "cn_to_kz", "container") - trains(base, "cn_to_kz", "container"))
        )
    assert more["nur_zholy"] == pytest.approx(3 * more["dostyk"])
    assert more["bakhty"] == 0.0


COMBINED = """
extends: scenarios/trade_35bn_2030.yaml
simulate: {road: [], rail: [dostyk, nur_zholy, bakhty]}
crossings:
  dostyk: {rail: {demand: 80 %}}
  nur_zholy: {rail: {demand: 80 %}}
"""


def combined(tmp_path: Path, text: str = COMBINED, *also: str) -> Scenario:
    shutil.copytree(SCENARIOS, tmp_path / "scenarios", dirs_exist_ok=True)
    path = tmp_path / "both.yaml"
    path.write_text("\n".join((text, *also)), encoding="utf-8")
    return load(path)


def trains_of(case: Scenario, klass: str, way: str) -> dict[str, float]:
    """Trains expected in a scenario's days, by crossing."""
    return {
        source.name.split(".")[1]: math.fsum(source.arrivals.expected)
        for source in build(case).network.sources
        if source.route.endswith(f"{way}.{klass}")
    }


def test_a_planned_railway_grows_with_the_trade(tmp_path: Path) -> None:
    """Shipped lever on shipped lever: five sixths of 35 over 30 bn, less transit, at all three railways."""
    grown = combined(tmp_path)
    assert (grown.growth.turnover_bn_usd, grown.rail) == (35.0, ("bakhty", "dostyk", "nur_zholy"))
    plain = replace(grown, growth=Growth())
    for klass, factor in (("grain", 35 / 30), ("container", 1 + 0.52 / 6)):
        before, after = (trains_of(case, klass, "kz_to_cn") for case in (plain, grown))
        for crossing in RAIL_WITH_PLANNED:
            assert after[crossing] == pytest.approx(factor * before[crossing], rel=1e-3)


def test_the_same_combination_may_start_from_the_planned_railway(tmp_path: Path) -> None:
    text = "extends: scenarios/ayagoz_bakhty_rail.yaml\ngrowth: {trade_turnover: 35 bn USD}\n"
    with pytest.raises(ScenarioError, match=r"no turnover of 2025 to start from.*set 'year: 2023'"):
        combined(tmp_path, text)
    case = combined(tmp_path, text, "year: 2023")
    way = ("container", "cn_to_kz")
    assert trains_of(case, *way) == trains_of(combined(tmp_path), *way)


@pytest.mark.parametrize(
    ("goal", "klass", "way", "more"),
    [
        # 60 % of a billion at 500 dollars a tonne, 2,000 t a train
        ("farm_exports: 1 bn USD", "grain", "kz_to_cn", 600),
        # half of 150,000 TEU more come from China, 100 a train
        ("trans_caspian: 193000 TEU/year", "container", "cn_to_kz", 750),
    ],
)
def test_what_a_goal_adds_is_carried_in_full_with_a_planned_railway_that_takes_its_part(
    tmp_path: Path, goal: str, klass: str, way: str, more: float
) -> None:
    steps = (
        "parameters: {trade.farm_export_value: 500 USD/t, trade.farm_export_rail_share: 60 %, "
        "trade.trans_caspian_teu: 43000 TEU/year, trade.trans_caspian_share_from_china: 50 %}"
    )
    grown = combined(tmp_path, COMBINED, f"growth: {{trade_turnover: null, {goal}}}", steps)
    plain = replace(grown, growth=Growth())
    before, after = (trains_of(case, klass, way) for case in (plain, grown))
    added = {name: after[name] - before[name] for name in RAIL_WITH_PLANNED}
    assert math.fsum(added.values()) == pytest.approx(more, rel=1e-3)
    assert added["bakhty"] == pytest.approx(more / 5, rel=0.02)  # a fifth, in tenths of trains a day


def test_a_route_of_which_no_railway_has_a_share_is_refused() -> None:
    known = Parameters(2023, dict.fromkeys((f"rail.{name}.both.trans_caspian.share" for name in RAIL), 0.0))
    with pytest.raises(EvidenceError, match="no railway has a share of the Trans-Caspian route"):
        rail_flows(Growth(trans_caspian_teu=1e5), known, "dostyk", 2023, before_by_rail(2023))


def test_a_goal_that_is_the_years_own_changes_nothing() -> None:
    case = replace(scenario(date(2023, 6, 5), 3, road=ROAD, rail=RAIL), growth=Growth(30.0, 0.0, 43000.0))
    plain = replace(case, growth=Growth())
    assert build(case).network.sources == build(plain).network.sources


def test_a_turnover_that_is_not_known_is_refused() -> None:
    with pytest.raises(EvidenceError, match="the turnover of 2025 is not in the evidence"):
        road_flows(Growth(35.0), Parameters(2025), "bakhty", 2025, before_by_road(2025))


def written(tmp_path: Path, growth: str, year: int = 2023) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(f"title: t\nyear: {year}\ngrowth: {{{growth}}}\n", encoding="utf-8")
    return path


def test_goals_are_read_with_their_units_and_survive_the_way_to_another_process(tmp_path: Path) -> None:
    text = "trade_turnover: 35 bn USD, farm_exports: 1 bn USD, trans_caspian: 300000 TEU/year"
    case = load(written(tmp_path, text))
    assert case.growth == Growth(35.0, 1.0, 300000.0)
    assert scenario_from(case.canonical()).growth == case.growth
    assert "growth" not in replace(case, growth=Growth()).canonical()


@pytest.mark.parametrize(
    ("text", "year", "message"),
    [
        ("trade_turnover: 35", 2023, "a unit is missing after 35"),
        ("trade_turnover: 35 bn KZT", 2023, "'bn KZT' does not fit here"),
        ("trade_turnover: 0 bn USD", 2023, "without any trade"),
        ("trade_turnover: 35 bn USD", 2025, "the evidence has no turnover of 2025 to start from"),
        ("trans_caspian: 300000 containers", 2023, "'containers' does not fit here"),
        ("turnover: 35 bn USD", 2023, "did you mean 'trade_turnover'?"),
    ],
)
def test_a_mistake_in_a_goal_is_named(tmp_path: Path, text: str, year: int, message: str) -> None:
    problems = validate(written(tmp_path, text, year))
    assert any(message in problem.message for problem in problems), [p.message for p in problems]
    assert {problem.severity for problem in problems} == {"error"}


def test_a_goal_below_the_years_containers_is_warned_of(tmp_path: Path) -> None:
    case = load(written(tmp_path, "trans_caspian: 1000 TEU/year"))
    assert ["is less than the 43,000 TEU of 2023" in problem.message for problem in case.warnings] == [True]


def test_a_run_remembers_every_flow_that_its_goal_was_spread_over() -> None:
    known = Parameters(2023, {})
    taking.road_demand(known, "bakhty", 2023, Growth(farm_exports_bn_usd=1.0))
    for name in ROAD:
        flow = evidence.road_demand(name, 2023).flows["kz_to_cn"]["other_agri"]
        taken = known.taken[f"demand.road.{name}.kz_to_cn.other_agri.before_growth"]
        assert taken.value == {"trucks": flow.trucks, "load_t": flow.load_t}
    assert (
        known.taken["demand.road.bakhty.kz_to_cn.other_agri"].value["trucks"]
        > (known.taken["demand.road.bakhty.kz_to_cn.other_agri.before_growth"].value["trucks"])
    )


def test_a_year_without_goals_remembers_nothing_before_growth() -> None:
    known = Parameters(2023, {})
    taking.road_demand(known, "bakhty", 2023)
    assert not any(name.endswith("before_growth") for name in known.taken)
