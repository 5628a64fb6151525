"""A service stage whose services pause when its capacity falls: ``on_close`` is ``suspend``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kzsim.engines.reference.elements import Run
from kzsim.engines.reference.parts import Alarm, Entity, Pool
from kzsim.engines.reference.stages import Service
from kzsim.engines.reference.tokens import Needed
from kzsim.network.model import Account


class SuspendingService(Service):
    """As ``Service``; ``pools`` are all of the stage."""

    def __init__(
        self,
        run: Run,
        number: int,
        name: str,
        priority: Sequence[int],
        account: Account,
        usable: list[list[Pool]],
        needs: list[tuple[Needed, ...]],
        pools: list[Pool],
    ) -> None:
        super().__init__(run, number, name, priority, account, usable, needs)
        self.pools = pools

    def act(self) -> None:
        """Pause whom the capacity does not allow, let those paused return, then start whom it can."""
        for pool in self.pools:
            self._pause_in(pool)
            self._resume_in(pool)
        super().act()

    def _pause_in(self, pool: Pool) -> None:
        in_service = [entity for entity in pool.holders.values() if entity.works_at is self]
        in_service.sort(key=lambda entity: (entity.start_ms, entity.index))
        now = self.run.env.now_ms
        while in_service and len(pool.holders) > pool.capacity:
            entity = in_service.pop()
            pool.pause(entity, now)
            entity.timer.callbacks.clear()  # it will go off for nobody
            entity.worked_ms += now - entity.server_since_ms
            entity.paused_ms = now
            entity.waits_at = self

    def _resume_in(self, pool: Pool) -> None:
        order = sorted(pool.paused.values(), key=lambda e: (e.paused_ms, e.start_ms, e.index), reverse=True)
        while order and pool.capacity > len(pool.holders):
            entity = order.pop()
            pool.resume(entity, self.run.env.now_ms)
            entity.waits_at = None
            self._work(entity)

    def _begin(self, entity: Entity) -> None:
        """Start the whole of the work."""
        entity.worked_ms = 0
        self._work(entity)

    def _work(self, entity: Entity) -> None:
        """The work that is left ends in that time, if it is not paused before."""
        entity.timer = Alarm(self.run.env)
        entity.timer.callbacks.append(lambda _: entity.done.set_off(0))
        entity.timer.set_off(entity.duration_ms[entity.step] - entity.worked_ms)

    def releasers(self, entity: Entity) -> Iterable[Entity] | None:
        """For who is paused, its own pool is the only usable one."""
        if not entity.is_paused or entity.pool is None:
            return super().releasers(entity)
        return None if entity.pool.will_be_free() else entity.pool.holders.values()

    def lot(self, entity: Entity) -> tuple[int, int]:
        """Those paused in one pool share theirs."""
        if not entity.is_paused or entity.pool is None:
            return super().lot(entity)
        return (self.number, -1 - self.pools.index(entity.pool))

    def book_work(self, entity: Entity, now_ms: int) -> None:
        """Work while it held a server; closed while it was paused."""
        now_working = 0 if entity.is_paused else now_ms - entity.server_since_ms
        work = entity.worked_ms + now_working
        self.book(entity, self.account, work)
        self.book(entity, Account.CLOSED, now_ms - entity.start_ms - work)
