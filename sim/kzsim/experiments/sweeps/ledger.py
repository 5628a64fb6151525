"""The ledger of a sweep: what each (point, replication) gave, written as it comes, never lost once committed.

One process writes; others may read meanwhile. Rows are committed together every second or so. Nothing
hangs on the order in which results arrive.
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from kzsim.experiments.errors import ResultsError
from kzsim.experiments.sweeps.database import (
    LEDGER,
    checksum,
    connect,
    content_hash,
    damaged,
    gone,
    identity_of_file,
    reading,
    said_plainly,
)
from kzsim.experiments.sweeps.lock import Lock, acquire
from kzsim.experiments.sweeps.payload import MOST_BYTES
from kzsim.scenario.model import Plain

DONE, FAILED = 1, 2
COMMIT_EVERY_S = 1.0
LONGEST_MESSAGE = 4_000
_HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class About:
    """What a ledger is the ledger of. ``digest``: of the sweep, 64 hex digits; ``model``: its version.

    ``noun``: what messages call it, which the ledger itself does not say.
    """

    digest: str
    model: str
    title: str
    points: int
    replications: int
    noun: str = "sweep"

    def task(self, point: int, replication: int) -> int:
        """The number of a task. Raises ValueError for a point or replication that the sweep does not have."""
        if not (0 <= point < self.points and 0 <= replication < self.replications):
            raise ValueError(f"there is no replication {replication} of point {point} in this sweep")
        return point * self.replications + replication

    def of_task(self, task: int) -> tuple[int, int]:
        """Point and replication of a task."""
        return divmod(task, self.replications)

    @property
    def tasks(self) -> int:
        """How many results the whole sweep has."""
        return self.points * self.replications


@dataclass(frozen=True)
class PointRow:
    """A point as the ledger describes it: the digest of its scenario and its values as written."""

    digest: str
    values: Mapping[str, Plain]


@dataclass(frozen=True)
class Failure:
    """A replication of a point that gave no result, and why."""

    point: int
    replication: int
    message: str


@dataclass
class Ledger:
    """A ledger open for writing; made by ``open_ledger``.

    ``state`` holds a byte a task: 0 to be done, ``DONE`` or ``FAILED``, committed or about to be.
    """

    path: Path
    about: About
    state: bytearray = field(repr=False)
    _connection: sqlite3.Connection = field(repr=False)
    _lock: Lock = field(repr=False)
    _file: tuple[int, int] = field(repr=False)
    _every_s: float = COMMIT_EVERY_S
    _clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    _committed_at: float = 0.0
    _waiting: int = 0
    _broken: ResultsError | None = None

    @property
    def done(self) -> int:
        """How many tasks have a result."""
        return self.state.count(DONE)

    @property
    def failed(self) -> int:
        """How many tasks failed."""
        return self.state.count(FAILED)

    def add(self, point: int, replication: int, payload: bytes) -> None:
        """Keep a result, in place of a failure if there was one; a result that is there already stays.

        Raises ValueError for a point or replication that the sweep does not have, ResultsError if it cannot
        be written: what was committed before is kept, what was not is lost.
        """
        task = self._writable(point, replication)
        if len(payload) > MOST_BYTES:
            raise ValueError(f"{len(payload):,} bytes are too many for a payload")
        if self.state[task] == DONE:
            return
        if self.state[task] == FAILED:
            self._execute("DELETE FROM failure WHERE task = ?", (task,))
        stamp = checksum(task, content_hash(payload))
        self._execute("INSERT INTO result VALUES (?, ?, ?)", (task, payload, stamp))
        self.state[task] = DONE
        self.tick()

    def fail(self, point: int, replication: int, message: str) -> None:
        """Keep why a replication gave no result; the rest of the sweep goes on. Raises as ``add`` does."""
        task = self._writable(point, replication)
        if self.state[task] == DONE:
            return
        said = message[:LONGEST_MESSAGE].encode("utf-8", "replace").decode("utf-8")
        self._execute(
            "INSERT OR REPLACE INTO failure VALUES (?, ?, ?)",
            (task, said, checksum(task, content_hash(said.encode("utf-8")))),
        )
        self.state[task] = FAILED
        self.tick()

    def tick(self) -> None:
        """Commit if it is time to; to be called now and then while results are slow to come."""
        if self._waiting and self._clock() - self._committed_at >= self._every_s:
            self.commit()

    def commit(self) -> None:
        """Put on the disk what has been added. Raises ResultsError if the file is gone or the disk full."""
        with self._or_broken():
            self._require_file()
            if self._waiting:
                self._connection.execute("COMMIT")
                # a file that was removed meanwhile takes the commit without a word
                self._require_file()
        self._waiting = 0
        self._committed_at = self._clock()

    def pending(self, *, again: bool = False) -> list[int]:
        """The tasks still to be done, in order; ``again``: those that failed too."""
        settled = (DONE,) if again else (DONE, FAILED)
        return [task for task, state in enumerate(self.state) if state not in settled]

    def close(self) -> None:
        """Commit what can be committed, close and give up the lock."""
        try:
            if self._waiting and self._broken is None:
                self.commit()
        finally:
            self._close()

    def _close(self) -> None:
        with suppress(sqlite3.Error):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            # in one file again, so that it can be copied and read anywhere; a reader may hold it up
            self._connection.execute("PRAGMA busy_timeout = 0")
            self._connection.execute("PRAGMA journal_mode = DELETE")
        self._connection.close()
        self._lock.release()

    def _execute(self, statement: str, values: tuple[int | str | bytes, ...]) -> None:
        with self._or_broken():
            if not self._connection.in_transaction:
                self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute(statement, values)
        self._waiting += 1

    def _writable(self, point: int, replication: int) -> int:
        """The task, unless nothing more can be written."""
        if self._broken is not None:
            raise self._broken
        return self.about.task(point, replication)

    @contextmanager
    def _or_broken(self) -> Iterator[None]:
        """After one failure nothing more is written: what was rolled back must not be missed in silence."""
        if self._broken is not None:
            raise self._broken
        try:
            with said_plainly(self.path):
                yield
        except ResultsError as error:
            self._broken = error
            raise

    def _require_file(self) -> None:
        if identity_of_file(self.path) != self._file:
            raise gone(self.path)


@contextmanager
def open_ledger(
    folder: Path,
    about: About,
    points: Iterable[PointRow],
    *,
    every_s: float = COMMIT_EVERY_S,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Ledger]:
    """The ledger in ``folder``, made if there is none, with all that is in it checked.

    ``points`` are asked for only if it is made. What was added is committed at the end, also after an
    error. Raises LockedError if another process writes to it, DamagedError if a row is not as it was
    written, ResultsError if it is the ledger of another sweep or of another version of the model, or cannot
    be written to, ValueError if there are more or fewer points than ``about`` says.
    """
    path = folder / LEDGER
    with said_plainly(path):
        folder.mkdir(parents=True, exist_ok=True)
        lock = acquire(folder, about.noun)
    try:
        connection = connect(path, lambda made: _describe(made, about, points))
    except BaseException:
        lock.release()
        raise
    try:
        with said_plainly(path):
            stored = read_about(connection, path)
            _require_same(stored, about, path)
            state = bytearray(about.tasks)
            for task, _, _ in _failures(connection, path, about):
                state[task] = FAILED
            for task, _, _ in _results(connection, path, about):
                state[task] = DONE
        ledger = Ledger(path, about, state, connection, lock, identity_of_file(path), every_s, clock, clock())
    except BaseException:
        connection.close()
        lock.release()
        raise
    try:
        yield ledger
    finally:
        ledger.close()


def _describe(connection: sqlite3.Connection, about: About, points: Iterable[PointRow]) -> None:
    values = {
        "digest": about.digest,
        "model": about.model,
        "title": about.title,
        "points": str(about.points),
        "replications": str(about.replications),
    }
    connection.executemany("INSERT INTO about VALUES (?, ?)", values.items())
    count = 0
    for number, row in enumerate(points):
        described = json.dumps(row.values, ensure_ascii=False)
        connection.execute("INSERT INTO point VALUES (?, ?, ?)", (number, row.digest, described))
        count += 1
    if count != about.points:
        raise ValueError(f"{count} rows for {about.points} points")


def _require_same(stored: About, wanted: About, path: Path) -> None:
    if stored.model != wanted.model:
        raise ResultsError(
            f"{path}: these results are of the model {stored.model}; this is {wanted.model}. "
            "Results of two models are never mixed.",
            f"Run the sweep into another folder, or go on with kzsim {stored.model.partition('+')[0]} as it "
            "was then.",
        )
    if stored.digest != wanted.digest:
        raise ResultsError(
            f"{path}: these results are of another sweep, {stored.title!r} ({stored.digest[:8]}); "
            f"the sweep file or its scenario has been changed ({wanted.digest[:8]}).",
            "Run the changed sweep into another folder.",
        )
    if (stored.points, stored.replications) != (wanted.points, wanted.replications):
        raise damaged(path, "it says another number of points or replications than its sweep has")


def read_about(connection: sqlite3.Connection, path: Path) -> About:
    """What the ledger says it is. Raises DamagedError if that is not said."""
    found = dict(connection.execute("SELECT name, value FROM about").fetchmany(20))
    try:
        about = About(
            str(found["digest"]),
            str(found["model"]),
            str(found["title"]),
            int(found["points"]),
            int(found["replications"]),
        )
    except (KeyError, ValueError) as error:
        raise damaged(path, "it does not say which sweep it belongs to") from error
    if not _HEX.fullmatch(about.digest) or about.points < 1 or about.replications < 1:
        raise damaged(path, "what it says of its sweep cannot be")
    return about


def _results(connection: sqlite3.Connection, path: Path, about: About) -> Iterator[tuple[int, bytes, bytes]]:
    query = "SELECT task, payload, checksum FROM result ORDER BY task"
    return _checked(connection.execute(query), path, about, "result")


def _failures(connection: sqlite3.Connection, path: Path, about: About) -> Iterator[tuple[int, bytes, bytes]]:
    query = "SELECT task, CAST(message AS BLOB), checksum FROM failure ORDER BY task"
    return _checked(connection.execute(query), path, about, "failure")


def _checked(rows: sqlite3.Cursor, path: Path, about: About, what: str) -> Iterator[tuple[int, bytes, bytes]]:
    """Task, content and its hash of every row, each checked.

    Raises DamagedError at the first that is not whole.
    """
    for task, content, stored in rows:
        if not 0 <= task < about.tasks:
            raise damaged(path, f"it has a {what} of a task {task} that the sweep does not have")
        hashed = content_hash(content) if isinstance(content, bytes) else b""
        if not hashed or stored != checksum(task, hashed):
            point, replication = about.of_task(task)
            where = f"point {point}, replication {replication}"
            raise damaged(path, f"the {what} of {where} is not the one that was written")
        yield task, content, hashed


def read_results(folder: Path) -> Iterator[tuple[int, int, bytes]]:
    """Point, replication and payload of every committed result, in this order, each checked.

    A sweep may be running. Raises ResultsError if there is no ledger, DamagedError at the first row that
    is not as it was written.
    """
    for point, replication, payload, _ in read_hashed(folder):
        yield point, replication, payload


def read_hashed(folder: Path) -> Iterator[tuple[int, int, bytes, bytes]]:
    """As ``read_results``, with the hash of each payload, which checking it gives anyway."""
    path = folder / LEDGER
    with reading(path) as connection:
        about = read_about(connection, path)
        for task, payload, hashed in _results(connection, path, about):
            yield (*about.of_task(task), payload, hashed)


def read_failures(folder: Path, *, check: bool = True) -> tuple[Failure, ...]:
    """Every failure, by point and replication; ``check`` as in ``connect``. Raises as ``read_results``."""
    path = folder / LEDGER
    with reading(path, check=check) as connection:
        about = read_about(connection, path)
        return tuple(
            Failure(*about.of_task(task), message.decode("utf-8", "replace"))
            for task, message, _ in _failures(connection, path, about)
        )


def about_ledger(folder: Path) -> About:
    """Which sweep the ledger in ``folder`` belongs to. Raises ResultsError if there is none."""
    path = folder / LEDGER
    with reading(path, check=False) as connection:
        return read_about(connection, path)


def folder_name(digest: str) -> str:
    """The name of a sweep's folder: a changed sweep or model has another, so that nothing is ever mixed."""
    return f"sweep-{digest[:8]}"
