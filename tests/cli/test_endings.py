"""How the program ends when it does not end well."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kzsim.engines.errors import Waiter
from kzsim.experiments import InvariantError, ReplicationDeadlockError, WorkerError
from tests.cli.program import command, environment, files_below

posix_only = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


def raising(error):
    def run(*_, progress=None, **__):
        if progress is not None:
            progress(1, 2)
        raise error

    return run


DEADLOCK = ReplicationDeadlockError(
    3_600_000, (Waiter("truck 7", ("the strip",), "the yard"),), 1, "scenario"
)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (DEADLOCK, "truck 7 holds the strip and waits for the yard"),
        (InvariantError("a truck vanished"), "broke a rule of its own: a truck vanished"),
        (WorkerError("a worker process died"), "a worker process died"),
        (MemoryError(), "memory ran out"),
        (ZeroDivisionError("division by zero"), "internal error: ZeroDivisionError: division by zero"),
    ],
)
def test_a_stopped_model_ends_with_3_its_reason_and_no_file(call, tiny, tmp_path, monkeypatch, error, said):
    monkeypatch.setattr("kzsim.experiments.execute", raising(error))
    done = call("run", tiny, "--out", tmp_path / "out")
    assert done.exit_code == 3
    assert said in done.stderr
    assert done.stdout == ""
    assert files_below(tmp_path) == ["tiny.yaml"]


def test_a_stopped_model_as_json_is_one_document(call, tiny, tmp_path, monkeypatch):
    monkeypatch.setattr("kzsim.experiments.execute", raising(DEADLOCK))
    done = call("run", tiny, "--out", tmp_path / "out", "--json")
    document = json.loads(done.stdout)
    assert document["status"] == "stopped"
    assert "truck 7" in document["message"]


def test_a_traceback_is_shown_only_when_asked_for(call, tiny, tmp_path, monkeypatch):
    monkeypatch.setattr("kzsim.experiments.execute", raising(ZeroDivisionError("division by zero")))
    plain = call("run", tiny, "--out", tmp_path / "out")
    assert "--traceback" in plain.stderr
    asked = call("run", tiny, "--out", tmp_path / "out", "--traceback")
    assert "Traceback (most recent call last)" in asked.stderr
    assert "For the details" not in asked.stderr


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_an_interruption_says_how_far_it_came_and_how_to_start_again(
    call, tiny, tmp_path, monkeypatch, arguments
):
    monkeypatch.setattr("kzsim.experiments.execute", raising(KeyboardInterrupt()))
    done = call("run", tiny, "--out", tmp_path / "out", *arguments)
    assert done.exit_code == 130
    assert "Interrupted after 1 of 2 replications. Nothing was written." in done.stderr
    assert f"Start again with: kzsim run {tiny} --out {tmp_path / 'out'}" in done.stderr
    assert files_below(tmp_path) == ["tiny.yaml"]
    if arguments:
        assert json.loads(done.stdout)["status"] == "interrupted"


def test_an_interruption_that_python_renames_while_a_class_is_made_is_one_still(
    call, tiny, tmp_path, monkeypatch
):
    class Striking:
        def __set_name__(self, owner, name):
            raise KeyboardInterrupt

    def making_a_class(*_, **__):
        type("Imported", (), {"attribute": Striking()})  # a RuntimeError on Python 3.11

    monkeypatch.setattr("kzsim.experiments.execute", making_a_class)
    done = call("run", tiny, "--out", tmp_path / "out")
    assert done.exit_code == 130
    assert "Nothing was written." in done.stderr
    assert "internal error" not in done.stderr


def test_an_error_beside_an_interruption_that_was_dealt_with_is_a_fault(call, tiny, tmp_path, monkeypatch):
    def other_error(*_, **__):
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt:
            pass
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("kzsim.experiments.execute", other_error)
    done = call("run", tiny, "--out", tmp_path / "out")
    assert done.exit_code == 3
    assert "internal error: ZeroDivisionError" in done.stderr


def test_an_interruption_after_the_results_are_stored_says_where_they_lie(call, real_run, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("kzsim.cli.summary.lines", interrupt)
    done = call("run", real_run.scenario, "--out", real_run.out)
    assert done.exit_code == 130
    assert f"the run was complete. Its results lie in {real_run.folder}" in done.stderr


@posix_only
@pytest.mark.parametrize(
    ("engine", "jobs", "number"),
    [
        pytest.param("kernel", 1, signal.SIGINT, id="ctrl-c, one thread"),
        pytest.param("kernel", 2, signal.SIGINT, id="ctrl-c, two threads"),
        pytest.param("kernel", 2, signal.SIGTERM, id="kill, two threads"),
        pytest.param("reference", 1, signal.SIGINT, id="ctrl-c, one process"),
        pytest.param("reference", 2, signal.SIGINT, id="ctrl-c, two processes"),
        pytest.param("reference", 2, signal.SIGTERM, id="kill, two processes"),
    ],
)
@pytest.mark.parametrize("after_s", [0.05, 0.5, 3])
def test_a_real_interruption_ends_every_process_and_leaves_nothing(
    tiny, tmp_path, engine, jobs, number, after_s
):
    out = tmp_path / "out"
    process = subprocess.Popen(
        command("run", tiny, "--out", out, "--jobs", jobs, "--replications", 10_000, "--engine", engine),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
        start_new_session=True,
        # a shell that starts jobs in the background makes them deaf to Ctrl-C
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        deadline = time.monotonic() + 60
        while not (out / "tiny").is_dir():  # made just before the first replication
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        time.sleep(after_s)
        if number == signal.SIGINT:
            os.killpg(process.pid, number)  # a terminal sends Ctrl-C to all of them
        else:
            process.send_signal(number)
        stdout, stderr = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    # a shell says 130 of both: Python ends itself by the signal if it struck within an exec() of some import
    assert process.returncode in (130, -signal.SIGINT), stderr
    assert "Nothing was written.\nStart again with: kzsim run" in stderr
    assert "Traceback" not in stderr
    assert stdout == ""
    assert files_below(tmp_path) == ["tiny.yaml"]
    with pytest.raises(ProcessLookupError):
        _wait_for_group_to_end(process.pid)


def _wait_for_group_to_end(group: int) -> None:
    """Return after a while, or raise ProcessLookupError as soon as no process of the group is left."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        os.killpg(group, 0)
        time.sleep(0.05)


@posix_only
def test_a_reader_that_has_seen_enough_is_no_failure():
    script = " ".join([sys.executable, "-m", "kzsim", "explain", "documents", "| head -n 1"])
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {script}"],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert "Broken" not in done.stderr
    assert len(done.stdout.splitlines()) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_that_cannot_be_written_is_said_without_a_traceback():
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            command("explain", "demand"),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
            timeout=60,
            check=False,
        )
    assert done.returncode == 2
    assert "the output cannot be written: No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
