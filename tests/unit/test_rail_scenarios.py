"""The shipped scenarios of the railway: both engines agree on them, and each shows what it is for."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

import kzsim
from kzsim import evidence
from kzsim.border import build
from kzsim.border.labels import Border
from kzsim.draws import draw
from kzsim.engines import kernel, reference
from kzsim.engines.outcome import Outcome
from kzsim.experiments.once import outcome_hash
from kzsim.network import compile_network
from kzsim.network.model import MS_PER_DAY, MS_PER_HOUR
from kzsim.scenario import Scenario, load, validate

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
WITH_RAIL = sorted(path.name for path in SCENARIOS.glob("*.yaml") if load(str(path)).rail)


def by_rail(name: str, days: int | None = None, **changes: object) -> Scenario:
    """A shipped scenario without its roads; ``days``: only so many, to some days into its first episode."""
    case = replace(load(str(SCENARIOS / name)), road=(), **changes)  # type: ignore[arg-type]  # any field
    if days is None:
        return case
    starts = [each.first for each in case.episodes if case.first_day < each.first <= case.last_day]
    first = max(case.first_day, min(starts, default=case.first_day) - timedelta(days=days // 2))
    last = min(first + timedelta(days=days - 1), case.last_day)
    return replace(case, first_day=first, last_day=last, run_in_ms=0, follow_up_ms=MS_PER_DAY)


@pytest.mark.parametrize("name", WITH_RAIL)
def test_both_engines_agree_on_the_railway_of_every_shipped_scenario(name: str) -> None:
    case = by_rail(name, days=12)
    program = compile_network(build(case).network)
    entities = draw(program, case.seed, 0)
    assert outcome_hash(kernel.run(program, entities)) == outcome_hash(reference.run(program, entities))


def simulated(case: Scenario, replications: int = 3) -> tuple[Border, list[Outcome]]:
    border = build(case)
    program = compile_network(border.network)
    return border, [kernel.run(program, draw(program, case.seed, number)) for number in range(replications)]


def stay_h(case: Scenario, crossing: str, direction: str, *classes: str) -> float:
    """Mean hours of those followed, over three replications."""
    border, outcomes = simulated(case)
    groups = [
        number
        for number, label in enumerate(border.groups)
        if (label.crossing, label.direction) == (crossing, direction) and label.klass in classes
    ]
    stay = sum(int(outcome.account_ms[groups, 1].sum()) for outcome in outcomes)
    return stay / MS_PER_HOUR / sum(int(outcome.observers.arrived[groups, 1].sum()) for outcome in outcomes)


def test_a_third_railway_takes_trains_and_waiting_off_the_other_two_without_a_line_of_code() -> None:
    third = by_rail("ayagoz_bakhty_rail.yaml", first_day=date(2025, 3, 1), last_day=date(2025, 6, 30))
    assert third.rail == ("bakhty", "dostyk", "nur_zholy")
    two = replace(third, rail=("dostyk", "nur_zholy"), crossings={})
    trains = dict.fromkeys(third.rail, 0.0)
    for source in build(third).network.sources:
        trains[source.name.split(".")[1]] += sum(source.arrivals.expected)
    before = sum(sum(source.arrivals.expected) for source in build(two).network.sources)
    assert sum(trains.values()) == pytest.approx(
        before, rel=0.01
    )  # a fifth goes over, in tenths of trains a day
    for crossing in two.rail:
        loaded = ("container", "grain", "other_bulk", "boxcars")
        for direction in ("kz_to_cn", "cn_to_kz"):
            assert stay_h(third, crossing, direction, *loaded) < stay_h(two, crossing, direction, *loaded)
    assert stay_h(third, "bakhty", "cn_to_kz", "container") > 0


def test_a_planned_railway_is_not_simulated_unless_named_and_only_in_a_year_with_its_trains(
    tmp_path: Path,
) -> None:
    def problems(text: str) -> list[str]:
        path = tmp_path / "mine.yaml"
        path.write_text(f"title: t\n{text}", encoding="utf-8")
        return [problem.message for problem in validate(path)]

    assert "bakhty" not in load(str(SCENARIOS / "base_2025.yaml")).rail
    assert problems("year: 2025\nsimulate: {rail: [bakhty]}\n") == []
    (refused,) = problems("year: 2022\nsimulate: {rail: [bakhty]}\n")
    assert refused == (
        "the railway at bakhty is planned, and the evidence has its trains for 2023 and 2025 only; "
        "set 'year: 2025', or take it out"
    )


def test_no_code_of_the_model_names_a_crossing_or_a_station() -> None:
    """So that another crossing, or another mode of one, needs entries of the evidence alone."""
    places = set(evidence.crossings())
    for crossing in evidence.crossings().values():
        stations = crossing.rail.stations.values() if crossing.rail else ()
        places |= {names["en"] for names in stations}
    package = Path(kzsim.__file__).parent
    found = []
    for folder in (
        "border",
        "draws",
        "engines",
        "evidence",
        "experiments",
        "indicators",
        "network",
        "scenario",
    ):
        for file in sorted((package / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    words = set(re.findall(r"\w+", node.value))
                    # sentences (docstrings, examples) may name a place; a key or a name of its own may not
                    if words & places and not re.search(r"\s", node.value):
                        found.append(f"{file.name}: {node.value!r}")
    assert found == []


def test_the_storm_keeps_trains_to_china_and_stops_cranes_and_trade_elsewhere_goes_on() -> None:
    storm = by_rail("storm_dostyk_december.yaml", rail=("dostyk", "nur_zholy"))
    calm = replace(storm, episodes=())
    for klass in ("container", "grain", "other_bulk"):
        assert stay_h(storm, "dostyk", "kz_to_cn", klass) > stay_h(calm, "dostyk", "kz_to_cn", klass) + 2
    assert stay_h(storm, "dostyk", "cn_to_kz", "container") > stay_h(calm, "dostyk", "cn_to_kz", "container")
    same = stay_h(calm, "nur_zholy", "kz_to_cn", "container")
    assert stay_h(storm, "nur_zholy", "kz_to_cn", "container") == same


def test_holding_every_train_of_grain_makes_grain_later_and_nobody_else() -> None:
    """Grain that is not sent takes no slots either, so that others are no slower, and may be faster."""
    autumn = {"first_day": date(2025, 9, 1), "last_day": date(2025, 12, 31)}
    strict = by_rail("grain_laboratory_autumn.yaml", **autumn)
    own = ("deep_checks", "every_train")
    usual = replace(strict, episodes=tuple(each for each in strict.episodes if each.key not in own))
    for crossing in strict.rail:
        grain = [stay_h(case, crossing, "kz_to_cn", "grain") for case in (usual, strict)]
        assert grain[1] > grain[0] + 24
        for klass in ("container", "other_bulk"):
            others = [stay_h(case, crossing, "kz_to_cn", klass) for case in (usual, strict)]
            assert others[1] < others[0] + 0.5


def test_grain_that_has_no_siding_waits_up_the_line_and_keeps_no_track_from_others() -> None:
    """At the end of October 2025 about 3,000 wagons stood on the Kazakh side; a train of grain has 50."""
    strict = by_rail("grain_laboratory_autumn.yaml", first_day=date(2025, 9, 1), last_day=date(2025, 10, 28))
    border, (outcome,) = simulated(strict, replications=1)
    names = compile_network(border.network).element_names
    waiting = 0
    for crossing in strict.rail:
        siding = names.index(f"rail.{crossing}.kz_to_cn.cn.siding")
        assert int(np.max(outcome.in_zone[:, siding])) == 11
        waiting += int(outcome.in_line[-1, siding])
        tracks = names.index(f"rail.{crossing}.kz_to_cn.kz.receiving_tracks")
        assert int(outcome.in_line[-1, tracks]) == 0
    assert 1_500 < 50 * waiting < 4_500
