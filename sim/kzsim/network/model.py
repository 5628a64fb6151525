"""What a network is made of, as frozen values. Nothing here knows what the network stands for.

Times are int milliseconds since the start of the scenario unless a name says otherwise.
``docs/engine.md`` says what each word means when the network runs; ``network.check`` says what
makes a network invalid.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

from kzsim.network.arrivals import NO_ARRIVALS as NO_ARRIVALS
from kzsim.network.arrivals import Arrivals as Arrivals
from kzsim.network.arrivals import Batches as Batches
from kzsim.network.arrivals import Follows as Follows
from kzsim.network.arrivals import Swing as Swing
from kzsim.network.calendars import Calendar as Calendar
from kzsim.network.calendars import Pace as Pace
from kzsim.network.calendars import StaffingRule as StaffingRule

MS_PER_MINUTE = 60_000
MS_PER_HOUR = 3_600_000
MS_PER_DAY = 86_400_000


class Account(IntEnum):
    """Whose millisecond it was. The first six are work, named by stages; the others are waiting."""

    INSPECTION = 0
    DOCUMENTS = 1
    HANDLING = 2
    HOLD = 3
    TRAVEL = 4
    HOME = 5
    CLOSED = 6
    QUOTA = 7
    TOKENS = 8
    BLOCKED = 9
    PAIRING = 10
    QUEUE = 11


WORK_ACCOUNTS = tuple(account for account in Account if account < Account.CLOSED)
WAIT_ACCOUNTS = tuple(account for account in Account if account >= Account.CLOSED)


@dataclass(frozen=True)
class Outages:
    """Intervals drawn before a run in which a pool has ``takes`` servers fewer, or a gate or delay is shut.

    In order at first, for a time drawn from ``between``, then out of order for one from ``lasting``, and so
    on, busy or not. Where several name one ``stream`` they share its luck: the same distributions give the
    same intervals. With a ``pace`` the times in between pass on a clock that goes so fast: twice as many
    begin while it is 2, and none while it is 0.
    """

    stream: str
    between: Distribution
    lasting: Distribution
    takes: int = 1
    pace: Pace | None = None


@dataclass(frozen=True)
class Pool:
    """Servers of one kind at a service stage: as many as the calendar and the rule, if any, both allow.

    Each of ``outages`` subtracts from the calendar, down to 0.
    """

    name: str
    capacity: Calendar
    staffing: StaffingRule | None = None
    outages: tuple[Outages, ...] = ()


@dataclass(frozen=True)
class ServiceStage:
    """A waiting line and its pools.

    ``usable`` names, per class, the pools it may use in order of preference; a class that is
    missing may use every pool in the order in which they stand. ``on_close`` says what becomes of
    services when a pool's capacity falls below their number: they are finished, or they pause.
    """

    name: str
    account: Account
    pools: tuple[Pool, ...]
    usable: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    on_close: Literal["finish", "suspend"] = "finish"


@dataclass(frozen=True)
class DelayStage:
    """A stage without limit of servers; with ``open`` or ``outages`` durations pass in open time only."""

    name: str
    account: Account
    open: Calendar | None = None
    outages: tuple[Outages, ...] = ()


@dataclass(frozen=True)
class Refill:
    """At ``at_ms`` what is left of a gate's quota *becomes* ``overall``, per class ``ceilings``.

    A class without a ceiling is limited by ``overall`` alone. What was unused has expired. With ``ceilings``
    of None what is left per class stays as it is: a ceiling may last longer than the quota of an hour.
    """

    at_ms: int
    overall: int
    ceilings: Mapping[str, int] | None = field(default_factory=dict)


@dataclass(frozen=True)
class GateStage:
    """Open or shut by calendar; passing takes no time and uses the quota at once.

    ``refills`` rise strictly in time and the first is at 0. An empty tuple means no quota. ``otherwise``
    names, for a class, another one: whoever stands here as one of a class whose ceiling is used up counts as
    one of that other class from then on, until it is let pass. A class without a ceiling never does.
    """

    name: str
    open: Calendar
    refills: tuple[Refill, ...] = ()
    outages: tuple[Outages, ...] = ()
    otherwise: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DepartureStage:
    """At ``at_ms[i]`` up to ``capacity[i]`` leave in line order; in between nobody does.

    ``at_ms`` rises strictly from 0 or later. A capacity that is not used has expired.
    """

    name: str
    at_ms: tuple[int, ...]
    capacity: tuple[int, ...]


@dataclass(frozen=True)
class PairingStage:
    """Those who lead wait for those who follow; the two of a pair go on at once, and the follower leaves.

    ``leaders`` and ``followers`` name classes. ``goods`` says, per class, what it has to do with: only
    two of the same goods make a pair. A class that is missing there is of the goods ''.
    """

    name: str
    leaders: tuple[str, ...]
    followers: tuple[str, ...]
    goods: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Turns:
    """When places of a backlog are expected to come up: so many (``number``) at each of the instants."""

    at_ms: tuple[int, ...]
    number: tuple[int, ...]


@dataclass(frozen=True)
class Alternative:
    """One way on from a choice. Its backlog are those who picked it and have not started at ``stage`` yet.

    Each of them counts for ``interval_ms`` where the choice is made. With ``turns`` what counts is the time
    until the place behind the backlog comes up; after the last of them places come up every ``interval_ms``.
    """

    name: str
    stage: str
    interval_ms: int = 0
    turns: Turns | None = None


@dataclass(frozen=True)
class ChoiceStage:
    """Whoever comes picks one of the alternatives that its route offers there, in no time.

    The smallest sum of own cost and known wait; of equal ones the first. Known waits are those last
    published: ``published_at_ms`` rises strictly from 0 or later, and until then they are 0.
    """

    name: str
    alternatives: tuple[Alternative, ...]
    published_at_ms: tuple[int, ...] = ()


@dataclass(frozen=True)
class Zone:
    """A finite number of places, shared by all routes that pass through it."""

    name: str
    places: int


Stage = ServiceStage | DelayStage | GateStage | DepartureStage | PairingStage | ChoiceStage


@dataclass(frozen=True)
class Distribution:
    """A family of positive durations (or of factors, for ``Swing``) by its mean and what else it needs.

    ``mean`` is in ms for durations. ``cv`` (standard deviation / mean) is of ``lognormal`` alone, ``rows``
    Erlang's number of phases, ``shape`` that of ``gamma`` and ``weibull``. ``points`` rise, in the unit of
    the mean: least and largest of ``uniform``; least, most likely and largest of ``triangular``; the values
    of ``empirical``, each with its probability in ``shares``. The mean of these follows from their points
    and must be given all the same.
    """

    family: Literal[
        "fixed",
        "exponential",
        "erlang",
        "lognormal",
        "uniform",
        "triangular",
        "weibull",
        "gamma",
        "empirical",
    ]
    mean: float
    cv: float = 0.0
    rows: int = 1
    shape: float = 1.0
    points: tuple[float, ...] = ()
    shares: tuple[float, ...] = ()


@dataclass(frozen=True)
class Tokens:
    """``number`` interchangeable things, of which steps may need some to start."""

    name: str
    number: int


@dataclass(frozen=True)
class Need:
    """``number`` of ``tokens`` are taken at the start of a step, all at once with all others it needs.

    They come back together, ``away`` after the step's end.
    """

    tokens: str
    number: int
    away: Distribution


@dataclass(frozen=True)
class Condition:
    """Holds for an entity whose uniform number of ``purpose`` lies in [``low``, ``high``)."""

    purpose: str
    low: float
    high: float


@dataclass(frozen=True)
class Work:
    """What one kind of entity does at one step: how long, and on which conditions at all.

    The step is entered if *all* conditions hold (an empty tuple: always). ``duration`` is None at
    a gate, a departure or a pairing, where passing takes no time. ``no_shows[i]`` is the share of those
    let pass at a gate for the time i + 1 who do not show up then; after as many times everybody does.
    ``needs`` are tokens, each kind named once; only work at a service stage may need any.
    At a choice ``duration`` is the own cost of the alternative; it takes no time.
    """

    duration: Distribution | None = None
    when: tuple[Condition, ...] = ()
    no_shows: tuple[float, ...] = ()
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True)
class Step:
    """One step of a route: a name that is unique in the route, and the stage it takes place at.

    The name is also the *purpose* under which the duration's random numbers are drawn, so it must
    stay the same when a policy changes. A route may visit one stage in several steps.

    At a choice each step is an ``alternative`` that is offered there: steps that follow each other at one
    choice are one choice, of which the entity enters the step that it picks. A later step that is ``given``
    such a step, by its name, is only entered by those who have picked that.

    ``draws_as`` names another step of the route whose random numbers this one takes: for ways that exclude
    each other, so that an entity is as fast on the one as it would be on the other.
    """

    name: str
    stage: str
    alternative: str = ""
    given: str = ""
    draws_as: str = ""

    @property
    def purpose(self) -> str:
        """Under which the numbers of this step are drawn."""
        return self.draws_as or self.name


@dataclass(frozen=True)
class Occupancy:
    """The steps of a route over which an entity holds one place of ``zone``.

    Taken before the first step of ``first``..``last`` that the entity enters; given up at the
    ``start`` (service start) or ``end`` (step end) of step ``last``.
    """

    zone: str
    first: str
    last: str
    give_up: Literal["start", "end"] = "end"


@dataclass(frozen=True)
class Route:
    """An ordered list of steps, and the zones they pass through."""

    name: str
    steps: tuple[Step, ...]
    occupancies: tuple[Occupancy, ...] = ()


@dataclass(frozen=True)
class Kind:
    """One kind of entity within a source.

    An entity is of the first kind whose cumulated ``share`` exceeds its uniform number of purpose
    ``kind``; the shares of a source sum to 1. ``klass`` decides pools, priority and ceilings;
    ``group`` is an integer that indicators are kept by; ``work`` has one entry per step name.
    """

    name: str
    share: float
    klass: str
    group: int
    work: Mapping[str, Work]


@dataclass(frozen=True)
class Source:
    """Entities that take the same route, in order of arrival.

    One that ``follows`` another has ``NO_ARRIVALS`` of its own, and its entities the order of that one's.
    """

    name: str
    route: str
    arrivals: Arrivals
    kinds: tuple[Kind, ...]
    follows: Follows | None = None


@dataclass(frozen=True)
class Network:
    """All of it.

    ``priority`` maps (class, stage or zone) to a number, lower first, default 0. Sums over
    entities are kept by group and *phase*: arrived before ``cohort_ms[0]``, within the cohort
    [``cohort_ms[0]``, ``cohort_ms[1]``), or after it. Lines are read every ``observe_every_ms``. Of
    those through within the follow-up it is counted who took at most each of ``within_ms`` (rising).
    ``spans`` names sets of stages and zones, in which the time of each entity is counted together; a stage
    or zone stands in one at most.
    """

    horizon_ms: int
    classes: tuple[str, ...]
    stages: tuple[Stage, ...]
    zones: tuple[Zone, ...]
    routes: tuple[Route, ...]
    sources: tuple[Source, ...]
    n_groups: int
    priority: Mapping[tuple[str, str], int] = field(default_factory=dict)
    cohort_ms: tuple[int, int] | None = None
    observe_every_ms: int = MS_PER_HOUR
    within_ms: tuple[int, ...] = ()
    tokens: tuple[Tokens, ...] = ()
    spans: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
