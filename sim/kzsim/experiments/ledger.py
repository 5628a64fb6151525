"""The results folder: each run in a folder of its own, whole or not at all, and never twice.

A run is written under a temporary name beside its final one, every file flushed to disk, and then
renamed. The folder's name is the time and the first eight digits of the run's digest.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import shutil
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kzsim.experiments.disk import folder_for, read_json, said_plainly, sha256_of
from kzsim.experiments.errors import ResultsError
from kzsim.experiments.result import RunResult
from kzsim.experiments.runs import Plan
from kzsim.indicators.entity_columns import ENTITIES

MANIFEST = "manifest.json"
LATEST = "LATEST"
_TEMPORARY = ".tmp-"
_STALE_S = 2 * 86_400
_TIME = "%Y%m%dT%H%M%SZ"
_RUN_NAME = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")


def prepare(folder: Path) -> None:
    """Make the scenario's results folder ready: it exists, can be written to, holds no leftovers.

    Raises ResultsError before anything is computed in vain.
    """
    with said_plainly(folder):
        folder.mkdir(parents=True, exist_ok=True)
        remove_leftovers(folder)
        probe = folder / _temporary_name()
        probe.mkdir()
        probe.rmdir()


@contextmanager
def prepared(folder: Path) -> Iterator[None]:
    """As ``prepare``; folders that it made are removed on leaving if nothing was stored in them.

    So a run that fails or is stopped leaves no trace.
    """
    with ExitStack() as leaving:
        with said_plainly(folder):
            leaving.enter_context(folder_for(folder))
        prepare(folder)
        yield


def find(folder: Path, digest: str, needed: tuple[str, ...] = ()) -> Path | None:
    """The stored run of that digest in a scenario's folder, the oldest if there are several.

    It has all the files ``needed``, which not every run has.
    """
    if not folder.is_dir():
        return None
    with said_plainly(folder):
        candidates = sorted(
            path
            for path in folder.iterdir()
            if _RUN_NAME.fullmatch(path.name) and path.name.endswith(digest[:8])
        )
    for path in candidates:
        try:
            manifest = read_json(path / MANIFEST)
        except (OSError, ValueError):
            continue  # damaged or not a run: it is left alone and the run is made again
        if not isinstance(manifest, dict) or manifest.get("digest") != digest:
            continue
        if _complete(path, manifest) and all(name in manifest["files"] for name in needed):
            return path
    return None


def store(
    folder: Path,
    plan: Plan,
    result: RunResult,
    *,
    command: str,
    finished: datetime | None = None,
    begun: Path | None = None,
) -> Path:
    """Write a run and point ``LATEST`` to it; the path of its folder.

    ``begun`` is the folder made by ``begin``; what was written there belongs to the run. If another
    process has stored the same run meanwhile, with the same files, that one is kept and returned.
    Raises ResultsError, and leaves nothing behind, if the results cannot be written.
    """
    from kzsim.experiments.files import manifest_text, result_files

    def manifest(hashes: Mapping[str, str], times: Mapping[str, Any]) -> str:
        return manifest_text(plan, result, hashes, command, times)

    wall_s = float(result.timing.get("wall_s", 0.0))
    files = result_files(plan, result)
    return keep(folder, plan.digest, files, manifest, wall_s=wall_s, finished=finished, begun=begun)


def keep(
    folder: Path,
    digest: str,
    files: Iterable[tuple[str, bytes]],
    manifest: Callable[[Mapping[str, str], Mapping[str, Any]], str],
    *,
    wall_s: float,
    finished: datetime | None = None,
    begun: Path | None = None,
) -> Path:
    """Write named files and a manifest of their hashes and times as one folder, as ``store`` does."""
    ended = (finished or datetime.now(UTC)).astimezone(UTC)
    target = folder / f"{ended:{_TIME}}-{digest[:8]}"
    prepare(folder)
    temporary = begun or folder / _temporary_name()
    with said_plainly(folder):
        try:
            temporary.mkdir(exist_ok=begun is not None)
            hashes = {path.name: sha256_of(path) for path in temporary.iterdir()}
            needed = tuple(sorted(hashes))
            for name, content in files:
                _write(temporary / name, content)
                hashes[name] = hashlib.sha256(content).hexdigest()
            _write(temporary / MANIFEST, manifest(hashes, _times(ended, wall_s)).encode())
            _flush_folder(temporary)
            stored = find(folder, digest, needed) or _move(temporary, target, digest, needed)
            _flush_folder(folder)
        finally:
            # after a rename there is nothing here any more
            shutil.rmtree(temporary, ignore_errors=True)
        point_latest(folder, stored)
    return stored


@contextmanager
def begin(folder: Path) -> Iterator[Path]:
    """A folder for what is written while a run is made; ``store`` makes the run's own of it.

    On leaving it is removed if it is still there. Raises ResultsError if it cannot be made.
    """
    prepare(folder)
    temporary = folder / _temporary_name()
    with said_plainly(folder):
        temporary.mkdir()
    try:
        yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def point_latest(folder: Path, run: Path) -> None:
    """Let ``LATEST`` name that run; replaced in one step."""
    with said_plainly(folder):
        temporary = folder / f"{_temporary_name()}-{LATEST}"
        try:
            _write(temporary, f"{run.name}\n".encode())
            temporary.replace(folder / LATEST)
        finally:
            temporary.unlink(missing_ok=True)


def load_run(path: Path) -> RunResult:
    """The tables of a stored run, from its text files alone; ``hourly`` is left out.

    Raises ResultsError if a file is missing or is not the one that was written. Of a trace, which may
    be gigabytes, only ``verify`` reads every byte.
    """
    from kzsim.experiments.files import read_result

    manifest = verify(path, (ENTITIES,))
    try:
        return read_result(path, manifest)
    except (KeyError, TypeError, ValueError) as error:
        raise ResultsError(
            f"{path}: these results cannot be read: {error}.",
            "They may be of another version of kzsim; remove the folder and run the scenario again.",
        ) from error


def verify(path: Path, unread: tuple[str, ...] = ()) -> dict[str, Any]:
    """The manifest of a stored run whose files are all as they were written, else ResultsError.

    Of the files ``unread`` it is enough that they are there.
    """
    remedy = "Remove the folder and run the scenario again."
    try:
        manifest = read_json(path / MANIFEST)
        hashes = manifest["files"]
        for name in sorted(hashes):
            if Path(name).name != name:
                raise ResultsError(f"{path / MANIFEST}: {name!r} is not the name of a result file.", remedy)
            if name in unread:
                (path / name).stat()
            elif sha256_of(path / name) != hashes[name]:
                raise ResultsError(f"{path / name}: this file was changed after it was written.", remedy)
    except OSError as error:
        raise ResultsError(f"{error.filename or path}: {error.strerror}.", remedy) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ResultsError(f"{path / MANIFEST}: this is not the manifest of a run.", remedy) from error
    found_manifest: dict[str, Any] = manifest
    return found_manifest


def remove_leftovers(folder: Path) -> None:
    """Remove what killed runs left: temporary folders whose process is gone, or old ones."""
    for path in sorted(folder.glob(f"{_TEMPORARY}*")):
        if _abandoned(path):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _abandoned(path: Path) -> bool:
    try:
        age_s = time.time() - path.stat().st_mtime
    except OSError:
        return False  # its owner has just removed or renamed it
    found = re.fullmatch(r"\.tmp-([0-9a-f]{8})-(\d+)-.*", path.name)
    if found is None or found[1] != _host():
        return age_s > _STALE_S
    return int(found[2]) != os.getpid() and not _alive(int(found[2]))


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # it exists and belongs to somebody else
    return True


def _host() -> str:
    """Name of the machine as eight hex digits; a process number means nothing on another one."""
    return hashlib.sha256(socket.gethostname().encode()).hexdigest()[:8]


def _temporary_name() -> str:
    return f"{_TEMPORARY}{_host()}-{os.getpid()}-{secrets.token_hex(4)}"


def _complete(path: Path, manifest: dict[str, Any]) -> bool:
    files = manifest.get("files")
    return isinstance(files, dict) and all((path / name).is_file() for name in files)


def _move(temporary: Path, target: Path, digest: str, needed: tuple[str, ...]) -> Path:
    try:
        temporary.rename(target)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        # a run that lacks those files, stored in this very second, has the name: this one is of the next
        existing = find(target.parent, digest, needed)
        return existing or _move(temporary, _a_second_later(target), digest, needed)
    # two processes may both have looked before either had renamed: both see both now and keep the first
    first = find(target.parent, digest, needed) or target
    if first != target:
        shutil.rmtree(target, ignore_errors=True)
    return first


def _a_second_later(target: Path) -> Path:
    said, _, digits = target.name.partition("-")
    later = datetime.strptime(said, _TIME) + timedelta(seconds=1)
    return target.with_name(f"{later:{_TIME}}-{digits}")


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(path: Path) -> None:
    if os.name == "posix":
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _times(ended: datetime, wall_s: float) -> dict[str, Any]:
    started = ended - timedelta(seconds=wall_s)
    return {
        "started_utc": started.isoformat(timespec="seconds"),
        "finished_utc": ended.isoformat(timespec="seconds"),
        "wall_s": wall_s,
    }
