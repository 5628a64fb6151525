"""Values of a scenario that are each right and together let no train ever pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kzsim import evidence
from kzsim.evidence import Fact, Parameters
from kzsim.scenario.problems import listed
from kzsim.scenario.report import Report

BOTH = "both"
GRAIN = "grain"
WAGONS = "trains.wagons_container"
TEU = "trains.teu_per_container_train"


def check_planned(simulated: tuple[str, ...], year: int, report: Report) -> None:
    """Refuse a railway in a year for which the evidence has no trains of it."""
    for name in simulated:
        years = evidence.rail_years(name)
        if year not in years:
            message = (
                f"the railway at {name} is planned, and the evidence has its trains for {listed(years)} "
                f"only; set 'year: {years[-1]}', or take it out"
            )
            report.add(("simulate", "rail"), message)


def check_trains(
    simulated: tuple[str, ...], year: int, overrides: Mapping[str, float | bool | str], report: Report
) -> None:
    """Refuse platforms or a yard too few for one train, and trains of grain without weight."""
    said: set[tuple[str, str]] = set()
    for name in simulated:
        if year not in evidence.rail_years(name):
            continue
        params = Parameters(year, overrides)
        for direction in evidence.conventions().directions:
            for fact, message in _faults(params, name, direction):
                if (fact.key, message) not in said:
                    said.add((fact.key, message))
                    report.add(("parameters", fact.key), message)


def _faults(params: Parameters, crossing: str, direction: str) -> Iterator[tuple[Fact, str]]:
    """What a scenario's own value makes impossible, at the value to be changed."""

    def find(tail: str) -> Fact | None:
        own = params.find(f"rail.{crossing}.{direction}.{tail}")
        return own or params.find(f"rail.{crossing}.{BOTH}.{tail}")

    flows = evidence.rail_demand(crossing, params.year).flows[direction]
    pool, wagons, yard, teu = find("platforms.pool"), find(WAGONS), find("yard.containers"), find(TEU)
    needed = max(
        round(wagons.number) if wagons else 0,
        flows[GRAIN].wagons_per_train if GRAIN in flows else 0,
    )
    if pool and pool.number < needed:
        fact = pool if pool.of_scenario or wagons is None else wagons
        there = f"a train from here takes {needed} wagons, and there are {pool.number:g} at {crossing}"
        yield fact, f"{there}: it could never be reloaded"
    if yard and teu and yard.number < teu.number:
        there = f"a train has {teu.number:g} TEU, and the yard at {crossing} takes {yard.number:g}"
        yield (yard if yard.of_scenario else teu), f"{there}: it could never be unloaded"
    load = find("load.grain_train")
    if GRAIN in flows and load and load.number <= 0:
        yield load, "a train of grain without weight cannot be counted against what the terminals take"
