"""Stages that take time: service by servers, and delays without a limit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import simpy

from kzsim.engines.reference.elements import Element, Run
from kzsim.engines.reference.parts import Alarm, Entity, Pool
from kzsim.network.model import Account
from kzsim.network.opentime import NEVER, OpenTime


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
