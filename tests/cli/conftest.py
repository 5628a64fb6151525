"""How the tests call the program: in this process, or as a real one."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kzsim.cli import main
from tests.cli.program import TINY, command, environment

Call = Callable[..., Result]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Call:
    """Call the program in this process; the result has exit_code, stdout and stderr."""
    for name in ("COLUMNS", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def invoke(*arguments: object) -> Result:
        result = CliRunner().invoke(main, [str(argument) for argument in arguments], prog_name="kzsim")
        assert "Traceback" not in result.output or "--traceback" in arguments
        return result

    return invoke


@pytest.fixture
def process() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Call the program as a process of its own."""

    def run(*arguments: object, cwd: Path | None = None, **changes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*arguments),
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=environment(**changes),
            cwd=cwd,
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A scenario file that runs in a moment."""
    path = tmp_path / "tiny.yaml"
    path.write_text(TINY, encoding="utf-8")
    return path


@dataclass(frozen=True)
class RealRun:
    """One run of the tiny scenario, made once for all tests. Nobody may change its folder."""

    scenario: Path
    out: Path
    folder: Path
    stdout: str
    stderr: str


@pytest.fixture(scope="session")
def real_run(tmp_path_factory: pytest.TempPathFactory) -> RealRun:
    home = tmp_path_factory.mktemp("real")
    scenario = home / "tiny.yaml"
    scenario.write_text(TINY, encoding="utf-8")
    done = subprocess.run(
        command("run", scenario, "--out", home / "results", "--jobs", 1),
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment(),
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (folder,) = [path for path in (home / "results" / "tiny").iterdir() if path.is_dir()]
    return RealRun(scenario, home / "results", folder, done.stdout, done.stderr)
