"""Everything fixed is said in four languages, with names, numbers and dates as each writes them."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from babel.dates import format_date
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

import kzsim
from kzsim import evidence, scenario
from kzsim.border import build
from kzsim.indicators.dictionary import INDICATORS, account_name
from kzsim.language import LANGUAGES, Speaker, catalogue, phrase, speaker
from kzsim.language.collect import Place, Text, said, texts
from kzsim.language.words import contexts, words
from kzsim.network.model import Account
from tests.unit.test_house import ROOT, script

PACKAGE = Path(kzsim.__file__).parent
OTHERS = LANGUAGES[1:]
SAID = texts(PACKAGE)
LOCALES = {"en": "en_GB", "ru": "ru", "kk": "kk", "zh": "zh"}
CYRILLIC_ONLY = re.compile(r"[^\W\d_]+")


@cache
def translations(lang: str) -> dict[Text, tuple[str, ...]]:
    """Every form of every text, as the catalogue is written; ('',) where one is missing."""
    with (PACKAGE / "language" / "catalogues" / f"{lang}.po").open("rb") as opened:
        read = read_po(opened, locale=lang)
    return {text: forms_in(read.get(text.english, text.context or None)) for text in SAID}


def forms_in(message: object) -> tuple[str, ...]:
    string = getattr(message, "string", "") or ""
    return (string,) if isinstance(string, str) else tuple(string)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


# --- texts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", OTHERS)
def test_every_fixed_text_and_every_word_is_translated(lang: str) -> None:
    missing = {text: SAID[text] for text, forms in translations(lang).items() if not all(forms)}
    assert missing == {}, "run docs/renew_catalogues.py and fill in what is empty"


@pytest.mark.parametrize("lang", OTHERS)
def test_a_translation_has_the_placeholders_of_the_text(lang: str) -> None:
    wrong = {
        (text.english, form)
        for text, forms in translations(lang).items()
        for form in forms
        if form and placeholders(form) != placeholders(text.many or text.english)
    }
    assert wrong == set()


@pytest.mark.parametrize("lang", OTHERS)
def test_the_compiled_catalogue_says_what_the_written_one_says(lang: str) -> None:
    renew = script("renew_catalogues")
    file = PACKAGE / "language" / "catalogues" / f"{lang}.po"
    fresh = renew.renewed(file, lang, SAID)
    assert renew.text_form(fresh) == file.read_bytes(), "run docs/renew_catalogues.py"
    assert renew.compiled(fresh) == file.with_suffix(".mo").read_bytes(), "run docs/renew_catalogues.py"


@pytest.mark.parametrize("lang", ["ru", "kk"])
def test_no_word_mixes_letters_that_only_look_alike(lang: str) -> None:
    mixed = {
        word
        for text in SAID
        for form in translations(lang)[text]
        for word in CYRILLIC_ONLY.findall(re.sub(r"\{[^}]*\}", " ", form))
        if re.search(r"[A-Za-z]", word) and re.search(r"[\u0400-\u04ff]", word)
    }
    assert mixed == set()


def test_the_search_finds_texts_plurals_marks_and_choices() -> None:
    source = (
        'say("One {n}", n=1)\nself.say.plural("a", "b", 3)\nT = phrase("marked")\n'
        'say("yes" if x else "no")\nsay(T)\nother("not said")\n'
    )
    assert set(said(source)) == {
        (Text("", "One {n}"), 1),
        (Text("", "a", "b"), 2),
        (Text("", "marked"), 3),
        (Text("", "yes"), 4),
        (Text("", "no"), 4),
    }


@pytest.mark.parametrize("source", ['say(f"{n} trucks")', 'say("a" + b)', "say.plural(one, many, 2)"])
def test_a_text_put_together_before_it_is_said_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match=r"brief/page\.py:1: a text is said that is not written out"):
        list(said(source, "brief/page.py"))


def test_the_search_names_the_file_and_the_line(tmp_path: Path) -> None:
    (tmp_path / "brief").mkdir()
    (tmp_path / "brief" / "page.py").write_text('\nsay("Where")\n', encoding="utf-8")
    assert texts(tmp_path, ["brief"])[Text("", "Where")] == (Place("brief/page.py", 2),)


def test_a_marked_phrase_is_itself() -> None:
    assert phrase("as it is") == "as it is"


# --- speaking ---------------------------------------------------------------------------------------------


def test_a_language_without_a_catalogue_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no translation into 'fr'; there is en, ru, kk, zh"):
        speaker("fr")


def test_a_text_without_a_translation_is_said_in_english_with_its_values() -> None:
    assert Speaker("ru", catalogue.translations("ru"))("No such {thing}", thing="text") == "No such text"


@pytest.mark.parametrize(
    ("number", "expected"),
    [(1, "1 строка"), (2, "2 строки"), (5, "5 строк"), (11, "11 строк"), (21, "21 строка")],
)
def test_russian_has_three_plurals(number: int, expected: str) -> None:
    one, many = "{n} more row is in the HTML report.", "{n} more rows are in the HTML report."
    assert expected + " " in speaker("ru").plural(one, many, number)


def test_values_are_shown_as_they_are_and_never_read_as_placeholders() -> None:
    assert speaker("en")("Title: {title}", title="{0} {x} %s") == "Title: {0} {x} %s"


# --- names ------------------------------------------------------------------------------------------------

CROSSINGS = {
    "en": ["Bakhty – Baketu", "Dostyk – Alashankou", "Nur Zholy – Khorgos"],
    "ru": ["Бахты – Покиту", "Достык – Алашанькоу", "Нур Жолы – Хоргос"],
    "kk": ["Бақты – Бақту", "Достық – Алашаңқай", "Нұр жолы – Қорғас"],
    "zh": ["巴克特 – 巴克图", "多斯特克 – 阿拉山口", "努尔饶尔 – 霍尔果斯"],
}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_crossing_is_called_by_both_its_places(lang: str) -> None:
    say = speaker(lang)
    assert [say.crossing(key) for key in ("bakhty", "dostyk", "nur_zholy")] == CROSSINGS[lang]


def test_stations_have_their_own_names() -> None:
    assert speaker("en").stations("nur_zholy") == "Altynkol – Khorgos"
    assert speaker("kk").stations("nur_zholy") == "Алтынкөл – Қорғас"
    assert speaker("zh").stations("dostyk") == "多斯特克站 – 阿拉山口站"
    assert speaker("en").stations("bakhty") == speaker("en").crossing("bakhty")


@pytest.mark.parametrize("lang", OTHERS)
def test_every_crossing_has_a_name_of_the_language(lang: str) -> None:
    for key in evidence.crossings():
        for name in (speaker(lang).crossing(key), speaker(lang).stations(key)):
            assert not re.search("[A-Za-z]", name), name


def test_every_indicator_account_and_class_has_words() -> None:
    assert {indicator.name for indicator in INDICATORS} <= set(words("indicator"))
    assert {account_name(account) for account in Account} <= set(words("account"))
    classes = {name for names in evidence.profiles().classes.values() for name in names}
    assert classes <= set(words("class"))
    assert {indicator.unit for indicator in INDICATORS if "entities" not in indicator.unit} <= set(
        words("unit")
    )


def test_every_distribution_of_the_evidence_has_words() -> None:
    used = {fact.distribution.family for fact in evidence.facts().values() if fact.distribution is not None}
    assert used <= set(words("distribution"))


def test_every_stage_of_the_border_has_words() -> None:
    border = build(scenario.load(ROOT / "scenarios" / "green_all.yaml"))
    stages = {label.stage for label in border.elements.values()}
    assert stages - set(words("stage")) == set()
    assert {label.klass for label in border.groups} - set(words("class")) == set()


def test_a_key_without_words_is_said_plainly_and_a_context_without_words_refused() -> None:
    assert speaker("ru").stage("second_scan") == "second scan"
    with pytest.raises(ValueError, match="no words for 'colour'"):
        speaker("ru").word("colour", "red")


def test_a_parameter_says_where_it_holds() -> None:
    say = speaker("en")
    assert say.parameter("road.dostyk.kz_to_cn.kz.scan.time@2025") == (
        "time a scanner needs for one truck (road, Dostyk – Alashankou; Kazakhstan to China; Kazakh side)"
    )
    assert say.parameter("road.all.both.hours.common_window") == (
        "time a day during which both sides are open (road, all crossings; both directions)"
    )
    assert say.parameter("cost.truck_hour") == "cost of one hour of a truck and its driver"
    assert say.parameter("something.else") == "something.else"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_parameter_of_the_evidence_can_be_said(lang: str) -> None:
    say = speaker(lang)
    for key in evidence.facts():
        told = say.parameter(key)
        assert told
        assert told != key


def test_words_of_every_kind_are_there() -> None:
    assert all(words(context) for context in contexts())


# --- numbers and dates ------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("value", [0.0, 7.25, 1234.5, 12_345_678.9])
def test_numbers_are_written_as_the_unicode_cldr_says(lang: str, value: float) -> None:
    assert speaker(lang).number(value, 2) == format_decimal(value, format="#,##0.00", locale=LOCALES[lang])


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("month", range(1, 13))
def test_dates_are_written_as_the_unicode_cldr_says(lang: str, month: int) -> None:
    day = date(2023, month, 5)
    # Ours keep the day with its month when a line breaks.
    said_so, expected = (
        re.sub(r"\s", " ", text)
        for text in (speaker(lang).date(day), format_date(day, "long", locale=LOCALES[lang]))
    )
    assert said_so == expected


def test_shares_are_never_a_false_nought() -> None:
    assert speaker("en").percent(0.62) == "62\xa0%"
    assert speaker("zh").percent(0.625, 1) == "62.5%"
    assert speaker("ru").percent(0.0004) == "<1\xa0%"
    assert speaker("ru").percent(0.0004, 1) == "<0,1\xa0%"
    assert speaker("ru").percent(0) == "0\xa0%"


def test_differences_carry_their_sign_and_nought_has_none() -> None:
    say = speaker("ru")
    assert [say.signed(value) for value in (3.24, -3.24, 0.04, -0.04, 0.0)] == [
        "+3,2",
        "−3,2",
        "0,0",
        "0,0",
        "0,0",
    ]


def test_figures_have_three_significant_digits_and_whole_numbers_all_of_theirs() -> None:
    say = speaker("en")
    assert [say.figure(value) for value in (9.996, 0.01234, 1234.5, -12.34, 0.0)] == [
        "10.0", "0.0123", "1,234", "−12.3", "0",
    ]  # fmt: skip


def test_a_number_that_is_none_is_a_dash() -> None:
    say = speaker("en")
    nan = float("nan")
    assert {say.number(nan), say.figure(float("inf")), say.percent(nan), say.signed(nan)} == {"–"}
