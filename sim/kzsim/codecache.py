"""Where machine code is kept between runs, so that a machine compiles a version only once.

The folder's name holds all that the code depends on. ``machinecode`` keeps a file a function in it; where
Numba keeps the code itself, it looks only at the file in which a function stands, and would run stale code
after a change in another one.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).parent
_SOURCES = (
    "compiled.py",
    "compiled_calls.py",
    "compiled_pipeline.py",
    "machinecode.py",
    "draws",
    "engines/kernel",
    "engines/outcome.py",
    "network",
)
"""What is compiled, and what it takes numbers from: the compiler puts constants into the code."""
_COMPLETE = "complete-" + hashlib.sha256(str(_PACKAGE).encode()).hexdigest()[:8]
"""A copy of kzsim elsewhere looks for itself: Numba keeps code by the path of its source."""


@dataclass(frozen=True)
class Place:
    """The folder of this version's machine code, or None, and then why it cannot be written to."""

    folder: Path | None
    refused: str = ""


@cache
def place() -> Place:
    """Find and make the folder. One that cannot be written is no error: nothing is kept then."""
    import tempfile

    try:
        folder = user_folder() / folder_name()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        return Place(None, f"{error.filename or user_folder()}: {error.strerror or error}")
    except (RuntimeError, ImportError) as error:  # there is no home folder; there is no Numba
        return Place(None, str(error))
    return Place(folder)


def is_complete() -> bool:
    """Whether everything was compiled once and is still there."""
    folder = place().folder
    return folder is not None and (folder / _COMPLETE).is_file()


def mark_complete() -> None:
    """Remember that everything is compiled. Raises OSError if the disk refuses."""
    folder = place().folder
    if folder is not None:
        (folder / _COMPLETE).touch()


def clear() -> None:
    """Remove what is kept of this version, as far as that goes."""
    folder = place().folder
    if folder is not None:
        for path in folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def user_folder() -> Path:
    """The user's folder for what can be made again. RuntimeError if there is no home folder.

    ``NUMBA_CACHE_DIR`` and ``XDG_CACHE_HOME`` come before the platform's custom.
    """
    if given := os.environ.get("NUMBA_CACHE_DIR"):
        return Path(given).absolute() / "kzsim"
    given = os.environ.get("XDG_CACHE_HOME", "")
    if Path(given).is_absolute():  # the convention says to ignore a relative one
        return Path(given) / "kzsim"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "kzsim"
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "kzsim" / "Cache"
    return Path.home() / ".cache" / "kzsim"


def folder_name() -> str:
    """Versions, Python, processor and sources: code made of anything else lies elsewhere."""
    from importlib.metadata import version

    return "-".join(
        (
            f"numba{version('numba')}",
            f"numpy{version('numpy')}",
            str(sys.implementation.cache_tag),
            _processor(),
            sources_hash(_PACKAGE),
        )
    )


def sources_hash(package: Path) -> str:
    """Sixteen hex digits over the sources below a copy of this package that decide the machine code."""
    found = hashlib.sha256()
    for name in _SOURCES:
        for path in _python_files(package / name):
            content = path.read_bytes().replace(b"\r\n", b"\n")
            found.update(f"{path.relative_to(package).as_posix()}\0{len(content)}\0".encode())
            found.update(content)
    return found.hexdigest()[:16]


def _python_files(path: Path) -> Iterator[Path]:
    yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def _processor() -> str:
    """Eight hex digits of the processor that code is made for: homes are shared between machines."""
    from importlib.metadata import version

    binding = importlib.import_module("llvmlite.binding")  # which has no types

    kind = f"{version('llvmlite')} {binding.get_host_cpu_name()} {binding.get_host_cpu_features().flatten()}"
    return hashlib.sha256(kind.encode()).hexdigest()[:8]
