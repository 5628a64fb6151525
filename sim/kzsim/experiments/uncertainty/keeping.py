"""Where the finished points of an unfinished study lie, and how finished studies are stored."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kzsim._version import __version__
from kzsim.experiments.disk import read_json, said_plainly
from kzsim.experiments.errors import ResultsError
from kzsim.experiments.identity import model_version
from kzsim.experiments.ledger import begin

if TYPE_CHECKING:
    import pandas as pd

STUDY = "study.json"
_UNFINISHED = ".unfinished-"


def kept_in(folder: Path, digest: str) -> Path:
    """The folder for the finished points of a study or run of that digest, below its results folder."""
    return folder / f"{_UNFINISHED}{digest[:16]}"


def forget(folder: Path, digest: str) -> None:
    """Remove them, once the whole is stored."""
    shutil.rmtree(kept_in(folder, digest), ignore_errors=True)


@dataclass(frozen=True)
class Stored:
    """A study as it was stored: what was said of it, and its tables by the name of their file."""

    path: Path
    document: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]


def find_study(folder: Path, kind: str, digest: str) -> Stored | None:
    """The stored study of that kind and digest with all its files as they were written, or None."""
    if not folder.is_dir():
        return None
    with said_plainly(folder):
        candidates = sorted(folder.glob(f"*-{digest[:8]}-{kind}/{STUDY}"))
    for file in candidates:
        try:
            found = load_study(file.parent)
        except ResultsError:
            continue  # damaged or not a study: it is left alone and the study is made again
        if found.document["digest"] == digest:
            return found
    return None


def load_study(path: Path) -> Stored:
    """The study stored in the folder ``path``. Raises ResultsError unless all its files are as they were."""
    from kzsim.experiments.files import read_extra

    remedy = "Remove the folder and give the command of the study again."
    try:
        document = read_json(path / STUDY)
        hashes = dict(document["files"])
        document["digest"], document["kind"]  # every study says so much
        contents = {name: (path / name).read_bytes() for name in sorted(hashes)}
    except OSError as error:
        raise ResultsError(f"{error.filename or path}: {error.strerror}.", remedy) from error
    except (ValueError, KeyError, TypeError) as error:
        raise ResultsError(f"{path / STUDY}: this does not describe a study.", remedy) from error
    for name, content in contents.items():
        if _sha256(content) != hashes[name]:
            raise ResultsError(f"{path / name}: this file was changed after it was written.", remedy)
    tables = {name: read_extra(path / name) for name in contents if name.endswith(".csv")}
    return Stored(path, document, tables)


def store_study(
    folder: Path,
    kind: str,
    digest: str,
    document: Mapping[str, Any],
    files: Mapping[str, bytes],
    *,
    command: str,
) -> Stored:
    """Write a study into a folder of its own, whole or not at all, and remove what was kept of it unfinished.

    If another process has stored the same meanwhile, that one is returned. Raises ResultsError.
    """
    now = datetime.now(UTC)
    with begin(folder) as temporary, said_plainly(folder):
        for name, content in files.items():
            (temporary / name).parent.mkdir(parents=True, exist_ok=True)
            (temporary / name).write_bytes(content)
        whole = {
            "kind": kind,
            "digest": digest,
            "kzsim": __version__,
            "model": model_version(),
            "command": command,
            "finished_utc": now.isoformat(timespec="seconds"),
            **document,
            "files": {name: _sha256(files[name]) for name in sorted(files)},
        }
        text = json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False)
        (temporary / STUDY).write_text(text + "\n", encoding="utf-8")
        if find_study(folder, kind, digest) is None:
            temporary.rename(folder / f"{now:%Y%m%dT%H%M%SZ}-{digest[:8]}-{kind}")
    forget(folder, digest)
    found = find_study(folder, kind, digest)
    if found is None:
        raise ResultsError(f"{folder}: the study was written and cannot be read again.", "Run it again.")
    return found


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
