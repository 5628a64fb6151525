"""When the entities of a source come."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kzsim.compiled import in_use
from kzsim.draws.streams import key_of, uniforms
from kzsim.draws.variates import duration_ms, standard_exponential, standard_lognormal
from kzsim.network.model import Arrivals, Source

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]

_CHUNK = 4096

AFTER = ("after", "share")
"""Purposes of who comes after others: how long, and whether at all."""


@dataclass(frozen=True)
class Profile:
    """The tuples of ``Arrivals`` as arrays."""

    edges_ms: I64
    expected: F64
    day: I64
    at_ms: I64


def profile_of(arrivals: Arrivals) -> Profile:
    """Make arrays of what says when entities are expected; the same in every replication."""
    return Profile(
        edges_ms=np.array(arrivals.edges_ms, dtype=np.int64),
        expected=np.array(arrivals.expected, dtype=np.float64),
        day=np.array(arrivals.day, dtype=np.int64),
        at_ms=np.array(arrivals.at_ms, dtype=np.int64),
    )


def arrival_instants(
    source: Source,
    profile: Profile,
    horizon_ms: int,
    seed: int,
    replication: int,
    swings: dict[tuple[str, float, int], F64] | None = None,
) -> I64:
    """Arrival instants before the horizon, in order; int64 [entities] in ms.

    ``swings`` keeps the factors that sources have in common, for the next of them.
    """
    process = source.arrivals.process
    if process == "instants":
        return profile.at_ms[profile.at_ms < horizon_ms]
    if process == "initial":
        return np.zeros_like(profile.at_ms)
    mass = profile.expected * _factors(source.arrivals, profile, seed, replication, swings)
    level = np.concatenate([[0.0], np.cumsum(mass)])
    if process == "poisson" and in_use():
        # imported here: where the compiler is set aside, nobody waits for its import
        from kzsim.draws.instants import poisson_instants

        key = key_of(seed, replication, source.name, "arrivals")
        return poisson_instants(key, level, mass, profile.edges_ms, horizon_ms)
    if process == "poisson":
        position = _poisson(source.name, float(level[-1]), seed, replication)
    else:
        position = _timetable(source, float(level[-1]), seed, replication)
    instants = _at_level(position, level, mass, profile.edges_ms)
    return instants[instants < horizon_ms]


def instants_after(source: Source, other_ms: I64, horizon_ms: int, seed: int, replication: int) -> I64:
    """Arrivals before the horizon of a source that comes after another; int64 [entities], in order.

    ``other_ms`` are the other's, batches spelt out. The numbers are drawn by the other's index: who comes
    earlier with another policy moves no luck. Raises ValueError if it is not said by how much.
    """
    arrivals, after, share = source.arrivals, *AFTER
    if arrivals.by is None:
        raise ValueError(f"source '{source.name}' comes after '{arrivals.of}': say by how much")
    rows = arrivals.by.rows
    drawn = uniforms(seed, replication, source.name, after, len(other_ms) * rows).reshape(-1, rows)
    instants = other_ms + duration_ms(arrivals.by, drawn)
    if arrivals.share < 1.0:
        instants = instants[uniforms(seed, replication, source.name, share, len(other_ms)) < arrivals.share]
    return np.sort(instants[instants < horizon_ms])


def _factors(
    arrivals: Arrivals,
    profile: Profile,
    seed: int,
    replication: int,
    swings: dict[tuple[str, float, int], F64] | None,
) -> F64:
    """The swing's factor of each interval; lognormal with mean 1, one a day."""
    swing = arrivals.swing
    if swing is None or swing.cv == 0.0:
        return np.ones(len(profile.expected))
    days = int(profile.day.max()) + 1
    known = {} if swings is None else swings
    factors = known.get((swing.stream, swing.cv, days))
    if factors is None:
        factors = standard_lognormal(uniforms(seed, replication, swing.stream, "swing", days), swing.cv)
        known[swing.stream, swing.cv, days] = factors
    return factors[profile.day]


def _poisson(name: str, end: float, seed: int, replication: int) -> F64:
    """Points of a unit-rate Poisson process on [0, end); a longer end keeps the earlier points."""
    reached, points, skip = 0.0, [], 0
    while reached < end:
        gaps = standard_exponential(uniforms(seed, replication, name, "arrivals", _CHUNK, skip))
        # summed from the last point on, in order, so that the chunk's size does not matter
        chunk = np.cumsum(np.concatenate([[reached], gaps]))[1:]
        points.append(chunk)
        reached = float(chunk[-1])
        skip += _CHUNK
    position = np.concatenate(points) if points else np.zeros(0)
    return position[position < end]


def _timetable(source: Source, end: float, seed: int, replication: int) -> F64:
    """Planned one headway apart from a random phase on, each late by an exponential time."""
    phase = float(uniforms(seed, replication, source.name, "phase", 1)[0])
    count = max(0, int(np.ceil(end - phase)))
    planned = phase + np.arange(count)
    late = standard_exponential(uniforms(seed, replication, source.name, "lateness", count))
    position = np.sort(planned + source.arrivals.lateness * late)
    return position[position < end]


def _at_level(position: F64, level: F64, mass: F64, edges_ms: I64) -> I64:
    """Where the integrated rate reaches each position, in whole ms.

    ``level`` [n + 1] is the integrated rate at the edges, ``mass`` [n] what it gains in between.
    """
    interval = np.searchsorted(level, position, side="right") - 1
    interval = np.minimum(interval, len(mass) - 1)
    width = (edges_ms[1:] - edges_ms[:-1])[interval].astype(np.float64)
    within = np.floor((position - level[interval]) / mass[interval] * width).astype(np.int64)
    instants: I64 = np.minimum(edges_ms[interval] + within, edges_ms[interval + 1] - 1)
    return instants
