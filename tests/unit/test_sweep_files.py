"""Sweep files; every broken one of the corpus gives exactly the text that stands beside it.

After a deliberate change of a message, renew the expectations and read the difference line by line:
``KZSIM_RENEW_CORPUS=1 python -m pytest tests/unit/test_sweep_files.py``
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kzsim.scenario import Interval, Levels, ScenarioError, Sweep, load_sweep
from kzsim.scenario.document import MAX_ALIASES, MAX_BYTES
from kzsim.scenario.sweep_axes import stepped

CORPUS = Path(__file__).parents[1] / "sweep_corpus" / "sweeps"
BROKEN = sorted(path.stem for path in CORPUS.glob("*.yaml"))
BASE = """\
title: The base
period: {from: 2023-03-01, to: 2023-03-14}
run_in: 3 day
follow_up: 4 day
simulate: {road: [bakhty], rail: []}
"""
HEAD = "title: A sweep\nscenario: ../base.yaml\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of sweeps with a scenario above it, as the current folder."""
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    sweeps = tmp_path / "sweeps"
    sweeps.mkdir()
    monkeypatch.chdir(sweeps)
    return sweeps


def load(folder: Path, text: str, head: str = HEAD) -> Sweep:
    (folder / "mine.yaml").write_text(head + text, encoding="utf-8")
    return load_sweep("mine.yaml")


def mistakes(folder: Path, text: str, head: str = HEAD) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load(folder, text, head)
    return [problem.short for problem in caught.value.problems]


# --- values -----------------------------------------------------------------------------------------------


def test_steps_of_a_grid_keep_the_unit_they_were_written_in(folder: Path) -> None:
    sweep = load(folder, "design: grid\nparameters: {run_in: {from: 12 h, to: 36 h, steps: 3}}\n")
    assert sweep.axes == (
        Levels(
            "run_in",
            ("12 h", "24 h", "36 h"),
            (sweep.axes[0].places[0],) * 3,  # type: ignore[union-attr]  # a Levels, as the comparison says
            (12.0, 24.0, 36.0),
            "h",
        ),
    )


def test_two_units_of_one_kind_meet_in_the_unit_of_the_key(folder: Path) -> None:
    (axis,) = load(folder, "design: grid\nparameters: {run_in: {from: 12 h, to: 1 day, steps: 3}}\n").axes
    assert isinstance(axis, Levels)
    assert axis.values == ("0.5 day", "0.75 day", "1 day")


def test_steps_are_the_nearest_numbers_to_the_exact_ones() -> None:
    assert stepped(0.1, 0.5, 5) == (0.1, 0.2, 0.3, 0.4, 0.5)
    assert stepped(400, 1000, 7) == (400, 500, 600, 700, 800, 900, 1000)


def test_a_value_may_be_whatever_the_key_takes(folder: Path) -> None:
    text = """\
design: grid
parameters:
  green_corridors.bakhty: {values: [none, {bundle: light, compliance: 60 %}]}
  simulate.road: {values: [[bakhty], [bakhty, dostyk]]}
  parameters.road.bakhty.kz_to_cn.equeue.enabled: {values: [on, off]}
"""
    sweep = load(folder, text)
    assert sweep.axes[0].key == "green_corridors.bakhty"
    assert [axis.numbers for axis in sweep.axes if isinstance(axis, Levels)] == [None, None, None]


def test_a_sampled_design_takes_any_value_between(folder: Path) -> None:
    key = "crossings.bakhty.road.intake_kz_to_cn"
    text = f"design: sobol\npoints: 8\nparameters:\n  {key}: {{from: 75 trucks/day, to: 200 trucks/day}}\n"
    (axis,) = load(folder, text).axes
    assert isinstance(axis, Interval)
    assert (axis.key, axis.low, axis.high, axis.unit, axis.whole) == (key, 75, 200, "trucks/day", True)


def test_an_entry_of_the_evidence_is_varied_by_its_key(folder: Path) -> None:
    key = "parameters.road.bakhty.kz_to_cn.kz.documents.officers"
    text = f"design: grid\nparameters: {{{key}: {{from: 1 officer, to: 3 officers, steps: 3}}}}\n"
    (axis,) = load(folder, text).axes
    assert isinstance(axis, Levels)
    assert axis.values == ("1 officer", "2 officers", "3 officers")


def test_settings_hold_at_every_point(folder: Path) -> None:
    text = "settings: {simulate.road: [dostyk]}\ndesign: grid\nparameters: {demand: {values: [90 %]}}\n"
    sweep = load(folder, text)
    assert sweep.base.scenario.road == ("dostyk",)
    assert sweep.base.scenario.origins["simulate.road"] == "mine.yaml:3"


def test_replications_and_seed_have_defaults(folder: Path) -> None:
    sweep = load(folder, "design: grid\nparameters: {demand: {values: [90 %]}}\n")
    assert (sweep.replications, sweep.seed, sweep.over, sweep.indicators) == (3, 1, None, ())


# --- mistakes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_sweep_gives_exactly_the_expected_message(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(CORPUS)
    with pytest.raises(ScenarioError) as caught:
        load_sweep(f"{name}.yaml")
    text = f"{caught.value}\n"
    expected = CORPUS / f"{name}.txt"
    if os.environ.get("KZSIM_RENEW_CORPUS"):
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")


def test_the_corpus_has_no_expectation_without_a_sweep() -> None:
    assert sorted(path.stem for path in CORPUS.glob("*.txt")) == BROKEN


def test_mistakes_of_the_scenario_follow_those_of_the_sweep(folder: Path) -> None:
    (folder.parent / "base.yaml").write_text(BASE + "demnd: 3 %\n", encoding="utf-8")
    assert mistakes(folder, "design: gird\n") == [
        "mine.yaml:3:9: design: unknown design 'gird', did you mean 'grid'?",
        "../base.yaml:6:1: demnd: unknown key 'demnd', did you mean 'demand'?",
    ]


def test_no_link_leads_out_of_the_folder(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.yaml"
    outside.write_text(BASE, encoding="utf-8")
    (folder / "link.yaml").symlink_to(outside)
    text = "title: A sweep\nscenario: link.yaml\ndesign: grid\nparameters: {demand: {values: [90 %]}}\n"
    (found,) = mistakes(folder, text, "")
    assert found.startswith("mine.yaml:2:11: scenario: 'link.yaml' leads out of the folder above")


@pytest.mark.parametrize(
    ("content", "objection"),
    [
        ("", "mine.yaml: is empty; a sweep has at least a title, a scenario, a design and parameters"),
        (
            "a: !!python/object/apply:os.system [ls]\n",
            "mine.yaml:1:4: the tag '!!python/object/apply:os.system'",
        ),
        (
            "a: &a 1\nb: [" + "*a, " * (MAX_ALIASES + 1) + "1]\n",
            "more than 100 aliases ('*name') in one file",
        ),
        ("a: " + "x" * MAX_BYTES, "mine.yaml: has 1.0 MB; a sweep has at most 1 MB"),
    ],
)
def test_a_sweep_is_read_as_carefully_as_a_scenario(folder: Path, content: str, objection: str) -> None:
    (found,) = mistakes(folder, content, "")
    assert objection in found


def test_thousands_of_mistakes_are_cut_short(folder: Path) -> None:
    rows = ", ".join(f"{{demnd: {number} %}}" for number in range(500))
    found = mistakes(folder, f"design: list\nrows: [{rows}]\n")
    assert 100 <= len(found) <= 103
    assert found[-1].endswith("further mistakes are not listed; mend these first")
