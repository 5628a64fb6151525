"""`kzsim sweep` on Dask: the same bytes as in threads, whatever happens to a worker."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import command, environment
from tests.cli.test_sweep import LONGER, results_in, start
from tests.unit.sweep_cases import digest, only_folder, write

QUIET = {"DASK_DISTRIBUTED__DASHBOARD__LINK": "", "PYTHONWARNINGS": "ignore"}


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A sweep file, and the digest of its results from one thread."""
    folder = tmp_path_factory.mktemp("threads")
    path = write(folder, LONGER)
    done = subprocess.run(
        command("sweep", path, "--out", folder / "results", "--jobs", 1, "-q"),
        capture_output=True,
        text=True,
        env=environment(),
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return path, digest(only_folder(folder / "results"))


def dask(*arguments: object) -> subprocess.Popen[str]:
    """One of Dask's own programs, its words on a pipe."""
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *map(str, arguments)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(**QUIET),
    )


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    """The address of a scheduler on this machine."""
    file = tmp_path / "scheduler.json"
    process = dask(
        *("scheduler", "--host", "127.0.0.1", "--port", 0, "--no-dashboard", "--scheduler-file", file)
    )
    until = time.monotonic() + 60
    while not file.exists() and process.poll() is None and time.monotonic() < until:
        time.sleep(0.1)
    time.sleep(0.5)
    (address,) = set(re.findall(r"tcp://127\.0\.0\.1:\d+", file.read_text(encoding="utf-8")))
    try:
        yield address
    finally:
        process.kill()
        process.communicate(timeout=60)


def worker(address: str, folder: Path) -> subprocess.Popen[str]:
    return dask(
        *("worker", address, "--nthreads", 1, "--no-dashboard", "--no-nanny", "--local-directory", folder)
    )


def test_a_cluster_of_two_workers_gives_the_same_bytes(sweep: tuple[Path, str], tmp_path: Path) -> None:
    path, expected = sweep
    process = start("sweep", path, "--out", tmp_path, "--local-cluster")
    said, notes = process.communicate(timeout=300)
    assert process.returncode == 0, notes
    assert "on 2 workers" in notes
    assert "Bakhty, road, KZ to CN" in said
    assert digest(only_folder(tmp_path)) == expected


def test_a_worker_killed_in_the_middle_loses_nothing(
    sweep: tuple[Path, str], scheduler: str, tmp_path: Path
) -> None:
    path, expected = sweep
    out = tmp_path / "results"
    workers = [worker(scheduler, tmp_path / f"worker-{number}") for number in range(2)]
    try:
        process = start("sweep", path, "--out", out, "--scheduler", scheduler)
        until = time.monotonic() + 120
        while results_in(out) < 3 and process.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
        os.kill(workers[0].pid, signal.SIGKILL)
        _, notes = process.communicate(timeout=300)
        assert process.returncode == 0, notes
        assert digest(only_folder(out)) == expected
    finally:
        for each in workers:
            each.kill()
            each.communicate(timeout=60)


def test_a_scheduler_that_is_not_there_is_a_message_and_nothing_is_written(
    sweep: tuple[Path, str], tmp_path: Path
) -> None:
    process = start("sweep", sweep[0], "--out", tmp_path / "results", "--scheduler", "tcp://127.0.0.1:9")
    _, notes = process.communicate(timeout=300)
    assert process.returncode == 2
    assert notes.startswith("kzsim: There is no Dask scheduler at tcp://127.0.0.1:9"), notes
    assert "Traceback" not in notes
    assert not (tmp_path / "results").exists()
