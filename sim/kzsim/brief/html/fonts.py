"""The font of the figures, cut down to the letters on the page and carried in its style sheet."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

FAMILY = "figures"
"""The name that the style sheet gives to it."""
BOLD = 600
"""From this weight on the bold face is taken."""


def faces(letters: Mapping[str, frozenset[str]]) -> str:
    """Rules of a style sheet for the letters of each weight, from the fonts that the figures were drawn with.

    A letter comes from the first font of the figures' families that has it, as when they are drawn; so the
    browser shows text as wide as it was measured. Letters that no font has are left to the browser.
    """
    rules = []
    for weight in sorted(letters):
        missing = {mark for mark in letters[weight] if not mark.isspace()} | {" "}
        for path in _files(int(weight) >= BOLD):
            own, rule = _face(path, missing, weight)
            missing -= own
            rules.append(rule)
            if not missing:
                break
    return "\n".join(filter(None, rules))


def _files(bold: bool) -> Iterator[str]:
    """The font files of the families that the figures are drawn with, in their order."""
    from matplotlib.font_manager import FontProperties, findfont

    from kzsim.figures.style import FAMILIES

    for family in FAMILIES:
        font = FontProperties(family=[family], weight="bold" if bold else "normal")
        try:
            yield str(findfont(font, fallback_to_default=False))
        except ValueError:
            continue  # not on this machine; nor was the figure drawn with it


def _face(path: str, wanted: Iterable[str], weight: str) -> tuple[set[str], str]:
    from fontTools import subset

    options = subset.Options()
    options.flavor = "woff"
    options.hinting = False
    options.layout_features = ["kern", "mark", "mkmk"]
    options.name_IDs = [1]
    options.drop_tables += ["FFTM"]  # a font editor's own time stamps
    options.notdef_outline = True
    options.recalc_timestamp = False  # the same letters give the same bytes
    font = subset.load_font(path, options)
    own = {mark for mark in wanted if ord(mark) in font.getBestCmap()}
    if not own:
        return own, ""
    cut = subset.Subsetter(options)
    cut.populate(unicodes=sorted(ord(mark) for mark in own))
    cut.subset(font)
    ranges = ", ".join(f"U+{ord(mark):x}" for mark in sorted(own))
    return own, (
        f'@font-face {{ font-family: "{FAMILY}"; font-weight: {weight}; unicode-range: {ranges}; '
        f'src: url("data:font/woff;base64,{_bytes(font, options)}") format("woff"); }}'
    )


def _bytes(font: TTFont, options: object) -> str:
    from fontTools import subset

    buffer = io.BytesIO()
    subset.save_font(font, buffer, options)
    return base64.b64encode(buffer.getvalue()).decode()
