"""Railway crossings when they run: slots that bind, fronts that fall behind, trains that are first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date

import numpy as np

from kzsim.border.calendars import clock
from kzsim.border.corridors import crossing_corridor
from kzsim.border.labels import Direction, Parts
from kzsim.border.rail import rail_parts
from kzsim.draws import Entities, draw
from kzsim.engines.outcome import NOT_ENTERED, STILL_INSIDE, Outcome
from kzsim.engines.reference import run
from kzsim.evidence import Parameters
from kzsim.network import Account, GateStage, Network, Program, compile_network
from kzsim.scenario import Corridor, Scenario, Scope

DAYS = 20
EVERYWHERE = Scope(("kz_to_cn", "cn_to_kz"), ("kz", "cn"))


def crossing(direction: Direction, overrides: Mapping[str, float], *measures: str) -> tuple[Parts, Program]:
    scenario = Scenario(
        title="rail",
        year=2023,
        first_day=date(2023, 3, 1),
        last_day=date(2023, 3, DAYS),
        run_in_ms=0,
        follow_up_ms=0,
        replications=1,
        seed=1,
        road=(),
        rail=("dostyk",),
        overrides=overrides,
        corridors={"dostyk": Corridor(dict.fromkeys(measures, EVERYWHERE))},
    )
    at = clock(scenario.first_day, scenario.last_day)
    corridor = crossing_corridor(scenario, "dostyk", "rail")
    parts = rail_parts(scenario, Parameters(2023, overrides), "dostyk", direction, at, corridor)
    network = Network(
        horizon_ms=at.horizon_ms,
        classes=("ordinary", "corridor"),
        stages=parts.stages,
        zones=parts.zones,
        routes=parts.routes,
        sources=parts.sources,
        n_groups=len(parts.groups),
        priority=parts.priority,
        tokens=parts.tokens,
    )
    return parts, compile_network(network)


def simulate(program: Program) -> tuple[Entities, Outcome]:
    entities = draw(program, seed=1, replication=0)
    return entities, run(program, entities, trace=True)


def in_zone(program: Program, outcome: Outcome, zone: str) -> np.ndarray:
    return outcome.in_zone[:, program.element_names.index(zone)]


def blocked_h(program: Program, outcome: Outcome, element: str) -> float:
    number = program.element_names.index(element)
    return float(outcome.account_ms[:, :, number, Account.BLOCKED].sum()) / 3.6e6


def test_no_more_loaded_trains_depart_between_two_refills_than_the_neighbour_accepts() -> None:
    parts, program = crossing("kz_to_cn", {"rail.dostyk.kz_to_cn.slots": 5.5})
    _, outcome = simulate(program)
    gate = next(each for each in parts.stages if isinstance(each, GateStage) and each.name.endswith(".slot"))
    refills = [refill.at_ms for refill in gate.refills]
    passed: Counter[int] = Counter()
    assert outcome.trace is not None
    for number, name in enumerate(program.source_names):
        route = next(route for route in parts.routes if route.name == name)
        for column, step in enumerate(route.steps):
            if step.stage == gate.name:
                instants = outcome.trace.start_ms[number][:, column]
                instants = instants[instants != NOT_ENTERED]
                passed.update(int(i) for i in np.searchsorted(refills, instants, side="right") - 1)
    assert passed.keys() <= set(range(len(refills)))
    assert all(passed[i] <= refill.overall for i, refill in enumerate(gate.refills))
    later = range(2, DAYS)  # once trains are waiting, every slot is used
    assert [passed[i] for i in later] == [gate.refills[i].overall for i in later]


def test_trains_that_wait_for_a_slot_fill_the_first_station_but_let_empties_pass() -> None:
    _, program = crossing("kz_to_cn", {"rail.dostyk.kz_to_cn.slots": 5.0})
    entities, outcome = simulate(program)
    tracks = "rail.dostyk.kz_to_cn.kz.receiving_tracks"
    assert in_zone(program, outcome, tracks).max() == 14
    assert blocked_h(program, outcome, tracks) > 0
    empties = program.source_names.index("rail.dostyk.kz_to_cn.empties")
    rows = slice(entities.first[empties], entities.first[empties + 1])
    gone = outcome.exit_ms[rows] != STILL_INSIDE
    assert gone.mean() > 0.95


def test_a_front_that_falls_behind_keeps_trains_waiting_at_the_neighbours_station() -> None:
    key = "rail.dostyk.cn_to_kz.transship.fronts_container"
    here, there = (f"rail.dostyk.cn_to_kz.{side}.receiving_tracks" for side in ("kz", "cn"))
    _, enough = crossing("cn_to_kz", {})
    _, one = crossing("cn_to_kz", {key: 1.0})
    with_enough, with_one = simulate(enough)[1], simulate(one)[1]
    assert in_zone(one, with_one, here).max() == 10
    assert in_zone(one, with_one, there).mean() > 4 * in_zone(enough, with_enough, there).mean()
    assert blocked_h(one, with_one, here) > 100 * blocked_h(enough, with_enough, here)
    exits = [(outcome.exit_ms != STILL_INSIDE).sum() for outcome in (with_enough, with_one)]
    assert exits[1] < exits[0]


def test_a_corridors_trains_wait_less_and_the_others_more_where_a_front_is_short() -> None:
    short = {"rail.dostyk.cn_to_kz.transship.fronts_container": 2.0}
    parts, without = crossing("cn_to_kz", short)
    _, program = crossing("cn_to_kz", short, "priority_class")
    entities, base = simulate(without)
    same, first = simulate(program)
    assert np.array_equal(entities.arrival_ms, same.arrival_ms)
    assert entities.free_flow_ms.tolist() == same.free_flow_ms.tolist()
    exits = [np.where(o.exit_ms < 0, program.horizon_ms, o.exit_ms) for o in (base, first)]
    change = exits[1] - exits[0]
    compliant = np.array([group.compliant for group in parts.groups])[entities.group]
    loaded = np.array([group.klass == "container" for group in parts.groups])[entities.group]
    assert change[compliant].mean() < 0
    assert change[loaded & ~compliant].mean() > 0
