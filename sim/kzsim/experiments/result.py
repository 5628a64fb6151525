"""What a run gives: tidy tables, and what has to be said about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from kzsim.indicators.judgements import Judgement


@dataclass(frozen=True)
class RunResult:
    """Tables of a scenario and, if it was run, of its counterfactual.

    Every table's columns are those of ``kzsim.indicators.dictionary.table(<field name>)``, in that
    order; text columns hold '' where nothing applies, numbers NaN. The ``counterfactual_*`` tables,
    ``comparison`` and ``corridor_gains`` are None without a counterfactual. ``hourly`` is None in a
    stored run that was read back. ``distribution``, ``occupancy`` and ``worst_days`` are None in runs
    of earlier versions, ``choices`` where nobody has a choice. ``timing``
    (seconds; never part of a result file but of the manifest) has ``wall_s``, ``replication_s`` (mean of one
    replication, counterfactual included) and ``entities`` (mean of one run of one replication). ``start``
    is aware, in Kazakhstan's clock.
    """

    title: str
    seed: int
    n_replications: int
    start: datetime
    horizon_ms: int
    run_in_ms: int
    follow_up_ms: int
    indicators: pd.DataFrame
    replications: pd.DataFrame
    delay_accounts: pd.DataFrame
    binding: pd.DataFrame
    servers: pd.DataFrame
    judgements: tuple[Judgement, ...]
    hourly: pd.DataFrame | None = None
    comparison: pd.DataFrame | None = None
    counterfactual_indicators: pd.DataFrame | None = None
    counterfactual_replications: pd.DataFrame | None = None
    counterfactual_delay_accounts: pd.DataFrame | None = None
    counterfactual_binding: pd.DataFrame | None = None
    distribution: pd.DataFrame | None = None
    counterfactual_distribution: pd.DataFrame | None = None
    occupancy: pd.DataFrame | None = None
    worst_days: pd.DataFrame | None = None
    choices: pd.DataFrame | None = None
    corridor_gains: pd.DataFrame | None = None
    engine: str = ""
    outcomes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By ``scenario`` and ``counterfactual``: the hash of each replication's outcome."""
    timing: Mapping[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    extras: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    """Further tables by the name of their file: what was asked for besides the run itself."""
    manifest: Mapping[str, Any] | None = None
    """Of a stored run that was read back; None of a fresh one."""
