"""Whatever is typed into the form, or stands in a file, is read back as it was meant."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kzsim.scenario import validate
from kzsim.scenario.document import read_text
from kzsim.scenario.form import Filled, document, fill, form
from kzsim.scenario.writing import to_yaml

CONTROLS = list(form().every_control())
WORDS = st.sampled_from(
    [
        "",
        "on",
        "null",
        "~",
        "true",
        "0x1F",
        "1e3",
        "1_000",
        "-",
        "[]",
        "{a: b}",
        "2023-03-01",
        "12 min",
        "#",
        "'",
        "a: b",
    ]
)
# surrogates are no text, and the control characters that YAML refuses cannot be typed
TEXTS = WORDS | st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=30)
SCALARS = st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.floats(allow_nan=False) | TEXTS
KEYS = st.sampled_from(
    [
        "title",
        "crossings",
        "bakhty",
        "road",
        "demand",
        "green_corridors",
        "measures",
        "dedicated_lane",
        "parameters",
        "x",
    ]
)
MAPS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(KEYS | TEXTS.filter(bool), MAPS, min_size=1, max_size=4))
def test_a_file_that_was_written_is_read_back_as_it_was_meant(said: dict[str, Any]) -> None:
    assert read_text(to_yaml(said, "a comment\nof two lines"), "x").root.plain() == said


@given(st.dictionaries(st.sampled_from([control.key for control in CONTROLS]), st.lists(TEXTS, max_size=2)))
def test_a_form_filled_with_anything_makes_a_file_that_can_be_judged(typed: dict[str, list[str]]) -> None:
    made, _ = document(Filled({key: tuple(texts) for key, texts in typed.items()}))
    text = to_yaml(made)
    if made:
        assert read_text(text, "x").root.plain() == made
    for problem in validate("new.yaml", text):
        assert str(problem)


@given(st.dictionaries(KEYS, MAPS, max_size=4))
def test_a_file_comes_back_from_the_form_with_nothing_lost(said: dict[str, Any]) -> None:
    """Words that stand for maps may come back as the maps, and the other way round; so twice is the same."""
    first, slips = document(fill(said))
    if not slips:
        again, slips = document(fill(first))
        assert (again, slips) == (first, ())
        assert judged(first) == judged(said)


def judged(said: dict[str, Any]) -> bool:
    """Whether a file that says so can be used."""
    return not any(problem.severity == "error" for problem in validate("new.yaml", to_yaml(said)))
