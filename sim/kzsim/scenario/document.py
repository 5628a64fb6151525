"""Reads one YAML file (or the value of one ``--set``) into a tree that remembers where everything stood.

Scalars follow the core schema of YAML 1.2: ``on``, ``yes`` and ``08:00`` are text, only ``true`` and
``false`` are flags. Nothing is constructed but text, numbers, flags, null, lists and maps. The tree is
built from the parser's events with a stack of its own, so that neither depth nor aliases can be used
to exhaust memory.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import yaml

from kzsim.scenario.problems import MOST_PROBLEMS, Place, Problem, ScenarioError, nearest, shorten

MAX_BYTES = 1_000_000
MAX_NODES = 20_000
MAX_ALIASES = 100
MAX_DEPTH = 30

_NULL = re.compile(r"~|null|Null|NULL|")
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INF = re.compile(r"[-+]?\.(inf|Inf|INF)")
_NAN = re.compile(r"\.(nan|NaN|NAN)")
_BREAKS = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_UNPRINTABLE = yaml.reader.Reader.NON_PRINTABLE

SCENARIO, SWEEP = "scenario", "sweep"
_SHORTEST = {
    SCENARIO: "the shortest scenario has a title, such as 'title: My first scenario'",
    SWEEP: "a sweep has at least a title, a scenario, a design and parameters",
}


@dataclass
class Node:
    """A value with its place. ``value`` is a scalar, a list of nodes or a map of nodes.

    ``key_place`` is where the key of this value stands (the value's own place when it has no key);
    ``text`` is a scalar as written.
    """

    value: Any
    place: Place
    key_place: Place
    text: str = ""
    quoted: bool = False

    @property
    def items(self) -> dict[str, Node]:
        """The entries of a map; empty for anything else."""
        return self.value if isinstance(self.value, dict) else {}

    def plain(self) -> Any:
        """The value without its places."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def find(self, path: tuple[str | int, ...]) -> tuple[Node, int]:
        """The deepest node along ``path`` and how many parts of the path lead to it."""
        node = self
        for depth, part in enumerate(path):
            value = node.value
            inside = (
                part < len(value) if isinstance(value, list) and isinstance(part, int) else part in node.items
            )
            if not inside:
                return node, depth
            node = value[part]
        return node, len(path)


@dataclass
class Document:
    """One file as read: its tree and the mistakes that did not keep it from being read."""

    root: Node
    problems: list[Problem] = field(default_factory=list)


def read_file(path: Path, shown: str, rank: int = 0, noun: str = SCENARIO) -> Document:
    """Read ``path``; ``shown`` is the name a person knows it by, ``noun`` what the file should be.

    :raises ScenarioError: the file cannot be read as a map of YAML, with one problem that says why.
    """
    return _parse(_text_of(path, shown, rank, noun), Place(shown, rank=rank), noun)


def read_text(text: str, shown: str, rank: int = 0, noun: str = SCENARIO) -> Document:
    """Read a text as if it were the content of the file ``shown``; raises as ``read_file`` does."""
    whole = Place(shown, rank=rank)
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise ScenarioError([Problem.at(whole, "", f"has more than {MAX_BYTES // 10**6} MB")])
    if not text.strip():
        raise ScenarioError([Problem.at(whole, "", f"is empty; {_SHORTEST[noun]}")])
    return _parse(text, whole, noun)


def read_setting(setting: str, value: str, rank: int) -> Document:
    """Read the value of ``--set KEY=VALUE`` as YAML in one line.

    :raises ScenarioError: it is not YAML.
    """
    return _parse(value, Place(f"--set {setting}", rank=rank, setting=setting), SCENARIO)


def _text_of(path: Path, shown: str, rank: int, noun: str) -> str:
    whole = Place(shown, rank=rank)

    def fail(message: str) -> ScenarioError:
        return ScenarioError([Problem.at(whole, "", message)])

    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise fail(f"is a folder; name the {noun} file in it")
        if not stat.S_ISREG(status.st_mode):
            raise fail("is not a regular file")
        if status.st_size > MAX_BYTES:
            raise fail(
                f"has {status.st_size / 1e6:.1f} MB; a {noun} has at most {MAX_BYTES // 10**6} MB "
                "(most have less than 0.01 MB). Is this the right file?"
            )
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise fail("no such file" + _near_file(path)) from None
    except NotADirectoryError:
        raise fail("no such file: a part of the path before the last is not a folder") from None
    except PermissionError:
        raise fail("may not be read by this user (permission denied)") from None
    except OSError as error:
        raise fail(f"cannot be read ({error.strerror})") from None
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise fail("is saved as UTF-16; save it as UTF-8 (in the editor: Save as, encoding UTF-8)")
    if b"\x00" in raw:
        raise fail(f"is a binary file, not text; a {noun} is a YAML text file")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        good = raw[: error.start].decode("utf-8", "replace")
        lines = _BREAKS.split(good)
        rest = _BREAKS.split(raw[error.start : error.start + 200].decode("utf-8", "replace"))[0]
        place = Place(shown, len(lines), len(lines[-1]) + 1, lines[-1] + rest, rank)
        raise ScenarioError(
            [
                Problem.at(
                    place,
                    "",
                    f"byte 0x{raw[error.start]:02X} is not UTF-8; "
                    "save the file as UTF-8 (in the editor: Save as, encoding UTF-8)",
                )
            ]
        ) from None
    if not text.strip():
        raise fail(f"is empty; {_SHORTEST[noun]}")
    return text


def _near_file(path: Path) -> str:
    """``, did you mean ...`` for a file beside the missing one."""
    try:
        beside = [other.name for other in path.parent.iterdir() if other.suffix in {".yaml", ".yml"}]
    except OSError:
        return f": the folder {shorten(path.parent)} does not exist" if str(path.parent) != "." else ""
    near = nearest(path.name, beside)
    return f", did you mean '{near}'?" if near else ""


def _parse(text: str, whole: Place, noun: str) -> Document:
    lines = _BREAKS.split(text)

    def place(line: int, column: int) -> Place:
        source = lines[line] if line < len(lines) else ""
        return Place(whole.path, line + 1, column + 1, source, whole.rank, whole.setting)

    bad = _UNPRINTABLE.search(text)
    if bad is not None:
        before = _BREAKS.split(text[: bad.start()])
        raise ScenarioError(
            [
                Problem.at(
                    place(len(before) - 1, len(before[-1])),
                    "",
                    f"the character U+{ord(bad.group()):04X} may not stand in a YAML file; delete it",
                )
            ]
        )
    builder = _Builder(place, whole, noun)
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if error.context_mark is not None and any(words in str(error.problem) for words in _WHERE_IT_BEGAN):
            mark = error.context_mark
        where = place(mark.line, mark.column) if mark is not None else whole
        raise ScenarioError([Problem.at(where, "", _in_words(error, where, lines, noun))]) from None
    return builder.done()


@dataclass
class _Frame:
    """A list or map that is still open: its anchor, the key that waits for a value, how deep it goes."""

    node: Node
    anchor: str | None
    nodes_before: int
    key: tuple[str, Place] | None = None
    height: int = 1


class _Builder:
    """Builds the tree from parser events; an alias repeats the nodes it stands for, and counts them."""

    def __init__(self, place: Callable[[int, int], Place], whole: Place, noun: str) -> None:
        self._place = place
        self._whole = whole
        self._noun = noun
        self._open: list[_Frame] = []
        self._anchors: dict[str, tuple[Node, int, int]] = {}  # the node, its nodes in all, its height
        self._nodes = 0
        self._aliases = 0
        self._root: Node | None = None
        self._problems: list[Problem] = []

    def done(self) -> Document:
        """The finished document."""
        if self._root is not None:
            return Document(self._root, self._problems)
        if self._whole.setting:  # `--set key=` says null
            return Document(Node(None, self._whole, self._whole), self._problems)
        message = f"holds only comments; {_SHORTEST[self._noun]}"
        raise ScenarioError([Problem.at(self._whole, "", message)])

    def take(self, event: yaml.Event) -> None:
        """One event of the parser, in the order of the file."""
        if isinstance(event, yaml.DocumentStartEvent):
            if self._root is not None:
                second = "a second YAML document starts here ('---')"
                self._fail(event, f"{second}; a {self._noun} is one document")
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.ScalarEvent):
            self._refuse_tag(event)
            text, quoted = event.value, event.style is not None
            node = Node(text if quoted else scalar(text), self._at(event), self._at(event), text, quoted)
            if event.anchor is not None:
                self._anchors[event.anchor] = (node, 1, 0)
            self._add(node, event, 1, 0)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._refuse_tag(event)
            empty: dict[str, Node] | list[Node] = {} if isinstance(event, yaml.MappingStartEvent) else []
            node = Node(empty, self._at(event), self._at(event))
            self._add(node, event, 1, 1)
            self._open.append(_Frame(node, event.anchor, self._nodes - 1))
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            frame = self._open.pop()
            if frame.anchor is not None:
                self._anchors[frame.anchor] = (frame.node, self._nodes - frame.nodes_before, frame.height)
            if self._open:
                self._open[-1].height = max(self._open[-1].height, frame.height + 1)

    def _at(self, event: yaml.Event) -> Place:
        mark = event.start_mark
        return self._place(mark.line, mark.column) if mark is not None else self._whole

    def _fail(self, event: yaml.Event, message: str) -> NoReturn:
        raise ScenarioError([*self._problems, Problem.at(self._at(event), "", message)])

    def _refuse_tag(self, event: yaml.NodeEvent) -> None:
        tag = getattr(event, "tag", None)
        if tag is not None:
            shown = tag.replace("tag:yaml.org,2002:", "!!")
            self._fail(event, f"the tag {shorten(shown)} is not allowed; write the value without it")

    def _alias(self, event: yaml.AliasEvent) -> None:
        self._aliases += 1
        if self._aliases > MAX_ALIASES:
            self._fail(event, f"more than {MAX_ALIASES} aliases ('*name') in one file")
        name = event.anchor or ""
        if name not in self._anchors:
            inside = any(frame.anchor == name for frame in self._open)
            why = "stands for something that contains it" if inside else f"has no anchor '&{name}' before it"
            self._fail(event, f"the alias '*{name}' {why}")
        node, nodes, height = self._anchors[name]
        here = self._at(event)
        self._add(Node(node.value, here, here, node.text, node.quoted), event, nodes, height)
        if self._open:
            self._open[-1].height = max(self._open[-1].height, height + 1)

    def _add(self, node: Node, event: yaml.Event, nodes: int, height: int) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            self._fail(event, f"the file holds more than {MAX_NODES:,} values (aliases counted in full)")
        if len(self._open) + height > MAX_DEPTH:
            self._fail(event, f"lists and maps are nested more than {MAX_DEPTH} deep")
        if not self._open:
            self._root = node
            return
        frame = self._open[-1]
        if isinstance(frame.node.value, list):
            frame.node.value.append(node)
        elif frame.key is None:
            if isinstance(node.value, dict | list):
                self._fail(event, "a key is text, not a list or a map; check the brackets on this line")
            frame.key = (node.text, node.place)
        else:
            self._entry(frame, node)

    def _entry(self, frame: _Frame, node: Node) -> None:
        key, node.key_place = frame.key or ("", node.place)
        frame.key = None
        first = frame.node.value.setdefault(key, node)
        if first is not node and len(self._problems) <= MOST_PROBLEMS:
            line = first.key_place.line
            said = f"'{key}' is said twice in the same map"
            where = f", first on line {line}" if line != node.key_place.line else ""
            self._problems.append(Problem.at(node.key_place, "", f"{said}{where}; keep one"))


def scalar(text: str) -> str | int | float | bool | None:
    """The core schema of YAML 1.2, decimal numbers only."""
    if _NULL.fullmatch(text):
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text) and len(text) < 20:
        return int(text)
    if _FLOAT.fullmatch(text) or _INT.fullmatch(text):
        return float(text)
    if _INF.fullmatch(text):
        return float("-inf") if text.startswith("-") else float("inf")
    if _NAN.fullmatch(text):
        return float("nan")
    return text


_WORDS: dict[str, str] = {
    "mapping values are not allowed": "a ':' too many on this line, or the line is indented too far; "
    "text that contains ': ' must stand in quotes",
    "could not find expected ':'": "this line lacks the ':' after its key",
    "expected <block end>, but found": "indented differently from the lines it belongs to; keys of one map "
    "start in the same column",
    "found unexpected end of stream": "a quotation mark is opened and never closed",
    "found unexpected document separator": "a quotation mark is opened and never closed",
    "expected ',' or ']'": "a list in '[ ]' lacks a ',' or its closing ']'",
    "expected ',' or '}'": "a map in '{ }' lacks a ',' or its closing '}'",
    "found unknown escape character": "unknown escape after '\\'; use single quotes around this text",
    "expected '<document start>'": "this does not belong here; a {noun} is made of lines 'key: value'",
    "expected alphabetic or numeric character": "text that begins with this character must stand in quotes",
    "expected the node content": "a value is missing here, or this character needs quotes",
}


# The parser notices these at the end; what is to be mended stands at the beginning.
_WHERE_IT_BEGAN = ("unexpected end of stream", "unexpected document separator", "could not find expected ':'")


def _in_words(error: yaml.MarkedYAMLError, where: Place, lines: list[str], noun: str) -> str:
    """The parser's complaint as a person who edits YAML once a month would put it."""
    problem = error.problem or ""
    source = where.source_line
    char = source[where.column - 1 : where.column]
    indent = source[: len(source) - len(source.lstrip())]
    before = lines[where.line - 2] if where.line > 1 else ""
    indent_before = before[: len(before) - len(before.lstrip())]
    if char == "\t" or "\t" in indent or ("\t" in indent_before and before.strip()):
        return "indented with a tab; YAML allows only spaces (two a level)"
    if "cannot start any token" in problem:
        return f"a value cannot start with {shorten(char)}; put the value in quotes"
    for known, words in _WORDS.items():
        if known in problem:
            return words.replace("{noun}", noun)
    return f"is not YAML: {problem}"


def walk(node: Node, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Node]]:
    """Every scalar and empty collection of a tree with its path."""
    if isinstance(node.value, dict) and node.value:
        for key, below in node.value.items():
            yield from walk(below, (*path, key))
    elif isinstance(node.value, list) and node.value:
        for index, below in enumerate(node.value):
            yield from walk(below, (*path, index))
    else:
        yield path, node
