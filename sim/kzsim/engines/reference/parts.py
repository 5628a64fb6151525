"""What the reference engine's elements are made of: a clock, entities, servers, waiting clocks."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import simpy
from simpy.events import NORMAL, EventPriority

from kzsim.network.model import WAIT_ACCOUNTS, Account
from kzsim.network.program import MOST_SPANS

if TYPE_CHECKING:
    from kzsim.engines.reference.elements import Element
    from kzsim.engines.reference.tokens import Tokens
    from kzsim.engines.reference.zones import Zone


class Environment(simpy.Environment):
    """SimPy's environment with whole milliseconds."""

    _now: int

    @property
    def now_ms(self) -> int:
        """The current instant."""
        return self._now


class Alarm(simpy.Event):
    """An event that can be set off some time ahead (simpy.Timeout counts from its creation)."""

    def set_off(self, delay_ms: int, priority: EventPriority = NORMAL) -> None:
        """Happen ``delay_ms`` from now."""
        self._ok = True
        self._value = None
        self.env.schedule(self, priority, delay_ms)


class Alternative:
    """One way on from a choice; ``stage`` is the element at whose start one leaves its backlog.

    ``turns``: instants, and the places of the backlog that have come up by each of them.
    """

    def __init__(self, stage: int, interval_ms: int, turns: Sequence[tuple[int, int]]) -> None:
        self.stage = stage
        self.interval_ms = interval_ms
        self.turns = turns
        self.backlog = 0
        self.published_ms = 0
        self.picked: defaultdict[int, int] = defaultdict(int)  # by slot

    def wait_ms(self, now_ms: int) -> int:
        """What who picks it now can expect: with turns, until the place behind the backlog comes up."""
        if not self.turns:
            return self.backlog * self.interval_ms
        over = bisect_left(self.turns, now_ms, key=lambda turn: turn[0])
        wanted = (self.turns[over - 1][1] if over else 0) + self.backlog + 1
        number = bisect_left(self.turns, wanted, lo=over, key=lambda turn: turn[1])
        if number < len(self.turns):
            return self.turns[number][0] - now_ms
        last_ms, places = self.turns[-1]
        return max(last_ms - now_ms, 0) + (wanted - places) * self.interval_ms


class Entity:
    """One entity on its way. ``row`` is its index in its source, ``slot`` its group and phase.

    ``klass`` is its class or, where tokens are needed, its line: ``line_of_step`` says which.
    ``stands_since_ms``: of who is there at the start, when it joined its first line; else None.
    """

    __slots__ = (
        "blocking",
        "chose_at",
        "clock_at_joining",
        "counted",
        "done",
        "duration_ms",
        "index",
        "joined_ms",
        "klass",
        "line_of_step",
        "no_shows",
        "occupancies",
        "paused_ms",
        "picked",
        "pool",
        "row",
        "server_since_ms",
        "slot",
        "source",
        "span_ms",
        "spent_ms",
        "stands_since_ms",
        "start_ms",
        "step",
        "timer",
        "tokens",
        "waits_at",
        "worked_ms",
        "works_at",
    )

    done: Alarm
    timer: Alarm
    clock_at_joining: list[int]
    spent_ms: list[int]

    def __init__(
        self, index: int, source: int, row: int, klass: int, slot: int, duration_ms: list[int]
    ) -> None:
        self.index = index
        self.source = source
        self.row = row
        self.klass = klass
        self.slot = slot
        self.duration_ms = duration_ms
        self.step = -1
        self.joined_ms = 0
        self.start_ms = 0
        self.server_since_ms = 0
        self.worked_ms = 0
        self.paused_ms = 0
        self.no_shows = 0
        self.occupancies: list[tuple[Zone, Occupied]] = []
        self.line_of_step: list[int] | None = None
        self.tokens: list[Tokens] = []
        self.chose_at: set[int] = set()  # first steps of choices
        self.picked: set[int] = set()  # steps
        self.counted: list[Alternative] = []
        self.pool: Pool | None = None
        self.blocking = False
        self.waits_at: Element | None = None
        self.works_at: Element | None = None
        self.spent_ms = [0] * len(Account)
        self.span_ms = [0] * MOST_SPANS
        self.stands_since_ms: int | None = None

    @property
    def is_paused(self) -> bool:
        """Whether its service has begun and stands still: it then holds no server of its pool.

        So it is with who did not show up at a gate.
        """
        return self.waits_at is not None and self.works_at is not None


class Occupied(Protocol):
    """What an entity remembers of a place: the route steps it covers and when it is given up."""

    @property
    def first(self) -> int:
        """Number of the first step covered."""

    @property
    def last(self) -> int:
        """Number of the step at which the place is given up."""

    @property
    def at_start(self) -> bool:
        """Given up at the start of that step, else at its end."""


class WaitClock:
    """How long one class at one element has been kept waiting, by cause, since the start."""

    __slots__ = ("cause", "since_ms", "total_ms")

    def __init__(self) -> None:
        self.cause = Account.QUEUE
        self.since_ms = 0
        self.total_ms = [0] * len(WAIT_ACCOUNTS)

    def turn(self, cause: Account, now_ms: int) -> None:
        """From now on it is ``cause`` that keeps the class waiting."""
        if cause != self.cause:
            self.total_ms[self.cause - Account.CLOSED] += now_ms - self.since_ms
            self.cause = cause
            self.since_ms = now_ms

    def read(self, now_ms: int) -> list[int]:
        """The totals by now, in the order of ``WAIT_ACCOUNTS``."""
        total = self.total_ms.copy()
        total[self.cause - Account.CLOSED] += now_ms - self.since_ms
        return total


class Staffing:
    """A staffing rule at work; ``at_ms`` are the instants of its reviews."""

    def __init__(
        self, at_ms: Sequence[int], open_at: int, close_at: int, fewest: int, most: int, by: int
    ) -> None:
        self.at_ms = at_ms
        self.open_at, self.close_at = open_at, close_at
        self.fewest, self.most, self.by = fewest, most, by
        self.working = fewest
        self.reviews_left = len(at_ms)

    @property
    def largest_later(self) -> int:
        """How many may work after some later review; as many as now if there is none."""
        return self.most if self.reviews_left else self.working

    def review(self, in_line: int) -> None:
        """Open or close, by the length of the line."""
        if in_line >= self.open_at:
            self.working = min(self.working + self.by, self.most)
        elif in_line <= self.close_at:
            self.working = max(self.working - self.by, self.fewest)
        self.reviews_left -= 1


class Pool:
    """Servers of one kind. ``holders`` are in service or, having finished, blocked; others are ``paused``.

    ``value`` are those of its calendar; ``staffing`` is its rule, if it has one.
    """

    def __init__(
        self, name: str, element: int, value: Sequence[int], staffing: Staffing | None = None
    ) -> None:
        self.name = name
        self.element = element
        self.value = value
        self.staffing = staffing
        self.capacity = 0
        self.blocked = 0
        self.holders: dict[int, Entity] = {}
        self.paused: dict[int, Entity] = {}
        self._busy_ms = 0
        self._capacity_ms = 0
        self._since_ms = 0
        self._piece = 0
        largest_later, later = 0, []
        for v in reversed(value):
            later.append(largest_later)
            largest_later = max(largest_later, v)
        self._largest_later = later[::-1]

    @property
    def all_blocked(self) -> bool:
        """Whether every server in capacity is held by an entity that waits for a place."""
        return self.blocked >= self.capacity

    def will_be_free(self) -> bool:
        """Whether the capacity now, or a later one, is above the number of servers held now."""
        largest = self._largest_later[self._piece]
        if self.staffing is not None:
            if self.staffing.reviews_left:
                largest = max(largest, self.value[self._piece])
            largest = min(largest, self.staffing.largest_later)
        return max(self.capacity, largest) > len(self.holders)

    def set_capacity(self, piece: int, now_ms: int) -> None:
        """Apply a piece of the calendar; what becomes of services is for the stage to say when it acts."""
        self._capacity_ms, self._since_ms = self.capacity_until(now_ms), now_ms
        self._piece = piece
        self.capacity = self.value[piece]
        if self.staffing is not None:
            self.capacity = min(self.capacity, self.staffing.working)

    def review(self, in_line: int, now_ms: int) -> None:
        """Let as many work as the rule says with so many in line."""
        if self.staffing is not None:
            self.staffing.review(in_line)
            self.set_capacity(self._piece, now_ms)

    def capacity_until(self, now_ms: int) -> int:
        """Servers' time that there was so far."""
        return self._capacity_ms + self.capacity * (now_ms - self._since_ms)

    def take(self, entity: Entity, now_ms: int) -> None:
        """Give a server to the entity."""
        self.holders[entity.index] = entity
        entity.pool = self
        entity.server_since_ms = now_ms

    def pause(self, entity: Entity, now_ms: int) -> None:
        """Take the server back in mid-service."""
        self.paused[entity.index] = self.holders.pop(entity.index)
        self._busy_ms += now_ms - entity.server_since_ms

    def resume(self, entity: Entity, now_ms: int) -> None:
        """Give a server to the paused entity again."""
        del self.paused[entity.index]
        self.take(entity, now_ms)

    def release(self, entity: Entity, now_ms: int) -> None:
        """Take the server back at step end."""
        del self.holders[entity.index]
        self._busy_ms += now_ms - entity.server_since_ms
        self.blocked -= entity.blocking
        entity.blocking = False
        entity.pool = None

    def busy_until(self, now_ms: int) -> int:
        """Servers' time held so far."""
        return self._busy_ms + sum(now_ms - entity.server_since_ms for entity in self.holders.values())
