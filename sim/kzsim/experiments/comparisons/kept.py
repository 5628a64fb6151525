"""Replications of an unfinished comparison, as they are kept."""

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
from kzsim.experiments.sweeps.payload import Array
from kzsim.experiments.worlds import Together


def _arrays(done: Together) -> dict[str, Array]:
    """All worlds of a replication."""
    sizes = [len(done.summaries), len(done.pairs)]
    arrays: dict[str, Array] = {"seconds": np.array([done.seconds]), "sizes": np.array(sizes, dtype=np.int64)}
    for number, (summary, digest) in enumerate(zip(done.summaries, done.hashes, strict=True)):
        arrays[f"world_{number}.hash"] = hash_array(digest)
        arrays |= summary_arrays(f"world_{number}", summary)
    for number, pairs in enumerate(done.pairs):
        arrays |= pairs_arrays(f"pairs_{number}", pairs)
    return arrays


def _together(number: int, arrays: Mapping[str, Array]) -> Together:
    worlds, pairs = (int(size) for size in arrays["sizes"])
    return Together(
        replication=number,
        summaries=tuple(summary_of(f"world_{at}", arrays) for at in range(worlds)),
        pairs=tuple(pairs_of(f"pairs_{at}", arrays) for at in range(pairs)),
        hashes=tuple(hash_of(arrays[f"world_{at}.hash"]) for at in range(worlds)),
        seconds=float(arrays["seconds"][0]),
    )


OF_COMPARISON: Form[Together] = Form("comparison", lambda done: done.replication, _arrays, _together)
"""Replications of all worlds of a comparison."""
