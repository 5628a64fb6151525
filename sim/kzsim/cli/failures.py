"""How a command ends when it does not end well: exit codes, messages, no tracebacks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kzsim.scenario import Problem


class ExitCode(IntEnum):
    """What the shell is told."""

    DONE = 0
    CHECK_FAILED = 1
    """It ran, but a check it states on screen failed."""
    INVALID = 2
    """Wrong usage, an invalid scenario, or results that cannot be written."""
    STOPPED = 3
    """The model stopped: a deadlock, a broken invariant or a fault of the program."""
    INTERRUPTED = 130


@dataclass
class Session:
    """What the end of a command has to know about it.

    One is made for each call of the program and reaches every verb as `ctx.obj`.
    """

    command: tuple[str, ...]
    """The command as typed, to be repeated in messages."""
    traceback: bool = False
    json: bool = False
    quiet: bool = False
    progress: str = ""
    """How far it came, as a clause for the message of an interruption: '2 of 3 replications'."""
    kept: str = ""
    """What of unfinished work is kept, as a clause, where the same command goes on with it."""
    stored: Path | None = None
    """The folder of the results once they are on disk."""


class Stop(Exception):  # noqa: N818 - it is how a command ends, and not always an error
    """Ends the command with a message on stderr.

    `status` is the word that the document of `--json` gives, `details` are further fields of it.
    """

    def __init__(
        self, code: ExitCode, message: str, *, status: str = "failed", remedy: str = "", **details: Any
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.remedy = remedy
        self.details = details

    @property
    def text(self) -> str:
        """Message and remedy, ready to be printed."""
        return f"{self.message}\n{self.remedy}" if self.remedy else self.message


def problem_document(problem: Problem) -> dict[str, Any]:
    """One mistake or warning of a scenario file as plain data; line 0 means the file as a whole."""
    return {
        "where": problem.path,
        "line": problem.line or None,
        "column": problem.column or None,
        "key": problem.key,
        "message": problem.message,
    }


@contextmanager
def scenario_mistakes() -> Iterator[None]:
    """Turn what loading a scenario can raise into the end of the command."""
    from kzsim.evidence import EvidenceError
    from kzsim.scenario import ScenarioError

    try:
        yield
    except ScenarioError as error:
        count = len(error.problems)
        found = "1 mistake" if count == 1 else f"{count} mistakes"
        raise Stop(
            ExitCode.INVALID,
            str(error),
            status="invalid",
            remedy=f"\n{found}; nothing was run or written.",
            problems=[problem_document(problem) for problem in error.problems],
        ) from error
    except EvidenceError as error:
        raise Stop(
            ExitCode.STOPPED,
            f"kzsim: the packaged evidence is damaged: {error}",
            remedy="Install kzsim again. Nothing was run or written.",
        ) from error


@contextmanager
def results_mistakes() -> Iterator[None]:
    """Turn what a results folder can raise into the end of the command."""
    from kzsim.experiments import ResultsError

    try:
        yield
    except ResultsError as error:
        raise Stop(
            ExitCode.INVALID, f"kzsim: {error.message}", status="results", remedy=error.remedy
        ) from error


@contextmanager
def model_faults() -> Iterator[None]:
    """Turn what a running model can raise into the end of the command."""
    from kzsim.engines.errors import DeadlockError
    from kzsim.experiments import InvariantError, WorkerError

    nothing = "Nothing was written."
    try:
        yield
    except DeadlockError as error:
        raise Stop(
            ExitCode.STOPPED,
            f"kzsim: the model stopped: {error}",
            status="stopped",
            remedy=f"{nothing} More places in the zones named, or fewer trucks and trains, avoid it.",
        ) from error
    except InvariantError as error:
        raise Stop(
            ExitCode.STOPPED,
            f"kzsim: the model broke a rule of its own: {error}",
            status="stopped",
            remedy=f"{nothing} This is a fault of kzsim, not of your scenario; please report it.",
        ) from error
    except WorkerError as error:
        raise Stop(
            ExitCode.STOPPED,
            f"kzsim: {error}",
            status="stopped",
            remedy=nothing,
        ) from error
    except MemoryError as error:
        raise Stop(
            ExitCode.STOPPED,
            "kzsim: memory ran out",
            status="stopped",
            remedy=f"{nothing} A smaller --jobs, a shorter period or fewer crossings need less.",
        ) from error
