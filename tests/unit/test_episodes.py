"""Dated episodes: what they set on their days, and what stays as it is."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from kzsim import evidence
from kzsim.border import build
from kzsim.border.demand import Bend, bent
from kzsim.border.labels import DIRECTIONS, Direction
from kzsim.draws import draw
from kzsim.engines import kernel, reference
from kzsim.experiments.once import outcome_hash
from kzsim.experiments.plain import scenario_from
from kzsim.experiments.sweeps.unknowns import unknowns
from kzsim.network.compile import compile_network
from kzsim.network.model import Calendar, GateStage, ServiceStage, Source
from kzsim.scenario import Episode, Over, Scenario, load, reported_episodes, validate
from kzsim.scenario.problems import Place
from tests.unit.border_cases import DAY_MS, parts_of, scenario

FIRST = date(2023, 6, 5)
SECOND, LAST = FIRST + timedelta(days=1), FIRST + timedelta(days=3)
QUOTA = 100  # of Bakhty in 2023; the test below says so
INTAKE = "road.bakhty.kz_to_cn.quota.cn_intake"


def episode(param: str, value: float, **more: object) -> Episode:
    """An episode of the evidence on the second to fourth day at Bakhty, towards China."""
    plain = Episode("e", ("bakhty",), "road", "kz_to_cn", SECOND, LAST, param, value)
    return replace(plain, **more)  # type: ignore[arg-type]


def with_episodes(*episodes: Episode, **more: object) -> Scenario:
    return scenario(FIRST, 7, episodes=episodes, **more)


def refills(case: Scenario, ending: str, direction: Direction = "kz_to_cn") -> list[int]:
    """What a gate of Bakhty is given on each of the first six days; the first is cut by the clocks.

    Trucks are called for their slots six hours before.
    """
    gate = next(s for s in parts_of(case, direction).stages if s.name.endswith(ending))
    assert isinstance(gate, GateStage)
    found = [0] * 8
    for refill in gate.refills:
        # China is two hours ahead: its days begin two hours before those of the run
        found[(refill.at_ms + 2 * DAY_MS // 24) // DAY_MS] += refill.overall
    return found[:6]


def test_the_intake_is_otherwise_on_the_days_of_an_episode_and_on_no_other() -> None:
    assert evidence.entry_for(INTAKE, 2023).number == QUOTA  # type: ignore[union-attr]
    case = with_episodes(episode("quota.cn_intake", 40))
    assert refills(case, ".intake") == [100, 40, 40, 40, 100, 100]


def test_the_slots_of_the_queue_follow_an_intake_that_is_otherwise() -> None:
    case = with_episodes(episode("quota.cn_intake", 50))
    # 50 trucks * 1.09 slots each
    assert refills(case, ".equeue")[1:5] == [54, 54, 54, 109]


def test_slots_of_an_episode_leave_the_intake_as_it_is() -> None:
    case = with_episodes(episode("equeue.slots", 50))
    assert refills(case, ".equeue")[1:5] == [50, 50, 50, 109]
    assert refills(case, ".intake")[1:5] == [100] * 4


def test_where_more_stay_away_than_in_the_year_fewer_are_called() -> None:
    case = with_episodes(episode("equeue.no_show_share", 20))
    # of 109 slots 80 % are used, and of those called 92 % come
    assert refills(case, ".equeue")[1:5] == [94, 94, 94, 109]


def test_the_episode_that_starts_later_goes_before_and_the_scenarios_own_before_both() -> None:
    first, later = episode("quota.cn_intake", 40), episode("quota.cn_intake", 30, key="f", first=LAST)
    assert refills(with_episodes(later, first), ".intake")[:5] == [100, 40, 40, 30, 100]
    own = episode("quota.cn_intake", 20, key="a", own=True)
    assert refills(with_episodes(first, later, own), ".intake")[:5] == [100, 20, 20, 20, 100]


def test_an_episode_holds_on_its_days_whatever_the_value_of_the_year() -> None:
    case = with_episodes(episode("quota.cn_intake", 40), overrides={INTAKE: 70.0})
    assert refills(case, ".intake") == [70, 40, 40, 40, 70, 70]
    slots = {"road.bakhty.kz_to_cn.equeue.slots": 80.0}
    case = with_episodes(episode("equeue.slots", 50), overrides=slots)
    assert refills(case, ".equeue")[1:5] == [50, 50, 50, 80]


def test_a_range_is_varied_also_where_an_episode_sets_another_value_for_some_days() -> None:
    few = Episode("s", ("dostyk",), "rail", "kz_to_cn", SECOND, LAST, "slots", 3)
    case = replace(scenario(FIRST, 7, road=(), rail=("dostyk",)), episodes=(few,))
    found = unknowns(case, Over(True, (), Place("over")))
    assert "rail.dostyk.kz_to_cn.slots" in {one.name for one in found.varied}


def test_an_intake_of_none_in_both_directions_shuts_the_crossing() -> None:
    case = with_episodes(episode("quota.cn_intake", 0, direction="both"))
    for direction in DIRECTIONS:
        for stage in parts_of(case, direction).stages:
            # the hand-over yard is no post: what lies there is handed over whether the border is open or not
            if isinstance(stage, ServiceStage) and stage.name != "bakhty.cn.handover":
                for day in (1, 2, 3):
                    # noon of the Kazakh day is within the hours of both sides
                    noon = day * DAY_MS + DAY_MS * 10 // 24
                    assert all(value_at(pool.capacity, noon) == 0 for pool in stage.pools), stage.name


def value_at(calendar: Calendar, instant: int) -> int:
    pairs = zip(calendar.at_ms, calendar.value, strict=True)
    return [value for start, value in pairs if start <= instant][-1]


def test_china_lets_out_no_more_than_an_episode_says_on_its_days() -> None:
    case = with_episodes(episode("quota.cn_to_kz_release", 12.5, direction="cn_to_kz"))
    found = refills(case, ".release", "cn_to_kz")
    assert found[1:4] == [12, 13, 12]
    assert min(found[0], found[4]) > 1000
    assert not [s for s in parts_of(scenario(FIRST, 7), "cn_to_kz").stages if s.name.endswith(".release")]


def per_day(source: Source) -> dict[int, float]:
    found: dict[int, float] = {}
    for day, expected in zip(source.arrivals.day, source.arrivals.expected, strict=True):
        found[day] = found.get(day, 0.0) + expected
    return found


def test_demand_of_an_episode_that_the_count_of_the_year_has_already_moves_within_the_year() -> None:
    stop = episode("demand.perishable", 0.0, counted=True)
    year = {"first": date(2023, 1, 1), "days": 365}
    before = {s.name: per_day(s) for s in parts_of(scenario(**year)).sources}  # type: ignore[arg-type]
    after = {s.name: per_day(s) for s in parts_of(scenario(**year, episodes=(stop,))).sources}  # type: ignore[arg-type]
    days = [(day - date(2023, 1, 1)).days for day in (SECOND, LAST)]
    perishable = {name for name in before if name.startswith("road.bakhty.home.perishable_for_")}
    assert perishable
    for name in perishable:
        assert math.fsum(after[name].values()) == pytest.approx(math.fsum(before[name].values()))
        assert [after[name][day] for day in days] == [0.0, 0.0]
        assert after[name][0] > before[name][0]
    assert all(after[name] == before[name] for name in before if name not in perishable)


def test_an_episode_of_demand_from_china_concerns_the_empty_trucks_that_go_to_fetch_it() -> None:
    stop = episode("demand.perishable", 0.0, direction="cn_to_kz", own=True)
    before, after = (
        {s.name.rpartition(".")[2]: per_day(s) for s in parts_of(case).sources if ".home." in s.name}
        for case in (scenario(FIRST, 7), with_episodes(stop))
    )
    assert after["empty_for_perishable"][1] == after["empty_for_perishable"][3] == 0.0
    changed = {trip for trip in before if before[trip] != after[trip]}
    assert changed == {"empty_for_perishable"}


@pytest.mark.parametrize("direction", ["kz_to_cn", "cn_to_kz", "both"])
def test_demand_of_an_episode_of_ones_own_is_lost(direction: str) -> None:
    half = episode("demand.all", 0.5, own=True, direction=direction)
    before, after = (parts_of(case).sources for case in (scenario(FIRST, 7), with_episodes(half)))
    for old, new in zip(before, after, strict=True):
        if ".home." not in old.name:
            assert old == new  # who follows comes as others leave
            continue
        was, now = per_day(old), per_day(new)
        # who brings goods comes for these, who goes empty for those from China
        comes_for = "cn_to_kz" if ".empty_for_" in old.name else "kz_to_cn"
        some = 0.5 if direction in (comes_for, "both") else 1.0
        assert [now[day] / was[day] for day in range(5)] == pytest.approx([1, some, some, some, 1])


def test_demand_is_cut_at_a_cap_and_the_rest_comes_on_other_days() -> None:
    jan = Bend(date(2023, 1, 1), date(2023, 1, 31), most=4.0, moved=True)
    daily = bent(lambda _: 10.0, [jan], 2023)
    assert daily(date(2023, 1, 15)) == 4.0
    assert daily(date(2023, 2, 1)) == pytest.approx(10 + 6 * 31 / 334)


def test_demand_that_can_come_on_no_other_day_is_refused() -> None:
    with pytest.raises(ValueError, match="no other day"):
        bent(lambda _: 10.0, [Bend(date(2023, 1, 1), date(2023, 12, 31), 0.5, moved=True)], 2023)


def servers(case: Scenario, stage: str, direction: Direction = "kz_to_cn") -> list[int]:
    """Servers of Bakhty's Kazakh post at ten in the morning of the first six days."""
    found = next(s for s in parts_of(case, direction).stages if s.name.endswith(f"kz.{stage}"))
    assert isinstance(found, ServiceStage)
    at = [day * DAY_MS + DAY_MS * 10 // 24 for day in range(6)]
    return [sum(value_at(pool.capacity, instant) for pool in found.pools) for instant in at]


def test_a_post_has_its_share_of_servers_on_the_days_of_an_episode() -> None:
    officers = servers(scenario(FIRST, 7), "documents")[0]
    fewer = servers(with_episodes(episode("kz.capacity_factor", 0.5)), "documents")
    assert fewer[0] == fewer[4] == officers
    assert abs(sum(fewer[1:4]) - 1.5 * officers) < 1
    assert servers(with_episodes(episode("kz.capacity_factor", 0.0)), "documents")[1:4] == [0, 0, 0]
    assert servers(with_episodes(episode("cn.capacity_factor", 0.0)), "documents") == [officers] * 6


def test_scanners_that_both_directions_share_are_fewer_if_both_directions_are_concerned() -> None:
    whole = servers(scenario(FIRST, 7), "scan")
    assert servers(with_episodes(episode("kz.capacity_factor", 0.0)), "scan") == whole
    shut = with_episodes(episode("kz.capacity_factor", 0.0, direction="both"))
    for direction in DIRECTIONS:
        assert servers(shut, "scan", direction)[1:4] == [0, 0, 0]


def test_wind_stops_the_cranes_in_the_open_and_not_the_hall_or_work_by_hand() -> None:
    blow = Episode("w", ("dostyk",), "rail", "both", SECOND, LAST, "wind.capacity_factor", 0.0)
    windy = replace(scenario(FIRST, 7, road=(), rail=("dostyk",)), episodes=(blow,))
    stages = {stage.name: stage for stage in build(windy).network.stages if isinstance(stage, ServiceStage)}
    noon = 2 * DAY_MS

    def fronts(name: str) -> int:
        return value_at(stages[f"rail.dostyk.{name}"].pools[0].capacity, noon)

    roof = evidence.facts()["rail.dostyk.kz_to_cn.transship.fronts_container_under_roof"].number
    assert fronts("kz_to_cn.cn.front_container") == roof
    assert fronts("kz_to_cn.cn.front_bulk") == fronts("cn_to_kz.kz.front_container") == 0
    assert fronts("cn_to_kz.kz.front_boxcar") == 2


def test_fewer_trains_are_accepted_on_the_days_of_an_episode() -> None:
    few = Episode("s", ("dostyk",), "rail", "kz_to_cn", SECOND, LAST, "slots", 3)
    case = replace(scenario(FIRST, 7, road=(), rail=("dostyk",)), episodes=(few,))
    gates = [s for s in build(case).network.stages if isinstance(s, GateStage) and "kz_to_cn" in s.name]
    assert [refill.overall for refill in gates[0].refills[1:4]] == [3, 3, 3]
    assert gates[0].refills[4].overall > 3


def test_both_engines_agree_on_a_border_with_every_kind_of_episode() -> None:
    kinds = (
        episode("quota.cn_intake", 40),
        episode("equeue.no_show_share", 20, key="n"),
        episode("quota.cn_intake", 0, key="shut", direction="both", first=LAST, last=LAST),
        episode("quota.cn_to_kz_release", 12.5, key="r", direction="cn_to_kz"),
        episode("cn.capacity_factor", 0.5, key="c", direction="both"),
        episode("demand.perishable", 0.5, key="d", direction="both", counted=True),
    )
    program = compile_network(build(with_episodes(*kinds)).network)
    entities = draw(program, 1, 0)
    assert outcome_hash(kernel.run(program, entities)) == outcome_hash(reference.run(program, entities))


# --- which are in force -----------------------------------------------------------------------------------


def written(tmp_path: Path, text: str, year: int = 2023) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(f"title: t\nyear: {year}\n{text}", encoding="utf-8")
    return path


def keys(case: Scenario) -> set[str]:
    return {each.key for each in case.episodes}


@pytest.mark.parametrize("year", evidence.conventions().years)
def test_what_the_values_of_a_year_have_already_is_not_in_force(tmp_path: Path, year: int) -> None:
    case = load(written(tmp_path, "disruptions: {reported: on}\n", year))
    known = {each.key: each for each in evidence.disruptions().episodes}
    there = {each.key for each in reported_episodes(year)}
    assert keys(case) == {key for key in there if year not in known[key].contained}
    assert keys(case)


def test_what_is_said_to_be_in_the_values_of_a_year_is_there() -> None:
    """On a day of the episode in that year the entry has its value; the values of 2022 differ on purpose."""
    for each in evidence.disruptions().episodes:
        for year, entry in each.contained.items():
            fact = evidence.facts().get(entry)
            if fact is None:
                assert entry == f"the entries @{year}"
                continue
            assert entry.endswith(each.change.param if "@" not in entry else f"{each.change.param}@{year}")
            day = max(each.first, date(year, 1, 1))
            if (each.key, year) == ("rail_altynkol_slots_2021", 2022):
                assert fact.on(day) < float(each.change.value)  # "a little less in the epidemic regime"
            else:
                assert fact.on(day) == each.change.value, each.key


def test_every_episode_of_a_year_changes_something_or_the_run_says_that_it_does_not(tmp_path: Path) -> None:
    for year in evidence.conventions().years:
        case = load(written(tmp_path, "disruptions: {reported: on}\n", year))
        notes = "\n".join(build(case).notes)
        for each in case.episodes:
            if evidence.lever(each.mode, each.param) is None:
                assert f"{each.key} (" in notes
            else:
                assert each.key in notes


def test_single_episodes_are_switched_off_and_on(tmp_path: Path) -> None:
    text = "disruptions: {reported: on, episodes: {rail_storm_dec_2023: off, nz_intake_mar_2023: on}}\n"
    found = keys(load(written(tmp_path, text)))
    assert "rail_storm_dec_2023" not in found
    assert {"nz_intake_mar_2023", "rail_wind_nov_2023"} <= found
    only = "disruptions: {reported: off, episodes: {rail_storm_dec_2023: on}}\n"
    assert keys(load(written(tmp_path, only))) == {"rail_storm_dec_2023"}


def test_what_happened_in_a_year_is_in_force_unless_a_scenario_says_otherwise(tmp_path: Path) -> None:
    assert keys(load(written(tmp_path, ""))) == keys(load(written(tmp_path, "disruptions: {reported: on}\n")))
    assert not load(written(tmp_path, "disruptions: {reported: off}\n")).episodes


def test_an_episode_of_a_crossing_that_is_not_simulated_is_left_out(tmp_path: Path) -> None:
    text = "disruptions: {reported: on}\nsimulate: {road: [bakhty], rail: []}\n"
    assert not load(written(tmp_path, text)).episodes


OWN = """disruptions:
  reported: off
  episodes:
    works:
      what: works at the Chinese post
      crossings: [bakhty]
      mode: road
      direction: kz_to_cn
      from: 2023-06-01
      to: 2023-06-14
      change: demand.perishable
      value: 40 %
"""


def test_an_episode_of_ones_own_is_read_with_its_unit(tmp_path: Path) -> None:
    (found,) = load(written(tmp_path, OWN)).episodes
    assert found == Episode(
        "works",
        ("bakhty",),
        "road",
        "kz_to_cn",
        date(2023, 6, 1),
        date(2023, 6, 14),
        "demand.perishable",
        0.4,
        own=True,
        what="works at the Chinese post",
    )
    off = load(written(tmp_path, OWN), ["disruptions.episodes.works.on=off"])
    assert not off.episodes


def test_a_scenario_with_episodes_survives_the_way_to_another_process(tmp_path: Path) -> None:
    case = load(written(tmp_path, OWN))
    again = scenario_from(case.canonical())
    assert again.episodes == case.episodes
    assert again.canonical() == case.canonical()


def test_a_scenario_without_episodes_means_what_it_meant_before_there_were_any(tmp_path: Path) -> None:
    assert "episodes" not in load(written(tmp_path, "disruptions: {reported: off}\n")).canonical()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("value: 40 %", "value: 40", "a unit is missing after 40"),
        ("value: 40 %", "value: 40 trucks/day", "'trucks/day' does not fit here"),
        ("to: 2023-06-14", "to: 2023-05-14", "ends on 2023-05-14, before it begins on 2023-06-01"),
        ("      to: 2023-06-14\n", "", "lacks to"),
        ("change: demand.perishable", "change: demand.perishible", "did you mean 'demand.perishable'?"),
        ("change: demand.perishable", "change: slots", "by road nothing of this name changes"),
        ("mode: road", "mode: rail", "there is no rail at bakhty"),
        ("    works:", "    rail_wind_nov_2023:", "is an episode of the evidence"),
        ("    works:", "    Works 1:", "is no name"),
    ],
)
def test_a_mistake_in_an_episode_is_named_at_its_line(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in OWN
    problems = validate(written(tmp_path, OWN.replace(old, new)))
    found = [problem for problem in problems if problem.severity == "error"]
    assert any(message in problem.message for problem in found), [p.message for p in found]
    assert all(problem.line > 2 for problem in found)


def test_an_intake_is_not_of_the_way_back(tmp_path: Path) -> None:
    text = OWN.replace("demand.perishable", "quota.cn_intake").replace("40 %", "40 trucks/day")
    assert load(written(tmp_path, text)).episodes
    problems = validate(written(tmp_path, text.replace("kz_to_cn", "cn_to_kz")))
    assert "is of kz_to_cn or both, not of cn_to_kz" in problems[0].message


@pytest.mark.parametrize(
    ("switch", "message"),
    [
        ("nz_intake_mar_2023: off", "has no effect: the values of 2023 have it already"),
        ("nz_intake_mar_2023: on", "have its effect already"),
        ("apple_ban_2024: on", "outside the year 2023"),
    ],
)
def test_a_switch_that_does_nothing_or_counts_twice_is_warned_of(
    tmp_path: Path, switch: str, message: str
) -> None:
    case = load(written(tmp_path, f"disruptions: {{reported: off, episodes: {{{switch}}}}}\n"))
    assert [message in problem.message for problem in case.warnings] == [True]
