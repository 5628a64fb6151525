"""How many entities a network is expected to have, and how many are too many."""

from __future__ import annotations

import math
from collections.abc import Iterator
from operator import mul

from kzsim.network.model import Arrivals, Network

MOST_ENTITIES = 100_000_000
"""Of one replication: its definition alone takes a gigabyte then."""


def expected_entities(arrivals: Arrivals) -> float:
    """How many are expected to come; NaN if a number of them is none."""
    batches = arrivals.batches
    size = 1.0 if batches is None else sum(map(mul, batches.sizes, batches.shares))
    return size * (len(arrivals.at_ms) + sum(arrivals.expected))


def check_size(network: Network) -> Iterator[str]:
    """No more entities than memory holds."""
    by_source = {source.name: expected_entities(source.arrivals) for source in network.sources}
    expected = sum(by_source.values())
    if math.isfinite(expected) and expected > MOST_ENTITIES:
        most = max(by_source, key=lambda name: by_source[name])
        said = f"about {expected:.3g} entities would come in a replication, most of them from '{most}'"
        yield f"{said}, {MOST_ENTITIES:.0e} are the most: shorten the duration or lower a rate"
