"""The two folders that are shown: scenarios and results. A name leads only to what a listing holds.

No path is made of what a browser sends: names are looked up among those that are there, so that neither
``..`` nor a link can lead out.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kzsim.experiments import ResultsError
from kzsim.experiments.disk import read_json, said_plainly
from kzsim.experiments.ledger import MANIFEST
from kzsim.experiments.studies import KINDS, STUDY, SWEEP

MARK = "Made with kzsim serve; it may be saved over from there."
"""The first line, as a comment, of scenarios that were saved from the form. Only these are ever replaced."""
_STEM = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])", re.IGNORECASE)


class NameRefusedError(ValueError):
    """A scenario cannot be saved under this name; the text says why and what to do."""


@dataclass(frozen=True)
class Stored:
    """A folder of results as its own description has it; ``finished`` is UTC in ISO form, or ''."""

    path: Path
    scenario: str
    kind: str
    title: str
    finished: str
    replications: int | None
    files: tuple[str, ...]

    @property
    def name(self) -> str:
        """Name of its folder."""
        return self.path.name


@dataclass(frozen=True)
class Folders:
    """Where scenarios are and where results go, as the person gave them."""

    scenarios: Path
    out: Path

    def scenario_names(self) -> tuple[str, ...]:
        """The YAML files of the scenarios' folder, by name; links that lead out of it are left out."""
        try:
            home = self.scenarios.resolve()
            files = sorted(self.scenarios.iterdir(), key=lambda path: path.name)
            return tuple(
                path.name
                for path in files
                if path.suffix in (".yaml", ".yml") and path.is_file() and path.resolve().parent == home
            )
        except OSError:
            return ()

    def scenario(self, name: str) -> Path | None:
        """The scenario file of that name; None if the folder lists none."""
        return self.scenarios / name if name in self.scenario_names() else None

    def is_own(self, name: str) -> bool:
        """Whether that scenario was saved from the form, and so may be saved over."""
        path = self.scenario(name)
        if path is None:
            return False
        try:
            with path.open(encoding="utf-8", errors="replace") as file:
                return file.readline(200).strip() == f"# {MARK}"
        except OSError:
            return False

    def new_scenario(self, stem: str) -> Path:
        """Where a scenario of that name is saved; NameRefusedError where it may not be."""
        stem = stem.strip().removesuffix(".yaml")
        if not _STEM.fullmatch(stem) or _RESERVED.fullmatch(stem):
            raise NameRefusedError(
                "A name has 1 to 60 Latin letters, digits, '-' and '_', for example more-trucks-from-spring."
            )
        taken = {name.lower(): name for name in self._every_name()}
        found = taken.get(f"{stem}.yaml".lower())
        if found is not None and not self.is_own(found):
            raise NameRefusedError(f"{found} is there already and was not made here; choose another name.")
        return self.scenarios / (found or f"{stem}.yaml")

    def free_name(self, stem: str) -> str:
        """A name for a copy of a scenario that no file has yet."""
        base = f"{re.sub(r'[^A-Za-z0-9_-]+', '-', stem).strip('-_') or 'scenario'}"[:40]
        taken = {name.lower() for name in self._every_name()}
        names = (f"{base}-copy{number}" for number in ("", *range(2, 1000)))
        return next(name for name in names if f"{name}.yaml".lower() not in taken)

    def save(self, path: Path, text: str) -> None:
        """Write a scenario whole or not at all; NameRefusedError if it cannot be written.

        A file that was not saved from the form is never replaced, not even one that has appeared meanwhile.
        """
        temporary = path.with_name(f".tmp-{secrets.token_hex(8)}.part")
        try:
            with temporary.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            if self.is_own(path.name):
                temporary.replace(path)
            else:
                _place(temporary, path)
        except FileExistsError as error:
            raise NameRefusedError(f"{path.name} is there already; choose another name.") from error
        except OSError as error:
            said = f"{path} cannot be written: {error.strerror or error}. Nothing was saved."
            raise NameRefusedError(said) from error
        finally:
            temporary.unlink(missing_ok=True)

    def _every_name(self) -> list[str]:
        try:
            return [path.name for path in self.scenarios.iterdir()]
        except OSError:
            return []

    def results(self) -> tuple[Stored, ...]:
        """All stored results, the latest first; what cannot be read is passed over."""
        with said_plainly(self.out):
            found = [each for each in self._described() if each is not None]
        return tuple(sorted(found, key=lambda each: (each.finished, each.name), reverse=True))

    def result(self, scenario: str, name: str) -> Stored | None:
        """The stored results in that folder of that scenario; None if none are listed."""
        try:
            return next((e for e in self.results() if (e.scenario, e.name) == (scenario, name)), None)
        except ResultsError:
            return None

    def _described(self) -> Iterator[Stored | None]:
        home = self.out.resolve()
        for kind in (MANIFEST, STUDY, SWEEP):
            for path in sorted(self.out.glob(f"*/*/{kind}")):
                if not path.parent.name.startswith(".") and path.resolve().is_relative_to(home):
                    yield _described(path, kind)


def _place(temporary: Path, path: Path) -> None:
    """Give a file its name. Raises FileExistsError where a file has it, which a renaming would replace."""
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:  # FAT and some network disks know no second name of a file
        path.touch(exist_ok=False)  # so the name is taken first, and then replaced
        try:
            temporary.replace(path)
        except OSError:
            path.unlink(missing_ok=True)
            raise


def _described(path: Path, file: str) -> Stored | None:
    try:
        said: dict[str, Any] = read_json(path)
        kind = "sweep" if file == SWEEP else str(said.get("kind", "run"))
        count = said.get("replications")
        return Stored(
            path=path.parent,
            scenario=path.parent.parent.name,
            kind=KINDS.get(kind, kind),
            title=str(said.get("title") or path.parent.parent.name),
            finished=str(said.get("finished_utc") or said.get("written_utc") or ""),
            replications=count if isinstance(count, int) else None,
            files=tuple(name for name in sorted(said["files"]) if _is_plain_file(path.parent, name)),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _is_plain_file(folder: Path, name: str) -> bool:
    """Whether a description names a file right in its folder, and not by a way out of it."""
    path = folder / name
    return Path(name).name == name and path.is_file() and path.resolve().parent == folder.resolve()
