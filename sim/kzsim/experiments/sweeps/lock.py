"""One writer a sweep or study: a lock of the operating system, which ends with the process that holds it.

A killed process leaves no lock behind. The file stays; it says who holds the lock, for the message only.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kzsim.experiments.errors import ResultsError

LOCK = "ledger.lock"
_MOST_SAID = 200
_LOCKED_BYTE = 1 << 30
"""Far behind the text, so that where locked bytes cannot be read the text still can."""


class LockedError(ResultsError):
    """Another process is at the same sweep, run or study."""


@dataclass
class Lock:
    """A lock that is held until ``release`` or the end of the process."""

    path: Path
    handle: int

    def release(self) -> None:
        """Give the lock up; again does nothing."""
        if self.handle >= 0:
            handle, self.handle = self.handle, -1
            os.close(handle)


def acquire(folder: Path, noun: str) -> Lock:
    """Take the lock of the sweep, or whatever ``noun`` calls it, in ``folder``.

    Raises LockedError if a living process holds it, ResultsError if the place knows no locks, OSError if
    the file cannot be opened.
    """
    path = folder / LOCK
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _take(handle)
    except OSError as error:
        holder = _said(handle)
        os.close(handle)
        if error.errno in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
            raise LockedError(
                f"{folder}: this {noun} is being run already{holder}.",
                "Wait for it to end, or stop it; what it has saved is kept.",
            ) from error
        raise ResultsError(
            f"{folder}: files cannot be locked here ({error.strerror}).",
            "Choose a folder on a disk of this machine with --out.",
        ) from error
    with suppress(OSError):  # who holds it is only for a message
        os.ftruncate(handle, 0)
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, f"process {os.getpid()} on {socket.gethostname()}".encode())
    return Lock(path, handle)


def _said(handle: int) -> str:
    with suppress(OSError):
        os.lseek(handle, 0, os.SEEK_SET)
        text = os.read(handle, _MOST_SAID).decode("utf-8", "replace")
        shown = "".join(char for char in text if char.isprintable())
        return f" by {shown}" if shown else ""
    return ""


if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> None:
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        os.lseek(handle, 0, os.SEEK_SET)
else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
