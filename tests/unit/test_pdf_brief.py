"""The PDF brief: two pages, tagged, the same bytes every time, and no text of users is ever markup."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from kzsim.brief.content import Brief
from kzsim.brief.errors import BriefError
from kzsim.brief.pdf import LONGEST_TITLE, MOST_ROWS, brief_data, pdf_bytes
from kzsim.evidence import corridor
from kzsim.figures.catalogue import Drawn
from kzsim.language import LANGUAGES, speaker
from tests.unit.brief_cases import brief, drawn

MARKUP = (
    r"""#import "x.typ": * and *bold* $x^2$ @ref <label> \ "quoted" _it_ `raw` // no // /* */ ~ -- #panic()"""
)
LETTERS = {"en": "Green", "ru": "Зелёный коридор", "kk": "Жасыл дәліз әғқңөұүһі", "zh": "霍尔果斯口岸农产品"}


@pytest.fixture(scope="module")
def figures() -> tuple[Drawn, ...]:
    return (drawn("delays"), drawn("map_road", height_in=4.2))


def pdf(made: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(made))


def letters(made: bytes) -> str:
    """The text of all pages without spaces and breaks, which a page sets as it likes."""
    return "".join("".join(page.extract_text() for page in pdf(made).pages).split())


def tags(made: bytes) -> Iterator[dict[str, Any]]:
    """Every element of the structure tree."""
    waiting: list[Any] = [pdf(made).trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        entry = waiting.pop().get_object()
        if isinstance(entry, list):
            waiting += entry
        elif isinstance(entry, dict):
            yield entry
            if "/K" in entry:
                waiting.append(entry["/K"])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_brief_has_two_pages_in_every_language(lang: str, figures: tuple[Drawn, ...]) -> None:
    made = pdf_bytes(brief(LETTERS[lang], lang), figures, speaker(lang))
    read = pdf(made)
    assert len(read.pages) == 2
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in read.pages} == {(595, 842)}
    assert read.trailer["/Root"]["/Lang"].startswith(lang)
    assert "".join(LETTERS[lang].split()) in letters(made)
    assert "".join(speaker(lang)("What we assumed").split()) in letters(made)


def test_the_same_brief_gives_the_same_bytes_without_a_date(figures: tuple[Drawn, ...]) -> None:
    made = pdf_bytes(brief(), figures, speaker("en"))
    assert made == pdf_bytes(brief(), figures, speaker("en"))
    assert "/CreationDate" not in (pdf(made).metadata or {})
    assert b"CreateDate" not in made


def test_it_is_tagged_and_says_that_it_is_pdf_ua(figures: tuple[Drawn, ...]) -> None:
    made = pdf_bytes(brief("A title"), figures, speaker("en"))
    root = pdf(made).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert re.search(rb"<pdfuaid:part>1<", root["/Metadata"].get_object().get_data())
    assert (pdf(made).metadata or {})["/Title"] == "A title"
    kinds = {entry.get("/S") for entry in tags(made)}
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/L", "/Figure"} <= kinds


def test_pictures_carry_their_words_and_the_map_comes_first(figures: tuple[Drawn, ...]) -> None:
    made = pdf_bytes(brief(), figures, speaker("en"))
    alternatives = {entry.get("/Alt") for entry in tags(made) if entry.get("/S") == "/Figure"}
    assert alternatives == {"What delays shows", "What map_road shows"}
    first = next(iter(pdf(pdf_bytes(brief(), (figures[0],), speaker("en"))).pages)).get_contents()
    both = next(iter(pdf(made).pages)).get_contents()
    assert first is not None
    assert both is not None
    assert first.get_data() != both.get_data()


def test_a_brief_without_figures_is_set_all_the_same() -> None:
    assert len(pdf(pdf_bytes(brief(), (), speaker("en"))).pages) == 2


def test_text_of_users_is_shown_and_never_run(figures: tuple[Drawn, ...]) -> None:
    made = pdf_bytes(brief(MARKUP, text=MARKUP), figures, speaker("en"))
    assert len(pdf(made).pages) == 2
    assert (pdf(made).metadata or {})["/Title"] == MARKUP
    assert letters(made).count("".join(MARKUP.split())) > 20


@pytest.mark.parametrize(
    "made_of",
    [brief("long " * 200), brief(text="A sentence of some length. " * 14, rows=60), brief(text="x" * 400)],
)
def test_long_texts_and_tables_stay_on_two_pages(made_of: Brief, figures: tuple[Drawn, ...]) -> None:
    made = pdf_bytes(made_of, figures, speaker("en"))
    assert len(pdf(made).pages) == 2
    # What stands last on the page is there: nothing ran out of it.
    assert "20230101T000000Z-12345678" in letters(made)


def test_what_is_left_out_of_a_long_table_is_counted(figures: tuple[Drawn, ...]) -> None:
    made = letters(pdf_bytes(brief(rows=MOST_ROWS + 5), figures, speaker("en")))
    assert "5morerowsareintheHTMLreport." in made


def test_of_a_long_table_the_rows_that_are_to_come_first_are_shown_in_their_order() -> None:
    whole = brief()
    rows = tuple((f"place {n}", "1 h") for n in range(30))
    table = replace(whole.tables[0], rows=rows, first=(29, 7, *range(7), *range(8, 29)))
    (shown,) = brief_data(replace(whole, tables=(table,)), (), speaker("en"))["tables"]
    assert [row[0] for row in shown["rows"]] == [f"place {n}" for n in (*range(9), 29)]
    assert "20 more rows" in shown["note"].replace("\N{NO-BREAK SPACE}", " ")


def test_a_long_title_ends_in_an_ellipsis(figures: tuple[Drawn, ...]) -> None:
    title = (pdf(pdf_bytes(brief("t" * 400), figures, speaker("en"))).metadata or {})["/Title"]
    assert title == "t" * (LONGEST_TITLE - 1) + "…"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_measures_of_the_largest_corridor_are_named_to_the_last(lang: str) -> None:
    say = speaker(lang)
    value = max(
        ("; ".join(say.measure(name) for name in bundle) for bundle in corridor().bundles.values()), key=len
    )
    one = replace(brief().assumptions[0], value=value)
    (shown,) = brief_data(replace(brief(), decisive=(one,)), (), say)["decisive"]
    assert len(value) > 60
    assert shown["value"] == value


def test_letters_that_our_typeface_lacks_are_no_obstacle(figures: tuple[Drawn, ...]) -> None:
    """From a font of the machine, or as a question mark: PDF/UA allows no letter without a shape."""
    made = pdf_bytes(brief("Title ☃ \U0001f600 \ue000 \U0010ffff end"), figures, speaker("en"))
    assert len(pdf(made).pages) == 2
    assert "end" in letters(made)


def test_without_typst_the_command_that_installs_it_is_named(
    figures: tuple[Drawn, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(BriefError, match=r"python -m pip install 'kzsim\[pdf\]'"):
        pdf_bytes(brief(), figures, speaker("en"))


# --- templates --------------------------------------------------------------------------------------------

TEMPLATE = """#let brief = json(bytes(sys.inputs.brief))
#set document(title: brief.title)
#set text(font: brief.font, lang: brief.lang)
= #brief.headline
#include "part.typ"
"""


def test_a_template_of_ones_own_is_used_and_may_read_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "mine.typ").write_text(TEMPLATE, encoding="utf-8")
    (tmp_path / "part.typ").write_text("Our ministry", encoding="utf-8")
    made = pdf_bytes(brief("T"), (), speaker("en"), tmp_path / "mine.typ")
    assert "Thatisthefinding" in letters(made)
    assert "Ourministry" in letters(made)
    assert made == pdf_bytes(brief("T"), (), speaker("en"), tmp_path / "mine.typ")


@pytest.mark.parametrize("path", ["../secret.typ", "/etc/hostname"])
def test_a_template_cannot_read_outside_its_folder(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.typ").write_text("secret", encoding="utf-8")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "mine.typ").write_text(TEMPLATE.replace("part.typ", path), encoding="utf-8")
    with pytest.raises(BriefError, match=r"mine\.typ:5:\d+: "):
        pdf_bytes(brief(), (), speaker("en"), tmp_path / "own" / "mine.typ")


def test_a_mistake_in_a_template_is_named_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "mine.typ").write_text("#let x = \n#nothing(", encoding="utf-8")
    with pytest.raises(BriefError, match=r"mine\.typ:\d+:\d+: .+ Mend the template\."):
        pdf_bytes(brief(), (), speaker("en"), tmp_path / "mine.typ")


def test_a_template_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BriefError, match=r"gone\.typ: there is no such template"):
        pdf_bytes(brief(), (), speaker("en"), tmp_path / "gone.typ")


def test_the_packaged_template_works_as_a_copy(tmp_path: Path, figures: tuple[Drawn, ...]) -> None:
    import kzsim.brief

    packaged = Path(kzsim.brief.__file__).parent / "templates" / "brief.typ"
    (tmp_path / "copy.typ").write_bytes(packaged.read_bytes())
    say = speaker("en")
    assert pdf_bytes(brief(), figures, say, tmp_path / "copy.typ") == pdf_bytes(brief(), figures, say)
