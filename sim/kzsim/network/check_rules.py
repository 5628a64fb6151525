"""What makes the finer rules of a network invalid: gates, no-shows, initial entities, staffing, outages.

As in ``check``, each ``check_*`` yields one sentence per fault, with the remedy.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from kzsim.network.distributions import check_distribution
from kzsim.network.model import (
    ChoiceStage,
    DelayStage,
    GateStage,
    Network,
    Outages,
    Pace,
    Route,
    ServiceStage,
    Source,
    StaffingRule,
)
from kzsim.network.program import LONGEST_HORIZON_MS

MOST_NO_SHOWS = 100
MOST_OUTAGES = 100_000
MOST_PACE = 1000.0


def check_otherwise(network: Network) -> Iterator[str]:
    """Classes count as others that are there and count as none but themselves."""
    for stage in network.stages:
        if not isinstance(stage, GateStage):
            continue
        where = f"gate '{stage.name}'"
        for name in sorted({*stage.otherwise, *stage.otherwise.values()} - {*network.classes}):
            yield f"{where}: otherwise names the unknown class '{name}'"
        for klass, other in stage.otherwise.items():
            if other in stage.otherwise:
                yield (
                    f"{where}: class '{klass}' counts as '{other}' once its ceiling is used up, and so may"
                    " that one as yet another: name a class that counts as none but itself"
                )


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
    passing = {stage.name for stage in network.stages if isinstance(stage, DelayStage | ChoiceStage)}
    coming = {k.group: s for s in network.sources if s.arrivals.process != "initial" for k in s.kinds}
    for source in network.sources:
        if source.arrivals.process == "initial":
            yield from _check_joining(source)
            if source.route in routes and routes[source.route].steps:
                yield from _check_first_line(source, routes[source.route], passing)
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


def _check_first_line(source: Source, route: Route, passing: set[str]) -> Iterator[str]:
    first = route.steps[0]
    where = f"source '{source.name}'"
    if first.stage in passing:
        yield (
            f"{where}: nobody is kept in line at '{first.stage}': let the route of who is there at"
            " the start begin at a service, a gate, a departure or a pairing"
        )
    for kind in source.kinds:
        if first.name in kind.work and kind.work[first.name].when:
            yield (
                f"{where}, kind '{kind.name}': who is there at the start stands in line for step"
                f" '{first.name}': remove its conditions"
            )


def check_staffing(network: Network) -> Iterator[str]:
    """Staffing rules open above where they close, within bounds, at stages that finish what they began."""
    for stage in network.stages:
        if not isinstance(stage, ServiceStage):
            continue
        for pool in stage.pools:
            if pool.staffing is not None:
                where = f"pool '{stage.name}/{pool.name}'"
                yield from _check_rule(where, pool.staffing)
                if stage.on_close == "suspend":
                    yield (
                        f"{where}: who is served is finished when a staffing rule closes: give"
                        " on_close='finish'"
                    )


def _check_rule(where: str, rule: StaffingRule) -> Iterator[str]:
    if not rule.at_ms or rule.at_ms[0] < 0 or any(b <= a for a, b in pairwise(rule.at_ms)):
        yield f"{where}: let the reviews of its staffing rise strictly from 0 ms or later, and be some"
    if not 0 <= rule.close_at < rule.open_at:
        yield (
            f"{where}: staffing opens with {rule.open_at} in line and closes with {rule.close_at}: let it"
            " open with more than it closes with, and close with 0 or more"
        )
    if not 0 <= rule.fewest <= rule.most or rule.most < 1:
        yield (
            f"{where}: staffing is from {rule.fewest} to {rule.most}: give 0 or more, and a most that is not"
            " less and at least 1"
        )
    if rule.by < 1:
        yield f"{where}: staffing changes by {rule.by}: give 1 or more"


def check_outages(network: Network) -> Iterator[str]:
    """Outages can be drawn, are not too many, and take something."""
    for stage in network.stages:
        if isinstance(stage, ServiceStage):
            for pool in stage.pools:
                for outages in pool.outages:
                    where = f"pool '{stage.name}/{pool.name}', outages '{outages.stream}'"
                    yield from _check_outages(where, outages, network.horizon_ms)
        elif isinstance(stage, DelayStage | GateStage):
            for outages in stage.outages:
                where = f"stage '{stage.name}', outages '{outages.stream}'"
                yield from _check_outages(where, outages, network.horizon_ms)
                if outages.takes != 1:
                    yield f"{where}: an outage shuts a gate or a delay: leave takes at 1"


def _check_outages(where: str, outages: Outages, horizon_ms: int) -> Iterator[str]:
    yield from check_distribution(f"{where}, between", outages.between)
    yield from check_distribution(f"{where}, lasting", outages.lasting)
    mean = outages.between.mean + outages.lasting.mean
    fastest = max(outages.pace.value, default=1.0) if outages.pace else 1.0
    if mean >= 0 and mean * MOST_OUTAGES < horizon_ms * fastest:
        yield f"{where}: there would be more than {MOST_OUTAGES} of them: give longer times between them"
    if outages.takes < 1:
        yield f"{where}: an outage takes {outages.takes} servers: give 1 or more"
    if outages.pace is not None:
        yield from _check_pace(where, outages.pace)


def _check_pace(where: str, pace: Pace) -> Iterator[str]:
    rising = all(b > a for a, b in pairwise(pace.at_ms))
    if len(pace.at_ms) != len(pace.value) or not pace.at_ms or pace.at_ms[0] != 0 or not rising:
        yield f"{where}: a pace needs as many values as instants, which rise strictly from 0"
    elif not all(0 <= value <= MOST_PACE for value in pace.value):
        yield f"{where}: the pace is {pace.value}: give 0 to {MOST_PACE:g}"
