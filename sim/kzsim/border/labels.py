"""What the numbers and names of a network stand for at a border, and the parts it is joined from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from typing import Literal

from kzsim.evidence import Parameters
from kzsim.network.model import Network, Route, Source, Stage, Tokens, Zone
from kzsim.scenario import Problem

Mode = Literal["road", "rail"]
Direction = Literal["kz_to_cn", "cn_to_kz"]
Side = Literal["kz", "cn"]
Place = Literal["kz", "cn", "between"]
CorridorRole = Literal["user", "eligible_nonuser", "other"]

DIRECTIONS: tuple[Direction, ...] = ("kz_to_cn", "cn_to_kz")
SIDES: tuple[Side, ...] = ("kz", "cn")

Leg = Literal["home", "crossing", "yard"]

# Engine classes: they decide pools, priority, ceilings and who makes a pair, nothing else.
ORDINARY = "ordinary"
CORRIDOR = "corridor"
CORRIDOR_FIRST = "corridor_first"  # the same, and first for a truck in the Chinese yard
USERS = (CORRIDOR, CORRIDOR_FIRST)
OUT_OF_TURN = "out_of_turn"  # in the electronic queue, by its goods
PAID = "paid"  # there, for money
FETCHING = "fetching"  # in the Chinese yard: a truck that waits for a load


def first_side(direction: Direction) -> Side:
    """The side that a truck or train of this direction leaves."""
    return "kz" if direction == "kz_to_cn" else "cn"


def second_side(direction: Direction) -> Side:
    """The side that a truck or train of this direction enters."""
    return "cn" if direction == "kz_to_cn" else "kz"


@dataclass(frozen=True)
class Worth:
    """What time costs a truck and its load.

    USD an hour, USD for the transfer of the load in China, USD of the load's value, and the share of
    that value lost a day in the warm months and in the others.
    """

    hour_usd: float = 0.0
    transfer_usd: float = 0.0
    value_usd: float = 0.0
    lost_per_day_warm: float = 0.0
    lost_per_day_cool: float = 0.0


UNKNOWN_WORTH = Worth()


@dataclass(frozen=True)
class GroupLabel:
    """Whom a group number stands for; indicators are kept by group.

    ``load_t`` (net tonnes), ``teu`` and ``wagons`` are per truck or train. ``compliant`` says that
    the truck or train would meet the conditions of a corridor if there were one; ``corridor`` says
    whether it uses one in this scenario: a measure in force changes something for its class, and not
    for everybody alike. ``eligible`` are the classes that a corridor may take,
    ``agricultural`` those that are farm goods throughout: by rail grain only, because container trains
    are eligible for the produce in some of their boxes, a share that nobody knows. ``loaded`` is false
    for trucks and trains of wagons that go empty. ``worth`` is known for trucks only.

    ``leg``: a truck's journey has several. ``home`` lasts from booking in the electronic queue to the arrival
    at the border, ``crossing`` from there to the end of unloading in China, or from the hand-over yard back,
    ``yard`` is a truck's wait for a load in China. A load's wait for a truck is part of its crossing.
    ``usual``: of trucks that may choose, the crossing that they usually use; empty for all others.
    ``longer_h``: of those at home the crossings that they compare, each with the hours of the longer way.
    """

    crossing: str
    mode: Mode
    direction: Direction
    klass: str
    eligible: bool
    compliant: bool
    corridor: CorridorRole
    load_t: float
    teu: float = 0.0
    wagons: float = 0.0
    _: KW_ONLY
    agricultural: bool
    loaded: bool
    worth: Worth = UNKNOWN_WORTH
    leg: Leg = "crossing"
    usual: str = ""
    longer_h: tuple[tuple[str, float], ...] = ()


BEFORE_THE_POST = frozenset({"equeue", "siding"})
"""Stages for which a truck may wait at home, or a train up the line: no part of the time at a post."""


@dataclass(frozen=True)
class ElementLabel:
    """What a stage, gate or zone of the network stands for.

    ``direction`` is ``both`` for what two directions share; ``side`` is ``between`` for the strip
    between the posts; ``stage`` is the last part of the name, such as ``documents``.
    """

    crossing: str
    mode: Mode
    direction: Literal["kz_to_cn", "cn_to_kz", "both"]
    side: Place
    stage: str
    what: Literal["stage", "zone", "gate"]

    @property
    def at_post(self) -> bool:
        """Whether time there is time at the post of its side, where it has one."""
        return self.stage not in BEFORE_THE_POST


@dataclass(frozen=True)
class Idle:
    """A measure in force somewhere that changes nothing there, or not all that it should.

    ``param`` is what it would change and the model lacks; empty where the evidence names nothing
    that it would change for this mode.
    """

    crossing: str
    mode: Mode
    direction: Direction
    measure: str
    param: str = ""


@dataclass(frozen=True)
class Parts:
    """What one crossing, mode and direction contributes to the network.

    ``groups`` are numbered from 0 here: ``Kind.group`` of the sources is an index into it, and
    ``build`` renumbers. A stage or zone that two directions share stands in the parts of both, by
    the same name and equal; ``build`` keeps one.
    """

    stages: tuple[Stage, ...]
    zones: tuple[Zone, ...]
    routes: tuple[Route, ...]
    sources: tuple[Source, ...]
    elements: Mapping[str, ElementLabel]
    groups: tuple[GroupLabel, ...]
    priority: Mapping[tuple[str, str], int] = field(default_factory=dict)
    idle: tuple[Idle, ...] = ()
    tokens: tuple[Tokens, ...] = ()


@dataclass(frozen=True)
class Border:
    """A scenario as a network, and what its numbers mean.

    ``start`` is the aware instant of t = 0; ``notes`` are sentences on what the scenario asks for
    and the model leaves out. ``warnings`` are about settings without effect, each with its place; the
    notes say them too. ``warm`` are the months in which produce spoils faster, in ms from the start.
    """

    network: Network
    groups: tuple[GroupLabel, ...]
    elements: Mapping[str, ElementLabel]
    parameters: Parameters
    start: datetime
    follow_up_ms: int
    notes: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()
    warm: tuple[tuple[int, int], ...] = ()
