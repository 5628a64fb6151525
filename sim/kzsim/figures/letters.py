"""Letters of users' own texts that the typeface lacks: a font of the machine that has them, or none."""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from kzsim.language.typeface import FALLBACK, characters, plotting_families

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from kzsim.figures.drawn import Drawn

_WARNING = r"Glyph \d+ .*missing from font"
"""How Matplotlib begins what it says of every letter, every time it measures or draws it."""
_NO_LETTERS = ("Last Resort",)
"""Fonts that claim every letter and show a box for it."""


def lacking(drawn: Iterable[Drawn]) -> str:
    """The letters on these figures that no font of this machine has, sorted; they are drawn as boxes."""
    marks = frozenset().union(*(_unknown(_texts(one.figure)) for one in drawn))
    return "".join(sorted(_substitutes(marks)[1])) if marks else ""


def families_of(words: str) -> tuple[str, ...]:
    """The fonts to set a text with, in order of fallback."""
    marks = _unknown(words)
    return (*plotting_families(), *_substitutes(marks)[0]) if marks else plotting_families()


def set_families(figure: Figure) -> None:
    """Let texts of a figure with letters that the typeface lacks fall back on other fonts of the machine."""
    from matplotlib.text import Text

    if _unknown(_texts(figure)):
        for text in figure.findobj(Text):
            if _unknown(text.get_text()):
                text.set_fontfamily(list(families_of(text.get_text())))


@contextmanager
def told_once() -> Iterator[None]:
    """Without Matplotlib's warning at every use of a letter without a font: ``lacking`` names them all."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=_WARNING, category=UserWarning)
        yield


def _texts(figure: Figure) -> str:
    from matplotlib.text import Text

    return "".join(text.get_text() for text in figure.findobj(Text))


def _unknown(words: str) -> frozenset[str]:
    """Letters that neither the typeface nor its fallback has."""
    if words.isascii():
        return frozenset()
    return frozenset(
        mark
        for mark in words
        if not mark.isspace() and unicodedata.category(mark) != "Cc" and mark not in _known()
    )


@cache
def _known() -> frozenset[str]:
    from matplotlib.font_manager import findfont, get_font

    own = characters() & characters(bold=True)
    return own | frozenset(map(chr, get_font(findfont(FALLBACK)).get_charmap()))


@lru_cache(maxsize=64)
def _substitutes(marks: frozenset[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Names of other fonts that have some of these letters, as few as it takes, and the letters of none."""
    found, left = [], marks
    for name, has in _others():
        if left & has:
            found.append(name)
            left -= has
    return tuple(found), left


@cache
def _others() -> tuple[tuple[str, frozenset[str]], ...]:
    """The machine's upright fonts with outlines by name, and what they have beyond the typeface."""
    from matplotlib.font_manager import fontManager, get_font

    files = {entry.name: entry.fname for entry in fontManager.ttflist if entry.style == "normal"}
    found = []
    for name, file in sorted(files.items()):
        try:
            font = get_font(file)
        except (OSError, RuntimeError):  # a file that has gone or is damaged is no font for us
            continue
        if font.scalable and name not in _NO_LETTERS:
            found.append((name, frozenset(map(chr, font.get_charmap())) - _known()))
    return tuple(found)
