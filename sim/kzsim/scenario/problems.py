"""What is wrong with a scenario, where, and what to do about it, as a person reads it."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

WIDEST_LINE = 120
# A person mends a screenful at a time; a file that is something else altogether has thousands.
MOST_PROBLEMS = 100


@dataclass(frozen=True)
class Place:
    """Where something was written: a line and column of a file (both from 1), or a ``--set``.

    ``rank`` is the order in which files are reported: the file of the command line first, then its
    parents, then the settings of the command line. ``line`` 0 means the file as a whole.
    """

    path: str
    line: int = 0
    column: int = 0
    source_line: str = ""
    rank: int = 0
    setting: str = ""

    @property
    def origin(self) -> str:
        """The short form of the resolved scenario: ``file:line`` or ``--set``."""
        if self.setting:
            return "--set"
        return f"{self.path}:{self.line}" if self.line else self.path


@dataclass(frozen=True)
class Problem:
    """One mistake (or one warning) with its place; ``str()`` is the text for a person."""

    path: str
    line: int
    column: int
    key: str
    message: str
    source_line: str = ""
    severity: Literal["error", "warning"] = "error"
    rank: int = 0

    @classmethod
    def at(
        cls, place: Place, key: str, message: str, severity: Literal["error", "warning"] = "error"
    ) -> Problem:
        """A problem with what stands at ``place`` under the dotted ``key``."""
        if place.setting:
            # The setting itself already names the key; a problem deeper in its value needs its own.
            named = place.setting.split("=", 1)[0].strip()
            shown = "" if key == named else key
            return cls(f"--set {place.setting}", 0, 0, shown, message, "", severity, place.rank)
        return cls(
            place.path, place.line, place.column, key, message, place.source_line, severity, place.rank
        )

    @property
    def order(self) -> tuple[int, int, int]:
        """Sorts problems as the files read."""
        return (self.rank, self.line, self.column)

    @property
    def _where(self) -> str:
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path

    @property
    def short(self) -> str:
        """Place, key and message on one line, without the line of the file."""
        key = f"{self.key}: " if self.key else ""
        return f"{self._where}: {key}{self.message}"

    def __str__(self) -> str:
        word = "warning: " if self.severity == "warning" else ""
        key = f"{self.key}: " if self.key else ""
        head = f"{self._where}: {word}{key}{self.message}"
        if not self.line:
            return head
        text, caret = _excerpt(self.source_line, self.column)
        return f"{head}\n{self.line:>5} | {text}\n      | {caret}^"


class ScenarioError(Exception):
    """A scenario that cannot be used, with every problem found in it, in the order of the files."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = in_order(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems as the files read; after ``MOST_PROBLEMS`` of them one that says that there are more."""
    ordered = sorted(problems, key=lambda problem: problem.order)
    if len(ordered) > MOST_PROBLEMS:
        first = ordered[MOST_PROBLEMS]
        more = Problem(
            first.path, 0, 0, "", "further mistakes are not listed; mend these first", rank=first.rank
        )
        return (*ordered[:MOST_PROBLEMS], more)
    return tuple(ordered)


def suggest(what: str, word: str, known: Iterable[str], plural: str = "") -> str:
    """``unknown <what> '<word>'`` with the nearest known word, or with all of them when none is near."""
    names = list(known)
    near = nearest(word, names)
    said = shorten(word)
    if near is not None:
        return f"unknown {what} {said}, did you mean '{near}'?"
    if not names:
        return f"unknown {what} {said}"
    return f"unknown {what} {said}; the {plural or what + 's'} are {', '.join(names)}"


def nearest(word: str, names: Iterable[str], cutoff: float = 0.65) -> str | None:
    """The known name that ``word`` most probably stands for, or None if none is as alike as ``cutoff``."""
    known = {name.casefold(): name for name in names}
    folded = word[:200].casefold().replace("-", "_").replace(" ", "_")
    found = difflib.get_close_matches(folded, known, n=1, cutoff=cutoff)
    return known[found[0]] if found else None


def shorten(word: object, widest: int = 60) -> str:
    """What was written, in quotes, cut when it is long."""
    text = "".join(char if char.isprintable() else "?" for char in str(word))
    return f"'{text}'" if len(text) <= widest else f"'{text[: widest - 3]}...'"


def listed(words: Iterable[object], last: str = "and") -> str:
    """``a, b and c``."""
    items = [str(word) for word in words]
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def _excerpt(line: str, column: int) -> tuple[str, str]:
    """The source line as it can be printed and the blanks under it up to ``column`` (from 1)."""
    start = 0
    if len(line) > WIDEST_LINE:
        start = max(0, min(column - 1 - WIDEST_LINE // 2, len(line) - WIDEST_LINE))
    window = line[start : start + WIDEST_LINE]
    text = "".join(" " if char == "\t" else char if char.isprintable() else "?" for char in window)
    shown = text.rstrip()
    before = text[: max(column - 1 - start, 0)]
    # A Chinese character is two columns wide on a terminal; the caret has to keep pace.
    width = sum(_cells(char) for char in before)
    return shown, " " * width


def _cells(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
