"""What more or less of something does to trains: the direction is known, and the trains are the same."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from kzsim import evidence
from kzsim.border import calendars, episodes, taking
from kzsim.border.labels import DIRECTIONS, Direction
from kzsim.border.rail_line import Line
from kzsim.border.rail_wind import random_wind
from kzsim.draws import draw
from kzsim.draws.outages import outage_spans
from kzsim.engines import kernel
from kzsim.evidence import EvidenceError, Parameters
from kzsim.network import Account, Calendar
from kzsim.network.model import MS_PER_DAY, MS_PER_HOUR, DepartureStage, GateStage, Outages, ServiceStage
from kzsim.scenario import Corridor, Episode, Scenario, Scope
from tests.unit.rail_cases import compiled, episode, parts_of, scenario

DAYS = 120
IN, OUT = "rail.dostyk.cn_to_kz.", "rail.dostyk.kz_to_cn."


@dataclass(frozen=True)
class Ran:
    """Hours inside of every train, to the end of the run for who is still there, and hours by element."""

    stay_h: npt.NDArray[np.float64]
    klass: npt.NDArray[np.str_]
    arrival_ms: npt.NDArray[np.int64]
    hours: Mapping[tuple[str, Account], float]

    def of(self, klass: str) -> npt.NDArray[np.float64]:
        return self.stay_h[self.klass == klass]


def ran(
    direction: Direction, overrides: Mapping[str, float] | None = None, own: Sequence[Episode] = ()
) -> Ran:
    return _ran(direction, tuple(sorted((overrides or {}).items())), tuple(own))


@cache
def _ran(direction: Direction, overrides: tuple[tuple[str, float], ...], own: tuple[Episode, ...]) -> Ran:
    return made(direction, scenario(DAYS, dict(overrides), own))


def made(direction: Direction, case: Scenario) -> Ran:
    """The trains of ``DAYS`` in one direction."""
    parts = parts_of(case, direction)
    program = compiled(parts, DAYS * MS_PER_DAY)
    entities = draw(program, seed=3, replication=0)
    outcome = kernel.run(program, entities, passage=True)
    gone = np.where(outcome.exit_ms < 0, program.horizon_ms, outcome.exit_ms)
    totals = outcome.account_ms.sum(axis=(0, 1)) / MS_PER_HOUR
    return Ran(
        (gone - entities.arrival_ms) / MS_PER_HOUR,
        np.array([group.klass for group in parts.groups])[entities.group],
        entities.arrival_ms,
        {
            (name.removeprefix(f"rail.dostyk.{direction}."), account): float(totals[number, account])
            for number, name in enumerate(program.element_names)
            for account in Account
        },
    )


def test_more_platforms_shorten_the_wait_for_them_and_the_dwell_of_containers() -> None:
    key = f"{IN}platforms.pool"
    few, base, many = (
        ran("cn_to_kz", {key: 4500.0}),
        ran("cn_to_kz", {key: 5500.0}),
        ran("cn_to_kz", {key: 9000.0}),
    )
    waits = [each.hours["kz.platforms", Account.TOKENS] for each in (few, base, many)]
    assert waits[0] > 2 * waits[1] > 2 * waits[2] == 0.0
    dwell = [each.of("container").mean() for each in (few, base, many)]
    assert dwell[0] > dwell[1] + 1 > dwell[2] + 1


def test_too_few_platforms_fill_the_yard_then_the_fronts() -> None:
    """Supply of 250 wagons a day for 475: the yard is full after weeks, and trains stay at the front."""
    few = ran("cn_to_kz", {f"{IN}platforms.pool": 3000.0, f"{IN}yard.containers": 2000.0})
    enough = ran("cn_to_kz", {f"{IN}platforms.pool": 9000.0, f"{IN}yard.containers": 2000.0})
    assert few.hours["kz.container_yard", Account.BLOCKED] > 0
    assert enough.hours["kz.container_yard", Account.BLOCKED] == 0
    front = ("kz.front_container", Account.BLOCKED)
    queue = ("kz.receiving_tracks", Account.BLOCKED)
    assert few.hours[front] + few.hours[queue] > enough.hours[front] + enough.hours[queue]


def test_platforms_that_stay_away_longer_lengthen_the_wait() -> None:
    key = f"{IN}platforms.return_time"
    waits = [
        ran("cn_to_kz", {key: days}).hours["kz.platforms", Account.TOKENS] for days in (10.0, 13.0, 16.0)
    ]
    assert waits[0] < waits[1] < waits[2]


def test_without_wind_trains_stand_at_open_fronts_for_a_shorter_time() -> None:
    key = "rail.dostyk.both.wind.days"
    still, windy = ran("kz_to_cn", {key: 0.0}), ran("kz_to_cn", {key: 40.0})
    assert still.hours["cn.front_bulk", Account.CLOSED] == 0.0 < windy.hours["cn.front_bulk", Account.CLOSED]
    assert windy.of("other_bulk").mean() > still.of("other_bulk").mean()


def test_fewer_locomotives_and_a_longer_turn_lengthen_the_way() -> None:
    base = ran("kz_to_cn")
    fewer = ran("kz_to_cn", {f"{OUT}loco.number": 3.0})
    longer = ran("kz_to_cn", {"rail.dostyk.both.loco.turn": 7.0})
    for worse in (fewer, longer):
        name = ("kz.locomotive", Account.TOKENS)
        assert worse.hours[name] > 1.5 * base.hours[name]
        assert worse.of("container").mean() > base.of("container").mean()


def test_a_longer_hold_makes_grain_later_and_nobody_else_faster() -> None:
    base, strict = ran("kz_to_cn"), ran("kz_to_cn", {f"{OUT}cn.grain.lab_hold": 9.0})
    assert strict.of("grain").mean() > base.of("grain").mean() + 24
    for klass in ("container", "other_bulk"):
        assert strict.of(klass).mean() > base.of(klass).mean() - 0.5


def test_a_hold_of_some_days_is_of_the_trains_that_come_on_them() -> None:
    """All trains of April are held for ten days; others as ever, and all come when they came."""
    april = (date(2023, 4, 1), date(2023, 4, 30))
    checks = [
        episode("cn.grain.lab_hold", 10.0, *april, "kz_to_cn"),
        episode("cn.grain.sample_share", 100.0, *april, "kz_to_cn"),
    ]
    case = scenario(DAYS, {}, checks)
    grain = [s for s in parts_of(case, "kz_to_cn").sources if s.route.endswith("grain")]
    assert [s.name for s in grain] == ["rail.dostyk.kz_to_cn.grain", "rail.dostyk.kz_to_cn.grain.spell_2"]
    usual = next(s for s in parts_of(scenario(DAYS, {}), "kz_to_cn").sources if s.name.endswith("grain"))
    together = [sum(each) for each in zip(*(s.arrivals.expected for s in grain), strict=True)]
    assert together == pytest.approx(usual.arrivals.expected)
    first, last = 31 * 24, 61 * 24
    assert not any(grain[0].arrivals.expected[first:last])
    assert not any(grain[1].arrivals.expected[:first])
    assert not any(grain[1].arrivals.expected[last:])
    held = grain[1].kinds[0].work["cn.lab_hold"]
    assert held.duration is not None
    assert held.duration.mean == 10 * MS_PER_DAY
    assert (held.when[0].low, held.when[0].high) == (0.0, 1.0)
    assert {kind.group for kind in grain[0].kinds} == {kind.group for kind in grain[1].kinds}


@pytest.mark.parametrize("name", ["light", "standard", "heavy"])
def test_a_corridor_never_slows_trains_of_grain_of_its_crossing(name: str) -> None:
    """Priority by rail, and in the whole menu a laboratory on the spot: users and others together."""
    measures = dict.fromkeys(evidence.corridor().bundles[name], Scope(DIRECTIONS, ("kz", "cn")))
    case = replace(scenario(DAYS, {}), corridors={"dostyk": Corridor(measures)})
    after, before = made("kz_to_cn", case), ran("kz_to_cn")
    assert before.arrival_ms.tolist() == after.arrival_ms.tolist()
    gain = before.of("grain").mean() - after.of("grain").mean()
    assert gain > (5.0 if name == "heavy" else 0.0)


def test_more_paths_on_the_line_shorten_the_wait_for_one() -> None:
    key = "rail.dostyk.both.line.train_pairs"
    waits = [
        ran("cn_to_kz", {key: pairs}).hours["kz.line_paths", Account.QUEUE] for pairs in (12.0, 14.0, 20.0)
    ]
    assert waits[0] > waits[1] > waits[2] > 0


def test_paths_lie_evenly_over_the_day_and_follow_the_second_track() -> None:
    """14 pairs until 29 September 2025, 30 from the next day on."""
    case = scenario(1, {}, year=2025)
    case = replace(case, first_day=date(2025, 9, 29), last_day=date(2025, 9, 30))
    line = next(each for each in parts_of(case, "cn_to_kz").stages if isinstance(each, DepartureStage))
    on_the_first = [at for at in line.at_ms if at < MS_PER_DAY]
    assert (len(on_the_first), len(line.at_ms)) == (14, 44)
    gaps = np.diff(on_the_first)
    assert gaps.max() - gaps.min() <= 60_000  # whole minutes


def test_a_ban_of_a_class_keeps_that_class_and_lets_others_have_the_slots() -> None:
    ban = episode("slots.container", 0.0, date(2023, 4, 1), date(2023, 4, 20), "kz_to_cn")
    base, banned = ran("kz_to_cn"), ran("kz_to_cn", own=[ban])
    assert base.arrival_ms.tolist() == banned.arrival_ms.tolist()
    assert banned.of("container").mean() > base.of("container").mean() + 24
    gate = next(
        each
        for each in parts_of(scenario(DAYS, {}, [ban]), "kz_to_cn").stages
        if isinstance(each, GateStage) and each.name.endswith("slot")
    )
    limited = [refill for refill in gate.refills if refill.ceilings]
    assert len(limited) == 20
    assert all(set(refill.ceilings.values()) == {0} for refill in limited)


# --- wind -------------------------------------------------------------------------------------


def wind_of(
    own: Sequence[Episode] = (), overrides: Mapping[str, float] | None = None, fronts: int = 5
) -> tuple[Outages, ...]:
    case = replace(scenario(1, overrides or {}, own), first_day=date(2023, 1, 1), last_day=date(2023, 12, 31))
    line = Line("dostyk", "kz_to_cn", Parameters(2023, case.overrides, episodes.periods(case)))
    clock = calendars.clock(case.first_day, case.last_day)
    return random_wind(line, episodes.dated(case, "dostyk", "rail"), clock, fronts)


def begins(found: tuple[Outages, ...], replications: int = 400) -> npt.NDArray[np.int64]:
    (outages,) = found
    spans = [outage_spans(outages, 365 * MS_PER_DAY, 1, number) for number in range(replications)]
    return np.concatenate([begin for begin, _ in spans]) // MS_PER_DAY


def test_wind_blows_on_as_many_days_a_year_as_the_evidence_has_and_more_in_its_months() -> None:
    """15 a year: 6,000 in 400 years, give or take 4 standard deviations; November and December have 0.25."""
    days = begins(wind_of())
    assert abs(len(days) - 6000) < 4 * np.sqrt(6000)
    late = (days >= 304).mean()
    assert abs(late - 0.25) < 4 * np.sqrt(0.25 * 0.75 / 6000)


def test_days_of_dated_wind_are_taken_off_the_random_ones() -> None:
    """Eleven days are known, so four others are left, none of them on those days."""
    storm = episode("wind.capacity_factor", 0.4, date(2023, 10, 31), date(2023, 11, 10), "both")
    days = begins(wind_of([storm]))
    assert abs(len(days) - 1600) < 4 * np.sqrt(1600)
    assert not ((days >= 303) & (days < 314)).any()


def test_more_days_of_dated_wind_than_windy_days_leave_no_other_wind() -> None:
    storm = episode("wind.capacity_factor", 0.4, date(2023, 11, 1), date(2023, 11, 30), "both")
    assert wind_of([storm]) == ()
    assert wind_of(overrides={"rail.dostyk.both.wind.days": 0.0}) == ()


def test_wind_leaves_whole_fronts_of_the_share_that_the_evidence_has() -> None:
    assert [wind_of(fronts=number)[0].takes for number in (2, 3, 5)] == [1, 2, 3]  # 0.35 of them is left


def test_fronts_in_a_hall_are_a_pool_of_their_own_that_no_wind_stops_and_that_is_used_first() -> None:
    stage = next(
        s for s in parts_of(scenario(1, {}), "kz_to_cn").stages if s.name.endswith("front_container")
    )
    assert isinstance(stage, ServiceStage)
    hall, outside = stage.pools
    assert (hall.name, hall.capacity, hall.outages) == ("under_roof", Calendar.always(2), ())
    assert (outside.name, outside.capacity) == ("fronts", Calendar.always(2))
    assert [each.stream for each in outside.outages] == ["rail.dostyk.wind"]


def test_all_fronts_of_a_crossing_have_the_same_wind() -> None:
    streams = {
        (each.stream, each.between, each.lasting, each.pace)
        for direction in DIRECTIONS
        for stage in parts_of(scenario(30, {}), direction).stages
        if isinstance(stage, ServiceStage)
        for pool in stage.pools
        for each in pool.outages
    }
    assert len(streams) == 1


def test_a_line_without_paths_is_refused() -> None:
    with pytest.raises(EvidenceError, match="no train would ever leave"):
        parts_of(scenario(5, {"rail.dostyk.both.line.train_pairs": 0.0}), "cn_to_kz")


@pytest.mark.parametrize(
    ("crossing", "year"),
    [(name, year) for name in ("dostyk", "nur_zholy") for year in (2022, 2023, 2025)]
    + [("bakhty", year) for year in evidence.rail_years("bakhty")],
)
def test_ranges_of_the_projects_own_end_where_the_trains_of_the_year_still_pass(
    crossing: str, year: int
) -> None:
    """Busy on average, with one entry at its end and the others at their values: less than all of it."""
    params = Parameters(year, {})
    for direction, flows in taking.rail_demand(params, crossing, year).flows.items():
        line = Line(crossing, direction, params)
        loaded = {name: flow for name, flow in flows.items() if name != "empties"}
        number = math.fsum(flow.trains_per_day.number for flow in loaded.values())
        assert number * line.fact("loco.turn").number / 24 < low(line, "loco.number")
        if crossing == "bakhty":
            assert number < low(line, "slots")
            boxes = ("container",) if direction == "cn_to_kz" else ("container", "grain")
            share = {"grain": 1 - params.get("rail.all.kz_to_cn.cn.grain.bulk_share").share}
            wagons = math.fsum(
                share.get(name, 1.0) * flows[name].trains_per_day.number * flows[name].wagons_per_train
                for name in boxes
            )
            pool, away = line.fact("platforms.pool"), line.fact("platforms.return_time")
            assert wagons * away.number < low(line, "platforms.pool")
            assert away.high is not None
            assert wagons * away.high < pool.number


def low(line: Line, tail: str) -> float:
    found = line.fact(tail).low
    assert found is not None
    return found
