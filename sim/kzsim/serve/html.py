"""HTML from data: text is escaped wherever it stands, so that no name or title can be taken for markup."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

EMPTY = frozenset({"br", "hr", "input", "link", "meta"})
"""Elements that have no content and no closing tag."""


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


Content = str | Html | None | Iterable["Content"]
Attribute = str | int | bool | None


def tag(name: str, /, *content: Content, **attributes: Attribute) -> Html:
    """An element. Of an attribute's name '_' becomes '-' and a '_' at its end goes (``class_``, ``for_``).

    An attribute that is None or False is left out, one that is True stands without a value.
    """
    said = "".join(
        f" {key}" if value is True else f' {key}="{escape(str(value))}"'
        for key, value in ((key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items())
        if value is not None and value is not False
    )
    return Html(f"<{name}{said}>" if name in EMPTY else f"<{name}{said}>{joined(*content)}</{name}>")


def joined(*content: Content) -> Html:
    """Pieces of content one after the other: markup as it is, other text escaped, None left out."""
    made: list[str] = []
    for piece in content:
        if isinstance(piece, Html):
            made.append(piece)
        elif isinstance(piece, str):
            made.append(escape(piece))
        elif piece is not None:
            made.append(joined(*piece))
    return Html("".join(made))
