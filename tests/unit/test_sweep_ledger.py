from __future__ import annotations

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from kzsim.experiments import ResultsError
from kzsim.experiments.sweeps import (
    LEDGER,
    DamagedError,
    Ledger,
    LockedError,
    PayloadError,
    about_ledger,
    decode,
    encode,
    folder_name,
    open_ledger,
    read_failures,
    read_results,
    results_digest,
    salvage,
)
from kzsim.experiments.sweeps.database import journal_for
from tests.unit.sweep_writer import about, payload, rows

ROOT = Path(__file__).parents[2]
POINTS, REPLICATIONS = 30, 4
OURS = about(POINTS, REPLICATIONS)
EVERYTHING = [(point, replication) for point in range(POINTS) for replication in range(REPLICATIONS)]
WHOLE = results_digest((*where, payload(*where)) for where in EVERYTHING)


def fill(folder: Path, tasks: list[tuple[int, int]] = EVERYTHING) -> None:
    with open_ledger(folder, OURS, rows(POINTS)) as ledger:
        for where in tasks:
            ledger.add(*where, payload(*where))


def run(folder: Path, body: Callable[[Ledger], None], every_s: float = 0.0) -> None:
    """What a sweep does with its ledger, in one statement."""
    with open_ledger(folder, OURS, rows(POINTS), every_s=every_s) as ledger:
        body(ledger)


def add_everything(ledger: Ledger) -> None:
    for where in EVERYTHING:
        ledger.add(*where, payload(*where))


def stored(folder: Path) -> list[tuple[int, int]]:
    return [(point, replication) for point, replication, _ in read_results(folder)]


def change(folder: Path, *statements: str) -> None:
    connection = sqlite3.connect(folder / LEDGER)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def start_writer(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.unit.sweep_writer", str(folder), str(POINTS), str(REPLICATIONS)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the ledger in ``tmp_path`` open."""
    process = start_writer(tmp_path)
    assert process.stdout is not None
    assert process.stdout.readline() == "open 0\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


# --- what goes in comes out -------------------------------------------------------------------------------


def test_results_come_back_in_order_whatever_the_order_of_arrival(tmp_path: Path) -> None:
    fill(tmp_path, EVERYTHING[::-1])
    assert stored(tmp_path) == EVERYTHING
    assert [found for _, _, found in read_results(tmp_path)] == [payload(*where) for where in EVERYTHING]
    assert results_digest(read_results(tmp_path)) == WHOLE


def test_a_ledger_that_is_opened_again_goes_on(tmp_path: Path) -> None:
    fill(tmp_path, EVERYTHING[:50])
    with open_ledger(tmp_path, OURS, ()) as ledger:
        assert ledger.done == 50
        assert ledger.pending() == list(range(50, 120))
        for task in ledger.pending():
            ledger.add(*OURS.of_task(task), payload(*OURS.of_task(task)))
    assert results_digest(read_results(tmp_path)) == WHOLE


def test_a_ledger_that_is_closed_is_one_file_that_can_be_moved(tmp_path: Path) -> None:
    fill(tmp_path / "here")
    assert sorted(path.name for path in (tmp_path / "here").iterdir()) == ["ledger.lock", LEDGER]
    (tmp_path / "there").mkdir()
    shutil.copy(tmp_path / "here" / LEDGER, tmp_path / "there")
    assert results_digest(read_results(tmp_path / "there")) == WHOLE
    assert about_ledger(tmp_path / "there") == OURS


def test_results_can_be_read_while_the_sweep_runs(tmp_path: Path) -> None:
    with open_ledger(tmp_path, OURS, rows(POINTS), every_s=0.0) as ledger:
        ledger.add(0, 0, payload(0, 0))
        assert stored(tmp_path) == [(0, 0)]
        ledger.add(0, 1, payload(0, 1))
        assert stored(tmp_path) == [(0, 0), (0, 1)]


def test_the_first_result_of_a_task_stays(tmp_path: Path) -> None:
    with open_ledger(tmp_path, OURS, rows(POINTS)) as ledger:
        ledger.add(1, 1, payload(1, 1))
        ledger.add(1, 1, b"another")
        ledger.fail(1, 1, "too late")
    assert [found for _, _, found in read_results(tmp_path)] == [payload(1, 1)]
    assert read_failures(tmp_path) == ()


def test_a_failure_is_kept_with_its_message_and_the_rest_goes_on(tmp_path: Path) -> None:
    with open_ledger(tmp_path, OURS, rows(POINTS)) as ledger:
        ledger.fail(2, 3, "deadlock at \ud800 12:00")
        ledger.add(2, 2, payload(2, 2))
        assert (ledger.done, ledger.failed) == (1, 1)
    (failure,) = read_failures(tmp_path)
    assert (failure.point, failure.replication, failure.message) == (2, 3, "deadlock at ? 12:00")
    with open_ledger(tmp_path, OURS, ()) as ledger:
        task = OURS.task(2, 3)
        assert task not in ledger.pending()
        assert task in ledger.pending(again=True)
        ledger.add(2, 3, payload(2, 3))
    assert read_failures(tmp_path) == ()
    assert stored(tmp_path) == [(2, 2), (2, 3)]


def test_tasks_outside_the_sweep_are_refused(tmp_path: Path) -> None:
    with open_ledger(tmp_path, OURS, rows(POINTS)) as ledger:
        for where in ((POINTS, 0), (0, REPLICATIONS), (-1, 0)):
            with pytest.raises(ValueError, match="there is no replication"):
                ledger.add(*where, b"")


def test_commits_come_when_it_is_time_and_at_the_end(tmp_path: Path) -> None:
    now = [0.0]
    with open_ledger(tmp_path, OURS, rows(POINTS), every_s=1.0, clock=lambda: now[0]) as ledger:
        ledger.add(0, 0, payload(0, 0))
        now[0] = 0.9
        ledger.add(0, 1, payload(0, 1))
        assert stored(tmp_path) == []
        now[0] = 1.1
        ledger.tick()
        assert stored(tmp_path) == [(0, 0), (0, 1)]
        now[0] = 1.2
        ledger.add(0, 2, payload(0, 2))
        assert len(stored(tmp_path)) == 2
    assert len(stored(tmp_path)) == 3


def test_an_error_in_the_sweep_saves_what_there_is(tmp_path: Path) -> None:
    def body(ledger: Ledger) -> None:
        ledger.add(0, 0, payload(0, 0))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, body, every_s=100.0)
    assert stored(tmp_path) == [(0, 0)]


def test_a_ledger_with_too_few_points_is_not_begun(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="7 rows for 30 points"), open_ledger(tmp_path, OURS, rows(7)):
        pass
    fill(tmp_path)  # nothing half-made is in the way


# --- two of them ------------------------------------------------------------------------------------------


def test_a_second_process_is_told_that_the_sweep_is_being_run(
    tmp_path: Path, writer: subprocess.Popen[str]
) -> None:
    with pytest.raises(LockedError) as caught, open_ledger(tmp_path, OURS, rows(POINTS)):
        pass
    assert f"this sweep is being run already by process {writer.pid} on " in caught.value.message


def test_a_second_ledger_in_the_same_process_is_told_so_too(tmp_path: Path) -> None:
    with (
        open_ledger(tmp_path, OURS, rows(POINTS)),
        pytest.raises(LockedError),
        open_ledger(tmp_path, OURS, rows(POINTS)),
    ):
        pass
    fill(tmp_path)  # free again


def test_another_program_that_keeps_the_ledger_for_itself_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path)
    monkeypatch.setattr("kzsim.experiments.sweeps.database.BUSY_MS", 10)
    other = sqlite3.connect(tmp_path / LEDGER, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(ResultsError, match="another program has this ledger open"):
        run(tmp_path, add_everything)
    other.close()
    assert results_digest(read_results(tmp_path)) == WHOLE


def test_a_killed_process_leaves_no_lock(tmp_path: Path, writer: subprocess.Popen[str]) -> None:
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    fill(tmp_path)
    assert results_digest(read_results(tmp_path)) == WHOLE


def test_what_was_committed_survives_kills_at_any_moment(tmp_path: Path) -> None:
    """Ten kills, each so many ms after so many lines that say what was committed."""
    said = 0
    moments = zip((1, 2, 3, 5, 8, 8, 9, 11, 13, 14), (0, 5, 1, 4, 2, 3, 0.5, 1.5, 2.5, 3.5), strict=True)
    for lines, later_ms in moments:
        process = start_writer(tmp_path)
        assert process.stdout is not None
        for _ in range(lines):
            said = int(process.stdout.readline().split()[1])
        threading.Event().wait(later_ms / 1000)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        found = list(read_results(tmp_path))
        assert len(found) >= said
        assert [content == payload(point, replication) for point, replication, content in found] == [
            True
        ] * len(found)
    assert 0 < len(found) < len(EVERYTHING)
    fill(tmp_path)
    assert results_digest(read_results(tmp_path)) == WHOLE


def test_a_process_killed_while_it_makes_the_ledger_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    for delay in (0.0, 0.002, 0.01, 0.05):
        process = start_writer(tmp_path)
        waiting = threading.Event()
        while not (tmp_path / LEDGER).exists() and process.poll() is None:
            waiting.wait(0.001)
        waiting.wait(delay)
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
    fill(tmp_path)
    assert results_digest(read_results(tmp_path)) == WHOLE


# --- another sweep ----------------------------------------------------------------------------------------


def test_results_of_another_model_are_never_mixed_in(tmp_path: Path) -> None:
    fill(tmp_path, EVERYTHING[:3])
    other = type(OURS)(OURS.digest, "1.1+11111111", OURS.title, POINTS, REPLICATIONS)
    with pytest.raises(ResultsError) as caught, open_ledger(tmp_path, other, rows(POINTS)):
        pass
    assert "these results are of the model 1.0+00000000; this is 1.1+11111111" in caught.value.message
    assert "another folder" in caught.value.remedy
    assert len(stored(tmp_path)) == 3


def test_results_of_a_changed_sweep_are_never_mixed_in(tmp_path: Path) -> None:
    fill(tmp_path, EVERYTHING[:3])
    other = type(OURS)("cd" * 32, OURS.model, OURS.title, POINTS, REPLICATIONS)
    with pytest.raises(ResultsError, match="the sweep file or its scenario has been changed"):  # noqa: SIM117 - one raises
        with open_ledger(tmp_path, other, rows(POINTS)):
            pass
    assert folder_name(other.digest) != folder_name(OURS.digest)


# --- damage -----------------------------------------------------------------------------------------------


def tear(folder: Path, page: int) -> None:
    """Overwrite the second half of a page, as a power cut may."""
    with (folder / LEDGER).open("r+b") as file:
        file.seek((page - 1) * 4096 + 2048)
        file.write(os.urandom(2048))


def pages_of_results(folder: Path) -> list[int]:
    """The pages that hold rows of results, found by a piece of a payload."""
    content = (folder / LEDGER).read_bytes()
    return [
        1 + at // 4096 for at in range(0, len(content), 4096) if content[at : at + 4096].count(b"kzp1") > 2
    ]


def test_a_torn_page_is_told_and_loses_only_what_stood_on_it(tmp_path: Path) -> None:
    fill(tmp_path)
    pages = pages_of_results(tmp_path)
    assert len(pages) > 5
    tear(tmp_path, pages[2])
    with pytest.raises(DamagedError) as caught:
        list(read_results(tmp_path))
    assert str(tmp_path / LEDGER) in caught.value.message
    assert "damaged" in caught.value.message
    assert "salvage" in caught.value.remedy
    with pytest.raises(DamagedError), open_ledger(tmp_path, OURS, rows(POINTS)):
        pass
    saved = salvage(tmp_path, OURS, rows(POINTS))
    assert len(EVERYTHING) * 0.8 < saved.kept < len(EVERYTHING)
    assert len(stored(tmp_path)) == saved.kept
    assert saved.aside.exists()
    fill(tmp_path)
    assert results_digest(read_results(tmp_path)) == WHOLE


def test_a_row_that_was_changed_is_noticed(tmp_path: Path) -> None:
    fill(tmp_path)
    assert OURS.task(7, 2) == 30
    change(tmp_path, "UPDATE result SET payload = x'00' WHERE task = 30")
    message = "the result of point 7, replication 2 is not the one that was written"
    with pytest.raises(DamagedError, match=message):
        list(read_results(tmp_path))
    assert salvage(tmp_path, OURS, rows(POINTS)).kept == len(EVERYTHING) - 1


def test_two_rows_that_changed_places_are_noticed(tmp_path: Path) -> None:
    fill(tmp_path)
    change(
        tmp_path,
        "UPDATE result SET task = -1 WHERE task = 3",
        "UPDATE result SET task = 3 WHERE task = 4",
        "UPDATE result SET task = 4 WHERE task = -1",
    )
    with pytest.raises(DamagedError, match="the result of point 0, replication 3"):
        list(read_results(tmp_path))


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("INSERT INTO result SELECT 4000, payload, checksum FROM result WHERE task = 1", "a task 4000"),
        ("INSERT INTO result SELECT -4, payload, checksum FROM result WHERE task = 1", "a task -4"),
        ("CREATE TABLE more (x)", "its tables are not those of a ledger"),
        ("CREATE TRIGGER t AFTER INSERT ON result BEGIN DELETE FROM point; END", "its tables are not those"),
        ("DELETE FROM about WHERE name = 'points'", "does not say which sweep it belongs to"),
        ("UPDATE about SET value = 'many' WHERE name = 'points'", "does not say which sweep it belongs to"),
        ("UPDATE about SET value = '0' WHERE name = 'points'", "what it says of its sweep cannot be"),
        ("UPDATE result SET payload = zeroblob(70000000) WHERE task = 1", "larger than any"),
        ("UPDATE failure SET message = CAST(x'ff' AS TEXT)", "the failure of point 29, replication 3 is not"),
    ],
)
def test_a_ledger_that_was_tampered_with_is_not_believed(tmp_path: Path, statement: str, what: str) -> None:
    fill(tmp_path, EVERYTHING[:-1])
    with open_ledger(tmp_path, OURS, ()) as ledger:
        ledger.fail(*EVERYTHING[-1], "no result")
    change(tmp_path, statement)
    with pytest.raises(DamagedError, match=what), open_ledger(tmp_path, OURS, rows(POINTS)):
        pass


@pytest.mark.parametrize("content", [b"not a database at all" * 300, b"SQLite format 3\0" + b"\xff" * 8000])
def test_a_file_that_is_no_ledger_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / LEDGER).write_bytes(content)
    with pytest.raises(ResultsError), open_ledger(tmp_path, OURS, rows(POINTS)):
        pass
    with pytest.raises(ResultsError):
        list(read_results(tmp_path))
    assert (tmp_path / LEDGER).read_bytes() == content


def test_another_database_is_not_taken_for_a_ledger(tmp_path: Path) -> None:
    change(tmp_path, "CREATE TABLE mine (x)")
    with pytest.raises(ResultsError, match="is no ledger of a sweep"), open_ledger(tmp_path, OURS, ()):
        pass


def test_a_ledger_of_a_later_format_is_told(tmp_path: Path) -> None:
    fill(tmp_path)
    change(tmp_path, "PRAGMA user_version = 3")
    with pytest.raises(ResultsError, match="has the format 3; this version of kzsim knows 2"):
        about_ledger(tmp_path)


def test_a_folder_without_ledger_is_told(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="there is no ledger here"):
        about_ledger(tmp_path)
    with pytest.raises(ResultsError, match="there is no ledger here"):
        salvage(tmp_path, OURS, rows(POINTS))


# --- places that fail -------------------------------------------------------------------------------------


def limit_pages(ledger: Ledger, more: int) -> None:
    """SQLite then says what it says when the disk is full."""
    pages = ledger._connection.execute("PRAGMA page_count").fetchone()[0]
    ledger._connection.execute(f"PRAGMA max_page_count = {pages + more}")


def test_a_full_disk_is_told_and_what_was_committed_stays(tmp_path: Path) -> None:
    saved = []

    def body(ledger: Ledger) -> None:
        limit_pages(ledger, 4)
        for where in EVERYTHING:
            ledger.add(*where, payload(*where))
            saved.append(where)

    with pytest.raises(ResultsError, match="the disk is full; what was saved before is kept"):
        run(tmp_path, body)
    assert 0 < len(saved) < len(EVERYTHING)
    assert stored(tmp_path) == saved
    fill(tmp_path)
    assert results_digest(read_results(tmp_path)) == WHOLE


def test_after_a_failure_nothing_more_is_taken(tmp_path: Path) -> None:
    def body(ledger: Ledger) -> None:
        limit_pages(ledger, 0)
        with pytest.raises(ResultsError, match="disk is full"):
            add_everything(ledger)
        limit_pages(ledger, 1000)
        ledger.add(0, 0, payload(0, 0))

    with pytest.raises(ResultsError, match="disk is full"):
        run(tmp_path, body, every_s=100.0)
    assert stored(tmp_path) == []


def test_a_disk_that_takes_no_more_bytes_is_told(tmp_path: Path) -> None:
    """The system's own limit for the size of a file, in a process of its own."""
    script = f"""
import resource
from pathlib import Path
from kzsim.experiments import ResultsError
from kzsim.experiments.sweeps import open_ledger
from tests.unit.sweep_writer import about, payload, rows
try:
    ours = about({POINTS}, {REPLICATIONS})
    with open_ledger(Path({str(tmp_path)!r}), ours, rows({POINTS}), every_s=0) as ledger:
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, {resource.RLIM_INFINITY}))
        for task in ledger.pending():
            where = ledger.about.of_task(task)
            ledger.add(*where, payload(*where))
            print("saved", ledger.done, flush=True)
except ResultsError as error:
    print(error)
"""
    command = [sys.executable, "-c", script]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.stderr == ""
    *saved, last = ended.stdout.splitlines()
    assert "What was saved before is kept." in last or "what was saved before is kept" in last
    assert len(stored(tmp_path)) >= len(saved) > 0
    fill(tmp_path)
    assert results_digest(read_results(tmp_path)) == WHOLE


def test_a_folder_that_is_deleted_while_the_sweep_runs_is_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "sweep"

    def body(ledger: Ledger) -> None:
        ledger.add(0, 0, payload(0, 0))
        shutil.rmtree(folder)
        ledger.add(0, 1, payload(0, 1))

    with pytest.raises(ResultsError, match="was removed or replaced while the sweep was running"):
        run(folder, body)
    assert not folder.exists()


def test_a_ledger_that_is_replaced_while_the_sweep_runs_is_noticed(tmp_path: Path) -> None:
    def body(ledger: Ledger) -> None:
        (tmp_path / LEDGER).rename(tmp_path / "old")
        (tmp_path / LEDGER).write_bytes(b"")
        ledger.add(0, 1, payload(0, 1))

    with pytest.raises(ResultsError, match="was removed or replaced while the sweep was running"):
        run(tmp_path, body)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ResultsError, match="Choose a folder"), open_ledger(tmp_path / "file" / "x", OURS, ()):
        pass


def test_a_network_drive_gets_a_journal_without_shared_memory(tmp_path: Path) -> None:
    mounts = f"/dev/sda / ext4 rw 0 0\nserver:/x {tmp_path} nfs4 rw 0 0\nnone {tmp_path}/local tmpfs rw 0 0\n"
    assert journal_for(tmp_path / "results", mounts) == "DELETE"
    assert journal_for(tmp_path / "local" / "results", mounts) == "WAL"
    assert journal_for(tmp_path.parent / f"{tmp_path.name}2", mounts) == "WAL"
    assert journal_for(tmp_path, "unreadable") == "WAL"


def test_a_ledger_without_write_ahead_log_works_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kzsim.experiments.sweeps.database.journal_for", lambda _: "DELETE")
    with open_ledger(tmp_path, OURS, rows(POINTS)) as ledger:
        assert ledger._connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    fill(tmp_path)
    assert results_digest(read_results(tmp_path)) == WHOLE


# --- payloads ---------------------------------------------------------------------------------------------


def test_a_number_that_is_none_is_written_in_one_way() -> None:
    other = np.frombuffer(b"\x01\x00\x00\x00\x00\x00\xf8\xff", dtype=np.float64)
    assert np.isnan(other).all()
    assert encode({"x": other}) == encode({"x": np.array([np.nan])})


def test_the_bytes_of_a_payload_are_these() -> None:
    made = encode({"b": np.array([[1, -1]]), "a": np.array(0.5)})
    assert made == (
        b"kzp1\x02\x00" + b"\x01af\x00" + b"\x01bi\x02\x01\x00\x00\x00\x02\x00\x00\x00"
        b"\x00\x00\x00\x00\x00\x00\xe0\x3f" + b"\x01" + b"\x00" * 7 + b"\xff" * 8
    )


def test_other_arrays_and_names_are_refused() -> None:
    with pytest.raises(PayloadError, match="x: float32 is neither float64 nor int64"):
        encode({"x": np.zeros(2, np.float32)})  # type: ignore[dict-item]  # that is the point
    with pytest.raises(PayloadError, match="is not ASCII"):
        encode({"ж": np.zeros(2)})


def test_a_payload_that_speaks_of_more_than_there_is_asks_for_no_memory() -> None:
    huge = b"kzp1\x01\x00\x01xf\x03" + b"\xff" * 12
    with pytest.raises(PayloadError, match="0 bytes of numbers where"):
        decode(huge)
