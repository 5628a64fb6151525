"""`kzsim serve` on the command line; what its pages do is tested elsewhere."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from kzsim.cli.serve import Reports
from kzsim.serve.site import ReportError
from tests.cli.program import TINY, command, environment

linux_only = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc of Linux")


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


@contextmanager
def serving(home: Path, **changes: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server of a scenario that runs for long, and the address of its pages."""
    (home / "scenarios").mkdir()
    longer = TINY.replace("replications: 2", "replications: 10000")
    (home / "scenarios" / "longer.yaml").write_text(longer, encoding="utf-8")
    process = subprocess.Popen(
        command("serve", "--scenarios", home / "scenarios", "--out", home / "results"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment(**changes),
        # a shell that starts tests in the background has Ctrl-C ignored, and what it starts inherits that
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


def started(process: subprocess.Popen[str], address: str) -> int:
    """Start the simulation as the form does and wait for its first replication; its process."""
    own = "/".join(address.split("/")[:3])
    asked = urllib.request.Request(f"{address}start", b"scenario=longer.yaml", {"Origin": own})  # noqa: S310 - the address printed
    urllib.request.urlopen(asked, timeout=30).close()  # noqa: S310 - the address printed

    def is_under_way() -> bool:
        with urllib.request.urlopen(f"{address}simulation.json", timeout=30) as answer:  # noqa: S310 - as above
            return json.load(answer)["done"] > 0

    until(is_under_way)
    (child,) = children(process.pid)
    return child


def children(process: int) -> list[int]:
    """The processes that a process has started, as the kernel lists them for each of its threads."""
    listed = (path.read_text() for path in Path(f"/proc/{process}/task").glob("*/children"))
    return [int(child) for text in listed for child in text.split()]


def until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.05)


def is_gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    return state == "Z"  # it has ended, and nobody has asked how


@linux_only
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whatever_ends_it_ends_the_simulation_too_and_nothing_is_left(tmp_path, number):
    with serving(tmp_path) as (process, address):
        child = started(process, address)
        process.send_signal(number)
        rest, said = process.communicate(timeout=60)
    assert (process.returncode, rest) == (130, "")
    assert "The simulation that was running was ended; nothing of it was written." in said
    assert is_gone(child)
    assert not (tmp_path / "results").exists()


@linux_only
def test_a_second_ctrl_c_ends_a_simulation_that_does_not_hear_the_first(tmp_path):
    with serving(tmp_path) as (process, address):
        child = started(process, address)
        os.kill(child, signal.SIGSTOP)  # it cannot hear the first one
        process.send_signal(signal.SIGINT)
        said = [process.stderr.readline()]
        while "Stopping." not in said[-1]:
            said.append(process.stderr.readline())
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=60)
    assert process.returncode == 130, rest
    assert "nothing of it was written" in rest
    assert "Traceback" not in rest
    assert is_gone(child)
    assert [path for path in tmp_path.glob("results/*/*") if not path.name.startswith(".tmp-")] == []


@linux_only
def test_a_server_that_is_killed_leaves_no_simulation_running_for_nobody(tmp_path):
    with serving(tmp_path) as (process, address):
        child = started(process, address)
        process.kill()
        process.wait()
        until(lambda: is_gone(child))
    assert not (tmp_path / "results").exists()


def test_a_report_is_kept_as_long_as_the_results_say_the_same(real_run, tmp_path, monkeypatch):
    drawn = []
    cli_report = importlib.import_module("kzsim.cli.report")  # the package has a command of this name
    monkeypatch.setattr(cli_report, "figures", lambda study, *_, **__: drawn.append(study.path) or [])
    copy = Path(shutil.copytree(real_run.folder, tmp_path / "tiny" / real_run.folder.name))
    reports = Reports()
    first = reports(copy, "en")
    assert reports(copy, "en") is first
    assert reports(copy, "ru") != first
    assert drawn == [copy, copy]
    manifest = copy / "manifest.json"
    manifest.write_text(
        manifest.read_text(encoding="utf-8").replace("Bakhty for six days", "Retold"), "utf-8"
    )
    assert b"Retold" in reports(copy, "en")
    assert b"Retold" not in first
    with (copy / "indicators.csv").open("a", encoding="utf-8") as file:
        file.write("changed")
    with pytest.raises(ReportError, match="this file was changed"):
        reports(copy, "en")


def test_of_many_reports_the_latest_are_kept(real_run, tmp_path, monkeypatch):
    monkeypatch.setattr(Reports, "KEPT", 2)
    cli_report = importlib.import_module("kzsim.cli.report")  # the package has a command of this name
    monkeypatch.setattr(cli_report, "figures", lambda *_, **__: [])
    reports = Reports()
    kept = {lang: reports(real_run.folder, lang) for lang in ("en", "ru")}
    assert reports(real_run.folder, "en") is kept["en"]  # and is the latest now
    reports(real_run.folder, "kk")
    assert reports(real_run.folder, "en") is kept["en"]
    assert reports(real_run.folder, "ru") is not kept["ru"]


class Watched(dict[object, object]):
    """Knows whether two threads ever changed it at the same time, to which it gives them the chance."""

    def __init__(self) -> None:
        super().__init__()
        self.both = threading.Barrier(2)
        self.met = False

    def __setitem__(self, key: object, value: object) -> None:
        with suppress(threading.BrokenBarrierError):
            self.both.wait(timeout=0.5)
            self.met = True
        super().__setitem__(key, value)


def test_threads_change_what_is_kept_one_after_the_other(real_run, monkeypatch):
    cli_report = importlib.import_module("kzsim.cli.report")  # the package has a command of this name
    both = threading.Barrier(2)
    monkeypatch.setattr(cli_report, "html_of", lambda *_, **__: b"page %d" % both.wait(timeout=60))
    reports = Reports()
    monkeypatch.setattr(reports, "_kept", watched := Watched())
    threads = [threading.Thread(target=reports, args=(real_run.folder, lang)) for lang in ("en", "ru")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(watched) == 2
    assert not watched.met
