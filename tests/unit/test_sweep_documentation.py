"""The page on sweeps says what is so: its examples are read, its tables compared."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from kzsim.experiments.sweeps import check_points, make_points
from kzsim.scenario import ScenarioError, load_sweep
from kzsim.scenario.sweep_axes import NOT_VARIED
from kzsim.scenario.sweep_schema import DESIGNS, KEYS, MOST_POINTS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "sweeps.md").read_text(encoding="utf-8")
EXAMPLES = [
    re.sub(r"^ {2}", "", block, flags=re.MULTILINE) if block.startswith("  ") else block
    for block in re.findall(r"^ *```yaml\n(.*?)^ *```", PAGE, flags=re.DOTALL | re.MULTILINE)
]
HEAD = "title: An example\nscenario: ../baseline_2023.yaml\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(ROOT / "scenarios" / "baseline_2023.yaml", tmp_path)
    (tmp_path / "sweeps").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path / "sweeps"


@pytest.mark.parametrize("example", EXAMPLES, ids=[str(number) for number in range(len(EXAMPLES))])
def test_every_example_makes_valid_points(folder: Path, example: str) -> None:
    text = example if "title:" in example else HEAD + example
    # two hundred points say no more than a few about whether an example is right
    (folder / "mine.yaml").write_text(text.replace("points: 200", "points: 4"), encoding="utf-8")
    assert len(check_points(make_points(load_sweep(folder / "mine.yaml"))).digests) >= 2


def test_there_are_three_examples() -> None:
    assert len(EXAMPLES) == 3


def test_every_key_is_explained() -> None:
    table = PAGE.split("## The keys\n")[1].split("\n### ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE)) == set(KEYS)


def test_every_design_is_explained() -> None:
    designs = PAGE.split("### Designs\n")[1].split("\n### ")[0]
    assert tuple(re.findall(r"^- \*\*(\w+)\*\*", designs, flags=re.MULTILINE)) == DESIGNS


def test_limits_and_exceptions_are_those_of_the_code() -> None:
    assert f"{MOST_POINTS:,} points" in PAGE
    assert all(f"`{key}`" in PAGE for key in NOT_VARIED)


def test_the_mistake_that_is_shown_is_shown_so(folder: Path) -> None:
    shown = re.search(r"^```\n(sweeps/mine\.yaml.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE)
    assert shown is not None
    text = HEAD + "design: grid\n\n# what is varied\nparameters:\n  demnd: {values: [90 %, 110 %]}\n"
    (folder / "mine.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_sweep("sweeps/mine.yaml")
    assert f"{caught.value}\n" == shown[1]
