"""`kzsim serve` as a process of its own, as a person starts it."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.cli.program import TINY, command, environment

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Served:
    """A running server: its address with '/' at the end, its folders, its process."""

    address: str
    scenarios: Path
    out: Path
    process: subprocess.Popen[str]

    def end(self) -> tuple[int, str]:
        """Press Ctrl-C; the exit code and what was said on stderr."""
        self.process.send_signal(signal.SIGINT)
        _, said = self.process.communicate(timeout=60)
        return self.process.returncode, said


@contextmanager
def serving(home: Path) -> Iterator[Served]:
    """Serve three scenarios from a new folder: the shipped `minimal.yaml`, `tiny.yaml`, and `longer.yaml`."""
    scenarios, out = home / "scenarios", home / "results"
    scenarios.mkdir()
    shutil.copy(ROOT / "scenarios" / "minimal.yaml", scenarios)
    (scenarios / "tiny.yaml").write_text(TINY, encoding="utf-8")
    longer = TINY.replace("replications: 2", "replications: 10000").replace("six days", "a long while")
    (scenarios / "longer.yaml").write_text(longer, encoding="utf-8")
    process = subprocess.Popen(
        command("serve", "--scenarios", scenarios, "--out", out),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment(),
        # a shell that starts tests in the background has Ctrl-C ignored, and what it starts inherits that
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    try:
        assert process.stdout is not None
        yield Served(process.stdout.readline().strip(), scenarios, out, process)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
