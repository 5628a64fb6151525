"""The typeface of figures and reports, "Kzsim Sans": for matplotlib, for web pages and for Typst.

Two files, regular and bold, with Latin, Cyrillic and the Chinese characters of the catalogues. Text of users
may hold others: those fall to ``FALLBACK`` in figures and to the reader's own fonts in a page.
"""

from __future__ import annotations

import io
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

FAMILY = "Kzsim Sans"
FALLBACK = "DejaVu Sans"
"""Comes with matplotlib."""

_FILES = {False: "KzsimSans-Regular.ttf", True: "KzsimSans-Bold.ttf"}


def folder() -> Path:
    """The folder that holds the font files, for programs that take a path."""
    return Path(str(files("kzsim.language") / "fonts"))


def font_bytes(*, bold: bool = False) -> bytes:
    """The font file of one weight (TrueType)."""
    return (files("kzsim.language") / "fonts" / _FILES[bold]).read_bytes()


@cache
def plotting_families() -> tuple[str, ...]:
    """Make the typeface known to matplotlib; returns what to set as ``font.family``, in order of fallback."""
    from matplotlib.font_manager import fontManager

    known = {entry.name for entry in fontManager.ttflist}
    if FAMILY not in known:
        for name in _FILES.values():
            with as_file(files("kzsim.language") / "fonts" / name) as file:
                fontManager.addfont(str(file))
    return (FAMILY, FALLBACK)


def web_font(text: Iterable[str], *, bold: bool = False) -> bytes:
    """A WOFF font with only the characters of ``text``, to be put into a page; the same bytes every time.

    Characters that the typeface lacks are left to the reader's own fonts.
    """
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    options = Options()
    options.layout_features = ["kern", "mark", "mkmk", "ccmp"]
    font = TTFont(io.BytesIO(font_bytes(bold=bold)), recalcTimestamp=False)
    work = Subsetter(options)
    work.populate(unicodes={ord(mark) for part in text for mark in part} & set(font.getBestCmap()))
    work.subset(font)
    font.flavor = "woff"
    buffer = io.BytesIO()
    font.save(buffer)
    return buffer.getvalue()


@cache
def characters(*, bold: bool = False) -> frozenset[str]:
    """Every character that the typeface can show."""
    from fontTools.ttLib import TTFont

    return frozenset(chr(code) for code in TTFont(io.BytesIO(font_bytes(bold=bold))).getBestCmap())
