"""The published exercise on airport customs: a plane's passengers, most to two agents, some to a search.

Who comes when and who is searched is drawn here, for the network language has no such arrivals; the
services are the package's. A plane is a small system of its own, and twenty of them are run at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from kzsim import queueing as q
from kzsim.draws import draw
from kzsim.engines import choice
from kzsim.network.model import MS_PER_MINUTE
from kzsim.queueing.arrivals import Instants
from kzsim.queueing.build import Window, build
from tests.verification.cases import Case, Effort, Found, Row, pick
from tests.verification.theory import entries

PLANES = 20
HORIZON_MS = 24 * 60 * MS_PER_MINUTE  # a plane is through within two hours or three

PATH = "terminating.airport_customs"


def airport() -> Case:
    tolerance = entries()[PATH]["tolerance_min"]
    return Case(
        "airport_customs",
        lambda _: _planes(np.random.default_rng(1)),
        units=HORIZON_MS / MS_PER_MINUTE,
        replications=300,
        grows=False,
        relaxation=math.nan,
        bias="none: a plane is run until all its passengers are through",
        measure=_measure,
        rows=(
            *(
                Row(
                    f"{PATH}.time_in_system_min.{which}",
                    pick("plane", "time_in_system", which),
                    within=tolerance[which],
                )
                for which in ("no_search", "search")
            ),
            Row(f"{PATH}.time_to_clear_min", pick("plane", "time_to_clear")),
        ),
    )


def _measure(case: Case, effort: Effort) -> Found:
    """By run, the mean over its planes of a plane's mean; every run has planes of its own."""
    runs = [_of_planes(number, effort) for number in range(effort.replications(case))]
    keys = [
        q.Key("plane", "no_search", "time_in_system", "min"),
        q.Key("plane", "search", "time_in_system", "min"),
        q.Key("plane", "all", "time_to_clear", "min"),
    ]
    return {key: tuple(values) for key, values in zip(keys, zip(*runs, strict=True), strict=True)}


def _of_planes(number: int, effort: Effort) -> tuple[float, float, float]:
    net = _planes(np.random.default_rng([effort.seed, number]))
    program = build(net, Window(HORIZON_MS, 0, 0, HORIZON_MS))
    entities = draw(program, effort.seed, number)
    outcome = choice.load(effort.engine)(program, entities, passage=True)
    stays = (outcome.exit_ms - entities.arrival_ms) / MS_PER_MINUTE
    of = dict(zip(program.source_names, pairwise(entities.first.tolist()), strict=True))
    means = {
        which: [float(stays[slice(*of[f"{which} {plane}"])].mean()) for plane in range(PLANES)]
        for which in ("no_search", "search")
    }
    clear = [
        max(int(outcome.exit_ms[slice(*of[f"{which} {plane}"])].max()) for which in means)
        for plane in range(PLANES)
    ]
    return (
        float(np.mean(means["no_search"])),
        float(np.mean(means["search"])),
        float(np.mean(clear)) / MS_PER_MINUTE,
    )


def _planes(rng: np.random.Generator) -> q.Network:
    return q.network(*(part for plane in range(PLANES) for part in _plane(plane, rng)))


def _plane(plane: int, rng: np.random.Generator) -> Iterator[q.Part]:
    passengers = int(rng.integers(240, 350, endpoint=True))
    gaps = rng.exponential(0.2 * MS_PER_MINUTE, passengers - 1)
    at_ms = np.rint(np.concatenate([[0.0], np.cumsum(gaps)])).astype(np.int64)
    searched = np.cumsum(rng.poisson(7, passengers) + 1) - 1
    is_searched = np.isin(np.arange(passengers), searched)
    for which, chosen, agents, mean in (
        ("no_search", ~is_searched, 2, 0.56),
        ("search", is_searched, 1, 3.0),
    ):
        name = f"{which} {plane}"
        yield q.service(name, agents)
        arrivals = Instants(tuple(at_ms[chosen].tolist()))
        yield q.source(name, arrivals, [q.step(name, q.exponential(q.minutes(mean)))], klass="all")
