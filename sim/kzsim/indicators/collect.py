"""Replications put together, one after another and always in their order."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kzsim.indicators.histogram import Histogram
from kzsim.indicators.layout import Layout
from kzsim.indicators.occupancy import Taken, taken
from kzsim.indicators.summary import Summary
from kzsim.network.model import MS_PER_HOUR, Account

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]


class Collected:
    """What tables are made of, over all replications added so far.

    Memory grows with a replication's indicators (some hundred kilobytes), not with its entities.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.indicators: list[F64] = []
        self.cohort: list[I64] = []
        self.busy_ms: list[I64] = []
        self.capacity_ms: list[I64] = []
        self.entities: list[int] = []
        self.chosen: list[I64] = []
        self.chosen_ms: list[I64] = []
        self.followed: list[I64] = []
        self.capped_ms: list[I64] = []
        self.idle_ms: list[I64] = []
        self.times = Histogram()
        shape = (len(layout.cells), len(layout.elements), len(Account))
        self._hours = np.zeros(shape)
        self._with_entities = np.zeros(len(layout.cells), dtype=np.int64)
        self._hourly: I64 | None = None
        self.taken: list[Taken] = []

    def add(self, summary: Summary) -> None:
        """Add the next replication. Sums of floats depend on the order: add in replication order."""
        self.indicators.append(summary.values)
        self.cohort.append(summary.cohort)
        self.busy_ms.append(summary.busy_ms)
        self.capacity_ms.append(summary.capacity_ms)
        self.entities.append(summary.entities)
        self.chosen.append(summary.chosen)
        self.chosen_ms.append(summary.chosen_ms)
        self.followed.append(summary.followed)
        self.capped_ms.append(summary.capped_ms)
        self.idle_ms.append(summary.idle_ms)
        self.times.add(summary.time_key, summary.time_count)
        self._hours += self._account_hours(summary)
        self._with_entities += summary.cohort > 0
        if summary.hourly is not None:
            if self._hourly is None:
                self._hourly = np.zeros(summary.hourly.shape, dtype=np.int64)
            self._hourly += summary.hourly
            self.taken.append(taken(self.layout, summary.hourly))

    def _account_hours(self, summary: Summary) -> F64:
        """float64 [cells, elements, accounts]: hours per entity of the cohort in one replication."""
        layout = self.layout
        flat = np.zeros((len(layout.groups), len(layout.elements) * len(Account)), dtype=np.int64)
        flat.ravel()[summary.account_at] = summary.account_ms
        result = np.zeros(self._hours.shape)
        for cell, member in enumerate(layout.member):
            if summary.cohort[cell]:
                total = flat[member].sum(axis=0).reshape(self._hours.shape[1:])
                result[cell] = total / int(summary.cohort[cell]) / MS_PER_HOUR
        return result

    @property
    def n(self) -> int:
        """Replications added."""
        return len(self.indicators)

    @property
    def account_hours(self) -> F64:
        """float64 [cells, elements, accounts]: mean over the replications in which a cell has anyone."""
        return np.asarray(self._hours / np.maximum(self._with_entities, 1)[:, None, None])

    @property
    def hourly(self) -> F64 | None:
        """float64 [series, instants]: mean over the replications, None if none was kept."""
        return None if self._hourly is None else np.asarray(self._hourly / self.n)

    @property
    def mean_busy_ms(self) -> F64:
        """float64 [pools]: servers' time held, mean over the replications."""
        return self._mean(self.busy_ms)

    @property
    def mean_capacity_ms(self) -> F64:
        """float64 [pools]: servers' time that there was, mean over the replications."""
        return self._mean(self.capacity_ms)

    def _mean(self, by_replication: list[I64]) -> F64:
        total = np.zeros(len(self.layout.pools), dtype=np.int64)
        for of_pools in by_replication:
            total += of_pools
        return np.asarray(total / max(self.n, 1))

    @property
    def mean_idle_ms(self) -> F64:
        """float64 [kinds of tokens]: mean over the replications."""
        total = np.zeros(len(self.layout.tokens), dtype=np.int64)
        for idle in self.idle_ms:
            total += idle
        return np.asarray(total / max(self.n, 1))

    @property
    def cohort_total(self) -> I64:
        """int64 [cells]: cohort summed over the replications."""
        total = np.zeros(len(self.layout.cells), dtype=np.int64)
        for cohort in self.cohort:
            total += cohort
        return total
