"""One simulation at a time, in a process of its own, so that it can be ended without a trace."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, Literal

State = Literal["running", "done", "failed", "stopped"]
PATIENCE_S = 15.0
"""Time for a simulation to end when asked, before it is killed; neither leaves anything half-written."""
MOST_LINES = 200
"""So many lines of what it says are kept, the latest."""
INTERRUPTED = 130


class BusyError(RuntimeError):
    """Another simulation is still running."""


class ClosedError(RuntimeError):
    """The server is ending: nothing is started any more."""


@dataclass(frozen=True)
class Job:
    """A simulation as far as it came: ``done`` of ``total`` steps, which are ``of`` something.

    ``said`` are the lines it wrote for a person; ``results`` is its folder once it is done. ``checked`` is
    False where it ran but a check that it states failed.
    """

    number: int
    scenario: str
    state: State = "running"
    done: int = 0
    total: int = 0
    of: str = "replications"
    said: tuple[str, ...] = ()
    results: Path | None = None
    checked: bool = True

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state != "running"


class Jobs:
    """Starts a simulation if none is running, follows it, ends it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._job: Job | None = None
        self._process: subprocess.Popen[str] | None = None
        self._follower: threading.Thread | None = None
        self._asked_to_stop = False
        self._closed = False

    @property
    def job(self) -> Job | None:
        """The simulation that is running, or else the last one."""
        return self._job

    def start(self, scenario: Path, out: Path, options: Sequence[str] = ()) -> Job:
        """Start ``kzsim run`` on a scenario file.

        Raises BusyError while another one runs, ClosedError after ``close``, OSError if no process can be
        started.
        """
        words = ("run", str(scenario), "--out", str(out), "--json", *options)
        return self.start_command((sys.executable, "-P", "-m", "kzsim", *words), scenario.name)

    def start_command(self, command: Sequence[str], scenario: str) -> Job:
        """Start a program that says how far it is as ``kzsim run`` does."""
        with self._lock:
            if self._closed:
                raise ClosedError("The server is ending; nothing is started any more.")
            if self._job is not None and not self._job.over:
                raise BusyError(f"{self._job.scenario} is still running; stop it or wait until it is done.")
            answer = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed by its follower
            try:
                process = subprocess.Popen(  # noqa: S603 - this very program, without a shell
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=answer,
                    stderr=subprocess.PIPE,
                    text=True,
                    encoding="utf-8",
                    errors="replace",
                    env={**os.environ, "KZSIM_PROGRESS": "lines", "PYTHONIOENCODING": "utf-8"},
                    start_new_session=True,  # Ctrl-C on the terminal is the server's to hear
                )
            except OSError:
                answer.close()
                raise
            number = 1 if self._job is None else self._job.number + 1
            self._job = Job(number, scenario)
            self._process, self._asked_to_stop = process, False
            self._follower = threading.Thread(target=self._follow, args=(process, answer), daemon=True)
            self._follower.start()
            return self._job

    def stop(self) -> bool:
        """End the running simulation and wait until it has ended; False if none was running."""
        with self._lock:
            process, follower = self._process, self._follower
            if process is None or follower is None or self._job is None or self._job.over:
                return False
            self._asked_to_stop = True
            process.terminate()
        follower.join(PATIENCE_S)
        if follower.is_alive():
            _kill(process)
            follower.join()
        return True

    def close(self) -> bool:
        """As ``stop``, and nothing is started from now on.

        A simulation that is being started in another thread at this moment is ended too.
        """
        with self._lock:
            self._closed = True
        return self.stop()

    def kill(self) -> None:
        """End a running simulation at once, without asking; what it wrote is under temporary names.

        Takes no lock: a signal may call it while ``close`` waits in the same thread.
        """
        process = self._process
        if process is not None and process.returncode is None:
            _kill(process)

    def _follow(self, process: subprocess.Popen[str], answer: IO[str]) -> None:
        """Read what the simulation says until it ends; runs in a thread of its own."""
        with answer, process:
            for line in process.stderr or ():
                self._heard(line.rstrip())
            code = process.wait()
            answer.seek(0)
            document = _parsed(answer.read())
        with self._lock:
            if self._job is not None:
                self._job = _ended(self._job, code, document, stopped=self._asked_to_stop)
            self._process = None

    def _heard(self, line: str) -> None:
        with self._lock:
            if self._job is None:
                return
            match _parsed(line) if line.startswith("{") else {}:
                case {"progress": {"done": int(done), "total": int(total), "of": str(of)}}:
                    self._job = replace(self._job, done=done, total=total, of=of)
                case _ if line.strip():
                    self._job = replace(self._job, said=(*self._job.said, line)[-MOST_LINES:])


def _ended(job: Job, code: int, document: dict[str, Any], *, stopped: bool) -> Job:
    results = document.get("results")
    if isinstance(results, str) and code in (0, 1, INTERRUPTED):
        return replace(job, state="done", results=Path(results), checked=code == 0)
    if stopped or code == INTERRUPTED:
        return replace(job, state="stopped")
    said = job.said
    if not said:
        said = (f"kzsim ended with code {code} and said nothing.",)
    return replace(job, state="failed", said=said)


def _parsed(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _kill(process: subprocess.Popen[str]) -> None:
    """End a process that does not listen, with all that it started."""
    group = getattr(os, "killpg", None)
    if group is None:
        process.kill()  # Windows knows no groups of this kind
        return
    try:
        group(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
