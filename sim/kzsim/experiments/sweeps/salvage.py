"""What can still be read of a damaged ledger, row by row, into a new one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kzsim.experiments.errors import ResultsError
from kzsim.experiments.sweeps.database import LEDGER, checksum, content_hash, said_plainly
from kzsim.experiments.sweeps.ledger import About, PointRow, open_ledger
from kzsim.experiments.sweeps.lock import acquire

_TRIES = 1_000


@dataclass(frozen=True)
class Salvaged:
    """``kept`` results stand in the new ledger; the damaged one is now called ``aside``."""

    kept: int
    aside: Path


def salvage(folder: Path, about: About, points: Iterable[PointRow]) -> Salvaged:
    """Put the damaged ledger of this sweep aside and make a new one of the rows whose checksums hold.

    What the damaged ledger says of itself is not believed: a row counts only if it is as it was written, and
    the caller answers for the sweep being the same. Raises ResultsError if there is no ledger, or another
    process writes to it.
    """
    path = folder / LEDGER
    if not path.is_file():
        raise ResultsError(f"{path}: there is no ledger here.", "Name the folder of a sweep.")
    with said_plainly(path):
        lock = acquire(folder, about.noun)
        try:
            aside = _free_name(folder)
            # the log beside it holds what was committed last and goes by the same name
            for end in ("-wal", "-shm", "-journal"):
                beside = path.with_name(path.name + end)
                if beside.exists():
                    beside.rename(aside.with_name(aside.name + end))
            path.rename(aside)
        finally:
            lock.release()
    kept = 0
    with open_ledger(folder, about, points) as ledger:
        for task, payload in _readable(aside, about):
            ledger.add(*about.of_task(task), payload)
            kept += 1
    return Salvaged(kept, aside)


def _free_name(folder: Path) -> Path:
    for number in range(1, _TRIES):
        aside = folder / f"ledger.damaged-{number}.sqlite"
        if not aside.exists():
            return aside
    raise ResultsError(f"{folder}: there are {_TRIES - 1} damaged ledgers here.", "Remove some of them.")


def _readable(path: Path, about: About) -> Iterator[tuple[int, bytes]]:
    """The rows whose checksums hold; each is asked for by itself, because a torn page hides only its own."""
    connection = sqlite3.connect(path, isolation_level=None)
    with closing(connection):
        for task in range(about.tasks):
            try:
                row = connection.execute(
                    "SELECT payload, checksum FROM result WHERE task = ?", (task,)
                ).fetchone()
            except sqlite3.DatabaseError:
                continue
            if row is None or not isinstance(row[0], bytes):
                continue
            if row[1] == checksum(task, content_hash(row[0])):
                yield task, row[0]
