"""The file of a sweep's ledger: an SQLite database that is checked before it is believed.

Tables: ``about`` (name, value), ``point`` (number, digest, values as JSON), ``result`` (task, payload,
checksum), ``failure`` (task, message, checksum). A task is the number ``point * replications +
replication``. The view ``progress`` is for people who open the file.
"""

from __future__ import annotations

import errno
import hashlib
import sqlite3
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from kzsim.experiments.errors import ResultsError
from kzsim.experiments.sweeps.payload import MOST_BYTES

LEDGER = "ledger.sqlite"
FORMAT = 2
APPLICATION = 0x6B7A736D
"""``kzsm``: what the file says it is, in its header."""
BUSY_MS = 10_000
CHECKSUM = 16

DONE_TASKS = "SELECT (SELECT count(*) FROM result) + (SELECT count(*) FROM failure)"

Fill = Callable[[sqlite3.Connection], None]

_SCHEMA = (
    "CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    'CREATE TABLE point (number INTEGER PRIMARY KEY, digest TEXT NOT NULL, "values" TEXT NOT NULL)',
    "CREATE TABLE result (task INTEGER PRIMARY KEY, payload BLOB NOT NULL, checksum BLOB NOT NULL)",
    "CREATE TABLE failure (task INTEGER PRIMARY KEY, message TEXT NOT NULL, checksum BLOB NOT NULL)",
    """CREATE VIEW progress AS SELECT
  (SELECT value FROM about WHERE name = 'title') AS title,
  (SELECT count(*) FROM point) AS points,
  (SELECT value FROM about WHERE name = 'replications') AS replications,
  (SELECT count(*) FROM result) AS results,
  (SELECT count(*) FROM failure) AS failures""",
)
_NETWORK = frozenset(
    (
        *("9p", "afs", "beegfs", "ceph", "cifs", "fuse.ceph", "fuse.glusterfs", "fuse.sshfs", "gpfs"),
        *("lustre", "nfs", "nfs4", "orangefs", "smb3", "smbfs"),
    )
)
"""File systems on which the shared memory of a write-ahead log does not reach every reader."""


class DamagedError(ResultsError):
    """A ledger that is not as it was written."""


def damaged(path: Path, what: str) -> DamagedError:
    """The error of a damaged ledger, with what to do about it."""
    return DamagedError(
        f"{path}: this ledger is damaged: {what}.",
        "What can still be read of it can be carried over into a new one "
        "(kzsim.experiments.sweeps.salvage); the rest is run again.",
    )


def connect(path: Path, fill: Fill | None = None, *, check: bool = True) -> sqlite3.Connection:
    """Open the ledger at ``path`` for reading; with ``fill`` for writing, and make it if there is none.

    ``fill`` writes the first rows of a new ledger; a ledger is there with them or not at all. ``check``:
    read every page and see that their order is not damaged; without it only what the file is. Raises
    ResultsError if the file is no ledger of this version or the order of its pages is damaged.
    """
    with said_plainly(path):
        mode = "ro" if fill is None else "rwc"
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=BUSY_MS / 1000, isolation_level=None
        )
    try:
        with said_plainly(path):
            connection.text_factory = lambda text: text.decode("utf-8", "replace")
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA cell_size_check = ON")
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_BYTES + 2**20)
            if fill is not None and connection.execute("PRAGMA page_count").fetchone()[0] == 0:
                _make(connection, fill)
            else:
                _check(connection, path, pages=check)
            if fill is not None:
                # where that is refused, SQLite stays with the journal it has, which is as safe and slower
                with suppress(sqlite3.OperationalError):
                    connection.execute(f"PRAGMA journal_mode = {journal_for(path.parent)}")
                # a commit is on the disk when it returns, also if the power goes
                connection.execute("PRAGMA synchronous = FULL")
    except BaseException:
        connection.close()
        raise
    return connection


def _make(connection: sqlite3.Connection, fill: Fill) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {FORMAT}")
    for statement in _SCHEMA:
        connection.execute(statement)
    fill(connection)
    connection.execute("COMMIT")


def _check(connection: sqlite3.Connection, path: Path, *, pages: bool) -> None:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION:
        raise ResultsError(
            f"{path}: this file is no ledger of a sweep.", "Move it away, or choose another folder."
        )
    if version != FORMAT:
        raise ResultsError(
            f"{path}: this ledger has the format {version}; this version of kzsim knows {FORMAT}.",
            "Read it with the version of kzsim that wrote it, or run the sweep into another folder.",
        )
    # whoever can change the file must not be able to add statements of his own
    found = {row[0] for row in connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")}
    if found != set(_SCHEMA):
        raise damaged(path, "its tables are not those of a ledger")
    for (said,) in connection.execute("PRAGMA quick_check(1)") if pages else ():
        if said != "ok":
            raise damaged(path, str(said).splitlines()[-1][:200])


def journal_for(folder: Path, mounts: str | None = None) -> str:
    """``WAL``, or ``DELETE`` where the folder lies on a network drive; ``mounts`` as in /proc/mounts."""
    place = str(folder.resolve())
    if sys.platform == "win32":
        return "DELETE" if place.startswith("\\\\") else "WAL"
    if mounts is None:
        try:
            mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return "WAL"  # no Linux: what lies where is not told; SQLite itself falls back where it must
    best, kind = "", ""
    for line in mounts.splitlines():
        parts = line.split(" ")
        if len(parts) < 3:
            continue
        point = parts[1].replace("\\040", " ")
        inside = place == point or place.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, parts[2]
    return "DELETE" if kind in _NETWORK else "WAL"


def content_hash(content: bytes) -> bytes:
    """Sha256 of a row's content: what both its checksum and the digest of a sweep's results are made of."""
    return hashlib.sha256(content).digest()


def checksum(task: int, hashed: bytes) -> bytes:
    """16 bytes over a row, its content by ``content_hash``.

    A row that was changed, or stands in another's place, has another. Content is hashed once for the checksum
    and for the digest: of a report on many results that would be the greatest part.
    """
    return hashlib.sha256(struct.pack("<q", task) + hashed).digest()[:CHECKSUM]


_FULL = frozenset({sqlite3.SQLITE_FULL})
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


@contextmanager
def said_plainly(path: Path) -> Iterator[None]:
    """Turn what SQLite or the file system refuses into a message with a remedy."""
    kept = "What was saved before is kept"
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0)
        primary = code & 0xFF
        if primary in _FULL:
            raise _full(path) from error
        if primary in _DAMAGED:
            raise damaged(path, str(error)) from error
        if primary in _BUSY:
            raise ResultsError(
                f"{path}: another program has this ledger open and does not let go of it.",
                f"Close it and give the same command again. {kept}.",
            ) from error
        if primary == sqlite3.SQLITE_TOOBIG:
            raise damaged(path, "it holds a value larger than any that was written") from error
        if not path.exists() and primary != sqlite3.SQLITE_CANTOPEN:
            raise gone(path) from error
        raise ResultsError(
            f"{path}: the ledger cannot be used: {error}.",
            "Check the disk and whether this folder can be written to, and give the same command again. "
            f"{kept}.",
        ) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
            raise _full(path) from error
        raise ResultsError(
            f"{error.filename or path}: {error.strerror or error}.",
            "Choose a folder that can be written to with --out.",
        ) from error


def _full(path: Path) -> ResultsError:
    return ResultsError(
        f"{path}: the disk is full; what was saved before is kept.",
        "Free some space and give the same command again: it goes on from there.",
    )


def gone(path: Path) -> ResultsError:
    """The error of a ledger that was removed or replaced while it was in use."""
    return ResultsError(
        f"{path}: this ledger was removed or replaced while the sweep was running; the sweep was stopped.",
        "Leave the folder alone while a sweep runs, and give the same command again.",
    )


def identity_of_file(path: Path) -> tuple[int, int]:
    """Device and number of the file. Raises the error of ``gone`` if there is none."""
    try:
        status = path.stat()
    except OSError as error:
        raise gone(path) from error
    return status.st_dev, status.st_ino


@contextmanager
def reading(path: Path, *, check: bool = True) -> Iterator[sqlite3.Connection]:
    """A connection that cannot write, checked as ``connect`` does."""
    if not path.is_file():
        raise ResultsError(f"{path}: there is no ledger here.", "Name the folder of a sweep.")
    with closing(connect(path, check=check)) as connection, said_plainly(path):
        yield connection
