"""For how long tokens are away after a step, by NumPy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from kzsim.draws.recipes import away_purpose
from kzsim.draws.streams import uniforms
from kzsim.draws.variates import duration_ms
from kzsim.network.entities import Away
from kzsim.network.model import Source, Step


def away_by_arrays(
    source: Source,
    steps: Sequence[Step],
    kind: npt.NDArray[np.int16],
    names: Sequence[str],
    seed: int,
    replication: int,
) -> Away:
    """By step and kind of tokens, int64 [entities of the source]: for how long each one's tokens are away.

    0 for entities of a kind that needs none there. ``names`` are the kinds of tokens by number.
    """
    count = len(kind)
    away: Away = {}
    for number, step in enumerate(steps):
        for k, spec in enumerate(source.kinds):
            for need in spec.work[step.name].needs:
                words = need.away.rows
                purpose = away_purpose(step.purpose, need)
                drawn = uniforms(seed, replication, source.name, purpose, count * words)
                key = (number, names.index(need.tokens))
                rows = away.setdefault(key, np.zeros(count, dtype=np.int64))
                chosen = np.flatnonzero(kind == k)
                rows[chosen] = duration_ms(need.away, drawn.reshape(count, words)[chosen])
    return away
