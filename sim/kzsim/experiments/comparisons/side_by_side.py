"""The worlds of a comparison, and what is kept of each pair, replication by replication."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kzsim.experiments.comparisons.plan import ComparisonPlan
from kzsim.experiments.comparisons.roles import pair_layout
from kzsim.experiments.comparisons.same import same_roles
from kzsim.experiments.methods import Split
from kzsim.experiments.models import Model
from kzsim.experiments.worlds import Together, Worlds
from kzsim.indicators.catalogue import UNCHANGED_WITHIN_MS
from kzsim.indicators.comparison import Pairs
from kzsim.indicators.gains import N_BANDS, Gains
from kzsim.indicators.layout import ALL, Layout
from kzsim.indicators.summary import account_means, accounts_by_group
from kzsim.network.model import MS_PER_HOUR, Account

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]


class PairedWorlds(Worlds):
    """A base and alternatives; each pair is told in the cells of both, where the same entities comply."""

    def cells_of(self, number: int) -> Layout:
        """The cells in which a world is compared with the first."""
        own = self.model(number).layout
        if not same_roles(self.scenarios[0], self.scenarios[number]):
            return own
        return pair_layout(self.model(0).layout, own)


class SideBySide(Worlds):
    """The worlds of a plan; each pair is told in the cells of base and alternative together."""

    def __init__(self, plan: ComparisonPlan, engine: str, *, compiled: bool) -> None:
        super().__init__(
            plan.worlds,
            seed=plan.seed,
            engine=engine,
            compiled=compiled,
            models=plan.models,
            unchanged_within_ms=plan.unchanged_within_ms,
        )
        self._cells = [
            pair_layout(plan.models[0].layout, model.layout) if same else model.layout
            for model, same in zip(plan.models[1:], plan.same_roles, strict=True)
        ]

    def cells_of(self, number: int) -> Layout:
        """Those of its pair; what an alternative is taken apart into is told in the alternative's."""
        return self._cells[min(number, len(self._cells)) - 1]


class Paired:
    """One alternative against the base, over the replications added so far, in the cells of ``layout``.

    Times that change by at most ``unchanged_within_h`` hours count as unchanged.
    """

    def __init__(
        self,
        layout: Layout,
        base: Model,
        own: Model,
        *,
        same_roles: bool,
        unchanged_within_h: float = UNCHANGED_WITHIN_MS / MS_PER_HOUR,
    ) -> None:
        self.layout = layout
        self._base_layout, self._own_layout = base.layout, own.layout
        self._same_roles = same_roles
        self.unchanged_within_h = unchanged_within_h
        self.base: list[F64] = []
        self.alternative: list[F64] = []
        self.base_accounts: list[F64] = []
        self.own_accounts: list[F64] = []
        self.splits: list[tuple[Split, ...]] = []
        self.cohort: I64 = np.zeros(len(layout.cells), dtype=np.int64)
        self.bands: I64 = np.zeros((len(layout.cells), N_BANDS), dtype=np.int64)
        self.gains = Gains()

    @property
    def n(self) -> int:
        """Replications added."""
        return len(self.base)

    def add(self, together: Together, world: int) -> None:
        """Add the next replication, in which the alternative is the world of that number."""
        pairs = together.pairs[world - 1]
        self.base.append(pairs.base)
        self.alternative.append(pairs.alternative)
        self.splits.append(_splits(pairs))
        self.cohort = self.cohort + pairs.cohort
        self.bands = self.bands + pairs.gain_bands
        self.gains.add(pairs.gain_key, pairs.gain_count)
        own = accounts_by_group(self._own_layout, together.summaries[world])
        self.own_accounts.append(account_means(self.layout, own, pairs.alternative_came))
        before = accounts_by_group(self._base_layout, together.summaries[0])
        self.base_accounts.append(self._base_means(before, together.summaries[0].cohort, pairs.base_came))

    def _base_means(self, sums: I64, base_cohort: I64, cohort: I64) -> F64:
        """The base's accounts in this pair's cells; NaN where a cell is not of the same entities."""
        if self._same_roles:
            return account_means(self.layout, sums, cohort)
        of_base = account_means(self._base_layout, sums, base_cohort)
        row = {cell.key: number for number, cell in enumerate(self._base_layout.cells)}
        found = np.full((len(self.layout.cells), len(Account)), np.nan)
        for number, cell in enumerate(self.layout.cells):
            if cell.corridor == ALL and cell.key in row:
                found[number] = of_base[row[cell.key]]
        return found


def _splits(pairs: Pairs) -> tuple[Split, ...]:
    return tuple(
        Split(
            winners=int(pairs.winners[cell]),
            losers=int(pairs.losers[cell]),
            unchanged=int(pairs.cohort[cell] - pairs.winners[cell] - pairs.losers[cell]),
            gained_h=int(pairs.gained_ms[cell]) / MS_PER_HOUR,
            lost_h=int(pairs.lost_ms[cell]) / MS_PER_HOUR,
            drift_h=int(pairs.drift_ms[cell]) / MS_PER_HOUR,
        )
        for cell in range(len(pairs.cohort))
    )
