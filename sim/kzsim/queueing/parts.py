"""What a network is put together from: stages, gates, zones, steps, sources.

The words are those of ``docs/engine.md``. Nothing here has a horizon yet: that is given to ``run``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from kzsim.network import Account, Distribution, NetworkError
from kzsim.queueing.arrivals import Batched, Coming, Instants, Poisson, Regular, Steady
from kzsim.queueing.calendars import Changing, Leaving, Quota, leaving
from kzsim.queueing.checked import Ordered, account_of, hours_of, name_of, priority_of
from kzsim.queueing.units import Time, number, whole


@dataclass(frozen=True)
class Service:
    """A waiting line and pools of servers; see :func:`service`."""

    name: str
    pools: tuple[tuple[str, int | Changing], ...]
    usable: tuple[tuple[str, tuple[str, ...]], ...]
    priority: tuple[tuple[str, int], ...]
    account: Account
    on_close: Literal["finish", "suspend"]


@dataclass(frozen=True)
class Delay:
    """A stage without limit of servers; see :func:`delay`."""

    name: str
    open: Changing | None
    account: Account
    priority: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Gate:
    """A stage that takes no time; see :func:`gate`."""

    name: str
    open: Changing | None
    quota: Quota | None
    priority: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Departure:
    """A stage that is left at certain instants only; see :func:`departure`."""

    name: str
    leaving: Leaving
    priority: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Zone:
    """A finite number of places; see :func:`zone`."""

    name: str
    places: int
    priority: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Step:
    """One step of a source's entities; see :func:`step`."""

    stage: str
    duration: Distribution | None
    share: float
    name: str


@dataclass(frozen=True)
class Holding:
    """A place of a zone over some steps; see :func:`holding`."""

    zone: str
    first: str
    last: str
    until: Literal["start", "end"]


@dataclass(frozen=True)
class Source:
    """Entities that take the same steps; see :func:`source`."""

    name: str
    arrivals: Coming
    steps: tuple[Step, ...]
    zones: tuple[Holding, ...]
    klass: str
    group: str


EVERYBODY = "all"
"""What a table calls all groups together."""

Stage = Service | Delay | Gate | Departure
Part = Stage | Zone | Source


@dataclass(frozen=True)
class Network:
    """Everything that :func:`network` was given, in its order."""

    parts: tuple[Part, ...]

    @property
    def sources(self) -> tuple[Source, ...]:
        """Those of its parts."""
        return tuple(part for part in self.parts if isinstance(part, Source))

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the groups by which indicators are kept, in the order of their first source."""
        return tuple(dict.fromkeys(source.group for source in self.sources))

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes, in the order of their first source."""
        return tuple(dict.fromkeys(source.klass for source in self.sources))


def network(*parts: Part) -> Network:
    """Put stages, gates, zones and sources together. ``run`` checks that they fit.

    Raises NetworkError if something is no part, if there is no source, or if one of several groups is named
    ``all``, as a table calls everybody.
    """
    wrong = tuple(
        f"network: {part!r} is no part: give what service, delay, gate, departure, zone and source return"
        for part in parts
        if not isinstance(part, Part)
    )
    if wrong:
        raise NetworkError(wrong)
    made = Network(parts)
    if not made.sources:
        raise NetworkError(("network: nobody comes: give it a source",))
    if len(made.groups) > 1 and EVERYBODY in made.groups:
        said = f"network: a group '{EVERYBODY}' among others would be mistaken for everybody"
        raise NetworkError((f"{said}: give its sources another name or group",))
    return made


def service(
    name: str,
    servers: int | Changing | None = None,
    *,
    pools: Mapping[str, int | Changing] | None = None,
    usable: Mapping[str, Sequence[str]] | None = None,
    priority: Ordered | None = None,
    account: str = "inspection",
    on_close: Literal["finish", "suspend"] = "finish",
) -> Service:
    """A waiting line and its servers: a number, or one that is ``changing``.

    ``pools`` instead of ``servers`` names servers of several kinds; ``usable`` says which of them a
    class may use, the preferred first (a class not named may use all). When the number of servers falls,
    whoever is served is finished; with ``on_close="suspend"`` the services that started last pause, and go on
    when there are servers again. Raises NetworkError if something is missing or no number.
    """
    where = f"stage '{name_of('stage', name)}'"
    if (servers is None) == (pools is None):
        raise NetworkError((f"{where}: give either servers or pools, as in servers=3",))
    if on_close not in ("finish", "suspend"):
        raise NetworkError((f"{where}: on_close is {on_close!r}: give 'finish' or 'suspend'",))
    given = {"servers": servers} if servers is not None else dict(pools or {})
    for pool, size in given.items():
        if not isinstance(size, Changing):
            whole(f"{where}: the number of servers of '{pool}'", size or 0, least=1)
    return Service(
        name=name,
        pools=tuple((pool, size) for pool, size in given.items() if size is not None),
        usable=tuple((klass, tuple(may)) for klass, may in (usable or {}).items()),
        priority=priority_of(where, priority),
        account=account_of(where, account),
        on_close=on_close,
    )


def delay(name: str, *, open: Changing | None = None, account: str = "hold") -> Delay:  # noqa: A002 - the contract's word
    """A stage that everybody starts at once; with ``open`` its time passes in open hours only."""
    where = f"stage '{name_of('stage', name)}'"
    return Delay(name, hours_of(where, open), account_of(where, account))


def gate(
    name: str,
    *,
    open: Changing | None = None,  # noqa: A002 - the contract's word
    quota: Quota | None = None,
    priority: Ordered | None = None,
) -> Gate:
    """A stage that is passed in no time: where it is open, and while its quota lasts.

    Raises NetworkError if it has neither opening hours nor a quota.
    """
    where = f"gate '{name_of('gate', name)}'"
    if open is None and quota is None:
        raise NetworkError((f"{where} stops nobody: give it opening hours or a quota",))
    if quota is not None and not isinstance(quota, Quota):
        raise NetworkError((f"{where}: the quota is {quota!r}: give one, as in quota(100, every=days(1))",))
    return Gate(name, hours_of(where, open), quota, priority_of(where, priority))


def departure(
    name: str, places: Mapping[Time, int], *, repeat: Time | None = None, priority: Ordered | None = None
) -> Departure:
    """A stage that is left at certain instants only, by as many as there are places then.

    ``departure("train", {hours(6): 40, hours(18): 60}, repeat=days(1))``. With ``repeat`` the instants, from
    0 to ``repeat`` itself, come again after that time. A place that nobody takes has gone. Raises
    NetworkError if the instants do not rise or do not fit into ``repeat``.
    """
    where = f"departure '{name_of('departure', name)}'"
    return Departure(name, leaving(where, places, repeat), priority_of(where, priority))


def zone(name: str, places: int, *, priority: Ordered | None = None) -> Zone:
    """A finite number of places. Who finds none waits before it, and keeps the server it is at."""
    where = f"zone '{name_of('zone', name)}'"
    return Zone(name, whole(f"{where}: places", places, least=1), priority_of(where, priority))


def step(
    stage: str, duration: Distribution | None = None, *, share: float = 1.0, name: str | None = None
) -> Step:
    """A step at a stage: how long it takes (nothing at a gate), and which share of entities takes it.

    ``name`` (default: the stage's) must be given where a source is at one stage twice. Raises
    NetworkError if the duration is no distribution or the share not between 0 and 1.
    """
    where = f"step at '{name_of('stage', stage)}'"
    if duration is not None and not isinstance(duration, Distribution):
        raise NetworkError(
            (f"{where}: the duration is {duration!r}: give a distribution, as in exponential(minutes(5))",)
        )
    if number(f"{where}: share", share) > 1:
        raise NetworkError((f"{where}: the share is {share!r}: give a number between 0 and 1",))
    return Step(stage, duration, share, name if name is not None else stage)


def holding(
    zone: str, first: str, last: str | None = None, *, until: Literal["start", "end"] = "end"
) -> Holding:
    """A place of the zone from before step ``first`` to the start or the end of step ``last``."""
    if until not in ("start", "end"):
        raise NetworkError((f"holding '{zone}': until is {until!r}: give 'start' or 'end'",))
    return Holding(zone, first, last if last is not None else first, until)


def source(
    name: str,
    arrivals: Coming,
    steps: Sequence[Step],
    *,
    zones: Sequence[Holding] = (),
    klass: str | None = None,
    group: str | None = None,
) -> Source:
    """Entities that come and take the same steps.

    ``klass`` (default: the name) decides pools, priority and ceilings, ``group`` (default: the class) is
    what indicators are kept by. Raises NetworkError if something is not of its kind.
    """
    where = f"source '{name_of('source', name)}'"
    if not isinstance(arrivals, Poisson | Steady | Regular | Instants | Batched):
        raise NetworkError(
            (f"{where}: the arrivals are {arrivals!r}: give some, as in poisson(per_hour(6))",)
        )
    if not steps or not all(isinstance(each, Step) for each in steps):
        raise NetworkError((f"{where}: give a list of steps, as in [step('booth', fixed(minutes(5)))]",))
    if not all(isinstance(each, Holding) for each in zones):
        raise NetworkError((f"{where}: zones is a list of holdings, as in [holding('strip', 'booth')]",))
    own = klass if klass is not None else name
    return Source(name, arrivals, tuple(steps), tuple(zones), own, group if group is not None else own)
