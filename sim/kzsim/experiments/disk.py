"""What a file system refuses, said plainly, with a remedy."""

from __future__ import annotations

import errno
import hashlib
import json
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from kzsim.experiments.errors import ResultsError

SPARE = 1.1
"""More than what an estimate says must be free by this factor: estimates are off by some per cent."""


MOST_NAMED = 3
"""So many files that were written are named where others could not be."""


@contextmanager
def said_plainly(folder: Path, what: str = "results") -> Iterator[None]:
    """Turn what the file system refuses into a message with a remedy; ``what`` was to be written."""
    try:
        yield
    except OSError as error:
        place = error.filename or folder
        if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
            message = f"{folder}: the disk is full; no {what} were written."
            remedy = "Free some space or choose another disk with --out."
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            message = f"{place}: no permission to write here; no {what} were written."
            remedy = "Choose another folder with --out."
        elif error.errno in (errno.ENOTDIR, errno.EEXIST):
            message = f"{place}: a file is in the way of the {what} folder; no {what} were written."
            remedy = "Move the file or choose another folder with --out."
        else:
            message = f"{place}: {error.strerror or error}; no {what} were written."
            remedy = "Choose another folder with --out."
        raise ResultsError(message, remedy) from error


def read_json(path: Path) -> Any:
    """What a file of JSON says. Raises OSError if it cannot be read, ValueError if it is no JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except RecursionError as error:
        raise ValueError(f"{path.name} is nested too deep") from error


def sha256_of(path: Path) -> str:
    """Hash of a file in hex. Raises OSError, also for a pipe or device, whose reading might never end."""
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "this is no file", str(path))
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def folder_for(folder: Path) -> Iterator[None]:
    """Make a folder and those above it; on leaving, those of them are removed that nothing was put into.

    Raises OSError if it cannot be made.
    """
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        for path in made:
            with suppress(OSError):  # something is in it, or another process has removed it
                path.rmdir()


def put_all(files: Sequence[tuple[Path, bytes]], what: str = "reports") -> None:
    """Write files whole into folders that are there, over older ones of the same name.

    All are on the disk under temporary names before the first takes its place. Raises ResultsError, which
    says that no ``what`` were written, if one cannot be; or which of them were, if one cannot take its place
    after others did.
    """
    for path, _ in files:
        if path.exists() and not path.is_file():
            raise ResultsError(
                f"{path}: this is no file that could be replaced; no {what} were written.",
                "Choose another place with --out.",
            )
    aside = [path.with_name(f".tmp-{secrets.token_hex(8)}") for path, _ in files]
    with said_plainly(files[0][0].parent if files else Path(), what):
        try:
            for temporary, (_, content) in zip(aside, files, strict=True):
                temporary.write_bytes(content)
            _take_places(aside, [path for path, _ in files], what)
        finally:
            for temporary in aside:  # those that took their place are not there any more
                with suppress(OSError):
                    temporary.unlink(missing_ok=True)


def _take_places(aside: Sequence[Path], places: Sequence[Path], what: str) -> None:
    for done, (temporary, path) in enumerate(zip(aside, places, strict=True)):
        try:
            temporary.replace(path)
        except OSError as error:
            if not done:
                raise
            names = ", ".join(str(each) for each in places[: min(done, MOST_NAMED)])
            more = f" and {done - MOST_NAMED} more" if done > MOST_NAMED else ""
            raise ResultsError(
                f"{path}: {error.strerror or error}; of {len(places)} {what} only these were written: "
                f"{names}{more}.",
                "Remove what is in the way and run it again, or choose another place with --out.",
            ) from error


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
