"""Trucks that choose their crossing when they are booked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from kzsim import evidence
from kzsim.border import build, road_choice
from kzsim.draws import draw
from kzsim.engines import kernel, reference
from kzsim.evidence import Parameters
from kzsim.evidence.levers import INTAKE
from kzsim.experiments.once import outcome_hash
from kzsim.network import Program, compile_network
from kzsim.network.entities import Entities
from kzsim.network.model import MS_PER_DAY
from kzsim.scenario import Corridor, CrossingSettings, Episode, RoadSettings, Scenario, Scope
from tests.unit.border_cases import scenario

NEIGHBOURS = ("kalzhat", "nur_zholy")
FLEXIBLE = "road.all.kz_to_cn.choice.flexible_share"


def two(flexible: float, intake_of_kalzhat: float = 1.0, days: int = 21) -> Scenario:
    cut = {"kalzhat": CrossingSettings(RoadSettings(intake_factor=intake_of_kalzhat))}
    case = scenario(date(2023, 6, 5), days, road=NEIGHBOURS, overrides={FLEXIBLE: flexible}, crossings=cut)
    return replace(case, run_in_ms=2 * MS_PER_DAY, follow_up_ms=3 * MS_PER_DAY)


def compiled(case: Scenario) -> tuple[Program, Entities]:
    program = compile_network(build(case).network)
    return program, draw(program, case.seed, 0)


def came(case: Scenario) -> dict[str, int]:
    """How many came, by source without the mode."""
    program, entities = compiled(case)
    passage = kernel.run(program, entities, passage=True).passage
    assert passage is not None
    return {
        name.removeprefix("road."): int(
            (passage.arrival_ms[slice(*entities.first[i : i + 2].tolist())] >= 0).sum()
        )
        for i, name in enumerate(program.source_names)
    }


def of(found: dict[str, int], start: str, end: str = "") -> int:
    return sum(number for name, number in found.items() if name.startswith(start) and name.endswith(end))


def test_nobody_chooses_unless_a_scenario_says_so() -> None:
    assert not [name for name in compiled(two(0.0))[0].source_names if "flexible" in name or ".from_" in name]
    alone = scenario(overrides={FLEXIBLE: 30.0})
    assert not [source for source in build(alone).network.sources if "flexible" in source.name]


def test_the_share_that_chooses_is_taken_out_of_those_who_do_not() -> None:
    none, some = came(two(0.0)), came(two(30.0))
    for crossing in NEIGHBOURS:
        whole = of(none, f"{crossing}.home.")
        assert of(some, f"{crossing}.flexible.") == pytest.approx(0.3 * whole, rel=0.15)
        assert of(some, f"{crossing}.home.") == pytest.approx(0.7 * whole, rel=0.15)


def test_every_truck_that_chose_comes_to_a_yard_or_goes_home_empty() -> None:
    found = came(two(30.0))
    booked = sum(of(found, f"{crossing}.flexible.") for crossing in NEIGHBOURS)

    def chose(leg: str) -> int:
        return sum(of(found, f"{a}.{leg}.", f".from_{b}") for a in NEIGHBOURS for b in NEIGHBOURS)

    # the others still wait at home or are on their way
    assert 0.8 * booked < chose("yard") + chose("cn_to_kz") <= chose("kz_to_cn") <= booked


def test_loads_are_ordered_for_trucks_that_choose_as_for_all_others() -> None:
    loads = {}
    for share in (0.0, 30.0):
        found = came(two(share))
        loads[share] = {
            crossing: sum(
                number
                for name, number in found.items()
                if name.startswith(f"{crossing}.cn_to_kz.")
                and "_for_empty" not in name
                and ".empty" not in name
            )
            for crossing in NEIGHBOURS
        }
    for crossing in NEIGHBOURS:
        assert loads[30.0][crossing] == pytest.approx(loads[0.0][crossing], rel=0.1)


def test_closing_kalzhat_sends_its_trucks_to_nur_zholy_and_lengthens_the_queue_there() -> None:
    """For two of three weeks, as from 10 June."""
    shut = Episode(
        "shut", ("kalzhat",), "road", "both", date(2023, 6, 10), date(2023, 6, 23), INTAKE, 0.0, own=True
    )
    cases = two(30.0), replace(two(30.0), episodes=(shut,))
    changed = [of(came(case), "nur_zholy.kz_to_cn.", ".from_kalzhat") for case in cases]
    assert changed[1] > 2 * changed[0] + 20
    before, after = (waits_h(case, "nur_zholy") for case in cases)
    assert after > before
    # nobody who must go by Nur Zholy is replaced by them
    assert waits_h(replace(two(0.0), episodes=(shut,)), "nur_zholy") == waits_h(two(0.0), "nur_zholy")


def waits_h(case: Scenario, crossing: str) -> float:
    """Mean hours that trucks of a crossing wait at home for a slot."""
    border = build(case)
    program, entities = compiled(case)
    outcome = kernel.run(program, entities)
    number = program.element_names.index(f"{crossing}.kz_to_cn.kz.equeue")
    label = [i for i, g in enumerate(border.groups) if (g.crossing, g.leg) == (crossing, "home")]
    waited = outcome.account_ms[label, :, number].sum()
    return float(waited / outcome.observers.arrived[label].sum() / 3_600_000)


def test_a_smaller_intake_at_kalzhat_sends_its_trucks_to_nur_zholy_whose_queue_grows() -> None:
    before, after = came(two(30.0)), came(two(30.0, intake_of_kalzhat=0.4))
    changed = [of(each, "nur_zholy.kz_to_cn.", ".from_kalzhat") for each in (before, after)]
    stayed = [of(each, "kalzhat.kz_to_cn.", ".from_kalzhat") for each in (before, after)]
    assert changed[1] > 2 * changed[0] + 20
    assert stayed[1] < stayed[0]
    assert waits_h(two(30.0, intake_of_kalzhat=0.4), "nur_zholy") > waits_h(two(30.0), "nur_zholy")


def test_both_engines_agree_where_trucks_choose() -> None:
    case = replace(
        scenario(date(2023, 6, 5), 4, road=("bakhty", *NEIGHBOURS), overrides={FLEXIBLE: 60.0}),
        crossings={"kalzhat": CrossingSettings(RoadSettings(intake_factor=0.3))},
    )
    program, entities = compiled(case)
    assert outcome_hash(kernel.run(program, entities)) == outcome_hash(reference.run(program, entities))


def test_a_share_that_chooses_moves_nobody_elses_luck() -> None:
    plain, more = (compiled(two(share, days=6)) for share in (20.0, 25.0))
    for name in plain[0].source_names:
        if ".flexible." in name:
            a, b = (
                entities.duration_ms[program.source_names.index(name)][:5]
                for program, entities in (plain, more)
            )
            number = min(len(a), len(b))
            assert np.array_equal(a[:number], b[:number])


def test_the_usual_crossing_is_compared_with_the_two_nearest() -> None:
    """By the map Kalzhat and Nur Zholy are neighbours, Dostyk and Bakhty, Bakhty and Maikapchagai."""
    params = Parameters(2023)
    crossings = tuple(evidence.crossings())
    near = {usual: road_choice.considered(params, usual, crossings) for usual in crossings}
    assert near == {
        "bakhty": ("bakhty", "dostyk", "maikapchagai"),
        "dostyk": ("dostyk", "bakhty", "nur_zholy"),
        "kalzhat": ("kalzhat", "nur_zholy", "dostyk"),
        "maikapchagai": ("maikapchagai", "bakhty", "dostyk"),
        "nur_zholy": ("nur_zholy", "kalzhat", "dostyk"),
    }


def test_who_is_entitled_elsewhere_stands_in_line_like_all_others() -> None:
    """Kalzhat has slots out of turn, Nur Zholy has none: nobody from Kalzhat goes first at Nur Zholy."""
    measures = {"equeue_out_of_turn": Scope(("kz_to_cn",), ("kz",))}
    border = build(replace(two(50.0, days=3), corridors={"kalzhat": Corridor(measures)}))
    first = {element for klass, element in border.network.priority if klass == "out_of_turn"}
    assert first == {"kalzhat.kz_to_cn.kz.equeue"}


def test_a_longer_way_takes_as_long_as_its_speed_says() -> None:
    params = Parameters(2023, {"road.all.kz_to_cn.choice.road_speed": 40.0})
    longer_km = road_choice.detour_km(params, "nur_zholy", "bakhty")
    assert longer_km > 100
    assert road_choice.detour_ms(params, "nur_zholy", "bakhty") == longer_km / 40 * 3_600_000
