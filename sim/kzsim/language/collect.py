"""Collects the fixed texts that the package says, for the catalogues and the test that none is missing."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kzsim.language.words import contexts, words

PARTS = ("figures", "brief", "serve")
"""The parts of the package that speak to people through a Speaker."""

_SPEAKER = "say"
_MARK = "phrase"
_PLURAL = "plural"


@dataclass(frozen=True, order=True)
class Text:
    """A text to translate. ``many`` is the English plural, ``context`` the kind of word; '' if none."""

    context: str
    english: str
    many: str = ""


@dataclass(frozen=True)
class Place:
    """A file of the package, by its path in it, and a line."""

    file: str
    line: int


def texts(package: Path, parts: Iterable[str] = PARTS) -> dict[Text, tuple[Place, ...]]:
    """Every text of the source files below ``package`` and every word of a key, with where it is said.

    Raises ValueError, naming the file and the line, for a text that is put together before it is said:
    nobody can translate that.
    """
    found: dict[Text, list[Place]] = {}
    for context in contexts():
        for english in words(context).values():
            found.setdefault(Text(context, english), [])
    for part in parts:
        for file in sorted((package / part).rglob("*.py")):
            name = file.relative_to(package).as_posix()
            for text, line in said(file.read_text(encoding="utf-8"), name):
                found.setdefault(text, []).append(Place(name, line))
    return {text: tuple(found[text]) for text in sorted(found)}


def said(source: str, file: str = "<source>") -> Iterator[tuple[Text, int]]:
    """The texts of one source file with their lines: of ``say()``, ``say.plural()`` and ``phrase()``."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        match node.func:
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in (_SPEAKER, _MARK):
                for english in _literals(node.args[0], file, must=name == _MARK):
                    yield Text("", english), node.lineno
            case ast.Attribute(attr=name, value=ast.Name(id=of) | ast.Attribute(attr=of)) if (
                name == _PLURAL and of == _SPEAKER
            ):
                (one,) = _literals(node.args[0], file, must=True)
                (many,) = _literals(node.args[1], file, must=True)
                yield Text("", one, many), node.lineno


def _literals(node: ast.expr, file: str, *, must: bool) -> Iterator[str]:
    """The strings an argument can be; none for a name, whose text is marked where it is written."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from _literals(one, file, must=must)
            yield from _literals(other, file, must=must)
        case ast.Name() | ast.Attribute() | ast.Subscript() if not must:
            return
        case _:
            raise ValueError(
                f"{file}:{node.lineno}: a text is said that is not written out there: give the whole text "
                "and put what varies in braces"
            )
