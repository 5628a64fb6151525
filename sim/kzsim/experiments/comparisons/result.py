"""What a comparison gives: tidy tables, and what has to be said about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kzsim.experiments.comparisons.said import UNCHANGED_WITHIN_H

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Comparison:
    """Tables of one or more alternatives against a base, over the same trucks and trains.

    The columns of each table are those of ``kzsim.indicators.compared.compared_table(<field name>)``.
    ``measures`` and ``additivity`` are None unless one alternative was taken apart by measure.
    ``comparisons``: how many verdicts in words there are, which ``verdict_together`` and the simultaneous
    intervals allow for; likewise ``measure_comparisons`` of the table of measures. ``precision`` is the
    share of the base's mean that was asked for, ``reached`` whether the differences are known so well
    (None: not asked). Times that change by at most ``unchanged_within_h`` count as unchanged.
    ``judgements`` are sentences on how far to trust the figures. ``outcomes``: by name of the world the hash
    of each replication's outcome.
    """

    names: tuple[str, ...]
    titles: tuple[str, ...]
    seed: int
    n_replications: int
    differences: pd.DataFrame
    winners: pd.DataFrame
    gains: pd.DataFrame
    accounts: pd.DataFrame
    verdicts: pd.DataFrame
    pairs: pd.DataFrame
    measures: pd.DataFrame | None = None
    additivity: pd.DataFrame | None = None
    comparisons: int = 0
    measure_comparisons: int = 0
    precision: float | None = None
    reached: bool | None = None
    judgements: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unchanged_within_h: float = UNCHANGED_WITHIN_H
    engine: str = ""
    outcomes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    timing: Mapping[str, float] = field(default_factory=dict)
    manifest: Mapping[str, Any] | None = None
    """Of a stored comparison that was read back; None of a fresh one."""

    @property
    def base(self) -> str:
        """The base's name."""
        return self.names[0]

    @property
    def alternatives(self) -> tuple[str, ...]:
        """The alternatives' names."""
        return self.names[1:]

    @property
    def title(self) -> str:
        """``green_all against baseline_2023``."""
        by_measure = ", by measure" if self.measures is not None else ""
        return f"{', '.join(self.alternatives)} against {self.base}{by_measure}"
