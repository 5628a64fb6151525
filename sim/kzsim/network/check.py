"""What makes a network invalid. Each ``check_*`` yields one sentence per fault, with the remedy.

``check`` collects them all, so that a person mends a network in one go.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from kzsim.network.check_choice import check_choices
from kzsim.network.check_legs import check_legs
from kzsim.network.check_pairing import check_pairing, check_sides
from kzsim.network.check_rules import (
    check_initial,
    check_no_shows,
    check_otherwise,
    check_outages,
    check_staffing,
)
from kzsim.network.check_spans import check_spans
from kzsim.network.distributions import MOST_CV, SHARE_TOLERANCE, check_distribution
from kzsim.network.model import (
    Arrivals,
    Batches,
    Calendar,
    DelayStage,
    DepartureStage,
    GateStage,
    Kind,
    Network,
    PairingStage,
    Route,
    ServiceStage,
    Source,
    Stage,
    Work,
)
from kzsim.network.program import LONGEST_HORIZON_MS, MOST_OCCUPANCIES
from kzsim.network.size import check_size
from kzsim.network.tokens import check_tokens


class NetworkError(ValueError):
    """A network that cannot be run; ``faults`` names every object and its remedy."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))


def check(network: Network) -> None:
    """Raise NetworkError with every fault of the network, if it has any."""
    faults = (
        *check_names(network),
        *check_times(network),
        *check_stages(network),
        *check_zones(network),
        *check_routes(network),
        *check_choices(network),
        *check_priority(network),
        *check_spans(network),
        *check_sources(network),
        *check_legs(network),
        *check_otherwise(network),
        *check_no_shows(network),
        *check_initial(network),
        *check_staffing(network),
        *check_outages(network),
        *check_reachable(network),
        *check_size(network),
        *check_tokens(network),
    )
    if faults:
        raise NetworkError(faults)


def check_names(network: Network) -> Iterator[str]:
    """Names are unique; stages, zones and tokens share one space of names."""
    what = "stage, zone or kind of tokens" if network.tokens else "stage or zone"
    yield from _repeated(what, [e.name for e in (*network.stages, *network.zones, *network.tokens)])
    yield from _repeated("route", [route.name for route in network.routes])
    yield from _repeated("source", [source.name for source in network.sources])
    yield from _repeated("class", list(network.classes))


def check_times(network: Network) -> Iterator[str]:
    """The horizon is positive, the cohort lies in it."""
    if not 0 < network.horizon_ms <= LONGEST_HORIZON_MS:
        yield f"horizon_ms is {network.horizon_ms}: give a horizon of 1 to {LONGEST_HORIZON_MS} ms"
    if network.observe_every_ms <= 0:
        yield f"observe_every_ms is {network.observe_every_ms}: give a positive interval"
    if any(limit < 0 for limit in network.within_ms) or any(a >= b for a, b in pairwise(network.within_ms)):
        yield f"within_ms is {network.within_ms}: give limits of 0 ms or more that rise strictly"
    if network.n_groups <= 0:
        yield "n_groups must be at least 1"
    if network.cohort_ms is not None:
        first, last = network.cohort_ms
        if not 0 <= first <= last <= network.horizon_ms:
            yield f"cohort_ms {network.cohort_ms} does not lie within 0..{network.horizon_ms}"


def check_stages(network: Network) -> Iterator[str]:
    """Pools, calendars and quotas make sense by themselves."""
    for stage in network.stages:
        if isinstance(stage, ServiceStage):
            yield from _check_service(stage, network.classes)
        elif isinstance(stage, GateStage):
            yield from _check_gate(stage, network.classes)
        elif isinstance(stage, DepartureStage):
            yield from _check_departure(stage)
        elif isinstance(stage, PairingStage):
            yield from check_pairing(stage, network.classes)
        elif isinstance(stage, DelayStage) and stage.open is not None:
            yield from _check_calendar(f"stage '{stage.name}'", stage.open)
            if not any(stage.open.value):
                yield f"stage '{stage.name}' never opens: give it an open interval or no calendar"


def _check_service(stage: ServiceStage, classes: tuple[str, ...]) -> Iterator[str]:
    names = [pool.name for pool in stage.pools]
    yield from _repeated(f"pool at stage '{stage.name}'", names)
    if not names:
        yield f"stage '{stage.name}' has no pool: give it at least one"
    for pool in stage.pools:
        yield from _check_calendar(f"pool '{stage.name}/{pool.name}'", pool.capacity)
    if names and not any(any(pool.capacity.value) for pool in stage.pools):
        yield f"stage '{stage.name}' never has a server: raise a capacity above zero"
    if stage.on_close not in {"finish", "suspend"}:
        yield f"stage '{stage.name}': on_close is {stage.on_close!r}: give 'finish' or 'suspend'"
    for klass, usable in stage.usable.items():
        if klass not in classes:
            yield f"stage '{stage.name}': usable names the unknown class '{klass}'"
        if not usable:
            yield f"stage '{stage.name}': class '{klass}' may use no pool"
        for pool_name in usable:
            if pool_name not in names:
                yield f"stage '{stage.name}': class '{klass}' may use the unknown pool '{pool_name}'"
        yield from _repeated(f"usable pool of class '{klass}' at stage '{stage.name}'", list(usable))


def _check_gate(stage: GateStage, classes: tuple[str, ...]) -> Iterator[str]:
    yield from _check_calendar(f"gate '{stage.name}'", stage.open)
    if not any(stage.open.value):
        yield f"gate '{stage.name}' never opens: give it an open interval"
    if not stage.refills:
        return
    instants = [refill.at_ms for refill in stage.refills]
    if instants[0] != 0 or any(b <= a for a, b in pairwise(instants)):
        yield f"gate '{stage.name}': refills must start at 0 and rise strictly in time"
    for refill in stage.refills:
        if refill.overall < 0 or any(limit < 0 for limit in (refill.ceilings or {}).values()):
            yield f"gate '{stage.name}': the refill at {refill.at_ms} ms has a negative amount"
            break
    unknown = {klass for refill in stage.refills for klass in refill.ceilings or {}} - set(classes)
    for klass in sorted(unknown):
        yield f"gate '{stage.name}': a ceiling names the unknown class '{klass}'"
    if not any(refill.overall for refill in stage.refills):
        yield f"gate '{stage.name}' never lets anybody pass: every refill is 0"


def _check_departure(stage: DepartureStage) -> Iterator[str]:
    where = f"stage '{stage.name}'"
    if len(stage.at_ms) != len(stage.capacity) or not stage.at_ms:
        yield f"{where}: departures need as many capacities as instants, and at least one"
        return
    if stage.at_ms[0] < 0 or any(b <= a for a, b in pairwise(stage.at_ms)):
        yield f"{where}: let its departures rise strictly in time from 0 ms or later"
    if min(stage.capacity) < 0:
        yield f"{where}: the capacity of a departure is negative"
    if not any(stage.capacity):
        yield f"{where} never lets anybody leave: raise a capacity above zero"


def _check_calendar(owner: str, calendar: Calendar) -> Iterator[str]:
    if len(calendar.at_ms) != len(calendar.value) or not calendar.at_ms:
        yield f"{owner}: a calendar needs as many values as instants, and at least one"
        return
    rising = all(b > a for a, b in pairwise(calendar.at_ms))
    if calendar.at_ms[0] != 0 or not rising:
        yield f"{owner}: the calendar's pieces overlap or do not start at 0; let its instants rise from 0"
    if min(calendar.value) < 0:
        yield f"{owner}: the calendar has a negative value"


def check_zones(network: Network) -> Iterator[str]:
    """Every zone has places."""
    for zone in network.zones:
        if zone.places < 1:
            yield f"zone '{zone.name}' has {zone.places} places: give it at least 1"


def check_routes(network: Network) -> Iterator[str]:
    """Steps name stages, occupancies name zones and steps of their route in order."""
    stages = {stage.name for stage in network.stages}
    zones = {zone.name for zone in network.zones}
    for route in network.routes:
        if not route.steps:
            yield f"route '{route.name}' has no step"
        yield from _repeated(f"step of route '{route.name}'", [step.name for step in route.steps])
        for step in route.steps:
            if step.stage not in stages:
                yield f"route '{route.name}': step '{step.name}' names the unknown stage '{step.stage}'"
        own = {step.name for step in route.steps if not step.draws_as}
        for step in route.steps:
            if step.draws_as and step.draws_as not in own:
                yield (
                    f"route '{route.name}': step '{step.name}' draws as '{step.draws_as}': name a step of the"
                    " route that has numbers of its own"
                )
        yield from _check_occupancies(route, zones)


def _check_occupancies(route: Route, zones: set[str]) -> Iterator[str]:
    if len(route.occupancies) > MOST_OCCUPANCIES:
        yield f"route '{route.name}' passes through more than {MOST_OCCUPANCIES} zones: merge some of them"
    number = {step.name: i for i, step in enumerate(route.steps)}
    spans: dict[str, list[tuple[int, int]]] = {}
    for occupancy in route.occupancies:
        where = f"route '{route.name}': the occupancy of zone '{occupancy.zone}'"
        if occupancy.zone not in zones:
            yield f"{where} names an unknown zone"
        missing = [name for name in (occupancy.first, occupancy.last) if name not in number]
        for name in missing:
            yield f"{where} names the unknown step '{name}'"
        if missing:
            continue
        first, last = number[occupancy.first], number[occupancy.last]
        if first > last:
            yield f"{where} ends before it starts"
        for other_first, other_last in spans.setdefault(occupancy.zone, []):
            if first <= other_last and other_first <= last:
                yield f"{where} overlaps with another of the same zone"
        spans[occupancy.zone].append((first, last))


def check_priority(network: Network) -> Iterator[str]:
    """The priority table names known classes and elements."""
    elements = {element.name for element in (*network.stages, *network.zones)}
    for klass, element in network.priority:
        if klass not in network.classes:
            yield f"priority names the unknown class '{klass}'"
        if element not in elements:
            yield f"priority names the unknown stage or zone '{element}'"


def check_sources(network: Network) -> Iterator[str]:
    """Sources name routes; arrivals and kinds make sense."""
    routes = {route.name: route for route in network.routes}
    gates = {s.name for s in network.stages if isinstance(s, GateStage | DepartureStage | PairingStage)}
    pairings = {s.name: s for s in network.stages if isinstance(s, PairingStage)}
    for source in network.sources:
        where = f"source '{source.name}'"
        yield from _check_arrivals(where, source.arrivals)
        total = math.fsum(kind.share for kind in source.kinds)
        if not source.kinds or abs(total - 1.0) > SHARE_TOLERANCE:
            yield f"{where}: the shares of its kinds sum to {total!r}, not 1"
        route = routes.get(source.route)
        if route is None:
            yield f"{where} names the unknown route '{source.route}'"
            continue
        for kind in source.kinds:
            yield from _check_kind(where, kind, route, gates, network)
            yield from check_sides(f"{where}, kind '{kind.name}'", kind.klass, route, pairings)


def _check_batches(where: str, batches: Batches) -> Iterator[str]:
    sizes, shares = batches.sizes, batches.shares
    if len(sizes) != len(shares) or not sizes:
        yield f"{where}: batches need as many shares as sizes, and at least one"
        return
    if any(not isinstance(size, int) or size < 1 for size in sizes) or any(
        b <= a for a, b in pairwise(sizes)
    ):
        yield f"{where}: the sizes of batches are {sizes}: give whole numbers of 1 or more that rise strictly"
    if any(not 0 <= share <= 1 for share in shares) or abs(math.fsum(shares) - 1.0) > SHARE_TOLERANCE:
        yield f"{where}: the shares of its batches are {shares}: give shares of 0 to 1 that sum to 1"


def _check_arrivals(where: str, arrivals: Arrivals) -> Iterator[str]:
    if arrivals.batches is not None:
        yield from _check_batches(where, arrivals.batches)
    if arrivals.process in {"initial", "after", "none"}:
        return  # see `check_initial` and `check_legs`
    if arrivals.process == "instants":
        rising = all(b >= a for a, b in pairwise(arrivals.at_ms))
        if not rising or (arrivals.at_ms and arrivals.at_ms[0] < 0):
            yield f"{where}: arrival instants must not fall and not be negative"
        return
    edges = arrivals.edges_ms
    if len(edges) != len(arrivals.expected) + 1 or not arrivals.expected:
        yield f"{where}: n intervals need n + 1 edges, and at least one interval"
        return
    if edges[0] != 0 or any(b <= a for a, b in pairwise(edges)):
        yield f"{where}: the edges of its intervals must rise strictly from 0"
    if any(not math.isfinite(count) or count < 0 for count in arrivals.expected):
        yield f"{where}: an expected number of arrivals is negative or not finite"
    if not math.isfinite(arrivals.lateness) or arrivals.lateness < 0:
        yield f"{where}: lateness is negative or not finite"
    if arrivals.swing is not None:
        if len(arrivals.day) != len(arrivals.expected) or min(arrivals.day, default=0) < 0:
            yield f"{where}: a swing needs a day number, 0 or more, for every interval"
        if not 0 <= arrivals.swing.cv <= MOST_CV:
            yield f"{where}: the swing's cv is {arrivals.swing.cv!r}: give 0 to {MOST_CV:g}"


def _check_kind(where: str, kind: Kind, route: Route, gates: set[str], network: Network) -> Iterator[str]:
    here = f"{where}, kind '{kind.name}'"
    if not 0 <= kind.share <= 1:
        yield f"{here}: the share {kind.share!r} is not between 0 and 1"
    if kind.klass not in network.classes:
        yield f"{here} names the unknown class '{kind.klass}'"
    if not 0 <= kind.group < network.n_groups:
        yield f"{here}: group {kind.group} is not between 0 and {network.n_groups - 1}"
    steps = {step.name: step for step in route.steps}
    for name in sorted(kind.work.keys() - steps.keys()):
        yield f"{here}: work for the unknown step '{name}'"
    for name, step in steps.items():
        if name not in kind.work:
            yield f"{here}: no work for step '{name}'"
        else:
            yield from _check_work(f"{here}, step '{name}'", kind.work[name], at_gate=step.stage in gates)


def _check_work(where: str, work: Work, *, at_gate: bool) -> Iterator[str]:
    if at_gate and work.duration is not None:
        yield f"{where}: passing a gate, a pairing or a departure takes no time, remove the duration"
    if not at_gate and work.duration is None:
        yield f"{where}: give a duration"
    if work.duration is not None:
        yield from check_distribution(where, work.duration)
    for need in work.needs:
        yield from check_distribution(f"{where}, '{need.tokens}' away", need.away)
    for condition in work.when:
        if not 0 <= condition.low <= condition.high <= 1:
            yield f"{where}: the condition on '{condition.purpose}' is not an interval within 0..1"


def check_reachable(network: Network) -> Iterator[str]:
    """Every stage and zone is used by the route of some source."""
    routes = {route.name: route for route in network.routes}
    used: set[str] = set()
    for source in network.sources:
        used |= _elements_of(routes.get(source.route), source)
    for element in (*network.stages, *network.zones):
        if element.name not in used:
            yield f"'{element.name}' is on no source's route: use it or remove it"
    for stage in network.stages:
        if not isinstance(stage, Stage):
            yield f"'{stage!r}' is no stage"


def _elements_of(route: Route | None, source: Source) -> set[str]:
    if route is None or not source.kinds:
        return set()
    return {step.stage for step in route.steps} | {o.zone for o in route.occupancies}


def _repeated(what: str, names: Iterable[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{what} '{name}' is named {count} times: names must be unique"
