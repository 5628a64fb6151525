"""Sentences about a run: how precise it is, whether lines still grow, who did not get through."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType

from kzsim.indicators.collect import Collected
from kzsim.indicators.dictionary import GROWTH_SHARE, INDICATORS
from kzsim.indicators.intervals import Estimate, estimate
from kzsim.indicators.legs import CROSSING, HOME, YARD
from kzsim.network.model import MS_PER_DAY

PRECISE_WITHIN = 0.05
"""Half-width relative to the mean up to which a mean crossing time is called precise."""

NOT_THROUGH_ABOVE = 0.01
"""Share not through above which a mean rests on the length of the follow-up."""

GROWING = MappingProxyType({CROSSING: "growing", HOME: "growing_at_home", YARD: "growing_in_yard"})
NOT_THROUGH = MappingProxyType({CROSSING: "not_through", HOME: "not_come", YARD: "not_loaded"})
"""Codes of these judgements by the leg that they are about."""
_DONE = {CROSSING: "through", HOME: "at the border", YARD: "given a load"}

_COLUMN = {indicator.name: number for number, indicator in enumerate(INDICATORS)}


@dataclass(frozen=True)
class Judgement:
    """One judgement, in fields and in words. Empty strings where it is not about one flow.

    ``run`` is ``scenario`` or ``counterfactual``. ``ok`` says whether it speaks for the result;
    ``value`` is the figure judged.
    """

    code: str
    ok: bool
    text: str
    value: float
    crossing: str = ""
    mode: str = ""
    direction: str = ""
    run: str = "scenario"


def judge(seen: Collected, run: str = "scenario") -> tuple[Judgement, ...]:
    """All judgements of one run's replications; of a counterfactual only those about its lines.

    Trains are judged by the loaded ones.
    """
    made = [] if run == "counterfactual" else [precision(seen)]
    return (*made, *growing(seen, run), *not_through(seen, run))


def precision(seen: Collected) -> Judgement:
    """Whether every flow's mean crossing time is known to within 5 %."""
    if seen.n < 2:
        text = "One replication: no interval. Ask for more replications to learn how precise the means are."
        return Judgement("no_interval", False, text, math.nan)
    relative = []
    for number in seen.layout.headlines:
        found = _estimate(seen, number, "crossing_time")
        if found.n > 1 and found.mean > 0:
            relative.append((found.half_width / found.mean, seen.layout.cells[number]))
    if not relative:
        return Judgement("no_interval", False, "No mean crossing time has an interval.", math.nan)
    worst, cell = max(relative, key=lambda item: item[0])
    ok = worst <= PRECISE_WITHIN
    wanted = f"precise within {100 * PRECISE_WITHIN:.0f} % of the mean"
    text = (
        f"With {seen.n} replications every mean crossing time is {wanted}; the widest is "
        f"{cell.spoken} (± {100 * worst:.1f} %)."
        if ok
        else f"{seen.n} replications are too few for mean crossing times {wanted}: "
        f"{cell.spoken} is known to ± {100 * worst:.1f} %."
    )
    return Judgement("precision", ok, text, worst, *cell.flow)


def growing(seen: Collected, run: str = "scenario") -> tuple[Judgement, ...]:
    """One judgement for each flow whose line still grows at the end, or one that none does.

    A line grows if, in the mean over the replications, the number inside rose over the last quarter
    of the measured window by more than 5 % of those who arrived in it and by more than one day's
    arrivals.
    """
    found = []
    for number in (*seen.layout.headlines, *seen.layout.waits_before):
        kept = _estimate(seen, number, "unabsorbed_share").mean
        growth = _estimate(seen, number, "inside_growth").mean
        daily = _estimate(seen, number, "arrivals_per_day").mean
        if kept > GROWTH_SHARE and growth > daily:
            cell = seen.layout.cells[number]
            text = (
                f"{_lead(run)}{cell.spoken}: the line still grows at the end of the run; {100 * kept:.0f} % "
                "of the arrivals of its last quarter were not taken off, so mean times depend on the length "
                "of the run."
            )
            found.append(Judgement(GROWING[cell.leg], False, text, kept, *cell.flow, run))
    if found or run == "counterfactual":
        return tuple(found)
    return (Judgement("growing", True, "No line is still growing at the end of the run.", 0.0),)


def not_through(seen: Collected, run: str = "scenario") -> tuple[Judgement, ...]:
    """One judgement for each flow of which more than 1 % did not get through in time, or one."""
    days = seen.layout.follow_up_ms / MS_PER_DAY
    found, largest = [], 0.0
    for number in (*seen.layout.headlines, *seen.layout.waits_before):
        share = _estimate(seen, number, "share_not_through").mean
        if math.isnan(share):
            continue
        cell = seen.layout.cells[number]
        largest = max(largest, share) if cell.leg == CROSSING else largest
        if share > NOT_THROUGH_ABOVE:
            text = (
                f"{_lead(run)}{cell.spoken}: {100 * share:.1f} % were not {_DONE[cell.leg]} within the "
                f"{days:g} days of follow-up; means count them with {days:g} days."
            )
            found.append(Judgement(NOT_THROUGH[cell.leg], False, text, share, *cell.flow, run))
    if found or run == "counterfactual":
        return tuple(found)
    text = (
        f"Everyone followed was through within {days:g} days."
        if largest == 0
        else f"{_at_most(largest)} were not through within {days:g} days at any crossing."
    )
    return (Judgement("not_through", True, text, largest),)


def _estimate(seen: Collected, cell: int, name: str) -> Estimate:
    return estimate(float(values[cell, _COLUMN[name]]) for values in seen.indicators)


def _at_most(share: float) -> str:
    """A bound in per cent with two decimals, rounded up so that it is true."""
    hundredths = math.ceil(round(10_000 * share, 9))
    return "Fewer than 0.01 %" if share < 1e-4 else f"At most {hundredths / 100:.2f} %"


def _lead(run: str) -> str:
    return "Without the corridors, " if run == "counterfactual" else ""
