"""Figures as inline SVG: no style, no identifier twice, letters drawn once for all figures."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kzsim.figures.catalogue import figure_bytes

if TYPE_CHECKING:
    from kzsim.figures.catalogue import Drawn

_LONG = re.compile(r"-?\d+\.\d{3,}")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_GLYPH = re.compile(r".+-[0-9a-f]+")
_NUMERIC = ("d", "points", "transform", "x", "y", "x1", "x2", "y1", "y2", "width", "height", "r", "cx", "cy")
_HREFS = ("href", "{http://www.w3.org/1999/xlink}href")
_FROM_ROOT = {"stroke-linejoin": "round", "stroke-linecap": "butt"}
"""What Matplotlib's own style sheet says of every element: it is inherited from the root just as well."""


@dataclass(frozen=True)
class Pictures:
    """Inline SVG by the number of the figure, and the letters they share."""

    svgs: tuple[str, ...]
    letters: str


def pictures(drawn: Iterable[Drawn]) -> Pictures:
    """Every figure as an element that can stand in a page whose security policy allows no style.

    Matplotlib writes style attributes; they become attributes of presentation, which mean the same.
    """
    letters: dict[str, str] = {}
    svgs = tuple(_picture(one, f"f{number}-", letters) for number, one in enumerate(drawn))
    glyphs = "".join(letters[name] for name in sorted(letters))
    shared = f'<svg width="0" height="0" aria-hidden="true"><defs>{glyphs}</defs></svg>'
    return Pictures(svgs, shared if glyphs else "")


def _picture(drawn: Drawn, prefix: str, letters: dict[str, str]) -> str:
    root = ET.fromstring(figure_bytes(drawn, "svg"))  # noqa: S314 - Matplotlib has just written it
    _strip_names(root)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in ("metadata", "style"):
                parent.remove(child)
    _share_letters(root, letters)
    kept = _referenced(root)
    for element in root.iter():
        _plain(element, prefix, letters, kept)
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.attrib.update({**_FROM_ROOT, "role": "img", "aria-label": drawn.alt})
    return ET.tostring(root, encoding="unicode", short_empty_elements=True)


def _strip_names(root: ET.Element) -> None:
    """Tags without their namespace: in HTML an svg element and what is in it have theirs by themselves."""
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]


def _share_letters(root: ET.Element, letters: dict[str, str]) -> None:
    """Take the outlines of letters out of the figure: the same font has them under the same name in all."""
    for defs in list(root.iter("defs")):
        for child in list(defs):
            name = child.get("id", "")
            if child.tag != "path" or not _GLYPH.fullmatch(name):
                continue
            child.set("d", _one_line(child.get("d", "")))
            outline = ET.tostring(child, encoding="unicode").strip()
            if letters.setdefault(name, outline) == outline:
                defs.remove(child)


def _referenced(root: ET.Element) -> frozenset[str]:
    """Identifiers that something in the figure points to; the others are dropped."""
    found: set[str] = set()
    for element in root.iter():
        for name, value in element.attrib.items():
            found.update(_REFERENCE.findall(value))
            if name in _HREFS:
                found.add(value.removeprefix("#"))
    return frozenset(found)


def _one_line(path: str) -> str:
    return " ".join(path.split())


def _plain(element: ET.Element, prefix: str, letters: dict[str, str], kept: frozenset[str]) -> None:
    for declaration in element.attrib.pop("style", "").split(";"):
        name, _, value = declaration.partition(":")
        if value:
            element.set(name.strip(), value.strip())
    identifier = element.attrib.pop("id", "")
    if identifier in kept:
        element.set("id", prefix + identifier)
    for name in _HREFS:
        target = element.attrib.pop(name, "")
        if target.startswith("#"):
            element.set("href", target if target[1:] in letters else f"#{prefix}{target[1:]}")
        elif target:
            element.set("href", target)
    for name, value in element.attrib.items():
        if "url(#" in value:
            element.set(name, _REFERENCE.sub(rf"url(#{prefix}\1)", value))
        elif name in _NUMERIC:
            element.set(name, _LONG.sub(_shorter, _one_line(value)))


def _shorter(found: re.Match[str]) -> str:
    """Hundredths of a point are finer than any screen or printer."""
    return f"{float(found[0]):.2f}".rstrip("0").rstrip(".")
