"""One typeface shows every fixed text in every language, in figures, pages and the PDF."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date

import pytest
from fontTools.ttLib import TTFont

from kzsim import evidence
from kzsim.language import LANGUAGES, speaker
from kzsim.language.typeface import (
    FALLBACK,
    FAMILY,
    characters,
    folder,
    font_bytes,
    plotting_families,
    web_font,
)
from tests.unit.test_language import OTHERS, SAID, translations

BOTH = [False, True]


def spoken(lang: str) -> Iterator[str]:
    """Every fixed text, name, number and date in one language."""
    say = speaker(lang)
    for text, forms in ((text, translations(lang)[text]) for text in SAID) if lang in OTHERS else ():
        yield from (text.english, *forms)
    if lang not in OTHERS:
        yield from (part for text in SAID for part in (text.english, text.many))
    for key in evidence.crossings():
        yield from (say.crossing(key), say.stations(key))
    yield from (say.signed(-1234.5), say.signed(1234.5), say.percent(0.00001), say.number(float("nan")))
    yield from (say.date(date(2023, month, 28)) for month in range(1, 13))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("bold", BOTH)
def test_no_letter_of_any_language_is_missing(lang: str, bold: bool) -> None:
    missing = {mark for text in spoken(lang) for mark in text} - characters(bold=bold) - {"\n"}
    assert missing == set(), "run docs/make_fonts.py"


@pytest.mark.parametrize("bold", BOTH)
def test_names_of_the_evidence_and_the_letters_of_kazakh_are_there(bold: bool) -> None:
    names = {
        mark
        for crossing in evidence.crossings().values()
        for side in crossing.names.values()
        for name in side.values()
        for mark in name
    }
    assert (names | set("ӘәҒғҚқҢңӨөҰұҮүҺһІі№₸€±≤≥–—“”«»→−…")) - characters(bold=bold) == set()


@pytest.mark.parametrize("bold", BOTH)
def test_every_letter_has_an_outline(bold: bool) -> None:
    font = TTFont(io.BytesIO(font_bytes(bold=bold)))
    glyphs, empty = font["glyf"], set()
    for code, name in font.getBestCmap().items():
        if chr(code).isalnum() and not glyphs[name].numberOfContours:
            empty.add(chr(code))
    assert empty == set()


@pytest.mark.parametrize(("bold", "style", "weight"), [(False, "Regular", 400), (True, "Bold", 700)])
def test_the_font_bears_its_own_name_and_its_licence(bold: bool, style: str, weight: int) -> None:
    font = TTFont(io.BytesIO(font_bytes(bold=bold)))
    names = {record.nameID: str(record) for record in font["name"].names}
    assert (names[1], names[2]) == (FAMILY, style)
    assert font["OS/2"].usWeightClass == weight
    assert not any(reserved in names[number] for reserved in ("Noto", "Source") for number in (1, 4, 6))
    assert "Open Font License" in names[13]
    licence = (folder() / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "Adobe" in licence
    assert "Google" in licence


def test_the_fonts_stay_small() -> None:
    assert sum(file.stat().st_size for file in folder().glob("*.ttf")) < 400_000


def test_a_page_gets_the_letters_it_uses_and_the_same_bytes_every_time() -> None:
    font = web_font(["Қорғас", "霍尔果斯", "\U00013000"])
    assert font == web_font(["Қорғас", "霍尔果斯", "\U00013000"])
    assert font[:4] == b"wOFF"
    assert len(font) < 10_000
    assert {chr(code) for code in TTFont(io.BytesIO(font)).getBestCmap()} == set("Қорғас霍尔果斯")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_figures_draw_every_letter(lang: str, weight: str) -> None:
    """matplotlib warns of a letter that no font has, and a warning is an error here."""
    from matplotlib.figure import Figure

    marks = "".join(sorted({mark for text in spoken(lang) for mark in text if mark.isprintable()}))
    figure = Figure()
    figure.text(
        0, 0.5, marks.replace("$", ""), family=[plotting_families()[0]], weight=weight, parse_math=False
    )  # fmt: skip
    figure.savefig(io.BytesIO(), format="svg")


def test_figures_fall_back_on_the_font_of_matplotlib() -> None:
    from matplotlib.figure import Figure

    assert plotting_families() == (FAMILY, FALLBACK)
    figure = Figure()
    figure.text(0, 0.5, "A user's own ☃", family=list(plotting_families()))
    figure.savefig(io.BytesIO(), format="svg")
