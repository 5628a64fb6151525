from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from kzsim.experiments import ResultsError, runs, store
from kzsim.experiments.files import csv_bytes, read_table
from kzsim.experiments.studies import open_study
from kzsim.indicators.dictionary import table as spec_of
from kzsim.scenario import load

TINY = """\
title: Bakhty for four days
period: {from: 2023-03-01, to: 2023-03-04}
run_in: 1 day
follow_up: 1 day
replications: 2
simulate: {road: [bakhty], rail: []}
green_corridors: {bakhty: standard}
"""


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("studies")
    (home / "tiny.yaml").write_text(TINY, encoding="utf-8")
    plan = runs.plan(load(str(home / "tiny.yaml")))
    choice = runs.choose_engine(plan)
    return store(home / "results" / "tiny", plan, runs.execute(plan, choice), command="kzsim run tiny.yaml")


def written(folder: Path, document: str, about: dict[str, object], **files: bytes) -> Path:
    """A folder of results with its description, as the program would write it."""
    folder.mkdir(parents=True)
    names = {name.replace("_csv", ".csv"): content for name, content in files.items()}
    for name, content in names.items():
        (folder / name).write_bytes(content)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in names.items()}
    (folder / document).write_text(json.dumps({**about, "files": hashes}), encoding="utf-8")
    return folder


def test_a_run_is_opened_by_its_folder_its_scenario_or_the_end_of_its_name(stored: Path) -> None:
    out = stored.parent.parent
    for name in (stored, stored.parent, "tiny", stored.name, stored.name[-8:]):
        found = open_study(name, out)
        assert found.kind == "run"
        assert found.path.name == stored.name
        assert found.title == "Bakhty for four days"


def test_tables_are_called_as_in_the_data_dictionary_and_read_to_the_last_bit(stored: Path) -> None:
    study = open_study(stored)
    assert {"indicators", "distribution", "occupancy", "hourly", "comparison"} <= set(study.tables)
    for name in ("indicators", "replications", "servers", "judgements", "comparison", "occupancy"):
        exact = read_table(stored / spec_of(name).file, spec_of(name))
        pd.testing.assert_frame_equal(study.table(name), exact, check_dtype=False, check_exact=True)
    assert study.table("hourly")["quantity"].nunique() == 5 + len(("at_home", "in_yard"))
    assert study.table("indicators") is study.table("indicators")


def test_a_table_that_is_not_there_is_refused_with_those_that_are(stored: Path) -> None:
    study = open_study(stored)
    assert not study.has("differences")
    with pytest.raises(ResultsError, match=r"no table 'differences', only binding, .*servers"):
        study.table("differences")


def test_a_changed_file_is_noticed_on_opening(stored: Path, tmp_path: Path) -> None:
    copy = tmp_path / stored.name
    shutil.copytree(stored, copy)
    with (copy / "servers.csv").open("ab") as file:
        file.write(b" ")
    with pytest.raises(ResultsError, match=r"servers\.csv: this file was changed"):
        open_study(copy)


def test_figures_beside_the_results_change_nothing(stored: Path, tmp_path: Path) -> None:
    copy = tmp_path / stored.name
    shutil.copytree(stored, copy)
    (copy / "figures").mkdir()
    (copy / "figures" / "map.csv").write_bytes(b"a\n1\n")
    assert open_study(copy).tables == open_study(stored).tables


@pytest.mark.parametrize(
    ("document", "about", "kind"),
    [
        ("study.json", {"kind": "sensitivity", "title": "Which"}, "sensitivity"),
        ("study.json", {"kind": "rank", "title": "Best"}, "ranking"),
        ("study.json", {"kind": "plausible"}, "plausible"),
        ("sweep.json", {"title": "Many"}, "sweep"),
        ("manifest.json", {"kind": "comparison", "title": "Two"}, "comparison"),
    ],
)
def test_every_kind_of_results_is_known_by_its_folder(tmp_path: Path, document, about, kind) -> None:
    table = csv_bytes(pd.DataFrame({"parameter": ["1"], "value": [0.1]}))
    folder = written(
        tmp_path / "results" / "some" / "20260101T000000Z-0123abcd-x", document, about, values_csv=table
    )
    study = open_study(folder)
    assert study.kind == kind
    assert study.table("values").to_dict("records") == [{"parameter": "1", "value": 0.1}]
    if document != "manifest.json":
        assert open_study("some", tmp_path / "results").path == folder
        assert open_study("0123abcd", tmp_path / "results").path == folder


def test_two_studies_of_one_name_are_told_apart_by_their_whole_path(tmp_path: Path) -> None:
    for number in (1, 2):
        written(tmp_path / "some" / f"sweep-{number}", "sweep.json", {"title": "Many"})
    with pytest.raises(ResultsError, match="more than one study has this name"):
        open_study("some", tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"files": {"absent.csv": "0"}}', '{"files": 3}'])
def test_a_folder_whose_description_is_damaged_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "sweep.json").write_text(text, encoding="utf-8")
    with pytest.raises(ResultsError):
        open_study(tmp_path)


def test_a_name_without_results_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="no such run"):
        open_study("nothing", tmp_path)
