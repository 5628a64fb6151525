"""While briefs, pages and figures are made, nothing is said that the catalogues lack, in letters we lack."""

from __future__ import annotations

from gettext import NullTranslations
from pathlib import Path
from typing import Any, NoReturn

import pytest

from kzsim.brief.content import brief_of
from kzsim.brief.html import html_page
from kzsim.brief.pdf import brief_data
from kzsim.experiments.studies import Study
from kzsim.language import Speaker
from kzsim.language.catalogue import translations
from kzsim.language.typeface import characters
from tests.unit import brief_studies as made
from tests.unit.brief_studies import BACK, FLOW
from tests.unit.test_language import OTHERS

SPOKEN = [
    (FLOW, "user", -3.0, -3.1, -2.9, "gains"),
    (FLOW, "other", 0.5, 0.4, 0.6, "loses"),
    (BACK, "user", -1.0, -3.1, 1.1, "undecided"),
    (BACK, "other", 0.0, -0.01, 0.01, "no change"),
]


class UntranslatedError(Exception):
    """A text without a translation was said."""


class Refusing(NullTranslations):
    """Stands behind a catalogue and raises for what it lacks."""

    def gettext(self, message: str) -> NoReturn:
        raise UntranslatedError(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> NoReturn:  # noqa: ARG002  # gettext's signature
        raise UntranslatedError(msgid2)

    def pgettext(self, context: str, message: str) -> NoReturn:
        raise UntranslatedError(f"{context}: {message}")


def strict(lang: str, monkeypatch: pytest.MonkeyPatch) -> Speaker:
    catalogue = translations(lang)
    monkeypatch.setattr(catalogue, "_fallback", Refusing())  # add_fallback could not be undone
    return Speaker(lang, catalogue)


def studies(path: Path) -> dict[str, Study]:
    judged: list[dict[str, Any]] = [
        {"code": code, "run": "scenario", "ok": ok, **FLOW, "value": 0.07, "text": "in words"}
        for code in ("precision", "growing", "not_through", "no_interval")
        for ok in (True, False)
    ]
    made.worlds(path / "worlds", 0.7, 0.5, 0.9)
    return {
        "run": made.run(path / "run", SPOKEN, without=(12.0, 13.0, 14.0), judgements=judged),
        "bare run": made.run(path / "bare", hours=(10.0,)),
        "comparison": made.comparison(path / "comparison", SPOKEN),
        "sweep": made.sweep(path / "sweep", (20.0, 15.0, 10.0), 0.5),
        "level sweep": made.sweep(path / "level", (20.0, 20.1, 20.2), 5.0),
    }


KINDS = ["run", "bare run", "comparison", "sweep", "level sweep"]


@pytest.mark.parametrize("lang", OTHERS)
@pytest.mark.parametrize("kind", ["run", "bare run", "comparison", "sweep", "level sweep"])
def test_a_brief_says_nothing_in_english(
    lang: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    say = strict(lang, monkeypatch)
    brief = brief_of(studies(tmp_path)[kind], say)
    shown = {mark for text in texts_of(brief_data(brief, (), say)) for mark in text}
    assert {mark for mark in shown if mark.isprintable()} - characters() == set()


@pytest.mark.parametrize(("lang", "kind"), [("ru", "run"), ("kk", "sweep"), ("zh", "comparison")])
def test_a_page_says_nothing_in_english(
    lang: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    say, study = strict(lang, monkeypatch), studies(tmp_path)[kind]
    assert html_page(brief_of(study, say), study, (), say)


def test_a_text_that_the_catalogue_lacks_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    say = strict("ru", monkeypatch)
    with pytest.raises(UntranslatedError, match="No such text"):
        say("No such text")
    with pytest.raises(UntranslatedError, match="No such texts"):
        say.plural("No such text", "No such texts", 2)
    monkeypatch.setattr("kzsim.language.speak.words", lambda _: {"x": "no such stage"})
    with pytest.raises(UntranslatedError, match="stage: no such stage"):
        say.stage("x")


def texts_of(data: Any) -> list[str]:
    match data:
        case str():
            return [data]
        case dict():
            return [text for value in data.values() for text in texts_of(value)]
        case list():
            return [text for value in data for text in texts_of(value)]
    return []
