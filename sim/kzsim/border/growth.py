"""Goals in money and containers as trucks and trains, step by step; each step is an entry of the evidence.

- A **turnover** grows tonnes by a power of its own growth (``trade.tonnes_per_value``); what is transit does
  not follow (``trade.transit_share_*``).
- More **farm exports** are tonnes (``trade.farm_export_value``), by rail and by road
  (``trade.farm_export_rail_share``), at each crossing in proportion to what it carries already. Some of
  the loads by road go on trucks that would have gone empty (``trade.backload_share``).
- More **containers on the Trans-Caspian route** come from China (``..._share_from_china``) as trains of so
  many TEU as container trains have, over the crossings that have a share of the route
  (``rail.<crossing>.both.trans_caspian.share``); some go back loaded.

By rail a scenario's own factors of the crossings divide what is added, so that all of it is carried: a
planned railway that is simulated has its part, and those that give up trains to it have less.

As many trucks go as come: a load that needs a truck of its own adds an empty one the other way, and empty
trains grow with the loaded trains of the other direction.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from kzsim import evidence
from kzsim.border.labels import DIRECTIONS, Direction
from kzsim.evidence import EvidenceError, Parameters

if TYPE_CHECKING:
    from kzsim.scenario import Growth, Scenario

Road = Mapping[str, Mapping[str, evidence.RoadFlow]]
Rail = Mapping[str, Mapping[str, evidence.RailFlow]]

EMPTY, EMPTIES = "empty", "empties"
GRAIN, CONTAINER = "grain", "container"
FARM_BY_ROAD = ("grain_and_oilseed", "other_agri")
THERE: Direction = "kz_to_cn"
BACK: Direction = "cn_to_kz"
CASPIAN_SHARE = "rail.{crossing}.both.trans_caspian.share"
DAYS_PER_YEAR = 365
_TURNOVER = "macro.trade_turnover"


def road_flows(
    growth: Growth, params: Parameters, crossing: str, year: int, before: Callable[[str], Road]
) -> Road:
    """A year's trucks of a crossing as the goals have them; ``before`` gives those of any without goals."""
    flows = before(crossing)
    if growth.turnover_bn_usd is not None:
        grown = turnover_factor(growth, params, year) - 1.0
        factor = 1.0 + (1.0 - params.get("trade.transit_share_road").share) * grown
        flows = {way: _times(of_way, factor) for way, of_way in flows.items()}
    if growth.farm_exports_bn_usd:
        flows = _with_farm_goods(flows, _farm_by_road_t(growth, params, crossing, before), params)
    return flows


def rail_flows(
    growth: Growth,
    params: Parameters,
    crossing: str,
    year: int,
    before_at: Callable[[str], Rail],
    factors: Mapping[str, float] | None = None,
) -> Rail:
    """A year's trains of a crossing as the goals have them; ``before_at``: those of any without goals.

    ``factors``: by railway that shares the goals, what its trains, these too, are multiplied by afterwards;
    None: 1 at each that is there.
    """
    before = before_at(crossing)
    factors = dict.fromkeys(_with("rail"), 1.0) if factors is None else factors
    more: dict[tuple[str, str], float] = {}

    def add(way: str, klass: str, trains: float) -> None:
        more[way, klass] = more.get((way, klass), 0.0) + trains

    if growth.turnover_bn_usd is not None:
        grown = turnover_factor(growth, params, year) - 1.0
        follow = 1.0 - params.get("trade.transit_share_rail").share
        for way, of_way in before.items():
            for klass, flow in of_way.items():
                if klass != EMPTIES:
                    part = 1.0 if klass == GRAIN else follow
                    add(way, klass, grown * part * flow.trains_per_day.number)
    if growth.farm_exports_bn_usd and GRAIN in before[THERE] and crossing in factors:
        by_rail = params.get("trade.farm_export_rail_share").share
        carried = math.fsum(factor * _grain_t(before_at(name)) for name, factor in sorted(factors.items()))
        share = _grain_t(before) / carried if carried else 0.0
        tonnes = _farm_t(growth, params) * by_rail * share
        add(THERE, GRAIN, tonnes / before[THERE][GRAIN].net_t_per_train / DAYS_PER_YEAR)
    if growth.trans_caspian_teu is not None:
        trains = _caspian_trains(growth, params, crossing, before[BACK][CONTAINER], factors)
        add(BACK, CONTAINER, trains)
        add(THERE, CONTAINER, trains * params.get("trade.trans_caspian_back_share").share)
    return {way: _with_trains(before, more, way) for way in DIRECTIONS}


def turnover_factor(growth: Growth, params: Parameters, year: int) -> float:
    """What the tonnes of the trade grow by. Raises EvidenceError if the year's turnover is not known."""
    known = evidence.macro()["trade_turnover_usd_bn"]["kz_statistics"]
    now = known.get(str(year))
    if now is None:
        raise EvidenceError(f"the turnover of {year} is not in the evidence; there is {', '.join(known)}")
    values = {"value": now["value"], "unit": "bn USD", "note": now.get("note", "")}
    params.take(f"{_TURNOVER}.{year}", values, now["grade"], now["sources"])
    if growth.turnover_bn_usd is None:
        return 1.0
    return float((growth.turnover_bn_usd / now["value"]) ** params.get("trade.tonnes_per_value").number)


def _times(flows: Mapping[str, evidence.RoadFlow], factor: float) -> Mapping[str, evidence.RoadFlow]:
    """Every class times the factor, empty trucks too: they go to fetch the loads, and take the rounding."""
    trucks = {klass: round(flow.trucks * factor) for klass, flow in flows.items() if klass != EMPTY}
    total = round(sum(flow.trucks for flow in flows.values()) * factor)
    trucks[EMPTY] = max(0, total - sum(trucks.values()))
    return {klass: replace(flow, trucks=trucks[klass]) for klass, flow in flows.items()}


def _with_farm_goods(flows: Road, tonnes: Mapping[str, float], params: Parameters) -> Road:
    """More loads towards China: some on trucks that would have gone empty, the others on trucks more."""
    there, back = dict(flows[THERE]), dict(flows[BACK])
    loads = {klass: round(each / there[klass].load_t) for klass, each in tonnes.items()}
    total = sum(loads.values())
    instead = min(round(total * params.get("trade.backload_share").share), there[EMPTY].trucks)
    for klass, number in loads.items():
        there[klass] = replace(there[klass], trucks=there[klass].trucks + number)
    there[EMPTY] = replace(there[EMPTY], trucks=there[EMPTY].trucks - instead)
    back[EMPTY] = replace(back[EMPTY], trucks=back[EMPTY].trucks + total - instead)
    return {THERE: there, BACK: back}


def _farm_t(growth: Growth, params: Parameters) -> float:
    """Tonnes a year that the exports come to."""
    return (growth.farm_exports_bn_usd or 0.0) * 1e9 / params.get("trade.farm_export_value").number


def _farm_by_road_t(
    growth: Growth, params: Parameters, crossing: str, before: Callable[[str], Road]
) -> Mapping[str, float]:
    """Additional tonnes by class at a crossing, in proportion to what goes there in that year."""
    by_road = _farm_t(growth, params) * (1.0 - params.get("trade.farm_export_rail_share").share)
    everywhere = math.fsum(sum(_farm_road_t(before(name)).values()) for name in _with("road"))
    return {klass: by_road * here / everywhere for klass, here in _farm_road_t(before(crossing)).items()}


def _farm_road_t(flows: Road) -> Mapping[str, float]:
    return {klass: flows[THERE][klass].tonnes for klass in FARM_BY_ROAD}


def _grain_t(flows: Rail) -> float:
    flow = flows[THERE].get(GRAIN)
    return 0.0 if flow is None else flow.tonnes


@cache
def _with(mode: str) -> tuple[str, ...]:
    return tuple(sorted(name for name, there in evidence.crossings().items() if mode in there.modes))


def railways(scenario: Scenario) -> Mapping[str, float]:
    """The railways that share a scenario's goals, and what it multiplies the trains of each by.

    Those that are there share them whether they are simulated or not, planned ones where they are.
    """
    settings = scenario.crossings
    return {
        name: settings[name].rail.demand_factor if name in settings else 1.0
        for name in sorted({*_with("rail"), *scenario.rail})
    }


def _caspian_trains(
    growth: Growth,
    params: Parameters,
    crossing: str,
    flow: evidence.RailFlow,
    factors: Mapping[str, float],
) -> float:
    """Trains a day more from China at a crossing, before the scenario's factor of it."""
    now = params.get("trade.trans_caspian_teu").number
    more = (growth.trans_caspian_teu or 0.0) - now
    from_china = more * params.get("trade.trans_caspian_share_from_china").share
    shares = {name: params.find(CASPIAN_SHARE.format(crossing=name)) for name in sorted(factors)}
    parts = {name: fact.share for name, fact in shares.items() if fact is not None}
    if not any(parts.values()):
        raise EvidenceError(
            "no railway has a share of the Trans-Caspian route; give one of them more than 0 %"
        )
    carried = math.fsum(factors[name] * part for name, part in parts.items())
    here = parts.get(crossing, 0.0) / carried if carried else 0.0
    if flow.teu_per_train is None:
        raise EvidenceError(f"{crossing}: the TEU of a container train are not in the evidence")
    return from_china * here / flow.teu_per_train / DAYS_PER_YEAR


def _with_trains(
    before: Rail, more: Mapping[tuple[str, str], float], way: Direction
) -> Mapping[str, evidence.RailFlow]:
    other = BACK if way == THERE else THERE
    loaded = math.fsum(
        flow.trains_per_day.number for klass, flow in before[other].items() if klass != EMPTIES
    )
    added = math.fsum(trains for (of, _), trains in more.items() if of == other)
    found = {}
    for klass, flow in before[way].items():
        now = flow.trains_per_day.number
        trains = now * (1.0 + added / loaded) if klass == EMPTIES else now + more.get((way, klass), 0.0)
        found[klass] = replace(flow, trains_per_day=replace(flow.trains_per_day, value=max(0.0, trains)))
    return MappingProxyType(found)
