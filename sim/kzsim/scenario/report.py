"""Collects problems at the places of what was written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from kzsim.scenario.document import Node
from kzsim.scenario.inherit import SETTINGS_RANK
from kzsim.scenario.model import Setting
from kzsim.scenario.problems import MOST_PROBLEMS, Problem

Path = tuple[str | int, ...]


@dataclass
class Report:
    """Collects problems at the places of a tree."""

    root: Node
    problems: list[Problem] = field(default_factory=list)
    broken: set[Path] = field(default_factory=set)

    def add(
        self,
        path: Path,
        message: str,
        severity: Literal["error", "warning"] = "error",
        *,
        on_key: bool = False,
    ) -> None:
        """A problem with the value (or the key) at ``path``, or with the nearest thing above it."""
        node, depth = self.root.find(path)
        place = node.key_place if on_key else node.place
        self.problems.append(Problem.at(place, dotted(path), message, severity))
        if severity == "error":
            self.broken.add(path[:depth])

    @property
    def full(self) -> bool:
        """Whether there are more problems than anybody will read."""
        return len(self.problems) > MOST_PROBLEMS

    def sound(self, *keys: str) -> bool:
        """Whether nothing is wrong with, in or above these dotted keys."""
        for key in keys:
            path = tuple(key.split("."))
            if any(bad[: len(path)] == path or path[: len(bad)] == bad for bad in self.broken):
                return False
        return True

    def said(self, key: str) -> bool:
        """Whether the dotted key was written."""
        path = tuple(key.split("."))
        node, depth = self.root.find(path)
        return depth == len(path) and node.value is not None

    def own(self, path: Path) -> bool:
        """Whether this was written in the scenario itself or by --set, not in a parent."""
        node, _ = self.root.find(path)
        return node.place.rank == 0 or node.place.rank >= SETTINGS_RANK

    def setting(self, path: Path) -> Setting:
        """What was written at ``path``, as the place of a warning given later."""
        node, _ = self.root.find(path)
        return Setting(dotted(path), node.key_place, self.own(path))


def dotted(path: Iterable[str | int]) -> str:
    """``crossings.nur_zholy.road``; numbers of list items as ``[2]``."""
    key = ""
    for part in path:
        key += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if key else part
    return key
