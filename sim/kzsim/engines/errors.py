"""What stops a run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Waiter:
    """One entity of a deadlock: who it is, what it holds and what it waits for."""

    entity: str
    holds: tuple[str, ...]
    waits_for: str


class DeadlockError(Exception):
    """Entities wait for each other and no passing of time can free any of them."""

    def __init__(self, at_ms: int, waiters: tuple[Waiter, ...]) -> None:
        self.at_ms = at_ms
        self.waiters = waiters
        super().__init__(at_ms, waiters)

    def __str__(self) -> str:
        lines = [f"deadlock at {self.at_ms} ms after the start, {len(self.waiters)} entities:"]
        for waiter in self.waiters[:10]:
            held = ", ".join(waiter.holds) or "nothing"
            lines.append(f"  {waiter.entity} holds {held} and waits for {waiter.waits_for}")
        if len(self.waiters) > 10:
            lines.append(f"  and {len(self.waiters) - 10} more")
        return "\n".join(lines)
