"""What a train carries: wagons, tonnes and containers of its class, from the entries of the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from kzsim import evidence
from kzsim.border.labels import DIRECTIONS
from kzsim.border.rail_line import EMPTIES, GRAIN, Line
from kzsim.evidence import Parameters

CONTAINER, OTHER_BULK, BOXCARS = "container", "other_bulk", "boxcars"

# The ends of the keys by class: of its wagons, of a wagon's load, of a whole train's load, of its TEU.
WAGONS: Mapping[str, str] = MappingProxyType(
    {
        CONTAINER: "trains.wagons_container",
        OTHER_BULK: "trains.wagons_bulk",
        BOXCARS: "trains.wagons_boxcar",
        EMPTIES: "trains.wagons_empty",
    }
)
OF_A_WAGON: Mapping[str, str] = MappingProxyType(
    {OTHER_BULK: "load.wagon_bulk", BOXCARS: "load.wagon_boxcar"}
)
OF_A_TRAIN: Mapping[str, str] = MappingProxyType(
    {CONTAINER: "load.container_train", GRAIN: "load.grain_train"}
)
TEU: Mapping[str, str] = MappingProxyType({CONTAINER: "trains.teu_per_container_train"})


def rail_flows(params: Parameters, crossing: str, year: int) -> Mapping[str, Mapping[str, evidence.RailFlow]]:
    """A year's trains of a crossing by direction and class, each with the load that the entries give it.

    Where there is no entry for a class the flow's own figure stays, such as the wagons of a train of grain.
    """
    flows = evidence.rail_demand(crossing, year).flows
    return MappingProxyType(
        {
            direction: MappingProxyType(
                {
                    klass: loaded(Line(crossing, direction, params), klass, flow)
                    for klass, flow in flows[direction].items()
                }
            )
            for direction in DIRECTIONS
        }
    )


def loaded(line: Line, klass: str, flow: evidence.RailFlow) -> evidence.RailFlow:
    """The flow of a class with wagons, tonnes and TEU of its trains from the entries."""

    def said(of_class: Mapping[str, str]) -> float | None:
        fact = line.find(of_class[klass]) if klass in of_class else None
        return None if fact is None else fact.number

    wagons = said(WAGONS)
    number = flow.wagons_per_train if wagons is None else round(wagons)
    of_a_wagon, tonnes, teu = said(OF_A_WAGON), said(OF_A_TRAIN), said(TEU)
    if of_a_wagon is not None:
        tonnes = number * of_a_wagon
    net_t = flow.net_t_per_train if tonnes is None else tonnes
    return replace(
        flow,
        wagons_per_train=number,
        net_t_per_train=net_t,
        tonnes=flow.trains * net_t,
        teu_per_train=flow.teu_per_train if teu is None else teu,
    )
