"""How many entities a network is expected to have, and how many are too many."""

from __future__ import annotations

import math
from collections.abc import Iterator
from operator import mul

from kzsim.network.model import Arrivals, Network, Source

MOST_ENTITIES = 100_000_000
"""Of one replication: its definition alone takes a gigabyte then."""


def expected_entities(network: Network) -> dict[str, float]:
    """How many are expected to come, by source; NaN if a number of them is none.

    Of those that follow others at most: as many as may be followed.
    """
    sources = {source.name: source for source in network.sources}
    return {source.name: _expected(source, sources) for source in network.sources}


def _expected(source: Source, sources: dict[str, Source]) -> float:
    met = {source.name}
    while source.follows is not None and source.follows.source in sources.keys() - met:
        source = sources[source.follows.source]
        met.add(source.name)
    arrivals = source.arrivals
    if arrivals.process == "after" and arrivals.of in sources:
        return arrivals.share * _size(arrivals) * _own(sources[arrivals.of].arrivals)
    return _own(arrivals)


def _own(arrivals: Arrivals) -> float:
    return _size(arrivals) * (len(arrivals.at_ms) + sum(arrivals.expected))


def _size(arrivals: Arrivals) -> float:
    """The mean of a batch."""
    batches = arrivals.batches
    return 1.0 if batches is None else sum(map(mul, batches.sizes, batches.shares))


def check_size(network: Network) -> Iterator[str]:
    """No more entities than memory holds."""
    by_source = expected_entities(network)
    expected = sum(by_source.values())
    if math.isfinite(expected) and expected > MOST_ENTITIES:
        most = max(by_source, key=lambda name: by_source[name])
        said = f"about {expected:.3g} entities would come in a replication, most of them from '{most}'"
        yield f"{said}, {MOST_ENTITIES:.0e} are the most: shorten the duration or lower a rate"
