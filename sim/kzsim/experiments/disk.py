"""What a file system refuses, said plainly, with a remedy."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kzsim.experiments.errors import ResultsError

SPARE = 1.1
"""More than what an estimate says must be free by this factor: estimates are off by some per cent."""


@contextmanager
def said_plainly(folder: Path) -> Iterator[None]:
    """Turn what the file system refuses into a message with a remedy."""
    try:
        yield
    except OSError as error:
        place = error.filename or folder
        if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
            message = f"{folder}: the disk is full; no results were written."
            remedy = "Free some space or choose another disk with --out."
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            message = f"{place}: no permission to write here; no results were written."
            remedy = "Choose another folder with --out."
        elif error.errno in (errno.ENOTDIR, errno.EEXIST):
            message = f"{place}: a file is in the way of the results folder; no results were written."
            remedy = "Move the file or choose another folder with --out."
        else:
            message = f"{place}: {error.strerror or error}; no results were written."
            remedy = "Choose another folder with --out."
        raise ResultsError(message, remedy) from error


def check_space(folder: Path, name: str, size: float) -> None:
    """Raise ResultsError if the folder's disk has no room for a file of about so many bytes."""
    with said_plainly(folder):
        free = shutil.disk_usage(folder).free
    if free < SPARE * size:
        raise ResultsError(
            f"{folder}: {name} will take about {in_bytes(size)}, and {in_bytes(free)} are free on this disk.",
            "Free some space, choose another disk with --out, run fewer replications or leave out --trace.",
        )


def in_bytes(size: float) -> str:
    """A size as people say it: ``85 MB``, two figures of a size are enough."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{size / factor:.{1 if size < 10 * factor else 0}f} {unit}"
    return f"{size:.0f} B"
