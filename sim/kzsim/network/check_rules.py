"""What makes the finer rules of a network invalid: who does not show up, who is there at the start.

As in ``check``, each ``check_*`` yields one sentence per fault, with the remedy.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from kzsim.network.model import DelayStage, GateStage, Network, Route, Source
from kzsim.network.program import LONGEST_HORIZON_MS

MOST_NO_SHOWS = 100


def check_no_shows(network: Network) -> Iterator[str]:
    """Shares are shares, at gates that are refilled."""
    routes = {route.name: route for route in network.routes}
    refilled = {stage.name for stage in network.stages if isinstance(stage, GateStage) and stage.refills}
    for source in network.sources:
        steps = routes[source.route].steps if source.route in routes else ()
        for kind in source.kinds:
            for step in steps:
                shares = kind.work[step.name].no_shows if step.name in kind.work else ()
                where = f"source '{source.name}', kind '{kind.name}', step '{step.name}'"
                if any(not 0 <= share <= 1 for share in shares):
                    yield f"{where}: the shares of no-shows are {shares}: give shares of 0 to 1"
                if len(shares) > MOST_NO_SHOWS:
                    yield f"{where}: give at most {MOST_NO_SHOWS} shares of no-shows"
                if shares and step.stage not in refilled:
                    yield (
                        f"{where}: who does not show up waits for a refill, and '{step.stage}' is no gate"
                        " with any: give it refills, or remove the no-shows"
                    )


def check_initial(network: Network) -> Iterator[str]:
    """Who is there at the start stands in a line that keeps people, in a group of its own."""
    routes = {route.name: route for route in network.routes}
    delays = {stage.name for stage in network.stages if isinstance(stage, DelayStage)}
    coming = {k.group: s for s in network.sources if s.arrivals.process != "initial" for k in s.kinds}
    for source in network.sources:
        if source.arrivals.process == "initial":
            yield from _check_joining(source)
            if source.route in routes and routes[source.route].steps:
                yield from _check_first_line(source, routes[source.route], delays)
            for group in sorted({kind.group for kind in source.kinds} & coming.keys()):
                yield (
                    f"source '{source.name}': who is there at the start has group {group}, as has who comes"
                    f" later from '{coming[group].name}': give it a group of its own"
                )


def _check_joining(source: Source) -> Iterator[str]:
    joined = source.arrivals.at_ms
    where = f"source '{source.name}'"
    if any(b < a for a, b in pairwise(joined)) or not all(-LONGEST_HORIZON_MS <= at <= 0 for at in joined):
        yield (
            f"{where}: who is there at the start has joined its line from -{LONGEST_HORIZON_MS} to 0 ms: give"
            " instants there that do not fall"
        )
    if source.arrivals.batches is not None:
        yield f"{where}: who is there at the start stands in line alone: remove the batches"


def _check_first_line(source: Source, route: Route, delays: set[str]) -> Iterator[str]:
    first = route.steps[0]
    where = f"source '{source.name}'"
    if first.stage in delays:
        yield (
            f"{where}: nobody stands in line at the delay '{first.stage}': let the route of who is there at"
            " the start begin at a service, a gate or a departure"
        )
    for kind in source.kinds:
        if first.name in kind.work and kind.work[first.name].when:
            yield (
                f"{where}, kind '{kind.name}': who is there at the start stands in line for step"
                f" '{first.name}': remove its conditions"
            )
