"""Warns where a scenario's demand leaves what the evidence thinks possible."""

from __future__ import annotations

from dataclasses import dataclass

from kzsim import evidence
from kzsim.scenario.parameters import cite
from kzsim.scenario.report import Path, Report
from kzsim.scenario.schema import ScenarioFile


@dataclass(frozen=True)
class Range:
    """How far demand may lie from the evidence's value, as factors, and who says so."""

    low: float
    high: float
    grade: str
    sources: tuple[str, ...]


def warn_outside(
    written: ScenarioFile, year: int, simulated: dict[str, tuple[str, ...]], report: Report
) -> None:
    """One warning for every ``demand`` that takes a crossing out of the range of its evidence."""
    overall = 1.0 if written.demand is None else written.demand
    outside: dict[Path, list[str]] = {}
    for mode, names in simulated.items():
        for name in names:
            own = getattr(getattr(written.crossings.get(name), mode, None), "demand", None)
            factor = overall * (1.0 if own is None else own)
            known = demand_range(mode, name, year)
            if factor == 1.0 or known is None or known.low <= factor <= known.high:
                continue
            path: Path = ("demand",) if own is None else ("crossings", name, mode, "demand")
            said = f"{100 * factor:.4g} % of the {mode} demand at {name}"
            span = f"{100 * known.low:.3g} to {100 * known.high:.3g} %"
            outside.setdefault(path, []).append(f"{said} ({span}; {cite(known.grade, known.sources)})")
    for path, places in outside.items():
        report.add(path, f"lies outside the evidence's range: {'; '.join(places)}", "warning")


def demand_range(mode: str, crossing: str, year: int) -> Range | None:
    """The range of a crossing's demand as factors of its value; None where the evidence has none."""
    if mode == "road":
        trucks = evidence.road_demand(crossing, year).trucks_each_way
        if trucks.low is None or trucks.high is None:
            return None
        return Range(trucks.low / trucks.number, trucks.high / trucks.number, trucks.grade, trucks.sources)
    demand = evidence.rail_demand(crossing, year)
    trains = [flow.trains_per_day for flows in demand.flows.values() for flow in flows.values()]
    total = sum(fact.number for fact in trains)
    low = sum(fact.number if fact.low is None else fact.low for fact in trains)
    high = sum(fact.number if fact.high is None else fact.high for fact in trains)
    return Range(low / total, high / total, demand.grade, demand.sources)
