"""When the entities of a source come, said without a horizon."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from kzsim.network import Arrivals, Batches, NetworkError
from kzsim.network.distributions import SHARE_TOLERANCE
from kzsim.queueing.legs import After
from kzsim.queueing.units import Rate, Time, number, rate, time, whole


@dataclass(frozen=True)
class Poisson:
    """A Poisson process; ``expected[i]`` arrivals on average between ``edges_ms[i]`` and the next edge.

    The stretch repeats; with ``once`` nobody comes after it.
    """

    edges_ms: tuple[int, ...]
    expected: tuple[float, ...]
    once: bool = False

    def until(self, horizon_ms: int) -> Arrivals:
        """Up to the horizon, for the network."""
        length = self.edges_ms[-1]
        repeats = 1 if self.once else -(-horizon_ms // length)
        edges = [0, *(r * length + edge for r in range(repeats) for edge in self.edges_ms[1:])]
        return Arrivals("poisson", edges_ms=tuple(edges), expected=self.expected * repeats)


@dataclass(frozen=True)
class Steady:
    """A Poisson process of one rate."""

    per_ms: float

    def until(self, horizon_ms: int) -> Arrivals:
        """Up to the horizon, for the network."""
        return Arrivals("poisson", edges_ms=(0, horizon_ms), expected=(self.per_ms * horizon_ms,))


@dataclass(frozen=True)
class Regular:
    """One entity every ``every_ms``, the first at ``first_ms``."""

    every_ms: float
    first_ms: float

    def until(self, horizon_ms: int) -> Arrivals:
        """Up to the horizon, for the network."""
        count = max(0, math.ceil((horizon_ms - self.first_ms) / self.every_ms))
        at_ms = (math.floor(self.first_ms + i * self.every_ms) for i in range(count))
        return Arrivals("instants", at_ms=tuple(at_ms))


@dataclass(frozen=True)
class Instants:
    """Exactly then."""

    at_ms: tuple[int, ...]

    def until(self, horizon_ms: int) -> Arrivals:
        """Up to the horizon, for the network."""
        return Arrivals("instants", at_ms=tuple(at for at in self.at_ms if at < horizon_ms))


Alone = Poisson | Steady | Regular | Instants | After


@dataclass(frozen=True)
class Batched:
    """Several at once, whenever ``alone`` says: ``sizes[i]`` of them with probability ``shares[i]``."""

    alone: Alone
    sizes: tuple[int, ...]
    shares: tuple[float, ...]

    def until(self, horizon_ms: int) -> Arrivals:
        """Up to the horizon, for the network."""
        return replace(self.alone.until(horizon_ms), batches=Batches(self.sizes, self.shares))


@dataclass(frozen=True)
class Waiting:
    """There at the start, in line since ``at_ms``, which rise to 0 at most."""

    at_ms: tuple[int, ...]

    def until(self, horizon_ms: int) -> Arrivals:
        """For the network, whatever the horizon."""
        del horizon_ms
        return Arrivals("initial", at_ms=self.at_ms)


Coming = Alone | Batched | Waiting


def poisson(mean: Rate) -> Steady:
    """At random, at a steady mean rate. Raises NetworkError for a bare number; so do the others."""
    return Steady(rate("poisson: the rate", mean).per_ms)


def poisson_by(rates: Mapping[Time, Rate], *, repeat: Time) -> Poisson:
    """At random, at a rate that changes.

    ``poisson_by({hours(0): per_hour(2), hours(8): per_hour(9)}, repeat=days(1))``: the instants rise from 0
    and lie before ``repeat``, after which the rates start over.
    """
    edges = [*(time("poisson_by: an instant", at).whole_ms for at in rates)]
    edges.append(time("poisson_by: repeat", repeat).whole_ms)
    if edges[0] != 0 or edges != sorted(set(edges)):
        raise NetworkError((f"poisson_by: the instants {edges} ms do not rise from 0 to the repeat",))
    means = [rate("poisson_by: a rate", mean).per_ms for mean in rates.values()]
    return Poisson(
        tuple(edges), tuple((b - a) * mean for (a, b), mean in zip(pairwise(edges), means, strict=True))
    )


def poisson_counts(expected: Sequence[float], *, each: Time, once: bool = False) -> Poisson:
    """At random, ``expected[i]`` on average in the i-th interval of length ``each``, then over again.

    With ``once`` nobody comes after the last interval.
    """
    width = time("poisson_counts: each", each).whole_ms
    if width < 1 or not expected:
        raise NetworkError(("poisson_counts: give at least one interval, of 1 ms or more",))
    edges = tuple(i * width for i in range(len(expected) + 1))
    counts = tuple(number("poisson_counts: an expected number", count) for count in expected)
    return Poisson(edges, counts, once)


def regular(every: Time, *, first: Time | None = None) -> Regular:
    """One entity every so often, the first at ``first`` (default: after the first interval)."""
    every_ms = time("regular: every", every).ms
    if every_ms <= 0:
        raise NetworkError(("regular: every is 0: give a time, such as minutes(5)",))
    return Regular(every_ms, every_ms if first is None else time("regular: first", first).ms)


def at(*instants: Time) -> Instants:
    """Exactly at these instants, in any order."""
    return Instants(tuple(sorted(time("at: an instant", each).whole_ms for each in instants)))


def batches(when: Alone, sizes: int | Mapping[int, float]) -> Batched:
    """Not one entity each time but a batch: of this size, or of sizes with their probabilities.

    ``batches(poisson(per_hour(4)), {1: 0.25, 2: 0.5, 3: 0.25})``. Raises NetworkError if a size is no whole
    number of 1 or more, or if the probabilities do not sum to 1.
    """
    if not isinstance(when, Alone):
        raise NetworkError((f"batches: they come {when!r}: give arrivals, as in poisson(per_hour(4))",))
    given = dict(sizes) if isinstance(sizes, Mapping) else {whole("batches: the size", sizes, least=1): 1.0}
    shares = {
        whole("batches: a size", size, least=1): number(f"batches: the share of size {size}", share)
        for size, share in sorted(given.items())
    }
    if abs(math.fsum(shares.values()) - 1) > SHARE_TOLERANCE:
        raise NetworkError((f"batches: the shares {list(shares.values())} do not sum to 1: make them",))
    return Batched(when, tuple(shares), tuple(shares.values()))


def waiting(count: int | None = None, *, since: Sequence[Time] = ()) -> Waiting:
    """So many are there at the start, in the line of their first step, and in a group of their own.

    ``waiting(20)``; or ``waiting(since=[minutes(40), minutes(5)])``, how long each has been waiting: that
    decides its place in line, while its stay is counted from the start. Raises NetworkError if neither or
    both are given.
    """
    if (count is None) == (not since):
        raise NetworkError(("waiting: give a number or since when they wait, as in waiting(20)",))
    if count is not None:
        return Waiting((0,) * whole("waiting: the number", count))
    return Waiting(tuple(sorted(-time("waiting: since", each).whole_ms for each in since)))


def crowd(count: int) -> Instants:
    """So many at the start, all at once."""
    return Instants((0,) * whole("crowd: the number", count))
