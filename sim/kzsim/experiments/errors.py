"""What can stop a run or keep its results from being stored."""

from __future__ import annotations

from kzsim.engines.errors import DeadlockError, Waiter
from kzsim.indicators.errors import InvariantError

__all__ = ["DeadlockError", "InvariantError", "ReplicationDeadlockError", "ResultsError", "WorkerError"]


class ReplicationDeadlockError(DeadlockError):
    """A deadlock, with the replication and the run (``scenario`` or ``counterfactual``) it befell."""

    def __init__(self, at_ms: int, waiters: tuple[Waiter, ...], replication: int, which: str) -> None:
        super().__init__(at_ms, waiters)
        self.replication = replication
        self.which = which
        self.args = (at_ms, waiters, replication, which)

    def __str__(self) -> str:
        return f"replication {self.replication} of the {self.which}: {super().__str__()}"


class WorkerError(Exception):
    """A worker process ended without an answer."""


class ResultsError(Exception):
    """Results cannot be written or read; nothing was left half-written."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message, remedy)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}"
