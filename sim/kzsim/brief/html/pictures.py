"""Figures as inline SVG: no style, no identifier twice, letters drawn once for all figures, few bytes."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kzsim.figures.catalogue import figure_bytes

if TYPE_CHECKING:
    from kzsim.figures.catalogue import Drawn

_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_TRANSLATE = re.compile(r"translate\(([^)]*)\)")
_ONLY_TRANSLATE = re.compile(r"translate\((-?[\d.]+) 0\)")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_GLYPH = re.compile(r".+-[0-9a-f]+")
_PLACES = ("d", "points", "x", "y", "x1", "x2", "y1", "y2", "width", "height", "r", "cx", "cy")
_HREFS = ("href", "{http://www.w3.org/1999/xlink}href")
_FROM_ROOT = {"stroke-linejoin": "round", "stroke-linecap": "butt"}
"""What Matplotlib's own style sheet says of every element: it is inherited from the root just as well."""
_DEFAULTS = {
    "stroke-linejoin": "round",
    "stroke-linecap": "butt",
    "opacity": "1",
    "fill-opacity": "1",
    "stroke-opacity": "1",
    "stroke-dashoffset": "0",
}


@dataclass(frozen=True)
class Pictures:
    """Inline SVG by the number of the figure, and the letters they share."""

    svgs: tuple[str, ...]
    letters: str


@dataclass
class _Letters:
    """Outlines of letters by the font's name for them, each with a short name of its own."""

    short: dict[str, str] = field(default_factory=dict)
    outlines: dict[str, str] = field(default_factory=dict)


def pictures(drawn: Iterable[Drawn]) -> Pictures:
    """Every figure as an element that can stand in a page whose security policy allows no style.

    Matplotlib writes style attributes; they become attributes of presentation, which mean the same. Places are
    rounded to a tenth of a point, which no screen or printer shows.
    """
    letters = _Letters()
    svgs = tuple(_picture(one, f"f{number}-", letters) for number, one in enumerate(drawn))
    glyphs = "".join(letters.outlines.values())
    shared = f'<svg width="0" height="0" aria-hidden="true"><defs>{glyphs}</defs></svg>'
    return Pictures(svgs, shared if glyphs else "")


def _picture(drawn: Drawn, prefix: str, letters: _Letters) -> str:
    root = ET.fromstring(figure_bytes(drawn, "svg"))  # noqa: S314 - Matplotlib has just written it
    for element in root.iter():
        # in HTML an svg element and what is in it have their namespace by themselves
        element.tag = element.tag.rpartition("}")[2]
        element.text = element.tail = None
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in ("metadata", "style"):
                parent.remove(child)
    own = _share_letters(root, letters)
    kept = _referenced(root)
    for element in root.iter():
        _presented(element)
        _renamed(element, prefix, kept, own)
        _shortened(element)
    _flattened(root)
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.attrib.update({**_FROM_ROOT, "role": "img", "aria-label": drawn.alt})
    return ET.tostring(root, encoding="unicode", short_empty_elements=True)


def _share_letters(root: ET.Element, letters: _Letters) -> dict[str, str]:
    """Take the outlines of letters out of the figure; their short names by the names that it uses.

    The same font has them under the same name in all figures.
    """
    own: dict[str, str] = {}
    for defs in list(root.iter("defs")):
        for child in list(defs):
            name = child.get("id", "")
            if child.tag != "path" or not _GLYPH.fullmatch(name):
                continue
            path, scale = _one_line(child.get("d", "")), child.get("transform", "")
            key = f"{name} {path}"
            if key not in letters.short:
                letters.short[key] = short = f"g{len(letters.short):x}"
                letters.outlines[short] = f'<path id="{short}" transform="{scale}" d="{path}"/>'
            own[name] = letters.short[key]
            defs.remove(child)
    return own


def _referenced(root: ET.Element) -> frozenset[str]:
    """Identifiers that something in the figure points to; the others are dropped."""
    found: set[str] = set()
    for element in root.iter():
        for name, value in element.attrib.items():
            found.update(_REFERENCE.findall(value))
            if name in _HREFS:
                found.add(value.removeprefix("#"))
    return frozenset(found)


def _presented(element: ET.Element) -> None:
    """Style as attributes of presentation, without what holds anyway."""
    for declaration in element.attrib.pop("style", "").split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if value and _DEFAULTS.get(name) != value:
            element.set(name, value)


def _renamed(element: ET.Element, prefix: str, kept: frozenset[str], letters: dict[str, str]) -> None:
    identifier = element.attrib.pop("id", "")
    if identifier in kept:
        element.set("id", prefix + identifier)
    for name in _HREFS:
        target = element.attrib.pop(name, "").removeprefix("#")
        if target:
            element.set("href", f"#{letters[target]}" if target in letters else f"#{prefix}{target}")
    for name, value in element.attrib.items():
        if "url(#" in value:
            element.set(name, _REFERENCE.sub(rf"url(#{prefix}\1)", value))


def _shortened(element: ET.Element) -> None:
    move = _ONLY_TRANSLATE.fullmatch(element.get("transform", ""))
    if element.tag == "use" and move and "x" not in element.attrib:
        # a letter's place in its line
        del element.attrib["transform"]
        element.set("x", move[1])
    for name, value in element.attrib.items():
        if name == "transform":
            element.set(name, _TRANSLATE.sub(lambda found: f"translate({_rounded(found[1])})", value))
        elif name == "d":
            element.set(name, _one_line(_rounded(value)))
        elif name in _PLACES:
            element.set(name, _rounded(value))


def _flattened(parent: ET.Element) -> None:
    """Groups that say nothing give way to what is in them; empty ones go."""
    for child in list(parent):
        _flattened(child)
        if child.tag not in ("g", "defs") or (child.attrib and len(child)):
            continue
        if child.tag == "defs" and len(child):
            continue
        at = list(parent).index(child)
        parent.remove(child)
        for number, grandchild in enumerate(list(child)):
            parent.insert(at + number, grandchild)


def _rounded(text: str) -> str:
    return _NUMBER.sub(_tenths, text)


def _tenths(found: re.Match[str]) -> str:
    short = f"{float(found[0]):.1f}".removesuffix(".0")
    return "0" if short == "-0" else short


def _one_line(path: str) -> str:
    """A path without needless blanks and letters: after a line another line needs no L."""
    packed = re.sub(r"\s*([A-Za-z])\s*", r"\1", " ".join(path.split()))
    parts = re.split(r"(?=[A-Za-z])", packed)
    told: list[str] = []
    for part in parts:
        if part.startswith("L") and told and told[-1].startswith("L"):
            told[-1] += f" {part[1:]}"
        else:
            told.append(part)
    return "".join(told)
