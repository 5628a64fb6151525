"""The typeface of the figures, cut down to the letters on the page and carried in its style sheet."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from kzsim.language.typeface import FAMILY, web_font

BOLD = 600
"""From this weight on the bold face is taken."""


def faces(letters: Mapping[str, frozenset[str]]) -> str:
    """Rules of a style sheet that bring the letters of each weight, as ``pictures`` gives them."""
    rules = []
    for weight in sorted(letters):
        font = web_font(sorted(letters[weight]), bold=int(weight) >= BOLD)
        source = f"data:font/woff;base64,{base64.b64encode(font).decode()}"
        named = f'font-family: "{FAMILY}"; font-weight: {weight}'
        rules.append(f'@font-face {{ {named}; src: url("{source}") format("woff"); }}')
    return "\n".join(rules)
