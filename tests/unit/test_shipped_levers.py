"""Each shipped scenario of a lever moves what it is about in the direction that it must."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from kzsim.border import build
from kzsim.draws import draw
from kzsim.engines import kernel
from kzsim.experiments import RunResult, run
from kzsim.network.compile import compile_network
from kzsim.network.model import MS_PER_HOUR, GateStage
from kzsim.scenario import Scenario, load

IN_COHORT = 1
SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"


@cache
def shipped(name: str) -> Scenario:
    return load(SCENARIOS / f"{name}.yaml")


def short(case: Scenario, first: date, last: date, road: str = "", rail: str = "") -> Scenario:
    """Some weeks at one crossing, followed for four days."""
    day = 86_400_000
    return replace(
        case,
        first_day=first,
        last_day=last,
        run_in_ms=3 * day,
        follow_up_ms=4 * day,
        road=(road,) if road else (),
        rail=(rail,) if rail else (),
        replications=1,
    )


def mean(result: RunResult, direction: str, indicator: str = "crossing_time", klass: str = "all") -> float:
    rows: pd.DataFrame = result.indicators
    found = rows[
        (rows["direction"] == direction)
        & (rows["class"] == klass)
        & (rows["corridor"] == "all")
        & (rows["indicator"] == indicator)
    ]
    return float(found["mean"].iloc[0])


def both(one: str, other: str, first: date, last: date, **where: str) -> tuple[RunResult, RunResult]:
    cases = (short(shipped(name), first, last, **where) for name in (one, other))
    made = [run(case, counterfactual=False) for case in cases]
    return made[0], made[1]


@dataclass(frozen=True)
class OfLeg:
    """How many of the cohort came on a leg of the way to China, and how long they stayed (h)."""

    came: int
    stay_h: float


def by_leg(case: Scenario) -> dict[str, OfLeg]:
    """One replication, by leg of the journey to China."""
    border = build(case)
    program = compile_network(border.network)
    seen = kernel.run(program, draw(program, case.seed, 0)).observers
    found: dict[str, OfLeg] = {}
    for leg in ("home", "crossing", "yard"):
        of = [i for i, g in enumerate(border.groups) if (g.leg, g.direction) == (leg, "kz_to_cn")]
        came = int(seen.arrived[of, IN_COHORT].sum())
        found[leg] = OfLeg(came, float(seen.stay_ms[of, IN_COHORT].sum()) / came / MS_PER_HOUR)
    return found


def gates(case: Scenario, name: str) -> list[int]:
    """What a gate is given on each day of China's calendar, as Kazakhstan's clock is three hours behind."""
    gate = next(stage for stage in build(case).network.stages if stage.name == name)
    assert isinstance(gate, GateStage)
    found = [0] * (case.days + 1)
    for refill in gate.refills:
        found[(refill.at_ms + 3 * 3_600_000) // 86_400_000] += refill.overall
    return found


MARCH = (date(2023, 3, 1), date(2023, 3, 28))
SEPTEMBER = (date(2025, 9, 1), date(2025, 9, 21))


def test_hours_in_common_shorten_the_way_through_both_posts() -> None:
    for crossing in ("bakhty", "maikapchagai"):
        before, after = both("base_2025", "synchronised_hours", *SEPTEMBER, road=crossing)
        assert mean(after, "kz_to_cn") < mean(before, "kz_to_cn")
        assert mean(after, "cn_to_kz") < mean(before, "cn_to_kz")


def test_rebuilt_posts_are_no_slower_and_nothing_changes_at_nur_zholy() -> None:
    before, after = both("baseline_2023", "modernised_posts", *MARCH, road="dostyk")
    for direction in ("kz_to_cn", "cn_to_kz"):
        assert mean(after, direction) < mean(before, direction) + 0.1
    assert mean(after, "cn_to_kz", "account_blocked") <= mean(before, "cn_to_kz", "account_blocked") + 0.05
    before, after = both("baseline_2023", "modernised_posts", *MARCH, road="nur_zholy")
    assert before.outcomes == after.outcomes


def test_smart_customs_shorten_the_time_at_bakhty_and_nowhere_else() -> None:
    before, after = both("base_2025", "smart_customs_bakhty", *SEPTEMBER, road="bakhty")
    for direction in ("kz_to_cn", "cn_to_kz"):
        assert mean(after, direction) < mean(before, direction)
        assert mean(after, direction, "free_flow_time") < mean(before, direction, "free_flow_time")
    before, after = both("base_2025", "smart_customs_bakhty", *SEPTEMBER, road="kalzhat")
    assert before.outcomes == after.outcomes


def test_a_bypass_shortens_the_time_at_nur_zholy_by_the_drive_at_most() -> None:
    before, after = both("baseline_2023", "khorgos_icbc", *MARCH, road="nur_zholy")
    gain = mean(before, "cn_to_kz", "free_flow_time") - mean(after, "cn_to_kz", "free_flow_time")
    assert gain == pytest.approx(20 / 60, abs=0.02)  # a drive of 10 min instead of 30
    assert mean(after, "cn_to_kz") < mean(before, "cn_to_kz")


def test_more_trade_brings_more_trucks_and_no_shorter_times() -> None:
    before, after = (
        by_leg(short(shipped(name), *MARCH, road="nur_zholy"))
        for name in ("baseline_2023", "trade_35bn_2030")
    )
    # 35 of 30 bn, four fifths no transit
    assert after["home"].came / before["home"].came == pytest.approx(1 + 0.8 / 6, abs=0.03)
    assert after["home"].stay_h > before["home"].stay_h


def test_more_farm_exports_bring_grain_trains_and_no_others() -> None:
    june = (date(2023, 6, 1), date(2023, 6, 28))
    before, after = both("baseline_2023", "agri_exports_plus_1bn", *june, rail="dostyk")
    grain = [mean(one, "kz_to_cn", "arrivals_per_day", "grain") for one in (before, after)]
    assert grain[1] > 1.4 * grain[0]
    for klass in ("container", "other_bulk"):
        assert mean(after, "kz_to_cn", "arrivals_per_day", klass) == mean(
            before, "kz_to_cn", "arrivals_per_day", klass
        )
    # bulk and grain in hoppers share fronts and tracks
    assert mean(after, "kz_to_cn", klass="other_bulk") > mean(before, "kz_to_cn", klass="other_bulk")


def test_growth_on_the_trans_caspian_route_brings_container_trains_and_longer_times() -> None:
    june = (date(2023, 6, 1), date(2023, 6, 28))
    before, after = both("baseline_2023", "trans_caspian_growth", *june, rail="nur_zholy")
    more = [mean(one, "cn_to_kz", "arrivals_per_day", "container") for one in (before, after)]
    # (300,000 - 43,000) TEU * 63 % * 60 % / 100 / 365 = 2.66 a day in the mean of the year
    assert more[1] - more[0] == pytest.approx(2.66, abs=0.6)
    assert mean(after, "cn_to_kz", klass="loaded") > mean(before, "cn_to_kz", klass="loaded")


def test_the_rules_of_2021_let_fewer_trucks_through_than_those_of_2022() -> None:
    """The same trucks of 2022, for the quotas alone differ: 10 a day at Dostyk instead of 30."""
    late = {"road": "dostyk"}
    second = short(shipped("covid_2021"), date(2021, 6, 1), date(2021, 6, 28), **late)
    first = short(shipped("base_2022"), date(2022, 6, 1), date(2022, 6, 28), **late)
    before, after = (run(case, counterfactual=False) for case in (first, second))
    assert mean(after, "kz_to_cn", "throughput_per_day") < 0.5 * mean(
        before, "kz_to_cn", "throughput_per_day"
    )
    assert mean(after, "kz_to_cn") > mean(before, "kz_to_cn")


def test_autumn_2025_has_its_slots_and_its_intake_day_by_day() -> None:
    case = shipped("nur_zholy_november_2025")
    called = gates(case, "nur_zholy.kz_to_cn.kz.equeue")
    number = {day: (date(2025, *day) - case.first_day).days for day in ((9, 20), (10, 10), (11, 1), (11, 20))}
    # slots of 725 trucks at 1.09 each; 80 % of them used in October, where 92 % of those called come;
    # 800 slots; 650 slots
    wanted = {(9, 20): 725 * 1.09, (10, 10): 725 * 1.09 * 0.8 / 0.92, (11, 1): 800, (11, 20): 650}
    for day, index in number.items():
        # trucks are called six hours before a day begins that begins three hours after that of China
        pair = called[index] + called[index + 1]
        assert pair == pytest.approx(2 * wanted[day], abs=3)
    intake = gates(case, "kalzhat.kz_to_cn.cn.intake")
    first = (date(2025, 11, 4) - case.first_day).days
    # a Sunday, on which Kalzhat is shut, lies in between
    assert intake[first : first + 9] == [300, 80, 80, 80, 80, 0, 80, 80, 300]


@pytest.mark.parametrize(("name", "year"), [("base_2022", 2022), ("base_2025", 2025), ("covid_2021", 2021)])
def test_a_year_as_it_was_has_its_episodes(name: str, year: int) -> None:
    case = shipped(name)
    assert case.year == year
    assert case.episodes
    assert all(each.first.year <= year <= each.last.year for each in case.episodes)
