"""A scenario as a form to fill in: its controls, made from the schema, and the way to a file and back.

A control holds text as a person types it; what they leave empty is not said, so that it comes from the
scenario extended or from the evidence. What of a file no control can show is kept beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from kzsim import evidence
from kzsim.scenario import words
from kzsim.scenario.document import read_file, scalar
from kzsim.scenario.fields import Day, Name, Names, OpeningHours, Quantity, Reader, Switch, Text, Whole, Year
from kzsim.scenario.inherit import require_map
from kzsim.scenario.problems import ScenarioError
from kzsim.scenario.schema import ScenarioFile, section_of
from kzsim.scenario.writing import plain_text

ControlKind = Literal["line", "words", "file", "value", "day", "choice", "several", "spans", "entries"]
NONE_OF_THEM = "[]"
"""The choice among several that stands for an empty list."""
LONG = 1000
"""Texts that may have more characters than these get more than a line."""
EPISODES = "episodes"
"""Switched on or off line by line; those defined in a file are kept beside the form."""
SWITCH, BUNDLE = "on", "bundle"
"""The keys that a word may stand for: of a measure and of a corridor."""

KeyPath = tuple[str, ...]
Typed = Mapping[str, Sequence[str]]
"""What was typed, by the key of its control; only 'several' may have more than one item."""


@dataclass(frozen=True)
class Control:
    """One key that may be filled in. ``unit`` is that of a quantity, ``choices`` what may be chosen.

    A ``line`` and ``words`` are text, a ``file`` names another scenario, a ``value`` is a number or a
    quantity, ``several`` are names of ``choices``, ``spans`` hours of a day, ``entries`` lines 'key: value'.
    """

    path: KeyPath
    kind: ControlKind
    meaning: str
    example: str = ""
    unit: str = ""
    choices: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The dotted key."""
        return ".".join(self.path)


@dataclass(frozen=True)
class Part:
    """A part of the form: its controls and the parts below it; ``title`` is a name where the key is one."""

    path: KeyPath
    meaning: str
    title: str = ""
    controls: tuple[Control, ...] = ()
    parts: tuple[Part, ...] = ()

    def every_control(self) -> Iterator[Control]:
        """All controls, those of the parts below too, in their order."""
        yield from self.controls
        for part in self.parts:
            yield from part.every_control()


@dataclass(frozen=True)
class Filled:
    """A form with what a file says: text by key, and what no control shows, as (path, value)."""

    typed: Mapping[str, tuple[str, ...]]
    kept: tuple[tuple[KeyPath, Any], ...] = ()


@dataclass(frozen=True)
class Slip:
    """Something typed that has no place in a file, such as a key that is said twice."""

    key: str
    message: str


@cache
def form() -> Part:
    """The whole form of a scenario, in the order of the schema."""
    return _part(ScenarioFile, (), "")


def read_form(path: Path) -> Filled:
    """The form with what the file at ``path`` itself says, not what it extends.

    :raises ScenarioError: the file cannot be read as a map of YAML.
    """
    read = read_file(path, str(path))
    require_map(read)
    if read.problems:
        raise ScenarioError(read.problems)
    return fill(read.root.plain())


def fill(said: Mapping[str, Any]) -> Filled:
    """The form with what a file itself says, as plain values."""
    typed: dict[str, tuple[str, ...]] = {}
    rest = _copy(said)
    for control in form().every_control():
        found, value = _take(rest, control.path)
        if not found:
            continue
        shown = _shown(control, value)
        if shown is None:
            _put(rest, control.path, value)
        else:
            typed[control.key] = shown
    return Filled(typed, tuple(_leaves(rest, ())))


def document(filled: Filled) -> tuple[dict[str, Any], tuple[Slip, ...]]:
    """What a filled form says, as a file says it, and what cannot be said."""
    made: dict[str, Any] = {}
    slips: list[Slip] = []
    for control in form().every_control():
        typed = [text.replace("\r\n", "\n") for text in filled.typed.get(control.key, ())]
        typed = [text for text in typed if text.strip()]
        if typed:
            _put(made, control.path, _meant(control, typed, slips))
    for path, value in filled.kept:
        if _blocked(made, path):
            slips.append(Slip(".".join(path), "is said here and in what is kept of the copy; keep one"))
        else:
            _put(made, path, value)
    order = [field.alias or name for name, field in ScenarioFile.model_fields.items()]
    return _with_words({key: made[key] for key in (*order, *made) if key in made}), tuple(slips)


# --- the controls -----------------------------------------------------------------------------------------


def _part(section: type[BaseModel], path: KeyPath, meaning: str, title: str = "") -> Part:
    controls: list[Control] = []
    parts: list[Part] = []
    for name, field in section.model_fields.items():
        below = (*path, field.alias or name)
        inner, names = section_of(field.annotation)
        said = " ".join((field.description or "").split())
        if inner is None or below[-1] == EPISODES:
            controls.append(_control(below, field, said))
        elif names:
            parts.append(Part(below, said, parts=tuple(_named(inner, below))))
        elif _exists(below):
            parts.append(_part(inner, below, said))
    return Part(path, meaning, title, tuple(controls), tuple(parts))


def _named(section: type[BaseModel], path: KeyPath) -> Iterator[Part]:
    """A part for each name that may stand in a map: crossings, or the measures of a corridor."""
    if path[-1] == "measures":
        for name, measure in evidence.corridor().measures.items():
            yield _part(section, (*path, name), measure.what)
    else:
        for name in words.crossing_names():
            yield _part(section, (*path, name), "", evidence.crossings()[name].title)


def _exists(path: KeyPath) -> bool:
    """Whether a crossing has the mode that a path such as ``crossings.<crossing>.rail`` names."""
    return len(path) != 3 or path[0] != "crossings" or path[2] in evidence.crossings()[path[1]].every_mode


def _control(path: KeyPath, field: FieldInfo, meaning: str) -> Control:
    reader = next((item for item in field.metadata if isinstance(item, Reader)), None)
    example = "" if reader is None else reader.example
    if path == ("extends",):
        return Control(path, "file", meaning, example)
    match reader:
        case Text():
            return Control(path, "words" if reader.longest > LONG else "line", meaning, example)
        case Quantity():
            return Control(path, "value", meaning, example, unit=reader.kind.unit)
        case Year():
            return Control(path, "choice", meaning, example, choices=tuple(map(str, words.years())))
        case Whole():
            return Control(path, "value", meaning, example)
        case Day():
            return Control(path, "day", meaning, example)
        case OpeningHours():
            return Control(path, "spans", meaning, example)
        case Name():
            return Control(path, "choice", meaning, example, choices=reader.known())
        case Names():
            none = () if reader.fewest else (NONE_OF_THEM,)
            return Control(path, "several", meaning, example, choices=(*reader.name.known(), *none))
        case Switch():
            return Control(path, "choice", meaning, example, choices=("on", "off"))
        case _:
            return Control(path, "entries", meaning)


# --- from a file to text and back -------------------------------------------------------------------------


def _shown(control: Control, value: Any) -> tuple[str, ...] | None:
    """The text of a value in its control; None where the control cannot show it."""
    if control.kind == "entries":
        if not isinstance(value, dict) or any(isinstance(item, dict | list) for item in value.values()):
            return None
        return ("\n".join(f"{key}: {plain_text(item)}" for key, item in value.items()),)
    if control.kind in ("several", "spans"):
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            return None
        if control.kind == "spans":
            return (", ".join(value),) if value else None
        known = all(item in control.choices for item in value)
        return (
            tuple(value) or (NONE_OF_THEM,) if known and (value or NONE_OF_THEM in control.choices) else None
        )
    if isinstance(value, dict | list):
        return None
    text = plain_text(value)
    if control.kind == "choice" and text not in control.choices:
        return None
    if not text.strip() or (control.kind in ("line", "words", "file") and not isinstance(value, str)):
        return None
    return (text,)


def _meant(control: Control, typed: list[str], slips: list[Slip]) -> Any:
    if control.kind in ("line", "words", "file"):
        return typed[0].strip()
    if control.kind == "several":
        return [] if typed == [NONE_OF_THEM] else typed
    if control.kind == "spans":
        if scalar(typed[0].strip()) is None:
            return None
        pieces = (piece.strip(" []\"'") for piece in typed[0].replace(";", ",").split(","))
        return [piece for piece in pieces if piece]
    if control.kind == "entries":
        return _entries(control, typed[0], slips)
    return scalar(typed[0].strip())


def _entries(control: Control, typed: str, slips: list[Slip]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for line in typed.splitlines():
        said = line.strip()
        if not said or said.startswith("#"):
            continue
        key, colon, value = said.partition(":")
        if not colon:
            slips.append(Slip(control.key, f"'{said}' lacks the ':' between key and value"))
        elif key.strip() in made:
            slips.append(Slip(control.key, f"'{key.strip()}' is said twice; keep one"))
        else:
            made[key.strip()] = scalar(value.strip().strip("\"'"))
    return made


# --- maps of maps -----------------------------------------------------------------------------------------


def _copy(said: Mapping[str, Any], path: KeyPath = ()) -> dict[str, Any]:
    """A copy in which words that stand for maps are those maps."""
    made: dict[str, Any] = {}
    for key, value in said.items():
        below = (*path, key)
        if isinstance(value, Mapping):
            made[key] = dict(value) if below == ("parameters",) else _copy(value, below)
        elif (word := _word_key(below)) and isinstance(value, str | bool):
            made[key] = {word: ("on" if value else "off") if isinstance(value, bool) else value}
        else:
            made[key] = value
    return made


def _word_key(path: KeyPath) -> str:
    """The key for which a single word stands at a path, if one may stand there."""
    if path[0] != "green_corridors":
        return ""
    return BUNDLE if len(path) == 2 else SWITCH if len(path) == 4 and path[2] == "measures" else ""


def _with_words(made: dict[str, Any], path: KeyPath = ()) -> dict[str, Any]:
    """The same with a word in place of every map that only holds what the word stands for."""
    said: dict[str, Any] = {}
    for key, value in made.items():
        below = (*path, key)
        if not isinstance(value, dict) or below == ("parameters",):
            said[key] = value
            continue
        short = _with_words(value, below)
        word = _word_key(below)
        said[key] = short[word] if word and set(short) == {word} and short[word] is not None else short
    return said


def _take(tree: dict[str, Any], path: KeyPath) -> tuple[bool, Any]:
    """Take what stands at a path out of the tree, and the maps that are empty then."""
    head, *rest = path
    if head not in tree:
        return False, None
    if not rest:
        return True, tree.pop(head)
    if not isinstance(tree[head], dict):
        return False, None
    found, value = _take(tree[head], tuple(rest))
    if found and not tree[head]:
        del tree[head]
    return found, value


def _put(tree: dict[str, Any], path: KeyPath, value: Any) -> None:
    for part in path[:-1]:
        tree = tree.setdefault(part, {})
    tree[path[-1]] = value


def _blocked(tree: Any, path: KeyPath) -> bool:
    """Whether something stands at the path, below it, or in its way."""
    for part in path:
        if not isinstance(tree, dict):
            return True
        if part not in tree:
            return False
        tree = tree[part]
    return True


def _leaves(tree: Mapping[str, Any], path: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key), value
