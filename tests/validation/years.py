"""The three years of the evidence as the model has them: who left when, and how long it took."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kzsim.border.calendars import Clock, clock
from kzsim.border.labels import GroupLabel
from kzsim.engines import choice
from kzsim.evidence import Target
from kzsim.experiments.models import Model, make_model
from kzsim.experiments.once import run_once
from kzsim.indicators.catalogue import INDICATORS
from kzsim.indicators.layout import LOADED
from kzsim.indicators.legs import CROSSING
from kzsim.scenario import Scenario, load

SCENARIOS = Path(__file__).parents[2] / "scenarios"
OF_YEAR = {2022: "base_2022.yaml", 2023: "baseline_2023.yaml", 2025: "base_2025.yaml"}

Weigh = Callable[[GroupLabel], float]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Replication:
    """``exits``: group and ms of everybody's leaving (negative: still inside). ``values`` [cells, indicators]
    and ``cohort`` [cells] as in a summary."""

    group: npt.NDArray[np.int32]
    exit_ms: Ints
    values: npt.NDArray[np.float64]
    cohort: Ints


@dataclass(frozen=True)
class Year:
    """A year's scenario, run several times."""

    scenario: Scenario
    model: Model
    replications: tuple[Replication, ...]

    @property
    def clock(self) -> Clock:
        """Kazakhstan's clock over the run."""
        return clock(self.scenario.first_day, self.scenario.last_day)

    def days(self, target: Target) -> tuple[date, date]:
        """The target's period, both days included; the whole year where it has none."""
        return target.period or (self.scenario.first_day, self.scenario.last_day)

    def total(self, target: Target, weigh: Weigh) -> tuple[float, ...]:
        """By replication, the sum of the weights of those who left the crossing within the target's period.

        A truck that goes and comes back leaves it twice. Its waits at home and in the yard are no crossings.
        """
        first, last = self.days(target)
        start, end = self.clock.ms("kz", first), self.clock.ms("kz", last + timedelta(days=1))
        weight = self._weights(target, weigh)
        return tuple(
            float(weight[one.group[(one.exit_ms >= start) & (one.exit_ms < end)]].sum())
            for one in self.replications
        )

    def busiest_day(self, target: Target, weigh: Weigh) -> tuple[float, ...]:
        """By replication, the largest such sum of one day of the period."""
        first, last = self.days(target)
        number = (last - first).days + 1
        edges = [self.clock.ms("kz", first + timedelta(days=day)) for day in range(number + 1)]
        weight = self._weights(target, weigh)
        return tuple(
            float(np.histogram(one.exit_ms, edges, weights=weight[one.group])[0].max())
            for one in self.replications
        )

    def hours(self, target: Target, indicator: str) -> tuple[float, ...]:
        """By replication, the mean of an indicator over the loaded of the target's crossing, or of all."""
        column = [one.name for one in INDICATORS].index(indicator)
        cells = [
            number
            for number, cell in enumerate(self.model.layout.cells)
            if (cell.mode, cell.klass, cell.corridor) == (target.mode, LOADED, "all")
            and target.direction in (cell.direction, "both")
            and target.crossing in (cell.crossing, None)
        ]
        return tuple(
            float(np.average(one.values[cells, column], weights=one.cohort[cells]))
            for one in self.replications
        )

    def _weights(self, target: Target, weigh: Weigh) -> npt.NDArray[np.float64]:
        return np.array(
            [
                weigh(group)
                if group.leg == CROSSING
                and (group.crossing, group.mode) == (target.crossing, target.mode)
                and target.direction in (group.direction, "both")
                else 0.0
                for group in self.model.border.groups
            ]
        )


def run_year(year: int, replications: int) -> Year:
    """Run a year's scenario that often, by the kernel, without the counterfactual."""
    return _run(SCENARIOS / OF_YEAR[year], replications)


def _run(path: Path, replications: int) -> Year:
    scenario = load(path)
    model = make_model(scenario)
    engine = choice.load(choice.KERNEL)
    found = []
    for number in range(replications):
        seen = run_once(engine, model, scenario.seed, number, scenario.title, passage=True, hourly=False)
        if seen.passage is None:
            raise RuntimeError("the run was to keep who left when")
        found.append(
            Replication(seen.entities.group, seen.passage.exit_ms, seen.summary.values, seen.summary.cohort)
        )
    return Year(scenario, model, tuple(found))


@cache
def years(replications: int, which: Sequence[int] = tuple(OF_YEAR)) -> dict[int, Year]:
    """All of them, by year."""
    return {year: run_year(year, replications) for year in which}
