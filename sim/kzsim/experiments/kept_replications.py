"""Replications of an unfinished run, as they are kept."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from kzsim.experiments.kept import (
    Form,
    hash_array,
    hash_of,
    pairs_arrays,
    pairs_of,
    summary_arrays,
    summary_of,
)
from kzsim.experiments.replications import Replication
from kzsim.experiments.sweeps.payload import Array, PayloadError
from kzsim.indicators.summary import Summary

_RUNS = ("scenario", "counterfactual")


def _arrays(done: Replication) -> dict[str, Array]:
    """A replication without its trace."""
    arrays: dict[str, Array] = {"seconds": np.array([done.seconds])}
    hashes = (done.scenario_hash, done.counterfactual_hash)
    for name, summary, digest in zip(_RUNS, (done.scenario, done.counterfactual), hashes, strict=True):
        if summary is not None:
            arrays[f"{name}.hash"] = hash_array(digest)
            arrays |= summary_arrays(name, summary)
    if done.pairs is not None:
        arrays |= pairs_arrays("pairs", done.pairs)
    return arrays


def _replication(number: int, arrays: Mapping[str, Array]) -> Replication:
    summaries: list[Summary | None] = []
    hashes = []
    for name in _RUNS:
        there = f"{name}.hash" in arrays
        summaries.append(summary_of(name, arrays) if there else None)
        hashes.append(hash_of(arrays[f"{name}.hash"]) if there else "")
    scenario, counterfactual = summaries
    if scenario is None:
        raise PayloadError(f"replication {number} has no summary")
    pairs = pairs_of("pairs", arrays) if "pairs.base" in arrays else None
    return Replication(
        number, scenario, counterfactual, pairs, hashes[0], hashes[1], float(arrays["seconds"][0])
    )


OF_RUN: Form[Replication] = Form("run", lambda done: done.number, _arrays, _replication)
"""Replications of a run, with and without its corridors."""
