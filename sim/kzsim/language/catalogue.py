"""The translations of fixed texts, read from the compiled gettext catalogues of the package."""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files

Translations = NullTranslations

LANGUAGES = ("en", "ru", "kk", "zh")
"""ISO 639-1 codes; the first is the language the texts are written in."""


@cache
def translations(lang: str) -> Translations:
    """The catalogue of one of ``LANGUAGES``; English answers every text with itself.

    Raises ValueError for a language that there is no catalogue of.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"no translation into {lang!r}; there is {', '.join(LANGUAGES)}")
    if lang == LANGUAGES[0]:
        return NullTranslations()
    with (files("kzsim.language") / "catalogues" / f"{lang}.mo").open("rb") as compiled:
        return GNUTranslations(compiled)


def phrase(text: str, /) -> str:
    """The text itself, marked for translation: for constants that a Speaker says later."""
    return text
