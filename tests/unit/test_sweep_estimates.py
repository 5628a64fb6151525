from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kzsim.experiments.sweeps import (
    LEDGER,
    About,
    Block,
    Measured,
    PointRow,
    block_size,
    blocks,
    encode,
    estimate,
    free_bytes_needed,
    open_ledger,
)
from kzsim.experiments.sweeps.estimate import ledger_bytes, processors_for, together


@pytest.mark.parametrize("numbers", [1, 30, 100, 400, 510, 520, 900, 5000])
def test_the_size_of_a_ledger_is_foretold_within_a_tenth(tmp_path: Path, numbers: int) -> None:
    payload = encode({"x": np.arange(float(numbers))})
    about = About("ab" * 32, "1.0+00000000", "A sweep", 150, 4)
    rows = [PointRow("cd" * 32, {})] * 150
    with open_ledger(tmp_path, about, rows, every_s=100.0) as ledger:
        empty = 4096 * ledger._connection.execute("PRAGMA page_count").fetchone()[0]
        for task in range(about.tasks):
            ledger.add(*about.of_task(task), payload)
    grown = (tmp_path / LEDGER).stat().st_size - empty
    assert grown == pytest.approx(ledger_bytes(about.tasks, len(payload)), rel=0.1, abs=3 * 4096)


def test_an_empty_table_takes_no_room() -> None:
    assert ledger_bytes(0, 1000) == 0


def test_time_and_disk_follow_from_one_measured_block() -> None:
    measured = Measured(points=10, seconds=7.0, build_s=0.2, payload_bytes=7000)
    assert measured.point_s == pytest.approx(0.5)
    found = estimate(measured, pending=3000, builds=100, workers=2, values_bytes=50, points=100)
    assert found.tasks == 3000
    assert found.work_s == pytest.approx(3000 * 0.5 + 100 * 0.2)
    assert found.wall_s == pytest.approx(found.work_s / 2)
    assert found.disk_bytes == ledger_bytes(3000, 7000) + ledger_bytes(100, 50)
    assert free_bytes_needed(found) == pytest.approx(1.1 * found.disk_bytes, abs=1)


def test_workers_share_the_processors_with_what_else_is_running() -> None:
    assert processors_for(2, 2, 0.0) == 2
    assert processors_for(2, 8, 6.0) == 2
    assert processors_for(2, 2, 2.0) == pytest.approx(1.0)
    assert processors_for(8, 2, 0.0) == pytest.approx(2.0)
    measured = Measured(points=1, seconds=2.0, build_s=0.5, payload_bytes=100)
    found = estimate(measured, pending=10, builds=10, workers=2, processors=processors_for(2, 2, 2.0))
    assert found.wall_s == found.work_s == pytest.approx(20.0)


def test_threads_build_their_models_one_after_the_other() -> None:
    measured = Measured(points=1, seconds=2.0, build_s=1.5, payload_bytes=100)
    arguments = {"pending": 10, "builds": 10, "workers": 4}
    assert estimate(measured, **arguments, sharing=True).wall_s == pytest.approx(15.0)
    assert estimate(measured, **arguments).wall_s == pytest.approx(5.0)


def test_several_measured_replications_are_put_together() -> None:
    one = Measured(points=1, seconds=2.0, build_s=0.5, payload_bytes=100)
    other = Measured(points=1, seconds=4.0, build_s=1.5, payload_bytes=200)
    assert together([one, other]) == Measured(2, 6.0, 1.0, 150)
    assert together([]) is None


def test_more_workers_than_tasks_are_of_no_use() -> None:
    measured = Measured(points=1, seconds=2.0, build_s=0.0, payload_bytes=100)
    assert estimate(measured, pending=3, builds=0, workers=8).wall_s == pytest.approx(2.0)


def test_a_finished_sweep_takes_no_time() -> None:
    measured = Measured(points=1, seconds=2.0, build_s=0.0, payload_bytes=100)
    assert estimate(measured, pending=0, builds=0, workers=8).wall_s == 0


@pytest.mark.parametrize(
    ("points", "replications", "point_s", "workers", "size"),
    [
        (1000, 30, 0.05, 2, 40),  # two seconds of work
        (1000, 30, 5.0, 2, 1),  # one point takes longer than that
        (16, 1, 0.001, 2, 2),  # four blocks a worker
        (1, 1, 0.001, 8, 1),
        (5, 1000, 0.0, 2, 5),  # never more points than there are
    ],
)
def test_a_block_is_worth_handing_out_and_leaves_enough_for_all(
    points: int, replications: int, point_s: float, workers: int, size: int
) -> None:
    assert block_size(points, replications, point_s, workers) == size


def test_blocks_cover_all_points_at_one_replication_before_the_next() -> None:
    assert list(blocks([0, 1, 2, 3, 5], replications=2, size=2)) == [
        Block(0, (0, 1)),
        Block(1, (0, 1)),
        Block(1, (2,)),
    ]


def test_blocks_of_no_points_are_refused() -> None:
    with pytest.raises(ValueError, match="blocks of 0 points"):
        list(blocks([0], replications=1, size=0))
