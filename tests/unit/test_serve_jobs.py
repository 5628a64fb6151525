"""One simulation at a time: started, followed, ended."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kzsim.serve import jobs as jobs_module
from kzsim.serve.jobs import BusyError, ClosedError, Job, Jobs

STEP = """
import json, sys, time
def step(done, total):
    said = {"progress": {"done": done, "total": total, "of": "replications"}}
    print(json.dumps(said), file=sys.stderr, flush=True)
"""
FOREVER = STEP + "step(1, 9)\ntime.sleep(600)"


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.stop()


def start(jobs: Jobs, code: str) -> Job:
    return jobs.start_command((sys.executable, "-c", code), "mine.yaml")


def wait(jobs: Jobs, *, until_done: int | None = None) -> Job:
    """The job once it is over, or once so many steps are done."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        job = jobs.job
        assert job is not None
        if job.over or (until_done is not None and job.done >= until_done):
            return job
        time.sleep(0.01)
    raise AssertionError("the job did not end")


def test_a_job_that_ends_well_names_its_results(jobs: Jobs) -> None:
    start(jobs, STEP + "step(1, 2); step(2, 2); print(json.dumps({'results': 'results/mine/x'}))")
    job = wait(jobs)
    assert (job.state, job.done, job.total, job.of) == ("done", 2, 2, "replications")
    assert job.results == Path("results/mine/x")
    assert job.checked


def test_a_job_whose_check_failed_is_done_and_says_so(jobs: Jobs) -> None:
    start(jobs, 'print(\'{"results": "r"}\'); raise SystemExit(1)')
    job = wait(jobs)
    assert (job.state, job.checked) == ("done", False)


def test_a_job_that_fails_keeps_what_it_said(jobs: Jobs) -> None:
    start(jobs, "import sys; print('a mistake\\n\\nin line 3', file=sys.stderr); raise SystemExit(2)")
    job = wait(jobs)
    assert (job.state, job.results) == ("failed", None)
    assert job.said == ("a mistake", "in line 3")


def test_a_job_that_dies_without_a_word_is_told_by_its_code(jobs: Jobs) -> None:
    start(jobs, "import os; os._exit(7)")
    assert wait(jobs).said == ("kzsim ended with code 7 and said nothing.",)


def test_while_one_runs_no_other_is_started(jobs: Jobs) -> None:
    first = start(jobs, FOREVER)
    with pytest.raises(BusyError, match=r"mine\.yaml is still running"):
        start(jobs, FOREVER)
    assert jobs.job is not None
    assert jobs.job.number == first.number


def test_after_one_has_ended_another_may_start(jobs: Jobs) -> None:
    start(jobs, "pass")
    wait(jobs)
    assert start(jobs, "pass").number == 2


def test_a_stopped_job_is_gone_when_stop_returns(jobs: Jobs) -> None:
    start(jobs, "import os\nprint(os.getpid(), file=__import__('sys').stderr, flush=True)\n" + FOREVER)
    pid = int(wait(jobs, until_done=1).said[0])
    assert jobs.stop()
    job = jobs.job
    assert job is not None
    assert job.state == "stopped"
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_job_that_does_not_listen_is_killed_with_all_it_started(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_module, "PATIENCE_S", 0.2)
    deaf = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    asleep = deaf + "import time; time.sleep(600)"
    child = f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {asleep!r}])\n"
    start(jobs, deaf + child + FOREVER)
    wait(jobs, until_done=1)
    assert jobs.stop()  # returns only when nobody holds the pipe any more
    assert wait(jobs).state == "stopped"


def test_stopping_where_nothing_runs_does_nothing(jobs: Jobs) -> None:
    assert not jobs.stop()
    start(jobs, 'print(\'{"results": "r"}\')')
    wait(jobs)
    assert not jobs.stop()
    assert wait(jobs).state == "done"


def test_after_closing_nothing_is_started(jobs: Jobs) -> None:
    assert not jobs.close()
    with pytest.raises(ClosedError, match="The server is ending"):
        start(jobs, "pass")
    assert jobs.job is None


def test_what_is_being_started_while_the_server_ends_is_ended_too(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    starting, go_on = threading.Event(), threading.Event()
    real = subprocess.Popen

    def slow(*given: object, **more: object) -> object:
        starting.set()
        go_on.wait(20)
        return real(*given, **more)

    monkeypatch.setattr(jobs_module.subprocess, "Popen", slow)
    page = threading.Thread(target=start, args=(jobs, FOREVER))
    page.start()
    assert starting.wait(20)
    ended: list[bool] = []
    end = threading.Thread(target=lambda: ended.append(jobs.close()))
    end.start()
    go_on.set()
    page.join(60)
    end.join(60)
    assert ended == [True]
    assert wait(jobs).state == "stopped"


def test_one_that_does_not_listen_can_be_killed_while_closing_waits_for_it(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_module, "PATIENCE_S", 10_000)
    start(jobs, "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + FOREVER)
    wait(jobs, until_done=1)
    end = threading.Thread(target=jobs.close, daemon=True)
    end.start()
    while not jobs._asked_to_stop:
        time.sleep(0.01)
    jobs.kill()
    assert wait(jobs).state == "stopped"
    end.join()


def test_killing_where_nothing_runs_does_nothing(jobs: Jobs) -> None:
    jobs.kill()
    start(jobs, "pass")
    wait(jobs)
    jobs.kill()
    assert wait(jobs).state == "failed"  # it named no results


@pytest.mark.parametrize("line", ['{"progress": {"done": "x"}}', "{", '{"progress": 3}', "{}", '{"a": 1}'])
def test_a_line_that_only_looks_like_progress_is_kept_as_text(jobs: Jobs, line: str) -> None:
    start(jobs, f"import sys; print({line!r}, file=sys.stderr)")
    assert wait(jobs).said == (line,)


def test_only_the_latest_lines_are_kept(jobs: Jobs) -> None:
    start(jobs, "import sys\nfor n in range(500): print(n, file=sys.stderr)")
    said = wait(jobs).said
    assert (len(said), said[-1]) == (jobs_module.MOST_LINES, "499")


def test_a_long_answer_does_not_block_it(jobs: Jobs) -> None:
    start(jobs, 'print(\'{"results": "r", "x": "\' + \'y\' * 1_000_000 + \'"}\')')
    assert wait(jobs).state == "done"


def test_a_program_that_is_not_there_is_an_error_and_leaves_room_for_another(jobs: Jobs) -> None:
    with pytest.raises(FileNotFoundError):
        jobs.start_command(("/nowhere/kzsim",), "mine.yaml")
    start(jobs, "pass")
