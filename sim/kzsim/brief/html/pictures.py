"""Figures as inline SVG: no style, no identifier twice, letters as text in a font of the page's own."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kzsim.brief.html.paths import shortened_path
from kzsim.brief.html.stacks import body_of, stacked, svg_of
from kzsim.brief.html.ticks import joined_ticks, without_needless_clips
from kzsim.figures.catalogue import figure_bytes

if TYPE_CHECKING:
    from kzsim.figures.catalogue import Drawn

_HEAD = re.compile(r"<svg[^>]*>")
_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_ARGUMENTS = re.compile(r"(translate|rotate)\(([^)]*)\)")
_LEVEL = re.compile(r"rotate\(-?0 [^)]*\)")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_COLOUR = re.compile(r"#([0-9a-f])\1([0-9a-f])\2([0-9a-f])\3", re.IGNORECASE)
"""A colour that three digits say as well."""
_QUOTED = re.compile(r' (class|x|y|width|height)="([\w.-]+)" (?=[a-z])')
"""An attribute that HTML reads without quotes, before another one."""
_PLACES = ("points", "x", "y", "x1", "x2", "y1", "y2", "width", "height", "r", "cx", "cy")
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
    "text-anchor": "start",
    "font-weight": "400",
}
NORMAL = "400"
_NOT_KEPT = ("font-family",)


@dataclass(frozen=True)
class Pictures:
    """By the number of the figure inline SVG, and the same in parts for a narrow screen ('' if it has none).

    ``rules`` are those of their classes, ``letters`` what stands on them by its weight.
    """

    svgs: tuple[str, ...]
    stacks: tuple[str, ...]
    rules: str
    letters: Mapping[str, frozenset[str]]


def pictures(drawn: Iterable[Drawn]) -> Pictures:
    """Every figure as an element that can stand in a page whose security policy allows no style.

    Matplotlib writes a style attribute on every element; equal ones become one class, with one rule in the
    page's own style. Places are rounded to a tenth of a point, which no screen or printer shows. The font's
    family is left to the page. What a picture shows is said by the page's element ``alt-`` and its name.
    """
    letters: dict[str, set[str]] = {}
    classes: dict[str, str] = {}
    every = list(drawn)
    svgs = tuple(_picture(one, f"f{number}-", classes, letters) for number, one in enumerate(every))
    stacks = tuple(_stack(one, f"f{number}", classes, letters) for number, one in enumerate(every))
    rules = "\n".join(f".{name} {{ {style} }}" for style, name in classes.items())
    return Pictures(svgs, stacks, rules, {weight: frozenset(found) for weight, found in letters.items()})


def _stack(drawn: Drawn, name: str, classes: dict[str, str], letters: dict[str, set[str]]) -> str:
    """The figure for a narrow screen, without title and source, which the page says in its own letters."""
    if drawn.narrow is None:
        return svg_of(stacked(drawn.figure), f"{name}-")
    made = _picture(replace(drawn, figure=drawn.narrow), f"{name}n-", classes, letters)
    lines = " ".join(f'{key}="{value}"' for key, value in _FROM_ROOT.items())
    head = f'<svg viewBox="{body_of(drawn.narrow)}" aria-hidden="true" {lines}>'
    return _HEAD.sub(head, made, count=1)


def _picture(drawn: Drawn, prefix: str, classes: dict[str, str], letters: dict[str, set[str]]) -> str:
    root = ET.fromstring(figure_bytes(drawn, "svg", text="text"))  # noqa: S314 - Matplotlib wrote it just now
    for element in root.iter():
        # in HTML an svg element and what is in it have their namespace by themselves
        element.tag = element.tag.rpartition("}")[2]
        if element.tag not in ("text", "tspan"):
            element.text = None
        element.tail = None
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in ("metadata", "style"):
                parent.remove(child)
    joined_ticks(root)
    without_needless_clips(root)
    _drop_unused(root)
    names = {name: f"{prefix}{number:x}" for number, name in enumerate(_referenced(root))}
    for element in root.iter():
        weight = _presented(element, classes)
        _renamed(element, names)
        _shortened(element)
        if element.text:
            letters.setdefault(weight, set()).update(element.text)
    _flattened(root)
    # what is in it has a name of its own, for the parts that a narrow screen shows
    inside = ET.Element("g", {"id": prefix})
    inside.extend(list(root))
    for child in list(root):
        root.remove(child)
    root.append(inside)
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.attrib.update({**_FROM_ROOT, "role": "img", "aria-labelledby": f"alt-{drawn.name}"})
    text = ET.tostring(root, encoding="unicode", short_empty_elements=True).replace(" />", "/>")
    return _QUOTED.sub(r" \1=\2 ", text)


def _referenced(root: ET.Element) -> tuple[str, ...]:
    """Identifiers that something in the figure points to, in their order; the others are dropped."""
    found: dict[str, None] = {}
    for element in root.iter():
        for name, value in element.attrib.items():
            found |= dict.fromkeys(_REFERENCE.findall(value))
            if name in _HREFS:
                found[value.removeprefix("#")] = None
    return tuple(found)


def _drop_unused(root: ET.Element) -> None:
    """Take away what is defined and not used."""
    used = set(_referenced(root))
    for defs in root.iter("defs"):
        for shape in list(defs):
            if shape.get("id") not in used:
                defs.remove(shape)


def _presented(element: ET.Element, classes: dict[str, str]) -> str:
    """Style as a class of its own, without what holds anyway; the weight of its letters."""
    kept: dict[str, str] = {}
    for declaration in element.attrib.pop("style", "").split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if value and name not in _NOT_KEPT and _DEFAULTS.get(name) != value:
            kept[name] = _COLOUR.sub(r"#\1\2\3", value)
    # a reference to a shape of this figure is of this figure alone
    for name in [name for name, value in kept.items() if "url(" in value]:
        element.set(name, kept.pop(name))
    if kept:
        style = "; ".join(f"{name}: {value}" for name, value in sorted(kept.items()))
        element.set("class", classes.setdefault(style, f"q{len(classes):x}"))
    return kept.get("font-weight", NORMAL)


def _renamed(element: ET.Element, names: Mapping[str, str]) -> None:
    identifier = element.attrib.pop("id", "")
    if identifier in names:
        element.set("id", names[identifier])
    for name in _HREFS:
        target = element.attrib.pop(name, "").removeprefix("#")
        if target:
            element.set("href", f"#{names[target]}")
    for name, value in element.attrib.items():
        if "url(#" in value:
            element.set(name, _REFERENCE.sub(lambda found: f"url(#{names[found[1]]})", value))


def _shortened(element: ET.Element) -> None:
    if _LEVEL.fullmatch(element.get("transform", "")):
        del element.attrib["transform"]
    for name, value in element.attrib.items():
        if name == "transform":
            element.set(name, _ARGUMENTS.sub(lambda found: f"{found[1]}({_rounded(found[2])})", value))
        elif name == "d":
            element.set(name, shortened_path(value))
        elif name in _PLACES:
            element.set(name, _rounded(value))


def _flattened(parent: ET.Element) -> None:
    """Groups that say nothing give way to what is in them; empty ones go."""
    for child in list(parent):
        _flattened(child)
        if child.tag not in ("g", "defs") or (len(child) and (child.attrib or child.tag == "defs")):
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
