"""Every broken scenario of the corpus gives exactly the text that stands beside it.

After a deliberate change of a message, renew the expectations and read the difference line by line:
``KZSIM_RENEW_CORPUS=1 python -m pytest tests/unit/test_scenario_corpus.py``
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kzsim.scenario import ScenarioError, load

CORPUS = Path(__file__).parents[1] / "scenario_corpus"
BROKEN = sorted(path.stem for path in CORPUS.glob("*.yaml") if path.stem != "base")


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_scenario_gives_exactly_the_expected_message(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(CORPUS)
    with pytest.raises(ScenarioError) as caught:
        load(f"{name}.yaml")
    text = f"{caught.value}\n"
    expected = CORPUS / f"{name}.txt"
    if os.environ.get("KZSIM_RENEW_CORPUS"):
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")


def test_the_corpus_is_large_and_has_no_expectation_without_a_scenario() -> None:
    assert len(BROKEN) >= 80
    assert sorted(path.stem for path in CORPUS.glob("*.txt")) == BROKEN


def test_the_base_of_the_corpus_is_itself_valid() -> None:
    assert load(CORPUS / "base.yaml").title == "The base"
