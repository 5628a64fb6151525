"""Values that are kept between processes."""

from __future__ import annotations

from pathlib import Path

import pytest
from scipy.special import stdtrit

from kzsim import evidence
from kzsim.evidence import parsing, reader
from kzsim.indicators import intervals
from kzsim.remembered import remembered


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    return tmp_path / "kzsim" / "remembered"


def test_a_value_is_made_once_for_each_source(folder: Path) -> None:
    made: list[str] = []

    def make() -> list[object]:
        made.append("made")
        return [0.1, 2**60, None, {"key": "ә"}]

    first = remembered("kind", "source", make)
    assert remembered("kind", "source", make) == first == [0.1, 2**60, None, {"key": "ә"}]
    assert made == ["made"]
    remembered("kind", "another source", make)
    remembered("another kind", "source", make)
    assert len(made) == len(list(folder.iterdir())) == 3


@pytest.mark.parametrize("content", [b"", b"[1", b"[]", b'{"is": "something else", "value": 2}', b"\xff"])
def test_a_damaged_file_is_made_again(folder: Path, content: bytes) -> None:
    remembered("kind", "source", lambda: 1)
    (kept,) = folder.iterdir()
    kept.write_bytes(content)
    assert remembered("kind", "source", lambda: 1) == 1
    assert remembered("kind", "source", lambda: 2) == 1, "and kept again"


def test_a_folder_that_cannot_be_written_is_no_error(folder: Path) -> None:
    folder.parent.mkdir()
    folder.write_text("a file")
    assert [remembered("kind", "source", lambda: 1) for _ in range(2)] == [1, 1]


@pytest.mark.parametrize("confidence", [0.95, intervals.simultaneous(6), 0.99])
def test_factors_of_student_are_scipys_to_the_last_bit_made_or_read(folder: Path, confidence: float) -> None:
    for _ in ("made", "read"):
        intervals.student_factor.cache_clear()
        intervals._student_factors.cache_clear()
        for degrees in (1, 2, 3, 29, 200, 201, 5000):
            expected = float(stdtrit(degrees, 0.5 + confidence / 2))
            assert intervals.student_factor(degrees, confidence) == expected
    assert list(folder.iterdir())


def test_the_packaged_evidence_is_the_same_made_or_read(folder: Path) -> None:
    packaged = reader.packaged()
    for path in sorted(packaged.iterdir()):
        made, read = (reader.read(packaged, path.name).data for _ in range(2))
        assert repr(made) == repr(read) == repr(parsing.parsed(path.read_text(encoding="utf-8"), path.name))
    assert len(list(folder.iterdir())) == len(list(packaged.iterdir()))


def test_evidence_that_is_wrong_is_not_remembered(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "wrong.yaml").write_text("a: 1\na: 2\n")
    for _ in range(2):
        with pytest.raises(evidence.EvidenceError, match="stands twice"):
            reader.read(tmp_path, "wrong.yaml")
    assert not folder.exists()
