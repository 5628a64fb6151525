"""Stages that take time: service by servers, and delays without a limit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import simpy

from kzsim.engines.reference.deadlock import Want
from kzsim.engines.reference.elements import Element, Run
from kzsim.engines.reference.parts import Alarm, Entity, Pool
from kzsim.engines.reference.tokens import Needed
from kzsim.network.model import Account
from kzsim.network.opentime import NEVER, OpenTime


class Service(Element):
    """A line and its pools; ``usable`` are each class's pools in order of preference.

    ``needs`` are the tokens that each class must have to start.
    """

    def __init__(
        self,
        run: Run,
        number: int,
        name: str,
        priority: Sequence[int],
        account: Account,
        usable: list[list[Pool]],
        needs: list[tuple[Needed, ...]],
    ) -> None:
        super().__init__(run, number, name, priority)
        self.account = account
        self.usable = usable
        self.needs = needs

    def can_admit(self, klass: int) -> bool:
        """A usable server is free, and so are the tokens needed."""
        return self._free_pool(klass) is not None and (not self.needs[klass] or self._may_take(klass))

    def _may_take(self, klass: int) -> bool:
        """All tokens are there, and nobody ahead who could use a server needs any of a kind among them."""
        if not all(needed.is_there for needed in self.needs[klass]):
            return False
        kinds = {needed.tokens.kind for needed in self.needs[klass]}
        own = (self.priority[klass], self.lines[klass][0])
        return not any(
            line
            and (self.priority[other], line[0]) < own
            and kinds & {needed.tokens.kind for needed in self.needs[other]}
            and self._free_pool(other) is not None
            for other, line in enumerate(self.lines)
        )

    def admit(self, entity: Entity) -> None:
        """Start service on the first usable pool that has a free server."""
        pool = self._free_pool(entity.klass)
        if pool is None:
            raise RuntimeError(f"no server of '{self.name}' is free")
        pool.take(entity, self.run.env.now_ms)
        for needed in self.needs[entity.klass]:
            needed.tokens.take(entity, needed.number)
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
        """Closed, else tokens if a server is free, else blocked, else queue."""
        in_capacity = [pool for pool in self.usable[klass] if pool.capacity > 0]
        if not in_capacity:
            return Account.CLOSED
        if self._free_pool(klass) is not None:
            return Account.TOKENS
        return Account.BLOCKED if all(pool.all_blocked for pool in in_capacity) else Account.QUEUE

    def releasers(self, entity: Entity) -> Iterable[Entity] | None:
        """Whoever holds a usable server, unless there is or will be a free one; tokens must come by time."""
        if self._wanted_tokens(entity, by_time=lambda holder: holder.waits_at is None):
            return []
        pools = self.usable[entity.klass]
        if any(pool.will_be_free() for pool in pools):
            return None
        return [holder for pool in pools for holder in pool.holders.values()]

    def wants(self, entity: Entity) -> list[Want[Entity]] | None:
        """A server, unless there is or will be a free one, and tokens, unless they are there or away."""
        if entity.is_paused:
            return super().wants(entity)
        found = self._wanted_tokens(entity)
        pools = self.usable[entity.klass]
        if not any(pool.will_be_free() for pool in pools):
            found.append(Want.one_of(holder for pool in pools for holder in pool.holders.values()))
        return found or None

    def lacks_tokens(self, klass: int) -> bool:
        """Whether some that the class needs are not there."""
        return not all(needed.is_there for needed in self.needs[klass])

    def wants_tokens_of(self, entity: Entity, dead: set[Entity]) -> bool:
        """Whether tokens that it needs are held by the dead, too many for it ever to start."""
        return any(
            sum(number for other, number in want.held if other not in dead) < want.lacking
            for want in self._wanted_tokens(entity)
        )

    def _wanted_tokens(
        self, entity: Entity, by_time: Callable[[Entity], bool] = lambda _: False
    ) -> list[Want[Entity]]:
        """What of its tokens is neither there nor away nor with somebody known to be freed by time."""
        found = []
        for needed in self.needs[entity.klass]:
            tokens = needed.tokens
            held = [(other, number) for other, number in tokens.holders.values() if not by_time(other)]
            lacking = needed.number - (tokens.number - sum(number for _, number in held))
            if lacking > 0:
                found.append(Want(lacking, tuple(held)))
        return found

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
