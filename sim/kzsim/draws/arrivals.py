"""When the entities of a source come."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kzsim.draws.streams import uniforms
from kzsim.draws.variates import standard_exponential, standard_lognormal
from kzsim.network.model import Arrivals, Source

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]

_CHUNK = 4096


def arrival_instants(source: Source, horizon_ms: int, seed: int, replication: int) -> I64:
    """Arrival instants before the horizon, in order; int64 [entities] in ms."""
    arrivals = source.arrivals
    if arrivals.process == "instants":
        instants = np.array(arrivals.at_ms, dtype=np.int64)
        return instants[instants < horizon_ms]
    mass = np.array(arrivals.expected) * _factors(arrivals, seed, replication)
    level = np.concatenate([[0.0], np.cumsum(mass)])
    if arrivals.process == "poisson":
        position = _poisson(source.name, float(level[-1]), seed, replication)
    else:
        position = _timetable(source, float(level[-1]), seed, replication)
    instants = _at_level(position, level, mass, np.array(arrivals.edges_ms, dtype=np.int64))
    return instants[instants < horizon_ms]


def _factors(arrivals: Arrivals, seed: int, replication: int) -> F64:
    """The swing's factor of each interval; lognormal with mean 1, one a day."""
    swing = arrivals.swing
    if swing is None or swing.cv == 0.0:
        return np.ones(len(arrivals.expected))
    day = np.array(arrivals.day, dtype=np.int64)
    number = uniforms(seed, replication, swing.stream, "swing", int(day.max()) + 1)
    return standard_lognormal(number, swing.cv)[day]


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
