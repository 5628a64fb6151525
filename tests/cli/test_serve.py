"""`kzsim serve` on the command line; what its pages do is tested elsewhere."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import urllib.request

import pytest

from tests.cli.program import command, environment


def test_a_folder_that_is_not_there_is_named_with_a_remedy(call, tmp_path):
    done = call("serve", "--scenarios", tmp_path / "nowhere")
    assert done.exit_code == 2
    assert f"there is no folder {tmp_path / 'nowhere'}" in done.stderr
    assert "kzsim init" in done.stderr
    assert done.stdout == ""


def test_a_port_that_is_taken_is_named_with_a_remedy(call, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = call("serve", "--scenarios", tmp_path, "--port", port)
    assert done.exit_code == 2
    assert f"port {port} cannot be listened on" in done.stderr
    assert "Leave --port out" in done.stderr


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_a_port_that_is_none_is_refused(call, port):
    done = call("serve", "--port", port)
    assert done.exit_code == 2
    assert "--port" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_the_address_answers_there_and_ends_at_ctrl_c(tmp_path, number):
    process = subprocess.Popen(
        command("serve", "--scenarios", tmp_path, "--out", tmp_path / "results", "--json"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment(),
        # a shell that starts tests in the background has Ctrl-C ignored, and what it starts inherits that
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    lines = [process.stdout.readline()]
    while lines[-1].strip() != "}":
        lines.append(process.stdout.readline())
    document = json.loads("".join(lines))
    assert document["status"] == "serving"
    assert document["address"].startswith("http://127.0.0.1:")
    with urllib.request.urlopen(document["address"], timeout=30) as answer:  # noqa: S310 - the address printed
        assert "<h1>Results</h1>" in answer.read().decode()
    process.send_signal(number)
    rest, said = process.communicate(timeout=60)
    assert (process.returncode, rest) == (0, "")
    assert "Open this address in a browser on this machine." in said
    assert "Stopping." in said
    assert not (tmp_path / "results").exists()


def test_a_run_tells_its_steps_in_lines_where_asked(tiny, tmp_path):
    done = subprocess.run(
        command("run", tiny, "--out", tmp_path / "results", "-q"),
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment(KZSIM_PROGRESS="lines"),
        timeout=300,
        check=True,
    )
    told = [json.loads(line)["progress"] for line in done.stderr.splitlines() if line.startswith("{")]
    assert told == [{"done": step, "total": 2, "of": "replications"} for step in range(3)]
