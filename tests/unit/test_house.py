"""What holds for the project as a whole: its shape, its lock, its pages."""

from __future__ import annotations

import ast
import importlib.util
import re
import shutil
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import kzsim
from kzsim import evidence
from kzsim.figures import DISCLAIMER, read_basemap
from kzsim.figures.basemap import BasemapError
from kzsim.scenario import validate

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "sim" / "kzsim"
MODULES = sorted(PACKAGE.rglob("*.py"))
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")])

MOST_LINES = 400
LONGER_WITH_REASON: dict[str, str] = {}
"""Modules that are longer because they have one subject all the same: path in the package, reason."""

BORDER_WORDS = re.compile(
    r"trucks?|lorr(?:y|ies)|trains?|wagons?|customs|borders?|crossings?|kazakh\w*|chin(?:a|ese)|kz|cn|kz_to_cn|cn_to_kz"
)


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def project() -> dict[str, object]:
    return tomllib.loads(read(ROOT / "pyproject.toml"))


def locked() -> dict[str, str]:
    lines = read(ROOT / "constraints.txt").splitlines()
    return {normal(name): number for name, number in (line.split("==") for line in lines)}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared() -> tuple[set[str], set[str]]:
    """Names of the packages needed to run, and of those needed to develop."""
    about = project()["project"]
    assert isinstance(about, dict)
    run, develop = (
        {normal(re.split(r"[<>=!~ ;\[]", line)[0]) for line in lines}
        for lines in (about["dependencies"], about["optional-dependencies"]["dev"])
    )
    return run, develop


def explained(heading: str) -> set[str]:
    """Names in the first column of the table below a heading of the page on dependencies."""
    section = read(ROOT / "docs" / "dependencies.md").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| ")][1:]
    return {normal(name.strip()) for cell in cells for name in cell.split(",")}


def words_in_code(path: Path) -> dict[str, int]:
    """Names, and text that is not a docstring, split into words: word -> a line where it stands."""
    tree = ast.parse(read(path))
    prose = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    found: dict[str, int] = {}
    for node in ast.walk(tree):
        texts = [
            value
            for field in ("id", "attr", "arg", "name", "value")
            if isinstance(value := getattr(node, field, None), str) and id(node) not in prose
        ]
        for text in texts:
            for word in re.findall(r"\w+", text):
                found.setdefault(word.lower(), getattr(node, "lineno", 0))
                for part in word.lower().split("_"):
                    found.setdefault(part, getattr(node, "lineno", 0))
    return found


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


# --- the package ------------------------------------------------------------------------------------------


def test_no_module_grows_past_its_one_subject() -> None:
    lines = {str(path.relative_to(PACKAGE)): len(read(path).splitlines()) for path in MODULES}
    assert {name: n for name, n in lines.items() if n > MOST_LINES and name not in LONGER_WITH_REASON} == {}
    assert [name for name in LONGER_WITH_REASON if lines.get(name, 0) <= MOST_LINES] == []


@pytest.mark.parametrize("part", ["network", "engines"])
def test_the_network_and_its_engines_know_no_borders(part: str) -> None:
    names = {word for key in evidence.crossings() for word in (key, *key.split("_"))} - {"nur"}
    for path in sorted((PACKAGE / part).rglob("*.py")):
        words = words_in_code(path)
        assert {w: n for w, n in words.items() if w in names or BORDER_WORDS.fullmatch(w)} == {}, path


def test_the_search_for_words_finds_them() -> None:
    words = words_in_code(PACKAGE / "border" / "road.py")
    assert any(BORDER_WORDS.fullmatch(word) for word in words)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_crossings_and_years_come_from_the_evidence_and_not_from_code(path: Path) -> None:
    """Examples in the help of commands and in docstrings are words to a reader, not figures of the model."""
    names = set(evidence.crossings())
    tree = ast.parse(read(path))
    constants = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert [value for value in constants if isinstance(value, str) and value in names] == []
    assert [value for value in constants if type(value) is int and 2015 <= value <= 2035] == []


def test_the_package_brings_its_data() -> None:
    """Fails where the tests run on a built package from which a data file was left out."""
    assert evidence.facts()
    assert read_basemap().countries


# --- the lock ---------------------------------------------------------------------------------------------


def test_the_lock_holds_exact_versions_and_nothing_else() -> None:
    lines = read(ROOT / "constraints.txt").splitlines()
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9.]+", line)] == []
    assert lines == sorted(lines, key=lambda line: line.split("==")[0].lower())


def test_every_declared_dependency_is_locked() -> None:
    run, develop = declared()
    assert (run | develop) - set(locked()) == set()


def test_every_package_is_explained_where_it_belongs() -> None:
    run, develop = declared()
    assert explained("To run") == run
    assert explained("To develop") == develop | {"setuptools"}
    assert explained("What these bring along") == set(locked()) - run - develop


# --- pages ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_lead_to_files_that_exist(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", read(page))
    here = [target for target in targets if "://" not in target]
    assert [target for target in here if not (page.parent / target).exists()] == []


def test_the_index_leads_to_every_page() -> None:
    index = read(ROOT / "docs" / "index.md")
    assert [page.name for page in (ROOT / "docs").glob("*.md") if f"({page.name})" not in index] == [
        "index.md"
    ]


def test_every_shipped_scenario_and_sweep_is_listed_in_its_page() -> None:
    for folder, page in (("scenarios", "scenarios.md"), ("scenarios/sweeps", "sweeps.md")):
        listed = read(ROOT / "docs" / page)
        assert [path.name for path in (ROOT / folder).glob("*.yaml") if f"{path.name}`" not in listed] == []


def test_the_readme_has_one_command_to_run_and_one_to_test_both_with_the_lock() -> None:
    blocks = re.findall(r"^```sh\n(.*?)```", read(ROOT / "README.md"), flags=re.DOTALL | re.MULTILINE)
    setups = [block.strip() for block in blocks if "-m venv .venv" in block]
    assert [setup.splitlines() for setup in setups] == [[setup] for setup in setups]
    assert [setup.split(" && ")[-1] for setup in setups] == [
        ".venv/bin/kzsim run scenarios/green_all.yaml",
        ".venv/bin/python -m pytest",
    ]
    assert all("-c constraints.txt" in setup for setup in setups)


def test_scenarios_named_in_the_readme_exist() -> None:
    names = set(re.findall(r"scenarios/\w+\.yaml", read(ROOT / "README.md")))
    assert names
    assert [name for name in names if not (ROOT / name).is_file()] == []


def test_the_scenario_in_the_readme_is_valid(tmp_path: Path) -> None:
    example = re.search(r"^```yaml\n(.*?)```", read(ROOT / "README.md"), flags=re.DOTALL | re.MULTILINE)
    assert example is not None
    (tmp_path / "mine.yaml").write_text(example[1], encoding="utf-8")
    shutil.copy(ROOT / "scenarios" / "baseline_2023.yaml", tmp_path)
    assert validate(tmp_path / "mine.yaml") == ()


def test_version_changelog_and_citation_agree() -> None:
    assert version("kzsim") == kzsim.__version__
    assert f"\nversion: {kzsim.__version__}\n" in read(ROOT / "CITATION.cff")
    newest = re.search(r"^## (\S+)", read(ROOT / "CHANGELOG.md"), flags=re.MULTILINE)
    assert newest is not None
    assert newest[1] == kzsim.__version__


# --- pictures ---------------------------------------------------------------------------------------------


def test_every_picture_of_the_documentation_can_be_drawn_anew_by_a_documented_command(tmp_path: Path) -> None:
    script("make_figures").main(tmp_path)
    index = read(ROOT / "docs" / "index.md")
    command = re.search(r"kzsim plot results/green_all ((?:--figure \w+ )+)--out docs/figures", index)
    assert command is not None
    plotted = {f"{name}.{form}" for name in command[1].split()[1::2] for form in ("svg", "csv")}
    drawn = {path.name for path in tmp_path.iterdir()}
    assert drawn | plotted == {path.name for path in (ROOT / "docs" / "figures").iterdir()}
    assert [name for name in plotted if name.endswith(".svg") and name not in read(ROOT / "README.md")] == []


def test_the_map_of_the_readme_says_that_its_boundaries_imply_nothing() -> None:
    assert DISCLAIMER in read(ROOT / "README.md")


@pytest.mark.parametrize(("lat", "lon"), [(46.1, 74.4), (46.5, 78.0)])
def test_lake_balkhash_is_on_the_base_map(lat: float, lon: float) -> None:
    assert any(inside(ring, lon, lat) for ring in read_basemap().lakes)


def test_crossings_lie_at_the_border_of_the_base_map() -> None:
    border = np.concatenate(read_basemap().countries["Kazakhstan"])
    for key, crossing in evidence.crossings().items():
        place = crossing.location["kz"]
        east_km = (border[:, 0] - place.lon) * 111.3 * np.cos(np.radians(place.lat))
        north_km = (border[:, 1] - place.lat) * 111.3
        assert np.hypot(east_km, north_km).min() < 20, key


def test_another_base_map_is_read_and_a_file_of_another_make_refused(tmp_path: Path) -> None:
    own = tmp_path / "own.geojson"
    own.write_text(
        '{"features": [{"properties": {"layer": "river"}, '
        '"geometry": {"type": "LineString", "coordinates": [[80, 44], [81, 45]]}}]}'
    )
    assert read_basemap(own).rivers[0].tolist() == [[80, 44], [81, 45]]
    own.write_text("[]")
    with pytest.raises(BasemapError, match=r"own\.geojson: not a base map"):
        read_basemap(own)


def inside(ring: np.ndarray, lon: float, lat: float) -> bool:
    """Whether the point lies in the ring: an odd number of edges cross the line to its east."""
    (x, y), (x_next, y_next) = ring.T, np.roll(ring, -1, axis=0).T
    spans = (y > lat) != (y_next > lat)
    with np.errstate(divide="ignore", invalid="ignore"):
        east = lon < x + (lat - y) * (x_next - x) / (y_next - y)
    return bool(np.sum(spans & east) % 2)
