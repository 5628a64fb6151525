"""The worked example of the documentation runs as it stands, and shows what it says."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
CELLS = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE)


def test_the_cells_of_the_worked_example_run_one_after_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for cell in CELLS:
        exec(cell, names)  # noqa: S102 - the project's own page
    said = capsys.readouterr().out
    assert len(names["time"]) == 2
    assert (names["time"]["low"] < names["time"]["mean"]).all()
    assert set(names["users"]["verdict"]) == {"gains"}
    assert names["means"]["point"].nunique() == 4
    assert "3 replications" in said
    assert (names["three"]["worlds"] == 20).all()
    assert set(names["helps"]["direction"]) == {"kz_to_cn", "cn_to_kz"}
    assert (names["helps"]["difference_p95"] < 0).all()
    assert set(names["decides"].table["parameter"]) == {
        "corridor.compliance",
        "demand.road.bakhty",
        "road.bakhty.kz_to_cn.kz.documents.officers",
    }
    assert names["ranked"].selected == "corridor"
