"""A sweep on the workers of a Dask cluster: the same tasks, the same bytes; results come to the client only.

Needs the optional extra ``kzsim[dask]``. What goes to a worker is ``remote.Message``, plain text and numbers;
Dask itself uses pickle between client, scheduler and workers, so only trusted machines may reach its ports.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kzsim.experiments.replications import interrupts_held_back
from kzsim.experiments.sweeps.pools import Bundle, Pool, Waited
from kzsim.experiments.sweeps.remote import differences, message, run_message, versions
from kzsim.experiments.sweeps.work import How
from kzsim.scenario import Scenario

if TYPE_CHECKING:
    from distributed import Client

CONNECT_S = 20
"""Seconds for the scheduler to answer, and then for a first worker to be there."""
LOCAL_WORKERS = 2
_LOST = (
    "the cluster lost a task for good: its workers died with it again and again, perhaps for want of memory, "
    "or the scheduler is gone."
)


class ClusterError(Exception):
    """A cluster that cannot be used; nothing was run on it."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message, remedy)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}"


def require_dask() -> None:
    """Raise ClusterError if the optional extra is not installed."""
    if importlib.util.find_spec("distributed") is None:
        raise ClusterError(
            "Dask is not installed; it is an optional part of kzsim.",
            "Install it with: python -m pip install 'kzsim[dask]'",
        )


@dataclass(frozen=True)
class Cluster:
    """Workers that were found fit, and how many threads they have together."""

    client: Client
    threads: int

    def pool(self, how: How, scenario: Callable[[int], Scenario], digests: Sequence[str]) -> Pool:
        """Them as workers of a sweep.

        A worker that dies is replaced by the others: Dask gives its tasks to them, and gives up after a task
        took three workers with it.
        """
        from distributed.comm.core import CommClosedError
        from distributed.scheduler import KilledWorker

        def submit(bundle: Bundle) -> Waited:
            task = message(bundle, how, scenario, digests)
            future: Waited = self.client.submit(run_message, task, pure=False)
            return future

        losses = (KilledWorker, CommClosedError, CancelledError, TimeoutError)
        return Pool(self.threads, True, submit, losses, _LOST, elsewhere=True)


@contextmanager
def connected(address: str | None) -> Iterator[Cluster]:
    """The workers of the scheduler at ``address``; None: two workers on this machine, for trying.

    All workers are asked for their versions first. Raises ClusterError if there is no Dask, no scheduler, no
    worker, or a worker with other versions.
    """
    require_dask()
    from distributed import Client, LocalCluster

    with ExitStack() as stack:
        if address is None:
            # Ctrl-C at the terminal is for this process alone
            with interrupts_held_back():
                address = stack.enter_context(
                    LocalCluster(  # type: ignore[no-untyped-call]  # no types there
                        n_workers=LOCAL_WORKERS,
                        threads_per_worker=1,
                        host="127.0.0.1",
                        dashboard_address=None,
                        silence_logs=50,
                    )
                ).scheduler_address
        try:
            made = Client(address, timeout=CONNECT_S, set_as_default=False)  # type: ignore[no-untyped-call]  # no types there
            client = stack.enter_context(made)
        except (OSError, ValueError, TimeoutError, ImportError) as error:
            raise ClusterError(
                f"There is no Dask scheduler at {address} ({type(error).__name__}: {error}).",
                "Start one with 'dask scheduler', and name the address that it prints.",
            ) from error
        yield Cluster(client, _check_workers(client, address))


def _check_workers(client: Client, address: str) -> int:
    """How many threads the workers have together. Raises ClusterError if they cannot be used."""
    try:
        client.wait_for_workers(1, timeout=CONNECT_S)
    except TimeoutError as error:
        raise ClusterError(
            f"The scheduler at {address} has no workers.",
            f"Start some with 'dask worker {address}', with kzsim installed as here.",
        ) from error
    try:
        there: dict[str, Any] = client.run(versions)
    except (ImportError, AttributeError) as error:
        raise ClusterError(
            f"A worker of the scheduler at {address} has no kzsim that knows sweeps: {error}.",
            "Install the same kzsim, with the same constraints.txt, on all machines.",
        ) from error
    here = versions()
    wrong = [f"{name}: {said}" for name, found in sorted(there.items()) if (said := differences(here, found))]
    if wrong:
        raise ClusterError(
            "Workers differ from this machine, so their results might too:\n  " + "\n  ".join(wrong),
            "Install the same kzsim, with the same constraints.txt, on all machines.",
        )
    threads: dict[str, int] = client.nthreads()  # type: ignore[no-untyped-call]  # no types there
    return sum(threads.values())
