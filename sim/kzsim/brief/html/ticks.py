"""Ticks and grid lines of an axis as one path of each look, and shapes that need no clipping without it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

_LINE = re.compile(r"\s*(?:[MLml]\s+\S+\s+\S+\s*)+[zZ]?\s*")
_STEP = re.compile(r"([ML])\s+(\S+)\s+(\S+)")
_CLIP = re.compile(r"url\(#([^)]+)\)")
_HREF = "{http://www.w3.org/1999/xlink}href"
_BEYOND = 0.2
"""Points by which a shape may stand out of the field that it is clipped to: less than a line is wide."""


def joined_ticks(root: ET.Element) -> None:
    """Replace the grid lines and ticks of each axis by one path of each look, below its labels."""
    shapes = {
        path.get("id", ""): path
        for defs in root.iter("defs")
        for path in defs.findall("path")
        if _LINE.fullmatch(path.get("d", ""))
    }
    taken: list[ET.Element] = []
    for axis in [one for one in root.iter("g") if one.get("id", "").startswith("matplotlib.axis")]:
        found: dict[tuple[str, str], list[str]] = {}
        for tick in axis:
            if not tick.get("id", "").startswith(("xtick", "ytick")):
                continue
            for line in [one for one in tick if one.get("id", "").startswith("line2d")]:
                strokes = _strokes(line, shapes)
                if strokes is None:
                    continue
                for look, path in strokes:
                    found.setdefault(look, []).append(path)
                taken += line.findall("defs")
                tick.remove(line)
        for number, ((style, clip), paths) in enumerate(found.items()):
            held = {"d": " ".join(paths), "style": style} | ({"clip-path": clip} if clip else {})
            axis.insert(number, ET.Element("path", held))
    # another part of the figure may use the same shape, which is written where it is used first
    root.extend(taken)


def without_needless_clips(root: ET.Element) -> None:
    """Take the clipping from lines that lie within their field."""
    fields = {
        clip.get("id", ""): tuple(float(field.get(name, "nan")) for name in ("x", "y", "width", "height"))
        for clip in root.iter("clipPath")
        for field in clip.findall("rect")
    }
    for path in root.iter("path"):
        named = _CLIP.fullmatch(path.get("clip-path", ""))
        field = fields.get(named[1]) if named else None
        if field is None or not _LINE.fullmatch(path.get("d", "")):
            continue
        x, y, width, height = field
        points = [(float(px), float(py)) for _, px, py in _STEP.findall(path.get("d", ""))]
        if all(
            x - _BEYOND <= px <= x + width + _BEYOND and y - _BEYOND <= py <= y + height + _BEYOND
            for px, py in points
        ):
            del path.attrib["clip-path"]


def _strokes(line: ET.Element, shapes: dict[str, ET.Element]) -> list[tuple[tuple[str, str], str]] | None:
    """The lines of a grid line or a tick, each with its style and clipping; None for another kind of mark."""
    in_defs = {path for defs in line.iter("defs") for path in defs}
    found = []
    for one in line.iter():
        if one.tag == "path" and one not in in_defs:
            if not _LINE.fullmatch(one.get("d", "")):
                return None
            found.append(((one.get("style", ""), one.get("clip-path", "")), one.get("d", "").strip()))
        elif one.tag == "use":
            shape = shapes.get(one.get(_HREF, "").removeprefix("#"))
            if shape is None:
                return None
            right, down = float(one.get("x", "0")), float(one.get("y", "0"))
            path = " ".join(
                f"{letter} {float(x) + right:.6f} {float(y) + down:.6f}"
                for letter, x, y in _STEP.findall(shape.get("d", ""))
            )
            style = f"{one.get('style', '')}; {shape.get('style', '')}"
            found.append(((style, one.get("clip-path", "")), path))
    return found
