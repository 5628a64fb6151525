"""`kzsim schema` and `kzsim init`: what an editor needs, and first scenarios to edit."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from kzsim.scenario import json_schema

ROOT = Path(__file__).resolve().parents[2]


def test_the_schema_is_one_document(call):
    done = call("schema")
    assert (done.exit_code, done.stderr) == (0, "")
    assert json.loads(done.stdout) == json_schema()


def test_the_schema_in_the_documentation_is_the_one_printed(call):
    """Renew it with: kzsim schema > docs/scenario.schema.json."""
    assert (ROOT / "docs" / "scenario.schema.json").read_text(encoding="utf-8") == call("schema").stdout


@pytest.mark.parametrize("existing", [False, True])
def test_a_new_folder_holds_valid_scenarios_and_their_schema(call, tmp_path, existing):
    folder = tmp_path / "above" / "mine"
    if existing:
        folder.mkdir(parents=True)
    done = call("init", folder)
    assert done.exit_code == 0, done.stderr
    names = ["baseline_2023.yaml", "minimal.yaml", "scenario.schema.json"]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert done.stdout.split() == [str(folder / name) for name in names]
    assert json.loads((folder / names[-1]).read_text(encoding="utf-8")) == json_schema()
    assert call("validate", *(folder / name for name in names[:2])).exit_code == 0


def test_the_first_scenarios_are_the_shipped_ones_with_a_line_for_editors(call, tmp_path):
    call("init", tmp_path / "mine")
    for path in sorted((tmp_path / "mine").glob("*.yaml")):
        line, _, rest = path.read_text(encoding="utf-8").partition("\n")
        assert line == "# yaml-language-server: $schema=scenario.schema.json"
        shipped = (ROOT / "scenarios" / path.name).read_text(encoding="utf-8")
        assert shipped == f"# yaml-language-server: $schema=../docs/scenario.schema.json\n{rest}"


def test_a_folder_that_holds_anything_is_refused_and_left_alone(call, tmp_path):
    (tmp_path / "minimal.yaml").write_text("mine", encoding="utf-8")
    done = call("init", tmp_path)
    assert done.exit_code == 2
    assert f"{tmp_path} is not empty; nothing was written" in done.stderr
    assert (tmp_path / "minimal.yaml").read_text(encoding="utf-8") == "mine"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_file_in_place_of_the_folder_is_refused(call, tmp_path):
    (tmp_path / "mine").write_text("", encoding="utf-8")
    done = call("init", tmp_path / "mine")
    assert done.exit_code == 2
    assert "is a file; name a new folder" in done.stderr


def test_a_folder_below_a_file_is_refused_with_a_remedy(call, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = call("init", tmp_path / "file" / "mine")
    assert done.exit_code == 2
    assert "nothing was written" in done.stderr
    assert "Name another folder" in done.stderr


def test_a_disk_that_fills_up_leaves_no_file_behind(call, tmp_path, monkeypatch):
    opened = Path.open

    def full(path, *args, **named):
        if path.name == "minimal.yaml" and "x" in args:
            raise OSError(28, os.strerror(28), str(path))
        return opened(path, *args, **named)

    monkeypatch.setattr(Path, "open", full)
    done = call("init", tmp_path / "mine")
    assert done.exit_code == 2
    assert "No space left on device; nothing was written" in done.stderr
    assert list((tmp_path / "mine").iterdir()) == []


def test_init_answers_with_one_document_where_asked(call, tmp_path):
    done = call("init", tmp_path / "mine", "--json")
    document = json.loads(done.stdout)
    assert document["status"] == "done"
    assert document["files"] == ["baseline_2023.yaml", "minimal.yaml", "scenario.schema.json"]
