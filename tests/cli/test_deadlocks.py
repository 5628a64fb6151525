"""A border at which trucks may come to wait for each other for ever: what the commands say of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kzsim.border.site import Site
from tests.cli.program import TINY

NOTE = (
    "Trucks or trains may come to wait for each other for ever: 'bakhty.shared.between.strip' may be held "
    "while waiting for 'bakhty.shared.kz.yard'"
)
TIGHT = """\
parameters:
  road.bakhty.cn_to_kz.kz.yard_places: 1 trucks
  road.bakhty.kz_to_cn.kz.yard_places: 1 trucks
  road.bakhty.cn_to_kz.neutral.places: 1 trucks
  road.bakhty.kz_to_cn.neutral.places: 1 trucks
"""


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """A border as no crossing of the evidence is: both directions share the yard and the strip."""
    own_name = Site.name

    def name(site: Site, place: str, stage: str) -> str:
        own = own_name(site, place, stage)
        return own.replace(site.direction, "shared") if stage in ("yard", "strip") else own

    monkeypatch.setattr(Site, "name", name)


@pytest.mark.usefixtures("shared")
def test_validate_says_where_trucks_may_come_to_wait_for_each_other_for_ever(call, tiny):
    done = call("validate", tiny)
    assert done.exit_code == 0
    note, valid = done.stdout.splitlines()
    assert note.startswith(f"{tiny}: note: {NOTE}")
    assert valid == f"{tiny}: valid"
    (document,) = json.loads(call("validate", tiny, "--json").stdout)["files"]
    assert document["valid"]
    (said,) = document["notes"]
    assert said.startswith(NOTE)


def test_validate_has_no_note_of_a_border_at_which_nobody_can(call, tiny):
    assert call("validate", tiny).stdout == f"{tiny}: valid\n"
    (document,) = json.loads(call("validate", tiny, "--json").stdout)["files"]
    assert document["notes"] == []


@pytest.mark.usefixtures("shared")
def test_a_run_that_came_to_no_deadlock_stores_that_it_might_have(call, tiny, tmp_path):
    done = call("run", tiny, "--out", tmp_path / "results", "--json")
    assert done.exit_code == 0
    assert any(note.startswith(NOTE) for note in json.loads(done.stdout)["notes"])
    (manifest,) = (tmp_path / "results").glob("*/*/manifest.json")
    assert any(note.startswith(NOTE) for note in json.loads(manifest.read_text(encoding="utf-8"))["notes"])


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("engine", ["kernel", "reference"])
def test_with_a_place_each_the_trucks_of_both_directions_stop_the_run_and_are_named(call, tmp_path, engine):
    path = tmp_path / "tight.yaml"
    path.write_text(TINY + TIGHT, encoding="utf-8")
    done = call("run", path, "--out", tmp_path / "results", "--engine", engine)
    assert done.exit_code == 3
    said = " ".join(done.stderr.split())
    assert "a place of 'bakhty.shared.between.strip'" in said
    assert "waits for 'bakhty.shared.kz.yard'" in said
    assert not list(Path(tmp_path / "results").glob("*/*/manifest.json"))
