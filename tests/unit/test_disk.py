"""What a file system refuses while several files take their places at once."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from kzsim.experiments import ResultsError
from kzsim.experiments.disk import put_all


def refuse(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """No file may take the place of that name."""
    placed = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if target.name == name:
            raise OSError(errno.EBUSY, "Device or resource busy", str(target))
        return placed(self, target)

    monkeypatch.setattr(Path, "replace", replace)


def five(folder: Path) -> list[tuple[Path, bytes]]:
    return [(folder / f"{name}.svg", name.encode()) for name in "abcde"]


def test_where_the_first_file_cannot_take_its_place_none_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(monkeypatch, "a.svg")
    with pytest.raises(ResultsError, match="no figures were written"):
        put_all(five(tmp_path), "figures")
    assert list(tmp_path.iterdir()) == []


def test_where_a_later_file_cannot_take_its_place_those_that_did_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(monkeypatch, "b.svg")
    with pytest.raises(ResultsError) as caught:
        put_all(five(tmp_path), "figures")
    said = str(caught.value)
    assert f"of 5 figures only these were written: {tmp_path / 'a.svg'}." in said
    assert "no figures were written" not in said
    assert f"{tmp_path / 'b.svg'}: Device or resource busy" in said
    assert [path.name for path in tmp_path.iterdir()] == ["a.svg"]


def test_of_many_files_that_were_written_a_few_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(monkeypatch, "e.svg")
    with pytest.raises(ResultsError, match=r"c\.svg and 1 more\."):
        put_all(five(tmp_path), "figures")
