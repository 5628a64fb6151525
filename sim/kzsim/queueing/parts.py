"""What a network is put together from: stages, gates, zones, steps, sources.

The words are those of ``docs/engine.md``. Nothing here has a horizon yet: that is given to ``run``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from kzsim.network import Account, Distribution, NetworkError
from kzsim.queueing.arrivals import Coming, Instants, Poisson, Regular, Steady
from kzsim.queueing.calendars import Changing, Quota
from kzsim.queueing.units import number, whole

ACCOUNTS = {
    "inspection": Account.INSPECTION,
    "documents": Account.DOCUMENTS,
    "handling": Account.HANDLING,
    "hold": Account.HOLD,
    "travel": Account.TRAVEL,
    "home": Account.HOME,
}
"""What time at a stage may be booked as."""

Ordered = Mapping[str, int]
"""Class -> number; a lower number goes first, a class that is not named has 0."""


@dataclass(frozen=True)
class Service:
    """A waiting line and pools of servers; see :func:`service`."""

    name: str
    pools: tuple[tuple[str, int | Changing], ...]
    usable: tuple[tuple[str, tuple[str, ...]], ...]
    priority: tuple[tuple[str, int], ...]
    account: Account


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


Part = Service | Delay | Gate | Zone | Source


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

    Raises NetworkError if something is no part, or if there is no source.
    """
    wrong = tuple(
        f"network: {part!r} is no part: give what service, delay, gate, zone and source return"
        for part in parts
        if not isinstance(part, Service | Delay | Gate | Zone | Source)
    )
    if wrong:
        raise NetworkError(wrong)
    made = Network(parts)
    if not made.sources:
        raise NetworkError(("network: nobody comes: give it a source",))
    return made


def service(
    name: str,
    servers: int | Changing | None = None,
    *,
    pools: Mapping[str, int | Changing] | None = None,
    usable: Mapping[str, Sequence[str]] | None = None,
    priority: Ordered | None = None,
    account: str = "inspection",
) -> Service:
    """A waiting line and its servers: a number, or one that is ``changing``.

    ``pools`` instead of ``servers`` names servers of several kinds; ``usable`` says which of them a
    class may use, the preferred first (a class not named may use all). When the number of servers falls,
    whoever is served is finished. Raises NetworkError if something is missing or no number.
    """
    where = f"stage '{_name('stage', name)}'"
    if (servers is None) == (pools is None):
        raise NetworkError((f"{where}: give either servers or pools, as in servers=3",))
    given = {"servers": servers} if servers is not None else dict(pools or {})
    for pool, size in given.items():
        if not isinstance(size, Changing):
            whole(f"{where}: the number of servers of '{pool}'", size or 0, least=1)
    return Service(
        name=name,
        pools=tuple((pool, size) for pool, size in given.items() if size is not None),
        usable=tuple((klass, tuple(may)) for klass, may in (usable or {}).items()),
        priority=_priority(where, priority),
        account=_account(where, account),
    )


def delay(name: str, *, open: Changing | None = None, account: str = "hold") -> Delay:  # noqa: A002 - the contract's word
    """A stage that everybody starts at once; with ``open`` its time passes in open hours only."""
    where = f"stage '{_name('stage', name)}'"
    _changing(where, open)
    return Delay(name, open, _account(where, account))


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
    where = f"gate '{_name('gate', name)}'"
    if open is None and quota is None:
        raise NetworkError((f"{where} stops nobody: give it opening hours or a quota",))
    _changing(where, open)
    if quota is not None and not isinstance(quota, Quota):
        raise NetworkError((f"{where}: the quota is {quota!r}: give one, as in quota(100, every=days(1))",))
    return Gate(name, open, quota, _priority(where, priority))


def zone(name: str, places: int, *, priority: Ordered | None = None) -> Zone:
    """A finite number of places. Who finds none waits before it, and keeps the server it is at."""
    where = f"zone '{_name('zone', name)}'"
    return Zone(name, whole(f"{where}: places", places, least=1), _priority(where, priority))


def step(
    stage: str, duration: Distribution | None = None, *, share: float = 1.0, name: str | None = None
) -> Step:
    """A step at a stage: how long it takes (nothing at a gate), and which share of entities takes it.

    ``name`` (default: the stage's) must be given where a source is at one stage twice. Raises
    NetworkError if the duration is no distribution or the share not between 0 and 1.
    """
    where = f"step at '{_name('stage', stage)}'"
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
    where = f"source '{_name('source', name)}'"
    if not isinstance(arrivals, Poisson | Steady | Regular | Instants):
        raise NetworkError(
            (f"{where}: the arrivals are {arrivals!r}: give some, as in poisson(per_hour(6))",)
        )
    if not steps or not all(isinstance(each, Step) for each in steps):
        raise NetworkError((f"{where}: give a list of steps, as in [step('booth', fixed(minutes(5)))]",))
    if not all(isinstance(each, Holding) for each in zones):
        raise NetworkError((f"{where}: zones is a list of holdings, as in [holding('strip', 'booth')]",))
    own = klass if klass is not None else name
    return Source(name, arrivals, tuple(steps), tuple(zones), own, group if group is not None else own)


def _name(what: str, name: str) -> str:
    if not isinstance(name, str) or not name.strip():
        raise NetworkError((f"a {what} is named {name!r}: give it a name",))
    return name


def _account(where: str, name: str) -> Account:
    if name not in ACCOUNTS:
        raise NetworkError((f"{where}: unknown account {name!r}: give one of {', '.join(ACCOUNTS)}",))
    return ACCOUNTS[name]


def _changing(where: str, given: Changing | None) -> None:
    if given is not None and not isinstance(given, Changing):
        raise NetworkError(
            (f"{where}: open is {given!r}: give hours, as in open_from(hours(8), hours(20), repeat=days(1))",)
        )


def _priority(where: str, given: Ordered | None) -> tuple[tuple[str, int], ...]:
    for klass, rank in (given or {}).items():
        if isinstance(rank, bool) or not isinstance(rank, int):
            raise NetworkError((f"{where}: the priority of '{klass}' is {rank!r}: give a whole number",))
    return tuple((given or {}).items())
