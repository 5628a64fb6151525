"""A scenario as a form: every key has its control, and what a file says comes back as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from kzsim.scenario import ScenarioError, explain, validate
from kzsim.scenario.document import read_file, read_text
from kzsim.scenario.form import Filled, Slip, document, fill, form, read_form
from kzsim.scenario.schema import ScenarioFile, known_keys
from kzsim.scenario.writing import to_yaml

SHIPPED = sorted((Path(__file__).resolve().parents[2] / "scenarios").glob("*.yaml"))
MENDED = {"number_in_quotes"}
"""A control has no quotes around what is typed: that mistake cannot be made there."""
CORPUS = Path(__file__).resolve().parents[1] / "scenario_corpus"


def said(**typed: str) -> dict[str, object]:
    """What a form says with these controls filled in; '__' in a name is '.'."""
    made, slips = document(Filled({key.replace("__", "."): (text,) for key, text in typed.items()}))
    assert slips == ()
    return made


def test_every_key_of_the_schema_has_a_control_that_explain_knows() -> None:
    controls = list(form().every_control())
    assert {control.path[0] for control in controls} == set(known_keys(ScenarioFile))
    assert len({control.key for control in controls}) == len(controls)
    for control in controls:
        found = explain(control.key)
        assert found is not None, control.key
        assert found.meaning == control.meaning


def test_a_crossing_without_rail_has_no_controls_for_rail() -> None:
    keys = {control.key for control in form().every_control()}
    assert "crossings.kalzhat.road.demand" in keys
    assert "crossings.kalzhat.rail.demand" not in keys
    assert "crossings.dostyk.rail.demand" in keys


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_a_shipped_scenario_comes_back_from_the_form_as_it_was(path: Path) -> None:
    filled = read_form(path)
    made, slips = document(filled)
    assert slips == ()
    assert made == read_file(path, "x").root.plain()
    assert read_text(to_yaml(made, "a comment"), "x").root.plain() == made


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_file_with_mistakes_keeps_its_mistakes_or_is_refused(path: Path) -> None:
    """The form must not make a wrong file right, or hide what is wrong, by leaving something out."""
    try:
        filled = read_form(path)
    except ScenarioError:
        return
    made, slips = document(filled)
    wrong = [problem for problem in validate(path) if problem.severity == "error"]
    text = to_yaml(made)
    if not text:
        assert wrong
        return
    again = [problem for problem in validate(path, text) if problem.severity == "error"]
    assert bool(again or slips) == (bool(wrong) and path.stem not in MENDED)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ({"title": "2023"}, {"title": "2023"}),
        ({"title": "on"}, {"title": "on"}),
        ({"title": "a: b # c"}, {"title": "a: b # c"}),
        ({"demand": "110 %"}, {"demand": "110 %"}),
        ({"seed": "5"}, {"seed": 5}),
        ({"seed": "five"}, {"seed": "five"}),
        ({"run_in": "null"}, {"run_in": None}),
        ({"run_in": "   "}, {}),
        ({"year": "2023"}, {"year": 2023}),
        ({"simulate__rail": "[]"}, {"simulate": {"rail": []}}),
        ({"simulate__road": "bakhty"}, {"simulate": {"road": ["bakhty"]}}),
        ({"green_corridors__dostyk__bundle": "heavy"}, {"green_corridors": {"dostyk": "heavy"}}),
        (
            {"green_corridors__dostyk__measures__dedicated_lane__on": "off"},
            {"green_corridors": {"dostyk": {"measures": {"dedicated_lane": "off"}}}},
        ),
        (
            {"green_corridors__dostyk__measures__dedicated_lane__sides": "kz"},
            {"green_corridors": {"dostyk": {"measures": {"dedicated_lane": {"sides": ["kz"]}}}}},
        ),
        (
            {"crossings__dostyk__road__hours_kz": "08:00-12:00; 13:00-17:00"},
            {"crossings": {"dostyk": {"road": {"hours_kz": ["08:00-12:00", "13:00-17:00"]}}}},
        ),
        (
            {"crossings__dostyk__road__hours_cn": '["08:00-12:00"]'},
            {"crossings": {"dostyk": {"road": {"hours_cn": ["08:00-12:00"]}}}},
        ),
        (
            {"parameters": "# a note\r\na.b: 6 officers\r\n\r\nc.d: 0.5\r\ne.f: on"},
            {"parameters": {"a.b": "6 officers", "c.d": 0.5, "e.f": "on"}},
        ),
    ],
)
def test_what_is_typed_means_what_the_same_words_mean_in_a_file(typed: dict, meant: dict) -> None:
    made = said(**typed)
    assert made == meant
    assert to_yaml(made) == "" if not made else read_text(to_yaml(made), "x").root.plain() == meant


@pytest.mark.parametrize(
    ("typed", "slip"),
    [
        ("a.b: 1\na.b: 2", "'a.b' is said twice; keep one"),
        ("a.b 1", "'a.b 1' lacks the ':' between key and value"),
    ],
)
def test_a_line_of_parameters_that_cannot_be_said_is_named(typed: str, slip: str) -> None:
    _, slips = document(Filled({"parameters": (typed,)}))
    assert slips == (Slip("parameters", slip),)


def test_what_no_control_shows_is_kept_and_comes_back() -> None:
    file = {"title": "x", "crossings": {"dostyk": None, "nowhere": {"a": [1]}}, "colour": "red"}
    filled = fill(file)
    assert filled.kept == (
        (("crossings", "dostyk"), None),
        (("crossings", "nowhere", "a"), [1]),
        (("colour",), "red"),
    )
    assert document(filled) == (file, ())


def test_what_is_kept_and_filled_in_too_is_said_twice() -> None:
    kept = ((("green_corridors",), "none"),)
    made, slips = document(Filled({"green_corridors.dostyk.bundle": ("heavy",)}, kept))
    assert made == {"green_corridors": {"dostyk": "heavy"}}
    assert [slip.key for slip in slips] == ["green_corridors"]


def test_a_text_is_judged_as_if_it_were_saved_there(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("title: base\nyear: 2023\n", encoding="utf-8")
    text = "extends: base.yaml\ndemand: 3\n"
    found = validate(tmp_path / "new.yaml", text)
    assert not (tmp_path / "new.yaml").exists()
    (tmp_path / "new.yaml").write_text(text, encoding="utf-8")
    assert found == validate(tmp_path / "new.yaml")
    assert [problem.key for problem in found] == ["demand"]


@pytest.mark.parametrize("text", ["", "# only a comment\n", "x" * 1_000_001, "- a\n"])
def test_a_text_that_is_no_scenario_is_a_mistake_and_not_an_error(text: str) -> None:
    assert validate("new.yaml", text)
