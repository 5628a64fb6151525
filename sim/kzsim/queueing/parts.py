"""What a network is put together from: stages, gates, zones, and sources.

The words are those of ``docs/engine.md``. Nothing here has a horizon yet: that is given to ``run``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from kzsim.network import Account, NetworkError, Tokens
from kzsim.queueing.calendars import Changing, Leaving, Quota, Staffed, leaving
from kzsim.queueing.checked import Ordered, account_of, hours_of, name_of, priority_of
from kzsim.queueing.choices import Choice
from kzsim.queueing.out_of_order import Outage, Outages, outages_of
from kzsim.queueing.sources import Source
from kzsim.queueing.units import Time, whole

Servers = int | Changing | Staffed
"""How many: always so many, by the clock, or by the line."""


@dataclass(frozen=True)
class Service:
    """A waiting line and pools of servers; see :func:`service`."""

    name: str
    pools: tuple[tuple[str, Servers], ...]
    usable: tuple[tuple[str, tuple[str, ...]], ...]
    priority: tuple[tuple[str, int], ...]
    account: Account
    on_close: Literal["finish", "suspend"]
    outages: tuple[tuple[str, tuple[Outage, ...]], ...]


@dataclass(frozen=True)
class Delay:
    """A stage without limit of servers; see :func:`delay`."""

    name: str
    open: Changing | None
    account: Account
    outages: tuple[Outage, ...]
    priority: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Gate:
    """A stage that takes no time; see :func:`gate`."""

    name: str
    open: Changing | None
    quota: Quota | None
    priority: tuple[tuple[str, int], ...]
    outages: tuple[Outage, ...]


@dataclass(frozen=True)
class Departure:
    """A stage that is left at certain instants only; see :func:`departure`."""

    name: str
    leaving: Leaving
    priority: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Pairing:
    """A stage that is left in pairs; see :func:`pairing`."""

    name: str
    leaders: tuple[str, ...]
    followers: tuple[str, ...]
    goods: tuple[tuple[str, str], ...]
    priority: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Zone:
    """A finite number of places; see :func:`zone`."""

    name: str
    places: int
    priority: tuple[tuple[str, int], ...]


EVERYBODY = "all"
"""What a table calls all groups together."""

Ranked = Service | Delay | Gate | Departure | Pairing | Zone
"""Where classes may go before others."""

Stage = Service | Delay | Gate | Departure | Pairing | Choice
Part = Stage | Zone | Tokens | Source


@dataclass(frozen=True)
class Network:
    """Everything that :func:`network` was given, in its order."""

    parts: tuple[Part, ...]

    @property
    def sources(self) -> tuple[Source, ...]:
        """Those of its parts."""
        return tuple(part for part in self.parts if isinstance(part, Source))

    @property
    def choices(self) -> dict[str, Choice]:
        """Those of its parts, by name."""
        return {part.name: part for part in self.parts if isinstance(part, Choice)}

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
        f"network: {part!r} is no part: give what service, gate, zone, source and the like return"
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
    servers: Servers | None = None,
    *,
    pools: Mapping[str, Servers] | None = None,
    usable: Mapping[str, Sequence[str]] | None = None,
    priority: Ordered | None = None,
    account: str = "inspection",
    on_close: Literal["finish", "suspend"] = "finish",
    outages: Outages | Mapping[str, Outages] | None = None,
) -> Service:
    """A waiting line and its servers: a number, one that is ``changing``, or one that is ``staffed``.

    ``pools`` instead of ``servers`` names servers of several kinds; ``usable`` says which of them a
    class may use, the preferred first (a class not named may use all). When the number of servers falls,
    whoever is served is finished; with ``on_close="suspend"`` the services that started last pause, and go on
    when there are servers again. ``outages`` take servers away now and then: of all pools, or by pool. Raises
    NetworkError if something is missing or no number.
    """
    where = f"stage '{name_of('stage', name)}'"
    if (servers is None) == (pools is None):
        raise NetworkError((f"{where}: give either servers or pools, as in servers=3",))
    if on_close not in ("finish", "suspend"):
        raise NetworkError((f"{where}: on_close is {on_close!r}: give 'finish' or 'suspend'",))
    given = {"servers": servers} if servers is not None else dict(pools or {})
    for pool, size in given.items():
        if not isinstance(size, Changing | Staffed):
            whole(f"{where}: the number of servers of '{pool}'", size or 0, least=1)
    return Service(
        name=name,
        pools=tuple((pool, size) for pool, size in given.items() if size is not None),
        usable=tuple((klass, tuple(may)) for klass, may in (usable or {}).items()),
        priority=priority_of(where, priority),
        account=account_of(where, account),
        on_close=on_close,
        outages=_by_pool(where, outages, tuple(given)),
    )


def _by_pool(
    where: str, given: Outages | Mapping[str, Outages] | None, pools: tuple[str, ...]
) -> tuple[tuple[str, tuple[Outage, ...]], ...]:
    by_pool = given if isinstance(given, Mapping) else dict.fromkeys(pools, given)
    unknown = [name for name in by_pool if name not in pools]
    if unknown:
        said = f"{where}: outages of the unknown pool '{unknown[0]}'"
        raise NetworkError((f"{said}: there are {', '.join(map(repr, pools))}",))
    return tuple((name, outages_of(where, each)) for name, each in by_pool.items())


def delay(
    name: str,
    *,
    open: Changing | None = None,  # noqa: A002 - the contract's word
    account: str = "hold",
    outages: Outages | None = None,
) -> Delay:
    """A stage that everybody starts at once; with ``open`` its time passes in open hours only.

    During ``outages`` no time passes there.
    """
    where = f"stage '{name_of('stage', name)}'"
    return Delay(name, hours_of(where, open), account_of(where, account), outages_of(where, outages))


def gate(
    name: str,
    *,
    open: Changing | None = None,  # noqa: A002 - the contract's word
    quota: Quota | None = None,
    priority: Ordered | None = None,
    outages: Outages | None = None,
) -> Gate:
    """A stage that is passed in no time: where it is open, while its quota lasts, and not during ``outages``.

    Raises NetworkError if it has nothing of that.
    """
    where = f"gate '{name_of('gate', name)}'"
    if open is None and quota is None and outages is None:
        raise NetworkError((f"{where} stops nobody: give it opening hours, a quota or outages",))
    if quota is not None and not isinstance(quota, Quota):
        raise NetworkError((f"{where}: the quota is {quota!r}: give one, as in quota(100, every=days(1))",))
    return Gate(name, hours_of(where, open), quota, priority_of(where, priority), outages_of(where, outages))


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


def pairing(
    name: str,
    *,
    leaders: Sequence[str],
    followers: Sequence[str],
    goods: Mapping[str, str] | None = None,
    priority: Ordered | None = None,
) -> Pairing:
    """A stage at which those of some classes lead and wait for those of others, who follow.

    The first leader for whom there is a follower goes on with the first such; the follower leaves there.
    ``goods`` says, per class, what it has to do with: only two of the same goods make a pair. Raises
    NetworkError if a class is given as a text instead of a list.
    """
    where = f"pairing '{name_of('pairing', name)}'"
    for what, given in (("leaders", leaders), ("followers", followers)):
        if isinstance(given, str) or not given:
            raise NetworkError((f"{where}: {what} is {given!r}: give a list of classes",))
    kinds = tuple((goods or {}).items())
    return Pairing(name, tuple(leaders), tuple(followers), kinds, priority_of(where, priority))


def zone(name: str, places: int, *, priority: Ordered | None = None) -> Zone:
    """A finite number of places. Who finds none waits before it, and keeps the server it is at."""
    where = f"zone '{name_of('zone', name)}'"
    return Zone(name, whole(f"{where}: places", places, least=1), priority_of(where, priority))
