"""From the parts to the network that the engines read."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

from kzsim import network as model
from kzsim.network import Calendar, NetworkError, Program, Tokens, compile_network
from kzsim.network.model import Stage as MadeStage
from kzsim.network.possible_deadlocks import possible_deadlocks
from kzsim.queueing.calendars import Changing, Staffed
from kzsim.queueing.choices import Choice
from kzsim.queueing.legs import Following
from kzsim.queueing.names import unknown_names
from kzsim.queueing.out_of_order import Outage
from kzsim.queueing.parts import (
    Delay,
    Departure,
    Network,
    Pairing,
    Ranked,
    Servers,
    Service,
    Stage,
    Zone,
)
from kzsim.queueing.sources import Source
from kzsim.queueing.ways import route_of, work_of


class DeadlockWarning(UserWarning):
    """A network may come to a deadlock: places, servers or tokens may be held and waited for in a circle."""


@dataclass(frozen=True)
class Window:
    """When a run ends and what is measured of it, in ms.

    Arrivals from ``warm_up_ms`` to ``until_ms`` - ``follow_up_ms`` are followed; numbers are read every
    ``observe_every_ms``.
    """

    until_ms: int
    warm_up_ms: int
    follow_up_ms: int
    observe_every_ms: int

    @property
    def measured_ms(self) -> int:
        """From the end of the run-in to the end."""
        return self.until_ms - self.warm_up_ms


def build(network: Network, window: Window) -> Program:
    """Lay the network out for the engines. Raises NetworkError with every fault that it has.

    Warns of circles in which entities may wait for each other for ever (DeadlockWarning).
    """
    faults = tuple(unknown_names(network))
    if faults:
        raise NetworkError(faults)
    made = _network_of(network, window)
    program = compile_network(made)
    for circle in possible_deadlocks(made):
        said = f"entities of this network may come to wait for each other for ever: {circle}"
        # past _replicated and run or replicate, to the line that called one of these
        warnings.warn(said, DeadlockWarning, stacklevel=4)
    return program


def _network_of(network: Network, window: Window) -> model.Network:
    horizon = window.until_ms
    parts = network.parts
    stages = tuple(_stage(p, horizon) for p in parts if isinstance(p, Stage))
    return model.Network(
        horizon_ms=horizon,
        classes=network.classes,
        stages=stages,
        zones=tuple(model.Zone(p.name, p.places) for p in parts if isinstance(p, Zone)),
        routes=tuple(route_of(source, network.choices) for source in network.sources),
        sources=tuple(_source(source, network, horizon) for source in network.sources),
        n_groups=len(network.groups),
        priority={
            (klass, p.name): rank for p in parts if isinstance(p, Ranked) for klass, rank in p.priority
        },
        cohort_ms=(window.warm_up_ms, horizon - window.follow_up_ms),
        observe_every_ms=window.observe_every_ms,
        tokens=tuple(p for p in parts if isinstance(p, Tokens)),
    )


def _stage(part: Stage, horizon: int) -> MadeStage:
    if isinstance(part, Service):
        taken = dict(part.outages)
        pools = tuple(_pool(part, name, size, taken.get(name, ()), horizon) for name, size in part.pools)
        return model.ServiceStage(part.name, part.account, pools, dict(part.usable), part.on_close)
    if isinstance(part, Delay):
        opening = None if part.open is None else part.open.calendar(horizon)
        return model.DelayStage(part.name, part.account, opening, _outages(part.name, part.outages))
    if isinstance(part, Departure):
        return model.DepartureStage(part.name, *part.leaving.until(horizon))
    if isinstance(part, Pairing):
        return model.PairingStage(part.name, part.leaders, part.followers, dict(part.goods))
    if isinstance(part, Choice):
        return model.ChoiceStage(part.name, part.alternatives, part.published_at_ms(horizon))
    refills: tuple[model.Refill, ...] = ()
    if part.quota is not None:
        amount, ceilings = part.quota.amount, dict(part.quota.ceilings)
        refills = tuple(model.Refill(at, amount, ceilings) for at in range(0, horizon, part.quota.every_ms))
    opening = _calendar(part.open or 1, horizon)
    return model.GateStage(part.name, opening, refills, _outages(part.name, part.outages))


def _pool(stage: Service, name: str, size: Servers, taken: tuple[Outage, ...], horizon: int) -> model.Pool:
    outages = _outages(f"{stage.name}/{name}", taken)
    if isinstance(size, Staffed):
        return model.Pool(name, size.calendar(horizon), size.rule(horizon), outages)
    return model.Pool(name, _calendar(size, horizon), outages=outages)


def _outages(owner: str, given: tuple[Outage, ...]) -> tuple[model.Outages, ...]:
    """Each with a stream of its own, unless one is named."""
    return tuple(
        model.Outages(each.stream or f"outage {number} of {owner}", each.between, each.lasting, each.takes)
        for number, each in enumerate(given, start=1)
    )


def _calendar(size: int | Changing, horizon: int) -> Calendar:
    return size.calendar(horizon) if isinstance(size, Changing) else Calendar.always(size)


def _source(source: Source, network: Network, horizon: int) -> model.Source:
    group = network.groups.index(source.group)
    kind = model.Kind(source.klass, 1.0, source.klass, group, work_of(source))
    if isinstance(source.arrivals, Following):
        other = next(each for each in network.sources if each.name == source.arrivals.source)
        follows = model.Follows(other.name, source.arrivals.step or other.steps[-1].name)
        return model.Source(source.name, source.name, model.NO_ARRIVALS, (kind,), follows)
    return model.Source(source.name, source.name, source.arrivals.until(horizon), (kind,))
