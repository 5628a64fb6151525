"""What lies in a results folder: runs, comparisons, sweeps and studies, as their own files describe them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kzsim.experiments.disk import read_json, said_plainly
from kzsim.experiments.errors import ResultsError
from kzsim.experiments.ledger import LATEST, MANIFEST
from kzsim.experiments.sweeps.database import LEDGER
from kzsim.experiments.sweeps.results import SWEEP_JSON, stored_sweep
from kzsim.experiments.uncertainty.keeping import STUDY

SWEEP = "sweep"
_MARKS = (MANIFEST, STUDY, SWEEP_JSON, LEDGER)
"""A folder with one of these files holds something that was stored, and the first of them tells what."""


@dataclass(frozen=True)
class StoredRun:
    """Something stored as its own file describes it; ``scenario`` is the name of the folder above it.

    ``points`` of a sweep or study were run ``replications`` times each. What a kind does not have is None, or
    '' for words.
    """

    path: Path
    scenario: str
    title: str
    replications: int
    seed: int | None
    counterfactual: bool
    engine: str
    finished_utc: str
    wall_s: float | None
    model: str
    kind: str = "run"
    """``run``, ``comparison``, ``sweep``, or of a study ``sensitivity``, ``plausible`` or ``rank``."""
    points: int | None = None


def kind_of(path: Path) -> str:
    """What the folder ``path`` holds: a kind of ``StoredRun``, '' for a folder that does not say."""
    found = _described(path)
    if found is None:
        # a ledger that cannot be read says so when it is read as one
        named = any((path / mark).is_file() for mark in (MANIFEST, STUDY))
        return SWEEP if (path / LEDGER).is_file() and not named else ""
    return found.kind


def stored_runs(out: Path) -> tuple[StoredRun, ...]:
    """All that is stored below a results folder, by scenario and time; what is none of it is passed over."""
    with said_plainly(out):
        found = (_described(path) for path in _folders(out))
        return tuple(run for run in found if run is not None)


def _folders(out: Path) -> Iterator[Path]:
    """Folders two below ``out`` that hold something stored, but for hidden ones of unfinished work."""
    found = {path.parent for mark in _MARKS for path in out.glob(f"*/*/{mark}")}
    return iter(sorted(path for path in found if not path.name.startswith(".")))


def _described(path: Path) -> StoredRun | None:
    for name, describe in ((MANIFEST, _run), (STUDY, _study)):
        if (path / name).is_file():
            try:
                return describe(path, read_json(path / name))
            except (OSError, ValueError, KeyError, TypeError, AttributeError):
                return None
    if (path / LEDGER).is_file():
        try:
            return _sweep(path)
        except ResultsError:
            return None
    return None


def _run(path: Path, manifest: Mapping[str, Any]) -> StoredRun:
    return StoredRun(
        path=path,
        scenario=path.parent.name,
        title=str(manifest["title"]),
        replications=int(manifest["replications"]),
        seed=int(manifest["seed"]),
        counterfactual=bool(manifest["counterfactual"]),
        engine=str(manifest.get("engine", "")),
        finished_utc=str(manifest["finished_utc"]),
        wall_s=float(manifest["wall_s"]),
        model=str(manifest["model"]),
        kind=str(manifest.get("kind", "run")),
    )


def _study(path: Path, document: Mapping[str, Any]) -> StoredRun:
    points = document.get("points")
    wall_s = document.get("wall_s")
    return StoredRun(
        path=path,
        scenario=path.parent.name,
        title=str(document.get("title") or f"{document['indicator']}, {document['flows']}"),
        replications=int(document.get("replications") or document["cap"]),
        seed=int(document["seed"]),
        counterfactual=False,
        engine=str(document.get("engine", "")),
        finished_utc=str(document["finished_utc"]),
        wall_s=None if wall_s is None else float(wall_s),
        model=str(document["model"]),
        kind=str(document["kind"]),
        points=None if points is None else int(points),
    )


def _sweep(path: Path) -> StoredRun:
    found = stored_sweep(path)
    return StoredRun(
        path=path,
        scenario=path.parent.name,
        title=found.about.title + ("" if found.whole else f" ({found.said})"),
        replications=found.about.replications,
        seed=None,
        counterfactual=False,
        engine="",
        finished_utc=str(found.document.get("written_utc", "")),
        wall_s=None,
        model=found.about.model,
        kind=SWEEP,
        points=found.about.points,
    )


def resolve_run(name: str, out: Path, option: str = "--out") -> Path:
    """The folder of what is stored and a person names; ResultsError if there is none.

    ``name`` is the folder itself, or that of its scenario for the latest run there; either as a path
    or as it stands below ``out``; or the name of the folder alone, or the eight digits in it;
    of the same run with and without a trace these name the later one. ``option`` is that of the command line
    which names ``out``, for the message.
    """
    with said_plainly(out):
        for path in (Path(name), out / name):
            if any((path / mark).is_file() for mark in _MARKS):
                return path
            with suppress(OSError):
                latest = path / (path / LATEST).read_text(encoding="utf-8").strip()
                if (latest / MANIFEST).is_file():
                    return latest
        wanted = [path for path in _folders(out) if name and _is_called(path.name, name)]
    if wanted and len({path.parent for path in wanted}) == 1:
        return wanted[-1]
    if wanted:
        listed = ", ".join(str(path) for path in wanted)
        raise ResultsError(f"{name}: more than one run has this name: {listed}.", "Give the whole path.")
    raise ResultsError(
        f"{name}: there is no such run, and none of this name below {out}.",
        f"'kzsim runs list' lists all; {option} names another folder of results.",
    )


def _is_called(folder: str, name: str) -> bool:
    return folder == name or folder.endswith(f"-{name}") or f"-{name}-" in folder
