"""What entities meet on their way: service stages, delays, gates and zones, each with its line.

An element acts only when the run tells it to (``act``), and then on the first in line order who
can go on, until nobody can. Whether one can depends on its class alone, so a line is kept per
class and the heads are compared.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from typing import Protocol

import simpy

from kzsim.engines.reference.parts import Alarm, Entity, Environment, Occupied, Pool, WaitClock
from kzsim.network.model import WAIT_ACCOUNTS, Account
from kzsim.network.opentime import NEVER, OpenTime
from kzsim.network.program import UNLIMITED


class Run(Protocol):
    """What elements need of the run."""

    env: Environment

    def mark(self, element: int) -> None:
        """Let this element act in this instant's dispatch."""

    def started(self, entity: Entity) -> None:
        """Tell that the entity's wait at a stage is over."""

    def granted(self, entity: Entity) -> None:
        """Tell that the entity's wait for a place is over."""


class Element(ABC):
    """A stage or a zone: its number is its rank; ``priority`` is by class, lower goes first."""

    def __init__(self, run: Run, number: int, name: str, priority: Sequence[int]) -> None:
        self.run = run
        self.number = number
        self.name = name
        self.priority = priority
        self.waiting = 0
        self.lines: list[list[tuple[int, int, Entity]]] = [[] for _ in priority]
        self.clocks = [WaitClock() for _ in priority]
        # classes of one lot are let go on by the same others
        self.lot_of_class: Sequence[int] = range(len(priority))
        self.joined_now: list[Entity] = []
        self.account_ms: defaultdict[int, list[int]] = defaultdict(lambda: [0] * len(Account))
        self.starts: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])

    def join(self, entity: Entity) -> simpy.Event:
        """Stand in line; the event comes when the entity's business here is done."""
        env = self.run.env
        entity.joined_ms = now = env.now_ms
        entity.waits_at = self
        heappush(self.lines[entity.klass], (now, entity.index, entity))
        self.waiting += 1
        self.joined_now.append(entity)
        self.run.mark(self.number)
        entity.done = Alarm(env)
        return entity.done

    def act(self) -> None:
        """Let everybody go on who can, first in line first."""
        while self.waiting and (klass := self._first_class()) is not None:
            _, _, entity = heappop(self.lines[klass])
            self.waiting -= 1
            self.admit(entity)

    def _first_class(self) -> int | None:
        """The class whose head is first in line order among those who can go on."""
        first, best = None, None
        for klass, line in enumerate(self.lines):
            if line and self.can_admit(klass):
                place = (self.priority[klass], line[0])
                if best is None or place < best:
                    first, best = klass, place
        return first

    @abstractmethod
    def can_admit(self, klass: int) -> bool:
        """Whether an entity of the class at the head of the line could go on now."""

    @abstractmethod
    def admit(self, entity: Entity) -> None:
        """Let this entity go on."""

    @abstractmethod
    def cause_of_wait(self, klass: int) -> Account:
        """The account of a wait here, by the state of the element and the class."""

    @abstractmethod
    def releasers(self, entity: Entity) -> Iterable[Entity] | None:
        """None if time alone lets this waiting entity go on, else those any of whom could."""

    def lot(self, entity: Entity) -> tuple[int, int]:
        """What entities with the same ``releasers`` share."""
        return (self.number, self.lot_of_class[entity.klass])

    def set_causes(self, now_ms: int) -> None:
        """At the end of an instant: what keeps each class waiting from here on."""
        if self.waiting:
            for entity in self.joined_now:
                if entity.waits_at is self:
                    entity.clock_at_joining = self.clocks[entity.klass].read(now_ms)
            for klass, line in enumerate(self.lines):
                if line:
                    self.clocks[klass].turn(self.cause_of_wait(klass), now_ms)
        self.joined_now.clear()

    def book_wait(self, entity: Entity, now_ms: int) -> None:
        """Book the entity's wait in this line so far to its accounts."""
        after = self.clocks[entity.klass].read(now_ms)
        for account, then, now in zip(WAIT_ACCOUNTS, entity.clock_at_joining, after, strict=True):
            self.book(entity, account, now - then)

    def book(self, entity: Entity, account: Account, spent_ms: int) -> None:
        """Book time spent here to an account, for the entity's group and phase and for itself."""
        self.account_ms[entity.slot][account] += spent_ms
        entity.spent_ms[account] += spent_ms

    @abstractmethod
    def book_work(self, entity: Entity, now_ms: int) -> None:
        """Book the entity's time since its service start here to its accounts."""

    def members(self) -> list[Entity]:
        """Everybody in line."""
        return [entity for line in self.lines for _, _, entity in line]


class Service(Element):
    """A line and its pools; ``usable`` are each class's pools in order of preference."""

    def __init__(
        self,
        run: Run,
        number: int,
        name: str,
        priority: Sequence[int],
        account: Account,
        usable: list[list[Pool]],
    ) -> None:
        super().__init__(run, number, name, priority)
        self.account = account
        self.usable = usable

    def can_admit(self, klass: int) -> bool:
        """A usable server is free."""
        return self._free_pool(klass) is not None

    def admit(self, entity: Entity) -> None:
        """Start service on the first usable pool that has a free server."""
        pool = self._free_pool(entity.klass)
        if pool is None:
            raise RuntimeError(f"no server of '{self.name}' is free")
        pool.take(entity, self.run.env.now_ms)
        self.run.started(entity)
        self._begin(entity)

    def _begin(self, entity: Entity) -> None:
        """The work ends when its time has passed."""
        entity.done.set_off(entity.duration_ms[entity.step])

    def _free_pool(self, klass: int) -> Pool | None:
        for pool in self.usable[klass]:
            if pool.capacity > len(pool.holders):
                return pool
        return None

    def cause_of_wait(self, klass: int) -> Account:
        """Closed, else blocked, else queue."""
        in_capacity = [pool for pool in self.usable[klass] if pool.capacity > 0]
        if not in_capacity:
            return Account.CLOSED
        return Account.BLOCKED if all(pool.all_blocked for pool in in_capacity) else Account.QUEUE

    def releasers(self, entity: Entity) -> Iterable[Entity] | None:
        """Whoever holds a usable server, unless a calendar will bring a free one."""
        pools = self.usable[entity.klass]
        if any(pool.will_grow() for pool in pools):
            return None
        return [holder for pool in pools for holder in pool.holders.values()]

    def book_work(self, entity: Entity, now_ms: int) -> None:
        """All of it is work."""
        self.book(entity, self.account, now_ms - entity.start_ms)


class Delay(Element):
    """No limit on servers; with a calendar the duration passes in open time only."""

    def __init__(
        self,
        run: Run,
        number: int,
        name: str,
        priority: Sequence[int],
        account: Account,
        open_time: OpenTime | None,
    ) -> None:
        super().__init__(run, number, name, priority)
        self.account = account
        self.open_time = open_time

    def join(self, entity: Entity) -> simpy.Event:
        """Stand in line until this instant's dispatch; without order, since all start together."""
        env = self.run.env
        entity.joined_ms = env.now_ms
        entity.waits_at = self
        self.joined_now.append(entity)
        self.run.mark(self.number)
        entity.done = Alarm(env)
        return entity.done

    def act(self) -> None:
        """Let everybody start."""
        for entity in self.joined_now:
            self.admit(entity)
        self.joined_now.clear()

    def can_admit(self, klass: int) -> bool:  # noqa: ARG002 - nobody is ever kept waiting
        """Always."""
        return True

    def admit(self, entity: Entity) -> None:
        """Start; the end is computed now."""
        self.run.started(entity)
        now = self.run.env.now_ms
        duration = entity.duration_ms[entity.step]
        end = now + duration if self.open_time is None else self.open_time.end_of(now, duration)
        if end != NEVER:
            entity.done.set_off(end - now)

    def cause_of_wait(self, klass: int) -> Account:  # noqa: ARG002 - nobody is ever kept waiting
        """Never asked: the line is empty at the end of every instant."""
        return Account.QUEUE

    def releasers(self, entity: Entity) -> Iterable[Entity] | None:  # noqa: ARG002 - nobody waits
        """Time."""
        return None

    def book_work(self, entity: Entity, now_ms: int) -> None:
        """Open time is work, the rest of the stay is closed time."""
        stay = work = now_ms - entity.start_ms
        if self.open_time is not None:
            work = self.open_time.passed(now_ms) - self.open_time.passed(entity.start_ms)
        self.book(entity, self.account, work)
        self.book(entity, Account.CLOSED, stay - work)


class Gate(Element):
    """Open or shut; a quota that a refill sets and each passing uses up."""

    def __init__(self, run: Run, number: int, name: str, priority: Sequence[int]) -> None:
        super().__init__(run, number, name, priority)
        self.is_open = False
        self.shut_since_ms = 0
        self.left = UNLIMITED
        self.left_of_class = [UNLIMITED] * len(priority)

    def set_open(self, value: int) -> None:
        """Open or shut."""
        if self.is_open and value == 0:
            self.shut_since_ms = self.run.env.now_ms
        self.is_open = value > 0

    def refill(self, overall: int, ceilings: Sequence[int]) -> None:
        """What is left becomes this; what was unused has expired."""
        self.left = overall
        self.left_of_class = list(ceilings)

    def can_admit(self, klass: int) -> bool:
        """Open, and something left overall and for the class."""
        return self.is_open and self.left > 0 and self.left_of_class[klass] > 0

    def admit(self, entity: Entity) -> None:
        """Pass at once."""
        self.left -= 1
        self.left_of_class[entity.klass] -= 1
        self.run.started(entity)
        entity.done.set_off(0)

    def cause_of_wait(self, klass: int) -> Account:
        """Quota if open, or if it had run out for the head and has not been refilled; else closed."""
        joined_ms, _, _ = self.lines[klass][0]
        is_used_up = self.left == 0 or self.left_of_class[klass] == 0
        was_refused = is_used_up and joined_ms < self.shut_since_ms
        return Account.QUOTA if self.is_open or was_refused else Account.CLOSED

    def releasers(self, entity: Entity) -> Iterable[Entity] | None:  # noqa: ARG002 - nobody's doing
        """Time: an opening or a refill."""
        return None

    def book_work(self, entity: Entity, now_ms: int) -> None:
        """Nothing: passing takes no time."""


class Departure(Gate):
    """A gate that is open for single instants: what a departure brings has expired after its own."""

    def __init__(self, run: Run, number: int, name: str, priority: Sequence[int]) -> None:
        super().__init__(run, number, name, priority)
        self.at_ms = -1

    def refill(self, overall: int, ceilings: Sequence[int]) -> None:
        """Somebody may leave at this instant."""
        super().refill(overall, ceilings)
        self.at_ms = self.run.env.now_ms

    def can_admit(self, klass: int) -> bool:  # noqa: ARG002 - the same for all classes
        """A departure at this instant has something left."""
        return self.at_ms == self.run.env.now_ms and self.left > 0

    def cause_of_wait(self, klass: int) -> Account:  # noqa: ARG002 - the same for all classes
        """Queue, always."""
        return Account.QUEUE


class Zone(Element):
    """A finite number of places and one line for all its entrances."""

    def __init__(self, run: Run, number: int, name: str, priority: Sequence[int], places: int) -> None:
        super().__init__(run, number, name, priority)
        self.places = places
        self.lot_of_class = [0] * len(priority)
        # by entity and first step: a route may come back to the same zone before it has left
        self.holders: dict[tuple[int, int], Entity] = {}
        self._place_ms = 0
        self._since_ms = 0

    def can_admit(self, klass: int) -> bool:  # noqa: ARG002 - the same for all classes
        """A place is free."""
        return len(self.holders) < self.places

    def admit(self, entity: Entity) -> None:
        """Grant a place: the one the entity asked for last."""
        _, place = entity.occupancies[-1]
        self._count_places()
        self.holders[entity.index, place.first] = entity
        self.run.granted(entity)
        entity.done.set_off(0)

    def give_back(self, entity: Entity, place: Occupied) -> None:
        """Give up a place."""
        self._count_places()
        del self.holders[entity.index, place.first]
        self.run.mark(self.number)

    def place_ms(self, now_ms: int) -> int:
        """Places taken times ms, up to now."""
        return self._place_ms + len(self.holders) * (now_ms - self._since_ms)

    def _count_places(self) -> None:
        """Add the time since the last change, before there is another."""
        now = self.run.env.now_ms
        self._place_ms, self._since_ms = self.place_ms(now), now

    def cause_of_wait(self, klass: int) -> Account:  # noqa: ARG002 - the same for all classes
        """Blocked, always."""
        return Account.BLOCKED

    def releasers(self, entity: Entity) -> Iterable[Entity] | None:  # noqa: ARG002 - the same for all
        """Whoever holds a place."""
        return self.holders.values()

    def book_work(self, entity: Entity, now_ms: int) -> None:
        """Nothing: a zone only holds places."""
